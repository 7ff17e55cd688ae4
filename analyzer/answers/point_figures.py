"""The figures of points and of the comments they come from, each bound to the query that made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from analyzer.answers import wording
from analyzer.answers.answer_languages import in_language
from analyzer.answers.changes import Change, find_change
from analyzer.answers.opinion_search import Matching, OpinionSearch, Record
from analyzer.answers.opinion_snapshot import OpinionSnapshot, Rows
from analyzer.answers.points import FoundPoint, count_comments
from analyzer.answers.types import Number, Plan, Point, Stance
from analyzer.counting.intervals import wilson
from analyzer.counting.prevalence import UNCORRECTED
from analyzer.counting.types import Count, Row, Table

METHOD = "machine's judgement of every opinion; every matching comment counted"
CHANGED = "share of the comments since the date and before; two-proportion z-test, p below .005"
EMPTY = "{empty} comments say nothing in words; the shares below are of the other {in_words}."
MOST_IDS = 2_000
ELSEWHERE = "share of comments that make the point, the most above the other ratings first"
SHARES = "share of comments that make the point"
KINDS = {
    "complaint": "hold a complaint",
    "praise": "hold praise",
    "": "say something in words",
    "wish": "ask for something",
}


@dataclass(frozen=True, slots=True)
class CountedPoint:
    """A point with its figures.

    Attributes:
        records: the matching comments that make it, those of the most typical opinions first.
        share: of the comments the answer is about; elsewhere: the share of those compared with.
        change: since a date; None if there is none.
    """

    found: FoundPoint
    records: tuple[Record, ...]
    share: float
    low: float
    high: float
    elsewhere: float | None = None
    change: Change | None = None

    @property
    def people(self) -> int:
        """Number of known respondents among the comments."""
        return len({record.respondent for record in self.records} - {""})


def counted(
    opinions: OpinionSnapshot, found: FoundPoint, records: Mapping[int, Sequence[Record]], of: int,
    elsewhere: float | None = None, dates: Mapping[str, str] = MappingProxyType({}),
) -> CountedPoint:  # fmt: skip
    """Return a point with the comments that make it, of `of` comments that the answer is about.

    Args:
        opinions: all opinions.
        found: the point.
        records: matching comments by text.
        of: number of comments that the answer is about.
        elsewhere: share of the comments compared with.
        dates: of the comments that the answer is about, by id.
    """
    text_ids = dict.fromkeys(opinions.text_ids[found.rows].tolist())
    inside = tuple(record for text_id in text_ids for record in records.get(text_id, ()))
    interval = wilson(len(inside) / of, float(of))
    return CountedPoint(
        found, inside, round(len(inside) / of, 6), round(interval.low, 6), round(interval.high, 6), elsewhere,
        find_change([record.id for record in inside], dates),
    )  # fmt: skip


def point_numbers(plan: Plan, place: int, point: CountedPoint, of: int) -> list[Number]:
    """Return the numbers of a point: comments, people, share and, for a question why, the share elsewhere."""
    words = " ".join(point.found.words)
    query = (
        f"{point.found.stance.value} point {place + 1} ({words}) of {plan.subject or 'all'} where {plan.where or 'all'}"
    )
    ids = tuple(record.id for record in point.records[:MOST_IDS])
    name = f"point_{place}"
    numbers = [
        Number(len(point.records), of, query, f"{name}_comments", "", method=METHOD, ids=ids),
        Number(point.share, of, query, f"{name}_share", "", point.low, point.high, METHOD, ids),
        Number(point.people, of, query, f"{name}_people", "", method="distinct known respondents", ids=ids),
    ]
    if change := point.change:
        since = f"{query}, since {change.since}"
        numbers += [
            Number(change.recent, change.recent_of, since, f"{name}_recent_share", method=CHANGED),
            Number(change.before, change.before_of, f"{query}, before", f"{name}_before_share", method=CHANGED),
        ]
    if point.elsewhere is not None:
        numbers.append(Number(point.elsewhere, of, f"{query}, other ratings", f"{name}_elsewhere_share", method=METHOD))
    return numbers


def subject_count(plan: Plan, search: OpinionSearch, rows: Rows, matching: Matching) -> Count:
    """Return the number of matching comments that speak of a subject; its error is unknown without labels."""
    records = search.records(rows, matching)
    ids = sorted(record.id for inside in records.values() for record in inside)
    return Count(
        plan.subject, plan.where, len(ids) / matching.among, 0.0, 1.0, matching.among, 0, UNCORRECTED, False,
        texts=len(matching.counts), examples=tuple(ids[:MOST_IDS]),
    )  # fmt: skip


def stance_numbers(plan: Plan, opinions: OpinionSnapshot, rows: Rows, matching: Matching) -> list[Number]:
    """Return the number of comments that complain of the subject, praise it, do both, and do neither."""
    stances = opinions.stances()[rows]
    texts = {sign: set(np.unique(opinions.text_ids[rows[stances == sign]]).tolist()) for sign in (-1, 1, 0)}
    both = texts[-1] & texts[1]
    parts = {
        "negative": texts[-1] - both, "positive": texts[1] - both, "mixed": both,
        "neutral": texts[0] - texts[1] - texts[-1],
    }  # fmt: skip
    of = count_comments(opinions, rows, matching.counts)
    query = f"stance of {plan.subject or 'all'} where {plan.where or 'all'}"
    return [
        Number(sum(matching.counts[one] for one in inside), of, query, name, method=METHOD)
        for name, inside in parts.items()
    ]


def stance_sentence(numbers: Sequence[Number], language: str = "") -> str:
    """Return the sentence on how the comments split; parts without comments are left out."""
    words = {
        "negative": "complaints {negative}", "positive": "praise {positive}", "mixed": "mixed {mixed}",
        "neutral": "no stance {neutral}",
    }  # fmt: skip
    parts = [wording.fill_slots(words[number.name], numbers, language) for number in numbers if number.value]
    return f"{in_language('How they split:', language)} {', '.join(parts)}." if parts else ""


def selection_numbers(
    plan: Plan, spoken: int, covered: int, others: tuple[int, int], matching: Matching
) -> list[Number]:
    """Return the numbers of the head of an answer without a subject; others: vague comments, and empty ones."""
    vague, empty = others
    query = f"opinions {plan.stance or 'of any stance'} where {plan.where or 'all'}"
    return [
        Number(spoken, matching.among, query, "spoken", plan.where, method=METHOD),
        Number(spoken / matching.among, matching.among, query, "spoken_share", plan.where, method=METHOD),
        Number(covered, matching.among, f"points of {query}", "covered", plan.where, method=METHOD),
        Number(vague, matching.among, f"general remarks of {query}", "vague", plan.where, method=METHOD),
        Number(empty, matching.among, "comments without content", "empty", plan.where),
        Number(matching.among - empty, matching.among, "comments with content", "in_words", plan.where),
    ]


def coverage_numbers(plan: Plan, covered: int, of: int) -> list[Number]:
    """Return the numbers of comments on the subject, of the stance asked for: that make the points shown, and all."""
    query = f"{plan.stance or 'points'} of {plan.subject} where {plan.where or 'all'}"
    return [
        Number(covered, of, query, "covered", plan.where, method=METHOD),
        Number(of, of, query, "asked", plan.where, method=METHOD),
    ]


def selection_sentences(plan: Plan, numbers: Sequence[Number]) -> list[str]:
    """Return the head of an answer without a subject."""
    kind = KINDS.get("wish" if plan.wishes else plan.stance, KINDS[""])
    lines = [wording.fill_slots(
        f"{{spoken}} of the {{matching}} comments that match ({{spoken_share}}) {kind}; "
        "the points below are made by {covered} of them.", numbers, plan.language,
    )]  # fmt: skip
    if any(number.name == "vague" and number.value for number in numbers):
        lines.append(
            wording.fill_slots(
                "{vague} say only how content they are, or what they did, and not why.", numbers, plan.language
            )
        )
    if any(number.name == "empty" and number.value for number in numbers):
        lines.append(wording.fill_slots(EMPTY, numbers, plan.language))
    return lines


def points_table(plan: Plan, points: Sequence[CountedPoint], of: int) -> Table:
    """Return the points as a table, in their order."""
    rows = tuple(
        Row(", ".join(point.found.words) or point.found.stance.value, point.share, of, "", point.low, point.high,
            tuple(record.id for record in point.records[:MOST_IDS]))
        for point in points
    )  # fmt: skip
    is_compared = any(point.elsewhere is not None for point in points)
    query = f"points of {plan.subject or 'all'} where {plan.where or 'all'}"
    return Table(ELSEWHERE if is_compared else SHARES, "share", "point", rows, query, METHOD)


def titled_table(table: Table, points: Sequence[Point]) -> Table:
    """Return the table of points with their titles as labels; a quote is no label, since tables are stored."""
    rows = zip(table.rows, points, strict=True)
    return replace(table, rows=tuple(
        row if point.is_title_quoted else replace(row, label=point.title) for row, point in rows
    ))  # fmt: skip


def is_asked(stance: Stance, plan: Plan) -> bool:
    """Return whether a plan asks for opinions of this stance."""
    return not plan.stance or plan.stance == stance.value

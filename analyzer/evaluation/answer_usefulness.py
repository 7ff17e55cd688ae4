"""Evaluate how useful answers are: against people's labels of the NHS comments, and by reading.

Each of the most frequent labels is asked as "What do people say about LABEL?". A cited comment fits if people gave it
the label. A co-label (a label that often goes with it) is covered if it stands out in a point. Further questions are
answered and written to a file that a reader marks from 1 to 5.
"""

import json
import time
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.quotes import says_more_than
from analyzer.answers.types import Answer, Status
from analyzer.answers.wording import format_share
from analyzer.config import Settings
from analyzer.evaluation.corpora import open_corpora
from analyzer.workspace import Workspace

QUESTIONS = "usefulness.jsonl"
FIRST_LABEL = "Not assigned"
UNLABELED = "Labelling not possible"
NOT_SUBJECTS = frozenset({
    FIRST_LABEL, UNLABELED, "Safeguarding concerns?", "Negative experience & dissatisfaction",
    "Positive experience & gratitude",
})  # fmt: skip
LABELS, CO_LABELS = 30, 5
LEAST_CO_LABELED = 5
"""Comments with both labels from which a co-label is expected to be covered."""
STANDS_OUT = 2.0
"""How many times as frequent a co-label is in a point that covers it as in all comments with the label."""
LEAST_IN_POINT = 0.2
READING, FROM_LABELS = 40, 12
MOST_COMMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Usefulness:
    """The figures of the label questions, and the seconds to head, points and quotes.

    Attributes:
        fitting, labeled: cited comments that carry the label, of those that people labeled at all.
        fewest: least number of comments cited for a question.
        covered, expected: co-labels.
        purity: mean share of a point's labeled comments that carry its most frequent co-label or else the label.
        empty: quotes that say nothing beside the words of the subject.
        without_title: points whose title is a quote; with_sentence: points with a sentence; None if not written.
    """

    questions: int
    answered: int
    fitting: int
    labeled: int
    cited: float
    fewest: int
    covered: int
    expected: int
    purity: float
    quotes: int
    empty: int
    points: int
    with_title: int | None
    with_sentence: int | None
    seconds: float


class Stopped(ProgressListener):
    """A progress listener that stops before the model writes."""

    @property
    def is_stopped(self) -> bool:
        """True: head, points and quotes are there before the first title."""
        return True


def evaluate_usefulness(
    settings: Settings, data: Path, reading: Path | None, tell: Callable[[str], None], is_written: bool
) -> Usefulness | None:
    """Measure the answers to label questions, and write the answers to be read; None without the NHS comments.

    Args:
        settings: the models to use.
        data: the folder of labeled sets.
        reading: file for the answers to be marked; None for none.
        tell: called with a line for each step.
        is_written: whether the model writes in the label questions too, which takes half a minute each.
    """
    tell("importing the corpora")
    with open_corpora(settings, data) as corpora:
        found = None
        if "nhs" in corpora:
            listener = ProgressListener() if is_written else Stopped()
            found = measure_labels(corpora["nhs"], listener, tell)
        if reading:
            reading.write_text(written_answers(corpora, tell), encoding="utf-8")
    return found


def measure_labels(workspace: Workspace, listener: ProgressListener, tell: Callable[[str], None]) -> Usefulness:
    """Ask about each label and return the figures."""
    labels, frequent = read_labels(workspace)
    total, cited, purities, seconds = Tally[str](), list[int](), list[float](), list[float]()
    for label in frequent[:LABELS]:
        started = time.monotonic()
        answer = workspace.ask(f"What do people say about {label}?", listener=listener)
        seconds.append(time.monotonic() - started)
        ids = {citation.id for point in answer.points for citation in point.citations}
        known = [one for one in ids if one in labels]
        total.update(
            answered=bool(answer.status is Status.ANSWERED and answer.points), labeled=len(known),
            fitting=sum(label in labels[one] for one in known),
            points=sum(not point.is_rest for point in answer.points),
            with_title=sum(not (point.is_title_quoted or point.is_rest) for point in answer.points),
            with_sentence=sum(bool(point.sentence) for point in answer.points),
        )  # fmt: skip
        cited.append(len(ids))
        quotes = [citation.quote for point in answer.points for citation in point.citations]
        total.update(quotes=len(quotes), empty=sum(not says_more_than(one, answer.plan.subject) for one in quotes))
        members = list(_members(answer, labels).values())
        purities += [purity for inside in members if (purity := _purity(inside, label)) is not None]
        expected = _co_labels(labels, label)
        total.update(expected=len(expected), covered=sum(_is_covered(members, one, share) for one, share in expected))
        tell(f"{label}: {len(answer.points)} points, {len(ids)} cited")
    is_written = not listener.is_stopped
    return Usefulness(
        len(cited), total["answered"], total["fitting"], total["labeled"], sum(cited) / max(len(cited), 1),
        min(cited, default=0), total["covered"], total["expected"], sum(purities) / max(len(purities), 1),
        total["quotes"], total["empty"], total["points"], total["with_title"] if is_written else None,
        total["with_sentence"] if is_written else None, sorted(seconds)[len(seconds) // 2] if seconds else 0.0,
    )  # fmt: skip


def read_labels(workspace: Workspace) -> tuple[dict[str, set[str]], list[str]]:
    """Return the labels of each labeled comment by id, and the labels that name a subject, most frequent first."""
    columns = [target.column for target in workspace.collaborators.table.columns().values()]
    first = next((place for place, column in enumerate(columns) if column.label == FIRST_LABEL), len(columns))
    names = {column.name: column.label for column in columns[first:]}
    found: dict[str, set[str]] = {}
    tally = Tally[str]()
    for record in workspace.collaborators.table.browse("", MOST_COMMENTS):
        carried = {names[name] for name, value in record.fields.items() if name in names and str(value) in ("1", "1.0")}
        tally.update(carried - NOT_SUBJECTS)
        if carried - {UNLABELED}:
            found[record.id] = carried - NOT_SUBJECTS
    return found, [label for label, _ in sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))]


def written_answers(corpora: Mapping[str, Workspace], tell: Callable[[str], None]) -> str:
    """Return READING answers as text, each with room for a mark."""
    asked = [json.loads(line) for line in read_questions().splitlines()]
    questions = [(one["corpus"], one["question"]) for one in asked if one["corpus"] in corpora]
    if "nhs" in corpora:
        labels = read_labels(corpora["nhs"])[1][:FROM_LABELS]
        questions += [("nhs", f"What do people say about {label}?") for label in labels]
    parts = []
    for number, (corpus, question) in enumerate(questions[:READING], start=1):
        answer = corpora[corpus].ask(question)
        parts.append(
            "\n".join([f"## {number}. [{corpus}] {question}", "", *answer_text(answer), "", "Mark (1-5): ", ""])
        )
        tell(f"{number} of {min(len(questions), READING)} answers written")
    return "\n".join(parts)


def read_questions() -> str:
    """Return the further questions, a JSON object a line with corpus and question."""
    return (files("analyzer.evaluation") / "gold" / QUESTIONS).read_text(encoding="utf-8")


def answer_text(answer: Answer) -> list[str]:
    """Return an answer as lines: head, table, points with their figures and quotes."""
    claims = {claim.text for claim in answer.claims}
    lines = [line for line in answer.text.split("\n") if not any(line.startswith(text) for text in claims)]
    if answer.table and not answer.points:
        lines += [f"| {row.label} | {format_share(row.value) if answer.table.unit == 'share' else row.value} |"
                  for row in answer.table.rows[:12]]  # fmt: skip
    for point in answer.points:
        head = f"{point.stance.value}, {point.comments} comments, {format_share(point.share)}"
        says_more = point.sentence.rstrip(".").casefold() != point.title.casefold()
        lines += ["", f"**{point.title}** ({head})", *([point.sentence] if point.sentence and says_more else [])]
        lines += [f"- “{citation.quote}”" for citation in point.citations[point.is_title_quoted :]]
    if not answer.points:
        lines += [f"- “{citation.quote}”" for claim in answer.claims for citation in claim.citations]
    return lines


def usefulness_lines(found: Usefulness) -> list[str]:
    """Return the figures as lines of text."""
    lines = [
        f"label questions answered: {found.answered} of {found.questions}",
        f"cited comments that carry the label: {found.fitting} of {found.labeled} labeled "
        f"({found.fitting / max(found.labeled, 1):.3f}); cited a question: {found.cited:.1f}, fewest {found.fewest}",
        f"co-labels covered by a point: {found.covered} of {found.expected}",
        f"purity of points: {found.purity:.2f} of {found.points} points; empty quotes: {found.empty} of {found.quotes}",
        f"median seconds to {'the end' if found.with_title is not None else 'head, points and quotes'}: "
        f"{found.seconds:.2f}",
    ]
    if found.with_title is not None:
        lines.append(f"points with a title of the model: {found.with_title}; with a sentence: {found.with_sentence}")
    return lines


def usefulness_dict(found: Usefulness) -> dict[str, Any]:
    """Return the figures as plain values."""
    return asdict(found)


def _members(answer: Answer, labels: Mapping[str, set[str]]) -> dict[str, list[set[str]]]:
    """Return the labels of the labeled comments of each point."""
    numbers = {number.name: number for number in answer.numbers}
    return {
        point.number: [labels[one] for one in numbers[point.number].ids if one in labels]
        for point in answer.points
        if not point.is_rest
    }


def _purity(inside: Sequence[set[str]], label: str) -> float | None:
    tally = Tally(one for carried in inside for one in carried - {label})
    most = max(tally.values(), default=0)
    return max(most, sum(label in carried for carried in inside)) / len(inside) if inside else None


def _co_labels(labels: Mapping[str, set[str]], label: str) -> list[tuple[str, float]]:
    """Return the most frequent other labels of the comments with a label, with their share among them."""
    having = [carried for carried in labels.values() if label in carried]
    tally = Tally(one for carried in having for one in carried - {label})
    ranked = sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(one, count / len(having)) for one, count in ranked[:CO_LABELS] if count >= LEAST_CO_LABELED]


def _is_covered(members: Sequence[Sequence[set[str]]], wanted: str, share: float) -> bool:
    shares = [sum(wanted in carried for carried in inside) / len(inside) for inside in members if inside]
    return any(one >= max(LEAST_IN_POINT, min(STANDS_OUT * share, 0.5)) for one in shares)

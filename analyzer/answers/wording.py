"""Write sentences about figures: each number is a slot, bound to the query that computed it."""

from collections.abc import Mapping, Sequence

from analyzer.answers.answer_languages import in_language
from analyzer.answers.grounding.quantities import bind
from analyzer.answers.types import Number, Plan, Task
from analyzer.counting.types import Count, Table

UNCHECKED = "That is the machine's judgement, not corrected by labels."
INTERVAL = "By {labels} labels the share lies between {low} and {high} (interval of {level_share})."
CONFIDENCE = 0.95
PERCENT = ("share", "low", "high")
MAX_ROWS_IN_SENTENCE = 3


def format_number(number: Number) -> str:
    """Return a number as text: a share in percent, a count without decimals, other values with two decimals."""
    if number.name.endswith(PERCENT):
        return format_share(number.value)
    return f"{number.value:,.0f}" if number.value == int(number.value) else f"{number.value:,.2f}"


def format_share(value: float) -> str:
    """Return a share, 0 to 1, in percent: one decimal, and two below one percent."""
    if value >= 0.0095:
        return f"{100 * value:.1f}".removesuffix(".0") + " %"
    return f"{100 * value:.2f} %"


def counted(number: int, one: str, several: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else several}"


def change_words(since: str, recent: float | None, before: float | None) -> str:
    """Return a change over time in words; empty if there is none."""
    if recent is None or before is None:
        return ""
    return f"{'↑' if recent > before else '↓'} {format_share(recent)} since {since}, {format_share(before)} before"


def fill_slots(template: str, numbers: Sequence[Number], language: str = "") -> str:
    """Return a sentence with its slots filled, in a language if there is a table of it."""
    return bind(in_language(template, language), {number.name: format_number(number) for number in numbers})


def count_numbers(count: Count) -> list[Number]:
    """Return the numbers of a count: number of comments, share, interval and denominator."""
    query = (
        f"count {count.predicate!r} where {count.where or 'all'}"
        if count.predicate
        else f"where {count.where or 'all'}"
    )
    comments = round(count.estimate * count.denominator)
    yes = Number(
        comments, count.denominator, query, "yes", count.where, ids=count.examples,
        method=count.method,
    )  # fmt: skip
    share = Number(
        comments / count.denominator if count.denominator else 0.0,
        count.denominator,
        query,
        "share",
        count.where,
        count.low,
        count.high,
        count.method,
        count.examples,
    )
    numbers = [
        yes,
        share,
        Number(count.denominator, count.denominator, f"where {count.where or 'all'}", "among", count.where),
    ]
    if count.is_corrected and count.labelled:
        numbers += [
            Number(count.low, count.denominator, query, "low", count.where, method=count.method),
            Number(count.high, count.denominator, query, "high", count.where, method=count.method),
            Number(count.labelled, count.denominator, "labels", "labels", count.where),
        ]
    if count.respondents:
        numbers.append(Number(count.respondents, count.denominator, "distinct respondents", "respondents", count.where))
    numbers.append(Number(count.texts, count.denominator, "distinct texts", "texts", count.where))
    return numbers


def count_sentences(count: Count, numbers: Sequence[Number], language: str = "") -> list[str]:
    """Return the sentences that state a count."""
    level = Number(CONFIDENCE, count.denominator, "confidence level", "level_share")
    if not count.predicate:
        templates = ["{yes} of {among} comments ({share}) match."]
        templates += ["They come from {respondents} known respondents."] if count.respondents else []
    else:
        templates = ["{yes} of the {among} comments that match ({share}) speak of it."]
        templates += [INTERVAL if count.is_corrected else UNCHECKED]
    return [" ".join(fill_slots(template, [*numbers, level], language) for template in templates)]


def table_numbers(table: Table) -> list[Number]:
    """Return the values of a table as numbers, each with the query that selects its records."""
    suffix = "share" if table.unit == "share" else "value"
    return [
        Number(row.value, row.of, table.query, f"row_{i}_{suffix}", row.where, row.low, row.high, table.method, row.ids)
        for i, row in enumerate(table.rows)
    ]


def table_sentences(plan: Plan, table: Table, numbers: Sequence[Number]) -> list[str]:
    """Return a sentence on the largest rows of a table, or for a trend on its first, its last and its highest row."""
    if not table.rows:
        return []
    by_row = dict(zip(range(len(table.rows)), numbers, strict=False))
    ranked = sorted(range(len(table.rows)), key=lambda i: (-table.rows[i].value, table.rows[i].label))
    if plan.task is Task.TREND:
        return [_trend_sentence(table, by_row, ranked[0])]
    chosen = ranked[:MAX_ROWS_IN_SENTENCE]
    parts = [f"{label_prefix(table.rows[i].label)}{format_number(by_row[i])}" for i in chosen]
    title = table.title[:1].upper() + table.title[1:]
    return [f"{title}: {'; '.join(parts)}."]


def _trend_sentence(table: Table, numbers: Mapping[int, Number], peak: int) -> str:
    """Return the sentence on the first and the last row of a trend, and on the highest one if it is another."""
    last = len(table.rows) - 1
    values = {i: f"{label_prefix(table.rows[i].label)}{format_number(numbers[i])}" for i in {0, last, peak}}
    title = table.title[:1].upper() + table.title[1:]
    ends = values[0] if not last else f"{values[0]} to {values[last]}"
    return f"{title}: {ends}{f'; highest {values[peak]}' if peak not in (0, last) else ''}."


def label_prefix(label: str) -> str:
    """Return the name of a group followed by a space; empty for the only row of a table without groups."""
    return f"{label} " if label else ""

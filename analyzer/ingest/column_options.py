"""What a user says about single columns: kind, form of dates, order of labels, words for a missing answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.errors import MappingError
from analyzer.ingest.typing import ColumnProfile
from analyzer.ingest.values.choices import boolean_labels, multi_separator
from analyzer.ingest.values.date_numbers import FORMS
from analyzer.ingest.values.numbers import NumberTally
from analyzer.ingest.values.period_text import granularity, read_period
from analyzer.ingest.values.reader import reader
from analyzer.ingest.values.scales import common_spellings, given_order, ranked_labels
from analyzer.types import Kind, Reading, Scale

_SCALE = re.compile(r"(-?\d+(?:\.\d+)?) ?(?:-|\u2013|to|\.\.) ?(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class ColumnOptions:
    """Options of columns by heading, as given; headings are found as in --map.

    Attributes:
        kinds: name of the kind.
        dates: form of dates, one of values.date_numbers.FORMS.
        orders: labels, lowest first.
        missing: words that mean "no answer".
        scales: ends of a rating scale, the worst first: (5, 1) if 1 is the best.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scales: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def labels(self) -> tuple[str, ...]:
        """Return every heading that has an option."""
        return tuple(dict.fromkeys((*self.kinds, *self.dates, *self.orders, *self.missing, *self.scales)))


def parse_options(
    types: Sequence[str] = (),
    dates: Sequence[str] = (),
    order: Sequence[str] = (),
    missing: Sequence[str] = (),
    scale: Sequence[str] = (),
) -> ColumnOptions:
    """Return the options of columns from "COLUMN=value" texts, as on the command line.

    Args:
        types: COLUMN=number, ordinal, category, multi-choice, date, period, boolean, text or code.
        dates: COLUMN=dmy, mdy, ymd, excel-1900, excel-1904, epoch-seconds or epoch-milliseconds.
        order: COLUMN=low|mid|high.
        missing: COLUMN=word, several times or words separated by "|".
        scale: COLUMN=1-5, the worst end first.

    Raises:
        MappingError: on a text without "=", an unknown kind or an unknown form of dates.
    """
    kinds = dict(_pair("--type", text) for text in types)
    for label, kind in kinds.items():
        _check("--type", label, kind, [one.value for one in Kind])
    forms = dict(_pair("--dates", text) for text in dates)
    for label, form in forms.items():
        _check("--dates", label, form, FORMS)
    orders = {label: tuple(_parts(value)) for label, value in (_pair("--order", text) for text in order)}
    words: dict[str, tuple[str, ...]] = {}
    for label, value in (_pair("--missing", text) for text in missing):
        words[label] = (*words.get(label, ()), *_parts(value))
    scales = {label: _ends(label, value) for label, value in (_pair("--scale", text) for text in scale)}
    return ColumnOptions(kinds, forms, orders, words, scales)


def apply_options(
    columns: Sequence[ColumnProfile], options: ColumnOptions, find: Callable[[str], ColumnProfile]
) -> tuple[ColumnProfile, ...]:
    """Return the columns read as the options say.

    Args:
        columns: of a file.
        options: what the user says of some of them.
        find: returns the column of a heading; raises MappingError if there is none.
    """
    found = {label: find(label).label for label in options.labels()}
    changed = {column.label: column for column in columns}
    for label, column_label in found.items():
        changed[column_label] = _apply(changed[column_label], label, options)
    return tuple(changed[column.label] for column in columns)


def _apply(column: ColumnProfile, label: str, options: ColumnOptions) -> ColumnProfile:
    kind, reading = column.kind, column.reading
    if label in options.missing:
        words = tuple(dict.fromkeys((*reading.missing, *(word.casefold() for word in options.missing[label]))))
        reading = replace(reading, missing=words)
        column = column.read_as(kind, reading)
    if label in options.kinds:
        kind = Kind(options.kinds[label])
        reading = reading_for(column, kind)
    if label in options.dates:
        kind = Kind.PERIOD if kind is Kind.PERIOD else Kind.DATE
        reading = replace(reading, dates=options.dates[label])
    if label in options.orders:
        ranked = given_order(options.orders[label])
        kind, reading = Kind.ORDINAL, replace(reading, labels=ranked.labels, numbers=ranked.numbers)
    if label in options.scales:
        worst, best = options.scales[label]
        name = reading.scale.name if reading.scale else "rating"
        reading = replace(reading, scale=Scale(name, min(worst, best), max(worst, best), is_reversed=worst > best))
    return column.read_as(kind, reading)


def reading_for(column: ColumnProfile, kind: Kind) -> Reading:
    """Return the reading under which most values of a column are of a kind."""
    kept = Reading(
        missing=column.reading.missing,
        decimal=column.reading.decimal,
        is_markup=column.reading.is_markup,
        is_encoded_twice=column.reading.is_encoded_twice,
    )
    if kind is column.kind:
        return column.reading
    values = column.values if column.values is not None else dict.fromkeys(column.samples, 1)
    answers = {text: count for text, count in values.items() if text not in column.missing}
    if kind is Kind.ORDINAL:
        ranked = ranked_labels(answers) or given_order(sorted(common_spellings(answers)))
        return replace(kept, labels=ranked.labels, numbers=ranked.numbers)
    if kind is Kind.BOOLEAN:
        return replace(kept, labels=boolean_labels(answers) or tuple(sorted(common_spellings(answers)))[:2])
    if kind is Kind.MULTI:
        return replace(kept, separator=multi_separator(answers) or _frequent_mark(answers))
    order = column.dates.order if column.dates else ""
    found = _of_measure(answers, kind, order)
    return replace(
        kept,
        granularity=found.get("granularity", ""),
        decimal=found.get("decimal", kept.decimal),
        dates=found.get("dates", ""),
    )


def _of_measure(answers: Mapping[str, int], kind: Kind, order: str) -> dict[str, str]:
    """Return what a number, a date or a period needs to be read."""
    if kind is Kind.PERIOD:
        periods = [period for text in answers if (period := read_period(text))]
        return {"granularity": granularity(periods[0]) if periods else ""}
    if kind is Kind.NUMBER:
        tally = NumberTally()
        for text, count in answers.items():
            tally.add(text, count)
        return {"decimal": tally.decimal}
    return {"dates": best_form(answers, order)} if kind is Kind.DATE else {}


def best_form(answers: Mapping[str, int], first: str = "") -> str:
    """Return the form in which most values are dates; the order of day and month that more of them require."""
    forms = dict.fromkeys([*([first] if first else []), *FORMS])
    readers = {form: reader(Kind.DATE, Reading(dates=form)) for form in forms}
    scores = {form: sum(n for text, n in answers.items() if read(text) is not None) for form, read in readers.items()}
    return max(scores, key=lambda form: scores[form])


def _frequent_mark(answers: Mapping[str, int]) -> str:
    return max((";", "|", "\n", ","), key=lambda mark: sum(mark in text for text in answers))


def _pair(option: str, text: str) -> tuple[str, str]:
    label, mark, value = text.rpartition("=")
    if not mark or not label.strip() or not value.strip():
        raise MappingError(f'{option} needs "COLUMN=value", not {text!r}')
    return label.strip(), value.strip()


def _ends(label: str, value: str) -> tuple[float, ...]:
    match = _SCALE.fullmatch(value)
    if match is None or float(match[1]) == float(match[2]):
        raise MappingError(f'--scale {label!r}: write the worst and the best value, such as 1-5, not "{value}"')
    return float(match[1]), float(match[2])


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split("|") if part.strip()]


def _check(option: str, label: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise MappingError(f"{option} {label!r}: unknown {value!r}; one of {', '.join(known)}")

"""Read the columns of a later file as the workspace reads them: nothing is guessed again that was decided before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analyzer.ingest.column_options import best_form
from analyzer.ingest.header import slug
from analyzer.ingest.rating_scales import direction
from analyzer.ingest.typing import ColumnProfile
from analyzer.ingest.values.numbers import labeled_number
from analyzer.ingest.values.scales import MOST_LABELS, Ranked, common_spellings, fold_label, ranked_labels
from analyzer.types import Column, Kind, Reading

FITS = 0.9
"""Share of the answers that must fit a kept kind; below it a note says so."""


def read_as_known(
    columns: Sequence[ColumnProfile], known: Mapping[str, Column], given: frozenset[str]
) -> tuple[tuple[ColumnProfile, ...], tuple[str, ...]]:
    """Return the columns under the kinds and readings of the workspace, and notes on those that do not fit.

    Args:
        columns: of a file.
        known: the columns of the workspace by name.
        given: labels of columns that the user gave another kind or reading, which are left alone.
    """
    by_label = {slug(column.label): column for column in known.values()}
    read, notes = [], []
    for column in columns:
        kept = by_label.get(slug(column.label)) or known.get(column.name)
        if kept is None or column.label in given or not column.answered:
            read.append(column)
            continue
        as_before = read_as_column(column, kept)
        read.append(as_before)
        notes += misfit_note(column, as_before)
        if _is_turned(column, kept):
            notes.append(
                f"column {column.label!r} runs the other way than in this workspace, as its labels say: its numbers "
                "are turned round"
            )
    return tuple(read), tuple(notes)


def read_as_column(column: ColumnProfile, kept: Column) -> ColumnProfile:
    """Return a column under the kind of a kept column, with what only this file decides: decimal mark, date order."""
    if kept.kind in {Kind.TEXT, Kind.CATEGORY} and column.kind in {Kind.TEXT, Kind.CATEGORY}:
        return replace(column, kind=kept.kind)
    return column.read_as(kept.kind, _reading(column, kept))


def misfit_note(column: ColumnProfile, as_before: ColumnProfile) -> list[str]:
    """Return a note if many values of a column do not fit its kind in the workspace."""
    if as_before.misfits <= (1 - FITS) * column.answered:
        return []
    return [
        f"column {column.label!r} is a {as_before.kind} column of this workspace, but {as_before.misfits:,} of its "
        f"{column.answered:,} values do not fit and are left empty; with --map drop= it is left out"
    ]


def _reading(column: ColumnProfile, kept: Column) -> Reading:
    own, reading = column.reading, kept.reading
    missing = tuple(dict.fromkeys((*reading.missing, *own.missing)))
    reading = replace(reading, missing=missing, is_markup=own.is_markup, is_encoded_twice=own.is_encoded_twice)
    if kept.kind is Kind.NUMBER:
        reading = replace(reading, decimal=own.decimal if column.kind is Kind.NUMBER else reading.decimal)
        return _with_labels(reading, column)
    if kept.kind is Kind.DATE:
        return replace(reading, dates=_dates(column, reading.dates))
    if kept.kind is Kind.ORDINAL:
        ranked = _joined_labels(column, reading)
        return replace(reading, labels=ranked.labels, numbers=ranked.numbers)
    if kept.kind is Kind.MULTI and own.separator:
        return replace(reading, separator=own.separator)
    return reading


def _with_labels(reading: Reading, column: ColumnProfile) -> Reading:
    """Return the reading of a number with the numbers of a scale of five, if this file writes its labels."""
    is_of_five = reading.scale is None or reading.scale.high == 5
    if _is_turned_round(reading, column):
        low, high = (reading.scale.low, reading.scale.high) if reading.scale else (1.0, 5.0)
        numbers = tuple(low + high - number for number in column.reading.numbers)
        return replace(reading, labels=column.reading.labels, numbers=numbers)
    is_numbered = any(map(labeled_number, column.reading.labels))
    is_scale = column.kind is Kind.ORDINAL and not is_numbered
    if not is_scale or not is_of_five or max(column.reading.numbers, default=9) > 5:
        return reading
    return replace(reading, labels=column.reading.labels, numbers=column.reading.numbers)


def _is_turned(column: ColumnProfile, kept: Column) -> bool:
    return kept.kind is Kind.NUMBER and _is_turned_round(kept.reading, column)


def _is_turned_round(kept: Reading, column: ColumnProfile) -> bool:
    """Check whether the labels of a file say that its low end is the best, and the workspace's is the worst."""
    if column.kind is not Kind.ORDINAL or not any(map(labeled_number, column.reading.labels)):
        return False
    is_reversed = kept.scale is not None and kept.scale.is_reversed
    return direction(column) == (1 if is_reversed else -1)


def _dates(column: ColumnProfile, kept: str) -> str:
    if column.kind is Kind.DATE and column.dates is not None:
        has_order = column.dates.dmy + column.dates.mdy > 0 or column.reading.dates not in {"dmy", "mdy", "ymd"}
        return column.reading.dates if has_order else kept if kept in {"dmy", "mdy", "ymd"} else column.reading.dates
    values = column.values if column.values is not None else dict.fromkeys(column.samples, 1)
    return best_form({text: n for text, n in values.items() if text not in column.missing}, kept)


def _with_numbers(column: ColumnProfile, kept: Ranked) -> Ranked:
    """Return the labels of the workspace, and a label for each number of their scale that only this file uses."""
    values = column.values if column.values is not None else dict.fromkeys(column.samples, 1)
    numbers = {float(text) for text in values if text.strip().isdecimal()}
    lowest, highest = min(kept.numbers, default=0), max(kept.numbers, default=-1)
    new = {number for number in numbers - set(kept.numbers) if lowest <= number <= highest}
    pairs = sorted([*zip(kept.numbers, kept.labels, strict=True), *((number, f"{number:g}") for number in new)])
    return Ranked(tuple(label for _, label in pairs), tuple(number for number, _ in pairs))


def _joined_labels(column: ColumnProfile, reading: Reading) -> Ranked:
    """Return the labels of the workspace with those of the file that belong to the same scale."""
    kept = Ranked(reading.labels, reading.numbers)
    if column.kind is Kind.NUMBER:
        return _with_numbers(column, kept)
    known = {fold_label(label) for label in reading.labels}
    answers = {text: n for text, n in (column.values or {}).items() if text not in column.missing}
    new = [label for label in common_spellings(answers) if fold_label(label) not in known]
    if not new or len(new) > MOST_LABELS:
        return kept
    joined = ranked_labels(dict.fromkeys((*reading.labels, *new), 1))
    return joined if joined is not None and set(reading.labels) <= set(joined.labels) else kept

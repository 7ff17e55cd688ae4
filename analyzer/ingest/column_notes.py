"""Sentences on how the columns of a file are read: what is missing, what does not fit, what should be confirmed."""

from collections.abc import Sequence

from analyzer.ingest.rating_scales import scale_note
from analyzer.ingest.typing import ColumnProfile
from analyzer.types import Kind

WORDS_SHOWN = 4
LABELS_SHOWN = 9
FORMS_OF_NUMBERS = {
    "excel-1900": "day numbers of a spreadsheet",
    "excel-1904": "day numbers of a spreadsheet that counts from 1904",
    "epoch-seconds": "seconds since 1970",
    "epoch-milliseconds": "milliseconds since 1970",
}
"""Forms of dates that are bare numbers, in words."""


def column_notes(column: ColumnProfile) -> list[str]:
    """Return the notes on one column."""
    notes = []
    if column.dates is not None and (note := column.dates.note(column.label)):
        notes.append(note)
    elif column.misfits:
        notes.append(
            f"column {column.label!r} is {with_article(column.kind)}: {column.misfits:,} of {column.answered:,} "
            "values do not fit and are left empty"
        )
    if column.kind is Kind.DATE and column.reading.dates in FORMS_OF_NUMBERS and column.dates is not None:
        days = f"from {column.dates.first[:10]} to {column.dates.last[:10]}"
        notes.append(f"column {column.label!r} holds {FORMS_OF_NUMBERS[column.reading.dates]}, read as dates {days}")
    if column.missing:
        notes.append(missing_note(column))
    if column.kind is Kind.ORDINAL and not _has_numbers_written(column):
        notes.append(f"column {column.label!r} is read as a scale, lowest first: {order_of(column.reading.labels)}")
    notes += _number_notes(column)
    if note := scale_note(column):
        notes.append(note)
    return notes + _text_notes(column)


def _number_notes(column: ColumnProfile) -> list[str]:
    notes: list[str] = []
    if column.kind is not Kind.NUMBER:
        return notes
    if column.unclear_numbers:
        read_as = "thousands" if (column.high or 0) >= 1_000 else "decimals"
        notes.append(
            f"column {column.label!r}: {column.unclear_numbers:,} numbers such as 1.234 or 1,234 may be thousands or "
            f"decimals, and are read as {read_as}"
        )
    if column.reading.labels:
        notes.append(f"column {column.label!r} has labels for numbers, read as {_labels(column)}")
    return notes


def missing_note(column: ColumnProfile) -> str:
    """Return the sentence on the missing answers of a column."""
    count = sum(column.missing.values())
    words = [repr(word) for word in column.missing][:WORDS_SHOWN]
    more = " and others" if len(column.missing) > WORDS_SHOWN else ""
    values = '1 value means "no answer" and is' if count == 1 else f'{count:,} values mean "no answer" and are'
    return f"column {column.label!r}: {values} left empty ({', '.join(words)}{more})"


def order_of(labels: Sequence[str]) -> str:
    """Return labels with the sign between them that says their order."""
    if len(labels) > LABELS_SHOWN:
        labels = (*labels[:LABELS_SHOWN], "…")
    return " < ".join(labels)


def with_article(kind: Kind) -> str:
    """Return the name of a kind with its article."""
    return f"an {kind.value} column" if kind.value[0] in "aeiou" else f"a {kind.value} column"


def _labels(column: ColumnProfile) -> str:
    pairs = zip(column.reading.labels, column.reading.numbers, strict=False)
    return ", ".join(f"{label} = {number:g}" for label, number in pairs)


def _has_numbers_written(column: ColumnProfile) -> bool:
    return any(map(str.isdecimal, "".join(column.reading.labels)))


def _text_notes(column: ColumnProfile) -> list[str]:
    notes = []
    if column.kind is Kind.TEXT and column.reading.is_markup:
        notes.append(f"column {column.label!r}: {column.markup:,} texts are HTML and are read as plain text")
    if column.kind is Kind.TEXT and column.reading.is_encoded_twice:
        notes.append(f"column {column.label!r}: {column.encoded_twice:,} texts were encoded twice and are repaired")
    return notes

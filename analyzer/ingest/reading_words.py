"""Say in words how a column is read, and with which options that is changed."""

from analyzer.ingest.column_notes import FORMS_OF_NUMBERS, order_of
from analyzer.ingest.dates import ORDER_NAMES
from analyzer.ingest.typing import ColumnProfile
from analyzer.types import Kind, Scale

_SCALE_NAMES = {
    "nps": "NPS",
    "csat": "CSAT",
    "ces": "CES",
    "stars": "stars",
    "grade": "school grade",
    "rating": "rating",
}
_SEPARATOR_NAMES = {"\n": "line breaks", "[]": "list brackets"}


def reading_in_words(column: ColumnProfile) -> str:
    """Return how the cells of a column are read; of an ordinal, its labels are the file's own, unscrubbed."""
    kind, reading = column.kind, column.reading
    if kind is Kind.NUMBER:
        return _number(column)
    if kind is Kind.DATE:
        form = FORMS_OF_NUMBERS.get(reading.dates)
        return f"date, from {form}" if form else f"date, {ORDER_NAMES.get(reading.dates, 'day first')}"
    if kind is Kind.PERIOD:
        return f"period: {reading.granularity or 'of several lengths'}"
    if kind is Kind.ORDINAL:
        scale = f", {_scale(reading.scale)}" if reading.scale else ""
        return f"ordinal: {order_of(reading.labels)}{scale}"
    if kind is Kind.MULTI:
        mark = _SEPARATOR_NAMES.get(reading.separator, f'"{reading.separator}"')
        return f"multi-choice, options separated by {mark}"
    if kind is Kind.BOOLEAN:
        return f"boolean: {' / '.join(reading.labels)}"
    if kind is Kind.CATEGORY:
        return f"category, {column.distinct - len(column.missing):,} values"
    return _text(column) if kind is Kind.TEXT else kind.value


def options_of(column: ColumnProfile, *, is_used: bool, is_question: bool) -> tuple[str, ...]:
    """Return the options that change the use and the reading of a column, as they are typed."""
    label = column.label.replace('"', '\\"')
    if not is_used:
        return (f'--map keep="{label}"',)
    options = [f'--map drop="{label}"']
    if column.kind is Kind.TEXT:
        options.append(f'--type "{label}=category"' if is_question else f'--map text="{label}"')
        return tuple(options)
    if column.kind is Kind.DATE:
        options.append(f'--dates "{label}={_other_form(column)}"')
    elif column.kind is Kind.ORDINAL:
        options.append(f'--order "{label}={"|".join(column.reading.labels)}"')
    if column.misfits:
        options.append(f'--missing "{label}=WORD"')
    options.append(f'--type "{label}={_other_kind(column.kind)}"')
    return tuple(options)


def _number(column: ColumnProfile) -> str:
    scale = column.reading.scale
    low, high = (scale.low, scale.high) if scale else (column.low or 0, column.high or 0)
    words = f"number {low:g} to {high:g}"
    if scale:
        words += f", {_scale(scale)}"
    return words + (", decimal comma" if column.reading.decimal else "")


def _scale(scale: Scale) -> str:
    name = _SCALE_NAMES.get(scale.name, scale.name)
    return f"{name}, {scale.low:g} is the best" if scale.is_reversed else name


def _text(column: ColumnProfile) -> str:
    parts = ["text"]
    if column.reading.is_markup:
        parts.append("HTML as plain text")
    if column.reading.is_encoded_twice:
        parts.append("encoding repaired")
    return ", ".join(parts)


def _other_form(column: ColumnProfile) -> str:
    return {"dmy": "mdy", "mdy": "dmy", "excel-1900": "excel-1904"}.get(column.reading.dates, "dmy")


def _other_kind(kind: Kind) -> str:
    return {Kind.NUMBER: "code", Kind.CODE: "category", Kind.CATEGORY: "text"}.get(kind, "category")

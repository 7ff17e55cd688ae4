"""Read the cells of a column into stored values, as its kind and its reading say."""

import re
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from analyzer.ingest.cleaning import clean_text
from analyzer.ingest.date_text import written_date
from analyzer.ingest.values.choices import options_in
from analyzer.ingest.values.date_numbers import EXCEL_1900, read_number_date
from analyzer.ingest.values.missing import is_missing
from analyzer.ingest.values.numbers import labeled_number, plain_number, read_number
from analyzer.ingest.values.period_text import granularity, read_compact_month, read_period, read_year
from analyzer.ingest.values.plain_text import plain_text, repair_encoding
from analyzer.ingest.values.scales import fold_label
from analyzer.types import FieldValue, Kind, Reading

CellReader: TypeAlias = Callable[[str], FieldValue]

JOINT = "; "
"""Between the options of a stored multi-choice value."""
LONGEST_CODE = 64
_CODE = re.compile(rf"(?=\D*\d)[A-Za-z0-9_/.#:+-]{{1,{LONGEST_CODE}}}", re.ASCII)
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 100


def reader(kind: Kind, reading: Reading) -> CellReader:
    """Return a function that reads one raw cell into its stored value; None if it is missing or does not fit.

    Args:
        kind: of the column.
        reading: how its cells are read; kept with the workspace and used for later files too.
    """
    if kind is Kind.TEXT:
        return _text_reader(reading)
    read = _READERS[kind](reading)
    missing = frozenset(reading.missing)
    seen: dict[str, FieldValue] = {}

    def read_cell(cell: str) -> FieldValue:
        if cell in seen:
            return seen[cell]
        text = cell.strip()
        value = None if not text or is_missing(text, kind, missing) else read(text)
        if len(cell) <= _LONGEST_REMEMBERED and len(seen) < _REMEMBERED:
            seen[cell] = value
        return value

    return read_cell


def is_code(text: str) -> bool:
    """Check whether a text is an identifier: one word of letters, digits and separators, with a digit."""
    return _CODE.fullmatch(text) is not None


def _text_reader(reading: Reading) -> CellReader:
    missing = frozenset(reading.missing)

    def read_cell(cell: str) -> FieldValue:
        text = cell.strip()
        if not text or is_missing(text, Kind.TEXT, missing):
            return None
        if reading.is_encoded_twice and not text.isascii():
            text = repair_encoding(text)
        if reading.is_markup and ("<" in text or "&" in text):
            text = plain_text(text)
        cleaned = clean_text(text)
        return None if not cleaned or is_missing(cleaned, Kind.TEXT, missing) else cleaned

    return read_cell


def _number_reader(reading: Reading) -> CellReader:
    of = reading.scale.high if reading.scale is not None else 0
    numbers = {fold_label(label): n for label, n in zip(reading.labels, reading.numbers, strict=False)}

    def read(text: str) -> FieldValue:
        known = numbers.get(fold_label(text)) if numbers else None
        if known is not None:
            return int(known) if float(known).is_integer() else known
        return read_number(text, reading.decimal, of)

    return read


def _date_reader(reading: Reading) -> CellReader:
    order = reading.dates or "dmy"

    def read(text: str) -> FieldValue:
        if text[0].isdecimal() and (found := read_number_date(text, order) or _serial_beside_dates(text, order)):
            return found
        written = written_date(text)
        return written.read("mdy" if order == "mdy" else "dmy") if written else None

    return read


def _serial_beside_dates(text: str, order: str) -> str | None:
    """Return the date of a day number that a spreadsheet left among written dates."""
    is_usual = len(text) == 5 and text.isdecimal() and "30000" <= text <= "60000"
    return read_number_date(text, EXCEL_1900) if is_usual and order in {"dmy", "mdy", "ymd"} else None


def _period_reader(reading: Reading) -> CellReader:
    wanted = reading.granularity

    def read(text: str) -> FieldValue:
        found = (
            read_period(text)
            or (read_compact_month(text) if wanted == "month" else None)
            or (read_year(text) if wanted in {"year", ""} else None)
        )
        if found is not None:
            return found if wanted in {"", granularity(found)} else None
        written = written_date(text)
        return _period_of(written.read("mdy" if reading.dates == "mdy" else "dmy") or "", wanted) if written else None

    return read


def _period_of(iso: str, wanted: str) -> str | None:
    if not iso:
        return None
    day = date.fromisoformat(iso[:10])
    week = day.isocalendar()
    made = {
        "week": f"{week.year}-W{week.week:02}",
        "month": iso[:7],
        "quarter": f"{iso[:4]}-Q{(day.month + 2) // 3}",
        "year": iso[:4],
    }
    return made.get(wanted)


def _ordinal_reader(reading: Reading) -> CellReader:
    by_label = {fold_label(label): label for label in reading.labels}
    found = [labeled_number(label) for label in reading.labels]
    is_numbered = any(found) and all(
        one or plain_number(label) is not None for one, label in zip(found, reading.labels, strict=True)
    )
    by_text = (
        {fold_label(one[1]): label for one, label in zip(found, reading.labels, strict=True) if one}
        if is_numbered
        else {}
    )
    by_number = dict(zip(reading.numbers, reading.labels, strict=False)) if is_numbered else {}

    def read(text: str) -> FieldValue:
        folded = fold_label(text)
        if folded in by_label:
            return by_label[folded]
        if folded in by_text:
            return by_text[folded]
        labeled = labeled_number(text)
        number = labeled[0] if labeled else plain_number(text)
        if labeled and not is_numbered:
            return by_label.get(fold_label(labeled[1]))
        return by_number.get(number) if number is not None else None

    return read


def _multi_reader(reading: Reading) -> CellReader:
    return lambda text: clean_text(JOINT.join(options_in(text, reading.separator))) or None


def _boolean_reader(reading: Reading) -> CellReader:
    by_label = {label.casefold().strip(" ."): label for label in reading.labels}
    return lambda text: by_label.get(text.casefold().strip(" ."))


def _category_reader(_: Reading) -> CellReader:
    return lambda text: clean_text(text) or None


def _code_reader(_: Reading) -> CellReader:
    return lambda text: text if is_code(text) else None


_READERS: dict[Kind, Callable[[Reading], CellReader]] = {
    Kind.NUMBER: _number_reader,
    Kind.DATE: _date_reader,
    Kind.PERIOD: _period_reader,
    Kind.ORDINAL: _ordinal_reader,
    Kind.MULTI: _multi_reader,
    Kind.BOOLEAN: _boolean_reader,
    Kind.CATEGORY: _category_reader,
    Kind.CODE: _code_reader,
}

"""Read the dates of a column: the order of day and month follows from all values, and uncertain ones are counted."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, TypeAlias

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]

MAX_LENGTH = 40
"""Maximum characters of a date text."""
_PIVOT = 69
"""Two-digit years from 69 are 19xx (POSIX)."""
_ORDER_NAMES = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}

_TIME = (
    r"(?:[T ,]{1,2}(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?(?: ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})" + _TIME)
_NUMERIC = re.compile(r"(?P<first>\d{1,2})(?P<sep>[-/.])(?P<second_>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})" + _TIME)
_WEEKDAY = r"(?:[^\W\d]{2,10}\.?,? )?"
_DAY_NAME = re.compile(
    _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?[ -](?:de )?(?P<name>[^\W\d]{3,10})\.?,?[ -](?:de )?"
    r"(?P<year>\d{4}|\d{2})" + _TIME
)
_NAME_DAY = re.compile(
    _WEEKDAY + r"(?P<name>[^\W\d]{3,10})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})" + _TIME
)
_MONTHS = (
    "jan january januar janvier enero januari ene janv",
    "feb february februar fevrier febrero februari fev fevr",
    "mar march marz mars marzo maart mrt maerz mrz",
    "apr april avril abril avr abr",
    "may mai mayo mei",
    "jun june juni juin junio",
    "jul july juli juillet julio juil",
    "aug august aout agosto augustus ago",
    "sep sept september septembre septiembre set",
    "oct october oktober octobre octubre okt",
    "nov november novembre noviembre",
    "dec december dezember decembre diciembre dez dic",
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}


@dataclass(frozen=True, slots=True)
class DateOrder:
    """The order in which the dates of a column are read, and the counts of values that support it.

    Attributes:
        order: order of day, month and year for values that fit more than one.
        filled: non-empty values.
        dmy, mdy: values that fit only day first, or only month first.
        ambiguous: values that fit both, with different results.
        unreadable: values that are not dates.
    """

    order: Order
    filled: int = 0
    dmy: int = 0
    mdy: int = 0
    ambiguous: int = 0
    unreadable: int = 0

    @property
    def readable(self) -> int:
        """Number of values that are dates."""
        return self.filled - self.unreadable

    @property
    def misfits(self) -> int:
        """Number of values that fit only the other order."""
        return {"dmy": self.mdy, "mdy": self.dmy}.get(self.order, 0)

    def note(self, label: str) -> str:
        """Return one line on the order and the number of uncertain values; "" if there are none."""
        parts = []
        if self.misfits:
            other = _ORDER_NAMES["mdy" if self.order == "dmy" else "dmy"]
            parts.append(f"{self.misfits:,} of {self.filled:,} dates fit only {other} and were read that way")
        if self.ambiguous and (self.misfits or not (self.dmy or self.mdy)):
            parts.append(f"{self.ambiguous:,} can be read both ways and were read {_ORDER_NAMES[self.order]}")
        if self.unreadable:
            parts.append(f"{self.unreadable:,} are not dates and were left empty")
        return f"column {label!r} is {_ORDER_NAMES[self.order]}: {'; '.join(parts)}" if parts else ""


class DateTally:
    """Counts the orders that fit the values of a column, one value at a time."""

    def __init__(self) -> None:
        self.filled = self.unreadable = 0
        self._dmy = self._mdy = self._ambiguous = self._year_first = self._american_hints = 0

    def add(self, value: str) -> None:
        """Count one non-empty value."""
        self.filled += 1
        value = value.strip()
        match = _numeric(value) if len(value) <= MAX_LENGTH else None
        if match is None:
            if read_date(value, "dmy") is None:
                self.unreadable += 1
            elif value[:4].isdigit():
                self._year_first += 1
            return
        day_first, month_first = _from_numeric(match, "dmy"), _from_numeric(match, "mdy")
        if day_first is None and month_first is None:
            self.unreadable += 1
        elif month_first is None:
            self._dmy += 1
        elif day_first is None:
            self._mdy += 1
        elif day_first != month_first:
            self._ambiguous += 1
            self._american_hints += match["half"] is not None

    def add_other(self) -> None:
        """Count one value that is known not to be a date."""
        self.filled += 1
        self.unreadable += 1

    def result(self) -> DateOrder:
        """Return the order that more values require; if none does, day first unless times have AM or PM."""
        order: Order = "dmy"
        if self._mdy > self._dmy or (self._mdy == self._dmy == 0 and self._american_hints * 2 > self._ambiguous):
            order = "mdy"
        elif self._year_first and not (self._dmy or self._ambiguous):
            order = "ymd"
        return DateOrder(order, self.filled, self._dmy, self._mdy, self._ambiguous, self.unreadable)


def detect_order(values: Iterable[str]) -> DateOrder:
    """Return the order of day and month of a whole column; empty values are ignored."""
    tally = DateTally()
    for value in values:
        if value.strip():
            tally.add(value)
    return tally.result()


def parse_date(value: str, order: DateOrder | Order) -> str | None:
    """Return a date as ISO 8601, with time and offset if it has them; None if the text is not a date.

    A value that does not fit the order is read in the other order.
    """
    wanted: Order = order.order if isinstance(order, DateOrder) else order
    return read_date(value, wanted)


def read_date(value: str, order: Order) -> str | None:
    """Return one date text as ISO 8601, preferring an order of day and month; None if it is not a date."""
    text = value.strip()
    if not 6 <= len(text) <= MAX_LENGTH:
        return None
    if not any(map(str.isdigit, text)):
        return None
    if match := _numeric(text):
        other: Order = "dmy" if order == "mdy" else "mdy"
        return _from_numeric(match, order) or _from_numeric(match, other)
    if match := _YEAR_FIRST.fullmatch(text):
        return _iso(match["year"], int(match["month"]), match["day"], match)
    if match := (_DAY_NAME.fullmatch(text) or _NAME_DAY.fullmatch(text)):
        month = _month_number(match["name"])
        return _iso(match["year"], month, match["day"], match) if month else None
    return None


def _numeric(text: str) -> re.Match[str] | None:
    match = _NUMERIC.fullmatch(text)
    if match and match["sep"] == "." and len(match["year"]) == 2 and text[2:3] + text[5:6] != "..":
        return None  # 2.10.11 is a version; 02.10.11 is a date
    return match


def _from_numeric(match: re.Match[str], order: Order) -> str | None:
    first, second = match["first"], match["second_"]
    day, month = (second, first) if order == "mdy" else (first, second)
    return _iso(match["year"], int(month), day, match)


def _iso(year: str, month: int, day: str, match: re.Match[str]) -> str | None:
    full_year = int(year)
    if len(year) == 2:
        full_year += 1900 if full_year >= _PIVOT else 2000
    try:
        day_text = date(full_year, month, int(day)).isoformat()
        return day_text + _clock(match)
    except ValueError:
        return None


def _clock(match: re.Match[str]) -> str:
    if match["hour"] is None:
        return ""
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    clock = time(hour, int(match["minute"]), int(match["second"] or 0)).isoformat()
    zone = match["zone"] or ""
    if zone in {"Z", "UTC", "GMT"}:
        return f"T{clock}+00:00"
    return f"T{clock}{zone[:3]}:{zone[-2:]}" if zone else f"T{clock}"


def _month_number(name: str) -> int | None:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return _MONTH_NUMBERS.get(plain)

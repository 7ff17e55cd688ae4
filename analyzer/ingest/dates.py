"""Dates of a whole column: the order of day and month is found from every value, and doubt is counted, not hidden."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, TypeAlias

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]

MAX_LENGTH = 40
"""Characters of the longest date text looked at."""
_PIVOT = 69
"""Two-digit years from 69 are 19xx (POSIX)."""
_SPOKEN = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}

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
    """How a column's dates are to be read, and how sure that is.

    Attributes:
        order: order of day, month and year for values that can be read in more than one.
        filled: non-empty values.
        dmy, mdy: values that only day first, or only month first, fits.
        ambiguous: values that both fit with different results.
        unreadable: values that are no date.
    """

    order: Order
    filled: int = 0
    dmy: int = 0
    mdy: int = 0
    ambiguous: int = 0
    unreadable: int = 0

    @property
    def readable(self) -> int:
        """Values that are dates."""
        return self.filled - self.unreadable

    @property
    def misfits(self) -> int:
        """Values that only the other order fits."""
        return {"dmy": self.mdy, "mdy": self.dmy}.get(self.order, 0)

    def note(self, label: str) -> str:
        """Say in one line what was decided and how many rows it leaves in doubt; "" when nothing is."""
        parts = []
        if self.misfits:
            other = _SPOKEN["mdy" if self.order == "dmy" else "dmy"]
            parts.append(f"{self.misfits:,} of {self.filled:,} dates fit only {other} and were read so")
        if self.ambiguous and (self.misfits or not (self.dmy or self.mdy)):
            parts.append(f"{self.ambiguous:,} can be read both ways and cannot be told; read {_SPOKEN[self.order]}")
        if self.unreadable:
            parts.append(f"{self.unreadable:,} are no date and were left empty")
        return f"column {label!r} is {_SPOKEN[self.order]}: {'; '.join(parts)}" if parts else ""


class DateTally:
    """Counts the readings of a column's values as they stream by."""

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
        """Count one value that is known to be no date."""
        self.filled += 1
        self.unreadable += 1

    def result(self) -> DateOrder:
        """Decide the order: the one more values need; without any, day first unless times say AM or PM."""
        order: Order = "dmy"
        if self._mdy > self._dmy or (self._mdy == self._dmy == 0 and self._american_hints * 2 > self._ambiguous):
            order = "mdy"
        elif self._year_first and not (self._dmy or self._ambiguous):
            order = "ymd"
        return DateOrder(order, self.filled, self._dmy, self._mdy, self._ambiguous, self.unreadable)


def detect_order(values: Iterable[str]) -> DateOrder:
    """Find the order of day and month in a whole column; empty values are ignored."""
    tally = DateTally()
    for value in values:
        if value.strip():
            tally.add(value)
    return tally.result()


def parse_date(value: str, order: DateOrder | Order) -> str | None:
    """Read a date as ISO 8601, with its time and offset where it has them; None when it is no date.

    A value that does not fit the order is read in the only other one that fits.
    """
    wanted: Order = order.order if isinstance(order, DateOrder) else order
    return read_date(value, wanted)


def read_date(value: str, order: Order) -> str | None:
    """Read one date text, preferring an order of day and month."""
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

"""Read one date as people, forms and programs write it; the column decides between day first and month first.

A text is split into a clock with its time zone and the day; the day has either three numbers or the name of a month.
Words that do not belong to a date make the text no date, except a phrase that ends in one ("Reviewed in Germany on
1 March 2024").
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, TypeAlias

from analyzer.ingest.calendar_names import FILLERS, MONTHS, UNCLEAR_ZONES, WEEKDAYS, ZONES, plain_word

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]

MAX_LENGTH = 110
"""Maximum characters of a date text; JavaScript's with the zone spelled out has 70."""
_PIVOT = 69
"""Two-digit years from 69 are 19xx (POSIX)."""
_HALF = r"[AaPp]\.? ?[Mm]\b\.?"
_ZONE = (
    r"(?:(?:GMT|UTC|gmt|utc) ?[+\-−]\d{1,2}(?::?\d{2})?|[+\-−]\d{2}:?\d{2}|[+\-−]\d{2}|"
    r"[A-Z][a-z]+/[A-Z][A-Za-z_]+|[A-Za-z]{1,5})"
)
_CLOCK = re.compile(
    rf"(?:(?<=[\d.,])[T ]|^|,? (?:at |um |à |a las |a la |om |alle(?: ore)? |ore |klo |, )?|, )"
    r"(?P<hour>\d{1,2})(?P<mark>[:.hH])(?P<minute>\d{2})(?:(?P=mark)(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    rf"(?: ?(?P<half>{_HALF}))?(?: ?(?P<uhr>[Uu]hr|uur|h\b|Std\.))?(?: ?(?P<zone>{_ZONE})(?![\w:]))?"
    r"(?: ?\([^()]{2,50}\))?"
)
_HOUR_ONLY = re.compile(rf"(?:,? (?:at |a las )?|, )(?P<hour>\d{{1,2}}) ?(?P<half>{_HALF})$")
_QUICK = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4})(?: (\d{2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_MAY_HOLD_CLOCK = re.compile(r"\d[:.hH]\d\d|\d ?[AaPp]\.? ?[Mm]\b")
_DIGIT = re.compile(r"\d")
_NUMERIC = re.compile(r"(\d{1,4})([-/.]) ?(\d{1,2})\2 ?(\d{1,4})\.?")
_WORD = re.compile(r"[a-z]+|\d+")
_ALLOWED = re.compile(r"[a-z\d .,'/()-]+")
_AT_END = re.compile(
    r"(?:^|[^\W\d]{2,} .{0,60}?)(?:\b(?:on|am|vom|le|du|el|del|op|van|il|del) )"
    r"(?P<date>\d{1,2}[^\W\d]{0,2}\.?[ -](?:de |d')?[^\W\d]{3,10}\.?,?[ -](?:de |del )?\d{4}|"
    r"[^\W\d]{3,10}\.? \d{1,2}, \d{4})$"
)
_LEADING_DAY = re.compile(r"^(?P<word>[^\W\d]{2,10})\.?,? (?=\d)")


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """What a text is as a date.

    Attributes:
        dmy, mdy: as ISO 8601 read day first and month first; None where that is impossible, equal where it is clear.
        is_year_first: whether it begins with the year.
        has_half: whether its time has AM or PM.
        is_zone_unclear: whether its time zone has several offsets, so that the time is kept as a local one.
    """

    dmy: str | None
    mdy: str | None
    is_year_first: bool = False
    has_half: bool = False
    is_zone_unclear: bool = False

    def read(self, order: Order) -> str | None:
        """Return the date in an order, or in the other one if it fits only that."""
        return self.mdy or self.dmy if order == "mdy" else self.dmy or self.mdy


def written_date(text: str) -> WrittenDate | None:
    """Return what a text is as a date; None if it is not one.

    Args:
        text: without outer space.
    """
    if not 6 <= len(text) <= MAX_LENGTH or _DIGIT.search(text) is None:
        return None
    if text.isalnum() and not (len(text) in {7, 9} and text[2:5].isalpha()):  # 01MAR2024 is a date
        return None
    if (match := _QUICK.fullmatch(text)) is not None:
        return _quick(match)
    if text[4] == "-" and text[7:8] == "-" and (found := _iso_text(text)):
        return found
    if not text.isascii():
        text = text.replace("\u202f", " ").replace("\u00a0", " ").replace("−", "-")
    text = " ".join(text.split())
    clock, rest = _split_clock(text)
    if clock is None:
        return None
    return _numeric(rest, clock) or _named(rest, clock) or _at_end(rest, clock)


@dataclass(frozen=True, slots=True)
class _Clock:
    text: str = ""
    has_half: bool = False
    is_zone_unclear: bool = False


_NO_CLOCK = _Clock()


def _quick(match: re.Match[str]) -> WrittenDate | None:
    """Read the shape that most files have, two numbers and a year, without the general rules."""
    first, _, second, year, hour, minute, seconds = match.groups()
    clock = _NO_CLOCK
    if hour:
        if int(hour) > 23 or int(minute) > 59 or int(seconds or 0) > 59:
            return None
        clock = _Clock(f"T{hour}:{minute}:{seconds or '00'}")
    day_first, month_first = _iso(year, second, first, clock), _iso(year, first, second, clock)
    return WrittenDate(day_first, month_first) if day_first or month_first else None


def _iso_text(text: str) -> WrittenDate | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    iso = text if len(text) == 10 else read.isoformat(timespec="seconds")
    return WrittenDate(iso, iso, is_year_first=True)


def _split_clock(text: str) -> tuple[_Clock | None, str]:
    """Return the clock and the text without it; no clock object if the clock is impossible."""
    if _MAY_HOLD_CLOCK.search(text) is None:
        return _NO_CLOCK, text
    match = next((m for m in _CLOCK.finditer(text) if _is_clock(m, text)), None)
    if match is None:
        match = _HOUR_ONLY.search(text)
        if match is None:
            return _NO_CLOCK, text
    parts = match.groupdict()
    rest = f"{text[: match.start()]} {text[match.end() :]}".strip(" ,")
    try:
        return _read_clock(parts), rest
    except ValueError:
        return None, rest


def _is_clock(match: re.Match[str], text: str) -> bool:
    """Check that a match is a clock: hours with dots need a word that says so, else they may be a date."""
    if match["mark"] != "." or match["uhr"] or match["half"]:
        return match["mark"] == ":" or match.start() > 0
    return match.start() >= 6 and text[match.end() :].strip() == "" and match["hour"] is not None


def _read_clock(parts: dict[str, str | None]) -> _Clock:
    hour, half = int(parts["hour"] or 0), parts.get("half")
    if half:
        if hour == 0 or hour > 12:
            if hour > 23 or half[0] not in "pP":
                raise ValueError(hour)
        else:
            hour = hour % 12 + (12 if half[0] in "pP" else 0)
    clock = time(hour, int(parts.get("minute") or 0), int(parts.get("second") or 0)).isoformat()
    offset, is_unclear = _offset(parts.get("zone") or "")
    return _Clock(f"T{clock}{offset}", bool(half), is_unclear)


def _offset(zone: str) -> tuple[str, bool]:
    """Return a time zone as an ISO offset, and whether it names several; raise ValueError if it is none."""
    if not zone:
        return "", False
    digits = re.sub(r"[^\d+-]", "", zone)
    if digits and digits[0] in "+-":
        hours, minutes = (digits[1:3], digits[3:5] or "00") if len(digits) >= 3 else (f"0{digits[1:]}", "00")
        if len(digits) == 4:  # +130
            hours, minutes = f"0{digits[1]}", digits[2:]
        if int(hours) > 14 or int(minutes) > 59:
            raise ValueError(zone)
        return f"{digits[0]}{hours}:{minutes}", False
    word = zone.casefold()
    if word in UNCLEAR_ZONES or "/" in word:
        return "", True
    if word not in ZONES:
        raise ValueError(zone)
    return ZONES[word], False


def _numeric(text: str, clock: _Clock) -> WrittenDate | None:
    leading = _LEADING_DAY.match(text)
    if leading and plain_word(leading["word"]) in WEEKDAYS:
        text = text[leading.end() :]
    match = _NUMERIC.fullmatch(text.rstrip(","))
    if match is None:
        return None
    first, mark, second, third = match.groups()
    if len(first) == 4:
        iso = _iso(first, second, third, clock) if len(third) <= 2 else None
        return _dated(iso, iso, clock, is_year_first=True)
    is_version = mark == "." and len(third) == 2 and not len(first) == len(second) == 2  # 2.10.11; 02.10.11 is a date
    if len(first) > 2 or len(third) not in {2, 4} or is_version:
        return None
    day_first, month_first = _iso(third, second, first, clock), _iso(third, first, second, clock)
    return _dated(day_first, None if mark == "." and day_first else month_first, clock)  # dots are written day first


def _dated(dmy: str | None, mdy: str | None, clock: _Clock, *, is_year_first: bool = False) -> WrittenDate | None:
    if dmy is None and mdy is None:
        return None
    return WrittenDate(dmy, mdy, is_year_first, clock.has_half, clock.is_zone_unclear)


def _named(text: str, clock: _Clock) -> WrittenDate | None:
    """Read a date with the name of a month: one name, a day, a year, and words that belong to a date."""
    plain = plain_word(text.replace("º", "").replace("°", ""))
    if not _ALLOWED.fullmatch(plain):
        return None
    words = _WORD.findall(plain)
    numbers = [word for word in words if word.isdigit()]
    names = [word for word in words if not word.isdigit()]
    months = [word for word in names if word in MONTHS and len(word) > 2]
    if len(months) == 2 and months[0] in WEEKDAYS:  # mar is mardi or March
        names.remove(months.pop(0))
    others = [word for word in names if word not in FILLERS and word not in WEEKDAYS and word not in months]
    if len(numbers) != 2 or len(months) != 1 or others:
        return None
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    if len(day) > 2 or len(year) not in {2, 4}:
        return None
    if len(year) == 2 and (words[-1] != year or words.index(months[0]) == 0):
        return None  # March 12 24 is unusual; 12-Mar-24 is not
    iso = _iso(year, str(MONTHS[months[0]]), day, clock)
    return _dated(iso, iso, clock, is_year_first=len(numbers[0]) == 4)


def _at_end(text: str, clock: _Clock) -> WrittenDate | None:
    """Read a phrase without other numbers that ends in a date with the name of a month."""
    match = _AT_END.search(text)
    if match is None or any(map(str.isdecimal, text[: match.start("date")])):
        return None
    return _named(match["date"], clock)


def _iso(year: str, month: str, day: str, clock: _Clock) -> str | None:
    full_year = int(year)
    if len(year) == 2:
        full_year += 1900 if full_year >= _PIVOT else 2000
    try:
        return date(full_year, int(month), int(day)).isoformat() + clock.text
    except ValueError:
        return None

"""Dates as people write them: "30 Nov 2026, 09:12", "Mar 2022", "Jan to Mar 2022"; in other languages as theirs do."""

import re
from datetime import date

from analyzer.messages import date_formats
from analyzer.messages.current_language import SOURCE, current
from analyzer.messages.text import _

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Written out here, since the names of `strftime` follow the language that the machine is set to."""
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}))?", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


def date_in_words(stored: str, *, has_time: bool = True) -> str:
    """Return a stored date or time as people write it; what is no date is returned as it is, "" as "".

    Args:
        stored: ISO 8601, such as 2026-11-30T09:12:51+00:00 or 2026-11-30.
        has_time: whether the time of day is shown where there is one.
    """
    found = _MOMENT.match(stored)
    if found is None or not 1 <= int(found[2]) <= len(MONTHS):
        return stored
    day = _day(int(found[1]), int(found[2]), int(found[3]))
    return _("{day}, {time}", day=day, time=found[4]) if found[4] and has_time else day


def period_in_words(period: str) -> str:
    """Return a period as people write it: 2022-03 is Mar 2022, 2022-W08 is week 8 of 2022, 2022-Q1 is Q1 2022."""
    if (found := _MONTH.fullmatch(period)) and 1 <= int(found[2]) <= len(MONTHS):
        return _month(int(found[1]), int(found[2]))
    if found := _WEEK.fullmatch(period):
        return _("week {week} of {year}", week=str(int(found[2])), year=found[1])
    if found := _QUARTER.fullmatch(period):
        return _quarter(int(found[1]), int(found[2]))
    return date_in_words(period)


def span_in_words(first: str, last: str) -> str:
    """Return two periods and what lies between as people write it: Jan to Mar 2022, Dec 2021 to Feb 2022."""
    if first == last:
        return period_in_words(first)
    start, end = period_in_words(first), period_in_words(last)
    year = start.rsplit(" ", 1)[-1]
    if _MONTH.fullmatch(first) and end.endswith(f" {year}"):
        start = start.removesuffix(f" {year}")
    return _("{start} to {end}", start=start, end=end)


def _day(year: int, month: int, day: int) -> str:
    """Return a day in words; one that the calendar does not have is written as it stands."""
    if current() != SOURCE:
        try:
            return date_formats.day(date(year, month, day))
        except ValueError:
            return f"{year:04}-{month:02}-{day:02}"
    return f"{day} {MONTHS[month - 1]} {year:04}"


def _month(year: int, month: int) -> str:
    if current() != SOURCE and year:
        return date_formats.month(date(year, month, 1))
    return f"{MONTHS[month - 1]} {year:04}"


def _quarter(year: int, quarter: int) -> str:
    if current() != SOURCE and year:
        return date_formats.quarter(date(year, 3 * quarter - 2, 1))
    return f"Q{quarter} {year:04}"

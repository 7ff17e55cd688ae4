"""Dates as people write them: "30 Nov 2026, 09:12", "Mar 2022", "Jan to Mar 2022"."""

import re

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
    day = f"{int(found[3])} {MONTHS[int(found[2]) - 1]} {found[1]}"
    return f"{day}, {found[4]}" if found[4] and has_time else day


def period_in_words(period: str) -> str:
    """Return a period as people write it: 2022-03 is Mar 2022, 2022-W08 is week 8 of 2022, 2022-Q1 is Q1 2022."""
    if (found := _MONTH.fullmatch(period)) and 1 <= int(found[2]) <= len(MONTHS):
        return f"{MONTHS[int(found[2]) - 1]} {found[1]}"
    if found := _WEEK.fullmatch(period):
        return f"week {int(found[2])} of {found[1]}"
    if found := _QUARTER.fullmatch(period):
        return f"Q{found[2]} {found[1]}"
    return date_in_words(period)


def span_in_words(first: str, last: str) -> str:
    """Return two periods and what lies between as people write it: Jan to Mar 2022, Dec 2021 to Feb 2022."""
    if first == last:
        return period_in_words(first)
    start, end = period_in_words(first), period_in_words(last)
    year = start.rsplit(" ", 1)[-1]
    if _MONTH.fullmatch(first) and end.endswith(f" {year}"):
        start = start.removesuffix(f" {year}")
    return f"{start} to {end}"

"""Weeks, months, quarters and years: 2024-W08, KW 8/2024, Jan 2024, Q1 2024, 1er trimestre 2024."""

import re
from datetime import date

from analyzer.ingest.calendar_names import MONTHS, plain_word

GRANULARITIES = ("week", "month", "quarter", "year")
LONGEST = 30
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WEEK_WORD = r"(?:w|wk|week|kw|kalenderwoche|woche|semaine|sem|s|semana|settimana|sett|weeknr|week nr)"
_WEEKS = (
    re.compile(rf"{_YEAR}[ /-]?{_WEEK_WORD}\.? ?(?P<number>\d{{1,2}})"),
    re.compile(rf"{_WEEK_WORD}\.? ?(?P<number>\d{{1,2}})(?:,? (?:of |de |del |von |van )?|[ /-]){_YEAR}"),
)
_QUARTER_WORD = r"(?:quarter|quartal|trimestre|trimester|kwartaal|quartaal|trim)"
_QUARTERS = (
    re.compile(rf"{_YEAR}[ /-]?(?:q|t|k) ?(?P<number>[1-4])"),
    re.compile(rf"(?:q|t|k)(?P<number>[1-4])(?:,? |[/-]|'|)(?:fy ?)?{_YEAR}"),
    re.compile(
        rf"(?P<number>[1-4])(?:st|nd|rd|th|er|e|o|a|eme|re|\.)? ?(?:{_QUARTER_WORD}|q|t)\.?,? ?"
        rf"(?:of |de |del |von )?{_YEAR}"
    ),
    re.compile(rf"{_QUARTER_WORD} (?P<number>[1-4]),? (?:of |de |del |von )?{_YEAR}"),
    re.compile(rf"{_YEAR} {_QUARTER_WORD} (?P<number>[1-4])"),
)
_MONTH_NUMBERS = (
    re.compile(rf"{_YEAR}[-/. ](?P<number>0?[1-9]|1[0-2])"),
    re.compile(rf"(?P<number>0?[1-9]|1[0-2])[-/. ]{_YEAR}"),
)
_MONTH_NAMES = (
    re.compile(rf"(?P<name>[a-z]{{3,10}})\.?(?:,? (?:of |de |del )?|[-/ '])(?:{_YEAR}|'?(?P<short>\d\d))"),
    re.compile(rf"{_YEAR}[ ,/-]{{1,2}}(?P<name>[a-z]{{3,10}})\.?"),
)
_COMPACT_MONTH = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])")
_YEAR_ALONE = re.compile(r"(?:19|20)\d\d")


def read_period(text: str) -> str | None:
    """Return a week, month or quarter as "2024-W08", "2024-01" or "2024-Q1"; None if the text is none of them.

    A year alone is not told from a number; see read_year().

    Args:
        text: without outer space.
    """
    if not 6 <= len(text) <= LONGEST or not any(map(str.isdecimal, text)):
        return None
    plain = " ".join(plain_word(text).split())
    if plain.startswith(("fy", "cy")):
        plain = plain[2:].strip()
    for patterns, form in ((_WEEKS, "{}-W{:02}"), (_QUARTERS, "{}-Q{}"), (_MONTH_NUMBERS, "{}-{:02}")):
        match = next((m for pattern in patterns if (m := pattern.fullmatch(plain))), None)
        if match is not None and (patterns is not _WEEKS or _is_week(int(match["year"]), int(match["number"]))):
            return form.format(match["year"], int(match["number"]))
    return _named_month(plain)


def read_year(text: str) -> str | None:
    """Return a year from 1900 to 2099; None for other texts."""
    return text if _YEAR_ALONE.fullmatch(text) else None


def read_compact_month(text: str) -> str | None:
    """Return 202401 as 2024-01; None for other texts."""
    return f"{text[:4]}-{text[4:]}" if _COMPACT_MONTH.fullmatch(text) else None


def granularity(period: str) -> str:
    """Return week, month, quarter or year for a period as read_period() returns it."""
    if len(period) == 4:
        return "year"
    return {"W": "week", "Q": "quarter"}.get(period[5], "month")


def _named_month(plain: str) -> str | None:
    for pattern in _MONTH_NAMES:
        if (match := pattern.fullmatch(plain)) and (month := MONTHS.get(match["name"])):
            year = match["year"] or f"20{match['short']}"
            return f"{year}-{month:02}"
    return None


def _is_week(year: int, number: int) -> bool:
    return 1 <= number <= date(year, 12, 28).isocalendar().week

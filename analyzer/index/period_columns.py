"""Periods of time as text: 2024-03-05, 2024-W08 (ISO 8601), 2024-03, 2024-Q1, 2024."""

import re
from datetime import date, timedelta

from analyzer.types import Column, Kind

PERIODS = {
    "day": "substr({}, 1, 10)",
    "week": "strftime('%G-W%V', substr({}, 1, 10))",
    "month": "substr({}, 1, 7)",
    "quarter": "substr({0}, 1, 4) || '-Q' || ((substr({0}, 6, 2) + 2) / 3)",
    "year": "substr({}, 1, 4)",
}
"""SQL expression of the period of a date; weeks are ISO 8601 weeks."""
LENGTHS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
"""Periods by length in days; a period can be counted by longer ones."""
_DAYS = {
    "week": "date(substr({0}, 1, 4) || '-01-04', '-6 days', 'weekday 1', "
    "'+' || (substr({0}, 7, 2) * 7 - 4) || ' days')",
    "month": "{0} || '-01'",
    "quarter": "substr({0}, 1, 4) || '-' || printf('%02d', substr({0}, 7, 1) * 3 - 2) || '-01'",
    "year": "{0} || '-01-01'",
}
"""SQL expression of a day of a period: the Thursday of a week, which lies in the week's year; the first of others."""
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII | re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII | re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)


def day_sql(sql: str, column: Column) -> str:
    """Return the SQL expression of the day of a date or period column, from that of its values."""
    return f"({_DAYS[column.reading.granularity].format(sql)})" if column.kind is Kind.PERIOD else sql


def granularity_of(column: Column) -> str:
    """Return the shortest period by which the values of a date or period column can be counted."""
    return (column.reading.granularity or "month") if column.kind is Kind.PERIOD else "day"


def bounds(value: str) -> tuple[str, str, str]:
    """Return the kind of a period and its first and last day, both ISO 8601.

    Raises:
        ValueError: if the text is no period or day.
    """
    if match := _WEEK.fullmatch(value):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        days = min(6, (date.max - monday).days)  # 9999-12-31, a date that means "no end" in many systems, is a Friday
        return "week", monday.isoformat(), (monday + timedelta(days=days)).isoformat()
    if match := _QUARTER.fullmatch(value):
        last = 3 * int(match[2])
        return "quarter", f"{match[1]}-{last - 2:02d}-01", _last_day(int(match[1]), last)
    if match := _MONTH.fullmatch(value):
        return "month", date(int(match[1]), int(match[2]), 1).isoformat(), _last_day(int(match[1]), int(match[2]))
    if _YEAR.fullmatch(value):
        return "year", f"{value}-01-01", f"{value}-12-31"
    return "day", value[:10], date.fromisoformat(value[:10]).isoformat()


def containing(value: str, granularity: str) -> tuple[str, str]:
    """Return the first and last day of a value, or of the period of this granularity that contains it.

    Raises:
        ValueError: if the text is no period or day.
    """
    kind, first, last = bounds(value)
    if LENGTHS[kind] >= LENGTHS.get(granularity, 1):
        return first, last
    day = date.fromisoformat(first)
    if granularity == "week":
        year, week, _ = day.isocalendar()
        return bounds(f"{year:04d}-W{week:02d}")[1:]
    if granularity == "quarter":
        return bounds(f"{day.year:04d}-Q{(day.month + 2) // 3}")[1:]
    return bounds(f"{day.year:04d}-{day.month:02d}" if granularity == "month" else f"{day.year:04d}")[1:]


def _last_day(year: int, month: int) -> str:
    first_of_next = date(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else None
    return (first_of_next - timedelta(days=1)).isoformat() if first_of_next else "9999-12-31"

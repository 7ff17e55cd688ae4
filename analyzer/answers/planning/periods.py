"""Recognize periods in a question: months, quarters, years, ranges; "last month" counts from the newest comment."""

import re
from calendar import monthrange
from datetime import date, timedelta

from analyzer.answers.planning.phrases import Marked, QuestionReading

MONTHS = {
    name: number for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), start=1) for name in names.split()
}  # fmt: skip
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
YEAR = r"(?:19|20)\d\d"
ISO = rf"{YEAR}-\d\d(?:-\d\d)?"
MOMENT = rf"(?:{ISO}|(?:the\s+)?{MONTH}(?:\s+(?:of\s+)?{YEAR})?|Q[1-4]\s+{YEAR}|{YEAR})"
PREPOSITION = r"(?:in|during|from|for|of|on|within|throughout)"
BETWEEN = re.compile(rf"\b(?:between|from)\s+({MOMENT})\s+(?:and|to|until|till|through)\s+({MOMENT})", re.IGNORECASE)
SINCE = re.compile(rf"\b(since|after|from|before|until|till|by)\s+({MOMENT})(\s+on(?:wards?)?)?", re.IGNORECASE)
WITHIN = re.compile(rf"\b(?:{PREPOSITION}\s+)?(?:the\s+)?({MOMENT})", re.IGNORECASE)
RELATIVE = re.compile(
    r"\b(?:in|during|from|for|over|within)?\s*(?:the\s+)?(this|last|past|previous|latest)\s+(\d{1,3}\s+)?"
    r"(day|week|month|quarter|year)s?\b", re.IGNORECASE,
)  # fmt: skip
VERSUS = re.compile(
    rf"\b({YEAR})\s*(?:,?\s*(?:vs\.?|versus|or|and|against|than|with|compared\s+(?:to|with))\s*)({YEAR})\b",
    re.IGNORECASE,
)


def read_periods(reading: QuestionReading, column: str, low: date, high: date) -> None:
    """Read the periods of a question as filters on the date column, and remove their words.

    Args:
        reading: the words not yet interpreted.
        column: name of the date column.
        low: the oldest date in the data.
        high: the newest date in the data, from which "last month" is counted.
    """
    if match := VERSUS.search(reading.left):
        first, last = sorted(match.groups())
        words = reading.take(match, Marked.PERIOD)
        reading.filter(column, f"{column}>={first} and {column}<={last}", words)
        reading.period, reading.by = "year", column
        return
    if match := BETWEEN.search(reading.left):
        bounds = [_moment(text, low, high) for text in match.groups()]
        if all(bounds):
            reading.filter(
                column, f"{column}>={bounds[0]} and {column}<={bounds[1]}", reading.take(match, Marked.PERIOD)
            )
    for pattern, read in ((RELATIVE, _relative), (SINCE, _since), (WITHIN, _within)):
        match = pattern.search(reading.left)
        if match and not reading.conditions_on(column):
            read(reading, match, (column, low, high))


def _relative(reading: QuestionReading, match: re.Match[str], date_column: tuple[str, date, date]) -> None:
    column, _, high = date_column
    unit, number = match[3].casefold(), int(match[2] or 1)
    meaning = f"counted from the newest comment, {high.isoformat()}"
    if match[2] or match[1].casefold() == "past":
        days = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}[unit] * number
        condition = f"{column}>{(high - timedelta(days=days)).isoformat()}"
    else:
        condition = _current(column, unit, high)
    reading.filter(column, condition, reading.take(match, Marked.PERIOD), meaning)


def _current(column: str, unit: str, high: date) -> str:
    if unit == "quarter":
        last = 3 * ((high.month + 2) // 3)
        return f"{column}>={high.year}-{last - 2:02d} and {column}<={high.year}-{last:02d}"
    if unit == "week":
        monday = high - timedelta(days=high.weekday())
        return f"{column}>={monday.isoformat()}"
    return f"{column}={high.isoformat()[: {'day': 10, 'month': 7, 'year': 4}[unit]]}"


def _since(reading: QuestionReading, match: re.Match[str], date_column: tuple[str, date, date]) -> None:
    column, low, high = date_column
    moment = _moment(match[2], low, high)
    word = match[1].casefold()
    if not moment or (word in ("from", "by") and not match[3]):
        return
    operator = {"since": ">=", "after": ">", "from": ">=", "before": "<", "until": "<=", "till": "<=", "by": "<="}[word]
    reading.filter(column, f"{column}{operator}{moment}", reading.take(match, Marked.PERIOD))


def _within(reading: QuestionReading, match: re.Match[str], date_column: tuple[str, date, date]) -> None:
    column, low, high = date_column
    text = match[1]
    is_introduced = re.search(rf"^{PREPOSITION}\s", match.group(), re.IGNORECASE)
    if text.casefold().strip() in ("may", "march", "mar") and not is_introduced:
        return  # "may" and "march" are ordinary words too
    if text.casefold().startswith("q"):
        year, quarter = text[-4:], int(text[1])
        condition = f"{column}>={year}-{3 * quarter - 2:02d} and {column}<={year}-{3 * quarter:02d}"
    elif moment := _moment(text, low, high):
        condition = f"{column}={moment}"
    else:
        return
    named = re.search(YEAR, text)
    reading.filter(column, condition, reading.take(match, Marked.PERIOD), "" if named else "the latest one in the data")


def _moment(text: str, low: date, high: date) -> str:
    """Return a date as YYYY, YYYY-MM or YYYY-MM-DD; a month without a year is the latest such month in the data."""
    text = text.strip().casefold().removeprefix("the ")
    if re.fullmatch(ISO, text) or re.fullmatch(YEAR, text):
        return text
    if text.startswith("q"):
        return f"{text[-4:]}-{3 * int(text[1]) - 2:02d}"
    found = re.match(MONTH, text)
    if not found:
        return ""
    month = MONTHS[found.group().rstrip(".")]
    named = re.search(YEAR, text)
    year = int(named.group()) if named else high.year - (date(high.year, month, 1) > high)
    if not named and date(year, month, monthrange(year, month)[1]) < low:
        return ""
    return f"{year}-{month:02d}"

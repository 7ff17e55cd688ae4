"""Dates written as bare numbers: days of a spreadsheet, seconds or milliseconds since 1970, 20240301.

A bare number is a date only because its whole column is: the heading says so, or every value lies in a narrow range.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

EXCEL_1900, EXCEL_1904 = "excel-1900", "excel-1904"
SECONDS, MILLISECONDS = "epoch-seconds", "epoch-milliseconds"
COMPACT = "ymd"
FORMS = ("dmy", "mdy", "ymd", EXCEL_1900, EXCEL_1904, SECONDS, MILLISECONDS)
"""The forms of dates that a user may give a column."""

_EPOCHS: Mapping[str, date] = {EXCEL_1900: date(1899, 12, 30), EXCEL_1904: date(1904, 1, 1)}
_SERIAL = re.compile(r"[1-9]\d{3,4}(?:[.,]\d{1,15})?")
_UNIX = {SECONDS: re.compile(r"-?\d{9,10}(?:\.\d{1,9})?"), MILLISECONDS: re.compile(r"-?\d{12,13}(?:\.\d{1,9})?")}
_COMPACT = re.compile(r"(?P<day>\d{8})(?:[T ]?(?P<clock>\d{4}|\d{6})(?P<zone>Z)?)?")
_USUAL_SERIALS = (25_569, 60_000)
"""1970 to 2064: the serial numbers that a column of dates may have."""
_USUAL_YEARS = ("1990", "2050")


def read_number_date(text: str, form: str) -> str | None:
    """Return a bare number as ISO 8601; None if it is no date in a form.

    Args:
        text: without outer space.
        form: one of FORMS; dmy and mdy read 01032024, and 20240301 where the year comes first.
    """
    if form in _EPOCHS:
        return _serial(text, form)
    if form in _UNIX:
        return _unix(text, form)
    return _compact(text, form)


def form_of_numbers(texts: Mapping[str, int], is_named_date: bool, is_named_id: bool) -> str:
    """Return the form in which nearly all values of a column are dates; "" if in none.

    Args:
        texts: different values and their counts, without missing answers.
        is_named_date: whether the heading names a date.
        is_named_id: whether the heading names an identifier.
    """
    total = sum(texts.values())
    if not total:
        return ""
    enough = 0.9 * total
    if sum(n for text, n in texts.items() if _is_usual_compact(text)) >= enough:
        return COMPACT if is_named_date or (len(texts) >= 5 and not is_named_id) else ""
    if is_named_id:
        return ""
    if sum(n for text, n in texts.items() if _is_usual_unix(text, MILLISECONDS)) >= enough:
        return MILLISECONDS if is_named_date or len(texts) >= 5 else ""
    if not is_named_date:
        return ""
    if sum(n for text, n in texts.items() if _is_usual_unix(text, SECONDS)) >= enough:
        return SECONDS
    return EXCEL_1900 if sum(n for text, n in texts.items() if _is_usual_serial(text)) >= enough else ""


def _is_usual_compact(text: str) -> bool:
    found = _compact(text, COMPACT)
    return found is not None and _USUAL_YEARS[0] <= found < _USUAL_YEARS[1]


def _is_usual_unix(text: str, form: str) -> bool:
    found = _unix(text, form)
    return found is not None and "2000" <= found < "2036"


def _is_usual_serial(text: str) -> bool:
    is_serial = _SERIAL.fullmatch(text) is not None
    return is_serial and _USUAL_SERIALS[0] <= float(text.replace(",", ".")) <= _USUAL_SERIALS[1]


def _serial(text: str, form: str) -> str | None:
    if not _SERIAL.fullmatch(text):
        return None
    days = float(text.replace(",", "."))
    moment = datetime.combine(_EPOCHS[form], datetime.min.time()) + timedelta(seconds=round(days * 86_400))
    return moment.date().isoformat() if days.is_integer() else moment.isoformat(timespec="seconds")


def _unix(text: str, form: str) -> str | None:
    if not _UNIX[form].fullmatch(text):
        return None
    seconds = float(text) / (1_000 if form == MILLISECONDS else 1)
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return None


def _compact(text: str, form: str) -> str | None:
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    digits, clock = match["day"], match["clock"] or ""
    orders = ["%Y%m%d"] if form == COMPACT or digits[:2] in {"19", "20"} else ["%d%m%Y" if form == "dmy" else "%m%d%Y"]
    for order in orders:
        try:
            moment = datetime.strptime(digits + clock, order + "%H%M%S"[: len(clock)])  # noqa: DTZ007 - local time
        except ValueError:
            continue
        if not clock:
            return moment.date().isoformat()
        return moment.isoformat(timespec="seconds") + ("+00:00" if match["zone"] else "")
    return None

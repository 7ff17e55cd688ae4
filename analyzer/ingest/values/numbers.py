"""Numbers as people and programs write them: 4.5, 4,5, 1 200,50, 1'200, € 12, 85 %, 9/10, ★★★★☆, 5.0 out of 5 stars.

One cell does not say whether "1,200" is twelve hundred: NumberTally counts what the cells of a column allow, and the
column decides on its decimal mark.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

LONGEST = 48
"""Maximum characters of a number with its unit; "1,0 von 5 Sternen" has 17."""
MOST_DIGITS = 8
"""Digits in a row from nine on are identifiers or phone numbers, unless they are grouped or have decimals."""
_PLAIN = re.compile(r"[+-]?(?:0|[1-9]\d{0,7})(?:\.\d{1,20})?")
_BODY = r"[+\-−]?\d[\d.,'’ \u00a0\u202f]*"
_CURRENCY = (
    r"(?:[$€£¥₹₽₺]|(?:US|CA|AU|NZ|HK)\$|R\$|kr\.?|zł|Fr\.?|EUR|USD|GBP|CHF|CAD|AUD|JPY|SEK|NOK|DKK|PLN|INR|BRL|MXN)"
)
_UNIT = (
    r"(?:%|percent|prozent|pour ?cent|por ?ciento|procent|per ?cento|points?|pts?\.?|punkte?|puntos?|punten|punti|"
    r"stars?|stern(?:en?)?|[eé]toiles?|estrellas?|sterren|ster|stelle|stella|⭐|★)"
)
_OF = r"(?:/|out of|of|von|sur|de|van(?: de)?|su|uit|über)"
_DRESSED = re.compile(
    r"(?:(?:rated|rating|score|note|nota|bewertung|valoración|voto):? )?"
    rf"(?:{_CURRENCY} ?)?(?P<sign>[+\-−]?) ?(?:{_CURRENCY} ?)?(?P<body>\d[\d.,'’ \u00a0\u202f]*?)"
    rf"(?: ?{_OF} ?(?P<of>\d{{1,3}})(?:[.,]0+)?)? ?(?:{_CURRENCY}|{_UNIT})?",
    re.IGNORECASE,
)
_MAY_BE = re.compile(
    rf"[+\-−]? ?(?:\d|\.\d|{_CURRENCY} ?[+\-−]? ?\d|(?:rat|sco|not|bew|val|vot)\w*:? \d|[★⭐🌟☆])", re.IGNORECASE
)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d{1,15})?[eE][+-]?0?\d")
_SHOWN_STARS = re.compile(r"(?P<full>[★⭐🌟]\ufe0f?(?: ?[★⭐🌟]\ufe0f?)*)? ?(?P<none>☆(?: ?☆)*)?")
_DOT = re.compile(r"(?:0|[1-9]\d{0,11})(?:\.\d{1,20})?|\.\d{1,20}")
_COMMA = re.compile(r"(?:0|[1-9]\d{0,11}),\d{1,20}")
_GROUPS_DOT = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{1,9})?")
_GROUPS_COMMA = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,9})?")
_GROUPS_INDIAN = re.compile(r"[1-9]\d?(?:,\d\d)+,\d{3}(?:\.\d{1,9})?")
_GROUPS_OTHER = re.compile(r"[1-9]\d{0,2}(?:([ '’])\d{3})(?:\1\d{3})*(?:[.,]\d{1,9})?")
_LABELED = re.compile(r"\(?(?P<number>[+-]?\d{1,3}(?:[.,]\d{1,2})?)\)? ?(?:[-–—:=.)|]|\s)\s*(?P<label>[^\W\d_(].*)")
_MOST_SPACES = 3
"""Spaces from which a text after a bare number is a sentence, not a label."""
_LABELED_LAST = re.compile(r"(?P<label>[^\W\d_]\D*?) ?(?:\((?P<number>[+-]?\d{1,3})\)|[-–—:=] ?(?P<last>\d{1,3}))")


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it is written, under both decimal marks.

    Attributes:
        dot, comma: its value if the decimal mark is a dot or a comma; None if it cannot be.
        of: the denominator of "9/10", else 0.
    """

    dot: float | int | None
    comma: float | int | None
    of: int = 0


def plain_number(text: str) -> float | int | None:
    """Return a number under 100 million written with digits and a decimal dot; None for other texts."""
    if _PLAIN.fullmatch(text) is None:
        return None
    return float(text) if "." in text else int(text)


def written_number(text: str) -> Written | None:
    """Return the values that a cell may have as a number; None if it is not one."""
    plain = plain_number(text)
    if plain is not None:
        return Written(plain, plain if "." not in text else _with_comma(text), 0)
    if len(text) > LONGEST or _MAY_BE.match(text) is None:
        return None
    if text[0] in "★⭐🌟☆":
        return _shown_stars(text)
    if _SCIENTIFIC.fullmatch(text):
        value = float(text.replace(",", "."))
        return Written(None, value) if "," in text else Written(value, None)
    match = _DRESSED.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " "))
    if match is None:
        return None
    body = match["body"].strip()
    dot, comma = _with_dot(body), _with_comma(body)
    if dot is None and comma is None:
        return None
    if match["sign"] and match["sign"] != "+":
        dot, comma = (-dot if dot is not None else None), (-comma if comma is not None else None)
    return Written(dot, comma, int(match["of"] or 0))


def labeled_number(text: str) -> tuple[float | int, str] | None:
    """Return the number and the label of "1 - Very dissatisfied" or "Very dissatisfied (1)"; None for other texts."""
    if len(text) > 120:
        return None
    match = _LABELED.fullmatch(text) or _LABELED_LAST.fullmatch(text)
    if match is None:
        return None
    is_bare = text[match.end("number") : match.start("label")].strip("( )") == "" and match["number"] is not None
    if is_bare and match["label"].count(" ") >= _MOST_SPACES:  # 2 of my orders were late
        return None
    digits = match["number"] or match.groupdict().get("last") or ""
    number = float(digits.replace(",", "."))
    return (int(number) if number.is_integer() else number), match["label"].strip()


def read_number(text: str, decimal: str = "", of: float = 0) -> float | int | None:
    """Return the number in a cell; None if there is none.

    Args:
        text: the cell, without outer space.
        decimal: the decimal mark of the column if it is a comma.
        of: the denominator that "9/10" must have, if known.
    """
    if not text:
        return None
    if not decimal and (plain := plain_number(text)) is not None:
        return plain
    written = written_number(text)
    if written is None:
        labeled = labeled_number(text)
        return labeled[0] if labeled else None
    if written.of and of and written.of != of:
        return None
    first, second = (written.comma, written.dot) if decimal else (written.dot, written.comma)
    return first if first is not None else second


@dataclass(slots=True)
class NumberTally:
    """Counts what the cells of a column allow as numbers.

    Attributes:
        fits: cells that are numbers.
        comma, dot: cells that fit only a decimal comma, or only a decimal dot.
        unclear: cells that differ under both, such as 1,200.
        of: denominators of "9/10" with their counts.
    """

    fits: int = 0
    comma: int = 0
    dot: int = 0
    unclear: int = 0
    of: Counter[int] = field(default_factory=Counter)
    _ranges: list[float] = field(default_factory=lambda: [float("inf"), float("-inf"), float("inf"), float("-inf")])

    def add(self, text: str, count: int) -> bool:
        """Count a cell that occurs `count` times; return whether it is a number."""
        written = written_number(text)
        if written is None:
            return False
        self.fits += count
        dot, comma = written.dot, written.comma
        if dot is None:
            self.comma += count
        elif comma is None:
            self.dot += count
        elif dot != comma:
            self.unclear += count
        if written.of:
            self.of[written.of] += count
        self._widen(0, dot if dot is not None else comma)
        self._widen(2, comma if comma is not None else dot)
        return True

    def add_plain(self, number: float, count: int, *, has_decimals: bool) -> None:
        """Count a cell that plain_number() read, and which is no grouped thousand."""
        self.fits += count
        self.dot += count * has_decimals
        low, high, comma_low, comma_high = self._ranges
        self._ranges = [min(low, number), max(high, number), min(comma_low, number), max(comma_high, number)]

    def _widen(self, place: int, value: float | None) -> None:
        if value is not None:
            self._ranges[place] = min(self._ranges[place], value)
            self._ranges[place + 1] = max(self._ranges[place + 1], value)

    @property
    def decimal(self) -> str:
        """The decimal mark if it is a comma, else ""."""
        return "," if self.comma > self.dot else ""

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest number."""
        low, high = self._ranges[2:] if self.decimal else self._ranges[:2]
        return low, high


def _with_dot(body: str) -> float | int | None:
    if body.isdecimal() and len(body) > MOST_DIGITS:
        return None
    if _DOT.fullmatch(body):
        return _number(body)
    if _GROUPS_DOT.fullmatch(body) or _GROUPS_INDIAN.fullmatch(body):
        return _number(body.replace(",", ""))
    if _GROUPS_OTHER.fullmatch(body) and "," not in body:
        return _number(re.sub("[ '’]", "", body))
    return None


def _with_comma(body: str) -> float | int | None:
    sign, body = ("-", body[1:]) if body.startswith("-") else ("", body.lstrip("+"))
    if body.isdecimal():
        return _number(sign + body) if len(body) <= MOST_DIGITS and _DOT.fullmatch(body) else None
    if _COMMA.fullmatch(body):
        return _number(sign + body.replace(",", "."))
    if _GROUPS_COMMA.fullmatch(body):
        return _number(sign + body.replace(".", "").replace(",", "."))
    if _GROUPS_OTHER.fullmatch(body) and "." not in body:
        return _number(sign + re.sub("[ '’]", "", body).replace(",", "."))
    return None


def _number(text: str) -> float | int | None:
    if "." in text:
        return float(text)
    return int(text) if len(text) <= MOST_DIGITS + 4 else None


def _shown_stars(text: str) -> Written | None:
    match = _SHOWN_STARS.fullmatch(text)
    if match is None:
        return None
    full = sum(unicodedata.category(c) == "So" for c in match["full"] or "")
    empty = (match["none"] or "").count("☆")
    return Written(full, full, full + empty if empty else 0) if full or empty else None

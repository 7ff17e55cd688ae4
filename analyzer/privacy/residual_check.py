"""The residual check: an independent second pass for personal data that is left in a scrubbed text.

It shares no code with the recognizers, so that it does not repeat their mistakes. It uses shapes, checksums, entropy
and the values of the row's own identity columns; it masks nothing, it only decides. Time is linear in the length of
the text: no pattern has an unbounded part inside an unbounded part.
"""

import base64
import binascii
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from analyzer.privacy.ordinary_words import EVERYDAY

Span = tuple[int, int]


FEWEST_PHONE_DIGITS = 7


_LONG_NUMBER = 9


_PHONE_DIGITS = range(9, 16)


_CARD_DIGITS = range(13, 20)


_AROUND_AT = re.compile(r"[\w.+'-](?P<at>@)[\w-]{1,63}\.[\w-]{2}")


_HIDDEN_AT = re.compile(r"%(?:25){0,4}40|&#(?:64|x40);|[\[({] ?at ?[\])}]", re.IGNORECASE)


_SPOKEN = re.compile(
    r"[\w.+-]{1,64} {0,2}(?:[\[({] ?at ?[\])}]|\bat\b|@) {0,2}[\w-]{1,63}(?: {0,2}(?:[\[({] ?dot ?[\])}]|\bdot\b|\.) "
    r"{0,2}[\w-]{2,63}){0,2} {0,2}(?:[\[({] ?dot ?[\])}]|\bdot\b) {0,2}(?:com|org|net|edu|gov|info|biz|eu|uk|co|de|fr"
    r"|es|nl|it|us|ca|io|me)\b",
    re.IGNORECASE,
)


_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,4000}")


_DATE = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2})(?!\d|[./-]\d)"
)


_DIGITS = re.compile(r"[+(]{0,2}\d[\d ()./–-]{7,60}")


_GROUP = re.compile(r"\d+")


_GAP = re.compile(r"[ ()./–-]{1,3}")


_YEAR = re.compile(r"(?:19|20)\d\d")


_AMERICAN = ([3, 3, 4], [1, 3, 3, 4])


_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE)


_IBAN_LENGTHS = {
    code: length
    for length, codes in {
        15: "NO", 16: "BE", 18: "DK FO FI GL NL SD", 19: "MK SI", 20: "AT BA EE KZ XK LT LU", 21: "HR LV LI CH",
        22: "BH BG CR DE GE IE ME RS GB VA", 23: "GI IL IQ TL AE", 24: "AD CZ MD PK RO SA SK ES SE TN VG",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MR MC SM", 28: "AL AZ BY CY DO SV GT HU LB NI PL",
        29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 33: "RU",
    }.items()
    for code in codes.split()
}  # fmt: skip


_JWT = re.compile(r"eyJ[\w-]{8,4000}\.[\w-]{4,4000}")


_TOKEN = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{8,4000}")


_LONG_TOKEN = 20


_RANDOM = 3.2
"""Bits per character from which letters mixed with digits count as random: words of twenty letters have less."""


_MOST_READ = 4_000


_CUED_NAME = re.compile(
    r"\b(?:[Mm]rs?|[Mm]iss|[Mm]s|[Dd]r|named|called|spoke (?:to|with))\.? {1,2}(?P<name>[A-Z][a-z]{2,20})\b"
)


_NOT_NAMES = frozenset(
    """After Again Amazon And Apple Bank Because But Card Customer Customers English Facebook For Google Help Helpdesk
    Hospital How However Instagram Manager Monday Nurse Nurses Online Our Paypal Reception Sales Saturday Service She
    Sister Staff Sunday Support Sir Tech The Then They This Twitter Very Visa What When Why You Your""".split()
)


def emails(text: str) -> Iterator[Span]:
    """Yield at signs between a name and a domain, and addresses that are spelled out."""
    if "@" in text:
        yield from (match.span() for match in _AROUND_AT.finditer(text))
    lowered = text.lower()
    if "dot" in lowered:
        yield from (match.span() for match in _SPOKEN.finditer(text))


def encoded_emails(text: str) -> Iterator[Span]:
    """Yield e-mail addresses with an at sign that is disguised, percent-encoded or an entity, or encoded in base64."""
    for match in _HIDDEN_AT.finditer(text):
        around = text[max(0, match.start() - 1) : match.start()] + "@" + text[match.end() : match.end() + 80]
        if _AROUND_AT.match(re.sub(r" ?[\[({] ?dot ?[\])}] ?|%(?:25){0,4}2[eE]", ".", around)):
            yield match.span()
    for match in _BASE64.finditer(text):
        if "@" in (plain := _decoded(match.group())) and any(emails(plain)):
            yield match.span()


def _decoded(token: str) -> str:
    padded = token.replace("-", "+").replace("_", "/")
    padded = padded[: len(padded) - 1] if len(padded) % 4 == 1 else padded
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _runs(text: str) -> Iterator[tuple[int, int, list[str], str]]:
    """Yield runs of digits with gaps of up to three separators: start, end, groups of digits, first character."""
    dateless = _DATE.sub(lambda match: "\0" * len(match.group()), text)
    for match in _DIGITS.finditer(dateless):
        run = match.group().rstrip(" ()./–-")
        groups = _GROUP.findall(run)
        gaps = _GROUP.split(run)[1:-1]
        if all(_GAP.fullmatch(gap) for gap in gaps) and not all(_YEAR.fullmatch(group) for group in groups):
            yield match.start(), match.start() + len(run), groups, run[0]


def cards(text: str) -> Iterator[Span]:
    """Yield numbers of 13 to 19 digits that pass the Luhn check (ISO/IEC 7812)."""
    for start, end, groups, _ in _runs(text):
        digits = "".join(groups)
        if len(digits) in _CARD_DIGITS and max(map(len, groups)) >= 3 and _is_luhn(digits):
            yield start, end


def _is_luhn(digits: str) -> bool:
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return total % 10 == 0 and len(set(digits)) > 1


def ibans(text: str) -> Iterator[Span]:
    """Yield account numbers with valid check digits (ISO 13616) and the length required by their country."""
    for match in _IBAN.finditer(text):
        compact = re.sub(r"[ -]", "", match.group()).upper()[: _IBAN_LENGTHS.get(match.group()[:2].upper(), 0)]
        if len(compact) >= 15 and int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1:
            yield match.span()


def phones(text: str) -> Iterator[Span]:
    """Yield digits grouped like a phone number: after a plus or a zero, or in groups of three, three and four."""
    for start, end, groups, first in _runs(text):
        sizes = list(map(len, groups))
        if sum(sizes) not in _PHONE_DIGITS:
            continue
        is_grouped = 2 <= len(groups) <= 7 and max(sizes) <= 8 and max(sizes) >= 2
        if (first == "+" or (is_grouped and groups[0][0] == "0")) or sizes in _AMERICAN:
            yield start, end


def long_numbers(text: str) -> Iterator[Span]:
    """Yield nine or more digits in a row."""
    yield from _numbers(text, _LONG_NUMBER, len(text))


def short_numbers(text: str) -> Iterator[Span]:
    """Yield seven or eight digits in a row, grouped like a local phone number, or written one by one."""
    yield from _numbers(text, FEWEST_PHONE_DIGITS, _LONG_NUMBER - 1)
    for start, end, groups, _ in _runs(text):
        sizes = list(map(len, groups))
        is_spelled = len(sizes) >= FEWEST_PHONE_DIGITS and max(sizes) == 1 and not _is_counting(groups)
        if is_spelled or (sizes == [3, 4] and "-" in text[start:end]):
            yield start, end


def _is_counting(groups: list[str]) -> bool:
    steps = {int(after) - int(before) for before, after in pairwise(groups)}
    return steps <= {-1, 0, 1}


def _numbers(text: str, fewest: int, most: int) -> Iterator[Span]:
    for match in _GROUP.finditer(text):
        if fewest <= match.end() - match.start() <= most:
            yield match.span()


def digits_in(text: str, digits: str) -> Iterator[Span]:
    """Yield the span of the first occurrence of these digits, regardless of separators."""
    places = [place for place, character in enumerate(text) if character.isdecimal()]
    start = "".join(text[place] for place in places).find(digits)
    if start >= 0:
        yield places[start], places[start + len(digits) - 1] + 1


def tokens(text: str) -> Iterator[Span]:
    """Yield web tokens (RFC 7519) and strings of twenty or more letters and digits that look random."""
    yield from (match.span() for match in _JWT.finditer(text))
    for match in _TOKEN.finditer(text):
        token = match.group()
        if len(token) >= _LONG_TOKEN and _is_mixed(token, 3) and _entropy(token) >= _RANDOM:
            yield match.span()


def codes(text: str) -> Iterator[Span]:
    """Yield shorter mixtures of letters and digits."""
    for match in _TOKEN.finditer(text):
        token = match.group()
        if len(token) < _LONG_TOKEN and _is_mixed(token, 3) and _changes(token) >= 2:
            yield match.span()


def _is_mixed(token: str, least: int) -> bool:
    digits = sum(map(str.isdecimal, token))
    return digits >= least and sum(map(str.isalpha, token)) >= least


def _changes(token: str) -> int:
    """Count the changes between letters and digits."""
    kinds = [character.isdecimal() for character in token if character.isalnum()]
    return sum(one is not other for one, other in pairwise(kinds))


def _entropy(token: str) -> float:
    counts = Counter(token[:_MOST_READ]).values()
    length = sum(counts)
    return -sum(n / length * math.log2(n / length) for n in counts)


def at_signs(text: str) -> Iterator[Span]:
    """Yield at signs directly before a word, as in a handle."""
    for match in re.finditer(r"@[^\W\d]\w{0,63}", text):
        yield match.span()


def cued_names(text: str) -> Iterator[Span]:
    """Yield capitalized words after Mr, Dr, named, called, spoke to and the like."""
    for match in _CUED_NAME.finditer(text):
        if match["name"] not in _NOT_NAMES:
            yield match.span("name")


VERSION = "2"
"""Part of the profile stored with a text: change it with any rule."""


PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{2,30}(?:_\d{1,5})?>|REMOVED")


BLANK = "\0"
"""Replaces a masked character: part of no word, no number and no gap between numbers."""


SHORTEST_OWN = 3


SHORTEST_OWN_NUMBER = 5
"""Minimum length of an identity value, and of a numeric one, to search for; four digits are a year or a price."""


_INVISIBLE = {"Cf", "Mn"}


_WORD = re.compile(r"[^\W\d_]{3,}")


_NAME = re.compile(r"[^\W\d_]+(?:[\s.,'’-]+[^\W\d_]+){0,4}\.?")


class ResidualDecision(StrEnum):
    """The decision on a scrubbed text."""

    PASS = "pass"  # noqa: S105
    REVIEW = "review"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Doubt:
    """The reason why a text did not pass, and its span: text[start:end]."""

    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ResidualVerdict:
    """The decision on one text; a reason never quotes the text."""

    decision: ResidualDecision
    doubts: tuple[Doubt, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons, each once."""
        return tuple(dict.fromkeys(doubt.reason for doubt in self.doubts))


Rule = Callable[[str], Iterator[tuple[int, int]]]


REJECTS: tuple[tuple[str, Rule], ...] = (
    ("e-mail address", emails),
    ("encoded e-mail address", encoded_emails),
    ("card number", cards),
    ("bank account (IBAN)", ibans),
    ("phone number", phones),
    ("nine digits or more", long_numbers),
    ("token", tokens),
)


REVIEWS: tuple[tuple[str, Rule], ...] = (
    ("seven or eight digits", short_numbers),
    ("code", codes),
    ("at sign", at_signs),
    ("name after a cue", cued_names),
)


OWN_VALUE = "value of the row's own identity columns"


def check(text: str, own: Sequence[str] = ()) -> ResidualVerdict:
    """Decide on a scrubbed text: reject if something identifying is left, review if something may be left.

    Args:
        text: scrubbed, with its placeholders.
        own: values of the row's identity columns (name, e-mail, phone, ids) as they were in the file.
    """
    plain, places = _readable(blank_placeholders(text))
    plain = _PUBLIC.sub(_blank_public, plain) if any(map(str.isdigit, plain)) else plain
    rejected = [Doubt(OWN_VALUE, *span) for span in _own_values(plain, own)]
    rejected += _found(REJECTS, plain)
    if rejected:
        return ResidualVerdict(ResidualDecision.REJECT, _with_original_spans(rejected, places))
    doubtful = _found(REVIEWS, plain)
    return (
        ResidualVerdict(ResidualDecision.REVIEW, _with_original_spans(doubtful, places))
        if doubtful
        else ResidualVerdict(ResidualDecision.PASS)
    )


_PUBLIC = re.compile(
    r"\b(?:barcodes?|ean|isbn|upc|gtin|strichcode|code-barres|codice a barre|streepjescode)\W{0,3}(?:(?:no|nr|13|10"
    r"|8)\W{1,2})?"
    r"(?P<trade>\d(?:[ -]?\d){6,13}[ -]?[\dX]?)(?![\w-])"
    r"|(?<![\w.])(?P<fraction>0\.\d{9,25}|\d\.\d{1,25}[eE][+-]?\d{1,3})(?!\w)"
    r"|(?<!\d)(?P<moment>1[4-9]\d{11})(?=\W(?:\w+\W){0,4}(?:date|time|timestamp|datum|uhrzeit|heure|fecha|data)\b)",
    re.IGNORECASE,
)
"""Numbers that are public by what they are: of goods, with their label and a valid check digit; fractions; moments."""


def _blank_public(match: re.Match[str]) -> str:
    is_public = match["trade"] is None or _is_trade_number(match["trade"])
    return BLANK * len(match.group()) if is_public else match.group()


def _is_trade_number(number: str) -> bool:
    """Check the digit of an EAN, UPC or ISBN (ISO 2108, GS1)."""
    digits = re.sub(r"[ -]", "", number).upper()
    if len(digits) == 10:
        return sum((10 - n) * (10 if d == "X" else int(d)) for n, d in enumerate(digits)) % 11 == 0
    if not digits.isdecimal() or len(digits) not in {8, 12, 13, 14}:
        return False
    return sum(int(d) * (1 if n % 2 == 0 else 3) for n, d in enumerate(reversed(digits))) % 10 == 0


def blank_placeholders(text: str) -> str:
    """Return a scrubbed text with every character of its placeholders replaced by BLANK."""
    return PLACEHOLDER.sub(lambda match: BLANK * len(match.group()), text)


def _found(rules: Sequence[tuple[str, Rule]], plain: str) -> list[Doubt]:
    return [Doubt(reason, start, end) for reason, rule in rules for start, end in rule(plain)]


def _with_original_spans(doubts: Sequence[Doubt], places: Sequence[int] | None) -> tuple[Doubt, ...]:
    if places is None:
        return tuple(doubts)
    return tuple(Doubt(d.reason, places[d.start], places[d.end - 1] + 1) for d in doubts)


def _readable(text: str) -> tuple[str, list[int] | None]:
    """Return the text without invisible characters, in plain letters and digits, and the original index of each."""
    if text.isascii():
        return text, None
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            letters.append(plain)
            places.append(place)
    return "".join(letters), places


def _plain(character: str) -> str:
    if character < "\x80":
        return character
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    parts = unicodedata.normalize("NFKD", character)[:4]
    return "".join(part for part in parts if unicodedata.category(part) not in _INVISIBLE)


def _own_values(plain: str, own: Sequence[str]) -> Iterator[tuple[int, int]]:
    if not own:
        return
    lowered = plain.lower()
    for value in own:
        wanted = " ".join(_readable(value)[0].lower().split())
        digits = re.sub(r"\D", "", wanted)
        yield from _occurrences(lowered, wanted)
        if _NAME.fullmatch(wanted):
            for word in _WORD.findall(wanted):
                yield from _occurrences(lowered, word)
        if len(digits) >= FEWEST_PHONE_DIGITS and 2 * len(digits) > len(wanted):
            yield from digits_in(plain, digits)


def _occurrences(lowered: str, wanted: str) -> Iterator[tuple[int, int]]:
    shortest = SHORTEST_OWN_NUMBER if wanted.isdecimal() else SHORTEST_OWN
    if len(wanted) < shortest or wanted in EVERYDAY:
        return
    start = lowered.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not (lowered[start - 1 : start].isalnum() or lowered[end : end + 1].isalnum()):
            yield start, end
        start = lowered.find(wanted, end)

"""Find telephone numbers in number words of six languages, mixed with digits, and in letters that look like digits."""

import re
from collections.abc import Iterator

FEWEST_DIGITS = 7
FEWEST_TOKENS = 4
FEWEST_LOOKALIKE_DIGITS = 8

_UNITS = frozenset(
    "zero oh o nought one two three four five six seven eight nine null nul eins ein zwei zwo drei vier fünf sechs "
    "sieben acht neun "
    "zéro un deux trois quatre cinq sept huit neuf cero uno una dos tres cuatro cinco seis siete ocho nueve "
    "een één twee drie vijf zes zeven negen due tre quattro cinque sei sette otto nove".split()
)
_TWO_DIGITS = frozenset(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen zehn elf zwölf dreizehn vierzehn "
    "fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn dix onze douze treize quatorze quinze seize diez once doce trece catorce "
    "quince dieciséis "
    "diecisiete dieciocho diecinueve tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien "
    "dieci undici "
    "dodici tredici quattordici quindici sedici diciassette diciotto diciannove".split()
)
_TENS = frozenset(
    "twenty thirty forty fifty sixty seventy eighty ninety zwanzig dreißig dreissig vierzig fünfzig sechzig siebzig "
    "achtzig neunzig "
    "vingt vingts trente quarante cinquante soixante septante huitante nonante veinte treinta cuarenta cincuenta "
    "sesenta setenta "
    "ochenta noventa twintig dertig veertig vijftig zestig zeventig tachtig negentig venti trenta quaranta cinquanta "
    "sessanta "
    "settanta ottanta novanta".split()
)
_HUNDREDS = frozenset("hundred hundert cent cents cien ciento honderd cento".split())
_REPEATS = {"double": 2, "doppel": 2, "doble": 2, "dubbel": 2, "doppio": 2, "triple": 3, "treble": 3, "dreifach": 3}
_BETWEEN = frozenset("and und et y en e".split())
_COMPOUND = re.compile(
    r"(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|een|twee|drie|vijf|zes|zeven|negen)(?:und|en|ën)[a-zß]{5,8}ig"
    r"|(?:vent|trent|quarant|cinquant|sessant|settant|ottant|novant)[aio]?(?:uno|due|tré|tre|quattro|cinque|sei|sette"
    r"|otto|nove)"
    r"|veinti[a-zó]{2,6}"
)
_TOKEN = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t,./·-]{1,3}")
_LOOKS = str.maketrans("OoIl|", "00111")
_LOOKALIKE = re.compile(r"(?<![^\W_])(?=[OoIl|]{0,12}\d)(?=\d{0,12}[OoIl|])[\dOoIl|]{2,13}(?![^\W_])")
_CUES = re.compile(r"o\d{1,10}|\d{1,6}", re.IGNORECASE)


_ANY_WORD = "|".join(sorted(_UNITS | _TWO_DIGITS | _TENS | _HUNDREDS)) + "|[a-zß]{3,}ig"
_WORTH_A_LOOK = re.compile(
    rf"(?:{_ANY_WORD})"
    r"[ \t,./·-]{1,3}[^\W_]{1,20}[ \t,./·-]{1,3}[^\W_]{1,20}[ \t,./·-]{1,3}(?:[^\W_]{1,20}[ \t,./·-]{1,3})?"
    rf"(?:{_ANY_WORD}|\d)",
    re.IGNORECASE,
)
"""A number word, and another or digits within four words: a quick look that spares most texts."""


def find_spoken_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield runs of number words, with digits between them, that have as many digits as a telephone number."""
    if not _WORTH_A_LOOK.search(text):
        return
    start = end = digits = tokens = words = 0
    pending = 1
    is_ten = False
    for match in _TOKEN.finditer(text):
        token = match.group().lower()
        is_next = tokens and _GAP.fullmatch(text, end, match.start())
        value = _digits_of(token)
        if tokens and (not is_next or (value is None and token not in _BETWEEN)):
            if _is_number(digits, tokens, words):
                yield start, end
            digits = tokens = words = 0
            pending, is_ten = 1, False
        if value is None:
            continue
        if not tokens:
            start = match.start()
        is_unit_of_ten = is_ten and token in _UNITS and token not in {"zero", "null", "nul", "oh", "o", "zéro", "cero"}
        digits += 0 if is_unit_of_ten else value * pending
        pending = _REPEATS.get(token, 1)
        is_ten = token in _TENS
        words += not token[-1].isdigit()
        tokens += 1
        end = match.end()
    if _is_number(digits, tokens, words):
        yield start, end


def _digits_of(token: str) -> int | None:
    """Return how many digits a token stands for; None if it is no part of a number."""
    if token in _UNITS:
        return 1
    if token in _TWO_DIGITS or token in _TENS or token in _HUNDREDS or _COMPOUND.fullmatch(token):
        return 2
    if token in _REPEATS:
        return 0
    return len(token) if _CUES.fullmatch(token) else None


def _is_number(digits: int, tokens: int, words: int) -> bool:
    return digits >= FEWEST_DIGITS and tokens >= FEWEST_TOKENS and words >= 2


def plain_digits(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a text of the same length in which O, I and l are digits where they stand among digits, and where."""
    spans = [match.span() for match in _LOOKALIKE.finditer(text)]
    for start, end in spans:
        text = text[:start] + text[start:end].translate(_LOOKS) + text[end:]
    return text, spans

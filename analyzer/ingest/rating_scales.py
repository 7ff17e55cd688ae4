"""The scale of a column of scores: NPS, CSAT, CES, stars, grades; its ends, and which end is the best.

The heading and the question name the scale, the values its range. A scale whose low end is the best (NHS Friends and
Family, German school grades) is never assumed in silence: a note asks for confirmation.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from analyzer.ingest.calendar_names import plain_word
from analyzer.ingest.header import names_role, slug
from analyzer.ingest.typing import ColumnProfile
from analyzer.ingest.values.likert import places
from analyzer.ingest.values.numbers import labeled_number
from analyzer.types import ColumnRole, Kind, Scale

NPS, CSAT, CES, STARS, RATING, GRADE = "nps", "csat", "ces", "stars", "rating", "grade"
ANOTHER_SCALE = 0.2
"""Share of values outside a scale from which they are those of another scale, not words for no answer."""
SMALL = 100
"""The highest value that a rating may have."""
_NAMES = (
    (NPS, re.compile(r"(?:^|_)(?:nps|net_promoter\w*)(?:_|$)|likely\w*_.*recommend|recommend|weiterempfehl|recommand|"
                     r"recomend|aanbevel|aan_te_bevelen|raccomand|consigli")),
    (CES, re.compile(r"(?:^|_)(?:ces|effort|aufwand|esfuerzo|moeite|sforzo)(?:_|$)|how_easy|wie_(?:einfach|leicht)|"
                     r"made_it_easy|easy_for_me|hoe_(?:makkelijk|gemakkelijk)|quanto_(?:e_stato_)?(?:facile|semplice)|que_tan_facil|cuan_facil")),
    (STARS, re.compile(r"(?:^|_)(?:\w*stars?|sterne|stern|etoiles?|estrellas?|sterren|stelle)(?:_|$)|review_rating")),
    (CSAT, re.compile(r"csat|satisf|zufrieden|tevreden|soddisf")),
)  # fmt: skip
_FFT = re.compile(r"(?:^|_)fft(?:_|$)|friends_and_family")
_GRADE = re.compile(r"(?:^|_)(?:schulnoten?|gesamtnote)(?:_|$)|^noten?$|_noten?$|^note_\w+")
_GERMAN = frozenset(
    "kommentar kommentare datum bewertung bemerkung anmerkung antwort verbesserung was wie der die das und".split()
)
_ANCHOR = re.compile(
    r"(?P<number>\d{1,2}) ?(?:=|:|\(|-|–|means|bedeutet|stands for) ?\"?(?P<label>[^\W\d_][^,;()\"\d]{1,40})"
)

_STATED_RANGE = re.compile(
    r"(?<![\w.,/-])([01]) ?(?:-|–|to|through|bis|à|a|tot|until) ?(\d{1,3})(?![\w/-])", re.IGNORECASE
)
_LEAST_HIGH = 3

_NOT_AT_ALL = frozenset({"gar nicht", "not at all", "pas du tout", "para nada", "helemaal niet", "per niente"})
_EFFORT = re.compile(
    r"(?:(?P<little>low|little|no|wenig\w*|gering\w*|kein\w*|peu|poco|weinig|basso)|high|much|lots|viel\w*|hoh\w*|beaucoup|"
    r"mucho|veel|molto)\b.*\b(?:effort|aufwand|muhe|esfuerzo|moeite|sforzo)"
)
"""Effort is the better, the less it is."""


def scale_of(column: ColumnProfile, headings: Sequence[str]) -> Scale | None:
    """Return the scale of a column of scores; None if it is not one.

    Args:
        column: a number column, or an ordinal one whose labels have numbers.
        headings: of the whole file, which tell its language.
    """
    ends = _ends(column)
    if ends is None:
        return None
    low, high = ends
    words = slug(column.label)
    if _FFT.search(words) and low >= 1 and _usual_high(column) <= 5:
        return Scale(RATING, 1, 5, is_reversed=direction(column) <= 0)
    if _GRADE.search(words) and low >= 1 and high <= 6 and _is_german(words, headings):
        return Scale(GRADE, 1, 6, is_reversed=True)
    name = next((name for name, pattern in _NAMES if pattern.search(words)), "")
    if not name and not names_role(column.label, ColumnRole.RATING):
        return None
    written = column.reading.scale.high if column.reading.scale is not None else 0.0
    stated = _stated_ends(column)
    bounds = stated if stated and stated[0] <= low else _bounds(name, low, max(high, written))
    if bounds is None:
        return None
    low, high = bounds
    if not name or (name == NPS and high < 10):  # a question on recommending with five answers is no NPS
        name = RATING
    return Scale(name, low, high, is_reversed=direction(column) < 0)


def with_scale(column: ColumnProfile, headings: Sequence[str]) -> ColumnProfile:
    """Return a column of scores with its scale; other columns and kept scales are left alone."""
    if column.kind not in {Kind.NUMBER, Kind.ORDINAL} or (column.reading.scale and column.reading.scale.name != RATING):
        return column
    found = scale_of(column, headings)
    return replace(column, reading=replace(column.reading, scale=found)) if found else column


def has_same_ends(one: Scale | None, other: Scale | None) -> bool:
    """Check whether two scales have the same ends and direction, whatever their names."""
    if one is None or other is None:
        return False
    return (one.low, one.high, one.is_reversed) == (other.low, other.high, other.is_reversed)


def scale_note(column: ColumnProfile) -> str:
    """Return a sentence on a scale that should be confirmed; "" for a usual one."""
    scale = column.reading.scale
    if scale is None:
        return ""
    above = _outside(column, scale)
    parts = []
    if scale.is_reversed:
        parts.append(f"is taken for a scale of {scale.low:g} to {scale.high:g} on which {scale.low:g} is the best")
    if above:
        parts.append(f"has {above:,} values outside the scale of {scale.low:g} to {scale.high:g}, which are kept")
    hint = f'; if they mean "no answer", use --missing "{column.label}=VALUE"' if above else "; please confirm"
    if above >= ANOTHER_SCALE * max(1, column.answered):
        hint = "; this may be another scale than the workspace's: leave it out, or give its column another heading"
    return f"column {column.label!r} {' and '.join(parts)}{hint}" if parts else ""


def _ends(column: ColumnProfile) -> tuple[float, float] | None:
    if column.kind is Kind.ORDINAL:
        numbers = column.reading.numbers
        return (min(numbers), max(numbers)) if numbers else None
    if column.low is None or column.high is None or column.low < 0 or column.high > SMALL:
        return None
    return column.low, column.high


def _stated_ends(column: ColumnProfile) -> tuple[float, float] | None:
    """Return the ends that a heading states, "1 = best, 6 = worst" or "from 0 to 10"; None if its values pass them."""
    numbers = [float(m["number"]) for m in _ANCHOR.finditer(column.label)]
    ranges = [(float(m[1]), float(m[2])) for m in _STATED_RANGE.finditer(column.label)]
    low, high = ranges[0] if ranges else (min(numbers, default=0.0), max(numbers, default=0.0))
    return (low, high) if low <= 1 and max(_LEAST_HIGH, _usual_high(column)) <= high <= SMALL else None


def _bounds(name: str, low: float, high: float) -> tuple[float, float] | None:
    """Return the usual ends of a scale that holds values from low to high; None if there is none, as for a flag."""
    if high <= 1:
        return None
    if name == NPS:
        return (1, 5) if low >= 1 and high <= 5 else (0, 10) if high <= 10 else None
    if high <= 5:
        return (1, 5) if low >= 1 else (0, 5)
    if high <= 7 and name in {CES, CSAT}:
        return (1, 7) if low >= 1 else (0, 10)
    if high <= 10:
        return (1, 10) if low >= 1 and name == STARS else (0, 10)
    return (0, 20) if high <= 20 else (0, 100)


def _usual_high(column: ColumnProfile) -> float:
    """Return the value under which nine of ten numbers lie: a few may stand for "don't know"."""
    numbers = sorted((n, count) for text, count in (column.values or {}).items() if (n := _plain(text)) is not None)
    total, seen = sum(count for _, count in numbers), 0
    for number, count in numbers:
        seen += count
        if seen >= 0.9 * total:
            return number
    return column.high or 0


def _outside(column: ColumnProfile, scale: Scale) -> int:
    given = {text: count for text, count in (column.values or {}).items() if text not in column.missing}
    numbers = [(n, count) for text, count in given.items() if (n := _plain(text)) is not None]
    kept = column.kind is Kind.NUMBER
    return sum(count for n, count in numbers if not scale.low <= n <= scale.high) if kept else 0


def _plain(text: str) -> float | None:
    return float(text) if text.replace(".", "", 1).isdecimal() else None


def _is_german(words: str, headings: Sequence[str]) -> bool:
    if "schulnote" in words:
        return True
    others = {word for heading in headings for word in slug(heading).split("_")}
    return not others.isdisjoint(_GERMAN)


def direction(column: ColumnProfile) -> int:
    """Return 1 if higher numbers have better labels, -1 if they have worse ones, 0 if there are no labels.

    One label decides if it belongs to an end of the scale: 1 is the lowest number of a scale, and no other is.
    """
    pairs = [labeled_number(label) for label in (*column.reading.labels, *(column.values or {}))]
    anchors = [(float(m["number"]), m["label"]) for m in _ANCHOR.finditer(column.label)]
    found: dict[float, float] = {}
    for number, label in [*(pair for pair in pairs if pair), *anchors]:
        value = _goodness(label)
        if value is not None:
            found[float(number)] = value
    if len(found) == 1:
        ((number, value),) = found.items()
        is_at_low_end = number <= 1
        return 0 if not value else 1 if is_at_low_end == (value < 0) else -1
    if not found:
        return 0
    low, high = found[min(found)], found[max(found)]
    return (high > low) - (high < low)


def _goodness(label: str) -> float | None:
    plain = plain_word(label.strip())
    if plain in {"best", "beste", "am besten", "meilleur", "mejor", "migliore"}:
        return 9.0
    if plain in {"worst", "schlechteste", "pire", "peor", "slechtst", "peggiore"}:
        return -9.0
    if plain in _NOT_AT_ALL:
        return -3.0
    if match := _EFFORT.search(plain):
        return 2.0 if match["little"] else -2.0
    found = [place for place in places(label.strip()) if place.family not in {"recurrence", "amount", "importance"}]
    return found[0].value if found else None

"""Choose among encodings of one byte a letter by the letters that languages use.

A wrong choice shows as letters that no language has together, or as signs inside words: "obs³uga" is Polish "obsługa"
in cp1250 read as cp1252. The statistics of charset-normalizer need more text than a survey of a hundred answers has.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_LANGUAGES = {
    "cp1252": tuple(
        "äöüßéèàç éèêëàâçîïôûùüœæ ñáéíóúü ëïéèöüáóê ãõçáâàéêíóôú àèéìòù åäöéü åøæéèô çàèéíòóúïü þðáéíóúýöæ äöåé".split()
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ"),
    "cp1254": ("çğıöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "õäöüšž"),
    "mac_roman": ("äöüßéèàç", "éèêëàâçîïôûùœ", "ñáéíóúü", "ëïéèöü", "ãõçáâàéêíóôú", "àèéìòù", "åäöøæé"),
    "cp850": ("äöüßéèàç", "éèêëàâçîïôûù", "ñáéíóúü", "ëïéèöü", "ãõçáâàéêíóôú", "àèéìòù", "åäöøæé"),
    "iso8859_2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž"),
    "cp852": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž"),
    "cp1251": ("абвгдежзийклмнопрстуфхцчшщъыьэюя", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
    "koi8_r": ("абвгдежзийклмнопрстуфхцчшщъыьэюяё",),
    "cp1253": ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ",),
}
"""The letters beyond ASCII of the languages written in each encoding, the likelier encoding first."""
_OTHER_SCRIPTS = frozenset({"cp1251", "koi8_r", "cp1253"})
_PUNCTUATION = frozenset("’‘“”„‚«»‹›–—…•·€£§°©®™²³½¼¾ºª´¡¿×\u00a0")
"""Signs that occur in any text, which say nothing unless they stand inside a word."""
_INSIDE = frozenset("’´·\u00a0–—")
"""Signs that may stand between two letters."""
LEAST_SHARE = 0.8
"""Share of a sample's letters that a known language must have."""
_CLEAR = 0.1
"""Lead in that share over the Western European reading from which another one is taken."""


@dataclass(frozen=True, slots=True)
class CodecGuess:
    """The most plausible codec.

    Attributes:
        codec: its name.
        is_known: whether a language of that codec has most of the letters.
        readings: one word in this and the next best reading, where they differ; empty if none can be shown.
    """

    codec: str
    is_known: bool
    readings: tuple[str, ...]


def best_codec(sample: bytes) -> CodecGuess:
    """Return the codec in which the bytes over 127 of a sample are letters of one language."""
    scores = {codec: _score(sample, codec) for codec in _LANGUAGES}
    western = scores["cp1252"]
    best = max(scores, key=lambda codec: scores[codec])
    if scores[best] - western < _CLEAR:
        best = "cp1252"
    if best == "cp1252" and b"\xa4" in sample and b"\x80" not in sample:
        return CodecGuess(
            "iso8859_15", scores[best] >= LEAST_SHARE, _one_word(sample, "iso8859_15", best)
        )  # the euro sign
    rivals = [c for c in scores if c != best and c not in _OTHER_SCRIPTS and scores[c] >= scores[best] - 2 * _CLEAR]
    readings: tuple[str, ...] = ()
    if best != "cp1252":
        readings = _one_word(sample, best, "cp1252")
    elif rivals:
        readings = next(filter(None, (_one_word(sample, best, rival) for rival in rivals)), ())
    return CodecGuess(best, scores[best] >= LEAST_SHARE, readings)


def is_plausible(sample: bytes, codec: str) -> bool:
    """Check whether the bytes over 127 of a sample are letters of a language of a codec."""
    return _score(sample, codec) >= LEAST_SHARE


def _score(sample: bytes, codec: str) -> float:
    """Return the share of a sample's high bytes that are letters of the best language or usual signs, 0..1."""
    text = sample.decode(codec, "replace")
    counts: Counter[str] = Counter()
    neutral = bad = 0
    for before, char, after in _high(text):
        is_inside = before.isalpha() and after.isalpha()
        if char in _PUNCTUATION and not (is_inside and char not in _INSIDE):
            neutral += 1
        elif not char.isalpha() or (char.isupper() and before.islower()):
            bad += 1
        else:
            counts[char.lower()] += 1
    total = counts.total() + bad
    if not total:
        return 1.0 if neutral and "\ufffd" not in text else 0.0
    covered = (sum(n for char, n in counts.items() if char in letters) for letters in _LANGUAGES[codec])
    return max(covered) / total


def _high(text: str) -> Iterator[tuple[str, str, str]]:
    padded = f" {text} "
    for i, char in enumerate(text, start=1):
        if char > "\x7f":
            yield padded[i - 1], char, padded[i + 1]


def _one_word(sample: bytes, codec: str, other: str) -> tuple[str, ...]:
    """Return the first lower-case word that the codecs read differently, in both; names are not shown."""
    for raw in re.findall(rb"[a-z\x80-\xff]{4,20}", sample):
        if raw.isascii():
            continue
        word, rival = raw.decode(codec, "replace"), raw.decode(other, "replace")
        if word != rival and word.isalpha() and word.islower():
            return word, rival
    return ()

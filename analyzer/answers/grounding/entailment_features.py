"""Compute the features of a claim and a comment without the model: likeness, shared words, numbers, opposites.

The word lists cover feedback in general (service, places, goods, apps). The sign of a word is negative after a denial
close before it ("not warm", "hardly any noise"), or if it consists of un-, in- or dis- and a known word.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from analyzer.index.fulltext import STOP_WORDS

FEATURES = (
    "likeness", "best_likeness", "shared", "missing_names", "missing_numbers", "agrees", "clashes", "mood", "denied",
)  # fmt: skip
OPENING = re.compile(
    r"^(?:people|customers|users|patients|guests|visitors)\s+(?:say|report|mention|feel|think|find|note|state|believe)"
    r"(?:\s+that)?\s+",
    re.IGNORECASE,
)
TALK = frozenset("people customer customers user users patient patients guest guests report mention feel find".split())
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)*|[.,;:!?]")
ENDING = re.compile(r"(?:iness|ness|ingly|edly|ily|ing|ied|ies|ed|ly|er|est|es|s|y|e|i)$")
LEAST_STEM = 3
DENIALS = frozenset(
    "not no never none nobody nothing without lack lacks lacking lacked hardly barely cannot neither nor isnt wasnt"
    " arent werent dont didnt doesnt wont cant couldnt wouldnt shouldnt havent hasnt hadnt stopped".split()
)
FEW = frozenset(["little", "few"])
"""Denials unless an article or the like precedes: "little privacy", not "a little slow"."""
ARTICLES = frozenset("a the my our your his her their this that these those very".split())
BREAKS = frozenset([*".,;:!?", "but", "though", "although", "however", "yet"])
SCOPE = 4
"""Number of words after a denial that it applies to, if they are known words; other words only within SHORT_SCOPE,
because in "little privacy at reception" the reception is not denied."""
SHORT_SCOPE = 2
PREFIXES = ("un", "in", "im", "dis")
NUMBER_WORDS: Mapping[str, str] = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    )
} | {"twice": "2", "double": "2", "once": "1", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50"}
NOT_COUNTED = ("0", "1")
"""Numbers that, written as a word, seldom count anything ("no one", "this one")."""
AXES = (
    ("warm hot toasty heated", "cold freezing chilly stone cool"),
    ("quick fast prompt punctual instant instantly rapid swift immediately promptly smooth early",
     "slow late delay delayed ages forever wait queue sluggish lag hours overdue behind"),
    ("clean spotless tidy hygienic immaculate", "dirty filthy grubby dust sticky mess unhygienic stain grimy"),
    ("kind friendly polite lovely caring nice courteous welcoming compassionate helpful respectful gentle warm",
     "rude unkind abrupt snapped dismissive unhelpful unfriendly hostile nasty ignored short cold impolite harsh"),
    ("quiet peaceful silent calm", "noisy noise loud racket"),
    ("easy simple intuitive effortless straightforward smooth",
     "difficult hard confusing complicated nightmare impossible struggle problem trouble"),
    ("clear clearly plain explained understand informed", "unclear confusing jargon confused uninformed baffled"),
    ("large big huge loose roomy oversized", "small tiny tight snug undersized"),
    ("thick sturdy strong solid robust", "thin flimsy sheer weak fragile transparent"),
    ("light lightweight", "heavy weighs bulky"),
    ("comfortable comfy soft cozy", "uncomfortable itchy itch stiff scratchy painful"),
    ("cheap affordable bargain value worth reasonable", "expensive overpriced pricey costly waste"),
    ("safe secure reassured", "unsafe frightened scared insecure afraid"),
    ("empty plenty spacious", "crowded packed overcrowded busy full cramped"),
    ("recommend", "avoid"),
    ("works working worked reliable stable fixed", "broken crash freeze bug faulty fails failed"),
    ("answered replied reply respond response picked", "unanswered ignored"),
    ("fresh tasty delicious", "stale tasteless bland"),
    ("flattering", "unflattering sack"),
    ("better improved helped improvement", "worse useless pointless"),
    ("listened involved included", "ignored brushed excluded"),
    ("same exactly identical true", "different nothing unlike"),
)  # fmt: skip
"""Pairs of opposites: words of one direction, words of the other direction."""
GLAD = (
    "good great excellent lovely love loved brilliant wonderful perfect happy pleased amazing fantastic best superb "
    "outstanding highly enjoy enjoyed thank praise helpful impressed beautiful beautifully neat"
)
SAD = (
    "bad poor awful terrible dreadful horrible worst disappointed disappointing complain complaint useless ridiculous "
    "angry upset shame nightmare unacceptable fail appalling disgusting unable too avoid refused"
)


@dataclass(frozen=True, slots=True)
class SignedWords:
    """The words of a text by stem with a sign, 1 or -1 if denied; its names, its numbers, and its number of denials."""

    signs: Mapping[str, int]
    names: Set[str]
    numbers: Set[str]
    denials: int


def stem(word: str) -> str:
    """Return the stem of a word: without a common ending, and a doubled last letter single."""
    word = word.casefold()
    cut = ENDING.sub("", word)
    if len(cut) < LEAST_STEM:
        cut = word
    return cut[:-1] if len(cut) > LEAST_STEM and cut[-1] == cut[-2] else cut


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


_AXES = tuple((_stems(one), _stems(other)) for one, other in AXES)
_MOOD = {**dict.fromkeys(_stems(GLAD), 1), **dict.fromkeys(_stems(SAD), -1)}
for _one, _other in ((_AXES[i][0], _AXES[i][1]) for i in (2, 3, 5, 6, 10, 11, 12, 15, 17, 19)):
    _MOOD |= {**dict.fromkeys(_one, 1), **dict.fromkeys(_other, -1)}
_KNOWN = frozenset(_MOOD).union(*(one | other for one, other in _AXES))
_SKIPPED = STOP_WORDS | TALK


def bare(claim: str) -> str:
    """Return a claim without "People say that"."""
    return OPENING.sub("", claim.strip())


def read(text: str) -> SignedWords:
    """Return the signed words, the names, the numbers and the denials of a text."""
    signs: dict[str, int] = {}
    names, numbers = set(), set()
    scope = denials = 0
    before = ""
    for place, token in enumerate(WORD.findall(text)):
        word = token.casefold().replace("'", "").replace("’", "")
        if word in BREAKS:
            scope = 0
        elif word in DENIALS or (word in FEW and before not in ARTICLES):
            scope, denials = SCOPE, denials + 1
        else:
            if word not in _SKIPPED:
                _add_sign(word, scope, signs)
            scope -= 1
        if number := _number(word):
            numbers.add(number)
        elif place and token[0].isupper() and len(token) > 1:
            names.add(word)
        before = word
    return SignedWords(signs, names, numbers, denials)


def measure(claim: str, quote: str, likeness: float, best_likeness: float) -> list[float]:
    """Return the features of a claim and a quote, in the order of FEATURES.

    Args:
        claim: the text of the claim.
        quote: the text of one comment.
        likeness: cosine of the claim to the quote.
        best_likeness: cosine of the claim to the nearest sentence of the quote.
    """
    of_claim, of_quote = read(bare(claim)), read(quote)
    words = {*of_quote.signs, *(word.casefold() for word in re.findall(r"\w+", quote))}
    agrees, clashes = _compare(of_claim.signs, of_quote.signs)
    return [
        likeness,
        best_likeness,
        sum(word in words for word in of_claim.signs) / max(1, len(of_claim.signs)),
        sum(name not in words for name in of_claim.names) / max(1, len(of_claim.names)),
        float(bool(of_claim.numbers - of_quote.numbers)),
        float(agrees > 0),
        float(clashes > 0),
        float(_mood(of_claim.signs) * _mood(of_quote.signs)),
        float(bool(of_claim.denials) != bool(of_quote.denials)),
    ]


def _add_sign(word: str, scope: int, signs: dict[str, int]) -> None:
    key = stem(word)
    sign = 1
    for prefix in PREFIXES:
        if key not in _KNOWN and key.startswith(prefix) and key[len(prefix) :] in _KNOWN:
            key, sign = key[len(prefix) :], -sign
    if scope > (0 if key in _KNOWN else SCOPE - SHORT_SCOPE):
        sign = -sign
    signs.setdefault(key, sign)


def _number(word: str) -> str:
    if word[0].isdigit():
        return word.replace(",", "")
    number = NUMBER_WORDS.get(word, "")
    return "" if number in NOT_COUNTED else number


def _compare(of_claim: Mapping[str, int], of_quote: Mapping[str, int]) -> tuple[int, int]:
    """Count agreements and clashes of two texts: equal or opposite signs of a shared word, or directions on an axis."""
    agrees = clashes = 0
    for one, other in _AXES:
        for direction in _directions(of_claim, one, other):
            found = _directions(of_quote, one, other)
            agrees += direction in found
            clashes += -direction in found and direction not in found
    for word in of_claim.keys() & of_quote.keys():
        agrees += of_claim[word] == of_quote[word] and word in _KNOWN
        clashes += of_claim[word] != of_quote[word]
    return agrees, clashes


def _directions(signs: Mapping[str, int], one: Set[str], other: Set[str]) -> set[int]:
    found = {signs[word] for word in signs.keys() & one}
    return found | {-signs[word] for word in signs.keys() & other}


def _mood(signs: Mapping[str, int]) -> int:
    total = sum(sign * _MOOD.get(word, 0) for word, sign in signs.items())
    return (total > 0) - (total < 0)


def nearest_sentences(sentences: Sequence[str], likeness: Sequence[float], characters: int) -> str:
    """Return the sentences nearest to a claim that fit into a number of characters, in text order; at least one."""
    remaining = characters
    chosen: set[int] = set()
    for place in sorted(range(len(sentences)), key=lambda i: -likeness[i]):
        if chosen and len(sentences[place]) > remaining:
            continue
        chosen.add(place)
        remaining -= len(sentences[place])
    return " ".join(sentence for place, sentence in enumerate(sentences) if place in chosen)

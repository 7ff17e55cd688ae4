"""What can be seen of a claim and a comment without asking the model: likeness, shared words, numbers, opposites.

The words are of the field at large (service, places, goods, apps). A word counts as turned round where something close
before it denies it ("not warm", "hardly any noise"), or where it is made of un-, in- or dis- and a known word.
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
"""Denials where no article or the like stands before them: "little privacy", not "a little slow"."""
ARTICLES = frozenset("a the my our your his her their this that these those very".split())
BREAKS = frozenset([*".,;:!?", "but", "though", "although", "however", "yet"])
REACH = 4
"""Words that a denial reaches to, if they are of the known ones; others it reaches within SHORT_REACH only, or in
"little privacy at reception" the reception would be denied too."""
SHORT_REACH = 2
PREFIXES = ("un", "in", "im", "dis")
NUMBER_WORDS: Mapping[str, str] = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    )
} | {"twice": "2", "double": "2", "once": "1", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50"}
NOT_COUNTED = ("0", "1")
"""Written as a word, these seldom count anything ("no one", "this one")."""
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
"""Opposites: words of one direction, words of the other."""
GLAD = (
    "good great excellent lovely love loved brilliant wonderful perfect happy pleased amazing fantastic best superb "
    "outstanding highly enjoy enjoyed thank praise helpful impressed beautiful beautifully neat"
)
SAD = (
    "bad poor awful terrible dreadful horrible worst disappointed disappointing complain complaint useless ridiculous "
    "angry upset shame nightmare unacceptable fail appalling disgusting unable too avoid refused"
)


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a text by their stems, each with the sign it has after denials: 1 as it stands, -1 turned round."""

    signs: Mapping[str, int]
    names: Set[str]
    numbers: Set[str]
    denials: int


def stem(word: str) -> str:
    """Return what the forms of a word share: a common ending off, a doubled last letter single."""
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


def read(text: str) -> Said:
    """Take a text apart."""
    signs: dict[str, int] = {}
    names, numbers = set(), set()
    reach = denials = 0
    before = ""
    for place, token in enumerate(WORD.findall(text)):
        word = token.casefold().replace("'", "").replace("’", "")
        if word in BREAKS:
            reach = 0
        elif word in DENIALS or (word in FEW and before not in ARTICLES):
            reach, denials = REACH, denials + 1
        else:
            if word not in _SKIPPED:
                _note(word, reach, signs)
            reach -= 1
        if number := _number(word):
            numbers.add(number)
        elif place and token[0].isupper() and len(token) > 1:
            names.add(word)
        before = word
    return Said(signs, names, numbers, denials)


def measure(claim: str, quote: str, likeness: float, best_likeness: float) -> list[float]:
    """Return the features of a claim and a quote, in the order of FEATURES.

    Args:
        claim: what is said of comments.
        quote: what one comment says.
        likeness: cosine of the claim to the quote.
        best_likeness: the same to the nearest of the quote's sentences.
    """
    said, told = read(bare(claim)), read(quote)
    words = {*told.signs, *(word.casefold() for word in re.findall(r"\w+", quote))}
    agrees, clashes = _compare(said.signs, told.signs)
    return [
        likeness,
        best_likeness,
        sum(word in words for word in said.signs) / max(1, len(said.signs)),
        sum(name not in words for name in said.names) / max(1, len(said.names)),
        float(bool(said.numbers - told.numbers)),
        float(agrees > 0),
        float(clashes > 0),
        float(_mood(said.signs) * _mood(told.signs)),
        float(bool(said.denials) != bool(told.denials)),
    ]


def _note(word: str, reach: int, signs: dict[str, int]) -> None:
    key = stem(word)
    sign = 1
    for prefix in PREFIXES:
        if key not in _KNOWN and key.startswith(prefix) and key[len(prefix) :] in _KNOWN:
            key, sign = key[len(prefix) :], -sign
    if reach > (0 if key in _KNOWN else REACH - SHORT_REACH):
        sign = -sign
    signs.setdefault(key, sign)


def _number(word: str) -> str:
    if word[0].isdigit():
        return word.replace(",", "")
    number = NUMBER_WORDS.get(word, "")
    return "" if number in NOT_COUNTED else number


def _compare(said: Mapping[str, int], told: Mapping[str, int]) -> tuple[int, int]:
    """Count where both texts point the same way and where they point opposite ways: on a shared word, or on an axis."""
    agrees = clashes = 0
    for one, other in _AXES:
        for direction in _directions(said, one, other):
            found = _directions(told, one, other)
            agrees += direction in found
            clashes += -direction in found and direction not in found
    for word in said.keys() & told.keys():
        agrees += said[word] == told[word] and word in _KNOWN
        clashes += said[word] != told[word]
    return agrees, clashes


def _directions(signs: Mapping[str, int], one: Set[str], other: Set[str]) -> set[int]:
    found = {signs[word] for word in signs.keys() & one}
    return found | {-signs[word] for word in signs.keys() & other}


def _mood(signs: Mapping[str, int]) -> int:
    total = sum(sign * _MOOD.get(word, 0) for word, sign in signs.items())
    return (total > 0) - (total < 0)


def nearest_sentences(sentences: Sequence[str], likeness: Sequence[float], characters: int) -> str:
    """Return the sentences nearest to a claim, in their order, that fit; the nearest always does."""
    room = characters
    chosen: set[int] = set()
    for place in sorted(range(len(sentences)), key=lambda i: -likeness[i]):
        if chosen and len(sentences[place]) > room:
            continue
        chosen.add(place)
        room -= len(sentences[place])
    return " ".join(sentence for place, sentence in enumerate(sentences) if place in chosen)

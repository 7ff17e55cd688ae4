"""Figures in words: what in a sentence reads as a number, or as a quantity of people, and is bound to no query.

Strict beats clever: "one" is a number wherever it stands, and what says how many people (most, nobody, a third, many
customers) is found in seven languages, through letter look-alikes, spaced letters and invisible characters.
"""

import re
import unicodedata
from collections.abc import Mapping

LOOK_ALIKES = str.maketrans(
    "аеорсухікӏмтнвԁјѕһԛԝαορνικτеԑ",
    "aeopcyxiklmtHbdjshqwaopviktee",  # Cyrillic and Greek letters that pass for Latin ones
)
SLOT = re.compile(r"\{(\w+)\}")
PEOPLE = (
    r"(?:people|customers?|patients?|users?|respondents?|guests?|clients?|comments?|reviews?|reviewers?|commenters?"
    r"|commentators?|shoppers?|buyers?|visitors?|members?|persons?|participants?|carers?|families|feedback|them|us"
    r"|those\s+who|opinions?|responses?|answers?)"
)
NUMBER_WORDS = (
    # English
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety hundred hundreds thousand thousands "  # noqa: E501
    "million millions billion billions dozen dozens score scores half halves third thirds quarter quarters fifth fifths "  # noqa: E501
    "tenth tenths percent pct percentage majority minority plurality most nobody noone everybody everyone twofold "
    "threefold double triple twice thrice umpteen zillion countless numerous several "
    # German
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend dutzend hälfte "  # noqa: E501
    "drittel viertel prozent mehrheit minderheit niemand alle jeder "
    # French
    "deux trois quatre cinq sept huit neuf dix onze douze vingt trente cent mille douzaine moitié tiers quart majorité "
    "minorité personne plupart "
    # Spanish, Portuguese, Italian
    "dos tres cuatro cinco seis siete ocho nueve diez veinte cien ciento mil docena mitad tercio cuarto mayoría minoría "  # noqa: E501
    "nadie dois três quatro sete oito nove dez vinte cem metade maioria ninguém due tre quattro cinque sei sette otto "
    "nove dieci venti cento mille metà maggioranza nessuno "
    # Dutch, Polish
    "twee drie vijf zes zeven negen tien twintig honderd duizend helft derde kwart meerderheid niemand iedereen "
    "dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć sto tysiąc połowa większość nikt wszyscy"
).split()
HARMLESS = frozenset(
    "alle cent dix dos due nove onze sei sept sette tien due tre mil mille sto personne tiers quart null acht elf score scores".split()  # noqa: E501
)
"""Words of other languages that are, or look like, plain English words or parts of names: found with people only."""
WORDS = frozenset(NUMBER_WORDS) - HARMLESS
QUANTIFIERS = re.compile(
    rf"\b(?:all|every|each|no|many|few|fewer|fewest|several|some|more|less|lots|plenty|loads|tons|handful|couple|bulk"
    rf"|various|multiple|any|almost\s+all|nearly\s+all|hardly\s+any|overwhelming\w*|the\s+rest|a\s+lot|alle|viele|wenige"
    rf"|muchos|pocos|beaucoup|molti|veel|{'|'.join(sorted(HARMLESS))})(?:\s+(?:of|the|our|these|those|its|de|der|other|more))*"
    rf"\s+(?:\w+\s+)?{PEOPLE}\b"
    rf"|\bpeople\s+(?:all|mostly|overwhelmingly|mainly|largely|unanimously|universally|generally|usually|rarely|seldom)\b"
    rf"|\bno[\s-]one\b|\bnone\b|\bper\s+cents?\b|\ba\s+(?:third|quarter|fifth|tenth|lot|few|couple|handful)\b"
    rf"|\b(?:mostly|majorit\w+|minorit\w+|unanimous\w*|predominant\w*|overwhelming\w*)\b"
    rf"|\b(?:more|fewer|less)\s+{PEOPLE}\s+than\b|\bthe\s+rest\s+of\s+{PEOPLE}\b|\btimes\s+as\s+many\b|\bas\s+many\s+as\b",
    re.IGNORECASE,
)
SPACED = re.compile(r"\b(?:\w[\s._-]){2,}\w\b")
ROMAN = re.compile(r"\b(?=[MDCLXVI]{2,}\b)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
WORD = re.compile(r"[^\W\d_]+")
COMPOUND = re.compile(
    r"^(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)"
    r"|(?:teen|hundred|thousand|million)s?$", re.IGNORECASE
)  # fmt: skip
NOT_NUMBERS = frozenset("teen teens canteen canteens nineteenth".split())


def unbound_quantities(sentence: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of a sentence that read as a figure or a quantity of people, in order; whole if disguised."""
    spans = [(i, i + 1) for i, character in enumerate(sentence) if _is_numeric(character)]
    plain, is_disguised = _plain(sentence)
    found = [m.span() for m in WORD.finditer(plain) if _is_number_word(m.group())]
    found += [m.span() for m in QUANTIFIERS.finditer(plain)] + [m.span() for m in ROMAN.finditer(plain)]
    for match in SPACED.finditer(plain):
        if _is_number_word(re.sub(r"[\s._-]", "", match.group())):
            found.append(match.span())
    if found and is_disguised:
        found = [(0, len(sentence))]
    return tuple(sorted(set(spans + found)))


def bind(template: str, figures: Mapping[str, str]) -> str:
    """Return a sentence written by code with its slots filled, so that each digit shown comes from a figure.

    Raises:
        ValueError: if the sentence itself holds a quantity, or a slot has no figure.
    """
    bare = SLOT.sub(" ", template)
    if unbound_quantities(bare):
        raise ValueError(f"a figure stands outside a slot: {template}")
    missing = [name for name in SLOT.findall(template) if name not in figures]
    if missing:
        raise ValueError(f"no figure for {missing[0]}")
    return SLOT.sub(lambda match: figures[match[1]], template)


def _is_numeric(character: str) -> bool:
    if character.isdigit() or character.isdecimal() or character in "%‰‱":
        return True
    return unicodedata.category(character) in {"Nl", "No"} or bool(unicodedata.numeric(character, 0))


def _is_number_word(word: str) -> bool:
    lowered = word.casefold()
    if lowered in WORDS:
        return True
    return bool(COMPOUND.search(lowered)) and lowered not in NOT_NUMBERS


def _plain(sentence: str) -> tuple[str, bool]:
    """Return a sentence without invisible characters and letter look-alikes, and whether that changed its length."""
    folded = "".join(c for c in unicodedata.normalize("NFKC", sentence) if unicodedata.category(c) not in {"Cf", "Mn"})
    folded = folded.translate(LOOK_ALIKES)
    return folded, len(folded) != len(sentence)

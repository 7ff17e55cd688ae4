"""Tell names of people from what is called after people: brands, dishes, days, diseases, towns, things with a noun.

A finding of a name by a weak rule (a known name, a suggestion of the entity model) gives way to any of four readings:
a phrase of not_people.txt (a line with + only before a noun); a determiner before and a noun after it ("my Henry
hoover"); a word that is more often a thing before a noun or a pronoun ("Pearl buttons", "Rob us"); a town after a
preposition or beside other towns. A name in a frame that people have ("my name is", "spoke to") stays one; of these,
titles and talks give way to a phrase.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from analyzer.privacy.findings import Finding
from analyzer.privacy.names.cues import COMMON
from analyzer.privacy.names.gazetteer import family_names, fold_name, function_words
from analyzer.privacy.names.lexicon import WORD
from analyzer.privacy.names.words import NameWords

SURE = frozenset(
    "name-introduced name-called name-signed name-introducing name-relative name-labeled name-inverted "
    "name-disguised".split()
)
"""Rules of frames in which only people stand; a title is none of them: "Dr Martens"."""
FRAMED = frozenset(
    "name-greeted name-met-lower name-thanked name-at-work name-is-staff name-asked name-role-comma name-role-german "
    "name-title name-title-initial "
    "name-pair-lower name-met name-role name-rank".split()
)
"""Rules of frames in which people stand, and seldom a brand: only a phrase of the file is no name there."""
FILE = Path(__file__).with_name("not_people.txt")
_GENITIVES = ("'s", "’s")
_GOODS = frozenset(
    "dress dresses top tops shirt jeans pants skirt sweater jacket food drink tea coffee water bed room card "
    "account".split()
)
_DETERMINERS = frozenset("the a an this that these those my our your his her their every another".split())
_PRONOUNS = frozenset("me us him her it them you".split())
_OF_PEOPLE = frozenset(
    "family families wedding party booking order account case appointment residence household baby boy girl brothers "
    "sisters twins kid kids "
    "child children couple lady man woman person guy chap fella bloke and or but who which at on in from with for to "
    "of by was is were are "
    "had has did does said told helped called made took gave went came let got put set left lost felt kept sent met "
    "saw sold paid said who "
    "as then than so when while if because where what that not never always also just really very too again here "
    "there today yesterday".split()
)
"""Nouns for people, and words that are nouns in a dictionary but seldom so after a name."""
_PERSONAL = frozenset(
    "attitude manner manners help advice patience kindness support knowledge behaviour behavior tone smile "
    "professionalism name email phone "
    "number reply response colleague manager boss work effort efforts explanation service assistance husband wife "
    "mother father son daughter".split()
)
"""What people have and brands do not, after a genitive."""
_TOWNS = frozenset(
    "austin charlotte victoria georgia jordan chad florence sienna siena nancy madison houston phoenix jackson "
    "lincoln orlando savannah "
    "dallas denver carolina virginia montana dakota sydney adelaide melbourne perth chester preston lancaster "
    "bradford bolton burton "
    "carlisle clifton kent devon chelsea kensington paris london brooklyn israel india china kenya tunisia cuba malta "
    "cyprus ireland "
    "holland valencia lourdes santiago mercedes cordoba leon toledo sevilla granada lorraine alsace vienne valence "
    "laval tours roma verona "
    "trento regina logan boston lexington raleigh augusta aurora eugene marion pierre nelson hamilton wellington "
    "darwin alexandria athens "
    "troy milan vienna geneva lyon nice bath derby durham stafford shelby tyler irving arlington garland paisley "
    "douglas ramsey stirling "
    "barry neath newport kingston warren clayton bethlehem jerusalem francisco diego salvador rosario barcelona lima "
    "cali bergen essen "
    "hagen worms celle hannover alba asti como lucca modena parma pisa ravenna siracusa vicenza jena halle louisiana "
    "tennessee washington "
    "california alabama alaska arizona colorado columbus cleveland columbia harrison salem concord richmond norfolk "
    "bristol somerset "
    "cornwall surrey sussex essex wells lewes ely rugby redding wakefield huddersfield halifax doncaster barnsley "
    "burnley rochdale "
    "america asia africa europe austria britain france germania italia holanda jersey guernsey holm lund laren assen "
    "breda ede".split()
)
"""Towns, regions and countries whose names people have too."""
_TO_TOWNS = frozenset(
    "in to from via near around across outside towards visit visited nach aus bei über à de depuis vers en a hacia "
    "desde naar uit da di verso per "
    "flights flight trip holiday city airport".split()
)
_TRAVEL = frozenset(
    "trip trips holiday holidays vacation flight flights visited visiting toured travelled traveled via country "
    "countries city cities "
    "vuelo vuelos escala viaje voyage vol vols flug flüge reise urlaub reis vlucht volo viaggio stopover "
    "layover".split()
)
_BRANCHES = frozenset(
    "branch branches store stores shop shops airport station area office depot warehouse campus".split()
)


class NotPeople:
    """Judges the findings of names in one text."""

    def __init__(self, words: NameWords) -> None:
        """Take the text split into words."""
        self._words = words

    def without_things(self, found: Sequence[Finding]) -> list[Finding]:
        """Return the findings that are people."""
        if not found:
            return []
        phrases = self._phrases()
        return [one for one in found if one.rule in SURE or not self._is_thing(one, phrases)]

    def _is_thing(self, finding: Finding, phrases: Sequence[tuple[int, int]]) -> bool:
        if any(start <= finding.start and finding.end <= end for start, end in phrases):
            return True
        if finding.rule in FRAMED:
            return False
        places = self._words.places_in(finding.start, finding.end)
        if not places or self._words.is_shouted:
            return False
        first, last = places[0], places[-1]
        return self._is_town(first, last) or self._is_of_thing(first, last) or self._is_word(first, last)

    def _phrases(self) -> list[tuple[int, int]]:
        """Return the spans of the phrases of the file, with their capitals."""
        tokens, found = self._words.tokens, []
        for place, token in enumerate(tokens):
            for phrase in phrases_by_word().get(token.folded, ()) if token.text[0].isupper() else ():
                end = self._end_of(phrase, place)
                if end:
                    found.append((token.start, end))
        return found

    def _end_of(self, phrase: "tuple[str, ...]", place: int) -> int:
        """Return the end of a phrase that begins at a place, or 0."""
        tokens = self._words.tokens[place : place + len(phrase)]
        if len(tokens) < len(phrase):
            return 0
        for token, word in zip(tokens, phrase, strict=True):
            if token.text.casefold() != word and not (token.folded == fold_name(word) and "'" not in word):
                return 0
            if word[0].isalpha() and word.istitle() and not token.text[0].isupper():
                return 0
        gaps = [self._words.gap(place + n) for n in range(len(phrase) - 1)]
        if not all(gap.strip(" .'’&+-") == "" and len(gap) <= 3 for gap in gaps):
            return 0
        if phrase in needs_noun() and not self._noun_after(place + len(phrase) - 1):
            return 0
        is_genitive = len(phrase) == 1 and phrase[0].endswith("'s")
        return 0 if is_genitive and self._follows(place, _PERSONAL) else tokens[-1].end

    def _follows(self, place: int, words: frozenset[str]) -> bool:
        return self._words.gap(place) == " " and self._words.tokens[place + 1].folded in words

    def _noun_after(self, place: int) -> bool:
        """Return whether an English noun in lower case follows directly, which a person's name seldom has after it."""
        if self._words.language not in {"", "en"} or self._words.gap(place) != " ":
            return False
        following = self._words.tokens[place + 1]
        word = following.folded
        if not following.text[0].islower() or word in _OF_PEOPLE or len(word) < 4 or word.endswith("ing"):
            return False
        if word in function_words("en") or word in COMMON - _GOODS:
            return False
        return self._words.lexicon.is_noun(following.folded)

    def _is_of_thing(self, first: int, last: int) -> bool:
        """Return whether the name is part of a thing's: "the Kate Spade bag", "my Henry hoover"."""
        token = self._words.tokens[first]
        if not first or first != last or self._words.gap(first - 1) != " " or token.text.endswith(_GENITIVES):
            return False
        if token.folded in family_names() or not self._words.lexicon.is_some_name(token.folded):
            return False
        return self._words.tokens[first - 1].folded in _DETERMINERS and self._noun_after(last)

    def _is_word(self, first: int, last: int) -> bool:
        """Return whether one ambiguous word is no name: before a noun or an object, also at the end of a list."""
        words = self._words
        token = words.tokens[first]
        is_ambiguous = words.lexicon.is_some_name(token.folded) and not words.is_name(token)
        if first != last or not is_ambiguous or token.text.endswith(_GENITIVES):
            return False
        while words.gap(last) in {", ", " and ", " or ", " & "} or (
            words.gap(last) == " " and last + 2 < len(words.tokens)
        ):
            following = words.tokens[last + 1]
            if following.folded in {"and", "or"} and last + 2 < len(words.tokens):
                last += 1
            elif not (following.is_capital and words.lexicon.is_some_name(following.folded)):
                break
            last += 1
        return (
            self._noun_after(last) or self._follows(last, _PRONOUNS) or self._follows(last, frozenset({"red", "free"}))
        )

    def _is_town(self, first: int, last: int) -> bool:
        words = self._words
        token = words.tokens[first]
        if first != last or token.folded not in _TOWNS or token.text.endswith(_GENITIVES):
            return False
        before = words.tokens[first - 1].folded if first and words.gap(first - 1) == " " else ""
        if before in _TO_TOWNS and before not in {"de", "a", "en", "to", "from", "da", "di"}:
            return True
        if self._follows(last, _BRANCHES):
            return True
        folded = {one.folded for one in words.tokens}
        towns = sum(one.folded in _TOWNS and one.is_capital for one in words.tokens)
        return (
            bool(folded & _TRAVEL)
            or (towns > 1 and bool(folded & (_BRANCHES | {"in", "via"})))
            or (before in {"to", "from", "en", "a", "de", "da", "di"} and towns > 1)
        )


@cache
def phrases_by_word() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the phrases of the file as words in lower case, by their first word folded."""
    found: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for words in (*_listed(""), *_listed("+")):
        plain = words[0][:-2] if words[0].endswith("'s") else words[0]
        found[fold_name(plain)].append(words)
    return {word: tuple(phrases) for word, phrases in found.items()}


@cache
def needs_noun() -> frozenset[tuple[str, ...]]:
    """Return the phrases of people so well known that only a noun after them makes them a thing."""
    return frozenset(_listed("+"))


def _listed(mark: str) -> Iterator[tuple[str, ...]]:
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#") and line.startswith("+") == bool(mark):
            for phrase in line.removeprefix("+").split(";"):
                if words := tuple(word.group().casefold() for word in WORD.finditer(phrase)):
                    yield words

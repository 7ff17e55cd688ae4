"""Describe a word for the classifier of names: its shape, what lists know of it, its neighbors, rules that found it.

A feature is a string; the classifier has a weight for it or none. Nothing here decides anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from analyzer.privacy.findings import Finding
from analyzer.privacy.names.cues import COMMON, INSTITUTIONS, PARTICLES, ROLES, TITLES
from analyzer.privacy.names.places import place_phrases, place_sizes
from analyzer.privacy.names.words import NameWords, Token

EDGE = "^"
"""Stands for the neighbor of a word at the beginning or end of a text."""
_JOINING = frozenset(("and", "or", "und", "oder", "et", "ou", "y", "o", "en", "of", "e", "&"))
_LONGEST_GAP = 3
SHORT = 3


class NameFeatures:
    """Describes the words of one text."""

    def __init__(
        self,
        words: NameWords,
        found: Sequence[Finding],
        entities: Sequence[tuple[str, int, int]],
        things: Sequence[int],
        framed: Sequence[tuple[str, int]] = (),
    ) -> None:
        """Take a text, findings of the rules, spans of the entity model, places in phrases of things and in frames."""
        self._words = words
        self._rules = _by_place(words, ((f.rule, f.start, f.end) for f in found))
        self._entities = _by_place(words, entities)
        self._framed: defaultdict[int, list[str]] = defaultdict(list)
        for rule, place in framed:
            self._framed[place].append(rule)
        self._things = frozenset(things)
        self._towns = frozenset(_towns(words))
        self._classes: dict[int, str] = {}

    def of(self, place: int) -> Iterator[str]:
        """Yield the features of one word."""
        own = self.word_class(place)
        yield from self._shape(place, own)
        yield from self._known(place, own)
        yield from self._spelling(self._words.tokens[place].folded, own)
        yield from self._evidence(place, own)
        yield from self._around(place, own)

    def _shape(self, place: int, own: str) -> Iterator[str]:
        token = self._words.tokens[place]
        yield f"c={own}"
        yield f"c={own[:2]}|{'s' if self._words.starts_sentence(place) else 'm'}"
        yield f"l={self._words.language or '--'}|{own[0]}"
        if token.text.endswith(("'s", "’s")):
            yield "genitive"
        if len(token.folded) < SHORT:
            yield f"n={len(token.folded)}"

    def _known(self, place: int, own: str) -> Iterator[str]:
        word = self._words.tokens[place].folded
        yield f"t={place_sizes().get(word, 0)}|{own[:2]}"
        if place in self._towns:
            yield "town"
        if place in self._things:
            yield "thing"
        if own[2] != "-" or own[1] in "am":
            yield f"w={word}|{own[0]}"

    def _evidence(self, place: int, own: str) -> Iterator[str]:
        rules = self._rules.get(place, ())
        for rule in rules:
            yield f"r={rule}"
            yield f"r={rule}|{own[1:3]}"
        if not rules:
            yield f"r=none|{own[:3]}"
        for rule in self._framed.get(place, ()):
            yield f"?={rule}|{own}"
            yield f"?={rule}|{self._words.language or '--'}|{own[0]}"
        for label in self._entities.get(place, ("none",)):
            yield f"e={label}"

    def _spelling(self, word: str, own: str) -> Iterator[str]:
        if own[2] == "-":
            known = "k" if own[1] != "-" else "u"
            for size in (2, 3):
                yield f"a={word[:size]}|{known}"
                yield f"z={word[-size:]}|{known}"

    def _around(self, place: int, own: str) -> Iterator[str]:
        before, after = self._neighbor(place, -1), self._neighbor(place, 1)
        further, next_after = self._neighbor(place, -2), self._neighbor(place, 2)
        kind = own[:2]
        yield f"b={before}"
        yield f"f={after}"
        yield f"bb={further} {before}"
        yield f"ff={after} {next_after}"
        yield f"bk={before}|{kind}"
        yield f"fk={after}|{kind}"
        yield f"bf={before}|{after}"
        yield f"b2={further}"
        yield f"f2={next_after}"
        previous, following = self._class_of(place - 1), self._class_of(place + 1)
        yield f"bc={previous}|{kind}"
        yield f"fc={following}|{kind}"
        yield f"cc={previous[:2]}|{kind}|{following[:2]}"
        listed = self._listed(place)
        if listed:
            yield f"list={listed}|{kind}"
        for step in (-1, 1):
            if place + step in self._rules:
                yield f"beside={step}"

    def _listed(self, place: int) -> str:
        """Return the class of the word that stands beside this one in a list, or ""."""
        tokens = self._words.tokens
        if place >= 2 and tokens[place - 1].folded in _JOINING:
            return self._class_of(place - 2)
        if place + 2 < len(tokens) and tokens[place + 1].folded in _JOINING:
            return self._class_of(place + 2)
        return ""

    def _neighbor(self, place: int, step: int) -> str:
        """Return a neighbor: its word where a list knows it, else its class, with what stands between."""
        other = place + step
        if not 0 <= other < len(self._words.tokens):
            gap = self._edge(place, step)
            return f"{EDGE}{gap}"
        gap = "".join(self._words.gap(min(place, other) + n) for n in range(abs(step)))
        if len(gap.strip()) > _LONGEST_GAP or "\n" in gap:
            return "¶"
        token = self._words.tokens[other]
        own = self.word_class(other)
        known = token.folded if own[2] != "-" or token.folded in TITLES or token.folded in ROLES else f"<{own[:3]}>"
        return f"{gap.strip()}_{known}" if gap.strip() else known

    def _edge(self, place: int, step: int) -> str:
        tokens = self._words.tokens
        text = self._words.text[: tokens[0].start] if step < 0 else self._words.text[tokens[-1].end :]
        return text.strip()[:1] if step == 1 or place == 0 else ""

    def _class_of(self, place: int) -> str:
        return self.word_class(place) if 0 <= place < len(self._words.tokens) else EDGE

    def word_class(self, place: int) -> str:
        """Return three characters: case, what kind of name, and what kind of ordinary word a word is."""
        known = self._classes.get(place)
        if known is None:
            known = self._classes[place] = self._classify(place)
        return known

    def _classify(self, place: int) -> str:
        words, token = self._words, self._words.tokens[place]
        word = token.folded
        if words.is_shouted:
            case = "S"
        elif words.is_acronym(token):
            case = "U"
        else:
            case = "C" if token.is_capital else "l"
        return case + self._name_kind(word) + self._ordinary(token)

    def _name_kind(self, word: str) -> str:
        """Return one character: a given name (G a frequent one), mostly a name, a family name, ambiguous, or none."""
        lexicon = self._words.lexicon
        if lexicon.is_given(word):
            return "G" if lexicon.is_frequent(word) else "g"
        if lexicon.is_mostly_name(word):
            return "m"
        if lexicon.is_family(word):
            return "f"
        return "a" if lexicon.is_some_name(word) else "-"

    def _ordinary(self, token: Token) -> str:
        """Return one character for the first list that has a word, or "-"."""
        words, word = self._words, token.folded
        lists = (
            ("F", words.is_function_word(token)),
            ("P", word in COMMON and word in PARTICLES),
            ("C", word in COMMON),
            ("I", word in INSTITUTIONS),
            ("B", words.lexicon.is_brand(word)),
            ("V", words.lexicon.is_certain(word, words.language)),
        )
        known = next((kind for kind, is_in in lists if is_in), "")
        if known or not words.lexicon.is_ordinary(word, words.language):
            return known or "-"
        return "N" if words.lexicon.is_noun(word) else "O"


def _by_place(words: NameWords, spans: Iterable[tuple[str, int, int]]) -> Mapping[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for label, start, end in spans:
        for place in words.places_in(start, end):
            if label not in found[place]:
                found[place].append(label)
    return dict(found)


def _towns(words: NameWords) -> Iterator[int]:
    """Yield the words of places of several words, with their capitals."""
    for place, token in enumerate(words.tokens):
        parts = token.folded.split("-")
        for phrase in place_phrases().get(parts[0], ()) if token.text[0].isupper() else ():
            last = place
            spelt = list(parts)
            while len(spelt) < len(phrase) and words.gap(last) in {" ", "-", ". "}:
                last += 1
                spelt += words.tokens[last].folded.split("-")
            if tuple(spelt) == phrase and words.tokens[last].text[0].isupper():
                yield from range(place, last + 1)

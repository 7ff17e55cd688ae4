"""Find names of the gazetteer with the words that follow them, and names listed beside a name."""

import re
from collections.abc import Sequence

from analyzer.privacy.findings import PERSON, Finding
from analyzer.privacy.names.cues import COMMON, INSTITUTIONS
from analyzer.privacy.names.words import NameWords, without_genitive

_JOINING = frozenset("and or und oder et ou y o en of e".split())


class GazetteerNames:
    """Finds known names in one text."""

    def __init__(self, words: NameWords) -> None:
        """Take the text split into words."""
        self._words = words

    def find(self) -> list[Finding]:
        """Return given names with what follows, initials with a family name, family names, and unknown pairs."""
        found = []
        for place, token in enumerate(self._words.tokens):
            if self._words.lexicon.is_brand(token.folded) or self._words.is_function_word(token):
                continue
            if self._words.lexicon.is_given(token.folded) and token.folded not in COMMON:
                found += self._given(place)
            elif token.is_capital and self._words.is_initial(place):
                found += self._initials(place)
            elif token.is_capital and not self._words.is_noun_case and self._words.lexicon.is_some_name(token.folded):
                found += self._ambiguous(place) or self._family(place)
            elif token.is_capital and self._words.is_unknown(token):
                found += self._unknown_pair(place)
        return found

    def _unknown_pair(self, place: int) -> list[Finding]:
        """Find two capitalized words in a row that no dictionary contains."""
        following = self._words.tokens[place + 1] if place + 1 < len(self._words.tokens) else None
        if following is None or self._words.gap(place) != " " or not following.is_capital:
            return []
        pair = (self._words.tokens[place], following)
        if not all(self._words.is_unknown(t) and len(t.folded) > 2 and t.folded not in INSTITUTIONS for t in pair):
            return []
        if self._words.is_of_institution(following):
            return []
        return [Finding(PERSON, pair[0].start, without_genitive(following), 0.5, "name-unknown-pair")]

    def _family(self, place: int) -> list[Finding]:
        """Find a family name alone, in the middle of a sentence."""
        token = self._words.tokens[place]
        is_fit = self._words.lexicon.is_family(token.folded) and len(token.folded) > 3
        is_fit = (is_fit or self._words.lexicon.is_mostly_name(token.folded)) and not self._words.is_acronym(token)
        if not is_fit or token.folded in COMMON or self._words.starts_sentence(place):
            return []
        if self._words.is_of_institution(token) or self._words.is_of_place(place):
            return []
        return [Finding(PERSON, token.start, without_genitive(token), 0.5, "name-family")]

    def _given(self, place: int) -> list[Finding]:
        token = self._words.tokens[place]
        last = self._words.extended(place)
        end = without_genitive(self._words.tokens[last])
        if self._words.is_of_institution(self._words.tokens[last]) or self._words.is_of_place(place):
            return []
        if last > place:
            return [Finding(PERSON, token.start, end, 0.85, "name-given-and-more")]
        if token.is_capital and len(token.folded) > 2:
            return [Finding(PERSON, token.start, end, 0.7, "name-given")]
        is_plain = token.text.isascii() or token.text.casefold() == token.folded  # sarà is no Sara
        if len(token.folded) > 3 and is_plain and self._words.lexicon.is_frequent(token.folded):
            return [Finding(PERSON, token.start, end, 0.6, "name-given-lower")]
        return []

    def _initials(self, place: int) -> list[Finding]:
        first = place
        before = self._words.tokens[place - 1] if place else None
        is_middle = before is not None and self._words.gap(place - 1) == " " and self._words.may_follow(before)
        place = self._words.after_initials(place)
        token = self._words.tokens[place]
        has_dot = self._words.text[self._words.tokens[first].end : self._words.tokens[first].end + 1] == "."
        is_fit = self._words.lexicon.is_family(token.folded) or (
            has_dot and self._words.may_be_name(token) and not self._words.is_ordinary(token)
        )
        is_fit = is_fit or (is_middle and self._words.may_follow(token))
        if place == first or not token.is_capital or len(token.folded) < 3 or not is_fit:
            return []
        start = before.start if before is not None and is_middle else self._words.tokens[first].start
        return [Finding(PERSON, start, without_genitive(token), 0.75, "name-initials")]

    def _ambiguous(self, place: int) -> list[Finding]:
        """Find an ambiguous name before a name that is nothing else: "Grace Kowalski", "Will Smith"."""
        last = self._words.extended(place)
        names = self._words.tokens[place : last + 1]
        if last == place or any(self._words.lexicon.is_brand(t.folded) for t in names):
            return []
        if not any(
            self._words.lexicon.is_family(t.folded) or self._words.lexicon.is_given(t.folded) for t in names[1:]
        ):
            return []
        return [Finding(PERSON, names[0].start, without_genitive(names[-1]), 0.7, "name-ambiguous-and-family")]


class AdjacentNames:
    """Finds names listed beside names already found."""

    def __init__(self, words: NameWords) -> None:
        """Take the text split into words."""
        self._words = words

    def find(self, found: Sequence[Finding]) -> list[Finding]:
        """Return the names listed beside a name: "Sarah and Grace", "Kim, Lee and Ortiz"."""
        names = {place for f in found for place, t in enumerate(self._words.tokens) if f.start <= t.start < f.end}
        more: dict[int, Finding] = {}
        for step in (1, -1):
            for place in sorted(names, reverse=step < 0):
                while (place := self._listed(place, step)) >= 0 and place not in names:
                    token = self._words.tokens[place]
                    more[place] = Finding(PERSON, token.start, without_genitive(token), 0.55, "name-beside")
        return list(more.values())

    def _listed(self, place: int, step: int) -> int:
        """Return the place of the name next to this one in a list, or -1."""
        beside = place + step
        if not 0 <= beside < len(self._words.tokens):
            return -1
        if self._words.tokens[beside].folded in _JOINING:
            beside += step
            if not 0 <= beside < len(self._words.tokens):
                return -1
        low, high = min(place, beside), max(place, beside)
        between = self._words.text[self._words.tokens[low].end : self._words.tokens[high].start]
        token = self._words.tokens[beside]
        if not re.fullmatch(r", |,? (?:and|or|und|oder|et|ou|y|o|en|of|e|&) ", between) or self._words.is_acronym(
            token
        ):
            return -1
        is_name = token.is_capital and self._words.may_be_name(token) and not self._words.lexicon.is_brand(token.folded)
        is_alone = not self._words.is_of_institution(token) and not (
            self._words.starts_sentence(beside) and self._words.is_ordinary(token)
        )
        is_known = self._words.lexicon.is_some_name(token.folded) or (
            between != ", " and self._words.is_unknown(token) and not self._words.starts_sentence(beside)
        )
        return beside if is_name and is_alone and is_known else -1

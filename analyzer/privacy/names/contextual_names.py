"""Find names by their context: a title, a role, "my name is", "spoke to", an action of a person, a sign-off."""

import re
from collections.abc import Iterator

from analyzer.privacy.findings import PERSON, Finding
from analyzer.privacy.names.cues import CALLED, COMMON, DOES, INSTITUTIONS, INTRODUCED, MET, NEAR, ROLES, SIGNED, TITLES
from analyzer.privacy.names.words import NameWords, without_genitive

_AFTER_PARTICLES = frozenset({"name-title", "name-introduced", "name-called"})
"""Rules after which a name may begin with a particle: "Mevrouw van den Heuvel"."""
_CUES = ((INTRODUCED, "name-introduced", 0.9), (CALLED, "name-called", 0.8), (MET, "name-met", 0.75))


class ContextualNames:
    """Finds names by their context in one text."""

    def __init__(self, words: NameWords) -> None:
        """Take the text split into words."""
        self._words = words

    def find(self) -> list[Finding]:
        """Return the names after titles, roles and cues, and in sign-offs."""
        return [*self._titled(), *self._cued(), *self._signed()]

    def places(self) -> Iterator[tuple[str, int]]:
        """Yield the rule and the place of every word after a title or cue, whether it is found to be a name or not."""
        tokens = self._words.tokens
        for place, token in enumerate(tokens[:-1]):
            if token.folded in TITLES or token.folded in ROLES:
                yield "name-title" if token.folded in TITLES else "name-role", place + 1
        for pattern, rule, _ in _CUES:
            for match in self._words.matches(pattern):
                if (place_after := self._words.place_at(match.end())) is not None:
                    yield rule, place_after

    def _titled(self) -> Iterator[Finding]:
        for place, token in enumerate(self._words.tokens):
            if token.folded in TITLES and self._is_title(place):
                yield from self._after(place, "name-title", 0.9, is_sure=True)
            elif token.folded in ROLES:
                yield from self._after(place, "name-role", 0.75)

    def _cued(self) -> Iterator[Finding]:
        text = self._words.text
        for pattern, rule, score in _CUES:
            for match in self._words.matches(pattern):
                if (place := self._words.place_at(match.end())) is not None:
                    yield from self._run(place, rule, score, is_sure=pattern is not MET)
        for match in DOES.finditer(text):
            place = self._words.place_at(match.start("name"))
            yield from self._acting(place) if place is not None else ()
        for match in NEAR.finditer(text):
            if (place := self._words.place_at(match.end())) is not None:
                yield from self._near(place)

    def _acting(self, place: int) -> list[Finding]:
        """Find a name before an action of a person: a capitalized word that is a name, ambiguous or not, or unknown."""
        token = self._words.tokens[place]
        if not token.is_capital or self._words.is_acronym(token) or self._words.lexicon.is_brand(token.folded):
            return []
        if token.folded in COMMON or token.folded in INSTITUTIONS or len(token.folded) < 3:
            return []
        is_fit = (
            self._words.is_unknown(token)
            if not self._words.lexicon.is_some_name(token.folded)
            else not self._words.starts_sentence(place)
        )
        is_fit = is_fit or self._words.lexicon.is_mostly_name(token.folded)
        if not (is_fit or self._words.is_name(token)):
            return []
        return [Finding(PERSON, token.start, without_genitive(token), 0.6, "name-doing")]

    def _near(self, place: int) -> list[Finding]:
        """Find a name after a weak cue: a known or ambiguous name and another capitalized word, or two unknown ones."""
        names = self._words.tokens[place : self._words.extended(place) + 1]
        is_fit = len(names) > 1 and self._words.may_be_name(names[0]) and self._words.may_follow(names[-1])
        if (
            not is_fit
            or any(self._words.lexicon.is_brand(t.folded) for t in names)
            or self._words.is_of_institution(names[-1])
        ):
            return []
        if any(map(self._words.is_acronym, names)):
            return []
        return [Finding(PERSON, names[0].start, without_genitive(names[-1]), 0.6, "name-near")]

    def _is_title(self, place: int) -> bool:
        token = self._words.tokens[place]
        if token.text[0].isupper() and token.folded not in {"miss", "sir", "m", "don", "sister"}:
            return True
        following = self._words.tokens[place + 1] if place + 1 < len(self._words.tokens) else None
        return following is not None and (
            following.is_capital or token.folded in {"mr", "mrs", "ms", "dr", "herr", "frau", "mme", "señor"}
        )

    def _after(self, place: int, rule: str, score: float, is_sure: bool = False) -> list[Finding]:
        if place + 1 < len(self._words.tokens) and re.fullmatch(r"\.?[ \t\u00a0]{1,2}|\.", self._words.gap(place)):
            return self._run(place + 1, rule, score, is_sure)
        return []

    def _run(self, place: int, rule: str, score: float, is_sure: bool = False) -> list[Finding]:
        """Find the name that begins at a place; with is_sure (a name must follow), an unusual word is accepted."""
        first = self._words.tokens[place]
        place = self._words.after_particles(place) if rule in _AFTER_PARTICLES else place
        place = self._words.after_initials(place)
        place = self._words.after_particles(place) if rule in _AFTER_PARTICLES else place
        token = self._words.tokens[place]
        is_fit = self._words.may_be_name(token)
        if not is_fit and is_sure and len(token.folded) > 1 and token.folded not in COMMON:
            is_fit = (
                not self._words.is_ordinary(token) if not token.is_capital else not self._words.is_word_of_text(token)
            )
        if not is_fit and self._words.is_shouted and place + 1 < len(self._words.tokens):
            is_fit = (
                not self._words.is_ordinary(token)
                and token.folded not in COMMON
                and self._words.is_name(self._words.tokens[place + 1])
            )
        if not is_fit and rule == "name-introduced" and not self._words.is_function_word(token):
            is_fit = self._words.lexicon.is_some_name(token.folded) and len(token.folded) > 2
        last = self._words.extended(place, is_sure, is_cued=True)
        if not is_fit or self._words.is_of_institution(self._words.tokens[last]):
            return []
        return [Finding(PERSON, first.start, without_genitive(self._words.tokens[last]), score, rule)]

    def _signed(self) -> list[Finding]:
        match = SIGNED.search(self._words.text)
        if match is None:
            return []
        span = match.span("name")
        inside = [self._words.tokens[place] for place in self._words.places_in(*span)]
        is_alone = match["closing"] is None
        if not inside or any(t.folded in COMMON or self._words.is_word_of_text(t) for t in inside):
            return []
        if is_alone and not any(self._words.lexicon.is_some_name(t.folded) for t in inside):
            return []
        return [Finding(PERSON, *span, 0.8, "name-signed")]

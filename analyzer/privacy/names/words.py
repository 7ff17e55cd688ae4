"""Split a text into words, and classify each: a name, an ordinary word, part of the name of a place."""

import re
from bisect import bisect_left
from typing import NamedTuple

from analyzer.privacy.names.cues import COMMON, INSTITUTIONS, PARTICLES, PLACE_BEGINNINGS
from analyzer.privacy.names.gazetteer import WORD_LOCALES, fold_name, function_words
from analyzer.privacy.names.lexicon import WORD, Lexicon

LONGEST_NAME = 5
"""Maximum number of words of a name."""
MOST_INITIALS = 4
MOST_PARTICLES = 3
_GENITIVES = ("'s", "’s")


class Token(NamedTuple):
    """A word with its span, its folded form, and whether it is capitalized (False in a text all in capitals)."""

    start: int
    end: int
    text: str
    folded: str
    is_capital: bool


class NameWords:
    """One text split into words; a place is the index of a word."""

    def __init__(self, text: str, language: str, lexicon: Lexicon) -> None:
        self.text = text
        self.language = language
        self.lexicon = lexicon
        words = list(WORD.finditer(text))
        long = [m.group() for m in words if len(m.group()) > 2]
        is_shouted = sum(word.isupper() for word in long) * 2 > len(long) > 0
        self.tokens = [_token(m, is_shouted) for m in words]
        self._matches: dict[re.Pattern[str], tuple[re.Match[str], ...]] = {}
        self._starts = [token.start for token in self.tokens]
        self._is_lower = not any(map(str.isupper, text))
        self.is_noun_case = language == "de"
        self.is_shouted = is_shouted

    def matches(self, pattern: re.Pattern[str]) -> tuple[re.Match[str], ...]:
        """Return the matches of a pattern in the text; they are searched for once."""
        found = self._matches.get(pattern)
        if found is None:
            found = self._matches[pattern] = tuple(pattern.finditer(self.text))
        return found

    def is_ordinary(self, token: Token) -> bool:
        """Return whether a word is ordinary in this language or corpus."""
        word = token.folded
        return word in COMMON or self.lexicon.is_ordinary(word, self.language)

    def is_name(self, token: Token) -> bool:
        """Return whether a word is a known name and hardly anything else."""
        if self.is_function_word(token):
            return False
        return self.lexicon.is_given(token.folded) or self.lexicon.is_family(token.folded)

    def is_function_word(self, token: Token) -> bool:
        """Return whether a word is a stop word of the text's language, such as Italian "mio" or German "ernst"."""
        if not self.language and not token.is_capital:
            return any(token.folded in function_words(one) for one in WORD_LOCALES)
        return token.folded in function_words(self.language)

    def is_new(self, token: Token) -> bool:
        """Return whether a word in any case is in no dictionary and no slip of a word that is: a name, after a cue.

        Only English has a dictionary; in other languages no word in lower case is known to be new.
        """
        word = token.folded
        if len(word) < 3 or word in COMMON or word in INSTITUTIONS or self.lexicon.is_brand(word):
            return False
        if self.language not in {"", "en"} or self.is_ordinary(token) or word in function_words("en"):
            return False
        return token.is_capital or not self.lexicon.is_slip(word)

    def may_be_name(self, token: Token) -> bool:
        """Return whether a word is a known name, ambiguous or not, or a capitalized unknown word."""
        if len(token.folded) < 2 or token.folded in COMMON or self.is_function_word(token):
            return False
        if self.lexicon.is_some_name(token.folded):
            return token.is_capital or self.is_name(token)
        return token.is_capital and self.is_unknown(token)

    def is_unknown(self, token: Token) -> bool:
        """Return whether a word is neither ordinary nor a brand; False in German texts, for acronyms and hashtags."""
        if self.is_noun_case or token.text.isupper() or self.text[token.start - 1 : token.start] == "#":
            return False
        return not (self.is_ordinary(token) or self.lexicon.is_brand(token.folded))

    def may_follow(self, token: Token) -> bool:
        """Return whether a word may follow a given name: capitalized, and not certainly something else."""
        word = token.folded
        if not token.is_capital or len(word) < 2 or word in COMMON or word in INSTITUTIONS:
            return False
        return self.lexicon.is_some_name(word) or not self.lexicon.is_certain(word, self.language)

    def starts_sentence(self, place: int) -> bool:
        """Return whether a word starts a sentence, which explains its capital."""
        before = self.text[: self.tokens[place].start].rstrip(" \t\"'“‘(*-")
        return not before or before[-1] in ".!?\n:;…"

    def gap(self, place: int) -> str:
        """Return the text between a word and the next."""
        if place + 1 >= len(self.tokens):
            return "\n"
        return self.text[self.tokens[place].end : self.tokens[place + 1].start]

    def place_of(self, token: Token) -> int:
        """Return the place of a word."""
        return bisect_left(self._starts, token.start)

    def places_in(self, start: int, end: int) -> range:
        """Return the places of the words that begin within a span."""
        return range(bisect_left(self._starts, start), bisect_left(self._starts, end))

    def place_at(self, position: int) -> int | None:
        """Return the place of the word that begins at a position or up to two characters after it, or None."""
        place = bisect_left(self._starts, position)
        return place if place < len(self._starts) and self._starts[place] - position <= 2 else None

    def is_acronym(self, token: Token) -> bool:
        """Return whether a word is all in capitals."""
        return token.text.isupper() and len(token.text) > 1

    def is_of_institution(self, token: Token) -> bool:
        """Return whether the next word makes a word part of the name of a place or firm."""
        following = self.place_of(token) + 1
        if following >= len(self.tokens) or self.gap(following - 1) != " ":
            return False
        return self.tokens[following].folded in INSTITUTIONS

    def is_of_place(self, place: int) -> bool:
        """Return whether the previous word makes a word part of the name of a place."""
        if not place or self.gap(place - 1) not in {" ", ". "}:
            return False
        return self.tokens[place - 1].folded in PLACE_BEGINNINGS

    def is_word_of_text(self, token: Token) -> bool:
        """Return whether a word is ordinary and no name at all: "Dr Appointment"."""
        is_ordinary = token.folded in COMMON or self.lexicon.is_certain(token.folded, self.language)
        return (is_ordinary or token.folded in INSTITUTIONS) and not self.lexicon.is_some_name(token.folded)

    def after_initials(self, place: int) -> int:
        """Return the place after up to four initials that begin at a place."""
        for _ in range(MOST_INITIALS):
            is_more = self.is_initial(place) and place + 1 < len(self.tokens)
            if not is_more or not re.fullmatch(r"\.?[ ]?", self.gap(place)):
                break
            place += 1
        return place

    def after_particles(self, place: int) -> int:
        """Return the place after up to three particles before a capitalized word: van den Heuvel, de La Tour."""
        last = place
        while last - place < MOST_PARTICLES and last + 1 < len(self.tokens) and self._is_particle(last, last > place):
            if self.gap(last) not in {" ", "'", "’", " '", " ’"}:
                break
            last += 1
        is_name = last > place and self.tokens[last].is_capital and self.may_follow(self.tokens[last])
        return last if is_name else place

    def _is_particle(self, place: int, is_joined: bool) -> bool:
        """Return whether a word is a particle; "und" joins two of them (von und zu), "in" stands before an article."""
        word = self.tokens[place].folded
        if word in PARTICLES or (is_joined and word in {"und", "t", "n", "s"}):
            return True
        return word == "in" and self.gap(place) in {" '", " ’"} and self.tokens[place + 1].folded == "t"

    def is_initial(self, place: int) -> bool:
        """Return whether a word is the initial of a name."""
        token = self.tokens[place]
        return len(token.text) == 1 and token.text.isupper() and token.text != "I"

    def extended(self, place: int, is_sure: bool = False, is_cued: bool = False) -> int:
        """Return the place of the last word of the name that begins at a place; Dell'Acqua is not cut in two."""
        last = place
        for following in range(place + 1, min(place + LONGEST_NAME, len(self.tokens))):
            gap = self.gap(following - 1)
            token = self.tokens[following]
            is_elided = (
                gap in {"'", "’"} and token.text[0].isupper() and _ELIDED.fullmatch(self.tokens[following - 1].text)
            )
            if is_elided and self.tokens[following - 1].text[0].isupper():
                last = following
                continue
            if not is_elided and not re.fullmatch(r"[ \t\u00a0]{1,2}|\.[ ]?|-", gap):
                break
            if gap.startswith(".") and not self.is_initial(following - 1):
                break
            if token.folded in PARTICLES or (self.is_initial(following) and not self.is_shouted):
                continue
            if token.text[0].isupper() and _ELIDED.fullmatch(token.text) and self.gap(following) in {"'", "’"}:
                continue
            is_capital = self.tokens[place].is_capital
            if not (self.may_follow(token) if is_capital else self.may_follow_lower(following, is_sure, is_cued)):
                break
            last = following
        return last

    def may_follow_lower(self, place: int, is_sure: bool, is_cued: bool) -> bool:
        """Return whether a word may follow a given name in lower case: a known name, or a long enough unknown word.

        Only English has a dictionary: in a text of another language a word is taken for unknown after a cue alone, and
        there what is neither a function word nor a frequent word of the language belongs to the name. It does not after
        a particle, which is a preposition too ("tommaso del reparto").
        """
        token = self.tokens[place]
        if self.is_name(token):
            return True
        if self.language not in {"", "en"} and (
            not (is_sure or is_cued) or self.is_function_word(token) or self.tokens[place - 1].folded in PARTICLES
        ):
            return False
        if is_sure and not self.lexicon.is_certain(token.folded, self.language) and token.folded not in COMMON:
            return len(token.folded) > 3
        return (
            (self._is_lower or is_cued)
            and token.folded not in COMMON
            and len(token.folded) > 3
            and not self.is_ordinary(token)
        )


_ELIDED = re.compile(r"(?:dell|dall|nell|degl|sant|d|o|l|m|n|t)", re.IGNORECASE)
"""The first part of a name before an apostrophe: Dell'Orto, D'Amico, O'Brien."""
_JOINED_PARTICLE = re.compile(
    r"(?:al|el|ad|ar|as|ash|at|az|an|bin|ben|ibn|abu|abd|bint|d|o|n|mac|mc|van|von|de|da|di|le|la)[-’'][A-ZÀ-ÞŁŚŽ]"
)


def without_genitive(token: Token) -> int:
    """Return the end of a word without its genitive 's."""
    return token.end - 2 if token.text.endswith(_GENITIVES) else token.end


def _token(match: re.Match[str], is_shouted: bool) -> Token:
    text = match.group()
    plain = text[:-2] if text.endswith(_GENITIVES) else text
    is_capital = text[0].isupper() or _JOINED_PARTICLE.match(text) is not None
    return Token(match.start(), match.end(), text, fold_name(plain), is_capital and not is_shouted)

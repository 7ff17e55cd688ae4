"""Find the words of a point or a subject in a text, in whatever form they have there."""

from collections.abc import Iterable
from itertools import takewhile

from analyzer.answers.types import Point
from analyzer.index.fulltext import WORD, subject_words

LEAST_STEM, LONGEST_ENDING = 4, 2
"""Two words are forms of one if they share LEAST_STEM letters at the start, and the shorter one has at most
LONGEST_ENDING letters more: "waited" and "waiting". Shorter words differ in one letter at the end: "bed" and "beds"."""


def words_of(point: Point, subject: str) -> tuple[str, ...]:
    """Return the words to highlight in the quotes of a point: its own, and those of the subject asked for."""
    return (*point.words, *(subject_words(subject) if subject else ()))


def word_spans(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the words of a text that are forms of these words, in order."""
    wanted = {word.casefold() for word in words}
    return [
        match.span() for match in WORD.finditer(text)
        if any(_are_forms(match.group().casefold(), word) for word in wanted)
    ]  # fmt: skip


def _are_forms(one: str, other: str) -> bool:
    shared = len(list(takewhile(lambda letters: letters[0] == letters[1], zip(one, other, strict=False))))
    shorter = min(len(one), len(other))
    if shorter < LEAST_STEM:
        return shared == shorter and abs(len(one) - len(other)) <= int(shorter == LEAST_STEM - 1)
    return shared >= max(LEAST_STEM, shorter - LONGEST_ENDING)

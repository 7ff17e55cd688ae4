"""Tag the words of a question: its subject, what it excludes, and where a further question begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from analyzer.answers.planning.phrases import MARK, QuestionReading
from analyzer.answers.planning.question_model import (
    EXCLUDED,
    FRAME,
    JOINT,
    SUBJECT,
    QuestionModel,
    QuestionWord,
    tokenize,
)

ARTICLES = frozenset(
    "the a an both it they our their der die das den dem le la les l un une el los las de het il lo i gli".split()
)
"""Words that a subject does not begin with, in the languages of the model; "de" and "la" begin none either way."""
BACK = frozenset(
    (
        "it that this them these those there one ones es das davon daruber ca en y cela lo eso ello het dat dit ne ci"
    ).split()
)
"""Words that stand for the subject of the question before, in the languages of the model."""
CONJUNCTIONS = ("and", "or", "und", "oder", "et", "ou", "y", "o", "en", "of", "e")
EITHER = re.compile(rf"\s*,\s*|\s+(?:{'|'.join(CONJUNCTIONS)})\s+", re.IGNORECASE)
"""What stands between two excluded subjects: neither is wanted."""
PREPOSITIONS = frozenset(
    """from to at in on with than of for by as von vom zu zum zur im am mit als für bei du des au aux avec que pour par
    del al con que para por van met dan voor bij di da dal nel con che per""".split()
)
"""Words that join a further noun to a subject ("different from the photo"), in the languages of the model."""
EXCLUDING = frozenset(
    """apart aside other except excepting excluding besides without not abgesehen außer ausser ohne nicht hormis sauf
    excepté part sans aparte excepto salvo sin behalve afgezien zonder tranne eccetto oltre senza""".split()
)
"""Words after which what follows is not wanted, in the languages of the model."""
LIST_SIGNS = (",", "&", "/", "+")
LONGEST_GAP = 3
"""Most words between two pieces of a subject that are taken for part of it."""


@dataclass(frozen=True, slots=True)
class TaggedQuestion:
    """A question whose words are tagged.

    Attributes:
        tokens: its words, with marks for columns and values; labels: the label of each.
        subject: the words of the subject as typed; empty if there is none.
        excluded: what the question excludes.
    """

    tokens: tuple[QuestionWord, ...]
    labels: tuple[str, ...]
    subject: str
    excluded: tuple[str, ...]

    @property
    def is_bare(self) -> bool:
        """Whether the question has a subject and no other words than columns and values."""
        others = [t for t, label in zip(self.tokens, self.labels, strict=True) if label == FRAME and t.word.isalnum()]
        return bool(self.subject) and all(token.word in ARTICLES for token in others)


def tag(left: str) -> TaggedQuestion:
    """Tag the words of one question.

    Args:
        left: the question with marks in place of columns and values (see QuestionReading).
    """
    tokens = tokenize(left)
    labels = QuestionModel.load().tag(tokens)
    labels = [FRAME if label == JOINT or token.word.startswith(MARK) else label
              for token, label in zip(tokens, labels, strict=True)]  # fmt: skip
    labels = _with_complements(tokens, _with_seconds(tokens, labels))
    labels = _without_gaps(tokens, _with_lists(tokens, labels))
    subject = " ".join(_runs(left, tokens, labels, SUBJECT))
    excluded = [one for text in _runs(left, tokens, labels, EXCLUDED) for one in EITHER.split(text)]
    return TaggedQuestion(tuple(tokens), tuple(labels), subject, tuple(excluded))


def split(reading: QuestionReading) -> list[str]:
    """Return the questions in a text as they were typed; one, unless each of them asks something."""
    tokens = tokenize(reading.left)
    labels = QuestionModel.load().tag(tokens)
    pieces = [
        list(run)
        for is_joint, run in groupby(zip(tokens, labels, strict=True), key=lambda pair: pair[1] == JOINT)
        if not is_joint
    ]
    if len(pieces) > 1 and not _asks(pieces[0]):  # "late parcels: how many?" is one question
        pieces[:2] = [pieces[0] + pieces[1]]
    if len(pieces) < 2 or not all(_asks(piece) for piece in pieces):
        return [reading.original(reading.left)]
    return [reading.original(reading.left[piece[0][0].start : piece[-1][0].end]) for piece in pieces]


def refers_back(asked: str) -> bool:
    """Return whether a question has a word that stands for the subject of the question before."""
    return any(token.word in BACK for token in tokenize(asked))


def _asks(piece: Sequence[tuple[QuestionWord, str]]) -> bool:
    """Return whether a piece of a question has a known word that is no part of a subject."""
    model = QuestionModel.load()
    return any(label == FRAME and token.word.isalpha() and model.is_known(token.word) for token, label in piece)


def _with_seconds(tokens: Sequence[QuestionWord], labels: list[str]) -> list[str]:
    """Return the labels with "a and b" made one subject where only b was tagged as excluded."""
    found = list(labels)
    for n in range(2, len(found)):
        is_second = tokens[n - 1].word in CONJUNCTIONS and found[n - 2] == SUBJECT
        if found[n] == EXCLUDED and (is_second or found[n - 1] == SUBJECT):
            found[n - 1 : n + 1] = [SUBJECT, SUBJECT]
    return found


def _with_complements(tokens: Sequence[QuestionWord], labels: list[str]) -> list[str]:
    """Return the labels with a noun that a preposition joins to the subject made part of it.

    "different from the photo" excludes no photo, whatever the tagger takes it for: it is no word of the model's that is
    known to stand outside of subjects, and no word that excludes stands before it.
    """
    found = list(labels)
    for n in range(2, len(found)):
        first = _first_of_gap(tokens, found, n) if _may_complement(tokens[n].word, found[n]) else 0
        gap = [token.word for token in tokens[max(first - 2, 0) : n]]
        if first and EXCLUDING.intersection(gap):
            if found[n] == EXCLUDED:  # "size apart from sleeves": "apart" is no part of the subject
                found[max(first - 2, 0) : n] = [
                    FRAME if word in EXCLUDING | PREPOSITIONS else label
                    for word, label in zip(gap, found[max(first - 2, 0) : n], strict=True)
                ]
        elif first and PREPOSITIONS.intersection(gap):
            found[first : n + 1] = [SUBJECT] * (n + 1 - first)
    return found


def _may_complement(word: str, label: str) -> bool:
    """Return whether a word can be a noun beside the subject: excluded, or one that questions are not made of."""
    is_new = label == FRAME and word not in ARTICLES and not QuestionModel.load().is_known(word)
    return word.isalpha() and (label == EXCLUDED or is_new)


def _first_of_gap(tokens: Sequence[QuestionWord], labels: Sequence[str], end: int) -> int:
    """Return the place after the subject before `end` from which only articles and prepositions follow; 0 for none."""
    first = end
    while first > 0 and labels[first - 1] != SUBJECT and tokens[first - 1].word in ARTICLES | PREPOSITIONS:
        first -= 1
    return first if first and labels[first - 1] == SUBJECT else 0


def _with_lists(tokens: Sequence[QuestionWord], labels: list[str]) -> list[str]:
    """Return the labels with what a list goes on with made part of the subject: "cleanliness, tidiness & order".

    A word after a sign of a list is part of the subject where the words of questions lack it, and so is what follows.
    """
    model, found = QuestionModel.load(), list(labels)
    for n in range(1, len(found)):
        is_new = found[n] == FRAME and tokens[n].word.isalpha() and not model.is_known(tokens[n].word)
        is_listed = n > 1 and found[n - 2] == SUBJECT and tokens[n - 1].word in (*LIST_SIGNS, *CONJUNCTIONS)
        if is_new and is_listed:
            found[n - 1 : n + 1] = [SUBJECT, SUBJECT]
        elif is_new and found[n - 1] == SUBJECT and labels[n - 1] != SUBJECT:
            found[n] = SUBJECT
    return found


def _without_gaps(tokens: Sequence[QuestionWord], labels: list[str]) -> list[str]:
    """Return the labels with short gaps between two pieces of a subject made part of it."""
    places = [n for n, label in enumerate(labels) if label == SUBJECT]
    filled = list(labels)
    for one, two in pairwise(places):
        gap = range(one + 1, two)
        if len(gap) <= LONGEST_GAP and all(
            labels[n] == FRAME and (tokens[n].word.isalnum() or tokens[n].word in LIST_SIGNS) for n in gap
        ):
            filled[one + 1 : two] = [SUBJECT] * len(gap)
    return filled


def _runs(left: str, tokens: Sequence[QuestionWord], labels: Sequence[str], wanted: str) -> list[str]:
    """Return the text of each run of words with a label, without articles at its beginning and signs at its ends."""
    found = []
    for label, run in groupby(zip(tokens, labels, strict=True), key=lambda pair: pair[1]):
        words = [token for token, _ in run]
        while words and (words[0].word in ARTICLES or not words[0].word.isalnum()):
            words = words[1:]
        while words and not words[-1].word.isalnum():
            words = words[:-1]
        if label == wanted and words:
            found.append(left[words[0].start : words[-1].end])
    return found

"""The question model: which words of a question are its subject, where a second question begins, task and stance.

Two linear models over the words of a question. The tagger gives each word one label, by the words around it; the judge
gives a task and a stance by the frame of the question, which is the question with its subject taken out. Both are
trained by benchmarks/questions.py from the frames in benchmarks/question_frames.txt, in six languages. The model knows
the words of the frames only: any other word is unknown to it, and usually the subject. The judge also reads the vector
of the question; there is one for each embedding model that it was trained with.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.planning.phrases import MARK
from analyzer.answers.types import Stance, Task

Floats = NDArray[np.float64]
FRAME, SUBJECT, EXCLUDED, JOINT = "frame", "subject", "excluded", "joint"
LABELS = (FRAME, SUBJECT, EXCLUDED, JOINT)
"""Labels of words; joint: a word or sign between two questions."""
TASKS = tuple(Task)
STANCES = ("", Stance.COMPLAINT.value, Stance.PRAISE.value)
TOKEN = re.compile(rf"{MARK}[a-z]{{2}}|[^\W_]+|(?:[?!;,:&%]|[.](?!\w)|(?<!\w)[-+/]|[-+/](?!\w))")
WEIGHTS = "question_weights.json"
"""The tagger, and the judge of the default embedding model."""
JUDGES = {"multilingual-e5-small": "question_weights_multilingual.json"}
"""The judges of further embedding models."""
UNKNOWN = "?unknown"
SUBJECT_MARK, EXCLUDED_MARK = "?s", "?x"
EDGE = "?edge"
LEAST_REPAIRED = 4
"""Least letters of a word that is taken for a known one with two letters exchanged ("mnay") or one too many or few."""
LEAST_ONE_OFF = 6


def _stored(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("analyzer.answers.planning") / file).read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word or sign of a question, normalized, and where it stands."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Judgment:
    """Probabilities of the tasks and of the stances, in the order of TASKS and STANCES.

    Attributes:
        has_vector: whether the vector of the question was read too.
    """

    tasks: Floats
    stances: Floats
    has_vector: bool


@dataclass(frozen=True, slots=True)
class QuestionModel:
    """The trained weights.

    Attributes:
        words: the known words, by their letters in order.
        tagger: feature of a word in its place -> weight of each label; moves: weight of a label after another.
        judge: feature of a frame -> weight of each task beside the vector, of each stance, of each task without it.
        offsets: float64[tasks + stances + tasks].
        by_vector: float64[dimension, tasks], for the vector of the question.
    """

    words: Mapping[str, tuple[str, ...]]
    tagger: Mapping[str, Floats]
    moves: Floats
    judge: Mapping[str, Floats]
    offsets: Floats
    by_vector: Floats

    @classmethod
    @cache
    def load(cls, embedding: str = "") -> "QuestionModel":
        """Load the weights shipped with the package, with the judge of an embedding model by its name."""
        stored = _stored(WEIGHTS)
        return cls.from_stored({**stored, **(_stored(JUDGES[embedding]) if embedding in JUDGES else {})})

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "QuestionModel":
        """Return the model of weights as they are stored."""
        scale = stored["scale"]
        return cls(
            words_by_letters(stored["words"]),
            {name: np.array(weights) / scale for name, weights in stored["tagger"].items()},
            np.array(stored["moves"]) / scale,
            {name: np.array(weights) / scale for name, weights in stored["judge"].items()},
            np.array(stored["offsets"]) / scale,
            np.array(stored["by_vector"]).reshape(-1, len(TASKS)) / scale,
        )

    def tag(self, tokens: Sequence[QuestionWord]) -> list[str]:
        """Return the most probable labels of the tokens of a question."""
        if not tokens:
            return []
        words = [self.known(token.word) for token in tokens]
        given = np.array([sum((self.tagger[f] for f in place if f in self.tagger), np.zeros(len(LABELS)))
                          for place in place_features(words)])  # fmt: skip
        return [LABELS[label] for label in best_path(given, self.moves)]

    def judge_frame(
        self, tokens: Sequence[QuestionWord], labels: Sequence[str], vector: NDArray[np.float32]
    ) -> Judgment:
        """Return the probabilities of task and stance of a question whose words are tagged."""
        margins = self.offsets.copy()
        for feature in frame_features(self.frame(tokens, labels)):
            margins += self.judge.get(feature, 0.0)
        beside, stances, alone = np.split(margins, [len(TASKS), len(TASKS) + len(STANCES)])
        has_vector = len(self.by_vector) == len(vector)
        tasks = beside + vector @ self.by_vector if has_vector else alone
        return Judgment(_softmax(tasks), _softmax(stances), has_vector)

    def frame(self, tokens: Sequence[QuestionWord], labels: Sequence[str]) -> list[str]:
        """Return the known words of a question, each run of subject words as one mark."""
        marks = {SUBJECT: SUBJECT_MARK, EXCLUDED: EXCLUDED_MARK}
        pairs = zip(tokens, labels, strict=True)
        words = [marks.get(label) or self.known(token.word) for token, label in pairs]
        return [word for word, run in groupby(words) for word in (run if word not in marks.values() else [word])]

    def is_known(self, word: str) -> bool:
        """Return whether a word, perhaps misspelled, is a word of a frame."""
        return self.known(word) != UNKNOWN

    def known(self, word: str) -> str:
        """Return a word if the model knows it, else the known word that it is a misspelling of, else UNKNOWN."""
        if word.startswith(MARK):
            return word[:2]
        letters = "".join(sorted(word))
        same = self.words.get(letters, ())
        if word in same or not word.isalpha():
            return word if word in same else UNKNOWN
        if len(word) >= LEAST_REPAIRED and (exchanged := [one for one in same if one[0] == word[0]]):
            return exchanged[0]
        if len(word) >= LEAST_ONE_OFF and (one := self._one_letter_off(word)):
            return one
        return UNKNOWN

    def _one_letter_off(self, word: str) -> str:
        shorter = {word[:i] + word[i + 1 :] for i in range(1, len(word))}
        found = [one for text in shorter if (one := text) in self.words.get("".join(sorted(text)), ())]
        letters = "abcdefghijklmnopqrstuvwxyz"
        longer = (word[:i] + letter + word[i:] for i in range(1, len(word) + 1) for letter in letters)
        found += [text for text in longer if text in self.words.get("".join(sorted(text)), ())]
        return min(found, default="")


def tokenize(text: str) -> list[QuestionWord]:
    """Return the words and signs of a text; words in lower case, without accents."""
    return [QuestionWord(_plain(match.group()), *match.span()) for match in TOKEN.finditer(text)]


def place_features(words: Sequence[str]) -> list[list[str]]:
    """Return the features of each place: the words around it alone and in sequence, and its position."""
    padded = [EDGE] * 3 + list(words) + [EDGE] * 3
    unknown = [word == UNKNOWN for word in words]
    found = []
    for i in range(len(words)):
        a, b, c, d, e, f, g = padded[i : i + 7]
        before, after = min(sum(unknown[:i]), 2), min(sum(unknown[i + 1 :]), 2)
        found.append([
            f"0{d}", f"-1{c}", f"-2{b}", f"-3{a}", f"+1{e}", f"+2{f}", f"+3{g}", f"-10{c} {d}", f"0+1{d} {e}",
            f"-2-1{b} {c}", f"+1+2{e} {f}", f"-101{c} {d} {e}", f"-2-10{b} {c} {d}", f"0+1+2{d} {e} {f}",
            f"n{before}{after}{d == UNKNOWN}", f"0n{d} {before}{after}", f"l{min(len(words), 4)} {d == UNKNOWN}",
        ])  # fmt: skip
    return found


def frame_features(frame: Sequence[str]) -> list[str]:
    """Return the features of a frame: its words, pairs and triples of neighbors, and its first words."""
    padded = [EDGE, *frame, EDGE]
    pairs = [f"{one} {two}" for one, two in pairwise(padded)]
    triples = [" ".join(three) for three in zip(padded, padded[1:], padded[2:], strict=False)]
    return sorted({*frame, *pairs, *triples})


def words_by_letters(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return words by their letters in order, so that an exchange of two letters is found."""
    ordered = sorted(("".join(sorted(word)), word) for word in words)
    return {letters: tuple(word for _, word in same) for letters, same in groupby(ordered, key=lambda one: one[0])}


def best_path(given: Floats, moves: Floats) -> list[int]:
    """Return the labels with the greatest sum of weights (Viterbi).

    Args:
        given: float64[n, labels], the weights of the labels of each place.
        moves: float64[labels, labels], the weight of a label (column) after another (row).
    """
    total, back = given[0], []
    for row in given[1:]:
        through = total[:, None] + moves
        back.append(through.argmax(axis=0))
        total = through.max(axis=0) + row
    path = [int(total.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1]


def _softmax(margins: Floats) -> Floats:
    odds = np.exp(margins - margins.max())
    return np.asarray(odds / odds.sum())


def _plain(word: str) -> str:
    if word.startswith(MARK):
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))

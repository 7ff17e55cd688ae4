"""Score words as names by the hidden states of their pieces: a linear head over the first layers of an embedding model.

The model was trained on hundreds of millions of sentences and knows of a word what no list and no neighbor says. It
reads only the words around those that the classifier is unsure of. The head belongs to one model; without that model
the classifier decides alone.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from analyzer.models.token_states import Pieces, States, TokenStates

FILE = Path(__file__).with_name("name_head.json")
AROUND = 24
"""Pieces read on each side of a word: about a sentence."""
LONGEST = 160
"""Pieces read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHead:
    """A linear head, trained by benchmarks/names/train.py.

    Attributes:
        model: the model whose states it reads.
        layers: number of layers of the model before it.
        weights: one weight a dimension.
        bias: the intercept.
        of_features, of_states, intercept: how the log odds of the classifier and those of the head are combined.
    """

    model: str
    layers: int
    weights: tuple[float, ...]
    bias: float
    of_features: float
    of_states: float
    intercept: float


@cache
def name_head() -> NameHead:
    """Return the head of the package."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    return NameHead(**{**content, "weights": tuple(content["weights"])})


class NameStates:
    """Scores words of texts; loading the model takes a second."""

    def __init__(self, folder: Path, head: NameHead) -> None:
        """Load the layers that the head needs from the folder of its model.

        Raises:
            ModelError: if the model does not load.
        """
        from threadpoolctl import ThreadpoolController  # noqa: PLC0415

        self._model = TokenStates(folder, head.layers)
        self._threads = ThreadpoolController()
        self._head = head
        self._weights = np.array(head.weights, np.float32)

    def combined(self, text: str, spans: Sequence[tuple[int, int]], odds: Sequence[float]) -> list[float]:
        """Return the log odds that words are names, from those of the classifier and from their states.

        A word without a piece, such as a lone sign, keeps the odds of the classifier.
        """
        head, found = self._head, list(odds)
        for number, state in self.states(text, spans):
            score = float(state @ self._weights) + head.bias
            found[number] = head.of_features * odds[number] + head.of_states * score + head.intercept
        return found

    def states(self, text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, States]]:
        """Yield the number of each span with the mean state of its pieces, float32[width], on one thread."""
        pieces = self._model.pieces(text)
        places = [(number, inside) for number, span in enumerate(spans) if (inside := _pieces_in(pieces, *span))]
        for begin, end, group in _windows(places, len(pieces.ids)):
            with self._threads.limit(limits=1, user_api="blas"):
                states = self._model.states(pieces.ids[begin:end])
            for number, inside in group:
                yield number, states[inside.start - begin : inside.stop - begin].mean(axis=0)


def _pieces_in(pieces: Pieces, start: int, end: int) -> range:
    """Return the places of the pieces that overlap a span."""
    inside = [place for place, (begin, stop) in enumerate(pieces.spans) if begin < end and start < stop]
    return range(inside[0], min(inside[-1] + 1, inside[0] + AROUND)) if inside else range(0)


def _windows(places: Sequence[tuple[int, range]], length: int) -> Iterator[tuple[int, int, list[tuple[int, range]]]]:
    """Yield windows of pieces, begin and end, with the words in them; words near each other share one."""
    group: list[tuple[int, range]] = []
    for number, inside in places:
        if group and (
            inside.start - group[-1][1].stop > 2 * AROUND or inside.stop - group[0][1].start > LONGEST - 2 * AROUND
        ):
            yield max(0, group[0][1].start - AROUND), min(length, group[-1][1].stop + AROUND), group
            group = []
        group.append((number, inside))
    if group:
        yield max(0, group[0][1].start - AROUND), min(length, group[-1][1].stop + AROUND), group

"""Coding of texts with the themes of a codebook, by the mixture and the classifiers, in blocks of bounded size.

A label by a person overrides the classifier.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.index.fulltext import is_without_content
from analyzer.models.embedder import Embeds
from analyzer.models.parallel import one_thread
from analyzer.opinions.stored_opinions import read_clauses
from analyzer.store.database import Database
from analyzer.themes.codebook import seeding, theme_classifiers
from analyzer.themes.codebook.repository import Labels
from analyzer.themes.codebook.text_features import Block, BlockReader
from analyzer.themes.codebook.theme_classifiers import ThemeClassifiers
from analyzer.themes.codebook.types import CodebookTheme
from analyzer.themes.graph import make_word_space

Ids = NDArray[np.int64]
AT_A_TIME = 5_000
MOST_MIXED = 100_000
MOST_WORDED = 20_000
LEAST_PROBABILITY = 0.1
"""Least probability of a coding that is stored, unless the text is coded."""
Done = Callable[[int, int], None]
"""Called with (texts done, texts in total)."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Fitted classifiers and their evaluation.

    Attributes:
        unseen: bool[m, k], codings of the labeled texts by classifiers that were fitted without them.
        labels: float64[m, k], 1 yes, 0 no, NaN without a label.
    """

    heads: ThemeClassifiers
    unseen: NDArray[np.bool_]
    labels: NDArray[np.float64]


class Coder:
    """Codes the texts of one database."""

    def __init__(self, database: Database, embedder: Embeds, themes: Sequence[CodebookTheme]) -> None:
        """Fit the mixture and the word space; the texts must be split into opinions before."""
        self._database = database
        self._ids = [theme.id for theme in themes]
        start, count = seeding.seeds(themes, embedder)
        clauses = read_clauses(database, embedder.dimension)
        some = [row for row, text in enumerate(clauses.texts) if not is_without_content(text)][:MOST_MIXED]
        weights = np.maximum(clauses.comments[some], 1).astype(np.float64)
        mixture = seeding.fit(start, count, clauses.vectors[some].astype(np.float32), weights)
        texts = database.rows("SELECT text FROM texts ORDER BY digest LIMIT ?", (MOST_WORDED,))
        words = make_word_space([text for (text,) in texts])
        self._reader = BlockReader(database, embedder.dimension, mixture, words)

    def learn(self, labels: Labels) -> Coded:
        """Fit and cross-validate the classifiers.

        Args:
            labels: 1 or 0 by theme id and text id.
        """
        place = {theme: number for number, theme in enumerate(self._ids)}
        labeled = {text for theme, text in labels if theme in place}
        digest_order = self._database.rows("SELECT text_id FROM texts ORDER BY digest")
        order = [text for (text,) in digest_order if text in labeled]
        row = {text: number for number, text in enumerate(order)}
        table = np.full((len(order), len(self._ids)), np.nan)
        for (theme, text), answer in labels.items():
            if theme in place and text in row:
                table[row[text], place[theme]] = answer
        block = self._reader.block(np.array(order, dtype=np.int64))
        unseen = theme_classifiers.held_back(block.features, block.likely, table)
        return Coded(theme_classifiers.fit(block.features, block.likely, table), unseen, table)

    def code(self, learned: ThemeClassifiers, labels: Labels, done: Done) -> Iterator[tuple[str, int, float, bool]]:
        """Yield (theme id, text id, probability, whether the text is coded) for each coding to store."""
        ids = np.array([row[0] for row in self._database.rows("SELECT text_id FROM texts ORDER BY 1")], dtype=np.int64)
        by_text: dict[int, dict[str, float]] = {}
        for (theme, text), answer in labels.items():
            by_text.setdefault(text, {})[theme] = answer
        for start in range(0, len(ids), AT_A_TIME):
            block = self._reader.block(ids[start : start + AT_A_TIME])
            with one_thread():
                yield from self._codings(block, learned, by_text)
            done(min(start + AT_A_TIME, len(ids)), len(ids))

    def _codings(
        self, block: Block, learned: ThemeClassifiers, by_text: Mapping[int, Mapping[str, float]]
    ) -> Iterator[tuple[str, int, float, bool]]:
        likely = learned.predict(block.features, block.likely)
        coded = likely >= learned.thresholds
        place = {theme: number for number, theme in enumerate(self._ids)}
        for at, text in enumerate(block.ids.tolist()):
            for theme, answer in by_text.get(text, {}).items():
                if theme in place:
                    likely[at, place[theme]], coded[at, place[theme]] = answer, answer == 1.0
        rows, columns = np.nonzero((likely >= LEAST_PROBABILITY) | coded)
        for at, number in zip(rows.tolist(), columns.tolist(), strict=True):
            yield self._ids[number], int(block.ids[at]), float(likely[at, number]), bool(coded[at, number])

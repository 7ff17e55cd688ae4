"""The vector index of one workspace, as one account sees it: opened on first use and kept up to date."""

import threading
from collections.abc import Callable

from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.hybrid_search import Searcher
from analyzer.index.vectors import CacheFile, VectorIndex, open_index
from analyzer.models.embedder import Embeds
from analyzer.store.database import Database


class CorpusIndex:
    """Hands out the index over all texts that the account's connection reaches."""

    def __init__(
        self, database: Database, table: FeedbackTable, cache_file: Callable[[], CacheFile], *, reads_cache: bool
    ) -> None:
        """Take where vectors are read from.

        Args:
            database: the account's connection.
            table: over the same connection.
            cache_file: returns the file that fits what is stored now.
            reads_cache: whether the file may be read; it holds the vectors of every import.
        """
        self._database = database
        self._table = table
        self.cache_file = cache_file
        self._reads_cache = reads_cache
        self._lock = threading.Lock()
        self._index: tuple[str, str, VectorIndex] | None = None

    @property
    def dimension(self) -> int:
        """Length of the vectors; 0 while there are none."""
        return int(self._database.meta("dimension") or 0)

    @property
    def state(self) -> str:
        """Names what is stored now: it changes whenever comments come, change or go."""
        return f"{self._database.meta('generation')}-{self._database.meta('deletions')}"

    def vectors(self) -> VectorIndex:
        """Return the index, brought up to date when something has been stored or deleted since."""
        with self._lock:
            generation, deletions = self._database.meta("generation"), self._database.meta("deletions")
            held = self._index
            if held is None or not len(held[2]) or held[1] != deletions:  # an empty one does not know its dimension yet
                file = self.cache_file() if self._reads_cache else None
                index = open_index(self._table, file, self.dimension)[0]
                self._index = held = (generation, deletions, index)
            elif held[0] != generation:
                index = held[2].add(*self._table.vectors(after=held[2].last_id))  # readers of the one before keep it
                self._index = held = (generation, deletions, index)
            return held[2]

    def save(self) -> None:
        """Write the cache file, replacing the one before."""
        self.vectors().save(self.cache_file())

    def searcher(self, embedder: Embeds) -> Searcher:
        """Return what searches by words and by meaning."""
        return Searcher(self._database, self._table, self.vectors(), embedder)

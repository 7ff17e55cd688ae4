"""The vector index of one workspace for one account: opened on first use and kept up to date."""

import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field

from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.hybrid_search import Searcher
from analyzer.index.vectors import CacheFile, VectorIndex, open_index
from analyzer.models.embedder import Embeds
from analyzer.store.database import Database


@dataclass(slots=True, weakref_slot=True, eq=False)
class _IndexSlot:
    """The vector index shared by handles on a workspace: (generation, deletions, index); None until first used."""

    current: tuple[str, str, VectorIndex] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_SHARED_LOCK = threading.Lock()
_SHARED_SLOTS: "weakref.WeakValueDictionary[tuple[str, str], _IndexSlot]" = weakref.WeakValueDictionary()
"""By folder and id of a workspace; an entry is removed when the last handle on it is closed."""


class CorpusIndex:
    """Provides the vector index over all texts that the account's connection may read."""

    def __init__(
        self,
        database: Database,
        table: FeedbackTable,
        cache_file: Callable[[], CacheFile],
        *,
        reads_cache: bool,
        shared_as: tuple[str, str] | None = None,
    ) -> None:
        """Set the sources of the vectors.

        Args:
            database: the account's connection.
            table: over the same connection.
            cache_file: returns the cache file for the data stored now.
            reads_cache: whether the file may be read; it contains the vectors of every import.
            shared_as: folder and id of the workspace if the account sees every comment: such handles share an index.
        """
        self._database = database
        self._table = table
        self.cache_file = cache_file
        self._reads_cache = reads_cache
        self._slot = _IndexSlot()
        if shared_as:
            with _SHARED_LOCK:
                self._slot = _SHARED_SLOTS.setdefault(shared_as, self._slot)

    def close(self) -> None:
        """Detach from the shared index: the next workspace opened in this folder may be a restored backup."""
        self._slot = _IndexSlot()

    @property
    def dimension(self) -> int:
        """Length of the vectors; 0 if there are none."""
        return int(self._database.meta("dimension") or 0)

    @property
    def state(self) -> str:
        """An identifier of the stored data; it changes when comments are added, changed or deleted."""
        return f"{self._database.meta('generation')}-{self._database.meta('deletions')}"

    def vectors(self) -> VectorIndex:
        """Return the index, updated if comments were stored or deleted since the last call."""
        slot = self._slot
        with slot.lock:
            generation, deletions = self._database.meta("generation"), self._database.meta("deletions")
            current = slot.current
            if current is None or not len(current[2]) or current[1] != deletions:  # an empty index has no dimension yet
                file = self.cache_file() if self._reads_cache else None
                index = open_index(self._table, file, self.dimension)[0]
                slot.current = current = (generation, deletions, index)
            elif current[0] != generation:
                index = current[2].add(*self._table.vectors(after=current[2].last_id))  # readers keep the previous one
                slot.current = current = (generation, deletions, index)
            return current[2]

    def save(self) -> None:
        """Write the cache file, replacing the previous one."""
        self.vectors().save(self.cache_file())

    def searcher(self, embedder: Embeds) -> Searcher:
        """Return a searcher by words and by meaning."""
        return Searcher(self._database, self._table, self.vectors(), embedder)

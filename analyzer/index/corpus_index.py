"""The vector index of one workspace, as one account sees it: opened on first use and kept up to date."""

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
class _Holder:
    """The vector index of one or more handles on a workspace, with the generation and deletions it is made of."""

    held: tuple[str, str, VectorIndex] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_SHARED_LOCK = threading.Lock()
_SHARED: "weakref.WeakValueDictionary[tuple[str, str], _Holder]" = weakref.WeakValueDictionary()
"""By folder and id of a workspace; an entry goes when the last handle on it is closed."""


class CorpusIndex:
    """Hands out the index over all texts that the account's connection reaches."""

    def __init__(
        self,
        database: Database,
        table: FeedbackTable,
        cache_file: Callable[[], CacheFile],
        *,
        reads_cache: bool,
        shared_as: tuple[str, str] | None = None,
    ) -> None:
        """Take where vectors are read from.

        Args:
            database: the account's connection.
            table: over the same connection.
            cache_file: returns the file that fits what is stored now.
            reads_cache: whether the file may be read; it holds the vectors of every import.
            shared_as: folder and id of the workspace, where the account sees every comment: handles share the index.
        """
        self._database = database
        self._table = table
        self.cache_file = cache_file
        self._reads_cache = reads_cache
        self._holder = _Holder()
        if shared_as:
            with _SHARED_LOCK:
                self._holder = _SHARED.setdefault(shared_as, self._holder)

    def close(self) -> None:
        """Leave the shared index: what is opened next in this folder may be a restored backup."""
        self._holder = _Holder()

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
        holder = self._holder
        with holder.lock:
            generation, deletions = self._database.meta("generation"), self._database.meta("deletions")
            held = holder.held
            if held is None or not len(held[2]) or held[1] != deletions:  # an empty one does not know its dimension yet
                file = self.cache_file() if self._reads_cache else None
                index = open_index(self._table, file, self.dimension)[0]
                holder.held = held = (generation, deletions, index)
            elif held[0] != generation:
                index = held[2].add(*self._table.vectors(after=held[2].last_id))  # readers of the one before keep it
                holder.held = held = (generation, deletions, index)
            return held[2]

    def save(self) -> None:
        """Write the cache file, replacing the one before."""
        self.vectors().save(self.cache_file())

    def searcher(self, embedder: Embeds) -> Searcher:
        """Return what searches by words and by meaning."""
        return Searcher(self._database, self._table, self.vectors(), embedder)

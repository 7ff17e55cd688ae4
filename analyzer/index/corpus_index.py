"""The vector index of one workspace for one account: opened on first use and kept up to date."""

import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from analyzer.index.cache_file import CacheFile
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.hybrid_search import Searcher
from analyzer.index.types import IndexStatus
from analyzer.index.vectors import VectorIndex, open_index, refreshed, status_of, texts_after
from analyzer.models.embedder import Embeds
from analyzer.store.database import Database


@dataclass(slots=True, weakref_slot=True, eq=False)
class _IndexSlot:
    """The vector index shared by handles on a workspace.

    Attributes:
        current: model, deletions and generation of the data, with the index; None until first used.
        saved: the index that the cache file has.
    """

    current: tuple[tuple[str, ...], VectorIndex] | None = None
    saved: VectorIndex | None = None
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
            now = tuple(self._database.meta(name) for name in ("fingerprint", "deletions", "generation"))
            before, index = slot.current or (None, VectorIndex(0))
            if before is None or before[0] != now[0] or not len(index):  # an empty index has no dimension yet
                index = self._opened()
            elif before[1] != now[1]:
                index = refreshed(index, self._table)  # readers keep the previous one
            elif before[2] != now[2]:
                index = self._with_lists_of_cache(index.add(texts_after(self._table, index.last_id)))
            slot.current = (now, index)
            return index

    def _opened(self) -> VectorIndex:
        """Return the index, from the cache as far as that has it; a cache that lacks something is replaced."""
        file = self.cache_file() if self._reads_cache else None
        index, is_cached = open_index(self._table, file, self.dimension)
        if file and (not is_cached or index.is_behind):
            index = index.prepared()
            is_cached = False
            with suppress(OSError):  # a cache that cannot be written is built again the next time
                index.save(file)
                is_cached = True
        self._slot.saved = index if is_cached else None
        return index

    def _with_lists_of_cache(self, index: VectorIndex) -> VectorIndex:
        """Return an index that is behind with the lists that an import has written meanwhile, if it has."""
        if not (index.is_behind and self._reads_cache):
            return index
        file = self.cache_file()
        written = status_of(file)
        if written is None or written.measured_among <= index.status.measured_among:
            return index
        cached = VectorIndex.load(file, self.dimension)
        return index if cached is None else refreshed(cached, self._table)

    def status(self) -> IndexStatus | None:
        """Return how the index searches, without opening it; None if it is not built or not for this account."""
        if not self._reads_cache:
            return None
        current = self._slot.current
        return current[1].status if current else status_of(self.cache_file())

    def save(self) -> None:
        """Write the cache file, replacing the previous one, unless it has this index already."""
        before, file, slot = self.vectors(), self.cache_file(), self._slot
        index = before.prepared()
        with slot.lock:
            if slot.current and slot.current[1] is before:
                slot.current = (slot.current[0], index)
        if index is not slot.saved or not file.path.exists():
            index.save(file)
            slot.saved = index

    def searcher(self, embedder: Embeds) -> Searcher:
        """Return a searcher by words and by meaning."""
        return Searcher(self._database, self._table, self.vectors(), embedder)

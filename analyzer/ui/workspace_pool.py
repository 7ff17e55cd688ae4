"""The open workspaces of a served page: one for each account and grant, shared by its sessions.

Every use of a workspace has a lease on it, and a workspace with a lease is never closed. A workspace without a lease
is closed when more than `most` are open (the least recently used first), when it was not used for `idle_s` seconds,
and when `may_stay` returns False because the access of its account has ended. It knows nothing about Streamlit.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from analyzer.security.clock import ticks

MOST_OPEN = 8
"""Workspaces that may be open at a time without a lease; each has database connections with a 64 MB page cache each."""
IDLE_S = 15 * 60.0
SWEEP_S = 5.0
"""Seconds between two sweeps, while any workspace is open."""


class Closes(Protocol):
    """An object that can be closed."""

    def close(self) -> None:
        """Close the object."""


Key = TypeVar("Key", bound=Hashable)
Opened = TypeVar("Opened", bound=Closes)


@dataclass(slots=True, eq=False)
class _Entry(Generic[Opened]):
    """An open workspace, or one that is being opened.

    Attributes:
        opening: lock during opening, so that the workspace is opened once.
        leases: number of leases.
        used: time at which a lease was last taken or released, in ticks.
    """

    workspace: Opened | None = None
    opening: threading.Lock = field(default_factory=threading.Lock)
    leases: int = 0
    used: float = 0.0


class Lease(Generic[Opened]):
    """A use of an open workspace; as a context manager it is released at the end of the block."""

    def __init__(self, workspace: Opened, take: Callable[[], "Lease[Opened]"], release: Callable[[], None]) -> None:
        """Create a lease; only WorkspacePool.lease and Lease.again do so."""
        self.workspace = workspace
        self._take, self._release = take, release
        self._is_released = False

    def again(self) -> "Lease[Opened]":
        """Return a second lease on the same workspace, for work that may outlast this lease."""
        return self._take()

    def release(self) -> None:
        """Release the lease; a second call does nothing."""
        if not self._is_released:
            self._is_released = True
            self._release()

    def __enter__(self) -> "Lease[Opened]":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class WorkspacePool(Generic[Key, Opened]):
    """Opens, shares and closes workspaces; safe to use from many threads."""

    def __init__(
        self,
        may_stay: Callable[[Key], bool],
        *,
        most: int = MOST_OPEN,
        idle_s: float = IDLE_S,
        sweep_s: float = SWEEP_S,
    ) -> None:
        """Start without an open workspace.

        Args:
            may_stay: returns whether the access that a workspace was opened with is still in force; must not raise.
            most: workspaces that stay open without a lease.
            idle_s: seconds after which a workspace without a lease is closed.
            sweep_s: seconds between two sweeps.
        """
        self._may_stay = may_stay
        self._most, self._idle_s, self._sweep_s = most, idle_s, sweep_s
        self._entries: dict[Key, _Entry[Opened]] = {}
        self._lock = threading.Lock()
        self._sweeper: threading.Thread | None = None

    def __len__(self) -> int:
        """Return how many workspaces are open."""
        with self._lock:
            return len(self._entries)

    def lease(self, key: Key, open_workspace: Callable[[], Opened]) -> Lease[Opened]:
        """Return a lease on the workspace of a key, and open the workspace if it is not open yet.

        Raises:
            AnalyzerError: as raised by `open_workspace`; the pool then has no entry for the key.
        """
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            entry.leases += 1
            entry.used = ticks()
            self._start_sweeper()
        try:
            with entry.opening:
                if entry.workspace is None:
                    entry.workspace = open_workspace()
                workspace = entry.workspace
        except BaseException:
            self._return_lease(key, entry)
            raise
        self._close_surplus()
        return self._new_lease(key, entry, workspace)

    def sweep(self) -> None:
        """Close the workspaces without a lease that are idle or that `may_stay` rejects."""
        at = ticks()
        with self._lock:
            unused = [(key, entry) for key, entry in self._entries.items() if not entry.leases]
        for key, entry in unused:
            if at - entry.used > self._idle_s or not self._may_stay(key):
                self._close(key, entry)

    def close_all(self) -> None:
        """Close every workspace that has no lease."""
        with self._lock:
            unused = [(key, entry) for key, entry in self._entries.items() if not entry.leases]
        for key, entry in unused:
            self._close(key, entry)

    def _new_lease(self, key: Key, entry: _Entry[Opened], workspace: Opened) -> Lease[Opened]:
        def take() -> Lease[Opened]:
            with self._lock:
                entry.leases += 1
            return self._new_lease(key, entry, workspace)

        return Lease(workspace, take, lambda: self._return_lease(key, entry))

    def _return_lease(self, key: Key, entry: _Entry[Opened]) -> None:
        with self._lock:
            entry.leases -= 1
            entry.used = ticks()
            if entry.workspace is None and not entry.leases and self._entries.get(key) is entry:
                del self._entries[key]  # opening failed
        self._close_surplus()

    def _close_surplus(self) -> None:
        with self._lock:
            unused = sorted(
                ((key, entry) for key, entry in self._entries.items() if not entry.leases), key=lambda one: one[1].used
            )
            surplus = unused[: max(0, len(self._entries) - self._most)]
        for key, entry in surplus:
            self._close(key, entry)

    def _close(self, key: Key, entry: _Entry[Opened]) -> None:
        """Close a workspace, unless a lease was taken on it meanwhile."""
        with self._lock:
            if entry.leases or self._entries.get(key) is not entry:
                return
            del self._entries[key]
        if entry.workspace is not None:
            entry.workspace.close()

    def _start_sweeper(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Thread(target=self._sweep_periodically, name="workspace-pool", daemon=True)
            self._sweeper.start()

    def _sweep_periodically(self) -> None:
        try:
            while True:
                time.sleep(self._sweep_s)
                self.sweep()
                with self._lock:
                    if not self._entries:
                        self._sweeper = None
                        return
        except BaseException:
            self._sweeper = None  # the next lease starts another
            raise

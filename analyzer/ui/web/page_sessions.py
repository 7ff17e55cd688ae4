"""The page sessions of the server: whose each is, what it may still store, and which files it may read.

A page session is one open page of a browser (a session of Streamlit); its owner is the sign-in that opened it. It knows
nothing of HTTP and of Streamlit.
"""

import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath

MOST_PAGES = 50
"""Most open pages of one owner."""
MOST_FILES, MOST_BYTES = 10, 1_001 * 1024 * 1024
"""Most uploads of one owner and their size in all: one file of the size that Streamlit takes, with its form."""


@dataclass(slots=True)
class _Page:
    """A page session.

    Attributes:
        owner: whose it is.
        connections: how many connections it has now; 0 while a browser may still connect again.
    """

    owner: str
    connections: int = 0


@dataclass(slots=True)
class PageSessions:
    """Owners of page sessions and of the files they were given; safe to use from many threads."""

    _pages: dict[str, _Page] = field(default_factory=dict)
    _media: dict[str, set[str]] = field(default_factory=dict)
    _arriving: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def connect(self, session: str, owner: str) -> None:
        """Note that a connection of an owner has a page session."""
        with self._lock:
            page = self._pages.setdefault(session, _Page(owner))
            page.owner = owner
            page.connections += 1

    def disconnect(self, session: str) -> bool:
        """Note that a connection has ended; return whether the page session has no other."""
        with self._lock:
            page = self._pages.get(session)
            if page:
                page.connections -= 1
            return page is None or page.connections <= 0

    def is_connected(self, session: str) -> bool:
        """Return whether a page session has a connection."""
        with self._lock:
            page = self._pages.get(session)
            return page is not None and page.connections > 0

    def is_owned(self, session: str, owner: str) -> bool:
        """Return whether a page session is an owner's."""
        with self._lock:
            page = self._pages.get(session)
            return page is not None and page.owner == owner

    def of_owner(self, owner: str) -> list[str]:
        """Return the page sessions of an owner."""
        with self._lock:
            return [session for session, page in self._pages.items() if page.owner == owner]

    def may_open(self, owner: str) -> bool:
        """Return whether an owner may open another page; those that only wait for their browser do not count."""
        with self._lock:
            open_pages = sum(page.owner == owner and page.connections > 0 for page in self._pages.values())
        return open_pages < MOST_PAGES

    def end(self, session: str) -> None:
        """Forget a page session and its files."""
        with self._lock:
            self._pages.pop(session, None)
            self._media.pop(session, None)

    def add_media(self, session: str, address: str) -> None:
        """Note that a file was made for a page session: its address on the server."""
        with self._lock:
            self._media.setdefault(session, set()).add(_file_id(address))

    def drop_media(self, session: str) -> None:
        """Forget the files that were made for a page session."""
        with self._lock:
            self._media.pop(session, None)

    def may_read(self, owner: str, address: str) -> bool:
        """Return whether a file was made for a page session of an owner."""
        wanted = _file_id(address)
        with self._lock:
            return any(
                wanted in files
                for session, files in self._media.items()
                if session in self._pages and self._pages[session].owner == owner
            )

    def session_with(self, address: str) -> str:
        """Return the page session that a file was made for; empty if there is none."""
        wanted = _file_id(address)
        with self._lock:
            return next((session for session, files in self._media.items() if wanted in files), "")

    def take_bytes(self, owner: str, size: int, stored: int) -> bool:
        """Return whether bytes of an upload may arrive, and count them until `give_back`.

        Args:
            owner: who uploads.
            size: bytes that arrive now.
            stored: bytes of the uploads of this owner that are complete.
        """
        with self._lock:
            is_room = self._arriving[owner] + stored + size <= MOST_BYTES
            self._arriving[owner] += size if is_room else 0
            return is_room

    def give_back(self, owner: str, size: int) -> None:
        """End the count of bytes that have arrived: they are stored now, or dropped."""
        with self._lock:
            self._arriving[owner] -= size
            if self._arriving[owner] <= 0:
                del self._arriving[owner]


def _file_id(address: str) -> str:
    return PurePosixPath(address).stem

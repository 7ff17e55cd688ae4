"""Sessions of signed-in accounts: opaque tokens, stored on the server only, ended by time or sign-out, or all at once.

A token is 256 random bits in a cookie; the server stores its digest (OWASP, "Session Management Cheat Sheet").
"""

import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from analyzer.security.clock import ticks

COOKIE = "fa_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""Cookie name with TLS: a browser accepts the prefix from this host alone (RFC 6265bis, section 4.1.3.2)."""
IDLE_S, LONGEST_S = 30 * 60.0, 12 * 3600.0
MOST, MOST_OF_ACCOUNT = 1_000, 20
"""Most sessions, in all and of one account; a new one ends the oldest of the account that has the most."""


@dataclass(slots=True)
class _Session:
    account: str
    began: float
    seen: float


@dataclass(slots=True)
class Sessions:
    """The sessions of one server."""

    _open: dict[bytes, _Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, account: str) -> str:
        """Open a session and return its token, the value of the cookie."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._drop_old()
            counts = Counter(session.account for session in self._open.values())
            if counts[account] >= MOST_OF_ACCOUNT:
                self._end_oldest(account)
            elif len(self._open) >= MOST:
                self._end_oldest(counts.most_common(1)[0][0])
            self._open[_digest(token)] = _Session(account, ticks(), ticks())
        return token

    def account(self, token: str, *, is_use: bool = True) -> str:
        """Return the account of a session token; empty if the token is invalid.

        Args:
            token: the value of the cookie.
            is_use: whether the user is active; False for the periodic check of an open page.
        """
        with self._lock:
            self._drop_old()
            session = self._open.get(_digest(token)) if token else None
            if session is None:
                return ""
            if is_use:
                session.seen = ticks()
            return session.account

    def end(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(_digest(token), None)

    def end_all(self) -> int:
        """End every session; return their number."""
        with self._lock:
            count = len(self._open)
            self._open.clear()
            return count

    def _end_oldest(self, account: str) -> None:
        del self._open[next(key for key, session in self._open.items() if session.account == account)]

    def _drop_old(self) -> None:
        at = ticks()
        for key in [k for k, s in self._open.items() if at - s.seen > IDLE_S or at - s.began > LONGEST_S]:
            del self._open[key]


def token_of(cookies: Mapping[str, str]) -> str:
    """Return the session token in the cookies of a request; empty if there is none."""
    return cookies.get(SECURE_COOKIE) or cookies.get(COOKIE, "")


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()

"""Delays after failed sign-ins: by account and source, and by source alone.

A source is an address, or a browser in which the account has signed in before (OWASP, "Slow Down Online Guessing
Attacks with Device Cookies"). Failures from one source never delay the account elsewhere.
"""

import secrets
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from ipaddress import IPv6Address, ip_address, ip_network

from analyzer.errors import AccessError
from analyzer.security.clock import ticks

FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 900.0
DOUBLINGS = 9
"""Doublings of the first wait after which it is the longest one; an unlimited exponent overflows."""
FREE_TRIES_OF_SOURCE = 30
SOURCE_STEP_S, LONGEST_OF_SOURCE_S = 0.1, 2.0
"""A source with more failures, of any accounts, is served later, by so much for each; it is never refused."""
FORGOTTEN_AFTER_S = 3_600.0
MOST_KEPT = 10_000
"""Most counts kept of each kind; an attacker needs one Argon2id computation for each."""


def source_of(address: str) -> str:
    """Return the source of an address: itself, or the /64 network of an IPv6 address, which one person can have."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if isinstance(read, IPv6Address):
        mapped = read.ipv4_mapped
        return str(mapped) if mapped else str(ip_network(f"{read.compressed.partition('%')[0]}/64", strict=False))
    return str(read)


@dataclass(slots=True)
class _FailureCounts:
    """Numbers of failures by key, each with the time of the last one, oldest first."""

    most: int
    _kept: dict[Hashable, tuple[int, float]] = field(default_factory=dict)

    def read(self, key: Hashable) -> tuple[int, float]:
        """Return the number of failures of a key and the time of the last one."""
        count, at = self._kept.get(key, (0, 0.0))
        return (count, at) if ticks() - at < FORGOTTEN_AFTER_S else (0, 0.0)

    def add(self, key: Hashable) -> None:
        """Count a failure."""
        count, _ = self.read(key)
        self._kept.pop(key, None)
        self._kept[key] = (count + 1, ticks())
        while len(self._kept) > self.most:
            self._kept.pop(next(iter(self._kept)))

    def remove(self, key: Hashable, most: int) -> None:
        """Take back up to so many failures of a key."""
        count, at = self._kept.pop(key, (0, 0.0))
        if count > most:
            self._kept[key] = (count - most, at)


class Throttle:
    """Counts failed sign-ins and says how long the next one waits; safe to use from many threads."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        """Start without failures."""
        self._pairs, self._sources = _FailureCounts(most_kept), _FailureCounts(most_kept)
        self._lock = threading.Lock()

    def check(self, account: str, source: str) -> None:
        """Check that the delay of an account at a source is over; it doubles with each failure.

        Raises:
            AccessError: if it is not; the message has the seconds to wait.
        """
        with self._lock:
            self._check(account, source)

    def attempt(self, account: str, source: str) -> None:
        """Check the delay and count the attempt as failed, so that concurrent attempts are limited; see `succeeded`.

        Raises:
            AccessError: as `check`.
        """
        with self._lock:
            self._check(account, source)
            self._pairs.add((account, source))
            self._sources.add(source)

    def succeeded(self, account: str, source: str) -> None:
        """Forget the failures of an account at a source, and take back the attempt of the source."""
        with self._lock:
            self._pairs.remove((account, source), MOST_KEPT)
            self._sources.remove(source, 1)

    def delay_of_source(self, source: str) -> float:
        """Return the seconds by which a sign-in from a source is served later, for failures of whatever account."""
        with self._lock:
            count, _ = self._sources.read(source)
        return min(max(0, count - FREE_TRIES_OF_SOURCE) * SOURCE_STEP_S, LONGEST_OF_SOURCE_S)

    def _check(self, account: str, source: str) -> None:
        count, since = self._pairs.read((account, source))
        if count < FREE_TRIES:
            return
        wait = min(FIRST_WAIT_S * 2 ** min(count - FREE_TRIES, DOUBLINGS), LONGEST_WAIT_S)
        left = since + wait - ticks()
        if left > 0:
            raise AccessError(f"too many failed tries; wait {left:.0f} seconds")


class Devices:
    """Tokens that a browser keeps after a sign-in: they say that an account has signed in there before.

    They give no access. The key is of this process: after a restart a browser counts by its address until it signs in.
    """

    def __init__(self) -> None:
        """Make a key."""
        self._key = secrets.token_bytes(32)

    def token(self, account: str) -> str:
        """Return a new token for an account."""
        number = secrets.token_hex(16)
        return f"{number}.{self._seal(number, account)}"

    def source(self, account: str, token: str, address: str) -> str:
        """Return the source of a sign-in: the browser if its token is one of the account, else the address."""
        number, _, seal = token.partition(".")
        is_valid = compare_digest(seal.encode(), self._seal(number, account).encode())
        return f"browser {number}" if is_valid else source_of(address)

    def _seal(self, number: str, account: str) -> str:
        return sha256(self._key + f"{number} {account}".encode()).hexdigest()

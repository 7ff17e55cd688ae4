"""Passphrases: at least 15 characters of any kind, kept as Argon2id, slowed down after failures. The door to argon2.

Length instead of composition rules, and refusal of what is known to be guessed: NIST SP 800-63B-4, section 3.1.1.2.
"""

import secrets
import threading
import unicodedata
from dataclasses import dataclass, field

from analyzer.errors import AccessError, UsageError
from analyzer.security.clock import ticks

SHORTEST, LONGEST = 15, 128
LEAST_DIFFERENT = 6
"""Different characters a passphrase must have: "aaaaaaaaaaaaaaa" is long and the first thing anybody tries."""
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 signs that cannot be taken for each other; 25 of them are 125 bits."""
FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 900.0
MOST_NAMES = 10_000
"""Names whose failures are remembered; who tries that many has waited for as many computations."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each computation takes 64 MiB; those who try at the same time take turns."""


def make_passphrase() -> str:
    """Return a random passphrase of five groups of five."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(5))


def hash_passphrase(passphrase: str, name: str) -> str:
    """Return what is kept of a passphrase (Argon2id with the parameters of RFC 9106's low-memory profile).

    Raises:
        UsageError: if it is too short, too long, or easily guessed.
    """
    from argon2 import PasswordHasher  # noqa: PLC0415

    plain = _folded(passphrase)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise UsageError(f"a passphrase has from {SHORTEST} to {LONGEST} characters; any will do, spaces too")
    if len(set(plain)) < LEAST_DIFFERENT or name.casefold() in plain.casefold():
        raise UsageError("that passphrase is easily guessed; take several words that do not belong together")
    return str(PasswordHasher().hash(plain))


def is_passphrase(kept: str, passphrase: str) -> bool:
    """Tell whether a passphrase is the one that is kept; it takes as long when none is."""
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import VerificationError  # noqa: PLC0415

    try:
        with _AT_ONCE:
            return bool(PasswordHasher().verify(kept or _nobodys(), _folded(passphrase))) and bool(kept)
    except VerificationError:
        return False


def _nobodys() -> str:
    from argon2 import PasswordHasher  # noqa: PLC0415

    return str(PasswordHasher().hash(secrets.token_hex(16)))


def _folded(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase)


@dataclass(slots=True)
class Throttle:
    """Makes an account wait after failed tries, twice as long each time; what waits is not tried at all."""

    _failures: dict[str, tuple[int, float]] = field(default_factory=dict)

    def check(self, name: str) -> None:
        """Refuse a try that comes too early.

        Raises:
            AccessError: with the seconds to wait.
        """
        count, since = self._failures.get(name, (0, 0.0))
        wait = min(FIRST_WAIT_S * 2 ** (count - FREE_TRIES), LONGEST_WAIT_S) if count >= FREE_TRIES else 0.0
        left = since + wait - ticks()
        if left > 0:
            raise AccessError(f"too many failed tries; wait {left:.0f} seconds")

    def failed(self, name: str) -> None:
        """Count a failure."""
        count, _ = self._failures.pop(name, (0, 0.0))
        self._failures[name] = (count + 1, ticks())
        while len(self._failures) > MOST_NAMES:
            self._failures.pop(next(iter(self._failures)))

    def succeeded(self, name: str) -> None:
        """Forget the failures of an account."""
        self._failures.pop(name, None)

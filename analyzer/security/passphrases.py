"""Passphrases: rules, Argon2id hashes, delays after failed sign-ins. The only module that imports argon2.

At least 15 characters instead of composition rules, and no easily guessed ones: NIST SP 800-63B-4, section 3.1.1.2.
"""

import secrets
import threading
import unicodedata
from dataclasses import dataclass, field

from analyzer.errors import AccessError, UsageError
from analyzer.security.clock import ticks

SHORTEST, LONGEST = 15, 128
LEAST_DIFFERENT = 6
"""Fewest different characters of a passphrase: "aaaaaaaaaaaaaaa" is long but easily guessed."""
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 characters that are not easily confused; 25 of them are 125 bits."""
FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 900.0
MOST_NAMES = 10_000
"""Most names with stored failures; an attacker needs one Argon2id computation for each name."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each computation takes 64 MiB; at most two run at the same time."""


def make_passphrase() -> str:
    """Return a random passphrase of five groups of five characters."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(5))


def hash_passphrase(passphrase: str, name: str) -> str:
    """Return the hash of a passphrase to store (Argon2id with the parameters of RFC 9106's low-memory profile).

    Raises:
        UsageError: if it is too short, too long, or easily guessed.
    """
    from argon2 import PasswordHasher  # noqa: PLC0415

    plain = _normalized(passphrase)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise UsageError(f"a passphrase has from {SHORTEST} to {LONGEST} characters; any will do, spaces too")
    if len(set(plain)) < LEAST_DIFFERENT or name.casefold() in plain.casefold():
        raise UsageError("that passphrase is easily guessed; take several words that do not belong together")
    return str(PasswordHasher().hash(plain))


def is_passphrase(stored: str, passphrase: str) -> bool:
    """Return whether a passphrase matches the stored hash; without a hash it takes the same time."""
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import VerificationError  # noqa: PLC0415

    try:
        with _AT_ONCE:
            return bool(PasswordHasher().verify(stored or _random_hash(), _normalized(passphrase))) and bool(stored)
    except VerificationError:
        return False


def _random_hash() -> str:
    from argon2 import PasswordHasher  # noqa: PLC0415

    return str(PasswordHasher().hash(secrets.token_hex(16)))


def _normalized(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase)


@dataclass(slots=True)
class Throttle:
    """Delays sign-ins of an account after failures, doubled each time; a sign-in during the delay is refused."""

    _failures: dict[str, tuple[int, float]] = field(default_factory=dict)

    def check(self, name: str) -> None:
        """Check that the delay of an account is over.

        Raises:
            AccessError: if it is not; the message has the seconds to wait.
        """
        count, since = self._failures.get(name, (0, 0.0))
        wait = min(FIRST_WAIT_S * 2 ** (count - FREE_TRIES), LONGEST_WAIT_S) if count >= FREE_TRIES else 0.0
        left = since + wait - ticks()
        if left > 0:
            raise AccessError(f"too many failed tries; wait {left:.0f} seconds")

    def failed(self, name: str) -> None:
        """Count a failed sign-in of an account."""
        count, _ = self._failures.pop(name, (0, 0.0))
        self._failures[name] = (count + 1, ticks())
        while len(self._failures) > MOST_NAMES:
            self._failures.pop(next(iter(self._failures)))

    def succeeded(self, name: str) -> None:
        """Forget the failures of an account."""
        self._failures.pop(name, None)

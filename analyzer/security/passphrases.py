"""Passphrases: rules and Argon2id hashes. The only module that imports argon2.

At least 15 characters instead of composition rules, and no easily guessed ones: NIST SP 800-63B-4, section 3.1.1.2.
"""

import secrets
import threading
import unicodedata
from base64 import b64encode

from analyzer.errors import UsageError

SHORTEST, LONGEST = 15, 128
LEAST_DIFFERENT = 6
"""Fewest different characters of a passphrase: "aaaaaaaaaaaaaaa" is long but easily guessed."""
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 characters that are not easily confused; 25 of them are 125 bits."""
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
    """Return whether a passphrase matches the stored hash; without a hash, one computation of the same cost is made."""
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import VerificationError  # noqa: PLC0415

    try:
        with _AT_ONCE:
            return bool(PasswordHasher().verify(stored or _decoy(), _normalized(passphrase))) and bool(stored)
    except VerificationError:
        return False


def _decoy() -> str:
    """Return a hash of no passphrase, with the parameters of a real one, without computing it."""
    from argon2 import PasswordHasher  # noqa: PLC0415

    now = PasswordHasher()
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (now.salt_len, now.hash_len))
    return f"$argon2id$v=19$m={now.memory_cost},t={now.time_cost},p={now.parallelism}${salt}${digest}"


def _normalized(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase)

"""The workspace's key: 32 random bytes in a file only its owner can read, and the keys derived from it."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from analyzer.errors import KeyFileError

KEY_BYTES = 32


def create_key(file: Path) -> bytes:
    """Write a new key file with mode 0600 and return the key.

    Raises:
        KeyFileError: if the file exists already.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise KeyFileError(f"{file} exists already; move it away first") from error
    with file.open("wb") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    return key


def read_key(file: Path) -> bytes:
    """Read a key file.

    Raises:
        KeyFileError: if it is absent, of the wrong size, or readable by anybody but its owner.
    """
    if not file.is_file():
        raise KeyFileError(f"key file {file} is missing; put it back from your escrow copy")
    if file.stat().st_mode & 0o077:
        raise KeyFileError(f"key file {file} is open to other users; run: chmod 600 {file}")
    key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"key file {file} is damaged; put it back from your escrow copy")
    return key


def derive_key(key: bytes, purpose: str) -> bytes:
    """Derive the 32-byte key for one purpose (HKDF-SHA-256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)

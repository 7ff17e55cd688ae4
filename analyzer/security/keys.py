"""The master key of a workspace (32 random bytes in a file with mode 0600), the keys derived from it, key change.

A key change re-encrypts the database with another key. The keys that identify people and events (pseudonyms, audit log,
ledger) must stay the same, so they are stored inside the database from then on.
"""

import json
import os
import secrets
import zlib
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from analyzer.errors import KeyFileError
from analyzer.system import is_private

KEY_BYTES = 32
LASTING = ("anchor", "audit", "ledger", "links", "pseudonyms", "receipts", "terms")
"""Purposes with keys that stay the same when the master key is changed."""
NEXT = ".next"
GROUP = 8


def new_key() -> bytes:
    """Return a new master key: 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def create_key(file: Path) -> bytes:
    """Write a new key file with mode 0600 and return the key.

    Raises:
        KeyFileError: if the file exists already.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = new_key()
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
        KeyFileError: if it is missing, of the wrong size, or readable by other users.
    """
    if not file.is_file():
        raise KeyFileError(f"key file {file} is missing; put it back from your escrow copy")
    if not is_private(file):
        raise KeyFileError(f"key file {file} is open to other users; run: chmod 600 {file}")
    key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"key file {file} is damaged; put it back from your escrow copy")
    return key


def derive_key(key: bytes, purpose: str) -> bytes:
    """Derive the 32-byte key for one purpose (HKDF-SHA-256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


class Keyring:
    """The keys of a workspace by purpose."""

    def __init__(self, master: bytes, stored: str = "") -> None:
        """Set the master key and the stored keys.

        Args:
            master: 32 bytes.
            stored: result of `lasting` before the last key change; empty if the key was never changed.
        """
        self._master = master
        self._stored: Mapping[str, str] = json.loads(stored) if stored else {}

    def key(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose."""
        stored = self._stored.get(purpose)
        return bytes.fromhex(stored) if stored else derive_key(self._master, purpose)

    def earlier(self, purpose: str) -> list[bytes]:
        """Return the earlier keys for a purpose, from before key changes, newest first."""
        found = [self._stored[f"{purpose}.{n}"] for n in range(len(self._stored)) if f"{purpose}.{n}" in self._stored]
        return [bytes.fromhex(one) for one in reversed(found)]

    def kept(self) -> str:
        """Return the keys stored in the database, as JSON; empty if the key was never changed."""
        return json.dumps(self._stored, sort_keys=True) if self._stored else ""

    def lasting(self) -> str:
        """Return the keys that stay the same after a key change, as JSON to be stored inside the database."""
        lasting = {purpose: self.key(purpose).hex() for purpose in LASTING}
        backups = [*reversed(self.earlier("backup")), self.key("backup")]
        return json.dumps(lasting | {f"backup.{n}": key.hex() for n, key in enumerate(backups)}, sort_keys=True)


def key_sheet(key: bytes) -> tuple[str, ...]:
    """Return a key as lines to write down: number, eight hex digits, and a checksum of the line."""
    groups = [key.hex()[place : place + GROUP] for place in range(0, 2 * KEY_BYTES, GROUP)]
    return tuple(f"{number} {group} {_check(number, group)}" for number, group in enumerate(groups, start=1))


def key_from_sheet(lines: str) -> bytes:
    """Return the key from the lines of `key_sheet`.

    Raises:
        KeyFileError: if a line is wrong or missing; the message names the line.
    """
    groups = []
    written = [line.split() for line in lines.splitlines() if line.strip()]
    for number, parts in enumerate(written, start=1):
        group = parts[1].casefold() if len(parts) == 3 else ""
        if len(group) != GROUP or parts[0] != str(number) or parts[2].casefold() != _check(number, group):
            raise KeyFileError(f"line {number} of the sheet is wrong; compare it character by character")
        groups.append(group)
    if len(groups) != 2 * KEY_BYTES // GROUP:
        raise KeyFileError(f"a sheet has {2 * KEY_BYTES // GROUP} lines, not {len(groups)}")
    return bytes.fromhex("".join(groups))


def write_key(file: Path, key: bytes) -> None:
    """Write a key file with mode 0600, atomically; an existing file is replaced.

    Raises:
        KeyFileError: if it cannot be written.
    """
    draft = file.with_name(f".{file.name}.draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(key)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except OSError as error:
        raise KeyFileError(f"{file} cannot be written ({error.strerror})") from error


def _check(number: int, group: str) -> str:
    return f"{zlib.crc32(f'{number} {group}'.encode()) & 0xFFFF:04x}"

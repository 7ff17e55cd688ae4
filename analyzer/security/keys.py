"""The workspace's key: 32 random bytes in a file only its owner can read, the keys derived from it, and its change.

A change gives the database another key. What identifies people and events (pseudonyms, the log, the ledger) must go on
as it was, so those keys are kept inside the database from then on.
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

KEY_BYTES = 32
LASTING = ("anchor", "audit", "ledger", "links", "pseudonyms", "receipts", "terms")
"""Purposes whose keys go on when the key is changed."""
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


class Keyring:
    """The keys of a workspace by what they are for."""

    def __init__(self, master: bytes, kept: str = "") -> None:
        """Derive from a master key.

        Args:
            master: 32 bytes.
            kept: what `lasting` returned before the key was last changed.
        """
        self._master = master
        self._kept: Mapping[str, str] = json.loads(kept) if kept else {}

    def key(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose."""
        kept = self._kept.get(purpose)
        return bytes.fromhex(kept) if kept else derive_key(self._master, purpose)

    def earlier(self, purpose: str) -> list[bytes]:
        """Return the keys for a purpose from before changes, newest first."""
        found = [self._kept[f"{purpose}.{n}"] for n in range(len(self._kept)) if f"{purpose}.{n}" in self._kept]
        return [bytes.fromhex(one) for one in reversed(found)]

    def kept(self) -> str:
        """Return what the database keeps of earlier keys; empty where the key was never changed."""
        return json.dumps(self._kept, sort_keys=True) if self._kept else ""

    def lasting(self) -> str:
        """Return what goes on after a change, to be kept inside the database."""
        kept = {purpose: self.key(purpose).hex() for purpose in LASTING}
        backups = [*reversed(self.earlier("backup")), self.key("backup")]
        return json.dumps(kept | {f"backup.{n}": key.hex() for n, key in enumerate(backups)}, sort_keys=True)


def key_sheet(key: bytes) -> tuple[str, ...]:
    """Return a key as lines to write down: groups of eight digits, each line with a check of its own."""
    groups = [key.hex()[place : place + GROUP] for place in range(0, 2 * KEY_BYTES, GROUP)]
    return tuple(f"{number} {group} {_check(number, group)}" for number, group in enumerate(groups, start=1))


def key_from_sheet(lines: str) -> bytes:
    """Read a key that was written down.

    Raises:
        KeyFileError: saying which line is wrong.
    """
    groups = []
    written = [line.split() for line in lines.splitlines() if line.strip()]
    for number, parts in enumerate(written, start=1):
        group = parts[1].casefold() if len(parts) == 3 else ""
        if len(group) != GROUP or parts[0] != str(number) or parts[2].casefold() != _check(number, group):
            raise KeyFileError(f"line {number} of the sheet is wrong; compare it sign by sign")
        groups.append(group)
    if len(groups) != 2 * KEY_BYTES // GROUP:
        raise KeyFileError(f"a sheet has {2 * KEY_BYTES // GROUP} lines, not {len(groups)}")
    return bytes.fromhex("".join(groups))


def write_key(file: Path, key: bytes) -> None:
    """Write a key file with mode 0600, in place of one that is there.

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

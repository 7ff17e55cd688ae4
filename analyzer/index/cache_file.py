"""An encrypted file that is written and read as a stream, so that its content is never in memory twice.

The content is cut into parts, each encrypted with AES-256-GCM under a nonce of its own and bound to the workspace, its
number and whether it is the last, so that a part that was changed, moved, dropped or appended is refused. Knows nothing
of what the content is.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"FBX2"
NONCE_BYTES = 12
LENGTH_BYTES = 8
DRAFT = ".new"
PART_BYTES = 1 << 24
"""Bytes encrypted at a time; AES-GCM takes at most 2^31 in one call."""
OVERLAP_BYTES = 1 << 12
"""Bytes of a part that are repeated before the next one, so that a search finds what lies across the cut."""


class _SealedPart(NamedTuple):
    content: bytes
    is_last: bool


@dataclass(frozen=True, slots=True)
class CacheFile:
    """The cache file: its path, its key, and the binding that is authenticated with its content."""

    path: Path
    key: bytes
    binding: str

    @contextmanager
    def writing(self) -> Iterator["CacheWriter"]:
        """Write the content; it replaces the previous file when the block ends without an error."""
        for leftover in self.path.parent.glob(f"{self.path.stem}.*{DRAFT}"):
            leftover.unlink(missing_ok=True)  # of a killed process
        draft = self.path.with_suffix(f".{uuid.uuid4().hex}{DRAFT}")
        try:
            with draft.open("wb") as out:
                out.write(MAGIC)
                writer = CacheWriter(self, out)
                yield writer
                writer.finish()
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)

    @contextmanager
    def reading(self) -> Iterator["CacheReader"]:
        """Read the content from its start.

        Raises:
            OSError: if the file is absent.
            ValueError: while reading, if the file is damaged or bound to something else.
        """
        with self.path.open("rb") as source:
            yield CacheReader(_parts(self, source))

    def pieces(self) -> Iterator[bytes]:
        """Yield the decrypted content piece by piece, each with the end of the one before; nothing if it is unsound."""
        tail = b""
        with suppress(OSError, ValueError), self.path.open("rb") as source:
            for part in _parts(self, source):
                yield tail + part.content
                tail = part.content[-OVERLAP_BYTES:]

    def plain(self) -> bytes | None:
        """Return the decrypted content; None if the file is absent, damaged, or bound to something else."""
        try:
            with self.path.open("rb") as source:
                return b"".join(part.content for part in _parts(self, source))
        except (OSError, ValueError):
            return None


class CacheWriter:
    """Encrypts what is written, part by part."""

    def __init__(self, file: CacheFile, out: BinaryIO) -> None:
        """Write to `out`, which has its first bytes already."""
        self._file = file
        self._out = out
        self._cipher = AESGCM(file.key)
        self._waiting = bytearray()
        self._number = 0

    def write(self, content: bytes | memoryview) -> int:
        """Add content; return its number of bytes."""
        view = memoryview(content).cast("B")
        for start in range(0, len(view), PART_BYTES):
            self._waiting += view[start : start + PART_BYTES]
            while len(self._waiting) > PART_BYTES:
                self._seal(PART_BYTES, is_last=False)
        return len(view)

    def end_part(self) -> None:
        """End the current part here, so that it can be read alone."""
        self._seal(len(self._waiting), is_last=False)

    def finish(self) -> None:
        """Write the last part, which may be empty."""
        self._seal(len(self._waiting), is_last=True)

    def _seal(self, size: int, *, is_last: bool) -> None:
        nonce = os.urandom(NONCE_BYTES)
        encrypted = self._cipher.encrypt(
            nonce, bytes(self._waiting[:size]), _label(self._file, self._number, is_last=is_last)
        )
        self._out.write(nonce + len(encrypted).to_bytes(LENGTH_BYTES, "big") + encrypted)
        del self._waiting[:size]
        self._number += 1


class CacheReader:
    """Returns the content in the order in which it was written; each part is authenticated before it is returned."""

    def __init__(self, parts: Iterator[_SealedPart]) -> None:
        """Read from the parts of a file."""
        self._parts = parts
        self._part = b""
        self._position = 0
        self._is_last = False

    def first_part(self) -> bytes:
        """Return the first part; call this before anything else, if at all."""
        part = next(self._parts)
        self._is_last = part.is_last
        return part.content

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes.

        Raises:
            ValueError: if fewer are left, or the file is unsound.
        """
        found = bytearray()
        while len(found) < size:
            if self._position == len(self._part):
                self._advance()
            taken = self._part[self._position : self._position + size - len(found)]
            self._position += len(taken)
            found += taken
        return bytes(found)

    def check_end(self) -> None:
        """Raise ValueError if anything is left; until this was called, a file that was cut off may look whole."""
        while not self._is_last:
            self._advance()
        if self._position != len(self._part):
            raise ValueError("the cache goes on after its end")

    def _advance(self) -> None:
        if self._is_last:
            raise ValueError("the cache ends too early")
        part = next(self._parts)
        self._part, self._position, self._is_last = part.content, 0, part.is_last


def _label(file: CacheFile, number: int, *, is_last: bool) -> bytes:
    return f"{file.binding}|{number}|{int(is_last)}".encode()


def _parts(file: CacheFile, source: BinaryIO) -> Iterator[_SealedPart]:
    size = os.fstat(source.fileno()).st_size
    if source.read(len(MAGIC)) != MAGIC:
        raise ValueError("not a cache of this version")
    cipher, number, is_last = AESGCM(file.key), 0, False
    while not is_last:
        head = source.read(NONCE_BYTES + LENGTH_BYTES)
        length = int.from_bytes(head[NONCE_BYTES:], "big")
        end = source.tell() + length
        if len(head) < NONCE_BYTES + LENGTH_BYTES or end > size:
            raise ValueError("the cache ends too early")
        is_last = end == size
        try:
            content = cipher.decrypt(head[:NONCE_BYTES], source.read(length), _label(file, number, is_last=is_last))
        except (InvalidTag, OverflowError) as error:
            raise ValueError("the cache is damaged or bound to something else") from error
        yield _SealedPart(content, is_last)
        number += 1

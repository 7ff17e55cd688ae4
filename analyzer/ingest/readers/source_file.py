"""Read the bytes of a file, plain or packed in .gz or .zip; decompression bombs are refused while streaming."""

import gzip
import io
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from analyzer.errors import InputFileError
from analyzer.ingest.readers.damage import damage_as

MAX_RATIO = 200
"""Maximum ratio of unpacked to packed bytes; real exports, even mostly empty ones, stay below 100."""
FREE_BYTES = 32 << 20
"""Unpacked bytes that are always allowed, whatever the ratio."""
MAX_MEMBERS = 1_000
MAX_DIRECTORY = 4 << 20
MAX_IN_MEMORY = 64 << 20
_BUFFER = 1 << 18
_END_RECORD = 22


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its path, the suffix of its format, and a function that opens it.

    Attributes:
        held: number of bytes of a source that is in memory and no file; its path is a name then.
    """

    path: Path
    suffix: str
    opener: Callable[[], BinaryIO] = field(repr=False)
    is_packed: bool = False
    member: str = ""
    held: int | None = None

    @property
    def name(self) -> str:
        """The file's name for messages; for one of several members of an archive "archive.zip/member.csv"."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @property
    def size(self) -> int:
        """Number of its bytes, packed ones if it is packed."""
        return self.path.stat().st_size if self.held is None else self.held

    def open(self) -> BinaryIO:
        """Open a fresh stream of the unpacked bytes."""
        return self.opener()

    def seekable(self) -> BinaryIO:
        """Open for random access; a packed file is read into memory.

        Raises:
            InputFileError: when a packed file is over 64 MiB unpacked.
        """
        if not self.is_packed:
            return self.open()
        with self.open() as stream:
            data = stream.read(MAX_IN_MEMORY + 1)
        if len(data) > MAX_IN_MEMORY:
            raise InputFileError(f"{self.name}: too big to read packed; unpack it first")
        return io.BytesIO(data)


def open_source(path: Path) -> Source:
    """Return the source of a path; "archive.zip/folder/file.csv" is a member of an archive.

    Raises:
        InputFileError: when there is no such file, or a .zip does not hold exactly one file and none is named.
    """
    archive, member = split_member(path)
    try:
        if archive.stat().st_size == 0:
            raise InputFileError(f"{path.name}: the file is empty; export it again")
    except OSError as error:
        raise InputFileError(f"{path}: cannot be opened ({error.strerror}); check the path") from error
    if member:
        return _member_source(archive, member)
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return Source(path, Path(path.stem).suffix.lower(), lambda: _gz(path), is_packed=True)
    if suffix == ".zip":
        members = list_members(path)
        if len(members) != 1:
            raise InputFileError(
                f"{path.name}: holds {len(members)} files; pack exactly one, unpack it, or name one as {path.name}/FILE"
            )
        return replace(_member_source(path, members[0]), member="")
    return Source(path, suffix, lambda: _plain(path))


def split_member(path: Path) -> tuple[Path, str]:
    """Return the archive and the member of a path inside a .zip; the path itself and "" for any other."""
    if not path.exists():
        for parent in path.parents:
            if parent.suffix.lower() == ".zip" and parent.is_file():
                return parent, path.relative_to(parent).as_posix()
    return path, ""


def list_members(path: Path) -> tuple[str, ...]:
    """List the files of a .zip by name, without those that systems and packers add.

    Raises:
        InputFileError: when it cannot be read or holds more than 1,000 files.
    """
    return tuple(sorted(member.filename for member in _directory(path)))


def check_directory(name: str, stream: BinaryIO) -> None:
    """Check that a zip directory is not too big, before it is loaded.

    Raises:
        InputFileError: when there are more than 1,000 members or the directory is over 4 MiB.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_535 - _END_RECORD))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_RECORD:
        raise InputFileError(f"{name}: not a whole zip file; copy or export it again")
    members = int.from_bytes(tail[at + 10 : at + 12], "little")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    if members > MAX_MEMBERS or directory > MAX_DIRECTORY:
        raise InputFileError(f"{name}: holds more than {MAX_MEMBERS:,} files; pack one file only")


class _BoundedStream(io.RawIOBase):
    """A stream of unpacked bytes that stops at a decompression bomb and translates unpacking errors."""

    def __init__(self, stream: IO[bytes], packed: int, name: str, owner: zipfile.ZipFile | None = None) -> None:
        self._stream = stream
        self._owner = owner
        self._name = name
        self._limit = max(FREE_BYTES, packed * MAX_RATIO)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with damage_as(self._name, "cannot be unpacked; copy it again or unpack it first"):
            data = self._stream.read(min(len(buffer), _BUFFER))
        self._count += len(data)
        if self._count > self._limit:
            raise InputFileError(f"{self._name}: unpacks to over {MAX_RATIO} times its size; unpack and check it first")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._owner is not None:
                self._owner.close()
        super().close()


def _plain(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputFileError(f"{path}: cannot be opened ({error.strerror}); check the path") from error


def _gz(path: Path) -> BinaryIO:
    stream = cast("IO[bytes]", gzip.open(path, "rb"))  # noqa: SIM115 - _BoundedStream closes it
    return io.BufferedReader(_BoundedStream(stream, path.stat().st_size, path.name), _BUFFER)


def _zip(path: Path, member: zipfile.ZipInfo) -> BinaryIO:
    with damage_as(path.name, "cannot be unpacked; unpack it first"), ExitStack() as opened:
        archive = opened.enter_context(zipfile.ZipFile(path))
        stream = archive.open(member)
        opened.pop_all()
    return io.BufferedReader(_BoundedStream(stream, member.compress_size, path.name, archive), _BUFFER)


def _member_source(path: Path, name: str) -> Source:
    member = next((m for m in _directory(path) if m.filename == name), None)
    if member is None:
        raise InputFileError(f"{path.name}: holds no file {name!r}; its files are {', '.join(list_members(path)[:20])}")
    if member.flag_bits & 1:
        raise InputFileError(f"{path.name}: is protected by a password; unpack it first")
    if member.file_size > max(FREE_BYTES, member.compress_size * MAX_RATIO):
        raise InputFileError(f"{path.name}: unpacks to over {MAX_RATIO} times its size; unpack and check it first")
    suffix = PurePosixPath(name).suffix.lower()
    return Source(path, suffix, lambda: _zip(path, member), is_packed=True, member=name)


def _directory(path: Path) -> list[zipfile.ZipInfo]:
    with _plain(path) as stream:
        check_directory(path.name, stream)
        reason = "not a readable zip file; copy or export it again"
        with damage_as(path.name, reason), zipfile.ZipFile(stream) as archive:
            return [m for m in archive.infolist() if _is_content(m)]


def _is_content(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return not member.is_dir() and "__MACOSX" not in parts and not parts[-1].startswith(".")

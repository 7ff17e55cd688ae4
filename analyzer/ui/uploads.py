"""An uploaded file on its way to the importer: in a private folder, until the session no longer shows it.

The server keeps temporary files in memory (analyzer.ui.web.server), so that raw comments reach no disk.
"""

import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from analyzer.ingest.types import FilePreview


class StoredUpload:
    """An upload as a file in a folder that only this user can read, with what was read of it."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        """Write it under its own name."""
        self._folder = Path(tempfile.mkdtemp(prefix="analyzer-upload-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self._folder, True)  # at the latest when the process ends
        self._previews: dict[tuple[tuple[tuple[str, str], ...], tuple[str, ...]], FilePreview] = {}
        self._lock = threading.Lock()
        self._readers = 0
        self._is_closed = False
        own_name = PurePath(name).name
        self._file = self._folder / (own_name if own_name.strip(".") else "upload")
        try:
            stream.seek(0)
            with self._file.open("wb") as out:
                shutil.copyfileobj(stream, out)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Path]:
        """Return the file; it stays for as long as the block takes, even if it is closed meanwhile."""
        with self._lock:
            self._readers += 1
        try:
            yield self._file
        finally:
            with self._lock:
                self._readers -= 1
            if self._is_closed:
                self.close()

    def preview(
        self, mapping: Mapping[str, str], drop: Sequence[str], make: Callable[[Path], FilePreview]
    ) -> FilePreview:
        """Return what `make` says of the file under a mapping; it is asked once for each."""
        key = (tuple(sorted(mapping.items())), tuple(drop))
        if key not in self._previews:
            with self.reading() as file:
                self._previews[key] = make(file)
        return self._previews[key]

    def close(self) -> None:
        """Remove it, as soon as nobody reads it."""
        with self._lock:
            self._is_closed = True
            if not self._readers:
                self._remove()


class UploadSlot:
    """The one upload that a session shows; another one, or none, takes its place."""

    def __init__(self) -> None:
        """Start empty."""
        self._id = ""
        self._stored: StoredUpload | None = None

    def take(self, file_id: str, name: str, stream: BinaryIO) -> StoredUpload:
        """Return the upload of an id, written when it is new."""
        if self._stored is None or self._id != file_id:
            self.clear()
            self._stored, self._id = StoredUpload(name, stream), file_id
        return self._stored

    def clear(self) -> None:
        """Remove the upload, if there is one."""
        stored, self._stored = self._stored, None
        if stored:
            stored.close()


@contextmanager
def stored_upload(name: str, stream: BinaryIO) -> Iterator[Path]:
    """Write an upload that is read once, and remove it afterwards."""
    stored = StoredUpload(name, stream)
    try:
        with stored.reading() as file:
            yield file
    finally:
        stored.close()

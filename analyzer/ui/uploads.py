"""Store an uploaded file in a private folder for the importer, until the session no longer shows it.

The server keeps temporary files in memory (analyzer.ui.web.server), so that raw comments are not written to disk.
"""

import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from analyzer.ingest.import_choices import AS_FOUND, ImportOptions
from analyzer.ingest.types import FilePreview


@dataclass(frozen=True, slots=True)
class ReadingChange:
    """A change of how a column is read: the option of the command line, the heading, and the value."""

    option: str
    column: str
    value: str

    @property
    def text(self) -> str:
        """The value of the option, as on the command line."""
        return f"{self.column}={self.value}"


class StoredUpload:
    """An upload as a file in a folder that only this system user can read, with the previews made from it.

    Attributes:
        changes: what was changed about how its columns are read.
    """

    def __init__(self, name: str, stream: BinaryIO) -> None:
        """Write the upload under its own name, without any folder in the name."""
        self._folder = Path(tempfile.mkdtemp(prefix="analyzer-upload-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self._folder, True)  # at process exit at the latest
        self.changes: list[ReadingChange] = []
        self._previews: dict[str, FilePreview] = {}
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
        """Yield the file; it exists until the end of the block, even if `close` is called meanwhile."""
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
        self,
        mapping: Mapping[str, str],
        drop: Sequence[str],
        options: ImportOptions | None,
        make: Callable[[Path, Mapping[str, str], Sequence[str], ImportOptions], FilePreview],
    ) -> FilePreview:
        """Return the preview that `make` returns for the file; `make` is called once for each choice."""
        chosen = options or AS_FOUND
        key = repr((sorted(mapping.items()), list(drop), chosen))
        if key not in self._previews:
            with self.reading() as file:
                self._previews[key] = make(file, mapping, drop, chosen)
        return self._previews[key]

    def close(self) -> None:
        """Remove the file as soon as no `reading` block uses it."""
        with self._lock:
            self._is_closed = True
            if not self._readers:
                self._remove()


class UploadSlot:
    """The one upload of a session; a new upload replaces it."""

    def __init__(self) -> None:
        """Start without an upload."""
        self._id = ""
        self._stored: StoredUpload | None = None

    def take(self, file_id: str, name: str, stream: BinaryIO) -> StoredUpload:
        """Return the upload with this id; a new id replaces the previous upload."""
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
    """Yield an upload as a file, and remove the file at the end of the block."""
    stored = StoredUpload(name, stream)
    try:
        with stored.reading() as file:
            yield file
    finally:
        stored.close()

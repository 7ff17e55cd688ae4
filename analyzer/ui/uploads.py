"""An uploaded file on its way to the importer: in a private folder, for as long as the import takes.

The server keeps temporary files in memory (analyzer.ui.web.server), so that raw comments reach no disk.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO


@contextmanager
def stored_upload(name: str, stream: BinaryIO) -> Iterator[Path]:
    """Write an upload under its own name into a folder only this user can read, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="analyzer-upload-"))
    try:
        own_name = PurePath(name).name
        file = folder / (own_name if own_name.strip(".") else "upload")
        stream.seek(0)
        with file.open("wb") as out:
            shutil.copyfileobj(stream, out)
        yield file
    finally:
        shutil.rmtree(folder, ignore_errors=True)

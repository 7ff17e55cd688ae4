"""An uploaded file on its way to the importer: in a private folder, for as long as the import takes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

MEMORY = Path("/dev/shm")  # noqa: S108


@contextmanager
def stored_upload(name: str, stream: BinaryIO) -> Iterator[Path]:
    """Write an upload under its own name into a folder only this user can read, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="analyzer-upload-", dir=memory_folder()))
    try:
        own_name = PurePath(name).name
        file = folder / (own_name if own_name.strip(".") else "upload")
        stream.seek(0)
        with file.open("wb") as out:
            shutil.copyfileobj(stream, out)
        yield file
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory_folder() -> str | None:
    """Return a folder that lives in memory, so that a raw upload never reaches a disk; None where there is none."""
    return str(MEMORY) if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None

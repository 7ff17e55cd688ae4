"""Write output files atomically, with mode 0600: a draft beside the file, which is put in its place when all is said.

Only `analyzer.security.files_service` may use it for what a workspace contains, so that every file is allowed and on
record; a contract of the architecture holds others off.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import UsageError
from analyzer.store.output_files import check_free


@dataclass(frozen=True, slots=True)
class FileDraft:
    """A file that is written and not yet under its name.

    Attributes:
        path: where it goes; draft: where it is; pieces: number of pieces written; sha256: of the whole.
    """

    path: Path
    draft: Path
    pieces: int
    sha256: str

    def publish(self) -> None:
        """Put the file in its place.

        Raises:
            UsageError: if that is not possible; nothing is left of it then.
        """
        try:
            self.draft.replace(self.path)
        except OSError as error:
            self.discard()
            raise UsageError(f"{self.path} cannot be written ({error.strerror}); choose another place") from error

    def discard(self) -> None:
        """Delete the draft, if it is still there."""
        self.draft.unlink(missing_ok=True)


def write_draft(path: Path, pieces: Iterable[bytes], may_replace: bool = False) -> FileDraft:
    """Write a file beside its place.

    Raises:
        UsageError: if the file exists already and may not be replaced, or cannot be written.
    """
    check_free(path, may_replace)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    digest, count = hashlib.sha256(), 0
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}); choose another place") from error
    try:
        with os.fdopen(descriptor, "wb") as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                count += 1
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return FileDraft(path, draft, count, digest.hexdigest())


def write_whole(path: Path, content: bytes, may_replace: bool = False) -> str:
    """Write a file atomically and return its SHA-256.

    Raises:
        UsageError: if the file exists already and may not be replaced, or cannot be written.
    """
    written = write_draft(path, [content], may_replace)
    written.publish()
    return written.sha256

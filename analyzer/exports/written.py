"""Write a file whole or not at all, readable by its owner alone."""

import hashlib
import os
import uuid
from pathlib import Path

from analyzer.errors import UsageError


def write_whole(path: Path, content: bytes, may_replace: bool = False) -> str:
    """Write a file and return its SHA-256.

    Raises:
        UsageError: if there is a file already, unless it may be replaced.
    """
    if path.exists() and not may_replace:
        raise UsageError(f"{path} is there already; choose another name (an export can replace it: --replace)")
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return hashlib.sha256(content).hexdigest()

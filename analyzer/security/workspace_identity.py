"""The identity of a workspace: `workspace.json` with its id, which names its key, anchor and ledger.

The file is written last when a workspace is made, so that a folder with it is a whole workspace. Until then a draft
marks the folder: what lies beside a draft is without content, and `init` starts again. The folder may come from
elsewhere, so that nothing in the file is believed but an id of 32 hex digits.
"""

import json
import os
import re
import stat
from pathlib import Path

from analyzer.errors import WorkspaceError
from analyzer.store.file_drafts import write_whole
from analyzer.store.schema import VERSION
from analyzer.system import flush, open_without_waiting

IDENTITY = "workspace.json"
DRAFT = "workspace.json.new"
ID = re.compile(r"[0-9a-f]{32}")
MOST_BYTES = 4096


def identity(path: Path) -> str:
    """Return the id of the workspace in a folder: 32 hex digits.

    Raises:
        WorkspaceError: if the folder is not a workspace, or its identity is not one that this program wrote.
    """
    try:
        found = json.loads(_content(path / IDENTITY))
    except FileNotFoundError as error:
        raise WorkspaceError(f"{path} is not a workspace; make one with: analyzer init --workspace {path}") from error
    except (ValueError, OSError, RecursionError) as error:
        raise WorkspaceError(f"{path / IDENTITY} cannot be read; restore a backup") from error
    workspace_id = found.get("id") if isinstance(found, dict) else None
    if not isinstance(workspace_id, str) or not ID.fullmatch(workspace_id):
        raise WorkspaceError(f"{path / IDENTITY} cannot be read: it holds no id of a workspace; restore a backup")
    return workspace_id


def write_identity(path: Path, workspace_id: str) -> None:
    """Write the identity of a folder whose database is in place, atomically."""
    write_whole(path / DRAFT, _identity_content(workspace_id), may_replace=True)
    (path / DRAFT).replace(path / IDENTITY)
    flush(path)


def begin_identity(path: Path, database: str, workspace_id: str) -> None:
    """Mark a folder as one in which a workspace is being made; delete what an interrupted `init` left.

    Args:
        path: the folder, which exists.
        database: name of the database in it.
        workspace_id: id of the new workspace.

    Raises:
        WorkspaceError: if the folder holds a workspace, or a database that no interrupted `init` left.
    """
    if (path / IDENTITY).exists():
        raise WorkspaceError(f"{path} is a workspace already; choose another folder with --workspace")
    left = sorted(path.glob(f"{database}*"))
    if left and not (path / DRAFT).exists():
        raise WorkspaceError(
            f"{path} has {left[0].name} but no {IDENTITY}; put that file back or restore a backup, or choose another "
            "folder with --workspace"
        )
    for file in left:
        file.unlink()
    write_whole(path / DRAFT, _identity_content(workspace_id), may_replace=True)


def _content(file: Path) -> str:
    """Return the content of a small regular file; opening it never waits, as opening a pipe would."""
    handle = open_without_waiting(file)
    with os.fdopen(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("not a regular file")
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError("too long")
    return content.decode()


def _identity_content(workspace_id: str) -> bytes:
    return json.dumps({"id": workspace_id, "version": VERSION}).encode()

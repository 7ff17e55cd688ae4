"""Folder, keys, database, audit log and erasure ledger of a workspace, before anybody is authorized.

Knows nothing of questions or themes. An interrupted change of the key or restore is finished here first.
"""

import json
from pathlib import Path

from analyzer.config import Settings
from analyzer.errors import WorkspaceError
from analyzer.security.audit import AuditLog
from analyzer.security.audit_anchor import Anchor
from analyzer.security.keys import NEXT, Keyring, derive_key, read_key
from analyzer.security.suppression import Ledger
from analyzer.store.database import Database
from analyzer.store.schema import UPGRADES, VERSION
from analyzer.store.workspace_lock import WorkspaceLock

IDENTITY = "workspace.json"


DATABASE = "feedback.db"


KEYS = "keys"
"""Entry of the database's meta table with the keys that go on after a change."""


class WorkspaceStore:
    """Keys, database, audit log and erasure ledger of an open workspace; reads and writes everything."""

    def __init__(self, settings: Settings, actor: str) -> None:
        """Open it.

        Raises:
            WorkspaceError: if there is none, it does not open, or it is being replaced.
            KeyFileError: if its key is missing or not safely kept.
            AuditError: if it is older than its log says, or the clock is behind the log.
        """
        self.path = settings.workspace
        self.id = identity(self.path)
        self.key_file = key_file(settings, self.id)
        self.lock = WorkspaceLock(self.path)
        try:
            finish_key_change(self.path, self.key_file)
            self.master = read_key(self.key_file)
            self.store_key = derive_key(self.master, "store")
            self.database = Database(self.path / DATABASE, self.store_key)
            self.keys = Keyring(self.master, self.database.meta(KEYS))
            self.audit = audit_log(settings, self.id, self.keys)
            self.ledger = ledger(settings, self.id, self.keys)
            self.database.settle = self.audit.settle
            self._upgrade(actor)
            with self.database.watched():
                self.audit.check_head(self.database.connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the database and let others have the workspace."""
        if database := getattr(self, "database", None):
            database.close()
        self.lock.close()

    def _upgrade(self, actor: str) -> None:
        """Bring a workspace of an older version to this one; what is in it stays."""
        while (found := self.database.meta("schema")) in UPGRADES:
            with self.database.transaction() as connection:
                for statement in UPGRADES[found]:
                    connection.execute(statement)
                after = str(int(found) + 1)
                connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (after,))
                self.audit.append(connection, actor, "workspace.upgrade", {"to": after})
        if found != VERSION:
            raise WorkspaceError(f"{self.path} was made by another version of this program; export it there")


def finish_key_change(path: Path, file: Path) -> None:
    """Finish a change of the key that was interrupted: the database tells whether it has the new one."""
    new = file.with_name(file.name + NEXT)
    if not new.exists():
        return
    database = Database(path / DATABASE, derive_key(read_key(new), "store"))
    try:
        database.meta("schema")
        new.replace(file)
    except WorkspaceError:  # it still has the old one
        new.unlink()
    finally:
        database.close()
    (path / f"{DATABASE}{NEXT}").unlink(missing_ok=True)


def identity(path: Path) -> str:
    """Return the id of the workspace in a folder.

    Raises:
        WorkspaceError: if there is none.
    """
    try:
        return str(json.loads((path / IDENTITY).read_text(encoding="utf-8"))["id"])
    except FileNotFoundError as error:
        raise WorkspaceError(f"{path} is not a workspace; make one with: analyzer init --workspace {path}") from error
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise WorkspaceError(f"{path / IDENTITY} cannot be read; restore a backup") from error


def key_file(settings: Settings, workspace_id: str) -> Path:
    """Return where a workspace's key lies."""
    return settings.keys_dir / f"{workspace_id}.key"


def audit_log(settings: Settings, workspace_id: str, keys: Keyring) -> AuditLog:
    """Return a workspace's log, with the anchor outside of it."""
    return AuditLog(keys.key("audit"), Anchor(settings.anchors / f"{workspace_id}.anchor", keys.key("anchor")))


def ledger(settings: Settings, workspace_id: str, keys: Keyring) -> Ledger:
    """Return a workspace's ledger of erasures."""
    return Ledger(settings.anchors / f"{workspace_id}.erased", keys.key("ledger"))

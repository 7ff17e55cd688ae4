"""Open the keys, database, audit log and erasure ledger of a workspace, before authorization.

Finishes an interrupted key change and applies pending migrations. Knows nothing of questions or themes.
"""

from collections.abc import Mapping
from pathlib import Path

from analyzer.config import Settings
from analyzer.errors import AuditError, BackupError, WorkspaceError
from analyzer.security import backup_archive
from analyzer.security.audit_anchor import Anchor
from analyzer.security.audit_log import CONFIRM, AuditLog
from analyzer.security.clock import now, stamp
from analyzer.security.keys import NEXT, Keyring, derive_key, read_key
from analyzer.security.suppression import Ledger
from analyzer.security.workspace_identity import IDENTITY, identity
from analyzer.store.database import Connection, Database, remove_log
from analyzer.store.migrations import MIGRATIONS, Migration
from analyzer.store.workspace_lock import WorkspaceLock

__all__ = ["IDENTITY", "identity"]

DATABASE = "feedback.db"


KEYS = "keys"
"""Entry of the database's meta table with the keys that stay the same after a key change."""


ANCHORED = 5
"""Oldest schema with an anchor of the audit log outside the workspace."""


class WorkspaceStore:
    """Keys, unrestricted database, audit log and erasure ledger of an open workspace.

    Attributes:
        notices: what was noticed and repaired when it was opened, in words.
        is_anchor_missing: whether it was opened to be anchored again and has no anchor yet.
    """

    def __init__(self, settings: Settings, actor: str, is_reanchoring: bool = False) -> None:
        """Open a workspace.

        Args:
            settings: they name the workspace.
            actor: the account that opens it.
            is_reanchoring: open it although its clock is behind or its anchor is missing, to anchor it again.

        Raises:
            WorkspaceError: if there is no workspace, it does not open, it is being replaced, or it has an older schema
                and is open in another process or cannot be backed up.
            KeyFileError: if its key file is missing, damaged, or readable by other users.
            AuditError: if the log lacks events of its anchor, a line of anchor or ledger was changed, the anchor is
                missing, or the clock is behind the log.
        """
        self.notices: tuple[str, ...] = ()
        self.is_anchor_missing = False
        self._settings, self.path = settings, settings.workspace
        self.id = identity(self.path)
        self.key_file = key_file(settings, self.id)
        self.lock = WorkspaceLock(self.path, keeps_entry=True)
        try:
            finish_key_change(self.path, self.key_file)
            self.master = read_key(self.key_file)
            self.store_key = derive_key(self.master, "store")
            self.database = Database(self.path / DATABASE, self.store_key)
            self.keys = Keyring(self.master, self.database.meta(KEYS))
            self.audit = audit_log(settings, self.id, self.keys)
            self.ledger = ledger(settings, self.id, self.keys)
            self.database.on_commit = self.audit.note_head
            self._pending()  # refuse an unknown schema before anything is read from it
            if self._has_anchor():  # before a migration adds events to log and anchor
                self._check_anchor(is_reanchoring)
            self._migrate(settings.backups, actor)
            self._repair(actor)
            self.lock.let_in()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the database and release the lock of the workspace."""
        if database := getattr(self, "database", None):
            database.close()
        self.lock.close()

    def start_anchor(self) -> None:
        """Start the anchor of a workspace that was moved without it, with the newest event of the log."""
        anchored = audit_log(self._settings, self.id, self.keys)
        with self.database.translate_errors():
            anchored.begin_anchor(self.database.connection)
        self.is_anchor_missing = False

    def _check_anchor(self, is_reanchoring: bool) -> None:
        """Compare log and anchor; a log that is to be anchored again is verified by itself where the anchor is missing.

        Until `start_anchor` is called it has none: an account that may not anchor it leaves none behind.
        """
        connection = self.database.connection
        with self.database.translate_errors():
            if not is_reanchoring or not self.audit.anchor or self.audit.anchor.is_there:
                found = self.audit.check_head(connection, accepts_clock=is_reanchoring)
                self.notices += (found,) if found else ()
                return
            self.is_anchor_missing, self.audit = True, AuditLog(self.audit.key)
            self.database.on_commit = self.audit.note_head
            verified = self.audit.verify(connection)
            if not verified.ok:
                raise AuditError(f"the audit log is not sound ({verified.reason}); restore a backup")

    def _repair(self, actor: str) -> None:
        """Repair a damaged end of the ledger, and put on record what was repaired in anchor and ledger."""
        with self.database.translate_errors():
            found = self.ledger.repair(self.database.connection)
            self.notices += (found,) if found else ()
        if self.notices:
            with self.database.transaction() as connection:
                self.audit.append(connection, actor, "anchor.repair", {"found": list(self.notices)})
        with self.database.translate_errors():
            doubt = self.audit.time(self.database.connection).doubt(now())
        self.notices += (f"{doubt}; set it right, or {CONFIRM}",) if doubt else ()

    def _has_anchor(self) -> bool:
        """Return whether workspaces of this schema have an anchor outside the workspace."""
        return int(self.database.meta("schema")) >= ANCHORED

    def _migrate(self, backups: Path, actor: str) -> None:
        """Back up a workspace with pending migrations and apply them: all steps, or none."""
        if not self._pending():
            return
        try:
            self.lock.acquire_exclusive()
        except WorkspaceError as error:
            raise WorkspaceError(f"{self.path} must be upgraded to schema {MIGRATIONS.version}, but {error}") from error
        if self._pending():
            name = self._back_up(backups)
            if not self._has_anchor():
                with self.database.translate_errors():
                    self.audit.begin_anchor(self.database.connection)
            with self.database.transaction() as connection:
                migrate(connection, self.audit, actor, {"backup": name})
        self.lock.share()

    def _pending(self) -> tuple[Migration, ...]:
        connection = self.database.connection
        with self.database.translate_errors():
            try:
                return MIGRATIONS.pending(connection)
            except WorkspaceError as error:
                raise WorkspaceError(f"{self.path} is not opened: {error}") from error

    def _back_up(self, backups: Path) -> str:
        """Back up the database before a migration, and verify the backup; return its name.

        A backup of the same content from an interrupted migration is used again.
        """
        key, schema = self.keys.key("backup"), self.database.meta("schema")
        head = self.database.rows("SELECT mac FROM audit ORDER BY seq DESC LIMIT 1")[0][0]
        folder = backups / f"{self.path.name}-schema-{schema}-{bytes(head).hex()[:12]}"
        try:
            if not folder.exists():
                backup_archive.make_backup(self.database, folder, key, stamp(now()))
            problems = backup_archive.backup_problems(folder, key, self.audit)
            if not problems and backup_archive.read_manifest(folder, key).content != backup_archive.content_hash(
                self.database
            ):
                problems = ["its content differs from the workspace"]
        except BackupError as error:
            problems = [str(error).partition(";")[0]]
        if problems:
            raise WorkspaceError(
                f"{self.path} has schema {schema} and is not upgraded without a backup; move {folder} away, or set "
                f"backups_dir to another disk: {problems[0]}"
            )
        return folder.name


def migrate(connection: Connection, audit: AuditLog, actor: str, detail: Mapping[str, str]) -> None:
    """Apply pending migrations inside the caller's transaction, and record them in the audit log.

    Args:
        connection: in a transaction.
        audit: audit log of the database.
        actor: the account that opens it.
        detail: further fields of the event; a "backup" is also recorded as created.
    """
    steps = MIGRATIONS.apply(connection, stamp(now()))
    if not steps:
        return
    if name := detail.get("backup"):
        audit.append(connection, actor, "backup.create", {"name": name})
    names = [step.name for step in steps]
    audit.append(connection, actor, "workspace.upgrade", {"to": steps[-1].version, "steps": names, **detail})


def finish_key_change(path: Path, file: Path) -> None:
    """Finish an interrupted key change: keep the new key if it opens the database, else delete it.

    A database that an interrupted restore left is deleted: what is erased now would stay in it. The caller holds the
    lock of the workspace, so that no key change and no restore is under way.
    """
    new, staged = file.with_name(file.name + NEXT), path / f"{DATABASE}{NEXT}"
    if not new.exists():
        staged.unlink(missing_ok=True)
        remove_log(staged)
        return
    database = Database(path / DATABASE, derive_key(read_key(new), "store"))
    try:
        database.meta("schema")
        new.replace(file)
    except WorkspaceError:  # the database still has the old key
        new.unlink()
    finally:
        database.close()
    (path / f"{DATABASE}{NEXT}").unlink(missing_ok=True)


def key_file(settings: Settings, workspace_id: str) -> Path:
    """Return the path of a workspace's key file."""
    return settings.keys_dir / f"{workspace_id}.key"


def audit_log(settings: Settings, workspace_id: str, keys: Keyring) -> AuditLog:
    """Return a workspace's audit log with its anchor outside the workspace."""
    return AuditLog(keys.key("audit"), Anchor(settings.anchors / f"{workspace_id}.anchor", keys.key("anchor")))


def ledger(settings: Settings, workspace_id: str, keys: Keyring) -> Ledger:
    """Return a workspace's ledger of erasures, which is outside the workspace."""
    return Ledger(settings.anchors / f"{workspace_id}.erased", keys.key("ledger"))

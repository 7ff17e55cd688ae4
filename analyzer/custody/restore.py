"""Restore a workspace from a backup, after the whole backup was verified; decisions made since then stay in force."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from analyzer.config import Settings
from analyzer.custody import restored_decisions
from analyzer.custody.deletion import reapply_erasures
from analyzer.custody.types import Backup
from analyzer.errors import AccessError, BackupError, WorkspaceError
from analyzer.security import backup_archive
from analyzer.security.audit_log import RESTORE, AuditLog
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.keys import NEXT, Keyring, derive_key, key_from_sheet, read_key, write_key
from analyzer.security.permissions import Permission
from analyzer.security.suppression import Ledger
from analyzer.security.workspace_identity import IDENTITY, identity, write_identity
from analyzer.security.workspace_store import (
    DATABASE,
    KEYS,
    audit_log,
    finish_key_change,
    key_file,
    ledger,
    migrate,
)
from analyzer.store.database import Database, remove_log
from analyzer.store.schema import VERSION
from analyzer.store.workspace_lock import WorkspaceLock

KEPT = (
    "accounts, grants, passphrases, retention rules, denied terms, incidents and the log are those of the replaced "
    "workspace, up to its event {}"
)
FROM_BACKUP = "accounts, grants, retention rules and the log are those of the backup, up to its event {}"
LOST = (
    "decisions since then are unknown{}, so that the access of {} lapsed; an administrator confirms it with: analyzer "
    "user review --sign --keep NAME (and looks at incidents and retention rules)"
)

DUE_AGAIN = "comments that had lapsed since are back until the retention rules are applied: analyzer retention run"

EmbedWith: TypeAlias = Callable[[str, Sequence[str]], list[bytes]]
"""Called with (name of the embedding model, texts); returns a vector of float16 for each text."""


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """A restore.

    Attributes:
        folder: folder of the backup.
        actor: account name.
        embed: embeds texts in which a term is masked; called with (name of the model, texts).
        old_key: key file at the time of the backup, if the key was changed since and the workspace is lost.
    """

    folder: Path
    actor: str
    embed: EmbedWith
    old_key: Path | None = None


def restore(settings: Settings, request: RestoreRequest) -> Backup:
    """Restore a backup over a workspace or into a new folder.

    An existing workspace is backed up first, and its decisions stay in force: who may restore, who has access, what
    was erased or denied, how long comments are kept, whether an incident is open; so does its audit log. If
    interrupted, either the old or the restored workspace is in place.

    Raises:
        BackupError: if the backup does not verify, or is of another workspace.
        KeyFileError: if the key is missing.
        AccessError: if the account lacks the permission, by the grants of the existing workspace.
        WorkspaceError: if the workspace is open elsewhere, or has an older schema.
    """
    started = time.monotonic()
    workspace_id = backup_archive.read_workspace_id(request.folder)
    if (settings.workspace / IDENTITY).exists() and identity(settings.workspace) != workspace_id:
        raise BackupError(
            f"{request.folder} is of another workspace than {settings.workspace}; choose a folder with --workspace"
        )
    settings.workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = WorkspaceLock(settings.workspace)
    try:
        lock.acquire_exclusive()
        return _restore(settings, request, workspace_id, started)
    finally:
        lock.close()


def enter_key(settings: Settings, workspace_id: str, sheet: str) -> Path:
    """Write a key file from a key sheet; return its path.

    Raises:
        KeyFileError: if a line of the sheet is wrong.
        WorkspaceError: if the key file exists.
    """
    file = key_file(settings, workspace_id)
    key = key_from_sheet(sheet)
    if file.exists():
        raise WorkspaceError(f"{file} is there already; move it away first")
    write_key(file, key)
    return file


def _restore(settings: Settings, request: RestoreRequest, workspace_id: str, started: float) -> Backup:
    path, folder = settings.workspace, request.folder
    file = key_file(settings, workspace_id)
    if (path / DATABASE).exists():
        finish_key_change(path, file)
    master = read_key(file)
    staged = path / f"{DATABASE}{NEXT}"
    with _existing_database(path, master) as existing:
        live = Keyring(master, existing.meta(KEYS)) if existing else None
        key, earlier_keys = _key_for(folder, master, live, request.old_key)
        keys = Keyring(master, earlier_keys)
        if problems := backup_archive.backup_problems(folder, key, AuditLog(keys.key("audit"))):
            raise BackupError(f"{folder} is not restored: {problems[0]}")
        manifest = backup_archive.read_manifest(folder, key)
        if int(manifest.schema) > int(VERSION):
            raise BackupError(
                f"{folder} is of schema {manifest.schema}, newer than {VERSION}; use a newer version of the program"
            )
        log = audit_log(settings, workspace_id, keys)
        _delete_staged(staged)
        database = backup_archive.unpack_backup(folder, key, staged, derive_key(master, "store"))
        try:
            prepared = _Preparation(settings, request, keys, log, manifest, live).prepare(database, existing)
        except BaseException as error:
            _delete_staged(staged)
            if isinstance(error, AccessError):
                _record_refusal(existing, log, request.actor)
            raise
        _leave(existing)
    remove_log(path / DATABASE)  # of a missing or damaged database: SQLite would apply it to the restored one
    staged.replace(path / DATABASE)
    write_identity(path, workspace_id)
    if log.anchor:
        if prepared.is_branch:
            log.anchor.append(*prepared.since, is_restored=True)
        log.anchor.append(*prepared.newest)
    return Backup(
        True, str(folder), manifest.made, manifest.records, manifest.events, manifest.content,
        seconds=round(time.monotonic() - started, 2), notes=prepared.notes,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A restored database that is ready: the event its log continues, its newest one, and notes for the user.

    is_branch: whether the anchor must be told that the history continues from an earlier event.
    """

    since: tuple[int, bytes]
    newest: tuple[int, bytes]
    is_branch: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Preparation:
    """Prepares a restored database before it is put in place; the anchor is written after that."""

    settings: Settings
    request: RestoreRequest
    keys: Keyring
    log: AuditLog
    manifest: backup_archive.Manifest
    live: Keyring | None

    def prepare(self, database: Database, existing: Database | None) -> _Prepared:
        """Migrate a restored database, take over the decisions since then and apply erasures; close it.

        The existing workspace is backed up as soon as it is clear that the account may restore.
        """
        actor, log = self.request.actor, AuditLog(self.log.key)
        opened = existing
        try:
            if existing:
                _check_schema(existing)
            with database.transaction() as connection:
                migrate(connection, log, actor, {})
            if existing and not restored_decisions.is_current(existing, log, database):
                existing = None
            _check_allowed(existing or database, actor)
            replaced = _back_up_existing(self.settings, opened, self.live)
            if existing:
                self._take_decisions(existing, database)
            since = restored_decisions.newest_event(database)
            noted = self.log.anchor.head() if self.log.anchor else None
            missing = restored_decisions.missing_events(noted, since)
            notes = [(KEPT if existing else FROM_BACKUP).format(since[0])]
            with database.transaction() as connection:
                connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (KEYS, self.keys.kept()))
            reapply_erasures(database, self._ledger, log, actor)
            if database.rows("SELECT 1 FROM retention WHERE ended = ''"):
                notes.append(DUE_AGAIN)
            with database.transaction() as connection:
                if replaced:
                    log.append(connection, actor, "backup.create", {"name": replaced})
                if missing or not (existing or noted):
                    lapsed = restored_decisions.lapse_grants(connection, log, actor, stamp(now()))
                    lost = f" ({missing:,} later events of the log are lost with the workspace)" if missing else ""
                    notes += [LOST.format(lost, ", ".join(lapsed))] if lapsed else []
                detail = {
                    "name": self.manifest.name, "made": self.manifest.made, "since": since[0], "missing": missing,
                    "instead_of": f"{noted.seq} {noted.mac.hex()}" if noted and missing else "",
                }  # fmt: skip
                log.append(connection, actor, RESTORE, detail)
            newest = restored_decisions.newest_event(database)
            database.leave()
        finally:
            database.close()
        return _Prepared(since, newest, bool(missing), tuple(notes))

    def _take_decisions(self, existing: Database, database: Database) -> None:
        self._ledger.missing(existing.connection)  # adds to the file what only the workspace knows
        terms_key = self.keys.key("terms")
        with existing.translate_errors():
            model = database.meta("embedding")
            restored_decisions.mask_denied(
                existing, database, terms_key, lambda texts: self.request.embed(model, texts)
            )
            with database.transaction() as connection:
                restored_decisions.take_decisions(existing, connection)

    @property
    def _ledger(self) -> Ledger:
        return ledger(self.settings, self.manifest.workspace, self.keys)


def _record_refusal(existing: Database | None, log: AuditLog, actor: str) -> None:
    """Record in the audit log of the existing workspace that the account may not restore."""
    if existing is None:
        return
    existing.on_commit = log.note_head
    with existing.transaction() as connection:
        log.append(connection, actor, "denied", {"method": "backups.restore"})


@contextmanager
def _existing_database(path: Path, master: bytes) -> Iterator[Database | None]:
    """Open the database of the existing workspace for a block; None if there is none or it does not open."""
    if not (path / DATABASE).exists():
        yield None
        return
    database = Database(path / DATABASE, derive_key(master, "store"))
    try:
        opens = bool(database.meta("schema"))
    except WorkspaceError:
        opens = False
    try:
        yield database if opens else None
    finally:
        database.close()


def _delete_staged(staged: Path) -> None:
    staged.unlink(missing_ok=True)
    remove_log(staged)


def _check_schema(existing: Database) -> None:
    """Check that the decisions of the existing workspace can be read.

    Raises:
        WorkspaceError: if it has an older schema.
    """
    if existing.meta("schema") != VERSION:
        raise WorkspaceError(
            f"{existing.path.parent} has an older schema and its decisions are kept: open it once with this version "
            f"(analyzer status), then restore; if it does not open, move {existing.path} away"
        )


def _key_for(folder: Path, master: bytes, live: Keyring | None, old_key: Path | None) -> tuple[bytes, str]:
    """Return the key that opens a backup, and the earlier keys to store in the restored database."""
    key_fingerprint, current = backup_archive.read_key_fingerprint(folder), Keyring(master).key("backup")
    if backup_archive.fingerprint(current) == key_fingerprint:
        return current, _earlier_keys_in(folder, current)
    if old_key:
        old_master = read_key(old_key)
        key = Keyring(old_master).key("backup")
        return key, Keyring(old_master, _earlier_keys_in(folder, key)).lasting()
    for key in live.earlier("backup") if live else ():
        if live and backup_archive.fingerprint(key) == key_fingerprint:
            return key, live.kept()
    return current, ""


def _earlier_keys_in(folder: Path, key: bytes) -> str:
    database = Database(folder / backup_archive.DATABASE, key, is_copy=True)
    try:
        return database.meta(KEYS)
    except WorkspaceError:
        return ""  # it does not open, which the verification of the backup reports
    finally:
        database.close()


def _check_allowed(database: Database, actor: str) -> None:
    permissions = Authorization(database, AuditLog(b""), actor).permissions
    if Permission.BACKUPS not in permissions:
        raise AccessError(f"{actor} may not do that: it needs {Permission.BACKUPS}; an admin can grant it")


def _back_up_existing(settings: Settings, existing: Database | None, live: Keyring | None) -> str:
    """Back up the workspace that is to be replaced, if it opens; return the name of the backup, empty without one."""
    if existing is None or live is None:
        return ""
    made = stamp(now())
    name = f"{settings.workspace.name}-replaced-{made[:19].replace(':', '')}-{time.time_ns() % 1_000_000:06}"
    try:
        backup_archive.make_backup(existing, settings.backups / name, live.key("backup"), made)
    except WorkspaceError:  # damaged, so it cannot be backed up
        return ""
    return name


def _leave(existing: Database | None) -> None:
    """Merge the write-ahead log of the workspace that is replaced into its file."""
    if existing is None:
        return
    try:
        existing.leave()
    except WorkspaceError:  # damaged
        existing.close()

"""Restore a workspace from a backup, after the whole backup was verified, and apply erasures again."""

import time
from pathlib import Path

from analyzer.config import Settings
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


def restore(settings: Settings, folder: Path, actor: str, old_key: Path | None = None) -> Backup:
    """Restore a backup over a workspace or into a new folder.

    An existing workspace is backed up first. If interrupted, either the old or the restored workspace is in place.

    Args:
        settings: the settings, which name the workspace.
        folder: folder of the backup.
        actor: account name; if the backup has accounts, one with the permission to restore.
        old_key: key file at the time of the backup, if the key was changed since and the workspace is lost.

    Raises:
        BackupError: if the backup does not verify, or is of another workspace.
        KeyFileError: if the key is missing.
        AccessError: if the account lacks the permission.
        WorkspaceError: if the workspace is open elsewhere.
    """
    started = time.monotonic()
    workspace_id = backup_archive.read_workspace_id(folder)
    if (settings.workspace / IDENTITY).exists() and identity(settings.workspace) != workspace_id:
        raise BackupError(
            f"{folder} is of another workspace than {settings.workspace}; choose a folder with --workspace"
        )
    settings.workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = WorkspaceLock(settings.workspace)
    try:
        lock.acquire_exclusive()
        return _restore(settings, folder, actor, old_key, started)
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


def _restore(settings: Settings, folder: Path, actor: str, old_key: Path | None, started: float) -> Backup:
    path, workspace_id = settings.workspace, backup_archive.read_workspace_id(folder)
    file = key_file(settings, workspace_id)
    if (path / DATABASE).exists():
        finish_key_change(path, file)
    master = read_key(file)
    live = _keys_of(path, master)
    key, earlier_keys = _key_for(folder, master, live, old_key)
    keys = Keyring(master, earlier_keys)
    if problems := backup_archive.backup_problems(folder, key, AuditLog(keys.key("audit"))):
        raise BackupError(f"{folder} is not restored: {problems[0]}")
    manifest = backup_archive.read_manifest(folder, key)
    if int(manifest.schema) > int(VERSION):
        raise BackupError(
            f"{folder} is of schema {manifest.schema}, newer than {VERSION}; use a newer version of the program"
        )
    log = audit_log(settings, workspace_id, keys)
    staged = path / f"{DATABASE}{NEXT}"
    staged.unlink(missing_ok=True)
    remove_log(staged)
    database = backup_archive.unpack_backup(folder, key, staged, derive_key(master, "store"))
    try:
        seq, mac = _prepare(database, keys, log, ledger(settings, workspace_id, keys), (actor, manifest))
    except AccessError:
        staged.unlink(missing_ok=True)
        _record_refusal(path, master, log, actor)
        raise
    _back_up_existing(settings, master, live)
    remove_log(path / DATABASE)  # of a missing or damaged database: SQLite would apply it to the restored one
    staged.replace(path / DATABASE)
    write_identity(path, workspace_id)
    if log.anchor:
        log.anchor.append(manifest.events, bytes.fromhex(manifest.head), is_restored=True)
        log.anchor.append(seq, mac)
    return Backup(
        True, str(folder), manifest.made, manifest.records, manifest.events, manifest.content,
        seconds=round(time.monotonic() - started, 2),
    )  # fmt: skip


def _prepare(
    database: Database, keys: Keyring, log: AuditLog, erased: Ledger, origin: tuple[str, backup_archive.Manifest]
) -> tuple[int, bytes]:
    """Migrate a restored database and apply erasures before it is put in place; return its newest event."""
    actor, manifest = origin
    unanchored_log = AuditLog(log.key)  # without an anchor, which is written after the file is in place
    try:
        with database.transaction() as connection:
            migrate(connection, unanchored_log, actor, {})
        _check_allowed(database, unanchored_log, actor)
        with database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (KEYS, keys.kept()))
        reapply_erasures(database, erased, unanchored_log, actor)
        anchored = log.anchor.head() if log.anchor else None
        replaced = f"{anchored.seq} {anchored.mac.hex()}" if anchored else ""
        with database.transaction() as connection:
            detail = {"name": manifest.name, "since": manifest.events, "instead_of": replaced}
            unanchored_log.append(connection, actor, RESTORE, detail)
        seq, mac = database.rows("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1")[0]
        database.leave()
    finally:
        database.close()
    return int(seq), bytes(mac)


def _record_refusal(path: Path, master: bytes, log: AuditLog, actor: str) -> None:
    """Record in the audit log of the existing workspace that the account may not restore."""
    if not (path / DATABASE).exists():
        return
    database = Database(path / DATABASE, derive_key(master, "store"))
    database.on_commit = log.note_head
    with database.transaction() as connection:
        log.append(connection, actor, "denied", {"method": "backups.restore"})
    database.close()


def _keys_of(path: Path, master: bytes) -> Keyring | None:
    """Return the keys of the existing workspace; None if there is none or it does not open."""
    if not (path / DATABASE).exists():
        return None
    database = Database(path / DATABASE, derive_key(master, "store"))
    try:
        return Keyring(master, database.meta(KEYS))
    except WorkspaceError:
        return None
    finally:
        database.close()


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


def _check_allowed(database: Database, log: AuditLog, actor: str) -> None:
    authorization = Authorization(database, log, actor)
    authorization.admit()
    authorization.permit("backups.restore", frozenset({Permission.BACKUPS}))


def _back_up_existing(settings: Settings, master: bytes, live: Keyring | None) -> None:
    """Back up the workspace that is to be replaced, if it opens, and merge its write-ahead log into it."""
    path = settings.workspace / DATABASE
    if not path.exists() or live is None:
        return
    database = Database(path, derive_key(master, "store"))
    made = stamp(now())
    name = f"{settings.workspace.name}-replaced-{made[:19].replace(':', '')}-{time.time_ns() % 1_000_000:06}"
    try:
        backup_archive.make_backup(database, settings.backups / name, live.key("backup"), made)
        database.leave()
    except WorkspaceError:  # damaged, so it cannot be backed up
        database.close()

"""The backup service: create, list and verify backups, and test that they can be restored."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from analyzer.custody.types import Backup
from analyzer.errors import BackupError, WorkspaceError
from analyzer.security import backup_archive
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.permissions import Permission, needs
from analyzer.security.workspace_store import DATABASE, WorkspaceStore

SCRATCH = ".drill"


class BackupService:
    """Backups of a workspace: create, list, verify, and restore on trial (drill)."""

    name = "backups"

    def __init__(self, *, store: WorkspaceStore, folder: Path, audit: AuditTrail, authorization: Authorization) -> None:
        """Create the service; `folder` is where backups are made by default."""
        self._store = store
        self._admin_database = store.database
        self._folder = folder
        self._audit = audit
        self._authorization = authorization

    @needs(Permission.BACKUPS)
    def create(self, folder: Path | str | None = None) -> Backup:
        """Write a backup, also while the workspace is in use, and verify it.

        Args:
            folder: to create; by default named after the workspace and the time.

        Raises:
            BackupError: if it cannot be written, or does not verify afterwards.
        """
        started, made = time.monotonic(), stamp(now())
        name = f"{self._store.path.name}-{made[:19].replace(':', '')}"
        folder = Path(folder) if folder else self._folder / name
        backup_archive.make_backup(self._admin_database, folder, self._backup_key, made)
        found = self._check_backup(folder, self._backup_key, time.monotonic() - started)
        if not found.ok:
            raise BackupError(f"{folder} does not verify: {found.problems[0]}; delete it and choose another folder")
        self._audit.record("backup.create", {"name": folder.name, "content": found.content, "events": found.events})
        return found

    @needs(Permission.CHECKS)
    def list(self) -> tuple[Backup, ...]:
        """Return the backups in the default folder, newest first; only their manifests are read."""
        folders = sorted(self._folder.glob(f"*/{backup_archive.MANIFEST}"), reverse=True)
        found = tuple(self._backup_of(file.parent) for file in folders)
        self._audit.record("backup.list", {"backups": len(found)})
        return found

    @needs(Permission.CHECKS)
    def verify(self, folder: Path | str | None = None) -> Backup:
        """Check everything in a backup: its manifest, every page, every row, the audit log.

        Args:
            folder: of the backup; by default the newest one.

        Raises:
            BackupError: if there is none.
        """
        started = time.monotonic()
        folder = self._folder_or_newest(folder)
        found = self._check_backup(folder, self._key_for(folder), 0.0)
        self._audit.record("backup.verify", {"name": folder.name, "ok": found.ok})
        return replace(found, seconds=round(time.monotonic() - started, 2))

    @needs(Permission.CHECKS)
    def drill(self, folder: Path | str | None = None) -> Backup:
        """Restore a backup into a scratch folder, compare every row, and record the result and the time it took.

        Args:
            folder: of the backup; by default the newest one.

        Raises:
            BackupError: if there is none.
        """
        folder = self._folder_or_newest(folder)
        key = self._key_for(folder)
        started = time.monotonic()
        problems = backup_archive.backup_problems(folder, key, self._audit.log)
        manifest = backup_archive.read_manifest(folder, key) if not problems else None
        content = ""
        if manifest:
            with self._scratch() as scratch:
                restored = backup_archive.unpack_backup(folder, key, scratch / DATABASE, self._store.store_key)
                content = backup_archive.content_hash(restored)
                problems += restored.problems()
                restored.close()
            problems += [] if content == manifest.content else ["the restored content differs from the backed-up one"]
        seconds = round(time.monotonic() - started, 2)
        self._audit.record("backup.drill", {"name": folder.name, "ok": not problems, "seconds": seconds})
        backup = self._backup_of(folder)
        return replace(backup, ok=not problems, content=content, seconds=seconds, problems=tuple(problems))

    @property
    def _backup_key(self) -> bytes:
        return self._store.keys.key("backup")

    def _key_for(self, folder: Path) -> bytes:
        """Return the key that opens a backup: the current key, or one from before a key change."""
        keys = [self._backup_key, *self._store.keys.earlier("backup")]
        key_fingerprint = backup_archive.read_key_fingerprint(folder)
        return next((key for key in keys if backup_archive.fingerprint(key) == key_fingerprint), self._backup_key)

    def _folder_or_newest(self, folder: Path | str | None) -> Path:
        if folder:
            return Path(folder)
        found = sorted(self._folder.glob(f"*/{backup_archive.MANIFEST}"), key=lambda file: file.stat().st_mtime)
        if not found:
            raise BackupError(f"there is no backup in {self._folder}; make one with: analyzer backup create")
        return found[-1].parent

    def _check_backup(self, folder: Path, key: bytes, seconds: float) -> Backup:
        problems = backup_archive.backup_problems(folder, key, self._audit.log)
        backup = self._backup_of(folder)
        return replace(backup, ok=not problems, problems=tuple(problems), seconds=round(seconds, 2))

    def _backup_of(self, folder: Path) -> Backup:
        try:
            found = backup_archive.read_manifest(folder, self._key_for(folder))
        except BackupError as error:
            return Backup(False, str(folder), problems=(str(error),))
        size = sum(file.stat().st_size for file in folder.iterdir())
        return Backup(True, str(folder), found.made, found.records, found.events, found.content, size)

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        folder = self._store.path / SCRATCH
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.mkdir(mode=0o700)
            yield folder
        except OSError as error:
            raise WorkspaceError(f"{folder} cannot be written ({error.strerror}); free space there") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

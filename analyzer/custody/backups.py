"""Backups of a workspace, drills that bring them back, and the key: written down, or changed."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from analyzer.custody import backup_archive
from analyzer.custody.types import Backup, KeySheet
from analyzer.errors import BackupError, WorkspaceError
from analyzer.opened import OpenWorkspace
from analyzer.security.clock import now, stamp
from analyzer.security.keys import NEXT, derive_key, key_sheet, new_key, write_key
from analyzer.security.permissions import Permission, needs
from analyzer.security.workspace_store import DATABASE, KEYS

SCRATCH = ".drill"
DRILLED = (
    "SELECT at FROM audit WHERE action = 'backup.drill' AND detail LIKE '%\"ok\": true%' ORDER BY seq DESC LIMIT 1"
)


class BackupDesk(OpenWorkspace):
    """What can be done so that a workspace outlives its disk."""

    @needs(Permission.BACKUPS)
    def backup_create(self, folder: Path | None = None) -> Backup:
        """Write a backup while the workspace may be in use, and read it back.

        Args:
            folder: to make, named after the workspace and the time without it.

        Raises:
            BackupError: if it cannot be written, or is not sound once it is.
        """
        started, made = time.monotonic(), stamp(now())
        name = f"{self._path.name}-{made[:19].replace(':', '')}"
        folder = Path(folder) if folder else self.settings.backups / name
        backup_archive.make_backup(self._custodian, folder, self._backup_key, made)
        found = self._looked_at(folder, self._backup_key, time.monotonic() - started)
        if not found.ok:
            raise BackupError(f"{folder} is not sound: {found.problems[0]}; delete it and try another place")
        self._record("backup.create", {"name": folder.name, "content": found.content, "events": found.events})
        return found

    @needs(Permission.CHECKS)
    def backup_list(self) -> tuple[Backup, ...]:
        """Return the backups in the folder of backups as their manifests tell, newest first; nothing is read whole."""
        folders = sorted(self.settings.backups.glob(f"*/{backup_archive.MANIFEST}"), reverse=True)
        found = tuple(self._described(file.parent) for file in folders)
        self._record("backup.list", {"backups": len(found)})
        return found

    @needs(Permission.CHECKS)
    def backup_verify(self, folder: Path | None = None) -> Backup:
        """Read everything in a backup: manifest, every page, every row, the log.

        Args:
            folder: of the backup; without it the newest one.

        Raises:
            BackupError: if there is none.
        """
        started = time.monotonic()
        folder = self._chosen(folder)
        found = self._looked_at(folder, self._key_of(folder), 0.0)
        self._record("backup.verify", {"name": folder.name, "ok": found.ok})
        return replace(found, seconds=round(time.monotonic() - started, 2))

    @needs(Permission.CHECKS)
    def backup_drill(self, folder: Path | None = None) -> Backup:
        """Bring a backup back into a scratch place, compare every row, time it, and put that on record.

        Args:
            folder: of the backup; without it the newest one.

        Raises:
            BackupError: if there is none.
        """
        folder = self._chosen(folder)
        key = self._key_of(folder)
        started = time.monotonic()
        problems = backup_archive.backup_problems(folder, key, self._audit)
        manifest = backup_archive.read_manifest(folder, key) if not problems else None
        content = ""
        if manifest:
            with self._scratch() as scratch:
                restored = backup_archive.restored(folder, key, scratch / DATABASE, self._vault.store_key)
                content = backup_archive.content_hash(restored)
                problems += restored.problems()
                restored.close()
            problems += [] if content == manifest.content else ["what came back is not what was backed up"]
        seconds = round(time.monotonic() - started, 2)
        self._record("backup.drill", {"name": folder.name, "ok": not problems, "seconds": seconds})
        told = self._described(folder)
        return replace(told, ok=not problems, content=content, seconds=seconds, problems=tuple(problems))

    @needs(Permission.BACKUPS)
    def key_show(self) -> KeySheet:
        """Return the key to be written down or printed; whoever reads it can open the workspace and its backups."""
        self._record("key.show", {})
        return KeySheet(self.id, stamp(now()), key_sheet(self._vault.master))

    @needs(Permission.BACKUPS)
    def key_change(self) -> KeySheet:
        """Give the workspace another key; nobody else may have it open. Its handle is closed afterwards.

        Backups from before stay readable from here; elsewhere they need the key of then, so keep its sheet.

        Raises:
            WorkspaceError: if others have the workspace open.
            KeyFileError: if the new key cannot be written.
        """
        self._vault.occupancy.alone()
        master = new_key()
        file, path = self._vault.key_file, self._path / DATABASE
        staged = self._path / f"{DATABASE}{NEXT}"
        staged.unlink(missing_ok=True)
        with self._custodian.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (KEYS, self._vault.keys.lasting()))
            self._audit.append(connection, self.actor, "key.change", {})
        write_key(file.with_name(file.name + NEXT), master)
        self._custodian.copy_to(staged, derive_key(master, "store"))
        self._database.close()
        self._custodian.leave()
        staged.replace(path)  # from here on it has the new key
        file.with_name(file.name + NEXT).replace(file)
        self._vault.close()
        return KeySheet(self.id, stamp(now()), key_sheet(master))

    @property
    def _backup_key(self) -> bytes:
        return self._vault.keys.key("backup")

    def _key_of(self, folder: Path) -> bytes:
        """Return the key that opens a backup: today's, or one from before a change."""
        keys = [self._backup_key, *self._vault.keys.earlier("backup")]
        named = backup_archive.key_named(folder)
        return next((key for key in keys if backup_archive.fingerprint(key) == named), self._backup_key)

    def _chosen(self, folder: Path | None) -> Path:
        if folder:
            return Path(folder)
        found = sorted(
            self.settings.backups.glob(f"*/{backup_archive.MANIFEST}"), key=lambda file: file.stat().st_mtime
        )
        if not found:
            raise BackupError(f"there is no backup in {self.settings.backups}; make one with: analyzer backup create")
        return found[-1].parent

    def _looked_at(self, folder: Path, key: bytes, seconds: float) -> Backup:
        problems = backup_archive.backup_problems(folder, key, self._audit)
        told = self._described(folder)
        return replace(told, ok=not problems, problems=tuple(problems), seconds=round(seconds, 2))

    def _described(self, folder: Path) -> Backup:
        try:
            found = backup_archive.read_manifest(folder, self._key_of(folder))
        except BackupError as error:
            return Backup(False, str(folder), problems=(str(error),))
        size = sum(file.stat().st_size for file in folder.iterdir())
        return Backup(True, str(folder), found.made, found.records, found.events, found.content, size)

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        place = self._path / SCRATCH
        shutil.rmtree(place, ignore_errors=True)
        try:
            place.mkdir(mode=0o700)
            yield place
        except OSError as error:
            raise WorkspaceError(f"{place} cannot be written ({error.strerror}); free space there") from error
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _days_since_drill(self) -> int | None:
        """Return how many days ago a drill last succeeded; None for never."""
        rows = self._custodian.rows(DRILLED)
        return (now() - datetime.fromisoformat(rows[0][0])).days if rows else None

"""The key service: show the workspace's key for a key sheet, or change it."""

from analyzer.custody.types import KeySheet
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.keys import NEXT, derive_key, key_sheet, new_key, write_key
from analyzer.security.permissions import Permission, needs
from analyzer.security.workspace_store import DATABASE, KEYS, WorkspaceStore
from analyzer.store.database import Database


class KeyService:
    """The key of a workspace."""

    name = "keys"

    def __init__(
        self, *, store: WorkspaceStore, database: Database, audit: AuditTrail, authorization: Authorization
    ) -> None:
        """Create the service; a key change closes the workspace and the account's connection `database`."""
        self._store = store
        self._database = database
        self._admin_database = store.database
        self._audit = audit
        self._authorization = authorization

    @needs(Permission.BACKUPS)
    def show(self) -> KeySheet:
        """Return the key to write down or print; it opens the workspace and its backups."""
        self._audit.record("key.show", {})
        return KeySheet(self._store.id, stamp(now()), key_sheet(self._store.master))

    @needs(Permission.BACKUPS)
    def change(self) -> KeySheet:
        """Replace the key of the workspace, which must not be open elsewhere, and close the workspace.

        Earlier backups stay readable with this workspace; without it they need the earlier key, so keep its sheet.

        Raises:
            WorkspaceError: if the workspace is open elsewhere.
            KeyFileError: if the new key cannot be written.
        """
        self._store.lock.acquire_exclusive()
        master = new_key()
        file, path = self._store.key_file, self._store.path / DATABASE
        staged = self._store.path / f"{DATABASE}{NEXT}"
        staged.unlink(missing_ok=True)
        with self._admin_database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (KEYS, self._store.keys.lasting()))
            self._audit.append(connection, "key.change", {})
        write_key(file.with_name(file.name + NEXT), master)
        self._admin_database.copy_to(staged, derive_key(master, "store"))
        self._database.close()
        self._admin_database.leave()
        staged.replace(path)  # from here on the database has the new key
        file.with_name(file.name + NEXT).replace(file)
        self._store.close()
        return KeySheet(self._store.id, stamp(now()), key_sheet(master))

"""Backups: a copy of the whole database, encrypted with a key of its own, and a manifest with an HMAC.

A backup is a folder: `feedback.db` (SQLCipher) and `manifest.json`. It can be opened with the workspace's key only,
which is not part of it. The database may be in use while it is copied.
"""

import hmac
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from analyzer.errors import BackupError, WorkspaceError
from analyzer.security.audit_log import AuditLog
from analyzer.store.database import Database

DATABASE, MANIFEST = "feedback.db", "manifest.json"
BLOCK = 1 << 20
ID_LENGTH = 32
TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'words%' "
    "ORDER BY name"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Manifest of a backup.

    Attributes:
        name: of the folder; workspace: id of the workspace; made: time, UTC.
        schema, records, events: of the database; head: MAC of the newest event.
        content: SHA-256 over every row of every table; file: SHA-256 over the bytes of the file.
        key: fingerprint of the key of the backup.
    """

    name: str
    workspace: str
    made: str
    schema: str
    records: int
    events: int
    head: str
    content: str
    file: str
    key: str


def make_backup(source: Database, folder: Path, key: bytes, made: str) -> Manifest:
    """Copy a database into a new folder.

    Args:
        source: the database, which may be in use; the copy is a snapshot.
        folder: the folder to create; it is removed if the backup fails.
        key: 32 bytes.
        made: time, UTC.

    Raises:
        BackupError: if the folder exists already, or cannot be written.
    """
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    if folder.exists():
        raise BackupError(f"{folder} is there already; choose another one with --to")
    try:
        draft.mkdir(parents=True, mode=0o700)
        source.copy_to(draft / DATABASE, key)
        copy = Database(draft / DATABASE, key, is_copy=True)
        manifest = _manifest(copy, folder.name, made, key)
        copy.close()
        plain = asdict(manifest) | {"file": _digest(draft / DATABASE)}
        (draft / MANIFEST).write_text(json.dumps(plain | {"code": _code(plain, key)}, indent=1), encoding="utf-8")
        draft.replace(folder)
    except OSError as error:
        raise BackupError(f"{folder} cannot be written ({error.strerror}); choose another place with --to") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return read_manifest(folder, key)


def read_manifest(folder: Path, key: bytes) -> Manifest:
    """Return the manifest of a backup after checking its HMAC.

    Raises:
        BackupError: if the folder is no backup, was changed, or has another key.
    """
    try:
        plain = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        code = plain.pop("code")
        manifest = Manifest(**plain)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{folder} is no backup, or its manifest is damaged; take another one") from error
    if manifest.key != fingerprint(key):
        raise BackupError(f"{folder} was made with another key; give that key with --key FILE")
    if not hmac.compare_digest(code, _code(plain, key)):
        raise BackupError(f"the manifest of {folder} was changed; take another backup")
    return manifest


def unpack_backup(folder: Path, key: bytes, path: Path, store_key: bytes) -> Database:
    """Copy the database of a backup to a path, encrypted with another key, and return it."""
    copy = Database(folder / DATABASE, key, is_copy=True)
    try:
        copy.copy_to(path, store_key)
    finally:
        copy.close()
    return Database(path, store_key)


def read_key_fingerprint(folder: Path) -> str:
    """Return the fingerprint of the key in the manifest of a backup, without checking the HMAC."""
    return str(_unverified_manifest(folder).get("key", ""))


def read_workspace_id(folder: Path) -> str:
    """Return the workspace id in the manifest of a backup, without checking the HMAC.

    Raises:
        BackupError: if it is no backup.
    """
    found = str(_unverified_manifest(folder).get("workspace", ""))
    if len(found) != ID_LENGTH or not found.isalnum():
        raise BackupError(f"{folder} is no backup, or its manifest is damaged; take another one")
    return found


def backup_problems(folder: Path, key: bytes, log: AuditLog) -> list[str]:
    """Read a backup completely; return the problems found, in words.

    Args:
        folder: of the backup.
        key: of the backup.
        log: of the workspace, with the key of the chain; its anchor is not used, since it may be ahead of the backup.
    """
    try:
        manifest = read_manifest(folder, key)
    except BackupError as error:
        return [str(error)]
    if _digest(folder / DATABASE) != manifest.file:
        return [f"{folder / DATABASE} differs from the file that was written"]
    database = Database(folder / DATABASE, key, is_copy=True)
    try:
        found = database.problems()
        again = _manifest(database, manifest.name, manifest.made, key)
        if again.content != manifest.content:
            found.append("its content is not what was backed up")
        chain = AuditLog(log.key).verify(database.connection)
        if not chain.ok or again.head != manifest.head:
            found.append("its audit log is incomplete or was changed")
    except (WorkspaceError, BackupError) as error:
        return [str(error)]
    finally:
        database.close()
    return found


def content_hash(database: Database) -> str:
    """Return the SHA-256 over every row of every table in key order, without `words`, which derives from texts."""
    whole = sha256()
    for (table,) in database.rows(TABLES):
        whole.update(f"|{table}|".encode())
        for row in database.walk(f'SELECT * FROM "{table}"'):
            whole.update(repr(row).encode())
    return whole.hexdigest()


def fingerprint(key: bytes) -> str:
    """Return a short id of a key that does not reveal it."""
    return hmac.new(key, b"fingerprint", sha256).hexdigest()[:16]


def _unverified_manifest(folder: Path) -> Mapping[str, object]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _manifest(database: Database, name: str, made: str, key: bytes) -> Manifest:
    seq, head = database.rows("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1")[0]
    records = database.rows("SELECT count(*) FROM feedback")[0][0]
    return Manifest(
        name, database.meta("workspace"), made, database.meta("schema"), records, seq, bytes(head).hex(),
        content_hash(database), "", fingerprint(key),
    )  # fmt: skip


def _digest(file: Path) -> str:
    whole = sha256()
    try:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK):
                whole.update(block)
    except OSError:
        return ""
    return whole.hexdigest()


def _code(plain: Mapping[str, object], key: bytes) -> str:
    return hmac.new(key, b"manifest|" + json.dumps(plain, sort_keys=True).encode(), sha256).hexdigest()

"""Open a SQLCipher file after safety checks, and run transactions on it. Knows nothing of feedback."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from analyzer.errors import AccessError, LogInUseError, WorkspaceError
from analyzer.store.authorizer import AccessScope
from analyzer.store.casefold import add_casefold
from analyzer.store.migrations import MIGRATIONS, record
from analyzer.store.schema import STATEMENTS, VERSION
from analyzer.system import flush

OLDEST_SQLITE = (3, 51, 3)
"""Oldest safe version; older ones have a WAL bug that can corrupt a database; see https://sqlite.org/wal.html."""

PLAIN_HEADER = b"SQLite format 3\x00"
BUSY_TIMEOUT_S = 30.0
LOG_WAIT_S = 10.0
"""Longest wait for readers before the write-ahead log is truncated."""
LOG_PAUSE_S = 0.02
"""Pause between attempts; an attempt itself does not wait for readers, because a waiting one blocks writers."""
LOG_FILES = ("-wal", "-shm")
"""Suffixes of the files that SQLite keeps beside a database."""
REFUSALS = ("not authorized", "is prohibited", "authorization denied")
"""Parts of the messages of SQLite for a statement that its authorizer refused."""
Connection = Any
"""A sqlcipher3 connection; the library ships no types."""


class Database:
    """One encrypted file with one connection per thread and explicit transactions."""

    def __init__(self, path: Path, key: bytes, scope: AccessScope | None = None, is_copy: bool = False) -> None:
        """Set the file and its key; the file is opened on first use.

        Args:
            path: of the file.
            key: 32 bytes.
            scope: access scope of its connections; None for no restriction.
            is_copy: whether it is the file of a backup, which is opened read-only.
        """
        self.path = path
        self.on_commit: Callable[[bool], None] = _ignore_commit
        self.on_denied: Callable[[], None] = _ignore_denial
        self._key = key
        self._scope = scope
        self._is_copy = is_copy
        self._is_new = False
        self._local = threading.local()
        self._opened: dict[threading.Thread, Connection] = {}

    @classmethod
    def create(cls, path: Path, key: bytes, meta: dict[str, str]) -> "Database":
        """Create the file with its tables and the given meta values.

        Raises:
            WorkspaceError: if the file exists already.
        """
        if path.exists():
            raise WorkspaceError(f"{path} exists already; choose another workspace folder")
        database = cls(path, key)
        database._is_new = True
        with database.transaction() as connection:
            for statement in STATEMENTS:
                connection.execute(statement)
            values = {"schema": VERSION, "generation": "0", "deletions": "0", **meta}
            connection.executemany("INSERT INTO meta VALUES(?, ?)", sorted(values.items()))
            record(connection, MIGRATIONS.steps, datetime.now(UTC).isoformat(timespec="seconds"))
        return database

    @property
    def connection(self) -> Connection:
        """The connection of the current thread, opened and checked on first use."""
        if getattr(self._local, "connection", None) is None:
            if not self.path.exists() and not self._is_new:
                raise WorkspaceError(f"{self.path} is missing; restore a backup")
            connection = _connect(self.path, self._key, self._is_copy)
            if self._scope:
                with _translated(self.path):
                    self._scope.bind(connection)
            self._local.connection = connection
            self._close_abandoned()
            self._opened[threading.current_thread()] = self._local.connection
        return self._local.connection

    def _close_abandoned(self) -> None:
        """Close the connections of threads that have ended; the page starts a thread for every click."""
        for thread in [thread for thread in list(self._opened) if not thread.is_alive()]:
            connection = self._opened.pop(thread, None)
            if connection is not None:
                connection.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block as one write transaction; then call `on_commit` with whether it was committed."""
        connection = self.connection
        with self.translate_errors():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self.on_commit(False)
                raise
            self.on_commit(True)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Run a read-only statement and return its rows."""
        with self.translate_errors():
            return list(self.connection.execute(sql, tuple(parameters)))

    def walk(self, sql: str) -> Iterator[Any]:
        """Run a read-only statement and yield its rows one by one."""
        with self.translate_errors():
            yield from self.connection.execute(sql)

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Translate errors of SQLite; call `on_denied` if the authorizer refused a statement outside a transaction.

        Raises:
            WorkspaceError: if the file is damaged, locked or full.
            AccessError: if a statement is outside the access scope of the connection.
        """
        try:
            with _translated(self.path):
                yield
        except AccessError:
            if not self.connection.in_transaction:
                self.on_denied()
            raise

    def meta(self, key: str) -> str:
        """Return one value of the meta table; an empty string if the key is absent."""
        rows = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else ""

    def problems(self) -> list[str]:
        """Check cipher pages, b-trees, foreign keys and word index on a new connection; return the problems found.

        Raises:
            LogInUseError: if readers keep pages in the write-ahead log; without these, an intact file looks damaged.
        """
        if not self._is_copy:
            self.truncate_log()
        with _translated(self.path):
            checked = _connect(self.path, self._key, self._is_copy)
            try:
                found = [f"page: {row[0]}" for row in checked.execute("PRAGMA cipher_integrity_check")]
                found += [row[0] for row in checked.execute("PRAGMA integrity_check") if row[0] != "ok"]
                found += [f"dangling row in {row[0]}" for row in checked.execute("PRAGMA foreign_key_check")]
                if not self._is_copy and not _has_whole_words(checked):
                    found.append("word index differs from the texts")
            finally:
                checked.close()
        return found

    def truncate_log(self) -> None:
        """Move the pages of the write-ahead log to the file and empty the log, so that neither contains deleted data.

        Raises:
            LogInUseError: if other connections still read from the log after LOG_WAIT_S seconds.
        """
        connection = self.connection
        deadline = time.monotonic() + LOG_WAIT_S
        with self.translate_errors():
            connection.set_busy_timeout(0)
            try:
                while not _is_log_truncated(connection):
                    if time.monotonic() >= deadline:
                        raise LogInUseError(
                            f"{self.path.parent}: other processes still read the write-ahead log, which keeps deleted "
                            "text; stop the page and other commands, then run: analyzer verify"
                        )
                    time.sleep(LOG_PAUSE_S)
            finally:
                connection.set_busy_timeout(BUSY_TIMEOUT_S)

    def keeps_log(self) -> bool:
        """Empty the write-ahead log after a deletion; return whether readers still keep deleted data in it."""
        try:
            self.truncate_log()
        except LogInUseError:
            return True
        return False

    def copy_to(self, path: Path, key: bytes) -> None:
        """Write a snapshot to a new file encrypted with a key; other connections may read and write meanwhile.

        Raises:
            WorkspaceError: if it cannot be written.
        """
        with _translated(path):
            copy = dbapi2.connect(str(path), isolation_level=None)
            try:
                copy.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
                self.connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE").fetchone()  # a single file without a log beside it
            finally:
                copy.close()
        flush(path)

    def leave(self) -> None:
        """Merge the write-ahead log into the file and close it, so that another file can replace it.

        Raises:
            WorkspaceError: if another process has it open.
        """
        with _translated(self.path):
            mode = self.connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        self.close()
        if mode != "delete":
            raise WorkspaceError(f"{self.path.parent} is open elsewhere; stop the page and other commands first")

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._opened.values():
            connection.close()
        self._opened.clear()
        self._local = threading.local()


def _ignore_denial() -> None:
    """The default of `on_denied`: do nothing."""


def _ignore_commit(_is_committed: bool) -> None:
    """The default of `on_commit`: do nothing."""


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except dbapi2.DatabaseError as error:
        if any(word in str(error) for word in REFUSALS):
            raise AccessError("your role does not allow that; an admin can grant more: analyzer user grant") from error
        if not isinstance(error, dbapi2.OperationalError):
            raise WorkspaceError(f"{path}: {error}; restore a backup or run: analyzer verify") from error
        if "locked" in str(error):
            raise WorkspaceError(f"{path.parent}: another process is writing; try again when it is done") from error
        raise WorkspaceError(f"{path}: {error}; free space or run: analyzer verify") from error


def remove_log(path: Path) -> None:
    """Delete the log files beside a database that is missing or about to be replaced; they belong to that database.

    Raises:
        WorkspaceError: if one cannot be deleted.
    """
    for ending in LOG_FILES:
        file = path.with_name(path.name + ending)
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise WorkspaceError(f"{file} cannot be deleted ({error.strerror}); delete it by hand") from error


def _is_log_truncated(connection: Connection) -> bool:
    try:
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except dbapi2.OperationalError as error:
        if "locked" in str(error):  # by a statement of this connection
            return False
        raise
    return not is_busy


def _has_whole_words(connection: Connection) -> bool:
    try:
        connection.execute("INSERT INTO words(words, rank) VALUES('integrity-check', 1)")
    except dbapi2.DatabaseError:
        return False
    return True


def _connect(path: Path, key: bytes, is_copy: bool = False) -> Connection:
    if path.exists() and _header(path) == PLAIN_HEADER:
        raise WorkspaceError(f"{path} is not encrypted; it was not made by this program, move it away")
    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise WorkspaceError(f"SQLite {dbapi2.sqlite_version} is too old to be safe; reinstall sqlcipher3")
    place = f"{path.resolve().as_uri()}?mode=ro" if is_copy else str(path)
    connection = dbapi2.connect(
        place, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=is_copy
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # errors are raised and translated instead
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        if not connection.execute("PRAGMA cipher_version").fetchone():
            raise WorkspaceError("this SQLite cannot encrypt; reinstall sqlcipher3")
        _harden(connection, is_copy)
        add_casefold(connection)
    except dbapi2.DatabaseError as error:
        connection.close()
        raise WorkspaceError(
            f"{path} does not open: the key is another workspace's or the file is damaged; restore a backup"
        ) from error
    except WorkspaceError:
        connection.close()
        raise
    return connection


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(PLAIN_HEADER))


def _harden(connection: Connection, is_copy: bool) -> None:
    wanted = {"foreign_keys": 1, "trusted_schema": 0, "secure_delete": 1, "synchronous": 2, "temp_store": 2}
    if not is_copy:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
    for name, value in wanted.items():
        connection.execute(f"PRAGMA {name} = {value}")
        if connection.execute(f"PRAGMA {name}").fetchone()[0] != value:
            raise WorkspaceError(f"SQLite refuses {name}={value}; reinstall sqlcipher3")
    connection.execute("PRAGMA cache_size = -65536")

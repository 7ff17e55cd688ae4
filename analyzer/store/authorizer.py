"""Access scopes of database connections, enforced by SQLite's authorizer: SQL outside the scope is refused.

SQLite calls the authorizer while it compiles a statement (https://sqlite.org/c3ref/set_authorizer.html), with tables
and columns, not rows. Rows of other imports are hidden by temporary views of the same names, which SQLite resolves
before the tables; the tables themselves can then be read through these views only. Knows nothing of roles.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlcipher3 import dbapi2

EVERY = frozenset({"*"})
Connection = Any
PRAGMAS = frozenset({"data_version", "wal_checkpoint"})
FUNCTIONS_REFUSED = frozenset({"load_extension", "readfile", "writefile", "sqlcipher_export", "fts3_tokenizer"})
VIEWS = {
    "responses": "SELECT {columns} FROM main.responses WHERE import_id IN ({imports})",
    "feedback": "SELECT {columns} FROM main.feedback WHERE import_id IN ({imports})",
    "texts": "SELECT {columns} FROM main.texts WHERE text_id IN "
    "(SELECT text_id FROM main.feedback WHERE import_id IN ({imports}))",
    "imports": "SELECT {columns} FROM main.imports WHERE import_id IN ({imports})",
}
KEEP_ANSWER = """CREATE TEMP TRIGGER keep_answer INSTEAD OF INSERT ON answers BEGIN
    INSERT OR REPLACE INTO main.answers VALUES(NEW.receipt, NEW.asked, NEW.actor, NEW.question, NEW.body); END"""
ALWAYS = frozenset({dbapi2.SQLITE_SELECT, dbapi2.SQLITE_TRANSACTION, dbapi2.SQLITE_SAVEPOINT, dbapi2.SQLITE_RECURSIVE})
SCHEMA_TABLES = frozenset({"sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"})


@dataclass(frozen=True, slots=True)
class AccessScope:
    """The statements that a connection may run; everything else is refused.

    Attributes:
        reads: table -> columns that can be read, "*" for all; the rows of a listed table can be counted.
        writes: tables whose rows can be added, changed and deleted.
        appends: tables to which rows can be added, but not changed or deleted.
        changes_schema: whether columns can be added.
        imports: ids of the imports with visible records; None for all.
        columns: names of the visible kept columns; None for all.
        prose: whether kept columns of free text are visible.
        answers_of: the account of the visible stored answers; empty for those of all accounts.
    """

    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    writes: frozenset[str] = frozenset()
    appends: frozenset[str] = frozenset()
    changes_schema: bool = False
    imports: tuple[int, ...] | None = None
    columns: frozenset[str] | None = None
    prose: bool = True
    answers_of: str = ""

    def bind(self, connection: Connection) -> None:
        """Restrict a connection to this scope until it is closed."""
        wanted = _columns_view(self)
        for name, sql in wanted.items():
            connection.execute(f"CREATE TEMP VIEW {name} AS {sql}")
        positions = connection.execute("SELECT position FROM columns")
        fields = frozenset({"response_id", *(f"c{position}" for (position,) in positions)})
        rows = _row_views(self, fields)
        for name, sql in rows.items():
            connection.execute(f"CREATE TEMP VIEW {name} AS {sql}")
        if "answers" in rows:
            connection.execute(KEEP_ANSWER)
        reads = dict(self.reads)
        if "fields" in reads and not self.changes_schema:  # without columns that are added later
            reads["fields"] = fields
        connection.set_authorizer(_Authorizer(self, frozenset(wanted | rows), reads))


def _columns_view(scope: AccessScope) -> dict[str, str]:
    parts = [] if scope.prose else ["kind <> 'text'"]
    if scope.columns is not None:
        parts.append(f"name IN ({', '.join(map(_quoted, sorted(scope.columns))) or 'NULL'})")
    return {"columns": f"SELECT * FROM main.columns WHERE {' AND '.join(parts)}"} if parts else {}


def _row_views(scope: AccessScope, fields: frozenset[str]) -> dict[str, str]:
    views: dict[str, str] = {}
    if scope.imports is not None:
        imports = ", ".join(str(int(one)) for one in scope.imports) or "NULL"
        for name, sql in VIEWS.items():
            readable = scope.reads.get(name, frozenset())
            columns = "*" if "*" in readable else ", ".join(sorted(readable)) or "NULL"
            views[name] = sql.format(columns=columns, imports=imports)
        inside = f"response_id IN (SELECT response_id FROM main.responses WHERE import_id IN ({imports}))"
        views["fields"] = f"SELECT {', '.join(sorted(fields))} FROM main.fields WHERE {inside}"
    if scope.answers_of:
        views["answers"] = f"SELECT rowid, * FROM main.answers WHERE actor = {_quoted(scope.answers_of)}"
    return views


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class _Authorizer:
    """The callback that SQLite calls for every operation of a statement."""

    scope: AccessScope
    views: frozenset[str]
    reads: Mapping[str, frozenset[str]]

    def __call__(self, action: int, one: str | None, two: str | None, schema: str | None, source: str | None) -> int:
        is_allowed = self._may(action, one or "", two or "", (schema or "", source or ""))
        return int(dbapi2.SQLITE_OK if is_allowed else dbapi2.SQLITE_DENY)

    def _may(self, action: int, one: str, two: str, place: tuple[str, str]) -> bool:
        if action in ALWAYS:
            return True
        if action == dbapi2.SQLITE_READ:
            return self._may_read(one, two, *place)
        if action == dbapi2.SQLITE_FUNCTION:
            return two not in FUNCTIONS_REFUSED
        if action == dbapi2.SQLITE_PRAGMA:
            return one in PRAGMAS
        return self._may_write(action, _base_table(one))

    def _may_read(self, table: str, column: str, schema: str, source: str) -> bool:
        if table in SCHEMA_TABLES:
            return self.scope.changes_schema
        if table in self.views and schema == "main" and column and source not in self.views:
            return False
        columns = self.reads.get(_base_table(table))
        return columns is not None and (not column or bool({"*", column} & columns) or column == "ROWID")

    def _may_write(self, action: int, table: str) -> bool:
        is_writable = table in self.scope.writes or (self.scope.changes_schema and table in SCHEMA_TABLES)
        if action == dbapi2.SQLITE_INSERT:
            return is_writable or table in self.scope.appends
        if action in (dbapi2.SQLITE_UPDATE, dbapi2.SQLITE_DELETE):
            return is_writable
        return action == dbapi2.SQLITE_ALTER_TABLE and self.scope.changes_schema


def _base_table(table: str) -> str:
    """Return the table that a name belongs to; the full-text index `words` consists of several tables."""
    return "words" if table.startswith("words_") else table

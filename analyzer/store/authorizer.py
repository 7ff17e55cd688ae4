"""What a connection may reach, held by SQLite's own authorizer: whatever SQL is run on it, the rest is refused.

The authorizer is asked while a statement is compiled (https://sqlite.org/c3ref/set_authorizer.html): about tables and
columns, not about rows. Rows of other imports are kept out by temporary views of the same names, which SQLite finds
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
    """What is allowed; everything else is refused.

    Attributes:
        reads: table -> columns that can be read, "*" for all; a table that is named can be counted.
        writes: tables whose rows can be added, changed and deleted.
        appends: tables to which rows can be added, and nothing else.
        changes_schema: whether columns can be added.
        imports: ids of the imports whose records are seen; None for all.
        columns: names of the kept columns that are seen; None for all.
        prose: whether kept columns of free text are seen.
        answers_of: the account whose kept answers are seen; empty for everybody's.
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
        """Hold a connection to this for as long as it is open."""
        wanted = _columns_view(self)
        for name, sql in wanted.items():
            connection.execute(f"CREATE TEMP VIEW {name} AS {sql}")
        fields = frozenset({"n", *(f"c{row[0]}" for row in connection.execute("SELECT position FROM columns"))})
        rows = _row_views(self, fields)
        for name, sql in rows.items():
            connection.execute(f"CREATE TEMP VIEW {name} AS {sql}")
        if "answers" in rows:
            connection.execute(KEEP_ANSWER)
        reads = dict(self.reads)
        if "fields" in reads and not self.changes_schema:  # columns added later are not among them
            reads["fields"] = fields
        connection.set_authorizer(_Authorizer(self, frozenset(wanted | rows), reads))


def _columns_view(reach: AccessScope) -> dict[str, str]:
    parts = [] if reach.prose else ["kind <> 'text'"]
    if reach.columns is not None:
        parts.append(f"name IN ({', '.join(map(_quoted, sorted(reach.columns))) or 'NULL'})")
    return {"columns": f"SELECT * FROM main.columns WHERE {' AND '.join(parts)}"} if parts else {}


def _row_views(reach: AccessScope, fields: frozenset[str]) -> dict[str, str]:
    views: dict[str, str] = {}
    if reach.imports is not None:
        imports = ", ".join(str(int(one)) for one in reach.imports) or "NULL"
        for name, sql in VIEWS.items():
            readable = reach.reads.get(name, frozenset())
            columns = "*" if "*" in readable else ", ".join(sorted(readable)) or "NULL"
            views[name] = sql.format(columns=columns, imports=imports)
        inside = f"n IN (SELECT n FROM main.feedback WHERE import_id IN ({imports}))"
        views["fields"] = f"SELECT {', '.join(sorted(fields))} FROM main.fields WHERE {inside}"
    if reach.answers_of:
        views["answers"] = f"SELECT rowid, * FROM main.answers WHERE actor = {_quoted(reach.answers_of)}"
    return views


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class _Authorizer:
    """What SQLite asks about every part of a statement."""

    reach: AccessScope
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
        return self._may_write(action, _owner(one))

    def _may_read(self, table: str, column: str, schema: str, source: str) -> bool:
        if table in SCHEMA_TABLES:
            return self.reach.changes_schema
        if table in self.views and schema == "main" and column and source not in self.views:
            return False
        columns = self.reads.get(_owner(table))
        return columns is not None and (not column or bool({"*", column} & columns) or column == "ROWID")

    def _may_write(self, action: int, table: str) -> bool:
        is_open = table in self.reach.writes or (self.reach.changes_schema and table in SCHEMA_TABLES)
        if action == dbapi2.SQLITE_INSERT:
            return is_open or table in self.reach.appends
        if action in (dbapi2.SQLITE_UPDATE, dbapi2.SQLITE_DELETE):
            return is_open
        return action == dbapi2.SQLITE_ALTER_TABLE and self.reach.changes_schema


def _owner(table: str) -> str:
    """Return the table that people know: the word index keeps its own in several others."""
    return "words" if table.startswith("words_") else table

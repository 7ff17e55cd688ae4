"""The access matrix: each role against each method, and against each column and row by SQL on its own connection.

What must never be readable is written here once more, by column, so that a permission that gives too much is found and
not only a database that disobeys a permission.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.custody.selftest.scratch_database import ScratchDatabase
from analyzer.errors import AccessError, WorkspaceError
from analyzer.security.permissions import Permission, access_scope_of, permissions_of
from analyzer.security.types import Grant, Role
from analyzer.store.authorizer import AccessScope
from analyzer.store.database import Database

P = Permission
TEXT = frozenset({P.COMMENTS, P.IMPORTS})
GRANTS: dict[str, Grant] = {
    **{role.value: Grant("selftest", (role,)) for role in Role},
    "consultant, figures only": Grant("selftest", (Role.CONSULTANT,), comments=False, exports="off"),
    "viewer of one import": Grant("selftest", (Role.VIEWER,), datasets=(2,)),
    "analyst of one import": Grant("selftest", (Role.ANALYST,), datasets=(2,)),
}
READABLE_WITH: dict[str, frozenset[Permission]] = {
    **dict.fromkeys((
        "texts.text", "texts.digest", "texts.vector", "words.*", "answers.body", "answers.question", "clauses.digest",
        "clauses.vector", "feedback.respondent", "responses.respondent", "responses.digest", "aliases.*",
    ), TEXT),
    "accounts.passphrase": frozenset({P.ACCOUNTS}), "grants.body": frozenset({P.ACCOUNTS, P.AUDIT}),
    "audit.detail": frozenset({P.AUDIT, P.INCIDENTS}), "links.who": frozenset({P.IMPORTS}),
    "erased.digest": frozenset({P.IMPORTS}), "retention.condition": frozenset({P.IMPORTS}),
    "figures_asked.question": frozenset(), "incidents.note": frozenset(),
}  # fmt: skip
"""Column, or every column of a table -> the permissions of which one is needed to read it."""
NEVER_CHANGED = ("audit", "figures_asked", "incidents", "migrations")
"""Tables whose rows no account changes or deletes on its connection."""


@dataclass(frozen=True, slots=True)
class _RoleStandIn:
    """A service that has nothing but a name and the permissions of a role."""

    name: str
    permissions: frozenset[Permission]

    @property
    def _authorization(self) -> "_RoleStandIn":
        return self

    def permit(self, method: str, wanted: frozenset[Permission]) -> None:
        """Refuse what the role may not do."""
        if wanted - self.permissions:
            raise AccessError(f"{method} is refused")


def check_methods(methods: Mapping[str, Callable[..., Any]]) -> tuple[int, list[str]]:
    """Call each method as each role that lacks a permission for it; return the number of calls and what went wrong.

    Args:
        methods: public name such as "themes.build" -> function of a service.
    """
    tries, wrong = 0, []
    for name, function in methods.items():
        wanted = getattr(function, "permissions", None)
        if not isinstance(wanted, frozenset):
            wrong.append(f"{name} declares no permission")
            continue
        for role, grant in GRANTS.items():
            if wanted <= permissions_of(grant):
                continue
            tries += 1
            if not _is_refused(function, _RoleStandIn(name.partition(".")[0], permissions_of(grant))):
                wrong.append(f"{role} can call {name}")
    return tries, wrong


def _is_refused(function: Callable[..., Any], stand_in: _RoleStandIn) -> bool:
    try:
        function(stand_in)
    except AccessError:
        return True
    except Exception:  # noqa: BLE001 - its body ran, on a stand-in that has nothing
        return False
    return False


def check_statements(scratch: ScratchDatabase) -> tuple[int, list[str]]:
    """Read and change each column of each table as each role; return the number of tries and what went wrong."""
    tables = _tables(scratch)
    tries, wrong = 0, []
    for role, grant in GRANTS.items():
        scope, allowed = access_scope_of(grant), permissions_of(grant)
        database = scratch.opened(scope)
        for what, statement, may in _statements(tables, scope, allowed):
            tries += 1
            if _runs(database, statement) and not may:
                wrong.append(f"{role} can {what}")
        if grant.datasets:
            tries += 1
            wrong += [f"{role} sees {what}" for what in _foreign_rows(database, scratch, allowed)]
        database.close()
    return tries, wrong


def _tables(scratch: ScratchDatabase) -> dict[str, list[str]]:
    names = scratch.database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    prose = {f"c{n}" for (n,) in scratch.database.rows("SELECT position FROM columns WHERE kind = 'text'")}
    found = {
        name: [row[1] for row in scratch.database.connection.execute(f'PRAGMA table_info("{name}")')]
        for (name,) in names
    }
    return {name: [column for column in columns if column not in prose] for name, columns in found.items()}


def _statements(
    tables: Mapping[str, Sequence[str]], scope: AccessScope, allowed: frozenset[Permission]
) -> Iterator[tuple[str, str, bool]]:
    """Yield what a statement does, the statement, and whether the role may run it."""
    for table, columns in tables.items():
        owner = "words" if table.startswith("words_") else table
        declared = scope.reads.get(owner, frozenset())
        for column in columns:
            needed = READABLE_WITH.get(f"{owner}.{column}", READABLE_WITH.get(f"{owner}.*"))
            is_declared = owner in scope.reads and (owner == "fields" or bool(declared & {"*", column}))
            may = is_declared and (needed is None or bool(needed & allowed))
            yield f"read {table}.{column}", f'SELECT t."{column}" FROM "{table}" t LIMIT 1', may
            may_write = owner in scope.writes and owner not in NEVER_CHANGED
            yield f"change {table}.{column}", f'UPDATE "{table}" SET "{column}" = "{column}" WHERE 0', may_write
        yield f"delete from {table}", f'DELETE FROM "{table}" WHERE 0', owner in scope.writes
        yield f"drop {table}", f'DROP TABLE "{table}"', False


def _runs(database: Database, statement: str) -> bool:
    try:
        database.rows(f"EXPLAIN {statement}")
    except (AccessError, WorkspaceError):  # a view cannot be changed, whoever tries
        return False
    return True


def _foreign_rows(database: Database, scratch: ScratchDatabase, allowed: frozenset[Permission]) -> list[str]:
    """Return the tables in which an account limited to the second import sees more than its records."""
    counted = ("responses", "feedback", *(("fields", "texts") if Permission.FIGURES in allowed else ()))
    return [
        f"rows of {table} of other imports"
        for table in counted
        if database.rows(f'SELECT count(*) FROM "{table}"')[0][0] != scratch.second
    ]

"""Roles: what each may do, method by method and column by column; everything else is refused and on record."""

import pytest
from roles import ACCOUNTS, opened, staffed
from services import DELEGATED, METHODS, SERVICES, call
from sqlcipher3 import dbapi2

from analyzer.errors import AccessError
from analyzer.security.permissions import ROLES, Permission, permissions_of
from analyzer.security.types import Grant, Role
from analyzer.workspace import Workspace

REFUSED = (
    "prohibited|not authorized|may not be|vtable constructor failed|is a view|use DROP VIEW|add a column to a view"
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return staffed(tmp_path_factory.mktemp("roles"))


def denials(settings, actor):
    held = opened(settings, "rev")
    found = held.audit.show(limit=10_000, actor=actor, action="denied")
    held.close()
    return len(found)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_of_a_workspace_declares_what_it_needs(name):
    assert isinstance(getattr(METHODS[name], "permissions", None), frozenset), name


def test_a_service_is_named_as_it_is_reached():
    assert {name: service.name for name, service in SERVICES.items()} == {name: name for name in SERVICES}
    assert {"themes", "answers", "erasure", "users", "offline"} <= set(SERVICES)


def test_what_a_workspace_does_itself_is_a_method_of_a_service():
    own = {name for name in vars(Workspace) if not name.startswith("_")} - {
        "init",
        "open",
        "restore",
        "reanchor",
        "close",
        "engines",
    }
    assert own == set(DELEGATED)
    assert set(DELEGATED.values()) <= set(METHODS)
    assert Workspace.__mro__ == (Workspace, object)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_role_can_call_nothing_it_has_no_permission_for_and_every_try_is_on_record(settings, account):
    allowed = permissions_of(ACCOUNTS[account])
    refused = [name for name, method in METHODS.items() if method.permissions - allowed]
    assert refused
    before = denials(settings, account)
    held = opened(settings, account)
    tries = 0
    for name in refused:
        for arguments in ((), ("x",), ("x", "shop=north"), ("rating<=2",)):  # asked before they are looked at
            with pytest.raises(AccessError, match="may not do that"):
                call(held, name, *arguments)
            tries += 1
    held.close()
    assert denials(settings, account) == before + tries


def columns(settings):
    held = opened(settings, "stu")
    tables = [row[0] for row in held.database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    known = {table: [row[1] for row in held.store.database.rows(f"PRAGMA table_info({table})")] for table in tables}
    held.close()
    return known


@pytest.mark.parametrize("account", ["ada", "vic", "rev", "con", "ann"])
def test_sqlite_refuses_every_column_and_every_write_beyond_a_role(settings, account):
    """Raw SQL on the very connection a role works with."""
    tables = columns(settings)
    held = opened(settings, account)
    reach, connection = held.database._scope, held.database.connection
    tries = 0
    for table, names in tables.items():
        owner = "words" if table.startswith("words_") else table
        readable = reach.reads.get(owner, frozenset())
        for name in names:
            may = owner in reach.reads and (readable & {"*", name})
            if table == "fields":
                may = owner in reach.reads
            tries += not may
            if not may:
                with pytest.raises(dbapi2.DatabaseError, match=REFUSED):
                    connection.execute(f'SELECT "{name}" FROM "{table}" LIMIT 1').fetchall()
            if owner not in reach.writes:
                with pytest.raises(dbapi2.DatabaseError, match=REFUSED):
                    connection.execute(f'UPDATE "{table}" SET "{name}" = NULL')
                tries += 1
        if owner not in reach.writes:
            for sql in (f'DELETE FROM "{table}"', f'DROP TABLE "{table}"', f'ALTER TABLE "{table}" ADD COLUMN more'):
                with pytest.raises(dbapi2.DatabaseError, match=REFUSED):
                    connection.execute(sql)
                tries += 1
    held.close()
    assert tries > 100


@pytest.mark.parametrize("account", ["ada", "vic", "rev"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT text FROM texts", "SELECT * FROM texts", "SELECT vector FROM texts", "SELECT t.text FROM feedback f "
        "JOIN texts t USING(text_id)", "SELECT * FROM words WHERE words MATCH 'soup'", "SELECT c0 FROM words_content",
        "SELECT snippet(words, 0, '', '', '', 9) FROM words", "SELECT block FROM words_data",
        "SELECT body FROM answers", "SELECT (SELECT text FROM texts LIMIT 1)", "WITH a AS (SELECT text FROM texts) "
        "SELECT * FROM a", "SELECT count(*) FROM texts WHERE text LIKE '%soup%'", "SELECT max(length(text)) FROM texts",
        "CREATE TEMP VIEW v AS SELECT text FROM texts", "CREATE TEMP TABLE v AS SELECT text FROM texts",
        "ATTACH ':memory:' AS other", "SELECT sqlcipher_export('main')", "SELECT load_extension('x')",
        "PRAGMA writable_schema = 1", "PRAGMA key = 'x'", "PRAGMA rekey = 'x'", "PRAGMA journal_mode = OFF",
        "INSERT INTO texts SELECT * FROM texts", "UPDATE texts SET text = ''", "DELETE FROM feedback",
        "VACUUM INTO 'x'",
        "SELECT sql FROM sqlite_master", "DELETE FROM audit", "UPDATE audit SET actor = 'x'",
        "SELECT digest FROM texts",
        "SELECT respondent FROM feedback", "SELECT 1 ORDER BY (SELECT text FROM texts)", "REINDEX", "ANALYZE",
    ],
)  # fmt: skip
def test_an_aggregates_only_connection_reaches_no_text_whatever_the_sql(settings, account, sql):
    held = opened(settings, account)
    with pytest.raises(dbapi2.DatabaseError):
        held.database.connection.execute(sql).fetchall()
    held.close()


def test_a_statement_that_sqlite_refuses_is_on_record(settings):
    before = denials(settings, "vic")
    held = opened(settings, "vic")
    with pytest.raises(AccessError, match="does not allow that"):
        held.database.rows("SELECT text FROM texts")
    with pytest.raises(AccessError, match="does not allow that"), held.database.transaction() as connection:
        connection.execute("DELETE FROM texts")
    held.close()
    assert denials(settings, "vic") == before + 2


def test_a_viewer_gets_figures_and_no_comment(settings):
    held = opened(settings, "vic")
    assert dict(held.feedback.tally("shop")) == {"north": 20, "south": 20}
    assert held.feedback.matching("rating<=2") == 16
    assert held.feedback.tally("shop", "rating<=2") == ()  # eight each, of whom none is told
    assert held.status().records == 40
    assert "comment" not in {column.name for column in held.feedback.columns()}
    assert held.themes.list().themes == ()
    held.close()


def test_an_analyst_gets_comments_and_labels_and_writes_none(settings):
    held = opened(settings, "ann")
    assert held.feedback.show(["R-1"])[0].text
    assert held.search("soup").hits
    assert held.ask("What about the soup?").status
    tasks = held.labels.next("soup")
    assert held.labels.keep("soup", {tasks[0].id: "yes"}) == 1
    with pytest.raises(AccessError):
        held.ingest([])
    held.close()


def test_a_steward_imports_and_a_reviewer_verifies(settings, tmp_path):
    from fakes import write_csv

    held = opened(settings, "stu")
    assert held.ingest([write_csv(tmp_path / "b.csv", [{"comment": "more soup", "town": "Ulm"}])]).stored == 1
    held.themes.build(names=False)
    assert held.verify().ok
    held.close()
    held = opened(settings, "rev")
    assert held.audit.verify().ok
    assert held.verify().ok
    assert held.status().records == 41
    assert held.privacy.report().imports
    held.close()


def test_roles_carry_no_more_than_their_job_needs():
    aggregates_only = {Role.VIEWER, Role.REVIEWER, Role.ADMIN}
    assert all(Permission.COMMENTS not in ROLES[role] for role in aggregates_only)
    assert [role for role in ROLES if Permission.ACCOUNTS in ROLES[role]] == [Role.ADMIN]
    assert not any(Permission.PERSONS in allowed for allowed in ROLES.values())
    assert permissions_of(Grant("x", (Role.CONSULTANT,), comments=False, exports="off")) == {Permission.FIGURES}

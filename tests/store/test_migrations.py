"""Steps of the schema: which ones a database lacks, that they are applied once and whole, and where they lead."""

import re
import threading
from pathlib import Path

import pytest
from kept_workspaces import VERSIONS, copied, opened_raw, schema_of

from analyzer.errors import WorkspaceError
from analyzer.store import migrations
from analyzer.store.database import Database
from analyzer.store.migrations import MIGRATIONS, Migration, Migrations
from analyzer.store.schema import VERSION

KEY = bytes(range(32))
AT = "2026-01-02T03:04:05+00:00"
NAMES = tuple(step.name for step in MIGRATIONS.steps)
LATER = ("codings", "codebook", "incidents", "figures_asked", "links", "link_batches")
"""Tables that the first builds of schemas 4 and 5 lack."""
BAD = Migration("0099_bad", "99", ("CREATE TABLE halves(n)", "UPDATE meta SET value = 'lost'", "SELECT no_function()"))
GOOD = Migration("0099_good", "99", ("CREATE TABLE extra(n)", "INSERT INTO extra VALUES(7)"))


@pytest.fixture
def fresh(tmp_path):
    database = Database.create(tmp_path / "feedback.db", KEY, {"workspace": "w"})
    yield database
    database.close()


@pytest.fixture(params=VERSIONS)
def kept(request, tmp_path):
    database = opened_raw(copied(request.param, tmp_path / "kept"))
    yield database
    database.close()


@pytest.fixture
def oldest(tmp_path):
    database = opened_raw(copied(VERSIONS[0], tmp_path / "kept"))
    yield database
    database.close()


def apply(database, steps=MIGRATIONS):
    with database.transaction() as connection:
        return steps.apply(connection, AT)


def everything(database):
    """Every row of every table, and what the tables are."""
    tables = [name for (name,) in database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")]
    return schema_of(database), {name: database.rows(f'SELECT * FROM "{name}"') for name in tables}


def forget_migrations(database, version):
    with database.transaction() as connection:
        connection.execute("DROP TABLE migrations")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (version,))


def test_a_fresh_database_has_had_every_step(fresh):
    assert fresh.meta("schema") == VERSION == MIGRATIONS.version
    assert MIGRATIONS.applied(fresh.connection) == NAMES
    assert MIGRATIONS.pending(fresh.connection) == ()
    assert apply(fresh) == ()


def test_a_fresh_database_records_when_it_was_made(fresh):
    times = {at for (at,) in fresh.rows("SELECT applied FROM migrations")}
    assert len(times) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", times.pop())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_from_before_the_record_lacks_the_steps_after_its_version(version, tmp_path):
    database = opened_raw(copied(version, tmp_path / "kept"))
    assert [step.version for step in MIGRATIONS.pending(database.connection)] == [
        step.version for step in MIGRATIONS.steps if int(step.version) > int(version)
    ]
    assert MIGRATIONS.applied(database.connection) == tuple(
        step.name for step in MIGRATIONS.steps if int(step.version) <= int(version)
    )
    database.close()


def test_asking_what_is_pending_changes_nothing(kept):
    before = everything(kept)
    assert MIGRATIONS.pending(kept.connection)
    assert everything(kept) == before


def test_every_schema_leads_to_the_one_of_a_fresh_database(kept, fresh):
    apply(kept)
    assert schema_of(kept, without=("fields",)) == schema_of(fresh, without=("fields",))
    assert kept.meta("schema") == fresh.meta("schema")
    assert kept.problems() == []


@pytest.mark.parametrize("version", ["4", "5"])
def test_the_first_builds_of_a_schema_get_the_tables_that_later_ones_had(version, fresh, tmp_path):
    database = opened_raw(copied(version, tmp_path / "kept"))
    there = {name for (name,) in database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    with database.transaction() as connection:
        connection.execute("DROP INDEX IF EXISTS audit_by_time")
        for name in LATER:
            if name in there:
                connection.execute(f"DROP TABLE {name}")
    apply(database)
    assert schema_of(database, without=("fields",)) == schema_of(fresh, without=("fields",))
    assert database.problems() == []
    database.close()


def test_what_was_kept_is_there_after_all_steps(kept):
    tables = ("texts", "fields", "aliases", "decisions", "audit", "profiles")
    columns = "SELECT position, name, label, kind FROM columns"
    imports = "SELECT import_id, file, started, finished, duplicates FROM imports"
    comments = "SELECT n, id, text_id, import_id, respondent FROM feedback"
    before = {name: kept.rows(f"SELECT * FROM {name}") for name in tables}
    before |= {sql: kept.rows(sql) for sql in (imports, comments)}
    rows = kept.rows("SELECT n, id, import_id, row, digest, x'', respondent, profile_id FROM feedback")
    columns_before = kept.rows(columns)
    words = kept.rows("SELECT rowid FROM words WHERE words MATCH 'parcel' ORDER BY 1")
    apply(kept)
    assert {name: kept.rows(f"SELECT * FROM {name}") for name in tables} == {name: before[name] for name in tables}
    assert (kept.rows(imports), kept.rows(comments)) == (before[imports], before[comments])
    assert kept.rows("SELECT * FROM responses") == rows
    assert kept.rows("SELECT DISTINCT n - response_id, question_id FROM feedback") == [(0, 1)]
    assert kept.rows(columns) == columns_before
    assert kept.rows("SELECT rowid FROM words WHERE words MATCH 'parcel' ORDER BY 1") == words
    assert len(words) == 6


def test_answers_of_schema_2_go_and_later_ones_stay(tmp_path):
    old, newer = (opened_raw(copied(version, tmp_path / version)) for version in ("2", "3"))
    assert [database.rows("SELECT count(*) FROM answers") for database in (old, newer)] == [[(1,)], [(1,)]]
    apply(old)
    apply(newer)
    assert [database.rows("SELECT count(*) FROM answers") for database in (old, newer)] == [[(0,)], [(1,)]]
    old.close()
    newer.close()


def test_roles_of_columns_are_filled_in(kept):
    apply(kept)
    assert kept.rows("SELECT name, role FROM columns WHERE role <> '' ORDER BY name") == [
        ("date", "date"),
        ("rating", "rating"),
    ]


def test_an_answer_stays_with_whoever_asked_and_another_may_have_it_too(tmp_path):
    database = opened_raw(copied("3", tmp_path / "kept"))
    before = database.rows("SELECT receipt, asked, actor, question, body FROM answers")
    assert len(before) == 1
    apply(database)
    assert database.rows("SELECT receipt, asked, actor, question, body FROM answers") == before
    with database.transaction() as connection:
        again = "INSERT INTO answers SELECT receipt, asked, 'somebody else', question, body FROM answers"
        connection.execute(again)
    assert database.rows("SELECT count(DISTINCT receipt), count(*) FROM answers") == [(1, 2)]
    database.close()


def test_each_step_is_recorded_with_its_time_and_earlier_ones_without(tmp_path):
    database = opened_raw(copied("4", tmp_path / "kept"))
    applied = apply(database)
    assert [step.version for step in applied] == ["5", "6", "7", "8", "9", "10", "11", "12", "13", "14"]
    assert database.rows("SELECT name, applied FROM migrations ORDER BY name") == [
        ("0003_labels", ""),
        ("0004_themes", ""),
        ("0005_custody", AT),
        ("0006_tables_of_later_builds", AT),
        ("0007_roles_of_columns", AT),
        ("0008_answers_by_actor", AT),
        ("0009_responses", AT),
        ("0010_figures_asked", AT),
        ("0011_copies_and_settled_labels", AT),
        ("0012_reindexed_vectors", AT),
        ("0013_stemmed_texts", AT),
        ("0014_saved_views", AT),
    ]
    database.close()


def test_steps_are_applied_once(oldest):
    apply(oldest)
    before = everything(oldest)
    assert apply(oldest) == ()
    assert everything(oldest) == before


def test_a_new_step_is_applied_to_a_database_that_has_a_record(fresh):
    more = Migrations((*MIGRATIONS.steps, GOOD))
    assert more.pending(fresh.connection) == (GOOD,)
    assert apply(fresh, more) == (GOOD,)
    assert fresh.rows("SELECT n FROM extra") == [(7,)]
    assert fresh.meta("schema") == "99"
    assert fresh.rows("SELECT applied FROM migrations WHERE name = ?", (GOOD.name,)) == [(AT,)]
    assert more.pending(fresh.connection) == ()


@pytest.mark.parametrize("bad", range(3), ids=["at once", "between two", "at the end"])
def test_a_step_that_fails_leaves_everything_as_it_was(bad, oldest):
    before = everything(oldest)
    steps = [*MIGRATIONS.steps, GOOD]
    steps.insert((0, 2, len(steps))[bad], BAD)
    with pytest.raises(WorkspaceError, match="no_function"):
        apply(oldest, Migrations(tuple(steps)))
    assert everything(oldest) == before
    assert oldest.meta("schema") == VERSIONS[0]
    assert oldest.problems() == []
    assert len(apply(oldest)) == len(MIGRATIONS.steps)


def test_an_interruption_after_the_steps_leaves_everything_as_it_was(oldest):
    before = everything(oldest)
    with pytest.raises(KeyboardInterrupt), oldest.transaction() as connection:  # noqa: PT012 - one transaction
        assert MIGRATIONS.apply(connection, AT)
        raise KeyboardInterrupt
    assert everything(oldest) == before


def test_two_connections_at_once_apply_each_step_once(oldest):
    other = Database(oldest.path, oldest._key)
    ready, done, failures = threading.Barrier(2), [], []

    def run(database):
        try:
            assert len(MIGRATIONS.pending(database.connection)) == len(MIGRATIONS.steps)
            ready.wait(10)
            done.append(apply(database))
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(database,)) for database in (oldest, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(map(len, done)) == [0, len(MIGRATIONS.steps)]
    assert oldest.rows("SELECT count(*) FROM migrations") == [(len(NAMES),)]
    assert oldest.problems() == []
    other.close()


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("15", "newer than 14, the newest one here; open it with that version"),
        ("1", "older than 2 and cannot be upgraded; make a workspace in another folder"),
        ("", "does not say which schema"),
        ("six", "does not say which schema"),
    ],
)
def test_a_schema_that_is_not_known_is_refused_and_left_alone(version, message, fresh):
    with fresh.transaction() as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (version,))
    before = everything(fresh)
    for read in (MIGRATIONS.pending, MIGRATIONS.applied):
        with pytest.raises(WorkspaceError, match=message):
            read(fresh.connection)
    with pytest.raises(WorkspaceError, match=message):
        apply(fresh)
    assert everything(fresh) == before


def test_a_step_of_a_newer_version_is_told(fresh):
    with fresh.transaction() as connection:
        connection.execute("INSERT INTO migrations VALUES('0099_good', '')")
    with pytest.raises(WorkspaceError, match="newer version of this program \\(0099_good\\)"):
        MIGRATIONS.pending(fresh.connection)


def test_a_missing_record_is_told(fresh):
    forget_migrations(fresh, VERSION)
    with pytest.raises(WorkspaceError, match="table of migrations is missing; restore a backup"):
        MIGRATIONS.pending(fresh.connection)


def test_a_version_that_contradicts_the_record_is_told(fresh):
    with fresh.transaction() as connection:
        connection.execute("UPDATE meta SET value = '4' WHERE key = 'schema'")
    with pytest.raises(WorkspaceError, match="contradicts its table of migrations"):
        MIGRATIONS.pending(fresh.connection)


def test_names_are_unique_and_numbered_by_the_schema_they_lead_to():
    assert len(set(NAMES)) == len(NAMES)
    assert list(NAMES) == sorted(NAMES)
    assert [int(step.version) for step in MIGRATIONS.steps] == [int(name[:4]) for name in NAMES]


def test_steps_use_no_constants_of_todays_schema():
    source = Path(migrations.__file__).read_text(encoding="utf-8")
    imported = re.findall(r"^(?:from|import) (analyzer\S*)", source, re.MULTILINE)
    assert imported == ["analyzer.errors"]

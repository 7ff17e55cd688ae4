"""The tables of a workspace: what they refuse, what follows from a deletion, and that look-ups use an index."""

import re

import pytest

from analyzer.errors import WorkspaceError
from analyzer.store.database import Database
from analyzer.store.schema import MAX_COLUMNS, STATEMENTS

KEY = bytes(range(32))
LOOSE = {"fields", "words"}
"""Tables that are not STRICT: kept columns have the types of their file, and the word index is FTS5's own."""


@pytest.fixture
def database(tmp_path):
    made = Database.create(tmp_path / "feedback.db", KEY, {"workspace": "w"})
    with made.transaction() as connection:
        connection.execute("INSERT INTO imports(import_id, file, fingerprint, started) VALUES(1, 'f', x'01', 'then')")
        connection.execute("INSERT INTO profiles VALUES(1, 'p')")
        for n in (1, 2):
            connection.execute("INSERT INTO texts VALUES(?, ?, ?, 'en', x'00')", (n, bytes([n]), f"text {n}"))
            connection.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (n, f"text {n}"))
            connection.execute("INSERT INTO responses VALUES(?, ?, 1, ?, x'00', x'', NULL, 1)", (n, f"R-{n}", n))
            connection.execute("INSERT OR IGNORE INTO questions VALUES(1, 'comment', 'Comment')")
            connection.execute("INSERT INTO feedback VALUES(?, ?, ?, 1, ?, 1, NULL)", (n, f"R-{n}", n, n))
            connection.execute("INSERT INTO fields(response_id) VALUES(?)", (n,))
    yield made
    made.close()


def run(database, *statements):
    with database.transaction() as connection:
        for statement in statements:
            connection.execute(statement)


def count(database, table):
    return database.rows(f"SELECT count(*) FROM {table}")[0][0]


def test_every_table_is_strict(database):
    rows = database.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'words_%'")
    assert {name for name, sql in rows if not re.search(r"\bSTRICT\b", sql)} == LOOSE


def test_every_statement_made_what_it_says(database):
    made = {name for (name,) in database.rows("SELECT name FROM sqlite_schema")}
    said = set(re.findall(r"^CREATE (?:TABLE|INDEX|TRIGGER|VIRTUAL TABLE) (\w+)", "\n".join(STATEMENTS), re.MULTILINE))
    assert len(said) > 50
    assert said <= made


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO texts VALUES('one', x'09', 't', 'en', x'00')",
        "INSERT INTO texts VALUES(9, x'09', NULL, 'en', x'00')",
        "INSERT INTO texts VALUES(9, x'01', 'the same digest', 'en', x'00')",
        "INSERT INTO responses VALUES(9, 'R-1', 1, 9, x'00', x'', NULL, 1)",
        "INSERT INTO responses VALUES(9, 'R-9', 77, 9, x'00', x'', NULL, 1)",
        "INSERT INTO responses VALUES(9, 'R-9', 1, 9, x'00', x'', NULL, 77)",
        "INSERT INTO questions VALUES(2, 'comment', 'the name of another')",
        "INSERT INTO feedback VALUES(9, 'R-9', 1, 1, 1, 1, NULL)",
        "INSERT INTO feedback VALUES(9, 'R-1', 1, 1, 1, 1, NULL)",
        "INSERT INTO feedback VALUES(9, 'R-9', 77, 1, 1, 1, NULL)",
        "INSERT INTO feedback VALUES(9, 'R-9', 1, 77, 1, 1, NULL)",
        "INSERT INTO feedback VALUES(9, 'R-9', 1, 1, 77, 1, NULL)",
        "INSERT INTO feedback VALUES(9, 'R-9', 1, 1, 1, 77, NULL)",
        "INSERT INTO imports(file, fingerprint, started) VALUES('g', x'01', 'then')",
        "INSERT INTO meta VALUES('workspace', 'twice')",
        "INSERT INTO fields(response_id) VALUES(77)",
        "INSERT INTO labels VALUES(1, 77, 1, 1.0, 'then', 'ada', NULL, 0)",
        "INSERT INTO opinions VALUES(1, 0, 4, 77)",
        "INSERT INTO grants VALUES(1, 'nobody', '{}', '', '')",
        "INSERT INTO links VALUES(x'01', 77, x'00', '', '')",
        "DELETE FROM texts WHERE text_id = 1",
        "DELETE FROM imports",
        "DELETE FROM profiles",
    ],
)
def test_what_contradicts_the_tables_is_refused_and_changes_nothing(database, sql):
    before = [count(database, table) for table in ("texts", "feedback", "imports", "fields", "meta", "profiles")]
    with pytest.raises(WorkspaceError):
        run(database, "INSERT INTO meta VALUES('half', 'of it')", sql)
    assert [
        count(database, table) for table in ("texts", "feedback", "imports", "fields", "meta", "profiles")
    ] == before
    assert database.problems() == []


def test_fields_comments_and_places_go_with_their_response(database):
    run(
        database,
        "INSERT INTO doubts VALUES(1, 'kept', 'PERSON', x'01', 'Aaa', 1)",
        "INSERT INTO doubt_places VALUES(1, 1, 1, '', 0, 3)",
        "INSERT INTO doubt_places VALUES(1, 2, 2, '', 0, 3)",
    )
    run(database, "DELETE FROM responses WHERE response_id = 1")
    assert database.rows("SELECT response_id FROM fields") == [(2,)]
    assert database.rows("SELECT n FROM feedback") == [(2,)]
    assert database.rows("SELECT response_id FROM doubt_places") == [(2,)]


def test_labels_opinions_and_codings_go_with_their_text(database):
    run(
        database,
        "INSERT INTO predicates VALUES(1, 'late', 'yes/no', 'then', 'ada')",
        "INSERT INTO codebook VALUES('t-1', 'Late', '{}', 1)",
        "INSERT INTO clauses VALUES(1, x'01', x'00', 0.5, 0.5, NULL, NULL)",
        *(f"INSERT INTO labels VALUES({n}, 1, {n}, 1.0, 'then', 'ada', NULL, 0)" for n in (1, 2)),
        *(f"INSERT INTO theme_labels VALUES({n}, 't-1', {n}, 1.0, 'then', 'ada', NULL, 0)" for n in (1, 2)),
        *(f"INSERT INTO codings VALUES('t-1', {n}, 0.9, 1)" for n in (1, 2)),
        *(f"INSERT INTO opinions VALUES({n}, 0, 4, 1)" for n in (1, 2)),
    )
    run(database, "DELETE FROM feedback WHERE n = 1", "DELETE FROM texts WHERE text_id = 1")
    for table in ("labels", "theme_labels", "codings", "opinions"):
        assert database.rows(f"SELECT text_id FROM {table}") == [(2,)], table


def test_a_clause_goes_with_the_last_one_who_says_it(database):
    run(
        database,
        "INSERT INTO clauses VALUES(1, x'01', x'00', 0.5, 0.5, NULL, NULL)",
        "INSERT INTO placements VALUES(1, 't-1', 0.9, 'near')",
        *(f"INSERT INTO opinions VALUES({n}, 0, 4, 1)" for n in (1, 2)),
    )
    run(database, "DELETE FROM opinions WHERE text_id = 1")
    assert (count(database, "clauses"), count(database, "placements")) == (1, 1)
    run(database, "DELETE FROM opinions WHERE text_id = 2")
    assert (count(database, "clauses"), count(database, "placements")) == (0, 0)


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT n FROM feedback WHERE text_id = 1", "feedback_by_text"),
        ("SELECT n FROM feedback WHERE import_id = 1", "feedback_by_import"),
        ("SELECT n FROM feedback WHERE respondent = 'x'", "feedback_by_respondent"),
        ("SELECT text_id FROM opinions WHERE clause_id = 1", "opinions_by_clause"),
        ("SELECT clause_id FROM placements WHERE theme_id = 't'", "placements_by_theme"),
        ("SELECT label_id FROM labels WHERE text_id = 1", "labels_by_text"),
        ("SELECT seq FROM audit WHERE action = 'show'", "audit_by_action"),
        ("SELECT seq FROM audit WHERE at > 'then'", "audit_by_time"),
        ("SELECT grant_id FROM grants WHERE account = 'ada'", "grants_by_account"),
    ],
)
def test_look_ups_use_their_index(database, sql, index):
    plan = " ".join(row[3] for row in database.rows(f"EXPLAIN QUERY PLAN {sql}"))
    assert index in plan


def test_as_many_columns_are_kept_as_is_said(database):
    run(database, *(f"ALTER TABLE fields ADD COLUMN c{n}" for n in range(1, MAX_COLUMNS + 1)))
    assert len(database.rows("PRAGMA table_info(fields)")) == MAX_COLUMNS + 1
    run(database, f"UPDATE fields SET c{MAX_COLUMNS} = 'last' WHERE response_id = 2")
    assert database.rows(f"SELECT c{MAX_COLUMNS} FROM fields ORDER BY response_id") == [(None,), ("last",)]


@pytest.mark.parametrize("word", ["cafe", "CAFÉ", "running", "run"])
def test_words_are_found_in_other_forms_and_without_accents(database, word):
    run(database, "INSERT INTO words(rowid, text) VALUES(9, 'runs to the Café')")
    assert database.rows("SELECT rowid FROM words WHERE words MATCH ?", (f'"{word}"',)) == [(9,)]

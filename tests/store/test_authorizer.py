"""What a connection is held to: SQLite itself refuses the rest, whatever SQL is run on it."""

import pytest

from analyzer.errors import AccessError, WorkspaceError
from analyzer.store.authorizer import EVERY, AccessScope
from analyzer.store.database import Database

KEY = bytes(range(32))
READER = AccessScope(
    reads={"responses": EVERY, "feedback": EVERY, "texts": EVERY, "columns": EVERY, "fields": EVERY, "words": EVERY}
)
NAMES = ("score", "city", "diary")


@pytest.fixture
def path(tmp_path):
    """Two imports of three comments each; kept columns c1 (number), c2 (category) and c3 (text)."""
    path = tmp_path / "feedback.db"
    database = Database.create(path, KEY, {"workspace": "w"})
    with database.transaction() as connection:
        for position, (name, kind) in enumerate(zip(NAMES, ("number", "category", "text"), strict=True), start=1):
            connection.execute("INSERT INTO columns VALUES(?, ?, ?, ?, '', '{}')", (position, name, name, kind))
            connection.execute(f"ALTER TABLE fields ADD COLUMN c{position}")
        connection.execute("INSERT INTO profiles VALUES(1, 'p')")
        for number in (1, 2):
            connection.execute(
                "INSERT INTO imports(import_id, file, fingerprint, started) VALUES(?, ?, ?, 'then')",
                (number, f"f{number}.csv", bytes([number])),
            )
        for n in range(1, 7):
            add(connection, n, 1 if n <= 3 else 2)
        for receipt, actor in (("r-1", "ada"), ("r-2", "ben")):
            connection.execute("INSERT INTO answers VALUES(?, 'then', ?, 'question', 'body')", (receipt, actor))
        connection.execute("INSERT INTO audit VALUES(1, 'then', 'ada', 'show', '{}', x'00')")
    database.close()
    return path


def add(connection, n, import_id):
    connection.execute("INSERT INTO texts VALUES(?, ?, ?, 'en', x'00')", (n, bytes([n]), f"comment number{n}"))
    connection.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (n, f"comment number{n}"))
    row = (n, f"R-{n}", import_id, n, bytes([n]))
    connection.execute("INSERT INTO responses VALUES(?, ?, ?, ?, ?, x'', NULL, 1)", row)
    connection.execute("INSERT OR IGNORE INTO questions VALUES(1, 'comment', 'Comment')")
    connection.execute("INSERT INTO feedback VALUES(?, ?, ?, 1, ?, ?, NULL)", (n, f"R-{n}", n, n, import_id))
    connection.execute("INSERT INTO fields VALUES(?, ?, 'here', 'dear diary')", (n, n))


@pytest.fixture
def bind(path):
    opened = []

    def bound(reach):
        opened.append(Database(path, KEY, reach))
        return opened[-1]

    yield bound
    for database in opened:
        database.close()


def count(database, table):
    return database.rows(f"SELECT count(*) FROM {table}")[0][0]


def test_what_is_named_is_read_and_the_rest_refused(bind):
    database = bind(READER)
    assert count(database, "feedback") == count(database, "texts") == 6
    assert database.rows("SELECT text FROM texts WHERE text_id = 2") == [("comment number2",)]
    for table in ("audit", "accounts", "meta", "aliases", "decisions", "answers", "migrations"):
        with pytest.raises(AccessError, match="your role does not allow that"):
            count(database, table)


def test_columns_that_are_not_named_are_refused(bind):
    database = bind(AccessScope(reads={"feedback": frozenset({"n", "id"})}))
    assert database.rows("SELECT id FROM feedback WHERE n = 1") == [("R-1",)]
    for column in ("respondent", "response_id", "text_id", "*"):
        with pytest.raises(AccessError):
            database.rows(f"SELECT {column} FROM feedback")
    with pytest.raises(AccessError):
        database.rows("SELECT id FROM feedback WHERE respondent IS NULL")


def test_a_table_that_is_named_without_columns_is_counted_and_no_more(bind):
    database = bind(AccessScope(reads={"texts": frozenset()}))
    assert count(database, "texts") == 6
    with pytest.raises(AccessError):
        database.rows("SELECT text FROM texts")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT detail FROM audit UNION ALL SELECT text FROM texts",
        "SELECT text FROM texts WHERE EXISTS (SELECT 1 FROM audit WHERE actor = 'ada')",
        "SELECT (SELECT passphrase FROM accounts) FROM texts",
        "WITH found AS (SELECT detail FROM audit) SELECT * FROM found",
        "SELECT text FROM texts JOIN meta ON true",
        "SELECT * FROM (SELECT value FROM meta)",
        "SELECT sql FROM sqlite_schema",
        "SELECT name FROM sqlite_temp_master",
        "SELECT load_extension('x')",
        "SELECT sqlcipher_export('main')",
        "SELECT fts3_tokenizer('simple')",
        "PRAGMA key = 'x'",
        "PRAGMA rekey = 'x'",
        "PRAGMA foreign_keys = 0",
        "PRAGMA secure_delete = 0",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA table_info(accounts)",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "VACUUM INTO '/tmp/out.db'",
        "CREATE TABLE mine(n)",
        "CREATE TEMP TABLE mine AS SELECT text FROM texts",
        "CREATE VIEW mine AS SELECT * FROM audit",
        "CREATE TEMP VIEW mine AS SELECT * FROM audit",
        "CREATE TRIGGER t AFTER INSERT ON feedback BEGIN DELETE FROM audit; END",
        "CREATE INDEX i ON texts(text)",
        "DROP TABLE texts",
        "DROP INDEX feedback_by_text",
        "ALTER TABLE texts ADD COLUMN more",
        "ALTER TABLE texts RENAME TO others",
        "REINDEX",
        "ANALYZE",
        "INSERT INTO feedback(n) VALUES(99)",
        "UPDATE texts SET text = 'changed'",
        "DELETE FROM feedback",
        "REPLACE INTO texts SELECT * FROM texts",
        "INSERT INTO words(words) VALUES('delete-all')",
        "CREATE VIRTUAL TABLE temp.v USING fts5vocab('main', 'words', 'row')",
    ],
)
def test_statements_that_reach_further_are_refused_and_change_nothing(bind, path, sql):
    database = bind(READER)
    with pytest.raises(AccessError):
        database.rows(sql)
    whole = Database(path, KEY)
    assert [count(whole, table) for table in ("texts", "feedback", "fields", "audit", "answers")] == [6, 6, 6, 1, 2]
    assert whole.rows("SELECT count(*) FROM texts WHERE text LIKE 'comment number_'") == [(6,)]
    assert whole.problems() == []
    whole.close()


@pytest.mark.parametrize("sql", ["SELECT readfile('/etc/passwd')", "SELECT writefile('/tmp/x', 'y')"])
def test_functions_on_files_are_not_there_at_all(bind, sql):
    with pytest.raises(WorkspaceError, match="no such function"):
        bind(READER).rows(sql)


def test_ordinary_functions_and_the_word_index_work(bind):
    database = bind(READER)
    assert database.rows("SELECT upper(text) FROM texts WHERE text_id = 1") == [("COMMENT NUMBER1",)]
    assert database.rows("SELECT rowid FROM words WHERE words MATCH 'number3'") == [(3,)]
    assert database.rows("PRAGMA data_version")


def test_rows_of_other_imports_are_not_there(bind):
    database = bind(AccessScope(reads={**READER.reads, "imports": EVERY}, imports=(2,)))
    assert [count(database, table) for table in ("feedback", "texts", "fields", "imports")] == [3, 3, 3, 1]
    assert database.rows("SELECT id FROM feedback ORDER BY n") == [("R-4",), ("R-5",), ("R-6",)]
    assert database.rows("SELECT text FROM texts WHERE text_id = 1") == []
    assert database.rows("SELECT c1 FROM fields WHERE response_id = 1") == []


@pytest.mark.parametrize("table", ["feedback", "texts", "fields", "imports"])
def test_rows_of_other_imports_are_not_read_past_the_views(bind, table):
    database = bind(AccessScope(reads={**READER.reads, "imports": EVERY}, imports=(2,)))
    column = {"feedback": "id", "texts": "text", "fields": "c1", "imports": "file"}[table]
    for sql in (f"SELECT {column} FROM main.{table}", f"SELECT * FROM main.{table}", f"DROP VIEW temp.{table}"):
        with pytest.raises(AccessError):
            database.rows(sql)
    assert count(database, table) == (1 if table == "imports" else 3)


def test_nobody_with_no_imports_sees_a_row(bind):
    database = bind(AccessScope(reads=READER.reads, imports=()))
    assert [count(database, table) for table in ("feedback", "texts", "fields")] == [0, 0, 0]


def test_a_view_shows_no_more_columns_than_may_be_read(bind):
    database = bind(AccessScope(reads={"feedback": frozenset({"n", "id", "import_id"})}, imports=(1,)))
    assert database.rows("SELECT * FROM feedback WHERE n = 1") == [("R-1", 1, 1)]  # in the order of their names


def test_kept_columns_that_are_not_granted_are_not_listed(bind):
    database = bind(AccessScope(reads=READER.reads, columns=frozenset({"score"})))
    assert database.rows("SELECT name FROM columns") == [("score",)]
    assert bind(AccessScope(reads=READER.reads, columns=frozenset())).rows("SELECT name FROM columns") == []


def test_columns_of_prose_are_not_listed_for_those_who_see_none(bind):
    assert bind(AccessScope(reads=READER.reads, prose=False)).rows("SELECT name FROM columns ORDER BY position") == [
        ("score",),
        ("city",),
    ]


def test_a_name_with_quotes_is_a_name(bind):
    database = bind(AccessScope(reads=READER.reads, columns=frozenset({"sc'ore", "') OR 1 --", "city"})))
    assert database.rows("SELECT name FROM columns") == [("city",)]


def test_answers_of_others_are_neither_read_nor_replaced(bind, path):
    database = bind(AccessScope(reads={"answers": EVERY}, writes=frozenset({"answers"}), answers_of="ada"))
    assert database.rows("SELECT receipt FROM answers") == [("r-1",)]
    with pytest.raises(AccessError):
        database.rows("SELECT body FROM main.answers")
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO answers(receipt, asked, actor, question, body) VALUES('r-3', 'now', 'ada', 'q', 'mine')"
        )
    assert database.rows("SELECT receipt FROM answers ORDER BY 1") == [("r-1",), ("r-3",)]
    whole = Database(path, KEY)
    assert whole.rows("SELECT receipt, actor FROM answers ORDER BY 1") == [
        ("r-1", "ada"), ("r-2", "ben"), ("r-3", "ada"),
    ]  # fmt: skip
    whole.close()


def test_rows_are_added_changed_and_deleted_where_that_is_granted(bind):
    database = bind(AccessScope(reads=READER.reads, writes=frozenset({"texts", "words", "labels"})))
    with database.transaction() as connection:
        connection.execute("UPDATE texts SET language = 'de' WHERE text_id = 1")
        connection.execute("INSERT INTO texts VALUES(9, x'09', 'new words', 'en', x'00')")
        connection.execute("INSERT INTO words(rowid, text) VALUES(9, 'new words')")
    assert database.rows("SELECT language FROM texts WHERE text_id IN (1, 9) ORDER BY 1") == [("de",), ("en",)]
    assert database.rows("SELECT rowid FROM words WHERE words MATCH 'new'") == [(9,)]
    with pytest.raises(AccessError), database.transaction() as connection:  # noqa: PT012 - one transaction
        connection.execute("DELETE FROM texts WHERE text_id = 9")
        connection.execute("DELETE FROM feedback")
    assert count(database, "texts") == 7


def test_what_is_appended_to_is_neither_changed_nor_read(bind, path):
    database = bind(AccessScope(appends=frozenset({"audit"})))
    with database.transaction() as connection:
        connection.execute("INSERT INTO audit VALUES(2, 'now', 'ada', 'show', '{}', x'01')")
    for sql in ("UPDATE audit SET actor = 'ben'", "DELETE FROM audit", "SELECT actor FROM audit"):
        with pytest.raises(AccessError):
            database.rows(sql)
    whole = Database(path, KEY)
    assert whole.rows("SELECT seq, actor FROM audit") == [(1, "ada"), (2, "ada")]
    whole.close()


def test_columns_are_added_by_those_who_import_and_nobody_else(bind):
    importer = bind(AccessScope(reads=READER.reads, writes=frozenset({"fields", "columns"}), changes_schema=True))
    with importer.transaction() as connection:
        connection.execute("ALTER TABLE fields ADD COLUMN c4")
        connection.execute("INSERT INTO columns VALUES(4, 'branch', 'branch', 'category', '', '{}')")
    assert importer.rows("SELECT c4 FROM fields WHERE response_id = 1") == [(None,)]
    with pytest.raises(AccessError):
        importer.rows("DROP TABLE texts")
    with pytest.raises(AccessError):
        importer.rows("CREATE TABLE mine(n)")


def test_a_column_added_later_is_not_among_those_that_were_granted(bind, path):
    database = bind(READER)
    assert database.rows("SELECT c3 FROM fields WHERE response_id = 1") == [("dear diary",)]
    whole = Database(path, KEY)
    with whole.transaction() as connection:
        connection.execute("ALTER TABLE fields ADD COLUMN c4")
    whole.close()
    with pytest.raises(AccessError):
        database.rows("SELECT c4 FROM fields")


def test_it_is_told_once_what_was_refused(bind):
    database, refused = bind(READER), []
    database.on_denied = lambda: refused.append(1)
    with pytest.raises(AccessError):
        count(database, "audit")
    assert refused == [1]
    with pytest.raises(AccessError), database.transaction() as connection:
        connection.execute("DELETE FROM audit")
    assert len(refused) == 2
    assert count(database, "texts") == 6


def test_every_thread_is_held(bind):
    import threading

    database, failures = bind(READER), []

    def reach_out():
        try:
            count(database, "audit")
        except AccessError as error:
            failures.append(error)

    threads = [threading.Thread(target=reach_out) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 3

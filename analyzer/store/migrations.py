"""Schema migrations: named steps, each with its own frozen SQL, and a table of the steps applied to a database.

A step is never edited once it is released, and it never uses a constant of analyzer.store.schema: that module defines
today's tables, a step defines one change at one time. A new step goes to the end of MIGRATIONS, with the schema version
that a database has after it; the same change is made in analyzer.store.schema, and a test compares the two. Knows
nothing of locks, backups and the audit log; analyzer.security.workspace_store provides them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.errors import WorkspaceError

Connection = Any

APPLIED = "CREATE TABLE migrations(name TEXT PRIMARY KEY, applied TEXT NOT NULL) STRICT, WITHOUT ROWID"
"""Name of a step -> when it was applied, UTC; empty for steps before schema 6, which were not recorded."""

UNRECORDED = range(2, 6)
"""Schema versions of databases without a table of applied steps; the version determines which steps were applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration step.

    Attributes:
        name: unique, never changed; version: of the schema after it; statements: SQL, run in this order.
        more: statements that depend on the database, such as its kept columns; read before the others are run.
    """

    name: str
    version: str
    statements: tuple[str, ...]
    more: Callable[[Connection], tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Migrations:
    """Steps in the order in which they are applied."""

    steps: tuple[Migration, ...]

    @property
    def version(self) -> str:
        """The schema version after all steps."""
        return self.steps[-1].version

    def applied(self, connection: Connection) -> tuple[str, ...]:
        """Return the names of the steps that were applied to a database, sorted.

        Raises:
            WorkspaceError: if its schema is older than the first step, newer than the last one, or damaged.
        """
        version = _version(connection)
        self._check_version(version)
        if _is_recorded(connection):
            names = sorted(str(name) for (name,) in connection.execute("SELECT name FROM migrations"))
            if unknown := set(names) - {step.name for step in self.steps}:
                raise WorkspaceError(f"it was changed by a newer version of this program ({min(unknown)}); {NEWER}")
            return tuple(names)
        if version not in UNRECORDED:
            raise WorkspaceError("its table of migrations is missing; restore a backup")
        return tuple(sorted(step.name for step in self.steps if int(step.version) <= version))

    def pending(self, connection: Connection) -> tuple[Migration, ...]:
        """Return the steps that were not applied to a database, in order; nothing is changed.

        Raises:
            WorkspaceError: if its schema is older than the first step, newer than the last one, or damaged.
        """
        applied = set(self.applied(connection))
        missing = tuple(step for step in self.steps if step.name not in applied)
        if not missing and _version(connection) != int(self.version):
            raise WorkspaceError("its schema version contradicts its table of migrations; restore a backup")
        return missing

    def apply(self, connection: Connection, at: str) -> tuple[Migration, ...]:
        """Apply and record the pending steps; return them.

        The pending steps are read inside the transaction, so steps that another process has applied meanwhile are not
        applied again.

        Args:
            connection: in a transaction of the caller, so that all steps are applied and recorded, or none.
            at: time, UTC.

        Raises:
            WorkspaceError: if its schema is older than the first step, newer than the last one, or damaged.
        """
        missing = self.pending(connection)
        if not missing:
            return ()
        if not _is_recorded(connection):
            record(connection, [step for step in self.steps if step not in missing], "")
        for step in missing:
            more = step.more(connection) if step.more else ()
            for statement in (*step.statements, *more):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES(?, ?)", (step.name, at))
            connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (step.version,))
        return missing

    def _check_version(self, version: int) -> None:
        if version > int(self.version):
            raise WorkspaceError(f"its schema is {version}, newer than {self.version}, the newest one here; {NEWER}")
        if version < UNRECORDED.start:
            raise WorkspaceError(
                f"its schema is older than {UNRECORDED.start} and cannot be upgraded; make a workspace in another "
                "folder and import the files again"
            )


def record(connection: Connection, steps: Sequence[Migration], at: str) -> None:
    """Create the table of applied steps with these steps, inside the caller's transaction."""
    connection.execute(APPLIED)
    connection.executemany("INSERT INTO migrations VALUES(?, ?)", [(step.name, at) for step in steps])


def _version(connection: Connection) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    if row is None or not str(row[0]).isdecimal():
        raise WorkspaceError("it does not say which schema it has; restore a backup")
    return int(row[0])


def _is_recorded(connection: Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'")
    return found.fetchone() is not None


NEWER = "open it with that version"

_LABELS_OF_TEXTS = (
    """CREATE TABLE predicates(
        predicate_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, scale TEXT NOT NULL, made TEXT NOT NULL,
        actor TEXT NOT NULL) STRICT""",
    """CREATE TABLE labels(
        label_id INTEGER PRIMARY KEY, predicate_id INTEGER NOT NULL REFERENCES predicates,
        text_id INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE, answer REAL NOT NULL, at TEXT NOT NULL,
        actor TEXT NOT NULL, undone TEXT) STRICT""",
    "CREATE INDEX labels_by_predicate ON labels(predicate_id, text_id)",
    "CREATE INDEX labels_by_text ON labels(text_id)",
    "DELETE FROM answers",
)
"""Stored answers of schema 2 cannot be replayed, so this step deletes them."""

_THEMES = (
    """CREATE TABLE clauses(
        clause_id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, vector BLOB NOT NULL,
        negative REAL NOT NULL, positive REAL NOT NULL, base TEXT, likeness REAL) STRICT""",
    """CREATE TABLE opinions(
        text_id INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        clause_id INTEGER NOT NULL REFERENCES clauses, PRIMARY KEY(text_id, start)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX opinions_by_clause ON opinions(clause_id)",
    """CREATE TRIGGER clauses_nobody_says AFTER DELETE ON opinions BEGIN
        DELETE FROM clauses WHERE clause_id = OLD.clause_id
        AND NOT EXISTS (SELECT 1 FROM opinions WHERE clause_id = OLD.clause_id); END""",
    """CREATE TABLE themes(
        theme_id TEXT PRIMARY KEY, parent TEXT NOT NULL, is_base INTEGER NOT NULL, body TEXT NOT NULL)
        STRICT, WITHOUT ROWID""",
    """CREATE TABLE placements(
        clause_id INTEGER NOT NULL REFERENCES clauses ON DELETE CASCADE, theme_id TEXT NOT NULL,
        likeness REAL NOT NULL, why TEXT NOT NULL, PRIMARY KEY(clause_id, theme_id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX placements_by_theme ON placements(theme_id)",
    """CREATE TABLE theme_edits(
        edit_id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        detail TEXT NOT NULL, undone TEXT) STRICT""",
    """CREATE TABLE theme_builds(
        build_id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, corpus TEXT NOT NULL,
        body TEXT NOT NULL) STRICT""",
    """CREATE TABLE theme_labels(
        label_id INTEGER PRIMARY KEY, theme_id TEXT NOT NULL,
        text_id INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE, answer REAL NOT NULL, at TEXT NOT NULL,
        actor TEXT NOT NULL, undone TEXT) STRICT""",
    "CREATE INDEX theme_labels_by_text ON theme_labels(text_id)",
    """CREATE TABLE codebook(
        theme_id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL, position INTEGER)
        STRICT, WITHOUT ROWID""",
    """CREATE TABLE codings(
        theme_id TEXT NOT NULL REFERENCES codebook, text_id INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE,
        probability REAL NOT NULL, is_coded INTEGER NOT NULL, PRIMARY KEY(theme_id, text_id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX codings_by_text ON codings(text_id)",
)

_CUSTODY = (
    """CREATE TABLE accounts(
        name TEXT PRIMARY KEY, passphrase TEXT NOT NULL, created TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TABLE grants(
        grant_id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts, body TEXT NOT NULL,
        reviewed TEXT NOT NULL, ended TEXT NOT NULL) STRICT""",
    "CREATE INDEX grants_by_account ON grants(account)",
    "CREATE TABLE erased(kind TEXT NOT NULL, digest BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY(kind, digest)) STRICT",
    """CREATE TABLE retention(
        rule_id INTEGER PRIMARY KEY, months INTEGER NOT NULL, condition TEXT NOT NULL, reason TEXT NOT NULL,
        made TEXT NOT NULL, actor TEXT NOT NULL, ended TEXT NOT NULL) STRICT""",
    """CREATE TABLE incidents(
        incident_id INTEGER PRIMARY KEY, opened TEXT NOT NULL, note TEXT NOT NULL, closed TEXT NOT NULL) STRICT""",
    """CREATE TABLE filters_asked(
        account TEXT NOT NULL, condition TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY(account, condition))
        STRICT, WITHOUT ROWID""",
    """CREATE TABLE link_batches(
        batch_id INTEGER PRIMARY KEY, made TEXT NOT NULL, actor TEXT NOT NULL, template TEXT NOT NULL,
        count INTEGER NOT NULL, segments TEXT NOT NULL) STRICT""",
    """CREATE TABLE links(
        digest BLOB PRIMARY KEY, batch_id INTEGER NOT NULL REFERENCES link_batches, who BLOB NOT NULL,
        segments TEXT NOT NULL, used TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE INDEX audit_by_action ON audit(action)",
    "CREATE INDEX audit_by_time ON audit(at)",
    "CREATE INDEX audit_by_actor ON audit(actor)",
)

_TABLES_OF_LATER_BUILDS = (
    """CREATE TABLE IF NOT EXISTS codebook(
        theme_id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL, position INTEGER)
        STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS codings(
        theme_id TEXT NOT NULL REFERENCES codebook, text_id INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE,
        probability REAL NOT NULL, is_coded INTEGER NOT NULL, PRIMARY KEY(theme_id, text_id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS codings_by_text ON codings(text_id)",
    """CREATE TABLE IF NOT EXISTS incidents(
        incident_id INTEGER PRIMARY KEY, opened TEXT NOT NULL, note TEXT NOT NULL, closed TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS filters_asked(
        account TEXT NOT NULL, condition TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY(account, condition))
        STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS link_batches(
        batch_id INTEGER PRIMARY KEY, made TEXT NOT NULL, actor TEXT NOT NULL, template TEXT NOT NULL,
        count INTEGER NOT NULL, segments TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS links(
        digest BLOB PRIMARY KEY, batch_id INTEGER NOT NULL REFERENCES link_batches, who BLOB NOT NULL,
        segments TEXT NOT NULL, used TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS audit_by_time ON audit(at)",
)
"""Schemas 4 and 5 gained tables without a new version: workspaces of their first builds lack these tables and index."""

_ROLES_OF_COLUMNS = (
    "ALTER TABLE columns ADD COLUMN role TEXT NOT NULL DEFAULT ''",
    "UPDATE columns SET role = name WHERE name IN ('date', 'rating')",
    """UPDATE columns SET role = 'rating'
        WHERE NOT EXISTS (SELECT 1 FROM columns WHERE role = 'rating') AND position = (
            SELECT min(position) FROM (
                SELECT position, ' ' || replace(lower(label), '_', ' ') || ' ' AS said
                FROM columns WHERE kind = 'number'
            ) WHERE (
                said GLOB '*[^a-z0-9]rating[^a-z0-9]*' OR said GLOB '*[^a-z0-9]star[^a-z0-9]*'
                OR said GLOB '*[^a-z0-9]stars[^a-z0-9]*' OR said GLOB '*[^a-z0-9]score[^a-z0-9]*'
                OR said GLOB '*[^a-z0-9]nps[^a-z0-9]*' OR said GLOB '*[^a-z0-9]csat[^a-z0-9]*'
                OR said GLOB '*[^a-z0-9]satisfaction[^a-z0-9]*' OR said GLOB '*[^a-z0-9]recommend[^a-z0-9]*'
                OR said GLOB '*[^a-z0-9]grade[^a-z0-9]*' OR said GLOB '*[^a-z0-9]fft categorical answer[^a-z0-9]*'
            ) AND NOT (
                said GLOB '*[^a-z0-9]sentiment[^a-z0-9]*' OR said GLOB '*[^a-z0-9]count[^a-z0-9]*'
                OR said GLOB '*[^a-z0-9]recommended ind[^a-z0-9]*' OR said GLOB '*[^a-z0-9]helpful[^a-z0-9]*'
            ))""",
    "CREATE UNIQUE INDEX columns_by_role ON columns(role) WHERE role <> ''",
)
"""Before schema 7 the role was the column name; a rating column of another name was detected from its heading."""

_ANSWERS_BY_ACTOR = (
    """CREATE TABLE answers_by_actor(
        receipt TEXT NOT NULL, asked TEXT NOT NULL, actor TEXT NOT NULL, question TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY(receipt, actor)) STRICT""",
    """INSERT INTO answers_by_actor(rowid, receipt, asked, actor, question, body)
        SELECT rowid, receipt, asked, actor, question, body FROM answers""",
    "DROP TABLE answers",
    "ALTER TABLE answers_by_actor RENAME TO answers",
)
"""Before schema 8 an answer was stored once, under the account that asked last."""

_RESPONSES = (
    *(
        f"DROP INDEX {name}"
        for name in ("feedback_by_text", "feedback_by_import", "feedback_by_respondent", "doubt_places_by_record")
    ),
    "ALTER TABLE feedback RENAME TO old_feedback",
    "ALTER TABLE fields RENAME TO old_fields",
    "ALTER TABLE doubt_places RENAME TO old_doubt_places",
    """CREATE TABLE responses(
        response_id INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, import_id INTEGER NOT NULL REFERENCES imports,
        row INTEGER NOT NULL, digest BLOB NOT NULL, said BLOB NOT NULL, respondent TEXT,
        profile_id INTEGER NOT NULL REFERENCES profiles) STRICT""",
    """INSERT INTO responses SELECT n, id, import_id, row, digest, x'', respondent, profile_id FROM old_feedback""",
    "CREATE INDEX responses_by_import ON responses(import_id)",
    "CREATE INDEX responses_by_respondent ON responses(respondent)",
    """CREATE TABLE questions(
        question_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, label TEXT NOT NULL) STRICT""",
    "INSERT INTO questions SELECT 1, 'comment', '' WHERE EXISTS (SELECT 1 FROM old_feedback)",
    """CREATE TABLE feedback(
        n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        response_id INTEGER NOT NULL REFERENCES responses ON DELETE CASCADE,
        question_id INTEGER NOT NULL REFERENCES questions, text_id INTEGER NOT NULL REFERENCES texts,
        import_id INTEGER NOT NULL REFERENCES imports, respondent TEXT, UNIQUE(response_id, question_id)) STRICT""",
    "INSERT INTO feedback SELECT n, id, n, 1, text_id, import_id, respondent FROM old_feedback",
    "CREATE INDEX feedback_by_text ON feedback(text_id)",
    "CREATE INDEX feedback_by_import ON feedback(import_id)",
    "CREATE INDEX feedback_by_respondent ON feedback(respondent)",
    "CREATE TABLE datasets(name TEXT PRIMARY KEY, made TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE doubt_places(
        doubt_id INTEGER NOT NULL REFERENCES doubts,
        response_id INTEGER NOT NULL REFERENCES responses ON DELETE CASCADE, n INTEGER NOT NULL,
        field TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        PRIMARY KEY(doubt_id, response_id, n, field, start)) STRICT, WITHOUT ROWID""",
    """INSERT INTO doubt_places SELECT doubt_id, n, CASE field WHEN '' THEN n ELSE 0 END, field, start, "end"
        FROM old_doubt_places""",
    "CREATE INDEX doubt_places_by_response ON doubt_places(response_id)",
    "DROP TABLE old_doubt_places",
    "ALTER TABLE columns ADD COLUMN reading TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE imports ADD COLUMN updated INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE imports ADD COLUMN plan BLOB NOT NULL DEFAULT x''",
    "ALTER TABLE imports ADD COLUMN header BLOB NOT NULL DEFAULT x''",
    "ALTER TABLE imports ADD COLUMN choices TEXT NOT NULL DEFAULT '{}'",
    "CREATE TABLE fields(response_id INTEGER PRIMARY KEY REFERENCES responses ON DELETE CASCADE)",
    "INSERT INTO meta SELECT 'legacy_ids', '1' WHERE EXISTS (SELECT 1 FROM old_feedback)",
)
"""Before schema 9 a row of a file was one comment, and a row without comment was not stored. meta.legacy_ids says that
rows without an id column may be stored under an id that derives from all their cells."""

_FIGURES_ASKED = (
    """CREATE TABLE figures_asked(
        question_id INTEGER PRIMARY KEY, account TEXT NOT NULL, question TEXT NOT NULL, at TEXT NOT NULL,
        UNIQUE(account, question)) STRICT""",
    """INSERT INTO figures_asked(account, question, at)
        SELECT account, json_object('where', condition), at FROM filters_asked ORDER BY at, condition""",
    "DROP TABLE filters_asked",
)
"""Before schema 10 only the filters of an account were kept, not its tables, and not in the order of the questions."""

_COPIES_AND_SETTLED_LABELS = (
    """CREATE TABLE near_duplicates(
        text_id INTEGER PRIMARY KEY REFERENCES texts ON DELETE CASCADE, group_id INTEGER NOT NULL) STRICT""",
    "CREATE INDEX near_duplicates_by_group ON near_duplicates(group_id)",
    "ALTER TABLE labels ADD COLUMN is_settled INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE theme_labels ADD COLUMN is_settled INTEGER NOT NULL DEFAULT 0",
)
"""Before schema 11 near duplicates were not looked for, and a label did not say that it settles a disagreement."""


_REINDEXED_VECTORS = (
    """CREATE TABLE reindexed_texts(
        text_id INTEGER PRIMARY KEY REFERENCES texts ON DELETE CASCADE, vector BLOB NOT NULL) STRICT""",
    """CREATE TABLE reindexed_clauses(
        clause_id INTEGER PRIMARY KEY REFERENCES clauses ON DELETE CASCADE, vector BLOB NOT NULL,
        negative REAL NOT NULL, positive REAL NOT NULL) STRICT""",
)
"""Before schema 11 the embedding model of a workspace could not be changed."""

_STEMMED_TEXTS = (
    """CREATE TABLE stemmed_texts(
        text_id INTEGER PRIMARY KEY REFERENCES texts ON DELETE CASCADE, stems TEXT NOT NULL) STRICT""",
    """CREATE VIEW indexed_texts AS SELECT texts.text_id, coalesce(stems, text) AS text
        FROM texts LEFT JOIN stemmed_texts USING(text_id)""",
    "DROP TABLE words",
    """CREATE VIRTUAL TABLE words USING fts5(
        text, content='indexed_texts', content_rowid='text_id', tokenize='porter unicode61 remove_diacritics 2')""",
    "INSERT INTO words(words) VALUES('rebuild')",
    "INSERT INTO words(words, rank) VALUES('secure-delete', 1)",
)
"""Before schema 13 words of every language were indexed by English stems. The texts that are there are indexed by those
of their own at the next import or change of the embedding model (analyzer.index.record_writer)."""
_SAVED_VIEWS = (
    """CREATE TABLE saved_views(
        view_id INTEGER PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, page TEXT NOT NULL,
        condition TEXT NOT NULL, made TEXT NOT NULL, UNIQUE(account, name)) STRICT""",
)
"""Before schema 14 a filter could not be kept under a name."""


def _fields_of_responses(connection: Connection) -> tuple[str, ...]:
    """Return the statements that copy the kept columns, whose number differs between workspaces."""
    names = [row[1] for row in connection.execute("PRAGMA table_info(fields)") if row[1] != "n"]
    return (
        *(f"ALTER TABLE fields ADD COLUMN {name}" for name in names),
        f"INSERT INTO fields({', '.join(['response_id', *names])}) "  # noqa: S608 - names of columns, c1, c2, …
        f"SELECT {', '.join(['n', *names])} FROM old_fields",
        "DROP TABLE old_fields",
        "DROP TABLE old_feedback",
    )


MIGRATIONS = Migrations(
    (
        Migration("0003_labels", "3", _LABELS_OF_TEXTS),
        Migration("0004_themes", "4", _THEMES),
        Migration("0005_custody", "5", _CUSTODY),
        Migration("0006_tables_of_later_builds", "6", _TABLES_OF_LATER_BUILDS),
        Migration("0007_roles_of_columns", "7", _ROLES_OF_COLUMNS),
        Migration("0008_answers_by_actor", "8", _ANSWERS_BY_ACTOR),
        Migration("0009_responses", "9", _RESPONSES, _fields_of_responses),
        Migration("0010_figures_asked", "10", _FIGURES_ASKED),
        Migration("0011_copies_and_settled_labels", "11", _COPIES_AND_SETTLED_LABELS),
        Migration("0012_reindexed_vectors", "12", _REINDEXED_VECTORS),
        Migration("0013_stemmed_texts", "13", _STEMMED_TEXTS),
        Migration("0014_saved_views", "14", _SAVED_VIEWS),
    )
)

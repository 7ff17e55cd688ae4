"""The tables of a workspace. Their SQLCipher file is the primary data; everything else can be rebuilt from it.

A row of a source is a response; each of its free-text cells that has content is a comment (table feedback) and answers
a question. A response without comments keeps its fields. Each distinct text is stored once (scrubbed, embedded, in the
full-text index); comments refer to it. The import and the respondent of a comment are those of its response, repeated
there so that filters need no further join. Kept columns are in one wide table, fields, with columns c1, c2, … that the
table columns names: filters and groups are then plain SQL. The table columns also stores how the cells of a column are
read, and which column the import used as the date and as the rating; each role has at most one column.

Opinions are the clauses of texts; a clause is stored once, with its vector and the theme it was discovered in.
The themes that users see for an opinion (placements) follow from that and from the log of their edits (theme_edits).

Personal data is stored as keyed hashes only: aliases keep the placeholders of one respondent consistent, doubts are the
terms that a reviewer decides on (with their positions, never a copy of the text), decisions are the allow and deny
lists. profiles name the rules that a record was scrubbed with.

A change here needs a step in analyzer.store.migrations, which also defines the table of steps (migrations).
"""

VERSION = "14"
"""Version of the schema; analyzer.store.migrations upgrades older workspaces to it."""

MAX_COLUMNS = 1_000
"""Most kept columns of a workspace; SQLite's own limit is 2,000 columns per table."""

LABELS = (
    """CREATE TABLE predicates(
        predicate_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, scale TEXT NOT NULL, made TEXT NOT NULL,
        actor TEXT NOT NULL) STRICT""",
    """CREATE TABLE labels(
        label_id INTEGER PRIMARY KEY, predicate_id INTEGER NOT NULL REFERENCES predicates,
        text_id INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE, answer REAL NOT NULL, at TEXT NOT NULL,
        actor TEXT NOT NULL, undone TEXT, is_settled INTEGER NOT NULL DEFAULT 0) STRICT""",
    "CREATE INDEX labels_by_predicate ON labels(predicate_id, text_id)",
    "CREATE INDEX labels_by_text ON labels(text_id)",
)
"""Labels of texts by users (analyzer.counting.labels)."""

THEMES = (
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
        actor TEXT NOT NULL, undone TEXT, is_settled INTEGER NOT NULL DEFAULT 0) STRICT""",
    "CREATE INDEX theme_labels_by_text ON theme_labels(text_id)",
    """CREATE TABLE codebook(
        theme_id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL, position INTEGER)
        STRICT, WITHOUT ROWID""",
    """CREATE TABLE codings(
        theme_id TEXT NOT NULL REFERENCES codebook, text_id INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE,
        probability REAL NOT NULL, is_coded INTEGER NOT NULL, PRIMARY KEY(theme_id, text_id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX codings_by_text ON codings(text_id)",
)
"""Opinions, themes, edits and labels of themes, and the codebook (analyzer.themes)."""

REINDEXING = (
    """CREATE TABLE reindexed_texts(
        text_id INTEGER PRIMARY KEY REFERENCES texts ON DELETE CASCADE, vector BLOB NOT NULL) STRICT""",
    """CREATE TABLE reindexed_clauses(
        clause_id INTEGER PRIMARY KEY REFERENCES clauses ON DELETE CASCADE, vector BLOB NOT NULL,
        negative REAL NOT NULL, positive REAL NOT NULL) STRICT""",
)
"""Vectors and polarity by the embedding model that a workspace changes to, until all are there and replace those in
texts and clauses (analyzer.opinions.collected_vectors)."""

CUSTODY = (
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
    """CREATE TABLE figures_asked(
        question_id INTEGER PRIMARY KEY, account TEXT NOT NULL, question TEXT NOT NULL, at TEXT NOT NULL,
        UNIQUE(account, question)) STRICT""",
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
"""Accounts and grants (analyzer.security.accounts), the suppression list, retention, incidents, survey links."""

RESPONSES = (
    """CREATE TABLE responses(
        response_id INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, import_id INTEGER NOT NULL REFERENCES imports,
        row INTEGER NOT NULL, digest BLOB NOT NULL, said BLOB NOT NULL, respondent TEXT,
        profile_id INTEGER NOT NULL REFERENCES profiles) STRICT""",
    "CREATE INDEX responses_by_import ON responses(import_id)",
    "CREATE INDEX responses_by_respondent ON responses(respondent)",
    """CREATE TABLE questions(
        question_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, label TEXT NOT NULL) STRICT""",
    """CREATE TABLE feedback(
        n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        response_id INTEGER NOT NULL REFERENCES responses ON DELETE CASCADE,
        question_id INTEGER NOT NULL REFERENCES questions, text_id INTEGER NOT NULL REFERENCES texts,
        import_id INTEGER NOT NULL REFERENCES imports, respondent TEXT, UNIQUE(response_id, question_id)) STRICT""",
    "CREATE INDEX feedback_by_text ON feedback(text_id)",
    "CREATE INDEX feedback_by_import ON feedback(import_id)",
    "CREATE INDEX feedback_by_respondent ON feedback(respondent)",
    """CREATE TABLE near_duplicates(
        text_id INTEGER PRIMARY KEY REFERENCES texts ON DELETE CASCADE, group_id INTEGER NOT NULL) STRICT""",
    "CREATE INDEX near_duplicates_by_group ON near_duplicates(group_id)",
    "CREATE TABLE datasets(name TEXT PRIMARY KEY, made TEXT NOT NULL) STRICT, WITHOUT ROWID",
)
"""Responses, questions and comments. responses.digest identifies the content of the row, responses.said what was said
and when; both are keyed. Ids of responses of a dataset start with its name and a colon. near_duplicates has the group
of each text that is a copy of others with small changes, or that several comments share."""

STATEMENTS = (
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE imports(
        import_id INTEGER PRIMARY KEY, file TEXT NOT NULL, fingerprint BLOB NOT NULL UNIQUE,
        started TEXT NOT NULL, finished TEXT, notes TEXT NOT NULL DEFAULT '[]',
        duplicates INTEGER NOT NULL DEFAULT 0, texts INTEGER NOT NULL DEFAULT 0,
        altered INTEGER NOT NULL DEFAULT 0, reviewed INTEGER NOT NULL DEFAULT 0,
        refused INTEGER NOT NULL DEFAULT 0, updated INTEGER NOT NULL DEFAULT 0,
        plan BLOB NOT NULL DEFAULT x'', header BLOB NOT NULL DEFAULT x'', choices TEXT NOT NULL DEFAULT '{}') STRICT""",
    "CREATE TABLE profiles(profile_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
    """CREATE TABLE texts(
        text_id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, text TEXT NOT NULL,
        language TEXT NOT NULL, vector BLOB NOT NULL) STRICT""",
    *RESPONSES,
    """CREATE TABLE columns(
        position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, label TEXT NOT NULL, kind TEXT NOT NULL,
        role TEXT NOT NULL DEFAULT '', reading TEXT NOT NULL DEFAULT '{}') STRICT""",
    "CREATE UNIQUE INDEX columns_by_role ON columns(role) WHERE role <> ''",
    "CREATE TABLE fields(response_id INTEGER PRIMARY KEY REFERENCES responses ON DELETE CASCADE)",
    """CREATE TABLE stemmed_texts(
        text_id INTEGER PRIMARY KEY REFERENCES texts ON DELETE CASCADE, stems TEXT NOT NULL) STRICT""",
    """CREATE VIEW indexed_texts AS SELECT texts.text_id, coalesce(stems, text) AS text
        FROM texts LEFT JOIN stemmed_texts USING(text_id)""",
    """CREATE VIRTUAL TABLE words USING fts5(
        text, content='indexed_texts', content_rowid='text_id', tokenize='porter unicode61 remove_diacritics 2')""",
    "INSERT INTO words(words, rank) VALUES('secure-delete', 1)",
    """CREATE TABLE rejected(
        import_id INTEGER NOT NULL REFERENCES imports, row INTEGER NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY(import_id, row)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE findings(
        import_id INTEGER NOT NULL REFERENCES imports, type TEXT NOT NULL, language TEXT NOT NULL, rule TEXT NOT NULL,
        n INTEGER NOT NULL, PRIMARY KEY(import_id, type, language, rule)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE aliases(
        respondent TEXT NOT NULL, type TEXT NOT NULL, key BLOB NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY(respondent, type, key)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE doubts(
        doubt_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, type TEXT NOT NULL, digest BLOB NOT NULL,
        shape TEXT NOT NULL, words INTEGER NOT NULL, UNIQUE(kind, type, digest)) STRICT""",
    """CREATE TABLE doubt_places(
        doubt_id INTEGER NOT NULL REFERENCES doubts,
        response_id INTEGER NOT NULL REFERENCES responses ON DELETE CASCADE, n INTEGER NOT NULL,
        field TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        PRIMARY KEY(doubt_id, response_id, n, field, start)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX doubt_places_by_response ON doubt_places(response_id)",
    """CREATE TABLE decisions(
        decision_id INTEGER PRIMARY KEY, verdict TEXT NOT NULL, digest BLOB NOT NULL, type TEXT NOT NULL,
        shape TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,
        undone TEXT, undone_by TEXT) STRICT""",
    """CREATE TABLE samples(
        sample_id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, import_id INTEGER REFERENCES imports,
        size INTEGER NOT NULL, population INTEGER NOT NULL, misses INTEGER, checked TEXT, checked_by TEXT) STRICT""",
    """CREATE TABLE sampled(
        sample_id INTEGER NOT NULL REFERENCES samples, number INTEGER NOT NULL, id TEXT NOT NULL,
        is_miss INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(sample_id, number)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE answers(
        receipt TEXT NOT NULL, asked TEXT NOT NULL, actor TEXT NOT NULL, question TEXT NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY(receipt, actor)) STRICT""",
    """CREATE TABLE saved_views(
        view_id INTEGER PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, page TEXT NOT NULL,
        condition TEXT NOT NULL, made TEXT NOT NULL, UNIQUE(account, name)) STRICT""",
    """CREATE TABLE audit(
        seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        detail TEXT NOT NULL, mac BLOB NOT NULL) STRICT""",
    *LABELS,
    *THEMES,
    *REINDEXING,
    *CUSTODY,
)

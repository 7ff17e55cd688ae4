"""Derived data: what was made from a text follows it, in every column of the schema, whichever way the text goes."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from roles import opened, staffed
from topics import rows as topic_rows

from analyzer.custody.deletion import derived_data
from analyzer.store.derived_data import DerivedData
from analyzer.store.pages import decrypted_pages
from analyzer.themes.repository import read_edits, read_themes, write_theme
from analyzer.themes.types import Namer
from analyzer.types import Citation, Claim

MARKER = "zorblax"
WORDS = "The parcel came late and the box of Zorblax was wet, soup cold"
RECORD = "Z-1"

NEVER_FROM_FEEDBACK = {
    "a time, an account, or an identifier that this program gave": (
        "meta.key", "imports.started", "imports.finished", "profiles.name", "predicates.made", "predicates.actor",
        "labels.at", "labels.actor", "labels.undone", "clauses.base", "themes.theme_id", "themes.parent",
        "placements.theme_id", "theme_edits.at", "theme_edits.actor", "theme_edits.action", "theme_edits.undone",
        "theme_builds.at", "theme_builds.actor", "theme_labels.theme_id", "theme_labels.at", "theme_labels.actor",
        "theme_labels.undone", "codebook.theme_id", "codings.theme_id", "answers.receipt", "answers.asked",
        "answers.actor", "decisions.at", "decisions.actor", "decisions.undone", "decisions.undone_by", "samples.at",
        "samples.actor", "samples.checked", "samples.checked_by", "grants.account", "grants.reviewed", "grants.ended",
        "accounts.name", "accounts.created", "erased.at", "retention.made", "retention.actor", "retention.ended",
        "incidents.opened", "incidents.closed", "figures_asked.account", "figures_asked.at", "link_batches.made",
        "link_batches.actor", "links.used", "saved_views.account", "saved_views.page", "saved_views.made",
        "audit.at", "audit.actor", "audit.action",
        "migrations.name", "migrations.applied",
    ),
    "one of a fixed set of names": (
        "columns.kind", "findings.type", "findings.language", "findings.rule", "aliases.type", "doubts.kind",
        "doubts.type", "decisions.verdict", "decisions.type", "erased.kind", "texts.language", "rejected.reason",
        "columns.role",
    ),
    "a sentence of this program in which only ids of themes stand": ("placements.why",),
    "the record's own id: a code or a keyed hash, which receipts of erasures name too": (
        "feedback.id", "responses.id", "sampled.id",
    ),
    "a keyed hash": (
        "feedback.respondent", "responses.respondent", "aliases.respondent", "responses.digest", "responses.said",
        "imports.fingerprint", "imports.plan", "imports.header", "aliases.key",
        "doubts.digest", "decisions.digest", "erased.digest", "links.digest", "audit.mac",
    ),
    "a header of a file, not a value": (
        "columns.name", "columns.label", "questions.name", "questions.label", "doubt_places.field",
        "link_batches.segments",
    ),
    "the name of a file, or a note on how its columns were read": (
        "imports.file", "imports.notes", "datasets.name", "datasets.made",
    ),
    "what the reviewer decided on, as first letters and lengths: it holds for what is imported next": (
        "decisions.shape",
    ),
    "ids, counts and a criterion of a build": ("theme_builds.corpus", "theme_builds.body"),
    "settings of the workspace, and figures of a coding": ("meta.value",),
    "about accounts, not about comments; the grants follow from the log": ("accounts.passphrase", "grants.body"),
    "the log is never rewritten; it names records by id alone": ("audit.detail",),
    "a rule or a record of custody, typed by its officer; a filter in force is not put in other words": (
        "retention.condition", "figures_asked.question", "incidents.note", "link_batches.template",
    ),
    "sealed under a key of its own, from the list of receivers": ("links.who",),
}  # fmt: skip
"""Reason -> columns in which nothing made from a comment can stand."""
BY_THEIR_ROWS = frozenset({
    "texts.digest", "texts.vector", "clauses.digest", "clauses.vector", "reindexed_texts.vector",
    "reindexed_clauses.vector",
})  # fmt: skip
"""Columns that say of a text what its words said; they are looked at as bytes."""
SHAPES = frozenset({"doubts.shape"})
"""First letters and lengths of a value, never the value: forgotten with the records that it stands in."""
WORDS_OF_PEOPLE = frozenset({
    "predicates.name", "predicates.scale", "codebook.name", "columns.reading", "imports.choices",
    "decisions.reason", "retention.reason", "links.segments", "saved_views.name", "saved_views.condition",
})  # fmt: skip
"""What people wrote stays when a comment is erased, and is masked when they deny a term in it."""


def columns_of(workspace):
    """Return every column of the schema that can hold words or bytes, but for the tables of the word index itself."""
    connection = workspace.database.connection
    tables = [name for (name,) in connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') "
        "AND name NOT LIKE 'sqlite_%' ORDER BY name")]  # fmt: skip
    return [
        f"{table}.{column}"
        for table in tables
        for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")')
        if kind in {"TEXT", "BLOB", ""} and table != "fields"
    ] + [f"fields.{row[1]}" for row in connection.execute("PRAGMA table_info(fields)") if row[1] != "response_id"]


def listed():
    return {column for columns in NEVER_FROM_FEEDBACK.values() for column in columns}


def made_from_feedback(workspace):
    """Return the columns that must not keep what a text does not say any more."""
    return [one for one in columns_of(workspace) if one not in listed() | BY_THEIR_ROWS]


def holding(workspace, marker):
    """Return the columns in which a marker stands, whatever its case."""
    found = set()
    for one in columns_of(workspace):
        table, column = one.split(".")
        rows = workspace.database.rows(f'SELECT "{column}" FROM "{table}"')
        if any(isinstance(value, str) and marker in value.casefold() for (value,) in rows):
            found.add(one)
    connection = workspace.database.connection
    connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'row')")
    if connection.execute("SELECT 1 FROM temp.vocabulary WHERE term LIKE ?", (f"%{marker}%",)).fetchone():
        found.add("the word index")
    connection.execute("DROP TABLE temp.vocabulary")
    return found


def bytes_of(workspace, text):
    """Return vector and digests of a text and of its clauses, as they are stored."""
    found = workspace.database.rows("SELECT vector, digest FROM texts WHERE text = ?", (text,))
    found += workspace.database.rows(
        "SELECT c.vector, c.digest FROM clauses c JOIN opinions o USING(clause_id) JOIN texts t USING(text_id) "
        "WHERE t.text = ? AND NOT EXISTS (SELECT 1 FROM opinions p WHERE p.clause_id = c.clause_id "
        "AND p.text_id <> t.text_id)", (text,),
    )  # fmt: skip
    return [bytes(one) for row in found for one in row]


def everything(workspace):
    """Return all stored values, blobs in hexadecimal."""
    return "\n".join(
        value.hex() if isinstance(value, bytes) else str(value)
        for one in columns_of(workspace)
        for (value,) in workspace.database.rows(f'SELECT "{one.split(".")[1]}" FROM "{one.split(".")[0]}"')
    )


@pytest.fixture
def held(tmp_path):
    """A workspace with themes, and a record whose words nobody else has."""
    first = topic_rows(20)
    own = {**first[0], "id": RECORD, "comment": WORDS, "Respondent ID": "P-9", "shop": "Zorblax Street"}
    records = [{**row, "Respondent ID": f"P-{n % 8}", "shop": "north"} for n, row in enumerate(first)]
    workspace = make_workspace(tmp_path)
    workspace.detector = replace(workspace.detector, language="fr")  # whose stems are kept beside the text
    workspace.ingest([write_csv(tmp_path / "feedback.csv", [own, *records])])
    workspace.themes.build(about=4, names=False)
    yield workspace
    workspace.close()


def theme_of_record(workspace):
    """Return the theme that most is planted in: the first one of the record."""
    return next(one.themes[0] for one in workspace.themes.assignments() if one.id == RECORD)


def plant_derived(workspace):
    """Let everything be made from the record that can be: names, sentences, examples, answers, edits, doubts."""
    theme = theme_of_record(workspace)
    quote = Citation(RECORD, "the box of Zorblax", 26, 44)
    with workspace.database.transaction() as connection:
        kept = read_themes(workspace.database)[theme]
        write_theme(connection, replace(
            kept, own="Zorblax box", named_by=Namer.MODEL, keywords=("zorblax", "parcel", "box"),
            summary=Claim("People wait for Zorblax.", (quote,), 1.0, ()),
        ))  # fmt: skip
        connection.execute(
            "INSERT INTO doubts(kind, type, digest, shape, words) VALUES('kept', 'code', x'01', 'zorblax', 1)"
        )
        (n,) = connection.execute("SELECT n FROM feedback WHERE id = ?", (RECORD,)).fetchone()
        connection.execute("INSERT INTO doubt_places SELECT doubt_id, ?, ?, '', 0, 3 FROM doubts", (n, n))
        connection.execute("INSERT INTO aliases SELECT respondent, 'PERSON', x'02', 1 FROM feedback WHERE n = ?", (n,))
        body = {"answer": {"claims": [], "evidence": [{"id": RECORD}], "text": "Zorblax", "status": "answered"}}
        connection.execute(
            "INSERT INTO answers VALUES('a-1', '2024', 'owner', 'What of Zorblax?', ?)", (json.dumps(body),)
        )
    workspace.themes.edit("lock", theme)
    return theme


def load_codebook(workspace, tmp_path, **themes):
    file = tmp_path / "codebook.json"
    file.write_text(json.dumps({"themes": [{"name": name, **more} for name, more in themes.items()]}), "utf-8")
    workspace.codebook.load(file)


def plant_words_of_people(workspace, tmp_path):
    """Let people write the marker wherever they can."""
    theme = theme_of_record(workspace)
    workspace.themes.edit("describe", theme, "all that Zorblax says")
    workspace.themes.edit("move", theme, "Zorblax group")
    workspace.themes.edit("rename", theme, "Zorblax corner")
    all_of_it = {"description": "of Zorblax", "examples": ["the box of Zorblax was wet"], "exclusions": ["no zorblax"]}
    load_codebook(workspace, tmp_path, Zorblax=all_of_it, Soup={"description": "soup", "examples": ["soup cold"]})
    workspace.labels.keep("Zorblax was rude", {RECORD: "yes", "C-100": "no"})
    workspace.privacy.allow("harmless", "as zorblax said")
    workspace.retention.set(12, "id=nobody", "zorblax wants it")
    workspace.views.save("Zorblax view", "")
    workspace.views.save("Zorblax text", "text contains zorblax")
    with workspace.database.transaction() as connection:
        connection.execute("UPDATE columns SET reading = ?", (json.dumps({"labels": ["no Zorblax", "more Zorblax"]}),))
        connection.execute("UPDATE imports SET choices = ?", (json.dumps({"mapping": {"text": "Zorblax"}}),))
        connection.execute("INSERT INTO link_batches VALUES(1, '2024', 'owner', 'https://x.example/{token}', 1, '[]')")
        connection.execute("INSERT INTO links VALUES(x'01', 1, x'02', ?, '')", (json.dumps({"plan": "Zorblax plan"}),))


def plantable(workspace):
    """Return the columns that plant_derived and plant_words_of_people put the marker into, with the words as such."""
    return {one for one in made_from_feedback(workspace) if one != "words.text"} - {
        f"fields.{column}" for column in unplanted_fields(workspace)
    }


def unplanted_fields(workspace):
    return [
        target.sql.removeprefix("d.")
        for name, target in workspace.collaborators.table.columns().items()
        if name != "shop"
    ]


def test_every_column_that_can_hold_words_has_one_owner_or_a_reason(held):
    derived = derived_data()
    unowned = [one for one in columns_of(held) if one not in listed() and len(derived.owners_of(*one.split("."))) != 1]
    assert unowned == []
    assert listed() - set(columns_of(held)) == set()
    twice = [one for one in columns_of(held) if len(derived.owners_of(*one.split("."))) > 1]
    assert twice == []


@pytest.mark.parametrize("missing", [owner.name for owner in derived_data().owners if owner.name != "aliases"])
def test_an_owner_that_is_missing_leaves_a_column_without_one(held, missing):
    left = DerivedData(tuple(owner for owner in derived_data().owners if owner.name != missing))
    assert [one for one in columns_of(held) if one not in listed() and not left.owners_of(*one.split("."))]


def test_a_denied_term_is_left_in_no_column(held, tmp_path):
    plant_derived(held)
    plant_words_of_people(held, tmp_path)
    assert holding(held, MARKER) >= plantable(held) | {"the word index"}  # a new column is planted here first
    old = bytes_of(held, WORDS)
    assert len(old) >= 4
    decision = held.privacy.deny("Zorblax", "zorblax is a clerk")
    assert decision.records == 1
    assert holding(held, MARKER) - SHAPES == set()
    rest = everything(held)
    assert not any(one.hex() in rest for one in old)
    assert held.verify().problems == ()


def test_what_people_wrote_stays_but_for_the_denied_term(held, tmp_path):
    plant_words_of_people(held, tmp_path)
    held.privacy.deny("zorblax")
    theme = next(one for one in held.themes.list().themes if one.description)
    assert (theme.label, theme.description) == ("<DENIED_1> corner", "all that <DENIED_1> says")
    told = [one.told for one in held.themes.log()]
    assert told[-1] == f"{theme.id} renamed to “<DENIED_1> corner”"
    coded = {one.theme.name: one.theme for one in held.codebook.list().themes}
    one = coded["<DENIED_1>"]
    assert (one.description, one.examples, one.exclusions) == (
        "of <DENIED_1>", ("the box of <DENIED_1> was wet",), ("no <DENIED_1>",)
    )  # fmt: skip
    assert coded["Soup"].examples == ("soup cold",)
    assert held.labels.list() == (("<denied_1> was rude", 2),)
    assert held.count("<DENIED_1> was rude").labelled <= 2
    assert held.retention.list()[0].reason == "<DENIED_1> wants it"
    held.themes.build(about=4, names=False)
    assert {one.label for one in held.themes.list().themes if one.id == theme.id} == {"<DENIED_1> corner"}
    assert holding(held, MARKER) == set()


def test_a_theme_made_of_a_record_follows_its_text_when_a_term_is_denied(held):
    theme_of_record(held)
    held.themes.edit("create", "Zorblax again", RECORD)
    held.privacy.deny("zorblax")
    held.themes.build(about=4, names=False)
    (made,) = [one for one in held.themes.list().themes if one.label == "<DENIED_1> again"]
    assert made.id in next(one.themes for one in held.themes.assignments() if one.id == RECORD)
    assert "zorblax" not in repr(held.themes.log()).casefold()


def test_a_steward_reaches_all_that_has_to_follow(tmp_path):
    settings = staffed(tmp_path)
    steward = opened(settings, "stu")
    steward.themes.build(about=2, names=False)
    theme = steward.themes.list().themes[-1].id
    steward.themes.edit("rename", theme, "late soup")
    steward.themes.edit("lock", theme)
    load_codebook(steward, tmp_path, Soup={"description": "soup", "examples": ["the soup was late"]})
    steward.labels.keep("late soup", {"R-0": "no"})
    steward.privacy.deny("soup", "soup is a name")
    assert holding_as_owner(steward, "soup") == set()
    steward.erasure.erase(ids=["R-0"])
    assert steward.verify().problems == ()
    steward.close()


def holding_as_owner(workspace, marker):
    """Look with the connection that reaches everything."""
    return holding(SimpleNamespace(database=workspace.store.database), marker)


def test_a_term_that_stands_in_names_alone_is_left_in_no_page_of_the_file_or_its_log(held, tmp_path):
    load_codebook(held, tmp_path, Trillian={"description": "of trillian"})
    held.themes.edit("rename", theme_of_record(held), "Trillian corner")
    assert b"Trillian" in b"\n".join(pages(held))
    assert held.privacy.deny("trillian").records == 0
    assert b"trillian" not in b"\n".join(pages(held)).lower()


def pages(workspace):
    return decrypted_pages(workspace.settings.workspace / "feedback.db", workspace.store.store_key)


def test_a_column_that_is_new_is_noticed(held):
    with held.database.transaction() as connection:
        connection.execute("CREATE TABLE remarks(remark_id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT")
        connection.execute("ALTER TABLE themes ADD COLUMN motto TEXT")
    new = set(made_from_feedback(held))
    assert {"remarks.words", "themes.motto"} <= new  # which the plants do not know
    assert derived_data().owners_of("remarks", "words") == ()


def test_two_names_that_are_denied_stay_two(held, tmp_path):
    load_codebook(held, tmp_path, Zorblax={}, Trillian={})
    held.labels.keep("zorblax", {"C-100": "yes"})
    held.labels.keep("trillian", {"C-101": "no"})
    held.privacy.deny("zorblax")
    held.privacy.deny("trillian")
    assert [one.theme.name for one in held.codebook.list().themes] == ["<DENIED_1>", "<DENIED_2>"]
    assert held.labels.list() == (("<denied_1>", 1), ("<denied_2>", 1))


def test_a_sentence_on_a_theme_stays_while_its_quotes_stand(held):
    theme = theme_of_record(held)
    summary = Claim("People wait.", (Citation(RECORD, "The parcel came late", 0, 20),), 1.0, ())
    with held.database.transaction() as connection:
        write_theme(connection, replace(read_themes(held.database)[theme], summary=summary, wanted=False))
    held.privacy.deny("street")  # stands in a field of the record alone
    assert held.feedback.show([RECORD])[0].fields["shop"] == "Zorblax <DENIED_1>"
    kept = read_themes(held.database)[theme]
    assert (kept.summary, kept.wanted) == (summary, False)
    held.privacy.deny("parcel")
    assert read_themes(held.database)[theme].summary is None


def erase(workspace, _monkeypatch, _tmp_path):
    workspace.erasure.erase(ids=[RECORD])
    return workspace


def lapse(workspace, monkeypatch, _tmp_path):
    monkeypatch.setattr("analyzer.custody.retention.now", lambda: datetime(2024, 5, 31, tzinfo=UTC))
    workspace.retention.set(1, f"id={RECORD}")
    assert [one.records for one in workspace.retention.run()] == [1]
    return workspace


def put_back_from_before(workspace, _monkeypatch, tmp_path):
    settings = workspace.settings
    workspace.close()
    shutil.copytree(settings.workspace, tmp_path / "before")
    workspace = FakeWorkspace(settings)
    workspace.erasure.erase(ids=[RECORD])
    workspace.close()
    shutil.rmtree(settings.workspace)
    shutil.copytree(tmp_path / "before", settings.workspace)
    anchor = next(settings.anchors.glob("*.anchor"))
    lines = anchor.read_bytes().splitlines(keepends=True)
    anchor.write_bytes(b"".join(lines[:-2]))
    return FakeWorkspace(settings)


def import_refused(workspace, _monkeypatch, tmp_path):
    """Import the record again under other rules, by which it is not stored at all."""
    workspace.privacy.deny("unrelated")
    fails = {"fails_on": "Zorblax"}
    workspace.detector = replace(workspace.detector, **fails)
    workspace.ingest([tmp_path / "feedback.csv"])
    return workspace


@pytest.mark.parametrize("goes", [erase, lapse, put_back_from_before, import_refused])
def test_nothing_of_a_record_that_goes_is_left_in_any_column(held, tmp_path, monkeypatch, goes):
    theme = plant_derived(held)
    load_codebook(held, tmp_path, Box={"examples": ["the box of Zorblax was wet", "soup cold"]})
    unplanted = WORDS_OF_PEOPLE | {"words.text"} | {f"fields.{column}" for column in unplanted_fields(held)}
    assert holding(held, MARKER) >= set(made_from_feedback(held)) - unplanted | {"the word index"}
    old = bytes_of(held, WORDS)
    held = goes(held, monkeypatch, tmp_path)
    assert holding(held, MARKER) == set()
    rest = everything(held)
    assert not any(one.hex() in rest for one in old)
    kept = read_themes(held.database)[theme]
    assert (kept.named_by, kept.summary) == (Namer.WORDS, None)
    assert "parcel" in kept.keywords
    assert held.database.rows("SELECT count(*) FROM aliases") == [(0,)]
    held.close()


# what people said of a text


def rows_of_two():
    text = "The waiter of Ann Lee was rude at the table. The soup was cold"
    return [
        {"id": "R-1", "comment": text, "Respondent ID": "P-1"},
        {"id": "R-2", "comment": text, "Respondent ID": "P-2"},
        *({"id": f"R-{n}", "comment": f"soup number {n} was warm", "Respondent ID": f"P-{n}"} for n in range(3, 30)),
    ]


@pytest.fixture
def labeled(tmp_path):
    """A workspace in which one text of two records was labeled, coded, locked and put elsewhere by people."""
    workspace = make_workspace(tmp_path, batch_size=1)
    workspace.ingest([write_csv(tmp_path / "feedback.csv", rows_of_two())])
    workspace.themes.build(about=2, names=False)
    load_codebook(workspace, tmp_path, Staff={"description": "waiter"}, Soup={"description": "soup"})
    workspace.codebook.label({"R-1": {"Staff": True, "Soup": False}})
    workspace.codebook.apply()
    workspace.codebook.label({"R-5": {"Staff": False}})
    workspace.labels.keep("rude staff", {"R-1": "yes"})
    workspace.labels.keep("rude staff", {"R-5": "no"})
    target = next(one.id for one in workspace.themes.list().themes if one.id.startswith("T"))
    start = min(one.start for one in workspace.themes.why("R-1"))
    workspace.themes.edit("reassign", "R-1", str(start), target)
    yield workspace
    workspace.close()


def deny(workspace, _tmp_path):
    workspace.privacy.deny("waiter")
    return "<DENIED_1>"


def scrub_again(workspace, tmp_path):
    workspace.privacy.allow("Ann Lee")
    assert workspace.ingest([tmp_path / "feedback.csv"]).duplicates == len(rows_of_two())
    return "Ann Lee"


def said(workspace):
    """Return what people said of the text of R-1, and what it is coded with."""
    (text,) = workspace.collaborators.table.texts_of(["R-1"]).values()
    labels = workspace.database.rows("SELECT answer, undone FROM labels WHERE text_id = ?", (text,))
    themes = workspace.database.rows(
        "SELECT theme_id, answer, undone FROM theme_labels WHERE text_id = ? ORDER BY 1", (text,)
    )
    coded = workspace.database.rows("SELECT theme_id, is_coded FROM codings WHERE text_id = ? ORDER BY 1", (text,))
    return labels, themes, coded


@pytest.mark.parametrize("changes", [deny, scrub_again])
def test_what_people_said_of_a_text_holds_for_what_it_has_become(labeled, tmp_path, changes):
    before = said(labeled)
    assert before == ([(1.0, None)], [("C1", 1.0, None), ("C2", 0.0, None)], before[2])
    assert ("C1", 1) in before[2]
    now = changes(labeled, tmp_path)
    assert now in labeled.feedback.show(["R-1"])[0].text
    assert said(labeled) == before
    assert labeled.verify().problems == ()


@pytest.mark.parametrize("changes", [deny, scrub_again])
def test_the_latest_label_is_still_the_one_that_is_taken_back(labeled, tmp_path, changes):
    before = said(labeled)
    changes(labeled, tmp_path)
    assert labeled.labels.undo("rude staff") == 1  # of R-5, said last
    assert labeled.codebook.undo() == 1
    assert said(labeled) == before


@pytest.mark.parametrize("changes", [deny, scrub_again])
def test_an_opinion_that_was_put_elsewhere_stays_there(labeled, tmp_path, changes):
    edit = read_edits(labeled.database)[-1].edit.detail
    changes(labeled, tmp_path)
    labeled.themes.build(about=2, names=False)
    after = read_edits(labeled.database)[-1].edit.detail
    assert after["clause"] not in ("", edit["clause"])
    first = min(labeled.themes.why("R-1"), key=lambda one: one.start)
    assert (first.theme, first.why) == (edit["theme"], "a person put it here")


def test_a_text_that_is_scrubbed_again_leaves_no_word_of_before_in_themes_and_examples(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.privacy.allow("Ann Lee")
    workspace.ingest([write_csv(tmp_path / "feedback.csv", rows_of_two())])
    workspace.themes.build(about=2, names=False)
    theme = next(one.id for one in workspace.themes.list().themes if one.id.startswith("T"))
    load_codebook(workspace, tmp_path, Staff={})
    with workspace.database.transaction() as connection:
        kept = read_themes(workspace.database)[theme]
        named = replace(kept, own="Lee and waiters", named_by=Namer.MODEL, keywords=("lee", "waiter"))
        write_theme(connection, named)
        connection.execute(
            "UPDATE codebook SET body = json_set(body, '$.examples', json_array('waiter of Ann Lee', 'soup was cold'))"
        )
    workspace.privacy.undo()
    workspace.ingest([tmp_path / "feedback.csv"])
    assert "<PERSON_1>" in workspace.feedback.show(["R-1"])[0].text
    assert holding(workspace, "ann lee") == set()
    kept = read_themes(workspace.database)[theme]
    assert (kept.own, kept.named_by, kept.keywords, kept.wanted) == ("waiter", Namer.WORDS, ("waiter",), True)
    assert [one.theme.examples for one in workspace.codebook.list().themes] == [("soup was cold",)]
    workspace.close()

"""The reviewer's desk on a real store: the queue, decisions that reach what is stored, samples and the leak rate."""

import json
import re

import pytest
from fakes import FakeDetector, FakeEmbedder, make_workspace, write_csv

from analyzer.cli.render.review_text import decision_lines
from analyzer.errors import UsageError, WorkspaceError
from analyzer.privacy.findings import SURE, Finding
from analyzer.privacy.review import read_terms
from analyzer.store import database
from analyzer.store.database import Database
from analyzer.store.pages import decrypted_pages

MAPPING = {"text": "comment", "id": "ref"}


class Hesitant(FakeDetector):
    """Masks every Marvin, but is not sure of any."""

    def _findings(self, text):
        doubted = [Finding("PERSON", m.start(), m.end(), SURE - 0.1, "guess") for m in re.finditer("Marvin", text)]
        return super()._findings(text) + doubted


@pytest.fixture
def workspace(tmp_path):
    made = make_workspace(tmp_path)
    made.detector = Hesitant()
    yield made
    made.close()


ROWS = [
    {"ref": "R-1", "comment": "The parcel of Marvin came late, he said", "more": "Marvin again"},
    {"ref": "R-2", "comment": "Marvin was kind", "more": "thanks"},
    {"ref": "R-3", "comment": "I spoke to Quackenbush about the parcel", "more": "ask Quackenbush"},
    {"ref": "R-4", "comment": "I spoke to Quackenbush about the parcel", "more": ""},
    {"ref": "R-5", "comment": "Nothing of note", "more": ""},
]


@pytest.fixture
def filled(workspace, tmp_path):
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)], MAPPING)
    return workspace


def entry_of(workspace, kind):
    return next(entry for entry in workspace.privacy.queue().entries if entry.kind == kind)


def everything(workspace):
    connection = workspace.database.connection
    tables = [r[0] for r in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = [str(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in tables]
    connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'row')")
    found.append(str(connection.execute("SELECT term FROM temp.vocabulary").fetchall()))
    connection.execute("DROP TABLE temp.vocabulary")
    return "\n".join(found)


def texts(workspace):
    return {record.id: record.text for record in workspace.feedback.browse()}


def audited(workspace, action):
    return [json.loads(d) for (d,) in workspace.database.rows("SELECT detail FROM audit WHERE action = ?", (action,))]


def test_the_queue_shows_what_was_masked_by_its_shape_and_its_place(filled):
    entry = entry_of(filled, "masked")
    assert (entry.type, entry.shape, entry.records) == ("PERSON", "M····· (6 characters)", 2)
    assert set(entry.contexts) == {
        "The parcel of «<PERSON_1>» came late, he said", "«<PERSON_1>» again", "«<PERSON_1>» was kind"
    }  # fmt: skip
    assert "Marvin" not in repr(entry) + everything(filled)


def test_the_queue_shows_what_was_left_with_a_doubt(filled):
    entry = entry_of(filled, "kept")
    assert (entry.type, entry.records) == ("name after a cue", 2)
    assert entry.contexts[0] == "I spoke to «Quackenbush» about the parcel"


def test_the_queue_is_most_frequent_first_and_says_how_much_there_is(filled):
    queue = filled.privacy.queue(1)
    assert (len(queue.entries), queue.total) == (1, 2)


def test_an_entry_is_a_hash_and_places_and_no_text(filled):
    kept = "\n".join(str(filled.database.rows(f"SELECT * FROM {table}")) for table in ("doubts", "doubt_places"))
    assert "parcel" not in kept
    assert "Quackenbush" not in kept


def test_denying_masks_the_term_in_everything_stored_at_once(filled):
    filled.search("parcel")
    decision = filled.privacy.decide(entry_of(filled, "kept").id, "deny", "a clerk")
    assert (decision.term.verdict, decision.records, decision.texts) == ("deny", 2, 2)
    assert texts(filled)["R-3"] == texts(filled)["R-4"] == "I spoke to <DENIED_1> about the parcel"
    assert filled.feedback.show(["R-3"])[0].fields["more"] == "ask <DENIED_1>"
    assert "quackenbush" not in everything(filled).lower()
    assert filled.verify().problems == ()
    assert filled.privacy.queue().total == 1
    assert filled.search("DENIED").hits[0].text == "I spoke to <DENIED_1> about the parcel"
    (vector,) = FakeEmbedder().embed(["I spoke to <DENIED> about the parcel"]).astype("float16")
    assert filled.database.rows("SELECT vector FROM texts WHERE text LIKE 'I spoke%'") == [(vector.tobytes(),)]


def test_a_denied_term_is_masked_wherever_and_however_it_stands(workspace, tmp_path):
    rows = [
        {"ref": "R-1", "comment": "ZAPHOD's friend, zaphod and Zaph\u00adod!", "more": "Zaphod"},
        {"ref": "R-2", "comment": "zaphodite is another word", "more": "x"},
        {"ref": "R-3", "comment": "I met Ann Lee, and denied it", "more": "x"},
    ]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)], MAPPING)
    assert workspace.privacy.deny("zaphod").records == 1
    assert texts(workspace)["R-1"] == "<DENIED_1>'s friend, <DENIED_1> and <DENIED_1>!"
    assert texts(workspace)["R-2"] == "zaphodite is another word"
    assert workspace.privacy.deny("person").records == 0
    assert workspace.privacy.deny("denied").records == 1
    assert texts(workspace)["R-3"] == "I met <PERSON_1>, and <DENIED_1> it"
    assert texts(workspace)["R-1"].startswith("<DENIED_1>'s")
    assert workspace.verify().problems == ()


def test_a_denied_term_is_numbered_for_its_respondent(workspace, tmp_path):
    rows = [
        {"ref": "R-1", "comment": "zaphod came", "Customer ID": "one"},
        {"ref": "R-2", "comment": "zaphod and trillian came", "Customer ID": "one"},
        {"ref": "R-3", "comment": "trillian came", "Customer ID": "two"},
    ]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)], {**MAPPING, "respondent": "Customer ID"})
    workspace.privacy.deny("zaphod")
    workspace.privacy.deny("trillian")
    assert texts(workspace) == {
        "R-1": "<DENIED_1> came", "R-2": "<DENIED_1> and <DENIED_2> came", "R-3": "<DENIED_1> came"
    }  # fmt: skip


def test_other_entries_of_a_text_stay_in_their_places(workspace, tmp_path):
    rows = [{"ref": "R-1", "comment": "Al said I spoke to Quackenbush and to Marvin, Al did", "more": "x"}]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)], MAPPING)
    workspace.privacy.deny("al")
    shown = {entry.kind: entry.contexts for entry in workspace.privacy.queue().entries}
    assert "«Quackenbush»" in shown["kept"][0]
    assert "«<PERSON_1>»" in shown["masked"][0]


def test_later_imports_follow_the_lists(filled, tmp_path):
    filled.privacy.deny("quackenbush")
    filled.privacy.allow("Marvin")
    rows = [{"ref": "S-1", "comment": "Marvin knows quackenbush", "more": "x"}]
    filled.ingest([write_csv(tmp_path / "b.csv", rows)], MAPPING)
    assert texts(filled)["S-1"] == "Marvin knows <DENIED_1>"


def test_what_is_allowed_comes_back_when_its_file_is_imported_again(filled, tmp_path):
    decision = filled.privacy.decide(entry_of(filled, "masked").id, "allow")
    assert (decision.term.verdict, decision.still_masked, decision.records) == ("allow", 2, 0)
    assert texts(filled)["R-2"] == "<PERSON_1> was kind"
    report = filled.ingest([tmp_path / "a.csv"], MAPPING)
    assert (report.stored, report.duplicates) == (0, 5)
    assert texts(filled)["R-2"] == "Marvin was kind"
    assert [entry.kind for entry in filled.privacy.queue().entries] == ["kept"]
    assert filled.verify().problems == ()


def test_what_was_kept_and_is_allowed_is_not_asked_about_again(filled, tmp_path):
    filled.privacy.decide(entry_of(filled, "kept").id, "allow")
    rows = [{"ref": "S-1", "comment": "Dr Quackenbush helped", "more": "x"}]
    report = filled.ingest([write_csv(tmp_path / "b.csv", rows)], MAPPING)
    assert not any("privacy queue" in note for note in report.notes)
    assert [entry.kind for entry in filled.privacy.queue().entries] == ["masked"]


def test_an_answer_that_cites_or_names_what_was_denied_is_dropped(filled):
    filled.llm.enqueue("People say they spoke about the parcel.", "People say the parcel came late.")
    filled.ask("Who spoke about the parcel?", "id = R-3")
    filled.ask("Was the parcel late, or quackenbush?", "id = R-1")
    filled.llm.enqueue("People say the parcel came late.")
    filled.ask("Was the parcel late?", "id = R-1")
    assert filled.privacy.deny("Quackenbush").answers == 2
    assert [q for (q,) in filled.database.rows("SELECT question FROM answers")] == ["Was the parcel late?"]


def test_decisions_are_listed_by_shape_and_audited_without_the_term(filled):
    filled.privacy.deny("Zaphod Beeblebrox", "known to us, says Ann Lee")
    (term,) = filled.privacy.terms().terms
    assert (term.verdict, term.shape, term.by) == ("deny", "Z····· B········· (16 characters)", "owner")
    assert term.reason == "known to us, says <PERSON_1>"
    assert audited(filled, "privacy.decide") == [{"decision": term.id, "verdict": "deny", "records": 0, "answers": 0}]
    assert not re.search("zaphod|beeble|Ann Lee", everything(filled), re.IGNORECASE)


def terms_of(workspace):
    return read_terms(workspace.store.database, workspace.store.keys.key("terms"))


def test_undo_takes_the_last_decision_back_and_the_one_before_holds_again(filled):
    filled.privacy.allow("Zaphod")
    filled.privacy.deny("zaphod")
    assert [term.verdict for term in filled.privacy.terms().terms] == ["deny"]
    assert terms_of(filled).denied_spans("a zaphod")
    undone = filled.privacy.undo()
    assert (undone.is_undone, undone.term.verdict) == (True, "deny")
    assert [term.verdict for term in filled.privacy.terms().terms] == ["allow"]
    assert terms_of(filled).is_allowed("Zaphod")
    filled.privacy.undo()
    assert filled.privacy.terms().terms == ()
    with pytest.raises(UsageError, match="no decision to undo"):
        filled.privacy.undo()


@pytest.mark.parametrize("term", ["", " ", "–!", "one two three four five six"])
def test_what_can_be_no_term_is_refused(filled, term):
    with pytest.raises(UsageError, match="a term has one to 5 words"):
        filled.privacy.deny(term)


def test_an_entry_that_is_not_there_and_a_verdict_that_is_none_are_refused(filled):
    with pytest.raises(UsageError, match="no entry 99"):
        filled.privacy.decide(99, "deny")
    with pytest.raises(UsageError, match="allow or deny"):
        filled.privacy.decide(1, "maybe")


def test_nobody_decides_while_an_import_is_writing(filled, tmp_path):
    other = make_workspace(tmp_path)

    def meanwhile(name, done, total):
        if done:
            with pytest.raises(WorkspaceError, match="another import is running"):
                other.privacy.deny("zaphod")

    filled.ingest([tmp_path / "a.csv"], {"text": "comment"}, ["ref"], meanwhile)
    assert other.privacy.terms().terms == ()
    other.close()


def test_a_decision_that_fails_halfway_leaves_everything_as_it_was(filled, monkeypatch):
    before = everything(filled)

    def failing(*_):
        raise UsageError("the model is gone")

    monkeypatch.setattr(FakeEmbedder, "embed", failing)
    with pytest.raises(UsageError, match="the model is gone"):
        filled.privacy.deny("quackenbush")
    assert everything(filled) == before


def test_the_report_counts_by_type_language_and_rule(filled):
    (risk,) = filled.privacy.report().imports
    assert (risk.file, risk.texts, risk.altered, risk.reviewed, risk.refused) == ("a.csv", 4, 2, 3, 0)
    assert [(f.type, f.language, f.rule, f.n) for f in risk.findings] == [("PERSON", "en", "guess", 3)]
    assert risk.share_altered == 0.5
    assert filled.privacy.report(risk.import_id).imports == (risk,)
    with pytest.raises(UsageError, match="no import 77"):
        filled.privacy.report(77)


def test_counts_of_an_interrupted_import_are_those_of_a_whole_one(tmp_path):
    rows = [{"ref": f"R-{n}", "comment": f"Ann Lee {n}", "more": ""} for n in range(40)]
    risks = []
    for name in ("whole", "parted"):
        held = make_workspace(tmp_path / name)
        file = write_csv(tmp_path / name / "a.csv", rows)

        def stop(name, done, total, wanted=name):
            if done >= 16 and wanted == "parted":
                raise KeyboardInterrupt

        try:
            held.ingest([file], MAPPING, on_progress=stop)
        except KeyboardInterrupt:
            held.ingest([file], MAPPING)
        (risk,) = held.privacy.report().imports
        risks.append((risk.texts, risk.altered, risk.findings))
        held.close()
    assert risks[0] == risks[1]


def test_a_sample_is_drawn_at_random_and_each_comment_once(workspace, tmp_path):
    rows = [{"ref": f"R-{n:03}", "comment": f"words {n}", "more": f"and prose number {n}"} for n in range(200)]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)], MAPPING)
    one, other = workspace.privacy.sample(20), workspace.privacy.sample(20)
    assert (one.sample, one.size, one.population) == (1, 20, 200)
    assert [comment.number for comment in one.comments] == list(range(1, 21))
    ids = [comment.id for comment in one.comments]
    assert len(set(ids)) == 20
    assert ids != sorted(ids)
    assert ids != [comment.id for comment in other.comments]
    first = one.comments[0]
    assert first.text == f"words {int(first.id[2:])}"
    assert first.fields == {"more": f"and prose number {int(first.id[2:])}"}
    assert workspace.privacy.sample(999).size == 200
    assert audited(workspace, "privacy.sample")[0] == {"sample": 1, "ids": ids}


def test_a_sample_can_be_of_one_import(filled, tmp_path):
    rows = [{"ref": "S-1", "comment": "later words", "more": ""}]
    filled.ingest([write_csv(tmp_path / "b.csv", rows)], MAPPING)
    sample = filled.privacy.sample(60, 2)
    assert ([comment.id for comment in sample.comments], sample.population) == (["S-1"], 1)
    with pytest.raises(UsageError, match="no import 9"):
        filled.privacy.sample(60, 9)


def test_an_empty_workspace_has_no_sample(workspace):
    with pytest.raises(UsageError, match="nothing to draw a sample from"):
        workspace.privacy.sample()


def test_what_was_found_in_a_sample_becomes_a_leak_rate_in_the_report(workspace, tmp_path):
    rows = [{"ref": f"R-{n}", "comment": f"words {n}", "more": ""} for n in range(100)]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)], MAPPING)
    workspace.privacy.sample(60)
    assert workspace.privacy.report().samples[0].upper_bound is None
    check = workspace.privacy.checked(1, 0)
    assert (check.misses, check.leak_rate, round(check.upper_bound, 3)) == (0, 0.0, 0.049)
    check = workspace.privacy.checked(1, missed=[3, 17, 3])
    assert (check.misses, round(check.leak_rate, 4)) == (2, 0.0333)
    assert workspace.privacy.report().samples == (check,)
    assert workspace.database.rows("SELECT number FROM sampled WHERE is_miss ORDER BY 1") == [(3,), (17,)]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((9, 0), "no sample 9"), ((1, 61), "1 to 5"), ((1, -1), "1 to 5"), ((1, None, [6]), "1 to 5"),
     ((1,), "--misses"), ((1, 1, [1]), "--misses")],
)  # fmt: skip
def test_a_check_that_does_not_fit_its_sample_is_refused(filled, arguments, error):
    filled.privacy.sample()
    with pytest.raises(UsageError, match=error):
        filled.privacy.checked(*arguments)
    assert filled.privacy.report().samples[0].misses is None


def test_all_of_this_is_kept_with_the_workspace(filled, tmp_path):
    filled.privacy.deny("zaphod")
    filled.privacy.sample()
    filled.privacy.checked(1, 0)
    again = make_workspace(tmp_path)
    assert again.privacy.terms() == filled.privacy.terms()
    assert again.privacy.report() == filled.privacy.report()
    again.close()


def test_an_answer_from_texts_that_were_scrubbed_again_meanwhile_is_not_given(filled, tmp_path, monkeypatch):
    other = make_workspace(tmp_path)

    def complete(*_):
        other.privacy.deny("quackenbush")
        return "People say they spoke about the parcel."

    monkeypatch.setattr(filled.llm, "complete", complete)
    with pytest.raises(WorkspaceError, match="ask again"):
        filled.ask("What do people say about spoke about the parcel?")
    assert filled.database.rows("SELECT * FROM answers") == []
    other.close()


def test_a_denied_term_that_a_reader_keeps_in_the_log_is_not_said_to_be_gone(filled, monkeypatch):
    monkeypatch.setattr(database, "LOG_WAIT_S", 0.1)
    path, key = filled.settings.workspace / "feedback.db", filled.store.store_key
    reader = Database(path, key)
    reader.connection.execute("BEGIN")
    reader.rows("SELECT count(*) FROM feedback")
    decision = filled.privacy.deny("quackenbush")
    assert (decision.left_in_log, decision.records > 0) == (True, True)
    assert any("still in the write-ahead log" in line and "verify" in line for line in decision_lines(decision))
    assert any(b"quackenbush" in page.lower() for page in decrypted_pages(path, key))
    reader.close()
    assert filled.verify().ok
    assert not any(b"quackenbush" in page.lower() for page in decrypted_pages(path, key))


def test_without_readers_nothing_of_a_denied_term_is_left(filled):
    decision = filled.privacy.deny("quackenbush")
    assert not decision.left_in_log
    assert not any("write-ahead log" in line for line in decision_lines(decision))

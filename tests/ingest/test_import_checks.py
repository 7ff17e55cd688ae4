"""Checks of an import, on a real store: own values, residual check, placeholders of one respondent, changed rules."""

import re

import pytest
from fakes import FakeDetector, FakeEmbedder, fake_scrubber, make_workspace, write_csv

from analyzer.index.placeholder_aliases import strip_numbers
from analyzer.ingest.worker import LEFT_OVER, WITHHELD, Processor, RawPiece, Refused, Texts
from analyzer.opinions.polarity import PolarityHead
from analyzer.privacy.findings import Finding
from analyzer.privacy.terms import Terms

MAPPING = {"text": "comment", "id": "ref", "respondent": "Customer ID"}


@pytest.fixture
def workspace(tmp_path):
    made = make_workspace(tmp_path)
    yield made
    made.close()


def rows_of(*texts, **columns):
    return [{"ref": f"R-{n}", "comment": text, **columns} for n, text in enumerate(texts, start=1)]


def take_in(workspace, folder, rows, mapping=MAPPING, name="a.csv"):
    mapping = {role: label for role, label in mapping.items() if label in rows[0]}
    return workspace.ingest([write_csv(folder / name, rows)], mapping)


def texts(workspace):
    return {record.id: record.text for record in workspace.feedback.browse("", 1000)}


def everything(workspace):
    tables = [r[0] for r in workspace.database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return "\n".join(str(workspace.database.rows(f"SELECT * FROM {table}")) for table in tables)


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("Name", "Zebediah Quackenbush", "Here zebediah again."),
        ("Surname", "Quackenbush", "QUACKENBUSH is my name"),
        ("E-mail", "zebe@inner", "at zebe@inner I am"),
        ("E-mail", "quackenbush@mail.example", "Love from Quackenbush!"),
        ("Phone", "555 0142", "ring 555-0142"),
        ("Address", "Weirdly Lane", "in Weirdly Lane it was late"),
        ("Customer ID", "K-4711-X", "customer k-4711-x here"),
        ("ref", "Zebediah", "yours, Zebediah"),
    ],
)
def test_what_a_row_says_of_its_writer_is_masked_in_its_texts(workspace, tmp_path, column, value, text):
    row = {"ref": "R-1", "comment": text, "more": text + " too", column: value}
    report = take_in(workspace, tmp_path, [row])
    assert report.stored == 1
    (record,) = workspace.feedback.browse()
    for kept in (record.text, record.fields["more"]):
        assert "<DENIED_1>" in kept
    assert not re.search(re.escape(value), everything(workspace), re.IGNORECASE)


def test_own_values_are_masked_in_their_own_row_only_and_other_texts_stay_shared(workspace, tmp_path):
    rows = [
        {"ref": "R-1", "comment": "I like Quackenbush", "Name": "Quackenbush"},
        {"ref": "R-2", "comment": "I like Quackenbush", "Name": "Somebody"},
        {"ref": "R-3", "comment": "All fine", "Name": "Quackenbush"},
        {"ref": "R-4", "comment": "All fine", "Name": "Somebody"},
    ]
    take_in(workspace, tmp_path, rows)
    found = texts(workspace)
    assert (found["R-1"], found["R-2"], found["R-3"]) == ("I like <DENIED_1>", "I like Quackenbush", "All fine")
    assert workspace.status().texts == 3


def test_a_name_that_is_an_ordinary_word_leaves_the_words_of_the_language(workspace, tmp_path):
    take_in(workspace, tmp_path, [{"ref": "R-1", "comment": "It will be good in May", "Name": "Will May"}])
    assert texts(workspace)["R-1"] == "It will be good in May"


class Blind(FakeDetector):
    """Finds nothing at all, as a detector with a fault would."""

    def _findings(self, text):
        return []


@pytest.fixture
def blind(tmp_path):
    made = make_workspace(tmp_path)
    made.detector = Blind()
    yield made
    made.close()


def test_what_the_scrubber_misses_rejects_the_row_with_its_reason_and_no_text(blind, tmp_path):
    rows = rows_of("fine", "mail jo@mail.example", "ring 020 7946 0991", "also fine")
    rows = [{**row, "more": "nothing to say"} for row in rows]
    rows[3]["more"] = "please mail jo@mail.example again"
    report = take_in(blind, tmp_path, rows)
    assert (report.stored, report.rejected) == (1, 3)
    assert {(one.row, one.reason) for one in report.rejections} == {(n, LEFT_OVER) for n in (2, 3, 4)}
    assert "mail.example" not in everything(blind)
    assert blind.verify().ok


def test_a_code_that_does_not_pass_is_withheld_and_its_row_is_kept(blind, tmp_path):
    rows = [{**row, "order": 4_000_000_000 + n} for n, row in enumerate(rows_of("fine", "late", "good"))]
    report = take_in(blind, tmp_path, rows)
    assert (report.stored, report.entities) == (3, {WITHHELD: 3})
    assert {record.fields["order"] for record in blind.feedback.browse()} == {f"<{WITHHELD}>"}


def test_what_is_denied_and_still_stands_there_is_refused():
    terms = Terms(bytes(32))
    terms = Terms(bytes(32), deny=frozenset({terms.digest("zaphod"), terms.digest("person")}))
    processor = Processor(fake_scrubber(), FakeEmbedder(), PolarityHead.load(), terms)
    done, refused = processor(Texts((RawPiece("Ann Lee"), RawPiece("zaphod came")), ())).comments
    assert (done.scrubbed.text, refused) == ("<PERSON_1>", Refused(LEFT_OVER))


def test_a_doubt_does_not_keep_a_row_out(blind, tmp_path):
    report = take_in(blind, tmp_path, rows_of("Incident 2515358 was bad"))
    assert report.stored == 1
    assert any("privacy queue" in note for note in report.notes)


def test_dates_and_numbers_are_no_texts(blind, tmp_path):
    rows = [{**row, "date": f"2024-05-0{n} 10:22:33", "height": n} for n, row in enumerate(rows_of(*"abcdef"), start=1)]
    take_in(blind, tmp_path, rows)
    assert [record.fields["height"] for record in blind.feedback.browse()] == [1, 2, 3, 4, 5, 6]
    assert blind.feedback.browse()[0].fields["date"] == "2024-05-01T10:22:33"


SAID = ["Ann Lee met Bob Ray", "Bob Ray met Cid Poe", "Cid Poe met Ann Lee"]


def test_one_respondents_placeholders_are_consistent_in_all_comments_and_columns(workspace, tmp_path):
    rows = [{**row, "Customer ID": "one", "more": f"Ask {row['comment'][:7]}"} for row in rows_of(*SAID)]
    take_in(workspace, tmp_path, rows)
    assert [record.text for record in workspace.feedback.browse()] == [
        "<PERSON_1> met <PERSON_2>", "<PERSON_2> met <PERSON_3>", "<PERSON_3> met <PERSON_1>"
    ]  # fmt: skip
    assert [record.fields["more"] for record in workspace.feedback.browse()] == [f"Ask <PERSON_{n}>" for n in (1, 2, 3)]
    later = [{"ref": "S-1", "comment": "Cid Poe again", "Customer ID": "ONE", "more": "x"}]
    take_in(workspace, tmp_path, later, name="b.csv")
    assert texts(workspace)["S-1"] == "<PERSON_3> again"


def test_the_same_words_are_numbered_apart_for_another_respondent(workspace, tmp_path):
    rows = [
        {"ref": f"R-{n}", "comment": text, "Customer ID": n // 2} for n, text in enumerate([SAID[0], SAID[1], SAID[1]])
    ]
    take_in(workspace, tmp_path, rows)
    assert texts(workspace) == {
        "R-0": "<PERSON_1> met <PERSON_2>", "R-1": "<PERSON_2> met <PERSON_3>", "R-2": "<PERSON_1> met <PERSON_2>"
    }  # fmt: skip
    assert workspace.verify().ok


def test_without_a_respondent_a_text_is_numbered_by_itself(workspace, tmp_path):
    take_in(workspace, tmp_path, rows_of(*SAID))
    assert set(texts(workspace).values()) == {"<PERSON_1> met <PERSON_2>"}
    assert workspace.status().texts == 1


def test_numbering_changes_no_vector(workspace, tmp_path):
    rows = [{**row, "Customer ID": "one"} for row in rows_of(*SAID)]
    take_in(workspace, tmp_path, rows)
    stored = dict(workspace.database.rows("SELECT text, vector FROM texts"))
    assert len(stored) == 3
    assert len(set(stored.values())) == 1
    (vector,) = FakeEmbedder().embed(["<PERSON> met <PERSON>"]).astype("float16")
    assert set(stored.values()) == {vector.tobytes()}
    assert {strip_numbers(text) for text in stored} == {"<PERSON> met <PERSON>"}


def test_what_a_number_stands_for_is_stored_as_a_keyed_hash_only(workspace, tmp_path):
    take_in(workspace, tmp_path, [{**row, "Customer ID": "one"} for row in rows_of(*SAID)])
    rows = workspace.database.rows("SELECT type, length(key), number FROM aliases ORDER BY number")
    assert rows == [("PERSON", 16, n) for n in (1, 2, 3)]
    assert "Ann" not in everything(workspace)


class Sharper(FakeDetector):
    """The rules of a later version: it knows towns too."""

    def _findings(self, text):
        towns = [Finding("LOCATION", m.start(), m.end(), 1.0) for m in re.finditer("Xanadu", text)]
        return super()._findings(text) + towns


def sharpen(workspace):
    workspace.detector = Sharper(profile="sharper")


def test_the_same_file_under_changed_rules_is_scrubbed_again_in_place(workspace, tmp_path):
    rows = [{**row, "more": "Xanadu it was"} for row in rows_of("Late in Xanadu", "Good", "Late in Xanadu")]
    take_in(workspace, tmp_path, rows)
    workspace.llm.enqueue("People say it came late in town.")
    before = workspace.database.rows("SELECT n, id FROM feedback")
    assert workspace.search("Xanadu").hits
    sharpen(workspace)
    report = take_in(workspace, tmp_path, rows)
    assert (report.rows, report.stored, report.duplicates, report.rejected) == (3, 0, 3, 0)
    assert any("3 stored rows were scrubbed again" in note for note in report.notes)
    assert texts(workspace) == {"R-1": "Late in <LOCATION_1>", "R-2": "Good", "R-3": "Late in <LOCATION_1>"}
    assert {record.fields["more"] for record in workspace.feedback.browse()} == {"<LOCATION_1> it was"}
    assert workspace.database.rows("SELECT n, id FROM feedback") == before
    assert "Xanadu" not in everything(workspace)
    assert workspace.status().texts == 2
    assert workspace.verify().problems == ()
    (vector,) = FakeEmbedder().embed(["Late in <LOCATION>"]).astype("float16")
    assert workspace.database.rows("SELECT vector FROM texts WHERE text LIKE 'Late%'") == [(vector.tobytes(),)]
    again = take_in(workspace, tmp_path, rows)
    assert (again.duplicates, again.notes) == (3, tuple(n for n in again.notes if "scrubbed again" not in n))


def test_the_index_follows_what_was_scrubbed_again(workspace, tmp_path):
    rows = rows_of("Xanadu alpha", "beta gamma")
    take_in(workspace, tmp_path, rows)
    workspace.search("beta")
    other = make_workspace(tmp_path)
    sharpen(other)
    take_in(other, tmp_path, rows)
    for held in (workspace, other):
        assert held.search("alpha").hits[0].id == "R-1"
        assert held.search("alpha").hits[0].text == "<LOCATION_1> alpha"
        assert len(held.vectors()) == 2
    other.close()


def test_an_answer_that_cites_what_was_scrubbed_again_is_dropped(workspace, tmp_path):
    rows = rows_of("The parcel came late in Xanadu", "Other matters entirely")
    take_in(workspace, tmp_path, rows)
    workspace.llm.enqueue("People say the parcel came late.")
    assert workspace.ask("Was the parcel late?").claims
    sharpen(workspace)
    take_in(workspace, tmp_path, rows)
    assert workspace.database.rows("SELECT count(*) FROM answers") == [(0,)]
    assert "Xanadu" not in everything(workspace)


def test_a_row_that_no_longer_passes_is_removed(workspace, tmp_path):
    rows = rows_of("UNSURE words", "Good")
    take_in(workspace, tmp_path, rows)
    workspace.detector = FakeDetector("UNSURE", "stricter")
    report = take_in(workspace, tmp_path, rows)
    assert (report.duplicates, report.rejected) == (1, 1)
    assert texts(workspace) == {"R-2": "Good"}
    assert workspace.verify().problems == ()


def test_an_interrupted_import_under_changed_rules_counts_its_rows_as_stored(tmp_path):
    rows = rows_of(*(f"Late in Xanadu {n}" for n in range(40)))
    workspace = make_workspace(tmp_path)

    def stop(name, done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.ingest([write_csv(tmp_path / "a.csv", rows)], {"text": "comment", "id": "ref"}, on_progress=stop)
    sharpen(workspace)
    report = take_in(workspace, tmp_path, rows)
    assert (report.stored, report.duplicates) == (40, 0)
    assert "Xanadu" not in everything(workspace)
    workspace.close()


def test_a_workspace_of_the_version_before_is_refused(tmp_path):
    from analyzer.errors import WorkspaceError

    made = make_workspace(tmp_path)
    with made.database.transaction() as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    made.close()
    with pytest.raises(WorkspaceError, match="older than 2 and cannot be upgraded"):
        make_workspace(tmp_path)


def test_an_import_tells_what_it_takes_for_brands_family_names_first_and_no_ordinary_words(workspace, tmp_path):
    rows = rows_of(*(f"They say I'd like Zorvex and Adler and West best, number {n} of many." for n in range(40)))
    (note,) = [note for note in take_in(workspace, tmp_path, rows).notes if "brands" in note]
    assert note.endswith(": adler, zorvex")

"""One import, batch by batch: every row is counted, nothing is stored twice, no raw text is kept."""

import logging
import random

import pytest
from fakes import FakeEmbedder, FakeRecipe, fake_scrubber, four_ahead, make_workspace, write_csv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.errors import WorkspaceError
from analyzer.ingest import deduplication as batches_module
from analyzer.ingest import pipeline, service
from analyzer.ingest.pipeline import SAME_ID
from analyzer.ingest.worker import NOT_SCRUBBED, Done, Processor, RawPiece, Texts
from analyzer.models.parallel import map_batches
from analyzer.opinions.polarity import PolarityHead
from analyzer.security import keys
from analyzer.security.workspace_store import DATABASE
from analyzer.workspace import CACHE

WORDS = ("delivery late", "refund slow", "staff kind", "Ann Lee called", "mail a.lee@mail.example", "app broken")
MAPPING = {"text": "comment", "id": "ref"}
WITHOUT_ID = {"text": "comment"}


def make_rows(count, seed=1):
    chance = random.Random(seed)
    return [
        {
            "ref": f"R-{number}",
            "comment": f"{chance.choice(WORDS)} and {chance.choice(WORDS)} {chance.randint(1, count)}",
            "rating": chance.randint(0, 5),
            "channel": chance.choice(("email", "app", "Bob Ray")),
            "more": chance.choice(("", "call 0770090032", "nothing", "ask Cid Poe please")),
        }
        for number in range(count)
    ]


def dump(workspace):
    """The stored data that do not depend on timing or order of an import: ids, texts, vectors and fields."""
    vectors = dict(workspace.database.rows("SELECT text, vector FROM texts"))
    return {
        record.id: (record.text, dict(record.fields), vectors[record.text])
        for record in workspace.feedback.browse("", 10_000)
    }


def whole_content(workspace):
    """The whole content of the database as one string, including its word index."""
    connection = workspace.database.connection
    tables = [r[0] for r in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = [str(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in tables]
    connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'row')")
    found.append(str(connection.execute("SELECT term FROM temp.vocabulary").fetchall()))
    connection.execute("DROP TABLE temp.vocabulary")
    return "\n".join(found)


@pytest.fixture
def same_key(monkeypatch):
    """Give every new workspace one key, so that pseudonyms can be compared between workspaces."""
    monkeypatch.setattr(keys.secrets, "token_bytes", bytes)


def accounts(report):
    return report.rows, report.stored, report.duplicates, report.rejected


@pytest.fixture
def workspace(tmp_path):
    made = make_workspace(tmp_path)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path):
    return write_csv(tmp_path / "feedback.csv", make_rows(60))


cells = st.sampled_from(
    ["", " ", "good", "late again", "Ann Lee was kind", "UNSCRUBBABLE words", "0770090032", 'é\n"x"']
)
tables = st.lists(
    st.fixed_dictionaries({"ref": st.sampled_from(["", "A1", "A2", "A3", "Ann Lee"]), "comment": cells, "more": cells}),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables, st.sampled_from([MAPPING, WITHOUT_ID]), st.sampled_from([1, 3, 50]))
def test_every_row_is_stored_or_a_duplicate_or_rejected(tmp_path_factory, rows, mapping, batch_size):
    folder = tmp_path_factory.mktemp("accounts")
    workspace = make_workspace(folder, batch_size=batch_size)
    file = write_csv(folder / "feedback.csv", rows)
    first = workspace.ingest([file], mapping)
    assert first.rows == first.stored + first.duplicates + first.rejected == len(rows)
    assert len(first.rejections) == first.rejected
    assert workspace.feedback.matching() == first.comments
    before = dump(workspace)
    again = workspace.ingest([file], mapping)
    assert again.rows == again.stored + again.duplicates + again.rejected == len(rows)
    assert dump(workspace) | before == dump(workspace)
    third = workspace.ingest([file], mapping)
    assert third.stored == 0
    assert workspace.verify().problems == ()
    workspace.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables, st.sampled_from([MAPPING, WITHOUT_ID]))
def test_importing_again_stores_nothing_twice(tmp_path_factory, rows, mapping):
    folder = tmp_path_factory.mktemp("again")
    workspace = make_workspace(folder, batch_size=50)
    file = write_csv(folder / "feedback.csv", rows)
    first = workspace.ingest([file], mapping)
    before = dump(workspace)
    again = workspace.ingest([file], mapping)
    assert (again.stored, again.duplicates, again.rejected) == (0, first.stored + first.duplicates, first.rejected)
    assert dump(workspace) == before
    workspace.close()


def test_a_plain_import_stores_every_row(workspace, file):
    report = workspace.ingest([file], MAPPING)
    assert accounts(report) == (60, 60, 0, 0)
    assert set(dump(workspace)) == {f"R-{number}" for number in range(60)}


def test_two_people_who_wrote_the_same_words_stay_two_records_of_one_text(workspace, tmp_path):
    rows = [{"comment": "Good service", "channel": "app"}, {"comment": "Good service", "channel": "app"},
            {"comment": "Good service", "channel": "email"}]  # fmt: skip
    report = workspace.ingest([write_csv(tmp_path / "a.csv", rows)], WITHOUT_ID)
    assert accounts(report) == (3, 3, 0, 0)
    status = workspace.status()
    assert (status.records, status.texts) == (3, 1)
    assert workspace.search("service").hits[0].same_words == 3
    again = workspace.ingest([tmp_path / "a.csv"], WITHOUT_ID)
    assert accounts(again) == (3, 0, 3, 0)


def test_words_that_become_equal_by_scrubbing_are_one_text(workspace, tmp_path):
    rows = [{"ref": "A1", "comment": "Ann Lee was kind"}, {"ref": "A2", "comment": "Bob Ray was kind"}]
    assert workspace.ingest([write_csv(tmp_path / "a.csv", rows)], MAPPING).stored == 2
    assert (workspace.status().records, workspace.status().texts) == (2, 1)


@pytest.mark.parametrize("batch_size", [1, 2, 50])
def test_the_same_id_with_other_content_is_rejected_with_its_reason(tmp_path, batch_size):
    workspace = make_workspace(tmp_path, batch_size=batch_size)
    rows = [("A1", "first"), ("A2", "second"), ("A1", "another"), ("A1", "first")]
    file = write_csv(tmp_path / "a.csv", [{"ref": ref, "comment": text} for ref, text in rows])
    report = workspace.ingest([file], MAPPING)
    assert accounts(report) == (4, 2, 1, 1)
    assert [(one.row, one.reason) for one in report.rejections] == [(3, SAME_ID)]
    assert dump(workspace)["A1"][0] == "first"
    workspace.close()


def test_the_same_id_from_another_file_is_compared_too(workspace, tmp_path):
    for name, text in (("a.csv", "first"), ("b.csv", "first"), ("c.csv", "other")):
        write_csv(tmp_path / name, [{"ref": "A1", "comment": text}])
    reports = [workspace.ingest([tmp_path / name], MAPPING) for name in ("a.csv", "b.csv", "c.csv")]
    assert [accounts(report) for report in reports] == [(1, 1, 0, 0), (1, 0, 1, 0), (1, 1, 0, 0)]


def test_an_id_that_may_name_somebody_is_stored_as_a_pseudonym(workspace, tmp_path):
    file = write_csv(
        tmp_path / "a.csv", [{"ref": "Ann Lee", "comment": "one"}, {"ref": "447700900321", "comment": "two"}]
    )
    workspace.ingest([file], MAPPING)
    assert all(record_id.startswith("p-") for record_id in dump(workspace))
    assert not any(secret in whole_content(workspace) for secret in ("Ann", "447700900321"))


class StoppedError(Exception):
    """Raised in on_progress, as an interruption would be."""


@pytest.mark.parametrize("batches", [1, 3, 7])
@pytest.mark.parametrize("mapping", [MAPPING, WITHOUT_ID], ids=["with ids", "without ids"])
def test_an_interrupted_import_goes_on_where_it_stopped(tmp_path, batches, mapping, same_key):
    rows = [
        *make_rows(60),
        *make_rows(60)[:4],
        {"ref": "X1", "comment": "UNSCRUBBABLE", "rating": 1, "channel": "", "more": ""},
    ]
    file = write_csv(tmp_path / "feedback.csv", rows)
    drop = [] if mapping is MAPPING else ["ref"]
    whole, parted = make_workspace(tmp_path / "whole"), make_workspace(tmp_path / "parted")
    expected = whole.ingest([file], mapping, drop)
    seen = []

    def stop(name, done, total):
        if done:
            seen.append(done)
        if len(seen) == batches:
            raise StoppedError

    with pytest.raises(StoppedError):
        parted.ingest([file], mapping, drop, stop)
    assert parted.feedback.matching() == seen[-1] == 8 * batches
    assert parted.verify().ok
    parted.close()
    parted = make_workspace(tmp_path / "parted")
    report = parted.ingest([file], mapping, drop)
    assert accounts(report) == accounts(expected)
    assert dump(parted) == dump(whole)
    assert parted.verify().ok
    (remembered,) = parted.status().imports
    assert (remembered.stored, remembered.duplicates, remembered.rejected) == accounts(report)[1:]
    assert set(remembered.entities) == set(whole.status().imports[0].entities)
    assert parted.search("late refund", "rating<4", 30) == whole.search("late refund", "rating<4", 30)
    whole.close()
    parted.close()


def test_progress_is_told_only_after_a_batch_is_safe(workspace, file, tmp_path):
    other, seen = make_workspace(tmp_path), []

    def told(name, done, total):
        if name != "near duplicates":  # what follows the import tells its own progress
            seen.append((done, total, other.feedback.matching()))

    workspace.ingest([file], MAPPING, on_progress=told)
    assert seen[:2] == [(0, 0, 0), (0, 60, 0)]
    assert all(done == stored for done, _, stored in seen)
    assert seen[-1] == (60, 60, 60)
    other.close()


def test_a_text_that_cannot_be_scrubbed_rejects_its_row_and_is_never_stored(workspace, tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    rows = [{"ref": f"A{n}", "comment": f"fine {n}", "more": ""} for n in range(1, 21)]
    rows[4]["comment"] = "UNSCRUBBABLE secretword"
    rows[9]["more"] = "UNSCRUBBABLE othersecret"
    report = workspace.ingest([write_csv(tmp_path / "a.csv", rows)], MAPPING)
    assert accounts(report) == (20, 18, 0, 2)
    assert [(one.file, one.row, one.reason) for one in report.rejections] == [
        ("a.csv", 5, NOT_SCRUBBED), ("a.csv", 10, NOT_SCRUBBED)
    ]  # fmt: skip
    assert set(dump(workspace)) == {f"A{n}" for n in range(1, 21)} - {"A5", "A10"}
    kept = whole_content(workspace) + repr(report) + caplog.text + "".join(capfd.readouterr())
    assert "UNSCRUBBABLE" not in kept
    assert "secret" not in kept


def test_the_word_of_a_rejected_record_does_not_linger_as_a_text(workspace, tmp_path):
    rows = [
        {"ref": "A1", "comment": "wordsofarejectedrow", "more": "UNSCRUBBABLE"},
        {"ref": "A2", "comment": "b", "more": ""},
    ]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)], MAPPING)
    assert workspace.verify().problems == ()


def test_nothing_raw_is_left_anywhere(workspace, tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    secrets = ("Ann Lee", "Cid Poe", "a.lee@mail.example", "0770090032", "q7Zkp", "Elmgrovia")
    rows = [
        {
            "ref": f"R-{number}",
            "Customer ID": f"Ann Lee {number}",
            "comment": f"Ann Lee said a.lee@mail.example or 0770090032, see https://s.example/q7Zkp{number}?street=Elmgrovia",
            "more": f"Cid Poe {number} 0770090032",
            "channel": "Ann Lee",
        }
        for number in range(20)
    ]
    file = write_csv(tmp_path / "in" / "feedback.csv", rows)
    report = workspace.ingest([file], {"text": "comment", "id": "ref", "respondent": "Customer ID"})
    assert report.stored == 20
    workspace.search("who called", "", 20)
    workspace.feedback.show(["R-1"])
    places = [
        whole_content(workspace),
        repr(report),
        repr(workspace.status()),
        caplog.text,
        "".join(capfd.readouterr()),
    ]
    places += [path.read_bytes().decode("latin-1") for path in (tmp_path / "workspace").rglob("*") if path.is_file()]
    for secret in secrets:
        assert not any(secret.lower() in place.lower() for place in places), secret
    record = workspace.feedback.show(["R-1"])[0]
    assert record.fields == {"more": "<PERSON_2> 1 <PHONE_NUMBER_1>", "channel": "<PERSON_1>"}
    assert report.entities["PERSON"] == 20 + 20 + 1


def test_respondents_are_pseudonyms_that_filters_can_use(workspace, tmp_path):
    rows = [
        {"ref": f"R-{n}", "comment": f"text {n}", "Customer ID": person}
        for n, person in enumerate(["Ann", "ann ", "Bob"])
    ]
    workspace.ingest(
        [write_csv(tmp_path / "a.csv", rows)], {"text": "comment", "id": "ref", "respondent": "Customer ID"}
    )
    people = [row[0] for row in workspace.database.rows("SELECT respondent FROM feedback ORDER BY id")]
    assert people[0] == people[1] != people[2]
    assert workspace.feedback.matching(f"respondent = {people[0]}") == 2


@pytest.mark.parametrize("mapping", [MAPPING, WITHOUT_ID], ids=["with ids", "without ids"])
def test_the_order_of_the_rows_changes_nothing(tmp_path, mapping, same_key):
    rows, dumps, found = [*make_rows(60), *make_rows(60)[:7]], [], []
    for seed in range(3):
        shuffled = random.Random(seed).sample(rows, len(rows)) if seed else rows
        workspace = make_workspace(tmp_path / str(seed))
        drop = [] if mapping is MAPPING else ["ref"]
        report = workspace.ingest([write_csv(tmp_path / f"{seed}.csv", shuffled)], mapping, drop)
        assert report.stored == (60 if mapping is MAPPING else 67)
        dumps.append(dump(workspace))
        found.append([workspace.search(query, "rating>=2", 9) for query in ("late delivery", "refund", "kind")])
        workspace.close()
    assert dumps[0] == dumps[1] == dumps[2]
    assert found[0] == found[1] == found[2]


def test_two_processes_store_what_one_stores(tmp_path, monkeypatch):
    monkeypatch.setattr(service, "FEW_ROWS", 0)
    rows = [
        *make_rows(80),
        *make_rows(80)[:10],
        {"ref": "X1", "comment": "UNSCRUBBABLE", "rating": 1, "channel": "", "more": ""},
    ]
    file = write_csv(tmp_path / "feedback.csv", rows)
    results = []
    for workers in (1, 2):
        workspace = make_workspace(tmp_path / str(workers), workers=workers)
        report = workspace.ingest([file], MAPPING)
        results.append((dump(workspace), accounts(report), report.entities, workspace.verify().problems))
        workspace.close()
    assert results[0] == results[1]
    assert results[0][1] == (91, 80, 10, 1)


def test_several_files_are_one_report(workspace, tmp_path):
    for name in ("b.csv", "a.csv"):
        write_csv(
            tmp_path / "in" / name, [{"ref": f"{name[0].upper()}{n}", "comment": f"{name} {n}"} for n in range(3)]
        )
    report = workspace.ingest([tmp_path / "in"], MAPPING)
    assert report.files == ("a.csv", "b.csv")
    assert accounts(report) == (6, 6, 0, 0)
    assert [one.file for one in workspace.status().imports] == ["a.csv", "b.csv"]


def test_a_column_is_found_by_its_values_whichever_file_decided_its_kind(tmp_path):
    files = [
        write_csv(tmp_path / "a.csv", [{"ref": f"A{n}", "comment": f"text {n}", "grade": n} for n in range(8)]),
        write_csv(
            tmp_path / "b.csv", [{"ref": f"B{n}", "comment": f"words {n}", "grade": f"{n} of ten"} for n in range(8)]
        ),
    ]
    for name, order, found in (("one", files, 2), ("other", files[::-1], 1)):
        workspace = make_workspace(tmp_path / name)
        for file in order:
            workspace.ingest([file], MAPPING)
        assert workspace.feedback.matching("grade = 5") == found  # as numbers, "5 of ten" is 5; as texts, it is not "5"
        assert workspace.feedback.matching("grade is empty") == 0
        workspace.close()


@pytest.mark.parametrize("run", [map_batches, four_ahead])
def test_more_distinct_values_than_are_remembered_change_nothing(tmp_path, monkeypatch, run):
    monkeypatch.setattr(pipeline, "map_batches", run)
    file = write_csv(tmp_path / "feedback.csv", make_rows(60))
    dumps = []
    for name, remembered in (("one", 200_000), ("other", 3)):
        monkeypatch.setattr(batches_module, "REMEMBERED", remembered)
        workspace = make_workspace(tmp_path / name)
        workspace.ingest([file], MAPPING)
        dumps.append((dump(workspace), workspace.status().texts))
        workspace.close()
    assert dumps[0] == dumps[1]


def test_a_file_of_which_nothing_can_be_stored_is_reported(workspace, tmp_path):
    report = workspace.ingest([write_csv(tmp_path / "a.csv", [{"ref": "A1", "comment": "UNSCRUBBABLE"}])], MAPPING)
    assert accounts(report) == (1, 0, 0, 1)
    assert workspace.verify().ok


def test_every_import_and_batch_is_in_the_audit_log(workspace, file):
    workspace.ingest([file], MAPPING)
    actions = [row[0] for row in workspace.database.rows("SELECT action FROM audit ORDER BY seq")]
    assert actions == ["workspace.init", "import.start", *["import.batch"] * 8, "import.finish", "duplicates.find"]


def test_two_imports_at_once_are_refused(workspace, file, tmp_path):
    other = make_workspace(tmp_path)

    def meanwhile(name, done, total):
        if done == 8:
            with pytest.raises(WorkspaceError, match="another import is running"):
                other.ingest([file], MAPPING)

    assert workspace.ingest([file], MAPPING, on_progress=meanwhile).stored == 60
    other.close()


def pieces(*texts):
    return tuple(RawPiece(text) for text in texts)


def outcome_text(outcome):
    return outcome.scrubbed.text if isinstance(outcome, Done) else outcome.reason


def test_a_processor_keeps_the_places_of_what_it_could_not_scrub():
    processed = FakeRecipe()()(Texts(pieces("one", "UNSCRUBBABLE", "Ann Lee"), pieces("UNSCRUBBABLE", "two")))
    done = [outcome for outcome in processed.comments if isinstance(outcome, Done)]
    assert [outcome_text(outcome) for outcome in processed.comments] == ["one", NOT_SCRUBBED, "<PERSON_1>"]
    assert [outcome_text(outcome) for outcome in processed.values] == [NOT_SCRUBBED, "two"]
    assert {len(outcome.vector) for outcome in done} == {2 * FakeEmbedder().dimension}


def test_an_empty_batch_is_processed():
    processed = Processor(fake_scrubber(), FakeEmbedder(), PolarityHead.load())(Texts((), ()))
    assert (processed.comments, processed.values) == ((), ())


def test_raw_texts_do_not_show_in_a_representation():
    assert "secret" not in repr(Texts((RawPiece("secret", ("secret",)),), pieces("secret")))


def test_the_files_of_a_workspace_are_those_expected(workspace, file, tmp_path):
    workspace.ingest([file], MAPPING)
    workspace.close()
    names = {path.name for path in (tmp_path / "workspace").iterdir()}
    assert (
        {DATABASE, CACHE, "workspace.json"}
        <= names
        <= {DATABASE, CACHE, "workspace.json", "import.lock", "open.lock", "entry.lock"}
    )

"""Deletion: what a target holds, what enters the ledger, and that a deletion which failed is repeated, never lost."""

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.custody.deletion import DeletionTarget, RecordDeleter, derived_data, reapply_erasures
from analyzer.errors import AuditError
from analyzer.index.feedback_table import CHUNK
from analyzer.security.suppression import (
    CONTENT,
    NUMBERED,
    OWNED,
    PERSON,
    RECORD,
    RESPONDENT,
    ROW,
    SAID,
    read_entries,
)

MANY = CHUNK + 60
GIVEN = sorted([NUMBERED, SAID, ROW, OWNED, PERSON])
"""Kinds of entries of a record with an id of its source and a known respondent."""
NOTHING = DeletionTarget("again", "", (), ())
AT = "2026-01-01T00:00:00+00:00"


def rows_of(count):
    """Records of which each third shares its text with the next one; ten people wrote them."""
    return [
        {"id": f"R-{n:04}", "comment": f"the parcel was late {n - (n % 3 == 1)}", "Respondent ID": f"P{n % 10}"}
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A workspace with more records than one query takes; no test changes it."""
    folder = tmp_path_factory.mktemp("large")
    workspace = make_workspace(folder, batch_size=256)
    workspace.ingest([write_csv(folder / "a.csv", rows_of(MANY))])
    yield workspace
    workspace.close()


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", rows_of(9))])
    yield workspace
    workspace.close()


def deleter_of(workspace):
    return RecordDeleter(workspace.database, workspace.store.ledger, derived_data())


def target(*numbers, of="record", respondent=""):
    return DeletionTarget(of, "asked", (respondent,) if respondent else (), numbers)


def delete(workspace, wanted):
    deleter = deleter_of(workspace)
    content = deleter.held(wanted)
    with workspace.database.transaction() as connection:
        return deleter.remove(connection, wanted, content, AT)


def interrupted(workspace, change):
    """Make a change in a transaction that fails after it."""

    def change_and_fail():
        with workspace.database.transaction() as connection:
            change(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()


def ledger_kinds(workspace):
    return sorted(kind for kind, _ in read_entries(workspace.database.connection))


@given(st.data())
@settings(max_examples=40)
def test_a_target_holds_the_texts_that_no_other_record_has(large, data):
    rows = large.database.rows("SELECT n, id, text FROM feedback JOIN texts USING(text_id) ORDER BY n")
    chosen = data.draw(st.sets(st.sampled_from([row[0] for row in rows]), max_size=12))
    found = deleter_of(large).held(target(*sorted(chosen)))
    left = {text for n, _, text in rows if n not in chosen}
    assert found.ids == tuple(one for n, one, _ in rows if n in chosen)
    assert set(found.texts) == {text for n, _, text in rows if n in chosen} - left
    assert len(found.texts) == len(set(found.texts)) == len(found.vectors)
    assert len(found.rows) == len(chosen)


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, MANY])
def test_a_target_of_any_size_is_read_completely_and_in_order(large, count):
    numbers = [row[0] for row in large.database.rows("SELECT n FROM feedback ORDER BY n")][:count]
    found = deleter_of(large).held(target(*numbers))
    assert found.ids == tuple(f"R-{n:04}" for n in range(count))
    texts = {row["comment"] for row in rows_of(MANY)[:count]}
    assert set(found.texts) == texts - {row["comment"] for row in rows_of(MANY)[count:]}


def test_numbers_of_records_that_are_gone_hold_nothing(large):
    found = deleter_of(large).held(target(0, -1, 10**9))
    assert (found.ids, found.rows, found.texts, found.vectors) == ((), (), (), ())


@pytest.mark.parametrize(
    ("of", "respondent", "kinds"),
    [
        ("record", "", GIVEN), ("respondent", "somebody", sorted([*GIVEN, RESPONDENT])),
        ("retention", "", []), ("again", "", []),
    ],
)  # fmt: skip
def test_requests_enter_the_ledger_and_what_repeats_itself_does_not(workspace, of, respondent, kinds):
    delete(workspace, target(4, of=of, respondent=respondent))
    assert ledger_kinds(workspace) == kinds
    assert workspace.feedback.matching() == 8
    assert workspace.store.ledger.file.exists() == bool(kinds)


def test_the_ledger_names_nobody(workspace):
    workspace.erasure.erase(respondent="P3")
    noted = workspace.store.ledger.file.read_bytes()
    (pseudonym,) = (workspace.audit.show(1, action="erase")[0].detail["reference"],)
    for word in (b"P3", b"R-0003", b"parcel", pseudonym.encode()):
        assert word not in noted


def test_a_record_named_after_its_content_is_noted_by_its_id_alone(tmp_path):
    workspace = make_workspace(tmp_path)
    file = write_csv(tmp_path / "a.csv", [{"comment": "late again"}, {"comment": "cold soup"}])
    workspace.ingest([file])
    (first, _) = sorted(one.id for one in workspace.feedback.browse())
    assert first.startswith(CONTENT)
    workspace.erasure.erase(ids=[first])
    assert ledger_kinds(workspace) == [RECORD]
    again = workspace.ingest([file])
    assert (again.stored, again.duplicates, again.rejected) == (0, 1, 1)
    workspace.close()


def test_a_text_stays_searchable_until_its_last_record_goes(workspace):
    shared = rows_of(9)[3]["comment"]
    assert {hit.same_words for hit in workspace.search(shared, limit=1).hits} == {2}
    delete(workspace, target(4))
    assert workspace.search(shared, limit=1).hits[0].id == "R-0004"
    delete(workspace, target(5))
    assert shared not in {hit.text for hit in workspace.search(shared).hits}
    assert not workspace.database.rows("SELECT 1 FROM texts WHERE text = ?", (shared,))
    assert workspace.verify().ok


def test_a_deletion_that_fails_leaves_every_record_and_is_repeated_at_the_next_opening(workspace):
    deleter, wanted = deleter_of(workspace), target(1)
    content = deleter.held(wanted)
    interrupted(workspace, lambda connection: deleter.remove(connection, wanted, content, AT))
    assert workspace.feedback.show(["R-0000"])
    assert ledger_kinds(workspace) == []
    assert workspace.verify().ok
    entries, again = deleter.missing()  # the file was written before
    assert (sorted(kind for kind, _ in entries), again.numbers) == (GIVEN, (1,))
    workspace.close()
    workspace = FakeWorkspace(workspace.settings)
    assert workspace.feedback.matching() == 8
    assert workspace.audit.show(1, action="erase.again")[0].detail == {"ids": ["R-0000"], "links": 0, "entries": 5}
    assert workspace.verify().ok
    workspace.close()


def test_a_retention_that_fails_is_not_repeated(workspace):
    deleter, wanted = deleter_of(workspace), target(1, of="retention")
    content = deleter.held(wanted)
    interrupted(workspace, lambda connection: deleter.remove(connection, wanted, content, AT))
    assert deleter.missing() == ([], NOTHING)
    assert workspace.feedback.matching() == 9


def test_without_a_ledger_that_can_be_written_nothing_is_erased(workspace):
    workspace.store.ledger.file.mkdir(parents=True)
    with pytest.raises(AuditError, match=r"cannot be written .*; nothing was erased"):
        workspace.erasure.erase(ids=["R-0001"])
    assert workspace.feedback.matching() == 9
    assert ledger_kinds(workspace) == []
    assert not workspace.audit.show(action="erase")
    workspace.store.ledger.file.rmdir()
    assert workspace.erasure.erase(ids=["R-0001"]).records == 1


@pytest.mark.parametrize(
    ("kind", "expected"), [(RECORD, ["R-0002"]), (ROW, ["R-0002"]), (RESPONDENT, ["R-0002", "R-0012"])]
)
def test_an_entry_of_the_file_deletes_the_records_it_covers(tmp_path, kind, expected):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", rows_of(15))])
    ((digest, respondent),) = workspace.database.rows("SELECT digest, respondent FROM responses WHERE id = 'R-0002'")
    ledger = workspace.store.ledger
    entry = ledger.entry(kind, {RECORD: "R-0002", ROW: bytes(digest), RESPONDENT: respondent}[kind])
    interrupted(workspace, lambda connection: ledger.write(connection, [entry], AT))
    count = reapply_erasures(workspace.store.database, ledger, workspace.store.audit, "owner")
    assert count == len(expected)
    assert {row["id"] for row in rows_of(15)} - {one.id for one in workspace.feedback.browse()} == set(expected)
    assert reapply_erasures(workspace.store.database, ledger, workspace.store.audit, "owner") == 0
    assert workspace.audit.show(1, action="erase.again")[0].detail["ids"] == expected
    assert len(workspace.audit.show(action="erase.again")) == 1
    assert workspace.verify().ok
    workspace.close()


def test_an_entry_that_covers_no_record_is_known_from_then_on(workspace):
    ledger = workspace.store.ledger
    interrupted(workspace, lambda connection: ledger.write(connection, [ledger.entry(RECORD, "R-7777")], AT))
    assert reapply_erasures(workspace.store.database, ledger, workspace.store.audit, "owner") == 0
    assert deleter_of(workspace).missing() == ([], NOTHING)
    more = [{"id": "R-7777", "comment": "from a later file"}, {"id": "R-7778", "comment": "another"}]
    report = workspace.ingest([write_csv(workspace.settings.workspace.parent / "b.csv", more)])
    assert (report.stored, report.rejected) == (1, 1)


def test_the_texts_are_the_last_to_go_and_every_owner_has_a_name_of_its_own():
    names = [owner.name for owner in derived_data().owners]
    assert names[-1] == "texts"
    assert len(names) == len(set(names))

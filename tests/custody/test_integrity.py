"""Integrity: a sound workspace verifies, each kind of damage is named, and a check changes nothing but the log."""

import pytest
from fakes import make_workspace, write_csv
from roles import ACCOUNTS, ROWS, opened, staffed

from analyzer.errors import AccessError
from analyzer.security.backup_archive import content_hash

COMMENTS = [
    {"id": f"R-{n}", "comment": f"the parcel was late {n}", "shop": "north", "Respondent ID": f"P{n}"} for n in range(9)
]
REMOVE_WORDS = "INSERT INTO words(words, rowid, text) SELECT 'delete', text_id, text FROM texts WHERE text_id = 1"
DAMAGES = {
    "1 responses without fields": "DELETE FROM fields WHERE response_id = 3",
    "1 texts without a record": "UPDATE feedback SET text_id = 1 WHERE n = 2",
    "2 vectors of the wrong size": "UPDATE texts SET vector = substr(vector, 3) WHERE text_id IN (4, 5)",
    "word index differs from the texts": REMOVE_WORDS,
    "audit log: the event does not fit the chain (event 2)": "UPDATE audit SET actor = 'nobody' WHERE seq = 2",
}
"""Problem that is reported -> statement that causes it."""


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", COMMENTS)])
    yield workspace
    workspace.close()


def damage(workspace, sql):
    with workspace.store.database.transaction() as connection:
        connection.execute(sql)


def test_a_sound_workspace_verifies_and_the_check_is_the_newest_event(workspace):
    found = workspace.verify()
    assert (found.ok, found.problems, found.records) == (True, (), 9)
    (event,) = workspace.audit.show(1)
    assert (event.action, event.detail) == ("verify", {"problems": 0})
    assert found.audit_events == event.seq  # counts the event of the check itself


def test_a_workspace_without_comments_verifies_and_has_no_cache(tmp_path):
    workspace = make_workspace(tmp_path)
    found = workspace.verify()
    assert (found.ok, found.records, found.cache) == (True, 0, "none")
    assert not workspace.cache_file().path.exists()
    workspace.close()


@pytest.mark.parametrize("how", ["missing", "empty", "damaged", "of another workspace"])
def test_a_cache_that_cannot_be_used_is_rebuilt_and_is_no_problem(workspace, how):
    assert workspace.verify().cache in ("sound", "rebuilt")
    file = workspace.cache_file().path
    whole = file.read_bytes()
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "damaged": whole[:-1], "of another workspace": whole[:4] + whole[:-4]}[how])
    found = workspace.verify()
    assert (found.ok, found.cache) == (True, "rebuilt")
    assert workspace.verify().cache == "sound"
    assert workspace.search("parcel late 3", limit=1).hits[0].id == "R-3"


@pytest.mark.parametrize("problem", DAMAGES)
def test_each_kind_of_damage_is_named_and_left_as_it_was(workspace, problem):
    damage(workspace, DAMAGES[problem])
    before = dict(workspace.store.database.rows("SELECT n, text_id FROM feedback"))
    for _ in range(2):  # a check repairs nothing
        found = workspace.verify()
        assert (found.ok, found.problems) == (False, (problem,))
    assert dict(workspace.store.database.rows("SELECT n, text_id FROM feedback")) == before
    assert workspace.audit.show(1, action="verify")[0].detail == {"problems": 1}


def test_vectors_of_the_wrong_size_are_reported_also_without_a_cache(workspace):
    """The index cannot be rebuilt from them, and its error says to run the check that is running."""
    damage(workspace, DAMAGES["2 vectors of the wrong size"])
    workspace.cache_file().path.unlink(missing_ok=True)
    found = workspace.verify()
    assert (found.problems, found.cache) == (("2 vectors of the wrong size",), "none")


def test_a_row_that_refers_to_nothing_is_reported(workspace):
    connection = workspace.store.database.connection
    connection.execute("PRAGMA foreign_keys = 0")
    connection.execute("INSERT INTO fields(response_id) VALUES(99)")
    connection.execute("PRAGMA foreign_keys = 1")
    found = workspace.verify()
    assert "1 fields without a response" in found.problems
    assert "dangling row in fields" in found.problems
    assert found.records == 9


def test_all_problems_are_reported_together(workspace):
    chosen = [one for one in DAMAGES if "audit log" not in one]
    for one in chosen:
        damage(workspace, DAMAGES[one])
    found = workspace.verify()
    assert set(found.problems) == set(chosen)
    assert workspace.audit.show(1, action="verify")[0].detail == {"problems": len(chosen)}


def test_a_check_changes_no_row_but_that_of_the_log(workspace):
    workspace.search("parcel")

    def content():
        return {
            table: workspace.store.database.rows(f'SELECT * FROM "{table}"')
            for table in ("feedback", "texts", "fields", "meta", "erased", "imports")
        }

    before, whole = content(), content_hash(workspace.store.database)
    assert workspace.verify().ok
    assert content() == before
    assert content_hash(workspace.store.database) != whole  # by the event


def test_those_who_may_check_see_the_same_result_and_no_comment_and_others_none(tmp_path):
    settings = staffed(tmp_path)
    allowed = {"ada", "stu", "rev"}
    for name in ACCOUNTS:
        held = opened(settings, name)
        if name in allowed:
            found = held.verify()
            assert (found.ok, found.records) == (True, len(ROWS))
            assert "soup" not in str(found)
        else:
            with pytest.raises(AccessError, match="needs checks"):
                held.verify()
        held.close()
    reviewer = opened(settings, "rev")
    assert {one.actor for one in reviewer.audit.show(action="verify")} == allowed
    assert {one.actor for one in reviewer.audit.show(action="denied")} == set(ACCOUNTS) - allowed
    damage(reviewer, "INSERT INTO accounts VALUES('mal', '', '2024-01-01')")
    assert reviewer.verify().problems == ("account mal differs from the audit log",)
    reviewer.close()

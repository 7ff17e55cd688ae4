"""Another embedding model: as if it had been there from the start, whatever stops it, and never half of both."""

import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from fakes import (
    OTHER_MODEL,
    FakeWorkspace,
    TwoModels,
    make_settings,
    make_workspace,
    write_csv,
)
from killing import Child, server  # noqa: F401 - a fixture
from roles import ACCOUNTS, opened, staffed
from topics import rows

from analyzer.errors import AccessError, ModelError, WorkspaceError
from analyzer.opinions import collected_vectors
from analyzer.themes.repository import edits_in_force

OLD, NEW = "all-MiniLM-L6-v2", OTHER_MODEL
STORED = {
    "texts": "SELECT digest, vector FROM texts ORDER BY 1",
    "clauses": "SELECT digest, vector, negative, positive FROM clauses ORDER BY 1",
    "model": "SELECT * FROM meta WHERE key IN ('embedding', 'fingerprint', 'dimension', 'polarity') ORDER BY 1",
}
COLLECTED = "SELECT (SELECT count(*) FROM reindexed_texts), (SELECT count(*) FROM reindexed_clauses)"


def stored(workspace):
    return {what: workspace.database.rows(sql) for what, sql in STORED.items()}


def workspace_of(folder, models=None, **changes):
    """Return a workspace of 120 comments with themes' topics on a machine with two models."""
    workspace = make_workspace(folder, models=models or TwoModels(), **changes)
    workspace.ingest([write_csv(folder / "feedback.csv", rows())])
    return workspace


class StoppedError(Exception):
    """Raised where a user would press Ctrl-C."""


def stop_after(batches):
    seen = []

    def progress(_name, done, _whole):
        seen.append(done)
        if len(seen) > batches:
            raise StoppedError

    return progress


def test_it_is_as_if_the_comments_had_been_imported_with_the_other_model(tmp_path):
    changed = workspace_of(tmp_path / "a")
    changed.search("parcel")  # the index in memory is of the old model
    done = changed.embedding.reindex(NEW)
    assert (done.model, done.before, done.resumed) == (NEW, OLD, False)
    FakeWorkspace.init(make_settings(tmp_path / "b", embedding_model=NEW)).close()
    made = workspace_of(tmp_path / "b")
    assert stored(changed) == stored(made)
    wanted, found = made.search("the soup was cold"), changed.search("the soup was cold")
    assert [(one.id, one.score) for one in found.hits] == [(one.id, one.score) for one in wanted.hits]
    assert changed.verify().problems == ()
    assert NEW in changed.status().models
    assert changed.database.rows(COLLECTED) == [(0, 0)]


def test_stopped_in_the_middle_it_works_with_the_old_model_and_goes_on_later(tmp_path):
    workspace = workspace_of(tmp_path)
    before = stored(workspace)
    with pytest.raises(StoppedError):
        workspace.embedding.reindex(NEW, stop_after(1))
    texts, clauses = workspace.database.rows(COLLECTED)[0]
    assert 0 < texts < len(before["texts"])
    assert stored(workspace) == before
    assert workspace.search("the soup was cold").hits
    gone = workspace.database.rows(
        "SELECT f.id FROM feedback f JOIN reindexed_texts USING(text_id) ORDER BY f.n LIMIT 1"
    )[0][0]
    workspace.erasure.erase(ids=[gone], reason="asked")
    assert workspace.database.rows(COLLECTED)[0][0] == texts - 1  # what was collected of it is erased with it
    workspace.close()
    models = TwoModels()
    again = make_workspace(tmp_path, models=models)
    done = again.embedding.reindex(NEW)
    assert done.resumed
    assert models.other.embedded == done.texts - (texts - 1) + done.clauses - clauses
    assert {len(row[1]) for row in stored(again)["texts"]} == {64}
    assert again.collaborators.models.embedding_name == NEW
    assert again.backups.verify(done.backup).ok
    actions = [event.action for event in again.audit.show(limit=50)]
    assert {"embedding.begin", "embedding.reindex", "backup.create"} <= set(actions)


def test_what_was_collected_for_another_model_is_not_used(tmp_path):
    workspace = workspace_of(tmp_path)
    with pytest.raises(StoppedError):
        workspace.embedding.reindex(NEW, stop_after(1))
    database = workspace.database
    with database.transaction() as connection:
        connection.execute("UPDATE meta SET value = 'other 00' WHERE key = ?", (collected_vectors.TARGET,))
        connection.execute("UPDATE reindexed_texts SET vector = zeroblob(64)")
    assert not workspace.embedding.reindex(NEW).resumed
    assert bytes(64) not in {bytes(row[1]) for row in stored(workspace)["texts"]}


def test_comments_that_come_before_the_change_are_not_left_without_a_vector(tmp_path):
    workspace = workspace_of(tmp_path)
    target = workspace.embedding._target(NEW)
    collected_vectors.begin(workspace.database, target)
    collected_vectors.collect(workspace.database, target, lambda: TwoModels().other, 1)
    more = [{"id": "M-1", "comment": "a lorry blocked the gate all day", "rating": 1}]
    workspace.ingest([write_csv(tmp_path / "more.csv", more)])
    before = stored(workspace)
    with pytest.raises(WorkspaceError, match="run the same command again"):
        workspace.embedding._put_in_place(target, OLD, 32)
    assert stored(workspace) == before
    assert workspace.embedding.reindex(NEW).resumed
    assert len(stored(workspace)["texts"]) == len(before["texts"])


def test_the_backup_before_brings_the_old_model_back(tmp_path):
    workspace = workspace_of(tmp_path)
    before = stored(workspace)
    done = workspace.embedding.reindex(NEW)
    workspace.close()
    FakeWorkspace.restore(done.backup, workspace.settings)
    restored = make_workspace(tmp_path, models=TwoModels())
    assert stored(restored) == before
    assert restored.search("the soup was cold").hits


def test_themes_are_stale_and_edits_hold_the_same_opinions(tmp_path):
    workspace = workspace_of(tmp_path)
    workspace.themes.build(names=False)
    largest = max((t for t in workspace.themes.list().themes if t.id[0] == "T"), key=lambda t: t.size)
    other = next(t for t in workspace.themes.list().themes if t.id[0] == "T" and t.id != largest.id)
    workspace.themes.edit("split", largest.id, "2")
    workspace.themes.edit("pin", other.id)
    before = workspace.database.rows("SELECT clause_id, theme_id FROM placements ORDER BY 1, 2")
    centers = [edit.detail for edit in edits_in_force(workspace.database)]
    done = workspace.embedding.reindex(NEW)
    assert "themes build" in " ".join(done.notes)
    assert "themes build" in workspace.themes.list().stale
    after = workspace.database.rows("SELECT clause_id, theme_id FROM placements ORDER BY 1, 2")
    assert [edit.detail for edit in edits_in_force(workspace.database)] != centers
    same = sum(one == other for one, other in zip(before, after, strict=True)) / len(before)
    assert same > 0.9  # an opinion may be nearer to the other part under the new model
    workspace.themes.build(names=False)
    assert workspace.themes.list().stale == ""


def test_the_model_in_use_changes_nothing_and_no_other_kind_of_model_is_taken(tmp_path):
    workspace = workspace_of(tmp_path)
    before = stored(workspace)
    assert "already" in workspace.embedding.reindex(OLD).notes[0]
    for name, message in (("smollm2-135m-instruct-q4_1", "no embedding model"), ("none-such", "none-such")):
        with pytest.raises(ModelError, match=message):
            workspace.embedding.reindex(name)
    assert stored(workspace) == before


def test_an_empty_workspace_takes_the_first_vectors_of_the_new_model(tmp_path):
    workspace = make_workspace(tmp_path, models=TwoModels())
    workspace.embedding.reindex(NEW)
    workspace.ingest([write_csv(tmp_path / "feedback.csv", rows())])
    assert workspace.fakes.other.embedded > 100
    assert workspace.verify().problems == ()


def test_a_steward_changes_the_model_through_a_limited_connection_and_others_are_refused(tmp_path):
    settings = staffed(tmp_path)
    for name in set(ACCOUNTS) - {"stu"}:
        workspace = opened(settings, name)
        with pytest.raises(AccessError):
            workspace.embedding.reindex(NEW)
        workspace.close()
    workspace = FakeWorkspace(replace(settings), "stu", TwoModels())
    workspace.themes.build(names=False)
    assert workspace.embedding.reindex(NEW).model == NEW
    assert workspace.search("the soup was cold").hits


def reindex(folder: Path, _file: Path, reports: Connection) -> None:
    """What the child does: change the model, and report each batch."""
    workspace = make_workspace(folder, models=TwoModels())
    workspace.embedding.reindex(NEW, lambda _name, done, _whole: reports.send(done))
    reports.send("done")
    workspace.close()


@pytest.mark.long(20)
def test_killed_at_any_moment_the_workspace_is_of_one_model_and_the_next_run_finishes(
    server,  # noqa: F811
    tmp_path,
):
    workspace = workspace_of(tmp_path)
    old = stored(workspace)
    workspace.close()
    collected, kills = 0, 0
    for batches in (1, 1, 2, 3, 100):
        child = Child(server, tmp_path, tmp_path, reindex)
        child.wait_for(batches)
        time.sleep(0.002 * batches)
        child.kill()
        kills += not child.is_done
        workspace = make_workspace(tmp_path, models=TwoModels())
        assert workspace.verify().problems == ()
        if workspace.collaborators.models.embedding_name == OLD:
            assert stored(workspace) == old
            assert sum(workspace.database.rows(COLLECTED)[0]) >= collected
            collected = sum(workspace.database.rows(COLLECTED)[0])
        assert workspace.search("the soup was cold").hits
        workspace.close()
    assert kills
    workspace = make_workspace(tmp_path, models=TwoModels())
    workspace.embedding.reindex(NEW)
    FakeWorkspace.init(make_settings(tmp_path / "b", embedding_model=NEW)).close()
    assert stored(workspace) == stored(workspace_of(tmp_path / "b"))

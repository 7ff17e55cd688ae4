"""Workspace: creation, opening, refusals, results, and recorded events."""

import json
import random
import threading

import pytest
from fakes import FakeWorkspace, make_settings, make_workspace, write_csv

from analyzer.errors import AuditError, KeyFileError, MappingError, ModelError, UsageError, WorkspaceError
from analyzer.security.workspace_store import DATABASE, IDENTITY
from analyzer.workspace import CACHE, Workspace

ROWS = [
    {"ref": f"R-{number}", "comment": f"The delivery {number} was late, says Ann Lee", "rating": number % 6,
     "channel": "email" if number % 2 else "app"}
    for number in range(30)
]  # fmt: skip


@pytest.fixture
def file(tmp_path):
    return write_csv(tmp_path / "feedback.csv", ROWS)


@pytest.fixture
def workspace(tmp_path, file):
    made = make_workspace(tmp_path)
    made.ingest([file], {"id": "ref"})
    yield made
    made.close()


def actions(workspace):
    rows = workspace.database.rows("SELECT action, detail FROM audit ORDER BY seq")
    return [(action, json.loads(detail)) for action, detail in rows]


def test_a_new_workspace_is_a_private_folder_with_its_key_elsewhere(tmp_path):
    workspace = make_workspace(tmp_path)
    folder, keys = tmp_path / "workspace", list((tmp_path / "keys").glob("*.key"))
    assert folder.stat().st_mode & 0o077 == 0
    assert [key.name for key in keys] == [f"{workspace.id}.key"]
    assert keys[0].stat().st_mode & 0o777 == 0o600
    key = keys[0].read_bytes()
    assert not any(key in path.read_bytes() for path in folder.iterdir())
    assert actions(workspace) == [("workspace.init", {"id": workspace.id})]
    workspace.close()


def test_a_second_workspace_in_the_same_folder_is_refused(tmp_path):
    make_workspace(tmp_path).close()
    with pytest.raises(WorkspaceError, match="is a workspace already"):
        FakeWorkspace.init(make_settings(tmp_path))


def test_a_folder_without_a_workspace_says_how_to_make_one(tmp_path):
    with pytest.raises(WorkspaceError, match="is not a workspace; make one with: analyzer init"):
        FakeWorkspace(make_settings(tmp_path))


def test_a_damaged_identity_is_refused(tmp_path):
    make_workspace(tmp_path).close()
    (tmp_path / "workspace" / IDENTITY).write_text("{")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        FakeWorkspace(make_settings(tmp_path))


def test_without_its_key_a_workspace_does_not_open(tmp_path):
    make_workspace(tmp_path).close()
    (key,) = (tmp_path / "keys").glob("*.key")
    moved = key.rename(tmp_path / "escrow")
    with pytest.raises(KeyFileError, match="is missing"):
        FakeWorkspace(make_settings(tmp_path))
    moved.rename(key).chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        FakeWorkspace(make_settings(tmp_path))
    key.chmod(0o600)
    FakeWorkspace(make_settings(tmp_path)).close()


def test_another_workspaces_database_does_not_open(tmp_path):
    for name in ("one", "other"):
        make_workspace(tmp_path / name).close()
    (tmp_path / "one" / "workspace" / DATABASE).replace(tmp_path / "other" / "workspace" / DATABASE)
    with pytest.raises(WorkspaceError, match="does not open"):
        FakeWorkspace(make_settings(tmp_path / "other"))


def test_a_workspace_of_another_version_is_refused(tmp_path):
    workspace = make_workspace(tmp_path)
    with workspace.database.transaction() as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    workspace.close()
    with pytest.raises(WorkspaceError, match="its schema is 99, newer than"):
        FakeWorkspace(make_settings(tmp_path))


def test_another_embedding_model_is_refused(workspace):
    with workspace.database.transaction() as connection:
        connection.execute("UPDATE meta SET value = 'other' WHERE key = 'fingerprint'")
    with pytest.raises(ModelError, match="differs from the one this workspace was made with"):
        workspace.search("late")


def test_the_settings_of_the_environment_open_it(tmp_path, monkeypatch):
    make_workspace(tmp_path).close()
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(tmp_path / "keys"))
    opened = Workspace.open(tmp_path / "workspace")
    assert opened.status().records == 0
    opened.close()


def test_what_was_stored_is_there_after_opening_again(workspace, tmp_path):
    again = make_workspace(tmp_path)
    assert again.feedback.browse() == workspace.feedback.browse()
    assert again.search("delivery 7 late") == workspace.search("delivery 7 late")
    again.close()


def test_show_returns_records_in_the_order_asked(workspace):
    assert [record.id for record in workspace.feedback.show(["R-9", "R-1"])] == ["R-9", "R-1"]
    assert workspace.feedback.show(["R-9"])[0].text == "The delivery 9 was late, says <PERSON_1>"
    with pytest.raises(UsageError, match="no record R-99, X;"):
        workspace.feedback.show(["R-1", "R-99", "X"])


def test_count_tally_and_browse_agree(workspace):
    assert workspace.feedback.matching() == 30
    assert workspace.feedback.matching("channel=email") == len(workspace.feedback.browse("channel=email")) == 15
    assert dict(workspace.feedback.tally("channel")) == {"app": 15, "email": 15}
    assert [record.id for record in workspace.feedback.browse("rating=0", 2, 1)] == ["R-12", "R-18"]


def test_a_preview_stores_nothing_and_shows_nothing_raw(tmp_path, file):
    workspace = make_workspace(tmp_path)
    preview = workspace.imports.preview(file)
    assert (preview.rows, preview.unreadable) == (30, 0)
    assert {column.label: column.use for column in preview.columns} == {
        "ref": "id", "comment": "text", "rating": "rating", "channel": "kept as a field"
    }  # fmt: skip
    assert "Ann" not in repr(preview)
    assert (workspace.feedback.matching(), len(actions(workspace))) == (0, 1)
    workspace.close()


def test_a_wrong_mapping_stores_nothing(tmp_path, file):
    workspace = make_workspace(tmp_path)
    with pytest.raises(MappingError):
        workspace.ingest([file], {"text": "no such column"})
    assert workspace.feedback.matching() == 0
    workspace.close()


def test_the_status_says_what_there_is(workspace):
    status = workspace.status()
    assert (status.records, status.texts, status.single_user) == (30, 30, True)
    assert [column.name for column in status.columns] == ["rating", "channel"]
    assert status.languages == {"en": 30}
    assert (status.imports[0].file, status.imports[0].stored) == ("feedback.csv", 30)
    assert status.bytes > 0


def test_scrub_stores_and_records_nothing(workspace):
    before = len(actions(workspace))
    (done,) = workspace.privacy.scrub(["Ann Lee wrote a@b.example"])
    assert done.text == "<PERSON_1> wrote <EMAIL_ADDRESS_1>"
    assert len(actions(workspace)) == before


def test_reads_are_recorded_with_record_ids_and_without_texts(workspace):
    workspace.feedback.show(["R-1"])
    workspace.feedback.browse("rating=0", 1)
    found = workspace.search("late", "rating=5", 2)
    seen = actions(workspace)[-3:]
    assert seen == [
        ("show", {"ids": ["R-1"]}),
        ("browse", {"ids": ["R-0"]}),
        ("search", {"ids": [hit.id for hit in found.hits]}),
    ]


def test_an_answer_is_kept_with_its_receipt_and_recorded(workspace):
    workspace.llm.enqueue("{}")
    answer = workspace.ask("Who says the delivery was late? Is it Ann Lee?")
    rows = workspace.database.rows("SELECT receipt, question FROM answers")
    assert rows == [(answer.receipt, "Who says the delivery was late? Is it <PERSON_1>?")]
    assert actions(workspace)[-1][0] == "ask"
    assert actions(workspace)[-1][1]["receipt"] == answer.receipt
    with pytest.raises(UsageError, match="the question is empty"):
        workspace.ask("  ")


def test_a_sound_workspace_verifies(workspace):
    verification = workspace.verify()
    assert (verification.ok, verification.problems, verification.records) == (True, (), 30)
    assert verification.cache == "sound"
    assert verification.audit_events == len(actions(workspace))


def test_a_damaged_cache_is_built_again_and_gives_the_same_hits(workspace, tmp_path):
    before = workspace.search("delivery 7", "", 20)
    cache = tmp_path / "workspace" / CACHE
    data = bytearray(cache.read_bytes())
    data[len(data) // 2] ^= 1
    cache.write_bytes(data)
    again = make_workspace(tmp_path)
    assert again.search("delivery 7", "", 20) == before
    cache.write_bytes(b"")
    assert (again.verify().cache, again.verify().cache) == ("rebuilt", "sound")
    again.close()


def test_a_tampered_audit_log_is_a_problem(workspace):
    with workspace.database.transaction() as connection:
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    verification = workspace.verify()
    assert not verification.ok
    assert verification.problems == ("audit log: the event does not fit the chain (event 2)",)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("DELETE FROM fields WHERE response_id = 1", "1 responses without fields"),
        ("UPDATE texts SET vector = x'' WHERE text_id = 1", "1 vectors of the wrong size"),
        ("UPDATE texts SET text = 'changed' WHERE text_id = 1", "word index differs from the texts"),
    ],
)
def test_tables_that_do_not_add_up_are_a_problem(workspace, sql, problem):
    with workspace.database.transaction() as connection:
        connection.execute(sql)
    assert workspace.verify().problems == (problem,)


def test_no_flipped_bit_of_the_database_is_silently_wrong(workspace, tmp_path):
    expected = workspace.feedback.browse("", 1000)
    workspace.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    workspace.close()
    file = tmp_path / "workspace" / DATABASE
    sound, chance, refused = file.read_bytes(), random.Random(7), 0
    anchor = next(workspace.settings.anchors.glob("*.anchor"))
    noted = anchor.read_bytes()
    for _ in range(20):
        place = chance.randrange(len(sound) * 8)
        damaged = bytearray(sound)
        damaged[place // 8] ^= 1 << place % 8
        file.write_bytes(damaged)
        anchor.write_bytes(noted)
        opened = None
        try:
            opened = make_workspace(tmp_path)
            is_sound = opened.verify().ok
            assert not is_sound or opened.feedback.browse("", 1000) == expected, place
        except (WorkspaceError, AuditError):
            refused += 1
        finally:
            if opened:
                opened.close()
    assert refused


def test_two_threads_search_while_a_third_imports(workspace, tmp_path):
    more = write_csv(
        tmp_path / "more.csv", [{**row, "ref": f"S-{n}", "comment": f"Refund {n}"} for n, row in enumerate(ROWS)]
    )
    failures, found = [], []

    def search():
        try:
            found.extend(len(workspace.search("late delivery refund", "", 100).hits) for _ in range(15))
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    workspace.ingest([more], {"id": "ref"})
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(found) <= set(range(30, 61))
    assert len(workspace.search("late delivery refund", "", 100).hits) == 60
    assert workspace.verify().ok


def test_a_search_sees_what_another_process_has_imported(workspace, tmp_path):
    assert workspace.search("refund").hits
    other = make_workspace(tmp_path)
    other.ingest([write_csv(tmp_path / "b.csv", [{"ref": "Z-1", "comment": "A refund of zebras"}])], {"id": "ref"})
    assert workspace.search("zebras refund").hits[0].id == "Z-1"
    other.close()

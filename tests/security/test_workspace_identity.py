"""workspace.json: written last, believed in nothing but its id, refused in one line whatever it holds."""

import json
import os
import shutil

import pytest
from fakes import FakeWorkspace, make_settings, make_workspace, write_csv

from analyzer.errors import WorkspaceError
from analyzer.security.workspace_identity import DRAFT, IDENTITY, begin_identity, identity, write_identity

ID = "0" * 32
HOSTILE = {
    "a path": json.dumps({"id": "../../../tmp/evil"}), "an absolute path": json.dumps({"id": "/etc/passwd"}),
    "a list": json.dumps({"id": [ID]}), "a number": json.dumps({"id": 7}), "no id": "{}", "no object": "[]",
    "a NUL": json.dumps({"id": "0" * 31 + "\0"}), "an escape": json.dumps({"id": "\x1b[2J" + "0" * 28}),
    "a line": json.dumps({"id": "0" * 31 + "\n"}), "upper case": json.dumps({"id": "A" * 32}),
    "other digits": json.dumps({"id": "٣" * 32}), "deep nesting": "[" * 4_000, "too long": " " * 10_000_000 + "{}",
    "a huge number": '{"id": ' + "9" * 4_000 + "}", "not UTF-8": b"\xff\xfe{}", "nothing": "", "half": '{"id": "00',
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    make_workspace(tmp_path).close()
    return tmp_path


@pytest.mark.parametrize("content", HOSTILE)
def test_hostile_content_is_refused_in_one_line_and_leads_to_no_other_file(folder, content):
    hostile = HOSTILE[content]
    (folder / "workspace" / IDENTITY).write_bytes(hostile if isinstance(hostile, bytes) else hostile.encode())
    before = sorted(folder.rglob("*"))
    with pytest.raises(WorkspaceError, match="restore a backup") as caught:
        FakeWorkspace(make_settings(folder))
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith(str(folder / "workspace" / IDENTITY))
    assert sorted(folder.rglob("*")) == before


def test_a_pipe_or_a_device_in_its_place_is_refused_without_waiting(folder):
    file = folder / "workspace" / IDENTITY
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(WorkspaceError, match="cannot be read"):
        identity(folder / "workspace")
    file.unlink()
    file.symlink_to("/dev/zero")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        identity(folder / "workspace")


def test_an_init_over_a_workspace_that_lost_its_identity_deletes_nothing(folder):
    workspace = FakeWorkspace(make_settings(folder))
    workspace.ingest([write_csv(folder / "a.csv", [{"comment": "good"}])])
    workspace.close()
    (folder / "workspace" / IDENTITY).rename(folder / "kept")
    with pytest.raises(WorkspaceError, match=r"has feedback\.db but no workspace\.json; put that file back"):
        FakeWorkspace.init(make_settings(folder))
    shutil.copy(folder / "kept", folder / "workspace" / IDENTITY)
    workspace = FakeWorkspace(make_settings(folder))
    assert workspace.feedback.matching() == 1
    workspace.close()


def test_what_an_interrupted_init_left_is_replaced(tmp_path):
    begin_identity(tmp_path, "feedback.db", ID)
    (tmp_path / "feedback.db").write_bytes(b"half")
    (tmp_path / "feedback.db-wal").write_bytes(b"half")
    with pytest.raises(WorkspaceError, match="is not a workspace"):
        identity(tmp_path)
    begin_identity(tmp_path, "feedback.db", ID)
    assert [file.name for file in tmp_path.iterdir()] == [DRAFT]
    write_identity(tmp_path, ID)
    assert [file.name for file in tmp_path.iterdir()] == [IDENTITY]
    assert identity(tmp_path) == ID
    with pytest.raises(WorkspaceError, match="is a workspace already"):
        begin_identity(tmp_path, "feedback.db", ID)

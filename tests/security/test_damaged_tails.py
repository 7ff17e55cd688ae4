"""Anchor and ledger whose end was cut or filled with NUL bytes are repaired, which is said; changes are refused."""

import random
import shutil

import pytest
from fakes import FakeWorkspace, make_settings, make_workspace, write_csv

from analyzer.errors import AuditError
from analyzer.security.workspace_store import WorkspaceStore

pytestmark = pytest.mark.long(20)

FILES = ("*.anchor", "*.erased")
EVENTS = 90


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with many events and erasures, made once."""
    folder = tmp_path_factory.mktemp("tails")
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "a.csv", [{"id": f"R-{n}", "comment": f"soup {n}"} for n in range(60)])])
    workspace.backups.create(folder / "backup")
    workspace.erasure.erase(ids=[f"R-{n}" for n in range(20)])
    for _ in range(EVENTS):
        workspace.feedback.browse(limit=1)
    workspace.close()
    return folder, workspace.settings


def damaged(draw: random.Random, content: bytes) -> bytes:
    """Return the content as a crash may leave it: cut, cut and filled to its length, or longer by NUL bytes."""
    place = draw.choice((0, 1, len(content) - 1, draw.randrange(len(content)), len(content) - draw.randrange(1, 400)))
    kept = content[: max(0, place)]
    return draw.choice(
        (kept, kept + bytes(len(content) - len(kept)), content + bytes(draw.choice((1, 7, 4_096, 70_000))))
    )


def changed(draw: random.Random, content: bytes) -> bytes:
    """Return the content with one line changed: a byte replaced, left out or added, anywhere but in the last break."""
    place, byte = draw.randrange(len(content) - 1), bytes([draw.randrange(256)])
    how = draw.choice(("replace", "remove", "add"))
    other = {
        "replace": content[:place] + byte + content[place + 1 :],
        "remove": content[:place] + content[place + 1 :], "add": content[:place] + byte + content[place:],
    }[how]  # fmt: skip
    return other if other != content else changed(draw, content)


@pytest.mark.parametrize("count", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_every_cut_or_padded_end_is_repaired_and_said(made, count):
    _, settings = made
    draw = random.Random(18)
    for number in range(count):
        (file,) = settings.anchors.glob(FILES[number % 2])
        whole = file.read_bytes()
        file.write_bytes(damaged(draw, whole))
        store = WorkspaceStore(settings, "owner")
        assert len(store.notices) == 1, number
        assert str(file) in store.notices[0]
        assert store.audit.verify(store.database.connection).ok
        assert store.ledger.missing(store.database.connection) == []
        assert b"\0" not in file.read_bytes()
        assert store.database.rows("SELECT action FROM audit ORDER BY seq DESC LIMIT 1") == [("anchor.repair",)]
        store.close()
        again = WorkspaceStore(settings, "owner")
        assert again.notices == ()
        again.close()
        if number % 2:
            assert sorted(file.read_bytes().splitlines()) == sorted(whole.splitlines())


@pytest.mark.parametrize("count", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_every_changed_line_is_refused_and_nothing_is_written(made, count):
    _, settings = made
    draw = random.Random(19)
    for number in range(count):
        (file,) = settings.anchors.glob(FILES[number % 2])
        whole = file.read_bytes()
        hostile = changed(draw, whole)
        file.write_bytes(hostile)
        with pytest.raises(AuditError, match="was changed"):
            WorkspaceStore(settings, "owner")
        assert file.read_bytes() == hostile
        file.write_bytes(whole)
    WorkspaceStore(settings, "owner").close()


@pytest.mark.parametrize("lines", [1, 2, 3, 10])
def test_an_end_that_was_cut_across_a_restore_is_repaired(made, tmp_path, lines):
    """The anchor then ends in the history that the restore abandoned."""
    folder, _ = made
    shutil.copytree(folder, tmp_path / "w")
    settings = make_settings(tmp_path / "w")
    FakeWorkspace.restore(tmp_path / "w" / "backup", settings)
    (file,) = settings.anchors.glob("*.anchor")
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-lines]))
    workspace = FakeWorkspace(settings)
    assert len(workspace.store.notices) == 1
    assert workspace.audit.verify().ok
    workspace.close()
    workspace = FakeWorkspace(settings)
    assert workspace.store.notices == ()
    workspace.close()


def test_a_database_put_back_from_before_is_found_also_after_a_restore(made, tmp_path):
    folder, _ = made
    shutil.copytree(folder, tmp_path / "w")
    settings = make_settings(tmp_path / "w")
    FakeWorkspace.restore(tmp_path / "w" / "backup", settings)
    FakeWorkspace(settings).close()
    shutil.copy(settings.workspace / "feedback.db", tmp_path / "before")
    workspace = FakeWorkspace(settings)
    for _ in range(EVENTS // 2):  # fewer than the abandoned history has
        workspace.feedback.browse(limit=1)
    workspace.close()
    shutil.copy(tmp_path / "before", settings.workspace / "feedback.db")
    for file in settings.workspace.glob("feedback.db-*"):
        file.unlink()
    with pytest.raises(AuditError, match="older than its anchor"):
        FakeWorkspace(settings)

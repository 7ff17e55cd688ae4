"""Open workspaces of a served page: their number is limited, one in use is never closed, closing frees its files."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from fakes import OPEN_DOOR, FakeDetector, FakeLLM, FakeModels, FakeWorkspace, write_csv
from roles import UNTIL, opened, staffed
from streamlit.testing.v1 import AppTest

from analyzer.config import PROJECT
from analyzer.errors import AccessError, WorkspaceError
from analyzer.index import corpus_index
from analyzer.privacy import detector
from analyzer.security import clock
from analyzer.security.sign_in import Authenticator
from analyzer.security.types import Grant, Role
from analyzer.ui import session, workspace_pool
from analyzer.ui.workspace_pool import MOST_OPEN, WorkspacePool
from analyzer.workspace import Workspace

NAMES = [f"ann{n:02d}" for n in range(MOST_OPEN + 4)]
ACCOUNTS = {
    "ada": Grant("ada", (Role.ADMIN,)),
    **{name: Grant(name, (Role.ANALYST,)) for name in NAMES},
    "con": Grant("con", (Role.CONSULTANT,), until=UNTIL, exports="off", comments=True, datasets=(1,)),
}


class Fake:
    """A workspace that records whether it was closed."""

    def __init__(self):
        self.is_closed = False

    def close(self):
        self.is_closed = True


def pool(may_stay=lambda key: True, **limits):
    """Return a pool that sweeps only when `sweep` is called."""
    return WorkspacePool(may_stay, **{"sweep_s": 3600.0} | limits)


@pytest.fixture
def ticking(monkeypatch):
    at = [1_000.0]
    for module in (workspace_pool, clock):
        monkeypatch.setattr(module, "ticks", lambda: at[0])
    return at


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return staffed(tmp_path_factory.mktemp("staffed"), accounts=ACCOUNTS)


def open_files(settings):
    """Count the files of a workspace that this process has open: connections to its database, and its lock."""
    found = [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return {
        name: sum(one == str(settings.workspace.resolve() / name) for one in found)
        for name in ("feedback.db", "open.lock")
    }


def test_a_workspace_is_opened_once_and_shared():
    held, made = pool(), []
    first = held.lease("ann", lambda: made.append(Fake()) or made[-1])
    second = held.lease("ann", lambda: made.append(Fake()) or made[-1])
    assert first.workspace is second.workspace
    assert (len(held), len(made)) == (1, 1)


def test_those_who_come_at_the_same_time_open_it_once():
    held, made, found = pool(), [], []

    def slowly():
        time.sleep(0.05)
        made.append(Fake())
        return made[-1]

    threads = [threading.Thread(target=lambda: found.append(held.lease("ann", slowly))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert {id(lease.workspace) for lease in found} == {id(made[0])}


def test_the_least_recently_used_is_closed_and_never_one_in_use(ticking):
    held, made = pool(most=2), {}

    def lease(name):
        ticking[0] += 1
        return held.lease(name, lambda: made.setdefault(name, Fake()))

    job = lease("a")
    for name in ("b", "c", "d"):
        lease(name).release()
    assert {name for name, one in made.items() if one.is_closed} == {"b", "c"}
    assert len(held) == 2
    more = [lease("e"), lease("f")]
    assert not any(made[name].is_closed for name in "aef")
    assert len(held) == 3  # all in use
    job.release()
    assert made["a"].is_closed
    assert len(held) == 2
    more[0].release()
    assert not made["e"].is_closed


def test_a_lease_that_was_taken_again_is_a_lease_of_its_own():
    held, made = pool(most=0), Fake()
    run = held.lease("ann", lambda: made)
    job = run.again()
    run.release()
    run.release()
    held.sweep()
    held.close_all()
    assert not made.is_closed
    job.release()
    assert made.is_closed
    assert len(held) == 0


def test_what_is_not_used_for_long_is_closed(ticking):
    held, one, other = pool(idle_s=60.0), Fake(), Fake()
    held.lease("ann", lambda: one).release()
    used = held.lease("ben", lambda: other)
    ticking[0] += 61
    held.sweep()
    assert (one.is_closed, other.is_closed) == (True, False)
    used.release()


def test_whose_access_has_ended_is_closed_as_soon_as_nobody_uses_it():
    ended, one, other = set(), Fake(), Fake()
    held = pool(lambda key: key not in ended)
    held.lease("ann", lambda: one).release()
    used = held.lease("ben", lambda: other)
    ended |= {"ann", "ben"}
    held.sweep()
    assert (one.is_closed, other.is_closed) == (True, False)
    used.release()
    held.sweep()
    assert other.is_closed


def test_what_cannot_be_told_to_have_access_is_closed(settings, served, monkeypatch):
    def unreadable(account, grant):
        raise WorkspaceError("locked; try again")

    before = open_files(settings)
    served(NAMES[0])
    with session.leases():
        session.workspace()
    session._pool().sweep()
    assert open_files(settings) != before
    monkeypatch.setattr(OPEN_DOOR, "is_in_force", unreadable)
    session._pool().sweep()
    assert open_files(settings) == before


def test_it_looks_by_itself_while_something_is_open():
    ended, one = set(), Fake()
    held = WorkspacePool(lambda key: key not in ended, sweep_s=0.02)
    held.lease("ann", lambda: one).release()
    ended.add("ann")
    deadline = time.monotonic() + 10
    while not one.is_closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert one.is_closed


def test_one_that_does_not_open_is_not_kept():
    def refused():
        raise AccessError("access is revoked; ask an admin")

    held = pool()
    with pytest.raises(AccessError):
        held.lease("ann", refused)
    assert len(held) == 0
    assert held.lease("ann", Fake).workspace


def test_connections_stay_few_and_closed_ones_are_really_closed(settings):
    before, held = open_files(settings), pool(most=3)
    job = held.lease(NAMES[0], lambda: opened(settings, NAMES[0]))
    for name in NAMES[1:]:
        with held.lease(name, lambda name=name: opened(settings, name)) as lease:
            assert lease.workspace.feedback.matching() == 40
    assert len(held) == 3
    now = open_files(settings)
    assert now["open.lock"] - before["open.lock"] == 3
    assert now["feedback.db"] - before["feedback.db"] <= 3 * 2  # an account's own connection, and the custodian's
    assert job.workspace.feedback.matching() == 40
    job.release()
    held.close_all()
    assert open_files(settings) == before


@pytest.fixture
def served(settings, monkeypatch):
    """Serve a workspace with accounts; yield a function that sets the current account."""
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: opened(settings, actor)))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    yield lambda name: monkeypatch.setenv("ANALYZER_ACTOR", name)
    session._pool().close_all()
    st.cache_resource.clear()


def test_the_page_keeps_few_workspaces_open_however_many_accounts_come(settings, served):
    before = open_files(settings)
    for name in NAMES:
        served(name)
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
        assert not app.exception
        assert name in "".join(caption.value for caption in app.sidebar.caption)
    now = open_files(settings)
    assert now["open.lock"] - before["open.lock"] <= MOST_OPEN


def test_a_question_at_work_keeps_its_workspace_open(settings, served, monkeypatch):
    """The page run ends when another page is opened; the job that it started continues."""
    is_asked, may_go_on, told = threading.Event(), threading.Event(), []
    open_here = pool(
        lambda handle: session.authenticator_of(handle.path).is_in_force(handle.account, handle.grant), most=0
    )
    monkeypatch.setattr(session, "_pool", lambda: open_here)

    def work(_):
        is_asked.set()
        may_go_on.wait(30)
        told.append(held.feedback.matching())

    served(NAMES[0])
    with session.leases():
        held = session.workspace()
        thread = threading.Thread(target=session.keep_open(work), args=(None,))
        thread.start()
        is_asked.wait(30)
    open_here.sweep()
    open_here.close_all()
    assert len(open_here) == 1
    may_go_on.set()
    thread.join()
    assert told == [40]
    assert len(open_here) == 0


def test_a_workspace_is_taken_in_a_run_of_the_page_only(served):
    served(NAMES[0])
    with pytest.raises(RuntimeError, match="leases"):
        session.workspace()


def test_the_door_knows_which_grant_is_in_force(tmp_path, monkeypatch):
    settings = staffed(tmp_path)
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(settings.keys_dir))
    door = Authenticator(settings.workspace)
    number = door.grant_number("ann")
    assert door.is_in_force("ann", number)
    assert not door.is_in_force("ann", number + 1)
    assert not door.is_in_force("ann", 0)
    assert not door.is_in_force("eve", 0)
    admin = FakeWorkspace(settings, "ada")
    admin.users.revoke("ann")
    assert not door.is_in_force("ann", number)
    admin.users.grant(Grant("ann", (Role.VIEWER,)))
    assert not door.is_in_force("ann", number)
    assert door.is_in_force("ann", door.grant_number("ann"))
    admin.close()


def test_the_detector_with_its_pipelines_is_the_same_for_every_account(settings, monkeypatch):
    made = []
    monkeypatch.setattr(detector, "Detector", lambda rules: made.append(rules) or FakeDetector())
    monkeypatch.setattr(FakeModels, "other_names", lambda self, name: {})
    detector._loaded_detector.cache_clear()
    models = FakeModels(llm=FakeLLM())

    class WithFakeModels(Workspace):
        engines = replace(Workspace.engines, models=lambda _: models)

    try:
        for name in NAMES[:3]:
            workspace = WithFakeModels(settings, name)
            assert workspace.privacy.scrub(["Ann Lee was kind."])[0].text == "<PERSON_1> was kind."
            workspace.close()
    finally:
        detector._loaded_detector.cache_clear()
    assert len(made) == 1


def test_the_vector_index_is_shared_by_accounts_that_read_all_comments(settings, monkeypatch):
    made = []
    real = corpus_index.open_index
    monkeypatch.setattr(corpus_index, "open_index", lambda *given: made.append(given) or real(*given))
    ann, ben, con = (opened(settings, name) for name in (*NAMES[:2], "con"))
    first = ann.search("the soup was cold").hits
    assert ben.search("the soup was cold").hits == first
    assert len(made) == 1
    assert con.search("the soup was cold").hits == first
    assert len(made) == 2  # one who sees a part reads that part
    for workspace in (ann, ben, con):
        workspace.close()
    again = opened(settings, NAMES[0])
    assert again.search("the soup was cold").hits == first
    assert len(made) == 3  # a closed one leaves nothing behind
    again.close()


def test_an_import_by_one_account_leaves_the_index_another_is_reading(tmp_path):
    settings = staffed(tmp_path, accounts={**ACCOUNTS, "stu": Grant("stu", (Role.STEWARD,))})
    ann, ben, stu = (opened(settings, name) for name in (*NAMES[:2], "stu"))
    being_read = ann.vectors()
    before = being_read.ids().tolist()
    rows = [{"id": f"N-{n}", "comment": f"the lantern was broken {n}"} for n in range(3)]
    assert stu.ingest([write_csv(tmp_path / "more.csv", rows)]).stored == 3
    assert ben.search("the lantern was broken 1").hits[0].id == "N-1"
    assert being_read.ids().tolist() == before
    assert len(ben.vectors()) == len(before) + 3
    assert ann.vectors() is ben.vectors()
    for workspace in (ann, ben, stu):
        workspace.close()

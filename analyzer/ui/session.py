"""What a page remembers between reruns, and the one workspace all its screens share. Sole user of session state."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeVar

import streamlit as st

from analyzer.answers.types import Answer, Plan
from analyzer.config import load_settings
from analyzer.counting.types import Count
from analyzer.custody.types import Erasure, EvidenceBundle
from analyzer.errors import AccessError, AnalyzerError
from analyzer.privacy.types import Decision, PrivacySample, SampleCheck
from analyzer.security.permissions import Permission
from analyzer.security.sessions import token_of
from analyzer.security.sign_in import authenticator_of
from analyzer.security.types import AccountAdded
from analyzer.themes.codebook.types import CodeTask
from analyzer.themes.types import ThemeEdit
from analyzer.ui.answer_job import AnswerJob
from analyzer.ui.markup import unmarked
from analyzer.ui.theme_job import ThemeJob
from analyzer.ui.uploads import UploadSlot
from analyzer.ui.workspace_pool import Lease, WorkspacePool
from analyzer.workspace import SINGLE_USER, Workspace

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(slots=True)
class Exchange:
    """A question asked on the page, and its answer."""

    question: str
    answer: Answer


@dataclass(slots=True)
class Page:
    """One person's state.

    Attributes:
        history: what they asked, newest first.
        job: the question that is being answered; draft: one whose plan they look at first.
        labeling: what they are labeling for.
        intervals: the counts they have labeled for, as they were with fewer labels.
        decision: what they last decided on the Privacy page.
        sample: the sample they are checking; check: what the last one showed.
        build: the themes that are being found; edit: what they last changed about themes;
            changed: how the themes it touched were before and are since.
        coding: the coding that is running; tasks: the comments they are labeling, the one shown first,
            chosen under tasks_where.
        added: an account whose passphrase is shown once; erasing: whom they are about to erase, why, and what
            would go; receipt: of what they erased; evidence: what they looked at last.
    """

    history: list[Exchange] = field(default_factory=list)
    job: AnswerJob | None = None
    draft: tuple[str, Plan] | None = None
    labeling: set[str] = field(default_factory=set)
    intervals: dict[tuple[str, str], list[Count]] = field(default_factory=dict)
    decision: Decision | None = None
    sample: PrivacySample | None = None
    check: SampleCheck | None = None
    build: ThemeJob | None = None
    edit: ThemeEdit | None = None
    changed: list[dict[str, object]] = field(default_factory=list)
    coding: ThemeJob | None = None
    tasks: list[CodeTask] = field(default_factory=list)
    tasks_where: str = ""
    added: AccountAdded | None = None
    erasing: tuple[str, str, Erasure] | None = None
    receipt: Erasure | None = None
    evidence: EvidenceBundle | None = None


def page() -> Page:
    """Return this session's state."""
    if "page" not in st.session_state:
        st.session_state["page"] = Page()
    state: Page = st.session_state["page"]
    return state


EVERY_S = 3.0
"""Seconds between two looks whether somebody at an open page may still be there."""


class _Handle(NamedTuple):
    """What one workspace is opened for; another grant is another handle."""

    path: str
    account: str
    grant: int


class _Run(threading.local):
    """The leases of the run of the page in this thread; None outside of one."""

    leases: dict[_Handle, Lease[Workspace]] | None = None


_run = _Run()


@st.cache_resource(show_spinner=False)
def _pool() -> WorkspacePool[_Handle, Workspace]:
    """Return the open workspaces of everybody at this server's page."""
    return WorkspacePool(_may_stay)


def _may_stay(handle: _Handle) -> bool:
    try:
        return authenticator_of(Path(handle.path)).is_in_force(handle.account, handle.grant)
    except AnalyzerError:  # it cannot be told; nobody uses it, so closing it costs an opening at most
        return False


@contextmanager
def leases() -> Iterator[None]:
    """Keep the workspaces open that the block takes, such as a run of the page; inside another such block, part of it.

    Everything that Streamlit starts by itself needs one around it: the page, and each fragment.
    """
    if _run.leases is not None:
        yield
        return
    _run.leases = {}
    try:
        yield
    finally:
        taken, _run.leases = _run.leases, None
        for lease in taken.values():
            lease.release()


def keep_open(work: Callable[[Given], Made]) -> Callable[[Given], Made]:
    """Return work for another thread, with the workspace of this run kept open until it is done.

    Call the result once: the run may end before, when its person goes on to another page or closes the browser.
    """
    lease = _lease().again()

    def kept(given: Given) -> Made:
        with lease:
            return work(given)

    return kept


def _lease(*, is_use: bool = True) -> Lease[Workspace]:
    if _run.leases is None:
        raise RuntimeError("workspace() outside of a run of the page; put leases() around it")
    path = load_settings().workspace.resolve()
    who = account(is_use=is_use)
    if not who:
        raise AccessError("you are signed out; open the page again to sign in")
    handle = _Handle(str(path), who, authenticator_of(path).grant_number(who))
    if handle not in _run.leases:
        _run.leases[handle] = _pool().lease(handle, lambda: _open(handle))
    return _run.leases[handle]


def _open(handle: _Handle) -> Workspace:
    with st.spinner("Opening the workspace…"):
        return Workspace.open(handle.path, handle.account)


def account(*, is_use: bool = True) -> str:
    """Return who is at this page: who signed in, or whom it was started for; empty once a session has ended."""
    if named := os.environ.get("ANALYZER_ACTOR"):
        return named
    door = authenticator_of(load_settings().workspace.resolve())
    return SINGLE_USER if door.is_open else door.account(token_of(st.context.cookies), is_use=is_use)


def workspace(*, is_use: bool = True) -> Workspace:
    """Return the workspace that is being served, for as long as this run of the page lasts (see leases).

    Its models stay loaded between questions and people.
    """
    return _lease(is_use=is_use).workspace


def may(*permissions: Permission) -> bool:
    """Tell whether whoever is at this page may do one of these."""
    return not {str(one) for one in permissions}.isdisjoint(workspace().users.me().permissions)


@st.cache_resource(scope="session", show_spinner=False, on_release=UploadSlot.clear)
def upload_slot() -> UploadSlot:
    """Return where this session's upload is; it goes when the session ends."""
    return UploadSlot()


class EndOfPageError(Exception):
    """A page has nothing more to draw; the side bar still has."""


def end_page() -> NoReturn:
    """Draw nothing more of this page. `st.stop` would end the side bar too, which is drawn last."""
    raise EndOfPageError


@contextmanager
def guarded() -> Iterator[None]:
    """Show an expected failure as one line instead of a traceback."""
    try:
        yield
    except AnalyzerError as error:
        st.error(unmarked(str(error)), icon=":material/error:")


def parts_for(*parts: tuple[str, Permission, Callable[[], None]]) -> None:
    """Draw the parts of a page that somebody may see as tabs; each has a title, what it needs, and what draws it."""
    allowed = [(title, draw) for title, needed, draw in parts if may(needed)]
    if not allowed:
        st.info("Nothing on this page is open to your account.", icon=":material/lock:")
        return
    for tab, (_, draw) in zip(st.tabs([title for title, _ in allowed]), allowed, strict=True):
        with tab, guarded():
            draw()


def show_workspace() -> None:
    """Say in the side bar which workspace this is and who is at work in it."""
    held = workspace()
    with st.sidebar:
        st.caption(f"Workspace **{unmarked(Path(held.settings.workspace).name)}** · {held.status().records:,} comments")
        me = held.users.me()
        if me.single_user:
            st.caption("Single-user mode: no sign-in.")
        elif me.grant:
            until = f" until {me.grant.until[:10]}" if me.grant.until else ""
            st.caption(f"**{unmarked(me.account)}**: {', '.join(me.grant.roles)}{until}")
            if not os.environ.get("ANALYZER_ACTOR"):
                st.html('<a href="/sign-out" target="_self">Sign out</a>')


@st.fragment(run_every=EVERY_S)
def watch_access() -> None:
    """Draw the page again, and with it nothing, as soon as this person's access has ended."""
    try:
        with leases():
            workspace(is_use=False).users.me()
    except AnalyzerError:
        st.rerun()

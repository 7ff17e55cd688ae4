"""State of a page between reruns, and the workspace of its account. The only module that uses st.session_state."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, NoReturn, TypeVar

import streamlit as st

from analyzer.answers.types import Answer, Plan
from analyzer.config import EXAMPLE as EXAMPLE
from analyzer.config import load_settings
from analyzer.counting.types import Count
from analyzer.custody.types import Erasure, EvidenceBundle
from analyzer.errors import OUT_OF_MEMORY, AccessError, AnalyzerError, is_out_of_memory
from analyzer.index.dates_in_words import date_in_words
from analyzer.ingest.types import IngestReport
from analyzer.messages.catalogs import in_all_languages, languages, nearest
from analyzer.messages.current_language import speaking
from analyzer.messages.text import _, ngettext
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
from analyzer.ui.value_names import value_name
from analyzer.ui.workspace_pool import Lease, WorkspacePool
from analyzer.workspace import SINGLE_USER, Workspace

PART, AREA = "part", "area"
"""Keys of the open tab, which is in the address, and of the area of a page that it belongs to."""
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(slots=True)
class Exchange:
    """A question and its answer; `is_verified` if it was answered again, with the same result."""

    question: str
    answer: Answer
    is_verified: bool = False


@dataclass(slots=True)
class PointsView:
    """How the points of one answer are shown.

    Attributes:
        order: name of the order; stance: the stance that is shown, empty for all.
        opened: by number of a point the page of its comments that is open, from 0.
    """

    order: str = ""
    stance: str = ""
    opened: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explored:
    """Comments that the page Comments is limited to: their title and their ids."""

    title: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made of a point last, so that it can be undone: the answer, and a theme's edit or a codebook entry."""

    answer: str
    edit: ThemeEdit | None = None
    entry: str = ""


@dataclass(slots=True)
class FilterState:
    """The filter of all pages.

    Attributes:
        where: the filter, which is known to be valid; empty for all comments.
        round: counts the changes that its widgets did not make; with it their keys change, so that they show them.
        is_open: whether the widgets are shown.
        problem: why the last change was not made; rejected: the filter that was wanted.
        address: the filter that this program last wrote into the address of the page.
    """

    where: str = ""
    round: int = 0
    is_open: bool = False
    problem: str = ""
    rejected: str = ""
    address: str = ""


@dataclass(slots=True)
class Page:
    """State of one browser session.

    Attributes:
        history: questions and answers, newest first.
        job: the question that is being answered; is_verifying: whether that is a stored one again.
        draft: a question with its plan, before it is answered.
        waiting: questions with their plans, to be answered after it; choice: a question with its two readings.
        labeling: the predicates for which comments are being labeled.
        intervals: by (predicate, filter) the counts with fewer labels, oldest first.
        decision: the last decision on the Privacy page.
        sample: the privacy sample being checked; check: the result of the last one.
        build: the running build of themes; edit: the last edit of themes; changed: its themes before and after;
            theme: the one that is picked in the list; shows_excluded: whether excluded themes are listed.
        coding: the running coding; tasks: the comments to label, the first one shown, chosen under the filter
            tasks_where.
        added: a new account or passphrase, shown once.
        erasing: respondent, reason and dry run of an erasure to confirm; receipt: of the last erasure.
        evidence: the last evidence drawn.
        offered: digests of the documents that are on record as offered for download.
        points: by key of an answer how its points are shown; explored: the comments that Comments is limited to;
            filter: the filter of all pages; kept: what was made of a point last; asking: a question typed on the
            overview, to be answered on Ask.
        imported: id of the last upload that was imported, with its report.
        language: that the reader chose; empty for the default.
    """

    history: list[Exchange] = field(default_factory=list)
    job: AnswerJob | None = None
    is_verifying: bool = False
    draft: tuple[str, Plan] | None = None
    waiting: list[tuple[str, Plan]] = field(default_factory=list)
    choice: tuple[str, tuple[Plan, ...]] | None = None
    labeling: set[str] = field(default_factory=set)
    intervals: dict[tuple[str, str], list[Count]] = field(default_factory=dict)
    decision: Decision | None = None
    sample: PrivacySample | None = None
    check: SampleCheck | None = None
    build: ThemeJob | None = None
    theme: str = ""
    shows_excluded: bool = False
    edit: ThemeEdit | None = None
    changed: list[dict[str, object]] = field(default_factory=list)
    coding: ThemeJob | None = None
    tasks: list[CodeTask] = field(default_factory=list)
    tasks_where: str = ""
    added: AccountAdded | None = None
    erasing: tuple[str, str, Erasure] | None = None
    receipt: Erasure | None = None
    evidence: EvidenceBundle | None = None
    offered: set[str] = field(default_factory=set)
    points: dict[str, PointsView] = field(default_factory=dict)
    explored: Explored | None = None
    filter: FilterState = field(default_factory=FilterState)
    kept: Kept | None = None
    asking: str = ""
    imported: tuple[str, IngestReport] | None = None
    language: str = ""


def page() -> Page:
    """Return this session's state."""
    if "page" not in st.session_state:
        st.session_state["page"] = Page()
    state: Page = st.session_state["page"]
    return state


def change_page_filter(where: str, *, by_widget: bool = False) -> None:
    """Make another filter, which is known to be valid, the one of all pages.

    Args:
        where: the filter.
        by_widget: whether the widgets show it already.
    """
    state = page().filter
    if where != state.where and not by_widget:
        state.round += 1
    state.where, state.problem, state.rejected = where, "", ""


def preset(key: str, value: object) -> None:
    """Give a widget its first value; later it has the one that was chosen. For widgets whose default changes."""
    if key not in st.session_state:
        st.session_state[key] = value


EVERY_S = 3.0
"""Seconds between two checks that the account of an open page still has access."""


class _Handle(NamedTuple):
    """Key of an open workspace: path, account and number of the grant; a new grant makes a new handle."""

    path: str
    account: str
    grant: int


class _Run(threading.local):
    """Leases of the page run in this thread; None outside a page run."""

    leases: dict[_Handle, Lease[Workspace]] | None = None


_run = _Run()


@st.cache_resource(show_spinner=False)
def _pool() -> WorkspacePool[_Handle, Workspace]:
    """Return the open workspaces of all sessions of this server."""
    return WorkspacePool(_has_access)


def _has_access(handle: _Handle) -> bool:
    try:
        return authenticator_of(Path(handle.path)).is_in_force(handle.account, handle.grant)
    except AnalyzerError:  # access is unknown; the workspace is not in use, so closing it costs one reopening at most
        return False


LANGUAGE = "lang"
"""Key of the reader's language in an address, such as ?lang=fr."""
LANGUAGE_SWITCH = "language"


def reader_language() -> str:
    """Return the language of the page: of its address or switch, else of the settings, else of the browser."""
    given = st.query_params.get(LANGUAGE, "")
    if given in languages():
        page().language = given
    return page().language or load_settings().page_language or nearest([st.context.locale or ""])


@contextmanager
def leases() -> Iterator[None]:
    """Keep the workspaces that the block leases open until its end; a nested block is part of the outer one.

    Every function that Streamlit itself calls needs such a block: the page, and each fragment.
    """
    if _run.leases is not None:
        yield
        return
    _run.leases = {}
    try:
        with speaking(reader_language()):
            yield
    finally:
        taken, _run.leases = _run.leases, None
        for lease in taken.values():
            lease.release()


def keep_open(work: Callable[[Given], Made]) -> Callable[[Given], Made]:
    """Return `work` for another thread; the workspace of this page run stays open until it has ended.

    Call the result once. The page run may end earlier, when another page is opened or the browser is closed.
    """
    lease = _lease().again()

    def leased(given: Given) -> Made:
        with lease:
            return work(given)

    return leased


def when_pressed(work: Callable[[Workspace], bytes]) -> Callable[[], bytes]:
    """Return a function that makes the content of a download when its button is pressed, after this page run.

    It has no session: the account and its token are taken now, and checked again when it is called.

    Args:
        work: makes the content with the workspace of the account, whose permissions are in force then.
    """
    path = load_settings().workspace.resolve()
    named, token = os.environ.get("ANALYZER_ACTOR", ""), token_of(st.context.cookies)
    name = account()

    def make() -> bytes:
        authenticator = authenticator_of(path)
        if not named and not authenticator.is_open and authenticator.account(token) != name:
            raise AccessError(_("you are signed out; open the page again to sign in"))
        handle = _Handle(str(path), name, authenticator.grant_number(name))
        with _pool().lease(handle, lambda: Workspace.open(handle.path, handle.account)) as lease:
            return work(lease.workspace)

    return make


def _lease(*, is_use: bool = True) -> Lease[Workspace]:
    if _run.leases is None:
        raise RuntimeError("workspace() was called outside a page run; put leases() around it")
    path = load_settings().workspace.resolve()
    name = account(is_use=is_use)
    if not name:
        raise AccessError(_("you are signed out; open the page again to sign in"))
    handle = _Handle(str(path), name, authenticator_of(path).grant_number(name))
    if handle not in _run.leases:
        _run.leases[handle] = _pool().lease(handle, lambda: _open(handle))
    return _run.leases[handle]


def _open(handle: _Handle) -> Workspace:
    with st.spinner(_("Opening the workspace…")):
        return Workspace.open(handle.path, handle.account)


def account(*, is_use: bool = True) -> str:
    """Return the account of this page: ANALYZER_ACTOR or the signed-in account; empty if the session has ended."""
    if named := os.environ.get("ANALYZER_ACTOR"):
        return named
    authenticator = authenticator_of(load_settings().workspace.resolve())
    if authenticator.is_open:
        return SINGLE_USER
    return authenticator.account(token_of(st.context.cookies), is_use=is_use)


def workspace(*, is_use: bool = True) -> Workspace:
    """Return the served workspace, opened for the current account until the end of this page run (see leases).

    Its models stay loaded between questions and are shared by all accounts.
    """
    return _lease(is_use=is_use).workspace


def may(*permissions: Permission) -> bool:
    """Return whether the current account has at least one of these permissions."""
    return not {str(one) for one in permissions}.isdisjoint(workspace().users.me().permissions)


@st.cache_resource(scope="session", show_spinner=False, on_release=UploadSlot.clear)
def upload_slot() -> UploadSlot:
    """Return the upload slot of this session; its file is removed when the session ends."""
    return UploadSlot()


NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})
"""The parameters of the address when another page is opened: without them Streamlit refuses, where a tab is in it."""


class EndOfPageError(Exception):
    """Ends the drawing of a page; the side bar is still drawn."""


def end_page() -> NoReturn:
    """End the drawing of this page. `st.stop` would also skip the side bar, which is drawn last."""
    raise EndOfPageError


@contextmanager
def guarded() -> Iterator[None]:
    """Show an AnalyzerError as one line instead of a traceback."""
    try:
        yield
    except AnalyzerError as error:
        st.error(unmarked(_(str(error))), icon=":material/error:")
    except (MemoryError, ImportError, RuntimeError, OSError) as error:
        if not is_out_of_memory(error):
            raise
        st.error(_(OUT_OF_MEMORY), icon=":material/error:")


class PagePart(NamedTuple):
    """A part of a page: the title of its tab, the permission that it needs, and the function that draws it."""

    title: str
    needed: Permission
    draw: Callable[[], None]


def parts_for(*parts: PagePart) -> None:
    """Draw the permitted parts of a page as tabs, of which only the open one is drawn and so written to the log.

    The open tab is in the address, as ?part=TITLE, with its title in the language of the reader or in any other.
    """
    allowed = [part for part in parts if may(part.needed)]
    _open_in_language(allowed)
    if not allowed:
        st.info(_("Your account has no permission for any part of this page."), icon=":material/lock:")
        return
    tabs = st.tabs([_(part.title) for part in allowed], key=PART, on_change="rerun", bind="query-params")
    for tab, part in zip(tabs, allowed, strict=True):
        if tab.open:
            with tab, guarded():
                part.draw()


def _open_in_language(parts: Sequence[PagePart]) -> None:
    """Open the tab that the address names in another language, or that was open before the language was changed."""
    wanted = _wanted_part()
    titles = [_(part.title) for part in parts]
    if wanted and wanted not in titles:
        for part, title in zip(parts, titles, strict=True):
            if wanted in in_all_languages(part.title):
                st.session_state[PART] = title


def _wanted_part() -> str:
    return str(st.session_state.get(PART) or st.query_params.get(PART, ""))


def areas_for(areas: Mapping[str, Sequence[PagePart]]) -> None:
    """Draw the areas of a page that have permitted parts, with the parts of one of them as tabs.

    The open tab decides the area, so that ?part=TITLE is the whole address.
    """
    permitted = {name: [part for part in parts if may(part.needed)] for name, parts in areas.items()}
    allowed = {name: parts for name, parts in permitted.items() if parts}
    shown = next(iter(allowed), "")
    if len(allowed) > 1:
        area_of = {
            title: name for name, parts in allowed.items() for part in parts for title in in_all_languages(part.title)
        }
        st.session_state[AREA] = area_of.get(_wanted_part(), shown)

        def open_first() -> None:
            """Open the first part of the area that was chosen; runs before the page, without a workspace."""
            if parts := allowed.get(st.session_state.get(AREA) or ""):
                with speaking(reader_language()):
                    st.session_state[PART] = _(parts[0].title)

        chosen = st.segmented_control(
            _("Area"),
            list(allowed),
            format_func=_,
            key=AREA,
            on_change=open_first,
            label_visibility="collapsed",
            required=True,
        )
        shown = chosen or shown
    parts_for(*allowed.get(shown, ()))


def show_workspace() -> None:
    """Draw the workspace, its number of comments and the current account in the side bar."""
    shown = workspace()
    with st.sidebar:
        name = unmarked(Path(shown.settings.workspace).name)
        held = shown.status()
        others = (
            ngettext("{responses:,} response, ", "{responses:,} responses, ", held.responses, responses=held.responses)
            if held.responses != held.records
            else ""
        )
        st.caption(
            ngettext(
                "Workspace **{name}** · {others}{records:,} comment",
                "Workspace **{name}** · {others}{records:,} comments",
                held.records,
                name=name,
                others=others,
                records=held.records,
            )
        )
        for notice in shown.collaborators.store.notices if may(Permission.ACCOUNTS) else ():
            st.warning(unmarked(notice), icon=":material/schedule:")
        me = shown.users.me()
        if me.single_user:
            st.caption(_("Single-user mode: anyone who can open this page has full access."))
        elif me.grant:
            until = _(" until {until}", until=date_in_words(me.grant.until, has_time=False)) if me.grant.until else ""
            st.caption(f"**{unmarked(me.account)}**: {', '.join(value_name(role) for role in me.grant.roles)}{until}")
            if not os.environ.get("ANALYZER_ACTOR"):
                words = escape(_("Sign out"))
                st.html(f'<a href="/sign-out" target="_self">{words}</a>')


def choose_language() -> None:
    """Draw the languages of the page in the side bar, each under its own name."""

    def keep() -> None:
        """Keep the choice; the language of the address, which was opened before, counts no longer."""
        page().language = str(st.session_state[LANGUAGE_SWITCH])
        st.query_params.pop(LANGUAGE, None)

    names = languages()
    with st.sidebar:
        st.session_state[LANGUAGE_SWITCH] = reader_language()
        st.selectbox(_("Language"), list(names), format_func=names.__getitem__, key=LANGUAGE_SWITCH, on_change=keep)


@st.fragment(run_every=EVERY_S)
def watch_access() -> None:
    """Rerun the page, which then shows only an error, as soon as the access of the current account has ended."""
    try:
        with leases():
            workspace(is_use=False).users.me()
    except AnalyzerError:
        st.rerun()

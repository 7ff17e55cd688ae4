"""Refuse requests and messages that the account may not send, and those for another owner's page session."""

import os
from asyncio.tasks import ensure_future, sleep
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from analyzer.config import load_settings
from analyzer.errors import AnalyzerError
from analyzer.security.permissions import Permission
from analyzer.security.sign_in import Authenticator, authenticator_of
from analyzer.ui.web import streamlit_runtime
from analyzer.ui.web.page_sessions import MOST_FILES, PageSessions
from analyzer.ui.web.routes import AGENT, MESSAGES, NOBODY, STREAM, UPLOAD, Owner, find
from analyzer.ui.web.security_headers import SitePolicy
from analyzer.ui.web.sign_in_page import token_in
from analyzer.workspace import SINGLE_USER

KEPT_S = 120.0
"""Seconds after the end of a connection in which a browser may take up its page session again, as Streamlit has it."""
PROTOCOL = b"sec-websocket-protocol"
TOO_LARGE = "your uploads need more room than a session has; remove one first"


class _TooLargeError(Exception):
    """An upload has more bytes than its owner may store."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the guard asks of the running Streamlit; see analyzer.ui.web.streamlit_runtime."""

    message_name: Callable[[bytes], str] = streamlit_runtime.message_name
    session_in: Callable[[bytes], str] = streamlit_runtime.session_in
    stored_uploads: Callable[[list[str]], tuple[int, int]] = streamlit_runtime.stored_uploads
    drop_uploads: Callable[[str], None] = streamlit_runtime.drop_uploads
    close_session: Callable[[str], None] = streamlit_runtime.close_session
    watch_media: Callable[[PageSessions], None] = streamlit_runtime.watch_media


@dataclass(slots=True)
class _Visitor:
    """Who sends a request: the owner of its page sessions, and the account with its permissions, read when needed."""

    owner: str
    token: str
    authenticator: Authenticator = field(repr=False)

    def may(self, needs: frozenset[Permission] | None) -> bool:
        """Return whether the account has one of these permissions now; None asks for none."""
        return needs is None or bool(needs & self.permissions())

    def permissions(self) -> frozenset[Permission]:
        """Return the permissions of the account now; none if the session or the access has ended."""
        try:
            account = self.account()
            return self.authenticator.permissions(account) if account else frozenset()
        except AnalyzerError:
            return frozenset()

    def has_access(self) -> bool:
        """Return whether the session of the request is still valid."""
        try:
            return bool(self.account())
        except AnalyzerError:
            return False

    def account(self) -> str:
        """Return the account of the request; empty if its session has ended."""
        if named := os.environ.get("ANALYZER_ACTOR"):
            return named
        if self.authenticator.is_open:
            return SINGLE_USER
        return self.authenticator.account(self.token, is_use=False)


@dataclass(slots=True)
class _PageConnection:
    """One connection of an open page.

    Attributes:
        session: the page session; empty until Streamlit names it in its first message.
    """

    visitor: _Visitor
    sessions: PageSessions
    runtime: Runtime
    receive_next: Any
    send_on: Any
    session: str = ""

    async def receive(self) -> Any:
        """Return the next message that the account may send; others are dropped."""
        while True:
            message = await self.receive_next()
            if not (frame := message.get("bytes")) or self._may_send(frame):
                return message

    async def send(self, message: Any) -> None:
        """Send a message to the browser, and note the page session that it begins."""
        if not self.session and (frame := message.get("bytes")):
            self.session = self.runtime.session_in(frame)
            if self.session:
                self.sessions.connect(self.session, self.visitor.owner)
        await self.send_on(message)

    def _may_send(self, frame: bytes) -> bool:
        """Return whether a message may be sent; if the sign-in has ended, also remove what the page has stored."""
        if self.session and not self.visitor.has_access():
            _drop(self.session, self.sessions, self.runtime)
        return self.visitor.may(MESSAGES.get(self.runtime.message_name(frame), NOBODY))


class RouteGuard:
    """ASGI middleware behind the sign-in: what is not in analyzer.ui.web.routes is refused."""

    def __init__(
        self, app: Any, site: SitePolicy | None = None, sessions: PageSessions | None = None, runtime: Any = None
    ) -> None:
        """Wrap an application, and note from now on for whom Streamlit makes files.

        Args:
            app: the application to protect.
            site: addresses of the page.
            sessions: the page sessions, shared with the sign-in page, which ends them.
            runtime: stands in for Streamlit in tests.
        """
        self._app = app
        self._site = site or SitePolicy()
        self._sessions = sessions or PageSessions()
        self._runtime = runtime or Runtime()
        self._is_watching = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not self._is_watching:
            self._runtime.watch_media(self._sessions)
            self._is_watching = True
        route, rule, found = find(scope["type"], scope.get("method", ""), scope["path"])
        visitor = self._visitor(scope)
        if not visitor.may(rule.needs) or not self._is_owned(rule.owner, visitor.owner, found):
            await _refuse(scope, send)
        elif route == STREAM:
            await self._stream(visitor, scope, receive, send)
        elif route == UPLOAD and scope["method"] == "PUT":
            await self._upload(visitor, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _visitor(self, scope: Any) -> _Visitor:
        authenticator = authenticator_of(load_settings().workspace.resolve())
        token = "" if os.environ.get("ANALYZER_ACTOR") else token_in(scope, self._site)
        return _Visitor(owner_of(token), token, authenticator)

    def _is_owned(self, owner: Owner, by: str, found: dict[str, str]) -> bool:
        if owner is Owner.SESSION:
            return self._sessions.is_owned(found["session_id"], by)
        return owner is Owner.ANY or self._sessions.may_read(by, found["file_id"])

    async def _upload(self, visitor: _Visitor, scope: Any, receive: Any, send: Any) -> None:
        """Pass on an upload while its owner has room for it; what arrives counts until it is stored or dropped."""
        owner, taken, received = visitor.owner, 0, 0

        def take(size: int) -> None:
            nonlocal taken
            count, stored = self._runtime.stored_uploads(self._sessions.of_owner(owner))
            if count >= MOST_FILES or not self._sessions.take_bytes(owner, size, stored):
                raise _TooLargeError
            taken += size

        async def receive_counted() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            take(max(0, received - taken))  # what is more than was announced, or was not announced
            return message

        try:
            take(_length(scope))
            await self._app(scope, receive_counted, send)
        except _TooLargeError:
            await _answer(send, 413, TOO_LARGE)
        finally:
            self._sessions.give_back(owner, taken)

    async def _stream(self, visitor: _Visitor, scope: Any, receive: Any, send: Any) -> None:
        """Pass on the messages of a page that its account may send, and note whose page session it is."""
        if not self._sessions.may_open(visitor.owner):
            await _refuse(scope, send)
            return
        page = _PageConnection(visitor, self._sessions, self._runtime, receive, send)
        try:
            await self._app(self._own_session_only(visitor, scope), page.receive, page.send)
        finally:
            if page.session and self._sessions.disconnect(page.session):
                ensure_future(self._close_later(page.session))

    def _own_session_only(self, visitor: _Visitor, scope: Any) -> Any:
        """Return the scope without the page session that the browser wants to take up, unless it is its own.

        Streamlit has it as the third of the sub-protocols, after its own name and the XSRF token.
        """
        headers = []
        for name, value in scope["headers"]:
            parts = [part.strip() for part in value.split(b",")] if name == PROTOCOL else []
            if len(parts) > 2 and not self._sessions.is_owned(parts[2].decode("latin-1"), visitor.owner):
                headers.append((name, b", ".join(parts[:2])))
            else:
                headers.append((name, value))
        return {**scope, "headers": headers}

    async def _close_later(self, session: str) -> None:
        await sleep(KEPT_S)
        if not self._sessions.is_connected(session):
            self._sessions.end(session)
            self._runtime.close_session(session)


def drop_pages(sessions: PageSessions, token: str) -> None:
    """Remove what the page sessions of a sign-in have stored, when it ends; see RouteGuard."""
    for session in sessions.of_owner(owner_of(token)):
        _drop(session, sessions, Runtime())


def owner_of(token: str) -> str:
    """Return the owner of page sessions for a session token: its digest, or the one owner where nobody signs in."""
    return sha256(token.encode()).hexdigest() if token else ""


def _drop(session: str, sessions: PageSessions, runtime: Runtime) -> None:
    """Remove the uploads of a page session whose sign-in has ended, and its right to the files made for it."""
    runtime.drop_uploads(session)
    sessions.drop_media(session)


def _length(scope: Any) -> int:
    given = dict(scope["headers"]).get(b"content-length", b"")
    return int(given) if given.isdigit() else 0


async def _refuse(scope: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        is_agent = scope["path"].startswith(AGENT)
        await _answer(send, 403 if is_agent else 404, "There is nothing here for this account.")


async def _answer(send: Any, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})

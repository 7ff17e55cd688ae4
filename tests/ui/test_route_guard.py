"""The guard of the page's routes: permissions, whose page session it is, and how much it may store."""

import asyncio
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from analyzer.errors import WorkspaceError
from analyzer.security.permissions import ROLES
from analyzer.security.types import Role
from analyzer.ui.web import page_sessions, route_guard, streamlit_runtime
from analyzer.ui.web.page_sessions import MOST_FILES, MOST_PAGES, PageSessions
from analyzer.ui.web.route_guard import RouteGuard, drop_pages, owner_of

ACCOUNTS = {"s": Role.STEWARD, "t": Role.STEWARD, "v": Role.VIEWER, "a": Role.ANALYST, "r": Role.REVIEWER}
"""Session token -> role."""


class Accounts:
    """Stands in for the authenticator: a token is an account."""

    is_open = False

    def __init__(self):
        self.ended = set()

    def account(self, token, *, is_use=True):
        return token if token in ACCOUNTS and token not in self.ended else ""

    def permissions(self, account):
        return ROLES[ACCOUNTS[account]]


class Scene:
    """A guard over a page that stores uploads and answers every message."""

    def __init__(self, monkeypatch):
        self.accounts, self.sessions = Accounts(), PageSessions()
        self.uploads, self.media = MemoryUploadedFileManager("/up"), MediaFileManager(MemoryMediaFileStorage("/media"))
        self.closed, self.got = [], []
        running = SimpleNamespace(
            uploaded_file_mgr=self.uploads, media_file_mgr=self.media, close_session=self.closed.append
        )
        monkeypatch.setattr("streamlit.runtime.get_instance", lambda: running)
        monkeypatch.setattr(route_guard, "authenticator_of", lambda path: self.accounts)
        monkeypatch.setattr(route_guard, "KEPT_S", 0.0)
        self.guard = RouteGuard(self._page, sessions=self.sessions)

    async def _page(self, scope, receive, send):
        if scope["type"] == "websocket":
            await self._stream(scope, receive, send)
            return
        body, is_more = b"", scope["method"] == "PUT"
        while is_more:
            message = await receive()
            body += message["body"]
            is_more = message.get("more_body", False)
        if scope["path"].startswith("/_stcore/upload_file/"):
            *_, session, file = scope["path"].split("/")
            if scope["method"] == "PUT":
                self.uploads.add_file(session, UploadedFileRec(file, file, "text/csv", body))
            else:
                self.uploads.remove_file(session, file)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _stream(self, scope, receive, send):
        protocols = dict(scope["headers"]).get(b"sec-websocket-protocol", b"").split(b",")
        session = protocols[2].strip().decode() if len(protocols) > 2 else f"new-{len(self.got)}"
        self.got.append(session)
        begun = ForwardMsg()
        begun.new_session.initialize.session_id = session
        await send({"type": "websocket.send", "bytes": begun.SerializeToString()})
        while (message := await receive())["type"] != "websocket.disconnect":
            self.got.append(BackMsg.FromString(message["bytes"]).WhichOneof("type"))

    def request(self, token, method, path, chunks=(b"",), headers=()):
        """Return the status of the answer to a request."""
        return asyncio.run(self._request(token, method, path, chunks, headers))

    async def _request(self, token, method, path, chunks=(b"",), headers=()):
        sent, left = [], list(chunks)

        async def receive():
            await asyncio.sleep(0)
            body = left.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(left)}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": [*_cookie(token), *headers]}
        await self.guard(scope, receive, send)
        return sent[0]["status"]

    def open(self, token, *frames, takes_up="", while_open=None):
        """Open a page, send messages and close it; return the page session it got."""
        return asyncio.run(self._open(token, frames, takes_up, while_open))

    async def _open(self, token, frames, takes_up, while_open):
        sent, left = [], [{"type": "websocket.receive", "bytes": frame} for frame in frames]

        async def receive():
            if not left and while_open:
                await while_open()
            return left.pop(0) if left else {"type": "websocket.disconnect"}

        async def send(message):
            sent.append(message)

        protocol = f"streamlit, xsrf, {takes_up}" if takes_up else "streamlit, xsrf"
        headers = [*_cookie(token), (b"sec-websocket-protocol", protocol.encode())]
        scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
        await self.guard(scope, receive, send)
        await asyncio.sleep(0.01)
        if sent[0]["type"] == "websocket.close":
            return ""
        return ForwardMsg.FromString(sent[0]["bytes"]).new_session.initialize.session_id


def _cookie(token):
    return [(b"host", b"127.0.0.1:8501"), (b"cookie", f"fa_session={token}".encode())]


@pytest.fixture
def scene(monkeypatch):
    held = Scene(monkeypatch)
    for session, token in (("of-s", "s"), ("of-t", "t"), ("of-v", "v"), ("of-r", "r")):
        held.sessions.connect(session, owner_of(token))
    return held


def test_an_upload_is_for_those_who_import_and_for_their_own_page(scene):
    assert scene.request("s", "PUT", "/_stcore/upload_file/of-s/f", [b"ab", b"c"]) == 204
    for token, session in (("v", "of-v"), ("v", "of-s"), ("a", "of-s"), ("t", "of-s"), ("s", "of-t"), ("s", "unknown")):
        for method in ("PUT", "DELETE"):
            assert scene.request(token, method, f"/_stcore/upload_file/{session}/f", [b"x"]) == 404
    (kept,) = scene.uploads.get_files("of-s", ["f"])
    assert kept.data == b"abc"
    assert {session for session, files in scene.uploads.file_storage.items() if files} == {"of-s"}
    assert scene.request("s", "DELETE", "/_stcore/upload_file/of-s/f") == 204
    assert scene.uploads.get_files("of-s", ["f"]) == []


def test_the_uploads_of_an_owner_have_a_limit_in_all_their_pages(scene, monkeypatch):
    monkeypatch.setattr(page_sessions, "MOST_BYTES", 100)
    scene.sessions.connect("of-s-too", owner_of("s"))
    put = "/_stcore/upload_file/{}/{}"
    assert scene.request("s", "PUT", put.format("of-s", "f"), [b"x" * 60]) == 204
    assert scene.request("s", "PUT", put.format("of-s-too", "g"), [b"x" * 30, b"x" * 11]) == 413
    announced, too_little = ([(b"content-length", size)] for size in (b"41", b"5"))
    assert scene.request("s", "PUT", put.format("of-s-too", "g"), [b"x"], announced) == 413
    assert scene.request("s", "PUT", put.format("of-s-too", "g"), [b"x" * 30, b"x" * 11], too_little) == 413
    assert scene.request("t", "PUT", put.format("of-t", "h"), [b"x" * 90]) == 204
    assert scene.request("s", "DELETE", put.format("of-s", "f")) == 204
    for _ in range(3):
        assert scene.request("s", "PUT", put.format("of-s-too", "g"), [b"x" * 30, b"x" * 11]) == 204
    assert not scene.sessions._arriving


def test_uploads_that_arrive_at_the_same_time_share_the_limit(scene, monkeypatch):
    monkeypatch.setattr(page_sessions, "MOST_BYTES", 100)

    async def both():
        requests = [scene._request("s", "PUT", f"/_stcore/upload_file/of-s/{n}", [b"x" * 20] * 3) for n in range(2)]
        return await asyncio.gather(*requests)

    assert sorted(asyncio.run(both())) == [204, 413]


def test_the_number_of_uploads_has_a_limit(scene):
    statuses = [scene.request("s", "PUT", f"/_stcore/upload_file/of-s/{n}", [b""]) for n in range(MOST_FILES + 1)]
    assert statuses == [204] * MOST_FILES + [413]


def test_what_a_page_stored_is_removed_when_its_session_ends(scene):
    async def upload():
        assert await scene._request("s", "PUT", "/_stcore/upload_file/new-0/f", [b"abc"]) == 204

    session = scene.open("s", while_open=upload)
    assert (session, scene.closed) == ("new-0", ["new-0"])
    assert not scene.sessions.is_owned("new-0", owner_of("s"))
    assert scene.request("s", "PUT", "/_stcore/upload_file/new-0/f", [b"abc"]) == 404


def test_signing_out_removes_the_uploads_of_all_pages_and_the_right_to_their_files(scene):
    scene.request("s", "PUT", "/_stcore/upload_file/of-s/f", [b"abc"])
    scene.request("t", "PUT", "/_stcore/upload_file/of-t/f", [b"abc"])
    scene.sessions.add_media("of-s", "/media/abc.csv")
    drop_pages(scene.sessions, "s")
    assert scene.uploads.get_files("of-s", ["f"]) == []
    assert scene.request("s", "GET", "/media/abc.csv") == 404
    assert len(scene.uploads.get_files("of-t", ["f"])) == 1


def test_a_page_whose_sign_in_has_ended_keeps_no_upload(scene):
    rerun = BackMsg()
    rerun.rerun_script.SetInParent()

    async def upload_and_end():
        assert await scene._request("s", "PUT", "/_stcore/upload_file/new-0/f", [b"abc"]) == 204
        scene.accounts.ended.add("s")

    asyncio.run(_page_that_asks_after(scene, upload_and_end, rerun.SerializeToString()))
    assert scene.uploads.get_files("new-0", ["f"]) == []
    assert "rerun_script" in scene.got  # the page says why


async def _page_that_asks_after(scene, act, frame):
    messages = [None, {"type": "websocket.receive", "bytes": frame}, {"type": "websocket.disconnect"}]

    async def receive():
        message = messages.pop(0)
        if message is None:
            await act()
            message = messages.pop(0)
        return message

    async def send(message):
        pass

    await scene.guard({"type": "websocket", "path": "/_stcore/stream", "headers": _cookie("s")}, receive, send)


def test_a_file_is_for_the_owner_of_the_page_it_was_made_for(scene, monkeypatch):
    assert scene.request("s", "GET", "/media/nothing.csv") == 404
    context = SimpleNamespace(session_id="of-s")
    monkeypatch.setattr("streamlit.runtime.scriptrunner.get_script_run_ctx", lambda: context)
    streamlit_runtime.watch_media(scene.sessions)
    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "of-s")
    address = scene.media.add(b"comments of the steward", "text/csv", "1.1", "a.csv", True)
    for method in ("GET", "HEAD"):
        assert scene.request("s", method, address) == 204
        for token in ("t", "v", "r", "nobody"):
            assert scene.request(token, method, address) == 404
    scene.sessions.end("of-s")
    assert scene.request("s", "GET", address) == 404


def test_a_file_that_is_made_when_its_button_is_pressed_is_for_the_owner_of_the_button(scene, monkeypatch):
    context = SimpleNamespace(session_id="of-s")
    monkeypatch.setattr("streamlit.runtime.scriptrunner.get_script_run_ctx", lambda: context)
    streamlit_runtime.watch_media(scene.sessions)
    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "of-s")
    button = scene.media.add_deferred(lambda: b"comments of the steward", "text/csv", "1.1", "a.csv")
    address = scene.media.execute_deferred(button)
    assert scene.request("s", "GET", address) == 204
    for token in ("t", "v", "r", "nobody"):
        assert scene.request(token, "GET", address) == 404


def test_a_page_session_is_taken_up_by_its_owner_alone(scene):
    for token in ("v", "t"):
        assert scene.open(token, takes_up="of-s").startswith("new-")
    assert scene.open("s", takes_up="unknown").startswith("new-")
    assert scene.open("s", takes_up="of-s") == "of-s"
    assert scene.sessions.is_owned("of-s", owner_of("s"))


def frames(*names):
    for name in names:
        message = BackMsg()
        field = message.DESCRIPTOR.fields_by_name.get(name)
        if field is None:
            getattr(message.backend_operation_request, name).SetInParent()
        elif field.message_type:
            getattr(message, name).SetInParent()
        else:
            setattr(message, name, True)
        yield message.SerializeToString()


def test_messages_that_a_role_may_not_send_are_dropped(scene):
    sent = list(
        frames("clear_cache", "rerun_script", "file_urls_request", "install_skills", "set_run_on_save", "stop_script")
    )
    scene.open("v", *sent, b"\xff\xff")
    assert scene.got[1:] == ["rerun_script", "stop_script"]
    scene.got.clear()
    scene.open("s", *sent)
    assert scene.got[1:] == ["rerun_script", "file_urls_request", "stop_script"]


def test_figures_of_the_server_are_for_those_who_check(scene):
    assert {token: scene.request(token, "GET", "/_stcore/metrics") for token in "svar"} == {
        "s": 204, "v": 404, "a": 404, "r": 204,
    }  # fmt: skip
    for token in "svar":
        for method, path in (("GET", "/_stcore/new"), ("POST", "/_stcore/agent/mcp"), ("PUT", "/explore")):
            assert scene.request(token, method, path) in (403, 404)
        assert scene.request(token, "GET", "/explore") == 204


def test_an_owner_has_so_many_open_pages(scene):
    for number in range(MOST_PAGES - 1):
        scene.sessions.connect(f"page {number}", owner_of("v"))
    assert scene.open("v") == ""
    assert scene.open("s")
    scene.sessions.disconnect("page 0")  # it may come back, but it is not open
    assert scene.open("v")


def test_permissions_that_cannot_be_read_are_none(scene):
    def fail(account):
        raise WorkspaceError("the database is locked")

    scene.accounts.permissions = fail
    assert scene.request("s", "PUT", "/_stcore/upload_file/of-s/f", [b"x"]) == 404
    assert scene.request("s", "GET", "/explore") == 204

"""What may be requested of the page is what the installed Streamlit has, and each role has its part of it."""

from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg

from analyzer.security.permissions import ROLES, Permission
from analyzer.security.types import Role
from analyzer.ui import frame
from analyzer.ui.web import server
from analyzer.ui.web.routes import ANYONE, FILES, MESSAGES, NOBODY, PAGE_NAMES, ROUTES, UPLOAD, find
from analyzer.ui.web.streamlit_runtime import message_name


@pytest.fixture(scope="module")
def installed():
    """Every route of the installed Streamlit: path -> methods; the most that its options can add."""
    from streamlit import config
    from streamlit.runtime import Runtime
    from streamlit.web.server.starlette.starlette_app import App

    held = Runtime._instance
    Runtime._instance = None
    try:
        routes = App(server.APP)._build_starlette_app().routes
    finally:
        Runtime._instance = held
        config._main_script_path = None
    found = {}
    for route in routes:
        methods = getattr(route, "methods", None) or {"WEBSOCKET" if "WebSocket" in type(route).__name__ else "MOUNT"}
        found.setdefault(route.path, set()).update(methods)
    return found


def test_every_route_of_the_installed_streamlit_is_decided_on_and_no_other(installed):
    assert installed.keys() == ROUTES.keys()


def test_a_method_that_is_allowed_is_one_that_streamlit_has(installed):
    assert not {(path, method) for path in ROUTES for method in ROUTES[path].keys() - installed[path]}


def test_every_message_of_the_installed_streamlit_is_decided_on_and_no_other():
    names = {one.name for one in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields} - {"backend_operation_request"}
    names |= {one.name for one in BackendOperationRequest.DESCRIPTOR.oneofs_by_name["payload"].fields}
    assert names == MESSAGES.keys()


def test_every_message_is_read_by_its_name():
    for name in MESSAGES:
        message = BackMsg()
        fields = message.DESCRIPTOR.fields_by_name
        if name not in fields:
            getattr(message.backend_operation_request, name).SetInParent()
        elif fields[name].message_type:
            getattr(message, name).SetInParent()
        else:
            setattr(message, name, True)
        assert message_name(message.SerializeToString()) == name
    assert message_name(b"") == message_name(b"\xff\xff\xff") == message_name(
        BackMsg(backend_operation_request=BackendOperationRequest()).SerializeToString()
    ) == ""  # fmt: skip


def test_the_pages_are_those_of_the_menu():
    assert set(PAGE_NAMES) == {name.replace("_", "-") for name in frame.PAGES} | {"none", "start", *frame.MOVED}
    folder = Path(frame.st.__file__).parent / "static"
    assert {one.name for one in folder.iterdir()} - {"index.html"} == {"favicon.png", "manifest.json", "static"}
    assert set(FILES) == {"/", "/favicon.png", "/manifest.json", "/static/{path:path}", *(f"/{p}" for p in PAGE_NAMES)}


def may(role, needs):
    return bool(needs & ROLES[role])


@pytest.mark.parametrize("role", Role)
def test_a_role_may_send_what_its_pages_send(role):
    drawn = {"add_data": Permission.IMPORTS, "codebook": Permission.THEMES, "evidence": Permission.AUDIT}
    assert may(role, MESSAGES["file_urls_request"]) == any(one in ROLES[role] for one in drawn.values())
    for method in ("PUT", "DELETE"):
        assert may(role, find("http", method, "/_stcore/upload_file/s/f")[1].needs) == may(
            role, MESSAGES["file_urls_request"]
        )
    for name in ("clear_cache", "set_run_on_save", "load_git_info", "install_skills", "debug_shutdown_runtime"):
        assert not may(role, MESSAGES[name])
    assert may(role, find("http", "GET", "/_stcore/metrics")[1].needs) == (Permission.CHECKS in ROLES[role])
    assert may(role, MESSAGES["dataframe_chunk"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_stcore/new-route"), ("GET", "/metrics"), ("POST", "/"), ("PUT", "/media/x.png"), ("POST", "/ask"),
        ("GET", "/explore/_stcore/health"), ("GET", "/app/static/x"), ("GET", "/component/x/index.html"),
        ("OPTIONS", "/_stcore/upload_file/s/f"), ("PATCH", "/_stcore/upload_file/s/f"), ("GET", "/auth/login"),
        ("PUT", "/_stcore/upload_file/s/f/g"), ("POST", "/_stcore/agent/mcp"), ("GET", "//static/x"), ("GET", "/ask/"),
        ("GET", "/_stcore/stream"), ("GET", "/_STCORE/metrics"), ("GET", "/index.html"),
    ],
)  # fmt: skip
def test_what_is_not_listed_is_refused(method, path):
    assert find("http", method, path)[1].needs == NOBODY
    assert find("websocket", "", path)[1].needs == NOBODY or path == "/_stcore/stream"


@pytest.mark.parametrize("path", ["/", "/explore", "/add-data", "/static/js/index.js", "/favicon.png"])
def test_pages_and_their_scripts_are_for_everyone(path):
    assert find("http", "GET", path)[1].needs is None
    assert find("websocket", "", path)[1].needs == NOBODY


def test_the_parameters_of_an_upload_are_those_that_streamlit_reads():
    route, rule, found = find("http", "PUT", "/_stcore/upload_file/a-b/c d")
    assert (route, found) == (UPLOAD, {"session_id": "a-b", "file_id": "c d"})
    assert rule.needs
    assert rule.needs < ANYONE

"""The page's server: who may connect, what every response carries, and where it listens."""

import asyncio
import re
import socket
from dataclasses import replace

import pytest
from fakes import make_workspace

from analyzer.config import Settings
from analyzer.errors import UsageError
from analyzer.ui.web import server
from analyzer.ui.web.security_headers import Headers, SitePolicy
from analyzer.ui.web.server import serve

PORT = 8501
OURS = "127.0.0.1:8501"


async def _page(scope, receive, send):
    """Answer like the page would."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"page"})


def connect(kind="http", path="/", app=_page, server=("127.0.0.1", PORT), site=None, **headers):
    """Return what the server sends back to one connection; `site` says how it is reached."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "path": path,
        "server": server,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(Headers(app, site)(scope, None, send))
    return sent


@pytest.mark.parametrize("host", [OURS, "localhost:8501"])
def test_this_machine_is_served(host):
    start, body = connect(host=host)
    assert start["status"] == 200
    assert body["body"] == b"page"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8501", "127.0.0.1", "127.0.0.1:80", "0.0.0.0:8501", "localhost.evil:8501", ""],
)
def test_a_foreign_host_is_refused(host):
    start, body = connect(host=host)
    assert start["status"] == 403
    assert b"page" not in body["body"].replace(b"This page", b"")


@pytest.mark.parametrize("address", ["192.168.1.5", "10.0.0.2", "203.0.113.9", "::"])
def test_what_comes_in_by_another_address_of_this_machine_is_refused(address):
    assert connect(server=(address, PORT), host=OURS)[0]["status"] == 403


def test_port_80_is_left_out_of_the_name_as_browsers_do():
    assert connect(server=("127.0.0.1", 80), host="127.0.0.1", origin="http://localhost")[0]["status"] == 200
    assert connect(server=("127.0.0.1", 80), host="127.0.0.1:80")[0]["status"] == 403


def test_a_request_without_a_host_is_refused():
    assert connect()[0]["status"] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1:8501", "null", "http://127.0.0.1:9999"])
def test_a_foreign_origin_is_refused(origin):
    assert connect(host=OURS, origin=origin)[0]["status"] == 403
    assert connect("websocket", host=OURS, origin=origin) == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501"])
def test_a_foreign_host_gets_no_websocket(host):
    assert connect("websocket", host=host) == [{"type": "websocket.close", "code": 1008}]


def test_the_pages_own_websocket_is_accepted():
    assert connect("websocket", host=OURS, origin=f"http://{OURS}") == [{"type": "websocket.accept"}]


NAMED = SitePolicy(("feedback.example",), is_tls=True, is_remote=True)
"""One that other machines reach by TLS; PROXIED has a proxy with TLS before it."""
PROXIED = SitePolicy(("feedback.example",))
HERE, AWAY = ("127.0.0.1", PORT), ("192.168.1.5", PORT)
REACHED = [
    (NAMED, AWAY, "feedback.example:8501", "https://feedback.example:8501", 200),
    (NAMED, ("192.168.1.5", 443), "feedback.example", "https://feedback.example", 200),
    (NAMED, HERE, OURS, f"https://{OURS}", 200),
    (NAMED, HERE, OURS, f"http://{OURS}", 403),
    (NAMED, AWAY, "feedback.example:8501", "http://feedback.example:8501", 403),
    (NAMED, AWAY, "192.168.1.5:8501", "https://192.168.1.5:8501", 403),
    (NAMED, AWAY, "evil.example:8501", "https://evil.example:8501", 403),
    (NAMED, AWAY, "feedback.example:8501", "https://evil.example", 403),
    (NAMED, AWAY, "feedback.example.evil.example:8501", None, 403),
    (PROXIED, HERE, "feedback.example", "https://feedback.example", 200),
    (PROXIED, HERE, OURS, f"http://{OURS}", 200),
    (PROXIED, HERE, "feedback.example", "http://feedback.example", 403),
    (PROXIED, AWAY, "feedback.example", "https://feedback.example", 403),
]


@pytest.mark.parametrize(("site", "address", "host", "origin", "status"), REACHED)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_site_with_a_name_is_reached_by_that_name_alone(kind, site, address, host, origin, status):
    headers = {"host": host, **({"origin": origin} if origin else {})}
    start = connect(kind, server=address, site=site, **headers)[0]
    assert start.get("status", 200 if start["type"] == "websocket.accept" else 403) == status


def test_the_policy_of_a_site_with_a_name_is_its_own():
    headers = dict(connect(server=AWAY, site=NAMED, host="feedback.example:8501")[0]["headers"])
    policy = headers[b"content-security-policy"].decode()
    assert "wss://feedback.example:8501" in policy
    assert " ws://" not in policy
    assert headers[b"strict-transport-security"] == b"max-age=31536000"
    assert b"strict-transport-security" not in dict(connect(site=NAMED, host=OURS)[0]["headers"])
    assert b"strict-transport-security" not in dict(connect(host=OURS)[0]["headers"])


def test_an_identity_providers_answer_may_come_from_its_own_page_and_nothing_else_may():
    posted = {"host": "feedback.example:8501", "origin": "https://idp.example"}
    assert connect(path="/sign-in/oidc", server=AWAY, site=NAMED, **posted)[0]["status"] == 200
    assert connect(path="/sign-in", server=AWAY, site=NAMED, **posted)[0]["status"] == 403
    assert connect("websocket", path="/sign-in/oidc", server=AWAY, site=NAMED, **posted)[0]["type"] == "websocket.close"


@pytest.mark.parametrize("path", ["/_stcore/agent", "/_stcore/agent/run", "/ask/_stcore/agent"])
def test_the_agent_route_is_refused(path):
    assert connect(path=path, host=OURS)[0]["status"] == 403
    assert connect("websocket", path=path, host=OURS)[0]["type"] == "websocket.close"


def test_every_response_carries_the_security_headers():
    headers = dict(connect(host=OURS)[0]["headers"])
    assert headers[b"content-type"] == b"text/html"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"connection-allowlist"] == b"(response-origin)"
    assert b"content-security-policy" in headers


def test_the_policy_names_no_host_but_this_machine():
    policy = dict(connect(host=OURS)[0]["headers"])[b"content-security-policy"].decode()
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["img-src"] == "'self' data: blob:"
    assert directives["connect-src"] == "'self' ws://127.0.0.1:8501 ws://localhost:8501"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe-eval'" not in directives["script-src"].replace("'wasm-unsafe-eval'", "")
    assert set(re.findall(r"//([^:\s]+)", policy)) == {"127.0.0.1", "localhost"}
    assert "*" not in policy


def test_starting_and_stopping_the_server_is_let_through():
    async def lifespan(scope, receive, send):
        await send({"type": "lifespan.startup.complete"})

    assert connect("lifespan", app=lifespan) == [{"type": "lifespan.startup.complete"}]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "feedback.example.com", ""])
def test_only_this_machine_is_served_whatever_the_settings_say(host, tmp_path):
    with pytest.raises(UsageError, match="this machine only") as caught:
        serve(replace(Settings(workspace=tmp_path), host=host), PORT)
    assert "\n" not in str(caught.value)


def test_others_are_served_by_tls_to_people_who_sign_in_alone(tmp_path, monkeypatch):
    workspace = make_workspace(tmp_path)
    workspace.close()
    settings = replace(workspace.settings, host="127.0.0.2", names="feedback.example")
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(settings.keys_dir))
    monkeypatch.setattr(server, "seal", lambda **_: None)
    with pytest.raises(UsageError, match="analyzer user add"):
        serve(settings, 0, is_tls=True)
    with pytest.raises(UsageError, match="omit --as"):
        serve(settings, 0, "ann", is_tls=True)
    monkeypatch.setenv("ANALYZER_ACTOR", "ann")
    with pytest.raises(UsageError, match="omit --as"):
        serve(settings, 0, is_tls=True)
    monkeypatch.delenv("ANALYZER_ACTOR")
    with pytest.raises(UsageError, match="not a certificate in PEM form"):
        serve(settings, 0, certificate=(tmp_path / "c.pem", tmp_path / "k.pem"))
    with pytest.raises(UsageError, match="is not a host name"):
        serve(replace(settings, names="https://feedback.example"), 0, is_tls=True)


def test_a_port_that_is_taken_is_one_line_that_says_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="--port") as caught:
            serve(Settings(workspace=tmp_path), port)
    assert str(port) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("port", [-1, 65_536, 99_999])
def test_a_port_that_does_not_exist_is_one_line_too(port, tmp_path):
    with pytest.raises(UsageError, match="--port"):
        serve(Settings(workspace=tmp_path), port)


def test_it_listens_on_loopback_alone():
    with server._listen("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(UsageError):
            server._listen("127.0.0.1", port)


def twice(kind, *pairs):
    """Return what the server sends back to a connection with these headers."""
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", OURS.encode()), *((name.encode(), value.encode()) for name, value in pairs)]
    scope = {"type": kind, "path": "/", "server": ("127.0.0.1", PORT), "headers": headers}
    asyncio.run(Headers(_page)(scope, None, send))
    return sent[0].get("status", sent[0]["type"])


@pytest.mark.parametrize(
    "pairs",
    [
        (("origin", f"http://{OURS}"), ("origin", "http://evil.example")),
        (("origin", "http://evil.example"), ("origin", f"http://{OURS}")),
        (("cookie", "fa_session=a"), ("cookie", "fa_session=b")), (("cookie", "x=1"), ("cookie", "y=2")),
        (("host", OURS),), (("host", "evil.example"),), (("cookie", "fa_session=a; fa_session=b"),),
        (("cookie", "__Host-fa_session=a;__Host-fa_session=b"),),
        (("sec-websocket-protocol", "streamlit, x"), ("sec-websocket-protocol", "streamlit, x, other")),
        (("content-length", "5"), ("content-length", "6")),
        (("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")),
    ],
)  # fmt: skip
def test_a_header_that_counts_is_given_once(pairs):
    assert twice("http", *pairs) == 403
    assert twice("websocket", *pairs) == "websocket.close"


def test_headers_that_may_be_given_twice_are_let_through():
    assert twice("http", ("accept", "a"), ("accept", "b"), ("cookie", "x=1; fa_session=a; y=2")) == 200

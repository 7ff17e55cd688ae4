"""Serve the page on a loopback address, with headers that keep the browser from fetching anything elsewhere.

`analyzer serve` and `streamlit run app.py` differ in who opens the listener; what answers on it is made here for both.
"""

import os
import socket
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.config import PROJECT, Settings
from analyzer.errors import UsageError
from analyzer.security.egress import seal
from analyzer.security.process import keep_memory_private
from analyzer.security.switches import apply_streamlit_options, harden_environment, preseed_streamlit
from analyzer.sign_in_page import SignIn
from analyzer.vault import Vault
from analyzer.workspace import Workspace

APP = PROJECT / "app.py"
MEMORY = Path("/dev/shm")  # noqa: S108
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
HTTP_PORT = 80
"""A browser leaves this one out of the name."""
STREAMLITS_OWN = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"
"""The one inline script of Streamlit's index.html, `window.prerenderReady = false`; any other is refused."""
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {script}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {sockets}; worker-src 'self' blob:; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "sandbox allow-scripts allow-same-origin allow-forms allow-downloads allow-modals"
)
"""Content security policy: an image or a link in a comment cannot make the browser ask another host.

The sandbox allows what the page needs and leaves out new windows.
"""
ONLY_HERE = "(response-origin)"
"""Connection-Allowlist (WICG): the browser turns to this server alone, whatever asks: links, look-ups ahead, WebRTC.

Chromium has it since version 148; other browsers ignore it and keep to the policy above.
"""
ELSEWHERE = (
    "the page is served on this machine only; use 127.0.0.1 (docs/offline.md tells how to reach it from another "
    "machine: ssh -L, or a reverse proxy with TLS and a login on this one)"
)


def serve(settings: Settings, port: int, actor: str | None = None) -> None:
    """Serve the page until interrupted.

    Raises:
        UsageError: if the port is taken or the host is not this machine's own.
        EgressError: if this process cannot be sealed.
        WorkspaceError: if the workspace does not open.
    """
    if settings.host not in LOOPBACK_HOSTS:
        raise UsageError(f"host {settings.host}: {ELSEWHERE}")
    with _listen(port) as listener:  # first: no listener can be opened once the process is sealed
        seal()
        _try_to_open(settings, actor)
        os.environ["ANALYZER_WORKSPACE"] = str(settings.workspace.resolve())
        if actor:
            os.environ["ANALYZER_ACTOR"] = actor
        _run(listener, port)


def _try_to_open(settings: Settings, actor: str | None) -> None:
    """Refuse to serve what does not open; without a name people sign in, where there are accounts."""
    if actor:
        Workspace(settings, actor).close()
    else:
        Vault(settings, "serve").close()


def _run(listener: socket.socket, port: int) -> None:
    import streamlit  # noqa: PLC0415
    import uvicorn  # noqa: PLC0415

    app = streamlit.App(APP, middleware=secured())
    print(f"The page is at http://127.0.0.1:{port} (Ctrl-C stops it)", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws_max_size=1 << 28, timeout_graceful_shutdown=3
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)


def secured() -> list[Any]:
    """Make this process fit to serve the page, and return the middleware to serve it with.

    Call it before `streamlit.App` is made; both ways to start the page do.

    Raises:
        UsageError: if Streamlit was told to listen where others can connect.
        EgressError: if this process cannot be sealed, or was started with a way out.
    """
    from starlette.middleware import Middleware  # noqa: PLC0415

    harden_environment()
    keep_memory_private()
    preseed_streamlit()
    _refuse_other_hosts()
    seal()
    apply_streamlit_options()
    _spool_in_memory()
    return [Middleware(Headers), Middleware(SignIn)]


def _refuse_other_hosts() -> None:
    """Refuse an address that `streamlit run` was given; it has read its options before it loads the page."""
    from streamlit import config  # noqa: PLC0415

    if config._config_options:  # not read yet under `analyzer serve`, which opens its own listener
        address = config.get_option("server.address") or "all addresses"
        if address not in LOOPBACK_HOSTS:
            raise UsageError(f"--server.address {address}: {ELSEWHERE}")


def _spool_in_memory() -> None:
    """Keep the raw upload of a file off the disk while the server receives it, where the system has such a place."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        tempfile.tempdir = str(MEMORY)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"port {port} is taken or not allowed; stop what uses it or choose another with --port"
        ) from error
    return listener


class Headers:
    """ASGI middleware: refuses foreign hosts and origins, and adds the security headers to every response."""

    def __init__(self, app: Any) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        host, port = scope["server"]
        if host not in LOOPBACK_ADDRESSES or not _is_ours(scope, port):
            await _refuse(scope, send)
            return

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_headers(port)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _names(port: int) -> list[str]:
    """Return how a browser on this machine may name the server."""
    return [host if port == HTTP_PORT else f"{host}:{port}" for host in LOOPBACK_HOSTS]


def _is_ours(scope: Any, port: int) -> bool:
    """Tell whether a request names this server and comes from its own page, and is not for another program."""
    headers = dict(scope["headers"])
    names = {name.encode() for name in _names(port)}
    origin = headers.get(b"origin")
    is_agent = "/_stcore/agent" in scope["path"]
    return headers.get(b"host") in names and origin in {None, *(b"http://" + n for n in names)} and not is_agent


@cache
def _headers(port: int) -> tuple[tuple[bytes, bytes], ...]:
    sockets = " ".join(f"ws://{name}" for name in _names(port))
    return (
        (b"content-security-policy", POLICY.format(script=STREAMLITS_OWN, sockets=sockets).encode()),
        (b"connection-allowlist", ONLY_HERE.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    )


async def _refuse(scope: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"This page is served to this machine only."})

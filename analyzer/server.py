"""Serve the page on a loopback address, with headers that keep the browser from fetching anything elsewhere."""

import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from analyzer.config import PROJECT, Settings
from analyzer.errors import UsageError
from analyzer.security.egress import preseed_streamlit

APP = PROJECT / "app.py"
MEMORY = Path("/dev/shm")  # noqa: S108
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {sockets}; worker-src 'self' blob:; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
"""Content security policy: an image or a link in a comment cannot make the browser ask another host."""


def serve(settings: Settings, port: int, actor: str | None = None) -> None:
    """Serve the page until interrupted.

    Raises:
        UsageError: if the port is taken or the host is not this machine's own.
    """
    if settings.host not in LOOPBACK_HOSTS:
        raise UsageError(f"host {settings.host}: the page is served on this machine only; use 127.0.0.1")
    listener = _listen(port)
    _spool_in_memory()
    os.environ["ANALYZER_WORKSPACE"] = str(settings.workspace.resolve())
    if actor:
        os.environ["ANALYZER_ACTOR"] = actor
    import uvicorn  # noqa: PLC0415

    app = _application(APP, port)
    print(f"The page is at http://127.0.0.1:{port} (Ctrl-C stops it)", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws_max_size=1 << 28, timeout_graceful_shutdown=3
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)


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


def _application(script: Path, port: int) -> Any:
    import streamlit  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415

    preseed_streamlit()
    return streamlit.App(script, middleware=[Middleware(Headers, port=port)])


class Headers:
    """ASGI middleware: refuses foreign hosts and origins, and adds the security headers to every response."""

    def __init__(self, app: Any, port: int) -> None:
        """Wrap an application served on a port."""
        self._app = app
        self._hosts = {f"{host}:{port}".encode() for host in LOOPBACK_HOSTS}
        self._origins = {b"http://" + host for host in self._hosts}
        sockets = " ".join(f"ws://{host}:{port}" for host in LOOPBACK_HOSTS)
        self._headers = [
            (b"content-security-policy", POLICY.format(sockets=sockets).encode()),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one connection."""
        if scope["type"] in ("http", "websocket") and not self._is_ours(scope):
            await _refuse(scope, send)
            return

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _is_ours(self, scope: Any) -> bool:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        is_agent = "/_stcore/agent" in scope["path"]
        return headers.get(b"host") in self._hosts and (origin is None or origin in self._origins) and not is_agent


async def _refuse(scope: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"This page is served to this machine only."})

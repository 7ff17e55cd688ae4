"""The page where people sign in: plain HTML, and the middleware that sends everybody there who has not."""

import os
from html import escape
from typing import Any
from urllib.parse import parse_qs

from analyzer.config import load_settings
from analyzer.door import Door, door_of
from analyzer.errors import AnalyzerError
from analyzer.security.sessions import COOKIE

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
MOST_BYTES = 4_096
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width"><meta name="referrer" content="same-origin">
<style>body{{font:16px/1.5 sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem}}
input,button{{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;margin:.2rem 0 1rem}}
button{{background:#0b6e6e;color:#fff;border:0;border-radius:.3rem}}.wrong{{color:#a00}}</style>
</head><body><h1>Sign in</h1>{said}<form method="post" action="/sign-in"><label>Account
<input name="account" autocomplete="username" required autofocus></label><label>Passphrase
<input name="passphrase" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form></body></html>"""
"""With the referrer policy of the other pages a browser sends the form with the origin "null", which is refused."""
ON = '<!doctype html><meta http-equiv="refresh" content="0;url={}"><a href="{}">go on</a>'
"""A redirect in HTML: the allow-list of connections that every page carries forbids the other kind."""


class SignIn:
    """ASGI middleware: where a workspace has accounts, only those who signed in get further."""

    def __init__(self, app: Any) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket") or os.environ.get("ANALYZER_ACTOR"):
            await self._app(scope, receive, send)  # the page runs for one account that was named at its start
            return
        door = door_of(load_settings().workspace.resolve())
        token = token_in(scope)
        if scope["type"] == "http" and scope["path"] in (SIGN_IN, SIGN_OUT):
            await _answer(scope, receive, send, door, token)
        elif door.is_open or door.account(token):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _send(send, 303, b"", [(b"location", SIGN_IN.encode())])


def token_in(scope: Any) -> str:
    """Return what the session's cookie of a connection holds; empty for none."""
    header = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")


async def _answer(scope: Any, receive: Any, send: Any, door: Door, token: str) -> None:
    if scope["path"] == SIGN_OUT:
        door.sign_out(token)
        await _send(send, 200, ON.format(SIGN_IN, SIGN_IN).encode(), [_cookie("", 0)])
        return
    if scope["method"] != "POST":
        await _send(send, 200, PAGE.format(said="").encode())
        return
    fields = parse_qs((await _body(receive)).decode("utf-8", "replace"), keep_blank_values=True)
    account, passphrase = (fields.get(name, [""])[0] for name in ("account", "passphrase"))
    try:
        session = door.sign_in(account, passphrase)
    except AnalyzerError as error:
        said = f'<p class="wrong" role="alert">{escape(str(error))}</p>'
        await _send(send, 403, PAGE.format(said=said).encode())
        return
    await _send(send, 200, ON.format("/", "/").encode(), [_cookie(session, None)])


async def _body(receive: Any) -> bytes:
    body, is_more = b"", True
    while is_more and len(body) <= MOST_BYTES:
        message = await receive()
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    return body[:MOST_BYTES]


def _cookie(value: str, age: int | None) -> tuple[bytes, bytes]:
    ends = f"; Max-Age={age}" if age is not None else ""
    return b"set-cookie", f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict{ends}".encode()


async def _send(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    plain = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send({"type": "http.response.body", "body": body})

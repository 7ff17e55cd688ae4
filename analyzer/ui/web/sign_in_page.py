"""The sign-in page in plain HTML, and the middleware that redirects every request without a session to it."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from hmac import compare_digest
from html import escape
from typing import Any
from urllib.parse import parse_qs

from analyzer.config import load_settings
from analyzer.errors import AnalyzerError
from analyzer.messages.current_language import current, speaking
from analyzer.messages.text import _
from analyzer.security.oidc import Provider, new_ticket, state_of
from analyzer.security.sessions import COOKIE, SECURE_COOKIE
from analyzer.security.sign_in import Authenticator, SignInClient, authenticator_of
from analyzer.ui.web.page_language import language_of
from analyzer.ui.web.security_headers import ALLOWLIST, FROM_ELSEWHERE, SitePolicy
from analyzer.ui.web.sign_in_queue import BusyError, ClientLeftError, SignInQueue

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
TICKET = "__Host-fa_away"
TICKET_S = 600
DEVICE, SECURE_DEVICE = "fa_device", "__Host-fa_device"
DEVICE_S = 90 * 24 * 3600
"""The browser keeps for so long that an account has signed in with it (see analyzer.security.throttle)."""
NO_TICKET = (b"set-cookie", f"{TICKET}=; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=0".encode())
MOST_BYTES = 32_768
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="referrer" content="same-origin">
<style>body{{font:16px/1.5 sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem}}
input,button{{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;margin:.2rem 0 1rem}}
button{{background:#0b6e6e;color:#fff;border:0;border-radius:.3rem}}.wrong{{color:#a00}}</style>
</head><body><main><h1>{title}</h1>{error}<form method="post" action="/sign-in"><label>{account}
<input name="account" autocomplete="username" required autofocus></label><label>{passphrase}
<input name="passphrase" type="password" autocomplete="current-password" required></label>
<button>{title}</button></form>{elsewhere}</main></body></html>"""
"""With the referrer policy of the other pages a browser sends the form with the origin "null", which is refused."""
BY_PROVIDER = '<p><a href="{}">{}</a></p>'
ON = '<!doctype html><meta http-equiv="refresh" content="0;url={0}"><a href="{0}">continue</a>'
"""A redirect in HTML: the connection allow-list in the headers of every page forbids an HTTP redirect."""


class SignIn:
    """ASGI middleware: if the workspace has accounts, only requests with a valid session are passed on."""

    def __init__(
        self,
        app: Any,
        site: SitePolicy | None = None,
        provider: Provider | None = None,
        aside: Any = None,
        on_sign_out: Callable[[str], None] | None = None,
    ) -> None:
        """Wrap an application.

        Args:
            app: the application to protect.
            site: addresses of the page.
            provider: identity provider for a second way to sign in; None for passphrases only.
            aside: async function that runs a function outside the event loop; by default in it.
            on_sign_out: called with the session token of a sign-in that ends.
        """
        self._app = app
        self._aside = aside or _run_directly
        self._site = site or SitePolicy()
        self._provider = provider
        self._on_sign_out = on_sign_out
        self._queue = SignInQueue()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket") or os.environ.get("ANALYZER_ACTOR"):
            await self._app(scope, receive, send)  # the page is served for one account, without sign-in
            return
        authenticator = authenticator_of(load_settings().workspace.resolve())
        if scope["type"] == "http" and scope["path"] in (SIGN_IN, SIGN_OUT, FROM_ELSEWHERE):
            visit = _Visit(scope, receive, send, self._site)
            with speaking(language_of(scope)):
                await self._answer(visit, authenticator)
        elif (authenticator.is_open and not self._site.is_remote) or authenticator.account(token_in(scope, self._site)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _Visit(scope, receive, send, self._site).send(303, "", (b"location", SIGN_IN.encode()))

    async def _answer(self, visit: "_Visit", authenticator: Authenticator) -> None:
        if visit.path == SIGN_OUT:
            token = token_in(visit.scope, self._site)
            authenticator.sign_out(token)
            if token and self._on_sign_out:
                self._on_sign_out(token)
            await visit.send(200, ON.format(SIGN_IN), visit.session_cookie("", 0))
        elif visit.path == SIGN_IN and not visit.is_post:
            await visit.send(200, self._page())
        elif visit.path == SIGN_IN:
            fields = await visit.form()
            account, passphrase, client = fields.get("account", ""), fields.get("passphrase", ""), visit.client
            await self._begin(
                visit, authenticator, account, partial(authenticator.sign_in, account, passphrase, client)
            )
        elif self._provider is None or not visit.is_secure:
            await visit.send(404, self._page(_("no identity provider is set, or this page was not reached by https")))
        elif not visit.is_post:
            await self._redirect_to_provider(visit, self._provider)
        else:
            fields = await visit.form()
            ticket = visit.cookies.get(TICKET, "")
            sign_in = partial(_by_provider, self._provider, authenticator, fields, ticket)
            await self._begin(visit, authenticator, "", sign_in)

    async def _redirect_to_provider(self, visit: "_Visit", provider: Provider) -> None:
        ticket = new_ticket()
        address = escape(provider.address(ticket, f"https://{visit.host}{FROM_ELSEWHERE}"))
        allowed = f'(response-origin "{provider.origin}/*")'.encode()
        cookie = f"{TICKET}={ticket}; Path=/; HttpOnly; Secure; SameSite=None; Max-Age={TICKET_S}"
        await visit.send(200, ON.format(address), (ALLOWLIST, allowed), (b"set-cookie", cookie.encode()))

    async def _begin(self, visit: "_Visit", authenticator: Authenticator, account: str, sign_in: Any) -> None:
        """Sign in, in the turn of the client's source, and answer; a client that left gets no session."""
        try:
            delay_s = authenticator.delay_s(account, visit.client)
            source = authenticator.source(account, visit.client)
            session = await self._queue.run(source, partial(self._aside, sign_in), visit.client_left, delay_s)
        except BusyError as error:
            await visit.send(503, self._page(str(error)), (b"retry-after", b"5"))
        except AnalyzerError as error:
            await visit.send(403, self._page(str(error)))
        except ClientLeftError:
            return
        else:
            known = visit.device_cookie(authenticator.device(authenticator.account(session)))
            await visit.send(200, ON.format("/"), visit.session_cookie(session, None), known, NO_TICKET)

    def _page(self, wrong: str = "") -> str:
        error = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
        by = ""
        if self._provider:
            by = BY_PROVIDER.format(FROM_ELSEWHERE, escape(_("Sign in with {provider}", provider=self._provider.name)))
        words = {"title": _("Sign in"), "account": _("Account"), "passphrase": _("Passphrase")}
        escaped = {name: escape(word) for name, word in words.items()}
        return PAGE.format(language=current(), error=error, elsewhere=by, **escaped)


async def _run_directly(function: Any) -> Any:
    return function()


def _by_provider(provider: Provider, authenticator: Authenticator, fields: Mapping[str, str], ticket: str) -> str:
    """Return a session for an ID token, if the browser has the ticket that the redirect to the provider set."""
    if not ticket or not compare_digest(fields.get("state", "").encode(), state_of(ticket).encode()):
        ticket = ""  # a new nonce matches no token, so the token is refused with the usual message
    return authenticator.sign_in_vouched(provider.account(fields.get("id_token", ""), ticket or new_ticket()))


class _Visit:
    """One request to the sign-in page, and its response."""

    def __init__(self, scope: Any, receive: Any, send: Any, site: SitePolicy) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.path, self.is_post = scope["path"], scope["method"] == "POST"
        self.host = _header(scope, b"host")
        self.cookies = cookies_in(scope)
        self.is_secure = _is_secure(scope, site)
        address = (scope.get("client") or ("", 0))[0]
        self.client = SignInClient(address, self.cookies.get(SECURE_DEVICE if self.is_secure else DEVICE, ""))

    async def form(self) -> dict[str, str]:
        """Return the fields of the form that was sent."""
        body, is_more = b"", True
        while is_more and len(body) <= MOST_BYTES:
            message = await self._receive()
            body += message.get("body", b"")
            is_more = message.get("more_body", False)
        fields = parse_qs(body[:MOST_BYTES].decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}

    async def client_left(self) -> bool:
        """Return True once the client has closed the connection; the form must have been read."""
        message = await self._receive()
        while message["type"] == "http.request" and message.get("more_body"):
            message = await self._receive()
        return bool(message["type"] == "http.disconnect")

    def device_cookie(self, value: str) -> tuple[bytes, bytes]:
        """Return the header that lets the browser keep that an account has signed in with it."""
        name, secure = (SECURE_DEVICE, "; Secure") if self.is_secure else (DEVICE, "")
        text = f"{name}={value}; Path=/; HttpOnly{secure}; SameSite=Strict; Max-Age={DEVICE_S}"
        return b"set-cookie", text.encode()

    def session_cookie(self, value: str, age: int | None) -> tuple[bytes, bytes]:
        """Return the header that sets the session cookie; an age of 0 deletes the cookie."""
        ends = f"; Max-Age={age}" if age is not None else ""
        name, secure = (SECURE_COOKIE, "; Secure") if self.is_secure else (COOKIE, "")
        return b"set-cookie", f"{name}={value}; Path=/; HttpOnly{secure}; SameSite=Strict{ends}".encode()

    async def send(self, status: int, page: str, *headers: tuple[bytes, bytes]) -> None:
        """Answer with a page."""
        plain = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store"), *headers]
        await self._send({"type": "http.response.start", "status": status, "headers": plain})
        await self._send({"type": "http.response.body", "body": page.encode()})


def _header(scope: Any, name: bytes) -> str:
    return str(dict(scope["headers"]).get(name, b"").decode("latin-1"))


def _is_secure(scope: Any, site: SitePolicy) -> bool:
    return site.is_secure(_header(scope, b"host"), _header(scope, b"x-forwarded-proto"))


def cookies_in(scope: Any) -> dict[str, str]:
    """Return the cookies of a connection."""
    pairs = (part.strip().partition("=") for part in _header(scope, b"cookie").split(";"))
    return {name: value for name, _, value in pairs}


def token_in(scope: Any, site: SitePolicy) -> str:
    """Return the session token in the cookies of a connection; empty if there is none.

    By TLS only the `__Host-` cookie counts: another host of the same domain could set the other one.
    """
    return cookies_in(scope).get(SECURE_COOKIE if _is_secure(scope, site) else COOKIE, "")

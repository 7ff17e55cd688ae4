"""Under which names the page is served, to whom, and what every response carries."""

from dataclasses import dataclass
from functools import cache
from typing import Any

LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
DEFAULT_PORTS = {"http": 80, "https": 443}
"""A browser leaves these out of the name."""
FROM_ELSEWHERE = "/sign-in/oidc"
"""Where an identity provider's page sends people back to; a state kept in their browser guards it, not the origin."""
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
ALLOWLIST = b"connection-allowlist"
LASTING_TLS = b"max-age=31536000"
"""Sent where the page has a name of its own, never for localhost, whose other ports are other programs'."""


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """How a page is reached.

    Attributes:
        names: what browsers may call it besides the names of this machine for itself; always by https.
        is_tls: whether this program itself speaks TLS.
        is_remote: whether it listens where other machines can connect.
    """

    names: tuple[str, ...] = ()
    is_tls: bool = False
    is_remote: bool = False

    @property
    def scheme(self) -> str:
        """How this machine itself asks for the page."""
        return "https" if self.is_tls else "http"

    def hosts(self, port: int) -> dict[str, str]:
        """Return the scheme by each host that a request may name."""
        here = {_host(name, port, self.scheme): self.scheme for name in LOOPBACK_HOSTS}
        given = {
            host: "https"
            for name in self.names
            for host in (_host(name, port, "https"), *(() if self.is_tls else (name,)))
        }
        return here | given

    def is_secure(self, host: str, forwarded: str) -> bool:
        """Tell whether the browser came by TLS: to this program, to a name of its own, or as a proxy here says."""
        return self.is_tls or host.rpartition(":")[0] in self.names or host in self.names or forwarded == "https"


class Headers:
    """ASGI middleware: refuses foreign hosts and origins, and adds the security headers to every response."""

    def __init__(self, app: Any, site: SitePolicy | None = None) -> None:
        """Wrap an application."""
        self._app = app
        self._site = site or SitePolicy()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        address, port = scope["server"]
        if not (self._site.is_remote or address in LOOPBACK_ADDRESSES) or not self._is_ours(scope, port):
            await _refuse(scope, send)
            return

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                is_wider = any(name == ALLOWLIST for name, _ in own)  # the way to the identity provider
                ours = _headers(self._site, port, is_named=_named(scope) not in LOOPBACK_HOSTS)
                message["headers"] = [*own, *(pair for pair in ours if not (is_wider and pair[0] == ALLOWLIST))]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _is_ours(self, scope: Any, port: int) -> bool:
        """Tell whether a request names this server and comes from its own page, and is not for another program."""
        headers = dict(scope["headers"])
        hosts = self._site.hosts(port)
        origin, host = (headers.get(name, b"").decode("latin-1") for name in (b"origin", b"host"))
        is_agent = "/_stcore/agent" in scope["path"]
        is_from_here = origin in {"", *(f"{scheme}://{name}" for name, scheme in hosts.items())}
        is_answer = scope["type"] == "http" and scope["path"] == FROM_ELSEWHERE
        return host in hosts and (is_from_here or is_answer) and not is_agent


def _named(scope: Any) -> str:
    return str(dict(scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0])


def _host(name: str, port: int, scheme: str) -> str:
    return name if port == DEFAULT_PORTS[scheme] else f"{name}:{port}"


@cache
def _headers(site: SitePolicy, port: int, *, is_named: bool) -> tuple[tuple[bytes, bytes], ...]:
    sockets = " ".join(f"{'wss' if scheme == 'https' else 'ws'}://{host}" for host, scheme in site.hosts(port).items())
    lasting = ((b"strict-transport-security", LASTING_TLS),) if site.is_tls and is_named else ()
    return (
        (b"content-security-policy", POLICY.format(script=STREAMLITS_OWN, sockets=sockets).encode()),
        (ALLOWLIST, ONLY_HERE.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        *lasting,
    )


async def _refuse(scope: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"This page is served under its own name only."})

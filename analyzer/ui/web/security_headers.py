"""Host names under which the page is served, checks of host and origin, and the security headers of every response."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from analyzer.security.sessions import COOKIE, SECURE_COOKIE

LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
DEFAULT_PORTS = {"http": 80, "https": 443}
"""Ports that a browser omits from the Host header."""
FROM_ELSEWHERE = "/sign-in/oidc"
"""Redirect path of the identity provider; a state in the browser's cookie protects it instead of the origin check."""
STREAMLIT_SCRIPT = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"
"""The one inline script of Streamlit's index.html, `window.prerenderReady = false`; the browser blocks any other."""
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
"""Connection-Allowlist (WICG): the browser connects to this server only, also for links, DNS prefetch and WebRTC.

Chromium supports it since version 152 (148 to 151 where it is switched on); other browsers ignore it and apply the
policy above.
"""
ALLOWLIST = b"connection-allowlist"
LASTING_TLS = b"max-age=31536000"
"""Strict-Transport-Security; never sent for localhost, because its other ports belong to other programs."""


SINGLE = frozenset({
    b"host", b"origin", b"cookie", b"authorization", b"content-length", b"sec-websocket-protocol", b"x-forwarded-proto",
    b"x-xsrftoken",
})  # fmt: skip
"""Headers that a request has once: of two, this program could read one and Streamlit the other."""


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """The addresses of a served page.

    Attributes:
        names: host names that browsers may use besides 127.0.0.1 and localhost; always by https.
        is_tls: whether this program itself terminates TLS.
        is_remote: whether it listens on an address that other machines can connect to.
    """

    names: tuple[str, ...] = ()
    is_tls: bool = False
    is_remote: bool = False

    @property
    def scheme(self) -> str:
        """URL scheme for requests from this machine."""
        return "https" if self.is_tls else "http"

    def hosts(self, port: int) -> dict[str, str]:
        """Return the Host values that a request may have, each with its URL scheme."""
        here = {_host(name, port, self.scheme): self.scheme for name in LOOPBACK_HOSTS}
        given = {
            host: "https"
            for name in self.names
            for host in (_host(name, port, "https"), *(() if self.is_tls else (name,)))
        }
        return here | given

    def is_secure(self, host: str, forwarded: str) -> bool:
        """Return whether the browser used TLS: this program or the host implies it, or a local proxy reports it."""
        return self.is_tls or host.rpartition(":")[0] in self.names or host in self.names or forwarded == "https"


class Headers:
    """ASGI middleware that refuses foreign hosts and origins and adds the security headers to every response."""

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
                is_wider = any(name == ALLOWLIST for name, _ in own)  # set by the redirect to the identity provider
                ours = _headers(self._site, port, is_named=_host_name(scope) not in LOOPBACK_HOSTS)
                message["headers"] = [*own, *(pair for pair in ours if not (is_wider and pair[0] == ALLOWLIST))]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _is_ours(self, scope: Any, port: int) -> bool:
        """Return whether host and origin of a request are those of this page and its path is not the agent API."""
        counts = Counter(name for name, _ in scope["headers"])
        if any(counts[name] > 1 for name in SINGLE) or _has_two_sessions(scope):
            return False
        headers = dict(scope["headers"])
        hosts = self._site.hosts(port)
        origin, host = (headers.get(name, b"").decode("latin-1") for name in (b"origin", b"host"))
        is_agent = "/_stcore/agent" in scope["path"]
        is_from_here = origin in {"", *(f"{scheme}://{name}" for name, scheme in hosts.items())}
        is_answer = scope["type"] == "http" and scope["path"] == FROM_ELSEWHERE
        return host in hosts and (is_from_here or is_answer) and not is_agent


def _has_two_sessions(scope: Any) -> bool:
    """Return whether one cookie of a sign-in is given twice."""
    text = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    names = Counter(part.partition("=")[0].strip() for part in text.split(";"))
    return any(names[name] > 1 for name in (COOKIE, SECURE_COOKIE))


def _host_name(scope: Any) -> str:
    return str(dict(scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0])


def _host(name: str, port: int, scheme: str) -> str:
    return name if port == DEFAULT_PORTS[scheme] else f"{name}:{port}"


@cache
def _headers(site: SitePolicy, port: int, *, is_named: bool) -> tuple[tuple[bytes, bytes], ...]:
    sockets = " ".join(f"{'wss' if scheme == 'https' else 'ws'}://{host}" for host, scheme in site.hosts(port).items())
    lasting = ((b"strict-transport-security", LASTING_TLS),) if site.is_tls and is_named else ()
    return (
        (b"content-security-policy", POLICY.format(script=STREAMLIT_SCRIPT, sockets=sockets).encode()),
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

"""What may be requested of the page: every route of Streamlit and every message of its WebSocket, and who may use it.

Everything that is not listed is refused. A test compares the lists with the installed Streamlit, so that a new route or
message is decided on before it is served.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from analyzer.security.permissions import Permission

P = Permission
ANYONE: frozenset[Permission] = frozenset(Permission)
"""Whoever has access: any permission will do."""
NOBODY: frozenset[Permission] = frozenset()
UPLOADS = frozenset({P.IMPORTS, P.THEMES, P.AUDIT})
"""Permissions of the page's upload fields: files to import, codebooks, offline proofs."""


class Owner(Enum):
    """Whose request it must be, besides the permission."""

    ANY = auto()
    SESSION = auto()
    """The one whose page session is named in the path."""
    MEDIA = auto()
    """One to whose page session the file belongs."""


@dataclass(frozen=True, slots=True)
class RouteRule:
    """Who may use a route.

    Attributes:
        needs: permissions of which the account needs one; NOBODY refuses the route, None is for everyone signed in.
        owner: whose it must be.
    """

    needs: frozenset[Permission] | None = None
    owner: Owner = Owner.ANY


OPEN, REFUSED = RouteRule(), RouteRule(NOBODY)
UPLOAD = "/_stcore/upload_file/{session_id}/{file_id}"
MEDIA = "/media/{file_id:path}"
STREAM = "/_stcore/stream"
AGENT = "/_stcore/agent/"
ROUTES: dict[str, dict[str, RouteRule]] = {
    "/_stcore/health": {"GET": OPEN, "HEAD": OPEN},
    "/_stcore/host-config": {"GET": OPEN, "HEAD": OPEN},
    "/_stcore/metrics": {"GET": RouteRule(frozenset({P.CHECKS}))},
    MEDIA: {"GET": RouteRule(ANYONE, Owner.MEDIA), "HEAD": RouteRule(ANYONE, Owner.MEDIA)},
    UPLOAD: {"PUT": RouteRule(UPLOADS, Owner.SESSION), "DELETE": RouteRule(UPLOADS, Owner.SESSION)},
    STREAM: {"WEBSOCKET": OPEN},
    "/component/{path:path}": {},  # no custom component is used
    "/_stcore/bidi-components/{path:path}": {},
    "/auth/login": {}, "/auth/logout": {}, "/oauth2callback": {},  # the page has a sign-in of its own
    f"{AGENT}interact": {}, f"{AGENT}openapi.json": {}, f"{AGENT}mcp": {},
    "": {},  # the folder of Streamlit's files, of which FILES are served
}  # fmt: skip
"""Path of a route as Streamlit writes it -> method -> who may use it; a method that is not listed is refused."""
PAGE_NAMES = (
    "overview", "comments", "themes", "compare", "ask", "reports", "add-data", "admin", "start", "none",
    "explore", "codebook", "privacy", "evidence", "people",
)  # fmt: skip
FILES = ("/", "/favicon.png", "/manifest.json", "/static/{path:path}", *(f"/{name}" for name in PAGE_NAMES))
"""Paths of the page and of Streamlit's own scripts, for everyone signed in."""
MESSAGES: dict[str, frozenset[Permission] | None] = {
    "rerun_script": None,  # the page checks the account itself, and says why access has ended
    "stop_script": None,
    "app_heartbeat": None,
    "file_urls_request": UPLOADS,
    "dataframe_chunk": ANYONE,
    "deferred_file": frozenset({P.EXPORTS}),  # an export is made when its button is pressed; its service checks again
    "clear_cache": NOBODY,  # would close the workspaces of everybody
    "set_run_on_save": NOBODY,
    "load_git_info": NOBODY,
    "install_skills": NOBODY,  # writes files on the server
    "dismiss_skills_nudge": NOBODY,
    "debug_disconnect_websocket": NOBODY,
    "debug_shutdown_runtime": NOBODY,
}
"""Message of the browser -> permissions of which the account needs one; None for every connection."""


def find(kind: str, method: str, path: str) -> tuple[str, RouteRule, dict[str, str]]:
    """Return the route of a request, who may use it, and the parameters in its path; REFUSED if there is none.

    Args:
        kind: "http" or "websocket".
        method: of an HTTP request.
        path: decoded, as in the ASGI scope.
    """
    asked = "WEBSOCKET" if kind == "websocket" else method
    for route, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(path):
            return route, ROUTES[route].get(asked, REFUSED), found.groupdict()
    is_file = asked in ("GET", "HEAD") and any(pattern.fullmatch(path) for pattern in _FILES)
    return "", OPEN if is_file else REFUSED, {}


def _pattern(route: str) -> re.Pattern[str]:
    """Return the pattern of a path with parameters, as Starlette compiles it."""
    parts = re.split(r"(\{\w+(?::path)?\})", route)
    return re.compile("".join(_part(part) for part in parts), re.DOTALL)


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name, _, kind = part[1:-1].partition(":")
    return f"(?P<{name}>{'.*' if kind else '[^/]+'})"


_PATTERNS = {route: _pattern(route) for route in ROUTES if route}
_FILES = tuple(_pattern(path) for path in FILES)

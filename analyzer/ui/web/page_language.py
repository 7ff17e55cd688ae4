"""The language in the first bytes of the page, `<html lang="…">`, from which a screen reader takes its pronunciation.

Streamlit serves one index.html, in English. A reader whose address, settings or browser ask for another language gets
it with that language; for one who changes the language on the page it stays as it was.
"""

import re
from typing import Any

from analyzer.config import load_settings
from analyzer.errors import UsageError
from analyzer.messages.catalogs import accepted, languages, nearest
from analyzer.messages.current_language import SOURCE

IN_ADDRESS = re.compile(rb"(?:^|&)lang=([a-z]{2,3})(?:&|$)")
"""The language in the query of an address, such as ?lang=fr."""
ENGLISH = b'<html lang="en">'
ENCODED = (b"accept-encoding", b"if-none-match", b"if-modified-since")
"""Headers of a request that would be answered with bytes of another language, or with none."""
KEPT_BY_BROWSER = (b"etag", b"last-modified")


class PageLanguage:
    """ASGI middleware that writes the language of the reader into the HTML of the page."""

    def __init__(self, app: Any) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one connection."""
        language = language_of(scope) if _is_page(scope) else SOURCE
        if len(language) != len(SOURCE):  # another length would not be the length in the header
            language = SOURCE
        if language == SOURCE:
            await self._app(scope, receive, send)
            return

        async def send_in_language(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [one for one in message["headers"] if one[0].lower() not in KEPT_BY_BROWSER]
            elif message.get("body"):
                message["body"] = message["body"].replace(ENGLISH, b'<html lang="%s">' % language.encode(), 1)
            await send(message)

        headers = [one for one in scope["headers"] if one[0].lower() not in ENCODED]
        await self._app(scope | {"headers": headers}, receive, send_in_language)


def _is_page(scope: Any) -> bool:
    """Return whether a browser opens the page by its address."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return b"text/html" in dict(scope["headers"]).get(b"accept", b"")


def language_of(scope: Any) -> str:
    """Return the language of a request: of its address, else of the settings, else the one that the browser prefers."""
    given = IN_ADDRESS.search(scope.get("query_string", b""))
    if given and given[1].decode() in languages():
        return str(given[1].decode())
    try:
        wanted = load_settings().page_language
    except UsageError:  # the page itself says what is wrong
        return SOURCE
    return wanted or nearest(accepted(dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")))

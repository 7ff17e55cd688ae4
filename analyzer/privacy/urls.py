"""Links in comments, scrubbed by default denial: what is not known to be harmless goes.

Kept are the scheme, the host, path parts that are plain words and follow no word for a person, parameter names made of
known words, and the harmless values of a short list of parameters. User names, ids, every other value and the fragment
are replaced, whatever their encoding. Links are taken apart here and not by urlsplit, which keeps what it is given in
a cache, takes out characters and raises on some inputs.
"""

import re
from urllib.parse import unquote

from analyzer.privacy.url_finder import find_urls
from analyzer.privacy.url_hosts import is_known_host, is_profile_host, scrub_host
from analyzer.privacy.url_values import announces_a_person, is_harmless_name, is_harmless_part, is_harmless_value
from analyzer.privacy.url_words import OPAQUE_SCHEMES, WEB_SCHEMES

__all__ = ["HARMLESS_PARAMETERS", "REMOVED", "find_urls", "scrub_url"]

REMOVED = "REMOVED"
HARMLESS_PARAMETERS = frozenset(
    {"utm_source", "utm_medium", "utm_campaign", "lang", "locale", "version", "page", "product"}
)
MOST_DECODINGS = 3

_OPAQUE = re.compile(rf"((?:{'|'.join(OPAQUE_SCHEMES)}):)(?![/\\]{{2}})", re.IGNORECASE)
_START = re.compile(r"(?:(?:https?|hxxps?):[/\\]{1,3}|(?:([a-z][a-z0-9+.-]{1,30}):|https?)?[/\\]{2})", re.IGNORECASE)
_SLASH = re.compile(r"([/\\])")
_AMPERSAND = re.compile(r"(&(?:amp;)*|;)", re.IGNORECASE)


def scrub_url(url: str) -> str:
    """Return the link without anything that could say who it belongs to; a harmless link comes back unchanged.

    Scrubbing twice changes nothing, no input raises, and the time is linear in the length.
    """
    opaque = _OPAQUE.match(url)
    if opaque:
        return opaque[1] + REMOVED
    before, sharp, fragment = url.partition("#")
    before, question, query = before.partition("?")
    end = question + _query(query) + sharp + (REMOVED if fragment else "")
    found = _START.match(before)
    start = found.group() if found else ""
    rest = before[len(start) :]
    app = (found[1] or "").lower() if found else ""
    if app and app not in WEB_SCHEMES:
        return (
            start + _path(rest, names_expected=True) + end if is_harmless_part(app, names_expected=False) else REMOVED
        )
    authority = _SLASH.split(rest, maxsplit=1)[0]
    if start or is_known_host(authority):
        host = scrub_host(authority, REMOVED)
        path = _path(rest[len(authority) :], names_expected=is_profile_host(host))
        return start + host + path + end if host else REMOVED
    if "=" in authority and not question:
        return _query(rest) + end
    return _path(rest, names_expected=False) + end


def _path(path: str, names_expected: bool) -> str:
    """Scrub the parts between slashes; after one that announces a person, a name is expected in all that follow."""
    pieces = _SLASH.split(path)
    for place in range(0, len(pieces), 2):
        part = pieces[place]
        if part in ("", ".", ".."):
            continue
        plain = _decoded(part)
        if plain is None or not is_harmless_part(plain, names_expected):
            pieces[place] = REMOVED
        names_expected = names_expected or announces_a_person(part if plain is None else plain)
    return "".join(pieces)


def _query(query: str) -> str:
    pieces = _AMPERSAND.split(query)
    pieces[::2] = [_parameter(pair) for pair in pieces[::2]]
    return "".join(pieces)


def _parameter(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return REMOVED if name else ""
    kept_name = name if not name or is_harmless_name(name) else REMOVED  # a name for none would make a link of more
    return f"{kept_name}={value if not value or _is_harmless(name.lower(), value) else REMOVED}"


def _is_harmless(name: str, value: str) -> bool:
    if name not in HARMLESS_PARAMETERS:
        return False
    plain = _decoded(value)
    return plain is not None and is_harmless_value(name, plain)


def _decoded(piece: str) -> str | None:
    """Return what a percent- and plus-encoded piece says at last, or None if it is encoded even deeper."""
    for _ in range(MOST_DECODINGS + 1):
        plain = unquote(piece.replace("+", " "))
        if plain == piece:
            return piece
        piece = plain
    return None

"""Find and scrub links in comments by default denial: parts that are not known to be harmless are removed.

Kept are the scheme, the host, path parts that are plain words and follow no word for a person, parameter names made of
known words, and the harmless values of a short list of parameters. User names, ids, every other value and the fragment
are replaced, whatever their encoding. Links are parsed here and not by urlsplit, which caches its input, removes
characters and raises on some inputs.
"""

import re
from urllib.parse import unquote

from analyzer.privacy.url_parts import (
    OPAQUE_SCHEMES,
    PERSON_WORDS,
    WEB_SCHEMES,
    WORDY_ENDINGS,
    announces_a_person,
    is_harmless_name,
    is_harmless_part,
    is_harmless_value,
    is_known_host,
    is_profile_host,
    scrub_host,
)

LOOK_AHEAD = 300
"""Number of characters after a possible start that are searched for evidence of a link."""


TRAILING = ".,;:!?'\"“”‘’«»*_~`|…"


CLOSING = {")": "(", "]": "[", "}": "{"}


_NAME = r"[\w.\[\]%-]{1,60}"


_DIALED = "tel sms smsto mms geo callto whatsapp viber".split()


_ADDRESSED = [scheme for scheme in OPAQUE_SCHEMES if scheme not in (*_DIALED, "data")]


_PERSONAL_NAMES = (
    r"Q_EED|Recipient\w{1,30}|entry\.\d{3,}|phone|mobile|token|gclid|fbclid|(?:first|last|full|sur)[_-]?name|"
    r"(?:e-?mail|user|customer|client|patient|respondent|contact)(?:[._-]?(?:id|name|email|mail|phone|address|ref))?"
)


_HEAD = re.compile(
    rf"""
    (?P<web>(?:https?|hxxps?):[/\\]{{1,3}}|https?[/\\]{{2}}|(?:https?|mailto|tel|sms)(?:%(?:25){{0,3}}3a)) |
    (?P<app>(?<![^\W_])(?![a-z0-9+-]{{0,30}}(?:https?|hxxps?):)[a-z][a-z0-9+-]{{1,30}}:[/\\]{{2}}) |
    (?P<opaque>(?<![\w-])(?:(?:{"|".join(_ADDRESSED)}):(?=[^\s<>])|data:[a-z]{{2,20}}/[\w.+-]{{1,40}}[;,])) |
    (?P<dialed>(?<![\w-])(?:{"|".join(_DIALED)}):(?=[+(\d%?])) |
    (?P<www>(?<![\w@.])www\d?\.(?=\w)) |
    (?P<slashes>(?<![\w:/\\<])//(?=[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,8}}(?::\d{{2,5}})?[/?\#]\w)) |
    (?P<host>(?<![\w@.%/\\-])(?:[\w.%+~-]{{1,64}}:[^\s/@<>]{{0,64}}@)?
        (?P<name>(?:[\w-]{{1,63}}\.){{1,8}}[\w-]{{2,24}}(?::\d{{1,5}})?|\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d{{1,5}})?|
        [a-z][\w-]{{0,62}}:\d{{4,5}}|localhost)(?=[/\\?\#])) |
    (?P<path>(?<![^\s("'\[=,;:*])\.{{0,2}}/(?=[\w~@%])) |
    (?P<query>(?<![^\s("'\[])\?(?={_NAME}=[^\s=])) |
    (?P<page>(?<![\w./\\~%-])[\w~-][\w.~-]{{0,80}}(?:/[\w.~-]{{0,80}}){{0,8}}\?(?={_NAME}=[^\s=])) |
    (?P<pairs>(?<![^\s("'\[?])[\w.\[\]-]{{1,60}}=(?=[^\s&<>]{{0,1000}}&(?:amp;)*{_NAME}=)) |
    (?P<pair>(?<![\w.=-])(?:{_PERSONAL_NAMES})=(?=[^\s=<>&]))
    """,
    re.VERBOSE | re.IGNORECASE,
)


_MARKED = re.compile(r"(?<!\S)\S*?(?:[/\\=#]|:\S|%\d|www\.)\S*", re.IGNORECASE)
"""A run without spaces that contains a mark every link needs; most words contain none."""


_BODY = re.compile(r"[^\s<>“”«»。、，！？」』】]*")


_AFTER_SPACE = re.compile(r"(?:[ ][^\s<>&=?]{1,40}){1,4}&(?:amp;)*[\w.\[\]-]{1,60}=[^\s<>]*")


_DIALED_BODY = re.compile(r"[^\s<>]*(?:[ ][\d()-]{2,12}){0,6}")


_QUERY = re.compile(rf"[^\s?]{{0,{LOOK_AHEAD}}}\?{_NAME}=[^\s=]")


_PARAMETERS = re.compile(rf"\?{_NAME}=[^\s&]{{0,{LOOK_AHEAD}}}&(?:amp;)*{_NAME}=")


_SCRIPT = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|cgi|do)\?", re.IGNORECASE)


_PERSONAL_PATH = re.compile(
    rf"(?:[a-z][\w.-]{{0,60}}/){{0,6}}(?:{'|'.join(sorted(PERSON_WORDS))})/[\w~@%]", re.IGNORECASE
)


_NUMBERED_PATH = re.compile(r"(?:[a-z][\w-]{0,60}/){1,6}(?=[\w-]{0,40}\d)(?:\w{5,40}|[\w-]*\d{3})")


_OWN_PATH = re.compile(r"[~@]\w")


_STRONG_PATH = re.compile(rf"[/\\]\w[^\s/]{{0,{LOOK_AHEAD}}}[\d@%~=_/]")


_STRONG_REST = re.compile(rf"\?[^\s?]{{0,{LOOK_AHEAD}}}[=@%]|\#[^\s#]{{0,{LOOK_AHEAD}}}[=@%/\d]")


_STRONG_VALUE = re.compile(rf"[^\s&]{{0,{LOOK_AHEAD}}}(?:[@%\d&A-Z_:/?=#]|\.\w)")


def find_urls(text: str) -> list[tuple[int, int]]:
    """Return the spans of links, disjoint and in order, without the punctuation of the sentence around them."""
    spans: list[tuple[int, int]] = []
    place = 0
    for run in _MARKED.finditer(text):
        place = max(place, run.start())
        while head := _HEAD.search(text, place, run.end()):
            place = head.end()
            if _is_link(head, text[head.end() : head.end() + LOOK_AHEAD]):
                place = max(place, _end(text, head))
                if place > head.end():
                    spans.append((head.start(), place))
    return spans


def _is_link(head: re.Match[str], ahead: str) -> bool:
    """Return whether a possible beginning of a link is one, by the text after it."""
    kind = head.lastgroup
    if kind == "host":
        return _is_host_link(head, ahead)
    if kind == "path":
        rules = (_QUERY, _OWN_PATH, _PERSONAL_PATH, _NUMBERED_PATH)
        return any(rule.match(ahead) for rule in rules)
    if kind == "page":
        start = head.group()
        return "/" in start or bool(_SCRIPT.search(start)) or bool(_PARAMETERS.match(f"?{ahead}"))
    return kind != "pair" or bool(_STRONG_VALUE.match(ahead))


def _is_host_link(head: re.Match[str], ahead: str) -> bool:
    name = head["name"]
    if "@" in head.group() or _QUERY.match(ahead):
        return True
    if not is_known_host(name):
        return False
    if _STRONG_REST.match(ahead):
        return True
    host, _, port = name.partition(":")
    ending = host.rpartition(".")[2].lower()
    if ending in WORDY_ENDINGS and not is_profile_host(host):
        return bool(_STRONG_PATH.match(ahead))
    is_bare = "." not in host or ending.isdecimal()  # "10:30/11:00" and "1.2.3.4/5" are not links
    return bool(re.match(r"[/\\][^\W\d]" if is_bare or port else r"[/\\][\w~@%]", ahead))


def _end(text: str, head: re.Match[str]) -> int:
    """Return the end of the link; it is past spaces only if the query clearly continues after them."""
    body = _DIALED_BODY if head.lastgroup == "dialed" else _BODY
    end = _match_end(body, text, head.end())
    if "=" in text[head.start() : end]:
        end = _match_end(_AFTER_SPACE, text, end)
    unopened = {
        mark: text.count(mark, head.start(), end) - text.count(CLOSING[mark], head.start(), end) for mark in CLOSING
    }
    while end > head.start():
        last = text[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in TRAILING:
            break
        end -= 1
    return end


def _match_end(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


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
    """Return the link without anything that could identify a person; a harmless link is returned unchanged.

    A second scrubbing changes nothing, no input raises, and the time is linear in the length.
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
    """Scrub the parts between slashes; after a part that announces a person, all later parts may be names."""
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
    kept_name = name if not name or is_harmless_name(name) else REMOVED  # replacing an empty name would extend the link
    return f"{kept_name}={value if not value or _is_harmless(name.lower(), value) else REMOVED}"


def _is_harmless(name: str, value: str) -> bool:
    if name not in HARMLESS_PARAMETERS:
        return False
    plain = _decoded(value)
    return plain is not None and is_harmless_value(name, plain)


def _decoded(piece: str) -> str | None:
    """Return a piece without percent- and plus-encoding, or None if it is encoded more than MOST_DECODINGS times."""
    for _ in range(MOST_DECODINGS + 1):
        plain = unquote(piece.replace("+", " "))
        if plain == piece:
            return piece
        piece = plain
    return None

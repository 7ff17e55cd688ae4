"""Links in comments, scrubbed by default denial: what is not known to be harmless goes.

Kept are the scheme, the host, path parts that are plain words, and the values of a short list of parameters. User
names, ids in the path, every other parameter's value and the fragment are replaced, whatever their encoding.
"""

import re
from urllib.parse import unquote, urlsplit

REMOVED = "REMOVED"
HARMLESS_PARAMETERS = frozenset(
    {"utm_source", "utm_medium", "utm_campaign", "lang", "locale", "version", "page", "product"}
)
URL = re.compile(
    r"""(?:(?:https?|ftp)://|(?<![\w@.])www\.)[^\s<>"'{}|\\^`]+ | mailto:[^\s<>"']+ |
        (?<![\w@/.])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/[^\s<>"']*)?\?[^\s<>"']*=[^\s<>"']*""",
    re.VERBOSE | re.IGNORECASE,
)
TRAILING = ".,;:!?)]}»”’*_"
WORD = re.compile(r"[a-z]{2,}(?:[-_][a-z]{2,})*|v\d|[a-z]{2}-[A-Za-z]{2}")
PAGE_SUFFIX = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|cgi|pdf|xml|json)$")
HOST = re.compile(r"(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?")
HARMLESS_VALUE = re.compile(r"[\w.-]{1,32}")
LONG_DIGITS = re.compile(r"\d{5,}")


def find_urls(text: str) -> list[tuple[int, int]]:
    """Return the spans of links, without trailing punctuation."""
    spans = []
    for match in URL.finditer(text):
        link = match.group().rstrip(TRAILING)
        if link:
            spans.append((match.start(), match.start() + len(link)))
    return spans


def scrub_url(url: str) -> str:
    """Return the link without anything that could say who it belongs to; a harmless link comes back unchanged."""
    if url.lower().startswith("mailto:"):
        return f"mailto:{REMOVED}"
    has_scheme = "://" in url
    try:
        parts = urlsplit(url if has_scheme else f"//{url}")
        host = parts.netloc.rsplit("@", 1)[-1]
    except ValueError:
        return REMOVED
    if not HOST.fullmatch(host):
        return REMOVED
    path = "/".join(_path_part(part) for part in parts.path.split("/"))
    query = "&".join(_parameter(pair) for pair in re.split("[&;]", parts.query)) if parts.query else ""
    scheme = f"{parts.scheme}://" if has_scheme else ""
    return f"{scheme}{host}{path}{'?' + query if query else ''}{'#' + REMOVED if parts.fragment else ''}"


def _path_part(part: str) -> str:
    plain = unquote(part)
    stem = PAGE_SUFFIX.sub("", plain)
    return part if not part or WORD.fullmatch(stem) else REMOVED


def _parameter(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return REMOVED
    keep = name.lower() in HARMLESS_PARAMETERS and HARMLESS_VALUE.fullmatch(value) and not LONG_DIGITS.search(value)
    kept_name = name if re.fullmatch(r"[\w.\[\]-]{1,40}", name) and not LONG_DIGITS.search(name) else REMOVED
    return f"{kept_name}={value if keep else REMOVED}"

"""Check that a built site loads nothing from a network; run by `make docs` on build/docs.

A link that a reader clicks is allowed. An address that a browser fetches automatically (scripts, styles, fonts, images,
frames, prefetching, refreshing) is an error.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

FETCHED = {"src", "data", "poster", "background", "manifest", "xlink:href"}
"""Attributes with an address that a browser fetches, on any element."""
FOLLOWED_ONLY = {"a", "area"}
"""Elements with an `href` that is fetched only by a click."""
INERT_LINKS = {"index", "search", "next", "prev", "author", "license", "help", "canonical"}
"""Relations of a `link` element that a browser does not fetch."""
EXTERNAL = re.compile(r"\s*(?:https?:|wss?:|ftp:)?//", re.IGNORECASE)
IN_STYLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?\s*(?:https?:)?//[^\s\"')]*", re.IGNORECASE)
IN_SCRIPT = re.compile(r"[\"'`](?:(?:https?|wss?):)?//[\w.-]+\.\w+[^\s\"'`]*")
NAMESPACES = re.compile(r"[\"'`]http://www\.w3\.org/(?:1999|2000)/\w+")


class Page(HTMLParser):
    """Collects the external addresses in a page that a browser fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the addresses in one element."""
        self._inside = tag
        values = {name: value or "" for name, value in attrs}
        fetched = [values[name] for name in FETCHED & values.keys()]
        relations = set(values.get("rel", "").lower().split())
        if tag not in FOLLOWED_ONLY and not (tag == "link" and relations and relations <= INERT_LINKS):
            fetched.append(values.get("href", ""))
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            fetched.append(values.get("content", "").partition("=")[2])
        fetched += values.get("srcset", "").split(",")
        self.found += [f"<{tag}> {one}" for one in fetched if EXTERNAL.match(one)]
        self.found += in_style(values.get("style", ""))

    def handle_data(self, data: str) -> None:
        """Collect the addresses in scripts and styles."""
        if self._inside == "style":
            self.found += in_style(data)
        elif self._inside == "script":
            self.found += in_script(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's interface
        """Note the end of an element."""
        self._inside = ""


def in_style(text: str) -> list[str]:
    """Return the external addresses in a style sheet."""
    return IN_STYLE.findall(text)


def in_script(text: str) -> list[str]:
    """Return the external addresses in a script's strings, without XML namespaces."""
    return [one for one in IN_SCRIPT.findall(text) if not NAMESPACES.match(one)]


def external(site: Path) -> Iterator[str]:
    """Yield "file: address" for every external address that a browser would fetch."""
    for file in sorted(site.rglob("*")):
        if file.suffix not in (".html", ".css", ".js", ".svg"):
            continue
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".css":
            found = in_style(text)
        elif file.suffix == ".js":
            found = in_script(text)
        else:
            page = Page()
            page.feed(text)
            found = page.found
        yield from (f"{file.relative_to(site)}: {one}" for one in found)


def main(arguments: list[str]) -> int:
    """Check the site in a folder; return 1 if it has no pages or loads anything from a network."""
    site = Path(arguments[0])
    pages = len(list(site.rglob("*.html")))
    found = list(external(site))
    for line in found:
        sys.stderr.write(f"make docs: a browser would fetch this from a network: {line}\n")
    if found or not pages:
        return 1
    print(f"{site}: {pages} pages, none loads anything from a network; open {site}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

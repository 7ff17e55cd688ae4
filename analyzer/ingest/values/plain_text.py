"""Comments that are HTML or were encoded twice, as plain text; "<3" and "a < b" stay as they are."""

import html
import re

_TAG = re.compile(r"</?(?P<name>[a-z][a-z\d]{0,9})(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_TAGS = frozenset(
    "a abbr b big blockquote body br center code col dd div dl dt em font footer form h1 h2 h3 h4 h5 h6 head "
    "header hr html i img "
    "ins label li main meta nav ol p pre q s section small span strike strong style script sub sup table tbody td "
    "tfoot th thead tr "
    "tt u ul del figure figcaption article aside link title input button".split()
)
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[\da-f]{2,5}|[a-z]{2,8}\d?);", re.IGNORECASE)
_UNSEEN = re.compile(
    r"<!--.{0,5000}?-->|<(?P<name>style|script|head)\b[^<>]*>.{0,20000}?</(?P=name)>|<!doctype[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_BREAKS = frozenset("br p div li tr h1 h2 h3 h4 h5 h6 blockquote ul ol table section article hr pre".split())
_TWICE = re.compile(r"[ÃÂâÅÄ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|ðŸ")
_SPACES = re.compile(r"[ \t\u00a0]+")


def is_markup(text: str) -> bool:
    """Check whether a text has HTML tags or entities."""
    if "<" in text and any(match["name"].lower() in _TAGS for match in _TAG.finditer(text)):
        return True
    return "&" in text and any(html.unescape(match[0]) != match[0] for match in _ENTITY.finditer(text))


def is_encoded_twice(text: str) -> bool:
    """Check whether a text was read in the wrong encoding before it was written: "Ã¼" for "ü"."""
    return not text.isascii() and repair_encoding(text) != text


def plain_text(text: str) -> str:
    """Return HTML as plain text, with a line break for each block; an unknown tag is part of the text."""
    if "<" in text:
        text = _TAG.sub(_replacement, _UNSEEN.sub(" ", text))
    text = html.unescape(text) if "&" in text else text
    if "&" in text and _ENTITY.search(text):  # escaped twice: &amp;#39;
        text = html.unescape(text)
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def repair_encoding(text: str) -> str:
    """Return a text with its twice-encoded characters repaired; other texts are returned unchanged."""
    if _TWICE.search(text) is None:
        return text
    from ftfy import fix_encoding  # noqa: PLC0415 - loads tables of every encoding

    return fix_encoding(text)


def _replacement(match: re.Match[str]) -> str:
    name = match["name"].lower()
    if name not in _TAGS:
        return match[0]
    if name in _BREAKS:
        return "\n"
    return " " if name in {"td", "th", "img"} else ""

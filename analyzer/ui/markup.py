"""Escape text for the places that Streamlit reads as Markdown: labels, captions, errors."""

MARKUP = frozenset(r"\`*_{}[]()#+-.!|~<>:$&@")
JOINER = "\u2060"
"""Word joiner, invisible: an escape alone does not stop later replacement of http://, www., a@b.c, :smile: and ->."""


def unmarked(text: str) -> str:
    """Return text on one line, with every possible markup character escaped, so that it is shown literally."""
    line = " ".join(text.split())
    return "".join(f"{JOINER}\\{character}" if character in MARKUP else character for character in line)

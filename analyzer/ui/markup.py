"""Text on its way to a place that Streamlit reads as Markdown: labels, captions, errors."""

MARKUP = frozenset(r"\`*_{}[]()#+-.!|~<>:$&@")
JOINER = "\u2060"
"""Invisible; an escape alone does not keep http://, www., a@b.c, :smile: and -> from being replaced afterwards."""


def unmarked(text: str) -> str:
    """Return text on one line with every character that could be markup escaped, so that it shows as it is."""
    line = " ".join(text.split())
    return "".join(f"{JOINER}\\{character}" if character in MARKUP else character for character in line)

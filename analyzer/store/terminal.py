"""Text on its way to a terminal: one function makes it harmless, one writes messages. Nothing else prints."""

import sys
import unicodedata

ACTED_ON = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that a terminal acts on or that change how other characters are shown: controls (ESC, newline),
format characters (bidirectional controls, tags), parts of surrogate pairs, separators of lines and paragraphs."""
KEPT = "\t\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Of these, what text needs: tabs, and the joiners of Persian, Indic scripts and emoji."""
SHORT = {"\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def printable(text: str) -> str:
    r"""Return one line of text for a terminal: what it would act on is an escape, such as \u001b.

    The escapes are those of JSON, so that a JSON text stays the same value.
    """
    return text if text.isprintable() else "".join(_shown(character) for character in text)


def say(text: str) -> None:
    """Print a message of one line on standard error."""
    print(printable(text), file=sys.stderr, flush=True)


def _shown(character: str) -> str:
    if character in KEPT or unicodedata.category(character) not in ACTED_ON:
        return character
    if character in SHORT:
        return SHORT[character]
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))

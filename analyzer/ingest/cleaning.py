"""Clean a comment: truncated before it is normalized, in linear time, idempotent."""

import re
import unicodedata

MAX_TEXT = 20_000
"""Maximum characters of a comment; longer comments are rejected, not truncated."""
MAX_MARKS = 30
"""Maximum combining marks in a row, from the Stream-Safe Text Format of UAX #15; NFC on 80,000 of them takes 9.6 s."""

_SURROGATES = re.compile(r"[\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NEWLINES = re.compile(r"\n{3,}")
_TABLE = {
    **{code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"},
    **dict.fromkeys((0x0B, 0x0C, 0x0D, 0x85), "\n"),
}


def is_too_long(text: str) -> bool:
    """Check whether a comment, without outer whitespace, is longer than MAX_TEXT characters."""
    return len(text) > MAX_TEXT and len(text.strip()) > MAX_TEXT


def clean_text(text: str) -> str:
    """Return the text in NFC without controls, lone surrogates, outer whitespace or runs of empty lines.

    At most MAX_TEXT characters are read and returned; runs of combining marks are truncated to MAX_MARKS.
    """
    text = text.strip()[:MAX_TEXT].replace("\r\n", "\n")
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
    if _CONTROLS.search(text):
        text = text.translate(_TABLE)
    if not text.isascii():
        text = _limit_marks(unicodedata.normalize("NFC", _limit_marks(text)))
    return _NEWLINES.sub("\n\n", text).strip()[:MAX_TEXT].rstrip()


def _limit_marks(text: str) -> str:
    if not any(map(unicodedata.combining, text)):
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)

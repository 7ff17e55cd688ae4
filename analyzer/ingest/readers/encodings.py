"""Detect the encoding of a text file: by its BOM, else by a check of the whole file, else by a guess that is noted."""

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from analyzer.ingest.readers.source_file import Source

_BOMS = (  # the longer first: a UTF-32 LE BOM starts with a UTF-16 LE one
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_ENOUGH_BYTES = 50
"""Non-ASCII bytes below which a statistical guess is worse than assuming Western European text."""
_RARE = 50
"""Ratio of valid to bad characters above which a file is damaged UTF-8 rather than in another encoding."""

_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_HIGH = re.compile(rb"[\x80-\xff]")
_SINGLE_BYTE_ALIKE = frozenset({"ascii", "latin_1", "iso8859_15", "iso8859_9", "cp1250", "cp1254", "cp1257", "cp1258"})
"""Guesses that agree with cp1252 on the letters of en, de, fr, es and nl, where cp1252 is more likely."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """The name of a codec, and a note on how it was detected."""

    codec: str
    note: str


def find_encoding(source: Source) -> Encoding:
    """Detect the encoding of a whole file in one streaming pass."""
    with source.open() as stream:
        head = stream.read(_SAMPLE)
        for bom, codec in _BOMS:
            if head.startswith(bom):
                return Encoding(codec, f"encoding {codec.removesuffix('-sig').upper()} (byte order mark)")
        if wide := _utf16_without_bom(head):
            return Encoding(wide, f"encoding {wide.upper()} (pattern of zero bytes)")
        found = _check_utf8(head, stream)
    return found or _guess(source)


def open_text(source: Source, codec: str) -> io.TextIOWrapper:
    """Open as text with line ends kept; undecodable bytes become U+FFFD."""
    return io.TextIOWrapper(source.open(), encoding=codec, errors="replace", newline="")


def _utf16_without_bom(head: bytes) -> str | None:
    """Detect UTF-16 by zero bytes on one side only and by two-byte line ends, so that stray zeros do not count."""
    half = len(head) // 2
    if half == 0:
        return None
    even, odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    codec, side, other = ("utf-16-le", odd, even) if odd > even else ("utf-16-be", even, odd)
    if side < 0.02 or other > 0.01:
        return None
    lines = head.count(b"\n")
    wide = head.count(b"\n\0" if codec == "utf-16-le" else b"\0\n")
    return codec if (wide * 2 > lines if lines else side > 0.3) else None


def _check_utf8(head: bytes, rest: BinaryIO) -> Encoding | None:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    good = bad = surrogates = 0
    chunk = head
    while True:
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            broken = max(0, text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd"))
            good += len(text) - len(text.encode("ascii", "ignore")) - broken
            bad += broken
            surrogates += 3 * len(_SURROGATE.findall(chunk)) if broken else 0
        if not chunk:
            break
        chunk = rest.read(_CHUNK)
    if bad == 0:
        return Encoding("utf-8", "encoding UTF-8")
    if bad <= surrogates or good > bad * _RARE:
        return Encoding("utf-8", "encoding UTF-8, damaged characters read as U+FFFD")
    return None


def _guess(source: Source) -> Encoding:
    sample = _sample_around_first_high_byte(source)
    high = sum(byte > 0x7F for byte in sample)
    best = from_bytes(sample).best() if high >= _ENOUGH_BYTES else None
    codec = best.encoding if best is not None else "cp1252"
    if codec in _SINGLE_BYTE_ALIKE:
        codec = "cp1252"
    return Encoding(codec, f"encoding guessed as {codec.upper().replace('_', '-')}; check accented letters")


def _sample_around_first_high_byte(source: Source) -> bytes:
    with source.open() as stream:
        while chunk := stream.read(_CHUNK):
            if found := _HIGH.search(chunk):
                start = max(0, found.start() - 1_000)
                return chunk[start : start + _SAMPLE]
    return b""

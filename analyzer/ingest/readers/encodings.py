"""Detect the encoding of a text file: by its BOM, else by a check of the whole file, else by a guess that is noted."""

import codecs
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from analyzer.errors import InputFileError
from analyzer.ingest.readers.letter_sets import best_codec, is_plausible
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
_RARE = 50
"""Ratio of valid to bad characters above which a file is damaged UTF-8 rather than in another encoding."""

_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_FEW_BYTES = 20
"""Bytes below which letters among UTF-8 are Western European or damage."""
_MIXED = "utf-8+"
"""Before the name of a codec: UTF-8, with the bytes that are none in the other codec."""


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
        counts = _count_utf8(head, stream)
    if counts.bad == 0:
        return Encoding("utf-8", "encoding UTF-8")
    sample = _high_lines(source)
    if counts.good * 5 >= counts.bad > counts.surrogates and (other := _other_codec(_without_utf8(sample))):
        return Encoding(_MIXED + other, f"encoding UTF-8 and {_shown(other)} mixed; each character is read in its own")
    if counts.bad <= counts.surrogates or counts.good > counts.bad * _RARE:
        return Encoding("utf-8", "encoding UTF-8, damaged characters read as U+FFFD")
    return _guess(sample)


def open_text(source: Source, codec: str) -> io.TextIOWrapper:
    """Open as text with line ends kept; undecodable bytes become U+FFFD."""
    errors = "replace"
    if codec.startswith(_MIXED):
        other = codec.removeprefix(_MIXED)
        codec, errors = "utf-8", f"analyzer-{other}"
        codecs.register_error(errors, _decoder_of(other))
    return io.TextIOWrapper(source.open(), encoding=codec, errors=errors, newline="")


def given_encoding(source: Source, name: str) -> Encoding:
    """Return the encoding that the user named.

    Raises:
        InputFileError: when there is no such encoding of text.
    """
    try:
        codec = codecs.lookup(name).name
        "a".encode(codec)
    except (LookupError, ValueError) as error:
        raise InputFileError(f"{source.name}: there is no encoding {name!r}; try utf-8, cp1252 or cp1250") from error
    return Encoding(codec, f"encoding {codec.upper()} (as given)")


def _decoder_of(codec: str) -> Callable[[UnicodeError], tuple[str, int]]:
    """Return an error handler that decodes the bytes that are no UTF-8 with another codec."""

    def decode(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        return error.object[error.start : error.end].decode(codec, "replace"), error.end

    return decode


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


@dataclass(frozen=True, slots=True)
class _Utf8Counts:
    """Characters of several bytes that are valid UTF-8, bytes that are not, and bytes of lone surrogates."""

    good: int
    bad: int
    surrogates: int


def _count_utf8(head: bytes, rest: BinaryIO) -> _Utf8Counts:
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
            return _Utf8Counts(good, bad, surrogates)
        chunk = rest.read(_CHUNK)


def _guess(sample: bytes) -> Encoding:
    found = best_codec(sample)
    codec = found.codec
    if not found.is_known:
        best = from_bytes(sample).best()
        codec = best.encoding if best is not None else "cp1252"
    note = f"encoding guessed as {_shown(codec)}; check accented letters"
    if found.is_known and found.readings:
        note += f", such as {' or '.join(found.readings)}"
    return Encoding(codec, note)


def _other_codec(sample: bytes) -> str:
    """Return the codec of bytes among UTF-8, "" if they are letters in none; few bytes are not taken for a rare one."""
    few = sum(byte > 0x7F for byte in sample) < _FEW_BYTES
    codec = "cp1252" if few else best_codec(sample).codec
    return codec if is_plausible(sample, codec) else ""


def _shown(codec: str) -> str:
    return codec.upper().replace("_", "-")


def _high_lines(source: Source) -> bytes:
    """Return lines with bytes over 127, up to 64 KiB of them."""
    found: list[bytes] = []
    size = 0
    with source.open() as stream:
        while size < _SAMPLE and (line := stream.readline(_SAMPLE)):
            if not line.isascii():
                found.append(line)
                size += len(line)
    return b"".join(found)[:_SAMPLE]


def _without_utf8(sample: bytes) -> bytes:
    """Return a sample without its characters of several bytes that are valid UTF-8."""
    return _MULTIBYTE.sub(b"e", sample)

"""Read a brand file: the color, logo and name that reports carry."""

import re
import tomllib
from pathlib import Path

from analyzer.errors import UsageError
from analyzer.types import Brand

KEYS = {"color", "logo", "name"}
LOGO_BYTES = 1_000_000
STARTS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def read_brand(file: Path) -> Brand:
    """Return the brand of a TOML file with the keys color (#rrggbb), logo (a PNG or JPEG beside it) and name.

    Raises:
        UsageError: if the file or the logo cannot be read, or a key or value is not understood.
    """
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: not readable as TOML ({error}); write color, logo and name in it") from error
    if unknown := sorted(set(given) - KEYS):
        raise UsageError(f"{file}: unknown {', '.join(unknown)}; known are {', '.join(sorted(KEYS))}")
    if not all(isinstance(value, str) for value in given.values()):
        raise UsageError(f"{file}: color, logo and name are texts")
    color = given.get("color", Brand().color)
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise UsageError(f"{file}: color {color!r} is not of the form #0b6e6e")
    logo = _logo(file.parent / given["logo"]) if given.get("logo") else b""
    return Brand(color.lower(), logo, kind_of(logo), given.get("name", "")[:80])


def kind_of(logo: bytes) -> str:
    """Return the media type of a picture; empty if it is neither PNG nor JPEG."""
    return next((kind for start, kind in STARTS.items() if logo.startswith(start)), "")


def _logo(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LOGO_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: the logo cannot be read ({error.strerror})") from error
    if len(content) > LOGO_BYTES or not kind_of(content):
        raise UsageError(f"{path}: a logo is a PNG or JPEG of at most {LOGO_BYTES // 1_000_000} MB")
    return content

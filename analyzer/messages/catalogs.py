"""The catalogs: a folder a language with a file of GNU gettext, which is read as it is, without a compiled form.

The only module that reads catalogs and knows which languages there are. A language is added by its file (see
docs/languages.md).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from analyzer.messages.current_language import SOURCE

FOLDER = Path(__file__).parent / "locale"


def catalog_file(language: str) -> Path:
    """Return the path of the catalog of a language."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def catalog(language: str) -> NullTranslations:
    """Return the messages of a language; those of the source for the source language."""
    if language == SOURCE:
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415  a catalog is read once a process
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with catalog_file(language).open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def languages() -> Mapping[str, str]:
    """Return the languages by code, each with its own name, such as fr: Français; the source language first."""
    from babel import Locale  # noqa: PLC0415

    found = sorted(file.parents[1].name for file in FOLDER.glob("*/LC_MESSAGES/messages.po"))
    names = {code: str(Locale.parse(code).get_language_name(code)) for code in (SOURCE, *found)}
    return MappingProxyType({code: name[:1].upper() + name[1:] for code, name in names.items()})


def nearest(wanted: Sequence[str]) -> str:
    """Return the first of these languages that there is a catalog of, else the source language.

    Args:
        wanted: codes with or without a country, the preferred one first: "fr-CA" is served by the catalog "fr".
    """
    for one in wanted:
        code = one.replace("_", "-").split("-")[0].strip().lower()
        if code in languages():
            return code
    return SOURCE


def accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header (RFC 9110, 12.5.4), the preferred one first."""
    weighted = []
    for place, part in enumerate(header.split(",")):
        code, _, rest = part.strip().partition(";")
        name, _, weight = rest.strip().partition("=")
        try:
            quality = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            quality = 0.0
        if code and quality > 0:
            weighted.append((-quality, place, code.strip()))
    return [code for _, _, code in sorted(weighted)]


def in_all_languages(message: str) -> frozenset[str]:
    """Return a message in every language that there is, for what is named in an address or kept between two pages."""
    return frozenset(catalog(language).gettext(message) for language in languages())

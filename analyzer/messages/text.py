"""Messages: `_`, `ngettext` and `pgettext` of GNU gettext, with named fields that are filled in for the language.

A message is a literal with fields, `_("{n:,} of {all:,} comments", n=3, all=1200)`, so that tools find it in the source
and translators see whole sentences. A field has the format of Python; its separators follow the language.
"""

from string import Formatter
from typing import Any

from analyzer.messages.catalogs import catalog
from analyzer.messages.current_language import current
from analyzer.messages.number_formats import localized


def _(message: str, /, **values: object) -> str:
    """Return a message in the current language, with its fields filled in."""
    if not message:  # in a catalog the empty message is its header
        return ""
    return _filled(catalog(current()).gettext(message), values)


def ngettext(one: str, several: str, count: float, /, **values: object) -> str:
    """Return the form of a message that goes with a count, in the current language, with its fields filled in."""
    return _filled(catalog(current()).ngettext(one, several, int(count)), values)


def pgettext(context: str, message: str, /, **values: object) -> str:
    """Return a message of which the source has another meaning elsewhere, told apart by its context."""
    return _filled(catalog(current()).pgettext(context, message), values)


def N_(message: str) -> str:  # noqa: N802  the name that tools of gettext look for
    """Mark a message for the catalogs without translating it: a constant, which is translated when it is drawn."""
    return message


class _LanguageFormatter(Formatter):
    """Fills in fields with the separators of the current language."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one value in a format; numbers follow the language."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return localized(value, format_spec)
        return str(super().format_field(value, format_spec))


_formatter = _LanguageFormatter()


def _filled(template: str, values: dict[str, object]) -> str:
    return _formatter.vformat(template, (), values) if values else template

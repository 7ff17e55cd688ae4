"""Numbers as people of a language write them, such as 1 234,5 in French. The one module that asks Babel for symbols."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from analyzer.messages.current_language import SOURCE, current


@dataclass(frozen=True, slots=True)
class NumberSymbols:
    """How a language writes numbers: the separators and what stands before the percent sign."""

    group: str
    decimal: str
    before_percent: str
    table: Mapping[int, str] = field(default_factory=dict, compare=False)


def localized(value: float, form: str = ",") -> str:
    """Return a number in a format of Python, such as ",.1f" or "+.0%", with the separators of the current language."""
    written = format(value, form)
    if current() == SOURCE:
        return written
    return written.translate(symbols(current()).table)


@cache
def symbols(language: str) -> NumberSymbols:
    """Return the symbols of a language, from the Unicode Common Locale Data Repository."""
    from babel import Locale  # noqa: PLC0415
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415

    locale = Locale.parse(language)
    group, decimal = get_group_symbol(locale), get_decimal_symbol(locale)
    before = locale.percent_formats[None].suffix[0].removesuffix("%")
    return NumberSymbols(group, decimal, before, {ord(","): group, ord("."): decimal, ord("%"): f"{before}%"})

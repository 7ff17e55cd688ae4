"""A filter in words: `nps<=6 and date=2024-03` is "NPS 6 or lower · Date Mar 2024"."""

import re
from collections.abc import Mapping, Sequence

from analyzer.index.dates_in_words import period_in_words
from analyzer.messages.text import N_, _
from analyzer.types import DATED, Column

_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()<>=!,"']+)"""
_CONDITION = re.compile(
    rf"\(*\s*(?P<column>{_VALUE})\s*(?:"
    rf"(?P<operator><=|>=|!=|<>|==|=|<|>)\s*(?P<value>{_VALUE})|in\s*\((?P<values>{_VALUE}(?:\s*,\s*{_VALUE})*)\)"
    rf"|contains\s+(?P<part>{_VALUE})|is\s+(?P<is_not>not\s+)?empty)(?:\s*\))*",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_AFTER = {
    "<=": N_("{value} or lower"),
    ">=": N_("{value} or higher"),
    "<": N_("below {value}"),
    ">": N_("above {value}"),
    "!=": N_("not {value}"),
    "<>": N_("not {value}"),
}
_OF_DATES = {
    "<=": N_("until {value}"),
    ">=": N_("from {value}"),
    "<": N_("before {value}"),
    ">": N_("after {value}"),
    "!=": N_("not {value}"),
    "<>": N_("not {value}"),
}
THEME, STANCE = "comment theme", "comment stance"
_BUILT_IN = {THEME: N_("Theme"), STANCE: N_("Stance")}


def filter_in_words(where: str, columns: Sequence[Column], themes: Mapping[str, str] | None = None) -> str:
    """Return a filter in words, its conditions one after the other.

    A filter with more than conditions joined by `and` (or, not, nested groups) is returned as it is: no reading of it
    could be wrong.

    Args:
        where: the filter.
        columns: their headings are written for their names.
        themes: their labels are written for their ids.
    """
    parts, position, named = [], 0, {column.name.casefold(): column for column in columns}
    text = where.strip()
    while position < len(text):
        found = _CONDITION.match(text, position)
        if found is None or found["column"].casefold() in ("not", "or"):
            return where
        parts.append(_in_words(found, named.get(_plain(found["column"]).casefold()), themes or {}))
        position = found.end()
        if position == len(text):
            break
        joined = _AND.match(text, position)
        if joined is None:
            return where
        position = joined.end()
    return " · ".join(parts) or where


def _in_words(found: re.Match[str], column: Column | None, themes: Mapping[str, str]) -> str:
    name = _plain(found["column"])
    label = column.label if column else _(_BUILT_IN.get(name.casefold(), name.capitalize()))
    if name.casefold() == THEME and (found["operator"] == "=" or found["values"]):
        ids = re.findall(_VALUE, found["values"] or found["value"])
        return f"{label} " + _(" or ").join(themes.get(_plain(one), _plain(one)) for one in ids)
    if found["operator"]:
        is_dated = column is not None and column.kind in DATED
        value = period_in_words(_plain(found["value"])) if is_dated else _plain(found["value"])
        value = _(value) if name.casefold() == STANCE else value
        template = (_OF_DATES if is_dated else _AFTER).get(found["operator"], "")
        return f"{label} {_(template, value=value) if template else value}"
    if found["values"]:
        values = [_plain(one) for one in re.findall(_VALUE, found["values"])]
        return label + " " + _(" or ").join(_(one) if name.casefold() == STANCE else one for one in values)
    if found["part"]:
        return _("{label} contains “{part}”", label=label, part=_plain(found["part"]))
    return _("{label} is filled in", label=label) if found["is_not"] else _("{label} is empty", label=label)


def _plain(value: str) -> str:
    """Return a value without its quotes."""
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] in ("'", '"') else value

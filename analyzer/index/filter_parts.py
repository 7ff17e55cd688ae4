"""The conditions of a filter that are joined by `and`: taken apart, replaced by column, and put together again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.index.filters import BUILT_IN, ColumnTarget, FilterToken, filter_tokens, find_column
from analyzer.types import Column

_WORD = re.compile(r"[\w.:/+-]+")
_RESERVED = frozenset("and or not in is contains empty".split())


@dataclass(frozen=True, slots=True)
class FilterPart:
    """One condition of a filter.

    Attributes:
        text: the condition as it is written.
        column: the column that it names; empty for a condition of several comparisons (or, not).
        operator: = != < <= > >= in, contains, empty or filled; empty with the column.
        values: its values, without quotes.
    """

    text: str
    column: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


def split_parts(where: str) -> tuple[FilterPart, ...]:
    """Return the conditions that a filter joins by `and`, parentheses around them removed.

    A filter with `or` outside of parentheses is one condition.

    Raises:
        UsageError: if a part of the text cannot be read; columns and values are not looked at.
    """
    tokens = filter_tokens(where)
    groups: list[list[FilterToken]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "op" else 0
        if depth == 0 and token.kind == "word" and token.text.casefold() == "or":
            return (FilterPart(where.strip()),)
        if depth == 0 and token.kind == "word" and token.text.casefold() == "and" and groups[-1]:
            groups.append([])
        else:
            groups[-1].append(token)
    return tuple(part for group in groups if group for part in _parts_of(group, where))


def join_parts(parts: Sequence[FilterPart]) -> str:
    """Return the filter of these conditions together."""
    if len(parts) == 1:
        return parts[0].text
    return " and ".join(part.text if part.column else f"({part.text})" for part in parts)


def both(one: str, other: str) -> str:
    """Return the filter that two filters make together, each condition once; either may be empty."""
    parts = dict.fromkeys((*split_parts(one), *split_parts(other)))
    return join_parts(tuple(parts))


def quoted(value: str) -> str:
    """Return a value or a name as it is written in a filter, in quotes unless it is one word."""
    if _WORD.fullmatch(value) and value.casefold() not in _RESERVED:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def with_values(where: str, column: str, values: Sequence[str]) -> str:
    """Return a filter in which a column has one of these values; without values its conditions are removed."""
    if len(values) == 1:
        return _with(where, column, [FilterPart(f"{quoted(column)}={quoted(values[0])}", column, "=", tuple(values))])
    listed = ", ".join(quoted(value) for value in values)
    made = FilterPart(f"{quoted(column)} in ({listed})", column, "in", tuple(values))
    return _with(where, column, [made] if values else [])


def with_range(where: str, column: str, low: str, high: str) -> str:
    """Return a filter in which a column lies between two values, both included; an empty end is open."""
    ends = [(operator, value) for operator, value in ((">=", low), ("<=", high)) if value]
    made = [FilterPart(f"{quoted(column)}{sign}{quoted(value)}", column, sign, (value,)) for sign, value in ends]
    return _with(where, column, made)


def values_of(where: str, column: str) -> tuple[str, ...]:
    """Return the values that a filter lets a column have; empty if it does not list them."""
    found = [part for part in split_parts(where) if _is_of(part, column) and part.operator in ("=", "in")]
    return tuple(value for part in found for value in part.values)


def range_of(where: str, column: str) -> tuple[str, str]:
    """Return the lowest and the highest value that a filter lets a column have; an open end is empty."""
    ends = {part.operator: part.values[0] for part in split_parts(where) if _is_of(part, column) and part.values}
    exact = ends.get("=", "")
    return ends.get(">=", exact), ends.get("<=", exact)


def filtered_column(part: FilterPart, columns: Sequence[Column]) -> Column | None:
    """Return the column that a condition is about; None if it has none or names one that does not exist."""
    named = {column.name: ColumnTarget("", column) for column in columns}
    found = find_column({**BUILT_IN, **named}, part.column) if part.column else None
    return found.column if found else None


def _with(where: str, column: str, made: Sequence[FilterPart]) -> str:
    """Return a filter with these conditions in the place of those of a column."""
    parts = split_parts(where)
    place = next((number for number, part in enumerate(parts) if _is_of(part, column)), len(parts))
    before = [part for part in parts[:place] if not _is_of(part, column)]
    after = [part for part in parts[place:] if not _is_of(part, column)]
    return join_parts((*before, *made, *after))


def _is_of(part: FilterPart, column: str) -> bool:
    return part.column.casefold() == column.casefold()


def _parts_of(tokens: Sequence[FilterToken], where: str) -> tuple[FilterPart, ...]:
    text = where[tokens[0].start : tokens[-1].end]
    if _is_in_parentheses(tokens):
        inside = where[tokens[0].end : tokens[-1].start]
        return split_parts(inside) if inside.strip() else (FilterPart(text),)
    words = [token.text for token in tokens]
    column, operator = words[0], words[1].casefold() if len(words) > 1 else ""
    values = tuple(token.text for token in tokens[2:] if token.kind != "op")
    if column.casefold() == "not" and tokens[0].kind == "word":
        return (FilterPart(text),)
    if operator == "is" and [value.casefold() for value in values] in (["empty"], ["not", "empty"]):
        return (FilterPart(text, column, "empty" if len(values) == 1 else "filled"),)
    if operator in ("in", "contains") or (tokens[1:2] and tokens[1].kind == "op"):
        return (FilterPart(text, column, {"==": "=", "<>": "!="}.get(operator, operator), values),)
    return (FilterPart(text),)


def _is_in_parentheses(tokens: Sequence[FilterToken]) -> bool:
    """Return whether the first token opens a parenthesis that the last one closes."""
    depth = 0
    for number, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "op" else 0
        if depth == 0:
            return tokens[0].text == "(" and tokens[0].kind == "op" and number == len(tokens) - 1
    return False

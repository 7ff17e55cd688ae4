"""Row filters: `rating<=2 and channel in (email, app) and date>=2024-01-01`, turned into SQL over the kept columns.

    expression = term { "or" term }            term = factor { "and" factor }
    factor     = "not" factor | "(" expression ")" | column condition
    condition  = ("=" "!=" "<" "<=" ">" ">=" "contains") value | "in" "(" value {"," value} ")" | "is" ["not"] "empty"

A column is named as in the file ("Service type 1", quoted) or by its short name (service_type_1). Values with spaces
are quoted. Text compares without regard to case, in every script; a date compares to the precision it is given in, so
date=2024-03 is the whole of March. A filter is never silently ignored: a part that cannot be parsed is an error.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from analyzer.errors import UsageError
from analyzer.store.casefold import casefolded
from analyzer.types import Column, Kind

TOKEN = re.compile(
    r"""\s*(?: (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*') | (?P<op><=|>=|!=|<>|==|=|<|>|\(|\)|,)
        | (?P<word>[^\s()<>=!,"']+) )""",
    re.VERBOSE,
)
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?)?)?", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")
COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
MAX_CONDITIONS = 100
MAX_LIST = 500
"""Values after `in`; SQLite takes expressions up to 1,000 deep."""
MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Predicate:
    """An SQL condition over the tables feedback f, fields d and texts t, with its parameters."""

    sql: str
    parameters: tuple[object, ...] = ()


EVERYTHING = Predicate("1")


@dataclass(frozen=True, slots=True)
class ColumnTarget:
    """A column and the SQL expression of its values."""

    sql: str
    column: Column


BUILT_IN = {
    "id": ColumnTarget("f.id", Column("id", "id", Kind.CATEGORY)),
    "respondent": ColumnTarget("f.respondent", Column("respondent", "respondent", Kind.CATEGORY)),
    "language": ColumnTarget("t.language", Column("language", "language", Kind.CATEGORY)),
    "text": ColumnTarget("t.text", Column("text", "text", Kind.TEXT)),
}


class _Token(NamedTuple):
    kind: str
    text: str


def compile_filter(where: str, columns: Mapping[str, ColumnTarget]) -> Predicate:
    """Turn a filter into SQL; an empty filter matches everything.

    Raises:
        UsageError: on an unknown column, a value of the wrong kind, or a syntax error.
    """
    if SURROGATE.search(where):
        raise UsageError("filter: contains bytes that are not text; type it again")
    tokens = _tokens(where)
    if not tokens:
        return EVERYTHING
    parser = _Parser(tokens, _lookup({**BUILT_IN, **columns}))
    predicate = parser.expression(0)
    if parser.peek().kind != "end":
        raise UsageError(f'filter: "{parser.peek().text}" was not expected; join conditions with and / or')
    return predicate


def _tokens(where: str) -> list[_Token]:
    tokens, position = [], 0
    while where[position:].strip():
        match = TOKEN.match(where, position)
        if match is None:
            raise UsageError(
                f"filter: not understood from {where[position : position + 20]!r}; quote values with spaces"
            )
        kind = str(match.lastgroup)
        text = match.group(kind)
        if kind == "quoted":
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        tokens.append(_Token(kind, text))
        position = match.end()
    return tokens


def _lookup(columns: Mapping[str, ColumnTarget]) -> Callable[[str], ColumnTarget]:
    by_name = {t.column.label.casefold(): t for t in columns.values()} | {n.casefold(): t for n, t in columns.items()}

    def find(name: str) -> ColumnTarget:
        target = by_name.get(name.casefold())
        if target is None:
            raise UsageError(f'no column "{name}"; columns: {", ".join(sorted(columns))}')
        return target

    return find


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, tokens: list[_Token], find: Callable[[str], ColumnTarget]) -> None:
        self._tokens = tokens
        self._find = find
        self._position = 0
        self._conditions = 0

    def peek(self) -> _Token:
        return self._tokens[self._position] if self._position < len(self._tokens) else _Token("end", "")

    def _next(self) -> _Token:
        token = self.peek()
        self._position += 1
        return token

    def _accept(self, *words: str) -> bool:
        token = self.peek()
        if token.kind in ("word", "op") and token.text.casefold() in words:
            self._position += 1
            return True
        return False

    def expression(self, depth: int) -> Predicate:
        return self._joined("or", lambda: self._joined("and", lambda: self._factor(depth)))

    def _joined(self, word: str, part: Callable[[], Predicate]) -> Predicate:
        parts = [part()]
        while self._accept(word):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        sql = f" {word.upper()} ".join(p.sql for p in parts)
        return Predicate(f"({sql})", tuple(value for p in parts for value in p.parameters))

    def _factor(self, depth: int) -> Predicate:
        if depth > MAX_DEPTH:
            raise UsageError("filter: too deeply nested; simplify it")
        if self._accept("not"):
            inner = self._factor(depth + 1)
            return Predicate(f"({inner.sql} IS NOT TRUE)", inner.parameters)
        if self._accept("("):
            inner = self.expression(depth + 1)
            if not self._accept(")"):
                raise UsageError("filter: a closing ) is missing")
            return inner
        return self._condition()

    def _condition(self) -> Predicate:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise UsageError(f"filter: more than {MAX_CONDITIONS} conditions; use in (…) instead")
        token = self._next()
        if token.kind not in ("word", "quoted"):
            raise UsageError(f'filter: a column was expected instead of "{token.text or "the end"}"')
        target = self._find(token.text)
        if self._accept("is"):
            negated = self._accept("not")
            if not self._accept("empty"):
                raise UsageError('filter: after "is" write empty or not empty')
            return Predicate(f"({target.sql} IS {'NOT ' if negated else ''}NULL)")
        if self._accept("in"):
            return self._membership(target)
        if self._accept("contains"):
            return Predicate(f"(instr({casefolded(target.sql)}, ?) > 0)", (self._value().casefold(),))
        return self._comparison(target)

    def _comparison(self, target: ColumnTarget) -> Predicate:
        operator = self._next().text
        if operator not in COMPARISONS:
            raise UsageError(f'filter: after "{target.column.name}" write = != < <= > >= in, contains or is empty')
        return _compare(target, COMPARISONS[operator], self._value())

    def _membership(self, target: ColumnTarget) -> Predicate:
        if not self._accept("("):
            raise UsageError('filter: after "in" write a list such as (email, app)')
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        if len(values) > MAX_LIST:
            raise UsageError(f'filter: more than {MAX_LIST} values after "in"; use a shorter list')
        if not self._accept(")"):
            raise UsageError("filter: a closing ) is missing after the list")
        if target.column.kind in (Kind.CATEGORY, Kind.TEXT):  # case-folds each row once, whatever the number of values
            marks = ", ".join("?" * len(values))
            return Predicate(f"({casefolded(target.sql)} IN ({marks}))", tuple(value.casefold() for value in values))
        parts = [_compare(target, "=", value) for value in values]
        sql = " OR ".join(p.sql for p in parts)
        return Predicate(f"({sql})", tuple(value for p in parts for value in p.parameters))

    def _value(self) -> str:
        token = self._next()
        if token.kind not in ("word", "quoted"):
            raise UsageError(f'filter: a value was expected instead of "{token.text or "the end"}"')
        return token.text


def _compare(target: ColumnTarget, operator: str, value: str) -> Predicate:
    column = target.column
    if column.kind is Kind.NUMBER:
        try:
            number = float(value)
            if not math.isfinite(number):
                raise ValueError(value)
        except ValueError as error:
            raise UsageError(f'filter: "{column.name}" is a number, "{value}" is not') from error
        return Predicate(f"({target.sql} {_null_safe(operator)} ?)", (number,))
    if column.kind is Kind.DATE:
        if not DATE.fullmatch(value):
            raise UsageError(f'filter: "{column.name}" is a date; write it as 2024-03-31 or 2024-03, not "{value}"')
        value = value.replace(" ", "T")
        return Predicate(f"(substr({target.sql}, 1, {len(value)}) {_null_safe(operator)} ?)", (value,))
    return Predicate(f"({casefolded(target.sql)} {_null_safe(operator)} ?)", (value.casefold(),))


def _null_safe(operator: str) -> str:
    """Return the SQL operator under which an empty cell satisfies != (it equals no value)."""
    return "IS NOT" if operator == "!=" else operator

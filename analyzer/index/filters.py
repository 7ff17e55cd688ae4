"""Row filters: `rating<=2 and channel in (email, app) and date>=2024-01-01`, turned into SQL over the kept columns.

    expression = term { "or" term }            term = factor { "and" factor }
    factor     = "not" factor | "(" expression ")" | column condition
    condition  = ("=" "!=" "<" "<=" ">" ">=" "contains") value | "in" "(" value {"," value} ")" | "is" ["not"] "empty"

A column is named as in the file ("Service type 1", quoted) or by its short name (service_type_1). "id" is the id of a
response and of its first comment, "comment id" that of each comment; a filter of responses selects those with one.
"copies = once" counts near duplicates once: of each group it selects the first comment that matches the rest.
"import number" is that of the import of a response, as `status` lists them.
"comment theme" holds the ids of the themes that a comment mentions (T5, and G1 for its group), "comment stance" the
stances of its opinions (negative, neutral, positive).
Values with spaces are quoted. Text compares without regard to case and accents, in every script; a date compares to
the precision it is given in, so date=2024-03 is the whole of March and date=2024-Q1 the whole quarter. Ordered labels
compare by their order or their number; < and > of values without an order are an error. An empty cell is in no range.
A filter is never silently ignored: a part that cannot be parsed is an error.
"""

import difflib
import math
import operator as operators
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from analyzer.errors import UnknownColumnError, UsageError
from analyzer.index.period_columns import containing, day_sql, granularity_of
from analyzer.index.stance_sql import STANCES_OF_COMMENT, THEMES_OF_COMMENT
from analyzer.store.casefold import casefolded, folded
from analyzer.types import Column, Kind, Reading

TOKEN = re.compile(
    r"""\s*(?: (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*') | (?P<op><=|>=|!=|<>|==|=|<|>|\(|\)|,)
        | (?P<word>[^\s()<>=!,"']+) )""",
    re.VERBOSE,
)
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?)?)?", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")
COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
COMMENT_ROWS = "feedback f JOIN fields d USING(response_id) JOIN texts t USING(text_id)"
"""Comments, with the fields of their responses."""
COPIES, ONCE = "copies", "once"
IMPORT = "import number"
MAX_CONDITIONS = 100
MAX_LIST = 500
"""Values after `in`; SQLite takes expressions up to 1,000 deep."""
MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Predicate:
    """An SQL condition over the tables feedback f, fields d and texts t, with its parameters.

    Attributes:
        is_about_comments: whether it reads more than the response: the text, its language, or its question.
    """

    sql: str
    parameters: tuple[object, ...] = ()
    is_about_comments: bool = False


EVERYTHING = Predicate("1")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a filter with its column; `in` has one for each of its values."""

    target: "ColumnTarget"
    predicate: Predicate

    @property
    def dimension(self) -> str:
        """What the comparison is about: its column, or one option of a column whose options exclude each other not."""
        name = self.target.column.name
        return f"{name}={self.predicate.parameters}" if self.target.column.kind is Kind.MULTI else name


@dataclass(frozen=True, slots=True)
class ColumnTarget:
    """A column and the SQL expression of its values; `is_of_comment` if comments of one response may differ in it."""

    sql: str
    column: Column
    is_of_comment: bool = False


BUILT_IN = {
    "id": ColumnTarget("f.id", Column("id", "id", Kind.CATEGORY)),
    "comment id": ColumnTarget("f.id", Column("comment id", "comment id", Kind.CATEGORY), is_of_comment=True),
    "respondent": ColumnTarget("f.respondent", Column("respondent", "respondent", Kind.CATEGORY)),
    "language": ColumnTarget("t.language", Column("language", "language", Kind.CATEGORY), is_of_comment=True),
    "dataset": ColumnTarget(
        "(SELECT s.name FROM datasets s WHERE substr(f.id, 1, length(s.name) + 1) = s.name || ':')",
        Column("dataset", "dataset", Kind.CATEGORY),
    ),
    "question": ColumnTarget(
        "(SELECT label FROM questions q WHERE q.question_id = f.question_id)",
        Column("question", "question", Kind.CATEGORY),
        is_of_comment=True,
    ),
    "comment theme": ColumnTarget(
        THEMES_OF_COMMENT, Column("comment theme", "comment theme", Kind.MULTI), is_of_comment=True
    ),
    "comment stance": ColumnTarget(
        STANCES_OF_COMMENT, Column("comment stance", "comment stance", Kind.MULTI), is_of_comment=True
    ),
    IMPORT: ColumnTarget("f.import_id", Column(IMPORT, IMPORT, Kind.NUMBER)),
    COPIES: ColumnTarget(f"'{ONCE}'", Column(COPIES, COPIES, Kind.CATEGORY), is_of_comment=True),
    "text": ColumnTarget("t.text", Column("text", "text", Kind.TEXT), is_of_comment=True),
}
_ONCE_STANDS_ALONE = f"filter: {COPIES} = {ONCE} counts near duplicates once; join it to the whole filter with and"
ORDERED = {"<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge, "=": operators.eq}
_LEADING_NUMBER = re.compile(r"^\s*\d+\s*[-\u2013\u2014:.)=]\s*")
_NOT_WORD = re.compile(r"\W+")
_YES = frozenset("yes y true 1 ja j oui o si s wahr vrai verdadero vero waar".split())
_NO = frozenset("no n false 0 nein non nee falsch faux falso onwaar".split())


class FilterToken(NamedTuple):
    """A token of a filter: its kind (quoted, op, word, end), its text without quotes, and where it is written."""

    kind: str
    text: str
    start: int = 0
    end: int = 0


def check_is_text(name: str, *values: str) -> None:
    """Check that values can be stored: bytes that are no text arrive as lone surrogates.

    Raises:
        UsageError: if one cannot; name says in the message which values they are.
    """
    if any(map(SURROGATE.search, values)):
        raise UsageError(f"{name}: contains bytes that are not text; type it again")


def compile_filter(where: str, columns: Mapping[str, ColumnTarget]) -> Predicate:
    """Turn a filter into SQL; an empty filter matches everything.

    Raises:
        UsageError: on an unknown column, a value of the wrong kind, or a syntax error.
    """
    return _parsed(where, columns)[0]


def split_filter(where: str, columns: Mapping[str, ColumnTarget]) -> tuple[Condition, ...]:
    """Return the comparisons of a filter in the order in which they are written.

    Raises:
        UsageError: as compile_filter().
    """
    return _parsed(where, columns)[1]


def _parsed(where: str, columns: Mapping[str, ColumnTarget]) -> tuple[Predicate, tuple[Condition, ...]]:
    check_is_text("filter", where)
    tokens = filter_tokens(where)
    if not tokens:
        return EVERYTHING, ()
    parser = _Parser(tokens, _lookup({**BUILT_IN, **columns}))
    predicate = parser.expression(0)
    if parser.peek().kind != "end":
        raise UsageError(f'filter: "{parser.peek().text}" was not expected; join conditions with and / or')
    return _counted_once(predicate) if parser.is_once else predicate, tuple(parser.conditions)


def _counted_once(predicate: Predicate) -> Predicate:
    """Return the predicate that selects, of each group of near duplicates, the first comment that matches."""
    first = (
        f"SELECT min(f.n) FROM {COMMENT_ROWS} JOIN near_duplicates g USING(text_id) WHERE {predicate.sql} "
        "GROUP BY g.group_id"
    )
    sql = f"({predicate.sql} AND (f.text_id NOT IN (SELECT text_id FROM near_duplicates) OR f.n IN ({first})))"
    return Predicate(sql, (*predicate.parameters, *predicate.parameters), is_about_comments=True)


def filter_tokens(where: str) -> list[FilterToken]:
    """Return the tokens of a filter.

    Raises:
        UsageError: if a part of the text is no token.
    """
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
        tokens.append(FilterToken(kind, text, match.start(kind), match.end(kind)))
        position = match.end()
    return tokens


def of_comments(ids: Sequence[str]) -> str:
    """Return the filter that selects exactly these comments, at most MAX_LIST; nothing if there are none."""
    quoted = ['"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in ids] or ['""']
    return f'"comment id" in ({", ".join(quoted)})'


def find_column(columns: Mapping[str, ColumnTarget], name: str) -> ColumnTarget | None:
    """Return the column with a name, heading, heading as a name (date_of_visit), or role, tried in this order."""
    for named in _names(columns):
        if name.casefold() in named:
            return named[name.casefold()]
    return None


def _names(columns: Mapping[str, ColumnTarget]) -> list[dict[str, ColumnTarget]]:
    return [
        {name.casefold(): target for name, target in columns.items()},
        {target.column.label.casefold(): target for target in columns.values()},
        {_NOT_WORD.sub("_", folded(target.column.label)).strip("_"): target for target in columns.values()},
        {target.column.role.value: target for target in columns.values() if target.column.role},
        _parts(columns),
    ]


def _parts(columns: Mapping[str, ColumnTarget]) -> dict[str, ColumnTarget]:
    """Return the columns by a part of their heading that no other has: the code or the text of "Q3: Staff"."""
    found: dict[str, list[ColumnTarget]] = {}
    for target in columns.values():
        for part in target.column.label.casefold().split(": "):
            found.setdefault(part, []).append(target)
    return {part: targets[0] for part, targets in found.items() if len(targets) == 1}


def _lookup(columns: Mapping[str, ColumnTarget]) -> Callable[[str], ColumnTarget]:
    named = _names(columns)

    def find(name: str) -> ColumnTarget:
        target = next((one[name.casefold()] for one in named if name.casefold() in one), None)
        if target is None:
            raise unknown_column(name, {one for names in named for one in names}, columns)
        return target

    return find


def unknown_column(name: str, known: Iterable[str], listed: Iterable[str]) -> UnknownColumnError:
    """Return the error of a column that does not exist.

    Args:
        name: that was given.
        known: all names of columns that may be used, of which the nearest are offered.
        listed: the names that are listed if none is near.
    """
    near = close_matches(name, known)
    answer = f"did you mean {' or '.join(near)}?" if near else f"columns: {', '.join(sorted(listed))}"
    return UnknownColumnError(f'no column "{name}"; {answer}', name)


def close_matches(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the known words that are spelled most like a word, or contain it; at most `most`, nearest first."""
    by_folded = {folded(one): one for one in sorted(known)}
    sought = folded(word)
    near = difflib.get_close_matches(sought, by_folded, most)
    inside = [one for one in by_folded if sought and sought in one and one not in near]
    return [by_folded[one] for one in (*near, *inside)][:most]


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, tokens: list[FilterToken], find: Callable[[str], ColumnTarget]) -> None:
        self._tokens = tokens
        self._find = find
        self._position = 0
        self._count = 0
        self._depth = 0
        self.conditions: list[Condition] = []
        self.is_once = False

    def peek(self) -> FilterToken:
        return self._tokens[self._position] if self._position < len(self._tokens) else FilterToken("end", "")

    def _next(self) -> FilterToken:
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
        start = self._position
        found = self._joined("or", lambda: self._joined("and", lambda: self._factor(depth)))
        if not depth and self.is_once and self._has_alternatives(start):
            raise UsageError(_ONCE_STANDS_ALONE)
        return found

    def _has_alternatives(self, start: int) -> bool:
        """Return whether an `or` stands outside of parentheses in what was parsed since a position."""
        depth = 0
        for token in self._tokens[start : self._position]:
            depth += (token.kind == "op") * ((token.text == "(") - (token.text == ")"))
            if not depth and token.kind == "word" and token.text.casefold() == "or":
                return True
        return False

    def _joined(self, word: str, part: Callable[[], Predicate]) -> Predicate:
        parts = [part()]
        while self._accept(word):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return _any_or_all(word.upper(), parts)

    def _factor(self, depth: int) -> Predicate:
        if depth > MAX_DEPTH:
            raise UsageError("filter: too deeply nested; simplify it")
        self._depth = depth
        if self._accept("not"):
            inner = self._factor(depth + 1)
            return replace(inner, sql=f"({inner.sql} IS NOT TRUE)")
        if self._accept("("):
            inner = self.expression(depth + 1)
            if not self._accept(")"):
                raise UsageError("filter: a closing ) is missing")
            return inner
        return self._condition()

    def _condition(self) -> Predicate:
        self._count += 1
        if self._count > MAX_CONDITIONS:
            raise UsageError(f"filter: more than {MAX_CONDITIONS} conditions; use in (…) instead")
        token = self._next()
        if token.kind not in ("word", "quoted"):
            raise UsageError(f'filter: a column was expected instead of "{token.text or "the end"}"')
        target = self._find(token.text)
        if target is BUILT_IN[COPIES]:
            return self._once(target)
        start = len(self.conditions)
        predicate = replace(self._of_column(target), is_about_comments=target.is_of_comment)
        if len(self.conditions) == start:
            self.conditions.append(Condition(target, predicate))
        return predicate

    def _once(self, target: ColumnTarget) -> Predicate:
        if not self._accept("=") or folded(self._value()) != ONCE or self._depth:
            raise UsageError(_ONCE_STANDS_ALONE)
        self.is_once = True
        everything = Predicate("1", (), is_about_comments=True)
        self.conditions.append(Condition(target, everything))
        return everything

    def _of_column(self, target: ColumnTarget) -> Predicate:
        if self._accept("is"):
            negated = self._accept("not")
            if not self._accept("empty"):
                raise UsageError('filter: after "is" write empty or not empty')
            return Predicate(f"({target.sql} IS {'NOT ' if negated else ''}NULL)")
        if self._accept("in"):
            return self._membership(target)
        if self._accept("contains"):
            return Predicate(f"(instr({casefolded(target.sql)}, ?) > 0)", (folded(self._value()),))
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
        each = [replace(_compare(target, "=", value), is_about_comments=target.is_of_comment) for value in values]
        self.conditions += [Condition(target, one) for one in each]
        if target.column.kind in (Kind.CATEGORY, Kind.TEXT, Kind.CODE):  # case-folds each row once
            marks = ", ".join("?" * len(values))
            return Predicate(f"({casefolded(target.sql)} IN ({marks}))", tuple(folded(value) for value in values))
        return _any_or_all("OR", each)

    def _value(self) -> str:
        token = self._next()
        if token.kind not in ("word", "quoted"):
            raise UsageError(f'filter: a value was expected instead of "{token.text or "the end"}"')
        return token.text


def _any_or_all(word: str, parts: Sequence[Predicate]) -> Predicate:
    sql = f" {word} ".join(part.sql for part in parts)
    parameters = tuple(value for part in parts for value in part.parameters)
    return Predicate(f"({sql})", parameters, any(part.is_about_comments for part in parts))


def _compare(target: ColumnTarget, operator: str, value: str) -> Predicate:
    column = target.column
    if column.kind is Kind.NUMBER:
        return Predicate(f"({target.sql} {_null_safe(operator)} ?)", (_number(column, value),))
    if column.kind in (Kind.DATE, Kind.PERIOD):
        return _compare_dates(target, operator, value)
    if column.kind is Kind.ORDINAL:
        return _compare_labels(target, operator, value)
    if operator not in ("=", "!="):
        raise UsageError(
            f'filter: "{column.name}" holds {_PLURAL[column.kind]}, which have no order, so {operator} says nothing; '
            "use = != or in (…)"
        )
    if column.kind is Kind.MULTI:
        found = f"instr('; ' || {casefolded(target.sql)} || '; ', ?) > 0"
        return Predicate(f"({found if operator == '=' else f'({found}) IS NOT TRUE'})", (f"; {folded(value)}; ",))
    if column.kind is Kind.BOOLEAN:
        value = _answer(column.reading, value)
    return Predicate(f"({casefolded(target.sql)} {_null_safe(operator)} ?)", (folded(value),))


_PLURAL = {
    Kind.TEXT: "texts", Kind.CATEGORY: "names", Kind.MULTI: "choices", Kind.BOOLEAN: "yes and no", Kind.CODE: "codes",
}  # fmt: skip


def _number(column: Column, value: str) -> float:
    try:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(value)
    except ValueError as error:
        raise UsageError(f'filter: "{column.name}" is a number, "{value}" is not') from error
    return number


def _compare_dates(target: ColumnTarget, operator: str, value: str) -> Predicate:
    """Compare dates to the precision of the value, and periods as the days that they have."""
    column = target.column
    if column.kind is Kind.DATE and DATE.fullmatch(value):
        value = value.replace(" ", "T")
        return Predicate(f"(substr({target.sql}, 1, {len(value)}) {_null_safe(operator)} ?)", (value,))
    try:
        first, last = containing(value, granularity_of(column))
    except ValueError as error:
        raise UsageError(
            f'filter: "{column.name}" is a {column.kind.value}; write it as 2024-03-31, 2024-03, 2024-Q1, 2024-W13 or '
            f'2024, not "{value}"'
        ) from error
    day = f"substr({day_sql(target.sql, column)}, 1, 10)"
    if operator in ("=", "!="):
        inside = f"({day} >= ? AND {day} <= ?)"
        return Predicate(inside if operator == "=" else f"({inside} IS NOT TRUE)", (first, last))
    return Predicate(f"({day} {operator} ?)", (last if operator in ("<=", ">") else first,))


def _compare_labels(target: ColumnTarget, operator: str, value: str) -> Predicate:
    """Compare ordered labels by their numbers; the value is a label or a number."""
    column, numbers = target.column, label_numbers(target.column.reading)
    named = {folded(_LEADING_NUMBER.sub("", label)): number for label, number in numbers.items()}
    named |= {folded(label): number for label, number in numbers.items()}
    try:
        wanted = named[folded(value)] if folded(value) in named else float(value)
    except ValueError as error:
        labels = ", ".join(column.reading.labels)
        raise UsageError(f'filter: "{column.name}" has the values {labels}; "{value}" is none of them') from error
    compares = ORDERED["=" if operator == "!=" else operator]
    chosen = [folded(label) for label, number in numbers.items() if compares(number, wanted)]
    inside = f"({casefolded(target.sql)} IN ({', '.join('?' * len(chosen))}))"
    return Predicate(inside if operator != "!=" else f"({inside} IS NOT TRUE)", tuple(chosen))


def label_numbers(reading: Reading) -> dict[str, float]:
    """Return the number of each ordered label: its own, or its place from 1."""
    numbers = reading.numbers or tuple(float(place) for place, _ in enumerate(reading.labels, start=1))
    return dict(zip(reading.labels, numbers, strict=True))


def _answer(reading: Reading, value: str) -> str:
    """Return the label of a yes or no, however it is written."""
    if len(reading.labels) != 2 or folded(value) in map(folded, reading.labels):
        return value
    return reading.labels[1] if folded(value) in _YES else reading.labels[0] if folded(value) in _NO else value


def number_of(target: ColumnTarget) -> tuple[str, tuple[object, ...]]:
    """Return the SQL expression of the number of a value, with its parameters.

    An ordered label has its own number or its place; yes is 1 and no is 0; other values are what they are.
    """
    column = target.column
    if column.kind is Kind.ORDINAL:
        numbers = label_numbers(column.reading)
    elif column.kind is Kind.BOOLEAN:
        numbers = dict(zip(column.reading.labels, (0.0, 1.0), strict=False))
    else:
        return target.sql, ()
    cases = " ".join("WHEN ? THEN ?" for _ in numbers)
    parameters = tuple(part for label, number in numbers.items() for part in (folded(label), number))
    return (f"(CASE {casefolded(target.sql)} {cases} END)", parameters) if numbers else ("NULL", ())


def day_of(target: ColumnTarget) -> str:
    """Return the SQL expression of the day of a date or period."""
    return day_sql(target.sql, target.column)


def options_of(sql: str) -> str:
    """Return a table-valued SQL expression with one row for each option of a multi-choice cell."""
    quoted = f"replace(replace({sql}, '\\', '\\\\'), '\"', '\\\"')"
    return f"json_each('[\"' || replace({quoted}, '; ', '\",\"') || '\"]')"


def _null_safe(operator: str) -> str:
    """Return the SQL operator under which an empty cell satisfies != (it equals no value)."""
    return "IS NOT" if operator == "!=" else operator

"""A generated adversary of disclosure control: it knows every field of every person and asks around single ones.

It asks for counts, groups and averages under random filters, in several spellings, cut at several limits, and through
two handles that are opened anew. Then it adds and subtracts: elimination over all answers finds every single person
whose figure follows from them, and looks for small groups in several bases. Knows nothing of how figures are decided.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.prevalence import label_of
from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure, Table
from analyzer.errors import UsageError, WithheldError
from analyzer.store.casefold import casefold
from analyzer.types import FieldValue

MODULUS = 2_147_483_629
"""A prime; another one than that of disclosure control."""
BASES = 4
"""Orders of the people in which answers are eliminated; one finds every single person, more find more small groups."""
LEAST = 10
EMPTY = label_of(None)
MEASURES = (
    Measure.RESPONSES, Measure.COMMENTS, Measure.SHARE, Measure.RESPONDENTS, Measure.AVERAGE, Measure.AVERAGE,
)  # fmt: skip


class Handle(Protocol):
    """One open workspace of the account."""

    def matching(self, where: str) -> int:
        """Count the matching comments."""

    def tally(self, column: str, where: str, most: int) -> Sequence[tuple[FieldValue, int]]:
        """Count matching responses by the values of a column."""

    def table(self, wanted: Wanted, where: str) -> Table:
        """Return a measure by groups."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the adversary knows: the person and the fields of each row, each with one comment."""

    people: tuple[str, ...]
    rows: tuple[Mapping[str, FieldValue], ...]
    categories: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """The outcome: questions, answers with figures, refusals, and what went wrong.

    Attributes:
        recovered: groups of fewer than LEAST people whose figure follows from the answers, as names of the people.
        wrong: answers that differ from the records, in words; the adversary would have learned nothing from these.
        errors: questions that were not understood; the adversary should ask none.
    """

    questions: int
    answered: int
    refused: int
    recovered: tuple[tuple[str, ...], ...]
    wrong: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(slots=True)
class _Notes:
    """Sets of rows with a known figure, by what was counted or averaged."""

    sets: dict[str, dict[frozenset[int], float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, what: str, rows: frozenset[int], value: float, truth: float, said: str) -> None:
        """Note a figure."""
        if abs(value - truth) > 0.0051:
            self.wrong.append(f"{said}: {value} for {truth}")
        self.sets.setdefault(what, {})[rows] = value


class Adversary:
    """Asks, notes and solves."""

    def __init__(self, known: Known, open_handle: Callable[[], Handle], seed: int, reopens: int = 500) -> None:
        """Set what is known; one of two handles is opened anew after every `reopens` questions."""
        self._known, self._open, self._reopens = known, open_handle, reopens
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._notes, self._errors = _Notes(), list[str]()
        self._everyone = frozenset(range(len(known.rows)))
        self._folded = {name: [_text(row[name]) for row in known.rows] for name in known.categories}
        self._target: Mapping[str, FieldValue] = {}
        self._answered = self._refused = 0

    def attack(self, questions: int) -> Attack:
        """Ask so many questions; return what follows from the answers."""
        handles = [self._open(), self._open()]
        for number in range(questions):
            if number % 20 == 0:
                self._target = self._chance.choice(self._known.rows)
            if self._reopens and number % self._reopens == self._reopens - 1:
                handles[number // self._reopens % 2] = self._open()
            self._ask(handles[self._chance.randrange(2)])
        recovered = {group for sets in self._notes.sets.values() for group in self._small_groups(list(sets))}
        return Attack(
            questions=questions, answered=self._answered, refused=self._refused, recovered=tuple(sorted(recovered)),
            wrong=tuple(self._notes.wrong), errors=tuple(self._errors),
        )  # fmt: skip

    def _ask(self, handle: Handle) -> None:
        where, rows = self._filter()
        kind = self._chance.randrange(4)
        try:
            if kind == 0:
                self._note("", rows, handle.matching(where) if where else len(self._everyone), where)
            elif kind == 1:
                self._tally(handle, where, rows)
            else:
                self._table(handle, where, rows)
            self._answered += 1
        except UsageError as error:
            self._errors.append(f"{where}: {error}")
        except WithheldError:
            self._refused += 1

    def _note(self, what: str, rows: frozenset[int], value: float, said: str) -> None:
        self._notes.add(what, rows, value, float(len(rows)), said)

    def _tally(self, handle: Handle, where: str, rows: frozenset[int]) -> None:
        column, most = self._chance.choice(self._known.categories), self._chance.choice((1, 2, 3, 50))
        for value, count in handle.tally(column, where, most):
            self._note("", self._group(column, value, rows), count, f"{column}={value} where {where}")

    def _table(self, handle: Handle, where: str, rows: frozenset[int]) -> None:
        measure = self._chance.choice(MEASURES)
        column = self._chance.choice(self._known.numbers) if self._known.numbers else ""
        if measure is Measure.AVERAGE and not column:
            return
        by = self._chance.choice(("", *self._known.categories, *self._known.dates))
        made = handle.table(Wanted(measure, by, column=column if measure is Measure.AVERAGE else ""), where)
        for row in made.rows:
            inside = rows
            if by in self._known.dates:
                inside = frozenset(n for n in rows if str(self._known.rows[n][by] or EMPTY).startswith(row.label))
            elif by:
                inside = self._group(by, None if row.label == EMPTY else row.label, rows)
            if measure in (Measure.RESPONSES, Measure.COMMENTS, Measure.SHARE):
                count = row.value if measure is not Measure.SHARE else round(row.value * len(rows))
                self._note("", inside, count, row.where)
            if measure is Measure.RESPONDENTS:
                people = {self._known.people[n] for n in inside}
                self._notes.add("people", inside, row.value, float(len(people)), row.where)
                self._note("", inside, row.of, row.where)
            if measure is Measure.AVERAGE:
                filled = frozenset(n for n in inside if self._known.rows[n][column] is not None)
                values = [float(str(self._known.rows[n][column])) for n in filled]
                mean = sum(values) / max(len(values), 1)
                self._notes.add(column, filled, row.value, mean, f"mean of {column} where {row.where}")
                self._note("", inside if row.of == len(inside) else filled, row.of, row.where)

    def _group(self, column: str, value: FieldValue, rows: frozenset[int]) -> frozenset[int]:
        wanted, folded = _text(value), self._folded[column]
        return frozenset(n for n in rows if folded[n] == wanted)

    def _filter(self) -> tuple[str, frozenset[int]]:
        """Return a filter around the target with its rows; sometimes none."""
        parts = [self._condition() for _ in range(self._chance.choice((0, 1, 1, 1, 2, 2, 3)))]
        if not parts:
            return "", self._everyone
        where, rows = parts[0]
        for more, others in parts[1:]:
            if self._chance.random() < 0.7:
                where, rows = f"({where}) and ({more})", rows & others
            else:
                where, rows = f"({where}) or ({more})", rows | others
        if self._chance.random() < 0.2:
            return f"not ({where})", self._everyone - rows
        return where, rows

    def _condition(self) -> tuple[str, frozenset[int]]:
        chosen = self._chance.choice((*self._known.categories, *self._known.numbers, *self._known.dates))
        value = self._chance.choice((self._target, self._chance.choice(self._known.rows)))[chosen]
        if value is None:
            return f"{chosen} is empty", self._rows(chosen, lambda found: found is None)
        if chosen in self._known.categories:
            return self._of_category(chosen, str(value))
        operator = self._chance.choice(("<=", ">=", "=", "<", ">"))
        if chosen in self._known.dates:
            day = str(value)[: self._chance.choice((4, 7, 10))]
            return f"{chosen}{operator}{day}", self._rows(
                chosen, lambda found: _compared(_cut(found, day), operator, day)
            )
        number = float(str(value)) + self._chance.choice((0, 0, 1, -1, 0.5))
        return f"{chosen}{operator}{number:g}", self._rows(chosen, lambda found: _compared(found, operator, number))

    def _of_category(self, chosen: str, value: str) -> tuple[str, frozenset[int]]:
        shown, folded = self._chance.choice((value, value.upper(), value.lower(), value.title())), self._folded[chosen]
        if self._chance.random() < 0.3:
            others = sorted({str(row[chosen]) for row in self._known.rows if row[chosen] is not None})
            values = [value, *self._chance.sample(others, min(len(others), self._chance.randint(1, 3)))]
            wanted = {_text(one) for one in values}
            listed = ", ".join(f'"{one}"' for one in values)
            return f"{chosen} in ({listed})", frozenset(n for n, one in enumerate(folded) if one in wanted)
        operator = self._chance.choice(("=", "=", "!="))
        one = _text(value)
        rows = frozenset(n for n, found in enumerate(folded) if (found == one) == (operator == "="))
        return f'{chosen}{operator}"{shown}"', rows

    def _rows(self, column: str, holds: Callable[[FieldValue], bool]) -> frozenset[int]:
        return frozenset(n for n, row in enumerate(self._known.rows) if holds(row[column]))

    def _small_groups(self, sets: list[frozenset[int]]) -> set[tuple[str, ...]]:
        """Return the groups of fewer than LEAST people that a combination of the sets is about."""
        found: set[tuple[str, ...]] = set()
        for one in sets:
            found |= self._if_small(one)
        matrix = np.zeros((len(sets), len(self._known.rows)), dtype=np.int64)
        for number, one in enumerate(sets):
            matrix[number, list(one)] = 1
        order = list(range(matrix.shape[1]))
        for _ in range(BASES):
            for row in reduced(matrix[:, order]):
                found |= self._if_small([order[place] for place in np.flatnonzero(row)])
            self._chance.shuffle(order)
        return found

    def _if_small(self, rows: Sequence[int] | frozenset[int]) -> set[tuple[str, ...]]:
        people = tuple(sorted({self._known.people[n] for n in rows}))
        return {people} if len(people) < LEAST else set()


def reduced(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the reduced row echelon form modulo MODULUS, without empty rows.

    A unit vector that follows from the rows is one of its rows, whatever the order of the columns.
    """
    rest, rank = matrix % MODULUS, 0
    for column in range(rest.shape[1]):
        below = np.flatnonzero(rest[rank:, column])
        if not len(below):
            continue
        rest[[rank, rank + below[0]]] = rest[[rank + below[0], rank]]
        rest[rank] = rest[rank] * pow(int(rest[rank, column]), -1, MODULUS) % MODULUS
        others = np.flatnonzero(rest[:, column])
        others = others[others != rank]
        rest[others] = (rest[others] - rest[others, column][:, None] * rest[rank]) % MODULUS
        rank += 1
        if rank == len(rest):
            break
    return rest[:rank]


def _text(value: FieldValue) -> FieldValue:
    return casefold(value if value is None else f"{value:.15g}" if isinstance(value, int | float) else str(value))


def _cut(value: FieldValue, day: str) -> FieldValue:
    return None if value is None else str(value)[: len(day)]


def _compared(value: FieldValue, operator: str, other: float | str) -> bool:
    if value is None:
        return False
    one = str(value) if isinstance(other, str) else float(str(value))
    return {
        "<=": one <= other, ">=": one >= other, "=": one == other, "<": one < other, ">": one > other,  # type: ignore[operator]
    }[operator]  # fmt: skip

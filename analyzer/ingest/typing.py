"""Profile the columns of a file in one streaming pass with bounded memory."""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.ingest.dates import DateOrder, DateTally, Order
from analyzer.ingest.header import is_id, unique_names
from analyzer.ingest.readers.source_table import BadRow, SourceTable
from analyzer.ingest.values.column_kind import KindDecision, decide
from analyzer.ingest.values.column_tally import MAX_DISTINCT, ColumnTally, Counted, count_different, row_key
from analyzer.ingest.values.missing import Strength, is_missing
from analyzer.ingest.values.numbers import plain_number
from analyzer.ingest.values.reader import reader
from analyzer.types import Kind, Reading

__all__ = ["MAX_DISTINCT", "ColumnProfile", "Profile", "as_number", "profile"]

MAX_SAMPLES = 200
"""Different values kept of a column, drawn evenly from all of them."""
FEWEST_SAMPLES = 20
ALL_SAMPLES = 20_000
"""Values kept of all columns together: a file of a thousand columns keeps 20 of each."""
MISFITS_SHOWN = 3
_NAMED_ORDER = re.compile(
    r"(?P<mdy>\bmm?[/.-]dd?\b|\b(?:us|american)\b)|\b(?:dd?|tt?|jj?)[/.-]mm?\b|\b(?:uk|european|british)\b",
    re.IGNORECASE,
)
_ROWS = 2_000
_CHARACTERS = 4_000_000
"""Rows and characters counted at once: equal cells among them cost one look."""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The profile of one column.

    Attributes:
        label: the heading.
        name: the heading as a name for filters.
        kind: kind of the values.
        filled: number of non-empty values, missing answers such as "N/A" included.
        distinct: number of different values, counted up to 2,000.
        is_unique: every row has a value and no two different rows share one; identical rows may share one. Known
            beyond 2,000 rows only for columns named like identifiers.
        mean_words: mean words of the non-empty values.
        low, high: range of a number column.
        dates: order of day and month, for a date column.
        samples: different values: all of them up to 200, else 200 drawn evenly from the whole file, independent of
            the order of its rows; unscrubbed, never shown.
        reading: how the values are read; see values.reader.reader().
        missing: missing answers as written, with their counts.
        misfits: number of values that do not fit the kind and become empty; of columns with more than 2,000 different
            values it is estimated from the samples, unless the kind was guessed from all of them.
        misfit_samples: up to three of them; unscrubbed, never shown.
        values: the different values with their counts, if there are at most 2,000; unscrubbed, never shown.
        unclear_numbers: number of values such as 1.234 that may be thousands or decimals, if nothing in the column
            decides.
        markup, encoded_twice: number of texts with HTML, and with "Ã¼" for "ü".
    """

    label: str
    name: str
    kind: Kind
    filled: int
    distinct: int
    is_unique: bool
    mean_words: float
    low: float | None = None
    high: float | None = None
    dates: DateOrder | None = None
    samples: tuple[str, ...] = field(default=(), repr=False)
    reading: Reading = field(default_factory=Reading)
    missing: Mapping[str, int] = field(default_factory=dict)
    misfits: int = 0
    misfit_samples: tuple[str, ...] = field(default=(), repr=False)
    values: Mapping[str, int] | None = field(default=None, repr=False)
    unclear_numbers: int = 0
    markup: int = 0
    encoded_twice: int = 0

    @property
    def answered(self) -> int:
        """Number of values that are neither empty nor missing answers."""
        return self.filled - sum(self.missing.values())

    def read_as(self, kind: Kind, reading: Reading) -> "ColumnProfile":
        """Return the profile of the column under another kind and reading."""
        values = self.values if self.values is not None else self._estimated()
        return _described(replace(self, kind=kind, reading=reading), values)

    def _estimated(self) -> dict[str, int]:
        each = max(1, round(self.answered / max(1, len(self.samples))))
        return {**dict.fromkeys(self.samples, each), **self.missing}


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile of a file; rows counts every row, including bad ones."""

    file: str
    columns: tuple[ColumnProfile, ...]
    rows: int
    bad_rows: int
    notes: tuple[str, ...] = ()


def profile(
    table: SourceTable,
    on_row: Callable[[int], None] | None = None,
    on_cells: Callable[[Sequence[str]], None] | None = None,
    follow_ids: bool = True,
) -> Profile:
    """Read the whole table once and describe its columns.

    Args:
        table: the file.
        on_row: called for each row with the number of rows read so far.
        on_cells: called with the cells of each row.
        follow_ids: determine exactly whether identifiers are unique, at 16 bytes per row; otherwise only a repeat of
            one of the first 2,000 values is detected, and memory does not grow with the file.
    """
    size = max(FEWEST_SAMPLES, min(MAX_SAMPLES, ALL_SAMPLES // max(1, len(table.header))))
    tallies = [ColumnTally(label, size, follow_ids) for label in table.header]
    row_keys = array("Q") if follow_ids and any(is_id(label) for label in table.header) else None
    rows = bad = 0
    for group in _groups(table):
        good = [cells for cells in group if cells is not None]
        for cells in group:
            rows += 1
            if cells is not None and on_cells is not None:
                on_cells(cells)
            if on_row is not None:
                on_row(rows)
        bad += len(group) - len(good)
        if row_keys is not None:
            row_keys.extend(map(row_key, good))
        for tally, column in zip(tallies, zip(*good, strict=True), strict=False):
            tally.add(Counter(column))
    different = count_different(row_keys) if row_keys is not None else rows - bad
    counted = [tally.result(rows - bad, different) for tally in tallies]
    return Profile(table.name, _columns(table.header, counted), rows, bad, table.notes)


def as_number(text: str) -> float | int | None:
    """Return a plain number under a million; None for a text that may be an identifier, such as 007."""
    text = text.strip()
    found = plain_number(text)
    return found if found is not None and abs(found) < 1_000_000 else None


def _groups(table: SourceTable) -> Iterator[list[tuple[str, ...] | None]]:
    """Yield the cells of the rows in groups; None for a row that cannot be read."""
    group: list[tuple[str, ...] | None] = []
    characters = 0
    for row in table.rows():
        if isinstance(row, BadRow):
            group.append(None)
        else:
            group.append(row.cells)
            characters += sum(map(len, row.cells))
        if len(group) >= _ROWS or characters > _CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _columns(header: Sequence[str], counted: Sequence[Counted]) -> tuple[ColumnProfile, ...]:
    commas = sum(one.seen.numbers.comma for one in counted)
    decimal = "," if commas > sum(one.seen.numbers.dot for one in counted) else ""
    names = unique_names(header)
    found = [decide(label, c.seen, c.values, c.samples, decimal) for label, c in zip(header, counted, strict=True)]
    return _with_one_order([_profiled(*parts) for parts in zip(header, names, found, counted, strict=True)])


def _with_one_order(columns: Sequence[ColumnProfile]) -> tuple[ColumnProfile, ...]:
    """Return the columns with the order of day and month of those dates of the file that can be read one way only."""
    columns = [_with_named_order(column) for column in columns]
    clear = Counter(c.reading.dates for c in columns if c.dates is not None and c.dates.dmy != c.dates.mdy)
    if len(clear) != 1:
        return tuple(columns)
    order: Order = "mdy" if "mdy" in clear else "dmy"
    return tuple(
        replace(c, reading=replace(c.reading, dates=order), dates=replace(c.dates, order=order, is_by_file=True))
        if c.dates is not None and c.dates.doubtful and c.dates.dmy == c.dates.mdy == 0
        else c
        for c in columns
    )


def _with_named_order(column: ColumnProfile) -> ColumnProfile:
    """Return a column of dates in the order that its heading names: "Submitted (MM/DD/YYYY)", "US format"."""
    dates = column.dates
    match = _NAMED_ORDER.search(column.label) if dates is not None and dates.doubtful else None
    if dates is None or match is None:
        return column
    order: Order = "mdy" if match["mdy"] else "dmy"
    if dates.mdy if order == "dmy" else dates.dmy:
        return column  # its values say something else
    return replace(
        column, reading=replace(column.reading, dates=order), dates=replace(dates, order=order, is_by_file=True)
    )


def _profiled(label: str, name: str, decision: KindDecision, counted: Counted) -> ColumnProfile:
    seen, kind, reading = counted.seen, decision.kind, decision.reading
    column = ColumnProfile(
        label=label,
        name=name,
        kind=kind,
        filled=seen.filled,
        distinct=counted.distinct,
        is_unique=counted.is_unique,
        mean_words=seen.words / seen.filled if seen.filled else 0.0,
        samples=counted.samples,
        reading=reading,
        values=counted.values,
        unclear_numbers=0 if seen.numbers.dot or seen.numbers.comma else seen.numbers.unclear,
        markup=seen.markup,
        encoded_twice=seen.encoded_twice,
    )
    if counted.values is not None:
        return column.read_as(kind, reading)
    weakest = Strength.MARK if kind is Kind.TEXT else Strength.UNDECIDED
    fits = {
        Kind.NUMBER: seen.numbers.fits,
        Kind.DATE: seen.dates.filled - seen.dates.unreadable,
        Kind.CODE: seen.codes,
        Kind.PERIOD: sum(seen.periods.values()),
    }
    missing = seen.missing_at(weakest)
    answered = seen.filled - sum(missing.values())
    sampled = column.read_as(kind, reading)
    low, high = seen.numbers.range
    is_bare = reading.dates and not fits.get(Kind.DATE)
    is_number = kind is Kind.NUMBER
    return replace(
        sampled,
        missing=missing,
        misfits=sampled.misfits if is_bare else max(0, answered - fits.get(kind, answered)),
        low=low if is_number else None,
        high=high if is_number else None,
        dates=seen.dates.result() if kind is Kind.DATE and not is_bare else sampled.dates,
    )


def _described(column: ColumnProfile, values: Mapping[str, int]) -> ColumnProfile:
    """Return a profile with what its kind and reading make of values: missing answers, misfits, range, dates."""
    kind, reading = column.kind, column.reading
    read, words = reader(kind, reading), frozenset(reading.missing)
    missing: dict[str, int] = {}
    misfits: dict[str, int] = {}
    numbers: list[float] = []
    order = DateTally()
    for text, count in values.items():
        value = read(text)
        if value is None and is_missing(text, kind, words):
            missing[text] = count
        elif value is None:
            misfits[text] = count
            order.add_other(count)
        elif isinstance(value, int | float):
            numbers.append(value)
        elif kind is Kind.DATE and not order.add(text, count):
            order.filled -= count
            order.unreadable -= count
            order.add(str(value), count)
    shown = sorted(misfits, key=lambda text: (-misfits[text], text))[:MISFITS_SHOWN]
    return replace(
        column,
        missing=dict(sorted(missing.items(), key=lambda pair: (-pair[1], pair[0]))),
        misfits=sum(misfits.values()),
        misfit_samples=tuple(shown),
        low=min(numbers, default=None),
        high=max(numbers, default=None),
        dates=replace(order.result(), order=_order(reading)) if kind is Kind.DATE else None,
    )


def _order(reading: Reading) -> Order:
    return "dmy" if reading.dates == "dmy" else "mdy" if reading.dates == "mdy" else "ymd"

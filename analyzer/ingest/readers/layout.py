"""Find where the table of a file begins: titles above it, its header of up to three rows, or no header at all.

The decision is made from the first records, by their structure: a header row has text where the column has numbers or
dates, its cells do not recur below it, and further header rows fill what the first one leaves blank.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from analyzer.ingest.header import is_role_word
from analyzer.ingest.readers.cell_kinds import TYPED, ColumnShape, Shape, column_shapes, is_missing, shape_of
from analyzer.ingest.readers.headings import (
    adds_nothing,
    is_code,
    is_import_id,
    is_same,
    join_headings,
    reads_like_comment,
    reads_like_question,
)
from analyzer.types import ColumnRole

SAMPLE_RECORDS = 200
"""Records from which the layout is decided."""
MOST_TITLES = 40
"""Records within which a table must begin."""
MOST_HEADER_ROWS = 4
_LONGEST_VALUE = 60
"""Characters up to which a cell that recurs below is a value, not a heading."""
_LONGEST_LABEL = 8
"""Words above which a cell under a blank heading is an answer, not the name of an option."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table begins.

    Attributes:
        labels: one label a column, as in the file; "" where it has none.
        start: position of the first data record.
        titles: filled records above the header.
        header: the records that make up the header; empty if there is none.
        shapes: the columns of the data in the sample.
    """

    labels: tuple[str, ...]
    start: int
    titles: int
    header: tuple[tuple[str, ...], ...]
    shapes: tuple[ColumnShape, ...]


def find_layout(sample: Sequence[Sequence[str]], is_grid: bool = False) -> Layout:
    """Return the layout of a file from its first records; a blank record or one that cannot be read is empty.

    Args:
        sample: the first records of the file.
        is_grid: whether a cell's place is sure, as in a sheet, so that cells right of the header are a column too.
    """
    rows = [tuple(cell.strip() for cell in row) for row in sample]
    width = max((_extent(row) for row in rows), default=0)
    lower = [row for row in rows[min(MOST_TITLES, len(rows) // 2) :] if any(row)]
    shapes = column_shapes(lower, width)
    first = _first_wide(rows, lower)
    body = _first_of_body(rows, shapes, first)
    main = _main_header(rows, first, body, shapes)
    main -= _is_alone_above(rows, main, shapes)
    if _is_data(rows, main, width):
        shapes = _shapes_of_data(rows[first:], width)
        return Layout(("",) * width, first, _filled_rows(rows[:first]), (), shapes)
    top = main
    while top > 0 and main - top < MOST_HEADER_ROWS - 2 and _is_group_row(rows[top - 1], rows[top], shapes):
        top -= 1
    end = _after_import_ids(rows, main)
    while end < len(rows) and end - top < MOST_HEADER_ROWS and _is_further_header(rows, main, end, width):
        end += 1
    header = tuple(row for row in rows[top:end] if not all(is_import_id(cell) for cell in row if cell))
    width = _width(rows[top:end], rows[end:], is_grid)
    labels = tuple(join_headings(header, width))
    return Layout(labels, end, _filled_rows(rows[:top]), tuple(rows[top:end]), _shapes_of_data(rows[end:], width))


def _shapes_of_data(rows: Sequence[Sequence[str]], width: int) -> tuple[ColumnShape, ...]:
    """Describe the columns by the rows that are filled at least half as much as usual: footnotes are not."""
    filled = [row for row in rows if any(row)]
    usual = median(map(_filled, filled)) if filled else 0
    return column_shapes([row for row in filled if _filled(row) * 2 > usual], width)


def _extent(row: Sequence[str]) -> int:
    return next((j + 1 for j in range(len(row) - 1, -1, -1) if row[j]), 0)


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _filled_rows(rows: Sequence[Sequence[str]]) -> int:
    return sum(1 for row in rows if any(row))


def _width(header: Sequence[Sequence[str]], data: Sequence[Sequence[str]], is_grid: bool) -> int:
    """Return the number of columns: of the header, with blank headings at its end that have values below them."""
    used = max(map(_extent, data), default=0)
    return max(*map(_extent, header), used if is_grid else min(used, max(map(len, header))))


def _first_wide(rows: Sequence[Sequence[str]], lower: Sequence[Sequence[str]]) -> int:
    """Return the first record that is filled at least half as much as the table usually is."""
    usual = median([_filled(row) for row in lower]) if lower else 1
    need = 1 if usual < 2 else max(2, usual / 2)
    wide = (i for i, row in enumerate(rows[: MOST_TITLES + 1]) if _filled(row) >= need)
    return next(wide, next((i for i, row in enumerate(rows) if any(row)), 0))


def _first_of_body(rows: Sequence[Sequence[str]], shapes: Sequence[ColumnShape], first: int) -> int | None:
    """Return the first record that has numbers or dates where the columns have them; None without such columns."""
    usual = median([_filled(row) for row in rows[first:] if any(row)] or [0])
    for i in range(first, len(rows)):
        fit, misfit = _fit(rows[i], shapes)
        if fit and fit >= misfit and _filled(rows[i]) * 2 > usual:
            return i
    return None


def _fit(row: Sequence[str], shapes: Sequence[ColumnShape]) -> tuple[int, int]:
    fit = misfit = 0
    for cell, column in zip(row, shapes, strict=False):
        if cell and column.is_typed:
            fit += shape_of(cell) is column.shape
            misfit += column.misfits(cell)
    return fit, misfit


def _main_header(rows: Sequence[Sequence[str]], first: int, body: int | None, shapes: Sequence[ColumnShape]) -> int:
    """Return the fullest record above the body; without a body to tell by, the first wide one."""
    if body is None:
        below = first + 1
        is_fuller = below < len(rows) and _is_group_row(rows[first], rows[below], shapes)
        return below if is_fuller else first
    if body == first:
        later = _header_below(rows, first, shapes)
        return first if later is None else later
    block = range(first, min(body, first + MOST_TITLES))
    fullest = max(_filled(rows[i]) for i in block)
    full = [i for i in block if _filled(rows[i]) >= fullest * 0.75]
    texts = [i for i in full if _is_all_text(rows[i])]
    if not texts and not _is_series(rows[full[0]]):  # a row with values is no header if a narrower one has names
        texts = [i for i in block if _filled(rows[i]) * 2 >= fullest and _is_all_text(rows[i])]
    return (texts or full)[0]


def _is_all_text(row: Sequence[str]) -> bool:
    return not any(shape_of(cell) in TYPED for cell in row if cell)


def _after_import_ids(rows: Sequence[Sequence[str]], main: int) -> int:
    """Return the row after Qualtrics's third header row, the row after the main header if there is none."""
    for i in range(main + 1, min(main + MOST_HEADER_ROWS, len(rows))):
        if any(rows[i]) and all(is_import_id(cell) for cell in rows[i] if cell):
            return i + 1
    return main + 1


def _is_alone_above(rows: Sequence[Sequence[str]], main: int, shapes: Sequence[ColumnShape]) -> bool:
    """Check whether the row above is a header with one heading, of the column of comments, and the row itself data."""
    above = [(j, cell) for j, cell in enumerate(rows[main - 1]) if cell] if main else []
    if len(above) != 1:
        return False
    place, label = above[0]
    is_prose = shapes[place].is_prose and reads_like_comment(rows[main][place] if place < len(rows[main]) else "")
    return is_prose and is_role_word(label, ColumnRole.TEXT)


def _header_below(rows: Sequence[Sequence[str]], first: int, shapes: Sequence[ColumnShape]) -> int | None:
    """Return a full row of texts just below rows of "Exported: 2024-04-02", which look like data."""
    for i in range(first + 1, min(first + 12, len(rows))):
        row = rows[i]
        is_fuller = _filled(row) > max(_filled(above) for above in rows[first:i])
        fit, misfit = _fit(row, shapes)
        if is_fuller and misfit and not fit and _is_all_text(row):
            return i
    return None


def _is_data(rows: Sequence[Sequence[str]], main: int, width: int) -> bool:
    """Check whether the record where a header should be is data itself."""
    row = rows[main] if main < len(rows) else ()
    below = [other for other in rows[main + 1 :] if any(other) and other != row]
    if not below or not any(row):
        return bool(row) and all(shape_of(cell) in TYPED or reads_like_comment(cell) for cell in row if cell)
    shapes = column_shapes(below, width)
    fit, misfit = _fit(row, shapes)
    if fit or misfit:
        return fit > misfit and not _is_series(row)
    if width == 1 or _filled(row) == 1:
        lines = [next(filter(None, other)) for other in rows[main + 1 :] if any(other)]
        return _is_first_comment(next(filter(None, row)), lines)
    cells = [(cell, column) for cell, column in zip(row, shapes, strict=False) if cell]
    recurring = [column for cell, column in cells if cell in column.values]
    if any(len(column.values) * 2 <= len(below) + 1 for column in recurring):
        return True
    is_comment = any(column.is_prose and reads_like_comment(cell) for cell, column in cells)
    return is_comment and (bool(recurring) or all(_is_value(cell, column) for cell, column in cells))


def _is_value(cell: str, column: ColumnShape) -> bool:
    """Check whether a cell may be a value of its column rather than its heading."""
    is_code = column.shape is Shape.CODE is shape_of(cell)
    return is_missing(cell) or reads_like_comment(cell) or column.is_typed or is_code


def _is_first_comment(text: str, below: Sequence[str]) -> bool:
    """Check whether the first line of a file with one column is an answer like the others."""
    if shape_of(text) in TYPED or (text in below and not is_role_word(text, ColumnRole.TEXT)):
        return True
    if text.rstrip("*").rstrip().endswith("?") and sum(line.endswith("?") for line in below) * 3 >= len(below):
        return len(text.split()) > 2
    return reads_like_comment(text)


def _is_series(row: Sequence[str]) -> bool:
    """Check whether numbers in a row count up by one, as years and positions in a header do."""
    numbers = [int(cell) for cell in row if cell.isdecimal() and len(cell) <= 4]
    steps = {b - a for a, b in itertools.pairwise(numbers)}
    return steps == {1} and any(cell and not cell.isdecimal() for cell in row)


def _is_group_row(above: Sequence[str], header: Sequence[str], shapes: Sequence[ColumnShape]) -> bool:
    """Check whether a row names groups of the columns below it, with blanks where a group continues."""
    places = [j for j, cell in enumerate(above) if cell]
    if not places or any(shape_of(above[j]) in TYPED for j in places):
        return False
    if any(j >= len(header) or not header[j] for j in places) or len(places) >= _filled(header):
        return False
    if _fit(header, shapes)[0]:
        return False
    has_gap = any(b - a > 1 for a, b in itertools.pairwise(places))
    return has_gap or places[0] > 0


def _is_further_header(rows: Sequence[Sequence[str]], main: int, at: int, width: int) -> bool:
    """Check whether a record below the main header belongs to the header."""
    row, header = rows[at], rows[main]
    cells = [(j, cell) for j, cell in enumerate(row) if cell]
    if not cells:
        return False
    if all(is_import_id(cell) for _, cell in cells):
        return True
    if all(adds_nothing(cell) for _, cell in cells):
        return True
    below = [other for other in rows[at + 1 :] if any(other) and not all(is_import_id(c) for c in other if c)]
    if len(below) == len(rows[at + 1 :]) == 0 or any(j >= width for j, _ in cells):
        return False
    shapes = column_shapes(below, width)
    if _fit(row, shapes)[0]:
        return False
    signs = _Signs.of(cells, header, shapes, len(below))
    if signs.blanks >= 2 and signs.names:  # names of options recur as the answers below them
        return True
    if any(cell in shapes[j].values for j, cell in cells if len(cell) <= _LONGEST_VALUE):
        return False
    return _has_evidence(signs)


@dataclass(frozen=True, slots=True)
class _Signs:
    """What speaks for a further header row.

    Attributes:
        typed: columns of numbers, dates or addresses.
        misfits: the texts in such columns.
        blanks: columns that are always filled below and blank here, where there are rows enough to say so.
        names: short texts under a blank heading.
        answers: cells such as "Open-Ended Response".
        questions: cells that ask something.
        coded: cells that ask something, or are no number where the column has them, under the code of a question.
        repeats: cells that repeat the heading above, "Start Date" under "StartDate".
        strangers: cells that are no value of a column with few different ones.
        filled: filled cells.
    """

    typed: int
    misfits: frozenset[str]
    blanks: int
    names: int
    answers: int
    questions: int
    coded: int
    repeats: int
    strangers: int
    filled: int

    @classmethod
    def of(
        cls, cells: Sequence[tuple[int, str]], header: Sequence[str], shapes: Sequence[ColumnShape], rows: int
    ) -> "_Signs":
        filled = {j for j, _ in cells}
        above = {j: header[j] if j < len(header) else "" for j in filled}
        misfits = {j for j, cell in cells if shapes[j].misfits(cell) and any(map(str.isalpha, cell))}
        asking = {j for j, cell in cells if reads_like_question(cell)}
        return cls(
            typed=sum(column.is_typed for column in shapes),
            misfits=frozenset(cell for j, cell in cells if j in misfits),
            blanks=sum(c.filled >= 0.9 and j not in filled and rows > 1 for j, c in enumerate(shapes)),
            names=sum(not above[j] and len(cell.split()) <= _LONGEST_LABEL for j, cell in cells),
            answers=sum(adds_nothing(cell) for _, cell in cells),
            questions=len(asking),
            coded=sum(is_code(above[j]) for j in asking | misfits),
            repeats=sum(is_same(above[j], cell) for j, cell in cells),
            strangers=sum(len(shapes[j].values) * 2 <= rows and cell not in shapes[j].values for j, cell in cells),
            filled=len(cells),
        )


def _has_evidence(signs: _Signs) -> bool:
    if signs.names and (signs.blanks or signs.misfits or signs.answers or signs.questions or signs.strangers > 1):
        return True
    has_blanks = signs.blanks > 0 and len(signs.misfits) > 1  # a single text beside blanks may be an answer
    is_explained = has_blanks or signs.answers or signs.questions or signs.coded or signs.repeats
    if signs.misfits and is_explained and (len(signs.misfits) * 2 >= signs.typed or signs.blanks):
        return True
    return signs.coded * 2 >= signs.filled

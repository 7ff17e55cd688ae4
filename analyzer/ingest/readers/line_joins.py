"""Put comments with unquoted line breaks together again, in files where it is certain which row a line belongs to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

from analyzer.ingest.readers.cell_kinds import TYPED, ColumnShape, Shape, is_missing, shape_of
from analyzer.ingest.readers.footers import ALWAYS, is_remark, is_rule, is_total
from analyzer.ingest.readers.layout import Layout
from analyzer.ingest.readers.source_table import MAX_CELL, Flaw, Record, count_of

LEAST_FILLED = 0.6
"""Share of rows in which a first column must be filled so that a line without it is no row of its own."""
LOOSE = "does not fit the columns: perhaps a part of a comment with a line break that is not quoted"
_AGREED = 0.8
"""Share of the rows with too many cells that must have them in one column."""
_LEAST_WORDS = 3
"""Words of a line that may be the first part of a comment."""
_TOKENS = frozenset({Shape.NUMBER, Shape.DATE, Shape.ADDRESS, Shape.CODE})


class LineJoiner:
    """Joins lines that begin no row to the row before; counts the joined and the loose ones."""

    def __init__(self, layout: Layout, delimiter: str, sample: Sequence[Sequence[str]] = ()) -> None:
        """Take the first column's shape from the layout of the file, and the column of comments from its sample."""
        self._skip = layout.start
        self._width = len(layout.labels)
        self._delimiter = delimiter
        self._shapes = layout.shapes
        spaced = _spaced_column(sample[layout.start :], self._width)
        self._text = _only_prose(layout.shapes) if spaced is None else spaced
        first = layout.shapes[0] if layout.shapes else None
        self._is_sure = (
            self._width > 1 and first is not None and first.shape in _TOKENS and first.filled >= LEAST_FILLED
        )
        self._is_complete = self._width > 1 and layout.shapes[-1].filled >= ALWAYS
        self._header = set(layout.header)
        self.joined = self.loose = self.split = 0

    def notes(self) -> list[str]:
        """Return what was joined in the latest pass."""
        notes = []
        if self.joined:
            are = "is" if self.joined == 1 else "are"
            notes.append(
                f"{count_of(self.joined, 'line')} that {are} no row of the table {are} read as a further line of the "
                "comment before: a line break was not quoted"
            )
        if self.split:
            notes.append(
                f"{count_of(self.split, 'row')} with more cells than the header: the delimiter stands in a text "
                "without quotes, and is read as part of it"
            )
        if self.loose:
            notes.append(f"{count_of(self.loose, 'line')} not read: each {LOOSE}")
        return notes

    def join(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield records with continued lines joined; those above the data pass as they are."""
        source = iter(records)
        for _ in range(self._skip):
            if (record := next(source, None)) is None:
                return
            yield record
        self.joined = self.loose = self.split = 0
        if self._width > 1 and self._text >= 0:
            source = map(self._whole, source)
        if self._is_sure:
            yield from self._join_upward(source)
        elif self._text == 0 and self._is_complete:
            yield from self._join_downward(source)
        else:
            yield from source

    def _join_upward(self, source: Iterator[Record]) -> Iterator[Record]:
        """Join lines to the row before, where a row begins with a number, date or code."""
        group: list[Record] = []
        for record in source:
            if not record or (group and not isinstance(record, Flaw) and self._is_continuation(record)):
                group.append(record)
                continue
            if isinstance(record, Flaw) or tuple(record) not in self._header:
                yield from self._joined(group)
            else:  # what stands above a repeated header is its title
                title = _last_block(group)
                yield from self._joined(group[:title])
                yield from map(self._checked, group[title:])
            group = [record]
        yield from self._joined(group) if self.joined else group

    def _join_downward(self, source: Iterator[Record]) -> Iterator[Record]:
        """Join lines of one cell to the row after, where a row begins with the comment and always has the rest."""
        lines: list[str] = []
        for record in source:
            if self._is_first_part(record):
                lines.append(record[0])
            elif lines and not isinstance(record, Flaw) and len(record) == self._width and _words(record[0]) > 1:
                yield ["\n".join([*lines, record[0]]), *record[1:]]
                self.joined += len(lines)
                lines = []
            elif record or not lines:
                yield from ([line] for line in lines)
                lines = []
                yield record
            else:
                lines.append("")
        yield from ([line] for line in lines)

    def _is_first_part(self, record: Record) -> TypeGuard[Sequence[str]]:
        """Check whether a record is one cell of text and no remark about the file."""
        if isinstance(record, Flaw) or len(record) != 1 or _words(record[0]) < _LEAST_WORDS:
            return False
        return not is_remark(record[0]) and not is_rule(record)

    def _joined(self, group: Sequence[Record]) -> Iterator[Record]:
        """Yield a row and the lines after it, in one record as far as they fit."""
        whole: Record | None = None
        breaks = 0
        for record in group:
            if whole is not None and not isinstance(record, Flaw):
                if not record:
                    breaks += 1
                    continue
                if (longer := self._append(whole, record, breaks)) is not None:
                    whole, breaks = longer, 0
                    self.joined += 1
                    continue
            if whole is not None:
                yield whole
            yield from [()] * breaks
            whole, breaks = self._checked(record), 0
        if whole is not None:
            yield whole
        yield from [()] * breaks

    def _is_continuation(self, record: Sequence[str]) -> bool:
        """Check whether a line begins with text where every row begins with a number, date, address or code."""
        first, shape = record[0].strip(), self._shapes[0].shape
        if not first or (first[0].isdecimal() and shape in {Shape.NUMBER, Shape.DATE}):
            return False
        if is_missing(first) or is_remark(first) or is_total(first) or is_rule(record):
            return False
        is_other = " " in first if shape is Shape.CODE else shape_of(first) is not shape
        if not is_other or len(record) < self._width:
            return is_other
        is_sentence = any(
            cell[:1] == " " and cell.strip() for cell in record[1:]
        )  # a delimiter in a sentence has a space after it
        return is_sentence and not self._fits(record)

    def _fits(self, record: Sequence[str]) -> bool:
        """Check whether a line has a number or date, or nothing, in each column that has them after the first."""
        pairs = zip(record[1:], self._shapes[1:], strict=False)
        typed = [(cell, column) for cell, column in pairs if column.is_typed]
        return bool(typed) and not any(column.misfits(cell) for cell, column in typed if cell)

    def _append(self, pending: Record | None, record: Sequence[str], breaks: int) -> Sequence[str] | None:
        if pending is None or isinstance(pending, Flaw):
            return None
        cells = list(pending)
        gap = "\n" * (breaks + 1)
        if self._text == self._width - 1 == len(cells) - 1:
            cells[-1] += gap + self._delimiter.join(record)
        elif len(cells) + len(record) - 1 <= self._width and self._text == len(cells) - 1:
            cells[-1] += gap + record[0]
            cells.extend(record[1:])
        else:
            return None
        return cells if len(cells[self._text]) < MAX_CELL else None

    def _whole(self, record: Record) -> Record:
        """Return a row with too many cells with those of its comment, the only column of sentences, as one cell.

        That is certain where the delimiters in the comment have a space after them and the others have none, or where
        the comment is the last column, and each number, date and code before it is in its place.
        """
        if isinstance(record, Flaw) or len(record) <= self._width or self._text < 0:
            return record
        if not any(record[self._width :]):
            return record[: self._width]
        end = self._text + 1 + len(record) - self._width
        before, inside, after = record[: self._text], record[self._text + 1 : end], record[end:]
        cells = [*before, self._delimiter.join(record[self._text : end]), *after]
        is_spaced = all(cell[:1] == " " for cell in inside) and not any(cell[:1] == " " for cell in (*before, *after))
        is_last = not after and shape_of(record[self._text]) not in TYPED and self._is_in_place(cells)
        if not (is_spaced or is_last) or self._misfits(cells):
            return record
        self.split += 1
        return cells

    def _is_in_place(self, cells: Sequence[str]) -> bool:
        """Check whether numbers or dates after the first column, or all cells before the comment, are in place."""
        pairs = zip(cells[: self._text], self._shapes, strict=False)
        return self._fits(cells) or all(column.shape in _TOKENS and shape_of(c) in _TOKENS for c, column in pairs)

    def _misfits(self, cells: Sequence[str]) -> bool:
        """Check whether a cell is no number, date or code where its column has them."""
        if self._is_sure and self._is_continuation(cells):
            return True
        return any(column.misfits(cell) for cell, column in zip(cells, self._shapes, strict=False) if cell)

    def _checked(self, record: Record) -> Record:
        """Return a record as it is, or as a flaw where its only text stands in a column of other things."""
        if isinstance(record, Flaw) or not record or len(record) >= self._width:
            return record
        if not self._is_continuation(record):
            return record
        self.loose += 1
        return Flaw(LOOSE)


def _words(text: str) -> int:
    return sum(any(map(str.isalpha, word)) for word in text.split())


def _last_block(group: Sequence[Record]) -> int:
    """Return where the lines after the last blank one begin; the end if there is none."""
    blanks = [i for i, record in enumerate(group) if not record]
    return blanks[-1] + 1 if blanks else len(group)


def _spaced_column(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """Return the column that rows with too many cells agree on as that of comments; None if they do not.

    The delimiters in a comment have a space after them, and as many do as there are cells too many.
    """
    places: list[int] = []
    for row in rows:
        if len(row) > width and any(row[width:]):
            spaced = [j for j, cell in enumerate(row) if cell[:1] == " "]
            is_run = len(spaced) == len(row) - width and spaced[0] > 0 and spaced[-1] - spaced[0] < len(spaced)
            places.append(spaced[0] - 1 if is_run else -1)
    place, count = Counter(places).most_common(1)[0] if places else (-1, 0)
    return place if place >= 0 and count > 1 and count >= _AGREED * len(places) else None


def _only_prose(shapes: Sequence[ColumnShape]) -> int:
    """Return the position of the one column of sentences, -1 if there is none or more than one."""
    for least in (3, 2):
        prose = [j for j, column in enumerate(shapes) if column.shape is Shape.TEXT and column.words >= least]
        if prose:
            return prose[0] if len(prose) == 1 else -1
    return -1

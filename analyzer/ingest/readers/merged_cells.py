"""Merged cells of a sheet: only their first cell has a value, which stands for all of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from analyzer.ingest.readers.layout import MOST_TITLES, Layout
from analyzer.ingest.readers.source_table import MAX_COLUMNS, Flaw, Record, count_of

MOST_MERGED = 100_000
"""Merged cells of a sheet that are looked at."""


def with_merged_headings(sample: Sequence[Sequence[str]], merged: Sequence[Any], offset: int) -> list[Sequence[str]]:
    """Return the first rows with the text of a merged cell in each of its columns, but not that of a title.

    Args:
        sample: the first rows; their first cell is that of the first column in use.
        merged: ((top, left), (bottom, right)) of each merged cell, from 0.
        offset: position of the first column in use.
    """
    rows = [list(row) for row in sample]
    width = max(map(len, rows))
    for (top, first), (_, last) in merged:
        left, right = max(0, first - offset), last - offset
        is_group = top < min(len(rows), MOST_TITLES) and 0 < right - left < min(width, MAX_COLUMNS) - 1
        if is_group and left < len(rows[top]) and rows[top][left]:
            rows[top].extend([""] * (right + 1 - len(rows[top])))
            rows[top][left : right + 1] = [rows[top][left]] * (right + 1 - left)
    return [*rows]


class MergedCells:
    """Repeats the value of merged cells in each row and column of the data that they cover; counts the filled cells.

    Comments are not repeated: one comment is one answer. Cells that are merged over the whole width are titles, and
    those merged to the right under headings merged likewise are one column.
    """

    def __init__(self, merged: Sequence[Any], offset: int, layout: Layout) -> None:
        """Keep the merged cells of the data.

        Args:
            merged: ((top, left), (bottom, right)) of each merged cell, from 0.
            offset: position of the first column in use.
            layout: where the data begin, and their columns.
        """
        width = len(layout.labels)
        headings = {(left, right) for (top, left), (_, right) in merged[:MOST_MERGED] if top < layout.start}
        self._starts: dict[int, list[tuple[int, int, int]]] = {}
        self.filled = 0
        for (top, first), (bottom, last) in merged[:MOST_MERGED]:
            left, right = max(0, first - offset), min(last - offset, width - 1)
            if top < layout.start or left > right or (right > left and right - left >= width - 1):
                continue
            if not layout.shapes[left].is_prose:
                right = left if (first, last) in headings else right
                self._starts.setdefault(top, []).append((bottom, left, right))

    def notes(self) -> list[str]:
        """Return how many cells the latest pass filled."""
        return [f"{count_of(self.filled, 'cell')} filled with the value of merged cells"] if self.filled else []

    def fill(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield the records of a sheet from its top with merged cells filled."""
        return self._filled(records) if self._starts else iter(records)

    def _filled(self, records: Iterable[Record]) -> Iterator[Record]:
        filled = 0
        active: dict[int, tuple[int, int, str]] = {}
        for at, record in enumerate(records):
            for bottom, left, right in self._starts.get(at, ()):
                if not isinstance(record, Flaw) and left < len(record) and record[left]:
                    active[left] = (bottom, right, record[left])
            if active and record and not isinstance(record, Flaw):
                cells = list(record)
                for left, (bottom, right, value) in list(active.items()):
                    if bottom < at:
                        del active[left]
                        continue
                    cells.extend([""] * (right + 1 - len(cells)))
                    blank = [j for j in range(left, right + 1) if not cells[j]]
                    filled += len(blank)
                    for j in blank:
                        cells[j] = value
                yield cells
            else:
                yield record
        self.filled = filled

"""Check an .xls, before it is loaded, for cells so far apart that their grid would exhaust memory."""

import struct
from typing import BinaryIO

from analyzer.errors import InputFileError
from analyzer.ingest.readers.damage import damage_as
from analyzer.ingest.readers.source_table import MAX_COLUMNS
from analyzer.ingest.readers.workbook_guard import FREE_GRID, MAX_GRID

MAX_BYTES = 256 << 20
_CELLS = frozenset({0x0006, 0x00BD, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, 0x0201, 0x00BE, 0x00D6})
_END = 0xFFFFFFFA
"""Sector numbers from here on mark ends and free sectors."""
_SMALL = 4096
"""Bytes below which a stream lies in the stream of small streams, in sectors of 64 bytes."""
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


def check_compound(name: str, stream: BinaryIO) -> None:
    """Check the cell records of an .xls.

    Raises:
        InputFileError: when the file is protected, damaged or has more than 1,000 columns.
    """
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputFileError(f"{name}: is over 256 MiB; save the sheet as CSV")
    if _PROTECTED in data:
        raise InputFileError(f"{name}: is protected by a password; save it as .xlsx without one, or as CSV")
    with damage_as(name, "is protected by a password or a damaged .xls; save it as .xlsx without one, or as CSV"):
        book = _workbook_stream(data)
    _check_cells(name, book)


def _check_cells(name: str, book: bytes) -> None:
    at = cells = rows = columns = 0
    while at + 8 <= len(book):
        kind, size, row, column = struct.unpack_from("<4H", book, at)
        if kind in _CELLS and size >= 6:
            cells, rows, columns = cells + 1, max(rows, row + 1), max(columns, column + 1)
        at += 4 + size
    if columns > MAX_COLUMNS:
        raise InputFileError(f"{name}: has more than {MAX_COLUMNS:,} columns; save the sheet as CSV")
    if rows * columns > max(FREE_GRID, min(MAX_GRID, 200 * cells)):
        raise InputFileError(f"{name}: has cells far apart from each other; save the sheet as CSV")


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream "Workbook" or "Book" of a compound file (MS-CFB)."""
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in {9, 12}:
        raise ValueError("sector size")
    size = 1 << shift
    first_directory = struct.unpack_from("<I", data, 48)[0]
    table_sectors = [s for s in struct.unpack_from("<109I", data, 76) if s < _END]
    next_list, lists = struct.unpack_from("<2I", data, 68)
    for _ in range(min(lists, len(data) // size)):
        if next_list >= _END:
            break
        *more, next_list = struct.unpack_from(f"<{size // 4}I", data, (next_list + 1) * size)
        table_sectors += [s for s in more if s < _END]
    table: list[int] = []
    for sector in table_sectors:
        table.extend(struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size))
    directory = _chain(data, table, first_directory, size)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    for entry in entries:
        if _label(entry) in {"workbook", "book"}:
            start, total = struct.unpack_from("<IQ", entry, 116)
            if total >= _SMALL:
                return _chain(data, table, start, size)[:total]
            small_start = struct.unpack_from("<I", data, 60)[0]
            small_table = _numbers(_chain(data, table, small_start, size))
            container = _chain(data, table, struct.unpack_from("<I", entries[0], 116)[0], size)
            return _chain(container, small_table, start, 64, first=0)[:total]
    raise ValueError("no workbook")


def _label(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data))


def _chain(data: bytes, table: list[int], start: int, size: int, first: int = 1) -> bytes:
    """Return the sectors of a stream; first is the number of sectors before sector 0."""
    pieces = []
    sector = start
    while sector < _END:
        pieces.append(data[(sector + first) * size : (sector + first + 1) * size])
        if len(pieces) > len(table):
            raise ValueError("a loop of sectors")
        sector = table[sector]
    return b"".join(pieces)

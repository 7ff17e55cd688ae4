"""Write an .xls by hand, since no library here does: BIFF8 in a compound file, with one sheet of texts and numbers."""

import struct

_FREE, _LAST, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_workbook(rows: list[list[object]], places: list[tuple[int, int, float]] | None = None) -> bytes:
    """Return the bytes of an .xls; places are further numbers at (row, column, value)."""
    cells = [(i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row)] + list(places or [])
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1996, 0, 6))
    sheet += b"".join(_cell(*cell) for cell in cells) + _record(0x000A, b"")
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1996, 0, 6))
    name = b"One"
    bound = struct.pack("<IHBB", len(start) + 4 + 8 + len(name) + 4, 0, len(name), 0) + name
    book = start + _record(0x0085, bound) + _record(0x000A, b"") + sheet
    return _compound(book)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _cell(row: int, column: int, value: object) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + text)
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, float(str(value))))


def _compound(book: bytes) -> bytes:
    """Return a compound file with the stream "Workbook", padded to 4,096 bytes so that it has sectors of its own."""
    book = book.ljust(4096, b"\0")
    book += b"\0" * (-len(book) % 512)
    sectors = len(book) // 512
    table = [_TABLE, _LAST, *range(3, 2 + sectors), _LAST]
    table += [_FREE] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<7I", 1, 1, 0, 4096, _LAST, 0, _LAST) + struct.pack("<I", 0) + struct.pack("<I", 0)
    header = header.ljust(512, b"\xff")
    directory = _entry("Root Entry", 5, 1, _LAST, 0) + _entry("Workbook", 2, _FREE, 2, len(book))
    return header + struct.pack("<128I", *table) + directory.ljust(512, b"\0") + book


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    label = name.encode("utf-16-le")
    head = label.ljust(64, b"\0") + struct.pack("<HBB", len(label) + 2, kind, 1)
    return head + struct.pack("<3I", _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", start, size)

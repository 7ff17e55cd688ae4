"""Scan the parts of a workbook, before it is loaded, for sizes and addresses that would exhaust memory.

The loader keeps a whole sheet as a grid from its first to its last cell, so one value in a far corner would take
gigabytes. The scan looks for markup with regular expressions, in pieces, and unpacks each part once.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, BinaryIO

from analyzer.errors import InputFileError
from analyzer.ingest.readers.damage import damage_as
from analyzer.ingest.readers.source_file import check_directory
from analyzer.ingest.readers.source_table import MAX_COLUMNS

MAX_RATIO = 100
FREE_BYTES = 8 << 20
MAX_TOTAL = 1_500 << 20
MAX_SHARED_STRINGS = 256 << 20
MAX_ROWS = 1_048_576
"""Rows of a sheet, the limit of the format."""
FREE_GRID = 1_000_000
"""Cells of a grid that are always allowed."""
MAX_GRID = 20_000_000
"""Cells of the grid that a sheet is loaded into, at 32 bytes each."""
MAX_ROW_BYTES = 64 << 20
"""Bytes of one row: a cell holds 32,767 characters at most."""
_CHUNK = 1 << 20
_SMALL_COLUMN = re.compile(rb"(?:[A-Z]{1,2}|A[A-K][A-Z]|AL[A-L])")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CELL = re.compile(rb"<(?:\w{1,20}:)?c[\s/>]")
_ADDRESS = re.compile(rb'\sr="([A-Z]+)([0-9]+)"')
_ROW = re.compile(rb'<(?:\w{1,20}:)?row[\s>][^>]{0,60}?\br="([0-9]+)"')
_VALUE_AT = re.compile(
    rb'<(?:\w{1,20}:)?c\s[^>]{0,80}?\br="([A-Z]{3})[0-9]{1,7}"[^>]{0,80}(?<!/)>\s{0,9}<(?:\w{1,20}:)?(?:v|is|f)[\s>]'
)
_ROW_START = re.compile(rb"<(?:\w{1,20}:)?row[\s/>]")
_NO_RESULT = re.compile(
    rb"(?:</(?:\w{1,20}:)?f>|<(?:\w{1,20}:)?f[^>]{0,200}/>)(?:<(?:\w{1,20}:)?v/>|<v></v>)?</(?:\w{1,20}:)?c>"
)
_HIDDEN_ROW = re.compile(rb'<(?:\w{1,20}:)?row\s[^>]{0,200}?\bhidden="(?:1|true)"')
_HIDDEN_COLUMN = re.compile(rb'<(?:\w{1,20}:)?col\s[^>]{0,200}?\bhidden="(?:1|true)"')
_SHEET = re.compile(rb'<(?:\w{1,20}:)?sheet\s[^>]*?\br?\w*:id="([^"]+)"')
_RELATION = re.compile(rb"<Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(Id|Target)="([^"]*)"')
_OPEN_ROW_END = b"</table:table-row>"
_OPEN_CELL = re.compile(rb"<table:(?:covered-)?table-cell")
_REPEATED = re.compile(rb'table:number-(rows|columns)-repeated="([0-9]+)"')


@dataclass(slots=True)
class SheetScan:
    """Counts of one sheet: cells, failed formulas, formulas without a result, hidden rows and columns."""

    cells: int = 0
    errors: int = 0
    no_results: int = 0
    hidden_rows: int = 0
    hidden_columns: int = 0
    width: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class WorkbookScan:
    """What a scan found: by position of the sheet, where the format tells; empty for others."""

    sheets: Mapping[int, SheetScan] = field(default_factory=dict)


class _UnsafeError(Exception):
    """A part is unsafe to load, for the reason in the message."""


def check_workbook(name: str, stream: BinaryIO) -> WorkbookScan:
    """Scan every part of a zipped workbook.

    Raises:
        InputFileError: when the workbook is damaged, or a part would take too much memory.
    """
    check_directory(name, stream)
    with damage_as(name, "not a readable workbook; open it and save it again"):
        try:
            return _scan_all(name, stream)
        except _UnsafeError as error:
            raise InputFileError(f"{name}: {error}; save the sheet as CSV") from error


def _scan_all(name: str, stream: BinaryIO) -> WorkbookScan:
    with zipfile.ZipFile(stream) as archive:
        _check_sizes(name, archive.infolist())
        scans = {m.filename: _scan(archive, m) for m in archive.infolist()}
        strings = sum(scan.strings for scan in scans.values())
        used = sum(scan.used_strings for scan in scans.values())
        if strings > 10_000 + 3 * used:
            raise _UnsafeError("holds far more texts than cells")
        return WorkbookScan(_by_position(archive, scans))


def _check_sizes(name: str, members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        if member.file_size > FREE_BYTES and member.file_size > MAX_RATIO * member.compress_size:
            raise InputFileError(f"{name}: unpacks to over {MAX_RATIO} times its size; save the sheet as CSV")
        if "sharedstrings" in member.filename.lower() and member.file_size > MAX_SHARED_STRINGS:
            raise InputFileError(f"{name}: holds over 256 MiB of text; save the sheet as CSV")
    if sum(member.file_size for member in members) > MAX_TOTAL:
        raise InputFileError(f"{name}: unpacks to over 1.5 GB; save the sheet as CSV")


@dataclass(slots=True)
class _PartScan(SheetScan):
    strings: int = 0
    used_strings: int = 0
    row_place: int = 0


def _scan(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _PartScan:
    scan = _PartScan()
    name = member.filename.lower()
    with archive.open(member) as part:
        head = part.read(_CHUNK)
        if name.endswith((".xml", ".rels")) or head.lstrip(b"\0\xff\xfe\xef\xbb\xbf \t\r\n").startswith(b"<"):
            _scan_markup(scan, name, head, part)
        elif name.endswith(".bin") and "worksheets/" in name:
            _scan_binary_sheet(scan, head + part.read())
    if scan.width * scan.rows > max(FREE_GRID, min(MAX_GRID, 200 * scan.cells)):
        raise _UnsafeError("has cells far apart from each other")
    return scan


def _scan_markup(scan: _PartScan, name: str, head: bytes, part: IO[bytes]) -> None:
    if b"\0" in head[:200]:
        raise _UnsafeError("has XML in an unusual encoding")
    is_texts = b"sst" in head[:400]
    is_open_document = name == "content.xml"
    for piece in _pieces(head, part, _OPEN_ROW_END if is_open_document else b"</row>"):
        if _DECLARES.search(piece):
            raise _UnsafeError("declares XML entities, which no spreadsheet needs")
        if is_open_document:
            _scan_open_rows(scan, piece)
        elif is_texts or b"<si" in piece:
            scan.strings += sum(map(piece.count, (b"<si>", b"<si ", b"<si/>")))
        else:
            _scan_cells(scan, piece)


def _pieces(head: bytes, part: IO[bytes], row_end: bytes) -> Iterator[bytes]:
    """Yield the text of a part in pieces that end with a row, or with a tag where there are no rows."""
    rest = b""
    while head:
        chunk = rest + head
        cut = chunk.rfind(row_end) + len(row_end) if row_end in chunk else 0
        if not cut and (row_end != _OPEN_ROW_END or len(chunk) > MAX_ROW_BYTES):
            cut = chunk.rfind(b">") + 1
        rest = chunk[cut:]
        if len(rest) > MAX_ROW_BYTES:
            raise _UnsafeError("has a row over 64 MiB")
        yield chunk[:cut]
        head = part.read(_CHUNK)
    yield rest


def _scan_cells(scan: _PartScan, piece: bytes) -> None:
    plain = sum(map(piece.count, (b"<c ", b"<c>", b"<c/"))) if b"<row" in piece else 0
    cells = plain or len(_CELL.findall(piece))
    if b"hidden=" in piece:
        scan.hidden_rows += len(_HIDDEN_ROW.findall(piece))
        scan.hidden_columns += len(_HIDDEN_COLUMN.findall(piece))
    if not cells:
        return
    scan.cells += cells
    scan.used_strings += piece.count(b't="s"')
    scan.errors += piece.count(b't="e"')
    scan.no_results += len(_NO_RESULT.findall(piece)) if b"<f" in piece or b":f" in piece else 0
    addresses = _ADDRESS.findall(piece)
    columns, numbers = {column for column, _ in addresses}, {number for _, number in addresses}
    if any(len(column) > 3 for column in columns) or any(len(number) > 7 for number in numbers):
        raise _UnsafeError("has cells with impossible addresses")
    scan.rows = max(scan.rows, max(map(int, numbers), default=0))
    wide = {column for column in columns if not _SMALL_COLUMN.fullmatch(column)}
    if wide and any(not _SMALL_COLUMN.fullmatch(column) for column in _VALUE_AT.findall(piece)):
        raise _UnsafeError(f"has more than {MAX_COLUMNS:,} columns")
    scan.width = max(scan.width, max(map(_column_number, columns - wide), default=0))
    if len(addresses) < cells:
        _scan_places(scan, piece)
    if scan.rows > MAX_ROWS:
        raise _UnsafeError(f"has more than {MAX_ROWS:,} rows")


def _scan_places(scan: _PartScan, piece: bytes) -> None:
    """Count rows and columns where cells have no address: they stand at their place in the row."""
    rows = [int(number[:9]) for number in _ROW.findall(piece)]
    pieces = _ROW_START.split(piece)
    scan.rows = max(scan.rows + len(pieces) - 1, max(rows, default=0))
    scan.width = max(scan.width, *(len(_CELL.findall(row)) for row in pieces))
    if scan.width > 4 * MAX_COLUMNS:
        raise _UnsafeError(f"has more than {MAX_COLUMNS:,} columns")


def _scan_open_rows(scan: _PartScan, piece: bytes) -> None:
    """Count the places of the values of an OpenDocument sheet, whose rows and cells may be repeated."""
    for row in piece.split(b"<table:table-row")[1:]:
        times = _repeats(row)
        before, scan.row_place = scan.row_place, scan.row_place + times
        place = 0
        filled = 0
        for cell in _OPEN_CELL.split(row)[1:]:
            width = _repeats(cell)
            place += width
            if b"<text:p" in cell or b"office:value" in cell:
                filled += width
                scan.width = max(scan.width, place)
        scan.cells += filled * times
        if filled:
            scan.rows = max(scan.rows, before + times)
        if b"<table:table " in row:
            scan.row_place = 0
    if scan.width > MAX_COLUMNS or scan.rows > MAX_ROWS:
        raise _UnsafeError(f"has more than {MAX_COLUMNS:,} columns or {MAX_ROWS:,} rows")
    if scan.cells > MAX_GRID:
        raise _UnsafeError("repeats its cells too often")


def _repeats(element: bytes) -> int:
    """Return how often a row or cell is repeated, by the attributes of its first tag."""
    found = _REPEATED.search(element.split(b">", 1)[0])
    return int(found[2][:9]) if found else 1


def _scan_binary_sheet(scan: _PartScan, data: bytes) -> None:
    """Walk the records of an .xlsb sheet: the row headers and the first column of each cell."""
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (data[at] & 0x7F) << 7 if at < end else 0, at + 1
        size = shift = 0
        while at < end and shift <= 21:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if kind == 0:
            scan.rows = max(scan.rows, int.from_bytes(data[at : at + 4], "little") + 1)
        elif 1 < kind <= 11:
            scan.cells += 1
            scan.width = max(scan.width, int.from_bytes(data[at : at + 4], "little") + 1)
        at += size
    if scan.width > MAX_COLUMNS or scan.rows > MAX_ROWS:
        raise _UnsafeError(f"has more than {MAX_COLUMNS:,} columns or {MAX_ROWS:,} rows")


def _by_position(archive: zipfile.ZipFile, scans: Mapping[str, _PartScan]) -> dict[int, SheetScan]:
    """Return the scans of an .xlsx's sheets in the order of the workbook; empty if it does not tell."""
    names = {name.lower(): name for name in archive.namelist()}
    book, relations = names.get("xl/workbook.xml"), names.get("xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        return {}
    targets = {}
    for relation in _RELATION.findall(archive.read(relations)):
        pair = dict(_ATTRIBUTE.findall(relation))
        target = pair.get(b"Target", b"").decode().lower().lstrip("/")
        targets[pair.get(b"Id", b"")] = target if target.startswith("xl/") else f"xl/{target}"
    parts = (names.get(targets.get(found, ""), "") for found in _SHEET.findall(archive.read(book)))
    return {position: scans[part] for position, part in enumerate(parts) if part}


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

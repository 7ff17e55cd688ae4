"""Scan the XML of a workbook, before openpyxl reads it, for sizes, counts and entities that would exhaust memory.

openpyxl keeps every shared string and trusts the file's own cell addresses: a 196 kB file once took 494 MB.
"""

import re
import zipfile
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from analyzer.errors import InputFileError
from analyzer.ingest.readers.source_file import check_directory
from analyzer.ingest.readers.source_table import MAX_CELL, MAX_COLUMNS

MAX_RATIO = 100
FREE_BYTES = 8 << 20
MAX_TOTAL = 1_500 << 20
MAX_SHARED_STRINGS = 256 << 20
MAX_ROWS = 1_048_576
"""Rows of a sheet, the limit of the format."""
MAX_IDLE_CELLS = 200_000
"""Empty cells right of the last allowed column: LibreOffice writes some."""
MAX_EMPTY_STRINGS = 50_000
MAX_OTHER_ELEMENTS = 300_000
"""Maximum elements in styles and other parts."""
MAX_DEPTH = 64
_CHUNK = 1 << 16
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def check_workbook(name: str, stream: BinaryIO) -> int:
    """Scan every XML part and return the number of columns in use.

    Raises:
        InputFileError: when the workbook is damaged, or a part would take too much memory.
    """
    check_directory(name, stream)
    strings = used = width = 0
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_sizes(name, archive.infolist())
            for member in archive.infolist():
                scan = _scan(archive, member)
                strings, used, width = strings + scan.strings, used + scan.used_strings, max(width, scan.width)
    except _UnsafeError as error:
        raise InputFileError(f"{name}: {error}; save the sheet as CSV") from error
    except DefusedXmlException as error:
        raise InputFileError(f"{name}: declares XML entities, which no spreadsheet needs; save it as CSV") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise InputFileError(f"{name}: not a readable .xlsx workbook; open it and save it again") from error
    if strings > 10_000 + 3 * used:
        raise InputFileError(f"{name}: holds far more texts than cells; save the sheet as CSV")
    return width


def _check_sizes(name: str, members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        if member.file_size > FREE_BYTES and member.file_size > MAX_RATIO * member.compress_size:
            raise InputFileError(f"{name}: unpacks to over {MAX_RATIO} times its size; save the sheet as CSV")
        if "sharedstrings" in member.filename.lower() and member.file_size > MAX_SHARED_STRINGS:
            raise InputFileError(f"{name}: holds over 256 MiB of text; save the sheet as CSV")
    if sum(member.file_size for member in members) > MAX_TOTAL:
        raise InputFileError(f"{name}: unpacks to over 1.5 GB; save the sheet as CSV")


class _UnsafeError(Exception):
    """A part is unsafe to load, for the reason in the message."""


class _Scan:
    """Counts what a part would make openpyxl allocate; the target of an XML parser."""

    def __init__(self) -> None:
        self.strings = self.used_strings = self.width = 0
        self._depth = self._others = self._rows = self._idle = 0
        self._column = self._text = self._empty_strings = 0
        self._has_text = True

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._text = 0
        if self._depth > MAX_DEPTH:
            raise _UnsafeError("has XML nested too deeply")
        name = tag.rpartition("}")[2]
        if name == "c":
            self._cell(attributes)
        elif name in {"v", "is"}:
            self._value()
        elif name == "row":
            self._row(attributes)
        elif name == "si":
            self._shared_string()
        elif name not in {"t", "r", "rPr"}:
            self._other()

    def end(self, _tag: str) -> None:
        self._depth -= 1

    def data(self, text: str) -> None:
        self._text += len(text)
        self._has_text = True
        if self._text > MAX_CELL:
            raise _UnsafeError("has a cell over 1 MiB")

    def close(self) -> None:
        """Return nothing; the parser calls this at the end."""

    def _shared_string(self) -> None:
        self.strings += 1
        self._empty_strings += not self._has_text
        self._has_text = False
        if self._empty_strings > MAX_EMPTY_STRINGS:
            raise _UnsafeError("holds far more texts than cells")

    def _value(self) -> None:
        self.width = max(self.width, self._column)
        if self._column > MAX_COLUMNS:
            raise _UnsafeError(f"has more than {MAX_COLUMNS:,} columns")

    def _other(self) -> None:
        self._others += 1
        if self._others > MAX_OTHER_ELEMENTS:
            raise _UnsafeError("has too many styles or other parts")

    def _row(self, attributes: dict[str, str]) -> None:
        self._rows += 1
        self._column = 0
        number = attributes.get("r", "1")
        if self._rows > MAX_ROWS or len(number) > 7 or int(number) > MAX_ROWS:
            raise _UnsafeError(f"has more than {MAX_ROWS:,} rows")

    def _cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        if address := attributes.get("r"):
            match = _ADDRESS.fullmatch(address)
            if match is None or int(match[2]) > MAX_ROWS:
                raise _UnsafeError("has cells with impossible addresses")
            self._column = _column_number(match[1])
        if attributes.get("t") == "s":
            self.used_strings += 1
        if self._column > MAX_COLUMNS:
            self._idle += 1
            if self._idle > MAX_IDLE_CELLS:
                raise _UnsafeError(f"has more than {MAX_COLUMNS:,} columns")


def _scan(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Scan:
    scan = _Scan()
    parser = DefusedXMLParser(target=scan, forbid_dtd=True)
    is_xml = member.filename.lower().endswith((".xml", ".rels"))
    with archive.open(member) as part:
        head = part.read(_CHUNK)
        if not is_xml and not head.lstrip(b"\0\xff\xfe\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return scan
        try:
            while head:
                parser.feed(head)
                head = part.read(_CHUNK)
            parser.close()
        except ParseError as error:
            if is_xml:
                raise _UnsafeError("is damaged") from error
    return scan


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number

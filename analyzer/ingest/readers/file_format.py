"""Tell the format of a file by its first bytes, whatever its name ends with."""

import codecs
import re
import zipfile
from enum import StrEnum

from analyzer.errors import InputFileError
from analyzer.ingest.readers.damage import damage_as
from analyzer.ingest.readers.json_reader import is_json_lines
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.workbook_reader import OLD_FORMAT

_HEAD = 1 << 17
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x1f\x8b": "a gz archive",
}
_JSON = re.compile(r"\s*(?:\[\s*[\[{\]]|\{\s*[\"}])")
_MARKUP = re.compile(r"<(?:\w+:)?(?:table|worksheet)\b", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))


class FileFormat(StrEnum):
    """The formats that are read."""

    DELIMITED = "delimited text"
    JSON_LINES = "JSON Lines"
    JSON_LIST = "JSON"
    WORKBOOK = "workbook"
    MARKUP = "table of a web page"
    PARQUET = "Parquet"
    SPSS = "SPSS"


def find_format(source: Source) -> FileFormat:
    """Return the format of a file by its content.

    Raises:
        InputFileError: when it is in a format that holds no table, such as PDF.
    """
    with source.open() as stream:
        head = stream.read(_HEAD)
    for magic, named in _FOREIGN.items():
        if head.startswith(magic):
            raise InputFileError(f"{source.name}: is {named}, not a table; export the answers as CSV or .xlsx")
    if head.startswith(b"PAR1"):
        return FileFormat.PARQUET
    if head.startswith((b"$FL2", b"$FL3")):
        return FileFormat.SPSS
    if head.startswith(OLD_FORMAT):
        return FileFormat.WORKBOOK
    if head.startswith(b"PK\x03\x04"):
        return _zipped(source)
    return _text_format(_decoded(head), source.suffix)


def _zipped(source: Source) -> FileFormat:
    with (
        source.seekable() as stream,
        damage_as(source.name, "not a whole zip file or workbook; copy or export it again"),
        zipfile.ZipFile(stream) as archive,
    ):
        names = {name.partition("/")[0].lower() for name in archive.namelist()[:2_000]}
    if "word" in names or "ppt" in names:
        raise InputFileError(f"{source.name}: is a document, not a table; export the answers as CSV or .xlsx")
    if names & {"xl", "[content_types].xml", "content.xml", "_rels"}:
        return FileFormat.WORKBOOK
    raise InputFileError(f"{source.name}: is an archive under another name; name it .zip or unpack it")


def _text_format(text: str, suffix: str) -> FileFormat:
    if suffix in {".jsonl", ".ndjson"}:
        is_pretty = re.match(r"\s*[\[{]\s*[\r\n]", text) is not None or re.match(r"\s*\[\s*\{", text) is not None
        return FileFormat.JSON_LIST if is_pretty else FileFormat.JSON_LINES
    if suffix == ".json" or _JSON.match(text):
        return FileFormat.JSON_LINES if is_json_lines(text) else FileFormat.JSON_LIST
    if text.lstrip("\ufeff \t\r\n").startswith("<") and _MARKUP.search(text):
        return FileFormat.MARKUP
    return FileFormat.DELIMITED


def _decoded(head: bytes) -> str:
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return head.decode(codec, "replace")
    return head.decode("latin-1")

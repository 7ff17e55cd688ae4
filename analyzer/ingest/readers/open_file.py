"""Find feedback files, and open each as a SourceTable by its content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from analyzer.errors import InputFileError
from analyzer.ingest.readers.csv_reader import read_delimited
from analyzer.ingest.readers.damage import damage_as, damage_in
from analyzer.ingest.readers.file_format import FileFormat, find_format
from analyzer.ingest.readers.json_reader import read_json_array, read_json_lines
from analyzer.ingest.readers.long_format import one_row_a_respondent
from analyzer.ingest.readers.markup_tables import read_markup
from analyzer.ingest.readers.parquet_reader import read_parquet
from analyzer.ingest.readers.read_options import DETECT, ReadOptions
from analyzer.ingest.readers.source_file import Source, list_members, open_source, split_member
from analyzer.ingest.readers.source_table import SourceTable, count_of
from analyzer.ingest.readers.spss_reader import read_spss
from analyzer.ingest.readers.workbook_reader import read_workbook

FORMATS = ".csv, .tsv, .txt, .xlsx, .xls, .ods, .jsonl, .ndjson, .json, .sav or .parquet, also inside .zip or .gz"
_SUFFIXES = frozenset(
    ".csv .tsv .tab .txt .xlsx .xlsm .xlsb .xls .ods .jsonl .ndjson .json .parquet .sav .zsav".split()
)
_READERS: Mapping[FileFormat, Callable[[Source, ReadOptions], SourceTable]] = {
    FileFormat.DELIMITED: read_delimited,
    FileFormat.JSON_LINES: read_json_lines,
    FileFormat.JSON_LIST: read_json_array,
    FileFormat.WORKBOOK: read_workbook,
    FileFormat.MARKUP: read_markup,
    FileFormat.PARQUET: read_parquet,
    FileFormat.SPSS: read_spss,
}
_PACKED = frozenset({".zip", ".gz"})
_ASIDE = frozenset({"readme", "license", "licence", "liesmich", "manifest", "lisezmoi", "leeme", "leesmij"})
"""Names of files in an archive that describe it."""
_MOST_NAMED = 10
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})


def find_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """List the files to read; a folder means every supported file directly in it, an archive every one in it, by name.

    A .zip with several files gives a path for each, "archive.zip/file.csv", which open_table() reads.

    Raises:
        InputFileError: when a path does not exist, is not supported, or a folder holds no supported file.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.iterdir() if p.is_file() and is_supported(p))
            if not found:
                raise InputFileError(f"{path}: holds no file to read; supported are {FORMATS}")
            files.update(dict.fromkeys(inner for file in found for inner in _members(file)))
        elif not split_member(path)[0].is_file():
            raise InputFileError(f"{path}: no such file; check the path")
        elif not is_supported(path):
            raise _unsupported(path)
        else:
            files.update(dict.fromkeys(_members(path)))
    return tuple(files)


def open_table(path: Path, sheet: str | None = None, options: ReadOptions = DETECT) -> SourceTable:
    """Open a file as a SourceTable, by its content.

    Args:
        path: the file, or "archive.zip/file.csv".
        sheet: the sheet of a workbook; ignored by other formats. Goes before options.sheet.
        options: sheet, encoding and delimiter that the user named; None of them is guessed then.

    Raises:
        InputFileError: when the file cannot be read as a table or has no rows.
    """
    if not is_supported(path):
        raise _unsupported(path)
    source = open_source(path)
    if source.suffix not in _SUFFIXES:
        raise _unsupported(path)
    return table_of_source(source, ReadOptions(sheet or options.sheet, options.encoding, options.delimiter))


def table_of_source(source: Source, options: ReadOptions = DETECT) -> SourceTable:
    """Open a source as a SourceTable, by its content.

    Raises:
        InputFileError: when it cannot be read as a table or has no rows.
    """
    with damage_as(source.name):
        table = _opened(source, options)
    opener = source.opener if source.held is not None else None
    return replace(table, records=lambda: damage_in(source.name, table.records()), opener=opener)


def _opened(source: Source, options: ReadOptions) -> SourceTable:
    form = find_format(source)
    table = _READERS[form](source, options)
    if form is FileFormat.DELIMITED and source.suffix in _WORKBOOKS and len(table.header) < 2:
        raise InputFileError(f"{source.name}: not a readable workbook; open it and save it again")
    if next(table.rows(), None) is None:
        raise InputFileError(f"{source.name}: has column names but no rows; export it again with the answers")
    notes = (*table.opening_notes, *_note_on_archive(source))
    return one_row_a_respondent(replace(table, opening_notes=notes))


def _members(path: Path) -> list[Path]:
    """Return the paths of the tables in an archive of several files; the path itself in any other case."""
    if path.suffix.lower() != ".zip" or not path.is_file():
        return [path]
    try:
        names = list_members(path)
    except InputFileError:
        return [path]  # the reason is said when it is opened
    chosen = _tables_of(path, names)
    return [path / name for name in chosen] if len(names) > 1 and chosen else [path]


def _tables_of(path: Path, names: Sequence[str]) -> list[str]:
    """Return the members of an archive that are tables; beside others, a .txt of one column is a description."""
    pure = [PurePosixPath(name) for name in names]
    chosen = [n for n in pure if n.suffix.lower() in _SUFFIXES and n.stem.casefold() not in _ASIDE]
    if all(_is_plain(n) for n in chosen):
        return [str(n) for n in chosen]
    return [str(n) for n in chosen if not _is_plain(n) or _has_columns(path / n)]


def _is_plain(name: PurePosixPath) -> bool:
    return name.suffix.lower() == ".txt"


def _has_columns(path: Path) -> bool:
    try:
        source = open_source(path)
        return find_format(source) is not FileFormat.DELIMITED or len(read_delimited(source).header) > 1
    except InputFileError:
        return False


def _note_on_archive(source: Source) -> tuple[str, ...]:
    """Say, at the first table of an archive only, which of its files are not read."""
    if not source.member:
        return ()
    names = list_members(source.path)
    tables = _tables_of(source.path, names) if source.member == _likely_first(names) else []
    others = [name for name in names if name not in tables]
    if not others or not tables:
        return ()
    named = ", ".join(map(repr, others[:_MOST_NAMED])) + (", …" if len(others) > _MOST_NAMED else "")
    return (f"{count_of(len(others), 'file')} of the archive not read, without a table: {named}",)


def _likely_first(names: Sequence[str]) -> str | None:
    """Return the first member that is a table by its suffix, without a look into it."""
    supported = [n for n in names if PurePosixPath(n).suffix.lower() in _SUFFIXES]
    supported = [n for n in supported if PurePosixPath(n).stem.casefold() not in _ASIDE]
    sure = (name for name in supported if not _is_plain(PurePosixPath(name)))
    return next(sure, next(iter(supported), None))


def is_supported(path: Path) -> bool:
    """Return whether a file of this name is read; hidden files and lock files of office programs are not."""
    suffix = path.suffix.lower()
    return not path.name.startswith((".", "~$")) and suffix in _SUFFIXES | _PACKED


def _unsupported(path: Path) -> InputFileError:
    return InputFileError(f"{path.name}: this format is not supported; use {FORMATS}")

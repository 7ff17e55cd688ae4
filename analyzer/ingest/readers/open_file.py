"""Find feedback files, and open each as a SourceTable by its suffix."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from analyzer.errors import InputFileError
from analyzer.ingest.readers.csv_reader import read_delimited
from analyzer.ingest.readers.json_reader import read_json_array, read_json_lines
from analyzer.ingest.readers.parquet_reader import read_parquet
from analyzer.ingest.readers.source_file import Source, open_source
from analyzer.ingest.readers.source_table import SourceTable
from analyzer.ingest.readers.xlsx_reader import read_workbook

FORMATS = ".csv, .tsv, .txt, .xlsx, .jsonl, .ndjson, .json or .parquet, also inside .zip or .gz"
_READERS: Mapping[str, Callable[[Source], SourceTable]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".txt": read_delimited,
    ".xlsx": read_workbook,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_array,
    ".parquet": read_parquet,
}
_PACKED = {".zip", ".gz"}


def find_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """List the files to read; a folder means every supported file directly in it, sorted by name.

    Raises:
        InputFileError: when a path does not exist, is not supported, or a folder holds no supported file.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.iterdir() if p.is_file() and _is_supported(p))
            if not found:
                raise InputFileError(f"{path}: holds no file to read; supported are {FORMATS}")
            files.update(dict.fromkeys(found))
        elif not path.is_file():
            raise InputFileError(f"{path}: no such file; check the path")
        elif not _is_supported(path):
            raise _unsupported(path)
        else:
            files[path] = None
    return tuple(files)


def open_table(path: Path, sheet: str | None = None) -> SourceTable:
    """Open a file as a SourceTable; sheet names a sheet of an .xlsx and is ignored by other formats.

    Raises:
        InputFileError: when the file cannot be read as a table.
    """
    if not _is_supported(path):
        raise _unsupported(path)
    source = open_source(path)
    if source.suffix == ".xlsx":
        return read_workbook(source, sheet)
    reader = _READERS.get(source.suffix)
    if reader is None:
        raise _unsupported(path)
    return reader(source)


def _is_supported(path: Path) -> bool:
    suffix = path.suffix.lower()
    return not path.name.startswith((".", "~$")) and (suffix in _READERS or suffix in _PACKED)


def _unsupported(path: Path) -> InputFileError:
    return InputFileError(f"{path.name}: this format is not supported; use {FORMATS}")

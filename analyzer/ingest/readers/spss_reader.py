"""Read SPSS files (.sav, .zsav) through pyreadstat: variable labels are the headings, value labels the cells."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analyzer.errors import InputFileError
from analyzer.ingest.readers.damage import damage_as
from analyzer.ingest.readers.read_options import DETECT, ReadOptions
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import MAX_COLUMNS, Record, SourceTable, build_table, cell_text, count_of

_CHUNK = 5_000
_MISSING_CODES = 90
"""Codes from here on, beside a scale that ends below, stand for "don't know" and "no answer"."""
_SLIDER_END = 100
_MOST_UNLABELED = 0.02
"""Share of answers without a label up to which they are slips, and the variable has no scale between its labels."""


def read_spss(source: Source, _options: ReadOptions = DETECT) -> SourceTable:
    """Read a .sav or .zsav; user-missing values are empty, dates are ISO 8601.

    Raises:
        InputFileError: when the file is damaged, packed, or has more than 1,000 columns.
    """
    if source.is_packed:
        raise InputFileError(f"{source.name}: an SPSS file cannot be read packed; unpack it first")
    meta = _metadata(source)
    if len(meta.column_names) > MAX_COLUMNS:
        raise InputFileError(f"{source.name}: has more than {MAX_COLUMNS:,} columns; export fewer columns")
    labels = _headings(meta.column_names, meta.column_labels)
    values = dict(meta.variable_value_labels)
    unlabeled = _with_unlabeled(source, {name: pairs for name, pairs in values.items() if _has_gaps(pairs)})
    for name in unlabeled:
        scale = _scale(values[name])
        values[name] = {value: label for value, label in values[name].items() if value not in scale}
    kept = len(unlabeled)

    def records() -> Iterator[Record]:
        for columns in _chunks(source):
            cells = [_texts(column, values.get(name, {})) for name, column in columns.items()]
            yield from map(list, zip(*cells, strict=True))

    notes = ["SPSS"]
    if kept:
        notes.append(f"{count_of(kept, 'scale')} with labels at its ends only kept as numbers")
    return build_table(source.path, source.name, labels, notes, records)


def _metadata(source: Source) -> Any:
    import pyreadstat  # noqa: PLC0415 - heavy: imports pandas

    with damage_as(source.name, "not a readable SPSS file; export it again"):
        return pyreadstat.read_sav(str(source.path), metadataonly=True)[1]


def _chunks(source: Source, names: list[str] | None = None) -> Iterator[Mapping[str, Any]]:
    import pyreadstat  # noqa: PLC0415 - see _metadata

    offset = 0
    while True:
        with damage_as(source.name, "the SPSS data are damaged; export it again"):
            data, _ = pyreadstat.read_sav(
                str(source.path), row_offset=offset, row_limit=_CHUNK, output_format="dict", usecols=names
            )
        rows = len(next(iter(data.values()), ()))
        if rows:
            yield data
        if rows < _CHUNK:
            return
        offset += rows


def _headings(names: list[str], labels: list[str | None]) -> list[str]:
    """Return the label of each variable, with its name where two variables share a label or one has none."""
    found = [(label or "").strip() for label in labels]
    return [
        label if label and found.count(label) == 1 else f"{name}: {label}" if label else name
        for name, label in zip(names, found, strict=True)
    ]


def _has_gaps(pairs: Mapping[Any, str]) -> bool:
    """Check whether codes between the labeled ones are missing, as in a scale with labels at its ends only."""
    scale = _scale(pairs)
    if len(scale) < 2 or any(not isinstance(value, int | float) for value in pairs):
        return False
    return len(scale) - 1 < scale[-1] - scale[0] <= 2 * _MISSING_CODES


def _scale(pairs: Mapping[Any, str]) -> list[float]:
    """Return the labeled codes in order, without those of missing values."""
    numbers = sorted(v for v in pairs if isinstance(v, int | float))
    return [v for v in numbers if 0 <= v < _MISSING_CODES or v == _SLIDER_END] or numbers


def _with_unlabeled(source: Source, labels: Mapping[str, Mapping[Any, str]]) -> set[str]:
    """Return the variables of which more than a few answers have no label."""
    if not labels:
        return set()
    filled, without = Counter[str](), Counter[str]()
    for columns in _chunks(source, list(labels)):
        for name, column in columns.items():
            counts = Counter(v for v in _values(column) if cell_text(v))
            filled[name] += counts.total()
            without[name] += sum(count for value, count in counts.items() if value not in labels[name])
    return {name for name in labels if without[name] > _MOST_UNLABELED * filled[name]}


def _values(column: Any) -> Iterable[Any]:
    values: Iterable[Any] = column.tolist() if hasattr(column, "tolist") else column
    return values


def _texts(column: Any, labels: Mapping[Any, str]) -> list[str]:
    known: dict[Any, str] = {}
    texts = []
    for value in _values(column):
        text = known.get(value)
        if text is None:
            text = known[value] = labels[value] if value in labels else cell_text(value).rstrip()
        texts.append(text)
    return texts

"""Read the texts of a file one by one, to be scrubbed and printed: every answer of a table, or every line."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.ingest.mapping import guess_mapping
from analyzer.ingest.personal_columns import personal_columns, product_values
from analyzer.ingest.readers.damage import damage_in
from analyzer.ingest.readers.encodings import find_encoding, open_text
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_file import Source, open_source
from analyzer.ingest.readers.source_table import BadRow
from analyzer.ingest.scrub_files import TABLES, text_lines
from analyzer.ingest.scrub_rows import RowReader
from analyzer.ingest.typing import profile
from analyzer.privacy.names.lexicon import CorpusVocabulary, Learner
from analyzer.privacy.pseudonyms import Pseudonyms


@dataclass(frozen=True, slots=True)
class SourceText:
    """One text of a file: its row or line from 1, the values that identify its author, and None if it is unreadable."""

    number: int
    text: str | None = field(repr=False)
    own: tuple[str, ...] = field(default=(), repr=False)


def texts_of(file: Path, mapping: Mapping[str, str], drop: tuple[str, ...] = ()) -> Iterator[SourceText]:
    """Yield the texts of a file: of a table its answers in free text, row by row; of any other file its lines.

    Args:
        file: the input file.
        mapping: which columns are what, as in an import; ignored unless the file is a table.
        drop: columns that are left out, likewise.

    Raises:
        InputFileError: when the file cannot be read.
        MappingError: when no column holds comments, or mapping or drop name a column that does not exist.
    """
    source = open_source(file)
    yield from _answers(file, mapping, drop) if source.suffix in TABLES else _lines(source)


def vocabulary_of(file: Path, mapping: Mapping[str, str], drop: tuple[str, ...] = ()) -> CorpusVocabulary:
    """Read a file once and return its vocabulary, as an import learns it: a name found once is known in every text.

    Args and errors are those of texts_of.
    """
    source, learner = open_source(file), Learner()
    if source.suffix not in TABLES:
        for line in _lines(source):
            learner.add(line.text or "")
        return learner.result()
    facts = profile(open_table(file), follow_ids=False, on_cells=learner.add_cells)
    plan = guess_mapping(facts, mapping, drop, personal_columns(facts), needs_text=False)
    return learner.result(product_values(facts, plan))


def _lines(source: Source) -> Iterator[SourceText]:
    with open_text(source, find_encoding(source).codec) as stream:
        lines = damage_in(source.name, text_lines(stream.readline))
        yield from (SourceText(number, line) for number, line in enumerate(lines, start=1))


def _answers(file: Path, mapping: Mapping[str, str], drop: tuple[str, ...]) -> Iterator[SourceText]:
    table = open_table(file)
    facts = profile(table, follow_ids=False)
    plan = guess_mapping(facts, mapping, drop, personal_columns(facts))
    reader = RowReader(facts, plan, Pseudonyms(secrets.token_bytes(32)))
    for row in table.rows():
        if isinstance(row, BadRow):
            yield SourceText(row.number, None)
        else:
            yield from (SourceText(row.number, c.text, c.own) for c in reader.answers(row, plan.questions))

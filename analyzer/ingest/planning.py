"""Read each file of an import once, plan it, and report on it afterwards."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.ingest.cleaning import MAX_TEXT
from analyzer.ingest.import_choices import Choices
from analyzer.ingest.mapping import ColumnPlan, guess_mapping
from analyzer.ingest.personal_columns import personal_columns, product_values
from analyzer.ingest.pipeline import Counts
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.read_options import ReadOptions
from analyzer.ingest.readers.source_table import SourceTable, count_of
from analyzer.ingest.types import IngestReport
from analyzer.ingest.typing import Profile, profile
from analyzer.privacy.names.cues import COMMON
from analyzer.privacy.names.gazetteer import family_names, plain_words
from analyzer.privacy.names.lexicon import CorpusVocabulary, Learner
from analyzer.types import Column

BRANDS_LISTED = 20


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that has been read once: the profile of its columns, and the words of its comments."""

    table: SourceTable
    facts: Profile
    words: Learner

    def planned(self, choices: Choices, known: Mapping[str, Column]) -> "PlannedFile":
        """Return the file with the use of each column.

        Args:
            choices: what the user chose.
            known: the columns of the workspace by name.

        Raises:
            MappingError: if the choices do not fit the columns, or no column holds comments.
        """
        personal = personal_columns(self.facts)
        plan = guess_mapping(self.facts, choices.mapping, choices.drop, personal, known=known, options=choices.columns)
        return PlannedFile(self.table, self.facts, plan, self.words.result(product_values(self.facts, plan)))


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that has been read once: the profile and use of its columns, and the vocabulary of its comments."""

    table: SourceTable
    facts: Profile
    plan: ColumnPlan
    vocabulary: CorpusVocabulary


def read_file(file: Path, options: ReadOptions) -> ReadFile:
    """Open a file and read it once.

    Raises:
        InputFileError: if it cannot be read as a table.
    """
    return read_table(open_table(file, options=options))


def read_table(table: SourceTable) -> ReadFile:
    """Read an open table once."""
    learner = Learner()
    return ReadFile(table, profile(table, on_cells=learner.add_cells), learner)


def report_file(file: PlannedFile, counts: Counts) -> IngestReport:
    """Return the report on one file."""
    table, facts, plan = file.table, file.facts, file.plan
    left_out = tuple(f"column {label!r} left out: {reason}" for label, reason in plan.dropped)
    return IngestReport(
        files=(table.name,),
        rows=counts.rows,
        stored=counts.stored,
        updated=counts.updated,
        duplicates=counts.duplicates,
        rejected=len(counts.rejected),
        comments=counts.comments,
        entities=dict(sorted(counts.entities.items())),
        seconds=0.0,
        rejections=tuple(counts.rejected),
        notes=facts.notes + plan.notes + left_out + _import_notes(counts) + _privacy_notes(file.vocabulary, counts),
    )


def join_reports(reports: Sequence[IngestReport], failed: Sequence[str], seconds: float) -> IngestReport:
    """Return one report that sums up several, with the files that could not be read."""
    entities: Counter[str] = Counter()
    for report in reports:
        entities.update(report.entities)

    def total(name: str) -> int:
        return sum(getattr(report, name) for report in reports)

    return IngestReport(
        files=tuple(name for report in reports for name in report.files),
        rows=total("rows"),
        stored=total("stored"),
        updated=total("updated"),
        duplicates=total("duplicates"),
        rejected=total("rejected"),
        comments=total("comments"),
        entities=dict(sorted(entities.items())),
        seconds=round(seconds, 2),
        failed=tuple(failed),
        rejections=tuple(rejected for report in reports for rejected in report.rejections),
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
    )


def _import_notes(counts: Counts) -> tuple[str, ...]:
    notes = list(counts.notes)
    if counts.without_comment:
        said = "has no comment; it counts" if counts.without_comment == 1 else "have no comment; they count"
        notes.append(f"{count_of(counts.without_comment, 'response')} {said} in figures about the fields")
    if counts.gained:
        notes.append(f"{counts.gained:,} known responses got values of columns that are new")
    if counts.too_long:
        notes.append(f"{counts.too_long:,} cells were left empty, because they are longer than {MAX_TEXT:,} characters")
    return tuple(notes)


def _privacy_notes(vocabulary: CorpusVocabulary, counts: Counts) -> tuple[str, ...]:
    notes = []
    ordinary = COMMON | plain_words("en")
    brand_words = (word for word in vocabulary.brands if word not in ordinary and word.isalpha())
    if brands := sorted(brand_words, key=lambda word: (word not in family_names(), word)):  # the doubtful ones first
        more = f" and {len(brands) - BRANDS_LISTED:,} more" if len(brands) > BRANDS_LISTED else ""
        notes.append(f"taken for brands and products, not for people: {', '.join(brands[:BRANDS_LISTED])}{more}")
    if counts.rescrubbed:
        notes.append(f"{counts.rescrubbed:,} stored rows were scrubbed again, because the rules have changed since")
    if counts.reviewed:
        notes.append(f"{counts.reviewed:,} texts have passages to review; see: analyzer privacy queue")
    return tuple(notes)

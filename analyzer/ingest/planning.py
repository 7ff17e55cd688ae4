"""Plan an import by reading each file once, and report on it afterwards."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.ingest.mapping import ColumnPlan, guess_mapping
from analyzer.ingest.personal_columns import personal_columns, product_values
from analyzer.ingest.pipeline import Counts
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_table import SourceTable
from analyzer.ingest.types import IngestReport
from analyzer.ingest.typing import Profile, profile
from analyzer.privacy.names.cues import COMMON
from analyzer.privacy.names.gazetteer import family_names, plain_words
from analyzer.privacy.names.lexicon import CorpusVocabulary, Learner

BRANDS_LISTED = 20


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that has been read once: the profile and use of its columns, and the vocabulary of its comments."""

    table: SourceTable
    facts: Profile
    plan: ColumnPlan
    vocabulary: CorpusVocabulary


def plan_file(file: Path, mapping: Mapping[str, str], drop: Sequence[str]) -> PlannedFile:
    """Open a file, read it once and decide the use of each column."""
    table, learner = open_table(file), Learner()
    facts = profile(table, on_cells=learner.add_cells)
    plan = guess_mapping(facts, mapping, drop, personal_columns(facts))
    return PlannedFile(table, facts, plan, learner.result(product_values(facts, plan)))


def report_file(file: PlannedFile, counts: Counts) -> IngestReport:
    """Return the report on one file."""
    table, facts, plan = file.table, file.facts, file.plan
    left_out = tuple(f"column {label!r} left out: {reason}" for label, reason in plan.dropped)
    return IngestReport(
        files=(table.name,),
        rows=counts.rows,
        stored=counts.stored,
        duplicates=counts.duplicates,
        rejected=len(counts.rejected),
        entities=dict(sorted(counts.entities.items())),
        seconds=0.0,
        rejections=tuple(counts.rejected),
        notes=facts.notes + plan.notes + left_out + _privacy_notes(file.vocabulary, counts),
    )


def join_reports(reports: Sequence[IngestReport], seconds: float) -> IngestReport:
    """Return one report that sums up several."""
    entities: Counter[str] = Counter()
    for report in reports:
        entities.update(report.entities)
    return IngestReport(
        tuple(name for report in reports for name in report.files),
        sum(report.rows for report in reports),
        sum(report.stored for report in reports),
        sum(report.duplicates for report in reports),
        sum(report.rejected for report in reports),
        dict(sorted(entities.items())),
        round(seconds, 2),
        tuple(rejected for report in reports for rejected in report.rejections),
        tuple(dict.fromkeys(note for report in reports for note in report.notes)),
    )


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

"""Show how a file would be imported: the use and the reading of each column, with scrubbed examples."""

from collections.abc import Sequence
from dataclasses import replace

from analyzer.ingest.label_names import keep_words
from analyzer.ingest.languages import count_languages
from analyzer.ingest.mapping import ColumnPlan
from analyzer.ingest.reading_words import options_of, reading_in_words
from analyzer.ingest.types import ColumnPreview, ExcludedRows, FilePreview
from analyzer.ingest.typing import ColumnProfile, Profile
from analyzer.ingest.values.reader import reader
from analyzer.privacy.scrubber import Scrubber
from analyzer.types import ColumnRole, Kind

EXAMPLES = 3
LANGUAGE_SAMPLES = 100
"""Comments of each question whose language is detected (about 0.1 s)."""
LONGEST_EXAMPLE = 120
KEPT = "kept as a field"
DROPPED = "left out"
QUESTION = "question"
HIDDEN = (ColumnRole.RESPONDENT, ColumnRole.ID)
"""Roles without examples: their values become pseudonyms or identify a record."""
_LABELS = frozenset({Kind.CATEGORY, Kind.ORDINAL, Kind.MULTI})
_WORDS = _LABELS | {Kind.TEXT}
"""Kinds whose values are words of the file; values of other kinds are numbers, dates, codes, yes and no."""
_SCRUBBED = _WORDS | {Kind.NUMBER, Kind.DATE}
"""Kinds whose cells may hold words: 1 - Very dissatisfied, Reviewed in Germany on 1 March 2024."""


def preview_file(facts: Profile, plan: ColumnPlan, scrubber: Scrubber) -> FilePreview:
    """Return the preview of a file; samples are scrubbed before they are shown."""
    columns = plan.profiles or facts.columns
    used = [column for column in columns if column.label in {kept.label for kept in plan.columns}]
    return FilePreview(
        file=facts.file,
        rows=facts.rows,
        unreadable=facts.bad_rows,
        preset=plan.preset or "",
        columns=tuple(_preview(column, plan, scrubber) for column in columns),
        notes=facts.notes + plan.notes,
        questions=plan.questions,
        unclear_dates=sum(column.dates.doubtful for column in used if column.dates is not None),
        languages=_languages(columns, plan),
        excluded=tuple(ExcludedRows(e.label, tuple(sorted(e.values)), e.reason, e.rows) for e in plan.exclusions),
    )


def _languages(columns: Sequence[ColumnProfile], plan: ColumnPlan) -> dict[str, int]:
    """Return the languages of the samples of the columns of free text."""
    asked = [column for column in columns if column.label in plan.questions]
    return count_languages([sample for column in asked for sample in column.samples[:LANGUAGE_SAMPLES]])


def _preview(column: ColumnProfile, plan: ColumnPlan, scrubber: Scrubber) -> ColumnPreview:
    label = column.label
    roles = {label: role for role, label in plan.roles.items()}
    dropped = dict(plan.dropped)
    by_content = {label: f"{reason}, which become pseudonyms" for label, reason in plan.by_content}
    role = roles.get(label)
    is_used = label not in dropped
    is_shown = is_used and role not in HIDDEN
    is_question = label in plan.questions
    preview = ColumnPreview(
        label=label,
        use=role.value if role else QUESTION if is_question else KEPT if is_used else DROPPED,
        kind=column.kind.value,
        filled=column.filled,
        examples=(),
        reason=dropped.get(label) or by_content.get(label, ""),
        change=options_of(column, is_used=is_used, is_question=is_question),
    )
    return _with_content(preview, column, scrubber) if is_shown else preview


def _with_content(preview: ColumnPreview, column: ColumnProfile, scrubber: Scrubber) -> ColumnPreview:
    read = reader(column.kind, column.reading)
    cells = _examples(column)
    values = ["" if (value := read(cell)) is None else str(value) for cell in cells]
    shown = _shown_labels(column, scrubber)
    is_label = column.kind in _LABELS
    return replace(
        preview,
        examples=_scrubbed(cells, scrubber, is_label=is_label) if column.kind in _SCRUBBED else tuple(cells),
        values=_scrubbed(values, scrubber, is_label=is_label) if column.kind in _WORDS else tuple(values),
        reading=reading_in_words(shown),
        missing=dict(column.missing),
        misfits=column.misfits,
        misfit_examples=_scrubbed(column.misfit_samples, scrubber),
        change=options_of(shown, is_used=True, is_question=preview.use in {QUESTION, ColumnRole.TEXT}),
    )


def _examples(column: ColumnProfile) -> list[str]:
    """Return the first of the samples that are neither missing nor misfits."""
    left_out = {*column.missing, *column.misfit_samples}
    return [sample for sample in column.samples if sample not in left_out][:EXAMPLES]


def _scrubbed(texts: Sequence[str], scrubber: Scrubber, *, is_label: bool = False) -> tuple[str, ...]:
    """Return texts scrubbed, as short as they are shown; of a label only full names count as people."""
    found = scrubber.scrub(list(texts)) if texts else []
    if is_label:
        found = [keep_words(text, one) for text, one in zip(texts, found, strict=True)]
    return tuple(one.text[:LONGEST_EXAMPLE] for one in found)


def _shown_labels(column: ColumnProfile, scrubber: Scrubber) -> ColumnProfile:
    """Return a column whose labels, which are words of the file, are scrubbed."""
    if column.kind is not Kind.ORDINAL:
        return column
    labels = _scrubbed(column.reading.labels, scrubber, is_label=True)
    return replace(column, reading=replace(column.reading, labels=labels))

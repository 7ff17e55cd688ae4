"""Show how a file would be imported: the use of each column, with scrubbed examples."""

from analyzer.ingest.mapping import ColumnPlan
from analyzer.ingest.types import ColumnPreview, FilePreview
from analyzer.ingest.typing import Profile
from analyzer.privacy.scrubber import Scrubber
from analyzer.types import ColumnRole

EXAMPLES = 3
LONGEST_EXAMPLE = 120
KEPT = "kept as a field"
DROPPED = "left out"
HIDDEN = (ColumnRole.RESPONDENT, ColumnRole.ID)
"""Roles without examples: their values become pseudonyms or identify a record."""


def preview_file(facts: Profile, plan: ColumnPlan, scrubber: Scrubber) -> FilePreview:
    """Return the preview of a file; samples are scrubbed before they are shown."""
    roles = {label: role for role, label in plan.roles.items()}
    dropped = dict(plan.dropped)
    by_content = {label: f"{reason}, which become pseudonyms" for label, reason in plan.by_content}
    kept = {column.label: column for column in plan.columns}
    columns = []
    for column in facts.columns:
        role = roles.get(column.label)
        shown = column.label not in dropped and role not in HIDDEN
        samples = column.samples[:EXAMPLES] if shown else ()
        examples = tuple(scrubbed.text[:LONGEST_EXAMPLE] for scrubbed in scrubber.scrub(samples)) if samples else ()
        use = role.value if role else DROPPED if column.label in dropped else KEPT
        kind = kept[column.label].kind if column.label in kept else column.kind
        reason = dropped.get(column.label) or by_content.get(column.label, "")
        columns.append(ColumnPreview(column.label, use, kind.value, column.filled, examples, reason))
    return FilePreview(
        facts.file, facts.rows, facts.bad_rows, plan.preset or "", tuple(columns), facts.notes + plan.notes
    )

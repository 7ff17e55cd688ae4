"""Format imports, hits, records and the status of a workspace as lines of text for a terminal."""

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from analyzer.custody.types import Reindexed
from analyzer.index.dates_in_words import date_in_words
from analyzer.index.types import Duplicates, IndexStatus, SearchResult, WorkspaceStatus
from analyzer.ingest.preview import KEPT
from analyzer.ingest.types import ColumnPreview, FilePreview, IngestReport
from analyzer.privacy.types import Translation
from analyzer.store.terminal import printable, say
from analyzer.types import ColumnRole, Feedback

REJECTIONS_SHOWN = 5
USES = {KEPT: "extra column", ColumnRole.ID.value: "response id"}
EXCERPT = 300
WORDS_SHOWN = 6
DRILL_EVERY_DAYS = 30
NOT_COMPARED = "texts were added since near duplicates were looked for; run: analyzer duplicates --find"
DOUBTED = ("date", "ordinal")
"""Kinds of columns whose order a person should confirm."""


class ProgressLine:
    """A progress bar on stderr if stderr is a terminal; otherwise one line for each file."""

    def __init__(self, doing: str = "scrubbing, embedding and storing", unit: str = "rows") -> None:
        """Show nothing yet.

        Args:
            doing: what happens to the rows; empty if the names of the steps say it.
            unit: what is counted.
        """
        self._doing = doing
        self._unit = unit
        self._bar: Any = None
        self._name = ""
        self._started = time.monotonic()

    def __enter__(self) -> "ProgressLine":
        """Return this progress line."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()

    def __call__(self, name: str, done: int, total: int) -> None:
        """Show how many rows of a file are done; called with (file, rows done, rows in total)."""
        if name != self._name:
            self._name = name
            self._begin(name, total)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def _begin(self, name: str, total: int) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if not total:
            say(f"{name} …")
        elif sys.stderr.isatty():
            from tqdm import tqdm  # noqa: PLC0415

            self._bar = tqdm(total=total, desc=printable(name), unit=f" {self._unit}", dynamic_ncols=True)
        else:
            doing = f"{total:,} {self._unit}, {self._doing}" if self._doing else "…"
            say(f"{name}: {doing}")


def preview_lines(preview: FilePreview) -> list[str]:
    """Format the column mapping of a file as a table."""
    lines = [f"{preview.file}: {preview.rows:,} rows" + (f", {preview.preset} export" if preview.preset else "")]
    for column in preview.columns:
        lines += _column_lines(column)
    if preview.questions:
        lines.append(f"  questions answered in free text: {', '.join(map(repr, preview.questions))}")
    if preview.unclear_dates:
        lines.append(f"  dates that can be read day first and month first: {preview.unclear_dates:,}")
    lines += [f"  left out: {one.rows:,} rows, {one.reason} (column {one.label!r})" for one in preview.excluded]
    lines += [f"  note: {note}" for note in preview.notes]
    return [
        *lines,
        "nothing stored; import with the same command without --preview; what is read wrongly is changed with --map, "
        "--type, --dates, --order, --missing or --scale (analyzer ingest --help)",
    ]


def _column_lines(column: ColumnPreview) -> list[str]:
    """Format one column: its use and reading, three cells and their values, what is empty, how to change it."""
    detail = column.reason or " | ".join(map(_before_and_after, column.examples, column.values or column.examples))
    kind = column.reading or column.kind
    lines = [
        f"  {column.label[:36]:36} {USES.get(column.use, column.use):16} {kind:9} {column.filled:>8,}  {detail[:200]}"
    ]
    if column.missing:
        words = ", ".join(f"{word!r} {count:,}" for word, count in list(column.missing.items())[:WORDS_SHOWN])
        lines.append(f"      no answer: {words}")
    if column.misfits:
        examples = f": {' | '.join(column.misfit_examples)}" if column.misfit_examples else ""
        lines.append(f"      {column.misfits:,} do not fit and are left empty{examples[:200]}")
    if column.change and (column.misfits or column.reason or column.kind in DOUBTED):
        lines.append(f"      change: {'  '.join(column.change)}")
    return lines


def _before_and_after(cell: str, value: str) -> str:
    return cell if cell == value else f"{cell} → {value}"


def report_lines(report: IngestReport) -> list[str]:
    """Format the outcome of an import."""
    lines = [
        f"{', '.join(report.files)}: {report.rows:,} rows = {report.stored:,} stored + {report.updated:,} updated + "
        f"{report.duplicates:,} known already + {report.rejected:,} rejected, in {report.seconds:,.1f} s",
        f"{report.comments:,} comments in the {report.stored:,} new responses",
    ]
    lines += [f"NOT READ: {one}" for one in report.failed]
    if report.entities:
        lines.append("replaced: " + ", ".join(f"{n:,} {kind}" for kind, n in report.entities.items()))
    lines += [f"note: {note}" for note in report.notes]
    by_reason: dict[str, list[str]] = {}
    for rejected in report.rejections:
        by_reason.setdefault(rejected.reason, []).append(f"{rejected.file} data row {rejected.row}")
    for reason, rows in by_reason.items():
        more = f" and {len(rows) - REJECTIONS_SHOWN:,} more (--json lists all)" if len(rows) > REJECTIONS_SHOWN else ""
        lines.append(f"rejected, {reason}: {len(rows):,}: {', '.join(rows[:REJECTIONS_SHOWN])}{more}")
    return lines


def reindexed_lines(done: Reindexed) -> list[str]:
    """Format a change of the embedding model."""
    lines = []
    if done.backup:
        lines = [
            f"embedding model: {done.model} (before: {done.before}); {done.texts:,} different comments and "
            f"{done.clauses:,} different opinions embedded" + (", continued after a stop" if done.resumed else ""),
            f"backup of the state before: {done.backup}",
        ]
    return [*lines, *done.notes]


def model_line(model: Mapping[str, Any]) -> str:
    """Format one model of the catalog."""
    presence = "present" if model["present"] else "missing"
    size = f"{model['bytes'] / 1e6:8,.0f} MB"
    return f"{model['name']:40} {model['role']:10} {size}  {model['licence']:12} {presence}"


def hit_lines(result: SearchResult) -> list[str]:
    """Format hits, best first."""
    if not result.hits:
        return [f"nothing found among {result.among:,} comments"]
    lines = []
    for hit in result.hits:
        same = f"  ×{hit.same_words}" if hit.same_words > 1 else ""
        lines.append(f"{hit.score:.3f}  {hit.id}{same}  {_brief(hit.fields)}")
        lines.append(f"       {_excerpt(hit.text)}")
    return lines


def duplicate_lines(found: Duplicates) -> list[str]:
    """Format groups of near duplicates, those of the most comments first."""
    lines = [
        f"{found.comments:,} comments, {found.different:,} different texts; {found.copies:,} comments in "
        f"{_groups(found.count)} of near duplicates"
    ]
    for group in found.groups:
        variants = f", {group.texts:,} variants" if group.texts > 1 else ""
        lines += [f"{group.comments:6,} comments{variants}  {group.id}", f"       {_excerpt(group.text)}"]
    if found.count:
        lines.append("to count each group once, add to a filter: --where 'copies = once' (or --once)")
    if found.is_stale:
        lines.append(NOT_COMPARED)
    return lines


def record_lines(record: Feedback) -> list[str]:
    """Format one record with its full text and all fields."""
    asked = [f"  question: {record.question}"] if record.question else []
    text = record.text or "(no comment)"
    return [record.id, text, *asked, *(f"  {name}: {value}" for name, value in record.fields.items()), ""]


def translation_lines(found: Translation) -> list[str]:
    """Format a comment with what it says in English."""
    english = [f"  in English: {found.english}"] if found.english else []
    return [found.id, found.text, *english, f"  {found.notice}", ""]


def status_lines(status: WorkspaceStatus) -> list[str]:
    """Format the contents and the state of a workspace."""
    lines = [
        f"{status.workspace}: {status.responses:,} responses with {status.records:,} comments, "
        f"{status.texts:,} different texts, {_size(status.bytes)}"
    ]
    if status.different is not None and status.duplicate_groups:
        lines.append(
            f"near duplicates: {_groups(status.duplicate_groups)}; with each counted once "
            f"{status.different:,} different texts"
        )
    lines += [NOT_COMPARED] if status.duplicates_stale else []
    if status.single_user:
        lines.append("single-user mode: anyone who can run this program under this system account has full access")
    lines += [
        f"  import {i.number}, {i.file}: {i.stored:,} stored, {i.updated:,} updated, {i.duplicates:,} known already, "
        f"{i.rejected:,} rejected, "
        f"{'finished ' + date_in_words(i.finished) if i.finished else 'NOT FINISHED: import it again to continue'}"
        for i in status.imports
    ] or ["  empty; import something with: analyzer ingest FILE"]
    if len(status.questions) > 1:
        lines.append("questions: " + "; ".join(status.questions))
    lines.append("columns: " + ", ".join(f"{c.name} ({c.kind})" for c in status.columns))
    lines.append("languages: " + ", ".join(f"{language} {n:,}" for language, n in status.languages.items()))
    lines += [*_index_lines(status.index), *_model_lines(status)]
    return [*lines, _drill_line(status.days_since_drill)]


def _index_lines(index: IndexStatus | None) -> list[str]:
    if index is None:
        return []
    if index.is_exact:
        return [f"search by meaning: exact, {index.vectors:,} vectors compared"]
    return [
        f"search by meaning: {index.recall:.2%} of the 10 nearest of {index.measured_among:,} vectors are found "
        f"(measured with {index.queries} queries; {index.probed} of {index.lists:,} lists, {index.candidates:,} "
        "candidates compared)"
    ]


def _model_lines(status: WorkspaceStatus) -> list[str]:
    missing = [name for name, is_here in status.models.items() if not is_here]
    lines = []
    if status.model_server in missing:
        missing.remove(status.model_server)
        lines.append(f"the model server does not answer: {status.model_server}; start it, see docs/models.md")
    if missing:
        lines.append(f"models missing: {', '.join(missing)}; run: analyzer models fetch")
    return lines or ["models: all present"]


def _drill_line(days: int | None) -> str:
    if days is None:
        return "last restore test: never; run: analyzer backup create, then analyzer backup drill"
    late = f", more than {DRILL_EVERY_DAYS}; run: analyzer backup drill" if days > DRILL_EVERY_DAYS else ""
    return f"last restore test: {days} days ago{late}"


def _brief(fields: Any) -> str:
    shown = {name: value for name, value in fields.items() if name in ("date", "rating")}
    return ", ".join(f"{name} {str(value)[:10]}" for name, value in shown.items())


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def _groups(count: int) -> str:
    return f"{count:,} group" if count == 1 else f"{count:,} groups"


def _size(number: int) -> str:
    return f"{number / 1e6:,.1f} MB"

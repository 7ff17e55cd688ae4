"""Parts of the page Add data: the roles of columns, how they are read, the preview table, and the report."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from analyzer.index.dates_in_words import date_in_words
from analyzer.index.types import ImportSummary
from analyzer.ingest.column_options import parse_options
from analyzer.ingest.import_choices import ImportOptions
from analyzer.ingest.preview import KEPT
from analyzer.ingest.readers.read_options import ReadOptions
from analyzer.ingest.types import ColumnPreview, FilePreview, IngestReport
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _, ngettext
from analyzer.types import Column, ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.charts import count_bars
from analyzer.ui.parts.clickable import draw_chart
from analyzer.ui.session import workspace
from analyzer.ui.uploads import ReadingChange
from analyzer.ui.value_names import value_name

NOT_SET = "—"
SINGLE_ROLES = {
    ColumnRole.ID: N_("Id"),
    ColumnRole.DATE: N_("Date"),
    ColumnRole.RATING: N_("Rating"),
    ColumnRole.RESPONDENT: N_("Respondent"),
    ColumnRole.LINK: N_("Survey link"),
}
COMMENT_USES = ("text", "question")
USES = {KEPT: N_("extra column"), ColumnRole.ID.value: N_("response id")}
DATE_FORMS = ("dmy", "mdy", "ymd", "excel-1900", "excel-1904", "epoch-seconds", "epoch-milliseconds")


def choose_roles(preview: FilePreview) -> tuple[dict[str, str], list[str]]:
    """Draw the choice of the columns of comments and of each role; return role -> column, and the columns to leave out.

    What is left as it was found is not among the result, so that an earlier choice for the same headings holds.
    """
    labels = [column.label for column in preview.columns]
    guessed = {column.use: column.label for column in preview.columns}
    found = list(preview.questions)
    questions = st.multiselect(
        _("Comments"),
        labels,
        found,
        placeholder=_("Choose options"),
        help=_("every column that people answered in their own words"),
    )
    mapping = {} if questions == found else {ColumnRole.TEXT.value: ",".join(questions)}
    for cell, (role, title) in zip(st.columns(len(SINGLE_ROLES)), SINGLE_ROLES.items(), strict=True):
        options, before = [NOT_SET, *labels], guessed.get(role.value, NOT_SET)
        chosen = cell.selectbox(_(title), options, options.index(before))
        if chosen != before:
            mapping[role.value] = "" if chosen == NOT_SET else chosen
    left_out = [column.label for column in preview.columns if column.use == "left out"]
    drop = st.multiselect(
        _("Leave out"), [label for label in labels if label not in questions], left_out, placeholder=_("Choose options")
    )
    if keep := [label for label in left_out if label not in drop and label not in mapping.values()]:
        mapping["keep"] = ",".join(keep)
    return mapping, [label for label in drop if label not in left_out]


def choose_file_options(columns: Sequence[ColumnPreview], changes: list[ReadingChange]) -> ImportOptions:
    """Draw the options on how the file and single columns are read; return those that were chosen.

    Args:
        columns: of the file.
        changes: what was changed about single columns; changed by what is clicked.
    """
    with st.expander(_("Read something differently"), icon=":material/tune:"):
        st.caption(_("Each change is shown in the table below before anything is stored."))
        sheet, encoding, delimiter, dataset = st.columns(4)
        options = ReadOptions(
            sheet.text_input(_("Sheet"), help=_("of a workbook; empty for the one with the answers")) or None,
            encoding.text_input(_("Encoding"), help=_("such as cp1252; empty to find it out")) or None,
            delimiter.text_input(_("Delimiter"), max_chars=1, help=_("of a CSV file; empty to find it out")) or None,
        )
        name = dataset.text_input(_("Dataset"), help=_("if the ids of each form start again: a name for this one"))
        _draw_change_form([column.label for column in columns], changes)
        for change in list(changes):
            cell, button = st.columns([5, 1], vertical_alignment="center")
            cell.text(f"{change.option} {change.text}")
            if button.button(_("Undo"), key=f"undo {change.option} {change.text}"):
                changes.remove(change)
                st.rerun()
    texts: dict[str, list[str]] = {}
    for change in changes:
        texts.setdefault(change.option, []).append(change.text)
    return ImportOptions(options, parse_options(**texts), name or None)


def _draw_change_form(labels: Sequence[str], changes: list[ReadingChange]) -> None:
    what = {
        "types": _("Kind"),
        "dates": _("Form of its dates"),
        "order": _("Order of its labels"),
        "missing": _("Word for no answer"),
        "scale": _("Ends of its scale"),
    }
    column, option, value, add = st.columns([3, 2, 3, 1], vertical_alignment="bottom")
    chosen = column.selectbox(_("Column"), labels) or ""
    changed = option.selectbox(_("What to change"), list(what), format_func=lambda name: what[name]) or "types"
    if changed == "types":
        said = value.selectbox(_("Read as"), [kind.value for kind in Kind], format_func=value_name)
    elif changed == "dates":
        said = value.selectbox(_("Read as"), DATE_FORMS)
    else:
        hints = {"order": "poor|fair|good", "missing": _("no answer"), "scale": _("1-5, or 5-1 if 1 is the best")}
        said = value.text_input(_("Read as"), placeholder=hints[changed])
    if add.button(_("Change"), disabled=not said):
        changes[:] = [one for one in changes if (one.option, one.column) != (changed, chosen) or changed == "missing"]
        changes.append(ReadingChange(changed, chosen, said))
        st.rerun()


def show_preview(preview: FilePreview) -> None:
    """Draw what the file holds and how each column would be read."""
    kept = sum(column.use != "left out" for column in preview.columns)
    for cell, (name, value) in zip(
        st.columns(4),
        {_("Rows"): preview.rows, _("Questions"): len(preview.questions), _("Columns used"): kept,
         _("Columns left out"): len(preview.columns) - kept}.items(),
        strict=True,
    ):  # fmt: skip
        cell.metric(name, localized(value, ","))
    for one in preview.excluded:
        st.warning(
            ngettext(
                "{rows:,} row would be left out: {reason}",
                "{rows:,} rows would be left out: {reason}",
                one.rows,
                rows=one.rows,
                reason=one.reason,
            ),
            icon=":material/filter_alt:",
        )
    notes = [*([_("{preset} export", preset=preview.preset)] if preview.preset else []), *preview.notes]
    if notes:
        st.text("\n".join(f"• {note}" for note in notes))
    st.dataframe(pd.DataFrame(map(_preview_row, preview.columns)), hide_index=True)


def _preview_row(column: ColumnPreview) -> dict[str, object]:
    cells = zip(column.examples, column.values or column.examples, strict=False)
    return {
        _("column"): column.label,
        _("use"): _("comment") if column.use in COMMENT_USES else _(USES.get(column.use, column.use)),
        _("read as"): value_name(column.reading or column.kind),
        _("filled"): column.filled,
        _("no answer"): _counted(column.missing),
        _("does not fit"): column.misfits or None,
        _("examples, scrubbed"): " | ".join(cell if cell == value else f"{cell} → {value}" for cell, value in cells),
        _("why left out"): column.reason,
    }


def _counted(words: Mapping[str, int]) -> str:
    return ", ".join(_("{word} ×{count:,}", word=word, count=count) for word, count in words.items())


def run_import(file: Path, mapping: Mapping[str, str], drop: Sequence[str], options: ImportOptions) -> IngestReport:
    """Import a file with a progress bar; return its report."""
    bar = st.progress(0.0, _("Starting; the first import loads the models, which takes some seconds"))

    def on_progress(name: str, done: int, total: int) -> None:
        """Update the progress bar; called with (file, rows done, rows in total)."""
        bar.progress(
            done / total if total else 0.0,
            ngettext(
                "{name}: {done:,} of {total:,} row scrubbed and stored",
                "{name}: {done:,} of {total:,} rows scrubbed and stored",
                total,
                name=unmarked(name),
                done=done,
                total=total,
            ),
        )

    report = workspace().ingest([file], mapping, drop, on_progress, options)
    bar.empty()
    return report


def show_imports(imports: Sequence[ImportSummary]) -> None:
    """Draw the imports so far, newest first."""
    if not imports:
        return
    st.header(_("Imports so far"))
    rows = [
        {
            _("file"): one.file,
            _("finished"): date_in_words(one.finished) or _("not finished"),
            _("new responses"): one.stored,
            _("updated"): one.updated,
            _("known already"): one.duplicates,
            _("rejected"): one.rejected,
            _("values replaced"): sum(one.entities.values()),
        }
        for one in reversed(imports)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def show_columns(columns: Sequence[Column]) -> None:
    """Draw the columns that are kept, with their kind and role."""
    if not columns:
        return
    with st.expander(
        ngettext("{n:,} column", "{n:,} columns", len(columns), n=len(columns)), icon=":material/view_column:"
    ):
        rows = [
            {_("column"): one.label, _("name in filters"): one.name, _("kind"): value_name(one.kind.value),
             _("role"): value_name(one.role.value) if one.role else _("extra column")}
            for one in columns
        ]  # fmt: skip
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def show_report(report: IngestReport) -> None:
    """Draw the outcome of an import: counts, notes, replaced values by type, rejected rows."""
    st.success(
        _(
            "{comments:,} comments stored in {stored:,} new responses, in {seconds:,.0f} s",
            comments=report.comments,
            stored=report.stored,
            seconds=report.seconds,
        ),
        icon=":material/check_circle:",
    )
    figures = {
        _("Rows"): report.rows, _("New responses"): report.stored, _("Updated"): report.updated,
        _("Known already"): report.duplicates, _("Rejected"): report.rejected, _("New comments"): report.comments,
    }  # fmt: skip
    for cell, (name, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        cell.metric(name, localized(value, ","))
    if report.notes:
        with st.expander(_("Notes")):
            st.text("\n".join(f"• {note}" for note in report.notes))
    if report.entities:
        st.caption(_("Personal data replaced, by type"))
        ranked = sorted(report.entities.items(), key=lambda one: (-one[1], one[0]))
        draw_chart(count_bars(ranked, _("values replaced")))
    if report.rejections:
        st.caption(_("Rejected rows, counted below the headings"))
        st.dataframe(
            pd.DataFrame([{_("file"): r.file, _("data row"): r.row, _("reason"): r.reason} for r in report.rejections])
        )

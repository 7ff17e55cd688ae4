"""Add data: upload a file, check and correct the roles of its columns, import it, show the report."""

import pandas as pd
import streamlit as st

from analyzer.ingest.types import FilePreview, IngestReport
from analyzer.types import ColumnRole
from analyzer.ui.markup import unmarked
from analyzer.ui.session import end_page, guarded, upload_slot, workspace

FORMATS = ["csv", "tsv", "txt", "xlsx", "jsonl", "ndjson", "json", "parquet", "zip", "gz"]
NOT_SET = "—"


def choose_roles(preview: FilePreview) -> tuple[dict[str, str], list[str]]:
    """Draw a menu for each role; return role -> column, and the columns to leave out."""
    labels = [column.label for column in preview.columns]
    guessed = {column.use: column.label for column in preview.columns}
    mapping: dict[str, str] = {}
    for cell, role in zip(st.columns(len(ColumnRole)), ColumnRole, strict=True):
        options = [NOT_SET, *labels]
        chosen = cell.selectbox(role.value.capitalize(), options, options.index(guessed.get(role.value, NOT_SET)))
        mapping[role.value] = "" if chosen == NOT_SET else chosen
    left_out = [column.label for column in preview.columns if column.use == "left out"]
    used = set(mapping.values())
    drop = st.multiselect(
        "Leave out", [label for label in labels if label not in used], [x for x in left_out if x not in used]
    )
    keep = [label for label in left_out if label not in drop and label not in used]
    return mapping | ({"keep": ",".join(keep)} if keep else {}), drop


def show_report(report: IngestReport) -> None:
    """Draw the outcome of an import: counts, replaced values by type, rejected rows."""
    cells = st.columns(4)
    figures = {
        "rows": report.rows,
        "stored": report.stored,
        "duplicates": report.duplicates,
        "rejected": report.rejected,
    }
    for cell, (name, value) in zip(cells, figures.items(), strict=True):
        cell.metric(name.capitalize(), f"{value:,}")
    if report.entities:
        st.caption("Personal data replaced, by type")
        st.bar_chart(pd.Series(report.entities, name="replaced"), horizontal=True)
    if report.rejections:
        st.caption("Rejected rows")
        st.dataframe(pd.DataFrame([{"file": r.file, "row": r.row, "reason": r.reason} for r in report.rejections]))


st.title("Add data")
for unfinished in (item for item in workspace().status().imports if not item.finished):
    st.warning(f"The import of {unmarked(unfinished.file)} stopped after {unfinished.stored:,} comments; "
               "import the same file again to continue.", icon=":material/pause_circle:")  # fmt: skip
upload = st.file_uploader("A file of comments", FORMATS, help="CSV, TSV, Excel, JSON lines or Parquet, also zipped")
if upload is None:
    upload_slot().clear()
    st.info("Choose a file. Nothing is stored before you have seen how it will be read.", icon=":material/upload_file:")
    end_page()
with guarded():
    stored = upload_slot().take(upload.file_id, upload.name, upload)
    with st.spinner("Reading the file…"):
        preview = stored.preview({}, (), workspace().imports.preview)
    st.caption(f"{preview.rows:,} rows" + (f" · {preview.preset} export" if preview.preset else ""))
    for note in preview.notes:
        st.text(note)
    mapping, drop = choose_roles(preview)
    shown = [
        {
            "column": c.label,
            "use": c.use,
            "kind": c.kind,
            "filled": c.filled,
            "why": c.reason,
            "examples, scrubbed": " | ".join(c.examples),
        }
        for c in preview.columns
    ]
    st.dataframe(pd.DataFrame(shown), hide_index=True)
    if st.button("Import", type="primary"):
        bar = st.progress(0.0, "Starting; the first import loads the models, which takes some seconds")

        def on_progress(name: str, done: int, total: int) -> None:
            """Update the progress bar; called with (file, rows done, rows in total)."""
            bar.progress(
                done / total if total else 0.0, f"{unmarked(name)}: {done:,} of {total:,} rows scrubbed and stored"
            )

        with stored.reading() as file:
            report = workspace().ingest([file], mapping, drop, on_progress)
        bar.empty()
        st.success(f"{report.stored:,} comments stored in {report.seconds:,.0f} s", icon=":material/check_circle:")
        show_report(report)

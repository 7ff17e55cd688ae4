"""Add data: upload a file, see how it is read, change what is read wrongly, import it, see the report."""

import streamlit as st

from analyzer.ui.markup import unmarked
from analyzer.ui.parts.import_parts import choose_file_options, choose_roles, show_preview, show_report
from analyzer.ui.session import end_page, guarded, upload_slot, workspace

FORMATS = [
    "csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods", "sav", "jsonl", "ndjson", "json", "parquet", "html",
    "zip", "gz",
]  # fmt: skip

st.title("Add data")
for unfinished in (item for item in workspace().status().imports if not item.finished):
    st.warning(f"The import of {unmarked(unfinished.file)} stopped after {unfinished.stored:,} responses; "
               "import the same file again to continue.", icon=":material/pause_circle:")  # fmt: skip
upload = st.file_uploader(
    "A file of comments", FORMATS, help="CSV, Excel and other spreadsheets, SPSS, JSON or Parquet, also zipped"
)
if upload is None:
    upload_slot().clear()
    st.info("Choose a file. Nothing is stored before you have seen how it will be read.", icon=":material/upload_file:")
    end_page()
with guarded():
    stored = upload_slot().take(upload.file_id, upload.name, upload)
    with st.spinner("Reading the file…"):
        found = stored.preview({}, (), None, workspace().imports.preview)
    mapping, drop = choose_roles(found)
    options = choose_file_options(found.columns, stored.changes)
    with st.spinner("Reading the file…"):
        preview = stored.preview(mapping, drop, options, workspace().imports.preview)
    show_preview(preview)
    if st.button("Import", type="primary"):
        bar = st.progress(0.0, "Starting; the first import loads the models, which takes some seconds")

        def on_progress(name: str, done: int, total: int) -> None:
            """Update the progress bar; called with (file, rows done, rows in total)."""
            bar.progress(
                done / total if total else 0.0, f"{unmarked(name)}: {done:,} of {total:,} rows scrubbed and stored"
            )

        with stored.reading() as file:
            report = workspace().ingest([file], mapping, drop, on_progress, options)
        bar.empty()
        st.success(
            f"{report.comments:,} comments stored in {report.stored:,} new responses, in {report.seconds:,.0f} s",
            icon=":material/check_circle:",
        )
        show_report(report)

"""Add data: upload a file, see how it is read, change what is read wrongly, import it, see what to do next."""

import streamlit as st

from analyzer.messages.text import _, ngettext
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.import_parts import (
    choose_file_options,
    choose_roles,
    run_import,
    show_columns,
    show_imports,
    show_preview,
    show_report,
)
from analyzer.ui.parts.next_steps import confirm_people, next_steps
from analyzer.ui.session import end_page, guarded, page, upload_slot, workspace

FORMATS = [
    "csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods", "sav", "jsonl", "ndjson", "json", "parquet", "html",
    "zip", "gz",
]  # fmt: skip

st.title(_("Add data"))
status = workspace().status()
for unfinished in (item for item in status.imports if not item.finished):
    st.warning(
        ngettext(
            "The import of {file} stopped after {stored:,} response; import the same file again to continue.",
            "The import of {file} stopped after {stored:,} responses; import the same file again to continue.",
            unfinished.stored,
            file=unmarked(unfinished.file),
            stored=unfinished.stored,
        ),
        icon=":material/pause_circle:",
    )
upload = st.file_uploader(
    _("A file of comments"), FORMATS, help=_("CSV, Excel and other spreadsheets, SPSS, JSON or Parquet, also zipped")
)
if upload is None:
    upload_slot().clear()
    page().imported = None
    st.info(
        _("Choose a file. Nothing is stored before you have seen how it will be read."), icon=":material/upload_file:"
    )
    with guarded():
        show_imports(status.imports)
        show_columns(status.columns)
    end_page()
with guarded():
    if (done := page().imported) and done[0] == upload.file_id:
        show_report(done[1])
        next_steps()
        confirm_people()
        end_page()
    stored = upload_slot().take(upload.file_id, upload.name, upload)
    with st.spinner(_("Reading the file…")):
        found = stored.preview({}, (), None, workspace().imports.preview)
    top = st.container()
    with st.expander(_("Change what each column is"), icon=":material/view_column:"):
        mapping, drop = choose_roles(found)
    options = choose_file_options(found.columns, stored.changes)
    with st.spinner(_("Reading the file…")):
        preview = stored.preview(mapping, drop, options, workspace().imports.preview)
    with top:
        show_preview(preview)
    if st.button(_("Import"), type="primary"):
        with stored.reading() as file:
            page().imported = upload.file_id, run_import(file, mapping, drop, options)
        st.rerun()

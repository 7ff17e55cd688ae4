"""Draw the codebook, a tab of Themes: coded comments with precision and recall, one theme, one comment to label."""

from typing import Any

import pandas as pd
import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.themes.codebook.types import Codebook, CodedTheme
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.record_parts import plain, record
from analyzer.ui.session import guarded, keep_open, may, page, workspace
from analyzer.ui.theme_job import ThemeJob
from analyzer.ui.uploads import stored_upload

AT_A_TIME = 25
EXAMPLE_FILE = """themes:
  - name: Delivery
    description: parcels, couriers and how long they take
    examples: [my parcel came late, quick delivery]
    exclusions: [the courier was rude]
"""


def show_codebook(where: str) -> None:
    """Draw the codebook: its forms, its figures, its themes, and comments to check."""
    found = workspace().codebook.list(where)
    _forms(is_first=not found.themes)
    if not found.themes:
        return
    if found.stale:
        st.warning(
            "Comments, labels or themes have changed since these comments were coded.", icon=":material/history:"
        )
    if may(Permission.THEMES):
        code_comments(is_coded=bool(found.applied))
    figures(found)
    picked = theme_table(found)
    if not may(Permission.COMMENTS):
        return
    if picked:
        one_theme(picked)
    else:
        st.caption("Select a theme to see its definition and the comments of which it is most certain.")
    if may(Permission.LABELS):
        with st.container(border=True):
            st.subheader("Check comments")
            labeling(found, where)


def _forms(*, is_first: bool) -> None:
    if is_first:
        st.caption("Your own themes: name them here or import a list, and every comment is classified with them.")
    if may(Permission.THEMES):
        type_form(is_first=is_first)
        load_form()
    elif is_first:
        st.info("There is no codebook yet. Ask a steward to import one.", icon=":material/menu_book:")


def code_comments(*, is_coded: bool) -> None:
    """Draw the button that classifies all comments, and the progress of it."""
    state = page()
    if st.button("Recode comments" if is_coded else "Code all comments", type="primary"):
        state.coding = ThemeJob(keep_open(workspace().codebook.apply))
    if job := state.coding:
        job.watch()
        state.coding = None
        state.tasks = []
        if not job.error:
            st.rerun()
        st.error(unmarked(job.error), icon=":material/error:")


def load_form() -> None:
    """Draw the form that loads a codebook from a file or from the discovered themes."""
    with st.expander("Import a codebook", icon=":material/menu_book:"):
        upload = st.file_uploader(
            "YAML, JSON or CSV: name, description, examples, exclusions", ["yaml", "yml", "json", "csv"]
        )
        if upload is None:
            st.code(EXAMPLE_FILE, language=None, wrap_lines=True)
        elif st.button("Use this codebook", type="primary"):
            with stored_upload(upload.name, upload) as file:
                workspace().codebook.load(file)
            page().tasks = []
            st.rerun()
        if st.button("Add the discovered themes", help="their names, with their most typical opinions as examples"):
            workspace().codebook.promote()
            page().tasks = []
            st.rerun()


def type_form(*, is_first: bool) -> None:
    """Draw the form that adds one theme, typed here; it is open while there is none."""
    with (
        st.expander("Add a theme", expanded=is_first, icon=":material/add:"),
        st.form("codebook-type", border=False, clear_on_submit=True),
    ):
        name = st.text_input("Name", max_chars=80)
        description = st.text_input("What belongs to it", max_chars=500)
        examples = st.text_area("Examples, one on a line", height=100, help="A few are enough; real wording works best")
        if st.form_submit_button("Add this theme", type="primary"):
            if not name.strip():
                st.warning("A theme needs a name.")
                return
            with guarded():
                lines = [line.strip() for line in examples.splitlines() if line.strip()]
                workspace().codebook.add(name, description.strip(), lines)
                page().tasks = []
                st.rerun()


def figures(found: Codebook) -> None:
    """Draw the number of coded and of labeled comments, and the F1 on comments coded without their own label."""
    cells = st.columns(4)
    cells[0].metric("Comments", f"{found.comments:,}")
    cells[1].metric("Coded", f"{100 * found.coverage:.1f} %", help="with any theme")
    cells[2].metric("Checked", f"{found.labeled:,}", help="different comments that people gave a label")
    how = "on labeled comments, each coded without its own label"
    if found.human_f1 is not None:
        how += f"; two people reach {found.human_f1:.2f} against each other"
    cells[3].metric("Accuracy (F1)", "–" if found.f1 is None else f"{found.f1:.2f}", help=how)
    if not found.applied:
        st.info(
            "Nothing is coded yet. Code the comments, then check some to improve the coding.", icon=":material/info:"
        )
    elif found.f1 is None:
        st.warning(
            "Automatic estimate from the text of the codebook, not yet checked. Check some comments to correct it."
        )


def theme_table(found: Codebook) -> CodedTheme | None:
    """Draw the themes as a table; return the selected one."""
    themes = sorted(found.themes, key=lambda one: (-one.comments, one.theme.name))
    rows = [
        {"theme": one.theme.name, "comments": one.comments, "share": 100 * one.share, "yes": one.confirmed,
         "no": one.rejected, "precision": _percent(one.precision), "recall": _percent(one.recall),
         "method": "labels" if one.learned else "keywords"}
        for one in themes
    ]  # fmt: skip
    top = max((100 * one.share for one in themes), default=1.0)
    event: Any = st.dataframe(
        pd.DataFrame(rows, index=pd.Index([one.theme.id for one in themes], name="id")), height=380,
        on_select="rerun", selection_mode="single-row",
        column_config={
            "share": st.column_config.ProgressColumn("share", format="%.1f %%", min_value=0,
                                                     max_value=top or 1.0),
            "precision": st.column_config.NumberColumn(format="%.0f %%", help="of those coded, how many belong"),
            "recall": st.column_config.NumberColumn(format="%.0f %%", help="of those that belong, how many are coded"),
        },
    )  # fmt: skip
    chosen = event["selection"]["rows"] if event else []
    return themes[chosen[0]] if chosen else None


def one_theme(found: CodedTheme) -> None:
    """Draw a theme with its definition and the comments of which it is most certain."""
    theme = found.theme
    st.header(unmarked(theme.name))
    definition = (
        ("", theme.description),
        ("for example: ", "; ".join(theme.examples)),
        ("not: ", "; ".join(theme.exclusions)),
    )
    for before, text in definition:
        if text:
            plain(f"{before}{text}", "fa-fields")
    for item in workspace().feedback.show(list(found.examples)) if found.examples else []:
        record(item)


def labeling(found: Codebook, where: str) -> None:
    """Draw the comment whose label would improve the coding most, with suggested themes; store the chosen themes."""
    state, names = page(), {one.theme.id: one.theme.name for one in found.themes}
    if not state.tasks or state.tasks_where != where:
        state.tasks_where = where
        state.tasks = list(workspace().codebook.queue(where, AT_A_TIME))
    if not state.tasks:
        st.success("Every comment is checked.", icon=":material/check_circle:")
        return
    task = state.tasks[0]
    likely = [one for one in task.suggested if one in names]
    plain(task.text)
    plain(f"{task.id} · {len(state.tasks)} left in this batch", "fa-fields")
    with st.form(f"label-{task.id}", border=False):
        chosen = st.multiselect(
            "Select every theme that applies",
            [*likely, *(one for one in names if one not in likely)],
            format_func=names.__getitem__, placeholder="none", help="likely themes first; none is preselected",
        )  # fmt: skip
        keep, skip = st.columns([1, 5])
        if keep.form_submit_button("Save", type="primary"):
            workspace().codebook.label({task.id: {theme: theme in chosen for theme in names}})
            state.tasks.pop(0)
            st.rerun()
        if skip.form_submit_button("Skip"):
            state.tasks.pop(0)
            st.rerun()
    if st.button("Undo", icon=":material/undo:", disabled=not found.labeled):
        workspace().codebook.undo()
        state.tasks = []
        st.rerun()


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value

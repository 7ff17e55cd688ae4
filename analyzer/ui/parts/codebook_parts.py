"""Draw a codebook: what was coded and how well, the comments to label one by one, and what each theme took in."""

from typing import Any

import pandas as pd
import streamlit as st

from analyzer.themes.codebook.types import Codebook, CodedTheme
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.record_parts import plain, record
from analyzer.ui.session import page, workspace
from analyzer.ui.uploads import stored_upload

AT_A_TIME = 25
EXAMPLE_FILE = """themes:
  - name: Delivery
    description: parcels, couriers and how long they take
    examples: [my parcel came late, quick delivery]
    exclusions: [the courier was rude]
"""


def bring(*, is_there: bool) -> None:
    """Draw what brings a codebook in: a file, or the themes that were found."""
    with st.expander("Bring a codebook", expanded=not is_there, icon=":material/menu_book:"):
        upload = st.file_uploader(
            "YAML, JSON or CSV: name, description, examples, exclusions", ["yaml", "yml", "json", "csv"]
        )
        if upload is None:
            st.code(EXAMPLE_FILE, language=None)
        elif st.button("Use this codebook", type="primary"):
            with stored_upload(upload.name, upload) as file:
                workspace().codebook.load(file)
            page().tasks = []
            st.rerun()
        if st.button("Add the themes that were found", help="names, and their most typical opinions as examples"):
            workspace().codebook.promote()
            page().tasks = []
            st.rerun()


def figures(found: Codebook) -> None:
    """Say how many comments are coded, how many were labeled, and how well unseen ones are coded."""
    cells = st.columns(4)
    cells[0].metric("Comments", f"{found.comments:,}")
    cells[1].metric("Coded", f"{100 * found.coverage:.1f} %", help="with any theme")
    cells[2].metric("Labeled", f"{found.labeled:,}", help="different comments that people gave a label")
    told = "on labeled comments, each coded without its own label"
    cells[3].metric("Micro-F1", "–" if found.f1 is None else f"{found.f1:.2f}", help=told)
    if not found.applied:
        st.info("Nothing is coded yet. Code the comments, then label some to make it better.", icon=":material/info:")
    elif found.f1 is None:
        st.warning("Uncorrected: the machine's judgement, by the codebook's words alone. Label some comments.")


def theme_table(found: Codebook) -> CodedTheme | None:
    """Draw the themes; return the one that is picked."""
    themes = sorted(found.themes, key=lambda one: (-one.comments, one.theme.name))
    rows = [
        {"theme": one.theme.name, "comments": one.comments, "share": 100 * one.share, "yes": one.confirmed,
         "no": one.rejected, "precision": _percent(one.precision), "recall": _percent(one.recall),
         "judged by": "labels" if one.learned else "words"}
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
    """Show what a theme takes in and the comments it is surest of."""
    theme = found.theme
    st.subheader(unmarked(theme.name))
    told = (
        ("", theme.description),
        ("for example: ", "; ".join(theme.examples)),
        ("not: ", "; ".join(theme.exclusions)),
    )
    for before, text in told:
        if text:
            plain(f"{before}{text}", "fa-fields")
    for item in workspace().feedback.show(list(found.examples)) if found.examples else []:
        record(item)


def labeling(found: Codebook, where: str) -> None:
    """Show the comment most worth a label, with the themes it would be coded with; what is chosen is kept."""
    state, names = page(), {one.theme.id: one.theme.name for one in found.themes}
    if not state.tasks or state.tasks_where != where:
        state.tasks_where = where
        state.tasks = list(workspace().codebook.queue(where, AT_A_TIME))
    if not state.tasks:
        st.success("Every comment that matches is labeled.", icon=":material/check_circle:")
        return
    task = state.tasks[0]
    likely = [one for one in task.suggested if one in names]
    plain(task.text)
    plain(f"{task.id} · {len(state.tasks)} to go, then new ones are chosen", "fa-fields")
    with st.form(f"label-{task.id}", border=False):
        chosen = st.multiselect(
            "Its themes, all of them; the others are a no", [*likely, *(one for one in names if one not in likely)],
            format_func=names.__getitem__, placeholder="none", help="likely ones first; nothing is chosen for you",
        )  # fmt: skip
        keep, skip = st.columns([1, 5])
        if keep.form_submit_button("Keep", type="primary"):
            workspace().codebook.label({task.id: {theme: theme in chosen for theme in names}})
            state.tasks.pop(0)
            st.rerun()
        if skip.form_submit_button("Skip"):
            state.tasks.pop(0)
            st.rerun()
    if st.button("Take the latest label back", icon=":material/undo:", disabled=not found.labeled):
        workspace().codebook.undo()
        state.tasks = []
        st.rerun()


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value

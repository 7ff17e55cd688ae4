"""Draw the codebook, a tab of Themes: coded comments with precision and recall, one theme, one comment to label."""

from typing import Any

import pandas as pd
import streamlit as st

from analyzer.messages.number_formats import localized
from analyzer.messages.text import _
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
            _("Comments, labels or themes have changed since these comments were coded."), icon=":material/history:"
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
        st.caption(_("Select a theme to see its definition and the comments of which it is most certain."))
    if may(Permission.LABELS):
        with st.container(border=True):
            st.subheader(_("Check comments"))
            labeling(found, where)


def _forms(*, is_first: bool) -> None:
    if is_first:
        st.caption(_("Your own themes: name them here or import a list, and every comment is classified with them."))
    if may(Permission.THEMES):
        type_form(is_first=is_first)
        load_form()
    elif is_first:
        st.info(_("There is no codebook yet. Ask a steward to import one."), icon=":material/menu_book:")


def code_comments(*, is_coded: bool) -> None:
    """Draw the button that classifies all comments, and the progress of it."""
    state = page()
    if st.button(_("Recode comments") if is_coded else _("Code all comments"), type="primary"):
        state.coding = ThemeJob(keep_open(workspace().codebook.apply))
    if job := state.coding:
        job.watch()
        state.coding = None
        state.tasks = []
        if not job.error:
            st.rerun()
        st.error(unmarked(_(job.error)), icon=":material/error:")


def load_form() -> None:
    """Draw the form that loads a codebook from a file or from the discovered themes."""
    with st.expander(_("Import a codebook"), icon=":material/menu_book:"):
        upload = st.file_uploader(
            _("YAML, JSON or CSV: name, description, examples, exclusions"), ["yaml", "yml", "json", "csv"]
        )
        if upload is None:
            st.code(EXAMPLE_FILE, language=None, wrap_lines=True)
        elif st.button(_("Use this codebook"), type="primary"):
            with stored_upload(upload.name, upload) as file:
                workspace().codebook.load(file)
            page().tasks = []
            st.rerun()
        if st.button(
            _("Add the discovered themes"), help=_("their names, with their most typical opinions as examples")
        ):
            workspace().codebook.promote()
            page().tasks = []
            st.rerun()


def type_form(*, is_first: bool) -> None:
    """Draw the form that adds one theme, typed here; it is open while there is none."""
    with (
        st.expander(_("Add a theme"), expanded=is_first, icon=":material/add:"),
        st.form("codebook-type", border=False, clear_on_submit=True),
    ):
        name = st.text_input(_("Name"), max_chars=80)
        description = st.text_input(_("What belongs to it"), max_chars=500)
        examples = st.text_area(
            _("Examples, one on a line"), height=100, help=_("A few are enough; real wording works best")
        )
        if st.form_submit_button(_("Add this theme"), type="primary"):
            if not name.strip():
                st.warning(_("A theme needs a name."))
                return
            with guarded():
                lines = [line.strip() for line in examples.splitlines() if line.strip()]
                workspace().codebook.add(name, description.strip(), lines)
                page().tasks = []
                st.rerun()


def figures(found: Codebook) -> None:
    """Draw the number of coded and of labeled comments, and the F1 on comments coded without their own label."""
    cells = st.columns(4)
    cells[0].metric(_("Comments"), localized(found.comments, ","))
    cells[1].metric(_("Coded"), _("{coverage:.1f} %", coverage=100 * found.coverage), help=_("with any theme"))
    cells[2].metric(_("Checked"), localized(found.labeled, ","), help=_("different comments that people gave a label"))
    how = _("on labeled comments, each coded without its own label")
    if found.human_f1 is not None:
        how += _("; two people reach {human_f1:.2f} against each other", human_f1=found.human_f1)
    cells[3].metric(_("Accuracy (F1)"), "–" if found.f1 is None else localized(found.f1, ".2f"), help=how)
    if not found.applied:
        st.info(
            _("Nothing is coded yet. Code the comments, then check some to improve the coding."), icon=":material/info:"
        )
    elif found.f1 is None:
        st.warning(
            _("Automatic estimate from the text of the codebook, not yet checked. Check some comments to correct it.")
        )


def theme_table(found: Codebook) -> CodedTheme | None:
    """Draw the themes as a table; return the selected one."""
    themes = sorted(found.themes, key=lambda one: (-one.comments, one.theme.name))
    rows = [
        {_("theme"): one.theme.name, _("comments"): one.comments, _("share"): 100 * one.share, _("yes"): one.confirmed,
         _("no"): one.rejected, _("precision"): _percent(one.precision), _("recall"): _percent(one.recall),
         _("method"): _("labels") if one.learned else _("keywords")}
        for one in themes
    ]  # fmt: skip
    top = max((100 * one.share for one in themes), default=1.0)
    event: Any = st.dataframe(
        pd.DataFrame(rows, index=pd.Index([one.theme.id for one in themes], name="id")),
        height=380,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _("share"): st.column_config.ProgressColumn(
                _("share"), format="%.1f %%", min_value=0, max_value=top or 1.0
            ),
            _("precision"): st.column_config.NumberColumn(format="%.0f %%", help=_("of those coded, how many belong")),
            _("recall"): st.column_config.NumberColumn(
                format="%.0f %%", help=_("of those that belong, how many are coded")
            ),
        },
    )
    chosen = event["selection"]["rows"] if event else []
    return themes[chosen[0]] if chosen else None


def one_theme(found: CodedTheme) -> None:
    """Draw a theme with its definition and the comments of which it is most certain."""
    theme = found.theme
    st.header(unmarked(theme.name))
    definition = (
        ("", theme.description),
        (_("for example: "), "; ".join(theme.examples)),
        (_("not: "), "; ".join(theme.exclusions)),
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
        st.success(_("Every comment is checked."), icon=":material/check_circle:")
        return
    task = state.tasks[0]
    likely = [one for one in task.suggested if one in names]
    plain(task.text)
    plain(_("{id} · {n} left in this batch", id=task.id, n=len(state.tasks)), "fa-fields")
    with st.form(f"label-{task.id}", border=False):
        chosen = st.multiselect(
            _("Select every theme that applies"),
            [*likely, *(one for one in names if one not in likely)],
            format_func=names.__getitem__, placeholder=_("none"), help=_("likely themes first; none is preselected"),
        )  # fmt: skip
        keep, skip = st.columns([1, 5])
        if keep.form_submit_button(_("Save"), type="primary"):
            workspace().codebook.label({task.id: {theme: theme in chosen for theme in names}})
            state.tasks.pop(0)
            st.rerun()
        if skip.form_submit_button(_("Skip")):
            state.tasks.pop(0)
            st.rerun()
    if st.button(_("Undo"), icon=":material/undo:", disabled=not found.labeled):
        workspace().codebook.undo()
        state.tasks = []
        st.rerun()


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value

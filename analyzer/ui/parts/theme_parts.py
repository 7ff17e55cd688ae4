"""Draw themes: where every comment is, the table, one theme with its opinions, and what can be done with it."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analyzer.themes.types import Opinion, Theme, ThemeEdit, ThemeList
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.record_parts import fields_line, plain, quoted
from analyzer.ui.session import keep_open, page, workspace
from analyzer.ui.theme_job import ThemeJob

SHOWN_OPINIONS = 20
NONE = "no theme"


def find_form(*, is_built: bool) -> None:
    """Draw the form that finds themes, and how far it is while it does."""
    state = page()
    with (
        st.expander("Find themes", expanded=not is_built, icon=":material/category:"),
        st.form("build", border=False),
    ):
        about = st.number_input("About how many (0: the data say)", 0, 500, 0)
        names = st.checkbox("Let the model name them and sum them up", value=True, help="a few seconds a theme")
        if st.form_submit_button("Build again" if is_built else "Find themes", type="primary"):
            held = workspace()  # here: the job's thread does not know who is at the page
            state.build = ThemeJob(keep_open(lambda told: held.themes.build(int(about), names, told)))
    if job := state.build:
        job.watch()
        state.build = None
        if not job.error:
            st.rerun()
        st.error(unmarked(job.error), icon=":material/error:")


def accounted(listed: ThemeList) -> None:
    """Say where every comment is."""
    where = listed.accounted
    cells = st.columns(4)
    cells[0].metric("Comments", f"{where.comments:,}")
    cells[1].metric("In a theme", f"{100 * listed.coverage:.1f} %", help="of the comments with content")
    cells[2].metric("In none", f"{where.other:,}")
    cells[3].metric("Without content", f"{where.without_content:,}", help="such as “nothing” or “n/a”")
    told = [listed.criterion, f"built {listed.built[:16]}"]
    if where.excluded:
        told.append(f"{where.excluded:,} comments only in excluded themes")
    plain(" · ".join(told), "fa-fields")


def scorecard_panel() -> None:
    """Say how good the themes are, when asked: it takes a moment."""
    with st.expander("How good are these themes?", icon=":material/fact_check:"):
        if not st.button("Measure", key="scorecard"):
            st.caption("Distinct, of one piece, named for what they are, standing on comments, found again in parts.")
            return
        card = workspace().themes.scorecard()
        told = (
            ("Redundant", card.redundancy, "themes that have another that says nearly the same"),
            ("Intruders told", card.intruders, "opinions of the nearest other theme hidden among four; by chance 20 %"),
            ("Specific names", card.specificity, "names that mean their own theme more than any other"),
            ("Grounded", card.groundedness, "themes with a sentence that stands on the comments it cites"),
        )
        for cell, (title, value, what) in zip(st.columns(4), told, strict=True):
            cell.metric(title, "–" if value is None else f"{100 * value:.0f} %", help=what)


def theme_table(themes: Sequence[Theme], groups: dict[str, str]) -> str:
    """Draw themes as a table; return the id of the one that is picked."""
    rows = [
        {"theme": t.label, "comments": t.size, "share": 100 * t.share, "sentiment": t.sentiment.balance,
         "group": groups.get(t.parent, ""), "words": ", ".join(t.keywords)}
        for t in themes
    ]  # fmt: skip
    top = max((100 * theme.share for theme in themes), default=1.0)
    event: Any = st.dataframe(
        pd.DataFrame(rows, index=pd.Index([t.id for t in themes], name="id")), height=420,
        on_select="rerun", selection_mode="single-row",
        column_config={
            "share": st.column_config.ProgressColumn(format="%.1f %%", min_value=0.0, max_value=top or 1.0),
            "sentiment": st.column_config.NumberColumn(format="%+.2f", help="positive minus negative opinions"),
            "theme": st.column_config.TextColumn(width="medium"),
        },
    )  # fmt: skip
    picked = event["selection"]["rows"]
    return themes[picked[0]].id if picked else ""


def detail(theme_id: str, where: str, choices: dict[str, str]) -> None:
    """Draw one theme: what it says, its parts, its opinions, each with its comment and a way to put it elsewhere."""
    found = workspace().themes.show(theme_id, where, SHOWN_OPINIONS)
    theme = found.theme
    plain(f"{theme.id} · {theme.label}", "fa-claim")
    felt = theme.sentiment
    told = f"{theme.size:,} comments ({100 * theme.share:.1f} %) · {felt.positive:,} opinions positive"
    plain(f"{told}, {felt.neutral:,} neutral, {felt.negative:,} negative · {', '.join(theme.keywords)}", "fa-fields")
    if theme.description:
        plain(theme.description, "fa-fields")
    if theme.summary:
        plain(f"{theme.summary.text} [{', '.join(citation.id for citation in theme.summary.citations)}]", "fa-claim")
    for part in found.parts:
        plain(f"{part.id} · {part.label}: {part.size:,} comments", "fa-fields")
    for number, opinion in enumerate(found.opinions):
        said = unmarked(opinion.text[opinion.start : opinion.end])[:160]
        also = f" · {opinion.comments:,} say so" if opinion.comments > 1 else ""
        with st.expander(f"{said} · {opinion.sentiment}{also}"):
            _opinion(opinion, choices, f"{theme.id}-{number}")


def edit_form(theme: Theme, choices: dict[str, str], groups: dict[str, str]) -> None:
    """Offer what can be done with a theme."""
    others = [one for one in choices if one not in (theme.id, "")]
    key = f"edit-{theme.id}"
    cells = st.columns(2)
    with cells[0].form(f"{key}-name", border=False):
        name = st.text_input("Name", theme.label, max_chars=80)
        if st.form_submit_button("Rename") and name.strip() != theme.label:
            _do("rename", theme.id, name)
    with cells[1].form(f"{key}-merge", border=False):
        merged = st.multiselect("Other themes", others, format_func=lambda one: f"{one} {choices[one]}".strip())
        if st.form_submit_button("Merge into this one") and merged:
            _do("merge", theme.id, *merged)
    with cells[0].form(f"{key}-split", border=False):
        parts = st.number_input("Parts", 2, 12, 2)
        if st.form_submit_button("Split"):
            _do("split", theme.id, str(int(parts)))
    with cells[1].form(f"{key}-move", border=False):
        options = ["", *(one for one in groups if one != theme.parent)]
        group = st.selectbox("Group", options, format_func=lambda one: groups.get(one, "none: at the top"))
        made = st.text_input("Or a new group", max_chars=80)
        if st.form_submit_button("Move"):
            _do("move", theme.id, *([made] if made.strip() else [group] if group else []))
    lock = ("unlock", "Unlock") if theme.is_locked else ("lock", "Lock")
    leave = ("include", "Include") if theme.is_excluded else ("exclude", "Exclude")
    for cell, (action, title) in zip(st.columns(5), (("pin", "Pin"), lock, leave), strict=False):
        if cell.button(title, key=f"{key}-{action}", disabled=action == "pin" and theme.is_pinned):
            _do(action, theme.id)


def edit_log(*, may_undo: bool) -> None:
    """Draw what was edited, newest first, with a way back."""
    log = workspace().themes.log()
    if not log:
        st.caption(
            "Nothing has been edited. " + ("Pick a theme to rename, merge, split or move it." if may_undo else "")
        )
        return
    can_undo = may_undo and any(not edit.is_undone for edit in log)
    if can_undo and st.button("Take the latest edit back", icon=":material/undo:"):
        _changing(workspace().themes.undo)
    rows = [
        {"when": e.at[:16], "who": e.actor, "what": e.told, "comments moved": e.effect, "taken back": e.is_undone}
        for e in reversed(log)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def _opinion(opinion: Opinion, choices: dict[str, str], key: str) -> None:
    quoted(opinion.text, [(opinion.start, opinion.end)])
    fields_line({"id": opinion.id, "likeness": round(opinion.likeness, 2), "why here": opinion.why})
    target = st.selectbox(
        "It belongs to", list(choices), key=f"to-{key}", index=list(choices).index(opinion.theme),
        format_func=lambda one: f"{one} {choices[one]}".strip(),
    )  # fmt: skip
    if target != opinion.theme and st.button("Put it there", key=f"put-{key}"):
        _do("reassign", opinion.id, str(opinion.start), *([target] if target else []))


def before_and_after(changed: Sequence[dict[str, object]]) -> None:
    """Show the themes that an edit touched, as they were and as they are."""
    if changed:
        with st.expander("Before and after", icon=":material/compare_arrows:"):
            st.dataframe(pd.DataFrame(changed), hide_index=True)


def _do(action: str, theme: str, *values: str) -> None:
    _changing(lambda: workspace().themes.edit(action, theme, *values))


def _changing(act: Callable[[], ThemeEdit]) -> None:
    """Change themes, and remember how those it touches were before."""
    before = {one.id: one for one in workspace().themes.list().themes}
    page().edit = act()
    after = {one.id: one for one in workspace().themes.list().themes}
    page().changed = [
        {"id": theme, "theme before": _told(old), "comments before": old.size if old else None,
         "theme after": _told(new), "comments after": new.size if new else None}
        for theme in sorted({*before, *after})
        if _told(old := before.get(theme)) != _told(new := after.get(theme)) or (old and new and old.size != new.size)
    ]  # fmt: skip
    st.rerun()


def _told(theme: Theme | None) -> str:
    if theme is None:
        return "–"
    marks = [word for word, is_so in (("excluded", theme.is_excluded), ("locked", theme.is_locked)) if is_so]
    return " · ".join([theme.label, *([f"in {theme.parent}"] if theme.parent else []), *marks])

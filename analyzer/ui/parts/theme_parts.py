"""Draw themes: coverage, quality, the table, one theme with its opinions, its edits, and the form that builds them."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analyzer.index.dates_in_words import date_in_words
from analyzer.index.filter_parts import both
from analyzer.index.filter_parts import quoted as quoted_name
from analyzer.index.filter_words import THEME
from analyzer.messages.text import N_, _, ngettext, pgettext
from analyzer.security.permissions import Permission
from analyzer.themes.types import Opinion, Theme, ThemeDetail, ThemeEdit, ThemeList
from analyzer.ui.markup import unmarked
from analyzer.ui.parts import trend_parts
from analyzer.ui.parts.comments_behind import open_comments
from analyzer.ui.parts.record_parts import fields_line, plain, quoted
from analyzer.ui.parts.theme_charts import theme_map
from analyzer.ui.session import guarded, keep_open, may, page, workspace
from analyzer.ui.theme_job import ThemeJob
from analyzer.ui.value_names import value_name

FIRST_OPINIONS, SHOWN_OPINIONS = 8, 20
NONE = N_("no theme")


def find_form(*, is_built: bool) -> None:
    """Draw the form that builds themes, and the progress of a build."""
    state = page()
    with (
        st.expander(
            _("Rebuild themes") if is_built else _("Find themes"), expanded=not is_built, icon=":material/category:"
        ),
        st.form("build", border=False),
    ):
        about = st.number_input(_("Number of themes (0: automatic)"), 0, 500, 0)
        names = st.checkbox(
            _("Let the model write names and summaries"), value=True, help=_("a few seconds for each theme")
        )
        if st.form_submit_button(_("Rebuild themes") if is_built else _("Find themes"), type="primary"):
            current = workspace()  # taken here: the thread of the job has no session and thus no account
            state.build = ThemeJob(keep_open(lambda progress: current.themes.build(int(about), names, progress)))
    if job := state.build:
        job.watch()
        state.build = None
        if not job.error:
            st.rerun()
        st.error(unmarked(_(job.error)), icon=":material/error:")


def no_themes() -> None:
    """Draw how themes are found, where there are none yet."""
    if may(Permission.THEMES):
        st.caption(_("Themes group comments that say the same. Finding them takes seconds for each thousand comments."))
        find_form(is_built=False)
    else:
        st.info(_("There are no themes yet. Ask a steward to find them."), icon=":material/category:")


def themes_and_detail(listed: ThemeList, where: str) -> None:
    """Draw the list of themes beside the one that is picked, with its trend, effect on the rating, edits and quotes."""
    if listed.stale:
        st.warning(
            _("Comments came, went or were embedded by another model since these themes were built."),
            icon=":material/history:",
        )
    accounted(listed)
    groups = _groups(listed)
    choices = {"": _(NONE)} | {theme.id: theme.label for theme in _leaves(listed)}
    shown = _shown(listed)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        picked = theme_table(shown, groups)
        page().theme = picked or (page().theme if page().theme in choices else "")
        if any(theme.is_excluded for theme in _leaves(listed)):
            _choose_excluded()
    with right, guarded():
        if not may(Permission.COMMENTS):
            st.caption(_("Small groups are withheld. A grey theme has mixed sentiment, or its sentiment is withheld."))
        elif picked := picked_theme(listed):
            found = workspace().themes.show(picked, where, SHOWN_OPINIONS)
            detail(found, where)
            trend_parts.of_one(picked, where)
            if may(Permission.THEMES):
                with st.expander(_("Edit this theme"), icon=":material/edit:"):
                    edit_form(next(one for one in listed.themes if one.id == picked), choices, groups)
            quotes(found, choices)


def map_of_themes(listed: ThemeList, where: str) -> None:
    """Draw the themes as bubbles; one that is clicked opens its comments."""
    if (clicked := theme_map(_shown(listed), page().theme)) and may(Permission.COMMENTS):
        open_comments(both(where, trend_parts.of_theme(clicked)))


def picked_theme(listed: ThemeList) -> str:
    """Return the id of the theme that is picked in the list, else of the first one; empty if there is none."""
    shown = _shown(listed)
    known = {theme.id for theme in _leaves(listed)}
    return page().theme if page().theme in known else (shown[0].id if shown else "")


def accounted(listed: ThemeList) -> None:
    """Draw the number of comments inside and outside themes, in one line."""
    where = listed.accounted
    parts = [
        ngettext(
            "{coverage:.1f} % of {comments:,} comment is in a theme",
            "{coverage:.1f} % of {comments:,} comments are in a theme",
            where.comments,
            coverage=100 * listed.coverage,
            comments=where.comments,
        )
    ]
    parts += [_("{other:,} in none", other=where.other)] if where.other else []
    parts += (
        [_("{without_content:,} say nothing, such as “n/a”", without_content=where.without_content)]
        if where.without_content
        else []
    )
    parts += [_("{excluded:,} only in excluded themes", excluded=where.excluded)] if where.excluded else []
    plain(" · ".join([*parts, _("built {built}", built=date_in_words(listed.built))]), "fa-fields")


def build_and_quality(listed: ThemeList, *, may_build: bool) -> None:
    """Draw how the number of themes was chosen, the form that builds them again, and their quality."""
    plain(_("Number of themes: {criterion}", criterion=listed.criterion), "fa-fields")
    if may_build:
        find_form(is_built=True)
    scorecard_panel()


def scorecard_panel() -> None:
    """Draw the quality of the themes on request, since measuring it takes a moment."""
    with st.expander(_("Quality of these themes"), icon=":material/fact_check:"):
        if not st.button(pgettext("button", "Measure"), key="scorecard"):
            st.caption(_("Measures redundancy, coherence, names and summaries of the themes."))
            return
        card = workspace().themes.scorecard()
        measures = (
            (_("Near duplicates"), card.redundancy, _("themes that have another that says nearly the same")),
            (
                _("Distinctness"),
                card.intruders,
                _("opinions of the nearest other theme hidden among four; by chance 20 %"),
            ),
            (_("Specific names"), card.specificity, _("names closer in meaning to their own theme than to any other")),
            (
                _("Backed by quotes"),
                card.groundedness,
                _("themes with a summary that is supported by the comments it cites"),
            ),
        )
        for cell, (title, value, what) in zip(st.columns(4), measures, strict=True):
            cell.metric(title, "–" if value is None else _("{value:.0f} %", value=100 * value), help=what)


def theme_table(themes: Sequence[Theme], groups: dict[str, str]) -> str:
    """Draw themes as a table; return the id of the selected one or ""."""
    rows = [
        {_("theme"): t.label, _("comments"): t.size, _("share"): 100 * t.share, _("sentiment"): t.sentiment.balance,
         _("group"): groups.get(t.parent, ""), _("words"): ", ".join(t.keywords)}
        for t in themes
    ]  # fmt: skip
    event: Any = st.dataframe(
        pd.DataFrame(rows, index=pd.Index([t.id for t in themes], name="id")), height=640,
        on_select="rerun", selection_mode="single-row",
        column_config={
            "_index": st.column_config.TextColumn("id", width=40),
            _("comments"): st.column_config.NumberColumn(width=70, format="localized"),
            _("share"): st.column_config.NumberColumn(width=60, format="%.1f %%"),
            _("sentiment"): st.column_config.NumberColumn(
                width=70, format="%+.2f", help=_("positive minus negative opinions")
            ),
            _("theme"): st.column_config.TextColumn(width=150),
        },
    )  # fmt: skip
    picked = event["selection"]["rows"]
    return themes[picked[0]].id if picked else ""


def detail(found: ThemeDetail, where: str) -> None:
    """Draw one theme: its name, size and stance, its summary, its subthemes, and a button that opens its comments."""
    theme = found.theme
    st.subheader(unmarked(theme.label))
    sentiment = theme.sentiment
    stances = (
        ngettext("{n:,} positive", "{n:,} positive", sentiment.positive, n=sentiment.positive),
        ngettext("{n:,} neutral", "{n:,} neutral", sentiment.neutral, n=sentiment.neutral),
        ngettext("{n:,} negative", "{n:,} negative", sentiment.negative, n=sentiment.negative),
    )
    counts = _("statements: {counts}", counts=", ".join(stances))
    plain(
        ngettext(
            "{size:,} comment ({share:.1f} %) · {counts} · {id}",
            "{size:,} comments ({share:.1f} %) · {counts} · {id}",
            theme.size,
            size=theme.size,
            share=100 * theme.share,
            counts=counts,
            id=theme.id,
        ),
        "fa-fields",
    )
    if theme.description:
        plain(theme.description, "fa-fields")
    if theme.summary:
        plain(f"{theme.summary.text} [{', '.join(citation.id for citation in theme.summary.citations)}]", "fa-claim")
    for part in found.parts:
        plain(
            ngettext(
                "{id} · {label}: {size:,} comment",
                "{id} · {label}: {size:,} comments",
                part.size,
                id=part.id,
                label=part.label,
                size=part.size,
            ),
            "fa-fields",
        )
    if st.button(
        ngettext("Read its {size:,} comment", "Read its {size:,} comments", theme.size, size=theme.size),
        key=f"read-{theme.id}",
        icon=":material/chat:",
    ):
        open_comments(both(where, f"{quoted_name(THEME)} = {theme.id}"))


def quotes(found: ThemeDetail, choices: dict[str, str]) -> None:
    """Draw the most typical statements of a theme, each with its comment and a form to move it."""
    opinions, theme_id = found.opinions, found.theme.id
    st.caption(_("Most typical statements"))
    is_all = len(opinions) > FIRST_OPINIONS and st.checkbox(
        ngettext("Show {n} statement", "Show {n} statements", len(opinions), n=len(opinions)), key=f"all-{theme_id}"
    )
    for number, opinion in enumerate(opinions if is_all else opinions[:FIRST_OPINIONS]):
        quote = unmarked(opinion.text[opinion.start : opinion.end])[:160]
        also = _(" · {comments:,} say so", comments=opinion.comments) if opinion.comments > 1 else ""
        with st.expander(f"{quote} · {value_name(opinion.sentiment)}{also}"):
            _opinion(opinion, choices, f"{theme_id}-{number}")


def last_edit(*, may_undo: bool) -> None:
    """Draw the last edit of this session with its effect, and a button beside it that takes it back."""
    edit = page().edit
    if edit is None:
        return
    moved = (
        ngettext(" {effect:,} comment moved.", " {effect:,} comments moved.", edit.effect, effect=edit.effect)
        if edit.effect
        else ""
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        done = unmarked(
            _("Undone: {told}.{moved}", told=edit.told, moved=moved)
            if edit.is_undone
            else _("Done: {told}.{moved}", told=edit.told, moved=moved)
        )
        st.success(done, icon=":material/edit:", width="stretch")
        if may_undo and not edit.is_undone and st.button(_("Undo"), key="undo-last", icon=":material/undo:"):
            _run_edit(lambda: workspace().themes.undo(edit.number))
    before_and_after(page().changed)


def edit_form(theme: Theme, choices: dict[str, str], groups: dict[str, str]) -> None:
    """Draw the forms that edit a theme."""
    others = [one for one in choices if one not in (theme.id, "")]
    key = f"edit-{theme.id}"
    cells = st.columns(2)
    with cells[0].form(f"{key}-name", border=False):
        name = st.text_input(_("Name"), theme.label, max_chars=80)
        if st.form_submit_button(_("Rename")) and name.strip() != theme.label:
            _edit("rename", theme.id, name)
    with cells[1].form(f"{key}-merge", border=False):
        merged = st.multiselect(
            _("Other themes"),
            others,
            format_func=lambda one: f"{one} {choices[one]}".strip(),
            placeholder=_("Choose options"),
        )
        if st.form_submit_button(_("Merge into this one")) and merged:
            _edit("merge", theme.id, *merged)
    with cells[0].form(f"{key}-split", border=False):
        parts = st.number_input(_("Parts"), 2, 12, 2)
        if st.form_submit_button(_("Split")):
            _edit("split", theme.id, str(int(parts)))
    with cells[1].form(f"{key}-move", border=False):
        options = ["", *(one for one in groups if one != theme.parent)]
        group = st.selectbox(_("Group"), options, format_func=lambda one: groups.get(one, _("no group")))
        made = st.text_input(_("Or a new group"), max_chars=80)
        if st.form_submit_button(_("Move")):
            _edit("move", theme.id, *([made] if made.strip() else [group] if group else []))
    lock = ("unlock", _("Unlock")) if theme.is_locked else ("lock", _("Lock"))
    leave = ("include", _("Include")) if theme.is_excluded else ("exclude", _("Exclude"))
    for cell, (action, title) in zip(st.columns(5), (("pin", _("Pin")), lock, leave), strict=False):
        if cell.button(title, key=f"{key}-{action}", disabled=action == "pin" and theme.is_pinned):
            _edit(action, theme.id)


def edit_log(*, may_undo: bool) -> None:
    """Draw the edits, newest first, with a button to undo the latest."""
    log = workspace().themes.log()
    if not log:
        st.caption(
            _("Nothing has been edited. ") + (_("Pick a theme to rename, merge, split or move it.") if may_undo else "")
        )
        return
    can_undo = may_undo and any(not edit.is_undone for edit in log)
    if can_undo and st.button(_("Undo the latest edit"), icon=":material/undo:"):
        _run_edit(workspace().themes.undo)
    rows = [
        {
            _("when"): date_in_words(e.at),
            _("who"): e.actor,
            _("what"): e.told,
            _("comments moved"): e.effect,
            _("undone"): e.is_undone,
        }
        for e in reversed(log)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def _opinion(opinion: Opinion, choices: dict[str, str], key: str) -> None:
    quoted(opinion.text, [(opinion.start, opinion.end)])
    fields_line({_("id"): opinion.id, _("reason"): opinion.why})
    target = st.selectbox(
        _("Belongs to theme"), list(choices), key=f"to-{key}", index=list(choices).index(opinion.theme),
        format_func=lambda one: f"{one} {choices[one]}".strip(),
    )  # fmt: skip
    if target != opinion.theme and st.button(_("Move it"), key=f"put-{key}"):
        _edit("reassign", opinion.id, str(opinion.start), *([target] if target else []))


def before_and_after(changed: Sequence[dict[str, object]]) -> None:
    """Draw the themes that an edit changed, before and after."""
    if changed:
        with st.expander(_("Before and after"), icon=":material/compare_arrows:"):
            st.dataframe(pd.DataFrame(changed), hide_index=True)


def _edit(action: str, theme: str, *values: str) -> None:
    _run_edit(lambda: workspace().themes.edit(action, theme, *values))


def _run_edit(act: Callable[[], ThemeEdit]) -> None:
    """Run an edit, and store the themes that it changed, before and after."""
    before = {one.id: one for one in workspace().themes.list().themes}
    page().edit = act()
    after = {one.id: one for one in workspace().themes.list().themes}
    page().changed = [
        {"id": theme, _("theme before"): _line(old), _("comments before"): old.size if old else None,
         _("theme after"): _line(new), _("comments after"): new.size if new else None}
        for theme in sorted({*before, *after})
        if _line(old := before.get(theme)) != _line(new := after.get(theme)) or (old and new and old.size != new.size)
    ]  # fmt: skip
    st.rerun()


def _line(theme: Theme | None) -> str:
    if theme is None:
        return "–"
    marks = [word for word, is_so in ((_("excluded"), theme.is_excluded), (_("locked"), theme.is_locked)) if is_so]
    return " · ".join([theme.label, *([_("in {parent}", parent=theme.parent)] if theme.parent else []), *marks])


def _choose_excluded() -> None:
    shows = st.checkbox(_("Show excluded themes"), page().shows_excluded)
    if shows != page().shows_excluded:
        page().shows_excluded = shows
        st.rerun()


def _leaves(listed: ThemeList) -> list[Theme]:
    """Return the themes that are not groups."""
    return [theme for theme in listed.themes if not theme.id.startswith("G")]


def _groups(listed: ThemeList) -> dict[str, str]:
    return {theme.id: theme.label for theme in listed.themes if theme.id.startswith("G")}


def _shown(listed: ThemeList) -> list[Theme]:
    """Return the themes without those that are excluded, unless these are asked for."""
    leaves = _leaves(listed)
    return leaves if page().shows_excluded else [theme for theme in leaves if not theme.is_excluded]

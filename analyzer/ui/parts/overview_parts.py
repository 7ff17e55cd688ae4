"""Draw the parts of the overview; a bar, a point, a theme or a figure opens the comments behind it."""

from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from analyzer.index.dates_in_words import date_in_words, period_in_words, span_in_words
from analyzer.index.filter_parts import both
from analyzer.messages.text import N_, _, ngettext
from analyzer.reports.overview.figure_words import (
    comparison,
    difference,
    figure_title,
    figure_value,
    no_changes,
    scale_note,
    theme_change,
    unfinished_month,
)
from analyzer.reports.overview.types import HeadlineFigure, Overview, TellingQuote
from analyzer.security.permissions import Permission
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.comments_behind import open_comments
from analyzer.ui.parts.overview_charts import rating_chart, theme_bars, volume_chart
from analyzer.ui.session import EXAMPLE, NO_PARAMETERS, may, page, workspace

PAGES = Path(__file__).parents[1] / "pages"
ASK, ADD_DATA, THEMES = (PAGES / f"{name}_page.py" for name in ("ask", "add_data", "themes"))
STEPS = (
    (N_("1. Add a file"), N_("CSV, Excel, SPSS and others. You see how it is read before anything is stored.")),
    (N_("2. Read the overview"), N_("Figures, months and what changed. Every bar opens the comments behind it.")),
    (N_("3. Ask a question"), N_("Answers are counted over every comment, with the comments beside them.")),
)
NEGATIVE = '"comment stance" = negative'


def first_steps() -> None:
    """Draw what to do in an empty workspace: three steps, and the example."""
    for cell, (title, text) in zip(st.columns(len(STEPS)), STEPS, strict=True):
        with cell.container(border=True):
            st.markdown(f"**{_(title)}**")
            st.caption(_(text))
    if not may(Permission.IMPORTS):
        st.info(_("There are no comments yet. Ask a steward to add a file."), icon=":material/upload_file:")
        return
    with st.container(horizontal=True):
        if st.button(_("Add a file"), type="primary", icon=":material/upload_file:"):
            st.switch_page(ADD_DATA, query_params=NO_PARAMETERS)
        if EXAMPLE.exists() and st.button(_("Try the example"), help=_("830 invented comments on a shop, in a minute")):
            bar = st.progress(0.0, _("Starting; the first import loads the models, which takes some seconds"))

            def on_progress(_: str, done: int, total: int) -> None:
                """Update the progress bar; called with (file, rows done, rows in total)."""
                bar.progress(
                    done / total if total else 0.0,
                    ngettext("{done:,} of {total:,} row", "{done:,} of {total:,} rows", total, done=done, total=total),
                )

            workspace().ingest([EXAMPLE], None, (), on_progress)
            st.rerun()


def headline(found: Overview, where: str, *, may_open: bool) -> None:
    """Draw the headline figures, each with the two spans that are compared, and the last import.

    Args:
        found: the overview.
        where: its filter.
        may_open: whether the account may read comments.
    """
    shown = [one for one in found.figures if one.name != "responses" or _differs(found)]
    with st.container(key="headline"):
        cells = st.columns(len(shown) + 1)
    for cell, figure in zip(cells, shown, strict=False):
        with cell.container(border=True, height="stretch", gap="xsmall"):
            _metric(figure, found)
            if (
                may_open
                and figure.name == "negative"
                and st.button(_("Read these comments"), key="open-negative", type="tertiary")
            ):
                open_comments(both(where, NEGATIVE))
    if latest := found.latest_import:
        with cells[-1].container(border=True, height="stretch"):
            before = _(" · {before:,} in the import before", before=latest.before) if latest.before is not None else ""
            st.metric(_("Last import"), date_in_words(latest.finished, has_time=False))
            st.caption(
                unmarked(
                    ngettext(
                        "{stored:,} response from {file}{before}",
                        "{stored:,} responses from {file}{before}",
                        latest.stored,
                        stored=latest.stored,
                        file=latest.file,
                        before=before,
                    )
                )
            )


def question_box(questions: tuple[str, ...]) -> None:
    """Draw the question box, and questions that this file can answer; either opens Ask."""
    with st.form("overview-question", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            _("Ask a question"), placeholder=questions[0] if questions else "", max_chars=500, width="stretch"
        )
        if st.form_submit_button(_("Ask"), type="primary"):
            ask(typed.strip() or (questions[0] if questions else ""))
    if chosen := suggestions(questions, "suggested"):
        ask(chosen)


def suggestions(questions: tuple[str, ...], key: str) -> str:
    """Draw questions that this file can answer as buttons; return the one that was pressed, or an empty text."""
    pressed = ""
    with st.container(horizontal=True, gap="small"):
        for number, question in enumerate(questions):
            if st.button(unmarked(question), key=f"{key}-{number}", type="tertiary", icon=":material/search:"):
                pressed = question
    return pressed


def months(found: Overview) -> None:
    """Draw responses and rating by month, with a table; a bar or a point opens the comments of its month."""
    if not found.months:
        st.caption(_("These responses have no dates, so nothing is shown by month."))
        return
    rated = [one for one in found.months if one.rating is not None]
    is_nps = any(one.name == "nps" for one in found.figures)
    note = f" · {scale_note(found)}" if scale_note(found) else ""
    cells = st.columns(2 if len(rated) > 1 else 1, gap="large")
    with cells[0]:
        picked = volume_chart(found.months)
    if len(rated) > 1:
        with cells[1]:
            title = _(
                "{is_nps} of {rating_label} by month{note}",
                is_nps="NPS" if is_nps else _("Average"),
                rating_label=found.rating_label,
                note=note,
            )
            picked = rating_chart(found.months, title, is_nps) or picked
    if picked and may(Permission.COMMENTS):
        open_comments(next(one.where for one in found.months if one.month == picked))
    parts = [unfinished_month(found)] if found.not_over else []
    parts += [_("Click a bar or a point to read its comments.")] if may(Permission.COMMENTS) else []
    st.caption(" ".join(parts))
    with st.expander(_("Table by month")):
        rows = [
            {_("month"): period_in_words(one.month), _("responses"): one.responses, _("comments"): one.comments,
             _("rating"): one.rating, _("95 % from"): one.low, _("to"): one.high, _("rated"): one.rated}
            for one in found.months
        ]  # fmt: skip
        numbers = {
            name: st.column_config.NumberColumn(format="%.2f") for name in (_("rating"), _("95 % from"), _("to"))
        }
        st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=numbers)


def themes(found: Overview, *, may_open: bool) -> None:
    """Draw the top themes with stance and change; a bar or a button opens the comments of its theme."""
    st.header(_("Top themes"))
    if not found.themes:
        st.caption(_("No themes yet: they group comments that say the same."))
        if may(Permission.THEMES) and st.button(_("Find themes"), icon=":material/category:"):
            st.switch_page(THEMES, query_params=NO_PARAMETERS)
        return
    _explain_points(found)
    picked = ""
    if any(one.negative + one.neutral + one.positive for one in found.themes):
        picked = theme_bars(found.themes)
    with st.container(gap=None):
        for one in found.themes:
            change = theme_change(one.recent, one.before)
            mark = _(", more than chance explains") if one.is_significant else ""
            text = ngettext(
                "{label} · {comments:,} comment, {share:.1%}",
                "{label} · {comments:,} comments, {share:.1%}",
                one.comments,
                label=one.label,
                comments=one.comments,
                share=one.share,
            )
            text += f" · {change}{mark}" if change else ""
            if not may_open:
                st.text(text)
            elif st.button(unmarked(text), key=f"theme-{one.id}", type="tertiary", icon=":material/chat:"):
                picked = one.id
    if picked and may_open:
        theme = next(one for one in found.themes if one.id == picked)
        open_comments(theme.where)


def _explain_points(found: Overview) -> None:
    if found.recent and found.before and any(one.recent is not None for one in found.themes):
        now, then = (span_in_words(span.first, span.last) for span in (found.recent, found.before))
        st.caption(_("“points”: change of the share of comments, {now} against {then}.", now=now, then=then))


def changes(found: Overview, *, may_open: bool) -> None:
    """Draw up to three sentences on what changed, each with buttons to the records behind its two numbers."""
    st.header(_("What changed"))
    if nothing := no_changes(found):
        st.caption(nothing)
    for number, one in enumerate(found.changes):
        st.html(f'<div class="fa-claim">{escape(one.text)}</div>')
        if not may_open:
            continue
        extra = NEGATIVE if one.figure == "negative" else ""
        with st.container(horizontal=True, gap="small"):
            for title, where in ((_("Comments now"), one.where), (_("Comments before"), one.where_before)):
                if st.button(title, key=f"change-{number}-{title}", type="tertiary"):
                    open_comments(both(where, extra))


def quotes(found: Overview) -> None:
    """Draw the telling quotes."""
    st.header(_("In their words"))
    for one in found.quotes:
        _quote(one)


def ask(question: str) -> None:
    """Open Ask with a question, which is answered there at once."""
    if question:
        page().asking = question
        st.switch_page(ASK, query_params=NO_PARAMETERS)


def _differs(found: Overview) -> bool:
    counts = {one.name: one.value for one in found.figures}
    return counts.get("responses") != counts.get("comments")


def _metric(figure: HeadlineFigure, found: Overview) -> None:
    """Draw a figure; the difference has a color only if chance does not explain it."""
    is_bad_up = figure.name == "negative" or bool(scale_note(found))
    color = ("inverse" if is_bad_up else "normal") if figure.is_significant else "off"
    st.metric(
        figure_title(figure, found.rating_label), figure_value(figure.name, figure.value),
        difference(figure) or None, delta_color=color,  # type: ignore[arg-type]
    )  # fmt: skip
    if text := comparison(figure, found):
        st.caption(text)


def _quote(one: TellingQuote) -> None:
    text = (
        f"{escape(one.text[: one.start])}<mark>{escape(one.text[one.start : one.end])}</mark>"
        f"{escape(one.text[one.end :])}"
    )
    source = " · ".join(part for part in (date_in_words(one.date, has_time=False), one.theme, one.id) if part)
    st.html(
        f'<div class="fa-comment fa-{escape(one.stance)}">{text}</div><div class="fa-fields">{escape(source)}</div>'
    )

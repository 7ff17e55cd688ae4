"""Draw the comments that match the filter: searched or browsed, as cards or as a table, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import pandas as pd
import streamlit as st

from analyzer.answers.highlights import word_spans
from analyzer.index.dates_in_words import date_in_words
from analyzer.index.filter_parts import both
from analyzer.index.filters import of_comments
from analyzer.index.fulltext import phrase_pattern, subject_words
from analyzer.index.types import SearchMode
from analyzer.messages.text import N_, _, ngettext
from analyzer.types import DATED, Column, Feedback, FieldValue
from analyzer.ui.parts.downloads import offer_export
from analyzer.ui.parts.record_parts import copy_button, fields_line, quoted, record
from analyzer.ui.session import workspace

CARDS, TABLE = N_("Cards"), N_("Table")
ROWS = {CARDS: 20, TABLE: 200}
"""Comments on a page."""
MOST_FOUND = 1_000
"""Most hits of a search that are listed."""
MEANING = N_("Meaning")
MODES = {
    MEANING: SearchMode.MEANING, N_("All words"): SearchMode.WORDS, N_("Exact phrase"): SearchMode.PHRASE,
}  # fmt: skip
MOST_FIELDS = 3
"""Columns of choices that a card shows besides date, rating and question."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of comments, with the number of comments that have the same words where a search found that."""

    comments: Sequence[Feedback]
    same_words: Sequence[int] = ()


def comment_list(where: str, ids: tuple[str, ...]) -> None:
    """Draw the search, the comments of one page, and the download of all of them.

    Args:
        where: the filter of the page.
        ids: comments that the page is limited to; empty for no limit.
    """
    words, mode, view = _draw_search()
    chosen = both(where, of_comments(ids)) if ids else where
    listed, count, said = _find(words, mode, view, chosen)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(said, width="stretch")
        _draw_download(chosen, words, mode, count)
    if not listed.comments:
        st.info(_("No comment matches. Remove a condition or search for other words."), icon=":material/search_off:")
        return
    if len(workspace().status().questions) < 2:
        listed = replace(listed, comments=[replace(one, question="") for one in listed.comments])
    spans = [_spans(one.text, words, mode) for one in listed.comments]
    if view == CARDS:
        columns = workspace().feedback.columns()
        for number, item in enumerate(listed.comments):
            same = listed.same_words[number] if listed.same_words else 1
            _draw_card(item, spans[number], columns, same, number)
    else:
        _draw_table(listed)


def _draw_search() -> tuple[str, SearchMode, str]:
    """Draw the search field with its two switches; return the words, what a comment must have, and the view."""
    left, middle, right = st.columns([5, 3, 2], vertical_alignment="bottom")
    words = left.text_input(
        _("Search"), placeholder=_("words or meaning, such as: nobody called me back"), key="search"
    )
    mode = middle.segmented_control(
        _("Find by"), list(MODES), default=MEANING, format_func=_, key="search-mode", required=True
    )
    view = right.segmented_control(
        _("Show as"), [CARDS, TABLE], default=CARDS, format_func=_, key="search-view", required=True
    )
    return words.strip(), MODES[mode or MEANING], view or CARDS


def _find(words: str, mode: SearchMode, view: str, where: str) -> tuple[Listed, int, str]:
    """Return the comments of the page that is chosen, the number of all of them, and that number in words."""
    feedback = workspace().feedback
    if not words:
        count = feedback.matching(where)
        first = _first_row(count, view, where)
        return (
            Listed(feedback.browse(where, ROWS[view], first)),
            count,
            ngettext(
                "{count:,} comment, in order of their ids",
                "{count:,} comments, in order of their ids",
                count,
                count=count,
            ),
        )
    found = feedback.search(words, where, MOST_FOUND, mode)
    count = len(found.hits)
    first = _first_row(count, view, f"{where}|{words}|{mode}")
    hits = found.hits[first : first + ROWS[view]]
    shown = feedback.show([hit.id for hit in hits]) if hits else ()
    said = _("{count:,} best matches among {among:,} comments, best first", count=count, among=found.among)
    if mode is not SearchMode.MEANING:
        having = _("every word") if mode is SearchMode.WORDS else _("the phrase")
        said = ngettext(
            "{found:,} different comment with {having}, among {among:,}",
            "{found:,} different comments with {having}, among {among:,}",
            found.found,
            found=found.found,
            having=having,
            among=found.among,
        )
    return Listed(shown, [hit.same_words for hit in hits]), count, said


def _first_row(count: int, view: str, what: str) -> int:
    """Draw the pages; return the number of the first comment on the one that is chosen."""
    pages = -(-count // ROWS[view])
    if pages < 2:
        return 0
    return (st.pagination(pages, key=f"pages-{view}-{what}") - 1) * ROWS[view]


def _spans(text: str, words: str, mode: SearchMode) -> list[tuple[int, int]]:
    """Return where the words of a search are in a text."""
    if not words:
        return []
    if mode is SearchMode.PHRASE:
        return [match.span() for match in phrase_pattern(words).finditer(text)]
    return word_spans(text, subject_words(words))


def _draw_card(
    item: Feedback, spans: Sequence[tuple[int, int]], columns: Sequence[Column], same: int, number: int
) -> None:
    """Draw a comment with its source, a button that copies it, and all its fields folded."""
    with st.container(border=True, gap="xsmall"):
        quoted(item.text or _("(no comment)"), spans)
        source = " · ".join(_source(item, columns))
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            also = (
                ngettext(" · {same:,} comment says the same", " · {same:,} comments say the same", same, same=same)
                if same > 1
                else ""
            )
            st.html(f'<div class="fa-fields">{escape(source + also)}</div>', width="stretch")
            copy_button(f"“{item.text}” ({source})", f"{number}")
            with st.popover(_("Fields"), type="tertiary"):
                fields_line({_("id"): item.id, **item.fields})


def _source(item: Feedback, columns: Sequence[Column]) -> list[str]:
    """Return date, rating, question and the first fields of choices of a comment, and its id."""
    written: list[str] = []
    choices = [column for column in columns if column.name in item.fields and not column.role][:MOST_FIELDS]
    for column in columns:
        value = item.fields.get(column.name)
        if value is None or not (column.role or column in choices):
            continue
        if column.kind in DATED:
            written.insert(0, date_in_words(str(value), has_time=False))
        else:
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            written.append(_("{name}: {value}", name=column.label, value=shown) if column.role else shown)
    return [*written, *([item.question] if item.question else []), item.id]


def _draw_table(listed: Listed) -> None:
    rows: list[dict[str, FieldValue]] = []
    for item in listed.comments:
        question: dict[str, FieldValue] = {"question": item.question} if item.question else {}
        rows.append({"text": item.text} | question | dict(item.fields))
    picked = st.dataframe(
        pd.DataFrame(rows, index=pd.Index([item.id for item in listed.comments], name="id")), height=520,
        on_select="rerun", selection_mode="single-row", key="comment-table",
        column_config={"text": st.column_config.TextColumn(_("comment"), width="large")},
    )  # fmt: skip
    for row in picked["selection"]["rows"]:
        record(listed.comments[row])


def _draw_download(where: str, words: str, mode: SearchMode, count: int) -> None:
    """Draw the download of all comments that are found."""
    if count and workspace().files.may_export():
        offer_export(
            _("CSV"),
            lambda current: current.feedback.file(where, words, mode),
            "comments.csv",
            "text/csv",
            "save-csv",
            ngettext(
                "{count:,} comment with all their fields",
                "{count:,} comments with all their fields",
                count,
                count=count,
            ),
        )

"""Parts of the page Reports: the themes as files, the saved views, and the stored answers as files."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from analyzer.answers.types import Asked
from analyzer.index.dates_in_words import date_in_words
from analyzer.messages.text import N_, _, ngettext
from analyzer.types import ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.downloads import offer_export
from analyzer.ui.parts.saved_views import view_line
from analyzer.ui.session import workspace
from analyzer.workspace import Workspace

MIMES = {"html": (N_("One page (HTML)"), "text/html"), "xlsx": (N_("Workbook (Excel)"), "application/octet-stream")}
AT_ONCE = 8
"""Answers that are listed at once; earlier ones are behind a box."""
MOST_ANSWERS = 500


def theme_files(where: str, *, sees_comments: bool) -> None:
    """Draw the report of the themes that match a filter, as one page and as a workbook."""
    current = workspace()
    st.subheader(_("For a manager"))
    if not current.themes.list(where).built:
        st.caption(_("There are no themes yet. Find them on the page Themes; the report is made of them."))
        return
    rated = (one for one in current.feedback.columns() if one.role is ColumnRole.RATING and one.kind is Kind.NUMBER)
    rating = next((one.name for one in rated), "")
    said = _("A summary and contents first, then each theme with share, stance, trend and quotes")
    effect = _(", and the effect on the rating") if rating and sees_comments else ""
    st.caption(_("{said}{effect}. One page to read, print or send.", said=said, effect=effect))
    with st.container(horizontal=True):
        for kind, (title, mime) in MIMES.items():
            work = partial(_themes_file, kind, where, rating if sees_comments else "")
            offer_export(_(title), work, f"themes.{kind}", mime, f"themes-{kind}")


def views_to_open() -> None:
    """Draw the saved views of the account."""
    st.subheader(_("Saved views"))
    views = workspace().views.list()
    if not views:
        st.caption(_("None yet. Set a filter on any page, then save it under “Views”."))
    for view in views:
        view_line(view, "reports")


def answer_files() -> None:
    """Draw the stored answers as files, each question once, the latest first."""
    st.subheader(_("Answers"))
    asked = latest_answers(workspace().answers.history(MOST_ANSWERS))
    if not asked:
        st.caption(_("Nothing has been asked yet. Ask on the page Ask; each answer is kept here."))
        return
    is_all = len(asked) > AT_ONCE and st.checkbox(
        ngettext("Show all {n} question", "Show all {n} questions", len(asked), n=len(asked)), key="all-answers"
    )
    for one in asked if is_all else asked[:AT_ONCE]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                _("{question} :gray[{asked}]", question=unmarked(one.question), asked=date_in_words(one.asked)),
                width="stretch",
            )
            for kind, (title, mime) in MIMES.items():
                work = partial(_answer_file, one.receipt, one.question, kind)
                offer_export(_(title), work, f"answer-{one.receipt}.{kind}", mime, f"{kind}-{one.receipt}")


def latest_answers(asked: Sequence[Asked]) -> list[Asked]:
    """Return the latest answer to each question with the same filter; `asked` is latest first."""
    found: dict[tuple[str, str], Asked] = {}
    for one in asked:
        found.setdefault((one.question.casefold(), one.where), one)
    return list(found.values())


def _themes_file(kind: str, where: str, rating: str, current: Workspace) -> bytes:
    return current.themes.file(kind, where, rating)


def _answer_file(receipt: str, question: str, kind: str, current: Workspace) -> bytes:
    return current.answers.file(question, current.answers.replay(receipt), kind)

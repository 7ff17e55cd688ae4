"""Draw what to do after an import: read the overview, ask a question of this file, confirm values masked as people."""

import streamlit as st

from analyzer.messages.text import _, ngettext
from analyzer.privacy.types import QueueEntry
from analyzer.security.permissions import Permission
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.overview_parts import PAGES, THEMES, ask
from analyzer.ui.parts.record_parts import plain
from analyzer.ui.session import NO_PARAMETERS, may, workspace

MOST_PEOPLE = 12
MASKED, PERSON = "masked", "PERSON"


def next_steps() -> None:
    """Draw the pages to go to next, and questions that this file can answer."""
    st.header(_("What next"))
    with st.container(horizontal=True):
        if st.button(_("Read the overview"), type="primary", icon=":material/insights:"):
            st.switch_page(PAGES / "overview_page.py", query_params=NO_PARAMETERS)
        if may(Permission.THEMES) and st.button(_("Find themes"), icon=":material/category:"):
            st.switch_page(THEMES, query_params=NO_PARAMETERS)
    if not may(Permission.COMMENTS):
        return
    st.caption(_("Or ask a question of this file:"))
    with st.container(horizontal=True, gap="small"):
        for number, question in enumerate(workspace().overview.show().questions):
            if st.button(unmarked(question), key=f"next-{number}", type="tertiary", icon=":material/search:"):
                ask(question)


def confirm_people() -> None:
    """Draw the values that were masked as people without certainty, to confirm all with one click or decide on one."""
    if not may(Permission.PRIVACY):
        return
    privacy = workspace().privacy
    entries = [one for one in privacy.queue(MOST_PEOPLE).entries if (one.kind, one.type) == (MASKED, PERSON)]
    if not entries:
        return
    st.header(_("Masked as people"))
    st.caption(_("These values look like names and were masked. Confirm them, or keep what is no name from now on."))
    if st.button(_("Confirm all {n} as people", n=len(entries)), key="people-all", icon=":material/done_all:"):
        for entry in entries:
            privacy.decide(entry.id, "deny")
        st.rerun()
    for entry in entries:
        _person(entry)


def _person(entry: QueueEntry) -> None:
    with st.container(border=True):
        st.markdown(
            ngettext(
                "{shape} · {records:,} comment",
                "{shape} · {records:,} comments",
                entry.records,
                shape=unmarked(entry.shape),
                records=entry.records,
            )
        )
        for context in entry.contexts[:1]:
            plain(context)
        with st.container(horizontal=True):
            for title, verdict in ((_("A person"), "deny"), (_("Not a person"), "allow")):
                if st.button(title, key=f"people-{verdict}-{entry.id}"):
                    workspace().privacy.decide(entry.id, verdict)
                    st.rerun()

"""Ask: a question, its plan, and an answer with the comments behind every sentence and figure."""

from dataclasses import replace

import streamlit as st

from analyzer.answers.types import Plan, Task
from analyzer.index.dates_in_words import date_in_words
from analyzer.messages.text import _
from analyzer.ui.answer_job import AnswerJob
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.answer_downloads import download_buttons
from analyzer.ui.parts.answer_parts import draw_answer
from analyzer.ui.parts.answer_progress import watch
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.parts.label_parts import label_panel
from analyzer.ui.parts.overview_parts import suggestions
from analyzer.ui.parts.plan_parts import choose_reading, plan_form, plan_line
from analyzer.ui.parts.report_parts import latest_answers
from analyzer.ui.session import Exchange, end_page, guarded, keep_open, page, workspace

MOST_LISTED = 15
EXAMPLES = (
    _("What do people complain about most?"),
    _("How many mention the price?"),
    _("What do people say about staff?"),
)

st.title(_("Ask a question"))
current, state = workspace(), page()
if not current.feedback.matching():
    st.info(_("There are no comments yet. Go to “Add data” to import a file."), icon=":material/upload_file:")
    end_page()


def start(question: str, plan: Plan) -> None:
    """Start a job that carries out the plan of a question."""
    state.draft = state.choice = None
    state.is_verifying = False
    state.job = AnswerJob(question, keep_open(lambda job: current.ask(question, "", plan, None, job)))


def begin(question: str, where: str) -> None:
    """Plan a question: answer it, all questions in it one after the other, or ask which reading is meant."""
    previous = state.history[0].answer.plan if state.history else None
    plans = current.answers.plan_all(question, where, previous)
    state.waiting = [(plan.asked or question, plan) for plan in plans]
    state.choice = (question, plans[0].readings) if len(plans) == 1 and plans[0].readings else None
    if not state.choice:
        start(*state.waiting.pop(0))


def verify(exchange: Exchange) -> None:
    """Start a job that answers a stored question again and says what differs; it takes the place of the answer."""
    receipt = exchange.answer.receipt
    state.job = AnswerJob(exchange.question, keep_open(lambda _: current.answers.replay(receipt, again=True)))
    state.history.remove(exchange)
    state.is_verifying = True
    st.rerun()


where = filter_bar("ask")
with st.form("question", border=False):
    question = st.text_input(_("Question"), placeholder=EXAMPLES[0], max_chars=500)
    with st.container(horizontal=True, gap="small"):
        asked = st.form_submit_button(_("Ask"), type="primary")
        planned = st.form_submit_button(
            _("Preview interpretation"), help=_("Shows how the question is understood, and lets you change it")
        )
is_new = not (state.history or state.job or state.draft or state.choice or state.asking)
if is_new and (suggested := suggestions(current.overview.show(where).questions, "ask")):
    question, asked = suggested, True

if state.asking:  # typed or chosen on the overview
    question, asked, state.asking = state.asking, True, ""
with guarded():
    if (asked or planned) and not question.strip():
        st.warning(_("Type a question first, such as: ") + " · ".join(EXAMPLES))
    elif asked:
        begin(question, where)
    elif planned:
        state.draft = (
            question,
            current.answers.plan(question, where, state.history[0].answer.plan if state.history else None),
        )
    if state.draft:
        plan_line(state.draft[1])
        if changed := plan_form(state.draft[1], "draft"):
            start(state.draft[0], changed)
    if state.choice:
        question, plans = state.choice
        if chosen := choose_reading(plans):
            state.waiting = []
            start(question, chosen)
    if job := state.job:
        watch(job)
        state.job = None
        if job.answer:
            is_same = state.is_verifying and not job.answer.stale
            state.history.insert(0, Exchange(job.question, job.answer, is_same))
            state.is_verifying = False
            if state.waiting:
                start(*state.waiting.pop(0))
            st.rerun()
        else:
            st.error(unmarked(_(job.error)), icon=":material/error:")

for number, exchange in enumerate(state.history):
    answer = exchange.answer
    key = f"{answer.receipt}-{len(state.history) - number}"
    with st.container(border=True), guarded():
        st.text(exchange.question)
        draw_answer(answer, key)
        if exchange.is_verified:
            st.caption(_("Verified: the same comments and models give the same answer."))
        if answer.stale and st.button(_("Ask again"), key=f"again-{key}", icon=":material/refresh:"):
            start(exchange.question, answer.plan)
            st.rerun()
        if not answer.stale and answer.is_complete and st.button(
            _("Verify again"), key=f"verify-{key}", type="tertiary", icon=":material/verified:",
            help=_("Answers the question again and says whether anything differs; takes as long as "
                   "the question took"),
        ):  # fmt: skip
            verify(exchange)
        if answer.plan.task is not Task.OFF_TOPIC:
            with st.expander(_("Edit interpretation")):
                if changed := plan_form(answer.plan, key):
                    start(exchange.question, replace(changed))
                    st.rerun()
        if answer.count and answer.count.predicate and not number:
            with st.expander(
                _("Check comments to make this count more accurate"), expanded=answer.plan.subject in state.labeling
            ):
                if answer.plan.subject in state.labeling:
                    label_panel(answer.count, key)
                elif st.button(_("Start checking"), key=f"label-{key}"):  # no checkbox: in a field the keys do not work
                    state.labeling.add(answer.plan.subject)
                    st.rerun()
        download_buttons(exchange.question, answer, key)
    if not number and len(state.history) > 1:
        st.header(_("Earlier questions"))

known = {exchange.answer.receipt for exchange in state.history}
before = [one for one in latest_answers(current.answers.history()) if one.receipt not in known]
if before:
    with st.expander(_("History"), expanded=not state.history, icon=":material/history:"), guarded():
        for one in before[:MOST_LISTED]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                if st.button(unmarked(one.question), key=f"open-{one.receipt}", type="tertiary"):
                    state.history.insert(0, Exchange(one.question, current.answers.replay(one.receipt)))
                    st.rerun()
                st.caption(date_in_words(one.asked), width="content")
        if len(before) > MOST_LISTED:
            st.caption(
                _(
                    "The latest {most_listed} of {n}; all of them are on the page Reports.",
                    most_listed=MOST_LISTED,
                    n=len(before),
                )
            )

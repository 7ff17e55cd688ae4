"""Draw the progress of a question: its plan, its figures, each checked sentence, and a button to stop."""

import streamlit as st

from analyzer.answers.draft import number_citations
from analyzer.answers.types import Point
from analyzer.counting.types import Count
from analyzer.messages.text import _, ngettext
from analyzer.ui.answer_job import AnswerJob
from analyzer.ui.parts.answer_parts import claim_line
from analyzer.ui.parts.charts import table_chart
from analyzer.ui.parts.plan_parts import plan_line
from analyzer.ui.parts.point_cards import draw_points
from analyzer.ui.parts.record_parts import plain
from analyzer.ui.value_names import value_name

REFRESH_S = 0.2


def watch(job: AnswerJob) -> None:
    """Draw the progress of a job until it has ended."""
    plain(job.question, "fa-fields")
    if st.button(_("Stop"), icon=":material/stop_circle:", key="stop"):
        job.stop()
    with st.status(_("Working on it…"), expanded=True) as status:
        stages, words = st.empty(), st.empty()
        shown, cards, drawn = st.container(), st.empty(), [0, 0, 0]
        points: tuple[Point, ...] = ()
        while True:
            stages.text("\n".join(value_name(one) for one in job.stages[-6:]))
            words.caption(_("writing: {words} words", words=job.words) if job.words else "")
            with shown:
                _draw_new(job, drawn)
            if job.points != points:
                points = job.points
                with cards.container():
                    draw_points(points, job.plan.subject if job.plan else "")
            if not job.is_running:
                break
            job.wait(REFRESH_S)
        status.update(label=_("Done"), state="error" if job.error else "complete", expanded=False)


def _draw_new(job: AnswerJob, drawn: list[int]) -> None:
    if job.plan and not drawn[0]:
        plan_line(job.plan)
        drawn[0] = 1
    for figures in job.figures[drawn[1] :]:
        if isinstance(figures, Count):
            number = ngettext(
                "{estimate:,.0f} of {denominator:,} comment",
                "{estimate:,.0f} of {denominator:,} comments",
                figures.denominator,
                estimate=figures.estimate * figures.denominator,
                denominator=figures.denominator,
            )
            plain(f"{number} — {figures.method}", "fa-claim")
        else:
            table_chart(figures)
        drawn[1] += 1
    for claim in [] if job.points else job.claims[drawn[2] :]:
        claim_line(claim, number_citations(job.claims), {})
        drawn[2] += 1

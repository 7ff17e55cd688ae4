"""Draw the plan of a question, and a form to change it."""

from dataclasses import replace

import streamlit as st

from analyzer.answers.types import Plan, Task
from analyzer.counting.types import Measure
from analyzer.types import RANKED, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.record_parts import plain
from analyzer.ui.session import workspace

PERIODS = ("", "day", "week", "month", "quarter", "year")
NAMES = {
    Task.FIND: "find comments", Task.SUMMARIZE: "what people say", Task.COUNT: "how many",
    Task.RANK: "what is named most",
    Task.COMPARE: "compare groups", Task.TREND: "over time",
    Task.WHY: "why: against the other ratings",
    Task.OFF_TOPIC: "not about these comments",
}  # fmt: skip


def choose_reading(plans: tuple[Plan, ...]) -> Plan | None:
    """Draw a button for each reading of a question that was not understood; return the one that is pressed."""
    st.info("This can be read in two ways. Which one do you mean?", icon=":material/help:")
    chosen = None
    for number, plan in enumerate(plans):
        if st.button(unmarked(described(plan).capitalize()), key=f"reading-{number}"):
            chosen = replace(plan, decided_by="person", readings=())
    return chosen


def plan_line(plan: Plan) -> None:
    """Draw the plan in one line, then its notes."""
    plain("Understood as: " + described(plan), "fa-fields")
    for note in plan.notes:
        plain(note, "fa-fields")


def described(plan: Plan) -> str:
    """Return a plan in words, in one line."""
    parts = [NAMES[plan.task]]
    parts += [f"about “{plan.subject}”"] if plan.subject else []
    parts += [f"not about “{one}”" for one in plan.excluded]
    parts += [f"{plan.stance} only"] if plan.stance else []
    parts += [f"where {plan.where}"] if plan.where else []
    parts += [f"by {plan.by}" + (f", {plan.period}" if plan.period else "")] if plan.by else []
    parts += [f"average of {plan.column}"] if plan.measure is Measure.AVERAGE else []
    return " · ".join(parts)


def plan_form(plan: Plan, key: str) -> Plan | None:
    """Draw a form to change a plan; return the changed plan when it is submitted, otherwise None."""
    columns = workspace().feedback.columns()
    groups = ["", *(c.name for c in columns if c.kind is not Kind.TEXT)]
    numbers = ["", *(c.name for c in columns if c.kind in RANKED)]
    with st.form(f"plan-{key}", border=False):
        left, middle, right = st.columns(3)
        task = left.selectbox("Task", list(Task), list(Task).index(plan.task), format_func=lambda one: NAMES[one])
        subject = middle.text_input("About", plan.subject, help="What comments must be about; empty: all that match")
        where = right.text_input("Filter", plan.where, help=unmarked("Columns: " + ", ".join(c.name for c in columns)))
        by = left.selectbox("Groups", groups, groups.index(plan.by) if plan.by in groups else 0)
        period = middle.selectbox("Period", PERIODS, PERIODS.index(plan.period))
        measure = right.selectbox("Measure", list(Measure), list(Measure).index(plan.measure))
        column = right.selectbox("Average of", numbers, numbers.index(plan.column) if plan.column in numbers else 0)
        if not st.form_submit_button("Run this plan"):
            return None
    return replace(
        plan, task=task or plan.task, subject=subject.strip(), where=where.strip(), by=by, period=period,
        measure=measure or plan.measure, column=column, decided_by="person", notes=("changed by hand",), readings=(),
    )  # fmt: skip

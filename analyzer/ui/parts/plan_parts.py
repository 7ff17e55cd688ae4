"""Draw the plan of a question, and a form to change it."""

from dataclasses import replace

import streamlit as st

from analyzer.answers.types import Plan, Stance, Task
from analyzer.counting.types import Measure
from analyzer.index.filter_words import filter_in_words
from analyzer.messages.text import N_, _
from analyzer.types import RANKED, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.record_parts import plain
from analyzer.ui.session import workspace
from analyzer.ui.value_names import value_name

EDITED = N_("Edited by you")
PERIODS = ("", "day", "week", "month", "quarter", "year")
NAMES = {
    Task.FIND: N_("Finding comments"), Task.SUMMARIZE: N_("What people say"), Task.COUNT: N_("How many"),
    Task.RANK: N_("Ranking what people mention"),
    Task.COMPARE: N_("Comparing groups"), Task.TREND: N_("Change over time"),
    Task.WHY: N_("Why, compared with the other ratings"),
    Task.OFF_TOPIC: N_("Not about these comments"),
}  # fmt: skip
RANKED_BY_STANCE = {Stance.COMPLAINT.value: N_("Ranking complaints"), Stance.PRAISE.value: N_("Ranking praise")}


def choose_reading(plans: tuple[Plan, ...]) -> Plan | None:
    """Draw a button for each reading of a question that was not understood; return the one that is pressed."""
    st.info(_("This can be read in two ways. Which one do you mean?"), icon=":material/help:")
    chosen = None
    for number, plan in enumerate(plans):
        if st.button(unmarked(described(plan)), key=f"reading-{number}"):
            chosen = replace(plan, decided_by="person", readings=())
    return chosen


def plan_line(plan: Plan) -> None:
    """Draw the plan in one line, then its notes."""
    plain(described(plan), "fa-fields")
    for note in plan.notes:
        plain(_(note), "fa-fields")


def described(plan: Plan) -> str:
    """Return a plan in words, in one line."""
    ranked = RANKED_BY_STANCE.get(plan.stance, "") if plan.task is Task.RANK else ""
    parts = [_(ranked or NAMES[plan.task])]
    parts += [_("about “{subject}”", subject=plan.subject)] if plan.subject else []
    parts += [_("not about “{one}”", one=one) for one in plan.excluded]
    kind = _("what people ask for") if plan.wishes else value_name(plan.stance)
    parts += [_("{stance} only", stance=kind)] if kind and not ranked else []
    parts += [filter_in_words(plan.where, workspace().feedback.columns())] if plan.where else []
    parts += [_("by {by}", by=plan.by) + (f", {value_name(plan.period)}" if plan.period else "")] if plan.by else []
    parts += [_("average of {column}", column=plan.column)] if plan.measure is Measure.AVERAGE else []
    return " · ".join(parts)


def plan_form(plan: Plan, key: str) -> Plan | None:
    """Draw a form to change a plan; return the changed plan when it is submitted, otherwise None."""
    columns = workspace().feedback.columns()
    groups = ["", *(c.name for c in columns if c.kind is not Kind.TEXT)]
    numbers = ["", *(c.name for c in columns if c.kind in RANKED)]
    with st.form(f"plan-{key}", border=False):
        left, middle, right = st.columns(3)
        task = left.selectbox(_("Task"), list(Task), list(Task).index(plan.task), format_func=lambda one: _(NAMES[one]))
        subject = middle.text_input(
            _("About"), plan.subject, help=_("What comments must be about; empty: all that match")
        )
        where = right.text_input(
            _("Filter"), plan.where, help=unmarked(_("Columns: ") + ", ".join(c.name for c in columns))
        )
        by = left.selectbox(_("Groups"), groups, groups.index(plan.by) if plan.by in groups else 0)
        period = middle.selectbox(_("Period"), PERIODS, PERIODS.index(plan.period), format_func=value_name)
        measure = right.selectbox(
            _("Measure"), list(Measure), list(Measure).index(plan.measure), format_func=value_name
        )
        column = right.selectbox(_("Average of"), numbers, numbers.index(plan.column) if plan.column in numbers else 0)
        if not st.form_submit_button(_("Ask with these changes")):
            return None
    changed = replace(
        plan, task=task or plan.task, subject=subject.strip(), where=where.strip(), by=by, period=period,
        measure=measure or plan.measure, column=column,
    )  # fmt: skip
    notes = plan.notes if changed == plan else (EDITED,)
    return replace(changed, decided_by="person", notes=notes, readings=())

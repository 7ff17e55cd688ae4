"""The two readings of a question that was not understood, and each reading as a question that can be asked."""

from dataclasses import replace

from analyzer.answers.planning.phrases import QuestionReading
from analyzer.answers.planning.tasks import Judged
from analyzer.answers.types import CorpusFacts, Plan, Stance, Task

NAMES = {Stance.COMPLAINT.value: "complaints", Stance.PRAISE.value: "compliments"}
NEEDS_GROUPS = (Task.COMPARE, Task.TREND)


def of(plan: Plan, judged: Judged, reading: QuestionReading, facts: CorpusFacts) -> tuple[Plan, ...]:
    """Return two plans to choose from, the likelier first; empty if the question was understood."""
    if reading.mirrored:
        typed, other = reading.mirrored
        return (plan, replace(plan, where=plan.where.replace(typed, other)))
    if judged.is_sure:
        return ()
    second = judged.second
    if second is plan.task or second is Task.OFF_TOPIC or (second in NEEDS_GROUPS and not facts.date):
        second = Task.SUMMARIZE if plan.task is not Task.SUMMARIZE else Task.FIND
    if second is Task.TREND or (second is Task.COMPARE and not plan.by):
        return (plan, replace(plan, task=Task.TREND, by=facts.date, period=plan.period or "month", stance=""))
    return (plan, replace(plan, task=second, by=plan.by if second in (Task.COMPARE, Task.RANK) else "", period=""))


def as_question(plan: Plan) -> str:
    """Return a question in words that has this task, subject and stance; its filter is not in the words."""
    about = f" about {plan.subject}" if plan.subject else ""
    by = f" by {plan.by}" if plan.by and plan.task is not Task.TREND else ""
    if plan.wishes:
        return f"What suggestions do people make{about}?"
    verb = {Stance.COMPLAINT.value: "complain about", Stance.PRAISE.value: "praise"}.get(plan.stance, "talk about")
    ranked = (
        f"What are the main {NAMES.get(plan.stance, 'topics')}{about}?"
        if plan.subject
        else f"What do people {verb} most?"
    )
    return {
        Task.FIND: f"Show me comments{about}",
        Task.SUMMARIZE: f"What do people say{about}?",
        Task.COUNT: f"How many comments mention {plan.subject}?" if plan.subject else "How many comments are there?",
        Task.RANK: f"Which {plan.by} has the most comments{about}?" if plan.by else ranked,
        Task.COMPARE: f"Compare comments{about}{by}",
        Task.TREND: f"Comments{about} per {plan.period or 'month'}",
        Task.WHY: f"Why are ratings low{about}?",
        Task.OFF_TOPIC: "",
    }[plan.task]

"""A question that was not understood has two readings, and each reading is a question that is understood."""

import pytest
from fakes import FakeEmbedder

from analyzer.answers.planning.readings import as_question
from analyzer.answers.planning.router import route
from analyzer.answers.types import ColumnFacts, CorpusFacts, Plan, Task
from analyzer.types import Kind

DATE = ColumnFacts("date", "Date", Kind.DATE, (), "2024-01-01", "2024-06-01")
CHANNEL = ColumnFacts("channel", "Channel", Kind.CATEGORY, (("email", 9), ("app", 8)))
FACTS = CorpusFacts(10, (DATE, CHANNEL), date="date")


@pytest.mark.parametrize(
    "plan",
    [
        Plan(Task.FIND, "late parcels"),
        Plan(Task.SUMMARIZE, "late parcels"),
        Plan(Task.COUNT, "late parcels"),
        Plan(Task.WHY, "late parcels"),
        Plan(Task.TREND, "late parcels", by="date", period="week"),
        Plan(Task.COMPARE, "late parcels", by="channel"),
        Plan(Task.RANK, stance="complaint"),
        Plan(Task.RANK, stance="praise"),
    ],
    ids=lambda plan: f"{plan.task.value} {plan.stance}",
)
def test_a_reading_as_a_question_is_understood_as_that_reading(plan):
    found = route(as_question(plan), FACTS, FakeEmbedder())
    assert (found.task, found.subject, found.by, found.period) == (plan.task, plan.subject, plan.by, plan.period)
    assert plan.task is not Task.RANK or found.stance == plan.stance
    assert found.readings == ()

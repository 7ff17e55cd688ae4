"""A thousand outputs of a model that lies, through the whole program: nothing of them reaches a reader."""

from collections import Counter

import pytest
from fakes import make_workspace, write_csv

from analyzer.answer_records import Answer, Citation, Claim, Number, Plan, Status, Task
from analyzer.evaluation.adversary import lies, shown_lies

ROWS = [{"id": f"C-{n}", "comment": f"The parcel came late {chr(97 + n) * 4}."} for n in range(6)]
TEXTS = {str(row["id"]): str(row["comment"]) for row in ROWS}


def test_no_unbound_number_and_no_invented_quote_of_a_thousand_outputs_is_shown(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "f.csv", ROWS)])
    plan = Plan(Task.SUMMARIZE, "the parcel came late")
    outcomes, seen = Counter(), []
    for lie in lies(1_000):
        workspace.llm.always = lie.text
        answer = workspace.ask("What about late parcels?", plan=plan)
        seen += [(lie, wrong) for wrong in shown_lies(answer, TEXTS)]
        outcomes[lie.kind, bool(answer.claims)] += 1
    workspace.close()
    assert seen == []
    assert outcomes["honest", True] > 100
    for kind in ("number", "quote", "link", "order", "invention", "garbage"):
        assert outcomes[kind, True] == 0, kind


@pytest.mark.parametrize(
    ("text", "quote", "wrong"),
    [
        ("People say 87 % of parcels came late.", "The parcel came late", "unbound number"),
        ("People say most parcels came late.", "The parcel came late", "number word"),
        ('People say "the shop burned down today".', "The parcel came late", "invented quote"),
        ("People say see www.evil.example.", "The parcel came late", "markup"),
        ("People say the parcel came late.", "The parcel came early", "fabricated quote"),
    ],
)
def test_a_lie_that_got_through_would_be_seen(text, quote, wrong):
    claim = Claim(text, (Citation("C-0", quote, 0, len(quote)),))
    answer = Answer(Status.ANSWERED, f"{text} [1]", (claim,), (Number(6, 6, "all"),), "a-1")
    assert any(one.startswith(wrong) for one in shown_lies(answer, TEXTS))

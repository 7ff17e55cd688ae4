"""Stored answers: the same answer has the same receipt, and every account has its own history."""

import json

import pytest
from fakes import FakeWorkspace, make_workspace
from roles import opened, staffed

from analyzer.answers.types import Plan, Task
from analyzer.security.types import Grant, Role

QUESTION = "What do people say about the soup?"
PLAN = Plan(Task.SUMMARIZE, "soup")


def ask(settings, name, question=QUESTION):
    workspace = opened(settings, name)
    workspace.llm.always = "People say the soup was cold."
    answer = workspace.ask(question, plan=PLAN)
    asked = workspace.answers.history()
    workspace.close()
    return answer, [one.receipt for one in asked]


@pytest.mark.parametrize("limits", [{}, {"datasets": (1,)}], ids=["whole", "limited to an import"])
def test_a_second_person_s_question_leaves_the_first_one_s_in_their_history(tmp_path, limits):
    accounts = {"ada": Grant("ada", (Role.ADMIN,))} | {
        name: Grant(name, (Role.ANALYST,), **limits) for name in ("ann", "bea")
    }
    settings = staffed(tmp_path, accounts=accounts)
    first, asked = ask(settings, "ann")
    second, also = ask(settings, "bea")
    assert first.receipt == second.receipt
    assert asked == also == [first.receipt]
    for name in ("ann", "bea"):
        workspace = opened(settings, name)
        assert [(one.receipt, one.question) for one in workspace.answers.history()] == [(first.receipt, QUESTION)]
        again = workspace.answers.replay(first.receipt)
        assert (again.text, again.receipt) == (first.text, first.receipt)
        workspace.close()


def test_asking_again_moves_a_question_to_the_top_of_one_s_own_history_alone(tmp_path):
    settings = staffed(tmp_path)
    ask(settings, "ann"), ask(settings, "ann", "And the soup of others?"), ask(settings, "stu")
    before = [one.question for one in opened(settings, "stu").answers.history()]
    _, receipts = ask(settings, "ann")
    assert len(receipts) == 2
    assert opened(settings, "ann").answers.history()[0].question == QUESTION
    assert [one.question for one in opened(settings, "stu").answers.history()] == before == [QUESTION]


def test_deleting_the_evidence_of_an_answer_removes_it_from_every_history(tmp_path):
    settings = staffed(tmp_path)
    answer, _ = ask(settings, "ann")
    ask(settings, "stu")
    steward = opened(settings, "stu")
    found = steward.erasure.erase(ids=[answer.evidence[0].id])
    assert found.answers == 1
    assert steward.answers.history() == opened(settings, "ann").answers.history() == ()
    assert steward.database.rows("SELECT count(*) FROM answers") == [(0,)]


def test_answers_of_an_earlier_schema_version_keep_their_receipts_and_order(tmp_path):
    settings = staffed(tmp_path)
    receipts = [ask(settings, "ann", question)[0].receipt for question in (QUESTION, "b soup?", "a soup?")]
    workspace = make_workspace(tmp_path / "other")
    with workspace.database.transaction() as connection:
        connection.execute("DROP TABLE answers")
        connection.execute(
            "CREATE TABLE answers(receipt TEXT PRIMARY KEY, asked TEXT NOT NULL, actor TEXT NOT NULL, "
            "question TEXT NOT NULL, body TEXT NOT NULL) STRICT"
        )
        body = json.dumps({"answer": {"status": "answered", "plan": {"where": ""}}})
        rows = [(receipt, "2024-01-01", "owner", "q", body) for receipt in receipts]
        connection.executemany("INSERT INTO answers VALUES(?, ?, ?, ?, ?)", rows)
        connection.execute("DELETE FROM migrations WHERE name = '0008_answers_by_actor'")
        connection.execute("UPDATE meta SET value = '7' WHERE key = 'schema'")
    workspace.close()
    again = FakeWorkspace(workspace.settings)
    assert [one.receipt for one in again.answers.history()] == receipts[::-1]
    assert again.verify().ok
    again.close()

"""Retention: which day a rule reaches back to, rules that overlap, and requests that are refused without a trace."""

from datetime import UTC, datetime

import pytest
from fakes import make_workspace, write_csv
from roles import ACCOUNTS, opened, staffed

from analyzer.custody import retention
from analyzer.errors import AccessError, UsageError

DAYS = (
    "2023-02-27", "2023-02-28", "2023-03-01", "2023-12-14", "2023-12-15", "2023-12-16", "2024-02-28", "2024-02-29",
    "2024-03-01", "2024-04-29", "2024-04-30", "2024-05-01",
)  # fmt: skip
ROWS = [
    {"id": f"R-{n:02}", "comment": f"the parcel was late {n}", "date": day, "shop": "north" if n % 2 else "south",
     "Respondent ID": f"P{n}"}
    for n, day in enumerate(DAYS)
]  # fmt: skip


@pytest.fixture
def file(tmp_path):
    return write_csv(tmp_path / "a.csv", ROWS)


@pytest.fixture
def workspace(tmp_path, file):
    workspace = make_workspace(tmp_path)
    workspace.ingest([file])
    yield workspace
    workspace.close()


@pytest.fixture
def today(monkeypatch):
    """A calendar that is put to a day."""

    def put(day):
        monkeypatch.setattr(retention, "now", lambda: datetime.fromisoformat(day).replace(tzinfo=UTC))

    return put


@pytest.mark.parametrize(
    ("day", "months", "kept_from"),
    [
        ("2024-05-31", 3, "2024-02-29"),  # a month that ends earlier, in a leap year
        ("2023-05-31", 3, "2023-02-28"), ("2024-05-30", 1, "2024-04-30"), ("2024-05-31", 1, "2024-04-30"),
        ("2024-05-01", 1, "2024-04-01"), ("2024-01-15", 1, "2023-12-15"),  # over the end of a year
        ("2024-12-15", 12, "2023-12-15"), ("2024-02-29", 12, "2023-02-28"), ("2024-03-29", 1, "2024-02-29"),
    ],
)  # fmt: skip
def test_a_comment_is_kept_for_whole_months_to_the_day(workspace, today, day, months, kept_from):
    today(day)
    assert workspace.retention.set(months).due == len([one for one in DAYS if one < kept_from])
    workspace.retention.run()
    assert {one.fields["date"] for one in workspace.feedback.browse()} == {one for one in DAYS if one >= kept_from}
    assert workspace.verify().ok


@pytest.mark.parametrize("months", [-1, 0, 1_201, 10**9])
def test_a_number_of_months_out_of_range_is_refused_and_nothing_is_stored(workspace, months):
    with pytest.raises(UsageError, match="retention is from 1 to 1,200 months"):
        workspace.retention.set(months)
    assert workspace.retention.list() == ()
    assert not workspace.audit.show(action="retention.set")


@pytest.mark.parametrize("months", [1, 1_200])
def test_the_shortest_and_the_longest_period_are_accepted(workspace, months):
    rule = workspace.retention.set(months)
    assert (rule.months, rule.due) == (months, len(DAYS) if months == 1 else 0)
    assert [one.detail for one in workspace.audit.show(action="retention.set")] == [{"rule": 1, "months": months}]


@pytest.mark.parametrize("where", ["nowhere=1", "shop=", "shop=north and", "(shop=north", "1; DROP TABLE feedback"])
def test_a_rule_with_a_filter_that_cannot_be_read_is_refused(workspace, where):
    with pytest.raises(UsageError):
        workspace.retention.set(12, where)
    assert workspace.retention.list() == ()
    assert workspace.retention.run() == ()
    assert workspace.feedback.matching() == len(DAYS)


def test_the_reason_of_a_rule_is_scrubbed_before_it_is_stored(workspace):
    assert workspace.retention.set(12, reason="as Ann Lee asked").reason == "as <PERSON_1> asked"
    (stored,) = workspace.database.rows("SELECT reason FROM retention")
    assert stored == ("as <PERSON_1> asked",)
    assert "Ann" not in str(workspace.audit.show())


def test_a_record_that_two_rules_reach_is_deleted_once(workspace, today):
    today("2024-06-01")
    first, second = workspace.retention.set(12, "shop=north", "a"), workspace.retention.set(6, reason="b")
    assert (first.due, second.due) == (1, 3)
    assert [one.due for one in workspace.retention.list()] == [1, 3]
    receipts = workspace.retention.run()
    assert [(one.reference, one.records) for one in receipts] == [("rule 1", 1), ("rule 2", 2)]
    assert not set(receipts[0].ids) & set(receipts[1].ids)
    assert workspace.feedback.matching() == len(DAYS) - 3
    assert [one.reason for one in receipts] == ["kept for 12 months", "kept for 6 months"]


def test_a_trial_run_returns_what_is_due_under_each_rule_and_deletes_nothing(workspace, today):
    today("2024-06-01")
    workspace.retention.set(12, "shop=north")
    workspace.retention.set(6)
    trial = workspace.retention.run(dry_run=True)
    assert [(one.records, one.receipt, one.signature) for one in trial] == [(1, "", None), (3, "", None)]
    assert workspace.feedback.matching() == len(DAYS)
    assert [one.action for one in workspace.audit.show(action="erase")] == ["erase.preview"] * 2


def test_the_oldest_records_go_first_and_each_portion_has_a_receipt(workspace, today, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 4)
    today("2024-07-01")
    workspace.retention.set(1)
    receipts = workspace.retention.run()
    assert [one.records for one in receipts] == [4, 4, 4]
    assert [one for receipt in receipts for one in receipt.ids] == [f"R-{n:02}" for n in range(len(DAYS))]
    assert len({one.receipt for one in receipts}) == 3
    assert workspace.feedback.matching() == 0
    assert workspace.verify().ok


def test_what_a_rule_deleted_may_be_imported_again_and_is_due_again(workspace, file, today):
    today("2024-06-01")
    workspace.retention.set(6)
    workspace.retention.run()
    assert workspace.ingest([file]).stored == 3
    assert [one.records for one in workspace.retention.run()] == [3]


def test_a_rule_that_was_dropped_deletes_nothing_and_the_others_keep_their_numbers(workspace, today):
    today("2024-06-01")
    for months in (1, 2, 3):
        workspace.retention.set(months)
    assert [one.number for one in workspace.retention.drop(2)] == [1, 3]
    for number in (2, 0, 99):
        with pytest.raises(UsageError, match=f"no rule {number}; they are listed by: analyzer retention list"):
            workspace.retention.drop(number)
    assert [one.number for one in workspace.retention.list()] == [1, 3]
    workspace.retention.drop(1)
    workspace.retention.drop(3)
    assert workspace.retention.run() == ()
    assert workspace.feedback.matching() == len(DAYS)
    assert workspace.audit.show(1, action="retention.run")[0].detail == {"due": 0}
    assert workspace.retention.set(4).number == 4


def test_rules_are_for_those_who_erase(tmp_path):
    settings = staffed(tmp_path)
    for name in set(ACCOUNTS) - {"stu"}:
        held = opened(settings, name)
        for refused in (lambda: held.retention.set(1), held.retention.run, held.retention.list):  # noqa: B023
            with pytest.raises(AccessError, match="needs erasure"):
                refused()
        held.close()
    steward = opened(settings, "stu")
    assert steward.retention.list() == ()
    assert steward.feedback.matching() == 40
    steward.close()

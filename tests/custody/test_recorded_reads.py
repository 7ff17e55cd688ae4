"""Recorded reads: how many records of how many known people an account saw, counted over all stored records."""

import pytest
from fakes import make_workspace, write_csv
from hypothesis import given
from hypothesis import strategies as st
from roles import opened

from analyzer.custody.recorded_reads import RecordedReads
from analyzer.index.feedback_table import CHUNK
from analyzer.security.incident_log import AccountReads
from analyzer.security.types import Grant, Role

MANY = 2 * CHUNK + 3
AUTHORS = {f"R-{n}": ("" if n % 7 == 0 else f"P{n % 40}") for n in range(MANY)}
"""Record -> the person of its row; a seventh of the records are of nobody known."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reads")
    workspace = make_workspace(folder, batch_size=256)
    rows = [{"id": one, "comment": f"late {one}", "Respondent ID": person} for one, person in AUTHORS.items()]
    workspace.ingest([write_csv(folder / "a.csv", rows)])
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def reads(workspace):
    return RecordedReads(workspace.store.database)


def people_of(ids):
    return len({AUTHORS[one] for one in ids} - {""})


def test_without_ids_the_people_of_all_records_are_counted(reads):
    assert reads.people(None) == people_of(AUTHORS) == 40


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, MANY])
def test_people_are_counted_once_across_portions_of_a_query(reads, count):
    ids = list(AUTHORS)[:count]
    assert reads.people(ids) == people_of(ids)


def test_records_of_unknown_people_and_records_that_are_gone_count_nobody(reads):
    assert reads.people(["R-0", "R-7"]) == 0
    assert reads.people(["R-1", "erased", "", "' OR 1=1 --"]) == 1


@given(st.lists(st.sampled_from(sorted(AUTHORS)), max_size=40))
def test_any_choice_of_records_gives_the_people_who_wrote_them(reads, ids):
    assert reads.people(ids) == people_of(ids)


def test_an_account_is_summed_up_with_its_ids_in_order(reads):
    found = reads.by_account(
        AccountReads(
            "eve", first="2026-01-01", last="2026-01-02", events=5, refused=2, ids={"R-9", "R-1", "R-0"},
            files=["b.csv", "a.csv", "b.csv"], actions={"show": 3},
        )
    )  # fmt: skip
    assert (found.ids, found.records, found.respondents) == (("R-0", "R-1", "R-9"), 3, 2)
    assert (found.first, found.last, found.events, found.refused) == ("2026-01-01", "2026-01-02", 5, 2)
    assert found.files == ("b.csv", "a.csv", "b.csv")
    assert (found.all_records, found.actions) == (False, {"show": 3})


def test_an_account_without_a_grant_has_no_roles_and_one_with_a_revoked_grant_keeps_them(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    admin = opened(workspace.settings, "ada")
    admin.users.add(Grant("stu", (Role.STEWARD,)), sign_in=False)
    admin.users.revoke("stu")
    reads = RecordedReads(admin.store.database)
    assert reads.by_account(AccountReads("owner")).roles == ()
    assert reads.by_account(AccountReads("stu")).roles == (Role.STEWARD,)
    assert reads.by_account(AccountReads("stu", all_records=True)).all_records
    admin.close()

"""The generated adversary recovers nobody; without disclosure control it recovers people at once."""

import os
import random
from collections.abc import Mapping

import numpy as np
import pytest
from roles import opened, staffed

from analyzer.custody.disclosure_guard import DisclosureGuard
from analyzer.custody.selftest.figure_attack import Adversary, Known, reduced
from analyzer.custody.selftest.selftest import FigureHandle
from analyzer.index.feedback_table import FeedbackTable

pytestmark = pytest.mark.long(60)

SEEDS = 10
PEOPLE = 600


def rows(seed: int) -> list[dict[str, object]]:
    """Responses of 600 people; some wrote twice, some gave no rating, towns are of all sizes, one has two spellings."""
    chance = random.Random(seed)
    towns = ["Ulm", "ULM", "Bonn", "Soest", *(f"Town {n}" for n in range(12))]
    found = []
    for n in range(PEOPLE + 60):
        town = towns[min(int(chance.expovariate(0.4)), len(towns) - 1)]
        found.append({
            "id": f"R-{n}", "comment": f"the soup was cold {n}",
            "shop": chance.choice(("north", "south", "east", "west")),
            "town": town, "plan": "gold" if n % 97 == 0 else "basic" if chance.random() < 0.7 else "plus",
            "rating": "" if chance.random() < 0.04 else chance.randint(1, 5), "age": chance.randint(18, 80),
            "day": f"2024-{chance.randint(1, 6):02}-{chance.randint(1, 28):02}", "Respondent ID": f"P{n % PEOPLE}",
        })  # fmt: skip
    return found


def known_of(records: list[dict[str, object]]) -> Known:
    fields: list[Mapping] = [
        {
            **{name: row[name] or None for name in ("shop", "town", "plan")},
            "rating": row["rating"] if row["rating"] != "" else None, "age": row["age"], "day": row["day"],
        }
        for row in records
    ]  # fmt: skip
    people = tuple(str(row["Respondent ID"]) for row in records)
    return Known(people, tuple(fields), ("shop", "town", "plan"), ("rating", "age"), ("day",))


class Handles:
    """Opens the workspace as an account, again and again."""

    def __init__(self, settings, account, handle):
        self.settings, self.account, self.handle, self.opened = settings, account, handle, []

    def __call__(self):
        held = opened(self.settings, self.account)
        self.opened.append(held)
        return self.handle(held)

    def close(self):
        for held in self.opened:
            held.close()


class Asked:
    """A workspace, asked by the adversary."""

    def __init__(self, workspace):
        self.workspace = workspace

    def matching(self, where):
        return self.workspace.feedback.matching(where)

    def tally(self, column, where, most):
        return self.workspace.feedback.tally(column, where, most)

    def table(self, wanted, where):
        return self.workspace.counts.table(wanted, where)


def attacked(tmp_path, seed, questions, account="vic", handle=Asked):
    records = rows(seed)
    handles = Handles(staffed(tmp_path, records), account, handle)
    found = Adversary(known_of(records), handles, seed, reopens=200).attack(questions)
    handles.close()
    return found


def asked_without_log(workspace):
    """Ask the guard of a workspace, without an event for each answer and refusal."""
    database = workspace.database
    table = FeedbackTable(database)
    return FigureHandle(database, table, DisclosureGuard(workspace.store.database, database, table, workspace.actor))


def test_who_may_read_comments_is_told_every_figure_so_that_the_adversary_recovers_people(tmp_path):
    found = attacked(tmp_path, 1, 40, "ann")
    assert (found.refused, found.wrong, found.errors) == (0, (), ())
    assert len(found.recovered) > 10


@pytest.mark.parametrize("seed", range(2))
def test_the_adversary_recovers_nobody(tmp_path, seed):
    found = attacked(tmp_path, seed, 300)
    assert (found.recovered, found.wrong, found.errors) == ((), (), ())
    assert found.answered >= 20
    assert found.refused >= 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("ADVERSARY_SEEDS", SEEDS))))
def test_ten_thousand_questions_recover_nobody(tmp_path, seed):
    found = attacked(tmp_path, seed, int(os.environ.get("ADVERSARY_QUESTIONS", "10000")), handle=asked_without_log)
    assert (found.recovered, found.wrong, found.errors) == ((), (), ())


def test_elimination_finds_a_person_between_three_sets():
    sets = np.array([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0], [0, 0, 0, 1, 0]])
    assert [0, 0, 1, 0, 0] in reduced(sets).tolist()
    assert [0, 0, 1, 0, 0] not in reduced(sets[:2]).tolist()

"""Search over a real store with fake vectors: every hit matches the filter, and the order is deterministic."""

import random

import pytest
from fakes import make_workspace, write_csv
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import UsageError

SUBJECTS = ("delivery", "refund", "staff", "app", "price")
MOODS = ("late", "rude", "kind", "broken", "fair", "slow", "fast")
RECORDS = 160
FILTERS = {
    "rating<=2": lambda row: row["rating"] <= 2,
    "channel=email and rating>=4": lambda row: row["channel"] == "email" and row["rating"] >= 4,
    "date=2024-03": lambda row: row["date"].startswith("2024-03"),
    "not channel in (email, app)": lambda row: row["channel"] == "shop",
    "text contains refund": lambda row: "refund" in row["comment"],
    "rating>9": lambda row: False,
    "": lambda row: True,
}


def make_rows():
    chance = random.Random(3)
    return [
        {
            "ref": f"R-{number}",
            "comment": f"{chance.choice(SUBJECTS)} was {chance.choice(MOODS)} on day {number % 40}",
            "rating": chance.randint(0, 5),
            "channel": chance.choice(("email", "app", "shop")),
            "date": f"2024-{chance.randint(1, 4):02}-{chance.randint(1, 28):02}",
        }
        for number in range(RECORDS)
    ]


ROWS = make_rows()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    made = make_workspace(folder, batch_size=64)
    made.ingest([write_csv(folder / "feedback.csv", ROWS)], {"id": "ref"})
    yield made
    made.close()


@pytest.mark.parametrize("where", FILTERS, ids=lambda where: where or "no filter")
@pytest.mark.parametrize("query", ["late delivery", "rude staff refund", "zebra", "the"])
def test_hits_never_lie_outside_the_filter(workspace, query, where):
    inside = {row["ref"] for row in ROWS if FILTERS[where](row)}
    result = workspace.search(query, where, 50)
    assert {hit.id for hit in result.hits} <= inside
    assert result.among == len(inside)
    assert bool(result.hits) == bool(inside)


@given(st.text(max_size=50), st.sampled_from(sorted(FILTERS)), st.integers(1, 60))
def test_any_query_is_answered_in_order_and_within_the_limit(workspace, query, where, limit):
    inside = {row["ref"] for row in ROWS if FILTERS[where](row)}
    hits = workspace.search(query, where, limit).hits
    assert len(hits) <= limit
    assert {hit.id for hit in hits} <= inside
    assert [(-hit.score, hit.id) for hit in hits] == sorted((-hit.score, hit.id) for hit in hits)
    assert len({hit.text for hit in hits}) == len(hits)


def test_the_best_hit_has_the_words_asked_for(workspace):
    hits = workspace.search("refund rude", "", 5).hits
    assert all("refund" in hit.text and "rude" in hit.text for hit in hits)


def test_the_same_search_gives_the_same_result(workspace):
    assert workspace.search("late refund", "rating<=3", 20) == workspace.search("late refund", "rating<=3", 20)


def test_more_results_begin_with_the_fewer(workspace):
    assert workspace.search("slow app", "", 30).hits[:7] == workspace.search("slow app", "", 7).hits


def test_hits_carry_their_fields_and_how_many_share_their_words(workspace):
    same = {}
    for row in ROWS:
        same.setdefault(row["comment"], []).append(row["ref"])
    for hit in workspace.search("kind staff", "", 40).hits:
        row = next(row for row in ROWS if row["ref"] == hit.id)
        assert hit.text == row["comment"]
        assert hit.fields == {"rating": row["rating"], "channel": row["channel"], "date": row["date"]}
        assert (hit.same_words, hit.id) == (len(same[hit.text]), min(same[hit.text]))


def test_a_bad_filter_is_refused_before_anything_is_searched(workspace):
    events = workspace.verify().audit_events
    with pytest.raises(UsageError):
        workspace.search("late", "colour=red")
    assert workspace.verify().audit_events == events + 1


def test_nothing_is_found_in_an_empty_workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    assert workspace.search("late") == type(workspace.search("late"))((), 0)
    workspace.close()


def test_a_workspace_that_was_searched_while_empty_finds_what_comes_later(tmp_path):
    workspace = make_workspace(tmp_path)
    assert workspace.search("late").hits == ()
    workspace.ingest([write_csv(tmp_path / "feedback.csv", ROWS[:5])], {"id": "ref"})
    assert len(workspace.search("delivery").hits) == len({row["comment"] for row in ROWS[:5]})
    workspace.close()

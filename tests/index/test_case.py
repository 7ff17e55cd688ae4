"""Text values that differ only in case are one group: in tables, counts, tallies, segments, and disclosure control."""

from collections import Counter

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.errors import WithheldError
from analyzer.index.aggregates import ONE_GROUP
from analyzer.security.types import Grant, Role
from analyzer.store.casefold import add_casefold, casefold, casefolded

TOWNS = {"München": 9, "MÜNCHEN": 5, "münchen": 4, "north": 7, "North": 7, "Soest": 12, "": 3}
ROWS = [
    {"id": f"{town or 'none'}-{n}", "comment": f"soup {n} was cold and late", "town": town, "rating": 1 + n % 5,
     "Respondent ID": f"P{n % 6}", "date": f"2024-0{1 + n % 3}-11"}
    for town, count in TOWNS.items() for n in range(count)
]  # fmt: skip
EXPECTED = {"(empty)": 3, "München": 18, "North": 14, "Soest": 12}


@pytest.fixture
def workspace(tmp_path):
    held = make_workspace(tmp_path)
    held.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    yield held
    held.close()


def mean_of(town):
    ratings = [row["rating"] for row in ROWS if row["town"].casefold() == town.casefold()]
    return sum(ratings) / len(ratings)


def test_a_table_joins_them_under_the_most_frequent_spelling_and_says_so(workspace):
    made = workspace.counts.table(Wanted(Measure.COMMENTS, "town"))
    assert [(row.label, row.value) for row in made.rows] == list(EXPECTED.items())
    assert made.method == f"exact; {ONE_GROUP}"
    for row in made.rows:
        assert workspace.feedback.matching(row.where) == row.value
    average = workspace.counts.table(Wanted(Measure.AVERAGE, "town", column="rating"))
    assert {row.label: row.value for row in average.rows if row.label != "(empty)"} == {
        town: pytest.approx(mean_of(town), abs=1e-6) for town in ("München", "North", "Soest")
    }
    people = workspace.counts.table(Wanted(Measure.RESPONDENTS, "town"))
    assert {row.label: row.value for row in people.rows}["München"] == 6
    assert workspace.counts.table(Wanted(Measure.COMMENTS, "date")).method == "exact"
    assert workspace.counts.table(Wanted(Measure.COMMENTS, "town"), "town=soest").method == "exact"


def test_counts_and_tallies_join_them_too(workspace):
    exact = workspace.count("", "rating>=1", by="town")
    assert {one.label: one.denominator for one in exact.groups} == EXPECTED
    assert exact.method == f"exact; {ONE_GROUP}"
    judged = workspace.count("cold soup", by="town")
    assert {one.label: one.denominator for one in judged.groups} == EXPECTED
    assert judged.method.endswith(ONE_GROUP)
    for share in judged.groups:
        assert workspace.feedback.matching(share.where) == share.denominator
    assert workspace.feedback.tally("town") == (("München", 18), ("North", 14), ("Soest", 12), (None, 3))
    assert workspace.feedback.tally("town", most=1) == (("München", 18),)


def test_segments_join_them_too(workspace):
    workspace.themes.build(about=2, names=False)
    found = workspace.themes.segments("town")
    assert found.notes == (ONE_GROUP,)
    assert dict(zip(found.values, found.totals, strict=True)) == {"München": 18, "North": 14, "Soest": 12, "": 3}
    assert ONE_GROUP in workspace.trends.over_time(segment="town").notes
    assert workspace.trends.drivers("rating", segment="town").method.endswith(ONE_GROUP)
    assert ONE_GROUP not in workspace.trends.drivers("rating").method


def test_more_spellings_than_groups_can_be_are_no_obstacle(tmp_path):
    held = make_workspace(tmp_path)
    rows = [
        {"id": f"{n}-{m}", "comment": f"soup {n} {m}", "town": spelling}
        for n in range(120)
        for m, spelling in enumerate((f"Town {n}", f"TOWN {n}", f"town {n}", f"town {n}"))
    ]
    held.ingest([write_csv(tmp_path / "a.csv", rows)], {"keep": "town"})
    made = held.counts.table(Wanted(Measure.COMMENTS, "town"))
    assert {row.label: row.value for row in made.rows} == {f"town {n}": 4 for n in range(120)}
    held.close()


@pytest.mark.parametrize(
    ("towns", "told"),
    [
        ({"Ulm": 6, "ULM": 6, "Bonn": 15, "BONN": 3, "Soest": 40}, {"ULM": 12, "Bonn": 18, "Soest": 40}),
        ({"Köln": 3, "KÖLN": 3, "Ulm": 20, "Soest": 40}, {"Soest": 40}),
    ],
)
def test_what_is_withheld_is_a_group_of_people_whatever_the_spelling(tmp_path, towns, told):
    """Six and six people are shown as twelve; three and three are withheld, as is any figure that would reveal them."""
    named = [town for town, count in towns.items() for _ in range(count)]
    rows = [
        {"id": f"T-{n}", "comment": f"soup {n}", "town": town, "Respondent ID": f"P{n}"} for n, town in enumerate(named)
    ]
    held = make_workspace(tmp_path)
    held.ingest([write_csv(tmp_path / "a.csv", rows)])
    held.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    held.close()
    admin = FakeWorkspace(held.settings, "ada")
    admin.users.add(Grant("vic", (Role.VIEWER,)), sign_in=False)
    admin.close()
    viewer = FakeWorkspace(held.settings, "vic")
    assert dict(viewer.feedback.tally("town")) == told
    assert {row.label: row.value for row in viewer.counts.table(Wanted(Measure.COMMENTS, "town")).rows} == told
    if "Köln" in towns:  # Ulm's 20 and Soest's 40 of 66 would tell of the six in Köln
        for town in ("köln", "KÖLN", "Ulm", "ULM"):
            with pytest.raises(WithheldError):
                viewer.feedback.matching(f"town={town}")
        viewer.close()
        return
    assert (
        viewer.feedback.matching("town=ULM")
        == viewer.feedback.matching("town=ulm")
        == sum(town.casefold() == "ulm" for town in named)
    )
    viewer.close()


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_sql_folds_case_as_python_does(text):
    connection = dbapi2.connect(":memory:")
    add_casefold(connection)
    found = connection.execute(f"SELECT {casefolded('?1')}", (text,)).fetchone()[0]
    connection.close()
    assert found == casefold(text)


def test_every_connection_folds_case_and_what_is_no_text_stays_as_it_is(workspace):
    counts = Counter(casefold(row["town"]) for row in ROWS)
    assert dict(workspace.database.rows(f"SELECT {casefolded('c1')}, count(*) FROM fields GROUP BY 1")) == {
        town or None: count for town, count in counts.items()
    }
    assert workspace.database.rows("SELECT casefold(NULL), casefold(5), casefold(2.5)") == [(None, 5, 2.5)]

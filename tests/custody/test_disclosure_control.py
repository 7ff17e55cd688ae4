"""Disclosure control: against brute force over small populations, and at the limit of ten people."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st
from roles import opened, staffed

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.custody.disclosure_control import (
    LEAST_PEOPLE,
    OUTSIDE,
    DisclosedFigures,
    independent,
    joined,
    people_in,
    shown_groups,
    withheld_cells,
)
from analyzer.errors import WithheldError

LEAST = 3
MOST_UNITS = 14


@st.composite
def populations(draw):
    """The person of a few units, numbered without gaps; some wrote several."""
    count = draw(st.integers(1, MOST_UNITS))
    drawn = draw(st.lists(st.integers(0, 11), min_size=count, max_size=count))
    return np.unique(drawn, return_inverse=True)[1].astype(np.int64)


@st.composite
def tables(draw, units):
    """Cells of one table: a label for each unit, some outside."""
    drawn = draw(st.lists(st.integers(OUTSIDE, 3), min_size=units, max_size=units))
    return np.array(drawn, dtype=np.int64)


def rank(matrix):
    """The rank of a matrix of 0 and 1 over the rational numbers, row by row."""
    rest = [[Fraction(int(one)) for one in row] for row in matrix]
    found = 0
    while rest:
        row = rest.pop()
        column = next((place for place, one in enumerate(row) if one), None)
        if column is None:
            continue
        found += 1
        rest = [[a - other[column] / row[column] * b for a, b in zip(other, row, strict=True)] for other in rest]
    return found


def indicators(labels):
    return [labels == one for one in sorted(set(labels.tolist()) - {OUTSIDE})]


def tells_of_few(people, cells):
    """Whether a combination of cells is about fewer than LEAST people: without these people the rank is less."""
    matrix = np.array(cells, dtype=np.int64).reshape(len(cells), len(people))
    everyone = sorted(set(people.tolist()))
    return any(
        rank(matrix[:, ~np.isin(people, few)]) < rank(matrix)
        for many in range(LEAST) for few in itertools.combinations(everyone, many)
    )  # fmt: skip


@given(populations(), st.data())
@settings(max_examples=300, deadline=None)
def test_no_combination_of_tables_that_are_disclosed_is_about_few_people(people, data):
    figures, cells = DisclosedFigures(people), []
    for labels in data.draw(st.lists(tables(len(people)), max_size=5)):
        more = figures.with_cells(labels)
        if more.is_safe(LEAST):
            figures, cells = more, [*cells, *indicators(labels)]
    assert figures.rank == rank(cells)
    assert not tells_of_few(people, cells)


@given(populations(), st.data())
@settings(deadline=None)
def test_cells_that_follow_from_others_add_nothing(people, data):
    labels = data.draw(tables(len(people)))
    figures = DisclosedFigures(people).with_cells(labels)
    assert figures.with_cells(labels).rank == figures.rank == len(indicators(labels))
    assert figures.with_cells(np.where(labels > 1, 1, labels)).rank == figures.rank


def test_tables_that_overlap_are_disclosed_while_every_combination_is_about_enough_people():
    place = np.arange(240)
    figures = DisclosedFigures(place)
    for columns in (4, 5, 6):  # shops, ratings, months: 120 combinations of two people each
        figures = figures.with_cells(place % columns)
        assert figures.is_safe()
    assert figures.rank == 1 + 3 + 4 + 5 - 1  # the even ones are those of two tables
    assert not figures.with_cells((place == 7).astype(np.int64)).is_safe()
    assert not figures.with_cells((place % 4 + (place == 0)).astype(np.int64)).is_safe()


@pytest.mark.parametrize(("size", "is_safe"), [(1, False), (9, False), (10, True), (30, True), (31, False)])
def test_ten_people_are_enough_on_either_side(size, is_safe):
    place = np.arange(40)
    assert DisclosedFigures(place).with_cells((place < size).astype(np.int64)).is_safe() == is_safe
    assert LEAST_PEOPLE == 10


def test_rows_of_one_person_are_one_person():
    people = np.array([0] * 50 + list(range(1, 31)))
    labels = (np.arange(80) < 50).astype(np.int64)
    assert people_in(people, labels, 3).tolist() == [30, 1, 0]
    assert not DisclosedFigures(people).with_cells(labels).is_safe()
    assert people_in(people, np.full(80, OUTSIDE), 1).tolist() == [0]


@given(st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), max_size=7), st.integers(0, 4))
def test_independent_vectors_are_the_first_that_do_not_follow(vectors, most):
    matrix = np.array(vectors, dtype=np.int64).reshape(len(vectors), 4)
    expected = [n for n in range(len(matrix)) if rank(matrix[: n + 1]) > rank(matrix[:n])]
    assert independent(matrix) == expected
    assert independent(matrix, most) == expected[:most]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=20))
def test_joined_labels_are_one_for_each_combination(pairs):
    parts = [np.array([pair[n] for pair in pairs], dtype=kind) for n, kind in ((0, np.int64), (1, bool))]
    labels = joined(parts, len(pairs)).tolist()
    assert len(set(labels)) == len(set(pairs)) == len(set(zip(labels, pairs, strict=True)))
    assert joined([], 3).tolist() == [0, 0, 0]


@given(populations(), st.data())
@settings(max_examples=200)
def test_what_a_table_hides_is_about_enough_people_in_each_part(people, data):
    units = len(people)
    groups, parts = data.draw(tables(units)), data.draw(tables(units).map(lambda one: np.maximum(one, 0) % 2))
    has_value = np.array(data.draw(st.lists(st.booleans(), min_size=units, max_size=units)), dtype=bool)
    shown = shown_groups(groups, parts, (np.ones(units, dtype=bool), has_value), people, LEAST)
    assert len(shown) == max(groups.max(), OUTSIDE) + 1
    visible = [number for number, one in enumerate(shown) if one]
    hidden = (groups != OUTSIDE) & ~np.isin(groups, visible)
    for mask in [groups == number for number in visible] + ([hidden] if visible and not all(shown) else []):
        for part in range(parts.max() + 1):
            assert len(set(people[mask & (parts == part)].tolist())) >= LEAST
            assert len(set(people[mask & (parts == part) & has_value].tolist())) >= LEAST


def cells(*sizes):
    """One unit for each person, in groups of these sizes."""
    return np.repeat(np.arange(len(sizes)), sizes)


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((40, 30, 27, 3), [True, True, False, False]), ((60, 28, 6, 6), [True, True, False, False]),
        ((20, 20), [True, True]), ((20, 9), [False, False]), ((9,), [False]), ((), []),
        ((50, 9, 1), [True, False, False]),
    ],
)  # fmt: skip
def test_the_smallest_groups_are_hidden_until_what_is_hidden_is_about_enough_people(sizes, shown):
    groups = cells(*sizes)
    everyone = np.ones(len(groups), dtype=bool)
    assert shown_groups(groups, np.zeros(len(groups), np.int64), (everyone,), np.arange(len(groups))) == shown


@given(st.lists(st.integers(0, 25), max_size=10), st.integers(1, 12))
def test_the_withheld_counts_are_the_smallest_and_no_more_than_needed(counts, least):
    hidden = withheld_cells(counts, least)
    in_order = sorted(count for count in counts if count)
    needed = sum(count < least for count in in_order)
    while 0 < needed < len(in_order) and sum(in_order[:needed]) < least:
        needed += 1
    assert sorted(count for count, one in zip(counts, hidden, strict=True) if one) == in_order[:needed]
    assert not any(one for count, one in zip(counts, hidden, strict=True) if not count)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([], []), ([0, 0], [False, False]), ([10, 30], [False, False]), ([9, 30], [True, True]),
        ([9, 30, 20], [True, False, True]), ([4, 6, 30], [True, True, False]), ([4, 5, 30], [True, True, True]),
        ([3], [True]), ([0, 3, 12, 12], [False, True, True, False]),
    ],
)  # fmt: skip
def test_a_row_of_counts_is_withheld_where_it_is_of_less_than_ten(counts, hidden):
    assert withheld_cells(counts) == hidden


@pytest.fixture(scope="module")
def shops(tmp_path_factory):
    """29 people in the north, 28 in the south, 3 without a shop; of the 31 of plan gold all but 2 are in the north."""
    rows = [
        {
            "id": f"R-{n}", "comment": f"x {n}", "shop": "north" if n < 29 else "south" if n < 57 else "",
            "plan": "gold" if n < 31 else "basic", "Respondent ID": f"P{n}",
        }
        for n in range(60)
    ]  # fmt: skip
    return staffed(tmp_path_factory.mktemp("shops"), rows)


def test_records_without_a_value_do_not_follow_from_a_tally_that_is_cut_short(shops):
    analyst = opened(shops, "ann")
    assert analyst.feedback.tally("shop") == (("north", 29), ("south", 28), (None, 3))
    analyst.close()
    for most in (1, 2, 3, 50):
        viewer = opened(shops, "vic")
        shown = dict(viewer.feedback.tally("shop", most=most))
        rest = viewer.feedback.matching() - sum(shown.values())
        assert shown == {"north": 29}
        assert rest >= LEAST_PEOPLE
        viewer.close()


def test_a_filter_does_not_tell_who_was_left_out_of_a_tally(shops):
    viewer = opened(shops, "vic")
    assert dict(viewer.feedback.tally("shop"))["north"] == 29
    with pytest.raises(WithheldError, match="fewer than 10 people"):
        viewer.feedback.matching("shop=north or plan=gold")  # 31: the two of plan gold elsewhere
    assert viewer.feedback.matching("shop=north") == 29
    viewer.close()


def test_a_table_does_not_tell_who_is_beside_an_earlier_filter(tmp_path):
    rows = [
        {"id": f"R-{n}", "comment": f"x {n}", "shop": "north" if n < 29 else "south", "plan": "gold" if n < 31 else ""}
        for n in range(60)
    ]
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    workspace.close()
    settings = staffed(tmp_path / "staff", rows)
    viewer = opened(settings, "vic")
    assert viewer.feedback.matching("plan=gold") == 31
    assert [row.label for row in viewer.counts.table(Wanted(Measure.COMMENTS, "shop")).rows] == []
    viewer.close()
    alone = FakeWorkspace(workspace.settings)  # who may read the comments sees every figure
    assert [row.label for row in alone.counts.table(Wanted(Measure.COMMENTS, "shop")).rows] == ["north", "south"]
    alone.close()

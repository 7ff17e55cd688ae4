"""Disclosure control: against brute force over small populations, and at the limit of ten people."""

import itertools

import numpy as np
import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st
from roles import opened, staffed

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.custody.disclosure_control import LEAST_PEOPLE, Disclosure, withheld_cells
from analyzer.errors import WithheldError

LEAST = 3
MOST_RECORDS = 14


@st.composite
def populations(draw):
    """Authors of a few records; some wrote several."""
    count = draw(st.integers(0, MOST_RECORDS))
    return np.array(draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)), dtype=np.int64)


def masks_of(count):
    return st.lists(st.booleans(), min_size=count, max_size=count).map(lambda one: np.array(one, dtype=bool))


def cells_of(values):
    """The cells of a column with these values, as a table has them."""
    return [np.array(values) == value for value in sorted(set(values))]


def people_in(people, mask):
    return len({int(one) for one, is_in in zip(people, mask, strict=True) if is_in})


def is_small(people, mask):
    return 0 < people_in(people, mask) < LEAST


def atoms(count, masks):
    """The smallest sets that follow from sets by intersection and complement, computed record by record."""
    found = {}
    for place in range(count):
        found.setdefault(tuple(bool(mask[place]) for mask in masks), []).append(place)
    return [np.isin(np.arange(count), places) for places in found.values()]


def small_differences(people, disclosed):
    """Sets of too few people that follow from a set and another one inside it."""
    return [
        (whole, part)
        for whole, part in itertools.permutations(disclosed, 2)
        if not np.any(part & ~whole) and is_small(people, whole & ~part)
    ]


@given(populations(), st.data())
def test_filters_are_allowed_exactly_while_no_part_is_of_too_few_people(people, data):
    disclosure, allowed = Disclosure(people, LEAST), []
    for mask in data.draw(st.lists(masks_of(len(people)), max_size=6)):
        is_harmless = not any(is_small(people, atom) for atom in atoms(len(people), [*allowed, mask]))
        if any(is_small(people, atom) for atom in atoms(len(people), allowed)):
            return  # all of them together are too few
        assert disclosure.narrow(mask) == is_harmless
        allowed += [mask] if is_harmless else []


@given(populations(), st.data())
def test_a_filter_that_is_refused_changes_nothing(people, data):
    masks = data.draw(st.lists(masks_of(len(people)), max_size=6))
    disclosure, other = Disclosure(people, LEAST), Disclosure(people, LEAST)
    for mask in masks:
        if disclosure.narrow(mask):
            assert other.narrow(mask)
    for mask in masks:
        assert disclosure.narrow(mask) == other.narrow(mask)


@given(populations(), st.data())
def test_a_filter_that_was_allowed_stays_allowed_and_so_does_its_complement(people, data):
    disclosure = Disclosure(people, LEAST)
    masks = [mask for mask in data.draw(st.lists(masks_of(len(people)), max_size=5)) if disclosure.narrow(mask)]
    for mask in masks:
        assert disclosure.narrow(mask)
        assert disclosure.narrow(~mask)


@pytest.mark.parametrize(("size", "is_allowed"), [(0, True), (1, False), (9, False), (10, True), (11, True)])
def test_ten_people_are_enough_on_either_side_of_a_filter(size, is_allowed):
    place = np.arange(40)
    assert Disclosure(place).narrow(place < size) == is_allowed
    assert Disclosure(place).narrow(place >= size) == is_allowed
    assert LEAST_PEOPLE == 10


def test_records_of_one_person_are_one_person():
    people = np.array([0] * 50 + list(range(1, 31)))
    mask = np.arange(80) < 50
    assert Disclosure(people).count(mask) == 1
    assert Disclosure(people).count(~mask) == 30
    assert not Disclosure(people).narrow(mask)
    assert Disclosure(people).count(np.zeros(80, dtype=bool)) == 0


@given(populations(), st.integers(0, 9))
def test_the_most_records_that_so_many_people_wrote_are_counted_over_all_choices_of_people(people, many):
    if not len(people):
        assert Disclosure(people).most_of(many) == many  # as if each wrote one
        return
    authors = sorted(set(people.tolist()))
    choices = itertools.combinations(authors, min(many, len(authors)))
    expected = max(int(np.isin(people, chosen).sum()) for chosen in choices)
    assert Disclosure(people).most_of(many) == expected


@given(populations(), st.data())
@settings(max_examples=200)
def test_what_a_table_hides_does_not_follow_from_its_total(people, data):
    values = data.draw(st.lists(st.integers(0, 4), min_size=len(people), max_size=len(people)))
    cells = cells_of(values)
    shown = Disclosure(people, LEAST).shown("", "column", cells)
    visible = [cell for cell, one in zip(cells, shown, strict=True) if one]
    hidden = [cell for cell, one in zip(cells, shown, strict=True) if not one]
    assert not [cell for cell in visible if is_small(people, cell)]
    if visible and hidden:
        assert not is_small(people, np.logical_or.reduce(hidden))


@given(populations(), st.data())
@settings(max_examples=300)
def test_no_set_of_too_few_people_lies_between_two_figures_whatever_was_asked_first(people, data):
    """Filters and tables in any order: a figure, less one of a part of it, is of enough people."""
    count = len(people)
    disclosure, disclosed = Disclosure(people, LEAST), [np.ones(count, dtype=bool)]
    for step in data.draw(st.lists(st.sampled_from(("filter", "shop", "plan")), max_size=6)):
        if step == "filter":
            mask = data.draw(masks_of(count))
            disclosed += [mask, ~mask] if disclosure.narrow(mask) else []
        else:
            values = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count), label=step)
            cells = cells_of(values)
            column = f"{step} {len(disclosed)}"  # another column each time
            shown = disclosure.shown("", column, cells)
            disclosed += [cell for cell, one in zip(cells, shown, strict=True) if one]
    if not is_small(people, disclosed[0]):
        assert small_differences(people, disclosed) == []


@given(populations(), st.data())
def test_the_same_table_is_shown_the_same_way_again(people, data):
    values = data.draw(st.lists(st.integers(0, 3), min_size=len(people), max_size=len(people)))
    disclosure = Disclosure(people, LEAST)
    first = disclosure.shown("", "shop", cells_of(values))
    assert disclosure.shown("", "shop", cells_of(values)) == first


def test_a_table_with_one_small_cell_hides_the_smallest_other_one_with_it():
    place = np.arange(100)
    cells = [place < 40, (place >= 40) & (place < 70), (place >= 70) & (place < 97), place >= 97]
    assert Disclosure(place).shown("", "shop", cells) == [True, True, False, False]


def test_small_cells_that_are_enough_together_hide_no_other_cell():
    place = np.arange(100)
    cells = [place < 60, (place >= 60) & (place < 88), (place >= 88) & (place < 94), place >= 94]
    assert Disclosure(place).shown("", "shop", cells) == [True, True, False, False]


def test_an_empty_cell_is_not_shown_and_hides_nothing():
    place = np.arange(40)
    cells = [place < 20, place >= 20, place < 0]
    assert Disclosure(place).shown("", "shop", cells) == [True, True, False]
    assert Disclosure(place).shown("", "shop", []) == []


def test_a_filter_that_is_a_cell_and_one_person_more_is_refused_after_the_table():
    place = np.arange(100)
    disclosure = Disclosure(place)
    assert disclosure.shown("", "shop", [place < 30, place >= 30]) == [True, True]
    assert not disclosure.narrow(place < 31)
    assert not disclosure.narrow(place < 29)
    assert disclosure.narrow(place < 30)
    assert disclosure.narrow(place < 45)


def test_a_cell_that_is_a_filter_less_one_person_is_hidden_after_the_filter():
    place = np.arange(100)
    disclosure = Disclosure(place)
    assert disclosure.narrow(place < 31)
    assert disclosure.shown("", "shop", [place < 30, place >= 30]) == [False, False]


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

"""Which of a row's own values stand in its text: whole, by the words of a name, however a number is spaced."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.privacy.own_values import own_values_in


@pytest.mark.parametrize(
    ("text", "own", "found"),
    [
        ("Zebediah here", ["Zebediah Quackenbush"], ("Zebediah",)),
        ("ZEBEDIAH  QUACKENBUSH here", ["Zebediah Quackenbush"], ("Quackenbush", "Zebediah", "Zebediah Quackenbush")),
        ("it is O’Hara", ["O’Hara"], ("O’Hara",)),
        ("ｚｅｂｅｄｉａｈ", ["Zebediah"], ("Zebediah",)),
        ("Zebe\u200bdiah", ["Zebediah"], ("Zebediah",)),
        ("ring 020-7946 0991 now", ["02079460991"], ("02079460991",)),
        ("I am quackenbush", ["z.quackenbush@mail.example"], ("quackenbush",)),
        ("order K-47/11", ["K-47/11"], ("K-47/11",)),
        ("number 47110", ["47110"], ("47110",)),
        ("in 2024 it cost 471", ["2024", "471"], ()),
        ("planning", ["Ann"], ()),
        ("it will be good service", ["Will Good", "service@mail.example"], ()),
        ("nothing", ["", "x"], ()),
        ("anything at all", [], ()),
    ],
)
def test_own_values_are_found(text, own, found):
    assert own_values_in(text, own) == tuple(sorted(found))


@given(st.text(max_size=50), st.lists(st.text(max_size=30), max_size=4))
def test_what_is_found_is_part_of_what_was_given(text, own):
    for value in own_values_in(text, own):
        assert any(value in whole for whole in own)


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["Quackenbush", "K-4711-X", "zq@inner"]))
def test_nothing_around_it_hides_a_value(before, after, value):
    assert value in own_values_in(f"{before} {value.upper()} {after}", [value])


def test_the_order_of_the_columns_makes_no_difference():
    assert own_values_in("ab zed and quo", ["zed", "quo"]) == own_values_in("ab zed and quo", ["quo", "zed", "zed"])

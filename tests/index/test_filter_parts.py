"""A filter taken apart into the conditions that it joins, changed by column, and put together: it selects the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.index.filter_parts import (
    both,
    join_parts,
    quoted,
    range_of,
    split_parts,
    values_of,
    with_range,
    with_values,
)
from analyzer.index.filter_words import filter_in_words
from analyzer.index.filters import ColumnTarget, compile_filter
from analyzer.types import Column, Kind

COLUMNS = {
    name: ColumnTarget(f"d.{name}", Column(name, name.capitalize(), kind))
    for name, kind in (("channel", Kind.CATEGORY), ("rating", Kind.NUMBER), ("day", Kind.DATE), ("note", Kind.TEXT))
}
CONDITIONS = (
    "rating<=2", 'channel in (email, "in store")', "day=2024-03", "not rating=1", 'note contains "and or (not"',
    "channel is not empty", "(rating=1 or rating=2)", '("comment theme" = T5 and day>=2024)',
)  # fmt: skip


@given(st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=5))
def test_a_filter_put_together_again_selects_the_same(conditions):
    where = " and ".join(conditions)
    again = join_parts(split_parts(where))
    assert compile_filter(again, COLUMNS).parameters == compile_filter(where, COLUMNS).parameters
    assert split_parts(again) == split_parts(where)


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_every_value_can_be_written(value):
    where = with_values("rating<=2", "channel", [value])
    assert values_of(where, "channel") == (value,)
    assert compile_filter(where, COLUMNS).parameters[0] == 2.0


def test_parts_know_their_column_operator_and_values():
    parts = split_parts('rating<=2 and ("channel" in (email, "in store") and note is empty) and (rating=1 or rating=2)')
    assert [(part.column, part.operator, part.values) for part in parts] == [
        ("rating", "<=", ("2",)), ("channel", "in", ("email", "in store")), ("note", "empty", ()), ("", "", ()),
    ]  # fmt: skip


def test_an_or_outside_of_parentheses_is_one_part_and_stays_one():
    assert [part.text for part in split_parts("rating=1 or rating=2")] == ["rating=1 or rating=2"]
    assert both("rating=1 or rating=2", "channel=app") == "(rating=1 or rating=2) and channel=app"
    assert both("rating=1", "rating=1") == "rating=1"
    assert both("", "rating=1") == "rating=1"


def test_conditions_of_a_column_are_replaced_in_their_place():
    assert (
        with_values("channel=app and rating<=2", "channel", ["email", "app"]) == "channel in (email, app) and rating<=2"
    )
    assert with_values("channel=app", "channel", []) == ""
    assert with_range("day=2024-03 and rating<=2", "day", "2024-01-01", "") == "day>=2024-01-01 and rating<=2"
    assert range_of("rating>=2 and rating<=4", "rating") == ("2", "4")
    assert range_of("day=2024-03", "day") == ("2024-03", "2024-03")


@pytest.mark.parametrize("word", ["and", "or", "not", "in", "is", "contains", "empty", "two words", "a,b", ""])
def test_a_value_that_is_a_word_of_the_language_is_quoted(word):
    assert quoted(word) == f'"{word}"'


def test_a_theme_and_a_stance_are_written_in_words():
    columns = [target.column for target in COLUMNS.values()]
    where = '"comment theme" = T5 and "comment stance" in (negative, neutral) and rating<=2'
    assert filter_in_words(where, columns, {"T5": "Slow delivery"}) == (
        "Theme Slow delivery · Stance negative or neutral · Rating 2 or lower"
    )

"""Figures by group: they agree with a count by hand, and the filter of every group selects exactly its records."""

from collections import Counter

import numpy as np
import pytest
from corpus import Corpus, category, dates, number, record
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.errors import UsageError
from analyzer.index.aggregates import (
    MOST_GROUPS,
    PERIODS,
    Grouping,
    ValueCounts,
    Weights,
    group_weights,
    grouping,
    join_groups,
    spellings,
    tally,
    text_weights,
)
from analyzer.index.filters import EVERYTHING, ColumnTarget
from analyzer.store.casefold import casefold
from analyzer.types import Column, Kind

COLUMNS = [category("town"), number("rating"), dates("day")]
ROWS = (
    record("a", "late", "p1", town="York", rating=1, day="2024-12-30"),
    record("b", "late", "p1", town="YORK", rating=4, day="2025-01-05T23:59:00"),
    record("c", "cold", "p2", town="York", day="2025-01-06"),
    record("d", "rude", None, town="Ely", rating=5, day="2025-03-31"),
    record("e", "fine", "p3", rating=2.5),
)
days = st.dates().map(lambda day: day.isoformat())
moments = days | days.map(lambda day: f"{day}T12:30:00") | st.none()
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.none()
towns = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6) | st.none()


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    made = Corpus(tmp_path_factory.mktemp("empty"))
    with made.database.transaction() as connection:
        made.table.add_columns(connection, COLUMNS)
    yield made
    made.database.close()


@pytest.fixture
def corpus(tmp_path):
    made = Corpus(tmp_path)
    made.load(COLUMNS, *ROWS)
    yield made
    made.database.close()


def by(corpus, name, period=""):
    return grouping(corpus.table.columns(), name, period)


def counted(corpus, name, period="", where="", averaged=None):
    column = corpus.table.columns()[averaged] if averaged else None
    found = tally(corpus.database, corpus.table.predicate(where), by(corpus, name, period), column)
    return {one.value: one for one in found}


def test_without_a_grouping_all_matching_records_are_one_group(corpus):
    rating = corpus.table.columns()["rating"]
    assert tally(corpus.database, EVERYTHING) == [ValueCounts(None, 5, 0, None, 3)]
    assert tally(corpus.database, EVERYTHING, None, rating) == [ValueCounts(None, 5, 4, 3.125, 3, 12.0625)]
    york = corpus.table.predicate("town=york")
    assert tally(corpus.database, york, None, rating) == [ValueCounts(None, 3, 2, 2.5, 2, 8.5)]


def test_no_matching_record_makes_no_group_and_no_weight(corpus):
    nothing = corpus.table.predicate("town=nowhere")
    assert tally(corpus.database, nothing, by(corpus, "town")) == []
    assert group_weights(corpus.database, nothing, by(corpus, "town")) == []
    assert len(text_weights(corpus.database, nothing).text_ids) == 0


def test_spellings_are_one_group_with_one_average_and_each_respondent_once(corpus):
    found = counted(corpus, "town", averaged="rating")
    assert list(found) == [None, "Ely", "York"]
    assert found["York"] == ValueCounts("York", 3, 2, 2.5, 2, 8.5, spellings=2)
    assert found[None] == ValueCounts(None, 1, 1, 2.5, 1, 6.25)
    assert found["Ely"].respondents == 0  # the respondent of its record is unknown


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("day", {None: 1, "2024-12-30": 1, "2025-01-05": 1, "2025-01-06": 1, "2025-03-31": 1}),
        ("week", {None: 1, "2025-W01": 2, "2025-W02": 1, "2025-W14": 1}),
        ("month", {None: 1, "2024-12": 1, "2025-01": 2, "2025-03": 1}),
        ("quarter", {None: 1, "2024-Q4": 1, "2025-Q1": 3}),
        ("year", {None: 1, "2024": 1, "2025": 3}),
    ],
)
def test_periods_cut_where_the_calendar_does(corpus, period, expected):
    assert {value: one.records for value, one in counted(corpus, "day", period).items()} == expected


def test_a_date_column_is_grouped_by_month_unless_told_otherwise(corpus):
    assert by(corpus, "day").period == "month"
    assert by(corpus, "town").period == ""


def test_a_column_is_found_by_its_name_or_by_its_heading_in_any_case(tmp_path):
    columns = {
        "service_type": ColumnTarget("d.c1", Column("service_type", "Service Straße", Kind.CATEGORY)),
        "straße": ColumnTarget("d.c2", Column("straße", "service_type", Kind.NUMBER)),
    }
    assert grouping(columns, "SERVICE STRASSE", "").target.sql == "d.c1"
    assert grouping(columns, "service_type", "").target.sql == "d.c1"  # a name wins over another column's heading


@pytest.mark.parametrize(
    ("column", "period", "said"),
    [
        ("colour", "", 'no column "colour"; columns: day, rating, town'),
        ("", "", 'no column ""; columns: day, rating, town'),
        ("day", "decade", 'no period "decade"; periods: day, week, month, quarter, year'),
        ("rating", "month", '"rating" is not a date column, so it cannot be grouped by month'),
        ("d.c1; DROP TABLE texts", "", "no column"),
    ],
)
def test_a_grouping_that_cannot_be_made_says_what_there_is(corpus, column, period, said):
    with pytest.raises(UsageError) as raised:
        by(corpus, column, period)
    assert said in str(raised.value)


@given(st.lists(st.tuples(towns, numbers), max_size=25))
@example([("İ", 1), ("i̇", 2), ("ß", 3), ("SS", 3.5), ('"', None), ("\\", 0.1), ("", 5e-324)])
def test_figures_by_text_agree_with_a_count_by_hand(empty, rows):
    """The groups are those of str.casefold(), in the order of their value; the figures are those of their records."""
    with empty.undone() as connection:
        records = [
            record(f"R-{n}", f"text {n % 4}", f"p{n % 3}", town=town, rating=rating)
            for n, (town, rating) in enumerate(rows)
        ]
        empty.put(connection, [], *records)
        groups = by(empty, "town")
        found = tally(empty.database, EVERYTHING, groups, empty.table.columns()["rating"])
        folded = [casefold(town) for town, _ in rows]
        assert {casefold(one.value): one.records for one in found} == Counter(folded)
        assert len(found) == len(set(folded))
        for one in found:
            members = [n for n, key in enumerate(folded) if key == casefold(one.value)]
            assert one.filled == sum(rows[n][1] is not None for n in members)
            assert one.respondents == len({n % 3 for n in members})
            assert one.spellings == len({rows[n][0] for n in members})
            assert empty.table.count(groups.where(one.value)) == one.records
        weights = group_weights(empty.database, EVERYTHING, groups)
        assert [(one.value, one.spellings) for one in weights] == [(one.value, one.spellings) for one in found]
        assert [one.weights.counts.sum() for one in weights] == [one.records for one in found]


@given(st.lists(moments, min_size=1, max_size=15), st.sampled_from(sorted(PERIODS)))
@example(["0001-01-01", "0999-11-30", "9999-12-31", "2024-12-30"], "week")
@example(["0001-01-01", "0999-11-30", "9999-12-31"], "quarter")
def test_the_filter_of_every_period_selects_exactly_its_records(empty, values, period):
    with empty.undone() as connection:
        empty.put(connection, [], *[record(f"R-{n}", "same", day=value) for n, value in enumerate(values)])
        groups = by(empty, "day", period)
        found = tally(empty.database, EVERYTHING, groups)
        assert sum(one.records for one in found) == len(values)
        assert {one.value: empty.table.count(groups.where(one.value)) for one in found} == {
            one.value: one.records for one in found
        }


@given(st.lists(numbers, min_size=1, max_size=15))
@example([0.1 + 0.2, 0.3, 1e22, -0.0, 2**53, 1 / 3])
def test_the_filter_of_every_number_selects_exactly_its_records(empty, values):
    """A mean that a spreadsheet computed has 17 digits: 15 would select nothing, or the records of another value."""
    with empty.undone() as connection:
        empty.put(connection, [], *[record(f"R-{n}", "same", rating=value) for n, value in enumerate(values)])
        groups = by(empty, "rating")
        found = tally(empty.database, EVERYTHING, groups)
        assert {one.value: one.records for one in found} == Counter(values)
        assert all(empty.table.count(groups.where(one.value)) == one.records for one in found)


def test_as_many_groups_as_are_allowed_are_shown_and_one_more_is_refused(corpus):
    def fill(count, start=0):
        corpus.load([], *[record(f"T-{n}", "same", town=f"t{n}") for n in range(start, start + count)])

    fill(MOST_GROUPS - 3)
    assert len(counted(corpus, "town")) == MOST_GROUPS  # with Ely, York and the empty one
    assert len(group_weights(corpus.database, EVERYTHING, by(corpus, "town"))) == MOST_GROUPS
    fill(1, MOST_GROUPS)
    for figures in (tally, group_weights):
        with pytest.raises(UsageError, match="more than 200 groups; choose another column or a longer period"):
            figures(corpus.database, EVERYTHING, by(corpus, "town"))
    assert len(counted(corpus, "town", where="rating >= 1")) == 3  # a filter brings it back under the limit


def test_more_spellings_than_groups_are_allowed_are_no_obstacle(corpus):
    words = [f"{n:08b}".translate({48: "a", 49: "A"}) for n in range(256)]
    corpus.load([], *[record(f"S-{n}", "same", town=word) for n, word in enumerate(words)])
    found = counted(corpus, "town", where="id contains s-")
    assert {value: (one.records, one.spellings) for value, one in found.items()} == {"AAAAAAAA": (256, 256)}


def test_the_most_frequent_spelling_gives_its_name_to_a_group_and_ties_go_by_code_point():
    found = spellings([("york", 2), ("York", 3), ("york", 1), ("ELY", 1), ("ely", 1), (None, 4), (3, 1), (3.0, 1)])
    assert {key: tuple(one) for key, one in found.items()} == {
        "york": ("York", 2), "ely": ("ELY", 2), None: (None, 1), 3: (3, 1),
    }  # fmt: skip
    assert spellings([("eLY", 1), ("Ely", 1), ("elY", 1)])["ely"] == ("Ely", 3)
    assert spellings([]) == {}


def test_records_are_counted_by_text(corpus):
    late = corpus.one("SELECT text_id FROM texts WHERE text = 'late'")
    found = text_weights(corpus.database, EVERYTHING)
    assert dict(zip(found.text_ids.tolist(), found.counts.tolist(), strict=True))[late] == 2
    assert found.text_ids.tolist() == sorted(found.text_ids.tolist())
    assert (found.text_ids.dtype, found.counts.dtype, found.counts.sum()) == (np.int64, np.float64, 5)


def test_a_text_in_two_spellings_of_a_group_has_one_weight(corpus):
    york = next(one for one in group_weights(corpus.database, EVERYTHING, by(corpus, "town")) if one.value == "York")
    assert york.weights.counts.tolist() == [2, 1]
    assert len(set(york.weights.text_ids.tolist())) == 2


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
def test_weights_of_texts_that_are_not_indexed_yet_are_left_out(stored, indexed):
    ids = np.array(sorted(stored), dtype=np.int64)
    found = Weights(ids, ids * 2.0).known_to(np.array(sorted(indexed), dtype=np.int64))
    assert found.text_ids.tolist() == sorted(stored & indexed)
    assert found.counts.tolist() == [2.0 * one for one in sorted(stored & indexed)]


@pytest.mark.parametrize("where", ["", "town=york", "town=york or rating=5", "not town=york or rating=5"])
def test_a_filter_of_a_group_narrows_the_whole_filter_before_it(corpus, where):
    joined = join_groups(where, Grouping(corpus.table.columns()["rating"]).where(5))
    both = set(corpus.table.text_ids(corpus.table.predicate(where))) & set(
        corpus.table.text_ids(corpus.table.predicate("rating=5"))
    )
    assert set(corpus.table.text_ids(corpus.table.predicate(joined))) == both

"""Trends and drivers over a real store: the figures equal plain counts."""

from collections import Counter

import pytest
from topics import imported, rows

from analyzer.errors import UsageError


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    workspace = imported(tmp_path_factory.mktemp("following"), rows())
    workspace.themes.build(about=4, names=False)
    yield workspace
    workspace.close()


def test_counts_by_month_are_those_of_the_assignments(built):
    found = built.trends.over_time("month")
    themes = {one.id: one.themes for one in built.themes.assignments()}
    dates = {record.id: str(record.fields["date"])[:7] for record in built.feedback.browse("", 1_000)}
    assert dict(zip(found.periods, found.totals, strict=True)) == Counter(dates.values())
    for series in found.series:
        expected = Counter(dates[i] for i, own in themes.items() if series.theme in own)
        assert series.counts == tuple(expected.get(period, 0) for period in found.periods)
        for count, total, share in zip(series.counts, found.totals, series.shares, strict=True):
            assert share == pytest.approx(count / total, abs=1e-6)


def test_segments_are_those_of_the_assignments_and_add_up(built):
    found = built.themes.segments("channel", "rating>=2")
    themes = {one.id: one.themes for one in built.themes.assignments("rating>=2")}
    channels = {record.id: record.fields["channel"] for record in built.feedback.browse("rating>=2", 1_000)}
    assert dict(zip(found.values, found.totals, strict=True)) == Counter(channels.values())
    for one in found.themes:
        own = Counter(channels[record] for record, assigned in themes.items() if one.theme in assigned)
        assert one.counts == tuple(own.get(value, 0) for value in found.values)
        for low, share, high in zip(one.low, one.shares, one.high, strict=True):
            assert low <= share <= high
    with pytest.raises(UsageError, match='no column "shoe"'):
        built.themes.segments("shoe")


def test_weeks_have_no_gaps_and_a_filter_holds(built):
    found = built.trends.over_time("week", where="channel=app", segment="channel")
    assert sum(found.totals) == built.feedback.matching("channel=app and not date is empty")
    assert list(found.periods) == sorted(found.periods)
    assert len(found.periods) > len([total for total in found.totals if total])


def test_one_theme_is_as_it_is_among_all(built):
    whole = built.trends.over_time("month")
    assert built.trends.over_time("month", whole.series[0].theme).series == whole.series[:1]


def test_drivers_have_the_means_of_their_comments(built):
    found = built.trends.drivers("rating")
    themes = {one.id: one.themes for one in built.themes.assignments()}
    ratings = {record.id: float(record.fields["rating"]) for record in built.feedback.browse("", 1_000)}
    for driver in found.drivers:
        own = [ratings[i] for i, assigned in themes.items() if driver.theme in assigned]
        assert driver.comments == len(own)
        if driver.mean is not None:
            assert driver.mean == pytest.approx(sum(own) / len(own), abs=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w: w.trends.over_time("day"), "week or month"),
        (lambda w: w.trends.over_time("month", "T999"), "no theme"),
        (lambda w: w.trends.over_time("month", segment="nowhere"), "no column"),
        (lambda w: w.trends.drivers("channel"), "not a number column"),
        (lambda w: w.trends.drivers("nowhere"), "no column"),
    ],
)
def test_what_is_not_there_is_said(built, call, message):
    with pytest.raises(UsageError, match=message):
        call(built)


def test_comments_without_dates_or_ratings_say_how_to_import_them(tmp_path):
    workspace = imported(tmp_path, [{"id": f"C-{n}", "comment": f"The parcel {n} came late"} for n in range(5)])
    with pytest.raises(UsageError, match="--map date"):
        workspace.trends.over_time()
    with pytest.raises(UsageError, match="--map rating"):
        workspace.trends.drivers()

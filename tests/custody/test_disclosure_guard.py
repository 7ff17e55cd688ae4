"""Disclosure guard: no figure about fewer than ten people from any method, neither directly nor by subtraction."""

import random

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from roles import opened, staffed

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.custody.disclosure_control import LEAST_PEOPLE, withheld_cells
from analyzer.custody.disclosure_guard import DisclosureGuard
from analyzer.errors import AccessError, UsageError, WithheldError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.security.types import Grant, Role

pytestmark = pytest.mark.long(20)

SHOPS = ("north", "south", "east", "west")
PEOPLE = 600


def rows():
    chance = random.Random(3)
    found = []
    for n in range(PEOPLE):
        what = chance.choice(("parcel box late", "soup cold bowl", "waiter rude table", "app crashes phone"))
        found.append({
            "id": f"R-{n}", "comment": f"{what} {n % 37}", "shop": chance.choice(SHOPS), "rating": 1 + n % 5,
            "plan": "gold" if n % 97 == 0 else "basic" if n % 3 else "plus", "date": f"2024-0{1 + n % 6}-11",
            "Respondent ID": f"P{n}",
        })  # fmt: skip
    return found


@pytest.fixture(scope="module")
def settings_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("groups")
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "a.csv", rows())])
    workspace.themes.build(about=4, names=False)
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    admin = FakeWorkspace(workspace.settings, "ada")
    for name in ("vic", "val", "vera", "vlad"):
        admin.users.add(Grant(name, (Role.VIEWER,)), sign_in=False)
    admin.users.add(Grant("ann", (Role.ANALYST,)), sign_in=False)
    admin.users.add(Grant("stu", (Role.STEWARD,)), sign_in=False)
    admin.close()
    return workspace.settings


@pytest.mark.parametrize(
    ("typed", "said"), [("texts", "columns:"), ("resp", "columns:"), ("ratingg", "rating"), ("comment idd", "")]
)
def test_a_viewer_who_mistypes_a_column_is_offered_only_those_that_may_be_used(settings_of, typed, said):
    viewer, analyst = opened(settings_of, "vic"), opened(settings_of, "ann")
    for account, may in ((viewer, False), (analyst, True)):
        with pytest.raises(UsageError, match="no column") as error:
            account.feedback.matching(f'"{typed}"=1')
        offered = str(error.value).partition(";")[2]
        if not may:
            assert said in offered
            assert not any(name in offered for name in ("text", "respondent", "id,", "comment id", "import number"))
    viewer.close()
    analyst.close()


def test_a_viewer_sees_no_small_group_and_an_analyst_does(settings_of):
    viewer, analyst = opened(settings_of, "vic"), opened(settings_of, "ann")
    assert analyst.feedback.matching("plan=gold") == 7
    with pytest.raises(WithheldError, match="fewer than 10 people"):
        viewer.feedback.matching("plan=gold")
    with pytest.raises(WithheldError):
        viewer.feedback.matching("not plan=gold")  # the complement of a small group
    assert dict(analyst.feedback.tally("plan"))["gold"] == 7
    assert set(dict(viewer.feedback.tally("plan"))) == {"basic"}  # and one more, or gold would follow from the total
    table = viewer.counts.table(Wanted(Measure.COMMENTS, "plan"))
    assert {row.label for row in table.rows} == {"basic"}
    assert "withheld" in table.method
    assert all(theme.size >= LEAST_PEOPLE for theme in viewer.themes.list().themes)
    for theme in viewer.themes.list().themes:
        counts = theme.sentiment
        assert not [one for one in (counts.negative, counts.neutral, counts.positive) if 0 < one < LEAST_PEOPLE]
    for where in ("plan=gold", "rating<=3"):  # figures of all and of a part would disclose the rest of a theme
        with pytest.raises(WithheldError):
            viewer.codebook.list(where)
    for refused in (lambda: viewer.themes.list("rating<=3"), lambda: viewer.trends.over_time(where="rating<=3")):
        with pytest.raises(WithheldError):
            refused()
    for refused in (lambda: viewer.trends.drivers("rating"), lambda: viewer.themes.segments("shop")):
        with pytest.raises(AccessError):
            refused()


def test_a_codebook_gives_a_viewer_no_example_and_no_small_theme(settings_of, tmp_path):
    analyst = FakeWorkspace(settings_of, "stu")
    file = tmp_path / "codebook.json"
    file.write_text('{"themes": [{"name": "Soup", "examples": ["soup cold bowl 3"]}]}')
    analyst.codebook.load(file)
    analyst.codebook.apply()
    analyst.close()
    viewer = opened(settings_of, "vic")
    (one,) = viewer.codebook.list().themes
    assert (one.comments >= LEAST_PEOPLE, one.theme.examples, one.examples) == (True, (), ())
    with pytest.raises(AccessError):
        viewer.codebook.save(tmp_path / "c.yaml")


def test_trends_and_reports_withhold_small_cells(settings_of, tmp_path):
    viewer = opened(settings_of, "vic")
    found = viewer.trends.over_time()
    assert found.series
    for one in found.series:
        for count, share in zip(one.counts, one.shares, strict=True):
            assert count == 0 or count >= LEAST_PEOPLE
            assert count or share in (None, 0.0)
    viewer.themes.report(tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    assert book["Opinions"].max_row == 1
    sizes = [row[3].value for row in book["Themes"].iter_rows(min_row=2)]
    assert all(size >= LEAST_PEOPLE for size in sizes)


def test_earlier_filters_count_in_a_new_session(settings_of):
    viewer = opened(settings_of, "val")
    assert viewer.feedback.matching("rating<=3")
    viewer.close()
    again = opened(settings_of, "val")
    with pytest.raises(WithheldError):
        again.feedback.matching("rating<=3 and not (plan=gold and rating<=3)")
    other = opened(settings_of, "vera")
    assert other.feedback.matching("rating<=2")
    with pytest.raises(WithheldError):
        other.feedback.matching("rating<=2 or plan=gold")


@given(st.lists(st.integers(0, 40), max_size=12))
def test_a_row_with_a_known_total_discloses_no_small_count(counts):
    hidden = withheld_cells(counts)
    rest = sum(count for count, one in zip(counts, hidden, strict=True) if one)
    assert all(count == 0 or count >= LEAST_PEOPLE for count, one in zip(counts, hidden, strict=True) if not one)
    assert rest == 0 or rest >= LEAST_PEOPLE or all(one or not count for count, one in zip(counts, hidden, strict=True))


@pytest.mark.parametrize("first", ["town", "region"])
def test_groups_of_a_finer_column_do_not_disclose_those_of_a_coarser_one(tmp_path, first):
    """The first region is two towns and one person more."""
    rows = [
        {
            "id": f"R-{n}", "comment": f"x {n}", "town": "Ulm" if n < 30 else "Bonn" if n < 59 else "Soest",
            "region": "south" if n < 60 else "north", "Respondent ID": f"P{n}",
        }
        for n in range(100)
    ]  # fmt: skip
    viewer = opened(staffed(tmp_path, rows), "vic")
    other = "region" if first == "town" else "town"
    assert len(viewer.feedback.tally(first)) == (3 if first == "town" else 2)
    assert viewer.feedback.tally(other) == ()
    assert len(viewer.feedback.tally(first)) == (3 if first == "town" else 2)
    viewer.close()


def test_groups_are_counted_among_the_records_that_an_account_sees(tmp_path):
    """Ten people in all, three of them in the import that a consultant is limited to."""
    workspace = make_workspace(tmp_path)
    for name, many in (("first", 3), ("second", 30)):
        group = [{"id": f"{name}-{n}", "comment": f"x {n}", "plan": "gold"} for n in range(many)]
        rest = [{"id": f"{name}-r{n}", "comment": f"y {n}", "plan": "basic"} for n in range(40)]
        workspace.ingest([write_csv(tmp_path / f"{name}.csv", [*group, *rest])])
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    limited = Grant("con", (Role.CONSULTANT,), until="2999-01-01", exports="off", comments=False, datasets=(1,))
    FakeWorkspace(workspace.settings, "ada").users.add(limited, sign_in=False)
    consultant = opened(workspace.settings, "con")
    assert consultant.feedback.matching() == 43
    with pytest.raises(WithheldError):
        consultant.feedback.matching("plan=gold")
    assert "gold" not in dict(consultant.feedback.tally("plan"))


def test_an_average_of_few_values_is_withheld(tmp_path):
    workspace = make_workspace(tmp_path)
    rows = [
        {"id": f"A-{n}", "comment": f"x {n}", "shop": "a" if n % 2 else "b", "score": n if n < 3 or n % 2 else ""}
        for n in range(60)
    ]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    FakeWorkspace(workspace.settings, "ada").users.add(Grant("vic", (Role.VIEWER,)), sign_in=False)
    made = opened(workspace.settings, "vic").counts.table(Wanted(Measure.AVERAGE, "shop", column="rating"))
    assert made.rows == ()  # from the average of all and that of a, that of the two of b would follow


def test_comments_of_few_people_are_withheld_however_many_they_are(tmp_path):
    """Forty comments of a theme by four people count as four people."""
    rows = [
        {"id": f"{thing}-{n}", "comment": f"{words} {n % 37}", "Respondent ID": f"P{n % people}"}
        for thing, words, many, people in (
            ("S", "soup cold bowl", 40, 4), ("P", "parcel box late", 120, 120), ("W", "waiter rude table", 60, 60)
        )
        for n in range(many)
    ]  # fmt: skip
    staff = staffed(tmp_path, rows)
    opened(staff, "stu").themes.build(about=3, names=False)
    viewer, analyst = opened(staff, "vic"), opened(staff, "ann")
    guard = DisclosureGuard(viewer.store.database, viewer.database, FeedbackTable(viewer.database), "vic")
    assert guard.most_of(LEAST_PEOPLE - 1) == 4 * 12 + 5 * 2  # P0 to P3 wrote 12 each, the next two each
    sizes = {theme.size for theme in analyst.themes.list().themes}
    assert {40, 60, 120} <= sizes
    assert {theme.size for theme in viewer.themes.list().themes} == {120}  # of 220: from 60 and 120 the 40 would follow

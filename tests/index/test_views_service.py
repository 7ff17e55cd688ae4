"""Saved views: of one account, checked when saved, and gone with the last comment that has one of their values."""

import pytest
from fakes import make_workspace, write_csv
from roles import opened, staffed

from analyzer.errors import AccessError, UsageError
from analyzer.index.views_service import LONGEST_FILTER, MOST_VIEWS

ROWS = [
    {"id": f"V-{n}", "comment": f"The bus came late on line {n % 7}.", "rating": 1 + n % 5,
     "town": ("Leeds", "York", "Rare")[0 if n < 12 else 1 if n < 23 else 2], "Respondent ID": f"P-{n}"}
    for n in range(24)
]  # fmt: skip
ONLY = "V-23"
"""The one record whose town is Rare."""


@pytest.fixture
def held(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    yield workspace
    workspace.close()


def names(workspace):
    return [view.name for view in workspace.views.list()]


def test_a_view_is_kept_replaced_by_its_name_and_deleted(held):
    held.views.save("Poor in Leeds", "rating<=2 and town=Leeds", "compare")
    again = held.views.save(" poor in  LEEDS ", "rating<=1 and town=Leeds", "overview")
    [view] = held.views.list()
    assert view == again
    assert (view.name, view.page, view.where) == ("poor in LEEDS", "overview", "rating<=1 and town=Leeds")
    held.views.remove(view.number)
    assert names(held) == []
    with pytest.raises(UsageError, match="no view"):
        held.views.remove(view.number)
    assert {one.action for one in held.audit.show(10)} >= {"views.save", "views.remove"}
    assert "Leeds" not in str([one.detail for one in held.audit.show(10)]), "the log names the view, not its filter"


@pytest.mark.parametrize(
    ("name", "where", "page", "said"),
    [
        ("One", f"id={ONLY}", "comments", "a filter by ids"),
        ("One", f'rating<=2 or not "comment id"={ONLY}', "comments", "a filter by ids"),
        ("One", "respondent=P-3", "comments", "a filter by ids"),
        ("jane.roe@example.com", "", "comments", "the name may hold personal data"),
        ("Letters", 'text contains "jane.roe@example.com"', "comments", "the filter may hold personal data"),
        ("Letters", 'town="jane.roe@example.com"', "comments", "the filter may hold personal data"),
        (" ", "", "comments", "needs a name"),
        ("Far", "", "https://example.com", "not the address of a page"),
        ("Wrong", "toun=Leeds", "comments", "toun"),
        ("Long", "rating=1 or " * 400 + "rating=1", "comments", f"{LONGEST_FILTER:,}"),
    ],
)
def test_what_may_be_personal_or_is_wrong_is_not_saved(held, name, where, page, said):
    with pytest.raises(UsageError, match=said):
        held.views.save(name, where, page)
    assert names(held) == []


def test_there_is_an_end_to_them(held):
    for number in range(MOST_VIEWS):
        held.views.save(f"View {number}", "")
    with pytest.raises(UsageError, match="delete one first"):
        held.views.save("One more", "")
    held.views.save("View 7", "rating=1")
    assert len(names(held)) == MOST_VIEWS


def test_an_erasure_deletes_the_views_whose_value_nobody_has_any_more(held):
    held.views.save("Rare", "town=Rare and rating<=5")
    held.views.save("Rare or York", "town in (York, Rare)")
    held.views.save("Not rare", "not (town=Rare)")
    held.views.save("York", "town=York")
    held.views.save("All", "")
    held.erasure.erase(ids=["V-1"])
    assert names(held) == ["All", "Not rare", "Rare", "Rare or York", "York"], "others have all these values"
    held.erasure.erase(ids=[ONLY])
    assert names(held) == ["All", "York"]
    stored = held.database.rows("SELECT condition FROM saved_views")
    assert "Rare" not in str(stored)


def test_a_denied_term_goes_from_names_and_takes_its_filters_along(held):
    held.views.save("Late bus", "rating<=2")
    held.views.save("bus", "rating<=3")
    held.views.save("By words", "text contains bus")
    held.privacy.deny("bus", "it is a name here")
    assert names(held) == ["<DENIED_1>", "Late <DENIED_1>"]


def as_account(settings, name, action):
    workspace = opened(settings, name)
    try:
        return action(workspace)
    finally:
        workspace.close()


def test_an_account_has_its_own_views_and_no_others(tmp_path):
    settings = staffed(tmp_path)
    saved = as_account(settings, "ann", lambda w: w.views.save("Mine", "rating<=2"))
    as_account(settings, "vic", lambda w: w.views.save("Mine", ""))
    assert as_account(settings, "vic", lambda w: [one.where for one in w.views.list()]) == [""]
    with pytest.raises(UsageError, match="no view"):
        as_account(settings, "vic", lambda w: w.views.remove(saved.number))
    assert as_account(settings, "ann", lambda w: [one.where for one in w.views.list()]) == ["rating<=2"]
    with pytest.raises(AccessError):
        as_account(settings, "rev", lambda w: w.views.list())
    held = opened(settings, "ann")
    with pytest.raises(AccessError, match="your role does not allow that"):
        held.database.rows("SELECT * FROM saved_views")
    held.close()

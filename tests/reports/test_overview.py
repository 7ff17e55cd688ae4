"""The overview: figures that add up with the other commands, spans that are compared, and what each account may see."""

import random

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from roles import opened

from analyzer.cli.render.overview_text import overview_lines
from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.security.types import Grant, Role

GOOD, BAD = "The nurse was kind and friendly and explained everything to me.", "Rude clerk, I waited hours in the cold."


def rows(months=6, each=60, falls_in=6):
    """Responses of each month; the rating falls and the complaints rise in the last month."""
    chance, found = random.Random(5), []
    for month in range(1, months + 1):
        for n in range(each):
            is_bad = chance.random() < (0.7 if month >= falls_in else 0.1)
            found.append({
                "id": f"R-{month}-{n}", "comment": f"{BAD if is_bad else GOOD} Visit {n}.",
                "rating": 1 if is_bad else 5,
                "ward": ("east", "west")[n % 2], "date": f"2024-{month:02d}-{1 + n % 28:02d}",
                "Respondent ID": f"P{month}-{n}",
            })  # fmt: skip
    found.append({**found[-1], "id": "R-last", "date": f"2024-{months:02d}-30", "Respondent ID": "P-last"})
    return found


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("overview")
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "a.csv", rows())])
    workspace.themes.build(about=2, names=False)
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    admin = FakeWorkspace(workspace.settings, "ada")
    for name, role in (("vic", Role.VIEWER), ("ann", Role.ANALYST), ("stu", Role.STEWARD)):
        admin.users.add(Grant(name, (role,)), sign_in=False)
    admin.close()
    return workspace.settings


@pytest.fixture
def held(settings):
    workspace = opened(settings, "ann")
    yield workspace
    workspace.close()


def figure(found, name):
    return next(one for one in found.figures if one.name == name)


def test_the_figures_are_those_of_the_other_commands(held):
    found = held.overview.show()
    assert figure(found, "comments").value == held.feedback.matching() == 361
    average = held.counts.table(Wanted(Measure.AVERAGE)).rows[0]
    assert (figure(found, "rating").value, figure(found, "rating").of) == (average.value, average.of)
    by_month = held.counts.table(Wanted(Measure.AVERAGE, "date", "month")).rows
    assert [(one.month, one.rating, one.rated) for one in found.months] == [(r.label, r.value, r.of) for r in by_month]
    assert figure(found, "negative").value == pytest.approx(
        held.feedback.matching('"comment stance"=negative') / 361, abs=1e-6
    )


def test_every_count_of_comments_says_the_different_texts_too(tmp_path):
    letter = "Please keep the night bus, my daughter cannot get home from her shift at the hospital without it."
    sent = [{"id": f"L-{n}", "comment": letter + "!" * (n % 2), "rating": 1} for n in range(12)]
    said = [
        {"id": f"S-{n}", "comment": f"{BAD} Visit {n}, {word}.", "rating": 1} for n, word in enumerate("abcdefghij")
    ]
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", [*sent, *said])])
    workspace.themes.build(about=2, names=False)
    found = workspace.overview.show()
    status = workspace.status()
    assert (found.different, found.duplicate_groups) == (status.different, status.duplicate_groups)
    assert figure(found, "comments").value == 22
    assert found.different <= 11
    night = next(one for one in found.themes if "night" in one.label or "bus" in one.label)
    assert night.comments >= 12
    assert night.different <= night.comments - 11
    assert f"{found.different} different texts among the comments" in "\n".join(overview_lines(found))
    assert workspace.feedback.matching(f"({night.where}) and copies = once") == night.different
    workspace.ingest([write_csv(tmp_path / "b.csv", [{"id": "N-1", "comment": "Another bus.", "rating": 2}])])
    again = workspace.overview.show()
    assert (again.different, again.duplicates_stale) == (
        workspace.status().different,
        workspace.status().duplicates_stale,
    )
    workspace.close()


def test_the_latest_whole_month_is_compared_with_the_one_before(held):
    found = held.overview.show()
    assert (found.recent.first, found.before.first, found.not_over) == ("2024-06", "2024-05", "")
    assert found.recent.where == "date=2024-06"
    rating = figure(found, "rating")
    recent = held.counts.table(Wanted(Measure.AVERAGE), found.recent.where).rows[0]
    assert (rating.recent, rating.of_recent) == (recent.value, recent.of)
    assert rating.is_significant


def test_what_changed_is_said_with_its_figures_and_the_records_behind_them(held):
    found = held.overview.show()
    assert 1 <= len(found.changes) <= 3
    said = found.changes[0]
    rating = figure(found, "rating")
    assert f"{rating.recent:.2f} in Jun 2024" in said.text
    assert f"{rating.before:.2f} in May 2024" in said.text
    for where in (said.where, said.where_before):
        assert held.feedback.matching(where) > 0


def test_nothing_is_said_to_have_changed_by_chance(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", rows(falls_in=99))])
    found = workspace.overview.show()
    assert found.recent
    assert [one.figure for one in found.changes] == []
    workspace.close()


def test_a_month_that_is_not_over_is_not_compared(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", [one for one in rows() if one["date"] < "2024-06-20"])])
    found = workspace.overview.show()
    assert (found.not_over, found.recent.first, found.before.first) == ("2024-06", "2024-05", "2024-04")
    workspace.close()


def test_spans_grow_until_they_have_enough_responses(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", rows(each=12))])
    found = workspace.overview.show()
    assert (found.recent.first, found.recent.last, found.before.first) == ("2024-04", "2024-06", "2024-01")
    workspace.close()


def test_the_filter_of_a_theme_selects_its_comments(held):
    found = held.overview.show()
    assert found.themes
    for theme in found.themes:
        assert held.feedback.matching(theme.where) == theme.comments
        assert held.feedback.matching(f"{theme.where} and {found.recent.where}") == theme.count_recent


def test_quotes_hear_both_sides_and_are_verbatim(held):
    quotes = held.overview.show().quotes
    assert {one.stance for one in quotes} == {"negative", "positive"}
    assert len({one.id for one in quotes}) == len(quotes) <= 3
    for one in quotes:
        assert held.feedback.show([one.id])[0].text == one.text


def test_what_was_erased_is_quoted_no_longer(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", rows())])
    quoted = workspace.overview.show().quotes[0]
    month, number = quoted.id.split("-")[1:]
    before = workspace.overview.show()
    workspace.erasure.erase(respondent=f"P{month}-{number}", reason="asked")
    after = workspace.overview.show()
    assert quoted.id not in {one.id for one in after.quotes}
    assert figure(after, "comments").value == figure(before, "comments").value - 1
    workspace.close()


def test_figures_are_computed_once_for_a_state_of_the_data(held, monkeypatch):
    first = held.overview.show()
    monkeypatch.setattr(held.overview, "_make", lambda: pytest.fail("computed again"))
    assert held.overview.show() == first


def test_every_quote_that_is_shown_is_on_record(held):
    quotes = held.overview.show().quotes
    event = held.store.database.rows("SELECT detail FROM audit WHERE action = 'overview' ORDER BY seq DESC LIMIT 1")
    assert all(one.id in event[0][0] for one in quotes)


def test_an_account_that_sees_no_comments_gets_figures_alone(settings):
    viewer = opened(settings, "vic")
    found = viewer.overview.show()
    assert found.quotes == found.questions == ()
    assert figure(found, "comments").value == 361
    assert [one.name for one in found.figures] == ["comments", "responses"]
    assert (found.months, found.recent, found.changes) == ((), None, ())
    assert all(one.recent is None and one.different is None for one in found.themes)
    assert (found.different, found.duplicate_groups) == (None, None)
    viewer.close()


def test_without_dates_or_ratings_there_are_figures_and_nothing_is_compared(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", [{"id": n, "comment": f"{GOOD} {n}"} for n in range(40)])])
    found = workspace.overview.show()
    assert [one.name for one in found.figures] == ["comments", "responses", "negative"]
    assert (found.months, found.recent, found.changes, found.themes) == ((), None, (), ())
    assert found.latest_import.stored == 40
    workspace.close()


def test_an_empty_workspace_has_no_figures(tmp_path):
    workspace = make_workspace(tmp_path)
    found = workspace.overview.show()
    assert [one.value for one in found.figures] == [0, 0]
    assert (found.quotes, found.questions, found.latest_import) == ((), (), None)
    workspace.close()

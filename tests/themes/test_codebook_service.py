"""Codebooks end to end, with a real store and a fake embedder: files, labels, codings, undo."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topics import imported, rows

from analyzer.errors import InputFileError, UsageError
from analyzer.themes.codebook import theme_classifiers
from analyzer.themes.codebook.files import codebook_text, read_codebook
from analyzer.themes.codebook.types import CodebookTheme

THEMES = {
    "Delivery": ("the parcel and the box", ["My parcel arrived late in a wet box"]),
    "Soup": ("soup, served and tasted", ["The soup tasted cold"]),
    "Waiter": ("the waiter at the table", ["A rude waiter ignored my table"]),
    "Phone": ("app crashes and login", ["App login with a phone"]),
}
OWN = {"Delivery": "C-1", "Soup": "C-2", "Waiter": "C-3", "Phone": "C-4"}


def write_codebook(folder, names=tuple(THEMES)):
    plain = [{"name": name, "description": THEMES[name][0], "examples": THEMES[name][1]} for name in names]
    file = folder / "codebook.json"
    file.write_text(json.dumps({"themes": plain}), encoding="utf-8")
    return file


@pytest.fixture
def coded(workspace, tmp_path):
    workspace.codebook.load(write_codebook(tmp_path))
    return workspace


def members(workspace, where=""):
    return {one.id: one.themes for one in workspace.codebook.assignments(where)}


def answers_for(numbers, names=tuple(THEMES)):
    return {f"{OWN[own]}{n:02}": {name: name == own for name in names} for own in names for n in numbers}


def agreement(workspace, names=tuple(THEMES)):
    """Return the share of comments that are coded with their topic and with nothing else."""
    ids = {one.theme.name: one.theme.id for one in workspace.codebook.list().themes}
    found = members(workspace)
    right = [found[f"{OWN[name]}{n:02}"] == (ids[name],) for name in names for n in range(30)]
    return sum(right) / len(right)


def test_a_theme_is_added_beside_the_others_and_removed_by_name_or_id(coded):
    added = coded.codebook.add("  Late   parcels ", "the parcel is late", ["My parcel arrived late"])
    assert [one.theme.name for one in added.themes] == [*THEMES, "Late parcels"]
    assert added.themes[-1].theme.examples == ("My parcel arrived late",)
    assert [one.theme.name for one in coded.codebook.remove("late parcels").themes] == list(THEMES)
    again = coded.codebook.add("Late parcels")
    assert again.themes[-1].theme.id == added.themes[-1].theme.id
    assert len(coded.codebook.remove("C5").themes) == 4


@pytest.mark.parametrize(
    ("name", "examples", "message"),
    [
        ("delivery", (), "in the codebook"),
        (" ", (), "needs a name"),
        ("Long", ("x" * 1_001,), "1,000 characters"),
        ("Calls", ("Call Ann Lee on 5551234567",), "personal data"),
    ],
)
def test_a_theme_that_cannot_be_added_changes_nothing(coded, name, examples, message):
    with pytest.raises(UsageError, match=message):
        coded.codebook.add(name, "", examples)
    assert [one.theme.name for one in coded.codebook.list().themes] == list(THEMES)


def test_removing_what_is_not_there_says_so(coded):
    with pytest.raises(UsageError, match="no theme Nothing in the codebook"):
        coded.codebook.remove("Nothing")


def test_the_first_theme_makes_a_codebook_and_an_erased_comment_takes_its_example_with_it(workspace):
    text = workspace.feedback.show(["C-100"])[0].text
    workspace.codebook.add("Parcels", "", [text, "a phrase of one's own"])
    workspace.erasure.erase(ids=["C-100"])
    assert workspace.codebook.list().themes[0].theme.examples == ("a phrase of one's own",)


def test_words_alone_code_most_comments_and_labels_code_more(coded):
    first = coded.codebook.apply()
    assert first.f1 is None
    assert not any(one.learned for one in first.themes)
    alone = agreement(coded)
    assert coded.codebook.label(answers_for(range(0, 30, 3))) == 4 * 40
    learned = coded.codebook.apply()
    assert all(one.learned and one.confirmed == 10 and one.rejected == 30 for one in learned.themes)
    assert learned.f1 > 0.85
    assert agreement(coded) >= max(alone, 0.85)
    assert all(one.precision > 0.6 and one.recall > 0.6 for one in learned.themes)


def test_the_same_comments_and_labels_give_the_same_codings(coded, tmp_path):
    coded.codebook.label(answers_for(range(5)))
    coded.codebook.apply()
    other = imported(tmp_path / "other", list(reversed(rows())))
    other.codebook.load(write_codebook(tmp_path))
    other.codebook.label(dict(reversed(answers_for(range(5)).items())))
    other.codebook.apply()
    assert members(coded) == members(other)


def test_what_a_person_says_stands(coded):
    coded.codebook.label({"C-100": {"Soup": True, "Delivery": False}})
    coded.codebook.apply()
    ids = {one.theme.name: one.theme.id for one in coded.codebook.list().themes}
    assert ids["Soup"] in members(coded)["C-100"]
    assert ids["Delivery"] not in members(coded)["C-100"]
    coded.codebook.label({"C-100": {"soup": False}})
    coded.codebook.apply()
    assert ids["Soup"] not in members(coded)["C-100"]


def test_labels_are_taken_back_as_they_came(coded):
    coded.codebook.label({"C-100": {"Soup": True}})
    coded.codebook.label(answers_for(range(2)))
    assert coded.codebook.undo() == 4 * 8
    assert coded.codebook.list().labeled == 1
    assert coded.codebook.undo() == 1
    assert coded.codebook.undo() == 0


def test_the_list_says_when_it_is_out_of_date(coded):
    assert coded.codebook.list().applied == ""
    coded.codebook.apply()
    assert coded.codebook.list().stale == ""
    coded.codebook.label({"C-100": {"Soup": False}})
    assert "codebook apply" in coded.codebook.list().stale


def test_a_codebook_that_is_loaded_again_is_not_applied_yet(coded, tmp_path):
    coded.codebook.apply()
    coded.codebook.load(write_codebook(tmp_path))
    again = coded.codebook.list()
    assert (again.applied, again.coverage) == ("", 0.0)
    for ask in (coded.trends.over_time, coded.trends.drivers):
        with pytest.raises(UsageError, match="codebook apply"):
            ask(codebook=True)


def test_a_theme_keeps_its_id_and_its_labels_when_others_come_and_go(coded, tmp_path):
    before = {one.theme.name: one.theme.id for one in coded.codebook.list().themes}
    coded.codebook.label(answers_for(range(3)))
    (tmp_path / "two").mkdir()
    coded.codebook.load(write_codebook(tmp_path / "two", ("Phone", "Soup")))
    left = coded.codebook.list().themes
    assert {one.theme.name: one.theme.id for one in left} == {name: before[name] for name in ("Phone", "Soup")}
    assert [one.confirmed for one in left] == [3, 3]
    coded.codebook.load(write_codebook(tmp_path))
    assert {one.theme.name: one.theme.id for one in coded.codebook.list().themes} == before


def test_the_queue_has_likely_comments_of_every_theme_and_no_labeled_one(coded):
    coded.codebook.apply()
    coded.codebook.label(answers_for(range(3)))
    tasks = coded.codebook.queue(limit=40)
    assert len(tasks) == len({task.id for task in tasks}) == 40
    assert not {task.id for task in tasks} & set(answers_for(range(3)))
    assert {suggested for task in tasks[:8] for suggested in task.suggested} == {"C1", "C2", "C3", "C4"}
    assert all(task.id in members(coded, "channel=app") for task in coded.codebook.queue("channel=app", 10))


def test_figures_follow_a_filter_and_add_up_to_the_assignments(coded):
    coded.codebook.apply()
    for where in ("", "channel=app"):
        found = members(coded, where)
        listed = coded.codebook.list(where)
        assert listed.comments == len(found)
        for one in listed.themes:
            assert one.comments == sum(one.theme.id in themes for themes in found.values())
            assert set(one.examples) <= set(found)
        assert listed.coverage == pytest.approx(sum(map(bool, found.values())) / len(found), abs=1e-6)


def test_a_codebook_is_followed_over_time_and_set_against_ratings(coded):
    coded.codebook.apply()
    found = members(coded)
    dates = {record.id: str(record.fields["date"])[:7] for record in coded.feedback.browse("", 1_000)}
    trends = coded.trends.over_time("month", codebook=True)
    for series in trends.series:
        own = Counter(dates[record] for record, themes in found.items() if series.theme in themes)
        assert series.counts == tuple(own.get(period, 0) for period in trends.periods)
    assert {series.label for series in trends.series} == set(THEMES)
    drivers = {one.theme: one.comments for one in coded.trends.drivers("rating", codebook=True).drivers}
    assert drivers == Counter(theme for themes in found.values() for theme in themes)
    with pytest.raises(UsageError, match="codebook list"):
        coded.trends.over_time("month", "T1", codebook=True)


def test_discovered_themes_become_part_of_the_codebook(coded):
    coded.themes.build(about=4, names=False)
    themes = [one.id for one in coded.themes.list().themes if one.id.startswith("T")][:2]
    found = coded.codebook.promote(themes)
    assert len(found.themes) == 6
    assert all(one.theme.examples for one in found.themes[4:])
    with pytest.raises(UsageError, match="twice"):
        coded.codebook.promote(themes)
    with pytest.raises(UsageError, match="no theme T999"):
        coded.codebook.promote(["T999"])


def test_nothing_is_kept_of_labels_that_name_what_is_not_there(coded):
    with pytest.raises(UsageError, match="no theme Parking"):
        coded.codebook.label({"C-100": {"Soup": True, "Parking": True}})
    with pytest.raises(UsageError, match="no record C-999"):
        coded.codebook.label({"C-100": {"Soup": True}, "C-999": {"Soup": True}})
    assert coded.codebook.list().labeled == 0


def test_without_a_codebook_everything_says_so(workspace):
    assert workspace.codebook.list().themes == ()
    for call in (workspace.codebook.apply, workspace.codebook.queue):
        with pytest.raises(UsageError, match="no codebook yet"):
            call()


def test_comments_that_are_deleted_take_their_labels_and_codings_along(coded):
    coded.codebook.label({"C-100": {"Soup": True}})
    coded.codebook.apply()
    with coded.database.transaction() as connection:
        (text,) = connection.execute("SELECT text_id FROM feedback WHERE id = 'C-100'").fetchone()
        connection.execute(
            "DELETE FROM fields WHERE response_id IN (SELECT response_id FROM feedback WHERE text_id = ?)", (text,)
        )
        connection.execute("DELETE FROM feedback WHERE text_id = ?", (text,))
        connection.execute("DELETE FROM texts WHERE text_id = ?", (text,))
    for table in ("codings", "theme_labels"):
        assert coded.database.rows(f"SELECT count(*) FROM {table} WHERE text_id = ?", (text,)) == [(0,)]


words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda one: one.split() != []
)
plain_words = words.map(lambda one: " ".join(one.split()))


@given(st.lists(st.builds(
    CodebookTheme, plain_words, plain_words | st.just(""), st.lists(plain_words, max_size=3).map(tuple),
    st.lists(plain_words, max_size=2).map(tuple),
), min_size=1, max_size=5, unique_by=lambda one: one.name.casefold()))  # fmt: skip
def test_a_codebook_that_is_written_is_read_again(tmp_path_factory, themes):
    file = tmp_path_factory.mktemp("codebook") / "codebook.yaml"
    file.write_text(codebook_text(themes), encoding="utf-8")
    assert read_codebook(file) == tuple(themes)


def test_a_table_is_a_codebook(tmp_path):
    file = tmp_path / "codebook.csv"
    file.write_text("Name,Description,Examples\nSoup,what is eaten,hot soup|cold soup\nPhone,,\n", encoding="utf-8")
    assert read_codebook(file) == (
        CodebookTheme("Soup", "what is eaten", ("hot soup", "cold soup")),
        CodebookTheme("Phone"),
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "themes: [{name: a}, {name: A}]", "“a” occurs twice"),
        ("a.yaml", "themes: []", "from 1 to 500 themes, not 0"),
        ("a.yaml", "themes: [{description: a}]", "theme 1 has no name"),
        ("a.yaml", "themes: [{name: a, colour: red}]", "the unknown field colour"),
        ("a.yaml", "themes: [3]", "a name or a mapping of fields"),
        ("a.yaml", "a: b", "no list named themes"),
        ("a.yaml", "!!python/object/apply:os.system [id]", "is not a valid codebook file"),
        ("a.yaml", "{{{", "is not a valid codebook file"),
        ("a.json", "{", "is not a valid codebook file"),
        ("a.yaml", f"[{'x' * 1001}]", "more than 1,000 characters"),
        ("a.csv", "title\nSoup\n", "the unknown field title"),
    ],
)
def test_a_file_that_is_no_codebook_is_refused_with_the_reason(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match=message):
        read_codebook(tmp_path / name)


def test_a_theme_with_labels_of_one_kind_is_left_to_its_words():
    chance = np.random.default_rng(1)
    features, likely = chance.random((40, 5), dtype=np.float32), chance.random((40, 3), dtype=np.float32)
    labels = np.full((40, 3), np.nan)
    labels[:, 1], labels[:, 2] = 0.0, features[:, 0] > 0.5
    found = theme_classifiers.fit(features, likely, labels)
    assert found.is_learned.tolist() == [False, False, True]
    guess = found.predict(features, likely)
    assert guess[:, 0] == pytest.approx(likely[:, 0], abs=1e-4)
    assert (guess[:, 1] < likely[:, 1] / 10).all()


def test_what_is_told_of_labeled_texts_was_not_learned_from_them():
    """With labels that are pure chance, unseen texts are coded no better than chance."""
    chance = np.random.default_rng(2)
    features, likely = chance.random((200, 60), dtype=np.float32), np.full((200, 1), 0.5, dtype=np.float32)
    labels = (chance.random((200, 1)) < 0.3).astype(float)
    unseen = theme_classifiers.held_back(features, likely, labels)
    seen = theme_classifiers.fit(features, likely, labels).predict(features, likely) >= theme_classifiers.THRESHOLD
    precision = labels[unseen].mean()
    assert precision < 0.45
    assert labels[seen].mean() > precision


def test_micro_f1_counts_only_what_was_labeled():
    labels = np.array([[1.0, 0.0], [np.nan, 1.0], [np.nan, np.nan]])
    coded = np.array([[True, True], [True, False], [True, True]])
    assert theme_classifiers.micro_f1(coded, labels) == pytest.approx(0.5)
    assert theme_classifiers.micro_f1(np.zeros((3, 2), dtype=bool), np.full((3, 2), np.nan)) is None

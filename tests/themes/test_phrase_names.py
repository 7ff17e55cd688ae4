"""Names of themes from phrases: said by several, of the theme's stance, in the case that people write them in."""

import json

import numpy as np
import pytest
from fakes import make_workspace, write_csv
from topics import imported, rows

from analyzer.answers.opposites import denies
from analyzer.themes.keywords import KeywordTexts
from analyzer.themes.phrase_names import LEAST, PhraseNamer
from analyzer.themes.types import Namer


def embed(texts):
    """Return unit vectors by the words of texts, so that texts with the same words are near."""
    vectors = np.zeros((len(texts), 64), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.split():
            vectors[row, sum(map(ord, word)) % 64] += 1.0
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def names_of(groups, stances=None, comments=None, taken=frozenset()):
    texts = [text for group in groups for text in group]
    members = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    counts = np.ones(len(texts), dtype=np.int64) if comments is None else np.array(comments)
    found = PhraseNamer(embed, denies).names(
        KeywordTexts(texts, counts),
        np.zeros(len(texts), dtype=np.float32) if stances is None else np.array(stances, dtype=np.float32),
        embed(texts), members, range(len(groups)), set(taken),
    )  # fmt: skip
    return [found.get(code, "") for code in range(len(groups))]


ENDS = "here today again monday twice".split()


def test_a_theme_is_named_by_words_that_several_people_wrote():
    verbs = "was seemed felt looked got".split()
    waiting = [f"the waiting time {verb} {end}" for verb, end in zip(verbs, ENDS, strict=True)]
    staff = [f"{verb} there more staff {end}" for verb, end in zip(verbs, ENDS, strict=True)]
    assert names_of([waiting, staff]) == ["waiting time", "more staff"]


def test_a_denied_word_keeps_its_denial():
    calm = [f"i could not fault anything {end}" for end in ENDS] + [f"cannot fault it {end}" for end in ENDS]
    (name,) = names_of([calm])
    assert name != "fault"
    (name,) = names_of([[f"no complaints {end}" for end in ENDS]])
    assert name == "no complaints"


@pytest.mark.parametrize(
    ("texts", "comments"),
    [
        (["cold soup in the big room"], [9]),
        ([f"cold soup {end}" for end in ENDS[: LEAST - 1]], None),
        ([f"i was {end}" for end in ENDS], None),
        ([f"she told me {word}" for word in ("one", "two", "three", "four", "five")], None),
    ],
)  # fmt: skip
def test_what_one_text_or_too_few_say_or_a_pronoun_is_no_name(texts, comments):
    (name,) = names_of([texts], comments=comments)
    assert name in {"", "told"}


def test_no_two_themes_have_one_name():
    group = [f"cold soup {end}" for end in ENDS]
    assert sorted(names_of([group, list(group)]))[0] == ""
    assert names_of([group], taken={"Cold soups"}) == [""]


@pytest.mark.parametrize(("balance", "expected"), [(1.0, "friendly staff"), (-1.0, "grumpy staff")])
def test_of_two_phrases_the_one_of_the_stance_of_the_theme_is_chosen(balance, expected):
    texts = [f"{mood} staff {end}" for mood in ("friendly", "grumpy") for end in ENDS]
    stances = [1.0] * len(ENDS) + [-1.0] * len(ENDS)
    others = [f"staff x{n}" for n in range(30)]
    found = names_of([[*texts, *others]], [*stances, *([balance] * 30)], taken={"staff"})
    assert found == [expected]


@pytest.fixture
def gp(tmp_path):
    texts = [f"The GP surgery opens {word} for us." for word in "late early never seldom slowly badly".split()]
    texts += [f"GP surgery phones {word} on busy days." for word in "late early never seldom slowly badly".split()]
    more = {"rating": 3, "channel": "app", "date": "2024-01-01"}
    records = [{"id": f"G-{n}", "comment": text} | more for n, text in enumerate(texts)]
    with make_workspace(tmp_path) as workspace:
        workspace.ingest([write_csv(tmp_path / "gp.csv", [*records, *rows(20)])])
        workspace.themes.build(names=False)
        yield workspace


def named_by_phrase(workspace):
    return [one for one in workspace.themes.list().themes if one.named_by is Namer.PHRASE and one.id.startswith("T")]


def test_an_acronym_keeps_its_case(gp):
    assert "GP surgery" in " / ".join(one.label for one in named_by_phrase(gp))


def test_a_name_goes_with_the_comments_that_said_it_and_an_undo_brings_none_back(gp):
    themes = [one.id for one in named_by_phrase(gp) if "GP" in one.label]
    other = next(one.id for one in named_by_phrase(gp) if one.id not in themes)
    gp.themes.edit("merge", other, themes[0])
    gp.erasure.erase(ids=[f"G-{n}" for n in range(12)])
    gp.themes.undo()
    assert all("GP" not in one.label for one in gp.themes.list().themes)
    assert "GP" not in json.dumps([body for (body,) in gp.database.rows("SELECT body FROM theme_builds")])


def test_a_theme_that_an_edit_took_away_has_its_name_again(tmp_path):
    with imported(tmp_path, rows()) as workspace:
        workspace.themes.build(about=4, names=False)
        before = {one.id: one.label for one in named_by_phrase(workspace)}
        first, second = list(before)[:2]
        workspace.themes.edit("merge", first, second)
        workspace.themes.build(about=4, names=False)
        workspace.themes.undo()
        assert {one.id: one.label for one in named_by_phrase(workspace)} == before


def test_a_group_has_the_names_of_its_themes(built):
    listed = {one.id: one for one in built.themes.list().themes}
    groups = [one for one in listed.values() if one.named_by is Namer.PHRASE and one.id.startswith("G")]
    for group in groups:
        parts = {one.label.casefold() for one in listed.values() if one.parent == group.id}
        assert set(group.label.casefold().split(", ")) <= parts

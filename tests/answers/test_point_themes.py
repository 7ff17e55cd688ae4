"""A point knows its theme; a name that a person gave the theme is the title of the point."""

import pytest
from topics import imported, rows

from analyzer.answers.types import Plan, Task


@pytest.fixture(scope="module")
def themed(tmp_path_factory):
    opened = imported(tmp_path_factory.mktemp("themed"), rows())
    opened.llm.always = "The parcel came late."
    yield opened
    opened.close()


def points(workspace):
    return workspace.ask("soup?", plan=Plan(Task.SUMMARIZE, "soup")).points


def test_a_theme_lends_its_id_and_the_name_a_person_gave_it_once(themed):
    assert {point.theme for point in points(themed)} == {""}
    themed.themes.build(about=4, names=False)
    found = points(themed)
    theme = found[0].theme
    assert theme in {one.id for one in themed.themes.list().themes}
    assert found[0].is_title_quoted, "a name of keywords is no title"
    themed.themes.edit("rename", theme, "Cold soup at noon")
    named = points(themed)
    assert [point.title for point in named].count("Cold soup at noon") == 1
    assert named[0].citations, "its comments are quoted all the same"
    answer = themed.ask("soup?", plan=Plan(Task.SUMMARIZE, "soup"))
    assert themed.answers.replay(answer.receipt).points == answer.points
    themed.themes.undo()
    assert points(themed)[0].title != "Cold soup at noon"


def test_a_theme_that_is_left_out_lends_nothing(themed):
    theme = points(themed)[0].theme
    themed.themes.edit("exclude", theme)
    assert theme not in {point.theme for point in points(themed)}

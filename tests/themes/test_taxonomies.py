"""Taxonomies of other tools become codebooks: levels in names, queries as examples, descriptions kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from topics import imported, rows

from analyzer.errors import InputFileError
from analyzer.themes.codebook.files import codebook_text, read_codebook
from analyzer.themes.codebook.taxonomies import phrases_of

RUDE = {"name": "Rude", "query": '"rude driver" -polite', "description": "Manners"}
TEXT_IQ = {
    "topics": [
        {
            "name": "Delivery",
            "children": [
                {"name": "Late", "query": '(late OR delay* OR "took ages"~3) AND NOT "lately"'},
                {"name": "Courier", "children": [RUDE]},
            ],
        },
        {"name": "App", "query": "app OR login"},
    ]
}  # fmt: skip
THEME_FINDER = [
    {"topic_id": "A", "topic_label": "Cost", "topic_description": "People find it dear.", "source_topic_count": 12},
    {"topic_id": "B", "topic": "Access: People cannot get in.", "source_topic_count": 5},
]


def loaded(tmp_path, name, content):
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return {theme.name: theme for theme in read_codebook(file)}


@pytest.mark.parametrize("tree", [TEXT_IQ, {"result": TEXT_IQ}, TEXT_IQ["topics"]])
def test_topics_of_text_iq_keep_their_levels_and_the_words_of_their_queries(tmp_path, tree):
    found = loaded(tmp_path, "topics.json", tree)
    assert list(found) == ["Delivery > Late", "Delivery > Courier > Rude", "App"]
    late = found["Delivery > Late"]
    assert late.examples == ("late", "delay", "took ages")
    assert late.exclusions == ("lately",)
    assert found["Delivery > Courier > Rude"].description == "Manners"
    assert found["Delivery > Courier > Rude"].exclusions == ("polite",)


@pytest.mark.parametrize("tree", [THEME_FINDER, {"themes": THEME_FINDER}, {"responses": THEME_FINDER}])
def test_themes_of_theme_finder_keep_label_and_description(tmp_path, tree):
    found = loaded(tmp_path, "themes.json", tree)
    assert {name: theme.description for name, theme in found.items()} == {
        "Cost": "People find it dear.", "Access": "People cannot get in.",
    }  # fmt: skip


@pytest.mark.parametrize(
    "heads", ["Level 1,Level 2,Level 3", "L1,L2,L3", "Category,Sub-category,Detail", "level_1,level_2,level_3"]
)
def test_a_table_of_levels_reads_merged_cells_and_leaves_out_rows_that_only_name_a_level(tmp_path, heads):
    table = f"{heads},Description\nDelivery,,,\n,Late,,After the day promised\n,Courier,Rude,\n,,Lost,\nApp,Login,,\n"
    found = loaded(tmp_path, "levels.csv", table)
    assert list(found) == ["Delivery > Late", "Delivery > Courier > Rude", "Delivery > Courier > Lost", "App > Login"]
    assert found["Delivery > Late"].description == "After the day promised"


def test_two_levels_with_examples(tmp_path):
    found = loaded(tmp_path, "a.csv", "Theme,Subtheme,examples\nFood,Cold,soup was cold|cold meal\nFood,Dear,\n")
    assert found["Food > Cold"].examples == ("soup was cold", "cold meal")
    assert found["Food > Dear"].examples == ()


def test_codebooks_of_our_own_are_read_as_before(tmp_path):
    assert list(loaded(tmp_path, "a.csv", "name,description\nFood,All of it\n")) == ["Food"]
    assert list(loaded(tmp_path, "a.json", {"themes": [{"name": "Food"}, "Staff"]})) == ["Food", "Staff"]
    assert list(loaded(tmp_path, "b.json", [{"name": "Food", "examples": ["soup"]}])) == ["Food"]


def nested(names):
    return [{"name": names[0], "children": nested(names[1:])}] if names else []


@pytest.mark.parametrize(
    ("tree", "fault"),
    [
        ({"topics": [{"query": "a"}]}, "no name"),
        ({"topics": nested("abcd")}, "deeper than 3"),
        ({"topics": ["a"]}, "no name"), ([{"topic": ": only a description"}], "no label"),
        ({"topics": [{"name": "a", "query": "x"}, {"name": "A", "query": "y"}]}, "occurs twice"),
    ],
)  # fmt: skip
def test_a_taxonomy_that_does_not_fit_is_refused_in_one_line(tmp_path, tree, fault):
    with pytest.raises(InputFileError, match=fault):
        loaded(tmp_path, "a.json", tree)


@given(st.text())
def test_any_query_gives_phrases_and_no_operator(query):
    wanted, excluded = phrases_of(query)
    assert len(wanted) <= 30
    assert all(one.strip() == one and len(one) > 1 for one in (*wanted, *excluded))


def test_a_taxonomy_codes_comments_and_is_written_as_a_codebook(tmp_path):
    workspace = imported(tmp_path, rows(count=2))
    file = tmp_path / "topics.json"
    file.write_text(json.dumps({"topics": [{"name": "Food", "children": [{"name": "Soup", "query": "soup"}]}]}))
    workspace.codebook.load(file)
    [coded] = workspace.codebook.apply().themes
    assert coded.theme.name == "Food > Soup"
    assert coded.comments >= 2
    again = tmp_path / "again.yaml"
    again.write_text(codebook_text([coded.theme]), encoding="utf-8")
    assert read_codebook(again)[0].examples == ("soup",)
    workspace.close()

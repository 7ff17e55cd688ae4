"""Ends of dimensions in clauses: wishes, denials, six languages; points that say both ends are two."""

import numpy as np
import pytest

from analyzer.answers.opinion_snapshot import Background, OpinionSnapshot
from analyzer.answers.opposites import (
    are_opposite,
    common,
    compares,
    deny_differently,
    directions,
    says_both,
    split_by_denial,
    split_dimension,
)
from analyzer.answers.points import clause_of, find_points
from analyzer.answers.quote_fit import fits
from analyzer.models.embedder import Embedder
from analyzer.models.embedding_thresholds import thresholds_of

ALIKE = thresholds_of("all-MiniLM-L6-v2").alike


@pytest.mark.parametrize(
    ("clause", "end"),
    [
        ("much too long", 1), ("not long enough", -1), ("it could be longer", -1), ("Longer sleeves", -1),
        ("the length was a little longer", 1), ("i wish it were longer", -1), ("Shorter waiting times", 1),
        ("isn't as short as pictured", 1), ("not only is it short", -1), ("viel zu lang", 1), ("zu kurz", -1),
        ("trop longue", 1), ("demasiado corto", -1), ("te lange mouwen", 1), ("troppo corta", -1),
    ],
)  # fmt: skip
def test_a_clause_names_the_end_that_there_is(clause, end):
    assert directions(clause)["length"] == end


@pytest.mark.parametrize(("title", "quote", "differ"), [
    ("the material is itchy", "although it's wool i didn't notice that it was itchy", True),
    ("not itchy at all", "it is a bit itchy", True), ("not itchy at all", "it isn't itchy", False),
    ("the fabric is itchy", "very itchy, and the color is not nice", False), ("nice color", "it did not fit", False),
])  # fmt: skip
def test_a_quote_that_denies_what_a_title_says_is_told(title, quote, differ):
    assert deny_differently(title, quote) is differ


def test_a_clause_that_says_both_names_neither():
    assert directions("it is both too small and too large") == {}
    assert says_both("it is both too small and too large")
    assert not says_both("long and thin")
    assert compares("Answer the phone quicker")
    assert not compares("longer than on the model")


def test_ends_oppose_only_on_the_same_dimension():
    assert are_opposite(directions("too long"), directions("too short"))
    assert not are_opposite(directions("too long"), directions("too thin"))
    assert not are_opposite(directions("too long"), directions("could be shorter"))
    assert common([directions("too long")] * 3 + [directions("too short")]) == {"length": 1}
    assert common([directions("too long"), directions("too short")]) == {}


@pytest.mark.parametrize(("others", "found"), [(3, "length"), (1, ""), (30, "")])
def test_a_point_is_cut_where_both_ends_are_said_often_and_it_is_about_them(others, found):
    plain = [directions("it fits")] * (30 if others == 30 else 0)
    assert split_dimension([directions("too long")] * 5 + [directions("too short")] * min(others, 3) + plain) == found


LONG = ("the dress is too long", "the skirt is much too long", "it was far too long for me", "these are too long",
        "sleeves are too long on me", "it was long, way too long")  # fmt: skip
SHORT = ("the dress is too short", "the skirt is much too short", "it was far too short for me", "these are too short")


def test_too_long_and_too_short_are_two_points(models_dir):
    texts = dict(enumerate((*LONG, *SHORT)))
    vectors = Embedder(models_dir / "all-MiniLM-L6-v2").embed(list(texts.values())).astype(np.float16)
    rows = np.arange(len(texts))
    ends = np.array([len(text) for text in texts.values()])
    polarity = np.tile(np.array([[0.9, 0.05]], dtype=np.float32), (len(texts), 1))
    none = np.zeros((0, vectors.shape[1]), dtype=np.float32)
    opinions = OpinionSnapshot(rows, rows * 0, ends, rows, vectors, polarity, Background.of(vectors), none, ALIKE)
    points = find_points(opinions, rows, texts, dict.fromkeys(texts, 1))
    for point in points:
        said = [directions(clause_of(opinions, row, texts)).get("length") for row in point.rows.tolist()]
        assert min(said.count(1), said.count(-1)) < 2, said


def test_a_subject_that_is_denied_is_parted_from_one_that_is_said():
    said = ["see-through in the sun", "you can see through it", "very see through", "it is see through"]
    denied = ["not see through", "it isn't see-through at all", "not at all see through"]
    first, second = split_by_denial([*said, *denied, "thin"], {"see", "through"})
    assert first.tolist() == [True] * 4 + [False] * 3 + [True]
    assert second.tolist() == [False] * 4 + [True] * 3 + [False]
    assert [part.tolist() for part in split_by_denial([*said, denied[0]], {"see", "through"})] == [[True] * 5]


def test_a_quote_that_says_the_opposite_of_its_title_has_no_fit(models_dir):
    embedder = Embedder(models_dir / "all-MiniLM-L6-v2")
    quotes = ["well worth the price", "not worth full price at this quality"]
    title, *vectors = embedder.embed(["worth full price", *quotes])
    worth, not_worth = fits("worth full price", quotes, title, np.stack(vectors), embedder.name)
    assert worth > 0.5
    assert not_worth == 0.0
    title, *vectors = embedder.embed(["too long", "too short", "too long"])
    assert fits("too long", ["too short", "too long"], title, np.stack(vectors), "another").tolist() == [0.0, 1.0]

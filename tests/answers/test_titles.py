"""The clause that becomes the title of a point: whole words, the point's own stance, supported by the others."""

import numpy as np
import pytest

from analyzer.answers.opinion_snapshot import Background, OpinionSnapshot
from analyzer.answers.points import make_point
from analyzer.answers.titles import clause_title, strange_pairs
from analyzer.answers.types import Stance
from analyzer.models.embedder import Embedder
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.opinions.polarity import PolarityHead

ALIKE = thresholds_of("all-MiniLM-L6-v2").alike


def title_of(models_dir, *texts):
    embedder = Embedder(models_dir / "all-MiniLM-L6-v2")
    known = dict(enumerate(texts))
    vectors = embedder.embed(texts).astype(np.float16)
    rows, ends = np.arange(len(texts)), np.array([len(text) for text in texts])
    odds = np.tile(np.array([[0.9, 0.05]], dtype=np.float32), (len(texts), 1))
    none = np.zeros((0, vectors.shape[1]), dtype=np.float32)
    opinions = OpinionSnapshot(rows, rows * 0, ends, rows, vectors, odds, Background.of(vectors), none, ALIKE)
    point = make_point(opinions, rows, Stance.COMPLAINT, (), dict.fromkeys(known, 1))
    found = clause_title(
        opinions, point, [point], known, "", embedder.name, embedder.embed, PolarityHead.load(embedder.name)
    )
    if found is None:
        return None
    assert found.text == known[found.quoted.text_id][found.quoted.start : found.quoted.end]
    return found.text


@pytest.mark.parametrize(
    ("clause", "title"),
    [
        ("however, the fabric is thin and rather sheer.", "the fabric is thin and rather sheer"),
        ("but unfortunately the fabric is scratchy and stiff", "the fabric is scratchy and stiff"),
        ("the fabric is scratchy and so stiff", "the fabric is scratchy and so stiff"),
    ],
)
def test_a_title_begins_after_what_joins_it_and_keeps_every_word(models_dir, clause, title):
    assert title_of(models_dir, clause) == title


def test_a_clause_of_the_other_stance_a_question_and_the_rarer_end_are_no_titles(models_dir):
    said = ("the fabric was too thin", "such thin fabric", "the fabric is far too thin", "thin fabric again")
    wrong = ("the fabric is lovely", "why is the fabric so thin?", "the fabric is very thick")
    assert title_of(models_dir, *said, *wrong) in said
    assert title_of(models_dir, "the fabric is lovely and soft") is None


def test_words_that_most_clauses_use_make_the_title(models_dir):
    said = ("it was far too short for me", "it was too short", "sadly too short", "cropped hem")
    assert title_of(models_dir, *said) in {"too short", "far too short"}


def test_words_side_by_side_in_no_clause_are_strange():
    clauses = ["waited a long time for the call to be answered", "could be answered quicker"]
    assert strange_pairs("Long waited for call".split(), clauses) == [True, True, True]
    assert strange_pairs("could quicker".split(), clauses) == [True], "a function word joins only what it stands beside"
    assert strange_pairs("answered quicker".split(), clauses) == [False]

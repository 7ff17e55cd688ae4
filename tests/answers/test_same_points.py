"""Points that say the same become one; points whose clauses have nothing in common come last."""

import numpy as np
import pytest

from analyzer.answers.opinion_snapshot import Background, OpinionSnapshot
from analyzer.answers.points import make_point
from analyzer.answers.quote_fit import TitleFit
from analyzer.answers.quotes import Quoted
from analyzer.answers.same_points import coherent_first, gist, without_repeats
from analyzer.answers.titles import ChosenTitles, ClauseTitle
from analyzer.answers.types import Stance
from analyzer.models.embedder import Embedder
from analyzer.models.embedding_thresholds import thresholds_of

ALIKE = thresholds_of("all-MiniLM-L6-v2").alike

STAFF = (
    "the waiting time was too long",
    "waiting times are far too long",
    "such a long waiting time",
    "long waiting times",
)
SHORT = ("the wait was too long", "it was a long wait", "far too long a wait", "a very long wait")
LONG = ("the dress was too long", "this dress is much too long", "too long a dress", "the dress is far too long")
BRIEF = ("the dress was too short", "this dress is much too short", "too short a dress", "the dress is far too short")
MIXED = (
    "nobody told us which hospital", "the hospital has a car park", "a hospital in town is closed", "hospital letters",
    "grandma did not like the hospital", "my son went to the hospital", "the hospital radio plays jazz", "hospital bus",
    "he was born in this hospital", "the hospital wrote to her doctor",
)  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(models_dir):
    texts = dict(enumerate((*STAFF, *SHORT, *LONG, *BRIEF, *MIXED)))
    vectors = Embedder(models_dir / "all-MiniLM-L6-v2").embed(list(texts.values())).astype(np.float16)
    rows, ends = np.arange(len(texts)), np.array([len(text) for text in texts.values()])
    odds = np.tile(np.array([[0.9, 0.05]], dtype=np.float32), (len(texts), 1))
    none = np.zeros((0, vectors.shape[1]), dtype=np.float32)
    return OpinionSnapshot(rows, rows * 0, ends, rows, vectors, odds, Background.of(vectors), none, ALIKE), texts


def points(snapshot, *groups):
    opinions, texts = snapshot
    place = {text: row for row, text in texts.items()}
    rows = [np.array([place[text] for text in group]) for group in groups]
    return [make_point(opinions, one, Stance.COMPLAINT, (), dict.fromkeys(texts, 1)) for one in rows]


def title_of(snapshot):
    opinions, texts = snapshot

    def title(point):
        row = int(point.rows.min())
        quoted = Quoted(row, row, 0, len(texts[row]), 1.0)
        return ClauseTitle(quoted, texts[row], opinions.vectors[row].astype(np.float32), 1.0)

    return ChosenTitles(title)


def test_points_that_say_the_same_become_one_with_the_comments_of_both(snapshot):
    opinions, texts = snapshot
    fit = TitleFit(opinions, texts, "all-MiniLM-L6-v2")
    counts = dict.fromkeys(texts, 1)
    found = points(snapshot, STAFF, SHORT, LONG)
    joined = without_repeats(opinions, found, counts, title_of(snapshot), fit)
    assert sorted(point.comments for point in joined) == [4, 8]
    assert without_repeats(opinions, found, counts, title_of(snapshot), TitleFit(opinions, texts, "another")) == found


def test_opposites_stay_apart(snapshot):
    opinions, texts = snapshot
    fit = TitleFit(opinions, texts, "all-MiniLM-L6-v2")
    found = points(snapshot, LONG, BRIEF)
    assert len(without_repeats(opinions, found, dict.fromkeys(texts, 1), title_of(snapshot), fit)) == 2


def test_comments_that_share_a_word_and_no_statement_make_no_point(snapshot):
    opinions, texts = snapshot
    fit = TitleFit(opinions, texts, "all-MiniLM-L6-v2")
    found = points(snapshot, MIXED, STAFF, LONG, BRIEF, SHORT)
    kept = coherent_first(found, title_of(snapshot), fit)
    assert len(kept) == 4
    assert all(point is not found[0] for point in kept)
    assert coherent_first(found[:2], title_of(snapshot), fit) == found[:2], "too few are left: all are shown"


@pytest.mark.parametrize(
    ("one", "other", "subject", "same"),
    [
        ("not flattering at all", "so unflattering", "", True),
        ("always listened", "Good listeners", "being listened to", True),
        ("wasn't listened to", "always listened", "being listened to", False),
        ("more staff", "less staff", "staff", False),
        ("too long", "too short", "length", False),
        ("the length is perfect", "sleeve length is perfect", "length", False),
        ("it is great", "so good", "", True),
        ("the quality is not great", "really disappointing quality", "quality", True),
    ],
)
def test_titles_with_the_same_gist_are_told_from_others(one, other, subject, same):
    asked = frozenset(word[:5] for word in subject.split())
    assert (gist(one, asked) == gist(other, asked)) is same

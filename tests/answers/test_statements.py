"""A group of clauses about one thing is parted into what is said of it; others that say it join."""

import numpy as np

from analyzer.answers.opinion_snapshot import Background, OpinionSnapshot
from analyzer.answers.points import make_point
from analyzer.answers.quote_fit import TitleFit
from analyzer.answers.quotes import Quoted
from analyzer.answers.statements import statements
from analyzer.answers.subject_scores import forms
from analyzer.answers.titles import ChosenTitles, ClauseTitle
from analyzer.answers.types import Stance
from analyzer.models.embedder import Embedder
from analyzer.models.embedding_thresholds import thresholds_of

ALIKE = thresholds_of("all-MiniLM-L6-v2").alike

CANCELLED = ("appointments are cancelled", "my appointment was cancelled", "appointments get cancelled all the time")
RUDE = ("the receptionist was rude", "rude receptionist", "reception staff were so rude to me")
ELSEWHERE = ("they cancelled the appointment again",)
OTHERS = ("the soup was cold", "parking is expensive", "nobody answers the phone", "the app is slow", "dirty floors")


def test_a_group_is_parted_by_what_its_titles_say_and_others_that_say_it_join(models_dir):
    embedder = Embedder(models_dir / "all-MiniLM-L6-v2")
    texts = dict(enumerate((*CANCELLED, *RUDE, *ELSEWHERE, *OTHERS)))
    vectors = embedder.embed(list(texts.values())).astype(np.float16)
    rows, ends = np.arange(len(texts)), np.array([len(text) for text in texts.values()])
    odds = np.tile(np.array([[0.9, 0.05]], dtype=np.float32), (len(texts), 1))
    none = np.zeros((0, vectors.shape[1]), dtype=np.float32)
    opinions = OpinionSnapshot(rows, rows * 0, ends, rows, vectors, odds, Background.of(vectors), none, ALIKE)
    counts = dict.fromkeys(texts, 1)

    def title(point):
        row = int(point.rows.max() if len(CANCELLED) + len(RUDE) in point.rows else point.rows.min())
        quoted = Quoted(row, row, 0, len(texts[row]), 1.0)
        return ClauseTitle(quoted, texts[row], vectors[row].astype(np.float32), 1.0)

    group = [make_point(opinions, rows[:6], Stance.COMPLAINT, (), counts)]
    titles = ChosenTitles(title)
    found = statements(opinions, group, rows, counts, titles, TitleFit(opinions, texts, embedder.name))
    for point in found:  # what the others were gathered by stays the title, whatever would be chosen with them
        assert titles(point).text in {CANCELLED[0], RUDE[0]}
    said = [{texts[row] for row in point.rows.tolist()} for point in found]
    assert {*CANCELLED, *ELSEWHERE} in said
    assert set(RUDE) in said
    assert statements(opinions, group, rows, counts, titles, TitleFit(opinions, texts, "another")) == group


def test_adjectives_of_nouns_are_looked_for_too():
    assert forms("noise") == ("noise", "noisy", "noisey")
    assert "noise" in forms("noisy")
    assert "price" in forms("pricey")
    assert forms("staff") == ("staff",)

"""What was measured for one embedding model is not applied to another, not even of the same dimension."""

import numpy as np
from fakes import FakeEmbedder, FakeLLM

from analyzer.answers.calibration import default_thresholds
from analyzer.answers.grounding.entailment import Verifier, verifier_of
from analyzer.answers.planning.question_model import TASKS, QuestionModel
from analyzer.answers.planning.question_parts import tag
from analyzer.answers.planning.tasks import judge
from analyzer.config import PROJECT
from analyzer.models.catalog import load_catalog
from analyzer.models.catalog_entries import ModelRole
from analyzer.models.embedding_thresholds import alike_in, notes_on, thresholds_of

DEFAULT = "all-MiniLM-L6-v2"


class Another(FakeEmbedder):
    """An embedding model for which nothing was measured, of the dimension of the default model."""

    name = "another"

    def __init__(self):
        super().__init__(384)
        self.asked = []

    def embed_one(self, text):
        self.asked.append(text)
        return super().embed_one(text)


class Trained(Another):
    name = DEFAULT


def test_no_clause_speaks_of_a_subject_by_a_cosine_of_a_model_that_was_not_measured():
    default, other = default_thresholds(DEFAULT), default_thresholds("another")
    assert (default.same, default.near) == (0.61, 0.5)
    assert other.same > 1
    assert other.near < -1


def test_no_sentence_is_verified_with_cosines_of_another_model():
    claim, quotes = "the parcel was late", ["the parcel was late", "the parcel was not late"]
    trained, other = (verifier_of(one(), FakeLLM()) for one in (Trained, Another))
    assert trained.least_support < 1 < other.least_support
    assert max(one.supports for one in other.verdicts(claim, quotes)) < other.least_support
    assert max(other.oppositions(claim, quotes)) < other.least_opposition
    assert Verifier(Trained()).least_support == trained.least_support


def test_a_question_is_read_by_its_words_with_another_model():
    asked = "what do people say about the parking"
    tagged = tag(asked)
    alone = QuestionModel.load().judge_frame(tagged.tokens, tagged.labels, np.zeros(0, dtype=np.float32))
    embedders = [Another(), Trained()]
    other, _ = (judge(asked, tagged, one) for one in embedders)
    assert other.task is TASKS[int(alone.tasks.argmax())]
    assert embedders[0].asked == []
    assert embedders[1].asked == [asked]


def test_search_weighs_words_by_the_embedding_model():
    assert thresholds_of(DEFAULT).words_weight == thresholds_of("another").words_weight == 0.8
    assert thresholds_of("multilingual-e5-small").words_weight == 0.4


def test_the_models_of_the_catalog_have_the_names_of_their_folders():
    embedding = [one for one in load_catalog(PROJECT / "models").models if one.role is ModelRole.EMBEDDING]
    assert [one.name for one in embedding if thresholds_of(one.name).is_verified] == [DEFAULT]
    assert all(one.path == one.name for one in embedding)


def test_what_is_alike_in_a_space_that_was_not_measured_follows_from_the_corpus():
    chance = np.random.default_rng(5)
    spaces = {width: chance.standard_normal((600, width)).astype(np.float32) for width in (12, 200)}
    spaces = {width: rows / np.linalg.norm(rows, axis=1, keepdims=True) for width, rows in spaces.items()}
    found = {width: alike_in("another", rows) for width, rows in spaces.items()}
    assert found[12].clauses > 2 * found[200].clauses  # cosines of fewer dimensions are larger
    for one in found.values():
        assert one.clauses < one.many_clauses < one.points < one.points_surely
    assert alike_in("another", spaces[12][:50]).points == alike_in("another", spaces[12][:50]).clauses > 1
    assert alike_in(DEFAULT, spaces[12]) == thresholds_of(DEFAULT).alike
    assert alike_in("multilingual-e5-small", spaces[12]) != alike_in(DEFAULT, spaces[12])
    assert any("alike" in note for note in notes_on("another"))

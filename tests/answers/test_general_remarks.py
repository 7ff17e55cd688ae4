"""Groups of opinions that say only how content people are, with the real embedding model."""

import numpy as np

from analyzer.answers.general_remarks import without_general
from analyzer.answers.opinion_snapshot import Background, OpinionSnapshot
from analyzer.answers.points import FoundPoint
from analyzer.answers.types import Stance
from analyzer.models.embedder import Embedder
from analyzer.models.embedding_thresholds import thresholds_of

ALIKE = thresholds_of("all-MiniLM-L6-v2").alike

SAID = {
    "mood": ("very disappointed with this", "such a disappointment", "i am disappointed"),
    "outcome": ("this one is going back", "i will return this", "it went back to the store"),
    "content": ("everything was very good", "all was perfect", "very good overall"),
    "queue": ("we queued for an hour", "the queue was endless", "waited in line for ages"),
    "fabric": ("the fabric is thin", "see-through material", "cheap fabric"),
    "beauty": ("this dress is beautiful", "love this dress", "such a gorgeous dress"),
    "parking": ("no parking spaces", "parking is too expensive", "could not park anywhere"),
}


def test_moods_and_outcomes_are_told_from_points(models_dir):
    embedder = Embedder(models_dir / "all-MiniLM-L6-v2")
    texts = [text for group in SAID.values() for text in group]
    vectors = embedder.embed(texts).astype(np.float16)
    rows = np.arange(len(texts))
    background = Background.of(vectors)
    opinions = OpinionSnapshot(
        rows,
        rows * 0,
        rows * 0 + 9,
        rows,
        vectors,
        np.zeros((len(texts), 2)),
        background,
        np.zeros((0, 384), dtype=np.float32),
        ALIKE,
    )
    points = []
    for number, name in enumerate(SAID):
        inside = rows[3 * number : 3 * number + 3]
        units = [background.centered(one) for one in vectors[inside].astype(np.float32)]
        center = np.mean(units, axis=0)
        center /= np.linalg.norm(center)
        points.append(FoundPoint(Stance.COMPLAINT, inside, np.ones(3), center.astype(np.float32), (name,), 3))
    particular, general = without_general(opinions, points, embedder, dict(enumerate(texts)), frozenset({"dress"}))
    assert [point.words[0] for point in particular] == ["queue", "fabric", "parking"]
    assert [point.words[0] for point in general] == ["mood", "outcome", "content", "beauty"]
    assert without_general(opinions, [], embedder, {}, frozenset()) == ([], [])

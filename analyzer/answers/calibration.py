"""Set the thresholds of subjects from the corpus itself, for its embedding model.

Words of the corpus stand in for subjects, because it is known which comments contain them. A word is scored by meaning
alone, then compared with where it stands:
- the cut is the relative height (SubjectScores.cut) that finds the texts with the word best, by mean F1 over the words;
- for nearness, the clause nearest to a word among the clauses of all texts *without* it shows how near a subject
  comes that nobody names. SAME is a high quantile of that, NEAR its median.

On the NHS comments with all-MiniLM-L6-v2: cut .35 to .38, same .60, near .56; the best cut for the 30 most frequent
labels of people, never used here, is .41 (mean F1 .346 against .340 at the calibrated one).
"""

import json
import re
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.opinion_snapshot import Floats
from analyzer.answers.subject_scores import SubjectScorer, scale
from analyzer.index.fulltext import texts_with
from analyzer.models.embedding_thresholds import ALWAYS, NEVER, thresholds_of
from analyzer.models.parallel import one_thread
from analyzer.store.database import Connection, Database
from analyzer.themes.keywords import IGNORED_WORDS

META = "calibration"
WORD = re.compile(r"[^\W\d_]+")
MOST_TEXTS = 50_000
"""Texts that are read for words, in order of digest."""
WORDS_USED = 48
LEAST_WORDS = 12
"""Number of usable words below which the defaults stand."""
SHORTEST = 4
LEAST_TEXTS, LEAST_SHARE, MOST_SHARE = 12, 0.004, 0.08
MOST_PHRASES = 600
HEIGHTS = np.arange(0.2, 0.9, 0.03)
SAME_QUANTILE, NEAR_QUANTILE = 0.8, 0.5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of one corpus and embedding model.

    Attributes:
        cut: relative height of the least score of an opinion about a subject.
        same: least cosine of a clause that speaks of a subject whatever its words.
        near: the same for a clause of a comment with every word of the subject.
        words: number of words it was measured on; 0 for the defaults, see `default_thresholds`.
    """

    cut: float = 0.38
    same: float = NEVER
    near: float = ALWAYS
    words: int = 0


def default_thresholds(model: str) -> Thresholds:
    """Return the thresholds of an embedding model in a corpus with too few words to measure them."""
    measured = thresholds_of(model)
    return Thresholds(same=measured.same, near=measured.near)


def calibrate(scorer: SubjectScorer, words: Sequence[str]) -> Thresholds:
    """Return the thresholds of a corpus.

    Args:
        scorer: over all opinions of the corpus.
        words: from `stand_ins`.
    """
    if len(words) < LEAST_WORDS:
        return default_thresholds(scorer.embedder.name)
    opinions, curves, absent = scorer.opinions, list[Floats](), list[float]()
    vectors = scorer.embedder.embed_queries(list(words))
    for word, vector in zip(words, vectors, strict=True):
        having = np.isin(opinions.text_ids, texts_with(scorer.database, word))
        if having.all() or not having.any():
            continue
        with one_thread():
            likeness = opinions.background.likeness(opinions.vectors, scorer.direction(vector))[opinions.clauses]
            nearness = (opinions.vectors.astype(np.float32) @ vector)[opinions.clauses]
        curves.append(_f1_curve(scorer, likeness, having))
        absent.append(float(nearness[~having].max()))
    if len(curves) < LEAST_WORDS:
        return default_thresholds(scorer.embedder.name)
    cut = float(HEIGHTS[int(np.round(np.mean(curves, axis=0), 4).argmax())])
    same, near = (float(np.quantile(absent, share)) for share in (SAME_QUANTILE, NEAR_QUANTILE))
    return Thresholds(round(cut, 3), round(same, 3), round(near, 3), len(curves))


def stand_ins(database: Database) -> list[str]:
    """Return words of the corpus that neither hardly anybody nor nearly everybody uses, in an order by hash."""
    tally, texts = Tally[str](), 0
    for (text,) in database.rows("SELECT text FROM texts ORDER BY digest LIMIT ?", (MOST_TEXTS,)):
        texts += 1
        tally.update({word for word in WORD.findall(text.casefold()) if len(word) >= SHORTEST})
    least, most = max(LEAST_TEXTS, LEAST_SHARE * texts), MOST_SHARE * texts
    found = [word for word, count in tally.items() if least <= count <= most and word not in IGNORED_WORDS]
    return sorted(found, key=lambda word: blake2b(word.encode()).digest())


def frequent_phrases(database: Database) -> list[str]:
    """Return words and pairs of words that at least LEAST_TEXTS texts use, most frequent first, ties by phrase."""
    tally = Tally[str]()
    for (text,) in database.rows("SELECT text FROM texts ORDER BY digest LIMIT ?", (MOST_TEXTS,)):
        words = [word if _is_telling(word) else "" for word in WORD.findall(text.casefold())]
        pairs = {f"{one} {two}" for one, two in pairwise(words) if one and two and one != two}
        tally.update(pairs | (set(words) - {""}))
    found = [phrase for phrase, count in tally.items() if count >= LEAST_TEXTS]
    return sorted(found, key=lambda phrase: (-tally[phrase], phrase))[:MOST_PHRASES]


def read_thresholds(database: Database, corpus: str) -> Thresholds | None:
    """Return the stored thresholds; None if they are of another corpus or model."""
    stored = json.loads(database.meta(META) or "{}")
    return Thresholds(**stored["thresholds"]) if stored.get("corpus") == corpus else None


def write_thresholds(connection: Connection, corpus: str, thresholds: Thresholds) -> None:
    """Store the thresholds in place of earlier ones.

    Args:
        connection: inside the caller's transaction.
        corpus: fingerprint of the embedding model, and generation of the corpus.
        thresholds: what was measured.
    """
    body = json.dumps({"corpus": corpus, "thresholds": asdict(thresholds)}, sort_keys=True)
    connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (META, body))


def _f1_curve(scorer: SubjectScorer, scores: Floats, having: NDArray[np.bool_]) -> Floats:
    text_ids = scorer.opinions.text_ids
    middle, top = scale(text_ids, scores)
    _, back = np.unique(text_ids, return_inverse=True)
    best, truth = np.full(int(back.max()) + 1, -np.inf), np.zeros(int(back.max()) + 1, dtype=bool)
    np.maximum.at(best, back, scores)
    np.logical_or.at(truth, back, having)
    chosen = best[None, :] >= (middle + HEIGHTS * (top - middle))[:, None]
    return np.asarray(2 * (chosen & truth).sum(axis=1) / np.maximum(chosen.sum(axis=1) + truth.sum(), 1))


def _is_telling(word: str) -> bool:
    return len(word) >= SHORTEST and word not in IGNORED_WORDS

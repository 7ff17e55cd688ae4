"""Train the claim verifier's classifiers on the tuning half, and measure them on the held-back half.

    python benchmarks/claims.py train [--answers FILE]      writes analyzer/answers/grounding/entailment_weights.json
    python benchmarks/claims.py measure [--part held_back] [--answers FILE]
    python benchmarks/claims.py train --model FILE.gguf --out FILE.json      the weights of another model family
    python benchmarks/claims.py measure --model FILE.gguf --weights FILE.json

--server SETTING takes a model server on this machine instead of --model (docs/models.md).
--answers stores the model's answers between runs (computing them takes about ten minutes); times of a run that reads
them mean nothing. Thresholds are set on predictions for topics that the classifier has not seen (cross-fitting over the
tuning half).
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from analyzer.answers.grounding import entailment
from analyzer.answers.grounding.entailment_features import FEATURES
from analyzer.evaluation.claim_checks import (  # fmt: skip
    OPPOSES,
    SUPPORTS,
    area,
    at,
    claims_lines,
    evaluate_claims,
    read_gold,
)
from analyzer.evaluation.splits import Part
from analyzer.models.embedder import Embedder
from analyzer.models.families import UNKNOWN
from analyzer.models.llm import AnsweringModel
from analyzer.models.local_server import LocalServer
from analyzer.models.server_address import parse_server
from analyzer.security.sandbox.egress import seal, server_connection

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT.parent / "shared" / "data"
PACKAGED = PROJECT / "analyzer" / "answers" / "grounding" / entailment.WEIGHTS
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
PRECISION = {SUPPORTS: 0.92, OPPOSES: 0.88}
"""Target precision on the tuning half."""
LEAST_FOUND = 8
MISSED = 0.03
"""Share of right verdicts that may be lost by not asking the model."""
SIGNS = {
    SUPPORTS: dict(zip((*FEATURES, *entailment.ANSWERS), (1, 1, 1, -1, -1, 1, -1, 1, -1, 1, 1), strict=True)),
    OPPOSES: dict(zip((*FEATURES, *entailment.ANSWERS), (1, 1, 1, -1, -1, -1, 1, -1, 1, -1, -1), strict=True)),
}
"""Allowed sign of the weight of each feature. The hand-written pairs contain more traps than comments do: in them,
shared words count against support, which is not so for a claim written from the quotes. A feature whose weight has the
wrong sign is left out."""
FOLDS = 10
INVERSE_PENALTY = 0.3
DIGITS = 4


class CachedAnswers:
    """The answering model with a cache of its answers in a file; the model is loaded at the first uncached question."""

    family, gives_probabilities = UNKNOWN, True

    def __init__(self, file: Path | None, open_model) -> None:
        self._file = file
        self._open_model, self._model = open_model, None
        self.cache = json.loads(file.read_text()) if file and file.is_file() else {}

    def prefers(self, messages, yes="Yes", no="No"):
        """Return the cached answer, or ask the model."""
        key = "\n".join(message.content for message in messages)
        if key not in self.cache:
            self._model = self._model or self._open_model()
            self.cache[key] = self._model.prefers(messages, yes, no)
            if self._file and len(self.cache) % 20 == 0:
                self.save()
        return self.cache[key]

    def save(self) -> None:
        """Write the cache to the file."""
        if self._file:
            self._file.write_text(json.dumps(self.cache))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and measure the claim verifier.")
    parser.add_argument("what", choices=("train", "measure"))
    parser.add_argument("--part", type=Part, default=Part.HELD_BACK)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--model", type=Path, default=PROJECT / "models" / MODEL, help="GGUF file")
    parser.add_argument(
        "--server", default="", metavar="SETTING", help="a model server instead: ADDRESS [DIALECT [MODEL]]"
    )
    parser.add_argument("--out", type=Path, default=PACKAGED, help="weights to write")
    parser.add_argument("--weights", type=Path, default=PACKAGED, help="weights to measure")
    options = parser.parse_args()
    if options.server:
        seal(server=options.server)
    model = CachedAnswers(options.answers, lambda: opened(options))
    embedder = Embedder(PROJECT / "models" / "all-MiniLM-L6-v2")
    if options.what == "train":
        train(embedder, model, options.out)
    else:
        heads = entailment.read_heads(str(options.weights.resolve()))
        for title, judge in (("with the model", model), ("without the model", None)):
            print(f"\n=== {title}")
            print(
                "\n".join(
                    claims_lines(evaluate_claims(entailment.Verifier(embedder, judge, heads), options.part, DATA))
                )
            )
    model.save()


def opened(options):
    """Return the model to ask."""
    if not options.server:
        return AnsweringModel(options.model)
    model = LocalServer(parse_server(options.server), server_connection)
    if not model.gives_probabilities:
        raise SystemExit("the server gives no log-probabilities, so that there is nothing to set a threshold on")
    return model


def train(embedder, model, out: Path) -> None:
    # Not on WiCE: its long claims, mostly supported in part, cost the feedback pairs .08 of AUC on the held-back half
    rows = read_gold(Part.TUNING)
    measured = [entailment.pairs(embedder, pair.claim, [pair.quote])[0] for pair in rows]
    seen = np.array([pair.features for pair in measured])
    first, second = (
        np.array([model.prefers(entailment.question(asked, pair)) for pair in measured])
        for asked in (entailment.ENTAILED, entailment.EVERY_PART)
    )
    model.save()
    topics = np.array([pair.topic for pair in rows])
    labels = np.array([pair.label for pair in rows])
    content, chances = {}, {}
    stages = {"seen": seen, "asked": np.c_[seen, first], "twice": np.c_[seen, first, second]}
    for what, label in (("support", SUPPORTS), ("opposition", OPPOSES)):
        for kind, features in stages.items():
            if (kind, what) == ("twice", "opposition"):
                continue
            title = f"{kind}_{what}"
            chance, head = fitted(features, labels, label, topics)
            head["least"] = threshold(title, chance, labels == label, PRECISION[label])
            content[title], chances[title] = head, chance
    content |= asking_thresholds(chances, content, labels)
    text = json.dumps(content, indent=1)
    out.write_text(text + "\n")


def fitted(features, labels, label, topics):
    """Return probabilities from classifiers that did not see the topic, and the classifier fitted on all pairs."""
    columns, wanted = (*FEATURES, *entailment.ANSWERS)[: features.shape[1]], labels == label
    signs = np.array([SIGNS[label][name] for name in columns])
    chance = np.zeros(len(labels))
    for others, fold in GroupKFold(FOLDS).split(features, groups=topics):
        weights, bias = signed_fit(features[others], wanted[others], signs)
        chance[fold] = 1 / (1 + np.exp(-(features[fold] @ weights + bias)))
    weights, bias = signed_fit(features, wanted, signs)
    named = {name: round(float(value), DIGITS) for name, value in zip(columns, weights, strict=True)}
    return chance, {"bias": round(float(bias), DIGITS), "weights": named}


def signed_fit(features, wanted, signs):
    """Fit a logistic classifier; leave out features whose weight has the wrong sign one by one, the worst first."""
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    used = np.full(len(signs), True)
    while True:
        head = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
        head.fit(((features - mean) / scale)[:, used], wanted)
        values = np.zeros(len(signs))
        values[used] = head.coef_[0]
        if (values * signs >= 0).all():
            values /= scale
            return values, head.intercept_[0] - values @ mean
        used[np.argmin(values * signs)] = False


def threshold(title, chance, wanted, precision) -> float:
    """Return the lowest threshold at which claims reach the precision, and print it.

    If none reaches it, the threshold is above the highest wrong probability.
    """
    rows = [at(float(t), chance, wanted) for t in np.arange(0.2, 0.99, 0.01)]
    good = [row for row in rows if row.precision >= precision and row.found >= LEAST_FOUND]
    best = min(good, key=lambda row: row.threshold, default=None)
    row = at(best.threshold if best else float(chance[~wanted].max()) + 0.01, chance, wanted)
    print(
        f"{title:16} AUC {area(chance, wanted):.3f} from {row.threshold:.2f}"
        f" P {row.precision:.3f} ({row.right}/{row.found}) R {row.recall:.3f}"
    )
    return round(row.threshold, 2)


def asking_thresholds(chances, content, labels):
    """Return the probabilities below which the model need not be asked, or asked again."""
    found = {}
    for name, before, after, label in (
        ("ask_from", "seen_support", "twice_support", SUPPORTS),
        ("ask_opposed_from", "seen_opposition", "asked_opposition", OPPOSES),
        ("ask_again_from", "asked_support", "twice_support", SUPPORTS),
    ):
        right = (chances[after] >= content[after]["least"]) & (labels == label)
        found[name] = round(float(np.quantile(chances[before][right], MISSED)), 3) if right.any() else 0.0
    asked = (chances["seen_support"] >= found["ask_from"]) | (chances["seen_opposition"] >= found["ask_opposed_from"])
    again = asked & (chances["asked_support"] >= found["ask_again_from"])
    print(f"asked {asked.mean():.2f}, asked again {again.mean():.2f}", found)
    return found


if __name__ == "__main__":
    main()

"""Train the polarity classifier of opinions, and measure it on held-back halves.

    python benchmarks/polarity.py train       writes analyzer/opinions/polarity_weights.json
    python benchmarks/polarity.py score       macro-F1 and accuracy on the held-back halves, with plain VADER

Trained on: clauses of MAMS (Apache-2.0) with the polarity of the nearest category; NHS comments of one clause with
their sentiment (MIT), and clauses of longer ones that are all good or all bad; titles of clothing reviews with their
rating (CC0), and clauses of their texts if the rating is 1, 2 or 5; 9,000 invented clauses of lexicon words ("the
parking was dreadful", "coffee is never warm"). A text is held back if the SHA-256 of its words is odd.
"""

import argparse
import csv
import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
from defusedxml.ElementTree import parse

from analyzer.evaluation.theme_quality import ASPECTS, POLARITIES
from analyzer.models.embedder import Embedder
from analyzer.opinions.clauses import clauses
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.polarity_features import features, lexicon, own_words
from analyzer.opinions.stored_opinions import compared_as

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
WEIGHTS = ROOT / "analyzer" / "themes" / "polarity_weights.json"
SCALE, HIDDEN, PENALTY, ROUNDS = 3.0, 16, 0.5, 12
LABELED, MADE_UP, WEAK = 24_000, 14_400, 4_000
MOST_WEAK = 6_000
NOUNS = """staff service food delivery price room nurse doctor app website product fabric size driver waiter hotel ward
appointment phone support box order car bus course teacher bill view location screen battery menu drink coffee music
bathroom parking wait treatment quality design software update refund breakfast shoes dress reception""".split()
SAID = ("the {n} was {a}", "{a} {n}", "{n} {a}", "the {n} is really {a}", "very {a} {n}", "our {n} felt {a}",
        "the {n} is {a}", "but the {n} was {a}", "although the {n} was {a}", "{n} arrived {a}", "while the {n} was {a}",
        "the {n} looks {a}")  # fmt: skip
DENIED = ("the {n} was not {a}", "{n} is never {a}", "the {n} wasn't {a}", "not a {a} {n}", "but the {n} isn't {a}",
          "{n} not {a} at all")  # fmt: skip
PHRASES = ("{p} with the {n}", "{n} {p}", "{p}, the {n}", "the {n} {p}", "{p} about the {n}")


def is_held_back(text: str) -> bool:
    return bool(sha256(text.encode()).digest()[0] % 2)


def mams(embedder):
    """Yield source, clause, polarity, and whether it is held back."""
    aspects = {name: embedder.embed_one(words) for name, words in ASPECTS.items()}
    for sentence in parse(SHARED / "mams" / "train.xml").iter("sentence"):
        text = sentence.findtext("text")
        parts = [compared_as(text[start:end]) for start, end in clauses(text)] or [compared_as(text)]
        vectors = embedder.embed(parts)
        for one in sentence.iter("aspectCategory"):
            nearest = int((vectors @ aspects[one.attrib["category"]]).argmax())
            yield "MAMS", parts[nearest], POLARITIES[one.attrib["polarity"]], is_held_back(text)


def nhs():
    with (SHARED / "nhs_survey" / "comments.csv").open(newline="", encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            text, sentiment = row["FFT answer"].strip(), row["Comment sentiment"].strip()
            if len(text) >= 8 and sentiment:
                yield text, int(sentiment), clauses(text)


def clothing():
    with zipfile.ZipFile(SHARED / "clothing_reviews" / "reviews.csv.zip") as archive:
        stream = io.TextIOWrapper(archive.open(archive.namelist()[0]), encoding="utf-8")
        yield from csv.DictReader(stream)


def labeled(embedder):
    """Return sources, clauses, polarities, and which are held back."""
    rows = list(mams(embedder))
    rows += [
        ("NHS", compared_as(t), (2, 2, 1, 0, 0)[s - 1], is_held_back(t)) for t, s, parts in nhs() if len(parts) == 1
    ]
    titles = [(r["Title"].strip(), int(r["Rating"])) for r in clothing() if len((r["Title"] or "").strip()) >= 8]
    rows += [("clothing", compared_as(t), (0, 0, 1, 2, 2)[s - 1], is_held_back(t)) for t, s in titles[:9_000]]
    return tuple(zip(*rows, strict=True))


def weak():
    """Return clauses of texts that are wholly good or wholly bad, equally many of each."""
    found = set()
    for text, sentiment, parts in nhs():
        if len(parts) > 1 and sentiment in (1, 4, 5) and not is_held_back(text):
            found |= {(compared_as(text[a:b]), 2 if sentiment == 1 else 0) for a, b in parts}
    for row in clothing():
        text = (row["Review Text"] or "").strip()
        if text and row["Rating"] in "125" and not is_held_back(text):
            found |= {(compared_as(text[a:b]), 2 if row["Rating"] == "5" else 0) for a, b in clauses(text)}
    kept = sorted(one for one in found if 6 <= len(one[0]) <= 120)
    np.random.default_rng(0).shuffle(kept)
    kept = [(text, int(side)) for text, side in kept]
    return [one for side in (0, 2) for one in [k for k in kept if k[1] == side][:MOST_WEAK]]


def made_up():
    """Return invented clauses of words with a valence in the lexicon."""
    own = own_words()
    known = {w: v for w, v in lexicon().items() if w.isalpha() and len(w) > 2 and abs(v) >= 1.5}
    known |= {w: v for w, v in own.words.items() if abs(v) >= 1.2}
    pools = {}
    for side, sign in ((2, 1), (0, -1)):
        fitting = sorted(w for w, v in known.items() if v * sign > 0)
        pools[side] = (fitting, [w for w in fitting if w in own.words])
    chance, found = np.random.default_rng(1), []
    for number in range(9_000):
        side = 2 if number % 2 else 0
        noun, word = chance.choice(NOUNS), chance.choice(pools[side][chance.integers(2)])
        if chance.random() < 0.7:
            found.append((chance.choice(SAID).format(n=noun, a=word), side))
        else:
            found.append((chance.choice(DENIED).format(n=noun, a=word), 2 - side))
    for phrase, valence in own.idioms.items():
        for _ in range(8):
            text = chance.choice(PHRASES).format(p=phrase, n=chance.choice(NOUNS))
            found.append((text, 2 if valence > 0 else 0))
    return found


def train(embedder) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    sources, texts, sides, held_back = labeled(embedder)
    seen = [i for i, one in enumerate(held_back) if not one]
    weights = _balanced(sources, sides, seen)
    chance = np.random.default_rng(3)
    rows = [(texts[i], sides[i]) for i in chance.choice(seen, LABELED, p=weights / weights.sum())]
    invented, sided = made_up(), weak()
    rows += [invented[i] for i in chance.integers(len(invented), size=MADE_UP)]
    rows += [sided[i] for i in chance.integers(len(sided), size=WEAK)]
    unique = sorted({text for text, _ in rows})
    place = {text: i for i, text in enumerate(unique)}
    vectors, words = embedder.embed(unique), features(unique)
    chosen, truth = np.array([place[text] for text, _ in rows]), np.array([side for _, side in rows])
    inputs = np.hstack([vectors * SCALE, words])
    network = MLPClassifier((HIDDEN,), alpha=PENALTY, max_iter=ROUNDS, random_state=0).fit(inputs[chosen], truth)
    alone = LogisticRegression(C=0.3, max_iter=2_000).fit(words[chosen], truth)
    kept = {
        "with_vector": {
            "scale": SCALE,
            "layers": [_layer(w, o) for w, o in zip(network.coefs_, network.intercepts_, strict=True)],
        },
        "words_alone": {"scale": 0, "layers": [_layer(alone.coef_.T, alone.intercept_)]},
    }
    WEIGHTS.write_text(json.dumps(kept, separators=(",", ":")), encoding="utf-8")


def _balanced(sources, sides, seen):
    pairs = [(sources[i], sides[i]) for i in seen]
    sizes = {pair: pairs.count(pair) for pair in set(pairs)}
    return np.array([1.0 / sizes[pair] for pair in pairs])


def _layer(weights, offsets):
    return [[[round(float(x), 4) for x in row] for row in weights], [round(float(x), 4) for x in offsets]]


def score(embedder) -> None:
    from sklearn.metrics import f1_score

    sources, texts, sides, held_back = labeled(embedder)
    kept = [i for i, one in enumerate(held_back) if one]
    part = [texts[i] for i in kept]
    vectors, truth = embedder.embed(part), np.array([sides[i] for i in kept])
    compound = features(part)[:, 0]
    head = PolarityHead.load()
    judged = {
        "shipped": head.judge(part, vectors).argmax(axis=1),
        "words alone (another embedding model)": head.judge(part, vectors[:, :2]).argmax(axis=1),
        "plain VADER": np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1)),
    }
    for name, found in judged.items():
        parts = []
        for source in ("MAMS", "NHS", "clothing"):
            rows = np.array([sources[i] == source for i in kept])
            f1 = f1_score(truth[rows], found[rows], average="macro")
            parts.append(f"{source} {f1:.3f} ({np.mean(truth[rows] == found[rows]):.3f})")
        print(f"{name}: macro-F1 (accuracy) " + ", ".join(parts))


if __name__ == "__main__":
    actions = {"train": train, "score": score}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=actions)
    options = parser.parse_args()
    model = Embedder(ROOT / "models" / "all-MiniLM-L6-v2")
    actions[options.what](model)

"""Train the classifier of names and its head; write name_weights.tsv and name_head.json of analyzer/privacy/names.

    .venv/bin/python benchmarks/names/train.py            # cross-validated figures, then train on all and write
    .venv/bin/python benchmarks/names/train.py --no-write

Data: the tuning halves of the tweets, the synthetic set and the comments; banking questions and app reviews, which name
nobody; and templates.txt with names of faker's lists, in six languages, in upper and lower case. In half of the texts
made from templates a third of the names is hidden from the lists, so that the classifier learns names that no list has.
Held-back halves are never read. The same data gives the same files.

The head is a linear model over the states of the words after the first layers of the embedding model. How its log odds
and those of the classifier are combined is fitted on what each says of texts that it was not trained on.
"""

import argparse
import csv
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from analyzer.evaluation.datasets import NAME, read_comments, read_synthetic, read_tweets
from analyzer.evaluation.splits import Part
from analyzer.privacy.language import detect_language
from analyzer.privacy.names import gazetteer, not_people
from analyzer.privacy.names.finder import found_by_rules, is_worth_suggesting
from analyzer.privacy.names.lexicon import CorpusVocabulary, Lexicon
from analyzer.privacy.names.name_classifier import WEIGHTS, describe
from analyzer.privacy.names.name_states import FILE as HEAD
from analyzer.privacy.names.name_states import NameHead, NameStates
from analyzer.privacy.names.places import place_sizes
from analyzer.privacy.names.words import NameWords
from analyzer.privacy.ner import EntityModels

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared" / "data"
TEMPLATES = Path(__file__).with_name("templates.txt")
SLOT = re.compile(r"\{([GFNBTCW])\}")
ROUNDS = 16
"""Texts made of each template with a slot; one without has a third of that."""
FEWEST = 3
"""Occurrences of a feature below which it is left out."""
STRENGTH = 0.35
"""Inverse of the regularization (C of scikit-learn), the best of .1, .35, 1 in cross-validation."""
SMALLEST = 0.02
"""Weights nearer to zero are left out of the file."""
FOLDS = 5
STATES_MODEL, LAYERS = "all-MiniLM-L6-v2", 4
"""Average precision of the head on the tuning tweets after 1 to 6 layers: .68, .73, .80, .82, .78, .74; with the
classifier .85, .87, .88, .89, .88, .87, and .81 of the classifier alone."""
HEAD_STRENGTH = 0.003
UPPER, LOWER, TITLE = 0.04, 0.22, 0.01
COUNTRY_LOCALES = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "nl": "nl_NL", "it": "it_IT"}


@dataclass(frozen=True)
class Labeled:
    """A text, the spans of its people, spans that are not learned from, and the set it comes from."""

    source: str
    text: str
    people: tuple[tuple[int, int], ...] = ()
    skipped: tuple[tuple[int, int], ...] = ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--model", type=Path, default=PROJECT / "models" / "en_core_web_sm")
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args()
    started = time.perf_counter()
    texts = [*real_texts(options.data), *made_texts(random.Random(7))]
    rows, labels, groups, sources, places = described(texts, EntityModels({"en": options.model}))
    print(f"{len(texts)} texts, {len(rows)} words, {sum(labels)} of people; {time.perf_counter() - started:.0f} s")
    counts = Counter(feature for row in rows for feature in row)
    vectorizer = DictVectorizer(dtype=np.float32)
    known = [dict.fromkeys((f for f in row if counts[f] >= FEWEST), 1.0) for row in rows]
    matrix, target = vectorizer.fit_transform(known), np.array(labels)
    folds, origins = np.array(groups) % FOLDS, np.array(sources)
    states = states_of(texts, places, options.model.parent / STATES_MODEL)
    print(f"states: {time.perf_counter() - started:.0f} s")
    odds, scores = unseen(matrix, states, target, folds)
    both = combination(odds, scores, target, origins != "made")
    report(1 / (1 + np.exp(-odds)), target, origins, "classifier")
    report(both.predict_proba(np.c_[odds, scores])[:, 1], target, origins, "with states")
    if not options.no_write:
        model = fitted(matrix, target)
        write(dict(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)), float(model.intercept_[0]))
        write_head(*head_of(states, target), both)
    print(f"{time.perf_counter() - started:.0f} s")


def states_of(texts: list[Labeled], places: list[tuple[int, int, int]], folder: Path) -> np.ndarray:
    """Return the mean state of each word, float32[words, width]; zeros for a word without pieces."""
    reader = NameStates(folder, NameHead(model=STATES_MODEL, layers=LAYERS, weights=(), bias=0.0, of_features=1.0,
                                     of_states=0.0, intercept=0.0))  # fmt: skip
    found, begin = [], 0
    while begin < len(places):
        end = begin
        while end < len(places) and places[end][0] == places[begin][0]:
            end += 1
        states = dict(reader.states(texts[places[begin][0]].text, [place[1:] for place in places[begin:end]]))
        found += [states.get(number) for number in range(end - begin)]
        begin = end
    width = next(len(state) for state in found if state is not None)
    return np.stack([np.zeros(width, np.float32) if state is None else state for state in found])


def head_of(states: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights and bias of the head, trained on standardized states."""
    mean, deviation = states.mean(axis=0), states.std(axis=0) + 1e-6
    model = LogisticRegression(C=HEAD_STRENGTH, max_iter=100, tol=1e-3).fit((states - mean) / deviation, target)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


def unseen(matrix: Any, states: np.ndarray, target: np.ndarray, folds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the log odds of each word by the classifier and by the head, of models that did not see its text."""
    odds, scores = np.zeros(len(target)), np.zeros(len(target))
    for fold in range(FOLDS):
        inside = folds == fold
        odds[inside] = fitted(matrix[~inside], target[~inside]).decision_function(matrix[inside])
        weights, bias = head_of(states[~inside], target[~inside])
        scores[inside] = states[inside] @ weights + bias
    return odds, scores


def combination(odds: np.ndarray, scores: np.ndarray, target: np.ndarray, chosen: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=100).fit(np.c_[odds, scores][chosen], target[chosen])


def write_head(weights: np.ndarray, bias: float, both: LogisticRegression) -> None:
    of_features, of_states = both.coef_[0]
    content = {
        "model": STATES_MODEL, "layers": LAYERS, "bias": round(bias, 4), "of_features": round(float(of_features), 4),
        "of_states": round(float(of_states), 4), "intercept": round(float(both.intercept_[0]), 4),
        "weights": [round(float(weight), 5) for weight in weights],
    }  # fmt: skip
    HEAD.write_text(json.dumps(content) + "\n", encoding="utf-8")


def fitted(matrix: Any, target: np.ndarray) -> LogisticRegression:
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    return LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0, max_iter=300).fit(matrix, target)


def report(likely: np.ndarray, target: np.ndarray, sources: np.ndarray, what: str) -> None:
    """Print recall and precision per set at several thresholds; all words of a text (or template) are in one fold."""
    for source in sorted(set(sources)):
        inside = sources == source
        for bound in (0.3, 0.5, 0.7):
            hits = (likely >= bound) & inside
            right = int((hits & (target == 1)).sum())
            print(f"{what:12} {source:10} >= {bound}: recall {right / max(1, int(target[inside].sum())):.3f}, "
                  f"precision {right / max(1, int(hits.sum())):.3f}, {int(hits.sum()) - right} wrong")  # fmt: skip


def write(weights: dict[str, float], start: float) -> None:
    lines = [f"{name}\t{value:.2f}" for name, value in sorted(weights.items()) if abs(value) >= SMALLEST]
    head = "# Weights of the classifier of names; written by benchmarks/names/train.py."
    WEIGHTS.write_text("\n".join([head, f"\t{start:.2f}", *lines]) + "\n", encoding="utf-8")
    print(f"{len(lines)} weights")


def described(
    texts: list[Labeled], models: EntityModels
) -> tuple[list[list[str]], list[int], list[int], list[str], list[tuple[int, int, int]]]:
    """Return features, label, group, set and place (number of its text, span) of every word that could be a name."""
    dictionary, certain, nouns = models.dictionary
    full = Lexicon(dictionary, certain, CorpusVocabulary(), nouns)
    rows: list[list[str]] = []
    labels: list[int] = []
    groups: list[int] = []
    sources: list[str] = []
    places: list[tuple[int, int, int]] = []
    chance = random.Random(3)
    keys: dict[str, int] = {}
    for begin in range(0, len(texts), 512):
        batch = texts[begin : begin + 512]
        lexicons = [hidden(full, one, chance) if one.source == "made" else full for one in batch]
        tokenized = [
            NameWords(one.text, detect_language(one.text), lexicon)
            for one, lexicon in zip(batch, lexicons, strict=True)
        ]
        asked = [place for place, words in enumerate(tokenized) if is_worth_suggesting(words)]
        spans = models.entities([tokenized[n].text for n in asked], [tokenized[n].language for n in asked])
        entities = dict(zip(asked, spans, strict=True))
        for place, (one, words) in enumerate(zip(batch, tokenized, strict=True)):
            group = keys.setdefault(one.source + key_of(one), len(keys))
            with without_phrases(one.source == "made" and chance.random() < 0.5):
                found = found_by_rules(words, entities.get(place, ()))
                features = describe(words, found, entities.get(place, ()))
            for at, row in features.items():
                token = words.tokens[at]
                if overlaps(token.start, token.end, one.skipped):
                    continue
                rows.append(row)
                labels.append(int(overlaps(token.start, token.end, one.people)))
                groups.append(group)
                sources.append(one.source)
                places.append((begin + place, token.start, token.end))
    return rows, labels, groups, sources, places


def key_of(one: Labeled) -> str:
    return one.text[:40]


def overlaps(start: int, end: int, spans: tuple[tuple[int, int], ...]) -> bool:
    return any(a < end and start < b for a, b in spans)


def without_phrases(is_hidden: bool) -> object:
    """Hide the phrases of things, so that their context is learned."""
    return mock.patch.object(not_people, "phrases_by_word", (dict) if is_hidden else not_people.phrases_by_word)


def hidden(full: Lexicon, one: Labeled, chance: random.Random) -> Lexicon:
    """Return a lexicon that lacks some of the names of a text."""
    if chance.random() < 0.5:
        return full
    words = {gazetteer.fold_name(w) for a, b in one.people for w in re.findall(r"[^\W\d_]+", one.text[a:b])}
    lost = frozenset(w for w in words if chance.random() < 0.66)
    other = copy(full)
    other._given, other._family = full._given - lost, full._family - lost
    other._ambiguous, other._frequent = full._ambiguous - lost, full._frequent - lost
    return other


def real_texts(data: Path) -> Iterator[Labeled]:
    for one in read_tweets(data, Part.TUNING) or []:
        people = tuple((s.start, s.end) for s in one.spans if s.type == NAME)
        yield Labeled("tweets", one.text, people, tuple((s.start, s.end) for s in one.spans if s.type != NAME))
    for one in read_synthetic(data, Part.TUNING) or []:
        people = tuple((s.start, s.end) for s in one.spans if s.type == "PERSON")
        skipped = tuple((s.start, s.end) for s in one.spans if s.type in {"ORGANIZATION", "STREET_ADDRESS", "TITLE"})
        yield Labeled("synthetic", one.text, people, skipped)
    for name, step in (("nhs", 1), ("clothing", 2)):
        for text in sorted(set(read_comments(data, Part.TUNING, name) or []))[::step]:
            yield Labeled(name, text)
    with (data / "banking_queries" / "train.csv").open(encoding="utf-8", newline="") as stream:
        for row in list(csv.DictReader(stream))[::3]:
            yield Labeled("banking", row["text"])
    for line in (data / "app_review_search" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()[::3]:
        row = json.loads(line)
        yield Labeled("apps", str(row.get("text") or row.get("review") or row.get("body") or ""))


def made_texts(chance: random.Random) -> Iterator[Labeled]:
    """Yield texts made from the templates."""
    slots = Slots(chance)
    for line in TEMPLATES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        language, _, template = line.partition("\t")
        has_slot = SLOT.search(template) is not None
        for _ in range(ROUNDS if has_slot else ROUNDS // 3):
            text, people = slots.filled(template, language)
            kind = chance.random()
            if kind < UPPER:
                text = text.upper() if len(text.upper()) == len(text) else text
            elif kind < UPPER + LOWER and people and "{B}" not in template:
                text = text.lower() if len(text.lower()) == len(text) else text
            yield Labeled("made", text, tuple(people))


class Slots:
    """Fills the slots of templates."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._given = self._names("first_name")
        self._family = self._names("last_name")
        self._brands = sorted(
            phrase.strip()
            for line in not_people.FILE.read_text(encoding="utf-8").splitlines()
            if line[:1] not in {"#", "+"}
            for phrase in line.split(";")
            if phrase.strip()
        )
        self._towns = [place for place, size in sorted(place_sizes().items()) if size > 1]
        self._countries = {
            language: [c for c in gazetteer_countries(locale) if c.isalpha()]
            for language, locale in COUNTRY_LOCALES.items()
        }

    def _names(self, prefix: str) -> list[list[str]]:
        """Return the names of each locale, those with an initial capital and Latin letters."""
        found = []
        for locale in gazetteer.NAME_LOCALES:
            names = {
                n for n in gazetteer._listed(prefix, [locale]) if re.fullmatch(r"[A-ZÀ-ÞŁŚŽŠČÇŞİ][\w'’ -]{1,24}", n)
            }
            found += [sorted(names)] if names else []
        return found

    def _one(self, lists: list[list[str]]) -> str:
        """Return a name of any origin; now and then a double one."""
        name = self._chance.choice(self._chance.choice(lists))
        if self._chance.random() < 0.06:
            name += "-" + self._chance.choice(self._chance.choice(lists))
        return name

    def filled(self, template: str, language: str) -> tuple[str, list[tuple[int, int]]]:
        """Return a text with its slots filled, and the spans of its people."""
        text, people, last = "", [], 0
        for match in SLOT.finditer(template):
            text += template[last : match.start()]
            value = self._value(match[1], language)
            if match[1] in "GFN":
                people.append((len(text), len(text) + len(value)))
            text += value
            last = match.end()
        return text + template[last:], people

    def _value(self, slot: str, language: str) -> str:
        chance = self._chance
        if slot == "G":
            return self._one(self._given)
        if slot == "F":
            return self._one(self._family)
        if slot == "N":
            given = self._one(self._given)
            return given if chance.random() < 0.55 else f"{given} {self._one(self._family)}"
        if slot == "B":
            if chance.random() < 0.55:
                return chance.choice(self._brands)
            return chance.choice(
                [self._one(self._family), f"{self._one(self._given)} {self._one(self._family)}", self._one(self._given)]
            )
        if slot == "T":
            return chance.choice(self._towns).title()
        if slot == "C":
            return chance.choice(self._countries[language])
        return chance.choice(sorted(w for w in gazetteer.plain_words(language) if len(w) > 3)).capitalize()


def gazetteer_countries(locale: str) -> list[str]:
    import importlib

    return sorted(importlib.import_module(f"faker.providers.address.{locale}").Provider.countries)


if __name__ == "__main__":
    main()

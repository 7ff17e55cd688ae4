"""Measure the error of counts with and without labels, and the coverage of their intervals.

    python benchmarks/prevalence.py themes [--rounds 40] [--labels 100]     the NHS file in ../shared/data
    python benchmarks/prevalence.py coverage [--corpora 1000]               simulated corpora, no data needed

A theme is a label of the file; the question is the label's name. A text is labeled as the label of one comment with
the text, drawn at random. "At random" is an estimate from the same number of labels of comments drawn at random.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from analyzer.counting import classifiers, intervals, priors, sampling
from analyzer.counting.prevalence import share_of
from analyzer.index.aggregates import text_weights
from analyzer.workspace import Workspace

NHS = Path(__file__).resolve().parents[2] / "shared" / "data" / "nhs_survey" / "comments.csv"
FIRST_THEME = "not_assigned"
NO_THEME = ("not_assigned", "labelling_not_possible")
THEMES = 30
SEED = 20_260_101


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure counts against labels.")
    parser.add_argument("what", choices=("themes", "coverage"))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--corpora", type=int, default=1000)
    parser.add_argument("--workspace", type=Path, help="a workspace that already contains the NHS file")
    options = parser.parse_args()
    if options.what == "coverage":
        coverage(options.corpora)
    elif not NHS.exists():
        sys.exit(f"{NHS} is missing; see the README of ../shared/data")
    elif options.workspace:
        themes(Workspace.open(options.workspace), options)
    else:
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {"ANALYZER_WORKSPACE": f"{folder}/w", "ANALYZER_KEYS_DIR": f"{folder}/k"}
            workspace = Workspace.init()
            workspace.ingest([NHS])
            themes(workspace, options)


def themes(workspace, options) -> None:
    counter = workspace.collaborators.counter()
    text_ids = counter.vectors.ids()
    weights = counter._aligned_to(text_ids, text_weights(counter.database, counter.table.predicate("")))
    rng = np.random.default_rng(SEED)
    wanted, rows = _truth(counter, text_ids)
    print(f"{'theme':56} {'true':>6} {'zero':>6} {'alone':>6} {'random':>7} {'labels':>7} {'inside':>7}")
    totals = []
    for name, label, said in wanted:
        true = float(said.mean())
        judgement = counter.judge(label)
        alone = share_of(judgement, weights, "", "").estimate
        by_text = np.bincount(rows, weights=said, minlength=len(text_ids)) / weights
        drawn = [_labeled(counter, judgement, weights, by_text, options.labels, rng) for _ in range(options.rounds)]
        random = [said[rng.choice(len(said), options.labels, replace=False)].mean() for _ in range(options.rounds)]
        line = [
            abs(true), abs(alone - true), np.mean(np.abs(np.array(random) - true)),
            np.mean([abs(share.estimate - true) for share in drawn]),
        ]  # fmt: skip
        inside = np.mean([share.low <= true <= share.high for share in drawn])
        totals.append([*line, inside])
        cells = "".join(f"{100 * value:7.2f}" for value in line)
        print(f"{name[:56]:56} {100 * true:6.2f}{cells} {100 * inside:7.1f}", flush=True)
    for title, part in (
        ("every second, used to set the link", totals[::2]),
        ("the others", totals[1::2]),
        ("all", totals),
    ):
        mean = np.mean(part, axis=0)
        print(f"{title:56} {'':6}" + "".join(f"{100 * value:7.2f}" for value in mean[:4]) + f" {100 * mean[4]:7.1f}")


def _truth(counter, text_ids):
    columns = counter.table.columns()
    names = list(columns)[list(columns).index(FIRST_THEME) :]
    sql = ", ".join(columns[name].sql for name in names)
    found = counter.database.rows(f"SELECT f.text_id, {sql} FROM feedback f JOIN fields d USING(n) ORDER BY f.id")
    rows = np.searchsorted(text_ids, [row[0] for row in found])
    said = {name: np.array([bool(row[1 + i]) for row in found], dtype=float) for i, name in enumerate(names)}
    ranked = sorted((name for name in names if name not in NO_THEME), key=lambda name: -said[name].mean())[:THEMES]
    return [(columns[name].column.label, columns[name].column.label, said[name]) for name in ranked], rows


def _labeled(counter, judgement, weights, by_text, count, rng):
    numbers = rng.random(len(weights))
    order = sampling.labeling_order(numbers, judgement.size)[:count]
    answers = np.full(len(weights), np.nan)
    answers[order] = rng.random(count) < by_text[order]
    learned = counter.learned(replace(judgement, numbers=numbers, answers=answers))
    return share_of(learned, weights, "", "")


def coverage(corpora: int) -> None:
    rng = np.random.default_rng(SEED)
    print("labels  coverage  width  width of labels alone (drawn at random)  narrower in  error  error alone")
    for labels in (25, 50, 100, 200):
        rows = np.array([_one_corpus(rng, labels) for _ in range(corpora)])
        inside, width, alone, error, error_alone = rows.mean(axis=0)
        narrower = (rows[:, 1] < rows[:, 2]).mean()
        print(
            f"{labels:6}  {100 * inside:7.1f}%  {100 * width:5.1f}  {100 * alone:5.1f}  {100 * narrower:5.1f}%"
            f"  {100 * error:5.2f}  {100 * error_alone:5.2f}", flush=True
        )  # fmt: skip


def _one_corpus(rng, labels):
    """Simulate a corpus with more or less informative prior and vectors; some texts are shared by many comments."""
    size = int(rng.integers(2000, 6000))
    said = rng.random(size) < np.exp(rng.uniform(np.log(0.01), np.log(0.35)))
    likeness = rng.normal(size=size) + said * rng.uniform(0.2, 2.2)
    direction = rng.normal(size=12)
    pull = direction / np.linalg.norm(direction) * rng.uniform(0.3, 2.0)
    vectors = rng.normal(size=(size, 12)) + np.outer(said, pull)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    weights = np.ones(size)
    weights[rng.choice(size, size // 50, replace=False)] = rng.integers(2, 60, size // 50)
    words = np.zeros(size)
    expected = priors.make_scale(likeness, words, weights).expected(likeness, words)
    numbers, sizes = rng.random(size), sampling.sizes(expected, weights)
    answers = np.full(size, np.nan)
    order = sampling.labeling_order(numbers, sizes)[:labels]
    answers[order] = said[order]
    sample = sampling.draw_sample(numbers, sizes, answers)
    heads = classifiers.train(vectors[sample.rows], expected[sample.rows], sample.answers)
    predictions = expected
    if heads:
        predictions = classifiers.cross_fitted(heads, vectors @ heads.weights, expected, sample.rows)
    result = intervals.corrected_share(sample, predictions, weights)
    true = float(np.average(said, weights=weights))
    random = float(said[rng.choice(size, labels, p=weights / weights.sum())].mean())
    alone = intervals.wilson(random, labels)
    inside = result.low <= true <= result.high
    return inside, result.high - result.low, alone.high - alone.low, abs(result.estimate - true), abs(random - true)


if __name__ == "__main__":
    main()

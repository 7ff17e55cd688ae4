"""Measure coding with a codebook of 48 themes, by the number of labeled comments.

    python benchmarks/codebook.py [--workspace FOLDER] [--seeds 5]      the NHS file in ../shared/data

A label is a comment with all its themes known. 2,800 comments are held back by a digest of their words, so that a
comment and its repeats are on one side. "Plain" is a logistic classifier per theme on the vector and its cosine to the
theme's name.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from analyzer.index.feedback_table import ROWS
from analyzer.themes.codebook import theme_classifiers
from analyzer.themes.codebook.coding import Coder
from analyzer.themes.codebook.files import read_codebook
from analyzer.workspace import Workspace

HERE = Path(__file__).resolve().parent
NHS = HERE.parents[1] / "shared" / "data" / "nhs_survey" / "comments.csv"
HELD_BACK = 2_800
NOT_LABELED = "Labelling not possible"
LABELS = (200, 1_000)
PLAIN_THRESHOLD = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the codebook.")
    parser.add_argument("--workspace", type=Path, help="a workspace that already contains the NHS file")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    if not NHS.exists():
        sys.exit(f"{NHS} is missing; see the README of ../shared/data")
    if options.workspace:
        measure(Workspace.open(options.workspace), options.seeds)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ANALYZER_WORKSPACE": f"{folder}/w", "ANALYZER_KEYS_DIR": f"{folder}/k"}
        workspace = Workspace.init()
        workspace.ingest([NHS])
        measure(workspace, options.seeds)


def measure(workspace, seeds: int) -> None:
    workspace.collaborators.opinions.split_pending()
    themes = tuple(replace(t, id=f"C{n}") for n, t in enumerate(read_codebook(HERE / "nhs_codebook.yaml")))
    texts, truths, held_back = truth(workspace, [theme.name for theme in themes])
    print(f"{len(texts):,} labeled comments, {held_back.sum():,} held back, {len(themes)} themes")
    pool = np.flatnonzero(~held_back)
    for name, used in (
        ("names alone", [replace(t, description="", examples=()) for t in themes]),
        ("names and descriptions", [replace(t, examples=()) for t in themes]),
        ("names, descriptions, examples", list(themes)),
    ):
        coder = Coder(workspace.collaborators.database, workspace.collaborators.models.embedder, used)
        report(f"0 labels, {name}", [score(coder, {}, texts, truths, held_back)])
    likeness = plain_features(workspace, themes, texts)
    for count in LABELS:
        drawn = [np.random.default_rng(seed).choice(pool, count, replace=False) for seed in range(seeds)]
        report(f"{count} at random, plain classifiers", [plain(likeness, rows, truths, held_back) for rows in drawn])
        started = time.perf_counter()
        report(
            f"{count} at random", [score(coder, known(rows, texts, truths), texts, truths, held_back) for rows in drawn]
        )
        print(f"    {(time.perf_counter() - started) / seeds:.1f} s to fit and to code all texts")


def truth(workspace, names):
    """Return text ids, labels (bool, comments x themes) and which comments are held back."""
    columns = {one.column.label: one for one in workspace.collaborators.table.columns().values()}
    sql = ", ".join(columns[name].sql for name in [*names, NOT_LABELED])
    rows = workspace.collaborators.database.rows(f"SELECT f.text_id, t.text, {sql} FROM {ROWS} ORDER BY f.id")
    rows = [row for row in rows if any(row[2:-1]) or not row[-1]]
    order = np.argsort([sha256(row[1].encode()).hexdigest() for row in rows], kind="stable")
    held_back = np.zeros(len(rows), dtype=bool)
    held_back[order[:HELD_BACK]] = True
    return np.array([row[0] for row in rows]), np.array([[bool(v) for v in row[2:-1]] for row in rows]), held_back


def known(rows, texts, truths):
    return {(f"C{k}", int(texts[row])): float(truths[row, k]) for row in sorted(rows) for k in range(truths.shape[1])}


def score(coder, labels, texts, truths, held_back) -> float:
    learned = coder.learn(labels).heads
    wanted = np.unique(texts[held_back])
    coded = np.zeros((len(wanted), truths.shape[1]), dtype=bool)
    for theme, text, _, is_coded in coder.code(learned, {}, lambda *_: None):
        at = np.searchsorted(wanted, text)
        if is_coded and at < len(wanted) and wanted[at] == text:
            coded[at, int(theme[1:])] = True
    return (
        theme_classifiers.micro_f1(coded[np.searchsorted(wanted, texts[held_back])], truths[held_back].astype(float))
        or 0.0
    )


def plain_features(workspace, themes, texts):
    vectors = dict(workspace.collaborators.database.rows("SELECT text_id, vector FROM texts"))
    own = np.stack([np.frombuffer(vectors[int(t)], dtype=np.float16) for t in texts]).astype(np.float32)
    return own, own @ workspace.collaborators.models.embedder.embed([theme.name for theme in themes]).T


def plain(features, rows, truths, held_back) -> float:
    own, likeness = features
    coded = np.zeros((held_back.sum(), truths.shape[1]), dtype=bool)
    for k in range(truths.shape[1]):
        if truths[rows, k].sum() > 1:
            both = np.c_[own * 3, likeness[:, k] * 3]
            head = LogisticRegression(C=1.0, max_iter=300).fit(both[rows], truths[rows, k])
            coded[:, k] = head.predict_proba(both[held_back])[:, 1] > PLAIN_THRESHOLD
    return theme_classifiers.micro_f1(coded, truths[held_back].astype(float)) or 0.0


def report(name: str, found) -> None:
    print(f"{name:45} micro-F1 {np.mean(found):.3f}  ({min(found):.3f} to {max(found):.3f})", flush=True)


if __name__ == "__main__":
    main()

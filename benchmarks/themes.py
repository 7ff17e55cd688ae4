"""Measure time and memory of theme discovery, after embedding: 10,000, 100,000 and 1,000,000 comments.

    python benchmarks/themes.py [--sizes 10000 100000 1000000]

The opinions are clauses of the NHS comments and the clothing reviews of ../shared/data, two per comment; beyond their
number, each is repeated with an added word and a slightly moved vector, so that no two are the same. Each size runs in
a process of its own, so that peak memory is measured by size.
"""

import argparse
import csv
import io
import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
MODEL = Path(__file__).resolve().parents[1] / "models" / "all-MiniLM-L6-v2"
CACHE = Path("/tmp/themes_benchmark.npz")
OPINIONS_A_COMMENT = 2
DIFFERENT = 40_000
MOVED = 0.35
"""Length of the noise added to a vector of length 1."""


def source():
    """Return vectors and texts of different real clauses, embedded once and cached."""
    if not CACHE.exists():
        from analyzer.models.embedder import Embedder
        from analyzer.opinions.clauses import clauses
        from analyzer.opinions.stored_opinions import compared_as

        with (SHARED / "nhs_survey" / "comments.csv").open(newline="", encoding="utf-8-sig") as stream:
            texts = [row["FFT answer"] for row in csv.DictReader(stream)]
        with zipfile.ZipFile(SHARED / "clothing_reviews" / "reviews.csv.zip") as archive:
            stream = io.TextIOWrapper(archive.open(archive.namelist()[0]), encoding="utf-8")
            texts += [row["Review Text"] or "" for row in csv.DictReader(stream)]
        found = list(dict.fromkeys(compared_as(t[a:b]) for t in texts for a, b in clauses(t)))[:DIFFERENT]
        np.savez(CACHE, vectors=Embedder(MODEL).embed(found).astype(np.float16), texts=np.array(found))
    cached = np.load(CACHE)
    return cached["vectors"], cached["texts"].tolist()


def one(comments: int) -> None:
    from analyzer.themes.discovery import discover, order_of
    from analyzer.themes.keywords import KeywordTexts

    vectors, texts = source()
    count, chance = comments * OPINIONS_A_COMMENT, np.random.default_rng(5)
    whole, words = np.empty((count, vectors.shape[1]), dtype=np.float16), []
    for start in range(0, count, len(texts)):
        size = min(len(texts), count - start)
        part = vectors[:size].astype(np.float32)
        if start:
            noise = chance.standard_normal(part.shape, dtype=np.float32)
            part += MOVED * noise / np.linalg.norm(noise, axis=1, keepdims=True)
            part /= np.linalg.norm(part, axis=1, keepdims=True)
        whole[start : start + size] = part
        words += [f"{text} no{start}" if start else text for text in texts[:size]]
    order = order_of(words)
    whole, words = whole[order], [words[i] for i in order]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    started = time.perf_counter()
    found = discover(whole, words)
    discovered = time.perf_counter() - started
    KeywordTexts(words, np.ones(count, dtype=np.int64)).keywords(found.members, len(found.centers))
    seconds, peak = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{comments:,} comments, {count:,} opinions: {len(found.centers)} themes in {discovered:.1f} s, with their "
        f"words {seconds:.1f} s; coverage {100 * np.mean(found.members >= 0):.1f} %; peak memory {peak:.2f} GB "
        f"({before:.2f} GB before)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one)
        return
    source()
    for size in options.sizes:
        subprocess.run([sys.executable, __file__, "--one", str(size)], check=True)


if __name__ == "__main__":
    main()

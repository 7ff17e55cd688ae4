"""Measure each stage against what a user would take in its place, and against the limit of the machine, in one run.

    make bench                                        # a quarter of an hour on two cores; small sizes
    python benchmarks/bench.py --texts 2000 --vectors 1000000 --words 1000000 --rounds 5

Needs the data that benchmarks/ingest.py reads. Writes a table and JSON into benchmarks/results/. The two sides of a
ratio take turns in each round, and the median of the rounds counts. Embedding and scrubbing are timed in seconds of
processor time on one thread, which other programs distort less than the time of the clock; searches in milliseconds of
the clock, where they distort both sides.

* embed: the product's embedder against sentence-transformers' encode(); limit: the matrix products that the model's
  layers take for the tokens of these texts, without padding, with the same library. Quality: smallest cosine.
* scrub: the product's scrubber against plain Presidio, one text after the other. Quality: benchmarks/scrubbing.py.
* meaning: a search beyond 100,000 vectors against comparing every one; limit: reading the vectors once (a share above 1
  means that fewer are read). Quality: recall of the ten nearest, on queries that the tuning did not see. Vectors are
  mixtures of those of real texts.
* words: ranked word search against FTS5's bm25 over every match. Quality: share of the ten best that are the same.

The whole chain and the themes have measurements of their own: benchmarks/ingest.py, benchmarks/themes.py.
"""

import argparse
import json
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from ingest import MODELS, SHARED, SOURCES, read

RESULTS = Path(__file__).with_name("results")
EMBEDDING = MODELS / "all-MiniLM-L6-v2"
LAYERS, WIDTH, INNER = 6, 384, 1536
"""Of MiniLM-L6."""
REGIONS = ("GB", "US", "CA", "FR", "DE", "ES", "NL", "IT")
QUESTIONS = (
    "dress size fit small", "waiting time nurse", "zipper broke on the dress", "staff were rude at the appointment",
    "love the color but the dress is too short", "parking",
)  # fmt: skip
Timer = Callable[[], float]


@dataclass(frozen=True)
class Stage:
    """One line of the table.

    Attributes:
        ours, peer: medians, in `unit`; ratio: how many times as fast the product is.
        limit_share: share of the machine's limit that the product reaches; None where none was measured.
        quality: a figure beside the speed, with its name.
    """

    name: str
    of: str
    unit: str
    ours: float
    peer: float
    ratio: float
    limit_share: float | None
    quality: dict[str, float]


def by_turns(rounds: int, timer: Timer, **sides: Callable[[], object]) -> dict[str, float]:
    """Return the median seconds of each side."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        order = list(sides.items())
        for name, run in order if number % 2 == 0 else reversed(order):
            started = timer()
            run()
            taken[name].append(timer() - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def texts_of(count: int) -> list[str]:
    """Return different real comments, half short and half long."""
    found = [row[SOURCES[name][1]].strip() for name in SOURCES for row in read(name, count)]
    different = [text for text in dict.fromkeys(found) if text]
    random.Random(7).shuffle(different)
    return different[:count]


def embed(texts: list[str], rounds: int) -> tuple[Stage, np.ndarray]:
    import torch
    from sentence_transformers import SentenceTransformer

    from analyzer.models.embedder import Embedder

    mine = Embedder(EMBEDDING)
    plain = SentenceTransformer(str(EMBEDDING), device="cpu", local_files_only=True)
    torch.set_num_threads(1)
    tokens = sum(len(ids) for ids in plain.tokenizer(texts, truncation=True, max_length=256)["input_ids"])
    shapes = [*[(WIDTH, WIDTH)] * 4, (WIDTH, INNER), (INNER, WIDTH)]
    rows = torch.randn(4096, INNER)
    weights = [torch.randn(shape) for shape in shapes]

    def products() -> None:
        for start in range(0, tokens, 4096):
            many = min(4096, tokens - start)
            for _ in range(LAYERS):
                for weight in weights:
                    rows[:many, : weight.shape[0]] @ weight

    def encode() -> np.ndarray:
        return np.asarray(plain.encode(texts, normalize_embeddings=True, show_progress_bar=False))

    with torch.inference_mode():
        took = by_turns(rounds, time.process_time, ours=lambda: mine.embed(texts), peer=encode, limit=products)
    vectors = mine.embed(texts)
    cosine = float((vectors * encode()).sum(axis=1).min())
    rates = {name: len(texts) / seconds for name, seconds in took.items()}
    stage = Stage(
        "embed", f"{len(texts):,} texts, {tokens / len(texts):.0f} tokens each", "texts per processor second",
        rates["ours"], rates["peer"], rates["ours"] / rates["peer"], rates["ours"] / rates["limit"],
        {"smallest cosine with the peer": cosine},
    )  # fmt: skip
    return stage, vectors


def scrub(texts: list[str], rounds: int) -> Stage:
    os.environ["TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS"] = ""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_anonymizer import AnonymizerEngine

    from analyzer.models.parallel import one_thread
    from analyzer.privacy.detector import Detector, Rules
    from analyzer.privacy.scrubber import Scrubber

    names = MODELS / "en_core_web_sm"
    models = [{"lang_code": "en", "model_name": str(names)}]
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    analyzer, anonymizer = AnalyzerEngine(nlp_engine=engine), AnonymizerEngine()
    mine = Scrubber(Detector(Rules(names, REGIONS)))

    def plain(some: list[str]) -> None:
        for text in some:
            anonymizer.anonymize(text, analyzer.analyze(text, "en"))

    def ours(some: list[str]) -> None:
        for start in range(0, len(some), 256):
            list(mine.scrub(some[start : start + 256]))

    plain(texts[:5])
    ours(texts[:5])
    with one_thread():
        took = by_turns(rounds, time.process_time, ours=lambda: ours(texts), peer=lambda: plain(texts))
    rates = {name: len(texts) / seconds for name, seconds in took.items()}
    return Stage(
        "scrub", f"{len(texts):,} texts", "texts per processor second", rates["ours"], rates["peer"],
        rates["ours"] / rates["peer"], None, {},
    )  # fmt: skip


def meaning(real: np.ndarray, count: int, rounds: int) -> list[Stage]:
    from analyzer.index.feedback_table import TextVectors
    from analyzer.index.vectors import VectorIndex

    def mixed(many: int, seed: int) -> np.ndarray:
        chance = np.random.default_rng(seed)
        one, other = (real[chance.integers(len(real), size=many)] for _ in range(2))
        share = chance.uniform(0.2, 0.8, size=(many, 1))
        found = share * one + (1 - share) * other + 0.01 * chance.normal(size=one.shape)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def parts() -> Iterator[TextVectors]:
        chance = np.random.default_rng(3)
        for start in range(0, count, 65_536):
            many = min(65_536, count - start)
            digests = chance.integers(2**63, size=many).astype(np.uint64)
            yield TextVectors(np.arange(start + 1, start + many + 1), digests, mixed(many, start).astype(np.float16))

    started = time.process_time()
    index = VectorIndex(real.shape[1]).add(parts()).prepared()
    built = time.process_time() - started
    exact = VectorIndex(real.shape[1], index._blocks)
    queries = mixed(30, 99)
    memory = np.concatenate([block.halves for block in index._blocks]).view(np.uint64)
    stages = []
    chosen = np.sort(np.random.default_rng(5).permutation(count)[: count // 3] + 1)
    for name, allowed in (("no filter", None), ("a third allowed", chosen)):
        took = by_turns(
            rounds, time.perf_counter,
            ours=lambda allowed=allowed: [index.search(one, 10, allowed) for one in queries],
            peer=lambda allowed=allowed: [exact.search(one, 10, allowed) for one in queries],
            limit=lambda: [memory.max() for _ in range(3)],
        )  # fmt: skip
        milliseconds = {side: 1000 * seconds / len(queries) for side, seconds in took.items()}
        found = [
            len({i for i, _ in index.search(one, 10, allowed)} & {i for i, _ in exact.search(one, 10, allowed)})
            for one in queries
        ]
        quality = {"recall at 10": sum(found) / 10 / len(queries), "recall measured when built": index.status.recall}
        stages.append(
            Stage(
                f"meaning, {name}", f"{count:,} vectors, built in {built:.0f} processor seconds", "ms a query",
                milliseconds["ours"], milliseconds["peer"], milliseconds["peer"] / milliseconds["ours"],
                took["limit"] / 3 / (took["ours"] / len(queries)), quality,
            )
        )  # fmt: skip
    return stages


def words(texts: list[str], count: int, rounds: int) -> Stage:
    from analyzer.index.fulltext import search_words, subject_words
    from analyzer.store.database import Database

    sentences = [one for text in texts for one in re.split(r"(?<=[.!?])\s+", text) if len(one) > 8]
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        database = Database.create(Path(folder) / "feedback.db", bytes(32), {})
        with database.transaction() as connection:
            for number in range(1, count + 1):
                text = " ".join(chance.choices(sentences, k=chance.choice((1, 1, 2, 3))))
                row = (number, number.to_bytes(16, "big"), text, "en", b"")
                connection.execute("INSERT INTO texts VALUES(?, ?, ?, ?, ?)", row)
                connection.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (number, text))

        def every_match(question: str) -> list[int]:
            query = " OR ".join(f'"{word}"' for word in subject_words(question))
            sql = "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? ORDER BY 2 DESC, 1 LIMIT 200"
            return [row[0] for row in database.rows(sql, (query,))]

        def ours(question: str) -> list[int]:
            return [text_id for text_id, _ in search_words(database, question, 200)]

        slowest, same = {"ours": 0.0, "peer": 0.0}, 0
        for question in QUESTIONS:
            took = by_turns(
                rounds, time.perf_counter, ours=lambda q=question: ours(q), peer=lambda q=question: every_match(q)
            )  # fmt: skip
            slowest = {side: max(slowest[side], 1000 * seconds) for side, seconds in took.items()}
            same += len(set(ours(question)[:10]) & set(every_match(question)[:10]))
        database.close()
    return Stage(
        "words, slowest of the questions", f"{count:,} texts, {len(QUESTIONS)} questions", "ms a query",
        slowest["ours"], slowest["peer"], slowest["peer"] / slowest["ours"], None,
        {"same among the ten best": same / 10 / len(QUESTIONS)},
    )  # fmt: skip


def table(stages: list[Stage], facts: dict[str, object]) -> str:
    lines = [
        f"Measured {facts['at']} on {facts['processor']}, {facts['cores']} cores, load {facts['load_before']} before "
        f"and {facts['load_after']} after; medians of {facts['rounds']}.",
        "",
        "| stage | of | unit | product | peer | ratio | share of the limit | quality |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in stages:
        share = "–" if one.limit_share is None else f"{one.limit_share:.2f}"
        quality = "; ".join(f"{name} {value:.4g}" for name, value in one.quality.items()) or "–"
        figures = f"{one.ours:.4g} | {one.peer:.4g} | {one.ratio:.2f} | {share}"
        lines.append(f"| {one.name} | {one.of} | {one.unit} | {figures} | {quality} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=600, help="texts to embed and scrub")
    parser.add_argument("--vectors", type=int, default=200_000)
    parser.add_argument("--words", type=int, default=200_000, help="texts to search by words")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is missing: the comments to measure with")
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ":")
    facts: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="minutes"), "processor": model.split(":", 1)[1].strip(),
        "cores": len(os.sched_getaffinity(0)), "rounds": options.rounds, "load_before": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    texts = texts_of(max(options.texts, 4_000))
    first, vectors = embed(texts[: options.texts], options.rounds)
    stages = [first, scrub(texts[: options.texts], options.rounds)]
    stages += meaning(vectors, options.vectors, options.rounds)
    stages.append(words(texts, options.words, options.rounds))
    facts["load_after"] = round(os.getloadavg()[0], 1)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "bench.json").write_text(json.dumps({**facts, "stages": [asdict(one) for one in stages]}, indent=1))
    (options.out / "bench.md").write_text(table(stages, facts))
    print(table(stages, facts))


if __name__ == "__main__":
    main()

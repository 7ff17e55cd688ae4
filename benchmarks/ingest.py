"""Compare speed and memory of ingest with a plain chain that a user would write, in one run.

    .venv/bin/python benchmarks/ingest.py nhs            # all 7,908 rows
    .venv/bin/python benchmarks/ingest.py clothing 4000  # the first 4,000 rows

Plain chain: Presidio's AnalyzerEngine one text at a time, AnonymizerEngine, SentenceTransformer.encode, IndexFlatIP.
Both start cold in a process of their own; start-up (imports, model loading) is reported separately. Memory is the
largest sum of resident sizes over the process and its children. "Lost" counts characters that the plain chain masks as
a direct identifier (same types, same minimum score) and the product does not.
"""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
MODELS = Path(__file__).resolve().parents[1] / "models"
DIRECT = (
    "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS", "US_SSN",
    "US_ITIN", "US_PASSPORT",
    "US_DRIVER_LICENSE", "US_BANK_NUMBER", "UK_NHS", "UK_NINO", "ES_NIF", "CRYPTO", "MEDICAL_LICENSE",
)  # fmt: skip
SOURCES = {
    "nhs": ("nhs_survey/comments.csv", "FFT answer"),
    "clothing": ("clothing_reviews/reviews.csv.zip", "Review Text"),
}


def read(name: str, limit: int) -> list[dict[str, str]]:
    file = SHARED / SOURCES[name][0]
    data = file.read_bytes()
    if file.suffix == ".zip":
        archive = zipfile.ZipFile(file)
        data = archive.read(archive.namelist()[0])
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    return rows[:limit] if limit else rows


def plain(name: str, limit: int) -> None:
    started = time.perf_counter()
    os.environ["TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS"] = ""
    import faiss
    import numpy as np
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_anonymizer import AnonymizerEngine
    from sentence_transformers import SentenceTransformer

    models = [{"lang_code": "en", "model_name": str(MODELS / "en_core_web_sm")}]
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    analyzer, anonymizer = AnalyzerEngine(nlp_engine=engine), AnonymizerEngine()
    encoder = SentenceTransformer(str(MODELS / "all-MiniLM-L6-v2"), device="cpu")
    analyzer.analyze("warm up", "en")
    ready = time.perf_counter()
    texts = [row[SOURCES[name][1]] for row in read(name, limit) if row[SOURCES[name][1]].strip()]
    found = [analyzer.analyze(text, "en") for text in texts]
    scrubbed = [anonymizer.anonymize(text, results).text for text, results in zip(texts, found, strict=True)]
    scrub_done = time.perf_counter()
    vectors = encoder.encode(scrubbed, normalize_embeddings=True, show_progress_bar=False)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.asarray(vectors, dtype=np.float32))
    done = time.perf_counter()
    spans = [[[r.entity_type, r.start, r.end, r.score] for r in results] for results in found]
    Path(os.environ["SPANS"]).write_text(json.dumps([texts, spans]))
    report(len(texts), ready - started, done - ready, scrub_s=scrub_done - ready, embed_s=done - scrub_done)


def ours(name: str, limit: int) -> None:
    from analyzer.cli.main import main as command

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.csv"
        rows = read(name, limit)
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, fieldnames=[key or "row" for key in rows[0]])
            writer.writeheader()
            writer.writerows({key or "row": value for key, value in row.items()} for row in rows)
        os.environ["ANALYZER_WORKSPACE"] = f"{folder}/workspace"
        os.environ["ANALYZER_KEYS_DIR"] = f"{folder}/keys"
        command(["init"])
        started = time.perf_counter()
        command(["ingest", str(file)])
        texts = sum(1 for row in rows if row[SOURCES[name][1]].strip())
        report(texts, 0.0, time.perf_counter() - started)


def lost() -> None:
    from analyzer.privacy.detector import Detector, Rules
    from analyzer.privacy.engine import THRESHOLD
    from analyzer.privacy.findings import PERSON
    from analyzer.privacy.scrubber import Scrubber

    texts, spans = json.loads(Path(os.environ["SPANS"]).read_text())
    scrubber = Scrubber(Detector(Rules(MODELS / "en_core_web_sm", ("GB", "US", "CA", "FR", "DE", "ES", "NL", "IT"))))
    kinds = {*DIRECT, PERSON}
    masked = left = 0
    missing: dict[str, int] = {}
    for _text, theirs, mine in zip(texts, spans, scrubber.scrub(texts), strict=True):
        covered = {i for e in mine.entities for i in range(e.start, e.end)}
        for kind, start, end, score in theirs:
            if kind in kinds and score >= THRESHOLD:
                masked += end - start
                unmasked = sum(1 for i in range(start, end) if i not in covered)
                left += unmasked
                missing[kind] = missing.get(kind, 0) + bool(unmasked)
    print(
        json.dumps({"masked_by_plain": masked, "left_by_ours": left, "spans": {k: n for k, n in missing.items() if n}})
    )


def report(texts: int, start_up: float, work: float, **more: float) -> None:
    figures = {"texts": texts, "start_up_s": start_up, "work_s": work, "texts_per_s": texts / work, **more}
    print("RESULT " + json.dumps({key: round(value, 2) for key, value in figures.items()}))


def resident(root: int) -> int:
    children: dict[int, list[int]] = {}
    sizes: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            sizes[int(entry.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += sizes.get(pid, 0)
        waiting += children.get(pid, [])
    return total


def measured(mode: str, name: str, limit: int) -> dict[str, float]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__, name, str(limit), mode], stdout=subprocess.PIPE, text=True
    )
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    watcher.join()
    line = next(line for line in output.splitlines() if line.startswith(("RESULT ", "{")))
    return {**json.loads(line.removeprefix("RESULT ")), "peak_mb": round(peak / 1e6)}


def main() -> None:
    name, limit = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if len(sys.argv) > 3:
        {"plain": plain, "ours": ours, "lost": lambda *_: lost()}[sys.argv[3]](name, limit)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SPANS"] = f"{folder}/spans.json"
        theirs, mine = measured("plain", name, limit), measured("ours", name, limit)
        print("plain", theirs)
        print("ours ", mine, "(work includes start-up)")
        total = (theirs["start_up_s"] + theirs["work_s"]) / mine["work_s"]
        print(f"ratio of comments/s, whole run with start-up: {total:.2f}; plain without its start-up: "
              f"{theirs['work_s'] / mine['work_s']:.2f}")  # fmt: skip
        print("lost ", measured("lost", name, limit))


if __name__ == "__main__":
    main()

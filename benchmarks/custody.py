"""Time backup, verification, drill, erasure, log verification, change of the key, opening and restore.

    python benchmarks/custody.py [--comments 100000]

Comments are invented from real words and have random vectors; nothing is scrubbed or embedded, since no measured step
does either.
"""

import argparse
import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from analyzer.config import Settings
from analyzer.index import record_writer
from analyzer.index.feedback_table import NewRecord, StoredText
from analyzer.workspace import Workspace

WORDS = "the staff were kind and parking was full again so we waited an hour for a nurse who listened".split()
DIMENSION = 384
BATCH = 2_000


@contextmanager
def timed(what):
    started = time.perf_counter()
    yield
    print(f"{what:44} {time.perf_counter() - started:8.2f} s", flush=True)


def fill(workspace, count):
    """Store invented comments as an import does."""
    draw = np.random.default_rng(5)
    with workspace.collaborators.database.transaction() as connection:
        connection.execute("INSERT INTO imports(file, fingerprint, started) VALUES('made', randomblob(16), '2024')")
        connection.execute("INSERT INTO profiles(name) VALUES('made')")
    for start in range(0, count, BATCH):
        records = []
        for number in range(start, min(start + BATCH, count)):
            text = f"{' '.join(draw.choice(WORDS, 18))} {number}"
            vector = draw.standard_normal(DIMENSION).astype(np.float16).tobytes()
            digest = number.to_bytes(16, "big")
            records.append(
                NewRecord(f"R-{number}", StoredText(text, "en", vector), number, digest, f"r-{number // 3}", {})
            )
        with workspace.collaborators.database.transaction() as connection:
            record_writer.insert(connection, workspace.collaborators.table, 1, 1, records)
            workspace.collaborators.audit.append(connection, "import.batch", {"stored": len(records)})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comments", type=int, default=100_000)
    count = parser.parse_args().comments
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        settings = Settings(workspace=place / "w", keys_dir=place / "keys")
        workspace = Workspace.init(settings)
        with timed(f"fill with {count:,} comments (not measured)"):
            fill(workspace, count)
        with timed("backup create (written and read back)"):
            made = workspace.backups.create()
        print(f"{'size of the backup':44} {made.bytes / 1e6:8.1f} MB")
        with timed("backup verify"):
            assert workspace.backups.verify().ok
        with timed("backup drill (restored, every row compared)"):
            drill = workspace.backups.drill()
        assert (drill.ok, drill.content) == (True, made.content)
        with timed("erase a respondent with 3 comments"):
            found = workspace.erasure.erase(respondent="r-7")
        assert (found.records, found.copies_found) == (3, 0)
        with timed("audit verify"):
            assert workspace.audit.verify().ok
        with timed("change the key"):
            workspace.keys.change()
        with timed("open"):
            workspace = Workspace(settings)
        workspace.close()
        with timed("restore (and erase again what was erased)"):
            Workspace.restore(Path(made.path), settings)
        workspace = Workspace(settings)
        assert workspace.feedback.matching() == count - 3
        print(f"{'events in the log':44} {workspace.audit.verify().events:8,}")
        workspace.close()


if __name__ == "__main__":
    os.environ.setdefault("ANALYZER_MODELS_DIR", str(Path(__file__).resolve().parent.parent / "models"))
    main()

"""Measure the cost of the seal: imports and answers sealed and unsealed by turns in one run, and one system call.

    .venv/bin/python benchmarks/seal.py --rows 1500 --rounds 5 [--model NAME]

Each round makes a new workspace, imports rows of the NHS survey and asks one question, each by a command of its own;
times are of the whole process with its workers. Processor time is the better figure where other programs run. Run it on
an idle machine.
"""

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SOURCE = PROJECT.parent / "shared" / "data" / "nhs_survey" / "comments.csv"
ANALYZER = Path(sys.executable).with_name("analyzer")
QUESTION = "What do patients say about the staff?"
OPEN = ["--unsealed", "benchmark of the seal"]
CALLS = 300_000
SYSTEM_CALL = f"""
import os, sys, time
from analyzer.security.sandbox.egress import seal
if sys.argv[1] == "sealed":
    seal()
os.getppid()
best = min(next((time.perf_counter() - s) for s in [time.perf_counter()] if [os.getppid() for _ in range({CALLS})])
           for _ in range(5))
print(best / {CALLS} * 1e9)
"""


def timed(command: list[str], environ: dict[str, str]) -> tuple[float, float]:
    """Return seconds and processor seconds of a command with its child processes."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environ, check=True, capture_output=True)
    taken, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def one_round(folder: Path, file: Path, is_sealed: bool, environ: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Make a workspace, import and ask; return (seconds, processor seconds) of import and answer."""
    extra = [] if is_sealed else OPEN
    environ = environ | {"ANALYZER_WORKSPACE": str(folder / "w"), "ANALYZER_KEYS_DIR": str(folder / "k")}
    timed([ANALYZER, "init", *extra], environ)
    return {
        "import": timed([ANALYZER, "ingest", str(file), *extra], environ),
        "answer": timed([ANALYZER, "ask", QUESTION, *extra], environ),
    }


def system_call_ns(how: str) -> float:
    """Return the nanoseconds of one system call, best of five, in a process of its own."""
    command = [sys.executable, "-c", SYSTEM_CALL, how]
    return float(subprocess.run(command, check=True, capture_output=True, cwd=PROJECT).stdout)


def main() -> None:
    """Run the rounds and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", default="")
    options = parser.parse_args()
    environ = dict(os.environ) | ({"ANALYZER_ANSWERING_MODEL": options.model} if options.model else {})
    taken: dict[tuple[str, bool], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "comments.csv"
        with SOURCE.open(encoding="utf-8-sig", newline="") as source, file.open("w", newline="") as out:
            csv.writer(out).writerows(row for _, row in zip(range(options.rows + 1), csv.reader(source), strict=False))
        for number in range(options.rounds):
            for is_sealed in (True, False) if number % 2 else (False, True):
                place = Path(folder) / f"{number}-{is_sealed}"
                place.mkdir()
                for name, seconds in one_round(place, file, is_sealed, environ).items():
                    taken.setdefault((name, is_sealed), []).append(seconds)
                    print(f"round {number} {'sealed' if is_sealed else 'open  '} {name}: {seconds[0]:.2f} s, "
                          f"{seconds[1]:.2f} processor s", flush=True)  # fmt: skip
    for name in ("import", "answer"):
        for place, unit in enumerate(("seconds", "processor seconds")):
            ratios = [s[place] / o[place] for s, o in zip(taken[name, True], taken[name, False], strict=True)]
            print(f"{name}, {unit}: sealed / open = {statistics.median(ratios):.4f} "
                  f"(from {min(ratios):.3f} to {max(ratios):.3f} over {len(ratios)} rounds)")  # fmt: skip
    sealed, open_ = (system_call_ns(how) for how in ("sealed", "open"))
    print(f"one system call (getppid): {open_:.0f} ns open, {sealed:.0f} ns sealed")


if __name__ == "__main__":
    main()

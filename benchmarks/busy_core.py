"""Measure calls of the answering model on an idle machine and beside one busy core, in turns.

    python benchmarks/busy_core.py [--rounds 3] [--threads 0]

Reported: median seconds of a call (five comments read, one sentence written) idle and beside a process that computes
without pause, and their ratio. --threads 2 takes two threads whatever the load.
"""

import argparse
import multiprocessing
import statistics
import time

from analyzer.answers.generation import GRAMMAR, TOKENS_PER_CLAIM
from analyzer.config import load_settings
from analyzer.models.catalog import load_catalog, locate
from analyzer.models.llm import AnsweringModel, Message

COMMENTS = (
    "We waited over an hour for someone to answer the call", "Told to call back after waiting 50 minutes",
    "I waited three hours to get my call answered", "The wait on the phone was over two hours",
    "Waiting time on hold to get through to speak to someone was far too long",
)  # fmt: skip
PROMPT = [
    Message("system", "You report what customers wrote in one short sentence."),
    Message("user", "Excerpts:\n" + "\n".join(f"- {one}" for one in COMMENTS) + "\n\nOne sentence:"),
]


def spin() -> None:
    while True:
        sum(range(10_000))


def seconds(model: AnsweringModel) -> float:
    started = time.monotonic()
    model.complete(PROMPT, GRAMMAR, TOKENS_PER_CLAIM)
    return time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are idle cores")
    options = parser.parse_args()
    settings = load_settings()
    found = load_catalog(settings.models_dir).get(settings.answering_model)
    model = AnsweringModel(locate(settings.models_dir, found), threads=options.threads)
    seconds(model)
    idle, beside = list[float](), list[float]()
    for _ in range(options.rounds):
        idle.append(seconds(model))
        other = multiprocessing.get_context("spawn").Process(target=spin, daemon=True)
        other.start()
        time.sleep(1.0)
        beside.append(seconds(model))
        other.kill()
        other.join()
        time.sleep(1.0)
    print(f"idle {statistics.median(idle):.2f} s; beside a busy core {statistics.median(beside):.2f} s; "
          f"{statistics.median(beside) / statistics.median(idle):.2f} times")  # fmt: skip


if __name__ == "__main__":
    main()

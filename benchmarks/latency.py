"""Measure latency: help, first and later answers, searches, and the page.

    .venv/bin/python benchmarks/latency.py WORKSPACE

WORKSPACE is a workspace with imported feedback. Run it on an idle machine.
"""

import os
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

QUESTIONS = (
    "What do people say about waiting times?",
    "What do people say about the food?",
    "What do people say about staff attitude?",
    "What do people say about getting appointments?",
    "What do people say about the ambulance crew?",
    "What do people say about being kept informed?",
    "What are the top complaints?",
    "Why are people unhappy?",
    "How many people mention medication?",
    "Average sentiment by service",
    "Is communication getting worse?",
    "Show me comments about transport",
    "What do people say about the loyalty card?",
)
ANALYZER = Path(sys.executable).with_name("analyzer")
PORT = 8597


def seconds(action: object, times: int = 1) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        action()  # type: ignore[operator]
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def page_ready() -> tuple[float, float]:
    """Return the seconds until the server answers, and from then until a cold Chromium shows the question box."""
    started = time.perf_counter()
    server = subprocess.Popen([ANALYZER, "serve", "--port", str(PORT)], stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=1):
                    answers = time.perf_counter() - started
                    return answers, question_box()
            except OSError:
                if time.perf_counter() - started > 60:
                    raise SystemExit("the page did not start within 60 s") from None
                time.sleep(0.05)
    finally:
        server.terminate()
        server.wait()


def question_box() -> float:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        page = driver.chromium.launch(executable_path="/usr/bin/chromium", args=flags).new_page()
        started = time.perf_counter()
        page.goto(f"http://127.0.0.1:{PORT}/")
        page.get_by_label("Question", exact=True).wait_for()
        return time.perf_counter() - started


def timed(workspace, question):
    """Return the seconds until plan and figures, until the first checked sentence, and until the whole answer."""
    from analyzer.answers.progress_listener import ProgressListener

    class Clock(ProgressListener):
        figures = claim = None

        def on_figures(self, _):
            self.figures = self.figures or time.perf_counter() - started

        def on_claim(self, _):
            self.claim = self.claim or time.perf_counter() - started

    clock, started = Clock(), time.perf_counter()
    answer = workspace.ask(question, listener=clock)
    whole = time.perf_counter() - started
    print(f"  {whole:6.2f} s  {answer.status} ({answer.plan.task}): {question}\n{answer.text}\n")
    return clock.figures, clock.claim, whole


def main() -> None:
    os.environ["ANALYZER_WORKSPACE"] = sys.argv[1]
    help_s = seconds(lambda: subprocess.run([ANALYZER, "--help"], capture_output=True), 5)
    print(f"analyzer --help            {help_s:6.2f} s")
    answers, shown = page_ready()
    print(f"server answers             {answers:6.2f} s after `analyzer serve`")
    print(f"question box visible       {shown:6.2f} s after opening the page")
    started = time.perf_counter()
    from analyzer.workspace import Workspace

    workspace = Workspace.open()
    workspace.ask(QUESTIONS[0])
    print(f"first answer after start   {time.perf_counter() - started:6.2f} s")
    rows = [timed(workspace, question) for question in QUESTIONS[1:]]
    for title, place in (("plan and figures", 0), ("first checked sentence", 1), ("whole answer", 2)):
        taken = [row[place] for row in rows if row[place] is not None]
        print(f"{title:26} {statistics.median(taken):6.2f} s median of {len(taken)}, {max(taken):.2f} s at most")
    print(
        f"search, median of 20       {seconds(lambda: workspace.search('waiting time', limit=10), 20) * 1000:6.1f} ms"
    )


if __name__ == "__main__":
    main()

"""Run the same work with two checkouts, by turns in one run; print medians, ratios, and whether results are identical.

    .venv/bin/python benchmarks/compare_versions.py --before DIR [--after DIR] [--rounds 3] [--rows 2000]

DIR is the root of a checkout, made for instance with `git worktree add --detach DIR COMMIT`. Every run is a fresh
process of this Python with PYTHONPATH set to the checkout and a fresh workspace. Steps: import the package; init;
ingest examples/feedback.csv of this checkout and the first rows of --file; one search (loads the embedding model);
50 searches; 3 questions; themes build without names. The order of the two versions changes from round to round.

Seconds are wall time. Processor seconds count the process and the child processes that ended within the step; they are
the better figure where other programs run. Results are compared by SHA-256 over all rounds: ingest reports without
seconds and notes; ids and scores of hits; status, text, claims and figures of answers; ids, sizes and labels of themes.
--differences lists the values that differ. Versions may by intent treat a second file with other columns differently
(one that keeps the roles of columns counts its ratings too); --no-example compares a workspace of one file.
"""

import argparse
import csv
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
EXAMPLE = PROJECT / "examples" / "feedback.csv"
SOURCE = PROJECT.parent / "shared" / "data" / "nhs_survey" / "comments.csv"
SMALL_MODEL = "smollm2-135m-instruct-q4_1"
CATALOG = "catalog.toml"
SUBJECTS = ("delivery", "staff", "price", "app", "appointment", "food", "parking", "website", "refund", "waiting room")
SHAPES = ("late {}", "friendly {}", "problem with the {}", "the {} was excellent", "nobody told me about the {}")
QUERIES = tuple(shape.format(subject) for shape in SHAPES for subject in SUBJECTS)
QUESTIONS = (
    "What do people say about the staff?",
    "How many people mention waiting?",
    "What are the top complaints?",
)
ASK = "3 questions"
SHOWN = 160
"""Characters shown of a value that differs."""
MOST_SHOWN = 20
"""Differences listed for a step."""
TOTAL = "total"


class Steps:
    """Times the steps of one run and keeps what each returned, as plain values."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.processor_seconds: dict[str, float] = {}
        self.results: dict[str, Any] = {}

    def run(self, name: str, work: Callable[[], Any], result: Callable[[Any], Any] | None = None) -> Any:
        """Run a step; `result` turns what it returned into plain values to compare."""
        started, worked = time.perf_counter(), _processor_seconds()
        returned = work()
        self.seconds[name] = time.perf_counter() - started
        self.processor_seconds[name] = _processor_seconds() - worked
        if result:
            self.results[name] = result(returned)
        return returned


def _processor_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def work(options: argparse.Namespace) -> None:
    """Run all steps with the package of a checkout, in this process; write times and results as JSON."""
    checkout, file, steps = options.work, options.file, Steps()
    workspace_class = steps.run("import the package", _import_workspace)
    package = Path(sys.modules["analyzer"].__file__ or "").resolve().parent
    if package != checkout / "analyzer":
        raise SystemExit(f"{package} was imported instead of the package of {checkout}; unset PYTHONPATH and try again")
    _use_one_key()
    workspace = steps.run("init", workspace_class.init)
    if not options.no_example:
        steps.run("ingest feedback.csv", lambda: workspace.ingest([EXAMPLE]), report_values)
    steps.run(f"ingest {file.name}", lambda: workspace.ingest([file]), report_values)
    steps.run("first search", lambda: workspace.search("long wait"), hit_values)
    steps.run(
        f"{len(QUERIES)} searches",
        lambda: [workspace.search(query) for query in QUERIES],
        lambda results: [hit_values(one) for one in results],
    )
    if not options.no_questions:
        steps.run(
            ASK,
            lambda: [workspace.ask(question) for question in QUESTIONS],
            lambda answers: [answer_values(one) for one in answers],
        )
    has_services = hasattr(workspace, "themes")
    build = workspace.themes.build if has_services else workspace.themes_build
    list_themes = workspace.themes.list if has_services else workspace.themes_list
    steps.run("themes build", lambda: build(names=False) and list_themes(), theme_values)
    workspace.close()
    steps.seconds[TOTAL] = sum(steps.seconds.values())
    steps.processor_seconds[TOTAL] = sum(steps.processor_seconds.values())
    written = {"seconds": steps.seconds, "processor_seconds": steps.processor_seconds, "results": steps.results}
    options.output.write_text(json.dumps(written, default=str), encoding="utf-8")


def _import_workspace() -> Any:
    from analyzer.workspace import Workspace

    return Workspace


def _use_one_key() -> None:
    """Give every workspace the same key: ids of records are HMACs with it, and ties are sorted by id."""
    from analyzer.security import keys

    keys.new_key = lambda: bytes(range(32))


def report_values(report: Any) -> dict[str, Any]:
    """Return an ingest report without its seconds and its notes, which are prose."""
    return {name: value for name, value in asdict(report).items() if name not in ("seconds", "notes")}


def hit_values(found: Any) -> list[Any]:
    """Return ids and scores of hits, and how many records were searched."""
    return [found.among, [(hit.id, hit.score) for hit in found.hits]]


def answer_values(answer: Any) -> dict[str, Any]:
    """Return what a reader sees of an answer, without its receipt."""
    claims = [
        (claim.text, [(one.id, one.quote, one.start, one.end) for one in claim.citations]) for claim in answer.claims
    ]
    return {
        "status": answer.status,
        "text": answer.text,
        "claims": claims,
        "numbers": [(one.name, one.value, one.of, one.low, one.high) for one in answer.numbers],
        "table": answer.table and asdict(answer.table),
        "count": answer.count and [answer.count.estimate, answer.count.low, answer.count.high],
        "cut": answer.cut,
    }


def theme_values(listed: Any) -> list[Any]:
    """Return ids, groups, labels, keywords and sizes of themes, and the coverage."""
    themes = [(one.id, one.parent, one.label, one.keywords, one.size, one.opinions) for one in listed.themes]
    return [listed.coverage, themes]


def models_of(checkout: Path, models: Path, folder: Path) -> Path:
    """Make a models folder of links to the models, with the checkout's catalog where that lies beside the models."""
    folder.mkdir()
    for one in models.iterdir():
        if one.name != CATALOG:
            (folder / one.name).symlink_to(one.resolve())
    if (catalog := checkout / "models" / CATALOG).is_file():
        (folder / CATALOG).write_bytes(catalog.read_bytes())
    return folder


def run_once(checkout: Path, options: argparse.Namespace, folder: Path, file: Path) -> dict[str, dict[str, Any]]:
    """Run the work with one checkout in a fresh process; return its times and results."""
    folder.mkdir()
    own = {
        "PYTHONPATH": str(checkout),
        "ANALYZER_WORKSPACE": str(folder / "workspace"),
        "ANALYZER_KEYS_DIR": str(folder / "keys"),
        "ANALYZER_MODELS_DIR": str(models_of(checkout, options.models, folder / "models")),
    }
    if options.answering_model:
        own["ANALYZER_ANSWERING_MODEL"] = options.answering_model
    output = folder / "result.json"
    command = [sys.executable, __file__, "--work", str(checkout), "--file", str(file), "--output", str(output)]
    command += ["--no-questions"] if options.no_questions else []
    command += ["--no-example"] if options.no_example else []
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANALYZER_")} | own
    done = subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True)
    if done.returncode or not output.is_file():
        raise SystemExit(f"the run with {checkout} failed:\n{done.stderr[-3000:]}")
    return dict(json.loads(output.read_text(encoding="utf-8")))


def cut_file(source: Path, target: Path, rows: int) -> Path:
    """Write the header and the first rows of a CSV file."""
    with source.open(encoding="utf-8-sig", newline="") as stream, target.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(row for _, row in zip(range(rows + 1), csv.reader(stream), strict=False))
    return target


def digest(run: dict[str, Any], name: str) -> str:
    """Return the SHA-256 of what a step returned; empty where nothing is compared."""
    if name not in run["results"]:
        return ""
    return hashlib.sha256(json.dumps(run["results"][name], sort_keys=True).encode()).hexdigest()


def identical(name: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> str:
    """Return whether all rounds of both versions gave the same result in a step; "–" where nothing is compared."""
    first, second = ({digest(run, name) for run in runs} for runs in (before, after))
    if "" in first | second:
        return "–"
    if len(first) > 1 or len(second) > 1:
        return "NO, and not from round to round either"
    return "yes" if first == second else "NO"


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield "path: before -> after" for every value that differs, shortened."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key), after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        for number in range(max(len(before), len(after))):
            pair = (one[number] if number < len(one) else None for one in (before, after))
            yield from differences(*pair, f"{path}[{number}]")
    elif before != after:
        yield f"{path}: {str(before)[:SHOWN]!r} -> {str(after)[:SHOWN]!r}"


def table(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    """Return the lines of the table: medians, ratios of medians, and whether results are identical."""
    lines = [
        f"{'step':24} {'before s':>9} {'after s':>9} {'after/before':>13} {'processor s':>20} {'after/before':>13}"
        "  identical"
    ]
    for name in before[0]["seconds"]:
        medians = {
            (kind, number): statistics.median(run[kind][name] for run in runs)
            for kind in ("seconds", "processor_seconds")
            for number, runs in enumerate((before, after))
        }
        wall, worked = ([medians[kind, number] for number in (0, 1)] for kind in ("seconds", "processor_seconds"))
        lines.append(
            f"{name[:24]:24} {wall[0]:9.2f} {wall[1]:9.2f} {_ratio(wall):>13} {worked[0]:9.2f} {worked[1]:10.2f} "
            f"{_ratio(worked):>13}  {identical(name, before, after)}"
        )
    return lines


def _ratio(pair: list[float]) -> str:
    return f"{pair[1] / pair[0]:.3f}" if pair[0] > 0 else "–"


def choose_model(options: argparse.Namespace) -> None:
    """Use the small test model where it is present, else the default one, else leave the questions out."""
    if options.answering_model or any(options.models.glob(f"{SMALL_MODEL}*")):
        options.answering_model = options.answering_model or SMALL_MODEL
    elif not any(options.models.glob("*.gguf")):
        print(f"{options.models} has no answering model: questions are left out")
        options.no_questions = True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=Path, metavar="DIR", help="the earlier checkout")
    parser.add_argument("--after", type=Path, default=PROJECT, metavar="DIR", help="the later one; default: this one")
    parser.add_argument("--models", type=Path, default=PROJECT / "models", metavar="DIR", help="folder of the models")
    parser.add_argument("--file", type=Path, default=SOURCE, help="a CSV file; default: the NHS survey of ../shared")
    parser.add_argument("--rows", type=int, default=2_000, help="rows of it; default: 2000")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each version; default: 3")
    parser.add_argument("--answering-model", default="", metavar="NAME", help=f"default: {SMALL_MODEL} if present")
    parser.add_argument("--no-example", action="store_true", help="ingest --file alone, without examples/feedback.csv")
    parser.add_argument("--no-questions", action="store_true", help="leave the questions out")
    parser.add_argument("--differences", action="store_true", help="list the values that differ (may show comments)")
    parser.add_argument("--work", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options)
        return
    if options.before is None or options.rounds < 1:
        parser.error("--before DIR is needed, and --rounds from 1")
    options.before, options.after, options.models = (
        path.resolve() for path in (options.before, options.after, options.models)
    )
    for checkout in (options.before, options.after):
        if not (checkout / "analyzer" / "workspace.py").is_file():
            parser.error(f"{checkout} is not a checkout: it has no analyzer/workspace.py")
    if not options.file.is_file():
        parser.error(f"{options.file} is not here; name a CSV file with --file")
    choose_model(options)
    for checkout in (options.before, options.after):  # else the first run alone would compile the modules
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(checkout / "analyzer")], check=True)
    runs: dict[str, list[dict[str, Any]]] = {"before": [], "after": []}
    with tempfile.TemporaryDirectory(prefix="analyzer-compare-") as place:
        file = cut_file(options.file, Path(place) / f"first-{options.rows}.csv", options.rows)
        for number in range(options.rounds):
            for version in ("after", "before") if number % 2 else ("before", "after"):
                folder = Path(place) / f"{number}-{version}"
                runs[version].append(run_once(getattr(options, version), options, folder, file))
                print(f"round {number + 1}, {version}: {runs[version][-1]['seconds'][TOTAL]:.1f} s", flush=True)
    print(f"\n{options.rounds} rounds; before: {options.before}, after: {options.after}")
    print(*table(runs["before"], runs["after"]), sep="\n")
    if options.differences:
        first, second = (runs[version][0]["results"] for version in ("before", "after"))
        print("\ndifferences in the first round, before -> after:")
        for name in first:
            found = list(differences(first[name], second.get(name), name))
            print(*found[:MOST_SHOWN], sep="\n", end="\n" if found else "")
            if len(found) > MOST_SHOWN:
                print(f"… and {len(found) - MOST_SHOWN} more in: {name}")


if __name__ == "__main__":
    main()

"""Damaged files, random filters, plans, links and arguments: each ends in a result or in one line of the product.

`python tests/fuzzing.py SUBJECT COUNT [FIRST]` prints the full figure; tests/test_fuzzing.py runs a few of each. The
cases run in a child process, so that a crash or an endless loop of native code is a finding too, with the number that
makes the case again.
"""

import argparse
import contextlib
import gzip
import io
import json
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

LIMIT_S = 5.0
"""Processor seconds allowed for a case."""
HANGING_S = 300.0
"""Seconds of wall clock after which a case without an end is killed: other work may hold the machine."""
PREPARING_S = 900.0
"""The same for making the sound files or the workspace of a run."""

READY = "ready"

Case = Callable[[int], object]
"""Runs the case of a number; raises what the product does not expect."""


@dataclass(slots=True)
class Outcome:
    """What a run found.

    Attributes:
        cases: number of cases run.
        refused: cases that ended in an error of the product.
        uncaught: number and error of cases that ended in any other error, or with the process.
        slow: number and processor seconds of cases over the limit.
    """

    cases: int = 0
    refused: int = 0
    uncaught: list[tuple[int, str]] = field(default_factory=list)
    slow: list[tuple[int, float]] = field(default_factory=list)


def fuzz(subject: str, count: int, first: int = 0) -> Outcome:
    """Run the cases first … first + count - 1 of a subject: files, filters, plans, links or arguments."""
    outcome, number, end = Outcome(), first, first + count
    while number < end:
        number = _run_child(subject, number, end, outcome)
    return outcome


def _run_child(subject: str, first: int, end: int, outcome: Outcome) -> int:
    """Run cases in a child process; return the number of the first case that is still to run."""
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(subject, first, end, theirs), daemon=True)
    child.start()
    theirs.close()
    number = first
    try:
        is_ready = ours.poll(PREPARING_S) and ours.recv() == READY
    except EOFError:
        is_ready = False
    if not is_ready:
        child.kill()
        raise RuntimeError(f"{subject}: the cases could not be prepared")
    try:
        while number < end:
            if not ours.poll(HANGING_S):
                outcome.slow.append((number, HANGING_S))
                child.kill()
                outcome.cases += 1
                return number + 1
            number, refused, error, seconds = ours.recv()
            outcome.cases += 1
            outcome.refused += refused
            if error:
                outcome.uncaught.append((number, error))
            if seconds > LIMIT_S:
                outcome.slow.append((number, round(seconds, 1)))
            number += 1
    except EOFError:
        child.join()
        outcome.cases += 1
        outcome.uncaught.append((number, f"the process ended with {child.exitcode}"))
        return number + 1
    finally:
        child.join(HANGING_S)
        ours.close()
    return number


def _child(subject: str, first: int, end: int, reports: Connection) -> None:
    from analyzer.errors import AnalyzerError

    silent = os.open(os.devnull, os.O_RDWR)
    os.dup2(silent, 0)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    with tempfile.TemporaryDirectory() as folder, SUBJECTS[subject](Path(folder)) as case:
        reports.send(READY)
        for number in range(first, end):
            refused, error, start = False, "", time.process_time()
            try:
                case(number)
            except AnalyzerError as expected:
                refused = True
                error = "" if str(expected) else f"{type(expected).__name__} without a word"
            except BaseException as unexpected:  # noqa: BLE001 - panics of Rust are no Exception
                where = traceback.extract_tb(unexpected.__traceback__)[-1]
                error = f"{type(unexpected).__name__}: {unexpected} ({Path(where.filename).name}:{where.lineno})"[:300]
            reports.send((number, refused, error, time.process_time() - start))


def sound_files(folder: Path) -> dict[str, bytes]:
    """Return one sound file of each format by its suffix: text, JSON, Parquet, SPSS, workbooks, and packed text."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    import pyreadstat
    from ingest.old_workbooks import old_workbook
    from openpyxl import Workbook

    rows = [
        {"id": f"C-{n}", "comment": f"Kaffee {n} “kalt”,\nsagt sie", "rating": n % 5, "on": f"2024-01-{1 + n % 28}"}
        for n in range(60)
    ]  # fmt: skip
    text = pd.DataFrame(rows).to_csv(index=False).encode()
    book, sheet = Workbook(), io.BytesIO()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(sheet)
    parquet, packed = io.BytesIO(), io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), parquet)
    pyreadstat.write_sav(pd.DataFrame(rows), str(folder / "sound.sav"), row_compress=False)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
        archive.writestr("b.csv", text)
    return {
        ".csv": text,
        ".jsonl": "\n".join(json.dumps(row) for row in rows).encode(),
        ".json": json.dumps({"data": rows}).encode(),
        ".xlsx": sheet.getvalue(),
        ".xls": old_workbook([list(rows[0]), *(list(row.values()) for row in rows)]),
        ".ods": _ods(rows),
        ".parquet": parquet.getvalue(),
        ".sav": (folder / "sound.sav").read_bytes(),
        ".zip": packed.getvalue(),
        ".csv.gz": gzip.compress(text),
    }


def _ods(rows: Sequence[dict[str, object]]) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    lines = [list(rows[0]), *(list(map(str, row.values())) for row in rows)]
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in line
        )
        + "</table:table-row>"
        for line in lines
    )
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{office}office:1.0" '
        f'xmlns:table="{office}table:1.0" xmlns:text="{office}text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        entry = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{office}manifest:1.0">{entry.format("/", kind)}'
            f"{entry.format('content.xml', 'text/xml')}</manifest:manifest>",
        )
    return held.getvalue()


def damaged(sound: bytes, chance: random.Random) -> bytes:
    """Return bytes with one to four defects; half of them near the end, where archives keep their directory."""
    data = sound
    for _ in range(chance.choice((1, 1, 2, 4))):
        near_end = chance.random() < 0.3
        at = max(0, len(data) - chance.randrange(1, 200)) if near_end else chance.randrange(max(1, len(data)))
        size = chance.choice((1, 1, 2, 4, 16, 400))
        before, hit, after = data[:at], data[at : at + size], data[at + size :]
        defects = (
            before + chance.randbytes(len(hit)) + after,
            before + bytes(len(hit)) + after,
            before,
            before + after,
            before + hit * chance.choice((2, 4, 50)) + after,
            before + chance.randbytes(size) + hit + after,
            before + chance.choice(_NUMBERS) + data[at + 4 :],
            before + bytes([hit[0] ^ (1 << chance.randrange(8))] if hit else [0]) + data[at + 1 :],
        )
        data = chance.choice(defects)
    return data


_NUMBERS = (b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\1\0\0\0", b"\xff\xff\xff\x7f")
"""Lengths and offsets of four bytes that lead too far."""


@contextmanager
def _files(folder: Path) -> Iterator[Case]:
    from analyzer.errors import AnalyzerError
    from analyzer.ingest.readers.open_file import find_files, open_table

    sound = sound_files(folder)
    names = sorted(sound)

    def read(number: int) -> None:
        chance = random.Random(number)
        suffix = names[number % len(names)]
        file = folder / f"damaged{suffix}"
        file.write_bytes(damaged(sound[suffix], chance))
        refused: AnalyzerError | None = None
        for path in find_files([file]):
            try:
                table = open_table(path)
                for _ in range(2):
                    for _row in table.rows():
                        pass
                str(table.notes)
            except AnalyzerError as error:
                refused = error
        if refused is not None:
            raise refused

    yield read


WORDS = (
    "rating channel date comment id text question language dataset and or not in is empty contains ( ) , = != < <= > "
    ">= \" ' \\ % * ; -- 0 1 2.5 1e999 nan inf -1 2024 2024-13-45 2024-Q1 2024-02-30 2024-01-01T99:99 app email \u0130 "
    "ß \0 \n \ud800 🙂 \u202e x' OR 1=1 'a\\' \"unfinished 99999999999999999999 last month Montag "
    "2024-W60 0000-00-00 9999-12-31"
).split(" ")


def _expression(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return " ".join(chance.choices(WORDS, k=chance.randrange(1, 12)))
    shape = chance.choice(('{}{}"{}"', "{} {} {}", "{} in ({}, {})", "not ({}{}{})", "{} is not empty or {} {}"))
    text = shape.format(chance.choice(WORDS[:9]), chance.choice(WORDS[:24]), chance.choice(WORDS))
    return text if chance.random() < 0.7 else f"({text}) and " * chance.randrange(1, 60) + text


@contextmanager
def _workspace(folder: Path) -> Iterator[Any]:
    from topics import imported, rows

    workspace = imported(folder, rows(6))
    try:
        yield workspace
    finally:
        workspace.close()


@contextmanager
def _filters(folder: Path) -> Iterator[Case]:
    from analyzer.counting.tables import Wanted
    from analyzer.counting.types import Measure

    with _workspace(folder) as workspace:

        def select(number: int) -> None:
            chance = random.Random(number)
            where, by = _expression(chance), chance.choice(("", "rating", "channel", "date", chance.choice(WORDS)))
            match number % 3:
                case 0:
                    workspace.count("", where, by)
                case 1:
                    workspace.search(chance.choice(("parcel", chance.choice(WORDS))), where)
                case _:
                    workspace.counts.table(
                        Wanted(measure=chance.choice(list(Measure)), by=by, column=chance.choice(("", "rating"))), where
                    )

        yield select


@contextmanager
def _plans(folder: Path) -> Iterator[Case]:
    from analyzer.answers.types import Measure, Plan, Task

    with _workspace(folder) as workspace:

        def ask(number: int) -> None:
            chance = random.Random(number)
            words = " ".join(chance.choices((*WORDS, "parcel", "soup", "how many", "why", "most"), k=6))
            plan = Plan(
                chance.choice(list(Task)),
                subject=chance.choice(("", "parcel", words)),
                where=chance.choice(("", _expression(chance))),
                by=chance.choice(("", "channel", "date", chance.choice(WORDS))),
                period=chance.choice(("", "month", "week", "quarter", chance.choice(WORDS))),
                measure=chance.choice(list(Measure)),
                column=chance.choice(("", "rating", chance.choice(WORDS))),
                stance=chance.choice(("", "negative", chance.choice(WORDS))),
                excluded=chance.choice(((), ("parcel", words))),
            )
            workspace.ask(
                words if chance.random() < 0.8 else chance.choice(WORDS), plan=chance.choice((plan, plan, None))
            )

        yield ask


@contextmanager
def _links(_folder: Path) -> Iterator[Case]:
    from analyzer.privacy.link_audit import audit_link, product_of
    from analyzer.privacy.urls import find_urls, scrub_url

    pieces = (
        "https://", "http:", "//", "www.", "mailto:", "survey.example", "[::1", "]", ":99999", "user:pw@", "?",
        "&", "#", "=", "email=ann%40mail.example", "%", "%25%25", "%ff%fe", "%00", "eyJhbGciOiJIUzI1NiJ9.e30",
        "a" * 300, "?a=?b=?c=", "\ud800", "\u202e", "xn--", "xn--\u00e9", "//[", "https://[", "data:,", "&#64;",
        "q=https%3A%2F%2Fx.example%2F%3Fe%3D", "ß.de", "。", "\uff0e", "..", "/../", ";", "\\", " ", "\n", "{",
        "}", "YW5uQG1haWwuZXhhbXBsZQ==", "0x7f.1", "٣", "²",
    )  # fmt: skip

    def audit(number: int) -> None:
        chance = random.Random(number)
        link = "".join(chance.choices(pieces, k=chance.randrange(1, 9)))
        link = chance.choice((link, f"https://survey.example/{link}", f"https://survey.example/?{link}"))
        for start, end in find_urls(link):
            scrub_url(link[start:end])
        scrub_url(link)
        audit_link(link)
        product_of(link)

    yield audit


APART = frozenset("serve mcp cluster worker watch models offline evaluate".split())
"""Commands that start a server, fetch models or run for minutes."""


def _command_line(parser: argparse.ArgumentParser, chance: random.Random) -> list[str]:
    """Return arguments along a path of subcommands, with some of their options; values are mostly wrong."""
    words: list[str] = []
    while True:
        groups = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
        if not groups:
            break
        words.append(chance.choice(sorted(set(groups[0].choices) - APART)))
        parser = groups[0].choices[words[-1]]
    for action in parser._actions:
        if action.option_strings and (action.required or chance.random() < 0.25):
            words.append(chance.choice(action.option_strings))
        elif action.option_strings or (action.nargs in {"?", "*"} and chance.random() < 0.5):
            continue
        if action.nargs != 0:
            words += [_value(action, chance) for _ in range(chance.choice((1, 1, 1, 2, 0)))]
    return words


def _value(action: argparse.Action, chance: random.Random) -> str:
    if action.choices and chance.random() < 0.8:
        return chance.choice(sorted(map(str, action.choices)))
    word = chance.choice(
        ("", "1", "3", "C-101", "feedback.csv", "rating=rating", "/nowhere/x", "-", ".", "rating", "2024-01")
    )
    return word if chance.random() < 0.6 else chance.choice((*WORDS, _expression(chance))).replace("\0", "")


@contextmanager
def _arguments(folder: Path) -> Iterator[Case]:
    import conftest  # noqa: F401 - stands in for the seal
    from fakes import FakeDetector, FakeModels, FakeWorkspace

    from analyzer import workspace as module
    from analyzer.cli import main
    from analyzer.errors import AnalyzerError
    from analyzer.privacy import detector

    class Scripted(FakeWorkspace):
        def __init__(self, settings: Any, actor: str = "owner", models: Any = None, **session: Any) -> None:
            super().__init__(settings, actor, models or FakeModels(settings.models_dir), **session)

    with _workspace(folder) as held:
        held.close()
    module.Workspace = Scripted  # type: ignore[misc]
    detector.Detector = lambda *_: FakeDetector()  # type: ignore[misc,assignment]
    os.environ |= {"ANALYZER_WORKSPACE": str(held.settings.workspace), "ANALYZER_KEYS_DIR": str(held.settings.keys_dir)}
    os.chdir(folder)
    parser = main._parser()

    def run(number: int) -> None:
        arguments = _command_line(parser, random.Random(number))
        said = io.StringIO()
        code: object = 0
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            try:
                code = main.main(arguments)
            except SystemExit as end:
                code = end.code
        if code == main.MISUSED or said.getvalue().startswith("analyzer: "):
            raise AnalyzerError("refused")

    yield run


SUBJECTS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Case]]] = {
    "files": _files,
    "filters": _filters,
    "plans": _plans,
    "links": _links,
    "arguments": _arguments,
}


def _report(subject: str, outcome: Outcome) -> None:
    said = [
        f"{subject}: {outcome.cases:,} cases, {outcome.refused:,} refused in one line, "
        f"{len(outcome.uncaught):,} uncaught, {len(outcome.slow):,} over {LIMIT_S:g} s"
    ]
    said += [f"  case {number}: {what}" for number, what in (*outcome.uncaught[:40], *outcome.slow[:10])]
    sys.stdout.write("\n".join(said) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    _report(sys.argv[1], fuzz(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0))

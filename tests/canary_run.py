"""Import canaries with the program's own command line, use the workspace, and gather all that was written, said, shown.

The store, the keys, the readers, the scrubber and the gate are real; the embedding and the answering model are fakes.
Whatever else the program learns to write or to show (exports, themes, backups) is to be added to Run.use.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field, replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from canaries import MAPPING, TEXTS
from fakes import OPEN_DOOR, FakeLLM, FakeModels, FakeWorkspace, write_csv
from google.protobuf import text_format
from sightings import WORD, Haystack, folded
from watching import logged, opened_to_write, printed

from analyzer import workspace
from analyzer.cli import main
from analyzer.config import PROJECT
from analyzer.ingest.service import processor as real_processor
from analyzer.privacy.detector import Detector, Rules

SHARED_MEMORY = Path("/dev/shm")
PLACES = (
    "store", "vector cache", "files of the workspace", "files elsewhere", "scrubbed copies", "output", "log", "results",
    "prompts", "page", "themes and reports",
)  # fmt: skip
QUERIES = (
    "my name is", "j'ai parlé", "Geburtsdatum", "correo electrónico", "mijn postcode", "codice fiscale", "password",
    "number", "numéro", "Nummer", "número", "nummer", "numero", "survey link", "They wrote on the parcel",
)  # fmt: skip
ANSWER = "\n".join(f"{letter}: People say that the parcel came late." for letter in "ABCDEFGH")
TELLING = (
    ("status",), ("verify",), ("privacy", "queue", "--limit", "5000"), ("privacy", "terms"), ("privacy", "report"),
)  # fmt: skip
ROLES = tuple(f"{role}={column}" for role, column in MAPPING.items())
CHANCE = re.compile(
    r"(?<![\d.])\d{1,3}\.\d{4,}(?:e-?\d+)?(?![\d.])"  # a score, seconds
    r"|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?"  # a time
    r"|\b(?=\d*[a-f])(?=[a-f]*\d)(?:[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32}|[0-9a-f]{64})\b"  # an id
    r"|\b0x[0-9a-f]{6,16}\b|\block \d{12,16}\b"  # where an object lies in memory
)
SHOWN_THEMES = 20
QUEUE = ("queue", "--limit", "200")
SHOWN = 400
"""Records printed one by one."""


@dataclass(slots=True)
class Run:
    """One workspace under observation: `left` is what has been seen in each of PLACES."""

    folder: Path
    left: dict[str, list[object]] = field(default_factory=lambda: {place: [] for place in PLACES})
    opened_to_write: list[str] = field(default_factory=list)
    llm: FakeLLM = field(default_factory=FakeLLM)
    workspaces: list[FakeWorkspace] = field(default_factory=list)
    searched: dict[str, Haystack] = field(default_factory=dict)

    def command(self, *arguments: object, expected: tuple[int, ...] = (main.DONE,)) -> str:
        """Run one command of the program; what it says is kept."""
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main.main([str(argument) for argument in arguments])
        self.left["output"] += [out.getvalue(), err.getvalue()]
        assert code in expected, err.getvalue()
        return out.getvalue()

    def ingest(self, files: Sequence[Path]) -> dict[str, Any]:
        """Import files while everything the process opens, logs and prints is watched."""
        with self.watched():
            self.command("init")
            self.command("ingest", files[0], "--preview", "--map", *ROLES)
            report = json.loads(self.command("ingest", *files, "--map", *ROLES, "--json"))
        self.left["files of the workspace"] += self._workspace_bytes()
        return report

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note what is logged, printed, opened to write, or left in a folder that is not the workspace's."""
        elsewhere = [Path.home(), Path.cwd(), Path(tempfile.gettempdir()), SHARED_MEMORY]
        before = {path for folder in elsewhere for path in _files(folder)}
        with logged(self.left["log"]), printed(self.left["output"]), opened_to_write(self.opened_to_write):
            yield
        new = {path for folder in elsewhere for path in _files(folder)} - before
        self.left["files elsewhere"] += [data for path in new if (data := _read(path)) is not None]

    def copy(self, file: Path) -> None:
        """Make scrubbed copies of a file, as a table and as lines."""
        table, lines = self.folder / "copy.csv", self.folder / "copy.txt"
        with logged(self.left["log"]), printed(self.left["output"]):
            for arguments in ((file, "-o", table, "--map", *ROLES), (file.with_suffix(".txt"), "-o", lines)):
                self.command("scrub", *arguments, expected=(main.DONE, main.FAILED))  # failed: a cell was withheld
        self.left["scrubbed copies"] += [path.read_text(encoding="utf-8-sig") for path in (table, lines)]

    def use(self) -> None:
        """Search, show, list, count and ask: by command, from Python and on the page."""
        held = self.workspaces[-1]
        records = held.feedback.browse("", 10_000)
        self.left["results"] += [json.dumps(asdict(record), ensure_ascii=False) for record in records]
        self.left["results"] += [held.feedback.tally(column.name, "", 10_000) for column in held.feedback.columns()]
        with logged(self.left["log"]), printed(self.left["output"]):
            self.command("privacy", "sample", "--size", "300")
            for as_json in ((), ("--json",)):
                for command in TELLING:
                    self.command(*command, *as_json)
                self.command("show", *(record.id for record in records[:: len(records) // SHOWN + 1]), *as_json)
                for query in QUERIES:
                    self.command("search", query, "--limit", "200", *as_json)
            self.llm.enqueue(ANSWER)
            self.command("ask", f"What do people say about {QUERIES[0]}?", "--json")
        self._use_themes()
        for question in _questions():
            self.llm.enqueue(ANSWER)
            self.left["results"].append(json.dumps(asdict(held.ask(question)), ensure_ascii=False))
        self.left["prompts"] += [message.content for prompt in self.llm.prompts for message in prompt]
        self.left["page"] += list(_shown_on_the_page(self.llm))

    def _use_themes(self) -> None:
        """Find themes, report them, code with the codebook they make, and say what is worth labeling."""
        report, queue = self.folder / "themes.html", self.folder / "queue.csv"
        with logged(self.left["log"]), printed(self.left["output"]):
            self.command("themes", "build", "--no-names")
            listed = json.loads(self.command("themes", "list", "--json"))["themes"]
            for theme in listed[:SHOWN_THEMES]:
                self.command("themes", "show", theme["id"], "--limit", "200")
            self.command("themes", "report", report, "--replace")
            promoted = [theme["id"] for theme in listed if theme["id"].startswith("T")][:5]
            refused = (main.DONE, main.FAILED)  # by the open gate's comments: a codebook holds no personal data either
            for arguments in (("promote", *promoted), ("apply",), QUEUE, (*QUEUE, "--out", queue)):
                self.command("codebook", *arguments, expected=refused)
        files = [file.read_text(encoding="utf-8") for file in (report, queue) if file.exists()]
        assert files
        self.left["themes and reports"] += files

    def close(self) -> None:
        """Look into the store and the cache, then close everything and look at the files."""
        held = self.workspaces[-1]
        self.left["store"] += list(_stored(held))
        self.left["vector cache"].append(held.cache_file().plain() or b"")
        self.left["files of the workspace"] += self._workspace_bytes()
        for opened in self.workspaces:
            opened.close()
        self.left["files of the workspace"] += self._workspace_bytes()

    def indexed(self) -> Callable[[str], bool]:
        """Return a test whether the word index has a phrase; for an open workspace."""
        database = self.workspaces[-1].database

        def has(phrase: str) -> bool:
            words = " ".join(WORD.findall(folded(phrase)))
            return bool(database.rows("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (f'"{words}"',)))

        return has

    def haystack(self, place: str) -> Haystack:
        """Return what was left in one place, to be searched."""
        if place not in self.searched:
            left = [_without_chance(one) if isinstance(one, str) else one for one in self.left[place]]
            self.searched[place] = Haystack(left)
        return self.searched[place]

    def _workspace_bytes(self) -> list[bytes]:
        return [path.read_bytes() for path in _files(self.folder / "workspace")]


def _without_chance(text: str) -> str:
    """Return a text without the digits of scores, times and made ids, among which eight stand together by chance.

    Of 1,319 canaries' last eight digits, about one in twelve runs found some within a record's id.
    """
    return CHANCE.sub("", text)


@contextmanager
def observed(folder: Path, models_dir: Path, processor: Any = real_processor) -> Iterator[Run]:
    """Give a run a home, a working folder and temporary files of its own; `processor` is what an import works with."""
    run = Run(folder)
    made: list[Any] = []

    def detector(rules: Rules) -> Detector:
        if not made:  # loading the models once is enough
            made.append(Detector(rules))
        return made[0]

    class Scripted(FakeWorkspace):
        def __init__(self, settings, actor="owner", models=None):
            super().__init__(settings, actor, FakeModels(settings.models_dir, run.llm))
            run.workspaces.append(self)

        engines = replace(FakeWorkspace.engines, detector=detector, processor=processor)  # the real detector

    with pytest.MonkeyPatch.context() as patch:
        for name in ("home", "cwd", "temporary", "input"):
            (folder / name).mkdir(parents=True)
        patch.setattr(workspace, "Workspace", Scripted)
        patch.setenv("HOME", str(folder / "home"))
        patch.setenv("TMPDIR", str(folder / "temporary"))
        patch.setattr(tempfile, "tempdir", None)
        patch.chdir(folder / "cwd")
        patch.setenv("ANALYZER_WORKSPACE", str(folder / "workspace"))
        patch.setenv("ANALYZER_KEYS_DIR", str(folder / "keys"))
        patch.setenv("ANALYZER_MODELS_DIR", str(models_dir))
        patch.setenv("ANALYZER_WORKERS", "1")
        with _page_of(run, patch):
            yield run


def write_files(folder: Path, rows: Sequence[dict[str, Any]]) -> list[Path]:
    """Write a third of the rows each as CSV, XLSX and JSON lines."""
    parts = [rows[at::3] for at in range(3)]
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in parts[1]:
        book.active.append(list(row.values()))
    book.save(folder / "two.xlsx")
    book.close()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in parts[2])
    (folder / "three.jsonl").write_text(lines, encoding="utf-8")
    return [write_csv(folder / "one.csv", parts[0]), folder / "two.xlsx", folder / "three.jsonl"]


def write_copied(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as CSV, and what could be improved, a text a line, beside it; return the CSV file."""
    folder.mkdir()
    lines = "".join(f"{row['what_could_we_improve']}\n" for row in rows)
    (folder / "copied.txt").write_text(lines, encoding="utf-8")
    return write_csv(folder / "copied.csv", rows)


def known_texts() -> str:
    """Return what surrounds the canaries."""
    return json.dumps(
        [{**parts, "given": [], "stems": [], "endings": []} for parts in TEXTS.values()], ensure_ascii=False
    )


def _stored(held: FakeWorkspace) -> Iterator[object]:
    rows = held.database.rows
    tables = [name for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {"texts", "fields", "words", "words_data", "answers", "audit"} <= set(tables)
    for table in ("sqlite_master", *tables):
        for row in rows(f'SELECT * FROM "{table}"'):
            yield from row


def _questions() -> Iterator[str]:
    """Ask in the words that stand around the canaries of each type, so that the model is given their comments."""
    for parts in TEXTS.values():
        for clauses in parts["clauses"].values():
            yield clauses[0].format(v="…") + "?"


def _shown_on_the_page(llm: FakeLLM) -> Iterator[str]:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
    yield from _elements(app)
    app.switch_page("analyzer/ui/pages/ask_page.py").run()
    llm.enqueue(ANSWER)
    _box(app, "Question").set_value("What was written on the parcel?")
    yield from _elements(_press(app, "Ask"))
    app.switch_page("analyzer/ui/pages/comments_page.py").run()
    pages = next((one.proto.num_pages for one in app.get("pagination")), 1)
    for number in range(1, pages + 1):
        if number > 1:
            app.session_state[app.get("pagination")[0].key] = number
            app.run()
        yield from _elements(app)
    for query in QUERIES[:4]:
        _box(app, "Search").set_value(query).run()
        yield from _elements(app)
    app.switch_page("analyzer/ui/pages/admin_page.py")
    for part in ("Replaced values", "Review queue", "Check a sample"):
        app.query_params["part"] = app.session_state["part"] = part
        yield from _elements(app.run())
    yield from _elements(_press(app, "Draw a sample"))


def _box(app: Any, label: str) -> Any:
    return next(box for box in app.text_input if box.label == label)


def _press(app: Any, label: str) -> Any:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def _elements(app: Any) -> Iterator[str]:
    assert not app.exception
    assert not app.error
    for tree in (app.main, app.sidebar):
        for node in tree:
            if node.type != "dataframe" and node.proto:
                yield text_format.MessageToString(node.proto, as_utf8=True)
    for table in app.dataframe:
        yield table.value.to_csv()


@contextmanager
def _page_of(run: Run, patch: pytest.MonkeyPatch) -> Iterator[None]:
    import streamlit as st

    from analyzer.ui import session

    patch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: run.workspaces[-1]))
    patch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:  # another process's file, gone or closed to us
        return None

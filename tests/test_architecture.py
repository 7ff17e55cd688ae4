"""The architecture is a test: layers, doors, sizes, names, and what the package shows to the outside."""

import argparse
import ast
import dataclasses
import importlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import typing
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path

import pytest
from services import METHODS

import analyzer
from analyzer.cli import main
from analyzer.config import PROJECT
from analyzer.workspace import Workspace

pytestmark = pytest.mark.long(20)

PACKAGE = PROJECT / "analyzer"
MODULES = sorted(PACKAGE.rglob("*.py"))
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"

HEAVY = (
    "argcomplete argon2 babel cryptography dask datasketch distributed faiss joserfc lingua llama_cpp mcp numpy "
    "openpyxl pandas phonenumbers "
    "polars pptx presidio_analyzer presidio_anonymizer pyarrow pydantic rapidfuzz scipy sknetwork snowballstemmer "
    "sentence_transformers spacy sqlcipher3 starlette streamlit tldextract torch transformers uvicorn vaderSentiment"
).split()

METHODS_WITHOUT_A_COMMAND = {
    "answers.plan_all": "analyzer plan and analyzer ask plan every question in a text",
    "answers.replay": "analyzer ask --receipt",
    "answers.file": "the downloads of the page; on the command line: analyzer export",
    "imports.preview": "analyzer ingest --preview",
    "imports.preview_all": "analyzer ingest --preview",
    "feedback.browse": "the page Comments",
    "translation.show": "analyzer show --english",
    "feedback.unknown_values": "what the page answers to a filter that finds nothing",
    "feedback.file": "the download of the page; on the command line: analyzer export --what comments",
    "feedback.write": "analyzer export --what comments",
    "watch.once": "analyzer watch --once",
    "feedback.to_arrow": "analyzer export --what comments",
    "feedback.to_pandas": "the same as a frame of pandas",
    "feedback.to_polars": "the same as a frame of polars",
    "feedback.export": "analyzer export --what comments",
    "duplicates.find": "analyzer duplicates --find",
    "feedback.matching": "the filter of the page; on the command line: analyzer count --where",
    "feedback.columns": "the filters of the page; on the command line they are part of status",
    "feedback.tally": "the charts of the page Comments",
    "privacy.scrub": "analyzer scrub needs no workspace",
    "erasure.export_person": "analyzer export --respondent",
    "erasure.check": "analyzer erase --check",
    "erasure.delete": "what erase and retention run do once they know what goes",
    "evidence.bundle": "the Evidence page; on the command line: analyzer evidence",
    "offline.status": "analyzer offline status needs no workspace",
    "labels.write_next": "analyzer labels next --out",
    "codebook.write_queue": "analyzer codebook queue --out",
    "themes.file": "the download of the page; on the command line: analyzer themes report",
    "themes.write_assignments": "analyzer themes assignments --out",
    "files.export": "what every method that writes a file with comments calls",
    "files.drafted": "the same, recorded in the transaction of an action: analyzer links issue",
    "files.hand_out": "the same, for a download of the page",
    "files.hand_out_frame": "the same, for a data frame",
    "files.document": "what every method that writes a receipt, a notice or evidence calls",
    "files.offer": "the same, for a download of the page",
    "files.may_export": "what the page hides",
}
COMMANDS_WITHOUT_A_METHOD = {
    "init": "makes the workspace: Workspace.init",
    "scrub": "scrubs without a workspace",
    "backup restore": "puts a workspace in place before one is open: Workspace.restore",
    "audit reanchor": "opens a workspace that refuses to open: Workspace.reanchor",
    "key enter": "makes the key file that a workspace is opened with",
    "evaluate": "measures the rules on labeled files, not on a workspace",
    "models": "models belong to the machine, not to a workspace",
    "offline": "what keeps data here belongs to the process and the machine, not to a workspace",
    "settings": "they are what a workspace is opened with",
    "worker": "has models, not a workspace",
    "cluster": "belongs to the machines, not to a workspace; imports on it are analyzer ingest --cluster",
    "serve": "starts the page, which opens the workspace itself",
    "bundle": "belongs to the machine, not to a workspace",
    "mcp": "gives methods of other services to an agent",
    "schema": "says what commands print, without a workspace",
    "completion": "prints a script for the shell",
}
NOUNS = {
    "user": "users", "backup": "backups", "key": "keys", "incident": "incidents", "links": "survey_links",
}  # fmt: skip
"""Words of the command line that are another attribute in Python: `analyzer user add` is workspace.users.add()."""
TOP_LEVEL = {
    "ask": "answers.ask", "plan": "answers.plan", "history": "answers.history", "export": "answers.export",
    "overview": "overview.show", "compare": "compare.show", "digest": "digest.write", "duplicates": "duplicates.list",
    "search": "feedback.search", "show": "feedback.show", "status": "feedback.status", "ingest": "imports.ingest",
    "count": "counts.count", "table": "counts.table", "trends": "trends.over_time", "drivers": "trends.drivers",
    "watch": "watch.run", "erase": "erasure.erase", "evidence": "evidence.write", "verify": "integrity.verify",
    "reindex": "embedding.reindex",
}  # fmt: skip
"""Commands of one word -> method."""

BREACHES = {
    "Imports go down only": ("store/schema.py", "import analyzer.ingest.pipeline"),
    "Imports go down only: a service and the composition root": ("themes/service.py", "import analyzer.workspace"),
    "Imports go down only: reports and custody": ("custody/erasure.py", "import analyzer.reports.person_file"),
    "Imports go down only: a module without a layer": ("questionnaires.py", "'''Nothing.'''"),
    "The command line starts": ("cli/main.py", "import analyzer.ui.session"),
    "The sandbox knows nothing": ("security/sandbox/egress.py", "import analyzer.security.keys"),
    "No package has a cycle inside": ("ingest/header.py", "import analyzer.ingest.presets"),
    "Raw text": ("index/feedback_table.py", "import analyzer.ingest.raw_feedback"),
    "Settings are read at the top": ("models/catalog.py", "import analyzer.config"),
    "Settings are read at the top: not in the domain": ("answers/asker.py", "import analyzer.config"),
    "Files of a workspace are written in one place": (
        "cli/commands/count_commands.py",
        "from analyzer.store.file_drafts import write_whole",
    ),
    "Adapters for faiss": ("index/hybrid_search.py", "import faiss"),
    "One adapter for llama.cpp": ("answers/asker.py", "import llama_cpp"),
    "One adapter for sentence-transformers": ("workspace.py", "import torch"),
    "One adapter for the Presidio analyzer": ("privacy/scrubber.py", "import presidio_analyzer"),
    "One adapter for spaCy": ("privacy/scrubber.py", "import spacy"),
    "One adapter for phonenumbers": ("privacy/detector.py", "import phonenumbers"),
    "Adapters for scipy": ("privacy/review.py", "import scipy"),
    "Adapters for scikit-learn": ("counting/prevalence.py", "import sklearn"),
    "One adapter for scikit-network": ("themes/graph.py", "import sknetwork"),
    "One adapter for the sentiment lexicon": ("opinions/polarity.py", "import vaderSentiment"),
    "One adapter for the stemmers": ("index/fulltext.py", "import snowballstemmer"),
    "One adapter for the Presidio anonymizer": ("privacy/detector.py", "import presidio_anonymizer"),
    "One adapter for lingua": ("ingest/typing.py", "import lingua"),
    "Adapters for SQLCipher": ("security/keys.py", "import sqlcipher3"),
    "One adapter for joserfc": ("security/keys.py", "import joserfc"),
    "One adapter for argon2": ("security/keys.py", "import argon2"),
    "Adapters for pyarrow": ("ingest/readers/open_file.py", "import pyarrow.parquet"),
    "One adapter for polars": ("index/service.py", "import polars"),
    "One adapter for near duplicates": ("index/service.py", "import rapidfuzz"),
    "One adapter for openpyxl": ("ingest/readers/open_file.py", "import openpyxl"),
    "One adapter for python-pptx": ("reports/answer_sheets.py", "import pptx"),
    "One adapter for pydantic": ("cli/contracts/composed_outputs.py", "import pydantic"),
    "Adapters for Babel": ("index/dates_in_words.py", "import babel"),
    "One adapter for argcomplete": ("cli/main.py", "import argcomplete"),
    "One adapter for calamine": ("ingest/readers/open_file.py", "import python_calamine"),
    "One adapter for pyreadstat": ("ingest/readers/open_file.py", "import pyreadstat"),
    "One adapter for ftfy": ("ingest/cleaning.py", "import ftfy"),
    "Streamlit stays": ("workspace.py", "import streamlit"),
    "Only the server listens": ("cli/main.py", "import socket"),
    "Only fetching models talks": ("workspace.py", "import urllib.request"),
    "Only fetching models, the start of the broker, the": ("workspace.py", "import subprocess"),
    "Adapters for Dask": ("cluster/client.py", "import distributed"),
    "One adapter for the Model Context Protocol": ("workspace.py", "import mcp"),
    "One adapter for the browser's driver": ("ui/web/server.py", "import playwright"),
    "Not used here at all": ("models/fetch.py", "import requests"),
}
MOST_ROOT_ENTRIES = 24
SHARED_NAMES = {"__init__", "service", "types", "repository"}
"""Module names that every slice may have."""


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "COLUMNS": "300", "PYTHONPATH": str(folder)}
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


def test_every_import_goes_down_and_every_library_has_one_door():
    outcome = _lint_imports(PROJECT)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_of_the_contract_is_noticed(contract, tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "analyzer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    file, line = BREACHES[contract]
    with (tmp_path / "analyzer" / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    outcome = _lint_imports(tmp_path)
    broken = [name for name in outcome.stdout.splitlines() if name.endswith("BROKEN")]
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert any(name.startswith(contract.partition(":")[0]) for name in broken), outcome.stdout


def test_every_contract_has_a_breach_that_proves_it_can_fail():
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    proven = {breach.partition(":")[0] for breach in BREACHES}
    assert [c["name"] for c in contracts if not any(c["name"].startswith(start) for start in proven)] == []


def test_the_public_names_are_sorted_and_all_there():
    assert analyzer.__all__ == sorted(analyzer.__all__)
    assert dir(analyzer) == analyzer.__all__
    for name in analyzer.__all__:
        assert getattr(analyzer, name).__name__ == name
    assert analyzer.Workspace is Workspace


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Workspaces"):
        _ = analyzer.Workspaces


def test_every_type_that_a_service_returns_is_public():
    found: set[type] = set()
    for method in METHODS.values():
        hints = typing.get_type_hints(method, vars(importlib.import_module(method.__module__)))
        _collect(hints.get("return"), found)
    named = {kind.__name__ for kind in found if kind.__module__.startswith("analyzer.")}
    assert named <= set(analyzer.__all__)
    assert {"ImportRisk", "Citation", "SealStatus"} <= named


def _collect(kind: object, found: set[type]) -> None:
    for part in typing.get_args(kind):
        _collect(part, found)
    if isinstance(kind, type) and kind not in found and (dataclasses.is_dataclass(kind) or issubclass(kind, Enum)):
        found.add(kind)
        if dataclasses.is_dataclass(kind):
            for hint in typing.get_type_hints(kind).values():
                _collect(hint, found)


@pytest.mark.parametrize("statement", ["import analyzer", "import analyzer.cli.main", "from analyzer import Answer"])
def test_importing_it_loads_no_heavy_library(statement):
    code = f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert sorted(set(loaded) & set(HEAVY)) == []


def test_help_is_there_in_half_a_second():
    """At one of ten tries at least: other work on the machine delays a try, and makes none quicker."""
    times = []
    while len(times) < 10 and min(times, default=1.0) >= 0.5:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "analyzer", "--help"], capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.5, times


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_everything_public_has_a_docstring(path):
    assert list(_undocumented(_tree(path), path.stem)) == []


def _undocumented(node: ast.Module | ast.ClassDef | ast.FunctionDef, name: str) -> Iterator[str]:
    if not ast.get_docstring(node):
        yield name
    if isinstance(node, ast.Module | ast.ClassDef):
        for part in node.body:
            is_named = isinstance(part, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if is_named and not part.name.startswith("_"):
                yield from _undocumented(part, f"{name}.{part.name}")


def test_only_what_makes_text_harmless_prints():
    printing = {
        _name(path)
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing == {"cli/output.py", "store/terminal.py"}


def test_only_one_file_touches_the_session_state():
    using = {_name(path) for path in MODULES if "session_state" in path.read_text(encoding="utf-8")}
    assert using == {"ui/session.py"}


def test_nothing_of_the_page_caches_comments_or_answers():
    for path in (PACKAGE / "ui").rglob("*.py"):
        assert "cache_data" not in path.read_text(encoding="utf-8"), path


def test_expected_failures_are_caught_only_where_a_person_is_told():
    catching = {
        _name(path)
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler) and node.type is not None and "AnalyzerError" in ast.unparse(node.type)
    }
    assert catching == {
        "cli/main.py", "ui/background_job.py", "ui/script/app.py", "ui/session.py", "ui/web/sign_in_page.py",
        "reports/watch_service.py",  # a watched folder goes on with the next file; the round says what failed
        "cli/resident/resident_process.py",  # what is refused is told to the process that asked
        "cluster/work.py",  # a worker has nobody to tell: the import that sent the batch raises it again
        "cli/agents/mcp_server.py",  # what is refused is told to the agent
        "ui/parts/filter_bar.py",  # a filter that cannot be used is said beside its field, and the page stays
        "ui/web/route_guard.py",  # a permission that cannot be read is none: the request is refused
    }  # fmt: skip


def test_every_method_of_a_service_is_the_same_verb_on_the_command_line_or_says_why_not():
    commands = set(_commands(main._parser())) - set(COMMANDS_WITHOUT_A_METHOD)
    called = {_method(command) for command in commands}
    assert set(METHODS) - called == set(METHODS_WITHOUT_A_COMMAND)
    assert called <= set(METHODS)


def _method(command: str) -> str:
    noun, _, verb = command.partition(" ")
    return f"{NOUNS.get(noun, noun)}.{verb}" if verb else TOP_LEVEL[command]


def _commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Name every command; one with actions of its own is several, such as "privacy queue"."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                actions = [f"{name} {one}" for one in _commands(below)] if name not in COMMANDS_WITHOUT_A_METHOD else []
                yield from actions or [name]


def test_the_root_of_the_package_fits_on_a_screen():
    entries = [path for path in PACKAGE.iterdir() if path.name not in ("__pycache__", "py.typed")]
    assert len(entries) <= MOST_ROOT_ENTRIES, sorted(path.name for path in entries)


def test_no_two_modules_have_the_same_name():
    names = Counter(path.stem for path in MODULES if path.stem not in SHARED_NAMES)
    assert [name for name, many in names.items() if many > 1] == []


def test_no_two_classes_have_the_same_name():
    names = Counter(node.name for path in MODULES for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef))
    assert [name for name, many in names.items() if many > 1] == []


def test_no_service_reaches_into_anothers_private_parts():
    reached = [
        f"{_name(path)}: {ast.unparse(node)}"
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and node.attr != "_asdict"
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os", "st", "other", "index"))
    ]  # fmt: skip
    of_libraries = {"sys._getframe", "self._llama._ctx", "config._config_options", "database._is_new"}
    assert [one for one in reached if one.partition(": ")[2] not in of_libraries] == []


def test_no_module_has_a_name_that_says_nothing():
    folders = [PACKAGE, PROJECT / "tests", PROJECT / "tools", PROJECT / "benchmarks", PROJECT / "examples"]
    empty = re.compile(r"(^|_)(utils?|helpers?|common|base|managers?|misc)(_|$)")
    named = [
        path.relative_to(PROJECT) for folder in folders for path in folder.rglob("*.py") if empty.search(path.stem)
    ]
    named += [path.relative_to(PROJECT) for path in PACKAGE.rglob("*") if path.is_dir() and empty.search(path.name)]
    assert named == []


def test_settings_stay_few():
    assert len(dataclasses.fields(analyzer.Settings)) <= 21


def test_records_are_frozen_and_slotted():
    modules = [importlib.import_module(".".join(["analyzer", *path.relative_to(PACKAGE).with_suffix("").parts]))
               for path in MODULES if path.stem == "types"]  # fmt: skip
    kinds = [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind)
    ]
    assert kinds
    for kind in kinds:
        assert kind.__dataclass_params__.frozen, kind
        assert "__slots__" in vars(kind), kind


WRITING_MODULES = {
    "store/file_drafts.py": "the writer of output files itself",
    "store/workspace_lock.py": "the lock files of a workspace, without content",
    "store/append_only_file.py": "the anchor of the log, numbers and codes, and the ledger of erasures, keyed digests",
    "security/keys.py": "the key file",
    "security/backup_archive.py": "the manifest of a backup; backups are encrypted, and each is on record",
    "custody/incidents.py": "the anchor, copied to the evidence of an incident",
    "index/cache_file.py": "the encrypted cache of vectors",
    "ingest/scrub_files.py": "the scrubbed copy of a user's own file: no workspace is open",
    "ui/uploads.py": "the upload of a session, removed with it",
    "ui/web/tls.py": "certificates and their keys",
    "cluster/issue.py": "certificates and their keys",
    "models/archives.py": "models",
    "models/conversion.py": "models",
    "models/fetch.py": "models",
    "models/user_models.py": "models",
    "cli/commands/offline_commands.py": "the proof that nothing leaves: no workspace is open",
    "evaluation/corpora.py": "examples of the evaluation: no workspace of a user is open",
    "evaluation/answer_usefulness.py": "answers to published data, to be read: no workspace of a user is open",
    "evaluation/egress_proof/browser.py": "the profile of the browser of the proof",
    "evaluation/egress_proof/namespace.py": "the namespace of the proof",
    "evaluation/egress_proof/sample_data.py": "the sample data of the proof",
    "evaluation/egress_proof/hook/sitecustomize.py": "the record of attempts of the proof",
    "evaluation/egress_proof/leaks_broker.py": "an attempt of the proof",
    "evaluation/egress_proof/leaks_kernel.py": "an attempt of the proof",
    "cli/bundle/archive.py": "the program and its models, for another machine: no workspace is open",
    "cli/bundle/installer.py": "the same, unpacked",
    "system.py": "nothing: it waits until a file is on disk",
    "cli/main.py": "nothing: it closes the output of a command",
    "reports/parquet_rows.py": "bytes in memory",
    "index/comment_frames.py": "bytes in memory, which the files service writes",
    "security/signatures.py": "the key that signs proofs",
}
"""Modules that open files for writing, and what they write: none of it comes from a workspace for an account. Whatever
does goes through analyzer.security.files_service, which asks for the permission and records it."""
WRITES = frozenset({
    "write_text", "write_bytes", "copyfile", "copyfileobj", "copy2", "copytree", "mkstemp", "NamedTemporaryFile",
    "to_csv", "to_excel", "to_parquet", "to_feather", "write_table", "symlink_to", "hardlink_to",
})  # fmt: skip
OPENING = frozenset({"open", "fdopen"})


def _opens_for_writing(node: ast.AST) -> bool:
    """Return whether a call may create or change a file."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in WRITES:
        return True
    if name not in OPENING and name != "open_file":
        return False
    flags = {part.attr for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.Attribute)}
    if flags & {"O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND"}:
        return True
    if name == "open_file":  # of analyzer.system: takes flags alone
        return False
    is_method = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in {"os", "io", "gzip"}
    place = 0 if is_method else 1  # path.open(mode), but open(path, mode)
    given = [*node.args[place : place + 1], *(word.value for word in node.keywords if word.arg == "mode")]
    modes = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return any(re.fullmatch(r"[rwaxbt+]{1,4}", mode) and set(mode) & set("wax+") for mode in modes)


def test_nothing_but_the_files_service_writes_what_leaves_a_workspace():
    writing = {_name(path) for path in MODULES if any(_opens_for_writing(node) for node in ast.walk(_tree(path)))}
    assert writing == set(WRITING_MODULES)


@pytest.mark.parametrize(
    "line",
    [
        "open('a', 'w')", "path.open('wb')", "path.open(mode='a')", "open('a', 'r+')", "path.write_text('x')",
        "os.open(path, os.O_WRONLY)", "os.fdopen(3, 'w')", "shutil.copyfile(a, b)", "frame.to_csv('x')",
        "open(file=path, mode='x')", "tempfile.mkstemp()",
    ],
)  # fmt: skip
def test_a_module_that_writes_is_noticed(line):
    assert any(_opens_for_writing(node) for node in ast.walk(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["path.open()", "path.open('rb')", "open('a')", "open_file('a', 'w')", "os.open(a, 0)"]
)
def test_a_module_that_reads_is_left_alone(line):
    assert not any(_opens_for_writing(node) for node in ast.walk(ast.parse(line)))


def test_the_page_hands_out_files_in_one_place():
    calling = {
        _name(path)
        for path in (PACKAGE / "ui").rglob("*.py")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"download_button", "link_button", "iframe", "components"}
    }
    assert calling == {"ui/parts/downloads.py"}

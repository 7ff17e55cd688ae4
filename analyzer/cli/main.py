"""The command line: parse the arguments, run the command, turn an error into one line and an exit code."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

from analyzer.cli.commands import (
    account_commands,
    agreement_commands,
    ask_commands,
    backup_commands,
    bundle_commands,
    cluster_commands,
    codebook_commands,
    count_commands,
    erasure_commands,
    evaluate_commands,
    feedback_commands,
    incident_commands,
    link_commands,
    mcp_commands,
    model_commands,
    offline_commands,
    privacy_commands,
    schema_commands,
    serve_commands,
    theme_commands,
    view_commands,
    watch_commands,
    worker_commands,
)
from analyzer.cli.completion import answer_shell
from analyzer.cli.options import load
from analyzer.cli.output import say, stream
from analyzer.config import CONFIG, PREFIX, Settings, ignored_settings_file
from analyzer.errors import OUT_OF_MEMORY, AnalyzerError, is_out_of_memory
from analyzer.models.server_address import ServerAddress, resident_address
from analyzer.security.sandbox.egress import leave_open, seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import harden_environment
from analyzer.store.terminal import printable

DONE, FAILED, MISUSED, STOPPED = 0, 1, 2, 130
GROUPS = (
    model_commands,
    bundle_commands,
    feedback_commands,
    watch_commands,
    cluster_commands,
    worker_commands,
    ask_commands,
    count_commands,
    theme_commands,
    view_commands,
    codebook_commands,
    agreement_commands,
    privacy_commands,
    account_commands,
    link_commands,
    erasure_commands,
    backup_commands,
    incident_commands,
    serve_commands,
    mcp_commands,
    offline_commands,
    evaluate_commands,
    schema_commands,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 an expected failure, 2 wrong usage, 3 an alert, 130 stopped."""
    parser = _parser()
    answer_shell(parser)
    _write_any_text()
    if fault := _not_utf8(sys.argv[1:] if arguments is None else arguments):
        say(f"analyzer: {fault}")
        return MISUSED
    try:
        return _run(parser.parse_args(arguments))
    except _MisuseError as error:
        _fail(str(error), "usage", as_json="--json" in (sys.argv[1:] if arguments is None else arguments))
        return MISUSED


def _run(options: argparse.Namespace) -> int:
    """Run a command; return its exit code."""
    os.environ["PYTHONSAFEPATH"] = "1"  # for children: `python -c` and `-m` run files of the current folder without it
    harden_environment()
    keep_memory_private()
    try:
        _seal(options)
        options.run(options)
        if options.opened:
            say(f"workspace: {options.opened}")
    except AnalyzerError as error:
        _fail(str(error), type(error).__name__, as_json=options.json and not options.emitted)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (MemoryError, ImportError, RuntimeError, OSError) as error:
        if not (fault := _fault_of_system(error)):
            raise
        _fail(fault, type(error).__name__, as_json=options.json and not options.emitted)
        return FAILED
    except KeyboardInterrupt:
        say("analyzer: stopped; what was reported as done is kept, run the same command again to continue")
        return STOPPED
    return int(options.exit_code)


def _fail(message: str, kind: str, *, as_json: bool) -> None:
    """Say what failed on standard error; with --json also as an object on standard output, in the result's place."""
    if as_json:
        stream([json.dumps({"error": message, "kind": kind}, ensure_ascii=False)])
    say(message if kind == "usage" else f"analyzer: {message}")


def _fault_of_system(error: Exception) -> str:
    """Return what the system refused, in one line; empty if the error is a defect of the program."""
    if is_out_of_memory(error):
        return OUT_OF_MEMORY
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}"
    return ""


class _CommandParser(argparse.ArgumentParser):
    """A parser whose messages repeat arguments without what a terminal acts on."""

    def error(self, message: str) -> NoReturn:
        """Print the usage, and raise a message of one line."""
        self.print_usage(sys.stderr)
        raise _MisuseError(printable(f"{self.prog}: error: {message}"))


class _MisuseError(Exception):
    """Arguments that the parser does not understand."""


def _write_any_text() -> None:
    """Write characters that the encoding of the terminal does not have as escapes instead of failing."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, TextIOWrapper):
            output.reconfigure(errors="backslashreplace")


def _not_utf8(arguments: Sequence[str]) -> str:
    """Return what is wrong if an argument or a setting of the environment is not UTF-8; empty if all are."""
    named = [(f"argument {number}", text) for number, text in enumerate(arguments, 1)]
    named += [(name, text) for name, text in sorted(os.environ.items()) if name.startswith(PREFIX)]
    for name, text in named:
        if not _is_text(name) or not _is_text(text):
            return f"{name} is not UTF-8: {text}; rename the file, or write it in UTF-8"
    return ""


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # bytes that are not UTF-8 arrive as parts of surrogate pairs
        return False
    return True


def _seal(options: argparse.Namespace) -> None:
    """Seal this process before the heavy imports, unless the command seals it itself or fetches models."""
    if ignored := ignored_settings_file():
        say(f"analyzer: {ignored.name} of this folder is not read; move it to {CONFIG}, or name it in ANALYZER_CONFIG")
    if options.unsealed is not None:
        leave_open(options.unsealed)
        say("analyzer: UNSEALED: this process can reach the network; the reason is written to the audit log")
    if options.is_sealed:
        settings = load(options)
        seal(
            server=settings.answering_server,
            scheduler=_scheduler(options.cluster, settings),
            resident=resident_address(settings.keys_dir),
        )


def _scheduler(cluster: str, settings: Settings) -> ServerAddress | None:
    """Return the scheduler of --cluster, after saying what goes there; None without the option."""
    if not cluster:
        return None
    from analyzer.cluster.membership import join  # noqa: PLC0415

    address = join(cluster, settings.models_dir, settings.cluster_dir)
    if not address.is_here:
        say(f"analyzer: RAW comments go to the scheduler {address} and its workers, which scrub them; it is on record")
    return address


class _Version(argparse.Action):
    """Print the version, which is read only then: reading it takes as long as the rest of the parser."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version  # noqa: PLC0415

        stream([f"analyzer {version('feedback-analyzer')}"])
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = _CommandParser(
        prog="analyzer", description="Ask questions of customer feedback; everything stays on this machine."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return parser

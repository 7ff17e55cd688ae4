"""The command line: parse the arguments, run the command, turn an error into one line and an exit code."""

import argparse
import os
import sys
from collections.abc import Sequence

from analyzer.cli.commands import (
    account_commands,
    ask_commands,
    backup_commands,
    codebook_commands,
    count_commands,
    erasure_commands,
    evaluate_commands,
    feedback_commands,
    incident_commands,
    link_commands,
    model_commands,
    offline_commands,
    privacy_commands,
    serve_commands,
    theme_commands,
)
from analyzer.cli.options import load
from analyzer.cli.output import say
from analyzer.config import CONFIG, ignored_settings_file
from analyzer.errors import OUT_OF_MEMORY, AnalyzerError, is_out_of_memory
from analyzer.security.sandbox.egress import leave_open, seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import harden_environment

DONE, FAILED, MISUSED, STOPPED = 0, 1, 2, 130
GROUPS = (
    model_commands,
    feedback_commands,
    ask_commands,
    count_commands,
    theme_commands,
    codebook_commands,
    privacy_commands,
    account_commands,
    link_commands,
    erasure_commands,
    backup_commands,
    incident_commands,
    serve_commands,
    offline_commands,
    evaluate_commands,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 an expected failure, 2 wrong usage, 130 stopped."""
    options = _parser().parse_args(arguments)
    os.environ["PYTHONSAFEPATH"] = "1"  # for children: `python -c` and `-m` run files of the current folder without it
    harden_environment()
    keep_memory_private()
    try:
        _seal(options)
        options.run(options)
        if options.opened:
            say(f"workspace: {options.opened}")
    except AnalyzerError as error:
        print(f"analyzer: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (MemoryError, ImportError, RuntimeError, OSError) as error:
        if is_out_of_memory(error):
            print(f"analyzer: {OUT_OF_MEMORY}", file=sys.stderr)
        elif isinstance(error, OSError):
            place, what = error.filename or "the system", error.strerror or type(error).__name__
            print(f"analyzer: {place}: {what}", file=sys.stderr)
        else:
            raise
        return FAILED
    except KeyboardInterrupt:
        say("analyzer: stopped; what was reported as done is kept, run the same command again to continue")
        return STOPPED
    return DONE


def _seal(options: argparse.Namespace) -> None:
    """Seal this process before the heavy imports, unless the command seals it itself or fetches models."""
    if ignored := ignored_settings_file():
        say(f"analyzer: {ignored.name} of this folder is not read; move it to {CONFIG}, or name it in ANALYZER_CONFIG")
    if options.unsealed is not None:
        leave_open(options.unsealed)
        say("analyzer: UNSEALED: this process can reach the network; the reason is written to the audit log")
    if options.is_sealed:
        seal(server=load(options).answering_server)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="analyzer", description="Ask questions of customer feedback; everything stays on this machine."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return parser

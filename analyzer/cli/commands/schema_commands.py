"""The commands schema and completion: what --json prints, and what the shell needs to complete commands."""

import json
from argparse import Namespace
from typing import Any

from analyzer.cli.completion import SHELLS, shell_script
from analyzer.cli.options import add_command
from analyzer.cli.output import emit, stream
from analyzer.errors import UsageError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    schema = add_command(commands, "schema", "print the JSON Schema of what a command prints with --json", _schema)
    schema.add_argument(
        "words", nargs="*", metavar="COMMAND", help="such as: themes list; error for failures (default: list them all)"
    )
    completion = add_command(
        commands, "completion", "print the script that lets a shell complete commands", _completion
    )
    completion.add_argument("shell", choices=SHELLS, help="bash, zsh or fish")


def _schema(options: Namespace) -> None:
    from analyzer.cli.contracts.command_outputs import OUTPUTS  # noqa: PLC0415
    from analyzer.cli.contracts.json_schema import file_name, schema_of  # noqa: PLC0415

    command = " ".join(options.words)
    if not command:
        known = {name: output for name, output in OUTPUTS.items() if output.type is not None}
        rows = [{"command": name, "version": one.version, "is_lines": one.is_lines, "file": file_name(name)}
                for name, one in known.items()]  # fmt: skip
        lines = [
            f"{name:26} version {one.version}{', one object a line' * one.is_lines}" for name, one in known.items()
        ]
        emit(options, {"schemas": rows}, lines)
        return
    if command not in OUTPUTS:
        raise UsageError(f"there is no command “{command}”; all of them: analyzer schema")
    if OUTPUTS[command].type is None:
        raise UsageError(f"{command} prints no result; of its failures: analyzer schema error")
    schema = schema_of(command)
    emit(options, schema, json.dumps(schema, indent=2, ensure_ascii=False).splitlines())


def _completion(options: Namespace) -> None:
    stream(shell_script(options.shell).splitlines())

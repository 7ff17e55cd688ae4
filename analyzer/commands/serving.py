"""The command that serves the page."""

from argparse import Namespace
from typing import Any

from analyzer.commands.options import add_command, open_workspace


def add(commands: Any) -> None:
    """Add the commands of this group."""
    serve = add_command(commands, "serve", "serve the page on this machine", _serve)
    serve.add_argument("--port", type=int, help="default 8501")


def _serve(options: Namespace) -> None:
    from analyzer.server import serve  # noqa: PLC0415

    workspace = open_workspace(options)
    workspace.close()
    serve(workspace.settings, options.port or workspace.settings.port, options.actor)

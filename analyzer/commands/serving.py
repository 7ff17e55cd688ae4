"""The command that serves the page."""

from argparse import Namespace
from typing import Any

from analyzer.commands.options import add_command, load


def add(commands: Any) -> None:
    """Add the commands of this group."""
    serve = add_command(commands, "serve", "serve the page on this machine", _serve, is_sealed=False)
    serve.add_argument("--port", type=int, help="default 8501")


def _serve(options: Namespace) -> None:
    from analyzer.server import serve  # noqa: PLC0415

    settings = load(options)
    serve(settings, options.port or settings.port, options.actor)

"""The command mcp: tools for agents on this machine, by the Model Context Protocol on standard input and output."""

from argparse import Namespace
from typing import Any

from analyzer.cli.options import add_command, open_workspace
from analyzer.cli.output import say

FIGURES_ONLY = "analyzer mcp: figures only, under disclosure control; comments need --comments and an account that may"
ELSEWHERE = (
    "analyzer mcp: WARNING: comments go to the program that started this one. Its model may be elsewhere: what that "
    "program sends off this machine is not under the seal. The permission and every call are in the audit log"
)


def add(commands: Any) -> None:
    """Add the commands of this group."""
    mcp = add_command(
        commands, "mcp", "serve tools to an agent on this machine (Model Context Protocol, standard input and output)",
        _mcp,
    )  # fmt: skip
    mcp.add_argument(
        "--comments",
        action="store_true",
        help="let the agent see comments, if the account may; its model may be elsewhere",
    )


def _mcp(options: Namespace) -> None:
    from analyzer.cli.agents.mcp_server import serve  # noqa: PLC0415

    workspace = open_workspace(options, is_figures_only=not options.comments)
    say(ELSEWHERE if options.comments else FIGURES_ONLY)
    serve(workspace, options.comments)
    options.opened = None

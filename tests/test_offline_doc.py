"""docs/offline.md says what the code does, not what it did once."""

import argparse
import re

import pytest

from analyzer.cli import main
from analyzer.config import PROJECT
from analyzer.security.sandbox.seccomp import REFUSED

DOC = (PROJECT / "docs" / "offline.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"\banalyzer ([a-z]+(?: [a-z]+)?)\b", DOC)))


def known():
    """Return every command and subcommand of the program."""
    found, waiting = set(), [("", main._parser())]
    while waiting:
        name, parser = waiting.pop()
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                below = [(f"{name} {word}".strip(), child) for word, child in action.choices.items()]
                found |= {word for word, _ in below}
                waiting += below
    return found


@pytest.mark.parametrize("call", REFUSED)
def test_every_refused_system_call_is_in_the_table(call):
    table = "\n".join(line for line in DOC.splitlines() if line.startswith("|"))
    assert f"`{call}`" in table


def test_every_command_it_names_exists():
    commands = known()
    unknown = [c for c in COMMANDS if c not in commands and c.partition(" ")[0] not in commands]
    assert unknown == []
    grouped = {command.partition(" ")[0] for command in commands if " " in command}
    assert [c for c in COMMANDS if c.partition(" ")[0] in grouped and " " in c and c not in commands] == []


def test_every_file_it_points_at_exists():
    paths = re.findall(r"`((?:analyzer|tests|models|docs)/[\w./]+)`|\]\(([\w.]+)\)", DOC)
    missing = [inner or linked for inner, linked in paths if not (PROJECT / (inner or f"docs/{linked}")).exists()]
    assert missing == []

"""Completion in the shell: the one adapter of argcomplete. It looks at the parser and file names, at no workspace."""

import argparse
import os
from pathlib import Path
from typing import Any

SHELLS = ("bash", "zsh", "fish")
ASKED = "_ARGCOMPLETE"
"""Set by the shell's script when it asks for completions."""
LIST_MOST = 2000
"""Entries of a folder that are looked at."""


def answer_shell(parser: argparse.ArgumentParser) -> None:
    """If the shell asks for completions, print them and end the process; otherwise do nothing."""
    if ASKED in os.environ:
        import argcomplete  # noqa: PLC0415

        argcomplete.autocomplete(
            parser, always_complete_options="long", default_completer=_file_names,  # type: ignore[arg-type]
        )  # fmt: skip


def shell_script(shell: str) -> str:
    """Return the script that makes a shell ask this program for completions."""
    from argcomplete.shell_integration import shellcode  # noqa: PLC0415

    return str(shellcode(["analyzer"], shell=shell))


def _file_names(prefix: str, action: argparse.Action, **_: Any) -> list[str]:
    """Return the files and folders that begin with a prefix, where the argument is one; folders end in a slash."""
    if action.type is not Path:
        return []
    folder, name = os.path.split(prefix)
    try:
        with os.scandir(Path(folder or ".").expanduser()) as entries:
            found = [entry for entry, _ in zip(entries, range(LIST_MOST), strict=False) if entry.name.startswith(name)]
            shown = [one for one in found if name.startswith(".") or not one.name.startswith(".")]
            return sorted(os.path.join(folder, one.name) + "/" * one.is_dir() for one in shown)  # noqa: PTH118 - keeps "~/"
    except OSError:
        return []

"""Memory that holds raw comments is not for others: no core dump, no reading from outside."""

import ctypes
import subprocess
import sys

import pytest

STATE = """
import ctypes, resource
print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
PRIVATE = "0 0\n"

ENTRANCES = {
    "the command line": "from analyzer.cli.main import main; main(['settings', '--json'])",
    "a workspace": """
from pathlib import Path
from analyzer.config import Settings
from analyzer.errors import WorkspaceError
from analyzer.workspace import Workspace
try:
    Workspace(Settings(workspace=Path('absent')))
except WorkspaceError:
    pass
""",
    "a worker": """
from pathlib import Path
from analyzer.errors import ModelError
from analyzer.privacy.detector import Rules
from analyzer.ingest.worker import Recipe
try:
    Recipe(Rules(Path('absent'), ()), Path('absent'))()
except ModelError:
    pass
""",
}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the dumpable flag is Linux's")


def state_after(code):
    lift = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))"
    done = subprocess.run(
        [sys.executable, "-c", lift + "\n" + code + STATE], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1] + "\n"


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_whoever_handles_raw_text_cannot_be_dumped_or_read(entrance):
    assert state_after(ENTRANCES[entrance]) == PRIVATE


def test_another_process_can_be(capfd):
    assert state_after("") == "0 1\n"


def test_the_watch_for_a_killed_parent_is_not_disturbed():
    code = "import os; from analyzer.security.sandbox.process import keep_memory_private as k; k(); print(os.getppid())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(child.stdout) == ctypes.CDLL(None).getpid()

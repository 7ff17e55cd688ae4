"""The domain that keeps other programs' memory apart, in processes of their own since there is no way back."""

import subprocess
import sys

import pytest

from analyzer.config import PROJECT
from analyzer.errors import EgressError
from analyzer.security.sandbox import egress, landlock

needs_landlock = pytest.mark.skipif(
    not landlock.is_there(), reason="this kernel has no Landlock with version 4 or later"
)


def run(script):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=60, cwd=PROJECT,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


APART = """
import ctypes, os, subprocess, sys
from pathlib import Path
from analyzer.security.sandbox import landlock
ctypes.CDLL(None).prctl(38, *map(ctypes.c_ulong, (1, 0, 0, 0)))
def tries(process):
    try:
        Path(f"/proc/{process}/mem").open("rb").close()
        return "open"
    except PermissionError:
        return "apart"
"""
SLEEPER = "subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)"


@needs_landlock
def test_what_was_started_before_is_out_of_reach_and_what_is_started_after_is_not():
    said = run(f"""{APART}
with {SLEEPER} as before:
    print(tries(before.pid))
    landlock.keep_apart()
    print(tries(before.pid))
    with {SLEEPER} as after:
        print(tries(after.pid), tries(os.getpid()))
        after.communicate(b"x")
    before.communicate(b"x")
""")
    assert said == ["open", "apart", "open open"]


@needs_landlock
def test_files_are_moved_and_linked_between_folders_as_before(tmp_path):
    said = run(f"""{APART}
landlock.keep_apart()
folder = Path({str(tmp_path)!r})
(folder / "a").mkdir(), (folder / "b").mkdir(), (folder / "a" / "x").write_text("x")
os.link(folder / "a" / "x", folder / "b" / "y")
os.replace(folder / "a" / "x", folder / "b" / "x")
print(*sorted(p.name for p in (folder / "b").iterdir()))
""")
    assert said == ["x y"]


@needs_landlock
def test_more_domains_than_the_kernel_nests_are_let():
    assert run(f"{APART}\nfor _ in range(20): landlock.keep_apart()\nprint('still')") == ["still"]


def test_a_kernel_that_has_it_and_refuses_stops_the_program(monkeypatch):
    monkeypatch.setattr(landlock, "_call", lambda number, *arguments: -1)
    with pytest.raises(EgressError, match="Landlock"):
        landlock.keep_apart()


@pytest.mark.parametrize(("version", "is_there"), [(-1, False), (3, False), (4, True), (7, True)])
def test_the_status_says_where_it_is_missing(monkeypatch, version, is_there):
    monkeypatch.setattr(landlock, "_call", lambda number, *arguments: version)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert landlock.is_there() == is_there
    _, level = egress._strongest()
    assert any("memory of another program" in line for line in level.does_not_stop) != is_there

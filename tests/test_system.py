"""Locks, rights, flushing and reading work where a system lacks what Linux has; each ability is taken away in turn."""

import os
import subprocess
import sys

import pytest

from analyzer import system
from analyzer.security.keys import create_key, read_key
from analyzer.store.append_only_file import append_lines, read_lines
from analyzer.store.workspace_lock import WorkspaceLock


class FakeByteLocks:
    """Exclusive locks of one byte by descriptor, as Windows has them; a file has one owner."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self):
        self.owners = {}
        self.places = []

    def locking(self, handle, kind, count):
        self.places.append((os.lseek(handle, 0, os.SEEK_CUR), count))
        file = os.fstat(handle).st_ino
        if kind == self.LK_UNLCK:
            if self.owners.pop(file, None) != handle:
                raise OSError("not locked")
            return
        if self.owners.setdefault(file, handle) != handle:
            raise OSError("locked by another")


@pytest.fixture
def windows(monkeypatch):
    """What Windows has and lacks, as far as it can be taken away here."""
    locks = FakeByteLocks()
    monkeypatch.setattr(system, "fcntl", None)
    monkeypatch.setattr(system, "msvcrt", locks)
    monkeypatch.setattr(system, "resource", None)
    monkeypatch.setattr(system, "HAS_MODES", False)
    for name in ("pread", "sched_getaffinity", "O_CLOEXEC", "O_NONBLOCK"):
        monkeypatch.delattr(os, name, raising=False)
    return locks


@pytest.fixture(params=["as it is here", "without what Windows lacks"])
def any_system(request):
    if request.param != "as it is here":
        request.getfixturevalue("windows")


def test_lines_are_appended_and_a_torn_end_is_cut(any_system, tmp_path):
    file = tmp_path / "log"
    assert append_lines(file, b"one\ntwo\n")
    with file.open("ab") as out:
        out.write(b"torn")
    assert append_lines(file, b"three\n")
    assert read_lines(file).whole == (b"one", b"two", b"three")


def test_two_open_files_exclude_each_other_until_one_is_released(any_system, tmp_path):
    (tmp_path / "lock").touch()
    first, second = (system.open_file(tmp_path / "lock", os.O_RDWR) for _ in range(2))
    try:
        assert system.lock(first, shared=False)
        assert not system.lock(second, shared=False)
        system.unlock(first)
        assert system.lock(second, shared=False)
    finally:
        os.close(first)
        os.close(second)


def test_a_lock_that_is_shared_again_lets_others_have_it(windows, tmp_path):
    (tmp_path / "lock").touch()
    first, second = (system.open_file(tmp_path / "lock", os.O_RDWR) for _ in range(2))
    assert system.lock(first, shared=False)
    assert system.lock(first, shared=True)
    assert system.lock(second, shared=False)
    os.close(first)
    os.close(second)


def test_the_byte_that_is_locked_is_behind_the_content_and_the_position_stays(windows, tmp_path):
    (tmp_path / "a").write_bytes(b"content")
    handle = system.open_file(tmp_path / "a", os.O_RDWR)
    os.lseek(handle, 3, os.SEEK_SET)
    assert system.lock(handle, shared=False)
    assert windows.places == [(system.LOCKED_AT, 1)]
    assert os.lseek(handle, 0, os.SEEK_CUR) == 3
    os.close(handle)


def test_a_workspace_is_opened_twice_and_entered_one_by_one(any_system, tmp_path):
    first = WorkspaceLock(tmp_path)
    second = WorkspaceLock(tmp_path)
    assert first.is_open
    assert second.is_open
    first.close()
    second.close()


def test_a_wait_for_a_lock_ends_when_it_is_released(windows, tmp_path, monkeypatch):
    (tmp_path / "lock").touch()
    first, second = (system.open_file(tmp_path / "lock", os.O_RDWR) for _ in range(2))
    assert system.lock(first, shared=False)
    monkeypatch.setattr(system.time, "sleep", lambda seconds: system.unlock(first))
    assert system.lock(second, shared=False, waits=True)
    os.close(first)
    os.close(second)


def test_files_and_folders_are_flushed(any_system, tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    system.flush(tmp_path / "a")
    system.flush(tmp_path)


def test_a_key_is_made_and_read(any_system, tmp_path):
    key = create_key(tmp_path / "a.key")
    assert read_key(tmp_path / "a.key") == key


@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
def test_a_file_that_others_can_read_is_not_private(tmp_path):
    (tmp_path / "a").touch(mode=0o600)
    assert system.is_private(tmp_path / "a")
    (tmp_path / "a").chmod(0o640)
    assert not system.is_private(tmp_path / "a")


def test_cores_are_counted_without_an_affinity(windows):
    assert system.usable_cores() == os.cpu_count()


def test_a_system_without_limits_has_no_dumps_to_forbid(windows):
    system.forbid_core_dumps()


LOADS = """
import sys, types
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
for name in ("fcntl", "resource"):
    sys.modules.pop(name, None)
import analyzer.cli.main, analyzer.security.sandbox.process, analyzer.workspace
print("loaded")
"""


def test_the_program_loads_where_the_modules_of_unix_are_missing():
    done = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=False)
    assert done.stdout == "loaded\n", done.stderr[-2000:]


def test_no_other_module_asks_for_what_a_system_may_lack():
    """A new one would fail on another system only; `analyzer.system` is the place for it."""
    import re

    from analyzer.config import PACKAGE

    modules, names = "fcntl|resource|msvcrt|pwd|grp", "pread|sched_getaffinity|O_CLOEXEC"
    lacking = re.compile(rf"^\s*(?:import|from) (?:{modules})\b|os\.(?:{names})")
    of_the_kernel = ("system.py", "security/sandbox", "evaluation/egress_proof")
    found = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in PACKAGE.rglob("*.py")
        if not path.relative_to(PACKAGE).as_posix().startswith(of_the_kernel)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if lacking.search(line)
    ]
    assert found == []

"""Append-only files: a damaged end is cut off before anything is appended, and whole lines are never touched."""

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.store import append_only_file
from analyzer.store.append_only_file import append_lines, read_lines


@given(
    st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=5),
    st.integers(0, 200),
    st.integers(0, 99),
)
def test_what_a_crash_leaves_is_cut_off_and_the_whole_lines_stay(tmp_path_factory, lines, cut, padding):
    file = tmp_path_factory.mktemp("lines") / "f"
    content = b"".join(line + b"\n" for line in lines)
    file.write_bytes(content[: max(0, len(content) - cut)] + bytes(padding))
    before = read_lines(file)
    append_lines(file, b"new\n")
    after = read_lines(file)
    assert after.whole == (*before.whole, b"new")
    assert after.torn == before.torn
    assert not after.is_damaged


def test_a_file_that_is_missing_has_no_lines_and_is_made_private(tmp_path):
    file = tmp_path / "a" / "f"
    assert read_lines(file) == append_only_file.Lines()
    assert append_lines(file, b"one\n")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_long_damaged_end_is_cut_off(tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"one\n" + bytes(300_000))
    append_lines(file, b"two\n")
    assert file.read_bytes() == b"one\ntwo\n"


def test_a_reader_never_sees_half_of_a_line_that_is_being_written(tmp_path, monkeypatch):
    file, real, seen = tmp_path / "f", os.write, []

    def slowly(handle, data):
        real(handle, data[:3])
        reader = threading.Thread(target=lambda: seen.append(read_lines(file).is_damaged))
        reader.start()
        reader.join(0.2)
        return 3 + real(handle, data[3:])

    monkeypatch.setattr(os, "write", slowly)
    append_lines(file, b"a line\n")
    while not seen:
        pass
    assert seen == [False]


@pytest.mark.parametrize("lines", [b"", b"x\n"])
def test_a_disk_that_takes_only_a_part_is_told(tmp_path, monkeypatch, lines):
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:-1]))
    assert append_lines(tmp_path / "f", lines) == (not lines)

"""The command line shows hostile text harmlessly: file names, cells, headings, names; also what is not UTF-8."""

import json
import os
import subprocess
import sys
import unicodedata

import pytest
from test_main import feedback, filled, llm, run  # noqa: F401

from analyzer.config import PROJECT

EVIL = "\x1b[31mred\x1b]0 title\x07\x9b2J\N{RIGHT-TO-LEFT OVERRIDE}txt\N{LINE SEPARATOR}"
"""Colors, a window title, an erased screen, text in reverse, and a forged line."""


def is_harmless(text):
    return not {unicodedata.category(c) for c in text if c not in "\n\t"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.fixture
def hostile(tmp_path):
    """A file whose name, headings and cells are hostile."""
    rows = [f'{n},"the {EVIL} parcel came late\nanalyzer: all good {n}","{EVIL}{n % 2}",{1 + n % 5}' for n in range(12)]
    file = tmp_path / f"a{EVIL.replace('/', '')}\nanalyzer: imported.csv"
    file.write_text("\n".join([f"id,comment,shop{EVIL},rating", *rows]), encoding="utf-8")
    return file


def test_a_hostile_file_is_previewed_imported_and_shown_harmlessly(run, hostile):  # noqa: F811
    assert run("init")[0] == 0
    said = [run("ingest", hostile, "--preview"), run("ingest", hostile), run("ingest", hostile)]
    said += [run("status"), run("search", f"parcel {EVIL}"), run("table", "--by", f"shop{EVIL}"), run("history")]
    said += [run("table", "--by", EVIL), run("search", "parcel", "--where", f"shop={EVIL}"), run("show", EVIL)]
    for code, out, err in said:
        assert code in (0, 1)
        assert is_harmless(out + err)
        assert not any(line.startswith("analyzer: all good") for line in (out + err).splitlines())
        assert "analyzer: imported.csv" not in (out + err).splitlines()
    assert "\\u001b[31mred" in said[0][1]


def test_json_keeps_the_value_and_no_control_character(run, hostile):  # noqa: F811
    assert run("init")[0] == 0
    _, out, _ = run("ingest", hostile, "--preview", "--json")
    assert is_harmless(out)
    (found,) = json.loads(out)["files"]
    assert found["file"] == hostile.name


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--as", EVIL), ("status", f"--{EVIL}"), (EVIL,), ("search", "x", "--limit", EVIL),
        ("scrub", f"/nowhere/{EVIL}"), ("ingest", f"{EVIL}\n.csv"), ("erase", "--respondent", EVIL, "--reason", EVIL),
        ("themes", "edit", "rename", EVIL, EVIL), ("user", "add", EVIL, "--role", "admin", "--reason", EVIL),
        ("ingest", "x.csv", "--delimiter", EVIL), ("ingest", "x.csv", "--map", EVIL), ("backup", "verify", EVIL),
    ],
)  # fmt: skip
def test_hostile_arguments_are_repeated_harmlessly(filled, arguments):  # noqa: F811
    code, out, err = filled(*arguments)
    assert code in (0, 1, 2)
    assert is_harmless(out + err)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        ([b"ingest", b"\xff\xfe.csv"], None), ([b"status", b"--as", b"\xe9ric"], None), ([b"\xff"], None),
        ([b"ask", b"caf\xe9?"], None), ([b"--\xff"], None), ([b"status"], b"\xffada"),
        ([b"scrub", b"--text", b"Ann Lee \xff"], None),
    ],
)  # fmt: skip
def test_arguments_that_are_not_utf8_are_one_line(tmp_path, arguments, setting):
    environ = {**os.environb, b"PYTHONPATH": os.fsencode(PROJECT), b"HOME": os.fsencode(tmp_path)}
    if setting:
        environ[b"ANALYZER_ACTOR"] = setting
    command = [os.fsencode(sys.executable), b"-m", b"analyzer", *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, timeout=120, check=False)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert len(lines) == 1
    assert "is not UTF-8" in lines[0]
    assert "\\udc" in lines[0]
    assert done.stdout == b""


def test_a_terminal_that_lacks_a_character_gets_an_escape(tmp_path):
    environ = {**os.environ, "PYTHONPATH": str(PROJECT), "HOME": str(tmp_path), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "analyzer", "status", "--workspace", "/nowhere/井上"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "\\u4e95" in done.stderr

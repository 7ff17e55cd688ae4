"""Set-up reports in one line what is missing, and repeats no finished step."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.config import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import setup_environment as set_up
import wheel_sources


@pytest.fixture
def venv(tmp_path, monkeypatch):
    folder = tmp_path / ".venv"
    folder.mkdir()
    files = {"STAMP": ".set-up", "LOG": "setup.log", "LLAMA_LOG": "build.log", "LLAMA_BUILT": "built.txt"}
    for name, file in files.items():
        monkeypatch.setattr(set_up, name, folder / file)
    monkeypatch.setattr(set_up, "VENV", folder)
    monkeypatch.setattr(set_up, "llama", lambda: wheel_sources.Source("", "compiled"))
    monkeypatch.setattr(set_up, "PYTHON", folder / "bin" / "python")
    return folder


def one_line(capsys):
    error = capsys.readouterr().err
    assert error.startswith("set-up: ")
    assert error.count("\n") == 1
    return error


def fake_pip(venv: Path, script: str):
    (venv / "bin").mkdir(exist_ok=True)
    python = venv / "bin" / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def test_an_old_python_is_told_how_to_name_another(venv, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    assert set_up.main() == 1
    assert "Python 3.11 to 3.14 is needed" in one_line(capsys)


def test_the_script_can_be_parsed_by_a_python_too_old_to_run_it():
    ast.parse((PROJECT / "tools" / "setup_environment.py").read_text(), feature_version=(3, 8))


def test_a_missing_compiler_names_the_package_that_brings_it(venv, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(venv))
    monkeypatch.delenv("CXX", raising=False)
    assert set_up.main() == 1
    assert "sudo apt-get install build-essential" in one_line(capsys)


def test_a_full_disk_is_noticed_before_anything_is_downloaded(venv, monkeypatch, capsys):
    monkeypatch.setattr(set_up, "FREE_GB", 10**9)
    assert set_up.main() == 1
    assert "of free disk are needed" in one_line(capsys)


def test_a_folder_that_is_no_environment_is_not_touched(venv, monkeypatch, capsys):
    (venv / "precious").write_text("mine")
    monkeypatch.setattr(set_up, "check_machine", lambda: None)
    assert set_up.main() == 1
    assert "is not a virtual environment" in one_line(capsys)
    assert (venv / "precious").read_text() == "mine"


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("NewConnectionError: Temporary failure in name resolution", "check network and proxy"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not the locked one"),
        ("error: no idea", "the reason is at the end of"),
    ],
)
def test_a_failing_pip_becomes_one_line_with_the_remedy(venv, said, advice):
    fake_pip(venv, f"echo '{said}'; exit 1")
    with pytest.raises(set_up.SetUpError, match=advice):
        set_up.pip("install things", ["-r", "x"])
    assert said in (venv / "setup.log").read_text()


def test_a_failing_compilation_points_to_its_log_and_shows_none_of_it(venv, monkeypatch, capsys):
    fake_pip(venv, "echo '[1/2] g++ a.cpp'; echo 'fatal: out of memory'; exit 1")
    monkeypatch.setattr(set_up, "STEPS", (("Compiling", set_up.compile_llama),))
    assert set_up.main() == 1
    error = one_line(capsys)
    assert "build.log" in error
    assert "out of memory" not in error


def test_a_second_run_does_nothing(venv, monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(set_up, "STEPS", (("Step", lambda: ran.append(1)),))
    assert [set_up.main(), set_up.main()] == [0, 0]
    assert ran == [1]
    assert capsys.readouterr().out.startswith("[1/1] Step\nSet-up is done (0:00).\n")


def test_an_interruption_is_one_line_and_leaves_no_stamp(venv, monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(set_up, "STEPS", (("Step", interrupted),))
    assert set_up.main() == 130
    assert "goes on from here" in capsys.readouterr().err
    assert not (venv / ".set-up").exists()


def test_the_compiled_package_is_kept_apart_from_those_that_come_as_wheels(venv):
    arguments = set_up.requirements("x.txt", [name for name in set_up.locked() if name != set_up.COMPILED])
    text = Path(arguments[-1]).read_text()
    assert "--require-hashes" in arguments
    assert set_up.COMPILED in set_up.locked()
    assert f"{set_up.COMPILED}==" not in text


def test_the_bar_follows_the_compiler(venv, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    fake_pip(venv, "echo '  [41/83] /usr/bin/g++ -c x.cpp'")
    set_up.compile_llama()
    out = capsys.readouterr().out
    assert "41/83 compiled" in out
    assert "##############." in out


def test_a_build_of_other_options_is_compiled_again_and_never_taken_from_a_cache(venv, monkeypatch):
    fake_pip(venv, 'echo "$PIP_CACHE_DIR $@" >> asked.txt')
    monkeypatch.chdir(venv)
    monkeypatch.delenv("CMAKE_ARGS", raising=False)
    set_up.compile_llama()
    set_up.compile_llama()
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_NATIVE=OFF")
    set_up.compile_llama()
    asked = (venv / "asked.txt").read_text().splitlines()
    first, second, third = [line for line in asked if " install " in line]
    assert ["--force-reinstall" in line for line in (first, second, third)] == [True, False, True]
    assert first.split()[0] == second.split()[0] != third.split()[0]


@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++")
def test_no_kernels_that_gcc_miscompiles_are_built():
    asked = re.findall(r"add_compile_options\((.*?)\)", set_up.LLAMA_CMAKE.read_text())
    command = ["g++", *asked, "-march=sapphirerapids", "-dM", "-E", "-x", "c++", "/dev/null"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        pytest.skip("this g++ does not know a processor with AMX")
    assert "__AVX512VNNI__" in said.stdout
    assert "__AMX_INT8__" not in said.stdout


def test_make_check_is_what_ci_and_the_commit_hook_call():
    assert "exec make test" in (PROJECT / ".ci" / "run").read_text()
    assert os.access(PROJECT / ".ci" / "run", os.X_OK)
    assert "entry: make check" in (PROJECT / ".pre-commit-config.yaml").read_text()
    recipe = subprocess.run(["make", "-n", "test"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for tool in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"):
        assert f".venv/bin/{tool}" in recipe

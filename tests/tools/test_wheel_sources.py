"""The builds of torch and llama-cpp-python that fit the machine are chosen by themselves, and quickly."""

import ast
import http.server
import socket
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from analyzer.config import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import setup_environment as set_up
import wheel_sources

VERSION = set_up.locked()[set_up.COMPILED].split()[0].partition("==")[2]


@pytest.fixture
def plain_linux(monkeypatch):
    """An x86-64 Linux with AVX2 and without a card, on which both indexes answer."""
    asked = []
    monkeypatch.setattr(wheel_sources.sys, "platform", "linux")
    monkeypatch.setattr(wheel_sources.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(wheel_sources, "processor_flags", lambda: {"avx", "avx2", "fma"})
    monkeypatch.setattr(wheel_sources, "has_nvidia_card", lambda: False)
    monkeypatch.setattr(wheel_sources, "answers", lambda index, package: asked.append(index) or True)
    return asked


@pytest.fixture
def index(tmp_path):
    """A simple index on loopback; `add` puts a wheel of llama-cpp-python on it whose build uses what is named."""
    folder = tmp_path / "index" / set_up.COMPILED
    folder.mkdir(parents=True)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path / "index"))

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def add(features):
        name = f"llama_cpp_python-{VERSION}-py3-none-any.whl"
        about = f"llama_cpp_python-{VERSION}.dist-info"
        with zipfile.ZipFile(folder / name, "w") as wheel:
            wheel.writestr("llama_cpp.py", f"def llama_print_system_info(): return b'CPU : {features} | '")
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: llama_cpp_python\nVersion: {VERSION}\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")
        (folder / "index.html").write_text(f'<a href="{name}">{name}</a>')

    add.url = f"http://127.0.0.1:{server.server_port}"
    yield add
    server.shutdown()
    server.server_close()


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A new virtual environment with pip, as set-up makes it, in the place of the project's."""
    folder = tmp_path / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    for name, path in {"VENV": folder, "PYTHON": folder / "bin" / "python", "LOG": folder / "setup.log"}.items():
        monkeypatch.setattr(set_up, name, path)
    return folder


def installed(venv):
    done = subprocess.run([venv / "bin" / "python", "-c", "import llama_cpp"], capture_output=True, check=False)
    return done.returncode == 0


def test_the_script_can_be_parsed_by_a_python_too_old_to_run_it():
    ast.parse(Path(wheel_sources.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_without_a_card_torch_comes_for_the_processor_alone_and_nothing_has_to_be_set(plain_linux):
    assert wheel_sources.torch_source({}).index == wheel_sources.TORCH_CPU_INDEX


def test_with_a_card_torch_comes_with_cuda_and_nobody_is_asked(plain_linux, monkeypatch):
    monkeypatch.setattr(wheel_sources, "has_nvidia_card", lambda: True)
    assert wheel_sources.torch_source({}).index == ""
    assert plain_linux == []


@pytest.mark.parametrize("choose", [wheel_sources.torch_source, wheel_sources.llama_source])
def test_an_index_that_does_not_answer_is_said_and_done_without(plain_linux, monkeypatch, choose):
    monkeypatch.setattr(wheel_sources, "answers", lambda index, package: False)
    source = choose({})
    assert source.index == ""
    assert "was not reached in 2 s" in source.why


@pytest.mark.parametrize(
    ("choose", "variable"),
    [
        (wheel_sources.torch_source, wheel_sources.TORCH_VARIABLE),
        (wheel_sources.llama_source, wheel_sources.LLAMA_VARIABLE),
    ],
)
@pytest.mark.parametrize("value", ["https://mirror.example/simple", ""])
def test_a_variable_decides_and_nobody_is_asked(plain_linux, choose, variable, value):
    source = choose({variable: value})
    assert source.index == value
    assert variable in source.why
    assert plain_linux == []


def test_options_of_a_build_and_a_processor_without_avx2_mean_compiling(plain_linux, monkeypatch):
    assert "CMAKE_ARGS" in wheel_sources.llama_source({"CMAKE_ARGS": "-DGGML_CUDA=ON"}).why
    monkeypatch.setattr(wheel_sources, "processor_flags", lambda: {"avx"})
    assert "no AVX2" in wheel_sources.llama_source({}).why
    assert plain_linux == []


def test_an_index_that_is_silent_costs_no_more_than_the_limit():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        assert not wheel_sources.answers(f"http://127.0.0.1:{silent.getsockname()[1]}", "torch", timeout_s=0.3)
        assert time.monotonic() - started < 1


def test_an_index_is_asked_for_the_package(index):
    index("AVX = 1")
    assert wheel_sources.answers(index.url, set_up.COMPILED, timeout_s=5)
    assert not wheel_sources.answers(index.url, "torch", timeout_s=5)


def test_a_wheel_is_installed_and_tried(venv, index, monkeypatch, capsys):
    index("AVX = 1 | AVX2 = 1")
    monkeypatch.setattr(wheel_sources, "processor_flags", lambda: {"avx", "avx2"})
    assert set_up.wheel_fault(index.url) == ""
    assert "wheel with sha256" in capsys.readouterr().out
    assert installed(venv)


def test_a_wheel_that_this_processor_cannot_run_is_taken_out_again(venv, index, monkeypatch):
    index("AVX2 = 1 | AVX512 = 1")
    monkeypatch.setattr(wheel_sources, "processor_flags", lambda: {"avx", "avx2"})
    assert "no AVX512" in set_up.wheel_fault(index.url)
    assert not installed(venv)


def test_without_a_fitting_wheel_it_is_compiled_and_said(venv, index, monkeypatch, capsys):
    compiled = []
    monkeypatch.setattr(set_up, "llama", lambda: wheel_sources.Source(index.url, "a wheel"))
    monkeypatch.setattr(set_up, "compile_llama", lambda: compiled.append(True))
    monkeypatch.setattr(set_up, "check_compiler", lambda: None)
    set_up.install_llama()
    assert compiled == [True]
    assert "the wheel is not used" in capsys.readouterr().out

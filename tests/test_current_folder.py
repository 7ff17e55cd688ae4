"""The current folder is not trusted: neither its settings nor its Python files nor its Streamlit options are read."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import make_workspace

from analyzer.config import PROJECT, load_settings
from analyzer.errors import UsageError

MARK = "import pathlib\npathlib.Path({mark!r}).write_text('ran')\n"
HOSTILE = 'workspace = "elsewhere"\nkeys_dir = "keys"\nanchor_dir = "anchors"\nmodels_dir = "models"\n'


def run(cwd: Path, *words: str, program=("-m", "analyzer"), **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANALYZER_")}
    own = {"HOME": str(cwd.parent), "PYTHONPATH": str(PROJECT)}
    return subprocess.run(
        [sys.executable, *program, *words], cwd=cwd, env=kept | own | environ,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def foreign(tmp_path):
    folder = tmp_path / "download"
    folder.mkdir()
    return folder


def test_settings_of_the_current_folder_move_nothing_and_the_user_is_told(foreign):
    (foreign / "analyzer.toml").write_text(HOSTILE)
    done = run(foreign, "settings", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["workspace"] == str(PROJECT / "index" / "default")
    assert found["models_dir"] == str(PROJECT / "models")
    assert found["keys_dir"] == str(foreign.parent / ".config" / "feedback-analyzer" / "keys")
    assert found["anchor_dir"] == ""
    assert done.stderr.count("\n") == 1
    assert "analyzer.toml of this folder is not read" in done.stderr
    assert "ANALYZER_CONFIG" in done.stderr


def test_settings_of_the_user_are_read_in_every_folder(foreign):
    file = foreign.parent / ".config" / "feedback-analyzer" / "analyzer.toml"
    file.parent.mkdir(parents=True)
    file.write_text("port = 9000\n")
    done = run(foreign, "settings", "--json")
    assert (json.loads(done.stdout)["port"], done.stderr) == (9000, "")


def test_a_file_is_read_where_its_path_is_given(foreign):
    (foreign / "analyzer.toml").write_text("port = 9000\n")
    done = run(foreign, "settings", "--json", ANALYZER_CONFIG="analyzer.toml")
    assert (json.loads(done.stdout)["port"], done.stderr) == (9000, "")


def test_a_given_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(UsageError, match=r"none\.toml.*ANALYZER_CONFIG"):
        load_settings(environ={"ANALYZER_CONFIG": str(tmp_path / "none.toml")})


@pytest.mark.parametrize("module", ["argparse", "json", "typing", "importlib_metadata", "sqlite3", "hmac"])
def test_a_python_file_of_the_current_folder_is_not_run(foreign, module):
    mark = foreign / "mark"
    (foreign / f"{module}.py").write_text(MARK.format(mark=str(mark)))
    done = run(foreign, "settings", "--json")
    assert not mark.exists()
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["port"] == 8501


def test_a_module_that_ran_before_this_program_could_leave_the_folder_is_a_refusal(foreign):
    """`python -m` imports contextlib before the program; what a file of that name did cannot be undone."""
    shutil.copy(contextlib.__file__, foreign / "contextlib.py")
    done = run(foreign, "settings", "--json")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert f"{foreign / 'contextlib.py'} was run by python -m" in done.stderr
    assert done.stderr.count("\n") == 1


def test_processes_that_the_program_starts_do_not_run_files_of_the_current_folder(foreign):
    """Worker processes are started with `python -c`, which puts the current folder first."""
    mark = foreign / "mark"
    (foreign / "multiprocessing.py").write_text(MARK.format(mark=str(mark)))
    source = (
        "import sys; sys.path.pop(0)\n"
        "from analyzer.cli.main import main\n"
        "import subprocess\n"
        "main(['settings'])\n"
        "subprocess.run([sys.executable, '-c', 'from multiprocessing.spawn import spawn_main'], check=True)\n"
    )
    done = run(foreign, source, program=("-c",))
    assert done.returncode == 0, done.stderr
    assert not mark.exists()


def test_every_command_names_the_workspace_that_it_used(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.close()
    (tmp_path / "cwd").mkdir()
    done = run(
        tmp_path / "cwd", "audit", "verify", "--json", "--workspace", str(workspace.settings.workspace),
        ANALYZER_KEYS_DIR=str(workspace.settings.keys_dir), ANALYZER_MODELS_DIR=str(workspace.settings.models_dir),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == f"workspace: {workspace.settings.workspace}"


OPTIONS = """
import json, sys
from pathlib import Path
from analyzer.security.sandbox.switches import leave_current_folder
from streamlit import config
if sys.argv[1:]:
    leave_current_folder(Path(sys.argv[1]))
print(json.dumps([config.get_option("server.maxUploadSize"), config.get_option("secrets.files")]))
"""


def test_streamlit_options_of_the_current_folder_are_not_read(foreign):
    (foreign / ".streamlit").mkdir()
    (foreign / ".streamlit" / "config.toml").write_text("[server]\nmaxUploadSize = 7\n")
    size, _ = json.loads(run(foreign, OPTIONS, program=("-c",)).stdout)
    assert size == 7  # what Streamlit does by itself
    script = PROJECT / "analyzer" / "ui" / "script"
    size, files = json.loads(run(foreign, OPTIONS, str(script), program=("-c",)).stdout)
    assert size != 7
    assert not [file for file in files if file.startswith(str(foreign))]


def test_streamlit_run_in_a_folder_with_its_own_options_is_refused(foreign):
    """Streamlit reads them before it runs the page, so that they are in force already."""
    (foreign / ".streamlit").mkdir()
    (foreign / ".streamlit" / "config.toml").write_text('[server]\naddress = "127.0.0.1"\nheadless = true\n')
    program = (str(Path(sys.executable).with_name("streamlit")), "run", str(PROJECT / "app.py"), "--server.port", "0")
    done = run(foreign, program=program)
    assert done.returncode != 0
    assert "change to another folder, or run: analyzer serve" in done.stderr + done.stdout

"""The notebooks of the documentation are executed: on fewer comments and with the small model of the tests."""

import json
import os
import sys

import nbformat
import pytest

from analyzer.config import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import notebooks

pytestmark = pytest.mark.long(90)

FILES = sorted(notebooks.FOLDER.glob("*.ipynb"))
SMALLER = {
    "ROWS = None  # read this many rows of the example; None: all": "ROWS = 160",
    'MONTHS = ["2024-04", "2024-05", "2024-06"]': 'MONTHS = ["2024-05", "2024-06"]',
}


def test_there_are_two():
    assert [file.stem for file in FILES] == ["analysts_hour", "data_teams_month"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_runs_and_shows_tables(file, models_dir, monkeypatch):
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(models_dir))
    monkeypatch.setenv("ANALYZER_ANSWERING_MODEL", "smollm2-135m-instruct-q4_1")
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    monkeypatch.setenv("IPYTHONDIR", os.environ["HOME"])
    sources = {cell.source for cell in nbformat.read(file, as_version=4).cells}
    assert sources & SMALLER.keys(), "the cell with parameters has changed: make the test's smaller again"
    done = notebooks.executed(file, SMALLER)
    outputs = [output for cell in done.cells for output in cell.get("outputs", ())]
    assert sum("text/html" in output.get("data", {}) for output in outputs) >= 5
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_outputs_that_are_shown_are_of_these_cells_and_say_nothing_of_a_machine(file):
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1)), "run: make notebooks"
    assert not notebooks.PATHS.search(json.dumps([cell["outputs"] for cell in code]))

"""The command evaluate: it measures a data folder, and reports a missing one in one line."""

import json
import os
import subprocess
import sys


def evaluate(*arguments, **options):
    command = [sys.executable, "-m", "analyzer", "evaluate", "privacy", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)


def test_without_data_it_says_how_to_name_some(tmp_path):
    done = evaluate("--data", str(tmp_path / "absent"))
    assert done.returncode == 1
    assert "--data DIR" in done.stderr


def test_an_empty_folder_gives_a_report_that_names_what_is_missing(tmp_path, models_dir):
    environ = {**os.environ, "ANALYZER_MODELS_DIR": str(models_dir)}
    done = evaluate("--data", str(tmp_path), "--json", env=environ)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert "held_back" in json.dumps(report)

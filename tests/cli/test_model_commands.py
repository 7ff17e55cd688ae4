"""The command models add: accepted models, and the message on how to use them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

META = {"name": "tiny", "version": "1.0.0", "license": "MIT"}
CONFIG = '[nlp]\nlang = "{lang}"\npipeline = ["ner"]\n\n[components.ner]\nfactory = "ner"\n'


@pytest.fixture
def models(tmp_path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def pipeline(folder: Path, lang: str, **meta: str) -> Path:
    """Write the files that models add reads of a spaCy pipeline."""
    (folder / "ner").mkdir(parents=True)
    (folder / "ner" / "model").write_bytes(b"weights")
    (folder / "meta.json").write_text(json.dumps({**META, "lang": lang, **meta}))
    (folder / "config.cfg").write_text(CONFIG.format(lang=lang))
    return folder


def run(models, *arguments, **environ):
    command = [sys.executable, "-m", "analyzer", "models", *map(str, arguments)]
    environ = {**os.environ, "ANALYZER_MODELS_DIR": str(models), **environ}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environ)


def test_a_pipeline_is_added_and_listed_and_said_to_be_read_with(models, tmp_path):
    done = run(models, "add", pipeline(tmp_path / "wheel" / "fr_tiny" / "fr_tiny-1.0.0", "fr").parent.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("fr_tiny-1.0.0 ")
    assert done.stderr == "comments in French are now read with it\n"
    assert "fr_tiny-1.0.0" in run(models, "list").stdout


def test_adding_it_again_prints_the_same(models, tmp_path):
    folder = pipeline(tmp_path / "de", "de")
    first, second = run(models, "add", folder, "--json"), run(models, "add", folder, "--json")
    assert (first.returncode, first.stdout, first.stderr) == (second.returncode, second.stdout, second.stderr)
    (model,) = json.loads(first.stdout)["models"]
    assert (model["name"], model["role"], model["licence"], model["present"]) == ("de_tiny-1.0.0", "names", "MIT", True)


def test_of_two_pipelines_for_a_language_the_one_added_last_is_used_and_that_is_said(models, tmp_path):
    old, new = pipeline(tmp_path / "old", "it"), pipeline(tmp_path / "new", "it", version="2.0.0")
    assert "comments in Italian are now read with it" in run(models, "add", old).stderr
    assert "comments in Italian are now read with it" in run(models, "add", new).stderr
    assert "still read with it_tiny-2.0.0" in run(models, "add", old).stderr


def test_an_english_pipeline_is_used_when_the_settings_name_it(models, tmp_path):
    folder = pipeline(tmp_path / "en", "en")
    assert "ANALYZER_NAMES_MODEL=en_tiny-1.0.0" in run(models, "add", folder).stderr
    said = run(models, "add", folder, ANALYZER_NAMES_MODEL="en_tiny-1.0.0").stderr
    assert said == "comments in English are now read with it\n"


def test_a_language_that_is_not_told_apart_is_said_not_to_be_used(models, tmp_path):
    done = run(models, "add", pipeline(tmp_path / "pl", "pl"))
    assert done.returncode == 0
    assert "will not be used: comments in pl" in done.stderr


def test_a_gguf_file_is_added_with_the_setting_that_uses_it(models, tmp_path):
    (tmp_path / "mine.gguf").write_bytes(b"GGUF and more")
    done = run(models, "add", tmp_path / "mine.gguf")
    assert done.returncode == 0
    assert done.stderr == "use it with ANALYZER_ANSWERING_MODEL=mine, or answering_model in the settings file\n"


def test_a_folder_that_is_refused_is_one_line_and_exit_code_one(models, tmp_path):
    folder = pipeline(tmp_path / "fr", "fr")
    (folder / "functions.py").write_text("raise SystemExit")
    done = run(models, "add", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("analyzer: ")
    assert "functions.py may contain code" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (models / "local.toml").exists()


def test_the_optional_french_pipeline_is_in_the_catalog_and_not_fetched_by_default(models):
    listed = {model["name"]: model for model in json.loads(run(models, "list", "--json").stdout)["models"]}
    french = listed["fr_core_news_sm"]
    assert (french["role"], french["licence"], french["default"]) == ("names", "LGPL-LR", False)


def test_the_languages_said_to_be_read_are_those_that_are_told_apart():
    from analyzer.cli.commands.model_commands import LANGUAGES
    from analyzer.privacy.language import KNOWN

    assert set(LANGUAGES) == set(KNOWN)

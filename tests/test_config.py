"""Settings: defaults, then the file, then the environment; unknown keys and wrong types are errors."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from analyzer.config import PROJECT, Settings, ignored_settings_file, load_settings, settings_file
from analyzer.errors import UsageError


@pytest.fixture
def file(tmp_path):
    return tmp_path / "analyzer.toml"


def test_without_file_and_environment_the_defaults_hold(file):
    settings = load_settings(file, {})
    assert settings.workspace == PROJECT / "index" / "default"
    assert settings.models_dir == PROJECT / "models"
    assert (settings.host, settings.port, settings.package_index) == ("127.0.0.1", 8501, "")


def test_the_environment_overrides_the_file_and_the_file_the_defaults(file):
    file.write_text('port = 9000\nbatch_size = 7\nworkspace = "from-file"\n')
    settings = load_settings(file, {"ANALYZER_PORT": "9001", "ANALYZER_WORKSPACE": "from-environment"})
    assert (settings.port, settings.batch_size) == (9001, 7)
    assert settings.workspace == Path("from-environment")


def test_the_file_is_looked_for_in_the_folder_of_the_user(file, monkeypatch):
    file.write_text("port = 9000\n")
    monkeypatch.chdir(file.parent)
    assert load_settings().port == 8501
    assert ignored_settings_file() == file
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text("port = 9000\n")
    assert load_settings().port == 9000
    monkeypatch.chdir(settings_file().parent)
    assert ignored_settings_file() is None


def test_the_environment_may_name_another_file(file, monkeypatch):
    file.write_text("port = 9000\n")
    monkeypatch.setenv("ANALYZER_CONFIG", str(file))
    assert load_settings().port == 9000


@pytest.mark.parametrize(
    ("text", "environ"), [("colour = 1", {}), ("", {"ANALYZER_COLOUR": "1"}), ("Port = 1", {}), ("[port]\nx=1", {})]
)
def test_an_unknown_key_or_a_section_is_an_error(file, text, environ):
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_settings(file, environ)
    assert "\n" not in str(caught.value)


def test_an_unknown_key_is_named_with_those_that_are_known(file):
    with pytest.raises(UsageError, match=r"unknown setting colour; known settings: .*workspace"):
        load_settings(file, {"ANALYZER_COLOUR": "1"})


@pytest.mark.parametrize("value", ["many", "", "1.5"])
def test_a_number_must_be_whole(file, value):
    with pytest.raises(UsageError, match="batch_size needs a whole number"):
        load_settings(file, {"ANALYZER_BATCH_SIZE": value})


def test_a_file_that_is_no_toml_is_an_error_that_names_it(file):
    file.write_text("port : 3")
    with pytest.raises(UsageError, match=r"analyzer\.toml: not valid TOML"):
        load_settings(file, {})
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"analyzer\.toml: not valid TOML"):
        load_settings(file, {})


def test_a_tilde_stands_for_the_home(file):
    settings = load_settings(file, {"ANALYZER_WORKSPACE": "~/w"})
    assert settings.workspace == Path.home() / "w"
    assert settings.keys_dir.is_relative_to(Path.home())


def test_regions_are_split_and_tidied(file):
    assert load_settings(file, {"ANALYZER_PHONE_REGIONS": " gb, ,us,"}).regions == ("GB", "US")


def test_cores_are_the_workers_or_those_of_the_machine(file):
    assert load_settings(file, {"ANALYZER_WORKERS": "3"}).cores == 3
    assert load_settings(file, {}).cores >= 1


def test_settings_are_few_and_frozen():
    assert len(fields(Settings)) <= 21
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1


def test_scrub_also_accepts_four_words_only():
    settings = load_settings(environ={"ANALYZER_SCRUB_ALSO": " places, Dates,"})
    assert settings.also == ("dates", "places")
    assert load_settings(environ={}).also == ()
    with pytest.raises(UsageError, match="unknown moons"):
        _ = load_settings(environ={"ANALYZER_SCRUB_ALSO": "moons"}).also

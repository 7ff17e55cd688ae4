import hashlib
import tomllib
from pathlib import Path

import pytest

from analyzer.config import PROJECT, Settings
from analyzer.errors import ModelError
from analyzer.models.catalog import is_present, load_catalog, locate, verify
from analyzer.models.catalog_entries import ModelRole, PackageSource, UrlSource

SHIPPED = load_catalog(PROJECT / "models")
PERMISSIVE = {"Apache-2.0", "MIT", "BSD-3-Clause"}


def entry(name="m", path="m.bin", data=b"weights", extra=""):
    digest = hashlib.sha256(data).hexdigest()
    return (
        f'[[model]]\nname = "{name}"\nrole = "answering"\npath = "{path}"\nlicence = "MIT"\n{extra}\n'
        f'files = [{{ path = "{path}", bytes = {len(data)}, sha256 = "{digest}" }}]\n'
    )


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "catalog.toml").write_text(entry())
    return folder


@pytest.mark.parametrize("model", SHIPPED.models, ids=lambda model: model.name)
def test_every_shipped_entry_is_complete(model):
    assert model.sources
    assert model.licence
    assert model.bytes > 1_000_000
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in model.files)
    for source in model.sources:
        if isinstance(source, PackageSource):
            assert all("==" in name and "{" not in name for name in source.requirements)
            assert source.parts == 0 or "*" in source.member
        else:
            assert isinstance(source, UrlSource)
            assert ("{file}" in source.url) == (len(model.files) > 1)
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in model.delivered)


def test_every_default_is_permissively_licensed_and_there_is_one_for_each_role():
    assert {model.licence for model in SHIPPED.defaults} <= PERMISSIVE
    assert sorted(model.role for model in SHIPPED.defaults) == sorted(set(ModelRole) - {ModelRole.PEOPLE})


def test_the_default_settings_name_default_models():
    settings = Settings()
    named = {settings.embedding_model, settings.answering_model, settings.names_model}
    assert named == {model.name for model in SHIPPED.defaults}


def test_tests_never_need_the_large_answering_model():
    assert sum(model.bytes for model in SHIPPED.models if model.for_tests) < 250_000_000


def test_parts_are_numbered_in_the_order_in_which_they_are_joined():
    source = PackageSource("p-part-{part:03d}", "1", "*", parts=11)
    assert source.requirements[0] == "p-part-001==1"
    assert source.requirements[-1] == "p-part-011==1"


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ModelError, match=r"'nonesuch'.*all-MiniLM-L6-v2"):
        SHIPPED.get("nonesuch")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (entry(extra='colour = "red"'), "unknown key colour"),
        ("[other]\n", "unknown key other"),
        (entry().replace('licence = "MIT"\n', ""), "missing key licence"),
        (entry().replace('"answering"', '"poet"'), "role must be one of embedding"),
        (entry().replace("bytes = 7", 'bytes = "7"'), "bytes must be int"),
        (entry() + "made_from = 3\n", "made_from must be a table"),
        (
            entry() + f'[model.made_from]\nformat = "zip"\npath = "a"\nbytes = 1\nsha256 = "{"0" * 64}"\n',
            "format must be",
        ),
        (entry() + '[model.made_from]\nformat = "e5-q4"\npath = "a"\nbytes = 1\nsha256 = "0"\n', "SHA-256"),
        (
            entry() + f'[model.made_from]\nformat = "e5-q4"\npath = "../a"\nbytes = 1\nsha256 = "{"0" * 64}"\n',
            "outside",
        ),
        (entry(path="../m.bin"), "outside the folder of the model"),
        (entry(path="/etc/passwd"), "outside the folder of the model"),
        (entry() + '[[model.sources]]\nkind = "carrier pigeon"\n', "kind must be pypi or url"),
        (entry() + '[[model.sources]]\nkind = "url"\nurl = "file:///etc/passwd"\n', "must start with https"),
        (entry() + entry(), "m is defined twice"),
        ("[[model]\n", "not readable as TOML"),
        ('model = "m"\n', "must be lists of tables"),
    ],
)
def test_an_invalid_catalog_is_refused_in_one_line(models_dir, text, complaint):
    (models_dir / "catalog.toml").write_text(text)
    with pytest.raises(ModelError, match=complaint) as caught:
        load_catalog(models_dir)
    assert "\n" not in str(caught.value).strip()


def test_a_folder_without_a_catalog_has_the_one_that_came_with_the_program(tmp_path):
    assert load_catalog(tmp_path) == load_catalog(tmp_path / "nowhere") == SHIPPED
    (tmp_path / "local.toml").write_text(entry())
    assert [model.name for model in load_catalog(tmp_path).models] == [*(m.name for m in SHIPPED.models), "m"]
    (tmp_path / "local.toml").unlink()
    (tmp_path / "catalog.toml").write_text(entry())
    assert [model.name for model in load_catalog(tmp_path).models] == ["m"]


def test_a_missing_model_names_the_command_that_installs_it(models_dir):
    (models_dir / "catalog.toml").write_text(
        entry() + '[[model.sources]]\nkind = "url"\nurl = "https://example.org/m.bin"\n'
    )
    model = load_catalog(models_dir).get("m")
    assert not is_present(models_dir, model)
    with pytest.raises(ModelError, match="model m is not installed; run: analyzer models fetch m"):
        locate(models_dir, model)


def test_a_present_model_is_located_and_verifies(models_dir):
    (models_dir / "m.bin").write_bytes(b"weights")
    model = load_catalog(models_dir).get("m")
    assert locate(models_dir, model) == models_dir / "m.bin"
    verify(models_dir, model)


def test_a_shortened_file_is_noticed_on_use(models_dir):
    (models_dir / "m.bin").write_bytes(b"weigh")
    with pytest.raises(ModelError, match=r"damaged \(m\.bin has 5 bytes, not 7"):
        locate(models_dir, load_catalog(models_dir).get("m"))


def test_an_altered_file_of_the_same_length_is_noticed_by_verify(models_dir):
    (models_dir / "m.bin").write_bytes(b"Weights")
    with pytest.raises(ModelError, match="m was altered"):
        verify(models_dir, load_catalog(models_dir).get("m"))


def test_a_file_smuggled_into_a_model_folder_is_noticed_by_verify(models_dir):
    text = entry(path="m").replace('files = [{ path = "m"', 'files = [{ path = "m/a"')
    (models_dir / "catalog.toml").write_text(text)
    (models_dir / "m").mkdir()
    (models_dir / "m" / "a").write_bytes(b"weights")
    model = load_catalog(models_dir).get("m")
    verify(models_dir, model)
    (models_dir / "m" / "modeling.py").write_text("evil = True")
    with pytest.raises(ModelError, match=r"delete .*modeling\.py"):
        verify(models_dir, model)


def test_the_fingerprint_of_one_file_is_its_hash_and_that_of_a_folder_covers_every_file():
    one = SHIPPED.get("smollm2-135m-instruct-q4_1")
    folder = SHIPPED.get("all-MiniLM-L6-v2")
    assert one.fingerprint == one.files[0].sha256
    fewer = type(folder)(folder.name, folder.role, folder.path, folder.licence, folder.files[1:])
    assert folder.fingerprint != fewer.fingerprint


def test_a_catalog_is_parsed_once_however_often_it_is_read_and_again_when_it_changes(models_dir, monkeypatch):
    parsed = []
    parse = tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda text: parsed.append(text) or parse(text))
    assert load_catalog(models_dir) == load_catalog(models_dir)
    assert len(parsed) == 1
    (models_dir / "catalog.toml").write_text(entry("other"))
    assert [model.name for model in load_catalog(models_dir).models] == ["other"]
    assert len(parsed) == 2

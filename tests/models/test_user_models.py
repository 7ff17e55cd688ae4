"""Models of the user: accepted and refused files, and that adding a model twice changes nothing."""

import hashlib
import json
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import spacy

from analyzer.config import Settings
from analyzer.errors import ModelError
from analyzer.models import user_models
from analyzer.models.catalog import is_present, load_catalog, locate, verify
from analyzer.models.catalog_entries import ModelRole
from analyzer.models.loaded_models import LoadedModels
from analyzer.models.user_models import add, language_of
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.findings import PERSON
from analyzer.privacy.ner import EntityModels

GGUF = b"GGUF" + bytes(range(60))
FRENCH = "fr_core_news_sm"


def entry(name, path, contents, role="answering"):
    """Return a catalog entry; contents are bytes by the path of the file."""
    files = "".join(
        f'  {{ path = "{file}", bytes = {len(data)}, sha256 = "{hashlib.sha256(data).hexdigest()}" }},\n'
        for file, data in contents.items()
    )
    return f'[[model]]\nname = "{name}"\nrole = "{role}"\npath = "{path}"\nlicence = "MIT"\nfiles = [\n{files}]\n'


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "catalog.toml").write_text(entry("m", "m.bin", {"m.bin": b"weights"}))
    return folder


@pytest.fixture
def brought(tmp_path: Path) -> Path:
    file = tmp_path / "My model (v2).gguf"
    file.write_bytes(GGUF)
    return file


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """A French pipeline with an untrained entity recognizer."""
    nlp = spacy.blank("fr", meta={"name": "tiny", "version": "1.2.0", "license": "CC BY-SA 4.0"})
    nlp.add_pipe("ner").add_label("PER")
    nlp.initialize()
    folder = tmp_path_factory.mktemp("saved") / "tiny"
    nlp.to_disk(folder)
    return folder


@pytest.fixture
def pipeline(saved, tmp_path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "brought"))


def change(file: Path, **values: object) -> None:
    """Set values of a JSON file; None removes one."""
    text = json.loads(file.read_text()) | values
    file.write_text(json.dumps({key: value for key, value in text.items() if value is not None}))


def left(models: Path) -> set[str]:
    """Return the names in the models folder without the catalog and the lock."""
    return {path.name for path in models.iterdir()} - {"catalog.toml", ".local.lock"}


def test_a_gguf_the_user_brings_becomes_an_answering_model(models, brought):
    model = add(models, brought)
    assert (model.name, model.role, model.licence) == ("My-model-v2", ModelRole.ANSWERING, "unknown")
    again = load_catalog(models).get("My-model-v2")
    assert again == model
    verify(models, again)
    assert locate(models, again).read_bytes() == GGUF


def test_adding_the_same_file_twice_changes_nothing(models, brought):
    first = add(models, brought)
    text = (models / "local.toml").read_text()
    assert add(models, brought) == first
    assert add(models, models / first.path) == first
    assert (models / "local.toml").read_text() == text


def test_an_added_model_that_went_missing_is_put_back_by_adding_it_again(models, brought):
    model = add(models, brought)
    (models / model.path).unlink()
    with pytest.raises(ModelError, match="run: analyzer models add FILE"):
        locate(models, model)
    add(models, brought)
    verify(models, model)


def test_a_brought_file_with_a_catalog_fingerprint_becomes_that_entry(models, brought):
    (models / "catalog.toml").write_text(entry("known", "known.gguf", {"known.gguf": GGUF}))
    assert add(models, brought).name == "known"
    assert not (models / "local.toml").exists()
    verify(models, load_catalog(models).get("known"))


def test_a_file_that_is_not_gguf_is_refused(models, tmp_path):
    file = tmp_path / "notes.gguf"
    file.write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelError, match="not a GGUF model"):
        add(models, file)
    with pytest.raises(ModelError, match="cannot be added"):
        add(models, tmp_path / "nowhere.gguf")
    assert left(models) == set()


def test_another_file_of_the_same_name_is_refused(models, brought):
    add(models, brought)
    brought.write_bytes(GGUF + b"more")
    with pytest.raises(ModelError, match="another model is called My-model-v2; rename"):
        add(models, brought)


def test_a_file_in_the_way_is_not_overwritten(models, brought):
    (models / "My-model-v2.gguf").write_bytes(b"GGUF of somebody else's")
    with pytest.raises(ModelError, match="is not in the catalog"):
        add(models, brought)
    assert (models / "My-model-v2.gguf").read_bytes() == b"GGUF of somebody else's"


def test_a_pipeline_becomes_a_names_model_of_its_language(models, pipeline):
    model = add(models, pipeline)
    assert (model.name, model.role, model.licence) == ("fr_tiny-1.2.0", ModelRole.NAMES, "CC BY-SA 4.0")
    assert {file.path for file in model.files} >= {f"{model.name}/config.cfg", f"{model.name}/ner/model"}
    assert load_catalog(models).get(model.name) == model
    verify(models, model)
    assert language_of(models / model.path) == "fr"
    assert LoadedModels(models).other_names("en_core_web_sm") == {"fr": models / model.path}


def test_what_was_added_opens_as_a_pipeline(models, pipeline):
    model = add(models, pipeline)
    shutil.rmtree(pipeline)
    found = EntityModels({"fr": models / model.path}).entities(["Ghislaine est venue."], ["fr"])
    assert {span.label for span in found[0]} <= {"PER"}


def test_adding_the_same_pipeline_twice_changes_nothing(models, pipeline, saved):
    first = add(models, pipeline)
    text = (models / "local.toml").read_text()
    assert add(models, saved) == first
    assert add(models, models / first.path) == first
    assert (models / "local.toml").read_text() == text
    assert left(models) == {"local.toml", first.path}


def test_a_pipeline_in_the_models_folder_is_only_registered(models, saved):
    place = Path(shutil.copytree(saved, models / "fr_tiny-1.2.0"))
    before = place.stat().st_ino
    model = add(models, place)
    assert place.stat().st_ino == before
    verify(models, model)


@pytest.mark.parametrize("depth", ["", "fr_tiny/fr_tiny-1.2.0", "a/b/c/d"])
def test_a_folder_that_contains_a_pipeline_is_accepted(models, saved, tmp_path, depth):
    inner = tmp_path / "wheel" / depth
    shutil.copytree(saved, inner)
    (tmp_path / "wheel" / "RECORD").write_text("code around the pipeline stays behind")
    if depth:
        (inner.parent / "__init__.py").write_text("raise SystemExit")
    model = add(models, tmp_path / "wheel")
    assert not any(file.path.endswith(".py") for file in model.files)
    verify(models, model)


def test_a_pipeline_with_the_files_of_a_catalog_entry_becomes_that_entry(models, pipeline):
    files = {f"known/{p.relative_to(pipeline)}": p.read_bytes() for p in pipeline.rglob("*") if p.is_file()}
    (models / "catalog.toml").write_text(entry("known", "known", files, "names"))
    assert add(models, pipeline).name == "known"
    assert left(models) == {"known"}
    known = load_catalog(models).get("known")
    verify(models, known)
    (models / "known" / "meta.json").unlink()
    add(models, pipeline)
    verify(models, known)


def test_a_pipeline_that_lacks_a_file_of_the_catalog_entry_is_not_that_entry(models, pipeline):
    files = {f"known/{p.relative_to(pipeline)}": p.read_bytes() for p in pipeline.rglob("*") if p.is_file()}
    (models / "catalog.toml").write_text(entry("known", "known", files | {"known/more": b""}, "names"))
    assert add(models, pipeline).name == "fr_tiny-1.2.0"
    assert not is_present(models, load_catalog(models).get("known"))


def test_an_added_pipeline_that_went_missing_is_put_back_by_adding_it_again(models, pipeline):
    model = add(models, pipeline)
    shutil.rmtree(models / model.path)
    with pytest.raises(ModelError, match="run: analyzer models add FOLDER"):
        locate(models, model)
    add(models, pipeline)
    verify(models, model)


def test_hidden_files_are_not_copied(models, pipeline):
    (pipeline / ".git").mkdir()
    (pipeline / ".git" / "hook.py").write_text("raise SystemExit")
    (pipeline / "ner" / ".DS_Store").write_bytes(b"\x00")
    model = add(models, pipeline)
    assert not any("/." in file.path for file in model.files)
    verify(models, model)


def test_a_link_that_stays_inside_is_copied_as_what_it_points_at(models, pipeline):
    (pipeline / "README").symlink_to("meta.json")
    model = add(models, pipeline)
    assert not (models / model.path / "README").is_symlink()
    verify(models, model)


@pytest.mark.parametrize(
    ("licence", "noted"),
    [
        (None, "unknown"),
        ("", "unknown"),
        (7, "unknown"),
        ("LGPL-LR", "LGPL-LR"),
        ('a "free"\\one\n[[model]]\x7f\t\U0001f600', 'a "free"\\one [[model]] \U0001f600'),
        ("x" * 1000, "x" * 80),
    ],
)
def test_the_licence_is_noted_as_meta_json_has_it(models, pipeline, licence, noted):
    change(pipeline / "meta.json", license=licence)
    model = add(models, pipeline)
    assert model.licence == noted
    assert load_catalog(models).get(model.name) == model


def test_a_local_file_written_by_hand_is_added_to(models, pipeline, brought):
    (models / "local.toml").write_text(entry("own", "own.gguf", {"own.gguf": b"GGUF"}).rstrip())
    add(models, pipeline)
    add(models, brought)
    names = [model["name"] for model in tomllib.loads((models / "local.toml").read_text())["model"]]
    assert names == ["own", "fr_tiny-1.2.0", "My-model-v2"]


def without_ner(folder):
    text = (folder / "config.cfg").read_text()
    (folder / "config.cfg").write_text(text.replace('pipeline = ["ner"]', "pipeline = []"))


def with_ner_off(folder):
    text = (folder / "config.cfg").read_text()
    (folder / "config.cfg").write_text(text.replace("disabled = []", 'disabled = ["ner"]'))


def with_foreign_ner(folder):
    text = (folder / "config.cfg").read_text()
    (folder / "config.cfg").write_text(text.replace('factory = "ner"', 'factory = "my_own_code"'))


def with_link_out(folder):
    (folder.parent / "secret").write_text("not of the pipeline")
    (folder / "ner" / "extra").symlink_to(folder.parent / "secret")


def with_linked_folder(folder):
    (folder / "again").symlink_to(folder / "ner", target_is_directory=True)


def with_dead_link(folder):
    (folder / "extra").symlink_to(folder / "nowhere")


def with_a_second_pipeline(folder):
    shutil.copytree(folder, folder / "inner" / "one")
    shutil.copytree(folder / "inner" / "one", folder / "inner" / "two")
    (folder / "meta.json").unlink()


def with_odd_name(folder):
    (folder / "a\nb").write_text("")


REFUSED = {
    "no ner in it": (without_ner, r"recognizes no entities .* choose a pipeline that does"),
    "ner switched off": (with_ner_off, "recognizes no entities"),
    "ner of somebody else's": (with_foreign_ner, "recognizes no entities"),
    "a link out": (with_link_out, "link .* out of the model"),
    "a linked folder": (with_linked_folder, "link to a folder"),
    "a link to nothing": (with_dead_link, "link"),
    "two pipelines": (with_a_second_pipeline, "holds 2 spaCy pipelines; choose one"),
    "a file name with a line break": (with_odd_name, "unprintable characters in its name"),
    "no meta.json": (lambda folder: (folder / "meta.json").unlink(), "holds no spaCy pipeline"),
    "no config.cfg": (lambda folder: (folder / "config.cfg").unlink(), "holds no spaCy pipeline"),
    "a broken meta.json": (lambda folder: (folder / "meta.json").write_text("{"), "not valid JSON"),
    "a list as meta.json": (lambda folder: (folder / "meta.json").write_text("[]"), "not the description"),
    "a broken config.cfg": (lambda folder: (folder / "config.cfg").write_text("nlp"), "not the configuration"),
    "an empty config.cfg": (lambda folder: (folder / "config.cfg").write_text(""), "not the configuration"),
    "a config.cfg of bytes": (lambda folder: (folder / "config.cfg").write_bytes(b"\xff"), "not the configuration"),
    "no language": (lambda folder: change(folder / "meta.json", lang=None), "names no language"),
    "a language that is a path": (lambda folder: change(folder / "meta.json", lang="../x"), "names no language"),
} | {
    f"a file *{ending}": (lambda folder, ending=ending: (folder / f"x{ending}").write_text(""), "may contain code")
    for ending in (".py", ".PY", ".pkl", ".pickle", ".so", ".pyc", ".dll", ".whl", ".pt")
}


@pytest.mark.parametrize(("spoil", "complaint"), REFUSED.values(), ids=REFUSED)
def test_a_pipeline_is_refused_in_one_line_and_nothing_is_left(models, pipeline, spoil, complaint):
    spoil(pipeline)
    with pytest.raises(ModelError, match=complaint) as caught:
        add(models, pipeline)
    assert ";" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert left(models) == set()


def test_a_name_in_meta_json_leads_nowhere_else(models, pipeline):
    change(pipeline / "meta.json", name="../../../etc/cron.d/x")
    model = add(models, pipeline)
    assert "/" not in model.path
    assert left(models) == {"local.toml", model.path}


def test_another_pipeline_of_the_same_name_and_version_is_refused(models, pipeline):
    add(models, pipeline)
    change(pipeline / "meta.json", description="trained again")
    with pytest.raises(ModelError, match=r"another model is called fr_tiny-1\.2\.0; give it another name"):
        add(models, pipeline)
    change(pipeline / "meta.json", version="1.3.0")
    assert add(models, pipeline).name == "fr_tiny-1.3.0"


def test_a_folder_in_the_way_is_not_overwritten(models, pipeline):
    (models / "fr_tiny-1.2.0").mkdir()
    (models / "fr_tiny-1.2.0" / "mine").write_text("kept")
    with pytest.raises(ModelError, match="is not in the catalog"):
        add(models, pipeline)
    assert (models / "fr_tiny-1.2.0" / "mine").read_text() == "kept"


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "ctrl-c"])
def test_an_interrupted_copy_leaves_nothing_usable(models, pipeline, monkeypatch, stop):
    real, copied = shutil.copyfile, []

    def copy(source, target):
        if len(copied) == 3:
            raise stop
        copied.append(target)
        return real(source, target)

    monkeypatch.setattr(user_models.shutil, "copyfile", copy)
    with pytest.raises((ModelError, KeyboardInterrupt)) as caught:
        add(models, pipeline)
    assert isinstance(caught.value, KeyboardInterrupt) or "No space left" in str(caught.value)
    assert copied
    assert left(models) == set()
    monkeypatch.undo()
    verify(models, add(models, pipeline))


def test_a_killed_copy_starts_again(models, pipeline):
    rest = models / ".fr_tiny-1.2.0.part"
    (rest / "old").mkdir(parents=True)
    (rest / "old" / "file").write_text("of the first attempt")
    model = add(models, pipeline)
    verify(models, model)
    assert left(models) == {"local.toml", model.path}


@pytest.fixture(scope="module")
def french(models_dir) -> Path:
    """The real French pipeline; it is optional, so tests that need it are skipped without it."""
    if not is_present(models_dir, load_catalog(models_dir).get(FRENCH)):
        pytest.skip(f"{FRENCH} is not in {models_dir}; to run this: analyzer models fetch {FRENCH}")
    return models_dir / FRENCH


def test_french_comments_are_read_with_the_french_pipeline(french, models_dir):
    texts = [
        "La livraison du colis a été confirmée par Delacroisette hier soir sans aucun souci.",
        "Franchement déçu, car Bourzeix n'a jamais répondu à mes messages.",
        "Mon dossier a été perdu par Szczepaniak, et personne ne sait où il se trouve.",
        "La commande est arrivée à temps et le produit fonctionne très bien.",
    ]
    names = [["Delacroisette"], ["Bourzeix"], ["Szczepaniak"], []]
    rules = Rules(models_dir / "en_core_web_sm", Settings().regions)
    without = Detector(rules).detect(texts)
    assert [language for language, _ in without] == ["fr"] * 4
    assert [people(text, found) for text, (_, found) in zip(texts, without, strict=True)] == [[]] * 4
    read = Detector(replace(rules, more_models=(("fr", french),))).detect(texts)
    assert [people(text, found) for text, (_, found) in zip(texts, read, strict=True)] == names


def people(text, findings):
    return [text[finding.start : finding.end] for finding in findings if finding.type == PERSON]


def test_the_french_pipeline_alone_finds_what_it_finds_whole(french):
    text = "Mon dossier a été perdu par Szczepaniak, à la boutique Darty de Lyon."
    whole = [(e.label_, e.start_char, e.end_char) for e in spacy.load(french)(text).ents]
    assert whole
    assert EntityModels({"fr": french}).entities([text], ["fr"]) == [whole]

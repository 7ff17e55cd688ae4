"""Embedding models of the user: what is taken of a folder, what is refused, and that prompts are kept."""

import json
import shutil

import pytest
from e5_image import WIDTH, image

from analyzer.errors import ModelError
from analyzer.models.catalog import load_catalog, locate, verify
from analyzer.models.catalog_entries import ModelRole
from analyzer.models.conversion import convert
from analyzer.models.embedder import Embedder
from analyzer.models.embedding_thresholds import notes_on
from analyzer.models.user_embedding import has_prompts
from analyzer.models.user_models import add


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    (folder / "image.bin").write_bytes(image())
    convert(folder / "image.bin", folder / "tiny-e5")
    return folder / "tiny-e5"


@pytest.fixture
def brought(made, tmp_path):
    return shutil.copytree(made, tmp_path / "tiny-e5")


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "catalog.toml").write_text("")
    return folder


def left(models):
    return {path.name for path in models.iterdir()} - {"catalog.toml", ".local.lock"}


def change(file, **values):
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def set_module(folder, **values):
    file = folder / "modules.json"
    file.write_text(json.dumps([*json.loads(file.read_text()), {"idx": 3, "name": "3", "path": "", **values}]))


def test_a_folder_becomes_an_embedding_model_with_its_prompts_and_without_what_else_lies_there(models, brought):
    (brought / "README.md").write_text("---\nlanguage: fr\nlicense: mit\n---\n# A model\n")
    (brought / "pytorch_model.bin").write_bytes(b"a pickle")
    (brought / "train.py").write_text("raise SystemExit")
    (brought / "onnx").mkdir()
    (brought / "onnx" / "config.json").write_text("{}")
    model = add(models, brought)
    assert (model.name, model.role, model.licence) == ("tiny-e5", ModelRole.EMBEDDING, "mit")
    shutil.rmtree(brought)
    verify(models, load_catalog(models).get("tiny-e5"))  # no other file lies there
    embedder = Embedder(locate(models, model))
    assert embedder.dimension == WIDTH
    assert has_prompts(models / "tiny-e5")
    assert abs(embedder.embed_one("the parcel") - embedder.embed(["the parcel"])[0]).max() > 0.01
    assert notes_on("tiny-e5")  # nothing was measured for it, and that is said


def test_adding_it_again_or_with_more_files_is_the_same_model(models, brought):
    first = add(models, brought)
    (brought / "data_config.json").write_text("[]")
    assert add(models, brought) == first
    assert left(models) == {"local.toml", "tiny-e5"}


def test_another_model_does_not_take_the_name_of_one_that_was_measured(models, brought):
    add(models, brought)
    change(brought / "config.json", layer_norm_eps=1e-5)
    with pytest.raises(ModelError, match="another model is called tiny-e5; rename tiny-e5 and add it again"):
        add(models, brought)


REFUSED = {
    "weights that are a pickle": (
        lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"), "no weights in safetensors"),
    "a module of its publisher": (
        lambda f: set_module(f, type="modeling_own.Pooling"), "a module that is not taken"),
    "a module of another library": (
        lambda f: set_module(f, type="os.Transformer"), "a module that is not taken"),
    "a module that is not one of those": (
        lambda f: set_module(f, type="sentence_transformers.models.CLIPModel"), "a module that is not taken"),
    "a module elsewhere": (
        lambda f: set_module(f, type="sentence_transformers.models.Dense", path="../x"), "outside of the model"),
    "a dense layer without weights": (
        lambda f: set_module(f, type="sentence_transformers.models.Dense", path="3"), "no weights in safetensors"),
    "code of its publisher": (
        lambda f: change(f / "config.json", auto_map={"AutoModel": "modeling.Own"}), "needs code of its publisher"),
    "code of its tokenizer": (
        lambda f: change(f / "tokenizer_config.json", init={"auto_map": {"A": "b.C"}}), "needs code of its publisher"),
    "no list of modules": (lambda f: (f / "modules.json").write_text("{}"), "lists no modules"),
    "broken settings": (lambda f: (f / "config.json").write_text("{"), "not valid JSON"),
    "weights that are none": (lambda f: (f / "model.safetensors").write_bytes(b"no weights"), "does not load"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "does not load"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_such_model_is_refused_in_one_line_and_nothing_is_left(models, brought, spoil, complaint):
    spoil(brought)
    with pytest.raises(ModelError, match=complaint) as caught:
        add(models, brought)
    assert "\n" not in str(caught.value)
    assert left(models) == set()

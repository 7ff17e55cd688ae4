"""Token-classification models of the user, with a tiny one made here; no network, no downloaded weights."""

import json
import shutil

import pytest

from analyzer.errors import ModelError
from analyzer.models.catalog import load_catalog
from analyzer.models.catalog_entries import ModelRole
from analyzer.models.loaded_models import LoadedModels
from analyzer.models.token_classifier import TokenClassifier, is_token_classifier, person_labels
from analyzer.models.user_models import add
from analyzer.privacy.detector import Detector, rules_of
from analyzer.privacy.scrubber import Scrubber

WORDS = "[PAD] [UNK] [CLS] [SEP] zyxxo quovin the refund never came from said hello . , !".split()
NAMES = ("zyxxo", "quovin")
"""Made words that no list, no frame and no capital tells for names: only the model knows them."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A BERT of one layer of two dimensions whose embeddings say what is a name."""
    import torch
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("made") / "tiny-people"
    folder.mkdir()
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4,
        max_position_embeddings=64, id2label={0: "O", 1: "B-PER", 2: "I-PER"},
        label2id={"O": 0, "B-PER": 1, "I-PER": 2},
    )  # fmt: skip
    model = BertForTokenClassification(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        for name, weight in model.named_parameters():
            if "LayerNorm.weight" in name:
                weight.fill_(1.0)
        embeddings = model.bert.embeddings.word_embeddings.weight
        embeddings[:] = torch.tensor([1.0, -1.0, 1.0, -1.0])
        for name in NAMES:
            embeddings[WORDS.index(name)] = torch.tensor([-1.0, 1.0, -1.0, 1.0])
        model.classifier.weight[0] = torch.tensor([3.0, -3.0, 3.0, -3.0])
        model.classifier.weight[1] = torch.tensor([-3.0, 3.0, -3.0, 3.0])
    model.save_pretrained(folder, safe_serialization=True)
    BertTokenizerFast(vocab={word: number for number, word in enumerate(WORDS)}).save_pretrained(folder)
    return folder


@pytest.fixture
def models(tmp_path, models_dir):
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("en_core_web_sm",):
        (folder / name).symlink_to((models_dir / name).resolve())
    return folder


def test_a_folder_becomes_a_witness_that_the_gate_believes(models, made, tmp_path):
    brought = shutil.copytree(made, tmp_path / "tiny-people")
    text = "the refund never came from zyxxo quovin, said zyxxo."
    regions = ("GB",)
    before = rules_of(LoadedModels(models), "en_core_web_sm", regions)
    assert Scrubber(Detector(before)).scrub([text])[0].text == text
    model = add(models, brought)
    assert (model.name, model.role) == ("tiny-people", ModelRole.PEOPLE)
    shutil.rmtree(brought)
    after = rules_of(LoadedModels(models), "en_core_web_sm", regions)
    assert after.profile != before.profile  # texts are scrubbed again when they are imported again
    scrubbed = Scrubber(Detector(after)).scrub([text, "Hello, the refund came."])
    assert scrubbed[0].text == "the refund never came from <PERSON_1>, said <PERSON_2>."
    assert scrubbed[1].text == "Hello, the refund came."


def test_long_texts_are_read_to_their_end(made):
    text = "the refund never came. " * 60 + "zyxxo said hello"
    assert [text[start:end] for start, end in TokenClassifier(made).people(text)] == ["zyxxo"]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda folder: (folder / "model.safetensors").rename(folder / "model.bin"), "no weights in safetensors"),
        (lambda folder: _change(folder, auto_map={"AutoModel": "x.Y"}), "needs code"),
        (lambda folder: _change(folder, id2label={"0": "O", "1": "CITY", "2": "ORG"}), "no label for people"),
    ],
    ids=["weights of another format", "code", "no people"],
)
def test_what_is_no_such_model_is_refused_and_nothing_is_left(models, made, tmp_path, spoil, complaint):
    brought = shutil.copytree(made, tmp_path / "tiny-people")
    spoil(brought)
    with pytest.raises(ModelError, match=complaint):
        add(models, brought)
    assert not (models / "tiny-people").exists()
    assert "tiny-people" not in {model.name for model in load_catalog(models).models}


def test_labels_of_people_are_told_by_their_names():
    labels = [
        "O",
        "B-PER",
        "I-PERSON",
        "FIRSTNAME",
        "GIVENNAME1",
        "I-ORG",
        "CITY",
        "USERNAME",
        "LAST_NAME",
        "B-SURNAME",
    ]
    found = [labels[n] for n in person_labels(dict(enumerate(labels)))]
    assert found == ["B-PER", "I-PERSON", "FIRSTNAME", "GIVENNAME1", "LAST_NAME", "B-SURNAME"]


def test_other_folders_are_no_token_classifiers(models_dir, tmp_path):
    assert not is_token_classifier(models_dir / "all-MiniLM-L6-v2")
    assert not is_token_classifier(tmp_path)


def _change(folder, **settings):
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | settings), encoding="utf-8")

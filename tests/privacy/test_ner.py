"""The door to spaCy: which pipelines are loaded, what is asked of them, and what is said when one does not load."""

import json
import shutil
from pathlib import Path

import pytest
import spacy

from analyzer.errors import ModelError
from analyzer.privacy.ner import EntityModels, EntitySpan

TEXT = "Le colis est chez Ghislaine depuis hier."


def pipeline(folder: Path, language: str, label: str, *, listens: bool = False) -> Path:
    """Save a pipeline that calls the word Ghislaine by a label; with `listens` its recognizer shares a tok2vec."""
    nlp = spacy.blank(language)
    config = {}
    if listens:
        nlp.add_pipe("tok2vec")
        listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
        config = {
            "model": {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "tok2vec": listener}
        }
        config["model"] |= {"extra_state_tokens": False, "hidden_width": 64, "maxout_pieces": 2, "use_upper": True}
    nlp.add_pipe("ner", config=config).add_label(label)
    ruler = nlp.add_pipe("entity_ruler", config={"overwrite_ents": True})
    nlp.initialize()
    ruler.add_patterns([{"label": label, "pattern": "Ghislaine"}])
    nlp.to_disk(folder)
    return folder


@pytest.mark.parametrize("listens", [False, True])
@pytest.mark.parametrize("label", ["PER", "PERSON"])
def test_each_text_is_read_by_the_pipeline_of_its_language(tmp_path, label, listens):
    models = EntityModels({"fr": pipeline(tmp_path / "fr", "fr", label, listens=listens)})
    found = models.entities([TEXT, TEXT, TEXT], ["fr", "de", ""])
    start = TEXT.index("Ghislaine")
    assert EntitySpan(label, start, start + len("Ghislaine")) in found[0]
    assert found[1:] == [[], []]


def test_a_pipeline_for_a_language_that_is_never_told_is_not_opened(tmp_path):
    models = EntityModels({"fr": pipeline(tmp_path / "fr", "fr", "PER"), "pl": tmp_path / "nowhere"})
    assert models.languages == ("fr",)
    assert models.entities([TEXT], ["pl"]) == [[]]


def test_a_missing_pipeline_says_how_to_get_it(tmp_path):
    with pytest.raises(ModelError, match="is missing; run: analyzer models fetch"):
        EntityModels({"fr": tmp_path / "nowhere"})


def unknown_component(folder):
    config = (folder / "config.cfg").read_text()
    (folder / "config.cfg").write_text(config.replace('factory = "entity_ruler"', 'factory = "our_own"'))


def unknown_language(folder):
    config = (folder / "config.cfg").read_text()
    (folder / "config.cfg").write_text(config.replace('lang = "fr"', 'lang = "qq"'))
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(meta | {"lang": "qq"}))


@pytest.mark.parametrize("spoil", [unknown_component, unknown_language, lambda folder: shutil.rmtree(folder / "ner")])
def test_a_pipeline_that_does_not_load_is_one_line_with_its_remedy(tmp_path, spoil):
    folder = pipeline(tmp_path / "fr", "fr", "PER")
    spoil(folder)
    with pytest.raises(ModelError, match=r"does not load as a spaCy pipeline; .*local\.toml") as caught:
        EntityModels({"fr": folder})
    assert "\n" not in str(caught.value)

"""Prompts, thresholds and verifier weights belong to a family of models, found by name."""

import pytest
from fakes import FakeEmbedder, FakeLLM

from analyzer.answers.grounding.entailment import WEIGHTS, Verifier, read_heads, verifier_of
from analyzer.answers.service import METHOD, method_of
from analyzer.config import Settings
from analyzer.errors import ModelError
from analyzer.models.families import UNKNOWN, Family, family_of
from analyzer.models.llm import Message

DEFAULT = family_of(Settings().answering_model)


@pytest.mark.parametrize(
    "name", ["qwen2.5-coder-1.5b-instruct-q4_k_m", "Qwen2.5-Coder-1.5B-Instruct.Q8_0.gguf", "qwen2.5-coder:1.5b"]
)
def test_a_family_is_found_by_any_spelling(name):
    assert family_of(name).name == "qwen2.5-coder-1.5b"


@pytest.mark.parametrize("name", ["qwen2.5:7b", "qwen2.5-coder:7b", "llama3.1:70b", ""])
def test_another_model_has_no_family(name):
    assert family_of(name) == UNKNOWN


def test_the_verifier_asks_the_model_only_where_weights_were_measured_with_it():
    model = FakeLLM()
    model.family = DEFAULT
    assert verifier_of(FakeEmbedder(), model).model is model
    model.gives_probabilities = False
    assert verifier_of(FakeEmbedder(), model).model is None
    model.gives_probabilities, model.family = True, UNKNOWN
    strict = verifier_of(FakeEmbedder(), model)
    assert strict.model is None
    assert strict.least_support == read_heads().seen_support.least > read_heads().twice_support.least
    strict.verdicts("People say the sofa is soft.", ["The sofa is soft."])
    assert model.judged == []


def test_a_family_has_its_own_prompts(tmp_path):
    (tmp_path / "families.toml").write_text(
        '[[family]]\nname = "mine"\nmodels = "*mine*"\nweights = "mine.json"\njudging = "Judge as mine."\n'
    )
    family = family_of("Mine-7B", tmp_path)
    assert (family.name, family.weights) == ("mine", str(tmp_path / "mine.json"))
    assert family.prompt("judging", "default") == "Judge as mine."
    assert family.prompt("writing", "default") == "default"
    assert family_of("qwen2.5-coder-1.5b", tmp_path) == DEFAULT
    model = FakeLLM()
    model.family = family
    Verifier(FakeEmbedder(), model).oppositions("The sofa is soft.", ["The sofa is hard and not soft."])
    Verifier(FakeEmbedder(), model).verdicts("The sofa is soft.", ["The sofa is soft and the sofa is soft."])
    assert {turns[0] for turns in model.judged} == {Message("system", "Judge as mine.")}
    with pytest.raises(ModelError, match=r"mine\.json is missing"):
        verifier_of(FakeEmbedder(), model)


@pytest.mark.parametrize(
    "text", ["[[family]]\nname = 'x'\n", "[[family]]\nname='x'\nmodels='*'\nprompt='y'\n", "x = ["]
)
def test_a_file_of_families_that_is_not_understood_is_one_line(tmp_path, text):
    (tmp_path / "families.toml").write_text(text)
    with pytest.raises(ModelError, match="does not describe model families"):
        family_of("any", tmp_path)


def test_a_receipt_tells_families_apart():
    assert method_of(DEFAULT) == METHOD
    others = [UNKNOWN, Family("mine", WEIGHTS, {"writing": "Write."}), Family("mine", WEIGHTS, {"judging": "Judge."})]
    assert len({METHOD, *map(method_of, others)}) == 4

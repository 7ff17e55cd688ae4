"""The language of a question, and the sentences of answers in it."""

import json
from importlib.resources import files

import pytest
from fakes import make_workspace
from topics import imported, rows

from analyzer.answers import wording
from analyzer.answers.answer_languages import LANGUAGES, in_language, language_of_question
from analyzer.answers.grounding.quantities import SLOT

QUESTIONS = {
    "fr": "Que dit-on de la livraison ?", "de": "Was sagen die Leute über die Lieferung?",
    "es": "¿Qué dicen los clientes de la entrega?", "nl": "Wat vinden klanten van de bezorging?",
    "it": "Cosa dicono i clienti della consegna?",
}  # fmt: skip


def table(language):
    return json.loads((files("analyzer.answers") / "sentences" / f"{language}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_tells_its_language(language):
    assert language_of_question(QUESTIONS[language]) == language


@pytest.mark.parametrize("question", ["What do people say about parking?", "parking", "", "Crashes per week", "xyz 1"])
def test_a_question_in_english_or_without_a_word_of_its_own_is_answered_in_english(question):
    assert language_of_question(question) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_has_its_slots_and_no_figure_of_its_own_in_each_language(language):
    assert set(table(language)) == set(table("fr"))
    for english, sentence in table(language).items():
        slots = SLOT.findall(english)
        assert sorted(SLOT.findall(sentence)) == sorted(slots)
        numbers = [wording.Number(3, 4, "", name) for name in slots]
        assert wording.fill_slots(english, numbers, language) != wording.fill_slots(english, numbers)


def test_a_sentence_without_a_translation_stays_english():
    assert in_language("Nobody wrote this.", "fr") == "Nobody wrote this."
    assert in_language("How they split:", "sv") == "How they split:"


@pytest.mark.parametrize(
    ("question", "head"),
    [
        ("Was sagen die Leute über soup?", "passenden Kommentare"),
        ("Que disent les clients de soup ?", "commentaires retenus"),
        ("¿Qué dicen los clientes de zyxwv?", "comentarios que coinciden"),
    ],
)
def test_an_answer_is_in_the_language_of_its_question(tmp_path, question, head):
    workspace = imported(tmp_path, rows())
    answer = workspace.ask(question)
    assert head in answer.text
    assert workspace.answers.replay(answer.receipt).text == answer.text


def test_english_answers_are_as_they_were(tmp_path):
    workspace = make_workspace(tmp_path)
    plan = workspace.answers.plan("What do people say about soup?")
    assert plan.language == ""

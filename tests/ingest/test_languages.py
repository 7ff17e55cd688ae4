"""The mix of languages of a file and the embedding model that is proposed for it."""

import pytest
from fakes import make_workspace

from analyzer.errors import UsageError
from analyzer.ingest.languages import ENGLISH_MODEL, MULTILINGUAL_MODEL, count_languages, embedding_for, language_notes

FRENCH = "nous avons attendu deux heures à la caisse"
GERMAN = "das Personal war heute wieder sehr unfreundlich"
ENGLISH = "the staff were kind and the food was warm"


def test_languages_are_counted_most_frequent_first_with_those_that_are_undetermined():
    assert list(count_languages([FRENCH, GERMAN, FRENCH, "ok"]).items()) == [("fr", 2), ("", 1), ("de", 1)]


def test_the_model_for_several_languages_is_proposed_where_most_comments_are_not_english():
    mix, proposal = language_notes({"fr": 4, "de": 2, "en": 3, "": 9}, ENGLISH_MODEL)
    assert mix == "languages of a sample of the comments: fr 4, de 2, en 3, undetermined 9"
    assert "(de,fr)" in proposal
    assert f"analyzer reindex --embedding {MULTILINGUAL_MODEL}" in proposal
    assert f"analyzer models fetch {MULTILINGUAL_MODEL}" in proposal


@pytest.mark.parametrize(
    ("counts", "embedding", "notes"),
    [
        ({"en": 90, "": 4}, ENGLISH_MODEL, 0),
        ({"en": 90, "fr": 3}, ENGLISH_MODEL, 1),
        ({"fr": 3}, ENGLISH_MODEL, 1),
        ({"fr": 90}, MULTILINGUAL_MODEL, 1),
        ({"fr": 90}, "model-of-the-user", 1),
        ({"fr": 90}, "all-mpnet-base-v2", 2),
        ({}, ENGLISH_MODEL, 0),
    ],
)
def test_nothing_is_proposed_for_english_for_few_comments_or_with_a_fitting_model(counts, embedding, notes):
    assert len(language_notes(counts, embedding)) == notes


def test_languages_decide_the_model():
    assert embedding_for(["en"]) == ENGLISH_MODEL
    assert embedding_for(["en", "fr"]) == embedding_for(["it"]) == MULTILINGUAL_MODEL
    with pytest.raises(UsageError, match="xx cannot be read; name some of en, fr"):
        embedding_for(["fr", "xx"])


def test_a_preview_says_the_languages_of_a_file(tmp_path):
    file = tmp_path / "a.csv"
    rows = [f"{text} {n}" for n, text in enumerate([FRENCH, GERMAN, ENGLISH] * 4)]
    file.write_text("date,comment\n" + "".join(f"2024-01-{n + 1:02d},{row}\n" for n, row in enumerate(rows)))
    workspace = make_workspace(tmp_path)
    preview = workspace.imports.preview(file)
    workspace.close()
    assert dict(preview.languages) == {"de": 4, "en": 4, "fr": 4}
    assert any("most comments are not in English" in note for note in preview.notes)

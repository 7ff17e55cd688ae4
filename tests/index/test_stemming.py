"""Search by words in five more languages: one form of a word finds the others, and English is as it was."""

import pytest
from kept_workspaces import copied, opened_raw

from analyzer.index.feedback_table import StoredText
from analyzer.index.filters import EVERYTHING
from analyzer.index.fulltext import search_all_words, search_words, stemmed_languages, texts_with
from analyzer.index.record_writer import drop_texts, stem_stored_texts, write_texts
from analyzer.index.word_ranking import rank_texts
from analyzer.store.database import Database
from analyzer.store.migrations import MIGRATIONS

FORMS = {
    "fr": ("réservation réserver", "commande commandes", "attendre attendu", "livré livraison", "gentille gentils",
           "chère cher", "infirmière infirmières", "nettoyer nettoyée", "rapide rapidement", "problèmes problème"),
    "de": ("Häuser Haus", "Lieferungen Lieferung", "freundliche freundlich", "Bestellung Bestellungen",
           "Wartezeiten Wartezeit", "pünktlicher pünktlich", "Zimmern Zimmer", "Ärzte Arzt", "schlechtes schlecht",
           "Preise Preis"),
    "es": ("pedidos pedido", "amable amables", "enfermeras enfermera", "habitaciones habitación", "caros caro",
           "limpieza limpiezas", "rápidamente rápida", "esperando esperar", "entregado entregar", "citas cita"),
    "nl": ("kamers kamer", "bestellingen bestelling", "vriendelijke vriendelijk", "wachttijden wachttijd",
           "goedkope goedkoop", "prijzen prijs", "afspraken afspraak", "schone schoon", "dokters dokter",
           "leveringen levering"),
    "it": ("camere camera", "ordini ordine", "gentili gentile", "infermieri infermiere", "puliti pulito",
           "rapidamente rapida", "consegne consegna", "attendere attendeva", "prezzi prezzo", "medici medico"),
}  # fmt: skip
"""A form that is asked for and one that a comment has; chosen before they were looked up."""
MISSED = {"fr": {"attendre", "livré", "gentille"}, "es": {"rápidamente"}, "it": {"infermieri"}}
"""What Snowball keeps apart."""


@pytest.fixture
def database(tmp_path):
    made = Database.create(tmp_path / "feedback.db", bytes(32), {})
    yield made
    made.close()


def write(database, *texts):
    with database.transaction() as connection:
        return list(write_texts(connection, [StoredText(text, code, bytes(8)) for code, text in texts]).values())


def missed(database, language, written_as):
    pairs = [pair.casefold().split() for pair in FORMS[language]]
    ids = write(database, *((written_as, f"{said} nr{number}") for number, (_, said) in enumerate(pairs)))
    return {asked for (asked, _), own in zip(pairs, ids, strict=True) if own not in texts_with(database, asked)}


@pytest.mark.parametrize("language", FORMS)
def test_a_form_of_a_word_finds_the_others(database, language):
    assert missed(database, language, language) <= MISSED.get(language, set())


@pytest.mark.parametrize("language", FORMS)
def test_a_text_of_unknown_language_is_indexed_as_it_stands(database, language):
    assert len(missed(database, language, "")) > len(MISSED.get(language, ()))
    assert stemmed_languages(database) == ()


def test_search_and_phrases_find_forms_in_every_language_of_the_workspace(database):
    french, german, english, plain = write(
        database, ("fr", "Les infirmières étaient gentilles"), ("de", "Die freundlichen Ärzte, lange Wartezeiten"),
        ("en", "The nurses were waiting"), ("fr", "La gentillesse des infirmières"),
    )  # fmt: skip
    assert {one for one, _ in search_words(database, "infirmière", 10)} == {french, plain}
    assert [one for one, _ in search_words(database, "freundliche wartezeit", 10)] == [german]
    assert [one for one, _ in search_words(database, "nurse waits", 10)] == [english]
    assert [one for one, _ in search_all_words(database, "infirmière gentille", EVERYTHING)] == [french]
    assert [one for one, _ in search_all_words(database, "lange wartezeiten", EVERYTHING, is_phrase=True)] == [german]
    assert search_all_words(database, "lange wartezeit", EVERYTHING, is_phrase=True) == []


def test_common_words_are_ranked_in_bounded_time_by_their_stems(database, monkeypatch):
    monkeypatch.setattr("analyzer.index.word_ranking.MATCHES", 5)
    monkeypatch.setattr("analyzer.index.word_ranking.SCORED", 4)
    ids = write(database, *(("fr", f"commandes {'rapides' if n == 3 else 'lentes'} {n}") for n in range(20)))
    found = rank_texts(database, ("commande", "rapide"), 3, None, ("de", "fr"))
    assert found[0][0] == ids[3]


def test_a_deleted_text_leaves_no_stem_behind(database):
    kept, gone = write(database, ("fr", "Les commandes"), ("fr", "Les réservations annulées"))
    with database.transaction() as connection:
        drop_texts(connection, {gone: "Les réservations annulées"})
    assert texts_with(database, "réservation").tolist() == []
    assert texts_with(database, "commande").tolist() == [kept]
    assert database.rows("SELECT text_id FROM stemmed_texts") == [(kept,)]
    assert database.problems() == []


def test_the_texts_of_an_older_workspace_are_stemmed_once(tmp_path):
    database = opened_raw(copied("8", tmp_path / "kept"))
    with database.transaction() as connection:
        connection.execute("UPDATE texts SET language = 'fr', text = 'Deux commandes' WHERE text_id = 2")
        connection.execute("INSERT INTO words(words) VALUES('rebuild')")
        MIGRATIONS.apply(connection, "2026-01-02T03:04:05+00:00")
    assert database.problems() == []
    for _ in range(2):
        with database.transaction() as connection:
            stem_stored_texts(connection)
        assert texts_with(database, "commander").tolist() == [2]
        assert stemmed_languages(database) == ("fr",)
        assert database.problems() == []
    database.close()

"""The language of a question, and the sentences of answers in it.

An answer is given in the language of its question. The language is that with the most words of its own that name no
subject ("wie", "qu'est-ce", "cosa"); a question without such a word, and one in another language, is answered in
English. There is one table of sentences a language, by the English sentence (sentences/fr.json); a sentence that a
table lacks stays English.
"""

import json
from functools import cache
from importlib.resources import files

from analyzer.index.fulltext import STOP_WORDS, WORD
from analyzer.index.stop_words import stop_words

LANGUAGES = ("fr", "de", "es", "nl", "it")
ASKING = {
    "en": "what why how which who when where show find count does did compare per over average people customers",
    "fr": "pourquoi comment combien quel quelle quels quelles montre montrez trouve donne quoi disent pensent gens "
    "clients avis patients utilisateurs plaintes problèmes demandent",
    "de": "warum wieso weshalb welche welcher welches wie wieviel was zeig zeige zeigen wer woran worüber worin "
    "sagen halten leute kunden bewertungen kommentare beschwerden probleme meinungen themen stört",
    "es": "cuánto cuántos cuántas cuanto cuantos cuantas cómo como muéstrame enséñame dame busca quién dicen piensa "
    "gente clientes opiniones reseñas quejas comentarios problemas",
    "nl": "waarom hoeveel welke welk hoe wat toon laat geef zoek wie waarover vinden zeggen mensen klanten klachten "
    "problemen opmerkingen reacties meningen vergelijk",
    "it": "perché quanto quanti quante quale quali come cosa mostrami dammi cerca chi dicono pensano gente clienti "
    "recensioni lamentele commenti problemi confronta",
}
"""Words of questions, which a table of stop words need not have."""


def language_of_question(question: str) -> str:
    """Return the language of a question (ISO 639-1); empty for English, and where it cannot be told."""
    words = WORD.findall(question.casefold())
    counts = {one: sum(word in _words(one) for word in words) for one in ("en", *LANGUAGES)}
    best = max(counts, key=lambda one: counts[one])
    is_clear = counts[best] > max(count for one, count in counts.items() if one != best)
    return best if is_clear and best != "en" else ""


def in_language(sentence: str, language: str) -> str:
    """Return a sentence of an answer, with its slots, in a language; the English one where there is no other."""
    return _sentences(language).get(sentence, sentence) if language in LANGUAGES else sentence


@cache
def _words(language: str) -> frozenset[str]:
    own = STOP_WORDS if language == "en" else stop_words((language,))
    return own | frozenset(ASKING[language].split())


@cache
def _sentences(language: str) -> dict[str, str]:
    text = (files("analyzer.answers") / "sentences" / f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found

"""Translate periods in German, French, Spanish, Dutch and Italian to English: "le mois dernier" to "last month"."""

import re
import unicodedata

WORDS = {
    "last": "letzte letzter letztes letzten letztem vergangene vergangener vergangenes vergangenen dernier derniere "
    "derniers dernieres ultimo ultima ultimos ultimas pasado pasada pasados pasadas vorige vorig afgelopen laatste "
    "scorso scorsa scorsi scorse ultimi ultime",
    "this": "diese dieser dieses diesen diesem ce cette cet este esta deze dit questo questa quest",
    "since": "seit depuis desde sinds",
    "in": "im en nel",
    "day": "tag tage tagen jour jours dia dias dag dagen giorno giorni",
    "week": "woche wochen semaine semaines semana semanas week weken settimana settimane",
    "month": "monat monate monaten monats mois mes meses maand maanden mese mesi",
    "quarter": "quartal quartale trimestre trimestres kwartaal trimestri",
    "year": "jahr jahre jahren jahres an ans annee annees ano anos jaar jaren anno anni",
    "january": "januar janvier enero januari gennaio",
    "february": "februar fevrier febrero februari febbraio",
    "march": "marz maerz mars marzo maart",
    "april": "april avril abril aprile",
    "may": "mai mayo mei maggio",
    "june": "juni juin junio giugno",
    "july": "juli juillet julio luglio",
    "august": "august aout agosto augustus",
    "september": "september septembre septiembre settembre",
    "october": "oktober octobre octubre ottobre",
    "november": "november novembre noviembre",
    "december": "dezember decembre diciembre december dicembre",
}
"""English word -> words that mean it, without accents."""
ENGLISH = {word: english for english, words in WORDS.items() for word in words.split()}
UNITS = frozenset("day week month quarter year".split())
QUALIFIERS = frozenset("last this since in".split())
ARTICLES = frozenset("le la les l el los las de den der die das dem il lo gli i nell".split())
TOKEN = re.compile(r"[^\W_]+")


def in_english(text: str) -> str:
    """Return a text with its periods in English; a lone word ("marzo") is left as it is."""
    tokens = list(TOKEN.finditer(text))
    words = [_plain(token.group()) for token in tokens]
    at = 0
    pieces, end = [], 0
    while at < len(tokens):
        length = _run(words[at:])
        phrase = _phrase([word for word in words[at : at + length] if word not in ARTICLES])
        if phrase:
            pieces += [text[end : tokens[at].start()], phrase]
            end = tokens[at + length - 1].end()
        at += length if phrase else 1
    return "".join([*pieces, text[end:]])


def _run(words: list[str]) -> int:
    """Return how many words at the beginning are words of a period, numbers, or articles before such."""
    length = 0
    for n, word in enumerate(words):
        if word in ENGLISH or word.isdigit():
            length = n + 1
        elif word not in ARTICLES:
            break
    return length


def _phrase(words: list[str]) -> str:
    """Return a period in English; empty if the words are none."""
    english = [ENGLISH.get(word, word) for word in words]
    qualifiers = [word for word in english if word in QUALIFIERS]
    others = [word for word in english if word not in QUALIFIERS]
    named = [word for word in others if not word.isdigit()]
    if len(qualifiers) == 2 and qualifiers[0] == "in":  # "im letzten Monat"
        qualifiers = qualifiers[1:]
    if len(qualifiers) != 1 or len(named) != 1 or len(others) > 2:
        return ""
    if (qualifiers[0] in ("since", "in")) == (named[0] in UNITS):
        return ""
    return " ".join(
        [*qualifiers, *(sorted(others) if named[0] in UNITS else [*named, *(o for o in others if o.isdigit())])]
    )


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))

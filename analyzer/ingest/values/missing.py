"""Words that stand for a missing answer, in six languages, in three strengths.

A column decides how much is missing: a comment is emptied by a mark only, since "none" is an answer to "What should we
improve?"; a category also by a statement that nothing was answered; a number, a date or a scale by every such word.
"""

import unicodedata
from collections.abc import Collection
from enum import IntEnum

from analyzer.types import Kind

LONGEST = 45
"""Maximum characters of a missing-value word."""


class Strength(IntEnum):
    """How surely a word means that an answer is missing; a higher one means it in more kinds of columns."""

    NO = 0
    UNDECIDED = 1
    UNANSWERED = 2
    MARK = 3


_MARKS = """
n/a | n.a. | n.a | n/a. | na | nan | -nan | null | (null) | <null> | <na> | #n/a | #na | #n/a n/a | #null! |
#name? | #value! |
#ref! | #div/0! | #num! | #spill! | #calc! | #getting_data | #field! | #blocked! | #nv | #wert! | #bezug! | #zahl! |
#valeur! | #nom? | #nombre! | #¡ref! | #¡valor! | #¿nombre? | #¡num! | #¡div/0! | #naam? | #waarde! | #verw! |
#getal! |
#nome? | #valore! | #rif! | #nd | #n/d | - | -- | --- | – | — | ― | − | _ | __ | . | .. | ... | … | / | \\ |
* | undefined | nil |
[] | {} | n/d | [n/a] | (n/a) | k.a. | k. a. | k.a | k/a | s/d | s/o | n.v.t. | n.v.t | nvt
"""
_UNANSWERED = """
non noté | non notée | non évalué | nicht benotet | niet beoordeeld | non valutato | sin calificar |
sin evaluar | no rating given |
not asked | not applicable | not available | not answered | not provided | not given | not stated |
not specified | no answer |
no response | no reply | no data | no value | did not answer | didn't answer | not recorded | missing | blank |
empty | (blank) |
(empty) | [blank] | skipped | question skipped | refused | declined | prefer not to say | prefer not to answer |
i prefer not to say | i'd rather not say | rather not say | not disclosed | undisclosed | does not apply |
doesn't apply |
not relevant | system missing | sysmis | no rating | not rated | unrated | not selected |
keine angabe | keine angaben | keine antwort | ohne angabe | ohne antwort | o.a. | o. a. | nicht beantwortet |
nicht gefragt |
nicht zutreffend | trifft nicht zu (nicht anwendbar) | entfällt | nicht verfügbar | nicht bewertet |
möchte ich nicht sagen |
möchte ich nicht angeben | keine aussage | fehlt | fehlend | leer | nicht relevant | keine bewertung |
nicht angegeben |
sans réponse | pas de réponse | aucune réponse | sans objet | non applicable | non renseigné | non renseignée |
non répondu |
non précisé | non posée | non demandé | préfère ne pas répondre | je préfère ne pas répondre |
ne souhaite pas répondre |
refus | vide | manquant | non communiqué | non disponible | ne s'applique pas | non concerné | non concernée |
pas concerné |
sin respuesta | no contesta | no responde | sin contestar | ns/nc | n/s | n/c | no aplica | no procede |
no aplicable |
prefiero no decirlo | prefiero no contestar | prefiero no responder | sin datos | sin dato | sin información |
no disponible |
no preguntado | vacío | sin valor | sin valorar | no corresponde | no especificado | no indicado |
geen antwoord | niet beantwoord | niet van toepassing | niet gevraagd | niet ingevuld | geen opgave | geen opgaaf |
zeg ik liever niet | wil ik niet zeggen | liever niet zeggen | onbeantwoord | leeg | niet beschikbaar | niet bekend |
geen reactie | geen gegevens |
non risponde | nessuna risposta | senza risposta | non risposto | non pertinente | non disponibile |
preferisco non rispondere |
preferisco non dirlo | non specificato | non indicato | nessun dato | vuoto | mancante | non si applica |
non richiesto
"""
_UNDECIDED = """
offered | unoffered | inf | -inf | infinity |
none | nothing | unknown | unsure | not sure | don't know | do not know | dont know | i don't know | dk | d/k |
don't know / n/a |
can't say | cannot say | no opinion | don't remember | can't remember | tbc | tbd | ? | ?? | ??? | x |
no comment | pending |
unbekannt | weiß nicht | weiss nicht | ich weiß nicht | keine meinung | keins | nichts | kann ich nicht beurteilen |
kann ich nicht sagen | weiß ich nicht | keine | inconnu | inconnue | ne sait pas | je ne sais pas | nsp |
sans opinion |
sans avis | aucun | aucune | rien | ne se prononce pas | nspp | desconocido | no sabe | no sé | no lo sé |
ninguno | ninguna |
nada | sin opinión | no sabe / no contesta | no sabe/no contesta | onbekend | weet niet | weet ik niet |
weet het niet | geen |
geen mening | niets | sconosciuto | non so | non lo so | nessuno | nessuna | nessuna opinione | niente |
non sa | to be confirmed
"""


def _fold(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("’", "'")
    return " ".join(text.casefold().split())


def _listed(words: str, strength: Strength) -> dict[str, Strength]:
    return {_fold(word): strength for word in words.replace("\n", " ").split(" | ") if word.strip()}


_WORDS = {
    **_listed(_UNDECIDED, Strength.UNDECIDED),
    **_listed(_UNANSWERED, Strength.UNANSWERED),
    **_listed(_MARKS, Strength.MARK),
}
_WEAKEST = {Kind.TEXT: Strength.MARK, Kind.CATEGORY: Strength.UNANSWERED, Kind.MULTI: Strength.UNANSWERED}
_NO_DATES = ("0000-00-00", "00/00/0000", "00.00.0000", "1900-01-00")
"""What databases and spreadsheets write for an empty date."""
_AMBIGUOUS_MARKS = frozenset({"na", "nil", "nvt", "null", "undefined", "/", ".", "*"})
"""Marks that are also written as an answer: they empty a comment only in capitals ("NA", "NULL") or alone as a sign."""


def strength(text: str) -> Strength:
    """Return how surely a cell means that an answer is missing."""
    if text[-1:].isdecimal():
        return Strength.MARK if text.startswith(_NO_DATES) else Strength.NO
    if len(text) > LONGEST:
        return Strength.NO
    found = _WORDS.get(text) or _WORDS.get(_fold(text), Strength.NO)
    if found is Strength.NO and text[-1:] in ".!":
        found = _WORDS.get(_fold(text[:-1]), Strength.NO)
    if found is Strength.MARK and text.isalpha() and text.casefold() in _AMBIGUOUS_MARKS and not text.isupper():
        return Strength.UNANSWERED
    return found


def is_missing(text: str, kind: Kind, words: Collection[str] = ()) -> bool:
    """Check whether a cell is a missing answer in a column of a kind.

    Args:
        text: the cell, without outer space.
        kind: of the column.
        words: further words that mean "no answer" in this column, case-folded.
    """
    return (bool(words) and text.casefold() in words) or strength(text) >= _WEAKEST.get(kind, Strength.UNDECIDED)

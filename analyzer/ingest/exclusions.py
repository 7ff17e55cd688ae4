"""Rows that are no answers: previews, tests, spam, unfinished responses, as survey tools mark them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzer.ingest.header import slug
from analyzer.ingest.typing import ColumnProfile
from analyzer.types import Kind

TEST, SPAM, UNFINISHED, SCREENED, DELETED = (
    "a test or preview", "marked as spam", "an unfinished response", "screened out", "deleted in the survey tool",
)  # fmt: skip
_WORDS: Mapping[str, str] = {
    TEST: """survey preview|preview|survey test|test|test response|test data|testantwort|testdaten|
        vorschau|aperçu|prueba|proef|
        prova|offline survey preview|spam survey preview|is test""",
    SPAM: "spam|possible spam|spam imported|junk|bot|fraud|flagged as spam|duplicate spam",
    UNFINISHED: """partial|partially complete|partially completed|partial response|incomplete|unfinished|in progress|
        started|abandoned|
        not completed|not finished|saved|draft|teilweise|unvollständig|
        nicht abgeschlossen|abgebrochen|begonnen|
        partiel|partielle|
        partiellement complété|incomplet|incomplète|inachevé|parcial|incompleto|incompleta|sin terminar|
        onvolledig|gedeeltelijk|
        niet voltooid|parziale|non completato""",
    SCREENED: "disqualified|screened out|screenout|screen out|terminated|over quota|overquota|quota full|"
    "quota met|ausgescreent",
    DELETED: "deleted|gelöscht|supprimé|eliminado|verwijderd|eliminato",
}
_REASONS = {word.strip(): reason for reason, words in _WORDS.items() for word in words.split("|")}
_ANSWERED = frozenset(
    word.strip()
    for word in """complete|completed|finished|submitted|ip address|imported|offline|valid|approved|
    anonymous|email|sms|social|gl|qr|web|live|normal|production|regular|abgeschlossen|vollständig|beendet|gültig|
    complet|complété|terminé|completo|completado|completada|
    finalizado|voltooid|volledig|afgerond|completato|finito|uncategorized|other|response|real""".split("|")
)
_STATUS = frozenset(
    """status response_status survey_status completion_status response_type distributionchannel distribution_channel
    responsestatus completion response_state antwortstatus statut estado stato collector_type status_code disposition
    state response_quality""".split()
)
_FINISHED = frozenset(
    """finished is_finished is_complete is_completed completed complete survey_completed
    response_complete response_completed
    survey_complete beendet abgeschlossen termine complete_ finalizado afgerond voltooid completato
    vollstandig""".split()
)
_TEST_FLAGS = frozenset(
    "is_test test test_response test_data is_test_data testdaten is_preview preview testantwort".split()
)
_NO = frozenset("0 false no nein non nee falsch faux falso onwaar f n".split())
_YES = frozenset("1 true yes ja oui si sí sì wahr vrai verdadero waar vero t y".split())
_LIME_SUBMIT = frozenset({"submitdate", "date_submitted", "datum_abgeschickt", "date_de_soumission"})
_LIME_OTHERS = frozenset("lastpage last_page letzte_seite startlanguage start_language startsprache seed".split())
_QUALTRICS_CODES = {"1": TEST, "2": TEST, "9": SPAM, "8": SPAM, "12": SPAM, "17": TEST, "40": SPAM, "48": SPAM}
"""Values of a Qualtrics Status column that was exported as numbers; 0, 4 and 16 are answers."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Values of a column that say that a row is no answer.

    Attributes:
        label: heading of the column.
        values: the values, case-folded and without outer space; "" for an empty cell.
        reason: what such a row is.
        rows: number of rows with them.
    """

    label: str
    values: frozenset[str]
    reason: str
    rows: int = 0


def find_exclusions(columns: Iterable[ColumnProfile], rows: int, preset: str | None) -> tuple[Exclusion, ...]:
    """Return the values of survey metadata that exclude a row; none of a column that would exclude every row.

    Args:
        columns: of a file.
        rows: number of rows in the file.
        preset: the tool that wrote the file, if it is known.
    """
    columns = tuple(columns)
    found: list[Exclusion] = []
    slugs = {_code(column.label) for column in columns}
    for column in columns:
        name = _code(column.label)
        if name in _LIME_SUBMIT and not slugs.isdisjoint(_LIME_OTHERS):
            found += _of_column(column, {"": UNFINISHED} if column.filled < rows else {}, rows)
            continue
        if column.values is None:
            continue
        values = {text.casefold() for text in column.values}
        found += _of_column(column, _reasons(name, values, column.kind, preset), rows)
    return tuple(found)


def exclusion_note(one: Exclusion) -> str:
    """Return a sentence on the rows that an exclusion leaves out."""
    values = ", ".join(repr(value) if value else "empty" for value in sorted(one.values))
    return (
        f"{one.rows:,} rows are left out, each {one.reason}: column {one.label!r} says {values}; "
        f'--map keep="{one.label}" keeps them'
    )


def _code(label: str) -> str:
    """Return a heading as a slug, without the text after the code in "submitdate. Date submitted" (LimeSurvey)."""
    code, mark, _ = label.partition(". ")
    return slug(code if mark and " " not in code else label)


def _reasons(name: str, values: set[str], kind: Kind, preset: str | None) -> dict[str, str]:
    if (
        name in _FINISHED
        and values <= _NO | _YES
        and (preset or name.startswith(("is_", "finished", "survey", "respon")))
    ):
        return dict.fromkeys(values & _NO, UNFINISHED)
    if name in _TEST_FLAGS and values <= _NO | _YES and kind is not Kind.TEXT:
        return dict.fromkeys(values & _YES, TEST)
    if name not in _STATUS:
        return {}
    if preset == "Qualtrics" and name == "status" and all(value.isdecimal() for value in values):
        return {value: _QUALTRICS_CODES[value] for value in values if value in _QUALTRICS_CODES}
    if not values <= _REASONS.keys() | _ANSWERED:
        return {}
    return {value: _REASONS[value] for value in values if value in _REASONS}


def _of_column(column: ColumnProfile, reasons: Mapping[str, str], rows: int) -> list[Exclusion]:
    counts: dict[str, int] = {"": rows - column.filled}
    for text, count in (column.values or {}).items():
        counts[text.casefold()] = counts.get(text.casefold(), 0) + count
    if not reasons or sum(counts[value] for value in reasons) >= rows:
        return []
    return [
        Exclusion(
            column.label,
            frozenset(value for value, one in reasons.items() if one == reason),
            reason,
            sum(counts[value] for value, one in reasons.items() if one == reason),
        )
        for reason in dict.fromkeys(reasons.values())
    ]

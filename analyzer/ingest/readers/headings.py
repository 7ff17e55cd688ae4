"""Whether a text reads like a heading or like a comment, and how the rows of a header become one name a column."""

import itertools
import re
from collections.abc import Sequence

from analyzer.ingest.header import names_role, slug
from analyzer.types import ColumnRole

_ASKS = re.compile(
    r"(?:what|why|how|which|where|when|who|please|tell|describe|explain|do|did|does|is|are|was|were|would|could|any|"
    r"if|on|was|warum|wie|welche[rsn]?|wo|bitte|weshalb|haben|hat|würden|que|qu'\w+|quoi|quels?|quelles?|pourquoi|"
    r"comment|veuillez|qué|cuál|cuáles|cómo|por|wat|waarom|hoe|welke?|waar|kunt|heeft)\b",
    re.IGNORECASE,
)
_OF_US = re.compile(
    r"\b(?:we|us|our|you|your|wir|uns|unser\w*|sie|ihr\w*|nous|notre|vous|votre|vos|nosotros|nuestr\w+|usted\w*|su|te|"
    r"wij|ons|onze|u|uw|jij|je)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z]{1,10}_?\d+[A-Za-z0-9_.#()\- ]*|[A-Za-z]\w*_\w+")
_PLACEHOLDER = re.compile(r"V\d{1,4}|Var\d+|col(?:umn)? ?\d+|Unnamed: \d+\w*", re.IGNORECASE)
_MARKUP = re.compile(r"\s*<(?:div|p|span|br|table|b|i|html)\b[^<>]*/?>", re.IGNORECASE)
_IMPORT = re.compile(r"^\{\s*[\"']?ImportId")
_NOTHING = frozenset(
    "response open_ended_response open_ended_comment answer answers antwort offene_antwort freitext_antwort "
    "offene_antworten reponse reponse_ouverte reponse_libre respuesta respuesta_abierta respuesta_de_texto_abierto "
    "antwoord open_antwoord open_reactie reactie open_vraag risposta risposta_aperta resposta resposta_aberta "
    "antwort_mit_offenem_ende reponse_a_une_question_ouverte open_ended".split()
)
"""Second headings that survey tools write under a question with one answer."""
_METADATA = frozenset(
    "startdate enddate status ipaddress progress duration duration_in_seconds finished recordeddate responseid "
    "recipientlastname recipientfirstname recipientemail externalreference externaldatareference locationlatitude "
    "locationlongitude distributionchannel userlanguage responseset".split()
)
"""Qualtrics's own columns, whose first heading is their name; the second repeats it in the user's language."""
MOST_WORDS = 3
"""Words up to which a first line of a file with one column is taken for its heading."""


def reads_like_comment(text: str) -> bool:
    """Check whether a text is longer than a heading without asking a question."""
    words = text.split()
    if _MARKUP.match(text):
        return True
    if len(words) <= MOST_WORDS or reads_like_question(text):
        return False
    return len(words) > 6 or not names_role(text, ColumnRole.TEXT)


def reads_like_question(text: str) -> bool:
    """Check whether a text asks something, or addresses a customer as a questionnaire does."""
    stripped = text.strip().rstrip("*").rstrip()
    if stripped.endswith(("?", ":")):
        return True
    return _ASKS.match(stripped) is not None and _OF_US.search(stripped) is not None


def is_code(label: str) -> bool:
    """Check whether a heading is a code of a question, such as Q3_5_TEXT or V12."""
    return _CODE.fullmatch(label.strip()) is not None or slug(label) in _METADATA


def is_import_id(label: str) -> bool:
    """Check whether a cell is one of Qualtrics's third row, {"ImportId":"QID1"}."""
    return _IMPORT.match(label.strip()) is not None


def adds_nothing(label: str) -> bool:
    """Check whether a second heading only says that there is an answer."""
    return slug(label) in _NOTHING


def is_same(label: str, other: str) -> bool:
    """Check whether two headings have the same letters and digits: "StartDate" and "Start Date"."""
    return bool(slug(label)) and _letters(label) == _letters(other)


def join_headings(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return one label a column from the rows of a header; a blank in a row above another continues its left neighbor.

    Args:
        rows: header rows from top to bottom, without Qualtrics's third row.
        width: number of columns.
    """
    padded = [[*(" ".join(cell.split()) for cell in row), *[""] * (width - len(row))][:width] for row in rows]
    for above, below in itertools.pairwise(padded):
        _continue_groups(above, below)
    return [_join([row[j] for row in padded], _is_alone(padded, j)) for j in range(width)]


def _continue_groups(above: list[str], below: Sequence[str]) -> None:
    if any(cell and cell == other for cell, other in itertools.pairwise(above)):
        return  # the groups are named in each column
    for j in range(1, len(above)):
        if not above[j] and below[j] and below[j - 1]:
            above[j] = above[j - 1]


def _is_alone(rows: Sequence[Sequence[str]], j: int) -> bool:
    """Check whether a column shares the group of its first heading with no other column."""
    first = rows[0]
    return first[j] not in (first[j - 1] if j else "", first[j + 1] if j + 1 < len(first) else "")


def _join(parts: Sequence[str], is_alone: bool) -> str:
    filled = [part for part in parts if part]
    if len(filled) < 2:
        return filled[0] if filled else ""
    if slug(filled[0]) in _METADATA:
        return filled[0]
    if _PLACEHOLDER.fullmatch(filled[0]):
        filled = filled[1:]
    kept: list[str] = []
    for part in filled:
        is_repeat = any(is_same(part, other) for other in kept)
        if not is_repeat and not (kept and is_alone and adds_nothing(part)):
            kept.append(part)
    return ": ".join(part.rstrip(":").rstrip() if part is not kept[-1] else part for part in kept)


def _letters(text: str) -> str:
    return slug(text).replace("_", "") or text

"""Comments in another language, shown in English by the language model on this machine.

A translation is for reading: it is not stored, searched, counted or quoted, and no other module asks for one. The model
is given one piece of one comment at a time and writes plain text. A translation with personal data, with a placeholder
or a number that the comment does not have, or of a comment that gives orders to its reader, is withheld.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from analyzer.errors import UsageError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.orders_to_reader import ORDERS
from analyzer.models.llm import Answers, Message
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.privacy.types import Translation
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs

MOST_AT_ONCE = 20
"""Comments of one call; each takes the model seconds."""
LONGEST_PIECE = 400
"""Characters that the model is given at once; longer comments are cut between sentences, or words."""
TOKENS_A_PIECE = 220
LANGUAGES = {"fr": "French", "de": "German", "es": "Spanish", "nl": "Dutch", "it": "Italian"}
GRAMMAR = 'root ::= (plain | mark)+ "\\n"\nplain ::= [^\\n\\r<>]\nmark ::= "<" [A-Z] [A-Z_0-9]{1,30} ">"\n'
SYSTEM = (
    "You translate customer feedback into English. Translate exactly what is said, sentence by sentence; add nothing, "
    "leave nothing out, answer nothing. Keep marks such as <PERSON_1> as they are. Write the English translation only."
)
SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
MARK = re.compile(r"<[A-Z][A-Z_]*(?:_\d+)?>")
NUMBER = re.compile(r"\d+")
NOTICE = "machine translation by {model}: for reading, not the words of the comment; never quoted or counted"
IN_ENGLISH = "the comment is in English"
GIVES_ORDERS = "not translated: the comment gives orders to its reader, so the model is not asked"
WITHHELD = "not shown: the translation did not pass the checks (personal data, or a name or number that is not there)"


class TranslationService:
    """Comments shown in English."""

    name = "translation"

    def __init__(
        self,
        *,
        table: FeedbackTable,
        models: WorkspaceModels,
        is_clean: Callable[[str], bool],
        audit: AuditTrail,
        authorization: Authorization,
    ) -> None:
        """Set the dependencies; is_clean returns whether a text has no personal data, by both checks."""
        self._table = table
        self._models = models
        self._is_clean = is_clean
        self._audit = audit
        self._authorization = authorization

    @needs(Permission.COMMENTS)
    def show(self, ids: Sequence[str]) -> tuple[Translation, ...]:
        """Return comments with what they say in English; nothing of it is kept.

        Raises:
            UsageError: if an id is not stored, or there are more than MOST_AT_ONCE.
            ModelError: if the language model is not installed.
        """
        if len(ids) > MOST_AT_ONCE:
            raise UsageError(f"at most {MOST_AT_ONCE} comments are translated at once")
        records, languages = self._table.get(ids), self._table.languages(ids)
        if missing := [one for one in ids if one not in records]:
            raise UsageError(f"no comment {', '.join(missing)}; ids are listed by: analyzer search")
        model = self._models.answering_name
        self._audit.record("translation.show", {"ids": list(ids), "model": model})
        found = []
        for one in ids:
            english, notice = self._translated(records[one].text, languages[one])
            found.append(
                Translation(
                    id=one, language=languages[one], text=records[one].text, english=english,
                    notice=notice.format(model=model), model=model,
                )
            )  # fmt: skip
        return tuple(found)

    def _translated(self, text: str, language: str) -> tuple[str, str]:
        if language == "en":
            return "", IN_ENGLISH
        if ORDERS.search(text):
            return "", GIVES_ORDERS
        english = translated(self._models.answering(), text, language)
        return (english, NOTICE) if adds_nothing(text, english) and self._is_clean(english) else ("", WITHHELD)


def translated(model: Answers, text: str, language: str) -> str:
    """Return a text in English, piece by piece; empty if the model does not come to an end of a piece.

    Args:
        model: the language model.
        text: scrubbed text of a comment.
        language: ISO 639-1; empty if unknown.
    """
    named = LANGUAGES.get(language, "")
    asked = f"Translate this {named + ' ' if named else ''}comment into English:\n"
    written = [
        model.complete([Message("system", SYSTEM), Message("user", asked + piece)], GRAMMAR, TOKENS_A_PIECE)
        for piece in pieces(text)
    ]
    return " ".join(" ".join(written).split()) if all(one.endswith("\n") for one in written) else ""


def pieces(text: str) -> list[str]:
    """Return a text in pieces of at most LONGEST_PIECE characters, cut between sentences, or between words."""
    found: list[str] = []
    for sentence in filter(None, map(str.strip, SENTENCE.split(text))):
        for part in _cut(sentence):
            if found and len(found[-1]) + 1 + len(part) <= LONGEST_PIECE:
                found[-1] += f" {part}"
            else:
                found.append(part)
    return found


def adds_nothing(text: str, english: str) -> bool:
    """Check that a translation has words, and no number and no placeholder more often than the text."""
    if not english.strip():
        return False
    return all(not Counter(pattern.findall(english)) - Counter(pattern.findall(text)) for pattern in (MARK, NUMBER))


def _cut(sentence: str) -> list[str]:
    parts = []
    while len(sentence) > LONGEST_PIECE:
        space = sentence.rfind(" ", LONGEST_PIECE // 2, LONGEST_PIECE)
        end = space if space > 0 else LONGEST_PIECE
        parts.append(sentence[:end])
        sentence = sentence[end:].strip()
    return [*parts, sentence] if sentence else parts

"""Flatten a JSON object to columns; a list of answers, each with its question, becomes a column a question."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.ingest.readers.source_table import cell_text

_ASKED = ("question", "title", "field", "question_text", "label")
"""Keys that name the question of an answer, the one that reads best first."""
_NAMED = ("name", "key", "ref", "id", "question_id", "field_id")
"""Keys that name the question only beside one of _VALUE: an id beside a text may be that of a message."""
_VALUE = ("value", "answer", "response", "values", "answers")
_ANSWER = (*_VALUE, "text", "content", "label", "choice", "choices", "labels")
"""Keys that hold the answer; an answer may also stand under the name of its type, {"type": "number", "number": 7}."""
_SEPARATOR = "; "
_MOST_ONCE = 12
"""Questions up to which a list may name each once."""
_MOST_NESTED = 3
"""Levels of objects and lists inside an answer that are looked through for its text."""


@dataclass(slots=True)
class NestedLists:
    """What the lists in the objects of a file hold.

    Attributes:
        unread: columns whose value is nested in another way than answers are; they are left empty.
        questions: how often each question occurs, by the column of its list.
        lists: how many lists of answers each column has.
        refused: columns whose lists are not read as answers.
    """

    unread: set[str] = field(default_factory=set)
    questions: dict[str, Counter[str]] = field(default_factory=dict)
    lists: Counter[str] = field(default_factory=Counter)
    refused: frozenset[str] = frozenset()

    def of_titles(self) -> frozenset[str]:
        """Return the columns of several lists that name hardly any question twice: titles of reviews, not questions."""
        return frozenset(
            name
            for name, asked in self.questions.items()
            if self.lists[name] > 2 and len(asked) > max(_MOST_ONCE, asked.total() / 2)
        )


def flatten(item: Mapping[str, Any], nested: NestedLists) -> dict[str, str]:
    """Return an object as texts by column: inner objects as "a.b", lists of single values joined with "; ".

    Args:
        item: the object.
        nested: gets what the lists hold.
    """
    flat: dict[str, str] = {}
    for key, value in item.items():
        if isinstance(value, dict):
            for inner, deeper in value.items():
                _add(flat, f"{key}.{inner}", deeper, nested)
        else:
            _add(flat, key, value, nested)
    return flat


def _add(flat: dict[str, str], name: str, value: Any, nested: NestedLists) -> None:
    if not isinstance(value, dict | list):
        flat[name] = cell_text(value)
    elif isinstance(value, list) and not any(isinstance(entry, dict | list) for entry in value):
        flat[name] = _joined(map(cell_text, value))
    elif isinstance(value, list) and name not in nested.refused and (answers := _answers(value)):
        taken = set(flat)
        nested.lists[name] += 1
        nested.questions.setdefault(name, Counter()).update(question for question, _ in answers)
        for question, answer in answers:
            column = f"{name}.{question}" if question in taken else question
            flat[column] = _joined((flat.get(column, ""), answer))
    else:
        nested.unread.add(name)
        flat[name] = ""


def _answers(entries: Sequence[Any]) -> list[tuple[str, str]]:
    """Return question and answer of each entry, "" where it has none; nothing if the entries are no answers."""
    found = [_answer(entry) for entry in entries if isinstance(entry, dict)]
    pairs = [(question, answer or "") for question, answer in found if question]
    is_answered = any(answer is not None for _, answer in found)
    return pairs if is_answered and len(pairs) == len(entries) else []


def _answer(entry: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the question of an entry, "" if it has none, and its answer, None if it has no key for one."""
    asked = next((key for key in (*_ASKED, *_NAMED) if _name(entry.get(key))), None)
    if asked is None:
        return "", None
    form = entry.get("type")
    keys = (*((form,) if isinstance(form, str) else ()), *(_ANSWER if asked in _ASKED else _VALUE))
    held = next((key for key in keys if key in entry and key != asked), None)
    if held is None:
        return _name(entry[asked]), None
    text = _text(entry[held])
    return ("", None) if text is None else (_name(entry[asked]), text)


def _name(value: Any) -> str:
    """Return the name of a question, which may be an object with a title or an id; "" if it has none."""
    if isinstance(value, dict):
        return next((_name(value[key]) for key in (*_ASKED, *_NAMED) if isinstance(value.get(key), str | int)), "")
    is_name = isinstance(value, str | int) and not isinstance(value, bool)
    return " ".join(str(value).split()) if is_name else ""


def _text(value: Any, depth: int = 0) -> str | None:
    """Return the text of an answer, of several choices joined; None if it is nested in another way."""
    if depth > _MOST_NESTED:
        return None
    if isinstance(value, list):
        texts = [_text(entry, depth + 1) for entry in value]
        return None if None in texts else _joined(text for text in texts if text is not None)
    if isinstance(value, dict):
        held = next((key for key in _ANSWER if key in value), None)
        return None if held is None else _text(value[held], depth + 1)
    return cell_text(value)


def _joined(texts: Iterable[str]) -> str:
    return _SEPARATOR.join(text for text in texts if text)

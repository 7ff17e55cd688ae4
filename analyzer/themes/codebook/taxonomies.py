"""Taxonomies of other tools as codebook themes: Qualtrics Text iQ, ThemeFinder, and tables of two or three levels.

A codebook is flat, so a name carries its levels: "Delivery > Courier > Rude". A level that has no comments of its own
(only children) is no theme. Of a query of words (Text iQ) the plain words become examples, and those that it excludes
exclusions; wildcards and distances are dropped, since a codebook matches by meaning and learns from labels.

Formats, as far as they are documented in public: a Text iQ export is an object with `topics` (also a bare list), each
with `name` or `label`, `query`, `description` and `children`, nested; a ThemeFinder `themes.json` is a list, or an
object with `themes` or `responses`, of items with `topic` ("label: description"), `topic_label` and
`topic_description`, or `name`, and optionally `topic_id` and `source_topic_count`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BETWEEN_LEVELS = " > "
MOST_LEVELS = 3
MOST_PHRASES = 30
"""Examples (or exclusions) taken from one query."""
_TOPIC_LISTS = ("topics", "Topics", "topicHierarchy")
_NAMES = ("name", "label", "topicName")
_CHILDREN = ("children", "subtopics", "topics")
_QUERIES = ("query", "queryString", "searchQuery")
_THEME_KEYS = {"topic", "topic_label", "topic_description"}
_LEVEL = re.compile(r"(?:level|l|tier|category level|niveau)[ _-]?([123])$")
_LEVELS_BY_WORDS = (
    ("topic", "subtopic"), ("theme", "subtheme"), ("category", "subcategory"), ("parent", "child"),
    ("category", "subcategory", "detail"),
)  # fmt: skip
_PHRASE = re.compile(r'(-|\bNOT\s+)?(?:"([^"]+)"|([^\s()"]+))')
_OPERATORS = {"and", "or", "not", "near"}
_DISTANCE = re.compile(r"~\d+$")


def from_tree(tree: Any) -> list[dict[str, Any]] | None:
    """Return the fields of themes if a JSON document is one of these taxonomies; None if it is none.

    Raises:
        ValueError: if a topic has no name, or topics are nested deeper than MOST_LEVELS.
    """
    topics = _text_iq_topics(tree)
    if topics is not None:
        return list(_flattened(topics, ()))
    found = _theme_finder_themes(tree)
    return None if found is None else [_theme_finder_theme(one) for one in found]


def from_levels(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, Any]] | None:
    """Return the fields of themes if a table has a column a level; None if it has not.

    Args:
        heads: the headings, such as Level 1, Level 2, Description; or Category, Subcategory.
        rows: cells; an empty cell of a level above the last filled one repeats the one of the row before, as in a table
            with merged cells.
    """
    named = [head.strip().casefold() for head in heads]
    levels = _level_columns(named)
    if len(levels) < 2:
        return None
    rest = {field: named.index(field) for field in ("description", "examples", "exclusions") if field in named}
    found: list[dict[str, Any]] = []
    path: list[str] = [""] * len(levels)
    for row in rows:
        cells = [row[column].strip() if column < len(row) else "" for column in levels]
        if not any(cells):
            continue
        first = next(number for number, cell in enumerate(cells) if cell)
        path = [*path[:first], *cells[first:]]
        fields: dict[str, Any] = {"name": BETWEEN_LEVELS.join(part for part in path if part)}
        for field, column in rest.items():
            text = row[column].strip() if column < len(row) else ""
            fields[field] = text if field == "description" else [part for part in text.split("|") if part.strip()]
        found.append(fields)
    return _leaves(found)


def _level_columns(named: Sequence[str]) -> list[int]:
    numbered = {int(match[1]): column for column, head in enumerate(named) if (match := _LEVEL.match(head))}
    if set(numbered) in ({1, 2}, {1, 2, 3}):
        return [numbered[level] for level in sorted(numbered)]
    plain = [re.sub(r"[^a-z]", "", head) for head in named]
    fitting = [words for words in _LEVELS_BY_WORDS if set(words) <= set(plain)]
    return [plain.index(word) for word in max(fitting, key=len)] if fitting else []


def _leaves(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the rows that only name a level of other rows and say nothing of their own."""
    names = [one["name"] for one in found]
    is_parent = {name for name in names if any(other.startswith(name + BETWEEN_LEVELS) for other in names)}
    return [
        one for one in found if one["name"] not in is_parent or any(one.get(key) for key in ("description", "examples"))
    ]


def _text_iq_topics(tree: Any) -> list[Any] | None:
    if isinstance(tree, Mapping):
        if isinstance(tree.get("result"), Mapping):
            tree = tree["result"]
        found = next((tree[key] for key in _TOPIC_LISTS if isinstance(tree.get(key), list)), None)
        return found if found is not None and not _is_theme_finder(found) else None
    if isinstance(tree, list) and tree and not _is_theme_finder(tree):
        marks = {*_QUERIES, *_CHILDREN}
        return tree if all(isinstance(one, Mapping) for one in tree) and any(marks & set(one) for one in tree) else None
    return None


def _flattened(topics: Sequence[Any], above: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for topic in topics:
        name = next((str(topic[key]).strip() for key in _NAMES if topic.get(key)), "") if _is_map(topic) else ""
        if not name:
            raise ValueError("a topic has no name")
        path = (*above, name)
        if len(path) > MOST_LEVELS:
            raise ValueError(f"topics are nested deeper than {MOST_LEVELS} levels at “{name[:60]}”")
        children: list[Any] = next((topic[key] for key in _CHILDREN if isinstance(topic.get(key), list)), [])
        query = next((str(topic[key]) for key in _QUERIES if topic.get(key)), "")
        examples, exclusions = phrases_of(query)
        if query or topic.get("description") or not children:
            yield {
                "name": BETWEEN_LEVELS.join(path), "description": str(topic.get("description") or ""),
                "examples": examples, "exclusions": exclusions,
            }  # fmt: skip
        yield from _flattened(children, path)


def phrases_of(query: str) -> tuple[list[str], list[str]]:
    """Return the plain words and phrases that a query asks for, and those that it excludes, each once."""
    wanted: dict[str, None] = {}
    excluded: dict[str, None] = {}
    for negation, quoted, word in _PHRASE.findall(query):
        phrase = _DISTANCE.sub("", (quoted or word)).strip("*?^,;").replace("*", "")
        if len(phrase) < 2 or (not quoted and phrase.casefold() in _OPERATORS) or phrase.startswith("~"):
            continue
        (excluded if negation else wanted)[" ".join(phrase.split())] = None
    return list(wanted)[:MOST_PHRASES], list(excluded)[:MOST_PHRASES]


def _theme_finder_themes(tree: Any) -> list[Any] | None:
    if isinstance(tree, Mapping):
        lists = [tree[key] for key in ("themes", "responses") if isinstance(tree.get(key), list)]
        tree = next((found for found in lists if _is_theme_finder(found)), None)
    return tree if isinstance(tree, list) and _is_theme_finder(tree) else None


def _is_theme_finder(found: Sequence[Any]) -> bool:
    return bool(found) and all(_is_map(one) and bool(_THEME_KEYS & set(one)) for one in found)


def _theme_finder_theme(one: Mapping[str, Any]) -> dict[str, Any]:
    label, colon, about = str(one.get("topic") or "").partition(":")
    name = str(one.get("topic_label") or label).strip()
    description = str(one.get("topic_description") or (about if colon else "")).strip()
    if not name:
        raise ValueError("a theme has no label")
    return {"name": name, "description": description}


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)

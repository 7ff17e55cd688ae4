"""Match the free-text columns of a file with the questions of a workspace; new ones are added."""

from collections.abc import Mapping, Sequence

from analyzer.ingest.header import is_role_word, slug
from analyzer.store.database import Connection
from analyzer.types import ColumnRole

UNNAMED = "comment"


def match_questions(labels: Sequence[str], known: Mapping[int, str]) -> dict[str, int | None]:
    """Return for each heading the number of the workspace's question, or None if it is new.

    A heading is that of a question if it is written alike, or if both only say that it is a comment ("Comment",
    "Feedback"). A question whose heading is not known, in a workspace of an older version, is the first of the file.

    Args:
        labels: headings of the free-text columns of a file.
        known: headings of the questions of the workspace, by number.
    """
    by_slug = {slug(label) or label: number for number, label in known.items() if label}
    generic = [number for number, label in known.items() if label and _is_generic(label)]
    unnamed = [number for number, label in known.items() if not label]
    found: dict[str, int | None] = {}
    for label in labels:
        found[label] = by_slug.get(slug(label) or label)
    taken = {number for number in found.values() if number}
    for label in labels:
        if found[label] is not None:
            continue
        free = [number for number in unnamed if number not in taken]
        if not free and _is_generic(label):
            free = [number for number in generic if number not in taken]
        if free:
            found[label] = free[0]
            taken.add(free[0])
    return found


def keep_questions(connection: Connection, labels: Sequence[str]) -> dict[str, int]:
    """Return the number of the question of each heading; add those that the workspace lacks, in the transaction."""
    known = dict(connection.execute("SELECT question_id, label FROM questions ORDER BY 1").fetchall())
    names = {name for (name,) in connection.execute("SELECT name FROM questions")}
    numbers: dict[str, int] = {}
    for label, found in match_questions(labels, known).items():
        number = found
        if number is None:
            name = _free_name(slug(label) or UNNAMED, names)
            number = connection.execute(
                "INSERT INTO questions(name, label) VALUES(?, ?) RETURNING question_id", (name, label)
            ).fetchone()[0]
        elif not known[number]:
            connection.execute("UPDATE questions SET label = ? WHERE question_id = ?", (label, number))
        numbers[label] = int(number)
    return numbers


def _is_generic(label: str) -> bool:
    """Check whether a heading says no more than that the column holds comments: "Comments", "Your comment"."""
    words = slug(label).removeprefix("your_").removesuffix("_text")
    return is_role_word(words, ColumnRole.TEXT)


def _free_name(base: str, taken: set[str]) -> str:
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}_{count}"
    taken.add(name)
    return name

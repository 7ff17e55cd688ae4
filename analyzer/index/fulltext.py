"""Search by words: SQLite's FTS5 over distinct texts, ranked by BM25."""

import re

import numpy as np

from analyzer.index.feedback_table import ROWS, TextIds
from analyzer.index.filters import EVERYTHING, Predicate
from analyzer.index.word_ranking import rank_texts
from analyzer.store.database import Database

WORD = re.compile(r"\w+")


MOST_WORDS = 64


STOP_WORDS = frozenset(
    """a about all also am an and any are as at be been but by can could customer customers did do does for from
    had has have how i if in into is it its just me more most much my no not of on one or our out people s say
    saying says should so some t than that the their them then there these they this to too up was we were
    what when where which who why will with would you your tell think feel feedback comment comments review
    reviews mention mentioned""".split()
)
"""Words that do not name the subject of a question; searched only if a question has no other words."""


def search_words(database: Database, text: str, limit: int, allowed: TextIds | None = None) -> list[tuple[int, float]]:
    """Return up to `limit` (text id, score above 0), best first, ties by id; any word may match.

    Only ids of `allowed`, sorted, if they are given.
    """
    return rank_texts(database, subject_words(text)[:MOST_WORDS], limit, allowed)


def search_all_words(
    database: Database, text: str, chosen: Predicate, *, is_phrase: bool = False
) -> list[tuple[int, float]]:
    """Return the texts that contain every word of a text as (text id, score above 0), best first, ties by id.

    Words match in any form with the same stem; as a phrase they stand one after the other, as they are written.

    Args:
        database: the account's connection.
        text: the words; it is never parsed as a query.
        chosen: the filter.
        is_phrase: whether the words must be a phrase.
    """
    words = WORD.findall(text.casefold())[:MOST_WORDS]
    if not words:
        return []
    query = f'"{" ".join(words)}"' if is_phrase else " AND ".join(f'"{word}"' for word in dict.fromkeys(words))
    among = ""
    if chosen != EVERYTHING:
        among = f"AND words.rowid IN (SELECT f.text_id FROM {ROWS} WHERE {chosen.sql})"
    sql = (
        "SELECT words.rowid, -bm25(words), texts.text FROM words JOIN texts ON texts.text_id = words.rowid "
        f"WHERE words MATCH ? {among} ORDER BY 2 DESC, 1"
    )
    exact = phrase_pattern(text)
    return [
        (int(text_id), float(score))
        for text_id, score, found in database.rows(sql, (query, *chosen.parameters))
        if not is_phrase or exact.search(found)
    ]


def phrase_pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of the words of a text one after the other, with anything but words between them."""
    words = WORD.findall(text)[:MOST_WORDS]
    between = r"\W+"
    return re.compile(rf"\b{between.join(map(re.escape, words))}\b" if words else r"(?!)", re.IGNORECASE)


def texts_with(database: Database, word: str) -> TextIds:
    """Return the sorted ids of the texts that contain a word in any form with the same stem."""
    rows = database.rows("SELECT rowid FROM words WHERE words MATCH ? ORDER BY 1", (f'"{word}"',))
    return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))


def subject_words(text: str) -> list[str]:
    """Return the different words of a text that are not stop words, or all of them if every word is one."""
    words = list(dict.fromkeys(WORD.findall(text.casefold())))
    return [word for word in words if word not in STOP_WORDS] or words


EMPTY_WORDS = frozenset(
    "nothing none no na n/a nil answer answered not did applicable everything all ok okay yes dont know think x".split()
)
"""Words that give no reason: a comment of only these and stop words has no content."""


def is_without_content(text: str) -> bool:
    """Check whether a comment consists only of stop words and EMPTY_WORDS."""
    words = WORD.findall(text.casefold())
    return all(word in STOP_WORDS or word in EMPTY_WORDS for word in words)


LONGEST_WITHOUT_CONTENT = 80
"""Characters up to which texts are looked at."""


def texts_without_content(database: Database) -> TextIds:
    """Return the sorted ids of the texts that say nothing, such as "n/a" or "I don't know"."""
    short = database.rows(
        "SELECT text_id, text FROM texts WHERE length(text) <= ? ORDER BY 1", (LONGEST_WITHOUT_CONTENT,)
    )
    return np.array([number for number, text in short if is_without_content(text)], dtype=np.int64)

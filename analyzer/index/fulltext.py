"""Search by words: SQLite's FTS5 over distinct texts, ranked by BM25."""

import re

import numpy as np

from analyzer.index.feedback_table import ROWS, TextIds
from analyzer.index.filters import EVERYTHING, Predicate
from analyzer.index.stemming import stems_of, word_forms
from analyzer.index.stop_words import stop_words
from analyzer.index.word_ranking import any_form, rank_texts
from analyzer.store.database import Connection, Database

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
    return rank_texts(database, subject_words(text)[:MOST_WORDS], limit, allowed, stemmed_languages(database))


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
    languages = stemmed_languages(database)
    if is_phrase:
        said = " ".join(words)
        query = any_form(dict.fromkeys([said, *(stems_of(said, one) or said for one in languages)]))
    else:
        query = " AND ".join(any_form(word_forms(word, languages)) for word in dict.fromkeys(words))
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
    expression = any_form(word_forms(word, stemmed_languages(database)))
    rows = database.rows("SELECT rowid FROM words WHERE words MATCH ? ORDER BY 1", (expression,))
    return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))


STEMMED = "stemmed_languages"
"""Key of the meta table; absent until the texts of an older workspace are indexed by their stems."""


def stemmed_languages(database: Database) -> tuple[str, ...]:
    """Return the languages whose texts are indexed by their own stems (ISO 639-1), sorted."""
    return tuple(database.meta(STEMMED).split())


def note_stemmed(connection: Connection, language: str) -> None:
    """Note that texts in a language are indexed by its stems; inside the caller's transaction."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (STEMMED,)).fetchone()
    known = set(row[0].split()) if row else set[str]()
    if language not in known:
        listed = " ".join(sorted(known | {language}))
        connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (STEMMED, listed))


def subject_words(text: str) -> list[str]:
    """Return the different words of a text that are not stop words, or all of them if every word is one."""
    words = list(dict.fromkeys(WORD.findall(text.casefold())))
    return [word for word in words if word not in STOP_WORDS] or words


EMPTY_WORDS = frozenset(
    """nothing none no na n/a nil answer answered not did applicable everything all ok okay yes dont know think x
    rien aucun aucune néant ras oui non sais nichts keine keiner nein ja entfällt weiß weiss nada ninguno ninguna sí
    niets geen nvt nee niente nessuno nessuna nulla""".split()
)
"""Words that give no reason, in six languages: a comment of only these and stop words has no content."""


def is_without_content(text: str, language: str = "") -> bool:
    """Check whether a comment consists only of stop words, also those of its language (ISO 639-1), and EMPTY_WORDS."""
    ignored = stop_words((language,)) if language else frozenset[str]()
    return all(word in STOP_WORDS or word in EMPTY_WORDS or word in ignored for word in WORD.findall(text.casefold()))


LONGEST_WITHOUT_CONTENT = 80
"""Characters up to which texts are looked at."""


def texts_without_content(database: Database) -> TextIds:
    """Return the sorted ids of the texts that say nothing, such as "n/a" or "I don't know"."""
    short = database.rows(
        "SELECT text_id, text, language FROM texts WHERE length(text) <= ? ORDER BY 1", (LONGEST_WITHOUT_CONTENT,)
    )
    return np.array([number for number, *said in short if is_without_content(*said)], dtype=np.int64)

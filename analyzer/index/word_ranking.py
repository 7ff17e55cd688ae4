"""Rank texts by BM25 in bounded time, however common the words are.

FTS5 scores every text that has any of the words: 1.2 µs each, and a third of a second for four common words among 10^6
texts. It counts them 30 times as fast. So the words are counted first. If MATCHES texts or fewer have any of them, all
are scored. Otherwise those are scored that have a rare word, or the rarest of the common words together: a text with
one common word among others ranks below these. What is scored depends on the texts alone, not on their order.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from analyzer.index.feedback_table import TextIds
from analyzer.index.stemming import word_forms
from analyzer.store.database import Database

MATCHES = 50_000
"""Texts up to which all that have any of the words are scored, 40 ms; words of more texts count as equally common."""
SCORED = 10_000
"""Texts that one statement scores where there are more, 12 ms."""
MOST_COMMON_WORDS = 6
"""Common words that are considered, the rarest of them."""

Scores = dict[int, float]


class _Word(NamedTuple):
    texts: int
    quoted: str


def rank_texts(
    database: Database,
    words: Sequence[str],
    limit: int,
    allowed: TextIds | None,
    languages: Sequence[str] = (),
) -> list[tuple[int, float]]:
    """Return up to `limit` (text id, BM25 score above 0), best first, ties by id; any word may match.

    Args:
        database: whose table of words is searched.
        words: different words of letters and digits.
        limit: number of texts wanted.
        allowed: sorted ids among which to search; None for all.
        languages: those by whose stems texts are indexed.
    """
    forms = [any_form(word_forms(word, languages)) for word in words]
    counted = sorted(_Word(_count(database, form, MATCHES), form) for form in forms)
    counted = [word for word in counted if word.texts]
    if sum(word.texts for word in counted) <= MATCHES:
        found = _scores(database, _any([word.quoted for word in counted]), limit, allowed) if counted else {}
    else:
        found = _bounded(database, counted, limit, allowed)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))[:limit]


def _bounded(database: Database, counted: Sequence[_Word], limit: int, allowed: TextIds | None) -> Scores:
    totals = np.cumsum([word.texts for word in counted])
    split = int(np.searchsorted(totals, SCORED, side="right"))
    rare = [word.quoted for word in counted[:split]]
    common = [word.quoted for word in counted[split : split + MOST_COMMON_WORDS]]
    found: Scores = {}
    if rare:
        found |= _scores(database, _any(rare), limit, allowed)
        found |= _scores(
            database, f"({_any(rare)}) AND ({_any(common)})", limit, allowed
        )  # the same texts, with all words
    if len(common) > 1 or len(found) < limit:  # two common words together may weigh more than a rare one
        narrow = next((one for one in _narrowing(common) if _count(database, one, SCORED) <= SCORED), "")
        more = _scores(database, narrow, limit, allowed) if narrow else {}
        found = {**more, **found}
    if len(found) < limit and allowed is not None:
        return _scores_of(database, _any([*rare, *common]), allowed)
    return found


def _narrowing(common: Sequence[str]) -> Iterator[str]:
    """Yield expressions that fewer and fewer texts match, each naming a word once, since BM25 counts every mention.

    First the rarest word with any other, then the two rarest with any other, and so on to all; then all of them with
    the rarest as the first word, which is likely the subject.
    """
    for size in range(1, len(common)):
        yield f"{_all(common[:size])} AND ({_any(common[size:])})"
    if len(common) > 1:
        yield _all(common)
    yield _all([_at_start(common[0]), *common[1:]])


def any_form(forms: Iterable[str]) -> str:
    """Return the FTS5 expression of any of the forms of a word or phrase, quoted."""
    quoted = [f'"{form}"' for form in forms]
    return quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"


def _at_start(expression: str) -> str:
    """Return the expression of a word at the start of a text."""
    return expression.replace('("', '(^ "').replace(' OR "', ' OR ^ "') if expression[0] == "(" else f"^ {expression}"


def _any(quoted: Sequence[str]) -> str:
    return " OR ".join(quoted)


def _all(quoted: Sequence[str]) -> str:
    return " AND ".join(quoted)


def _count(database: Database, expression: str, most: int) -> int:
    """Return the number of texts that match, or most + 1 if there are more."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
    return int(database.rows(sql, (expression, most + 1))[0][0])


def _scores(database: Database, expression: str, limit: int, allowed: TextIds | None) -> Scores:
    """Return the scores of the best that match; with `allowed` of all of these that match."""
    sql = "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?"
    if allowed is None:
        return dict(database.rows(f"{sql} ORDER BY 2 DESC, 1 LIMIT ?", (expression, limit)))
    rows = database.rows(sql, (expression,))
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    places = np.minimum(np.searchsorted(allowed, ids), max(len(allowed) - 1, 0))
    is_allowed = allowed[places] == ids if len(allowed) else np.zeros(len(ids), dtype=bool)
    return {rows[place][0]: rows[place][1] for place in np.flatnonzero(is_allowed)}


def _scores_of(database: Database, expression: str, allowed: TextIds) -> Scores:
    """Return the scores of the allowed texts; the others are passed over without being scored."""
    sql = "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"
    return dict(database.rows(sql, (expression, json.dumps(allowed.tolist()))))

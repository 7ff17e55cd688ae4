"""Mentions of themes in texts, with polarity, and the record counts of lists, trends, drivers and reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.index.aggregates import text_weights
from analyzer.index.filters import Predicate
from analyzer.index.stance_sql import POLARITY
from analyzer.store.database import Database
from analyzer.themes.types import Accounted, Sentiment

Rows = NDArray[np.int64]
KINDS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Texts and the themes of their opinions, one row for each text, theme and polarity.

    Attributes:
        themes: theme ids in the order of their codes.
        text_ids, codes: int64[m], a text and the code of a theme.
        polarities: int64[m], 0 negative, 1 neutral, 2 positive.
        opinions: int64[m], number of opinions of that text, theme and polarity.
        texts_with_content: int64, sorted ids of the texts that have content.
    """

    themes: tuple[str, ...]
    text_ids: Rows
    codes: Rows
    polarities: Rows
    opinions: Rows
    texts_with_content: Rows

    def pairs(self, groups: Mapping[str, str] | None = None) -> tuple[tuple[str, ...], Rows, Rows]:
        """Return names, and text ids and codes of the distinct pairs of a text and a theme (or the theme's group)."""
        names = self.themes
        codes = self.codes
        if groups is not None:
            names = tuple(sorted({groups.get(one, "") for one in self.themes} - {""}))
            place = {name: number for number, name in enumerate(names)}
            code = np.array([place.get(groups.get(one, ""), -1) for one in self.themes] + [-1], dtype=np.int64)
            codes = code[self.codes]
        inside = codes >= 0
        if not inside.any():
            return names, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        found = np.unique(np.stack([self.text_ids[inside], codes[inside]]), axis=1)
        return names, found[0], found[1]


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """Number of matching records of each text: sorted text ids and their counts."""

    text_ids: Rows
    counts: NDArray[np.float64]

    def of(self, text_ids: Rows) -> NDArray[np.float64]:
        """Return the number of matching records of each of these texts."""
        if not len(self.text_ids):
            return np.zeros(len(text_ids))
        place = np.minimum(np.searchsorted(self.text_ids, text_ids), len(self.text_ids) - 1)
        return np.where(self.text_ids[place] == text_ids, self.counts[place], 0.0)


def read_mentions(database: Database) -> Mentions:
    """Return all mentions."""
    rows = database.rows(
        f"SELECT o.text_id, p.theme_id, {POLARITY} AS meant, count(*) FROM placements p "
        "JOIN clauses c USING(clause_id) JOIN opinions o USING(clause_id) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    themes = tuple(sorted({row[1] for row in rows}))
    code = {theme: number for number, theme in enumerate(themes)}
    texts_with_content = database.rows(
        "SELECT DISTINCT text_id FROM opinions JOIN clauses USING(clause_id) WHERE likeness IS NOT NULL ORDER BY 1"
    )
    table = np.array([(row[0], code[row[1]], row[2], row[3]) for row in rows], dtype=np.int64).reshape(len(rows), 4)
    speaking = np.array([row[0] for row in texts_with_content], dtype=np.int64)
    return Mentions(themes, table[:, 0], table[:, 1], table[:, 2], table[:, 3], speaking)


def read_coded(database: Database) -> tuple[tuple[str, ...], Rows, Rows]:
    """Return the codings: theme ids, and the text id and the theme's code of each pair of a text and a theme."""
    rows = database.rows("SELECT theme_id, text_id FROM codings WHERE is_coded ORDER BY 1, 2")
    themes = tuple(sorted({row[0] for row in rows}))
    code = {theme: number for number, theme in enumerate(themes)}
    table = np.array([(text, code[theme]) for theme, text in rows], dtype=np.int64).reshape(len(rows), 2)
    return themes, table[:, 0], table[:, 1]


def count_records(database: Database, chosen: Predicate) -> RecordCounts:
    """Count the matching records of each text."""
    weights = text_weights(database, chosen)
    return RecordCounts(weights.text_ids, weights.counts)


def sizes(mentions: Mentions, record_counts: RecordCounts, groups: Mapping[str, str] | None = None) -> dict[str, int]:
    """Return the number of matching records that mention each theme, or each group."""
    names, texts, codes = mentions.pairs(groups)
    counts = np.bincount(codes, weights=record_counts.of(texts), minlength=len(names))
    return {name: int(count) for name, count in zip(names, counts, strict=True)}


def different_texts(
    database: Database, mentions: Mentions, record_counts: RecordCounts, groups: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Return the number of different texts that mention each theme, or each group; near duplicates are one."""
    names, texts, codes = mentions.pairs(groups)
    inside = record_counts.of(texts) > 0
    rows = database.rows("SELECT text_id, group_id FROM near_duplicates ORDER BY 1")
    near = np.array(rows, dtype=np.int64).reshape(len(rows), 2)
    texts, codes = texts[inside], codes[inside]
    if len(near):
        place = np.minimum(np.searchsorted(near[:, 0], texts), len(near) - 1)
        texts = np.where(near[place, 0] == texts, near[place, 1], texts)
    different = np.unique(np.stack([texts, codes]), axis=1) if len(texts) else np.zeros((2, 0), dtype=np.int64)
    return dict(zip(names, np.bincount(different[1], minlength=len(names)).tolist(), strict=True))


def sentiments(mentions: Mentions, record_counts: RecordCounts, groups: Mapping[str, str]) -> dict[str, Sentiment]:
    """Return the numbers of negative, neutral and positive opinions of each theme and each group."""
    table = np.zeros((len(mentions.themes), 3))
    np.add.at(table, (mentions.codes, mentions.polarities), mentions.opinions * record_counts.of(mentions.text_ids))
    found = dict(zip(mentions.themes, table, strict=True))
    for theme, row in zip(mentions.themes, table, strict=True):
        if group := groups.get(theme, ""):
            found[group] = found.get(group, np.zeros(3)) + row
    return {one: Sentiment(*(int(count) for count in row)) for one, row in found.items()}


def account(mentions: Mentions, record_counts: RecordCounts, excluded: Sequence[str]) -> Accounted:
    """Partition the matching records: in a theme, only in excluded themes, in no theme, without content."""
    excluded_codes = {number for number, theme in enumerate(mentions.themes) if theme in set(excluded)}
    codes = mentions.codes
    is_excluded = np.isin(codes, list(excluded_codes)) if excluded_codes else np.zeros(len(codes), dtype=bool)
    shown, hidden = np.unique(mentions.text_ids[~is_excluded]), np.unique(mentions.text_ids[is_excluded])
    whole = int(record_counts.counts.sum())
    inside = int(record_counts.of(shown).sum())
    only_hidden = int(record_counts.of(np.setdiff1d(hidden, shown)).sum())
    empty = whole - int(record_counts.of(np.union1d(mentions.texts_with_content, np.union1d(shown, hidden))).sum())
    return Accounted(whole, inside, only_hidden, whole - inside - only_hidden - empty, empty)

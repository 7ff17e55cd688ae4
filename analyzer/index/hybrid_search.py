"""Hybrid search: select rows once, rank the same selection by words and by meaning, fuse both rankings."""

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filters import EVERYTHING, Predicate
from analyzer.index.fulltext import search_all_words, search_words
from analyzer.index.orders_to_reader import ORDERS
from analyzer.index.types import Hit, Query, SearchMode, SearchResult
from analyzer.index.vectors import VectorIndex
from analyzer.models.embedder import Embeds
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.store.database import Database

Ranked = Sequence[tuple[int, float]]


def fuse(words: Ranked, meaning: Ranked, words_weight: float) -> list[tuple[int, float]]:
    """Add the two scaled scores of each text and sort; ties by id.

    A convex combination of scaled scores preserves the distances between scores, which reciprocal ranks discard
    (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval"). BM25 is scaled from its
    minimum of 0; cosines lie close together, so they are scaled from the lowest one among the candidates.

    Args:
        words: (text id, BM25 score), best first.
        meaning: (text id, cosine), best first.
        words_weight: weight of the BM25 score, 0 to 1.
    """
    total: dict[int, float] = {}
    floor = min((score for _, score in meaning), default=0.0)
    for ranked, weight, least in ((words, words_weight, 0.0), (meaning, 1 - words_weight, floor)):
        span = max((score for _, score in ranked), default=least) - least
        for text_id, score in ranked:
            scaled = (score - least) / span if span > 0 else 1.0
            total[text_id] = total.get(text_id, 0.0) + weight * scaled
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))


CANDIDATES = 200
"""Minimum number of texts taken from each ranking; twice the limit of the query if that is more."""


LONGEST_QUERY = 2_000
"""Maximum characters of a query; the rest is ignored."""


@dataclass(frozen=True, slots=True)
class Searcher:
    """Searches one workspace; share it between queries."""

    database: Database
    table: FeedbackTable
    vectors: VectorIndex
    embedder: Embeds

    def search(self, query: Query) -> SearchResult:
        """Return the best matching distinct texts, each by its first matching record; ties by id."""
        chosen = self.table.predicate(query.where)
        text = query.text[:LONGEST_QUERY]
        if query.mode is not SearchMode.MEANING:
            ranked = search_all_words(self.database, text, chosen, is_phrase=query.mode is SearchMode.PHRASE)
            return self._result(query, chosen, ranked, len(ranked))
        wanted = max(CANDIDATES, 2 * query.limit)
        allowed = None if chosen == EVERYTHING else self.table.text_ids(chosen)
        words = search_words(self.database, text, wanted, allowed)
        meaning = self.vectors.search(self.embedder.embed_one(text), wanted, allowed)
        ranked = fuse(words, meaning, thresholds_of(self.embedder.name).words_weight)
        return self._result(query, chosen, ranked)

    def _result(
        self, query: Query, chosen: Predicate, ranked: Sequence[tuple[int, float]], found: int = 0
    ) -> SearchResult:
        """Return the first hits of a ranking; a comment that gives orders to the reader comes after all others."""
        first_records = self.table.records_of([text_id for text_id, _ in ranked], chosen)
        scored = [(round(score, 6), *first_records[text_id]) for text_id, score in ranked if text_id in first_records]
        scored.sort(key=lambda one: (-one[0], one[1]))  # before the limit is applied: text ids depend on import order
        records = self.table.get([record_id for _, record_id, _ in scored])
        scored.sort(key=lambda one: ORDERS.search(records[one[1]].text) is not None)
        hits = [
            Hit(record_id, score, records[record_id].text, records[record_id].fields, same_words)
            for score, record_id, same_words in scored[: query.limit]
        ]
        return SearchResult(tuple(hits), self.table.count(query.where), found)

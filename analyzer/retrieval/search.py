"""Query to hits: select rows once, rank the same selection by words and by meaning, fuse."""

from dataclasses import dataclass

from analyzer.index.feedback import FeedbackTable
from analyzer.index.filters import EVERYTHING
from analyzer.index.vectors import VectorIndex
from analyzer.index.words import search_words
from analyzer.models.embedder import Embeds
from analyzer.retrieval.fusion import fuse
from analyzer.store.database import Database
from analyzer.types import Hit, Query, SearchResult

CANDIDATES = 200
"""Texts taken from each ranking, at least; a larger limit takes twice as many as are asked for."""
WORDS_WEIGHT = 0.8
"""On the 12 judged queries of benchmarks/ranking.py: nDCG@10 .896 fused, .885 words alone, .80 by reciprocal ranks."""
LONGEST_QUERY = 2_000
"""Characters of a query that are read."""


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
        wanted = max(CANDIDATES, 2 * query.limit)
        allowed = None if chosen == EVERYTHING else self.table.text_ids(chosen)
        words = search_words(self.database, text, wanted, chosen)
        meaning = self.vectors.search(self.embedder.embed_one(text), wanted, allowed)
        ranked = fuse(words, meaning, WORDS_WEIGHT)
        owners = self.table.records_of([text_id for text_id, _ in ranked], chosen)
        found = [(round(score, 6), *owners[text_id]) for text_id, score in ranked if text_id in owners]
        found.sort(key=lambda one: (-one[0], one[1]))  # before the cut: text ids depend on the order of the rows
        found = found[: query.limit]
        records = self.table.get([record_id for _, record_id, _ in found])
        hits = [Hit(i, score, records[i].text, records[i].fields, same_words) for score, i, same_words in found]
        return SearchResult(tuple(hits), self.table.count(query.where))

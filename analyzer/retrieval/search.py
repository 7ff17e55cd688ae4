"""Query to hits: select rows once, rank the same selection by words and by meaning, fuse."""

from dataclasses import dataclass

from analyzer.index.feedback import FeedbackTable
from analyzer.index.filters import EVERYTHING
from analyzer.index.vectors import VectorIndex
from analyzer.index.words import search_words
from analyzer.models.embedder import Embeds
from analyzer.records import Hit, Query, SearchResult
from analyzer.retrieval.fusion import fuse
from analyzer.store.database import Database

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
        meaning = self.vectors.search(self.embedder.embed([text])[0], wanted, allowed)
        ranked = fuse(words, meaning, WORDS_WEIGHT)[: query.limit]
        owners = self.table.records_of([text_id for text_id, _ in ranked], chosen)
        records = self.table.get([record_id for record_id, _ in owners.values()])
        hits = []
        for text_id, score in ranked:
            if text_id in owners:
                record_id, same_words = owners[text_id]
                record = records[record_id]
                hits.append(Hit(record_id, round(score, 6), record.text, record.fields, same_words))
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        return SearchResult(tuple(hits), self.table.count(query.where))

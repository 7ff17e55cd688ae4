"""Measure ranking quality on 12 judged queries over 5,000 app reviews: words alone, meaning alone, fused.

    .venv/bin/python benchmarks/ranking.py

The reviews go through the whole product (scrub, embed, store). A query searches its own app's reviews. nDCG@10 is given
twice: over all hits (unjudged ones count as irrelevant) and over judged reviews only, since the judged pool comes from
the results of a few systems.
"""

import json
import math
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "app_review_search"
DEPTH = 200


def ndcg(ids: Sequence[str], relevant: dict[str, int], at: int = 10) -> float:
    gain = sum(relevant.get(record_id, 0) / math.log2(rank + 2) for rank, record_id in enumerate(ids[:at]))
    best = sum(1 / math.log2(rank + 2) for rank in range(min(at, sum(relevant.values()))))
    return gain / best


def main() -> None:
    from analyzer.index.fulltext import search_words
    from analyzer.index.hybrid_search import CANDIDATES, fuse
    from analyzer.models.embedding_thresholds import thresholds_of
    from analyzer.workspace import Workspace

    queries = [json.loads(line) for line in (DATA / "queries.jsonl").read_text().splitlines()]
    judged: dict[str, dict[str, int]] = {}
    for line in (DATA / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, relevant = line.split("\t")
        judged.setdefault(query, {})[document] = int(relevant)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(ANALYZER_WORKSPACE=f"{folder}/workspace", ANALYZER_KEYS_DIR=f"{folder}/keys")
        # The judged ids contain reviewers' accounts, which the product would replace: row numbers are used instead.
        reviews = [json.loads(line) for line in (DATA / "corpus.jsonl").read_text().splitlines()]
        numbered = Path(folder) / "reviews.jsonl"
        with numbered.open("w") as out:
            for number, review in enumerate(reviews):
                row = {"id": f"R-{number}", "app": review["app_id"], "text": review["text"]}
                out.write(json.dumps(row) + "\n")
        names = {f"R-{number}": review["doc_id"] for number, review in enumerate(reviews)}
        workspace = Workspace.init()
        print(workspace.ingest([numbered], {"text": "text", "id": "id"}))
        searcher = workspace.collaborators.index.searcher(workspace.collaborators.models.embedder)
        totals: dict[str, list[float]] = {}

        def lists(query: str, where: str) -> dict[str, list[tuple[int, float]]]:
            chosen = searcher.table.predicate(where)
            allowed = searcher.table.text_ids(chosen)
            words = search_words(searcher.database, query, CANDIDATES, allowed)
            meaning = searcher.vectors.search(searcher.embedder.embed_one(query), CANDIDATES, allowed)
            ranks: dict[int, float] = {}
            for ranked in (words, meaning):
                for rank, (text_id, _) in enumerate(ranked):
                    ranks[text_id] = ranks.get(text_id, 0) + 1 / (61 + rank)
            plain = sorted(ranks.items(), key=lambda pair: (-pair[1], pair[0]))
            return {
                "words": words,
                "meaning": meaning,
                "reciprocal rank": plain,
                "fused": fuse(words, meaning, thresholds_of(searcher.embedder.name).words_weight),
            }

        for query in queries:
            where = f"app={query['app_id']}"
            relevant = judged[query["query_id"]]
            chosen = searcher.table.predicate(where)
            for method, ranked in lists(query["query"], where).items():
                owners = searcher.table.records_of([text_id for text_id, _ in ranked], chosen)
                ids = [names[owners[text_id][0]] for text_id, _ in ranked]
                totals.setdefault(method, []).append(ndcg(ids, relevant))
                totals.setdefault(method + " judged", []).append(ndcg([i for i in ids if i in relevant], relevant))
        for method in ("words", "meaning", "reciprocal rank", "fused"):
            found, judged_only = (statistics.mean(totals[key]) for key in (method, f"{method} judged"))
            print(f"{method:16} nDCG@10 all {found:.3f}  judged only {judged_only:.3f}")
        workspace.close()


if __name__ == "__main__":
    main()

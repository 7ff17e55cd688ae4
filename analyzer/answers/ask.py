"""Question to answer: search, choose passages, let the model word them, check every claim."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from analyzer.answer_records import Answer, Claim, Number, Status
from analyzer.answers.checks import IsClean, checked_claims
from analyzer.answers.passages import group_evidence
from analyzer.answers.prompt import TOKENS_PER_CLAIM, grammar, messages
from analyzer.index.feedback import FeedbackTable
from analyzer.models.embedder import Embeds
from analyzer.models.llm import Answers, OnText
from analyzer.records import Query
from analyzer.retrieval.search import Searcher

HITS = 30
"""Comments whose sentences compete to be evidence."""

OnStage = Callable[[str], None]
"""Told what is being done, in words for the person waiting."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Answers questions over one workspace."""

    searcher: Searcher
    table: FeedbackTable
    embedder: Embeds
    model: Answers
    is_clean: IsClean

    def ask(self, question: str, where: str, on_stage: OnStage, on_text: OnText | None = None) -> Answer:
        """Answer from the records that match a filter; without support the status is not_found."""
        started = time.monotonic()
        found = self.searcher.search(Query(question, where, HITS))
        on_stage(f"{found.among:,} comments searched, {len(found.hits)} read")
        groups = group_evidence(question, found.hits, self.embedder)
        claims: list[Claim] = []
        cut = 0
        if groups:
            on_stage(f"answering from {sum(map(len, groups))} passages in {len(groups)} groups")
            tokens = TOKENS_PER_CLAIM * len(groups)
            output = self.model.complete(messages(question, groups), grammar(len(groups)), tokens, on_text)
            on_stage("checking every claim")
            ids = sorted({passage.hit.id for group in groups for passage in group})
            texts = {record_id: record.text for record_id, record in self.table.get(ids).items()}
            claims, cut = checked_claims(output, groups, texts, self.embedder, self.is_clean)
        number = Number(found.among, self.table.count(), where or "all comments")
        seconds = round(time.monotonic() - started, 2)
        status = Status.ANSWERED if claims else Status.NOT_FOUND
        return Answer(
            status, _text(claims, number), tuple(claims), (number,), "", evidence=found.hits, cut=cut, seconds=seconds
        )


def _text(claims: list[Claim], searched: Number) -> str:
    if not claims:
        return f"Nothing in the {searched.value:,} comments searched answers this."
    numbers: dict[str, int] = {}
    sentences = []
    for claim in claims:
        marks = "".join(f"[{numbers.setdefault(c.id, len(numbers) + 1)}]" for c in claim.citations)
        sentences.append(f"{claim.text} {marks}")
    return "\n".join(sentences)

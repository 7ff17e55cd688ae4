"""Carry out a plan: code computes the figures, the model writes sentences, and every sentence is checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analyzer.answers import wording
from analyzer.answers.draft import NOTHING, OFF_TOPIC, Draft
from analyzer.answers.generation import GRAMMAR, TOKENS_PER_CLAIM, messages
from analyzer.answers.grounding.checks import Checker, IsClean, Verifies
from analyzer.answers.grounding.vocabulary import AllowedWords
from analyzer.answers.passages import Evidence, Group, Passage, find_evidence, sentences
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.relevance import find_words
from analyzer.answers.top_points import TopPointFinder, TopPoints, top_points_table
from analyzer.answers.types import Number, Plan, Task
from analyzer.counting.prevalence import Counter
from analyzer.counting.tables import Wanted, count_exactly, make_table
from analyzer.counting.types import Count, Measure, Row, Table
from analyzer.index.hybrid_search import Searcher
from analyzer.index.types import Hit, Query
from analyzer.models.llm import Answers
from analyzer.types import Claim

HITS = 30
"""Comments read for evidence."""
SHOWN_QUOTES = 8
EXAMPLES = 3
QUOTES_INTRODUCTION = "These comments speak of it, nearest first."
EXAMPLES_INTRODUCTION = "For example, word for word."
POINT_INTRODUCTION = "Comments around the words"


@dataclass(frozen=True, slots=True)
class Asker:
    """Answers questions over one workspace.

    Attributes:
        model: opens the answering model; called only when there is something to write.
        comparison_filter: returns the filter of the comments that a plan for a question why compares with.
        date: name of the date column, for trends.
    """

    searcher: Searcher
    model: Callable[[], Answers]
    verifier: Callable[[], Verifies]
    is_clean: IsClean
    comparison_filter: Callable[[Plan], str]
    date: str = ""

    def answer(self, question: str, plan: Plan, listener: ProgressListener) -> Draft:
        """Carry out a plan and return the draft; without evidence the draft says that nothing was found."""
        table = self.searcher.table
        among = table.count(plan.where)
        whole = table.count()
        matching = Number(among, whole, plan.where or "all comments", "matching", plan.where)
        draft = Draft(plan, [matching])
        listener.on_plan(plan)
        listener.on_stage(f"{among:,} of {whole:,} comments match")
        if plan.task is Task.OFF_TOPIC:
            draft.refusal = OFF_TOPIC
        elif not among:
            draft.refusal = wording.fill_slots(NOTHING, draft.numbers)
        elif self._is_about_columns(plan):
            self._tabulate(draft, listener)
        elif plan.task in (Task.RANK, Task.WHY) or not plan.subject:
            self._answer_with_top_points(question, draft, listener)
        else:
            self._answer_about_subject(question, draft, listener)
        return draft

    def _is_about_columns(self, plan: Plan) -> bool:
        if plan.subject:
            return False
        return plan.measure is Measure.AVERAGE or plan.task in (Task.COUNT, Task.COMPARE, Task.TREND) or bool(plan.by)

    def _tabulate(self, draft: Draft, listener: ProgressListener) -> None:
        plan, database, table = draft.plan, self.searcher.database, self.searcher.table
        by = self._group_column(plan)
        if plan.measure is not Measure.AVERAGE and not by:
            count = count_exactly(database, table, plan.where, "", "")
            self._add_count(draft, count, listener)
            return
        result = make_table(database, table, plan.where, Wanted(plan.measure, by, plan.period, plan.column))
        self._add_table(draft, _ranked(result) if plan.task is Task.RANK else result, listener)

    def _answer_about_subject(self, question: str, draft: Draft, listener: ProgressListener) -> None:
        """Answer about a subject, which the comments need not mention."""
        plan = draft.plan
        found = self.searcher.search(Query(plan.subject, plan.where, HITS))
        draft.evidence = found.hits
        shares = self._word_shares(plan.subject, found.hits)
        evidence = find_evidence(plan.subject, found.hits, shares, self.searcher.embedder)
        if not evidence.passages:
            return
        draft.evidence = found.hits
        if plan.task is not Task.FIND:
            self._add_subject_figures(draft, listener)
        checker = self._checker(found.hits, question)
        if plan.task in (Task.FIND, Task.COUNT, Task.COMPARE, Task.TREND):
            heading = QUOTES_INTRODUCTION if plan.task is Task.FIND else EXAMPLES_INTRODUCTION
            most = SHOWN_QUOTES if plan.task is Task.FIND else EXAMPLES
            self._add_quotes(draft, heading, evidence.passages[:most], checker, listener)
            return
        listener.on_stage(f"{len(evidence.passages)} passages in {len(evidence.groups)} groups")
        for number, group in enumerate(evidence.groups, start=1):
            if listener.is_stopped:
                draft.is_complete = False
                return
            listener.on_stage(f"writing and checking sentence {number} of {len(evidence.groups)}")
            self._write_claim(question, group, draft, (checker, evidence), listener)

    def _add_subject_figures(self, draft: Draft, listener: ProgressListener) -> None:
        plan = draft.plan
        by = self._group_column(plan)
        counter = Counter(self.searcher.database, self.searcher.table, self.searcher.vectors, self.searcher.embedder)
        count = counter.count(plan.subject, plan.where, by, plan.period if by else "")
        self._add_count(draft, count, listener)
        if count.groups:
            rows = tuple(Row(g.label, g.estimate, g.denominator, g.where, g.low, g.high) for g in count.groups)
            query = f"count {count.predicate!r} by {by} where {plan.where or 'all'}"
            table = Table("share of comments that speak of it", "share", plan.period or by, rows, query, count.method)
            self._add_table(draft, _ranked(table) if plan.task is Task.RANK else table, listener)

    def _answer_with_top_points(self, question: str, draft: Draft, listener: ProgressListener) -> None:
        """Answer with the points that the most comments make."""
        plan = draft.plan
        listener.on_stage("grouping the comments that match by the point they make")
        searcher = self.searcher
        finder = TopPointFinder(searcher.database, searcher.table, searcher.vectors, searcher.embedder)
        reasons = finder.find(plan, self.comparison_filter(plan) if plan.task is Task.WHY else "")
        if not reasons.found:
            draft.evidence = searcher.search(Query(plan.subject or question, plan.where, EXAMPLES)).hits
            return
        table = top_points_table(plan, reasons)
        self._add_table(draft, table, listener)
        draft.numbers += [
            Number(reasons.without_content, reasons.among, "comments without content", "empty", plan.where),
            Number(reasons.other, reasons.among, "comments that make another point or none", "other", plan.where),
        ]
        draft.sentences.append(wording.fill_slots("{empty} comments say nothing in words, {other} make other points.",
                                              draft.numbers))  # fmt: skip
        self._write_points(question, draft, reasons, listener)

    def _write_points(self, question: str, draft: Draft, reasons: TopPoints, listener: ProgressListener) -> None:
        ids = [record_id for reason in reasons.found for record_id in reason.nearest]
        records = self.searcher.table.get(ids)
        draft.evidence = tuple(
            Hit(i, 1.0, records[i].text, records[i].fields) for i in dict.fromkeys(ids) if i in records
        )
        checker = self._checker(draft.evidence, question)
        hits = {hit.id: hit for hit in draft.evidence}
        for row, reason in enumerate(reasons.found):
            if listener.is_stopped:
                draft.is_complete = False
                return
            listener.on_stage(f"writing and checking sentence {row + 1} of {len(reasons.found)}")
            group = self._central_sentences([hits[i] for i in reason.nearest if i in hits], reason.label)
            before = len(draft.claims)
            self._write_claim(question, group, draft, (checker, Evidence()), listener)
            number = f"row_{row}_share"
            if len(draft.claims) > before:
                draft.claims[-1] = replace(draft.claims[-1], number=number)
            elif cited := [c for passage in group if (c := checker.citation(passage))]:
                draft.add(Claim(f"{POINT_INTRODUCTION} {reason.label}.", tuple(cited), number=number))

    def _write_claim(
        self, question: str, group: Group, draft: Draft, checks: tuple[Checker, Evidence], listener: ProgressListener
    ) -> None:
        pieces: list[str] = []

        def on_text(piece: str) -> None:
            pieces.append(piece)
            listener.on_words_written(len(pieces))

        model = self.model()
        if before := len(model.lock):
            listener.on_stage(f"the model answers one call at a time; {before} before this one")
        output = model.complete(messages(question, group), GRAMMAR, TOKENS_PER_CLAIM, on_text)
        checker, evidence = checks
        if draft.add(checker.check(output, group, evidence.passages)):
            listener.on_claim(draft.claims[-1])

    def _add_quotes(
        self, draft: Draft, heading: str, passages: Sequence[Passage], checker: Checker, listener: ProgressListener
    ) -> None:
        cited = [citation for passage in passages if (citation := checker.citation(passage))]
        if cited:
            draft.claims.append(Claim(heading, tuple(cited)))
            listener.on_claim(draft.claims[-1])

    def _central_sentences(self, hits: Sequence[Hit], label: str) -> Group:
        """Return the sentence of each comment that has the most words of the label."""
        words = set(label.split(", "))
        group = []
        for hit in hits:
            spans = sentences(hit.text)
            if spans:
                start, end = max(spans, key=lambda span: (_overlap(hit.text[span[0] : span[1]], words), -span[0]))
                group.append(Passage(hit, start, end, 1.0))
        return tuple(group)

    def _add_count(self, draft: Draft, count: Count, listener: ProgressListener) -> None:
        numbers = wording.count_numbers(count)
        draft.count = count
        draft.numbers += numbers
        draft.sentences += wording.count_sentences(count, numbers)
        listener.on_figures(count)

    def _add_table(self, draft: Draft, table: Table, listener: ProgressListener) -> None:
        numbers = wording.table_numbers(table)
        draft.table = table
        draft.numbers += numbers
        draft.sentences += wording.table_sentences(draft.plan, table, numbers)
        listener.on_figures(table)

    def _group_column(self, plan: Plan) -> str:
        return plan.by or (self.date if plan.period else "")

    def _word_shares(self, subject: str, hits: Sequence[Hit]) -> dict[str, float]:
        words = find_words(self.searcher.database, subject, len(self.searcher.vectors))
        texts = self.searcher.table.texts_of([hit.id for hit in hits])
        return {hit.id: words.share(texts[hit.id]) for hit in hits}

    def _checker(self, hits: Sequence[Hit], question: str) -> Checker:
        texts = {i: record.text for i, record in self.searcher.table.get([hit.id for hit in hits]).items()}
        vocabulary = AllowedWords(self.searcher.database, self.searcher.embedder, question)
        return Checker(self.verifier(), self.is_clean, texts, vocabulary.strange)


def _ranked(table: Table) -> Table:
    return replace(table, rows=tuple(sorted(table.rows, key=lambda row: (-row.value, row.label))))


def _overlap(text: str, words: set[str]) -> int:
    return sum(word in text.casefold() for word in words)

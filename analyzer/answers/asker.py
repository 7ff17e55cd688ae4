"""A plan carried out: figures from code over every comment, sentences from the model over chosen passages, checked."""

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
"""Comments whose sentences compete to be evidence."""
SHOWN_QUOTES = 8
EXAMPLES = 3
QUOTES_ALONE = "These comments speak of it, nearest first."
FOR_EXAMPLE = "For example, word for word."
NAMED_BY_WORDS = "Comments around the words"


@dataclass(frozen=True, slots=True)
class Asker:
    """Answers questions over one workspace.

    Attributes:
        model: opens the answering model; called only when there is something to write.
        date: name of the date column, for trends.
    """

    searcher: Searcher
    model: Callable[[], Answers]
    verifier: Callable[[], Verifies]
    is_clean: IsClean
    elsewhere: Callable[[Plan], str]
    date: str = ""

    def answer(self, question: str, plan: Plan, watch: ProgressListener) -> Draft:
        """Carry a plan out; without support the draft says that nothing was found."""
        table = self.searcher.table
        among = table.count(plan.where)
        whole = table.count()
        matching = Number(among, whole, plan.where or "all comments", "matching", plan.where)
        draft = Draft(plan, [matching])
        watch.planned(plan)
        watch.stage(f"{among:,} of {whole:,} comments match")
        if plan.task is Task.OFF_TOPIC:
            draft.refusal = OFF_TOPIC
        elif not among:
            draft.refusal = wording.fill_slots(NOTHING, draft.numbers)
        elif self._is_about_columns(plan):
            self._tabulate(draft, watch)
        elif plan.task in (Task.RANK, Task.WHY) or not plan.subject:
            self._reason(question, draft, watch)
        else:
            self._speak(question, draft, watch)
        return draft

    def _is_about_columns(self, plan: Plan) -> bool:
        if plan.subject:
            return False
        return plan.measure is Measure.AVERAGE or plan.task in (Task.COUNT, Task.COMPARE, Task.TREND) or bool(plan.by)

    def _tabulate(self, draft: Draft, watch: ProgressListener) -> None:
        plan, database, table = draft.plan, self.searcher.database, self.searcher.table
        by = self._by(plan)
        if plan.measure is not Measure.AVERAGE and not by:
            count = count_exactly(database, table, plan.where, "", "")
            self._count_in(draft, count, watch)
            return
        made = make_table(database, table, plan.where, Wanted(plan.measure, by, plan.period, plan.column))
        self._table_in(draft, _ranked(made) if plan.task is Task.RANK else made, watch)

    def _speak(self, question: str, draft: Draft, watch: ProgressListener) -> None:
        """Answer about a subject that comments may or may not speak of."""
        plan = draft.plan
        found = self.searcher.search(Query(plan.subject, plan.where, HITS))
        draft.evidence = found.hits
        shares = self._shares(plan.subject, found.hits)
        evidence = find_evidence(plan.subject, found.hits, shares, self.searcher.embedder)
        if not evidence.passages:
            return
        draft.evidence = found.hits
        if plan.task is not Task.FIND:
            self._figures(draft, watch)
        checker = self._checker(found.hits, question)
        if plan.task in (Task.FIND, Task.COUNT, Task.COMPARE, Task.TREND):
            told = QUOTES_ALONE if plan.task is Task.FIND else FOR_EXAMPLE
            most = SHOWN_QUOTES if plan.task is Task.FIND else EXAMPLES
            self._quote(draft, told, evidence.passages[:most], checker, watch)
            return
        watch.stage(f"{len(evidence.passages)} passages in {len(evidence.groups)} groups")
        for number, group in enumerate(evidence.groups, start=1):
            if watch.is_stopped:
                draft.is_complete = False
                return
            watch.stage(f"writing and checking sentence {number} of {len(evidence.groups)}")
            self._write(question, group, draft, (checker, evidence), watch)

    def _figures(self, draft: Draft, watch: ProgressListener) -> None:
        plan = draft.plan
        by = self._by(plan)
        counter = Counter(self.searcher.database, self.searcher.table, self.searcher.vectors, self.searcher.embedder)
        count = counter.count(plan.subject, plan.where, by, plan.period if by else "")
        self._count_in(draft, count, watch)
        if count.groups:
            rows = tuple(Row(g.label, g.estimate, g.denominator, g.where, g.low, g.high) for g in count.groups)
            query = f"count {count.predicate!r} by {by} where {plan.where or 'all'}"
            made = Table("share of comments that speak of it", "share", plan.period or by, rows, query, count.method)
            self._table_in(draft, _ranked(made) if plan.task is Task.RANK else made, watch)

    def _reason(self, question: str, draft: Draft, watch: ProgressListener) -> None:
        """Answer with the points that most comments make."""
        plan = draft.plan
        watch.stage("grouping the comments that match by the point they make")
        searcher = self.searcher
        finder = TopPointFinder(searcher.database, searcher.table, searcher.vectors, searcher.embedder)
        reasons = finder.find(plan, self.elsewhere(plan) if plan.task is Task.WHY else "")
        if not reasons.found:
            draft.evidence = searcher.search(Query(plan.subject or question, plan.where, EXAMPLES)).hits
            return
        made = top_points_table(plan, reasons)
        self._table_in(draft, made, watch)
        draft.numbers += [
            Number(reasons.without_content, reasons.among, "comments without content", "empty", plan.where),
            Number(reasons.other, reasons.among, "comments that make another point or none", "other", plan.where),
        ]
        draft.sentences.append(wording.fill_slots("{empty} comments say nothing in words, {other} make other points.",
                                              draft.numbers))  # fmt: skip
        self._word_reasons(question, draft, reasons, watch)

    def _word_reasons(self, question: str, draft: Draft, reasons: TopPoints, watch: ProgressListener) -> None:
        ids = [record_id for reason in reasons.found for record_id in reason.nearest]
        records = self.searcher.table.get(ids)
        draft.evidence = tuple(
            Hit(i, 1.0, records[i].text, records[i].fields) for i in dict.fromkeys(ids) if i in records
        )
        checker = self._checker(draft.evidence, question)
        hits = {hit.id: hit for hit in draft.evidence}
        for row, reason in enumerate(reasons.found):
            if watch.is_stopped:
                draft.is_complete = False
                return
            watch.stage(f"writing and checking sentence {row + 1} of {len(reasons.found)}")
            group = self._central([hits[i] for i in reason.nearest if i in hits], reason.label)
            before = len(draft.claims)
            self._write(question, group, draft, (checker, Evidence()), watch)
            number = f"row_{row}_share"
            if len(draft.claims) > before:
                draft.claims[-1] = replace(draft.claims[-1], number=number)
            elif cited := [c for passage in group if (c := checker.citation(passage))]:
                draft.add(Claim(f"{NAMED_BY_WORDS} {reason.label}.", tuple(cited), number=number))

    def _write(
        self, question: str, group: Group, draft: Draft, against: tuple[Checker, Evidence], watch: ProgressListener
    ) -> None:
        pieces: list[str] = []

        def on_text(piece: str) -> None:
            pieces.append(piece)
            watch.writing(len(pieces))

        model = self.model()
        if before := len(model.lane):
            watch.stage(f"the model answers one call at a time; {before} before this one")
        output = model.complete(messages(question, group), GRAMMAR, TOKENS_PER_CLAIM, on_text)
        checker, evidence = against
        if draft.add(checker.check(output, group, evidence.passages)):
            watch.claimed(draft.claims[-1])

    def _quote(
        self, draft: Draft, told: str, passages: Sequence[Passage], checker: Checker, watch: ProgressListener
    ) -> None:
        cited = [citation for passage in passages if (citation := checker.citation(passage))]
        if cited:
            draft.claims.append(Claim(told, tuple(cited)))
            watch.claimed(draft.claims[-1])

    def _central(self, hits: Sequence[Hit], label: str) -> Group:
        """Return the sentence of each comment that says most of its point."""
        words = set(label.split(", "))
        group = []
        for hit in hits:
            spans = sentences(hit.text)
            if spans:
                start, end = max(spans, key=lambda span: (_overlap(hit.text[span[0] : span[1]], words), -span[0]))
                group.append(Passage(hit, start, end, 1.0))
        return tuple(group)

    def _count_in(self, draft: Draft, count: Count, watch: ProgressListener) -> None:
        numbers = wording.count_numbers(count)
        draft.count = count
        draft.numbers += numbers
        draft.sentences += wording.count_sentences(count, numbers)
        watch.counted(count)

    def _table_in(self, draft: Draft, table: Table, watch: ProgressListener) -> None:
        numbers = wording.table_numbers(table)
        draft.table = table
        draft.numbers += numbers
        draft.sentences += wording.table_sentences(draft.plan, table, numbers)
        watch.counted(table)

    def _by(self, plan: Plan) -> str:
        return plan.by or (self.date if plan.period else "")

    def _shares(self, subject: str, hits: Sequence[Hit]) -> dict[str, float]:
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

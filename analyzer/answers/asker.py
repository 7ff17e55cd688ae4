"""Carry out a plan: code computes figures, points and quotes, the model writes sentences, every sentence is checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np

from analyzer.answers import wording
from analyzer.answers.answer_languages import in_language
from analyzer.answers.chosen_points import FEW, most_made, told
from analyzer.answers.draft import NOTHING, OFF_TOPIC, Draft
from analyzer.answers.general_remarks import are_general, only_evaluates, without_general
from analyzer.answers.grounding.checks import Checker, IsClean, Verifies
from analyzer.answers.grounding.vocabulary import AllowedWords
from analyzer.answers.judging_subjects import is_fault
from analyzer.answers.opinion_search import About, Matching, OpinionSearch
from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot, Rows
from analyzer.answers.other_remarks import TITLES, other_remarks, quotes_of_remarks, unlike
from analyzer.answers.passages import Passage
from analyzer.answers.point_figures import (
    CountedPoint,
    counted,
    coverage_numbers,
    is_asked,
    points_table,
    selection_numbers,
    selection_sentences,
    stance_numbers,
    stance_sentence,
    subject_count,
    titled_table,
)
from analyzer.answers.point_themes import themes_of
from analyzer.answers.point_words import EXCERPTS
from analyzer.answers.point_writer import QUOTES, PointWriter, Prepared
from analyzer.answers.points import SIGNS, FoundPoint, clause_of, count_comments, find_points, shares_elsewhere
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.quote_fit import TitleFit
from analyzer.answers.quotes import Quoted, beside, choose_quotes, says_something, typical_quotes
from analyzer.answers.same_points import coherent_first, without_repeats
from analyzer.answers.segment_directions import segment_words
from analyzer.answers.stance_counts import of_stance, stance_count, stance_table
from analyzer.answers.statements import statements
from analyzer.answers.title_spans import of_writers
from analyzer.answers.titles import ChosenTitles, clause_title
from analyzer.answers.types import Number, Plan, Stance, Task
from analyzer.answers.wishes import is_wish
from analyzer.counting.labels import read_known
from analyzer.counting.prevalence import Counter
from analyzer.counting.tables import Wanted, count_exactly, make_table
from analyzer.counting.types import Count, Measure, Row, Table
from analyzer.index.fulltext import subject_words
from analyzer.index.hybrid_search import Searcher
from analyzer.index.types import Hit
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.llm import Answers
from analyzer.opinions.polarity import PolarityHead
from analyzer.types import Claim

SHOWN_QUOTES = 8
EXAMPLES = 3
READ, COMPARED = EXCERPTS, 40
"""Passages that the model reads and takes words from, all of them evidence of the answer; most typical opinions among
which the words of a title have to be used."""
QUOTES_INTRODUCTION = "These comments speak of it, nearest first."
COVERAGE = (
    "The points below are made by {covered} of them; shares are of all that speak of it. "
    "The others say what few others say."
)
COVERAGE_OF = {
    "complaint": "{covered} of the {asked} that complain make the points below; shares are of those {asked}.",
    "praise": "{covered} of the {asked} that praise it make the points below; shares are of those {asked}.",
    "wish": "{covered} of the {asked} that ask for something make the points below; shares are of those {asked}.",
}
EXAMPLES_INTRODUCTION = "For example, word for word."
Material: TypeAlias = tuple[OpinionSearch, Matching, Rows]


@dataclass(frozen=True, slots=True)
class Asker:
    """Answers questions over one workspace.

    Attributes:
        model: opens the answering model; called only when there is something to write.
        opinion_search: returns the search over all opinions; a first call may take texts apart.
        comparison_filter: returns the filter of the comments that a plan for a question why compares with.
        date: name of the date column, for trends.
    """

    searcher: Searcher
    model: Callable[[], Answers]
    verifier: Callable[[], Verifies]
    is_clean: IsClean
    opinion_search: Callable[[ProgressListener], OpinionSearch]
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
            draft.refusal = in_language(OFF_TOPIC, plan.language)
        elif not among:
            draft.refusal = wording.fill_slots(NOTHING, draft.numbers, plan.language)
        elif self._is_about_columns(plan):
            self._tabulate(draft, listener)
        elif plan.subject:
            self._answer_about_subject(question, draft, listener)
        else:
            self._answer_without_subject(question, draft, listener)
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
        plan, search = draft.plan, self.opinion_search(listener)
        listener.on_stage("looking at every opinion")
        matching = search.matching(plan.where)
        about = search.about(plan.subject, matching)
        if not len(about.rows):
            draft.evidence = tuple(self._hits(search, about.nearest[:EXAMPLES], matching).values())
            draft.subjects = tuple(one for one in search.nearest_subjects(plan.subject) if self.is_clean(one))
            return
        if plan.task in (Task.FIND, Task.COUNT, Task.COMPARE, Task.TREND):
            if plan.task is not Task.FIND:
                self._add_subject_figures(draft, (search, matching, about.rows), listener)
            about = replace(about, rows=of_stance(search, about.rows, plan.stance))
            if len(about.rows):
                self._add_examples(question, draft, (search, matching, about), listener)
            return
        known = read_known(self.searcher.database, plan.subject).version
        count = self._counter().count(plan.subject, plan.where) if known else None
        if count is None or not count.is_corrected:
            count = subject_count(plan, search, about.rows, matching)
        self._add_count(draft, count, listener)
        self._add_points(question, draft, (search, matching, about.rows), listener, about.scores.relevance())

    def _answer_without_subject(self, question: str, draft: Draft, listener: ProgressListener) -> None:
        """Answer with the points that the most comments make, of the stance that is asked for."""
        search = self.opinion_search(listener)
        listener.on_stage("grouping the comments that match by the point they make")
        matching = search.matching(draft.plan.where)
        self._add_points(question, draft, (search, matching, matching.rows), listener)

    def _add_points(
        self, question: str, draft: Draft, material: Material, listener: ProgressListener,
        relevance: Floats | None = None,
    ) -> None:  # fmt: skip
        plan, (search, matching, rows) = draft.plan, material
        opinions, texts = search.opinions, search.texts(rows)
        spoken = search.with_content(rows, texts)
        spoken = search.without(spoken, plan.excluded, matching)
        spoken = _asked_rows(opinions, spoken, plan, texts)
        about = _asked_rows(opinions, rows, plan, texts) if plan.subject else search.with_content(rows, texts)
        of = count_comments(opinions, about, matching.counts)
        vague = (
            of_writers(opinions, spoken, texts) if plan.subject
            else are_general(opinions, spoken, self.searcher.embedder)
        )  # fmt: skip
        asked = frozenset(subject_words(plan.subject))
        found = find_points(opinions, spoken[~vague], texts, matching.counts, asked)
        found = [one for one in found if says_something(opinions, one, texts, plan.subject)] or found
        general = [spoken[vague]]
        things = segment_words(self.searcher.database, self.searcher.table)
        if not plan.subject:
            found, remarks = without_general(opinions, found, self.searcher.embedder, texts, things)
            general += [one.rows for one in remarks]
        fit = TitleFit(opinions, texts, self.searcher.embedder.name)
        titled = ChosenTitles(partial(
            clause_title, opinions, others=found, texts=texts, subject=plan.subject, model=self.searcher.embedder.name,
            embed=_remembering(self.searcher.embedder), polarity=self._polarity(), relevance=relevance,
            wishes=plan.wishes,
        ))  # fmt: skip
        found = statements(opinions, found, spoken[~vague], matching.counts, titled, fit)
        found = without_repeats(opinions, found, matching.counts, titled, fit, plan.subject)
        if not plan.subject:
            remarks = [one for one in found if (said := titled(one)) and only_evaluates(said.text, things)]
            found = [one for one in found if all(one is not other for other in remarks)]
            general += [one.rows for one in remarks]
            found = coherent_first(found, titled, fit)
        shares = self._shares_elsewhere(plan, search, found)
        records = search.records(spoken, matching)
        dates = search.dates(rows, matching, self.date) if self.date else {}
        made = [counted(opinions, one, records, of, shares.get(n), dates) for n, one in enumerate(found)]
        chosen = most_made(made, of, plan)
        prepared = self._prepared(draft, (search, matching, texts), chosen, titled, relevance, of)
        if not plan.stance and is_fault(plan.subject, self.searcher.embedder):
            prepared.sort(key=lambda one: one.point.found.stance is not Stance.COMPLAINT)
        points = list(prepared)
        if relevance is not None:
            prepared += self._others(draft, (search, matching, spoken), prepared, texts, relevance, of)
        self._add_head(draft, material, spoken, points, np.concatenate(general))
        listener.on_sentences(draft.sentences)
        if plan.task in (Task.RANK, Task.WHY) and points:
            draft.table = points_table(plan, [one.point for one in points], of)
            draft.numbers += wording.table_numbers(draft.table)
            listener.on_figures(draft.table)
        checker = self._checker(draft.evidence, question)
        center = opinions.background.centered
        embedder = self.searcher.embedder
        writer = PointWriter(self.model, checker, embedder, center, self._polarity())
        writer.write(draft, prepared, of, listener)
        told = [point for point in draft.points if not point.is_rest]
        if draft.table and len(draft.table.rows) == len(told):
            draft.table = titled_table(draft.table, told)

    def _others(
        self, draft: Draft, material: Material, points: Sequence[Prepared], texts: Mapping[int, str], relevance: Floats,
        of: int,
    ) -> list[Prepared]:  # fmt: skip
        """Return what is said beside the points, with quotes; adds their comments to the evidence."""
        search, matching, spoken = material
        opinions, found = search.opinions, list[Prepared]()
        for one in other_remarks(opinions, spoken, [point.point.found for point in points], matching.counts):
            quoted = unlike(opinions, one, [point.point.found for point in points])
            quotes = quotes_of_remarks(
                opinions, quoted, texts, draft.plan.subject, relevance, self._polarity(), self.searcher.embedder.name
            )
            if not quotes:
                continue
            hits = self._hits(search, np.array(sorted(quote.row for quote in quotes), dtype=np.int64), matching)
            known = {hit.id for hit in draft.evidence}
            draft.evidence += tuple(hit for hit in hits.values() if hit.id not in known)
            made = counted(opinions, one, search.records(one.rows, matching), of)
            label = in_language(TITLES[one.stance], draft.plan.language)
            found.append(Prepared(made, _passages(quotes, hits), (), (), label=label))
        return found

    def _prepared(
        self, draft: Draft, material: tuple[OpinionSearch, Matching, Mapping[int, str]],
        chosen: Sequence[CountedPoint], titled: ChosenTitles, relevance: Floats | None,
        of: int,
    ) -> list[Prepared]:  # fmt: skip
        """Return the points with quotes, those without one left out; what they quote is the evidence of the answer."""
        search, matching, texts = material
        opinions, subject, all_found = search.opinions, draft.plan.subject, [one.found for one in chosen]
        fit = TitleFit(opinions, texts, self.searcher.embedder.name)
        titles = [titled(one) for one in all_found]
        choose = partial(choose_quotes, opinions, texts=texts, subject=subject, most=QUOTES - 1, relevance=relevance)
        polarity = self._polarity()
        fits = [
            fit.below_of_stance(title.text, title.vector, one.stance, polarity) if title else None
            for title, one in zip(titles, all_found, strict=True)
        ]
        quotes = [choose(one, fit=below) for one, below in zip(all_found, fits, strict=True)]
        plain = {one.stance for one, some in zip(all_found, quotes, strict=True) if some}
        if plain and of >= FEW:
            plain = set(Stance)
        quotes = [  # where nothing (of few: no point of a stance) speaks of it plainly, what is nearest is quoted
            some if one.stance in plain else choose(one, least=0.0, fit=below)
            for one, some, below in zip(all_found, quotes, fits, strict=True)
        ]
        read = [typical_quotes(opinions, one, texts, READ) for one in all_found]
        shown = [
            [title.quoted, *beside(opinions, title.quoted, some, one.rows)] if title and some else some
            for one, some, title in zip(all_found, quotes, titles, strict=True)
        ]
        rows = [q.row for some, one in zip(shown, read, strict=True) if some for q in [*some, *one]]
        themes = themes_of(self.searcher.database, opinions, all_found)
        hits = self._hits(search, np.array(sorted(rows), dtype=np.int64), matching)
        prepared = []
        for one, quoted, title, typical, theme in zip(chosen, shown, titles, read, themes, strict=True):
            if not quoted:
                continue
            clauses = tuple(
                dict.fromkeys(clause_of(opinions, row, texts) for row in one.found.rows[:COMPARED].tolist())
            )
            prepared.append(Prepared(
                one, _passages(quoted, hits), _passages(typical, hits), clauses, title.value if title else 0.0,
                theme if self.is_clean(theme.name) else replace(theme, name=""),
            ))  # fmt: skip
        kept = told(prepared, draft.plan) if of >= FEW else prepared
        read_or_quoted = {passage.hit.id for one in kept for passage in (*one.quotes, *one.read)}
        draft.evidence = tuple(hit for hit in hits.values() if hit.id in read_or_quoted)
        return kept

    def _add_head(
        self, draft: Draft, material: Material, spoken: Rows, prepared: Sequence[Prepared], general: Rows
    ) -> None:
        """Add the sentences on how many comments speak, how they split, and how many make the points shown."""
        plan, (search, matching, rows) = draft.plan, material
        numbers = stance_numbers(plan, search.opinions, rows, matching)
        made = np.unique(np.concatenate([one.point.found.rows for one in prepared])) if prepared else spoken[:0]
        covered = count_comments(search.opinions, made, matching.counts)
        if not plan.subject and prepared:
            said = count_comments(search.opinions, spoken, matching.counts)
            content = search.with_content(matching.rows, search.texts(matching.rows))
            empty = matching.among - count_comments(search.opinions, content, matching.counts)
            text_ids = search.opinions.text_ids
            only = general[~np.isin(text_ids[general], text_ids[np.setdiff1d(spoken, general)])]
            vague = count_comments(search.opinions, only, matching.counts)
            draft.numbers += selection_numbers(plan, said, covered, (vague, empty), matching)
            draft.sentences += selection_sentences(plan, draft.numbers)
        if (plan.subject or not plan.stance) and (split := stance_sentence(numbers, plan.language)):
            draft.numbers += numbers
            draft.sentences.append(split)
        if plan.subject and prepared:
            asked = _asked_rows(search.opinions, rows, plan, search.texts(rows))
            draft.numbers += coverage_numbers(plan, covered, count_comments(search.opinions, asked, matching.counts))
            words = COVERAGE_OF.get("wish" if plan.wishes else plan.stance, COVERAGE)
            draft.sentences.append(wording.fill_slots(words, draft.numbers, plan.language))

    def _shares_elsewhere(self, plan: Plan, search: OpinionSearch, found: Sequence[FoundPoint]) -> dict[int, float]:
        """Return for a question why the share of the comments compared with that make each point."""
        other = self.comparison_filter(plan) if plan.task is Task.WHY else ""
        if not other or not found:
            return {}
        matching = search.matching(other)
        rows = search.about(plan.subject, matching).rows if plan.subject else matching.rows
        whole = count_comments(search.opinions, rows, matching.counts)
        return shares_elsewhere(search.opinions, found, rows, matching.counts, whole)

    def _add_examples(
        self, question: str, draft: Draft, found: tuple[OpinionSearch, Matching, About], listener: ProgressListener
    ) -> None:
        """Add quotes of the opinions that speak of the subject, those that say most of it first."""
        search, matching, about = found
        plan, scores = draft.plan, about.scores.scores[about.rows]
        order = about.rows[np.argsort(-scores, kind="stable")]
        order = search.without(order, plan.excluded, matching, by_text=True)
        scores = about.scores.scores[order]
        texts = search.texts(order)
        group = FoundPoint(Stance.NEUTRAL, order, np.sort(scores)[::-1], about.rows[:0].astype(np.float32), (), 0)
        most = SHOWN_QUOTES if plan.task is Task.FIND else EXAMPLES
        chosen = choose_quotes(search.opinions, group, texts, "", most)
        chosen = chosen or typical_quotes(search.opinions, group, texts, most)
        hits = self._hits(search, np.array([one.row for one in chosen], dtype=np.int64), matching)
        draft.evidence = tuple(hits.values())
        passages = _passages(chosen, hits)
        heading = QUOTES_INTRODUCTION if plan.task is Task.FIND else EXAMPLES_INTRODUCTION
        heading = in_language(heading, plan.language)
        self._add_quotes(draft, heading, passages, self._checker(draft.evidence, question), listener)

    def _add_subject_figures(self, draft: Draft, material: Material, listener: ProgressListener) -> None:
        plan = draft.plan
        by = self._group_column(plan)
        known = read_known(self.searcher.database, plan.subject).version and not plan.stance
        count = self._counter().count(plan.subject, plan.where, by, plan.period if by else "") if known else None
        if count is None or not count.is_corrected:
            search, matching, rows = material
            draft.count, numbers, sentence = stance_count(plan, search, rows, matching)
            draft.numbers += numbers
            draft.sentences.append(sentence)
            listener.on_figures(draft.count)
            if by:
                self._add_table(draft, stance_table(plan, search, rows, matching, by), listener)
            return
        self._add_count(draft, count, listener)
        if count.groups:
            groups = tuple(Row(g.label, g.estimate, g.denominator, g.where, g.low, g.high) for g in count.groups)
            query = f"count {count.predicate!r} by {by} where {plan.where or 'all'}"
            table = Table("share of comments that speak of it", "share", plan.period or by, groups, query, count.method)
            self._add_table(draft, table, listener)

    def _add_quotes(
        self, draft: Draft, heading: str, passages: Sequence[Passage], checker: Checker, listener: ProgressListener
    ) -> None:
        cited = [citation for passage in passages if (citation := checker.citation(passage))]
        if cited:
            draft.claims.append(Claim(heading, tuple(cited)))
            listener.on_claim(draft.claims[-1])

    def _hits(self, search: OpinionSearch, rows: Rows, matching: Matching) -> dict[int, Hit]:
        """Return a matching comment of each text of these opinions, in their order."""
        found = search.records(rows, matching)
        text_ids = [one for one in dict.fromkeys(search.opinions.text_ids[rows].tolist()) if one in found]
        records = self.searcher.table.get([found[one][0].id for one in text_ids])
        named = [(one, records[found[one][0].id]) for one in text_ids if found[one][0].id in records]
        return {text_id: Hit(record.id, 1.0, record.text, record.fields) for text_id, record in named}

    def _polarity(self) -> PolarityHead:
        return PolarityHead.load(self.searcher.embedder.name)

    def _counter(self) -> Counter:
        searcher = self.searcher
        return Counter(searcher.database, searcher.table, searcher.vectors, searcher.embedder)

    def _add_count(self, draft: Draft, count: Count, listener: ProgressListener) -> None:
        numbers = wording.count_numbers(count)
        draft.count = count
        draft.numbers += numbers
        draft.sentences += wording.count_sentences(count, numbers, draft.plan.language)
        listener.on_figures(count)

    def _add_table(self, draft: Draft, table: Table, listener: ProgressListener) -> None:
        numbers = wording.table_numbers(table)
        draft.table = table
        draft.numbers += numbers
        draft.sentences += wording.table_sentences(draft.plan, table, numbers)
        listener.on_figures(table)

    def _group_column(self, plan: Plan) -> str:
        return plan.by or (self.date if plan.period else "")

    def _checker(self, hits: Sequence[Hit], question: str) -> Checker:
        texts = {i: record.text for i, record in self.searcher.table.get([hit.id for hit in hits]).items()}
        vocabulary = AllowedWords(self.searcher.database, self.searcher.embedder, question)
        return Checker(self.verifier(), self.is_clean, texts, vocabulary.strange)


def _asked_rows(opinions: OpinionSnapshot, rows: Rows, plan: Plan, texts: Mapping[int, str]) -> Rows:
    """Return the rows of the opinions of the stance that a plan asks for, or the wishes; all if it asks for none."""
    if not plan.stance:
        return rows
    stances = opinions.stances()[rows].tolist()
    asked = np.array([is_asked(SIGNS[sign], plan) for sign in stances], dtype=bool)
    if plan.wishes:
        says = [is_wish(clause_of(opinions, row, texts)) for row in rows.tolist()]
        asked = np.array(says, dtype=bool) & (np.array(stances, dtype=np.int64) <= 0)
    return np.asarray(rows[asked], dtype=np.int64)


def _remembering(embedder: Embeds) -> Callable[[Sequence[str]], Vectors]:
    """Return a function that embeds texts, each once."""
    known = dict[str, Vectors]()

    def embed(texts: Sequence[str]) -> Vectors:
        if new := [text for text in dict.fromkeys(texts) if text not in known]:
            known.update(zip(new, embedder.embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    return embed


def _ranked(table: Table) -> Table:
    return replace(table, rows=tuple(sorted(table.rows, key=lambda row: (-row.value, row.label))))


def _passages(quotes: Sequence[Quoted], hits: dict[int, Hit]) -> tuple[Passage, ...]:
    return tuple(Passage(hits[one.text_id], one.start, one.end, one.typical) for one in quotes if one.text_id in hits)

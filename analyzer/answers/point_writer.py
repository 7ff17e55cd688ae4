"""Turn found points into points of an answer: figures and quotes, then titles and sentences of the model that hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

import numpy as np

from analyzer.answers.draft import Draft
from analyzer.answers.grounding.checks import Checker, Cut
from analyzer.answers.opinion_snapshot import STANCE
from analyzer.answers.opposites import are_opposite, common, directions, says_both
from analyzer.answers.passages import Passage
from analyzer.answers.point_figures import CountedPoint, point_numbers
from analyzer.answers.point_themes import PointTheme
from analyzer.answers.point_words import (
    INNER_WORD,
    MOST_TITLE,
    SENTENCE_TOKENS,
    TITLE_TOKENS,
    is_sentence,
    sentence_grammar,
    sentence_messages,
    title_grammar,
    title_messages,
    vocabulary,
)
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.quote_fit import stance_margins
from analyzer.answers.quotes import content_words, shown_title
from analyzer.answers.titles import LESS_GOOD, model_title, strange_pairs
from analyzer.answers.types import Point, Stance
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.models.llm import Answers, Message
from analyzer.opinions.polarity import PolarityHead
from analyzer.types import Claim

QUOTES = 4
"""Most quotes of a point; the first is its title where no words of the model hold."""
MOST_WRITTEN = 6
"""Points with a sentence of the model."""
LEAST_SUPPORTING, MANY_PASSAGES = 2, 4
"""Comments that must support a sentence about so many passages or more: it speaks of a group."""
CHECKED = 5
"""Passages that a sentence is checked against, the most typical first."""
MOST_STRANGE = 0.25
"""Share of the pairs of neighboring words of a sentence, one with content at least, that stand so in no clause."""
ENOUGH = 3
"""Supporting comments after which no others are looked at: each costs up to two calls of the model."""
CLEAR, LESS_SURE = 0.55, 0.25
"""Margin of a stance that is clear, and how much less one of the model's titles may have than the clause in its place:
"ward staff" says less than "more staff on the ward"."""
KINDS = {Stance.COMPLAINT: "Complaint", Stance.PRAISE: "Praise", Stance.NEUTRAL: "Remark"}
INTRODUCTIONS = {
    Stance.COMPLAINT: "Complaints around the words",
    Stance.PRAISE: "Praise around the words",
    Stance.NEUTRAL: "Comments around the words",
}
WITHOUT_WORDS = {
    Stance.COMPLAINT: "Complaints in the words of comments.",
    Stance.PRAISE: "Praise in the words of comments.",
    Stance.NEUTRAL: "In the words of comments.",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A point that is ready to be shown.

    Attributes:
        quotes: passages to quote, best first.
        read: passages of the most typical opinions, which the model reads and takes words from.
        clauses: the most typical clauses, among which the words of a title have to be used.
        clause_score: score of the first quote as a title; 0 if it is none.
        theme: the theme it belongs to; a name that a person gave it is the title.
        label: title written by code for what is left beside the points; empty for a point.
    """

    point: CountedPoint
    quotes: tuple[Passage, ...]
    read: tuple[Passage, ...]
    clauses: tuple[str, ...]
    clause_score: float = 0.0
    theme: PointTheme = field(default_factory=PointTheme)
    label: str = ""

    def contradicts(self, text: str) -> bool:
        """Return whether a text names both ends of a dimension, or another one than most of the clauses."""
        ends = common([directions(clause) for clause in self.clauses])
        return says_both(text) or are_opposite(ends, directions(text))


@dataclass(frozen=True, slots=True)
class PointWriter:
    """Writes the points of one answer.

    Attributes:
        model: opens the answering model.
        checker: checks titles, sentences and quotes.
        embedder: compares titles and sentences.
        center: centers a vector on the mean of the corpus.
        polarity: judges the stance of titles and sentences.
    """

    model: Callable[[], Answers]
    checker: Checker
    embedder: Embeds
    center: Callable[[Vectors], Vectors]
    polarity: PolarityHead

    def write(self, draft: Draft, prepared: Sequence[Prepared], of: int, listener: ProgressListener) -> None:
        """Add points, their numbers and a claim for each; then titles, and sentences last.

        Args:
            draft: the answer so far.
            prepared: the points, in the order shown; those with a label last.
            of: number of comments that the answer is about.
            listener: called with the points before the model writes, and with each title and sentence.
        """
        shown = [one for one in prepared if any(self.checker.citation(passage) for passage in one.quotes)]
        for place, one in enumerate(shown):
            draft.numbers += point_numbers(draft.plan, place, one.point, of)
            draft.points.append(self._quoted(draft, one, place))
            draft.claims.append(_without_sentence(draft.points[-1]))
        listener.on_points(draft.points)
        written = sum(not one.label for one in shown)
        most = min(written, MOST_WRITTEN)
        steps = [(self._add_title, "title", place, written) for place in range(written)]
        steps += [(self._add_sentence, "sentence", place, most) for place in range(most)]
        for add, what, place, whole in steps:
            if listener.is_stopped:
                draft.is_complete = False
                return
            listener.on_stage(f"writing and checking {what} {place + 1} of {whole}")
            add(draft, shown, place, listener)

    def _quoted(self, draft: Draft, one: Prepared, place: int) -> Point:
        """Return a point with its quotes; the first one is its title."""
        point, change = one.point, one.point.change
        citations = [citation for passage in one.quotes if (citation := self.checker.citation(passage))]
        title = one.label or one.theme.name or shown_title(citations[0].quote)
        return Point(
            title=title, stance=point.found.stance, comments=len(point.records),
            people=point.people, share=point.share, low=point.low, high=point.high, sentence="",
            citations=tuple(citations[:QUOTES]), words=point.found.words, elsewhere=point.elsewhere,
            number=f"point_{place}_share", where=draft.plan.where, since=change.since if change else "",
            recent=change.recent if change else None, before=change.before if change else None, theme=one.theme.id,
            is_rest=bool(one.label),
        )  # fmt: skip

    def _add_title(self, draft: Draft, shown: Sequence[Prepared], place: int, listener: ProgressListener) -> None:
        """Write and check a title; where none holds that is as good as the first quote, the quote stays."""
        one = shown[place]
        excerpts = [passage.text for passage in one.read]
        allowed = vocabulary(excerpts)
        if not allowed.content or one.theme.name:
            return
        stance = one.point.found.stance
        output = self._written(
            title_messages(stance, excerpts, self.model().family), title_grammar(allowed), TITLE_TOKENS, listener
        )
        others = [other.point.found for other in shown]
        title, score = model_title(
            output, allowed, one.clauses, self.embedder, self.center, one.point.found, others,
            draft.points[place].title.strip("“”"),
        )  # fmt: skip
        if not title or score < one.clause_score - LESS_GOOD:
            return
        taken = {point.title.strip("“”").casefold() for point in draft.points}
        if title.casefold() in taken or self.checker.cut_by_words(title, excerpts) or self._is_opposite(title, stance):
            return
        if one.contradicts(title) or not self._says_as_much(title, draft.points[place].title.strip("“”"), stance):
            return
        draft.points[place] = replace(draft.points[place], title=title)
        draft.claims[place] = _without_sentence(draft.points[place])
        listener.on_points(draft.points)

    def _add_sentence(self, draft: Draft, shown: Sequence[Prepared], place: int, listener: ProgressListener) -> None:
        """Write and check a sentence; one that fails costs itself alone."""
        one = shown[place]
        excerpts = [passage.text for passage in one.read]
        allowed = vocabulary(excerpts)
        if not allowed.content or not one.read:
            return
        stance = one.point.found.stance
        prompt, grammar = sentence_messages(stance, excerpts, self.model().family), sentence_grammar(allowed)
        output = self._written(prompt, grammar, SENTENCE_TOKENS, listener)
        outcome = self.checker.check(
            output, one.read[:CHECKED], is_form=partial(is_sentence, allowed=allowed), enough=ENOUGH
        )
        if isinstance(outcome, Claim):
            outcome = self._fits(outcome, draft, place, one)
        if isinstance(outcome, Cut):
            draft.cuts[outcome.value] += 1
            return
        draft.points[place] = replace(
            draft.points[place], sentence=outcome.text, title=_title_of(draft.points, place, outcome)
        )
        draft.claims[place] = replace(outcome, number=draft.points[place].number)
        listener.on_claim(draft.claims[place])
        listener.on_points(draft.points)

    def _written(self, prompt: Sequence[Message], grammar: str, tokens: int, listener: ProgressListener) -> str:
        pieces: list[str] = []

        def on_text(piece: str) -> None:
            pieces.append(piece)
            listener.on_words_written(len(pieces))

        model = self.model()
        if before := len(model.lock):
            listener.on_stage(f"the model answers one call at a time; {before} before this one")
        return model.complete(prompt, grammar, tokens, on_text)

    def _is_opposite(self, text: str, stance: Stance) -> bool:
        """Return whether a text has the opposite stance."""
        negative, _, positive = self.polarity.judge([text], self.embedder.embed([text]))[0]
        return bool(
            (stance is Stance.COMPLAINT and positive >= STANCE) or (stance is Stance.PRAISE and negative >= STANCE)
        )

    def _says_as_much(self, title: str, clause: str, stance: Stance) -> bool:
        """Return whether a title has the stance of its point about as surely as the clause in its place."""
        own, clauses = stance_margins([title, clause], self.embedder.embed([title, clause]), stance, self.polarity)
        return own >= min(clauses, CLEAR) - LESS_SURE

    def _fits(self, claim: Claim, draft: Draft, place: int, one: Prepared) -> Claim | Cut:
        """Return the claim if it holds for the point: for its stance, for more than one comment, said nowhere else."""
        if len(claim.citations) < LEAST_SUPPORTING and len(one.read[:CHECKED]) >= MANY_PASSAGES:
            return Cut.FEW
        if self._is_opposite(claim.text, draft.points[place].stance) or one.contradicts(claim.text):
            return Cut.STANCE
        words = INNER_WORD.findall(claim.text)
        strange = [
            is_strange for is_strange, pair in zip(strange_pairs(words, one.clauses), pairwise(words), strict=True)
            if content_words(" ".join(pair))
        ]  # fmt: skip
        if sum(strange) > MOST_STRANGE * len(strange):
            return Cut.FORM
        vectors = self.embedder.embed([claim.text, *(p.sentence for p in draft.points if p.sentence)])
        least = thresholds_of(self.embedder.name).same_sentence
        if len(vectors) > 1 and float(np.round(vectors[1:] @ vectors[0], 4).max()) >= least:
            return Cut.REPEATED
        return claim


def _title_of(points: Sequence[Point], place: int, claim: Claim) -> str:
    """Return the title of a point: a short sentence that holds, where the title is a quote so far."""
    said = claim.text.rstrip(".")
    taken = {point.title.strip("“”").casefold() for other, point in enumerate(points) if other != place}
    if points[place].is_title_quoted and len(said.split()) <= MOST_TITLE and said.casefold() not in taken:
        return said
    return points[place].title


def _without_sentence(point: Point) -> Claim:
    """Return the claim that introduces the quotes of a point without a sentence: its title, or its words."""
    words = ", ".join(point.words)
    if point.is_rest:
        text = f"{point.title}."
    elif not point.is_title_quoted:
        text = f"{KINDS[point.stance]}: {point.title}."
    else:
        text = f"{INTRODUCTIONS[point.stance]} {words}." if words else WITHOUT_WORDS[point.stance]
    return Claim(text, point.citations, number=point.number)

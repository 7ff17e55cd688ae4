"""Turn found points into points of an answer: figures, quotes, then a sentence of the model where one holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.answers.draft import Draft
from analyzer.answers.generation import GRAMMAR, INSTRUCTIONS, TOKENS_PER_CLAIM, messages
from analyzer.answers.grounding.checks import Checker, Cut
from analyzer.answers.opinion_snapshot import STANCE
from analyzer.answers.passages import Passage
from analyzer.answers.point_figures import CountedPoint, point_numbers
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.quotes import shown_title
from analyzer.answers.types import Point, Stance
from analyzer.models.embedder import Embeds
from analyzer.models.llm import Answers
from analyzer.themes.polarity import PolarityHead
from analyzer.types import Claim

QUOTES = 3
MOST_WRITTEN = 6
"""Points with a sentence of the model; the others keep their quotes as titles."""
TITLE_WORDS = 8
LEAST_SUPPORTING, MANY_PASSAGES = 2, 4
"""Comments that must support a sentence about so many passages or more: it speaks of a group."""
SAME_SENTENCE = 0.9
"""Cosine from which two sentences say the same."""
SAYS = (
    "People say that ", "People say ", "People complain that ", "People complain about ", "People report that ",
    "People report ", "People mention that ", "People mention ", "People feel that ", "People feel ",
    "People think that ", "People think ", "People describe ", "People praise ", "People appreciate ",
)  # fmt: skip
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
    """A point with the passages that the model reads; the first QUOTES are its quotes."""

    point: CountedPoint
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class PointWriter:
    """Writes the points of one answer.

    Attributes:
        model: opens the answering model.
        checker: checks sentences and quotes.
        embedder: compares sentences.
        polarity: judges the stance of sentences.
    """

    question: str
    model: Callable[[], Answers]
    checker: Checker
    embedder: Embeds
    polarity: PolarityHead

    def write(self, draft: Draft, prepared: Sequence[Prepared], of: int, listener: ProgressListener) -> None:
        """Add points, their numbers and a claim for each; sentences are written last.

        Args:
            draft: the answer so far.
            prepared: the points, in the order shown.
            of: number of comments that the answer is about.
            listener: called with the points before the model writes.
        """
        shown = [one for one in prepared if any(self.checker.citation(passage) for passage in one.passages)]
        for place, one in enumerate(shown):
            draft.numbers += point_numbers(draft.plan, place, one.point, of)
            draft.points.append(self._quoted(draft, one, place))
            draft.claims.append(_own_words(draft.points[-1]))
        listener.on_points(draft.points)
        for place, one in enumerate(shown[:MOST_WRITTEN]):
            if listener.is_stopped:
                draft.is_complete = False
                return
            listener.on_stage(f"writing and checking sentence {place + 1} of {min(len(shown), MOST_WRITTEN)}")
            self._add_sentence(draft, one, place, listener)

    def _quoted(self, draft: Draft, one: Prepared, place: int) -> Point:
        """Return a point with its quotes; the most typical one is its title."""
        point = one.point
        citations = [citation for passage in one.passages if (citation := self.checker.citation(passage))]
        return Point(
            title=shown_title(citations[0].quote), stance=point.found.stance, comments=len(point.records),
            people=point.people, share=point.share, low=point.low, high=point.high, sentence="",
            citations=tuple(citations[:QUOTES]), words=point.found.words, elsewhere=point.elsewhere,
            number=f"point_{place}_share", where=draft.plan.where,
        )  # fmt: skip

    def _add_sentence(self, draft: Draft, one: Prepared, place: int, listener: ProgressListener) -> None:
        """Write and check a sentence; one that fails costs itself alone."""
        pieces: list[str] = []

        def on_text(piece: str) -> None:
            pieces.append(piece)
            listener.on_words_written(len(pieces))

        model = self.model()
        if before := len(model.lock):
            listener.on_stage(f"the model answers one call at a time; {before} before this one")
        turns = messages(self.question, one.passages, model.family.prompt("writing", INSTRUCTIONS))
        output = model.complete(turns, GRAMMAR, TOKENS_PER_CLAIM, on_text)
        outcome = self.checker.check(output, one.passages)
        if isinstance(outcome, Claim):
            outcome = self._fits(outcome, draft, place, len(one.passages))
        if isinstance(outcome, Cut):
            draft.cuts[outcome.value] += 1
            return
        draft.points[place] = replace(draft.points[place], sentence=outcome.text, title=title_of(outcome.text))
        draft.claims[place] = replace(outcome, number=draft.points[place].number)
        listener.on_claim(draft.claims[place])
        listener.on_points(draft.points)

    def _fits(self, claim: Claim, draft: Draft, place: int, passages: int) -> Claim | Cut:
        """Return the claim if it holds for the point: for its stance, for more than one comment, said nowhere else."""
        if len(claim.citations) < LEAST_SUPPORTING and passages >= MANY_PASSAGES:
            return Cut.FEW
        vectors = self.embedder.embed([claim.text, *(p.sentence for p in draft.points if p.sentence)])
        negative, _, positive = self.polarity.judge([claim.text], vectors[:1])[0]
        stance = draft.points[place].stance
        if (stance is Stance.COMPLAINT and positive >= STANCE) or (stance is Stance.PRAISE and negative >= STANCE):
            return Cut.STANCE
        if len(vectors) > 1 and float(np.round(vectors[1:] @ vectors[0], 4).max()) >= SAME_SENTENCE:
            return Cut.REPEATED
        return claim


def title_of(sentence: str) -> str:
    """Return a checked sentence as a title: without its opening, and cut at a word."""
    opening = next((one for one in SAYS if sentence.startswith(one)), "")
    words = sentence.removeprefix(opening).rstrip(".").split()
    title = " ".join(words[:TITLE_WORDS]).rstrip(",;") + (" …" if len(words) > TITLE_WORDS else "")
    return title[:1].upper() + title[1:]


def _own_words(point: Point) -> Claim:
    """Return the claim that introduces the quotes of a point without a sentence."""
    words = ", ".join(point.words)
    text = f"{INTRODUCTIONS[point.stance]} {words}." if words else WITHOUT_WORDS[point.stance]
    return Claim(text, point.citations, number=point.number)

"""Receive the parts of an answer as soon as they are known, and stop the answer early."""

from collections.abc import Sequence

from analyzer.answers.types import Plan, Point
from analyzer.counting.types import Count, Table
from analyzer.types import Claim


class ProgressListener:
    """A progress listener that does nothing; the page and the terminal override the methods that they need."""

    def on_stage(self, text: str) -> None:
        """Called with a description of the current step."""

    def on_plan(self, plan: Plan) -> None:
        """Called with the plan of the question, before anything is counted."""

    def on_figures(self, figures: Count | Table) -> None:
        """Called with each count or table, before the model writes."""

    def on_sentences(self, sentences: Sequence[str]) -> None:
        """Called with the sentences that code wrote from figures, before the points."""

    def on_points(self, points: Sequence[Point]) -> None:
        """Called with the points and their quotes, before the model writes; again when a title has been written."""

    def on_claim(self, claim: Claim) -> None:
        """Called with a sentence that has passed every check."""

    def on_words_written(self, words: int) -> None:
        """Called with the number of words that the model has written so far, never with the words."""

    @property
    def is_stopped(self) -> bool:
        """Whether the answer stops before the next sentence."""
        return False

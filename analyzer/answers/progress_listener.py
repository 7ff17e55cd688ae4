"""Whoever waits for an answer: told what is known as soon as it is known, and free to stop it."""

from analyzer.answers.types import Plan
from analyzer.counting.types import Count, Table
from analyzer.types import Claim


class ProgressListener:
    """Looks on and does nothing; a page or a terminal overrides what it shows."""

    def stage(self, text: str) -> None:
        """Told what is being done, in words."""

    def planned(self, plan: Plan) -> None:
        """Told how the question was understood, before anything is counted."""

    def counted(self, figures: Count | Table) -> None:
        """Told the figures, before the model has written a word."""

    def claimed(self, claim: Claim) -> None:
        """Told a sentence that has passed every check."""

    def writing(self, words: int) -> None:
        """Told how many words the model has written; never which."""

    @property
    def is_stopped(self) -> bool:
        """Whether the person wants no more."""
        return False

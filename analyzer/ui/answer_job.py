"""A question that is being answered in a background thread, so that the page can show its progress and stop it."""

from collections.abc import Callable, Sequence

from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.types import Answer, Plan, Point
from analyzer.counting.types import Count, Table
from analyzer.messages.text import N_
from analyzer.types import Claim
from analyzer.ui.background_job import BackgroundJob

UNEXPECTED = N_("unexpected error; ask again, and report it to the administrator")


class AnswerJob(ProgressListener):
    """Answers one question and records its progress.

    Attributes:
        question: as it was asked.
        stages: what has been done so far, in plain words.
        plan: how the question was understood; None before that is known.
        figures: the counts and tables so far; claims: the checked sentences so far.
        points: the points so far, with their quotes; replaced whole when a title has been written.
        words: how many words of the current sentence the model has written.
        answer: the result; None while the job runs and after it failed.
    """

    def __init__(self, question: str, work: Callable[["AnswerJob"], Answer]) -> None:
        """Start answering at once; `work` reports its progress to this job and returns the answer."""
        self.question = question
        self.stages: list[str] = []
        self.plan: Plan | None = None
        self.figures: list[Count | Table] = []
        self.claims: list[Claim] = []
        self.points: tuple[Point, ...] = ()
        self.words = 0
        self.answer: Answer | None = None
        self._job = BackgroundJob(lambda: self._answer(work), UNEXPECTED)
        self._job.start()

    def _answer(self, work: Callable[["AnswerJob"], Answer]) -> None:
        self.answer = work(self)

    @property
    def error(self) -> str:
        """Why there is no answer; empty after success."""
        return self._job.error

    @property
    def is_running(self) -> bool:
        """Whether the question is still being answered."""
        return self._job.is_running

    def wait(self, timeout_s: float) -> None:
        """Wait until the job has ended, at most for this many seconds."""
        self._job.wait(timeout_s)

    def stop(self) -> None:
        """Ask the job to end after the current sentence; sentences already checked are kept."""
        self._job.stop()

    def on_stage(self, text: str) -> None:
        """Record the current stage."""
        self.stages.append(text)

    def on_plan(self, plan: Plan) -> None:
        """Record how the question was understood."""
        self.plan = plan

    def on_figures(self, figures: Count | Table) -> None:
        """Record a figure."""
        self.figures.append(figures)

    def on_points(self, points: Sequence[Point]) -> None:
        """Record the points."""
        self.points = tuple(points)

    def on_claim(self, claim: Claim) -> None:
        """Record a checked sentence."""
        self.claims.append(claim)

    def on_words_written(self, words: int) -> None:
        """Record how many words of the current sentence the model has written."""
        self.words = words

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._job.is_stopped

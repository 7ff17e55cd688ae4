"""A question at work: answered in a thread of its own, so that the page can show how far it is and stop it."""

import threading
from collections.abc import Callable

from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.types import Answer, Plan
from analyzer.counting.types import Count, Table
from analyzer.errors import AnalyzerError
from analyzer.types import Claim


class AnswerJob(ProgressListener):
    """Runs one question and remembers what it is told meanwhile."""

    def __init__(self, question: str, work: Callable[["AnswerJob"], Answer]) -> None:
        """Start at once."""
        self.question = question
        self.stages: list[str] = []
        self.plan: Plan | None = None
        self.figures: list[Count | Table] = []
        self.claims: list[Claim] = []
        self.words = 0
        self.answer: Answer | None = None
        self.error = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[["AnswerJob"], Answer]) -> None:
        self.error = "it failed in a way nobody foresaw; ask again, and tell whoever runs this"
        try:
            self.answer = work(self)
            self.error = ""
        except AnalyzerError as error:
            self.error = str(error)

    @property
    def is_running(self) -> bool:
        """Whether there is no answer yet."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait until it is done, or for so long."""
        self._thread.join(seconds)

    def stop(self) -> None:
        """Ask it to end after the sentence it is at; what was checked stays."""
        self._stop.set()

    def stage(self, text: str) -> None:
        """Remember what is being done."""
        self.stages.append(text)

    def planned(self, plan: Plan) -> None:
        """Remember how the question was understood."""
        self.plan = plan

    def counted(self, figures: Count | Table) -> None:
        """Remember a figure."""
        self.figures.append(figures)

    def claimed(self, claim: Claim) -> None:
        """Remember a checked sentence."""
        self.claims.append(claim)

    def writing(self, words: int) -> None:
        """Remember how many words the model has written of the sentence it is at."""
        self.words = words

    @property
    def is_stopped(self) -> bool:
        """Whether the person wants no more."""
        return self._stop.is_set()

"""Show the progress of a question on standard error: stages, plan, points with their quotes, dots for words."""

import sys
from collections.abc import Sequence

from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.types import Plan, Point
from analyzer.cli.output import say
from analyzer.cli.render.answer_text import early_lines, plan_lines

WORDS_A_DOT = 5


class TerminalListener(ProgressListener):
    """Prints progress on standard error; stages only, if the result is printed as JSON."""

    def __init__(self, is_json: bool) -> None:
        """Show points early only to a person: where standard output and error are both terminals."""
        self._is_json = is_json
        self._shows_points = not is_json and sys.stdout.isatty() and sys.stderr.isatty()
        self._sentences: tuple[str, ...] = ()
        self._has_dots = False

    def on_stage(self, text: str) -> None:
        """Print the current step."""
        self._say([text])

    def on_plan(self, plan: Plan) -> None:
        """Print the plan."""
        if not self._is_json:
            self._say(plan_lines(plan))

    def on_sentences(self, sentences: Sequence[str]) -> None:
        """Keep the sentences that go before the points."""
        self._sentences = tuple(sentences)

    def on_points(self, points: Sequence[Point]) -> None:
        """Print the points with their quotes when they are first known; the final form has the model's sentences."""
        if self._shows_points and points:
            self._shows_points = False
            self._say([*early_lines(self._sentences, points), ""])

    def on_words_written(self, words: int) -> None:
        """Print a dot for every few words."""
        if not self._is_json and sys.stderr.isatty() and words % WORDS_A_DOT == 0:
            self._has_dots = True
            sys.stderr.write(".")
            sys.stderr.flush()

    def _say(self, lines: Sequence[str]) -> None:
        if self._has_dots:
            self._has_dots = False
            say("")
        for line in lines:
            say(line)

"""A build of themes, or a coding, in a background thread, so that the page can show its progress and stop it."""

from collections.abc import Callable

import streamlit as st

from analyzer.errors import AnalyzerError
from analyzer.messages.text import N_, _
from analyzer.types import Progress
from analyzer.ui.background_job import BackgroundJob
from analyzer.ui.value_names import value_name

REFRESH_S = 0.3
UNEXPECTED = N_("unexpected error; build again, and report it to the administrator")


class StoppedError(AnalyzerError):
    """The build was stopped on the page; finished steps are kept."""


class ThemeJob:
    """Runs one build and records its progress.

    Attributes:
        doing: the current step; done of total: how much of it is finished.
        report: what the work returned; None while it runs and after it failed.
    """

    def __init__(self, work: Callable[[Progress], object]) -> None:
        """Start at once; `work` is called with a progress callback."""
        self.doing, self.done, self.total = "starting", 0, 0
        self.report: object = None
        self._job = BackgroundJob(lambda: self._build(work), UNEXPECTED)
        self._job.start()

    def _build(self, work: Callable[[Progress], object]) -> None:
        self.report = work(self._on_progress)

    def _on_progress(self, doing: str, done: int, total: int) -> None:
        self.doing, self.done, self.total = doing, done, total
        if self._job.is_stopped:
            raise StoppedError(_("stopped; build again to continue from there"))

    @property
    def error(self) -> str:
        """Why the build failed; empty after success."""
        return self._job.error

    def stop(self) -> None:
        """Ask the build to end at its next step."""
        self._job.stop()

    def watch(self) -> None:
        """Draw a progress bar and a stop button until the build has ended."""
        if st.button(_("Stop"), icon=":material/stop_circle:", key="stop-build"):
            self.stop()
        bar = st.progress(0.0, value_name(self.doing))
        while self._job.is_running:
            bar.progress(min(1.0, self.done / self.total) if self.total else 0.0, value_name(self.doing))
            self._job.wait(REFRESH_S)
        bar.empty()

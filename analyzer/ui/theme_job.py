"""A build at work: themes found in a thread of their own, so that the page can show how far it is and stop it."""

import threading
from collections.abc import Callable

import streamlit as st

from analyzer.errors import AnalyzerError
from analyzer.types import Progress

REFRESH_S = 0.3


class StoppedError(AnalyzerError):
    """The person stopped the build; what was taken apart and named stays."""


class ThemeJob:
    """Runs one build and remembers how far it is."""

    def __init__(self, work: Callable[[Progress], object]) -> None:
        """Start at once."""
        self.doing, self.done, self.whole = "starting", 0, 0
        self.report: object = None
        self.error = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[Progress], object]) -> None:
        self.error = "it failed in a way nobody foresaw; build again, and tell whoever runs this"
        try:
            self.report = work(self._told)
            self.error = ""
        except AnalyzerError as error:
            self.error = str(error)

    def _told(self, doing: str, done: int, whole: int) -> None:
        self.doing, self.done, self.whole = doing, done, whole
        if self._stop.is_set():
            raise StoppedError("stopped; build again to go on from there")

    def stop(self) -> None:
        """Ask it to end at the next step."""
        self._stop.set()

    def watch(self) -> None:
        """Draw it until it is done."""
        if st.button("Stop", icon=":material/stop_circle:", key="stop-build"):
            self.stop()
        bar = st.progress(0.0, self.doing)
        while self._thread.is_alive():
            bar.progress(min(1.0, self.done / self.whole) if self.whole else 0.0, self.doing)
            self._thread.join(REFRESH_S)
        bar.empty()

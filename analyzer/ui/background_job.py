"""Work in its own thread, with the text of its error and a stop flag. It knows nothing about Streamlit."""

import threading
from collections.abc import Callable

from analyzer.errors import OUT_OF_MEMORY, AnalyzerError, is_out_of_memory


class BackgroundJob:
    """One function in a daemon thread.

    Attributes:
        error: why the work failed; empty before it starts and after it succeeded.
    """

    def __init__(self, work: Callable[[], None], unexpected: str) -> None:
        """Prepare the thread; `start` runs it.

        Args:
            work: the function to run; it should end soon after `is_stopped` becomes true.
            unexpected: the text of `error` if the work raises anything but an AnalyzerError.
        """
        self.error = ""
        self._work = work
        self._unexpected = unexpected
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def _run(self) -> None:
        self.error = self._unexpected
        try:
            self._work()
            self.error = ""
        except AnalyzerError as error:
            self.error = str(error)
        except (MemoryError, ImportError, RuntimeError, OSError) as error:
            if not is_out_of_memory(error):
                raise
            self.error = OUT_OF_MEMORY

    @property
    def is_running(self) -> bool:
        """Whether the work has not ended yet."""
        return self._thread.is_alive()

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    def wait(self, timeout_s: float) -> None:
        """Wait until the work has ended, at most for this many seconds."""
        self._thread.join(timeout_s)

    def stop(self) -> None:
        """Set the stop flag."""
        self._stop.set()

"""What a worker does with one batch: build the function of the import once, run it, hand the result back as bytes.

Knows nothing of Dask, of workspaces and of what the batches are.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError

KEPT_FUNCTIONS = 4
"""Functions that a worker keeps: an import of a folder has one a file; they share their models."""


@dataclass(frozen=True, slots=True)
class Work:
    """One batch on its way to a worker; neither its text nor its representation shows a comment.

    Attributes:
        number: its place in the import.
        recipe: name of the recipe of the function.
        queue: name of the queue that takes the result, under which the scheduler also has the recipe.
        batch: the pickled batch.
    """

    number: int
    recipe: str
    queue: str
    batch: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """What identifies the work: the same batch under the same recipe has the same digest."""
        return blake2b(self.recipe.encode() + b"\0" + self.batch, digest_size=16).hexdigest()


def recipe_name(recipe: bytes) -> str:
    """Return the name of a pickled recipe: its digest."""
    return blake2b(recipe, digest_size=16).hexdigest()


class Workshop:
    """The functions of this worker, built from recipes and kept."""

    def __init__(self, models_dir: Path) -> None:
        """Take the folder of the models of this machine."""
        self._models_dir = models_dir
        self._built: OrderedDict[str, Callable[[Any], Any]] = OrderedDict()

    def result(self, work: Work, fetch: Callable[[], bytes]) -> tuple[bool, bytes]:
        """Return (True, pickled result), or (False, what went wrong in one line, without a comment).

        Args:
            work: the batch.
            fetch: returns the pickled recipe; called if its function is not built yet.
        """
        try:
            return True, pickle.dumps(self._function(work.recipe, fetch)(pickle.loads(work.batch)))  # noqa: S301
        except AnalyzerError as error:
            return False, str(error).encode()
        except Exception as error:  # noqa: BLE001 - its text may repeat a comment
            return False, f"a worker of the cluster failed with {type(error).__name__}".encode()

    def _function(self, name: str, fetch: Callable[[], bytes]) -> Callable[[Any], Any]:
        if name not in self._built:
            recipe = pickle.loads(fetch())  # noqa: S301 - from the import, see docs/cluster.md
            self._built[name] = recipe(self._models_dir)
        self._built.move_to_end(name)
        while len(self._built) > KEPT_FUNCTIONS:
            self._built.popitem(last=False)
        return self._built[name]

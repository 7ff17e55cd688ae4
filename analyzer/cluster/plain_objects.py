"""Read pickled results that come from other machines: records of named classes, and nothing that runs code.

The process that has the key of a workspace reads what workers send. A pickle can name any function to call; here it
may name the given classes alone, which are records (https://docs.python.org/3/library/pickle.html#restricting-globals).
"""

import io
import pickle
from collections.abc import Iterable
from typing import Any

from analyzer.errors import AnalyzerError


def read_records(content: bytes, classes: Iterable[type]) -> Any:
    """Return the object of a pickle.

    Args:
        content: the pickle.
        classes: classes that it may contain, besides plain values, lists, tuples and dictionaries.

    Raises:
        AnalyzerError: if it names anything else, or is damaged.
    """
    try:
        return _RecordReader(content, classes).load()
    except (pickle.UnpicklingError, ValueError, TypeError, EOFError, AttributeError, IndexError, KeyError) as error:
        raise AnalyzerError("a worker of the cluster sent what is no result; nothing of it is kept") from error


class _RecordReader(pickle.Unpickler):
    def __init__(self, content: bytes, classes: Iterable[type]) -> None:
        super().__init__(io.BytesIO(content))
        self._classes = {(one.__module__, one.__qualname__): one for one in classes}

    def find_class(self, module: str, name: str) -> type:
        if (module, name) not in self._classes:
            raise pickle.UnpicklingError("not a record")
        return self._classes[module, name]

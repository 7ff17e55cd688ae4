"""The language that messages are written in: English unless a block of code says otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")

SOURCE = "en"
"""Language of the messages in the source code, and of the command line, of files, of the log and of what is stored."""
_current: ContextVar[str] = ContextVar("language", default=SOURCE)


def current() -> str:
    """Return the language of this thread or task, such as "fr"."""
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write messages in a language within the block; another thread that the block starts writes the source language.

    Args:
        language: one of analyzer.messages.catalogs.languages().
    """
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def in_source_language(work: Callable[Given, Made]) -> Callable[Given, Made]:
    """Return a function that writes the source language: for documents, which are the same for all readers."""

    @wraps(work)
    def written(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with speaking(SOURCE):
            return work(*args, **kwargs)

    return written

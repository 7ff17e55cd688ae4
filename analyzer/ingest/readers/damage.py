"""What goes wrong inside a reader becomes one InputFileError: a damaged file fails in the words of whatever reads it.

Decompressors, zip directories and the parsers of other projects raise errors of many classes, and a panic of Rust is
not even an Exception. No reader lists them: it states its remedy here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL
from typing import TypeVar

from analyzer.errors import AnalyzerError, InputFileError

DAMAGED = "the file is damaged; copy or export it again"
_PANIC = "PanicException"
"""Class name of a panic of Rust under PyO3, which derives from BaseException and has no importable name."""

_Item = TypeVar("_Item")


@contextmanager
def damage_as(name: str, reason: str = DAMAGED) -> Iterator[None]:
    """Turn every failure inside the block into an InputFileError; errors of the product and interruptions pass.

    Args:
        name: the file, for the message.
        reason: what is wrong and what to do, if the content is to blame.

    Raises:
        InputFileError: with the reason; or that memory ran out, or that the disk failed, in the system's words.
    """
    try:
        yield
    except MemoryError as error:
        raise InputFileError(f"{name}: needs more memory than there is; split it or export fewer columns") from error
    except OSError as error:
        if error.errno in {None, EINVAL}:  # no failure of the disk: a wrong offset, or an error of a parser
            raise InputFileError(f"{name}: {reason}") from error
        raise InputFileError(f"{name}: cannot be read ({error.strerror}); check the path and the disk") from error
    except BaseException as error:
        is_foreign = isinstance(error, Exception) and not isinstance(error, AnalyzerError)
        if not is_foreign and type(error).__name__ != _PANIC:
            raise
        raise InputFileError(f"{name}: {reason}") from error


def damage_in(name: str, items: Iterator[_Item], reason: str = DAMAGED) -> Iterator[_Item]:
    """Yield items of a reader; a failure while they are made is an InputFileError."""
    while True:
        with damage_as(name, reason):
            try:
                item = next(items)
            except StopIteration:
                return
        yield item

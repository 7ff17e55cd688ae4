"""The error tree: one class per remedy, every message one line that says what is wrong and what to do.

AnalyzerError
├── UsageError          the request cannot be carried out as worded (unknown column, bad filter, bad option)
├── InputFileError      a file cannot be read as feedback (encoding, structure, hostile content)
├── MappingError        the columns of a file cannot be matched to roles
├── ModelError          a model is missing, altered or will not load
├── FetchError          the network or the disk failed while fetching models
├── WorkspaceError      the workspace is missing, locked, damaged or from another version
│   └── LogInUseError   open readers keep deleted data in the write-ahead log
├── KeyFileError        the workspace's key file is missing, wrong or not private
├── BackupError         a backup cannot be made, or differs from what was backed up
├── ScrubError          personal data could not be removed with certainty, so nothing was stored
├── AccessError         the account lacks the permission, or has no grant in force
├── WithheldError       a figure would describe too few people
├── AuditError          the audit log cannot be written or does not verify
└── EgressError         the process can open network connections, or cannot be sealed

No message and no log line ever carries the text of a comment.
"""

import errno

from analyzer.messages.text import N_


class AnalyzerError(Exception):
    """Base of every expected failure: its text is one line for the user."""


class UsageError(AnalyzerError):
    """The request cannot be carried out as worded."""


class UnknownColumnError(UsageError):
    """A filter names a column that does not exist.

    Attributes:
        column: the name that was given.
    """

    def __init__(self, message: str, column: str) -> None:
        """Set the message and the name that was given."""
        super().__init__(message)
        self.column = column


class InputFileError(AnalyzerError):
    """A file cannot be read as feedback."""


class MappingError(AnalyzerError):
    """The columns of a file cannot be matched to roles."""


class ModelError(AnalyzerError):
    """A model is missing, altered or will not load."""


class FetchError(AnalyzerError):
    """The network or the disk failed while fetching models."""


class WorkspaceError(AnalyzerError):
    """The workspace is missing, locked, damaged or from another version."""


class LogInUseError(WorkspaceError):
    """The change is committed, but open readers keep the old data in the write-ahead log, so it is still on disk."""


class KeyFileError(AnalyzerError):
    """The workspace's key file is missing, wrong or not private."""


class BackupError(AnalyzerError):
    """A backup cannot be made, or differs from what was backed up."""


class ScrubError(AnalyzerError):
    """Personal data could not be removed with certainty, so nothing was stored."""


class AccessError(AnalyzerError):
    """The account lacks the permission, or has no grant in force."""


class UnnamedAccountError(AccessError):
    """The workspace has accounts, and none was named."""


class WithheldError(AnalyzerError):
    """A figure would describe too few people.

    Attributes:
        is_recorded: whether the refusal is in the audit log.
    """

    is_recorded = False


class AuditError(AnalyzerError):
    """The audit log cannot be written or does not verify."""


class EgressError(AnalyzerError):
    """The process can open network connections, or cannot be sealed."""


OUT_OF_MEMORY = N_(
    "the memory of this machine ran out; what was reported as done is kept; close other programs, or set "
    "ANALYZER_WORKERS=1 and a smaller ANALYZER_BATCH_SIZE, and do the same again"
)
MEMORY_SIGNS = (
    "failed to map segment", "cannot allocate memory", "can't allocate memory", "bad_alloc", "out of memory",
    "can't start new thread", "insufficient memory", "unable to allocate",
)  # fmt: skip
"""Parts of messages of ld.so, torch, C++, SQLite, Python's threads, llama.cpp and NumPy, in lower case."""


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error, or one that led to it, means that memory ran out."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError) or (isinstance(seen, OSError) and seen.errno == errno.ENOMEM):
            return True
        said = str(seen).lower() if isinstance(seen, ImportError | OSError | RuntimeError) else ""
        if any(sign in said for sign in MEMORY_SIGNS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False

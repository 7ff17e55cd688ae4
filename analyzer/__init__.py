"""Local-only analysis of customer feedback: scrub, index, ask, cite."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.config import Settings
    from analyzer.errors import AnalyzerError
    from analyzer.records import (
        Answer,
        Citation,
        Claim,
        Column,
        ColumnPreview,
        Entity,
        Feedback,
        FilePreview,
        Hit,
        ImportSummary,
        IngestReport,
        Kind,
        Number,
        Rejected,
        ScrubbedText,
        SearchResult,
        Status,
        Verification,
        WorkspaceStatus,
    )
    from analyzer.workspace import Workspace

__all__ = [
    "AnalyzerError",
    "Answer",
    "Citation",
    "Claim",
    "Column",
    "ColumnPreview",
    "Entity",
    "Feedback",
    "FilePreview",
    "Hit",
    "ImportSummary",
    "IngestReport",
    "Kind",
    "Number",
    "Rejected",
    "ScrubbedText",
    "SearchResult",
    "Settings",
    "Status",
    "Verification",
    "Workspace",
    "WorkspaceStatus",
]

_HOMES = {"AnalyzerError": "analyzer.errors", "Settings": "analyzer.config", "Workspace": "analyzer.workspace"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for (PEP 562), so that `import analyzer` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "analyzer.records")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__

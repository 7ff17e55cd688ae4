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
    from analyzer.review_records import (
        DecidedTerm,
        Decision,
        FindingCount,
        ImportRisk,
        PrivacySample,
        QueueEntry,
        ReviewQueue,
        RiskReport,
        SampleCheck,
        SampledComment,
        TermList,
    )
    from analyzer.workspace import Workspace

__all__ = [
    "AnalyzerError",
    "Answer",
    "Citation",
    "Claim",
    "Column",
    "ColumnPreview",
    "DecidedTerm",
    "Decision",
    "Entity",
    "Feedback",
    "FilePreview",
    "FindingCount",
    "Hit",
    "ImportRisk",
    "ImportSummary",
    "IngestReport",
    "Kind",
    "Number",
    "PrivacySample",
    "QueueEntry",
    "Rejected",
    "ReviewQueue",
    "RiskReport",
    "SampleCheck",
    "SampledComment",
    "ScrubbedText",
    "SearchResult",
    "Settings",
    "Status",
    "TermList",
    "Verification",
    "Workspace",
    "WorkspaceStatus",
]

_HOMES = {"AnalyzerError": "analyzer.errors", "Settings": "analyzer.config", "Workspace": "analyzer.workspace"}
_REVIEWS = frozenset(
    """DecidedTerm Decision FindingCount ImportRisk PrivacySample QueueEntry ReviewQueue RiskReport SampleCheck
    SampledComment TermList""".split()
)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for (PEP 562), so that `import analyzer` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "analyzer.review_records" if name in _REVIEWS else _HOMES.get(name, "analyzer.records")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__

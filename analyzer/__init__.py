"""Local-only analysis of customer feedback: scrub, index, ask, cite."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.answers.types import Answer, Asked, ColumnFacts, CorpusFacts, Number, Plan, Status, Task
    from analyzer.config import Settings
    from analyzer.counting.types import Count, LabelTask, Measure, Row, Share, Table
    from analyzer.custody.types import (
        Backup,
        Engagement,
        Erasure,
        EvidenceBundle,
        IncidentDrill,
        IncidentReport,
        KeySheet,
        LinkBatch,
        LinkFinding,
        LinkScan,
        RetentionRule,
        SeenBy,
    )
    from analyzer.errors import AnalyzerError
    from analyzer.index.types import Hit, ImportSummary, SearchResult, Verification, WorkspaceStatus
    from analyzer.ingest.types import ColumnPreview, FilePreview, IngestReport, Rejected
    from analyzer.privacy.types import (
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
    from analyzer.security.types import (
        AccessReview,
        Account,
        AccountAdded,
        AuditEvent,
        AuditVerification,
        CurrentAccount,
        Grant,
        Role,
    )
    from analyzer.themes.codebook.types import Codebook, CodebookTheme, CodedTheme, CodeTask
    from analyzer.themes.trends.types import Driver, Drivers, Segments, SegmentShares, Trends, TrendSeries
    from analyzer.themes.types import (
        Accounted,
        Assigned,
        Namer,
        Opinion,
        Scorecard,
        Sentiment,
        Theme,
        ThemeBuild,
        ThemeDetail,
        ThemeEdit,
        ThemeList,
    )
    from analyzer.types import Citation, Claim, Column, Entity, Feedback, Kind, ScrubbedText, WrittenFile
    from analyzer.workspace import Workspace

__all__ = [
    "AccessReview",
    "Account",
    "AccountAdded",
    "Accounted",
    "AnalyzerError",
    "Answer",
    "Asked",
    "Assigned",
    "AuditEvent",
    "AuditVerification",
    "Backup",
    "Citation",
    "Claim",
    "CodeTask",
    "Codebook",
    "CodebookTheme",
    "CodedTheme",
    "Column",
    "ColumnFacts",
    "ColumnPreview",
    "CorpusFacts",
    "Count",
    "DecidedTerm",
    "Decision",
    "Driver",
    "Drivers",
    "Engagement",
    "Entity",
    "Erasure",
    "EvidenceBundle",
    "Feedback",
    "FilePreview",
    "FindingCount",
    "Grant",
    "Hit",
    "ImportRisk",
    "ImportSummary",
    "IncidentDrill",
    "IncidentReport",
    "IngestReport",
    "KeySheet",
    "Kind",
    "LabelTask",
    "LinkBatch",
    "LinkFinding",
    "LinkScan",
    "Measure",
    "Namer",
    "Number",
    "Opinion",
    "Plan",
    "PrivacySample",
    "QueueEntry",
    "Rejected",
    "RetentionRule",
    "ReviewQueue",
    "RiskReport",
    "Role",
    "Row",
    "SampleCheck",
    "SampledComment",
    "Scorecard",
    "ScrubbedText",
    "SearchResult",
    "SeenBy",
    "SegmentShares",
    "Segments",
    "Sentiment",
    "Settings",
    "Share",
    "Standing",
    "Status",
    "Table",
    "Task",
    "TermList",
    "Theme",
    "ThemeBuild",
    "ThemeDetail",
    "ThemeEdit",
    "ThemeList",
    "TrendSeries",
    "Trends",
    "Verification",
    "Workspace",
    "WorkspaceStatus",
    "Written",
]

_HOMES = {"AnalyzerError": "analyzer.errors", "Settings": "analyzer.config", "Workspace": "analyzer.workspace"}
_CUSTODY = frozenset("""AccessReview Account AccountAdded AuditEvent AuditVerification Grant Role Standing""".split())
_SAFEKEEPING = frozenset(
    """Backup Engagement Erasure EvidenceBundle IncidentDrill IncidentReport KeySheet LinkBatch LinkFinding LinkScan
    RetentionRule SeenBy""".split()
)
_ANSWERS = frozenset(
    """Answer Asked Citation Claim ColumnFacts CorpusFacts Count LabelTask Measure Number Plan Row Share
    Status Table Task Written""".split()
)
_THEMES = frozenset(
    """Accounted Assigned Driver Drivers Namer Opinion Scorecard Sentiment Theme ThemeBuild ThemeDetail ThemeEdit
    ThemeList Trends TrendSeries""".split()
)
_CODEBOOKS = frozenset("Codebook CodebookTheme CodedTheme CodeTask".split())
_SEGMENTS = frozenset(("Segments", "SegmentShares"))
_REVIEWS = frozenset(
    """DecidedTerm Decision FindingCount ImportRisk PrivacySample QueueEntry ReviewQueue RiskReport SampleCheck
    SampledComment TermList""".split()
)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for (PEP 562), so that `import analyzer` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "analyzer.types")
    home = "analyzer.privacy.types" if name in _REVIEWS else home
    home = "analyzer.answers.types" if name in _ANSWERS else home
    home = "analyzer.themes.types" if name in _THEMES else home
    home = "analyzer.themes.codebook.types" if name in _CODEBOOKS else home
    home = "analyzer.themes.trends.types" if name in _SEGMENTS else home
    home = "analyzer.security.types" if name in _CUSTODY else home
    home = "analyzer.custody.types" if name in _SAFEKEEPING else home
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__

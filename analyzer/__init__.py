"""Local-only analysis of customer feedback: scrub, index, ask, cite."""

import os
import sys

if sys.argv[:1] == ["-m"]:  # `python -m` looks in the current folder first; nothing there is the program's
    _outside = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) != os.getcwd()  # noqa: PTH100, PTH109, PTH120
    sys.path[:] = [entry for entry in sys.path if not (_outside and entry in ("", os.getcwd()))]  # noqa: PTH109

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.answers.types import (
        Answer,
        Asked,
        ColumnFacts,
        CorpusFacts,
        Number,
        Plan,
        Point,
        Stance,
        Status,
        Task,
    )
    from analyzer.config import Settings
    from analyzer.counting.types import (
        Agreed,
        Agreement,
        Count,
        Disagreement,
        LabelTask,
        Measure,
        Row,
        Share,
        SubjectAgreement,
        Table,
    )
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
        Reindexed,
        RetentionRule,
        SeenBy,
    )
    from analyzer.errors import AnalyzerError
    from analyzer.index.types import (
        DuplicateGroup,
        Duplicates,
        Hit,
        ImportSummary,
        IndexStatus,
        SavedView,
        SearchResult,
        UnknownValue,
        Verification,
        WorkspaceStatus,
    )
    from analyzer.ingest.column_options import ColumnOptions
    from analyzer.ingest.import_choices import ImportOptions
    from analyzer.ingest.readers.read_options import ReadOptions
    from analyzer.ingest.types import ColumnPreview, ExcludedRows, FilePreview, IngestReport, Rejected
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
        Translation,
    )
    from analyzer.reports.compare.types import (
        ComparedQuote,
        ComparedScore,
        ComparedSide,
        ComparedTheme,
        Comparison,
        Difference,
    )
    from analyzer.reports.digest.types import CrossedRule, Digest, DigestFigure, DigestTheme
    from analyzer.reports.overview.types import (
        HeadlineFigure,
        LatestImport,
        MonthFigures,
        ObservedChange,
        Overview,
        TellingQuote,
        TimeSpan,
        TopTheme,
    )
    from analyzer.reports.watch_service import WatchOptions, WatchRound
    from analyzer.security.sandbox.egress import SealStatus
    from analyzer.security.types import (
        AccessReview,
        Account,
        AccountAdded,
        AuditEvent,
        AuditVerification,
        CurrentAccount,
        Grant,
        Role,
        SelfTest,
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
    from analyzer.types import (
        Citation,
        Claim,
        Column,
        ColumnRole,
        Entity,
        Feedback,
        Kind,
        Reading,
        Scale,
        ScrubbedText,
        WrittenFile,
    )
    from analyzer.workspace import Workspace

__all__ = [
    "AccessReview",
    "Account",
    "AccountAdded",
    "Accounted",
    "Agreed",
    "Agreement",
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
    "ColumnOptions",
    "ColumnPreview",
    "ColumnRole",
    "ComparedQuote",
    "ComparedScore",
    "ComparedSide",
    "ComparedTheme",
    "Comparison",
    "CorpusFacts",
    "Count",
    "CrossedRule",
    "CurrentAccount",
    "DecidedTerm",
    "Decision",
    "Difference",
    "Digest",
    "DigestFigure",
    "DigestTheme",
    "Disagreement",
    "Driver",
    "Drivers",
    "DuplicateGroup",
    "Duplicates",
    "Engagement",
    "Entity",
    "Erasure",
    "EvidenceBundle",
    "ExcludedRows",
    "Feedback",
    "FilePreview",
    "FindingCount",
    "Grant",
    "HeadlineFigure",
    "Hit",
    "ImportOptions",
    "ImportRisk",
    "ImportSummary",
    "IncidentDrill",
    "IncidentReport",
    "IndexStatus",
    "IngestReport",
    "KeySheet",
    "Kind",
    "LabelTask",
    "LatestImport",
    "LinkBatch",
    "LinkFinding",
    "LinkScan",
    "Measure",
    "MonthFigures",
    "Namer",
    "Number",
    "ObservedChange",
    "Opinion",
    "Overview",
    "Plan",
    "Point",
    "PrivacySample",
    "QueueEntry",
    "ReadOptions",
    "Reading",
    "Reindexed",
    "Rejected",
    "RetentionRule",
    "ReviewQueue",
    "RiskReport",
    "Role",
    "Row",
    "SampleCheck",
    "SampledComment",
    "SavedView",
    "Scale",
    "Scorecard",
    "ScrubbedText",
    "SealStatus",
    "SearchResult",
    "SeenBy",
    "SegmentShares",
    "Segments",
    "SelfTest",
    "Sentiment",
    "Settings",
    "Share",
    "Stance",
    "Status",
    "SubjectAgreement",
    "Table",
    "Task",
    "TellingQuote",
    "TermList",
    "Theme",
    "ThemeBuild",
    "ThemeDetail",
    "ThemeEdit",
    "ThemeList",
    "TimeSpan",
    "TopTheme",
    "Translation",
    "TrendSeries",
    "Trends",
    "UnknownValue",
    "Verification",
    "WatchOptions",
    "WatchRound",
    "Workspace",
    "WorkspaceStatus",
    "WrittenFile",
]

_NAMES_BY_MODULE = {
    "analyzer.answers.types": "Answer Asked ColumnFacts CorpusFacts Number Plan Point Stance Status Task",
    "analyzer.config": "Settings",
    "analyzer.counting.types": "Agreed Agreement Count Disagreement LabelTask Measure Row Share SubjectAgreement Table",
    "analyzer.custody.types": "Backup Engagement Erasure EvidenceBundle IncidentDrill IncidentReport KeySheet LinkBatch LinkFinding LinkScan Reindexed RetentionRule SeenBy",
    "analyzer.errors": "AnalyzerError",
    "analyzer.index.types": (
        "DuplicateGroup Duplicates Hit ImportSummary IndexStatus SavedView SearchResult UnknownValue Verification WorkspaceStatus"
    ),
    "analyzer.ingest.column_options": "ColumnOptions",
    "analyzer.ingest.import_choices": "ImportOptions",
    "analyzer.ingest.readers.read_options": "ReadOptions",
    "analyzer.ingest.types": "ColumnPreview ExcludedRows FilePreview IngestReport Rejected",
    "analyzer.privacy.types": "DecidedTerm Decision FindingCount ImportRisk PrivacySample QueueEntry ReviewQueue RiskReport SampleCheck SampledComment TermList Translation",
    "analyzer.reports.compare.types": "ComparedQuote ComparedScore ComparedSide ComparedTheme Comparison Difference",
    "analyzer.reports.digest.types": "CrossedRule Digest DigestFigure DigestTheme",
    "analyzer.reports.overview.types": "HeadlineFigure LatestImport MonthFigures ObservedChange Overview TellingQuote TimeSpan TopTheme",
    "analyzer.reports.watch_service": "WatchOptions WatchRound",
    "analyzer.security.sandbox.egress": "SealStatus",
    "analyzer.security.types": "AccessReview Account AccountAdded AuditEvent AuditVerification CurrentAccount Grant Role SelfTest",
    "analyzer.themes.codebook.types": "CodeTask Codebook CodebookTheme CodedTheme",
    "analyzer.themes.trends.types": "Driver Drivers SegmentShares Segments TrendSeries Trends",
    "analyzer.themes.types": "Accounted Assigned Namer Opinion Scorecard Sentiment Theme ThemeBuild ThemeDetail ThemeEdit ThemeList",
    "analyzer.types": "Citation Claim Column ColumnRole Entity Feedback Kind Reading Scale ScrubbedText WrittenFile",
    "analyzer.workspace": "Workspace",
}
_MODULE_BY_NAME = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import the module of a public name on first access (PEP 562), so that `import analyzer` loads nothing else."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULE_BY_NAME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__

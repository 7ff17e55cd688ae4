"""The type of what each command prints with --json.

A union is a command that prints one of several records, by its options. None is a command that prints no result; its
failures are JSON all the same. A command that is not here fails a test.
"""

from dataclasses import dataclass
from typing import Any

from analyzer.cli.bundle.archive import Bundle
from analyzer.cli.contracts import composed_outputs as composed
from analyzer.config import Settings
from analyzer.counting.types import Agreement, Count, Table
from analyzer.custody.types import (
    Backup,
    Engagement,
    Erasure,
    IncidentDrill,
    IncidentReport,
    KeySheet,
    LinkBatch,
    LinkScan,
    Reanchored,
    Reindexed,
    RetentionRule,
)
from analyzer.index.types import Duplicates, SavedView, SearchResult, Verification, WorkspaceStatus
from analyzer.ingest.scrub_files import CopyReport
from analyzer.ingest.types import IngestReport
from analyzer.privacy.types import Decision, PrivacySample, ReviewQueue, RiskReport, SampleCheck, TermList, Translation
from analyzer.reports.compare.types import Comparison
from analyzer.reports.digest.types import Digest
from analyzer.reports.overview.types import Overview
from analyzer.reports.watch_service import WatchRound
from analyzer.security.types import AccessReview, Account, AccountAdded, AuditVerification, CurrentAccount, SelfTest
from analyzer.themes.codebook.types import Codebook
from analyzer.themes.trends.types import Drivers, Segments, Trends
from analyzer.themes.types import Assigned, Scorecard, ThemeBuild, ThemeDetail, ThemeEdit
from analyzer.types import Feedback, WrittenFile


@dataclass(frozen=True, slots=True)
class Output:
    """What a command prints with --json.

    Attributes:
        type: of the object; None if the command prints no result.
        version: of its schema; goes up when a field is removed or changes its type or meaning.
        is_lines: whether it prints any number of objects, one a line, instead of exactly one.
    """

    type: Any
    version: int = 1
    is_lines: bool = False


def _one(kind: Any, version: int = 1) -> Output:
    return Output(kind, version)


def _lines(kind: Any, version: int = 1) -> Output:
    return Output(kind, version, is_lines=True)


FAILURE = "error"
"""Name of the schema of failures, which is no command."""
NO_RESULT = Output(None)
FIGURES = dict[str, Any]
"""Figures of an evaluation: their names follow what is measured, so only that they are an object is promised."""

OUTPUTS: dict[str, Output] = {
    "views list": _one(composed.Views),
    "views save": _one(SavedView),
    "views remove": _one(composed.Views),
    "worker start": _one(composed.StartedWorker),
    "worker stop": _one(composed.StoppedWorker),
    "worker status": _one(composed.RunningWorker | composed.NoWorker),
    "cluster scheduler": NO_RESULT,
    "cluster worker": NO_RESULT,
    "cluster certificates": _one(composed.Certificates),
    FAILURE: _one(composed.Failure),
    "agreement disagreements": _one(composed.Disagreements),
    "agreement measure": _one(Agreement),
    "agreement next": _one(composed.LabelTasks),
    "agreement settle": _one(composed.SettledDisagreements),
    "ask": _one(composed.AnswerWithMore),
    "audit reanchor": _one(Reanchored),
    "audit selftest": _one(SelfTest),
    "audit show": _one(composed.AuditEvents),
    "audit verify": _one(AuditVerification),
    "backup create": _one(Backup),
    "backup drill": _one(Backup),
    "backup list": _one(composed.Backups),
    "backup restore": _one(Backup),
    "backup verify": _one(Backup),
    "bundle create": _one(Bundle),
    "bundle install": _one(composed.InstalledBundle),
    "bundle verify": _one(Bundle),
    "codebook add": _one(Codebook),
    "codebook apply": _one(Codebook),
    "codebook assignments": _lines(Assigned),
    "codebook label": _one(composed.CodeLabels),
    "codebook list": _one(Codebook),
    "codebook load": _one(Codebook),
    "codebook promote": _one(Codebook),
    "codebook queue": _one(composed.CodeTasks | WrittenFile),
    "codebook remove": _one(Codebook),
    "codebook save": _one(WrittenFile),
    "codebook undo": _one(composed.RemovedLabels),
    "compare": _one(Comparison),
    "completion": NO_RESULT,
    "count": _one(Count),
    "digest": _one(Digest),
    "drivers": _one(Drivers),
    "duplicates": _one(Duplicates),
    "erase": _one(Erasure | composed.CheckedReceipt),
    "evaluate": _one(FIGURES),
    "evidence": _one(WrittenFile),
    "export": _one(WrittenFile),
    "history": _one(composed.AskedQuestions),
    "incident close": _one(composed.ClosedIncident),
    "incident drill": _one(IncidentDrill),
    "incident open": _one(IncidentReport),
    "incident report": _one(IncidentReport),
    "ingest": _one(IngestReport | composed.Previews),
    "init": _one(composed.CreatedWorkspace),
    "key change": _one(KeySheet),
    "key enter": _one(composed.WrittenKey),
    "key show": _one(KeySheet),
    "labels keep": _one(composed.KeptLabels),
    "labels list": _one(composed.LabeledPredicates),
    "labels next": _one(composed.LabelTasks | WrittenFile),
    "labels undo": _one(composed.LabeledTexts),
    "links issue": _one(LinkBatch),
    "links list": _one(composed.LinkBatches),
    "links scan": _one(LinkScan),
    "links who": _one(composed.LinkOwner),
    "mcp": NO_RESULT,
    "models add": _one(composed.Models),
    "models fetch": _one(composed.Models),
    "models list": _one(composed.Models),
    "models use-server": _one(composed.ModelServer),
    "offline check": _one(composed.CheckedProof),
    "offline prove": _one(composed.SignedProof),
    "offline status": _one(composed.OfflineStatus),
    "overview": _one(Overview),
    "plan": _one(composed.PlanWithMore),
    "privacy allow": _one(Decision),
    "privacy checked": _one(SampleCheck),
    "privacy decide": _one(Decision),
    "privacy deny": _one(Decision),
    "privacy queue": _one(ReviewQueue),
    "privacy report": _one(RiskReport),
    "privacy sample": _one(PrivacySample),
    "privacy terms": _one(TermList),
    "privacy undo": _one(Decision),
    "reindex": _one(Reindexed),
    "retention drop": _one(composed.RetentionRules),
    "retention list": _one(composed.RetentionRules),
    "retention run": _one(composed.Erasures),
    "retention set": _one(RetentionRule),
    "schema": _one(FIGURES),
    "scrub": _lines(composed.ScrubbedLine | composed.DoubtfulLine | CopyReport),
    "search": _one(SearchResult),
    "serve": NO_RESULT,
    "settings": _one(Settings),
    "show": _lines(Feedback | Translation, 2),
    "status": _one(WorkspaceStatus),
    "table": _one(Table),
    "themes assignments": _lines(Assigned | WrittenFile),
    "themes build": _one(ThemeBuild),
    "themes edit": _one(ThemeEdit),
    "themes list": _one(composed.ListedThemes),
    "themes log": _one(composed.ThemeEdits),
    "themes report": _one(WrittenFile),
    "themes scorecard": _one(Scorecard),
    "themes segments": _one(Segments),
    "themes show": _one(ThemeDetail),
    "themes undo": _one(ThemeEdit),
    "themes why": _one(composed.ExplainedRecord),
    "trends": _one(Trends),
    "user add": _one(AccountAdded),
    "user engagement": _one(Engagement),
    "user grant": _one(Account),
    "user list": _one(composed.Accounts),
    "user me": _one(CurrentAccount),
    "user passphrase": _one(AccountAdded),
    "user review": _one(AccessReview),
    "user revoke": _one(Account),
    "verify": _one(Verification),
    "watch": _lines(WatchRound),
}

"""Outputs of commands that are not a record of the package: their keys and types.

A record that a command prints is its own contract. What is here is built by a command: a list under a name, a count of
what was stored, or a record with more in it.
"""

from dataclasses import dataclass
from typing import Any

from analyzer.answers.types import Answer, Asked, Plan
from analyzer.counting.types import Disagreement, LabelTask
from analyzer.custody.types import Backup, Erasure, LinkBatch, RetentionRule
from analyzer.index.types import SavedView
from analyzer.ingest.types import FilePreview
from analyzer.security.types import Account, AuditEvent
from analyzer.themes.codebook.types import CodeTask
from analyzer.themes.types import Opinion, Sentiment, Theme, ThemeEdit, ThemeList


@dataclass(frozen=True, slots=True)
class Failure:
    """What stands in the place of a result if a command with --json fails.

    Attributes:
        error: one line that says what is wrong and what to do.
        kind: "usage" for arguments that are not understood, otherwise the class of the error.
    """

    error: str
    kind: str


@dataclass(frozen=True, slots=True)
class Views:
    """The saved views of an account."""

    views: tuple[SavedView, ...]


@dataclass(frozen=True, slots=True)
class StartedWorker:
    """A resident worker: the models it has loaded, its process, and seconds without a call after which it ends."""

    models: tuple[str, ...]
    process: int
    idle_s: float


@dataclass(frozen=True, slots=True)
class RunningWorker:
    """The same, of a worker that runs."""

    runs: bool
    models: tuple[str, ...]
    process: int
    idle_s: float


@dataclass(frozen=True, slots=True)
class NoWorker:
    """That no resident worker runs."""

    runs: bool


@dataclass(frozen=True, slots=True)
class StoppedWorker:
    """Whether a resident worker ran when it was told to end."""

    was_running: bool


@dataclass(frozen=True, slots=True)
class Certificates:
    """Folders of the certificates that were made, one a machine."""

    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreatedWorkspace:
    """A new workspace: its folder, its id, and the name of its embedding model."""

    workspace: str
    id: str
    embedding: str


@dataclass(frozen=True, slots=True)
class Previews:
    """How each file would be read."""

    files: tuple[FilePreview, ...]


@dataclass(frozen=True, slots=True, repr=False)
class AnswerWithMore(Answer):
    """The answer to the first question of a text.

    Attributes:
        more: the answers to its further questions.
    """

    more: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanWithMore(Plan):
    """The plan of the first question of a text.

    Attributes:
        more: the plans of its further questions.
    """

    more: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedQuestions:
    """Questions of the account with their answers' receipts, newest first."""

    answers: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class LabelTasks:
    """Comments to label next."""

    tasks: tuple[LabelTask, ...]


@dataclass(frozen=True, slots=True)
class KeptLabels:
    """Number of labels that were stored, and number of texts with a label now."""

    kept: int
    labeled: int


@dataclass(frozen=True, slots=True)
class LabeledTexts:
    """Number of texts with a label now."""

    labeled: int


@dataclass(frozen=True, slots=True)
class LabeledPredicate:
    """A predicate and the number of texts that are labeled for it."""

    predicate: str
    labeled: int


@dataclass(frozen=True, slots=True)
class LabeledPredicates:
    """The predicates with labels."""

    predicates: tuple[LabeledPredicate, ...]


@dataclass(frozen=True, slots=True)
class CodeTasks:
    """Comments to code next."""

    tasks: tuple[CodeTask, ...]


@dataclass(frozen=True, slots=True)
class CodeLabels:
    """Number of labels that were stored, and of comments that they are about."""

    labels: int
    comments: int


@dataclass(frozen=True, slots=True)
class RemovedLabels:
    """Number of labels that were taken back."""

    labels: int


@dataclass(frozen=True, slots=True)
class Disagreements:
    """Comments on which people disagree, and those that were settled."""

    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class SettledDisagreements:
    """Number of comments that were settled, and of those that are still open on the same subject."""

    settled: int
    open: int


@dataclass(frozen=True, slots=True)
class SentimentWithBalance(Sentiment):
    """Numbers of opinions, and their balance.

    Attributes:
        balance: -1 (all negative) to 1 (all positive).
    """

    balance: float = 0.0


@dataclass(frozen=True, slots=True)
class ThemeWithBalance(Theme):
    """A theme whose sentiment has its balance."""

    sentiment: SentimentWithBalance


@dataclass(frozen=True, slots=True, repr=False)
class ListedThemes(ThemeList):
    """All themes, each sentiment with its balance."""

    themes: tuple[ThemeWithBalance, ...]


@dataclass(frozen=True, slots=True)
class ExplainedRecord:
    """Why a comment is in its themes: each opinion with its theme."""

    id: str
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class ThemeEdits:
    """All edits of themes."""

    edits: tuple[ThemeEdit, ...]


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts."""

    users: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class AuditEvents:
    """Events of the audit log, newest first."""

    events: tuple[AuditEvent, ...]


@dataclass(frozen=True, slots=True)
class LinkBatches:
    """Batches of survey links."""

    batches: tuple[LinkBatch, ...]


@dataclass(frozen=True, slots=True)
class LinkOwner:
    """Whom a link belongs to."""

    who: str


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """Whether the signature of a receipt is valid; a command whose answer is no fails."""

    ok: bool


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """Retention rules in force."""

    rules: tuple[RetentionRule, ...]


@dataclass(frozen=True, slots=True)
class Erasures:
    """What was erased, or with --dry-run would be."""

    erasures: tuple[Erasure, ...]


@dataclass(frozen=True, slots=True)
class Backups:
    """Backups, newest first."""

    backups: tuple[Backup, ...]


@dataclass(frozen=True, slots=True)
class WrittenKey:
    """The key file that was written."""

    path: str


@dataclass(frozen=True, slots=True)
class ClosedIncident:
    """Number of the incident that was closed; open is false."""

    incident: int
    open: bool


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model of the catalog; default: whether `models fetch` brings it without a name."""

    name: str
    role: str
    sha256: str
    bytes: int
    licence: str
    present: bool
    default: bool


@dataclass(frozen=True, slots=True)
class Models:
    """Models of the catalog, or those that were fetched or added."""

    models: tuple[ModelRow, ...]


@dataclass(frozen=True, slots=True)
class ModelServer:
    """The model server that answers from now on; empty if none does.

    Attributes:
        server: its address with dialect and model.
        told: what the server said of itself.
        family: the family of models that its thresholds are of.
        file: the settings file that was written.
        recorded: whether the change is in the audit log already.
    """

    server: str
    told: str
    family: str
    file: str
    recorded: bool


@dataclass(frozen=True, slots=True)
class InstalledBundle:
    """The program that was installed, and the folder of its models."""

    program: str
    models: str


@dataclass(frozen=True, slots=True)
class ScrubbedEntity:
    """A span of personal data: its offsets in the input, and what stands in its place."""

    type: str
    start: int
    end: int
    text_after: str


@dataclass(frozen=True, slots=True)
class ScrubbedLine:
    """A text after scrubbing that passed the second check."""

    text: str
    entities: tuple[ScrubbedEntity, ...]


@dataclass(frozen=True, slots=True)
class DoubtfulLine:
    """A text after scrubbing that did not pass the second check: review or reject."""

    text: str
    entities: tuple[ScrubbedEntity, ...]
    residual_check: str


@dataclass(frozen=True, slots=True)
class ActiveSwitch:
    """A switch that is set: its value, its library, and what the library would do without it."""

    value: Any
    library: str
    without: str


@dataclass(frozen=True, slots=True)
class OfflineStatus:
    """Whether this process is sealed.

    Attributes:
        attempts: always empty; those of a proof are in its report.
        hole: address of the one model server that can be reached; empty for none.
    """

    ok: bool
    level: str
    attempts: tuple[str, ...]
    methods: tuple[str, ...]
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]
    faults: tuple[str, ...]
    switches: dict[str, ActiveSwitch]
    warnings: tuple[str, ...]
    hole: str


@dataclass(frozen=True, slots=True)
class SignedProof:
    """A signed proof that nothing leaves; path and page are the files that were written.

    Attributes:
        attempts: network attempts that were seen, of all steps.
        methods: what observed them.
        control: whether the observers saw an attempt that was made on purpose.
        leaks: attempts that were planted, and whether each was stopped.
        not_proven: what could not be observed on this machine.
    """

    ok: bool
    made_at: str
    seconds: float
    attempts: tuple[dict[str, Any], ...]
    methods: tuple[str, ...]
    control: dict[str, Any]
    steps: tuple[dict[str, Any], ...]
    failed: tuple[str, ...]
    leaks: tuple[dict[str, Any], ...]
    hole: dict[str, Any]
    browser: tuple[dict[str, Any], ...]
    facts: dict[str, Any]
    not_proven: tuple[str, ...]
    signature: dict[str, Any]
    path: str
    page: str


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """Whether a proof is as it was signed (intact), and whether it also proves (ok)."""

    ok: bool
    intact: bool
    made_at: str
    fingerprint: str
    verdict: str

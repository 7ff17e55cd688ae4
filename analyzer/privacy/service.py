"""The privacy service: the review queue, decisions on terms, and estimates of what the scrubber missed."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from analyzer.errors import UsageError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.term_masking import Mask, Rewritten, mask_everywhere
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.privacy import review, risk
from analyzer.privacy.residual_check import blank_placeholders
from analyzer.privacy.review_candidates import count_words, shape
from analyzer.privacy.scrubber import DENIED
from analyzer.privacy.terms import Terms
from analyzer.privacy.types import (
    Decision,
    PrivacySample,
    QueueEntry,
    ReviewQueue,
    RiskReport,
    SampleCheck,
    SampledComment,
    TermList,
)
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.derived_data import DerivedData
from analyzer.store.import_lock import ImportLock
from analyzer.types import Feedback, Kind, ScrubbedText

CONTEXTS = 3
AROUND = 30
"""Characters shown on either side of a place."""
ANSWERS = "answers"
"""Name of the owner of stored answers among those of derived data."""
VERDICTS = (review.ALLOW, review.DENY)


class PrivacyService:
    """The review of personal data: what waits for a decision, the decisions, samples that measure the leak rate."""

    name = "privacy"

    def __init__(
        self,
        *,
        workspace_id: str,
        database: Database,
        table: FeedbackTable,
        index: CorpusIndex,
        audit: AuditTrail,
        authorization: Authorization,
        models: WorkspaceModels,
        scrubber: WorkspaceScrubber,
        terms_key: bytes,
        import_lock: ImportLock,
        derived: DerivedData,
    ) -> None:
        """Take what is reviewed.

        Args:
            workspace_id: seeds the samples.
            database: the account's connection.
            table: over the same connection.
            index: saved after a term was masked.
            audit: where decisions are noted.
            authorization: decides about calls.
            models: embed what was masked.
            scrubber: with the lists as they are now.
            terms_key: key of the hashes that terms are kept as.
            import_lock: held while stored texts change.
            derived: owners of what is made from texts, which follows when a term is masked.
        """
        self._workspace_id = workspace_id
        self._database = database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization
        self._models = models
        self._scrubber = scrubber
        self._terms_key = terms_key
        self._import_lock = import_lock
        self._derived = derived

    @needs()
    def scrub(self, texts: Sequence[str]) -> tuple[ScrubbedText, ...]:
        """Replace personal data in texts; nothing is stored."""
        return self._scrubber.scrub(texts)

    @needs(Permission.PRIVACY)
    def queue(self, limit: int = 50) -> ReviewQueue:
        """Return what waits for a decision: masked without certainty, or kept with a doubt; most frequent first."""
        waiting = review.open_entries(self._database, limit)
        entries = tuple(self._shown(entry) for entry in waiting)
        ids = sorted({p.record for one in waiting for p in review.places(self._database, one, CONTEXTS)})
        self._audit.record("privacy.queue", {"entries": [entry.id for entry in entries], "ids": ids})
        return ReviewQueue(entries, review.count_open(self._database))

    @needs(Permission.PRIVACY)
    def decide(self, entry_id: int, verdict: str, reason: str = "") -> Decision:
        """Decide on an entry of the queue: "allow" what is harmless, "deny" what must always be masked.

        Raises:
            UsageError: if there is no such entry, or the verdict is neither.
        """
        if verdict not in VERDICTS:
            raise UsageError(f"a decision is {' or '.join(VERDICTS)}, not {verdict!r}")
        return self._decide(verdict, review.find_entry(self._database, entry_id), reason)

    @needs(Permission.PRIVACY)
    def allow(self, term: str, reason: str = "") -> Decision:
        """Never mask a term again; what is masked already stays so until its file is imported again."""
        return self._decide(review.ALLOW, self._entry(term), reason)

    @needs(Permission.PRIVACY)
    def deny(self, term: str, reason: str = "") -> Decision:
        """Mask a term always, at once in everything stored: texts, fields, themes, codebook, predicates, reasons."""
        return self._decide(review.DENY, self._entry(term), reason)

    @needs(Permission.PRIVACY)
    def terms(self) -> TermList:
        """Return the allow and deny lists in force; the terms are known by their shapes alone."""
        self._audit.record("privacy.terms", {})
        return TermList(review.decided_terms(self._database))

    @needs(Permission.PRIVACY)
    def undo(self) -> Decision:
        """Take the last decision back for imports to come; what it has masked stays so until it is imported again."""
        with self._import_lock.hold(), self._database.transaction() as connection:
            term = review.undo_last(connection, self._audit.actor)
            self._audit.append(connection, "privacy.undo", {"decision": term.id})
        return Decision(term, is_undone=True)

    @needs(Permission.CHECKS)
    def report(self, import_id: int | None = None) -> RiskReport:
        """Return what each import found and what checked samples say of the leak rate."""
        imports = risk.import_risks(self._database, import_id)
        samples = risk.sample_checks(self._database, import_id)
        self._audit.record("privacy.report", {"import": import_id})
        return RiskReport(imports, samples, review.count_open(self._database))

    @needs(Permission.PRIVACY)
    def sample(self, size: int = risk.SAMPLE_SIZE, import_id: int | None = None) -> PrivacySample:
        """Draw stored comments at random for a person to check.

        Raises:
            UsageError: if there is nothing to draw from.
        """
        if import_id is not None:
            risk.import_risks(self._database, import_id)
        with self._database.transaction() as connection:
            number, population, ids = risk.draw_sample(
                connection, self._workspace_id, self._audit.actor, size, import_id
            )
            self._audit.append(connection, "privacy.sample", {"sample": number, "ids": list(ids)})
        records = self._table.get(ids)
        prose = {name for name, target in self._table.columns().items() if target.column.kind is Kind.TEXT}
        comments = tuple(_sampled(number, records[one], prose) for number, one in enumerate(ids, start=1))
        return PrivacySample(number, import_id, len(ids), population, comments)

    @needs(Permission.PRIVACY)
    def checked(self, sample: int, misses: int | None = None, missed: Sequence[int] = ()) -> SampleCheck:
        """Keep what a person found in a sample: how many comments with personal data left, or their numbers.

        Raises:
            UsageError: if there is no such sample, or neither or both were given.
        """
        if (misses is None) == (not missed):
            raise UsageError("say how many comments leak with --misses N (0 if none), or which with --missed NUMBER…")
        count = len(set(missed)) if misses is None else misses
        with self._database.transaction() as connection:
            risk.keep_check(connection, sample, self._audit.actor, count, missed)
            self._audit.append(connection, "privacy.checked", {"sample": sample, "misses": count})
        return next(check for check in risk.sample_checks(self._database) if check.sample == sample)

    def _shown(self, entry: review.Entry) -> QueueEntry:
        """Read the contexts of an entry from the stored texts; a place that has changed since is left out."""
        places = review.places(self._database, entry, CONTEXTS)
        records = self._table.get([place.record for place in places])
        terms = self._scrubber.terms
        contexts = []
        for place in places:
            record = records[place.record]
            text = str(record.fields.get(place.field, "")) if place.field else record.text
            if review.is_still_there(entry, text[place.start : place.end], terms):
                contexts.append(_context(text, place.start, place.end))
        return QueueEntry(entry.id, entry.kind, entry.type, entry.shape, entry.records, tuple(contexts))

    def _entry(self, term: str) -> review.Entry:
        return review.Entry(0, "", "", review.check_term(self._scrubber.terms, term), shape(term), count_words(term), 0)

    def _decide(self, verdict: str, entry: review.Entry, reason: str) -> Decision:
        told = self._scrubber.scrub_note(reason)
        finds = partial(_standing, Terms(self._terms_key, deny=frozenset({entry.digest}), lengths=(entry.words,)))
        rewritten = Rewritten(frozenset(), 0)
        with self._import_lock.hold(), self._database.transaction() as connection:
            number = review.keep_decision(connection, self._audit.actor, verdict, entry, told)
            if verdict == review.DENY:
                mask = Mask(DENIED, entry.digest, finds)
                rewritten = mask_everywhere(connection, self._table, mask, self._embedded, self._derived)
            answers = rewritten.derived.get(ANSWERS, 0)
            detail = {"decision": number, "verdict": verdict, "records": len(rewritten.ids), "answers": answers}
            self._audit.append(connection, "privacy.decide", detail)
        left_in_log = rewritten.is_changed and self._database.keeps_log()
        if rewritten.is_changed:
            self._index.save()
        term = next(term for term in review.decided_terms(self._database) if term.id == number)
        masked = review.count_masked(self._database, entry.digest) if verdict == review.ALLOW else 0
        return Decision(term, False, len(rewritten.ids), rewritten.texts, answers, masked, left_in_log)

    def _embedded(self, texts: Sequence[str]) -> list[bytes]:
        return [vector.tobytes() for vector in self._models.embedder.embed(list(texts)).astype(np.float16)]


def _standing(terms: Terms, text: str) -> list[tuple[int, int]]:
    """Return where a term stands in a scrubbed text; its placeholders are no words of it."""
    return terms.denied_spans(blank_placeholders(text))


def _context(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    opening = "…" if start > AROUND else ""
    closing = "…" if end + AROUND < len(text) else ""
    return " ".join(f"{opening}{before}«{text[start:end]}»{after}{closing}".split())


def _sampled(number: int, record: Feedback, prose: set[str]) -> SampledComment:
    return SampledComment(number, record.id, record.text, {k: v for k, v in record.fields.items() if k in prose})

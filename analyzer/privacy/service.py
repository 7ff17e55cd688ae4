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
"""Characters of context on either side of a value."""
ANSWERS = "answers"
"""Name under which stored answers are registered as derived data."""
VERDICTS = (review.ALLOW, review.DENY)


class PrivacyService:
    """Reviews personal data: the queue, decisions on terms, and samples that estimate the leak rate."""

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
        """Take the parts of an open workspace.

        Args:
            workspace_id: seed of the samples.
            database: the account's connection.
            table: feedback table over the same connection.
            index: saved after a term is masked.
            audit: trail in which decisions, samples and views are recorded.
            authorization: checks the permissions of calls.
            models: embed masked texts again.
            scrubber: uses the lists in force.
            terms_key: key of the hashes under which terms are stored.
            import_lock: held while stored texts change.
            derived: owners of data derived from texts, updated when a term is masked.
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
        """Return undecided values: masked without certainty, or kept with a doubt; most frequent first."""
        waiting = review.open_entries(self._database, limit)
        entries = tuple(self._queue_entry(entry) for entry in waiting)
        ids = sorted({p.record for one in waiting for p in review.places(self._database, one, CONTEXTS)})
        self._audit.record("privacy.queue", {"entries": [entry.id for entry in entries], "ids": ids})
        return ReviewQueue(entries, review.count_open(self._database))

    @needs(Permission.PRIVACY)
    def decide(self, entry_id: int, verdict: str, reason: str = "") -> Decision:
        """Decide on an entry of the queue: "allow" a harmless value, or "deny" it, so that it is always masked.

        Raises:
            UsageError: if there is no such entry, or the verdict is neither allow nor deny.
        """
        if verdict not in VERDICTS:
            raise UsageError(f"a decision is {' or '.join(VERDICTS)}, not {verdict!r}")
        return self._decide(verdict, review.find_entry(self._database, entry_id), reason)

    @needs(Permission.PRIVACY)
    def allow(self, term: str, reason: str = "") -> Decision:
        """Never mask a term again; placeholders in stored texts stay until their file is imported again."""
        return self._decide(review.ALLOW, self._entry_of_term(term), reason)

    @needs(Permission.PRIVACY)
    def deny(self, term: str, reason: str = "") -> Decision:
        """Always mask a term, at once in all stored data: texts, fields, themes, codebook, predicates, reasons."""
        return self._decide(review.DENY, self._entry_of_term(term), reason)

    @needs(Permission.PRIVACY)
    def terms(self) -> TermList:
        """Return the allow and deny lists in force; terms are known by their shapes only."""
        self._audit.record("privacy.terms", {})
        return TermList(review.decided_terms(self._database))

    @needs(Permission.PRIVACY)
    def undo(self) -> Decision:
        """Undo the last decision for later imports; masked texts stay masked until their file is imported again."""
        with self._import_lock.hold(), self._database.transaction() as connection:
            term = review.undo_last(connection, self._audit.actor)
            self._audit.append(connection, "privacy.undo", {"decision": term.id})
        return Decision(term, is_undone=True)

    @needs(Permission.CHECKS)
    def report(self, import_id: int | None = None) -> RiskReport:
        """Return the counts of each import and the leak rates of checked samples."""
        imports = risk.import_risks(self._database, import_id)
        samples = risk.sample_checks(self._database, import_id)
        self._audit.record("privacy.report", {"import": import_id})
        return RiskReport(imports, samples, review.count_open(self._database))

    @needs(Permission.PRIVACY)
    def sample(self, size: int = risk.SAMPLE_SIZE, import_id: int | None = None) -> PrivacySample:
        """Draw stored comments at random for a manual check.

        Raises:
            UsageError: if there is no such import, or no comment to draw from.
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
        comments = tuple(_sampled_comment(number, records[one], prose) for number, one in enumerate(ids, start=1))
        return PrivacySample(number, import_id, len(ids), population, comments)

    @needs(Permission.PRIVACY)
    def checked(self, sample: int, misses: int | None = None, missed: Sequence[int] = ()) -> SampleCheck:
        """Store the manual check of a sample: how many comments leak, or their numbers in the sample.

        Raises:
            UsageError: if there is no such sample, or neither or both of `misses` and `missed` are given.
        """
        if (misses is None) == (not missed):
            raise UsageError("give either how many comments leak (--misses N, 0 if none) or which (--missed NUMBER…)")
        count = len(set(missed)) if misses is None else misses
        with self._database.transaction() as connection:
            risk.keep_check(connection, sample, self._audit.actor, count, missed)
            self._audit.append(connection, "privacy.checked", {"sample": sample, "misses": count})
        return next(check for check in risk.sample_checks(self._database) if check.sample == sample)

    def _queue_entry(self, entry: review.Entry) -> QueueEntry:
        """Return an entry with its contexts from the stored texts; places that changed since are left out."""
        places = review.places(self._database, entry, CONTEXTS)
        comments = self._table.get([place.record for place in places if not place.field])
        responses = self._table.get_responses([place.record for place in places if place.field])
        terms = self._scrubber.terms
        contexts = []
        for place in places:
            record = (responses if place.field else comments)[place.record]
            text = str(record.fields.get(place.field, "")) if place.field else record.text
            if review.is_still_there(entry, text[place.start : place.end], terms):
                contexts.append(_context(text, place.start, place.end))
        return QueueEntry(entry.id, entry.kind, entry.type, entry.shape, entry.records, tuple(contexts))

    def _entry_of_term(self, term: str) -> review.Entry:
        return review.Entry(0, "", "", review.check_term(self._scrubber.terms, term), shape(term), count_words(term), 0)

    def _decide(self, verdict: str, entry: review.Entry, reason: str) -> Decision:
        scrubbed_reason = self._scrubber.scrub_note(reason)
        spans_of = partial(term_spans, Terms(self._terms_key, deny=frozenset({entry.digest}), lengths=(entry.words,)))
        rewritten = Rewritten(frozenset(), 0)
        with self._import_lock.hold(), self._database.transaction() as connection:
            number = review.keep_decision(connection, self._audit.actor, verdict, entry, scrubbed_reason)
            if verdict == review.DENY:
                mask = Mask(DENIED, entry.digest, spans_of)
                rewritten = mask_everywhere(connection, self._table, mask, self._embed, self._derived)
            answers = rewritten.derived.get(ANSWERS, 0)
            detail = {"decision": number, "verdict": verdict, "records": len(rewritten.ids), "answers": answers}
            self._audit.append(connection, "privacy.decide", detail)
        left_in_log = rewritten.is_changed and self._database.keeps_log()
        if rewritten.is_changed:
            self._index.save()
        term = next(term for term in review.decided_terms(self._database) if term.id == number)
        masked = review.count_masked(self._database, entry.digest) if verdict == review.ALLOW else 0
        return Decision(term, False, len(rewritten.ids), rewritten.texts, answers, masked, left_in_log)

    def _embed(self, texts: Sequence[str]) -> list[bytes]:
        return [vector.tobytes() for vector in self._models.embedder.embed(list(texts)).astype(np.float16)]


def term_spans(terms: Terms, text: str) -> list[tuple[int, int]]:
    """Return the spans of a term in a scrubbed text; placeholders do not count as words."""
    return terms.denied_spans(blank_placeholders(text))


def _context(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    opening = "…" if start > AROUND else ""
    closing = "…" if end + AROUND < len(text) else ""
    return " ".join(f"{opening}{before}«{text[start:end]}»{after}{closing}".split())


def _sampled_comment(number: int, record: Feedback, prose: set[str]) -> SampledComment:
    return SampledComment(number, record.id, record.text, {k: v for k, v in record.fields.items() if k in prose})

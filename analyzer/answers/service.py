"""The answers service: plan and answer questions, replay receipts, list the history, write files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from analyzer.answers import generation
from analyzer.answers.asker import HITS, Asker
from analyzer.answers.grounding import entailment
from analyzer.answers.grounding.checks import Verifies
from analyzer.answers.planning.router import elsewhere, route
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.receipts import Typed, history, ids_of, keep_answer, read_answer, unpack_answer
from analyzer.answers.types import Answer, Asked, CorpusFacts, Plan, Task
from analyzer.counting.labels import read_known
from analyzer.errors import UsageError, WorkspaceError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.models.llm import SEED
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.output_files import write_whole
from analyzer.types import Method, WrittenFile

METHOD = sha256(
    "|".join((generation.INSTRUCTIONS, generation.GRAMMAR, entailment.INSTRUCTIONS, entailment.QUESTION)).encode()
).hexdigest()
"""Names what the model is told; part of every receipt."""


class AnswersService:
    """Questions: planned, answered, answered again, listed, written to files."""

    name = "answers"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        index: CorpusIndex,
        audit: AuditTrail,
        authorization: Authorization,
        models: WorkspaceModels,
        scrubber: WorkspaceScrubber,
        verifier: Callable[[], Verifies],
        facts: Callable[[], CorpusFacts],
        file_writers: Mapping[str, Callable[[str, Answer, Method], bytes]],
        method: Callable[[], Method],
    ) -> None:
        """Take what answers are made from.

        Args:
            database: the account's connection.
            table: over the same connection.
            index: search by words and by meaning.
            audit: where every record shown is noted.
            authorization: decides about calls.
            models: embed questions, write sentences.
            scrubber: scrubs questions, checks sentences.
            verifier: returns what tells whether a comment supports a sentence.
            facts: returns what the columns hold.
            file_writers: kind of file -> what writes a question and its answer as bytes.
            method: returns how files are made.
        """
        self._database = database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization
        self._models = models
        self._scrubber = scrubber
        self._verifier = verifier
        self._facts = facts
        self._file_writers = file_writers
        self._method = method

    @needs(Permission.COMMENTS)
    def plan(self, question: str, where: str = "", previous: Plan | None = None) -> Plan:
        """Say how a question would be understood; nothing is counted or written.

        Args:
            question: in words.
            where: a filter that holds whatever the question says.
            previous: the plan of the question before, which a short follow-up goes on from.

        Raises:
            UsageError: if the question is empty, or the filter is not understood.
        """
        if not question.strip():
            raise UsageError('the question is empty; try: analyzer ask "What do people say about …?"')
        self._table.predicate(where)
        asked = self._scrubber.scrub_note(question)
        found = route(asked, self._facts(), self._models.embedder, self._models.answering, previous)
        if where:
            both = f"({where}) and {found.where}" if found.where else where
            found = replace(found, where=both)
        return found

    @needs(Permission.COMMENTS)
    def ask(
        self, question: str, where: str = "", plan: Plan | None = None, previous: Plan | None = None,
        watch: ProgressListener | None = None,
    ) -> Answer:  # fmt: skip
        """Answer a question from every comment that matches: figures counted, sentences cited and checked.

        Args:
            question: in words.
            where: a filter that holds whatever the question says.
            plan: how the question is to be understood, edited by a person; without it the program says how.
            previous: the plan of the question before.
            watch: told what is known as soon as it is known; may stop the work.

        Raises:
            UsageError: if the question is empty, or a filter or column is not understood.
        """
        watch = watch or ProgressListener()
        chosen = plan or self.plan(question, where, previous)
        asked, subject, filtered = (
            scrubbed.text for scrubbed in self._scrubber.scrub([question, chosen.subject, chosen.where])
        )
        before = self._circumstances(chosen)
        answer = self._answered(asked, replace(chosen, subject=subject), watch)
        typed = Typed(chosen.where, filtered)
        with self._database.transaction() as connection:
            if self._database.meta("deletions") != before["deletions"]:
                raise WorkspaceError("comments were scrubbed again while the answer was written; ask again")
            receipt = keep_answer(connection, self._audit.actor, asked, answer, before, typed).receipt
            detail = {"receipt": receipt, "ids": [hit.id for hit in answer.evidence]}
            self._audit.append(connection, "ask", detail)
        return replace(answer, receipt=receipt)

    @needs(Permission.COMMENTS)
    def replay(self, receipt: str) -> Answer:
        """Answer again what a receipt stands for; where something has changed since, the answer says what.

        Raises:
            UsageError: if there is no such receipt.
        """
        question, body = read_answer(self._database, receipt)
        records = self._table.get(ids_of(body))
        answer, lost = unpack_answer(receipt, body, records)
        now = self._circumstances(answer.plan)
        changed = [
            f"{name} changed: {body.get(name)} then, {value} now"
            for name, value in now.items()
            if body.get(name) != value
        ]
        if body["is_filter_scrubbed"]:
            changed.append("its filter held personal data, which is not kept")
        if not changed and not lost and answer.is_complete:
            again = replace(self._answered(question, answer.plan, ProgressListener()), receipt=receipt)
            if again != answer:
                changed.append("the same comments, labels and models gave another answer")
        self._audit.record("replay", {"receipt": receipt, "ids": [hit.id for hit in answer.evidence]})
        return replace(answer, stale=(*changed, *lost))

    @needs(Permission.COMMENTS)
    def history(self, limit: int = 50) -> tuple[Asked, ...]:
        """Return the questions this person asked, latest first."""
        found = history(self._database, self._audit.actor, limit)
        self._audit.record("history", {"receipts": [asked.receipt for asked in found]})
        return found

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def file(self, question: str, answer: Answer, kind: str) -> bytes:
        """Return an answer as a file: "html", a page to read or print, or "xlsx", a workbook with the verbatims.

        Raises:
            UsageError: on another kind.
        """
        return self._file(question, answer, kind, "")

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def export(
        self, what: str, out: Path | str, kind: str, receipt: str = "", may_replace: bool = False
    ) -> WrittenFile:
        """Write an answer to a file.

        Args:
            what: answers.
            out: where to.
            kind: html or xlsx.
            receipt: of which answer; without it the latest one.
            may_replace: whether a file that is there may be replaced.

        Raises:
            UsageError: if there is no such answer, or a file is there.
        """
        out = Path(out)
        if what != "answers":
            raise UsageError(f'"{what}" cannot be exported; export: answers')
        if not (receipt := receipt or next((asked.receipt for asked in self.history(1)), "")):
            raise UsageError("nothing has been asked yet; ask first: analyzer ask QUESTION")
        question, _ = read_answer(self._database, receipt)
        answer = self.replay(receipt)
        content = self._file(question, answer, kind, out.name)
        rows = sum(len(claim.citations) for claim in answer.claims)
        return WrittenFile(str(out), rows, write_whole(out, content, may_replace))

    def _file(self, question: str, answer: Answer, kind: str, name: str) -> bytes:
        asked = self._scrubber.scrub_note(question)
        method = self._method()
        if kind not in self._file_writers:
            raise UsageError(f'an answer is a file of kind {" or ".join(self._file_writers)}, not "{kind}"')
        content = self._file_writers[kind](asked, answer, method)
        ids = [hit.id for hit in answer.evidence]
        self._audit.record("export", {"receipt": answer.receipt, "kind": kind, "ids": ids, "file": name})
        return content

    def _answered(self, question: str, plan: Plan, watch: ProgressListener) -> Answer:
        searcher = self._index.searcher(self._models.embedder)
        facts = self._facts()
        asker = Asker(
            searcher, self._models.answering, self._verifier, self._scrubber.is_clean,
            partial(_rest, facts), facts.date,
        )  # fmt: skip
        draft = asker.answer(question, plan, watch)
        return draft.finished()

    def _circumstances(self, plan: Plan) -> Mapping[str, object]:
        names = (self._models.embedding_name, self._models.answering_name)
        labels = read_known(self._database, plan.subject).version if plan.task is not Task.OFF_TOPIC else 0
        return {
            "generation": self._database.meta("generation"),
            "deletions": self._database.meta("deletions"),
            "records": self._table.count(),
            "labels": labels,
            "models": {name: self._models.fingerprint(name) for name in names},
            "method": METHOD,
            "seed": SEED,
            "read": HITS,
        }


def _rest(facts: CorpusFacts, plan: Plan) -> str:
    return elsewhere(plan.where, facts.rating)

"""The answers service: plan and answer questions, replay receipts, list the history, write files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from analyzer.answers import point_words
from analyzer.answers.asker import READ, Asker
from analyzer.answers.calibration import WORDS_USED, Thresholds, calibrate, read_thresholds, stand_ins, write_thresholds
from analyzer.answers.grounding import entailment
from analyzer.answers.grounding.checks import Verifies
from analyzer.answers.opinion_search import OpinionSearch
from analyzer.answers.opinion_snapshot import OpinionReader
from analyzer.answers.planning.router import comparison_filter, route, route_all
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.receipts import TypedFilter, history, ids_of, keep_answer, read_answer, unpack_answer
from analyzer.answers.subject_scores import SubjectScorer
from analyzer.answers.types import Answer, Asked, CorpusFacts, Plan, Task
from analyzer.counting.labels import read_known
from analyzer.errors import UsageError, WorkspaceError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filters import check_is_text
from analyzer.models.families import Family
from analyzer.models.llm import SEED
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.files_service import FilesService
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.types import PLAIN, Brand, Method, WrittenFile

METHOD = sha256(
    "|".join(
        (
            point_words.TITLE_INSTRUCTIONS,
            point_words.SENTENCE_INSTRUCTIONS,
            entailment.INSTRUCTIONS,
            entailment.QUESTION,
        )
    ).encode()
).hexdigest()
"""Identifies the prompts; part of every receipt."""


def method_of(family: Family) -> str:
    """Return what identifies the prompts, the grammar and, unless they are the default ones, those of a family."""
    if family.weights == entailment.WEIGHTS and not family.prompts:
        return METHOD
    weights = entailment.weights_text(family.weights) if family.weights else ""
    parts = (METHOD, family.name, weights, *(f"{name}={text}" for name, text in sorted(family.prompts.items())))
    return sha256("|".join(parts).encode()).hexdigest()


class AnswersService:
    """Plans and answers questions, replays receipts, lists the history and writes files."""

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
        opinions: OpinionReader,
        facts: Callable[[], CorpusFacts],
        file_writers: Mapping[str, Callable[[str, Answer, Method], bytes]],
        method: Callable[[], Method],
        files: FilesService,
    ) -> None:
        """Take the dependencies of the service.

        Args:
            database: the connection of the account.
            table: the feedback table over the same connection.
            index: search by words and by meaning.
            audit: the log that names every record shown.
            authorization: decides which calls are allowed.
            models: embed questions and write sentences.
            scrubber: scrubs questions and checks sentences.
            verifier: returns the check whether a comment supports a sentence.
            opinions: reads all opinions that the account may read.
            facts: returns the facts about the columns.
            file_writers: kind of file -> function that writes a question and its answer as bytes.
            method: returns the description of the method that files contain.
            files: writes and records files.
        """
        self._database = database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization
        self._models = models
        self._scrubber = scrubber
        self._verifier = verifier
        self._opinions = opinions
        self._measured: tuple[str, Thresholds] | None = None
        self._facts = facts
        self._file_writers = file_writers
        self._method = method
        self._files = files

    @needs(Permission.COMMENTS)
    def plan(self, question: str, where: str = "", previous: Plan | None = None) -> Plan:
        """Return the plan of a question without counting or writing anything.

        Args:
            question: in words.
            where: a filter that applies in addition to the question.
            previous: the plan of the previous question, which a short follow-up continues.

        Raises:
            UsageError: if the question is empty or the filter is not understood.
        """
        asked = self._scrubbed_question(question, where)
        return _among(route(asked, self._facts(), self._models.embedder, previous), where)

    @needs(Permission.COMMENTS)
    def plan_all(self, question: str, where: str = "", previous: Plan | None = None) -> tuple[Plan, ...]:
        """Return a plan for each question in a text: "What do people say about food, and is it getting worse?" has two.

        The words of each are in `Plan.asked`, empty if there is one question. The arguments are those of `plan`.

        Raises:
            UsageError: if the question is empty or the filter is not understood.
        """
        asked = self._scrubbed_question(question, where)
        return tuple(_among(one, where) for one in route_all(asked, self._facts(), self._models.embedder, previous))

    @needs(Permission.COMMENTS)
    def ask(
        self, question: str, where: str = "", plan: Plan | None = None, previous: Plan | None = None,
        listener: ProgressListener | None = None,
    ) -> Answer:  # fmt: skip
        """Answer a question from every comment that matches: figures counted, sentences cited and checked.

        Args:
            question: in words.
            where: a filter that applies in addition to the question.
            plan: a plan that a person edited; without it the question is planned here.
            previous: the plan of the previous question.
            listener: called with each part of the answer as soon as it is known; may stop the work.

        Raises:
            UsageError: if the question is empty, or a filter or column is not understood.
        """
        listener = listener or ProgressListener()
        chosen = plan or self.plan(question, where, previous)
        check_is_text("the question", question, *_values(chosen))
        asked, subject, scrubbed_filter, *excluded = (
            scrubbed.text
            for scrubbed in self._scrubber.scrub([question, chosen.subject, chosen.where, *chosen.excluded])
        )
        before = self._circumstances(chosen)
        run = replace(chosen, subject=subject, excluded=tuple(excluded), readings=(), asked="")
        answer = self._make_answer(asked, run, listener)
        typed = TypedFilter(chosen.where, scrubbed_filter)
        with self._database.transaction() as connection:
            if self._database.meta("deletions") != before["deletions"]:
                raise WorkspaceError("comments were scrubbed again while the answer was written; ask again")
            receipt = keep_answer(connection, self._audit.actor, asked, answer, before, typed).receipt
            detail = {"receipt": receipt, "ids": [hit.id for hit in answer.evidence]}
            self._audit.append(connection, "ask", detail)
        shown = replace(answer.plan, readings=chosen.readings, asked=chosen.asked)
        return replace(answer, receipt=receipt, plan=shown)

    @needs(Permission.COMMENTS)
    def replay(self, receipt: str, again: bool = False) -> Answer:
        """Return the stored answer of a receipt, its quotes read from the comments; `stale` lists what has changed.

        The model does not run, unless that is asked for.

        Args:
            receipt: the receipt of the answer.
            again: whether the question is also answered again, if nothing has changed, to see whether the answer is
                the same; takes as long as the question took.

        Raises:
            UsageError: if there is no such receipt.
        """
        question, body = read_answer(self._database, receipt)
        records = self._table.get(ids_of(body))
        answer, outdated = unpack_answer(receipt, body, records)
        now = self._circumstances(answer.plan)
        changed = [
            f"{name} changed: {body.get(name)} then, {value} now"
            for name, value in now.items()
            if body.get(name) != value
        ]
        if body["is_filter_scrubbed"]:
            changed.append("its filter held personal data, which is not kept")
        if again and not changed and not outdated and answer.is_complete:
            repeated = replace(self._make_answer(question, answer.plan, ProgressListener()), receipt=receipt)
            if repeated != answer:
                changed.append("the same comments, labels and models gave another answer")
        self._audit.record("replay", {"receipt": receipt, "ids": [hit.id for hit in answer.evidence], "again": again})
        return replace(answer, stale=(*changed, *outdated))

    @needs(Permission.COMMENTS)
    def history(self, limit: int = 50) -> tuple[Asked, ...]:
        """Return the questions of this account, latest first."""
        found = history(self._database, self._audit.actor, limit)
        self._audit.record("history", {"receipts": [asked.receipt for asked in found]})
        return found

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def file(self, question: str, answer: Answer, kind: str) -> bytes:
        """Return an answer as a file: "html", a page to read or print, or "xlsx", a workbook with the verbatims.

        Raises:
            UsageError: if the kind is another one.
        """
        content, event = self._file(question, answer, kind)
        return self._files.hand_out(f"answer-{answer.receipt}.{kind}", content, event)

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def export(
        self, what: str, out: Path | str, kind: str, receipt: str = "", may_replace: bool = False, brand: Brand = PLAIN
    ) -> WrittenFile:
        """Write an answer to a file.

        Args:
            what: "answers", the only value.
            out: the path of the file.
            kind: html, xlsx, pptx, or doc (HTML for Word).
            receipt: the receipt of the answer; without it the latest answer of the account.
            may_replace: whether an existing file may be replaced.
            brand: color, logo and name of the report.

        Raises:
            UsageError: if there is no such answer, or the file exists and may not be replaced.
        """
        out = Path(out)
        if what != "answers":
            raise UsageError(f'"{what}" cannot be exported; export: answers')
        if not (receipt := receipt or next((asked.receipt for asked in self.history(1)), "")):
            raise UsageError("nothing has been asked yet; ask first: analyzer ask QUESTION")
        question, _ = read_answer(self._database, receipt)
        answer = self.replay(receipt)
        content, event = self._file(question, answer, kind, brand)
        rows = sum(len(claim.citations) for claim in answer.claims)
        return self._files.export(out, [content], event, rows=rows, is_marked=True, may_replace=may_replace)

    def _file(
        self, question: str, answer: Answer, kind: str, brand: Brand = PLAIN
    ) -> tuple[bytes, tuple[str, Mapping[str, object]]]:
        """Return a file, which names the account where it must, and the event that records it."""
        asked = self._scrubber.scrub_note(question)
        method = replace(self._method(), brand=brand)
        if kind not in self._file_writers:
            raise UsageError(f'an answer cannot be written as "{kind}"; write {" or ".join(self._file_writers)}')
        content = self._file_writers[kind](asked, answer, method)
        ids = [hit.id for hit in answer.evidence]
        return content, ("export", {"receipt": answer.receipt, "kind": kind, "ids": ids})

    def _scrubbed_question(self, question: str, where: str) -> str:
        if not question.strip():
            raise UsageError('the question is empty; try: analyzer ask "What do people say about …?"')
        check_is_text("the question", question)
        self._table.predicate(where)
        return self._scrubber.scrub_note(question)

    def _make_answer(self, question: str, plan: Plan, listener: ProgressListener) -> Answer:
        searcher = self._index.searcher(self._models.embedder)
        facts = self._facts()
        asker = Asker(
            searcher, self._models.answering, self._verifier, self._scrubber.is_clean, self._opinion_search,
            partial(_comparison_filter, facts), facts.date,
        )  # fmt: skip
        draft = asker.answer(question, plan, listener)
        return draft.to_answer()

    def _opinion_search(self, listener: ProgressListener) -> OpinionSearch:
        """Return the search over all opinions; texts that are not taken apart yet are, with progress as stages."""
        opinions = self._opinions.read(lambda what, done, whole: listener.on_stage(f"{what}: {done:,} of {whole:,}"))
        scorer = SubjectScorer(self._database, opinions, self._index.vectors(), self._models.embedder)
        return OpinionSearch(self._database, self._table, opinions, scorer, self._thresholds)

    def _thresholds(self, scorer: SubjectScorer) -> Thresholds:
        """Return the thresholds of the corpus and its embedding model: as stored, or measured now.

        They are stored where the account may write; an account that sees some of the imports measures its own.
        """
        corpus = f"{self._models.fingerprint(self._models.embedding_name)} {self._index.state}"
        if self._measured and self._measured[0] == corpus:
            return self._measured[1]
        is_scoped = self._authorization.is_scoped
        found = None if is_scoped else read_thresholds(self._database, corpus)
        if found is None:
            found = calibrate(scorer, stand_ins(self._database)[:WORDS_USED])
            if not is_scoped and Permission.IMPORTS in self._authorization.permissions:
                with self._database.transaction() as connection:
                    write_thresholds(connection, corpus, found)
        self._measured = (corpus, found)
        return found

    def _circumstances(self, plan: Plan) -> Mapping[str, object]:
        names = (self._models.embedding_name, self._models.answering_name)
        labels = read_known(self._database, plan.subject).version if plan.task is not Task.OFF_TOPIC else 0
        return {
            "generation": self._database.meta("generation"),
            "deletions": self._database.meta("deletions"),
            "records": self._table.count(),
            "labels": labels,
            "models": {name: self._models.fingerprint(name) for name in names},
            "method": method_of(self._models.family),
            "seed": SEED,
            "read": READ,
        }


def _values(plan: Plan) -> tuple[str, ...]:
    """Return the texts of a plan that a person may have typed."""
    return (plan.subject, plan.where, plan.by, plan.period, plan.column, plan.stance, *plan.excluded)


def _among(plan: Plan, where: str) -> Plan:
    """Return a plan, and its readings, with a filter that applies in addition."""
    if not where:
        return plan
    both = f"({where}) and {plan.where}" if plan.where else where
    return replace(plan, where=both, readings=tuple(_among(one, where) for one in plan.readings))


def _comparison_filter(facts: CorpusFacts, plan: Plan) -> str:
    return comparison_filter(plan.where, facts.rating)

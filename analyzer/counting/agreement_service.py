"""The agreement service: how far people agree who label the same comments, and the settling of where they do not."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from analyzer.counting.rater_agreement import Answers, alpha_of, f1_of, kappa_of
from analyzer.counting.rater_labels import SubjectLabels, read_subjects, settle
from analyzer.counting.types import Agreement, Disagreement, LabelTask, SubjectAgreement
from analyzer.errors import UsageError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.types import Feedback

SETTLING = {"yes": 1.0, "no": 0.0}
METHOD = (
    "Cohen's kappa and F1 of the two people with the most texts in common, Krippendorff's alpha of everybody; 95 % "
    "intervals by bootstrap over texts; unsure counts as no label, and labels that settle a disagreement do not count"
)


class AgreementService:
    """Agreement of the people who label."""

    name = "agreement"

    def __init__(
        self, *, database: Database, table: FeedbackTable, audit: AuditTrail, authorization: Authorization
    ) -> None:
        """Set the dependencies."""
        self._database = database
        self._table = table
        self._audit = audit
        self._authorization = authorization

    @needs(Permission.COMMENTS)
    def measure(self) -> Agreement:
        """Return the agreement on each theme of the codebook and each statement that two people labeled."""
        names = self._labels()
        found = [one for one in read_subjects(self._database) if one.shared()]
        pairs = [one.matrix(one.pair()) for one in found if one.is_theme]
        self._audit.record("agreement.measure", {"subjects": len(found)})
        whole: Answers = np.vstack(pairs) if pairs else np.empty((0, 2))
        return Agreement(tuple(_measured(one, names) for one in found), f1_of(whole), METHOD)

    @needs(Permission.COMMENTS, Permission.LABELS)
    def next(self, limit: int = 25) -> tuple[LabelTask, ...]:
        """Return comments that others labeled and this account did not, those of the fewest people first.

        They are labeled as any others: `labels keep`, `codebook label`. What the others said is not shown.
        """
        said: dict[int, set[str]] = {}
        for subject in read_subjects(self._database):
            for text_id, answers in subject.answers.items():
                said.setdefault(text_id, set()).update(answers)
        others = [text_id for text_id, people in said.items() if self._audit.actor not in people]
        chosen = sorted(others, key=lambda text_id: (len(said[text_id]), text_id))[:limit]
        ids = self._ids(chosen)
        records = self._table.get(list(ids.values()))
        self._audit.record("agreement.next", {"ids": list(ids.values())})
        return tuple(LabelTask(one, records[one].text, records[one].fields) for one in ids.values())

    @needs(Permission.COMMENTS, Permission.LABELS)
    def disagreements(self, limit: int = 25, settled: bool = False) -> tuple[Disagreement, ...]:
        """Return the comments on which people differ and which nobody settled, or with `settled` those that are."""
        names = self._labels()
        wanted = [
            (one, text_id)
            for one in read_subjects(self._database)
            for text_id in (one.settled_texts() if settled else one.open_texts())
        ][:limit]
        ids = self._ids([text_id for _, text_id in wanted])
        records = self._table.get(list(set(ids.values())))
        self._audit.record("agreement.disagreements", {"ids": sorted(set(ids.values()))})
        return tuple(
            _disagreement(one, text_id, records[ids[text_id]], names) for one, text_id in wanted if text_id in ids
        )

    @needs(Permission.COMMENTS, Permission.LABELS)
    def settle(self, subject: str, answers: Mapping[str, str]) -> int:
        """Settle disagreements: the answers count from now on, and the labels of each person stay on record.

        Args:
            subject: id or name of the theme, or the statement.
            answers: record id -> yes or no.

        Returns:
            Number of disagreements that are still open on the subject.

        Raises:
            UsageError: if the subject, a record or an answer is unknown, or people do not differ there; nothing is
                stored then.
        """
        found = self._subject(subject)
        texts = self._table.texts_of(list(answers))
        for record_id, answer in answers.items():
            if answer not in SETTLING:
                raise UsageError(f'answer "{answer}" is not understood; write yes or no')
            if texts.get(record_id) not in found.open_texts():
                raise UsageError(f"nobody differs on {record_id}; see: analyzer agreement disagreements")
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        settling = {texts[record_id]: SETTLING[answer] for record_id, answer in answers.items()}
        with self._database.transaction() as connection:
            settle(connection, found, self._audit.actor, at, settling)
            detail = {"subject": found.subject if found.is_theme else found.number, "ids": list(answers)}
            self._audit.append(connection, "agreement.settle", detail)
        return len(self._subject(found.subject).open_texts())

    def _subject(self, named: str) -> SubjectLabels:
        names = self._labels()
        for one in read_subjects(self._database):
            if named.casefold() in (one.subject.casefold(), names.get(one.subject, "").casefold()):
                return one
        raise UsageError(f"nobody labeled {named}; see: analyzer agreement measure")

    def _labels(self) -> dict[str, str]:
        return dict(self._database.rows("SELECT theme_id, json_extract(body, '$.name') FROM codebook"))

    def _ids(self, text_ids: Sequence[int]) -> dict[int, str]:
        """Return a record of each text, those that the account can see, in the order given."""
        owners = self._table.records_of(text_ids, self._table.predicate(""))
        return {text_id: owners[text_id][0] for text_id in text_ids if text_id in owners}


def _disagreement(one: SubjectLabels, text_id: int, record: Feedback, names: Mapping[str, str]) -> Disagreement:
    said = {name: _said(answer) for name, answer in sorted(one.answers.get(text_id, {}).items())}
    how = one.settled.get(text_id)
    settled = (_said(how.answer), how.by, how.at) if how else ()
    return Disagreement(record.id, record.text, one.subject, names.get(one.subject, one.subject), said, *settled)


def _said(answer: float) -> str:
    return "yes" if answer else "no"


def _measured(one: SubjectLabels, names: Mapping[str, str]) -> SubjectAgreement:
    shared, pair = one.shared(), one.pair()
    everybody = sorted({name for answers in one.answers.values() for name in answers})
    of_pair = one.matrix(pair)
    return SubjectAgreement(
        subject=one.subject, label=names.get(one.subject, one.subject), texts=len(shared),
        differ=sum(len(set(answers.values())) > 1 for answers in shared.values()), people=pair,
        both=int((~np.isnan(of_pair).any(axis=1)).sum()), kappa=kappa_of(of_pair),
        alpha=alpha_of(one.matrix(everybody)),
        f1=f1_of(of_pair), settled=len(one.settled),
    )  # fmt: skip

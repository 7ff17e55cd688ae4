"""The labels of each person, as stored: which account said what of which text, and what was settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.counting.rater_agreement import Answers, f1_of
from analyzer.store.database import Connection, Database

UNSURE = 0.5


@dataclass(frozen=True, slots=True)
class Settled:
    """What settles a disagreement: the answer (1 yes, 0 no), the account and the time."""

    answer: float
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class SubjectLabels:
    """The labels of one theme of the codebook, or of one statement.

    Attributes:
        subject: id of the theme, or the statement; is_theme: which of the two.
        number: id of the predicate; 0 for a theme.
        answers: text id -> account -> 1 yes, 0 no; the latest label of each, without those that settle.
        settled: text id -> what settles it, unless somebody labeled the text after that.
    """

    subject: str
    is_theme: bool
    number: int
    answers: Mapping[int, Mapping[str, float]]
    settled: Mapping[int, Settled]

    def shared(self) -> dict[int, Mapping[str, float]]:
        """Return the texts that at least two people labeled."""
        return {text_id: one for text_id, one in self.answers.items() if len(one) > 1}

    def open_texts(self) -> list[int]:
        """Return the texts on which people differ and which nobody settled, in order."""
        differing = (text_id for text_id, one in self.shared().items() if len(set(one.values())) > 1)
        return sorted(text_id for text_id in differing if text_id not in self.settled)

    def settled_texts(self) -> list[int]:
        """Return the texts on which people differ and which somebody settled, the latest first."""
        return sorted(self.settled, key=lambda text_id: (self.settled[text_id].at, text_id), reverse=True)

    def pair(self) -> tuple[str, ...]:
        """Return the two accounts with the most texts in common, ties by name; fewer than two if none share a text."""
        together: dict[tuple[str, ...], int] = {}
        for one in self.shared().values():
            names = sorted(one)
            for place, name in enumerate(names):
                for other in names[place + 1 :]:
                    together[name, other] = together.get((name, other), 0) + 1
        return min(together, key=lambda names: (-together[names], names)) if together else ()

    def matrix(self, people: Sequence[str]) -> Answers:
        """Return float64[texts, people] over the texts in order of id, NaN without a label."""
        rows = [[one.get(name, np.nan) for name in people] for _, one in sorted(self.answers.items())]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(people))


def read_subjects(database: Database) -> list[SubjectLabels]:
    """Return the labels of all themes of the codebook, in its order, and of all statements, by name."""
    themes = database.rows("SELECT theme_id FROM codebook WHERE position IS NOT NULL ORDER BY position")
    statements = database.rows("SELECT predicate_id, name FROM predicates ORDER BY name")
    rows = "SELECT text_id, actor, answer, at, is_settled FROM {} WHERE {} = ? AND undone IS NULL ORDER BY label_id"
    return [
        *(
            _subject(str(one), True, 0, database.rows(rows.format("theme_labels", "theme_id"), (one,)))
            for (one,) in themes
        ),
        *(
            _subject(str(name), False, number, database.rows(rows.format("labels", "predicate_id"), (number,)))
            for number, name in statements
        ),
    ]


def human_f1(database: Database) -> float | None:
    """Return the micro-F1 of the two people with the most texts in common of each theme; None without such texts."""
    pairs = [one.matrix(one.pair()) for one in read_subjects(database) if one.is_theme and one.shared()]
    return f1_of(np.vstack(pairs)).value if pairs else None


def settle(connection: Connection, subject: SubjectLabels, actor: str, at: str, answers: Mapping[int, float]) -> None:
    """Append the answers that settle disagreements; as the latest labels they count from now on."""
    table, column = ("theme_labels", "theme_id") if subject.is_theme else ("labels", "predicate_id")
    key = subject.subject if subject.is_theme else subject.number
    connection.executemany(
        f"INSERT INTO {table}({column}, text_id, answer, at, actor, is_settled) VALUES(?, ?, ?, ?, ?, 1)",
        [(key, text_id, answer, at, actor) for text_id, answer in sorted(answers.items())],
    )


def _subject(name: str, is_theme: bool, number: int, rows: Sequence[tuple[int, str, float, str, int]]) -> SubjectLabels:
    answers: dict[int, dict[str, float]] = {}
    settled: dict[int, Settled] = {}
    for text_id, actor, answer, at, is_settled in rows:
        if is_settled:
            settled[text_id] = Settled(answer, actor, at)
            continue
        settled.pop(text_id, None)
        said = answers.setdefault(text_id, {})
        if answer == UNSURE:
            said.pop(actor, None)
        else:
            said[actor] = answer
    return SubjectLabels(name, is_theme, number, {text_id: one for text_id, one in answers.items() if one}, settled)

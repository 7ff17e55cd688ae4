"""Run the self-test on the schema of an open workspace: the access matrix, and the adversary of disclosure control."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.counting.tables import Wanted, make_table, question_of
from analyzer.counting.types import Table
from analyzer.custody.disclosure_guard import DisclosureGuard
from analyzer.custody.selftest.access_matrix import check_methods, check_statements
from analyzer.custody.selftest.figure_attack import Adversary, Attack
from analyzer.custody.selftest.scratch_database import MARKER, ScratchDatabase, scratch_database
from analyzer.errors import AccessError, WithheldError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.figure_questions import FigureQuestion
from analyzer.security.permissions import access_scope_of
from analyzer.security.types import Grant, Role, SelfTest
from analyzer.store.database import Database
from analyzer.types import Column, FieldValue

QUESTIONS = 400
"""Questions of the adversary; a self-test takes 10 to 20 s on an idle core."""
ACCOUNT = "selftest"


@dataclass(slots=True)
class FigureHandle:
    """One handle of a viewer on the temporary database, with figures as its services compute them."""

    database: Database
    table_of: FeedbackTable
    guard: DisclosureGuard

    def matching(self, where: str) -> int:
        """Count the matching comments."""
        with self.guard.answer(FigureQuestion(where=where)):
            return self.table_of.count(where)

    def tally(self, column: str, where: str, most: int) -> Sequence[tuple[FieldValue, int]]:
        """Count matching responses by the values of a column."""
        question = FigureQuestion(counted="responses", where=where, by=column, is_of_values=True)
        with self.guard.answer(question) as disclosed:
            return [one for one in self.table_of.tally(column, where, -1) if disclosed.shows(one[0])][:most]

    def table(self, wanted: Wanted, where: str) -> Table:
        """Return a measure by groups."""
        with self.guard.answer(question_of(self.table_of, where, wanted)) as disclosed:
            return make_table(self.database, self.table_of, where, wanted, disclosed)


def run_selftest(
    columns: Sequence[Column], methods: Mapping[str, Callable[..., Any]], questions: int = QUESTIONS
) -> SelfTest:
    """Try what each role may not do, and attack the figures of a viewer, on invented people under these columns.

    Args:
        columns: of the workspace.
        methods: public name -> function of a service.
        questions: of the adversary.
    """
    started = time.monotonic()
    calls, wrong = check_methods(methods)
    with scratch_database(columns) as scratch:
        statements, found = check_statements(scratch)
        handles: list[Database] = []
        attack = Adversary(scratch.known, lambda: _handle(scratch, handles), seed=0, reopens=50).attack(questions)
        told = _told_of_text(_handle(scratch, handles))
        for database in handles:
            database.close()
    wrong += [*found, *told, *_faults(attack)]
    return SelfTest(
        ok=not wrong, calls=calls, statements=statements, questions=attack.questions, answered=attack.answered,
        refused=attack.refused, recovered=len(attack.recovered), wrong=tuple(wrong),
        seconds=round(time.monotonic() - started, 1),
    )  # fmt: skip


def _handle(scratch: ScratchDatabase, opened: list[Database]) -> FigureHandle:
    database = scratch.opened(access_scope_of(Grant(ACCOUNT, (Role.VIEWER,))))
    opened.append(database)
    table = FeedbackTable(database)
    return FigureHandle(database, table, DisclosureGuard(scratch.database, database, table, ACCOUNT))


def _told_of_text(handle: FigureHandle) -> list[str]:
    """Return the questions about text whose outcome is not a refusal, whether the text stands anywhere or not."""
    found = []
    for word in (MARKER, "nowhere"):
        for where in (f'text contains "{word}"', f'not text contains "{word}"', f'"comment id"="{word}"'):
            try:
                handle.matching(where)
            except (WithheldError, AccessError):
                continue
            found.append(f"a viewer is answered a question about {where.split()[0]}")
    return found


def _faults(attack: Attack) -> list[str]:
    found = [f"a group of {len(group)} people follows from the figures of a viewer" for group in attack.recovered]
    found += [f"wrong figure: {one}" for one in attack.wrong]
    if not attack.answered or not attack.refused:
        found.append(f"the adversary was answered {attack.answered} and refused {attack.refused} times")
    return found

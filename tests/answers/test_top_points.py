"""Top points: only the texts of the matching comments are read."""

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv

from analyzer.answers.top_points import TopPointFinder
from analyzer.answers.types import Plan, Task
from analyzer.security.types import Grant, Role

THINGS = (("The parcel came late {n} again", 1, 14), ("Rude waiter {n} shouted loudly", 2, 9),
          ("Hot soup {n} tasted great", 5, 40))  # fmt: skip
ROWS = [
    {"id": f"{rating}-{n}", "comment": text.format(n=chr(97 + n % 26) * (2 + n // 26)), "rating": rating}
    for text, rating, count in THINGS
    for n in range(count)
]
WHY = Plan(Task.WHY, where="rating<=2")


class RecordingDatabase:
    """A database that records every comment text that it returns."""

    def __init__(self, database, texts):
        self.database, self.texts, self.read = database, texts, []

    def rows(self, sql, parameters=()):
        found = self.database.rows(sql, parameters)
        self.read += [value for row in found for value in row if value in self.texts]
        return found

    def __getattr__(self, name):
        return getattr(self.database, name)


@pytest.fixture
def workspace(tmp_path):
    opened = make_workspace(tmp_path)
    opened.ingest([write_csv(tmp_path / "feedback.csv", ROWS)])
    yield opened
    opened.close()


def test_a_question_why_reads_the_words_of_the_comments_that_match_and_each_once(workspace):
    searcher = workspace.collaborators.index.searcher(workspace.fakes.fake_embedder)
    recorded = RecordingDatabase(searcher.database, {row["comment"] for row in ROWS})
    finder = TopPointFinder(recorded, searcher.table, searcher.vectors, searcher.embedder)
    found = finder.find(WHY, "not (rating<=2)")
    assert (found.among, {reason.comments for reason in found.found}) == (23, {14, 9})
    assert all(reason.lift > 0 for reason in found.found)
    assert sorted(recorded.read) == sorted(row["comment"] for row in ROWS if row["rating"] <= 2)


def test_a_subject_is_looked_up_once_and_narrows_both_sides(workspace):
    searcher = workspace.collaborators.index.searcher(workspace.fakes.fake_embedder)
    recorded = RecordingDatabase(searcher.database, {row["comment"] for row in ROWS})
    finder = TopPointFinder(recorded, searcher.table, searcher.vectors, searcher.embedder)
    found = finder.find(Plan(Task.WHY, "parcel late", "rating<=2"), "not (rating<=2)")
    assert found.among == 14
    assert sorted(recorded.read) == sorted(row["comment"] for row in ROWS if row["rating"] == 1)


def test_an_account_that_sees_one_import_gets_reasons_from_its_comments(workspace, tmp_path):
    more = [{**row, "id": f"more-{row['id']}"} for row in ROWS]
    workspace.ingest([write_csv(tmp_path / "more.csv", more)])
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    FakeWorkspace(workspace.settings, "ada").users.add(Grant("ann", (Role.ANALYST,), datasets=(1,)), sign_in=False)
    limited = FakeWorkspace(workspace.settings, "ann")
    answer = limited.ask("Why are ratings low?", plan=WHY)
    assert answer.table.rows
    assert all(row.of == 23 for row in answer.table.rows)
    assert not any(one.startswith("more-") for row in answer.table.rows for one in row.ids)
    limited.close()

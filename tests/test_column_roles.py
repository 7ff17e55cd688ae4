"""Date and rating are the columns that import took for them, in retention, trends, drivers and questions alike."""

from datetime import UTC, datetime

import pytest
from fakes import make_workspace, write_csv

from analyzer.errors import UsageError
from analyzer.store.migrations import MIGRATIONS
from analyzer.types import ColumnRole, Kind

MONTHS = ("2024-03", "2024-04", "2024-05")
ROWS = [
    {"id": f"R-{n}", "customer_since": f"201{n % 9}-02-0{1 + n % 8}", "age": 20 + n,
     "Submitted": f"{MONTHS[n % 3]}-1{n % 9}", "stars": 1 + n % 5,
     "comment": f"the parcel came late and the box was wet {n}"} for n in range(30)
]  # fmt: skip
MAP = {"date": "Submitted", "rating": "stars"}
TODAY = datetime(2024, 5, 31, tzinfo=UTC)


def filled(folder, rows=None, mapping=None, name="a.csv"):
    workspace = make_workspace(folder)
    report = workspace.ingest([write_csv(folder / name, rows or ROWS)], MAP if mapping is None else mapping)
    return workspace, report.notes


def roles(workspace):
    return {column.role: column.name for column in workspace.feedback.columns() if column.role}


def test_a_comment_is_as_old_as_its_date_and_not_as_another_date_in_its_row(tmp_path, monkeypatch):
    monkeypatch.setattr("analyzer.custody.retention.now", lambda: TODAY)
    workspace, _ = filled(tmp_path)
    assert workspace.retention.set(12).due == 0
    assert workspace.retention.run() == ()
    assert workspace.feedback.matching() == 30
    assert workspace.retention.set(2).due == workspace.feedback.matching("date<2024-03-31") == 10
    workspace.close()


def test_without_a_date_a_comment_is_as_old_as_its_import(tmp_path):
    workspace, _ = filled(tmp_path, [{**row, "Submitted": ""} for row in ROWS], {"date": ""})
    assert roles(workspace) == {ColumnRole.RATING: "rating"}
    assert workspace.retention.set(12).due == 0
    assert workspace.feedback.matching() == 30
    workspace.close()


def test_trends_drivers_and_questions_take_the_same_date_and_rating(tmp_path):
    workspace, _ = filled(tmp_path)
    workspace.themes.build(about=2, names=False)
    assert roles(workspace) == {ColumnRole.DATE: "date", ColumnRole.RATING: "rating"}
    assert workspace.trends.over_time("month").periods == MONTHS
    assert workspace.trends.drivers().outcome == "stars"
    assert workspace.answers.plan("How has the parcel changed over time?").by == "date"
    assert workspace.collaborators.facts().rating == "rating"
    assert workspace.collaborators.method().dates == "2024-03-10 to 2024-05-18"
    workspace.close()


def test_what_has_no_role_is_not_guessed(tmp_path):
    rows = [{key: row[key] for key in ("id", "customer_since", "age", "comment")} for row in ROWS]
    workspace, _ = filled(tmp_path, rows, {"date": "", "rating": ""})
    workspace.themes.build(about=2, names=False)
    assert (roles(workspace), workspace.collaborators.facts().date, workspace.collaborators.facts().rating) == (
        {},
        "",
        "",
    )
    for call, role in ((workspace.trends.over_time, "date"), (workspace.trends.drivers, "rating")):
        with pytest.raises(UsageError, match=f"no {role}; import them with: --map {role}=COLUMN"):
            call()
    assert workspace.trends.drivers("age").outcome == "age"
    workspace.close()


def test_another_file_s_date_goes_to_the_workspace_s_and_that_is_said(tmp_path):
    filled(tmp_path)[0].close()
    more = [{"id": f"S-{n}", "comment": f"soup {n}", "Sent on": "2024-06-02", "stars": 3} for n in range(9)]
    workspace, notes = filled(tmp_path, more, {"date": "Sent on"}, "b.csv")
    assert "column 'Sent on' is stored as the date of this workspace, which the first file called 'Submitted'" in notes
    assert workspace.feedback.matching("date=2024-06-02") == 9
    assert roles(workspace) == {ColumnRole.DATE: "date", ColumnRole.RATING: "rating"}
    ((kept,),) = workspace.database.rows("SELECT notes FROM imports WHERE import_id = 2")
    assert "is stored as the date of this workspace" in kept
    again = workspace.ingest([tmp_path / "b.csv"], {"date": "Sent on"})
    assert (again.stored, again.duplicates) == (0, 9)
    workspace.close()


def test_a_file_with_the_workspace_s_date_and_another_keeps_the_other_beside_it(tmp_path):
    """The first file's date is Submitted although it has a column called Date; the second file is guessed."""
    rows = [{**row, "Date": "1999-01-01"} for row in ROWS]
    workspace, _ = filled(tmp_path, rows)
    assert roles(workspace)[ColumnRole.DATE] == "submitted"
    more = [{**row, "id": f"S{row['id']}", "comment": f"again {row['comment']}"} for row in rows]
    workspace.close()
    workspace, notes = filled(tmp_path, more, {"date": "Date", "rating": "stars"}, "b.csv")
    assert "the date of this workspace is column 'Submitted'; column 'Date' is kept as a separate column" in notes
    assert roles(workspace)[ColumnRole.DATE] == "submitted"
    assert workspace.feedback.matching("date=1999-01-01") == workspace.feedback.matching("submitted>=2024-03") == 60
    workspace.close()


def test_a_rating_under_another_heading_is_joined_only_if_the_user_says_so(tmp_path):
    """The NHS file's best score is 1: joined in silence with five stars, every average would be wrong."""
    filled(tmp_path)[0].close()
    more = [{"id": f"S-{n}", "comment": f"soup {n}", "FFT categorical answer": 1 + n % 5} for n in range(10)]
    workspace, notes = filled(tmp_path, more, {}, "b.csv")
    assert any("'FFT categorical answer' is kept as a separate column, since its scale may differ" in n for n in notes)
    assert workspace.feedback.matching("fft_categorical_answer>=1") == 10
    assert roles(workspace)[ColumnRole.RATING] == "rating"
    before = workspace.feedback.matching("rating>=1")
    workspace.close()
    again = [{**row, "id": f"T-{n}", "comment": f"bread {n}"} for n, row in enumerate(more)]
    workspace, notes = filled(tmp_path, again, {"rating": "FFT categorical answer"}, "c.csv")
    assert any("is stored as the rating of this workspace" in note for note in notes)
    assert workspace.feedback.matching("rating>=1") == before + 10
    workspace.close()


def test_a_separate_rating_is_called_by_its_own_heading(tmp_path):
    """A heading such as Score names its role; the workspace's rating is another column."""
    rows = [
        {"id": f"R-{n}", "comment": f"the soup was cold {n}", "FFT categorical answer": 1 + n % 5} for n in range(9)
    ]
    filled(tmp_path, rows, {})[0].close()
    more = [{"id": f"S-{n}", "comment": f"bread {n}", "Score": 1 + n % 5} for n in range(10)]
    workspace, notes = filled(tmp_path, more, {}, "b.csv")
    assert any("column 'Score' is kept as a separate column" in note for note in notes)
    assert roles(workspace) == {ColumnRole.RATING: "fft_categorical_answer"}
    assert workspace.feedback.matching("score>=1") == 10
    workspace.close()


def test_a_date_stays_a_date_although_a_later_file_writes_something_else(tmp_path):
    filled(tmp_path)[0].close()
    more = [{"id": f"S-{n}", "comment": f"soup {n}", "date": "some day"} for n in range(9)]
    workspace, notes = filled(tmp_path, more, {}, "b.csv")
    (column,) = [column for column in workspace.feedback.columns() if column.role is ColumnRole.DATE]
    assert column.kind is Kind.DATE
    assert workspace.feedback.matching("date is empty") == 9
    assert any("9 of its 9 values do not fit and are left empty" in note for note in notes)
    workspace.close()


@pytest.mark.parametrize(("label", "name"), [("FFT categorical answer", "fft_categorical_answer"), ("NPS", "rating")])
def test_a_number_that_may_rate_has_the_role_and_keeps_its_name(tmp_path, label, name):
    rows = [{"id": row["id"], "comment": row["comment"], "age": row["age"], label: row["stars"]} for row in ROWS]
    workspace, _ = filled(tmp_path, rows, {})
    assert roles(workspace) == {ColumnRole.RATING: name}
    assert workspace.collaborators.facts().rating == name
    workspace.close()


@pytest.mark.parametrize(
    ("label", "expected"), [("FFT categorical answer", "a"), ("Score (0-10)", "a"), ("Recommended IND", ""), ("x", "")]
)
def test_a_workspace_of_before_gets_the_roles_that_its_columns_were_taken_for(tmp_path, label, expected):
    workspace, _ = filled(tmp_path)
    with workspace.database.transaction() as connection:
        connection.execute("UPDATE columns SET name = 'a', label = ? WHERE name = 'rating'", (label,))
        connection.execute("DROP INDEX columns_by_role")
        connection.execute("ALTER TABLE columns DROP COLUMN role")
        (step,) = [step for step in MIGRATIONS.steps if step.name == "0007_roles_of_columns"]
        for statement in step.statements:
            connection.execute(statement)
    assert roles(workspace) == {ColumnRole.DATE: "date"} | ({ColumnRole.RATING: expected} if expected else {})
    workspace.close()

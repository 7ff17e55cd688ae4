"""Comments as frames and Parquet files: typed columns, permissions, marks, and what is on record of them."""

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from fakes import make_workspace, write_csv
from roles import ACCOUNTS, opened, staffed

from analyzer.errors import AccessError, UsageError
from analyzer.index.comment_frames import stream_digest
from analyzer.security.types import Grant, Role

ROWS = [
    {"id": "A1", "Comment": "the parcel was late", "Sent": "2024-03-01", "Rating": "2", "Topics": "price; staff",
     "response": "yes", "Effort": "very hard"},
    {"id": "A2", "Comment": "", "Sent": "2024-03-02", "Rating": "5", "Topics": "price", "response": "no",
     "Effort": "very easy"},
    {"id": "A3", "Comment": "Ann Lee was rude <b>twice</b>", "Sent": "2024-04-05", "Rating": "", "Topics": "",
     "response": "no", "Effort": ""},
]  # fmt: skip
MORE = [
    {"id": f"B{n}", "Comment": f"the waiter was slow on day {n}", "Sent": f"2024-05-{1 + n:02}",
     "Rating": str(1 + n % 5),
     "Topics": "staff; price" if n % 2 else "staff", "response": "yes" if n % 3 else "no",
     "Effort": ("very hard", "hard", "easy", "very easy")[n % 4]}
    for n in range(24)
]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frames")
    made = make_workspace(folder)
    made.ingest([write_csv(folder / "a.csv", ROWS + MORE)], {"text": "Comment"})
    yield made
    made.close()


def test_a_table_has_a_row_for_each_comment_with_typed_columns(workspace):
    table = workspace.feedback.to_arrow()
    assert table.num_rows == workspace.feedback.matching() == 26
    assert table.column_names[:6] == ["id", "response", "question", "text", "language", "themes"]
    types = {field.name: field.type for field in table.schema}
    assert types["date"] == pa.timestamp("us")
    assert types["rating"] == pa.float64()
    assert types["topics"] == pa.list_(pa.string())
    assert types["response_"] == pa.bool_()  # a column of the file with the name of the comments'
    first = table.slice(0, 1).to_pylist()[0]
    assert (first["id"], first["text"], first["topics"]) == ("A1", "the parcel was late", ["price", "staff"])
    assert "Ann Lee" not in str(table.to_pylist())
    assert table.schema.field("rating").metadata[b"description"].startswith(b"Rating (number, the rating")


def test_ordered_labels_keep_their_order_in_pandas(workspace):
    frame = workspace.feedback.to_pandas()
    assert list(frame["effort"].cat.categories) == ["very hard", "hard", "easy", "very easy"]
    assert frame["effort"].cat.ordered
    assert frame.loc[frame["effort"] >= "easy", "id"].nunique() == 12


def test_a_table_of_responses_has_those_without_a_comment(workspace):
    frame = workspace.feedback.to_polars(of="responses")
    assert isinstance(frame, pl.DataFrame)
    assert frame.height == 27
    assert "A2" in frame["id"].to_list()
    with pytest.raises(UsageError, match="comments or responses"):
        workspace.feedback.to_arrow(of="people")


def test_a_filter_selects_rows_and_their_ids_are_on_record(workspace):
    table = workspace.feedback.to_arrow("rating<=2 and date>=2024-05")
    newest = workspace.audit.show(1)[0]
    assert newest.action == "feedback.export_some"
    assert newest.detail["ids"] == sorted(table.column("id").to_pylist())
    assert newest.detail["sha256"] == stream_digest(table)
    workspace.feedback.to_arrow()
    assert workspace.audit.show(1)[0].action == "feedback.export"


def test_equal_content_gives_equal_tables_and_files(workspace, tmp_path):
    assert stream_digest(workspace.feedback.to_arrow()) == stream_digest(workspace.feedback.to_arrow())
    one = workspace.feedback.export(tmp_path / "one.parquet")
    other = workspace.feedback.export(tmp_path / "two.parquet")
    assert one.sha256 == other.sha256
    assert one.rows == 26
    with pytest.raises(UsageError, match="is there already"):
        workspace.feedback.export(tmp_path / "one.parquet")
    with pytest.raises(UsageError, match=r"as \.parquet"):
        workspace.feedback.export(tmp_path / "one.csv")


def test_duckdb_reads_an_exported_file(workspace, tmp_path):
    workspace.feedback.export(tmp_path / "comments.parquet", "rating is not empty")
    found = duckdb.sql(
        f"SELECT date_trunc('month', date) AS month, count(*), avg(rating), bool_or(response_), max(len(topics)), "
        f"min(effort) FROM '{tmp_path / 'comments.parquet'}' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [(str(month)[:7], comments) for month, comments, *_ in found] == [("2024-03", 1), ("2024-05", 24)]
    assert found[1][3:5] == (True, 2)


def test_more_rows_than_a_batch_are_all_there(workspace, monkeypatch):
    whole = workspace.feedback.to_arrow()
    monkeypatch.setattr("analyzer.index.comment_frames._BATCH", 5)
    assert workspace.feedback.to_arrow().to_pylist() == whole.to_pylist()


def test_an_account_gets_no_frame_of_more_than_it_may_see(tmp_path):
    settings = staffed(tmp_path, accounts={**ACCOUNTS, "mar": Grant("mar", (Role.ANALYST,), exports="marked")})
    steward = opened(settings, "stu")
    steward.ingest(
        [write_csv(tmp_path / "b.csv", [{"id": "Z1", "comment": "the boat sank", "shop": "x", "rating": 1}])]
    )
    steward.close()
    admin = opened(settings, "ada")
    admin.users.add(Grant("two", (Role.ANALYST,), datasets=(2,), columns=("rating",)), sign_in=False)
    admin.close()
    one = opened(settings, "two")
    frame = one.feedback.to_pandas()
    assert frame["text"].tolist() == ["the boat sank"]
    assert frame["rating"].tolist() == [1.0]
    assert "shop" not in frame.columns or frame["shop"].isna().all()
    one.close()
    for name, reason in (("vic", AccessError), ("con", AccessError), ("mar", UsageError)):
        other = opened(settings, name)
        for method in ("to_arrow", "to_pandas", "to_polars"):
            with pytest.raises(reason):
                getattr(other.feedback, method)()
        other.close()

"""Erasure: no residue of erased comments is left, nothing restores them, and other comments stay."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from openpyxl import load_workbook
from topics import rows as topic_rows

from analyzer.cli.render.erasure_text import erasure_lines
from analyzer.errors import AuditError, UsageError
from analyzer.store import database
from analyzer.store.database import Database
from analyzer.store.pages import decrypted_pages

MARKER = "zebra quartz lantern overboard"
HEADS = ("id", "comment", "rating", "channel", "date", "Respondent ID")


def people():
    """Records of many people; P-9 wrote three, one of them with the text of another record."""
    found = [{**row, "Respondent ID": f"P-{n % 8}"} for n, row in enumerate(topic_rows(20))]
    for n, text in enumerate((f"parcel box late {MARKER}", f"soup cold {MARKER} again", found[0]["comment"])):
        found.append({**found[0], "id": f"C-80{n}", "comment": text, "Respondent ID": "P-9"})
    return found


@pytest.fixture
def file(tmp_path):
    return write_csv(tmp_path / "feedback.csv", people())


@pytest.fixture
def workspace(tmp_path, file):
    workspace = make_workspace(tmp_path)
    workspace.ingest([file])
    workspace.themes.build(about=4, names=False)
    yield workspace
    workspace.close()


def everything(workspace):
    """Return all stored bytes, decrypted, independently of the search in the erasure service."""
    path = workspace.settings.workspace
    parts = [*decrypted_pages(path / "feedback.db", workspace.store.store_key), workspace.cache_file().plain() or b""]
    for folder in (path, workspace.settings.anchors, workspace.settings.keys_dir):
        parts += [file.read_bytes() for file in folder.iterdir() if file.is_file()]
    return b"\n".join(parts)


def test_the_marker_is_there_before_so_that_the_search_can_fail(workspace):
    assert MARKER.encode() in everything(workspace)
    vector = workspace.database.rows("SELECT vector FROM texts WHERE text LIKE ?", (f"%{MARKER}%",))[0][0]
    assert bytes(vector) in everything(workspace)


def test_a_respondent_is_erased_everywhere_and_others_stay(workspace):
    workspace.ask("What about the parcel box?")
    vectors = [
        bytes(v) for (v,) in workspace.database.rows("SELECT vector FROM texts WHERE text LIKE ?", (f"%{MARKER}%",))
    ]
    before = workspace.status()
    found = workspace.erasure.erase(respondent="P-9", reason="asked by Ann Lee")
    assert (found.records, found.texts, found.vectors, found.copies_found) == (3, 2, 2, 0)
    assert found.reason == "asked by <PERSON_1>"
    after = workspace.status()
    assert (after.records, after.texts) == (before.records - 3, before.texts - 2)
    rest = everything(workspace)
    assert MARKER.encode() not in rest
    assert not any(vector in rest for vector in vectors)
    assert workspace.search("zebra quartz").hits == () or all(
        MARKER not in hit.text for hit in workspace.search("zebra").hits
    )
    assert workspace.feedback.show(["C-100"])[0].text == people()[0]["comment"]
    assert workspace.verify().ok
    with pytest.raises(UsageError, match="no record"):
        workspace.feedback.show(["C-800"])


def test_a_record_is_erased_and_the_rest_of_its_respondent_stays(workspace):
    found = workspace.erasure.erase(ids=["C-800"])
    assert (found.of, found.records, found.reference) == ("record", 1, "C-800")
    assert workspace.feedback.show(["C-801"])
    with pytest.raises(UsageError, match="no record C-800"):
        workspace.erasure.erase(ids=["C-800"])


def test_a_preview_changes_nothing(workspace):
    before = workspace.status().records
    found = workspace.erasure.erase(respondent="P-9", dry_run=True)
    assert (found.records, found.receipt, found.signature) == (3, "", None)
    assert workspace.status().records == before
    assert workspace.erasure.erase(respondent="nobody").records == 0


def test_what_was_erased_is_not_imported_again(workspace, file, tmp_path):
    workspace.erasure.erase(respondent="P-9")
    again = workspace.ingest([file])
    assert (again.stored, again.rejected) == (0, 3)
    assert {one.reason for one in again.rejections} == {"was erased on request and is not imported again"}
    other = [
        {"comment": f"new words {MARKER}", "Respondent ID": "p-9 ", "colour": "red"},
        {"comment": "plain", "Respondent ID": "P-3", "colour": "blue"},
    ]
    assert workspace.ingest([write_csv(tmp_path / "other.csv", other)]).stored == 1
    assert MARKER.encode() not in everything(workspace)


def test_what_was_erased_by_id_is_not_imported_under_another_id_with_the_same_row(workspace, tmp_path):
    workspace.erasure.erase(ids=["C-800"])
    row = next(row for row in people() if row["id"] == "C-800")
    report = workspace.ingest(
        [write_csv(tmp_path / "again.csv", [row, {**row, "id": "C-999", "comment": "another one"}])]
    )
    assert (report.stored, report.rejected) == (1, 1)


def test_an_older_copy_of_a_workspace_is_brought_up_to_the_ledger(workspace, tmp_path):
    settings = workspace.settings
    workspace.close()
    shutil.copytree(settings.workspace, tmp_path / "before")
    workspace = FakeWorkspace(settings)
    workspace.erasure.erase(respondent="P-9")
    workspace.close()
    shutil.rmtree(settings.workspace)
    shutil.copytree(tmp_path / "before", settings.workspace)
    anchor = next(settings.anchors.glob("*.anchor"))
    lines = anchor.read_bytes().splitlines(keepends=True)
    anchor.write_bytes(b"".join(lines[:-2]))  # the effect of a restore on it is tested with backups
    workspace = FakeWorkspace(settings)
    assert MARKER.encode() not in everything(workspace)
    assert workspace.erasure.erase(respondent="P-9", dry_run=True).records == 0
    workspace.close()


def test_a_changed_ledger_keeps_the_workspace_from_opening(workspace):
    workspace.erasure.erase(ids=["C-800"])
    ledger = next(workspace.settings.anchors.glob("*.erased"))
    ledger.write_bytes(ledger.read_bytes().replace(b"n ", b"r ", 1))
    settings = workspace.settings
    with pytest.raises(AuditError, match="was changed"):
        FakeWorkspace(settings)


def test_a_missing_ledger_is_written_again(workspace):
    workspace.erasure.erase(ids=["C-800"])
    ledger = next(workspace.settings.anchors.glob("*.erased"))
    lines = sorted(ledger.read_bytes().splitlines())
    ledger.unlink()
    FakeWorkspace(workspace.settings).close()
    assert sorted(ledger.read_bytes().splitlines()) == lines


def test_theme_names_keywords_and_summaries_from_erased_comments_are_removed(workspace):
    from analyzer.themes.repository import read_themes, write_theme
    from analyzer.themes.types import Namer
    from analyzer.types import Citation, Claim

    theme = next(one.themes[0] for one in workspace.themes.assignments() if one.id.startswith("C-80") and one.themes)
    kept = read_themes(workspace.database)[theme]
    summary = Claim("People lost a lantern.", (Citation("C-800", "parcel box", 0, 10),), 1.0, ())
    with workspace.database.transaction() as connection:
        write_theme(
            connection,
            replace(
                kept, own="Lantern overboard", named_by=Namer.MODEL, keywords=("lantern", "parcel"), summary=summary
            ),
        )
    workspace.database.rows("UPDATE codebook SET body = body")
    found = workspace.erasure.erase(respondent="P-9")
    assert found.themes_relabelled >= 1
    after = read_themes(workspace.database)[theme]
    assert (after.own, after.named_by, after.keywords, after.summary) == ("parcel", Namer.WORDS, ("parcel",), None)


def test_an_answer_that_cites_it_is_deleted_and_a_file_that_has_it_is_listed_for_recall(workspace, tmp_path):
    answer = workspace.ask("Does anybody mention the zebra quartz lantern?")
    cited = {hit.id for hit in answer.evidence}
    assert "C-800" in cited or "C-801" in cited
    workspace.answers.export("answers", tmp_path / "answer.html", "html")
    found = workspace.erasure.erase(respondent="P-9")
    assert found.answers == 1
    assert [one.partition(",")[0] for one in found.exports] == ["answer.html"]
    assert workspace.answers.history() == ()


def test_a_receipt_is_signed_and_a_changed_one_is_detected(workspace, tmp_path):
    found = workspace.erasure.erase(respondent="P-9")
    file = tmp_path / "receipt.json"
    plain = json.loads(json.dumps({**{f: getattr(found, f) for f in found.__slots__}}))
    file.write_text(json.dumps(plain))
    assert workspace.erasure.check(file)
    file.write_text(json.dumps({**plain, "records": 4}))
    assert not workspace.erasure.check(file)
    file.write_text("[]")
    assert not workspace.erasure.check(file)


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_all_data_of_a_person_is_exported(workspace, tmp_path, kind):
    out = tmp_path / f"person.{kind}"
    assert workspace.erasure.export_person("P-9", out).rows == 3
    if kind == "xlsx":
        ids = {row[0].value for row in load_workbook(out)["Held"].iter_rows(min_row=2)}
    elif kind == "json":
        plain = json.loads(out.read_text("utf-8"))
        ids = {one["record"] for one in plain["records"]}
        assert all(one["themes"] is not None and one["fields"]["channel"] for one in plain["records"])
    else:
        ids = {line.split(",")[0] for line in out.read_text("utf-8").splitlines()[1:]}
    assert ids == {"C-800", "C-801", "C-802"}
    with pytest.raises(UsageError, match="no records of"):
        workspace.erasure.export_person("P-99", tmp_path / "none.json")


def test_retention_rules_delete_older_comments(workspace, monkeypatch):
    monkeypatch.setattr("analyzer.custody.retention.now", lambda: datetime(2024, 5, 31, tzinfo=UTC))
    rule = workspace.retention.set(3, "channel=app", "policy 7")
    old = workspace.feedback.matching("channel=app and date<2024-02-29")
    assert rule.due == old > 0
    assert [one.records for one in workspace.retention.run(dry_run=True)] == [old]
    before = workspace.status().records
    (found,) = workspace.retention.run()
    assert (found.of, found.records, found.copies_found) == ("retention", old, 0)
    assert workspace.status().records == before - old
    assert workspace.feedback.matching("channel=app and date<2024-02-29") == 0
    assert workspace.retention.run() == ()
    assert workspace.retention.list()[0].due == 0
    assert workspace.retention.drop(rule.number) == ()
    with pytest.raises(UsageError, match="no rule"):
        workspace.retention.drop(rule.number)


@pytest.mark.parametrize("months", [0, 5_000])
def test_a_rule_out_of_range_is_refused(workspace, months):
    with pytest.raises(UsageError, match="months"):
        workspace.retention.set(months)


def test_a_request_names_either_a_respondent_or_records(workspace):
    for more in ({}, {"respondent": "P-9", "ids": ["C-800"]}):
        with pytest.raises(UsageError, match="either a respondent"):
            workspace.erasure.erase(**more)


@pytest.fixture
def reader(workspace, monkeypatch):
    """A connection in a read transaction, which keeps the write-ahead log."""
    monkeypatch.setattr(database, "LOG_WAIT_S", 0.1)
    other = Database(workspace.settings.workspace / "feedback.db", workspace.store.store_key)
    other.connection.execute("BEGIN")
    other.rows("SELECT count(*) FROM feedback")
    yield other
    other.close()


def test_erased_data_that_a_reader_keeps_in_the_log_is_reported(workspace, reader):
    found = workspace.erasure.erase(respondent="P-9")
    assert found.left_in_log
    assert found.copies_found > 0
    assert any("still in the write-ahead log" in line and "analyzer verify" in line for line in erasure_lines(found))
    assert MARKER.encode() in everything(workspace)
    with pytest.raises(UsageError, match="no record"):
        workspace.feedback.show(["C-800"])
    again = workspace.erasure.erase(respondent="P-9")
    assert (again.records, again.left_in_log) == (0, True)
    assert any("still in the write-ahead log" in line for line in erasure_lines(again))
    reader.connection.execute("COMMIT")
    again = workspace.erasure.erase(respondent="P-9")
    assert (again.records, again.left_in_log) == (0, False)
    assert MARKER.encode() not in everything(workspace)
    assert workspace.verify().ok


def test_retention_reports_data_that_a_reader_keeps_in_the_log(workspace, reader):
    workspace.retention.set(1)
    assert any(one.records and one.left_in_log for one in workspace.retention.run())


def test_without_readers_no_data_is_reported_as_left(workspace):
    found = workspace.erasure.erase(respondent="P-9")
    assert (found.left_in_log, found.copies_found) == (False, 0)
    assert not any("still in the write-ahead log" in line for line in erasure_lines(found))
    assert MARKER.encode() not in everything(workspace)

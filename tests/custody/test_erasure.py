"""Erasure: nothing of what was said is left anywhere, nothing brings it back, and what others said stays."""

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
    """Records of many people; P-9 wrote three, one of them in the words of somebody else."""
    found = [{**row, "Respondent ID": f"P-{n % 8}"} for n, row in enumerate(topic_rows(20))]
    for n, text in enumerate((f"parcel box late {MARKER}", f"soup cold {MARKER} again", found[0]["comment"])):
        found.append({**found[0], "id": f"C-80{n}", "comment": text, "Respondent ID": "P-9"})
    return found


@pytest.fixture
def file(tmp_path):
    return write_csv(tmp_path / "feedback.csv", people())


@pytest.fixture
def held(tmp_path, file):
    workspace = make_workspace(tmp_path)
    workspace.ingest([file])
    workspace.themes.build(about=4, names=False)
    yield workspace
    workspace.close()


def everything(workspace):
    """Return all that is kept, in the clear: an own look, besides the one of the erasure itself."""
    path = workspace.settings.workspace
    parts = [*decrypted_pages(path / "feedback.db", workspace.store.store_key), workspace.cache_file().plain() or b""]
    for folder in (path, workspace.settings.anchors, workspace.settings.keys_dir):
        parts += [file.read_bytes() for file in folder.iterdir() if file.is_file()]
    return b"\n".join(parts)


def test_the_marker_is_there_before_so_that_the_search_can_fail(held):
    assert MARKER.encode() in everything(held)
    vector = held.database.rows("SELECT vector FROM texts WHERE text LIKE ?", (f"%{MARKER}%",))[0][0]
    assert bytes(vector) in everything(held)


def test_a_respondent_is_erased_everywhere_and_others_stay(held):
    held.ask("What about the parcel box?")
    vectors = [bytes(v) for (v,) in held.database.rows("SELECT vector FROM texts WHERE text LIKE ?", (f"%{MARKER}%",))]
    before = held.status()
    found = held.erasure.erase(respondent="P-9", reason="asked by Ann Lee")
    assert (found.records, found.texts, found.vectors, found.copies_found) == (3, 2, 2, 0)
    assert found.reason == "asked by <PERSON_1>"
    after = held.status()
    assert (after.records, after.texts) == (before.records - 3, before.texts - 2)
    rest = everything(held)
    assert MARKER.encode() not in rest
    assert not any(vector in rest for vector in vectors)
    assert held.search("zebra quartz").hits == () or all(MARKER not in hit.text for hit in held.search("zebra").hits)
    assert held.feedback.show(["C-100"])[0].text == people()[0]["comment"]
    assert held.verify().ok
    with pytest.raises(UsageError, match="no record"):
        held.feedback.show(["C-800"])


def test_a_record_is_erased_and_the_rest_of_its_respondent_stays(held):
    found = held.erasure.erase(ids=["C-800"])
    assert (found.of, found.records, found.reference) == ("record", 1, "C-800")
    assert held.feedback.show(["C-801"])
    with pytest.raises(UsageError, match="no record C-800"):
        held.erasure.erase(ids=["C-800"])


def test_a_preview_changes_nothing(held):
    before = held.status().records
    found = held.erasure.erase(respondent="P-9", dry_run=True)
    assert (found.records, found.receipt, found.signature) == (3, "", None)
    assert held.status().records == before
    assert held.erasure.erase(respondent="nobody").records == 0


def test_what_was_erased_is_not_imported_again(held, file, tmp_path):
    held.erasure.erase(respondent="P-9")
    again = held.ingest([file])
    assert (again.stored, again.rejected) == (0, 3)
    assert {one.reason for one in again.rejections} == {"was erased on request and is not imported again"}
    other = [
        {"comment": f"new words {MARKER}", "Respondent ID": "p-9 ", "colour": "red"},
        {"comment": "plain", "Respondent ID": "P-3", "colour": "blue"},
    ]
    assert held.ingest([write_csv(tmp_path / "other.csv", other)]).stored == 1
    assert MARKER.encode() not in everything(held)


def test_what_was_erased_by_id_is_not_imported_under_another_id_with_the_same_row(held, tmp_path):
    held.erasure.erase(ids=["C-800"])
    row = next(row for row in people() if row["id"] == "C-800")
    report = held.ingest([write_csv(tmp_path / "again.csv", [row, {**row, "id": "C-999", "comment": "another one"}])])
    assert (report.stored, report.rejected) == (1, 1)


def test_a_workspace_put_back_from_before_is_brought_up_to_the_ledger(held, tmp_path):
    settings = held.settings
    held.close()
    shutil.copytree(settings.workspace, tmp_path / "before")
    held = FakeWorkspace(settings)
    held.erasure.erase(respondent="P-9")
    held.close()
    shutil.rmtree(settings.workspace)
    shutil.copytree(tmp_path / "before", settings.workspace)
    anchor = next(settings.anchors.glob("*.anchor"))
    lines = anchor.read_bytes().splitlines(keepends=True)
    anchor.write_bytes(b"".join(lines[:-2]))  # what a restore does to it is tested with backups
    held = FakeWorkspace(settings)
    assert MARKER.encode() not in everything(held)
    assert held.erasure.erase(respondent="P-9", dry_run=True).records == 0
    held.close()


def test_a_ledger_that_was_changed_opens_nothing(held):
    held.erasure.erase(ids=["C-800"])
    ledger = next(held.settings.anchors.glob("*.erased"))
    ledger.write_bytes(ledger.read_bytes().replace(b"i ", b"r ", 1))
    settings = held.settings
    with pytest.raises(AuditError, match="was changed"):
        FakeWorkspace(settings)


def test_a_ledger_that_did_not_come_along_is_written_again(held):
    held.erasure.erase(ids=["C-800"])
    ledger = next(held.settings.anchors.glob("*.erased"))
    lines = sorted(ledger.read_bytes().splitlines())
    ledger.unlink()
    FakeWorkspace(held.settings).close()
    assert sorted(ledger.read_bytes().splitlines()) == lines


def test_names_words_and_sentences_that_only_the_erased_said_go(held):
    from analyzer.themes.repository import read_themes, write_theme
    from analyzer.themes.types import Namer
    from analyzer.types import Citation, Claim

    theme = next(one.themes[0] for one in held.themes.assignments() if one.id.startswith("C-80") and one.themes)
    kept = read_themes(held.database)[theme]
    summary = Claim("People lost a lantern.", (Citation("C-800", "parcel box", 0, 10),), 1.0, ())
    with held.database.transaction() as connection:
        write_theme(
            connection,
            replace(
                kept, own="Lantern overboard", named_by=Namer.MODEL, keywords=("lantern", "parcel"), summary=summary
            ),
        )
    held.database.rows("UPDATE codebook SET body = body")
    found = held.erasure.erase(respondent="P-9")
    assert found.themes_relabelled >= 1
    after = read_themes(held.database)[theme]
    assert (after.own, after.named_by, after.keywords, after.summary) == ("parcel", Namer.WORDS, ("parcel",), None)


def test_an_answer_that_cites_it_goes_and_a_file_that_has_it_is_listed_for_recall(held, tmp_path):
    answer = held.ask("Does anybody mention the zebra quartz lantern?")
    cited = {hit.id for hit in answer.evidence}
    assert "C-800" in cited or "C-801" in cited
    held.answers.export("answers", tmp_path / "answer.html", "html")
    found = held.erasure.erase(respondent="P-9")
    assert found.answers == 1
    assert [one.partition(",")[0] for one in found.exports] == ["answer.html"]
    assert held.answers.history() == ()


def test_a_receipt_is_signed_and_a_changed_one_is_told(held, tmp_path):
    found = held.erasure.erase(respondent="P-9")
    file = tmp_path / "receipt.json"
    plain = json.loads(json.dumps({**{f: getattr(found, f) for f in found.__slots__}}))
    file.write_text(json.dumps(plain))
    assert held.erasure.check(file)
    file.write_text(json.dumps({**plain, "records": 4}))
    assert not held.erasure.check(file)
    file.write_text("[]")
    assert not held.erasure.check(file)


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_what_is_held_of_a_person_is_handed_out_whole(held, tmp_path, kind):
    out = tmp_path / f"person.{kind}"
    assert held.erasure.export_person("P-9", out).rows == 3
    if kind == "xlsx":
        ids = {row[0].value for row in load_workbook(out)["Held"].iter_rows(min_row=2)}
    elif kind == "json":
        plain = json.loads(out.read_text("utf-8"))
        ids = {one["record"] for one in plain["records"]}
        assert all(one["themes"] is not None and one["fields"]["channel"] for one in plain["records"])
    else:
        ids = {line.split(",")[0] for line in out.read_text("utf-8").splitlines()[1:]}
    assert ids == {"C-800", "C-801", "C-802"}
    with pytest.raises(UsageError, match="nothing is held"):
        held.erasure.export_person("P-99", tmp_path / "none.json")


def test_rules_of_retention_let_lapse_what_is_older(held, monkeypatch):
    monkeypatch.setattr("analyzer.custody.retention.now", lambda: datetime(2024, 5, 31, tzinfo=UTC))
    rule = held.retention.set(3, "channel=app", "policy 7")
    old = held.feedback.matching("channel=app and date<2024-02-29")
    assert rule.due == old > 0
    assert [one.records for one in held.retention.run(dry_run=True)] == [old]
    before = held.status().records
    (found,) = held.retention.run()
    assert (found.of, found.records, found.copies_found) == ("retention", old, 0)
    assert held.status().records == before - old
    assert held.feedback.matching("channel=app and date<2024-02-29") == 0
    assert held.retention.run() == ()
    assert held.retention.list()[0].due == 0
    assert held.retention.drop(rule.number) == ()
    with pytest.raises(UsageError, match="no rule"):
        held.retention.drop(rule.number)


@pytest.mark.parametrize("months", [0, 5_000])
def test_a_rule_that_makes_no_sense_is_refused(held, months):
    with pytest.raises(UsageError, match="months"):
        held.retention.set(months)


def test_neither_or_both_is_no_request(held):
    for more in ({}, {"respondent": "P-9", "ids": ["C-800"]}):
        with pytest.raises(UsageError, match="whose or which"):
            held.erasure.erase(**more)


@pytest.fixture
def reader(held, monkeypatch):
    """Somebody in the middle of reading, who keeps the write-ahead log."""
    monkeypatch.setattr(database, "LOG_WAIT_S", 0.1)
    other = Database(held.settings.workspace / "feedback.db", held.store.store_key)
    other.connection.execute("BEGIN")
    other.rows("SELECT count(*) FROM feedback")
    yield other
    other.close()


def test_what_a_reader_keeps_in_the_log_is_not_said_to_be_gone(held, reader):
    found = held.erasure.erase(respondent="P-9")
    assert found.left_in_log
    assert found.copies_found > 0
    assert any("not all is gone yet" in line and "analyzer verify" in line for line in erasure_lines(found))
    assert MARKER.encode() in everything(held)
    with pytest.raises(UsageError, match="no record"):
        held.feedback.show(["C-800"])
    again = held.erasure.erase(respondent="P-9")
    assert (again.records, again.left_in_log) == (0, True)
    assert any("not all is gone yet" in line for line in erasure_lines(again))
    reader.connection.execute("COMMIT")
    again = held.erasure.erase(respondent="P-9")
    assert (again.records, again.left_in_log) == (0, False)
    assert MARKER.encode() not in everything(held)
    assert held.verify().ok


def test_what_lapses_while_a_reader_keeps_the_log_is_said_too(held, reader):
    held.retention.set(1)
    assert any(one.records and one.left_in_log for one in held.retention.run())


def test_without_readers_nothing_is_said_to_be_left(held):
    found = held.erasure.erase(respondent="P-9")
    assert (found.left_in_log, found.copies_found) == (False, 0)
    assert not any("not all is gone" in line for line in erasure_lines(found))
    assert MARKER.encode() not in everything(held)

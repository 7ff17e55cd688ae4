"""Files leave a workspace in one place: allowed, off while exports are or an incident is open, marked, on record."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import write_csv
from roles import ACCOUNTS, UNTIL, opened, staffed
from services import METHODS

from analyzer.cli import main
from analyzer.errors import AccessError, UsageError
from analyzer.security.permissions import Permission
from analyzer.security.types import Grant, Role

TEMPLATE = "https://survey.example/f?t={token}"
PEOPLE = [{"customer": f"customer {n}", "plan": "gold"} for n in range(3)]


def exports(folder, out):
    """Return every way in which a file with comments, or what was made from them, is written: name -> action."""
    customers = folder and write_csv(folder / "customers.csv", PEOPLE)
    return {
        "labels.write_next": lambda w: w.labels.write_next("late", out / "tasks.csv"),
        "codebook.write_queue": lambda w: w.codebook.write_queue(out / "queue.csv"),
        "codebook.save": lambda w: w.codebook.save(out / "codebook.yaml"),
        "themes.write_assignments": lambda w: w.themes.write_assignments(out / "assigned.jsonl"),
        "themes.report": lambda w: w.themes.report(out / "themes.html"),
        "answers.export": lambda w: w.answers.export("answers", out / "answer.html", "html"),
        "answers.file": lambda w: w.answers.file("?", w.answers.replay(w.answers.history(1)[0].receipt), "html"),
        "erasure.export_person": lambda w: w.erasure.export_person("P1", out / "person.json"),
        "feedback.export": lambda w: w.feedback.export(out / "comments.parquet", "rating<=2"),
        "feedback.to_arrow": lambda w: w.feedback.to_arrow("rating<=2"),
        "feedback.to_pandas": lambda w: w.feedback.to_pandas(),
        "feedback.to_polars": lambda w: w.feedback.to_polars(of="responses"),
        "feedback.file": lambda w: w.feedback.file("rating<=2"),
        "feedback.write": lambda w: w.feedback.write(out / "comments.csv", "rating<=2"),
        "themes.file": lambda w: w.themes.file("html"),
        "digest.write": lambda w: w.digest.write(out / "digest"),
        "survey_links.issue": lambda w: w.survey_links.issue(customers, TEMPLATE, out / "links.csv", "customer"),
    }


MARKABLE = ("themes.report", "themes.file", "answers.export", "answers.file", "digest.write")
ALL = tuple(exports(None, Path()))
WITHOUT_A_FILE = (
    "answers.file", "feedback.file", "feedback.to_arrow", "feedback.to_pandas", "feedback.to_polars", "themes.file",
)  # fmt: skip
"""Exports that are handed out in memory; they are on record all the same."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with an answer, themes and a codebook, and a steward whose exports are off."""
    folder = tmp_path_factory.mktemp("files")
    off = Grant("off", (Role.STEWARD,), exports="off")
    consultant = Grant("con", (Role.CONSULTANT,), until=UNTIL, exports="off")
    settings = staffed(folder, accounts={**ACCOUNTS, "con": consultant, "off": off})
    for name in ("stu", "off"):
        workspace = opened(settings, name)
        workspace.ask("What about the parcel?")
        if name == "stu":
            workspace.themes.build(about=2, names=False)
            workspace.codebook.add("late parcels", "", ["the parcel was late"])
            workspace.codebook.apply()
        workspace.close()
    return settings


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def written_by(settings, actor):
    reviewer = opened(settings, "rev")
    found = [one.detail for one in reviewer.audit.show(10_000, actor=actor) if "sha256" in one.detail]
    seen = reviewer.users.engagement(actor)
    reviewer.close()
    return found, seen


def test_every_method_that_exports_is_among_these():
    declared = {name for name, method in METHODS.items() if Permission.EXPORTS in method.permissions}
    means = {"files.export", "files.drafted", "files.hand_out", "files.hand_out_frame"}
    listed = {"themes.assignments", "codebook.assignments"}  # rows for a program, no file
    assert declared - means - listed == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_exports_off_is_off_for_everything_that_writes_comments(made, tmp_path, out, name):
    workspace = opened(made, "off")
    with pytest.raises(AccessError, match="it needs exports"):
        exports(tmp_path, out)[name](workspace)
    workspace.close()
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("name", ALL)
def test_an_open_incident_stops_everything_that_writes_comments(made, tmp_path, out, name):
    reviewer = opened(made, "rev")
    reviewer.incidents.open()
    reviewer.close()
    try:
        workspace = opened(made, "stu")
        with pytest.raises(AccessError, match="an incident is open"):
            exports(tmp_path, out)[name](workspace)
        assert not workspace.files.may_export()
        workspace.close()
        assert list(out.iterdir()) == []
    finally:
        reviewer = opened(made, "rev")
        reviewer.incidents.close()
        reviewer.close()


@pytest.mark.parametrize("name", ALL)
def test_every_written_file_is_on_record_with_its_name_and_digest(made, tmp_path, out, name):
    workspace = opened(made, "stu")
    exports(tmp_path, out)[name](workspace)
    assert workspace.files.may_export()
    workspace.close()
    records, seen = written_by(made, "stu")
    newest = records[0]
    assert newest["file"] in seen.recall
    known = {one["file"]: one["sha256"] for one in reversed(records)}
    for file in out.iterdir():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == known[file.name]
        assert file.stat().st_mode & 0o077 == 0
    assert len(list(out.iterdir())) == (0 if name in WITHOUT_A_FILE else 3 if name == "digest.write" else 1)


def test_a_file_that_cannot_be_recorded_is_not_written(made, out, monkeypatch):
    workspace = opened(made, "stu")
    real = type(workspace.collaborators.audit).append

    def refused(self, connection, action, detail):
        if action == "labels.next":
            raise UsageError("no room")
        return real(self, connection, action, detail)

    monkeypatch.setattr(type(workspace.collaborators.audit), "append", refused)
    with pytest.raises(UsageError, match="no room"):
        workspace.labels.write_next("late", out / "tasks.csv")
    assert list(out.iterdir()) == []
    workspace.close()


def test_links_that_cannot_be_written_are_not_issued(made, tmp_path, out):
    workspace = opened(made, "stu")
    before = len(workspace.survey_links.list())
    with pytest.raises(UsageError, match="cannot be written"):
        exports(tmp_path, out / "missing")["survey_links.issue"](workspace)
    assert len(workspace.survey_links.list()) == before
    (out / "links.csv").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        exports(tmp_path, out)["survey_links.issue"](workspace)
    assert (out / "links.csv").read_text() == "mine"
    assert len(workspace.survey_links.list()) == before
    workspace.close()


@pytest.mark.parametrize("name", [one for one in ALL if one not in MARKABLE])
def test_who_must_mark_files_writes_none_that_cannot_be_marked(tmp_path, out, name):
    marked = Grant("stu", (Role.STEWARD,), exports="marked")
    settings = staffed(tmp_path, accounts={**ACCOUNTS, "stu": marked})
    workspace = opened(settings, "stu")
    workspace.themes.build(about=2, names=False)
    workspace.codebook.add("late parcels", "", ["the parcel was late"])
    workspace.codebook.apply()
    with pytest.raises(UsageError, match="your files must be marked"):
        exports(tmp_path, out)[name](workspace)
    assert list(out.iterdir()) == []
    workspace.close()


def test_documents_of_custody_are_written_without_exports_and_during_an_incident_and_on_record(made, out):
    reviewer = opened(made, "rev")
    reviewer.incidents.open()
    reviewer.incidents.report(notice=out / "notice.txt")
    reviewer.evidence.write(out / "evidence")
    reviewer.files.offer("notice.txt", "a draft")
    reviewer.incidents.close()
    reviewer.close()
    steward = opened(made, "off")
    steward.erasure.erase(ids=["R-39"], out=out / "receipt.json")
    assert steward.erasure.check(out / "receipt.json")
    steward.close()
    for actor, names in (("rev", {"notice.txt", "evidence.json", "index.html"}), ("off", {"receipt.json"})):
        records, seen = written_by(made, actor)
        assert names <= {one["file"] for one in records}
        assert names <= set(seen.recall)


def test_an_erasure_lists_every_file_that_has_the_comment(made, out):
    workspace = opened(made, "stu")
    tasks = workspace.labels.write_next("late", out / "tasks-of-r.csv", limit=40)
    assert tasks.rows
    ids = [line.partition(",")[0] for line in (out / "tasks-of-r.csv").read_text().splitlines()[1:]]
    workspace.themes.write_assignments(out / "everybody.jsonl")
    found = workspace.erasure.erase(ids=ids[:1], dry_run=True)
    names = {one.partition(",")[0] for one in found.exports}
    assert {"tasks-of-r.csv", "everybody.jsonl"} <= names
    workspace.close()


@pytest.mark.parametrize(
    "arguments",
    [
        ["labels", "next", "late", "--out"], ["codebook", "queue", "--out"], ["themes", "assignments", "--out"],
        ["codebook", "save"], ["themes", "report"], ["export", "--respondent", "P1"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_the_command_line_is_held_to_it(made, out, arguments, monkeypatch, capsys):
    from fakes import FakeWorkspace

    monkeypatch.setattr("analyzer.workspace.Workspace", FakeWorkspace)
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(made.keys_dir))
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(made.workspace))
    file = out / "file.html"
    assert main.main([*arguments, str(file), "--as", "off"]) == 1
    assert "exports" in capsys.readouterr().err
    assert list(out.iterdir()) == []


def test_a_scoped_account_of_figures_writes_no_comment(made, out):
    viewer = opened(made, "vic")
    for method in ("labels.write_next", "codebook.write_queue", "themes.write_assignments"):
        with pytest.raises(AccessError):
            exports(out.parent, out)[method](viewer)
    viewer.close()
    assert list(out.iterdir()) == []


def test_a_file_of_json_lines_has_a_record_a_line(made, out):
    workspace = opened(replace(made), "stu")
    written = workspace.themes.write_assignments(out / "a.jsonl")
    lines = (out / "a.jsonl").read_text("utf-8").splitlines()
    assert written.rows == len(lines) == workspace.feedback.matching()
    assert set(json.loads(lines[0])) == {"id", "themes"}
    workspace.close()

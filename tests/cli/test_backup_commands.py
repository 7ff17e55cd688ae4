"""The commands on erasure, retention, backups, keys and incidents, called as scripts call them."""

import json

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv

from analyzer.cli import main

ROWS = [
    {
        "id": f"R-{n}",
        "comment": f"soup {n} was late",
        "rating": n % 5,
        "Respondent ID": f"P{n % 3}",
        "date": "2020-01-02",
    }
    for n in range(9)
]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    settings = workspace.settings
    workspace.close()
    opened = []

    def open_workspace(options):
        opened.append(FakeWorkspace(settings, options.actor or ""))
        return opened[-1]

    for name in ("erasure_commands", "backup_commands", "ask_commands", "feedback_commands", "incident_commands"):
        monkeypatch.setattr(f"analyzer.cli.commands.{name}.open_workspace", open_workspace)
    monkeypatch.setattr("analyzer.cli.commands.backup_commands.load", lambda options: settings)

    def call(*arguments, code=0):
        assert main.main([*map(str, arguments)]) == code
        while opened:
            opened.pop().close()
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    call.settings = settings
    return call


def test_a_person_is_handed_what_is_held_and_erased_with_a_receipt(run, tmp_path):
    assert "3 records" in run("export", tmp_path / "p.json", "--respondent", "P1")
    assert "would be erased: 3 records" in run("erase", "--respondent", "P1", "--dry-run")
    found = json.loads(run("erase", "--respondent", "P1", "--reason", "letter", "--out", tmp_path / "r.json", "--json"))
    assert (found["records"], found["vectors"], found["copies_found"]) == (3, 3, 0)
    assert found["exports"][0].startswith("p.json")
    assert "the signature is valid" in run("erase", "--check", tmp_path / "r.json")
    (tmp_path / "r.json").write_text((tmp_path / "r.json").read_text().replace('"records": 3', '"records": 2'))
    assert "the signature is not valid" in run("erase", "--check", tmp_path / "r.json", code=1)
    assert "no records of r-" in run("erase", "--respondent", "P1")
    assert "no record" in run("erase", "--id", "R-1", code=1)


def test_rules_of_retention_are_set_run_and_dropped(run):
    assert "no rules" in run("retention", "list")
    assert "9 due (policy)" in run("retention", "set", "--months", 24, "--reason", "policy")
    assert "would be erased: 9 records" in run("retention", "run", "--dry-run")
    erasures = json.loads(run("retention", "run", "--json"))["erasures"]
    assert [one["records"] for one in erasures] == [9]
    assert "nothing is due" in run("retention", "run")
    assert "no rules" in run("retention", "drop", 1)


def test_a_backup_goes_out_is_drilled_and_comes_back(run, tmp_path):
    assert "no backups" in run("backup", "list")
    assert "never" in run("status") or "no backup has been test-restored" in run("status")
    assert "9 comments" in run("backup", "create", "--to", tmp_path / "b")
    assert json.loads(run("backup", "verify", tmp_path / "b", "--json"))["ok"]
    assert "restored completely" in run("backup", "drill", tmp_path / "b")
    assert "0 days ago" in run("status")
    run("erase", "--respondent", "P1")
    assert "erased since then are erased again" in run("backup", "restore", tmp_path / "b")
    assert json.loads(run("status", "--json"))["records"] == 6
    (tmp_path / "b" / "feedback.db").write_bytes(b"x" * 5_000)
    assert "is damaged or was changed" in run("backup", "verify", tmp_path / "b", code=1)
    assert "could not be restored" in run("backup", "drill", tmp_path / "b", code=1)
    assert "is not restored" in run("backup", "restore", tmp_path / "b", code=1)


def test_the_key_is_written_down_changed_and_entered(run, tmp_path, monkeypatch):
    sheet = json.loads(run("key", "show", "--json"))
    changed = json.loads(run("key", "change", "--json"))
    assert sheet["lines"] != changed["lines"]
    file = run.settings.keys_dir / f"{sheet['workspace']}.key"
    file.unlink()
    monkeypatch.setattr("sys.stdin.read", lambda: "\n".join(changed["lines"]), raising=False)
    assert "wrote" in run("key", "enter", sheet["workspace"])
    assert json.loads(run("status", "--json"))["records"] == 9
    assert "is there already" in run("key", "enter", sheet["workspace"], code=1)


def test_an_incident_is_opened_reported_drilled_and_closed(run, tmp_path):
    assert "71.9 of 72" in run("incident", "open", "--note", "lost") or "72.0 of 72" in run("incident", "report")
    assert "open already" in run("incident", "open", code=1)
    assert "an incident is open" in run("export", tmp_path / "p.json", "--respondent", "P1", code=1)
    found = json.loads(run("incident", "report", "--notice", tmp_path / "n.txt", "--json"))
    assert (found["number"], found["log_is_sound"]) == (1, True)
    assert "Article 33" in (tmp_path / "n.txt").read_text()
    assert "is there already" in run("incident", "report", "--notice", tmp_path / "n.txt", code=1)
    assert "9 of 9 planted reads" in run("incident", "drill")
    assert "is closed" in run("incident", "close")
    assert "no incident is open" in run("incident", "close", code=1)

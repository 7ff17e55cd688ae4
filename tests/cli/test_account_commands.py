"""The commands on accounts and the audit log, called as scripts call them."""

import json
from dataclasses import replace

import pytest
from fakes import FakeDetector, FakeWorkspace
from roles import staffed

from analyzer.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    settings = staffed(tmp_path)
    monkeypatch.setattr(
        "analyzer.cli.commands.account_commands.open_workspace",
        lambda options: FakeWorkspace(settings, options.actor or ""),
    )

    def call(*arguments, code=0, who="ada"):
        assert main.main([*map(str, arguments), *(["--as", who] if who else [])]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return call


def test_an_account_is_made_granted_reviewed_and_ended(run):
    made = json.loads(run("user", "add", "mia", "--role", "viewer", "--until", "2999-01-31", "--json"))
    assert (made["account"]["state"], len(made["passphrase"])) == ("in force", 29)
    assert made["account"]["grant"]["until"] == "2999-02-01T00:00:00+00:00"
    assert json.loads(run("user", "me", "--json", who="mia"))["permissions"] == ["exports", "figures"]
    granted = run("user", "grant", "mia", "--role", "consultant", "--until", "2999-01-31", "--dataset", 1)
    assert "imports 1; file exports not allowed" in granted
    assert "signed off as event" in run("user", "review", "--sign")
    assert "revoked" in run("user", "revoke", "mia", "--reason", "left")
    users = {one["name"]: one for one in json.loads(run("user", "list", "--json"))["users"]}
    assert users["mia"]["state"] == "revoked"
    assert made["passphrase"] not in run("user", "list")


def test_a_passphrase_is_made_or_asked_for(run, monkeypatch):
    assert "passphrase: " in run("user", "passphrase", "vic")
    monkeypatch.setattr("sys.stdin.readline", lambda: "seven horses drink tea\n", raising=False)
    assert "passphrase" not in run("user", "passphrase", "vic", "--ask")
    monkeypatch.setattr("sys.stdin.readline", lambda: "short\n", raising=False)
    assert "from 15 to 128" in run("user", "passphrase", "vic", "--ask", code=1)


def test_the_log_is_shown_and_verified(run):
    assert "may not do that" in run("user", "list", code=1, who="vic")
    events = json.loads(run("audit", "show", "--action", "denied", "--json", who="rev"))["events"]
    assert [(one["actor"], one["detail"]["method"]) for one in events] == [("vic", "users.list")]
    assert "user.add" in run("audit", "show", "--action", "user", who="rev")
    found = json.loads(run("audit", "verify", "--json", who="rev"))
    assert (found["ok"], found["first_bad"]) == (True, None)
    assert "none changed" in run("audit", "verify", who="rev")
    assert "may not do that" in run("audit", "show", code=1, who="ann")


def test_nobody_in_particular_comes_in_once_there_are_accounts(run):
    assert "name yours with --as USER" in run("user", "list", code=1, who="")
    assert "no account of that name" in run("user", "list", code=1, who="eve")


def test_a_log_that_was_changed_is_an_error(run, tmp_path):
    held = FakeWorkspace(__import__("fakes").make_settings(tmp_path), "rev")
    with held.store.database.transaction() as connection:
        connection.execute("UPDATE audit SET actor = 'eve' WHERE seq = 3")
    held.close()
    assert "not sound" in run("audit", "verify", code=1, who="rev")


def test_an_administrator_anchors_a_moved_workspace_by_one_command(tmp_path, monkeypatch, capsys):
    settings = staffed(tmp_path)
    fake = replace(FakeWorkspace.engines, detector=lambda _: FakeDetector(), profile=lambda _: "fake")
    monkeypatch.setattr("analyzer.workspace.Workspace", type("Anchoring", (FakeWorkspace,), {"engines": fake}))
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(settings.workspace))
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(settings.keys_dir))
    (anchor,) = settings.anchors.glob("*.anchor")
    anchor.unlink()
    assert main.main(["audit", "verify", "--as", "rev"]) == 1
    assert "an administrator confirms it with: analyzer audit reanchor --reason TEXT" in capsys.readouterr().err
    assert main.main(["audit", "reanchor", "--reason", "moved by Ann Lee", "--as", "vic"]) == 1
    assert "may not do that" in capsys.readouterr().err
    assert main.main(["audit", "reanchor", "--reason", "moved by Ann Lee", "--as", "ada", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["by"], done["reason"], done["is_new_anchor"]) == ("ada", "moved by <PERSON_1>", True)
    assert main.main(["audit", "verify", "--as", "rev"]) == 0
    assert "none changed" in capsys.readouterr().out

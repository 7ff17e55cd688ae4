"""Unsafe conditions at the start: each refuses to work and says what to do."""

import json
import os
import shutil
import sqlite3
from datetime import timedelta

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from roles import opened, staffed

from analyzer.errors import AnalyzerError
from analyzer.security import clock
from analyzer.store import database as store
from analyzer.ui.web.server import serve


def _plain_file(settings, _):
    path = settings.workspace / "feedback.db"
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE a(b)").connection.close()


def _old_sqlite(_, monkeypatch):
    monkeypatch.setattr(store, "OLDEST_SQLITE", (99, 0, 0))


def _open_key(settings, _):
    next(settings.keys_dir.glob("*.key")).chmod(0o644)


def _no_key(settings, _):
    next(settings.keys_dir.glob("*.key")).unlink()


def _short_key(settings, _):
    next(settings.keys_dir.glob("*.key")).write_bytes(b"short")


def _other_key(settings, _):
    next(settings.keys_dir.glob("*.key")).write_bytes(b"k" * 32)


def _late_log(_, monkeypatch):
    real = clock.now()
    monkeypatch.setattr("analyzer.security.audit_log.datetime", _Earlier(real - timedelta(hours=3)))


class _Earlier:
    """A clock that is set back, for the module that reads it."""

    def __init__(self, moment):
        self.moment = moment

    def now(self, _zone):
        return self.moment

    def fromisoformat(self, text):
        return type(self.moment).fromisoformat(text)


def _no_anchor(settings, _):
    next(settings.anchors.glob("*.anchor")).unlink()


def _changed_anchor(settings, _):
    file = next(settings.anchors.glob("*.anchor"))
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:-1], lines[-1].replace("+", "=", 1)]))


def _old_database(settings, _):
    workspace = FakeWorkspace(settings)
    workspace.close()
    shutil.copy(settings.workspace / "feedback.db", settings.workspace / "before")
    workspace = FakeWorkspace(settings)
    workspace.feedback.browse()
    workspace.close()
    (settings.workspace / "before").replace(settings.workspace / "feedback.db")


def _changed_ledger(settings, _):
    workspace = FakeWorkspace(settings)
    workspace.erasure.erase(ids=[workspace.feedback.browse()[0].id])
    workspace.close()
    file = next(settings.anchors.glob("*.erased"))
    file.write_bytes(file.read_bytes().replace(b"i ", b"r ", 1))


def _other_version(settings, _):
    workspace = FakeWorkspace(settings)
    with workspace.store.database.transaction() as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    workspace.close()


def _no_identity(settings, _):
    (settings.workspace / "workspace.json").write_text("{")


def _gone_database(settings, _):
    (settings.workspace / "feedback.db").unlink()


def _torn_database(settings, _):
    path = settings.workspace / "feedback.db"
    path.write_bytes(path.read_bytes()[:5_000])


CONDITIONS = {
    "a plain file": (_plain_file, "move it away"), "an old SQLite": (_old_sqlite, "reinstall sqlcipher3"),
    "a key others can read": (_open_key, "chmod 600"), "no key": (_no_key, "escrow"),
    "half a key": (_short_key, "escrow"), "another key": (_other_key, "restore a backup"),
    "a clock behind the log": (_late_log, "set the clock right"), "no anchor": (_no_anchor, "put it back"),
    "a changed anchor": (_changed_anchor, "compare it"), "a database from before": (_old_database, "backup restore"),
    "a changed ledger": (_changed_ledger, "put it back"), "another version": (_other_version, "newer than 14"),
    "a damaged identity": (_no_identity, "restore a backup"), "no database": (_gone_database, "restore a backup"),
    "half a database": (_torn_database, "restore a backup"),
}  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_an_unsafe_condition_is_refused_with_its_remedy(tmp_path, monkeypatch, condition):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", [{"comment": "good"}, {"comment": "bad"}])])
    settings = workspace.settings
    workspace.close()
    spoil, remedy = CONDITIONS[condition]
    spoil(settings, monkeypatch)
    with pytest.raises(AnalyzerError, match=remedy):
        FakeWorkspace(settings)
    assert os.access(settings.workspace, os.R_OK)


def test_the_page_is_refused_for_other_hosts(tmp_path):
    workspace = make_workspace(tmp_path, host="0.0.0.0")
    workspace.close()
    with pytest.raises(AnalyzerError, match=r"use 127\.0\.0\.1"):
        serve(workspace.settings, 0)


def test_nobody_without_an_account_comes_in_and_the_refusal_is_on_record(tmp_path):
    settings = staffed(tmp_path)
    with pytest.raises(AnalyzerError, match="analyzer user grant"):
        FakeWorkspace(settings, "eve")
    found = opened(settings, "rev").audit.show(1, action="denied")[0]
    assert (found.actor, json.dumps(found.detail)) == ("eve", '{"method": "open"}')

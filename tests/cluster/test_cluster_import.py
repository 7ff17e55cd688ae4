"""An import on a cluster stores what one machine stores, bit for bit, with a worker killed in the middle."""

import os
import signal
import sys

import pytest

from analyzer.cluster.client import Cluster
from analyzer.config import EXAMPLE, Settings
from analyzer.errors import AccessError, AnalyzerError
from analyzer.ingest.remote_recipe import RECORDS, RemoteRecipe
from analyzer.models.server_address import parse_scheduler
from analyzer.privacy.detector import Rules
from analyzer.privacy.terms import Terms
from analyzer.security import keys
from analyzer.security.types import Grant, Role
from analyzer.workspace import Workspace
from tests.cluster.test_cluster import Running
from tests.roles import opened, staffed

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the broker's filter is Linux's"), pytest.mark.long(40),
]  # fmt: skip
DIFFERENT = ("audit", "meta", "migrations", "imports")
"""Tables with times and random numbers."""


@pytest.fixture
def same_key(monkeypatch):
    monkeypatch.setattr(keys.secrets, "token_bytes", bytes)


def tables(workspace):
    database = workspace.collaborators.admin_database
    names = [name for (name,) in database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: database.rows(f"SELECT * FROM {name}") for name in names if name not in DIFFERENT}


def test_an_import_with_a_killed_worker_stores_what_one_machine_stores(tmp_path, models_dir, monkeypatch, same_key):
    file = tmp_path / "feedback.csv"
    file.write_text("".join(EXAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)[:161]), encoding="utf-8")

    def imported(name, on_progress):
        settings = Settings(
            workspace=tmp_path / name, keys_dir=tmp_path / f"{name}-keys", models_dir=models_dir, batch_size=16
        )
        with Workspace.init(settings) as workspace:
            report = workspace.ingest([file], on_progress=on_progress)
            events = workspace.collaborators.admin_database.rows("SELECT action, detail FROM audit ORDER BY seq")
            assert workspace.verify().problems == ()
            return tables(workspace), report, events

    alone, report, events = imported("alone", lambda *_: None)
    assert report.stored > 140, report
    assert not [action for action, _ in events if action == "import.cluster"]

    running, killed = Running(models_dir), []

    def kill(_, done, __):
        if done and not killed:
            killed.append(running.processes("worker_process")[0])
            os.kill(killed[0], signal.SIGKILL)

    monkeypatch.setattr("analyzer.workspace.scheduler_broker", lambda: running.broker)
    try:
        together, _, events = imported("cluster", kill)
    finally:
        running.close()
    assert killed
    assert together == alone
    actions = [action for action, _ in events]
    assert actions.index("import.cluster") < actions.index("import.batch")
    named = next(detail for action, detail in events if action == "import.cluster")
    assert f'"scheduler": "{running.local.address}", "workers": ["local-' in named


class Elsewhere:
    """A broker of a scheduler on another machine, which is never asked."""

    address = parse_scheduler("tls://192.0.2.1:8786")

    def control_descriptor(self):
        raise AssertionError


def test_who_may_not_decide_on_privacy_sends_no_raw_comments_to_other_machines(tmp_path, monkeypatch):
    importer = Grant("imp", (Role.VIEWER,), also=("imports",))
    settings = staffed(tmp_path, accounts={"ada": Grant("ada", (Role.ADMIN,)), "imp": importer})
    cluster = Cluster(Elsewhere(), None, RECORDS)
    with opened(settings, "imp") as workspace:
        monkeypatch.setattr(workspace.imports, "_join_cluster", lambda _: cluster)
        with pytest.raises(AccessError, match="privacy"):
            workspace.ingest([tmp_path / "a.csv"])
        actions = [action for (action,) in workspace.collaborators.admin_database.rows("SELECT action FROM audit")]
    assert "denied" in actions
    assert "import.cluster" not in actions


def test_a_worker_with_other_versions_or_models_is_refused(models_dir):
    rules = Rules(models_dir / "en_core_web_sm", ("GB",))
    same = RemoteRecipe(rules, models_dir / "all-MiniLM-L6-v2", Terms(), (("all-MiniLM-L6-v2", "0" * 64),))
    with pytest.raises(AnalyzerError, match="another file of all-MiniLM-L6-v2"):
        same(models_dir)
    other = RemoteRecipe(rules, models_dir / "x", Terms(), (), (("Python", "2.7"),))
    with pytest.raises(AnalyzerError, match=r"has Python 3.*, this machine 2\.7"):
        other(models_dir)

"""A workspace whose sentences a model server writes: through a real broker, on record, and off again."""

import json
import os
import subprocess
import sys

import pytest
from fakes import FakeVerifier, make_workspace, write_csv
from model_servers import ModelServer
from printed import conforming
from streamlit.testing.v1 import AppTest

from analyzer.answers.types import Plan, Task
from analyzer.config import PROJECT
from analyzer.errors import ModelError, UsageError
from analyzer.security.sandbox import egress
from analyzer.workspace import _verifier

ROWS = [{"id": f"C-{word}", "comment": f"The parcel came late {word}."} for word in ("again", "twice", "too")]
ABOUT = Plan(Task.SUMMARIZE, "parcel came late")
SENTENCE = "The parcel came late."
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the broker's filter is Linux's")


@pytest.fixture
def hole(monkeypatch):
    """A process with a stand-in seal and no broker yet; its broker ends with the test."""
    state = egress._State(guard=egress._state.guard, level=egress._state.level)
    monkeypatch.setattr(egress, "_state", state)
    yield state
    for broker in state.brokers.values():
        broker.close()


@pytest.fixture
def server(tmp_path):
    with ModelServer("llama-server", tmp_path / "s", says=["The parcel ", "came late."]) as server:
        yield server


def opened(folder, server=""):
    workspace = make_workspace(folder, answering_server=server)
    if not workspace.feedback.matching():
        workspace.ingest([write_csv(folder / "feedback.csv", ROWS)])
    return workspace


def events(workspace):
    rows = workspace.store.database.rows("SELECT action, detail FROM audit WHERE action LIKE 'models.%' ORDER BY seq")
    return [(action, json.loads(detail)) for action, detail in rows]


def test_a_server_writes_the_sentences_and_the_records_say_so(tmp_path, hole, server):
    with opened(tmp_path, server.address) as workspace:
        answer = workspace.ask("What about the late parcel?", plan=ABOUT)
        assert [point.sentence for point in answer.points] == [SENTENCE]
        assert workspace.llm.prompts == []
        receipt = f"the model at {server.address}"
        words = "in the words of the server (llama-server): small-1b.gguf, 10 parameters"
        (body,) = workspace.database.rows("SELECT body FROM answers")[0]
        assert json.loads(body)["models"][receipt].startswith(words)
        assert workspace.answers.replay(answer.receipt).stale == ()
        assert dict(workspace.collaborators.method().models)[receipt].startswith(words)
        assert receipt.encode() in workspace.answers.file("What?", answer, "html")
        seal = workspace.evidence.bundle().facts["seal"]
        assert seal["one hole, a model server on this machine"] == server.address
        assert workspace.offline.status().hole == server.address
        assert server.address in workspace.offline.status().does_not_stop[0]
        assert workspace.status().models[receipt]


def test_switching_it_on_and_off_is_on_record_once_each(tmp_path, hole, server):
    for address in ("", server.address, server.address, "", ""):
        opened(tmp_path, address).close()
    with opened(tmp_path) as workspace:
        assert events(workspace) == [
            ("models.server_on", {"server": server.address, "before": ""}),
            ("models.server_off", {"server": "", "before": server.address}),
        ]
        assert workspace.audit.verify().ok


def test_a_replay_says_that_the_server_has_another_model(tmp_path, hole):
    server = ModelServer("ollama", tmp_path / "s", says=["The parcel ", "came late."])
    with server, opened(tmp_path, f"{server.address} ollama") as workspace:
        receipt = workspace.ask("What about the late parcel?", plan=ABOUT).receipt
        server.models[0]["digest"] = "sha256:changed"
        (changed,) = workspace.answers.replay(receipt).stale
    assert changed.startswith("models changed")
    assert "sha256:changed" in changed


def test_a_server_that_is_gone_costs_the_answer_and_stores_nothing(tmp_path, hole, server):
    with opened(tmp_path, server.address) as workspace:
        server.__exit__()
        with pytest.raises(ModelError, match="cannot be reached"):
            workspace.ask("What about the late parcel?", plan=ABOUT)
        assert workspace.answers.history() == ()
        assert workspace.ask("How many comments?", plan=Plan(Task.COUNT)).numbers[0].value == 3


def test_output_of_another_form_is_cut_and_the_point_stays(tmp_path, hole, server):
    server.says = ["Sure! ", "<think>4 of 5 say so</think>"]
    with opened(tmp_path, server.address) as workspace:
        answer = workspace.ask("What about the late parcel?", plan=ABOUT)
        assert [point.sentence for point in answer.points] == [""]
        assert answer.points[0].citations
        assert answer.cut_because == {"not one plain sentence": 1}


def test_a_model_without_measured_weights_is_not_asked_to_verify(tmp_path, hole, server):
    with opened(tmp_path, server.address) as workspace:
        found = _verifier(workspace.collaborators.models)
        assert found.model is None
        assert not isinstance(found, FakeVerifier)
    assert not any(body and body.get("n_probs") for _, body in server.asked)


def test_an_address_elsewhere_is_refused_before_the_workspace_opens(tmp_path, hole):
    opened(tmp_path).close()
    with pytest.raises(UsageError, match="not an address of this machine"):
        make_workspace(tmp_path, answering_server="http://10.0.0.5:8080")
    assert hole.brokers == {}


def test_a_workspace_opens_without_its_server_and_finds_it_later(tmp_path, hole):
    address = f"unix:{tmp_path / 's'}"
    with opened(tmp_path, f"{address} llama-server small-1b.gguf") as workspace:
        name = f"small-1b.gguf at {address}"
        assert workspace.status().models[name] is False
        assert dict(workspace.collaborators.method().models)[name] == "not known: the server gave no answer"
        with ModelServer("llama-server", tmp_path / "s"):
            assert workspace.status().models[name] is True
            assert name in workspace.evidence.bundle().facts["models"]


def test_without_the_setting_there_is_no_broker(tmp_path, hole):
    with opened(tmp_path) as workspace:
        assert workspace.offline.status().hole == ""
        assert hole.brokers == {}
        assert workspace.evidence.bundle().facts["seal"]["one hole, a model server on this machine"] == "none"


PAGE = """
from dataclasses import replace
from analyzer.security.sandbox.egress import seal_status
from analyzer.ui.frame import show_seal
show_seal(replace(seal_status(), hole="unix:/run/llama.sock"))
"""


def test_the_page_names_the_hole_in_its_side_bar():
    captions = [one.value for one in AppTest.from_string(PAGE, default_timeout=30).run().sidebar.caption]
    assert any("One exception" in one and "unix:/run/llama.sock" in one for one in captions)


def run(folder, *words, **environ):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANALYZER_")}
    own = {"HOME": str(folder), "PYTHONPATH": str(PROJECT), "ANALYZER_WORKSPACE": str(folder / "none")}
    return subprocess.run(
        [sys.executable, "-m", "analyzer", *words], capture_output=True, text=True, timeout=120, check=False,
        cwd=folder, env=kept | own | environ,
    )  # fmt: skip


def test_the_command_asks_the_server_and_writes_one_line(tmp_path, server):
    file = tmp_path / ".config" / "feedback-analyzer" / "analyzer.toml"
    file.parent.mkdir(parents=True)
    file.write_text('# mine\nport = 9000\nanswering_server = "unix:/old.sock"\n')
    done = run(tmp_path, "models", "use-server", server.address)
    assert done.returncode == 0, done.stderr
    assert "small-1b.gguf of llama-server" in done.stdout
    assert "no thresholds were measured for this model" in done.stdout
    assert "one hole" in done.stdout
    written = f'# mine\nport = 9000\nanswering_server = "{server.address} llama-server small-1b.gguf"\n'
    assert file.read_text() == written
    status = json.loads(run(tmp_path, "offline", "status", "--json").stdout)
    assert (status["ok"], status["hole"]) == (True, server.address)
    conforming("models use-server", run(tmp_path, "models", "use-server", server.address, "--json").stdout)
    assert run(tmp_path, "models", "use-server", "--off").returncode == 0
    assert file.read_text() == "# mine\nport = 9000\n"
    assert json.loads(run(tmp_path, "offline", "status", "--json").stdout)["hole"] == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("http://localhost:8080",), "not an address of this machine"), (("http://192.168.0.7:80",), "not an address"),
        (("unix:/nonexistent/s",), "No such file"), ((), "or --off"), (("unix:/s", "--off"), "or --off"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_used_changes_nothing(tmp_path, words, says):
    done = run(tmp_path, "models", "use-server", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.rglob("analyzer.toml"))


def test_a_variable_that_sets_it_has_precedence_and_is_named(tmp_path):
    done = run(tmp_path, "models", "use-server", "--off", ANALYZER_ANSWERING_SERVER="unix:/s")
    assert done.returncode == 1
    assert "ANALYZER_ANSWERING_SERVER is set" in done.stderr

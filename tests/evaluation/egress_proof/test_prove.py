"""The proof as a reviewer runs it, and the conditions under which its verdict is no."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from printed import conforming

from analyzer.cli import main
from analyzer.config import PROJECT
from analyzer.evaluation.egress_proof.attempts import Attempt, Recorded
from analyzer.evaluation.egress_proof.leaks import LEAKS
from analyzer.evaluation.egress_proof.proof_report import as_page, verdict
from analyzer.evaluation.egress_proof.prove import Findings, _report, judge, judge_hole
from analyzer.evaluation.egress_proof.steps import ProofStep

pytestmark = pytest.mark.long(70)

ATTEMPT = Attempt("connect", "203.0.113.9:443", "process 7", ("a.py:1 go",), "EPERM", "strace")
KNOWN = {"versions": {"python": "3"}, "models": [], "settings": {}, "warnings": []}


def done(*attempts, code=0):
    return Recorded(("analyzer", "status"), code, 1.0, "", "it failed", attempts, (), 12)


def found(*steps, leaks=(), browser=(), control=True):
    seen = {"ok": control, "seen_by": ["sink"], "missing": [] if control else ["sink"], "attempts": []}
    return Findings(seen, list(steps), list(leaks), list(browser))


def report(findings):
    return _report(findings, KNOWN, is_namespaced=True, seconds=1.0)


def leak(stopped):
    return {"name": "x", "what": "x", "stopped": stopped, "said": "", "named": [], "open": "", "is_real": True}


def test_nothing_tried_and_everything_stopped_is_a_yes():
    made = report(found(ProofStep("a", done()), leaks=[leak(True)]))
    assert made["ok"]
    assert verdict(made).startswith("YES: no attempt to reach another host in 1 steps")


@pytest.mark.parametrize(
    ("findings", "says"),
    [
        (found(ProofStep("a", done(ATTEMPT))), "NO: attempts to reach another host were seen: 1"),
        (found(ProofStep("a", done()), leaks=[leak(False)]), "NO: planted leaks were not stopped: x"),
        (found(ProofStep("a", done()), control=False), "No result: the harness did not see its own control (sink)"),
        (found(ProofStep("a", done(code=1))), "No result: steps failed: a"),
        (
            found(browser=[{"served_by": "serve", "driven": True, "requests": ["GET http://x"], "leaks": []}]),
            "NO: attempts to reach another host were seen: 1",
        ),
        (found(browser=[{"served_by": "serve", "driven": True, "leaks": [leak(False)]}]), "NO: planted"),
        (
            found(browser=[{"served_by": "serve", "driven": True, "sink": [{"call": "DNS", "seen_by": "sink"}]}]),
            "NO: attempts to reach another host were seen: 1",
        ),
    ],
)
def test_anything_else_is_a_no(findings, says):
    made = report(findings)
    assert not made["ok"]
    assert verdict(made).startswith(says)


def connected(*destinations):
    here = tuple(Attempt("connect", one, "process 7", (), "done", "strace") for one in destinations)
    return Recorded(("analyzer", "ask"), 0, 1.0, "", "", calls=12, connected_here=here)


def test_a_hole_that_leads_to_one_address_is_a_yes_that_says_so():
    findings = found(ProofStep("a", done()), leaks=[leak(True)])
    findings.hole = judge_hole(connected("unix:/model.sock", "unix:/model.sock"), "unix:/model.sock", is_traced=True)
    made = report(findings)
    assert made["ok"]
    said = "One hole, only where a model server is set: 2 connections to unix:/model.sock, 0 to other programs."
    assert verdict(made).startswith("YES")
    assert verdict(made).endswith(said)
    assert "The one hole" in as_page(made)


@pytest.mark.parametrize("destinations", [("unix:/model.sock", "unix:/other.sock"), ("127.0.0.1:631",), ()])
def test_a_hole_that_leads_elsewhere_or_was_not_used_is_a_no(destinations):
    findings = found(ProofStep("a", done()))
    findings.hole = judge_hole(connected(*destinations), "unix:/model.sock", is_traced=True)
    made = report(findings)
    assert not made["ok"]
    assert verdict(made).startswith("NO: the one hole")


def test_a_control_that_one_part_did_not_see_breaks_the_harness():
    assert judge(done(ATTEMPT), has_sink=False, has_strace=True)["missing"] == ["hook in Python"]
    hooked = Attempt("socket.connect", "x", "p", (), "asked for", "hook in Python")
    assert judge(done(ATTEMPT, hooked), has_sink=False, has_strace=True)["ok"]
    assert judge(done(ATTEMPT, hooked), has_sink=True, has_strace=True)["missing"] == ["sink"]


def test_an_attempt_is_named_in_the_page_with_process_call_and_stack():
    page = as_page(report(found(ProofStep("a", done(ATTEMPT)))))
    for part in ("203.0.113.9:443", "process 7", "connect", "a.py:1 go", "EPERM"):
        assert part in page


def test_the_page_fetches_nothing_and_takes_nothing_for_markup():
    hostile = "<script src=//evil.example></script><img src=x>"
    step = ProofStep(hostile, done(Attempt("connect", hostile, hostile, (hostile,), hostile, "strace"), code=1))
    page = as_page(report(found(step, leaks=[{**leak(True), "said": hostile, "what": hostile}])))
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r"(?:src|href)\s*=\s*[\"']", page)
    assert "default-src 'none'" in page


@pytest.fixture(scope="module")
def environ(models_dir):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANALYZER_")}
    return kept | {"ANALYZER_MODELS_DIR": str(models_dir)}


def analyzer(environ, folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "analyzer", *words], capture_output=True, text=True, timeout=900, check=False,
        env=environ | {"HOME": str(folder), "PYTHONPATH": str(PROJECT)}, cwd=folder,
    )  # fmt: skip


@pytest.fixture(scope="module")
def quick(environ, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proof")
    ran = analyzer(environ, folder, "offline", "prove", "--quick", "--out", "proof.json", "--json")
    return folder, ran


def test_the_quick_proof_holds(quick):
    folder, ran = quick
    assert ran.returncode == 0, ran.stderr
    (made,) = conforming("offline prove", ran.stdout)
    assert made["ok"]
    assert made["attempts"] == []
    assert {leak["name"] for leak in made["leaks"]} >= {leak.name for leak in LEAKS} - {"proc-memory"}
    assert all(leak["stopped"] for leak in made["leaks"])
    assert "an answer: left out (--quick)" in made["not_proven"]
    with_hole = {f"{leak.name}, with the hole" for leak in LEAKS if not leak.seal_by}
    assert {leak["name"] for leak in made["leaks"]} >= with_hole - {"proc-memory, with the hole"}
    assert made["hole"]["ok"]
    assert made["hole"]["elsewhere"] == []
    assert (folder / "proof.html").read_text().startswith("<!doctype html>")
    assert not list(Path("/tmp").glob("analyzer-proof-*/workspace"))


def test_the_proof_checks_as_it_was_signed_and_not_when_changed(quick, environ):
    folder, _ = quick
    checked = analyzer(environ, folder, "offline", "check", "proof.json", "--json")
    assert checked.returncode == 0
    conforming("offline check", checked.stdout)
    changed = json.loads((folder / "proof.json").read_text())
    changed["attempts"] = []
    changed["made_at"] = "2020-01-01T00:00:00+00:00"
    (folder / "changed.json").write_text(json.dumps(changed))
    ran = analyzer(environ, folder, "offline", "check", "changed.json")
    assert ran.returncode == 1
    assert "CHANGED" in ran.stdout


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"ok": true}'])
def test_what_is_no_proof_is_one_line(environ, tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    ran = analyzer(environ, tmp_path, "offline", "check", "x.json")
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1


def test_the_status_says_what_is_in_force_within_a_second(environ, tmp_path):
    ran = analyzer(environ, tmp_path, "offline", "status", "--json")
    status = json.loads(ran.stdout)
    assert status["ok"]
    assert status["attempts"] == []
    assert "seccomp" in status["level"]
    assert status["methods"]
    unsealed = analyzer(environ, tmp_path, "offline", "status", "--json", "--unsealed", "to see what it says")
    assert unsealed.returncode == 1
    assert "to see what it says" in json.loads(unsealed.stdout)["warnings"][0]


@pytest.mark.parametrize("out", ["proof.txt", "missing/proof.json"])
def test_a_place_that_cannot_hold_the_proof_is_refused_before_anything_runs(environ, tmp_path, out):
    ran = analyzer(environ, tmp_path, "offline", "prove", "--out", out)
    assert ran.returncode == 1
    assert ran.stderr.startswith("analyzer: --out")


def test_elsewhere_than_on_linux_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    assert main.main(["offline", "prove"]) == 1
    assert "runs on Linux" in capsys.readouterr().err


@pytest.mark.slow
def test_the_whole_proof_holds(environ, tmp_path):
    ran = analyzer(environ, tmp_path, "offline", "prove", "--out", "proof.json", "--json")
    made = json.loads(ran.stdout)
    assert ran.returncode == 0, verdict(made)
    assert {seen["served_by"] for seen in made["browser"] if seen["driven"]} == {"serve", "streamlit"}

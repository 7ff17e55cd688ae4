"""Evidence at its edges: an empty workspace, hostile proofs, folders that cannot be made, and secrets left out."""

import json
import re
from hashlib import sha256

import pytest
from fakes import make_workspace, write_csv
from roles import opened, staffed

from analyzer.errors import UsageError
from analyzer.security.signatures import is_intact, sign

PROOFS = {
    "no JSON": "{", "a list": "[]", "a text": '"ok"', "a number": "7", "null": "null",
    "no verdict": '{"signature": {"fingerprint": "x"}}', "no signature": '{"ok": true}',
    "a signature that is a text": '{"ok": true, "signature": "x"}',
    "a signature without a fingerprint": '{"ok": true, "signature": {"value": "x"}}',
    "a null signature": '{"ok": true, "signature": null}',
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    yield workspace
    workspace.close()


def test_a_new_workspace_has_evidence_with_gaps_that_say_what_to_do(workspace):
    facts = workspace.evidence.bundle().facts
    assert [(one["latest"], one["ok"], one["told"]) for one in facts["drills"]] == [(None, None, {})] * 4
    assert (facts["log"]["ok"], facts["accounts"]) == (True, [])
    assert facts["privacy"]["retention"] == []
    assert facts["privacy"]["latest checked sample"] is None
    processing = facts["processing"]
    assert processing["recipients (d)"] == "everyone with the workspace's key"
    assert processing["time limits for erasure (f)"] == "none; add: analyzer retention set"
    assert processing["held"].startswith("0 comments from 0 imports")
    assert "proof" not in facts["seal"]


def test_a_bundle_is_signed_and_its_hash_is_in_the_log(workspace):
    found = workspace.evidence.bundle()
    signed = json.loads(found.signed)
    assert is_intact(signed)
    assert {name: part for name, part in signed.items() if name != "signature"} == found.facts
    (event,) = workspace.audit.show(1, action="evidence")
    assert event.detail == {"sha256": sha256(found.signed.encode()).hexdigest()}
    for section in ("log", "privacy", "settings", "drills"):
        assert not is_intact({**signed, section: {}})


def test_what_is_written_is_what_the_log_and_the_result_name(workspace, tmp_path):
    written = workspace.evidence.write(tmp_path / "deep" / "e")
    files = {file.name: file for file in (tmp_path / "deep" / "e").iterdir()}
    assert set(files) == {"evidence.json", "index.html"}
    assert written.sha256 == sha256(files["evidence.json"].read_bytes()).hexdigest()
    assert workspace.audit.show(1, action="evidence")[0].detail == {
        "folder": "e", "file": "evidence.json", "sha256": written.sha256,
    }  # fmt: skip
    assert all(file.stat().st_mode & 0o077 == 0 for file in (*files.values(), tmp_path / "deep" / "e"))


@pytest.mark.parametrize("what", PROOFS)
def test_a_text_that_is_no_proof_is_refused_and_no_evidence_is_recorded(workspace, what):
    with pytest.raises(UsageError, match="not a proof report; make one with: analyzer offline prove"):
        workspace.evidence.bundle(PROOFS[what])
    assert not workspace.audit.show(action="evidence")


@pytest.mark.parametrize("what", ["missing", "a folder", "bytes", "no JSON"])
def test_a_file_that_is_no_proof_is_refused_and_no_folder_is_made(workspace, tmp_path, what):
    proof = tmp_path / "proof.json"
    if what == "a folder":
        proof.mkdir()
    elif what != "missing":
        proof.write_bytes(b"\xff\xfe\x00" if what == "bytes" else b"{")
    with pytest.raises(UsageError, match="not a proof report"):
        workspace.evidence.write(tmp_path / "e", proof)
    assert not (tmp_path / "e").exists()
    assert not workspace.audit.show(action="evidence")


def test_a_proof_is_listed_with_whether_its_signature_holds(workspace):
    report = sign({"ok": True, "steps": ["a", "b"]}, bytes(32))
    listed = workspace.evidence.bundle(json.dumps(report)).facts["seal"]["proof"]
    assert (listed["ok"], listed["intact"]) == (True, True)
    assert listed["key"] == report["signature"]["fingerprint"]
    assert listed["sha256"] == sha256(json.dumps(report).encode()).hexdigest()
    changed = workspace.evidence.bundle(json.dumps({**report, "steps": []})).facts["seal"]["proof"]
    assert (changed["ok"], changed["intact"]) == (True, False)


def test_markup_in_the_facts_is_text_on_the_page(workspace, tmp_path):
    rows = [{"id": "R-1", "comment": "late", "<script>alert(1)</script>": "a"}, {"id": "R-2", "comment": "wet"}]
    rows[1]["<script>alert(1)</script>"] = "b"
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    workspace.retention.set(12, 'id="<b>x</b>"')
    found = workspace.evidence.bundle()
    assert "<script>" in found.facts["processing"]["categories of personal data (c)"]
    assert found.facts["privacy"]["retention"] == ['12 months, id="<b>x</b>"']
    assert "<script>" not in found.page
    assert "<b>x</b>" not in found.page


def test_neither_a_key_nor_a_comment_nor_a_person_is_in_the_evidence(tmp_path):
    settings = staffed(tmp_path)
    steward = opened(settings, "stu")
    steward.erasure.erase(respondent="P3", reason="asked by Ann Lee")
    steward.close()
    reviewer = opened(settings, "rev")
    found = reviewer.evidence.bundle()
    whole = found.signed + found.page
    keys = reviewer.store.keys
    for secret in (reviewer.store.master, reviewer.store.store_key, keys.key("audit"), keys.key("receipts")):
        assert secret.hex() not in whole
    shown = json.dumps(found.facts) + found.page  # two letters stand in a signature by chance
    for word in ("soup", "waiter", "Ann Lee", "P3", "R-1"):
        assert not re.search(rf"\b{word}\b", shown)
    assert found.facts["privacy"]["erasures"] == 1
    assert found.facts["privacy"]["keys of the ledger"] == 6  # five of the record, one of the respondent
    assert found.facts["processing"]["categories of data subjects (c)"].endswith("39 known by a pseudonym")
    reviewer.close()


def test_denied_calls_and_the_latest_drill_are_counted_from_the_log(tmp_path):
    settings = staffed(tmp_path)
    analyst = opened(settings, "ann")
    for _ in range(3):
        with pytest.raises(Exception, match="needs"):
            analyst.users.list()
    analyst.close()
    reviewer = opened(settings, "rev")
    assert reviewer.incidents.drill().ok
    facts = reviewer.evidence.bundle().facts
    assert facts["log"]["refused in all"] == 3
    assert [(one["what"], one["ok"]) for one in facts["drills"]][2] == ("incident report", True)
    assert facts["by"] == "rev"
    assert {one["account"]: one["roles"] for one in facts["accounts"]}["con"] == ["consultant"]
    reviewer.close()

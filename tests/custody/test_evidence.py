"""Evidence: signed facts of the workspace, a page without requests, and the table of controls."""

import json
import re

import pytest
from fakes import make_workspace
from roles import opened, staffed

from analyzer.errors import AccessError, UsageError
from analyzer.reports.controls import CONTROLS, HELPS, MET, NOT
from analyzer.reports.controls_in_use import IN_USE, NOT_IN_USE, OUTSIDE, control_states, summary
from analyzer.reports.evidence_html import SECTIONS
from analyzer.security.signatures import is_intact


@pytest.fixture
def settings(tmp_path):
    return staffed(tmp_path)


def test_the_facts_are_those_of_the_workspace_and_signed(settings, tmp_path):
    steward = opened(settings, "stu")
    steward.backups.create()
    steward.backups.drill()
    steward.retention.set(24)
    steward.close()
    reviewer = opened(settings, "rev")
    reviewer.evidence.write(tmp_path / "e")
    found = json.loads((tmp_path / "e" / "evidence.json").read_text("utf-8"))
    assert is_intact(found)
    assert found["log"]["ok"]
    assert {one["account"] for one in found["accounts"]} == {"ada", "vic", "ann", "stu", "rev", "con"}
    assert [one["ok"] for one in found["drills"]] == [True, None, None, None]
    assert found["privacy"]["retention"] == ["24 months"]
    assert found["processing"]["held"].startswith("40 comments from 1 imports")
    assert set(found["models"]) == {"all-MiniLM-L6-v2", "qwen2.5-coder-1.5b-instruct-q4_k_m", "en_core_web_sm"}
    assert reviewer.audit.show(1, action="evidence")
    found["log"]["ok"] = False
    assert not is_intact(found)
    with pytest.raises(UsageError, match="is there already"):
        reviewer.evidence.write(tmp_path / "e")
    reviewer.close()


def test_the_page_fetches_nothing_and_has_every_section_and_control(settings, tmp_path):
    opened(settings, "rev").evidence.write(tmp_path / "e")
    page = (tmp_path / "e" / "index.html").read_text("utf-8")
    assert not re.search(r"<script|<img|<link|<iframe|\bsrc=|href=|@import|url\(", page, re.IGNORECASE)
    for title, _ in SECTIONS:
        assert f">{title}</h2>" in page
    assert all(control.iso in page and control.how_far in page for control in CONTROLS)
    assert "soup" not in page


def test_every_control_says_how_far_it_goes_and_points_to_facts():
    names = {name for _, name in SECTIONS} | {""}
    assert {control.how_far for control in CONTROLS} == {MET, HELPS, NOT}
    assert all(control.shown in names for control in CONTROLS)
    assert all(control.shown for control in CONTROLS if control.how_far != NOT)


def test_a_control_is_in_use_only_where_a_fact_of_the_workspace_shows_it(settings, tmp_path):
    steward = opened(settings, "stu")
    reviewer = opened(settings, "rev")
    before = states(reviewer)
    assert before["A.8.13"] == (NOT_IN_USE, "there is no backup")
    assert before["A.5.30"] == (NOT_IN_USE, "not run yet: backup restored")
    assert before["A.8.12"][0] == NOT_IN_USE
    assert before["A.5.18"] == (NOT_IN_USE, "accounts with remarks: ann")
    assert before["A.7"][0] == OUTSIDE
    steward.backups.create()
    steward.backups.drill()
    after = states(reviewer)
    assert after["A.8.13"] == after["A.5.30"] == (IN_USE, "")
    assert after["A.8.10"] == (NOT_IN_USE, "no retention rule and no erasure")
    steward.retention.set(24)
    assert states(reviewer)["A.8.10"] == (IN_USE, "")


def test_what_was_done_long_ago_or_failed_is_not_in_use(settings, tmp_path):
    opened(settings, "stu").backups.create()
    facts = opened(settings, "rev").evidence.bundle().facts
    old = facts | {"made": "2999-01-01T00:00:00+00:00"}
    assert "days old" in {one.control.iso: one.missing for one in control_states(old)}["A.8.13"]
    failed = [one | {"latest": facts["made"], "ok": False} for one in facts["drills"]]
    found = {one.control.iso: one.missing for one in control_states(facts | {"drills": failed})}
    assert found["A.5.30"] == "failed on the last run: backup restored"


def test_without_accounts_no_control_of_access_is_in_use(tmp_path):
    facts = make_workspace(tmp_path).evidence.bundle().facts
    found = {one.control.iso: one for one in control_states(facts)}
    for number in ("A.5.15", "A.5.16", "A.5.17, A.8.5", "A.5.18", "A.8.2", "A.8.3"):
        assert found[number].in_use == NOT_IN_USE
        assert "single-user mode" in found[number].missing
    assert "available controls are in use here" in summary(tuple(found.values()))


def test_the_page_has_no_python_and_says_never_of_nothing(settings, tmp_path):
    opened(settings, "rev").evidence.write(tmp_path / "e")
    page = (tmp_path / "e" / "index.html").read_text("utf-8")
    assert "{&#x27;" not in page
    assert ">never<" not in page
    assert ">None<" not in page


def states(reviewer):
    return {one.control.iso: (one.in_use, one.missing) for one in control_states(reviewer.evidence.bundle().facts)}


def test_a_proof_is_named_with_its_verdict_or_refused(settings, tmp_path):
    reviewer = opened(settings, "rev")
    proof = tmp_path / "proof.json"
    proof.write_text('{"ok": true, "signature": {"fingerprint": "ab12"}}')
    reviewer.evidence.write(tmp_path / "e", proof)
    found = json.loads((tmp_path / "e" / "evidence.json").read_text("utf-8"))
    listed = found["seal"]["proof"]
    assert (listed["ok"], listed["intact"], listed["key"], len(listed["sha256"])) == (True, False, "ab12", 64)
    proof.write_text("{}")
    with pytest.raises(UsageError, match="is not a proof report"):
        reviewer.evidence.write(tmp_path / "e2", proof)
    assert not (tmp_path / "e2").exists()


def test_evidence_is_for_those_who_read_the_log(settings, tmp_path):
    for name in ("ann", "stu", "vic", "con", "ada"):
        with pytest.raises(AccessError):
            opened(settings, name).evidence.write(tmp_path / "e")

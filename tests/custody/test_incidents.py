"""Incidents: exports and new access stop, the report finds every read, the 72 hours run, the notice is drafted."""

from datetime import timedelta

import pytest
from fakes import FakeWorkspace
from roles import ROWS, opened, staffed
from services import METHODS

from analyzer.errors import AccessError, UsageError
from analyzer.reports.incident_text import engagement_lines
from analyzer.security.clock import now
from analyzer.security.types import Grant, Role


@pytest.fixture
def settings(tmp_path):
    return staffed(tmp_path)


def reads(workspace):
    """Read by every method that shows comments; return the ids that were shown, by method."""
    shown = {
        "show": {"R-1", "R-2"},
        "search": {hit.id for hit in workspace.search("soup", limit=5).hits},
        "browse": {one.id for one in workspace.feedback.browse("shop=south", 7)},
        "labels_next": {task.id for task in workspace.labels.next("cold soup", limit=4)},
    }
    workspace.feedback.show(["R-1", "R-2"])
    answer = workspace.ask("What about the waiter?")
    shown["ask"] = {hit.id for hit in answer.evidence}
    return shown


def test_a_report_finds_every_read_there_was(settings):
    workspace = opened(settings, "ann")
    shown = reads(workspace)
    workspace.close()
    reviewer = opened(settings, "rev")
    found = reviewer.incidents.report()
    (ann,) = [one for one in found.seen if one.account == "ann"]
    wanted = set().union(*shown.values())
    assert wanted <= set(ann.ids)
    assert ann.records == len(ann.ids) == found.records
    assert ann.roles == ("analyst",)
    assert ann.respondents == len({row["Respondent ID"] for row in ROWS if row["id"] in ann.ids})
    assert found.log_is_sound
    reviewer.close()


def test_a_method_that_returns_data_of_every_record_counts_as_all(settings):
    workspace = opened(settings, "stu")
    workspace.themes.build(about=4, names=False)
    list(workspace.themes.assignments())
    workspace.close()
    reviewer = opened(settings, "rev")
    found = reviewer.incidents.report(accounts=("stu",))
    assert (found.seen[0].all_records, found.records, found.respondents) == (True, len(ROWS), len(ROWS))


def test_an_open_incident_stops_exports_and_new_access_and_keeps_evidence(settings, tmp_path):
    reviewer, steward, admin = opened(settings, "rev"), opened(settings, "stu"), opened(settings, "ada")
    steward.ask("What about the soup?")
    found = reviewer.incidents.open("Bob Ray lost a laptop")
    assert (found.number, found.note, 71.9 <= found.hours_left <= 72) == (1, "<PERSON_1> lost a laptop", True)
    for call in (
        lambda: steward.answers.export("answers", tmp_path / "a.html", "html"),
        lambda: steward.erasure.export_person("P1", tmp_path / "p.json"),
        lambda: admin.users.grant(next(one for one in admin.users.list() if one.name == "vic").grant),
        steward.keys.show,
    ):
        with pytest.raises(AccessError, match="an incident is open"):
            call()
    assert admin.users.revoke("con").state == "revoked"
    assert steward.feedback.show(["R-1"])
    assert steward.backups.verify(tmp_path / "workspace.backups" / "workspace-incident-1").ok
    with pytest.raises(UsageError, match="open already"):
        reviewer.incidents.open()
    assert reviewer.incidents.close("found again") == 1
    with pytest.raises(UsageError, match="no incident"):
        reviewer.incidents.close()
    assert steward.answers.export("answers", tmp_path / "a.html", "html").rows >= 0
    assert [one.detail["method"] for one in reviewer.audit.show(action="denied", actor="stu")] == [
        "keys.show", "erasure.export_person", "answers.export",
    ]  # fmt: skip


def test_the_hours_run_from_when_it_was_opened(settings, monkeypatch):
    reviewer = opened(settings, "rev")
    reviewer.incidents.open("x")
    later = now() + timedelta(hours=73)
    monkeypatch.setattr("analyzer.custody.incidents.now", lambda: later)
    found = reviewer.incidents.report()
    assert found.hours_left == pytest.approx(-1, abs=0.1)
    assert "72 HOURS HAVE PASSED" in found.notice


def test_the_notice_says_what_the_law_asks_for(settings):
    workspace = opened(settings, "ann")
    workspace.feedback.show(["R-1", "R-2"])
    workspace.close()
    notice = opened(settings, "rev").incidents.report().notice
    for part in (
        "33(3)(a)",
        "33(3)(b)",
        "33(3)(c)",
        "33(3)(d)",
        "Approximate number of records: 2",
        "ann (analyst): 2 records",
    ):
        assert part in notice
    assert "soup" not in notice


def test_a_drill_plants_reads_and_finds_every_one_and_leaves_reports_alone(settings):
    reviewer = opened(settings, "rev")
    found = reviewer.incidents.drill()
    assert (found.ok, found.planted, found.recall) == (True, 20, 1.0)
    assert not [one for one in reviewer.incidents.report().seen if one.account == "drill"]
    assert reviewer.audit.show(1, action="incident.drill")[0].detail["ok"]


def test_in_single_user_mode_an_incident_can_be_opened(tmp_path):
    settings = staffed(tmp_path / "x")
    from fakes import make_workspace

    workspace = make_workspace(tmp_path / "alone")
    with pytest.raises(UsageError, match="nothing to read"):
        workspace.incidents.drill()
    assert workspace.incidents.open().number == 1
    assert isinstance(workspace, FakeWorkspace)
    with pytest.raises(AccessError, match="an incident is open"):
        workspace.keys.show()
    assert workspace.incidents.close() == 1
    assert settings


def test_every_event_of_a_method_that_shows_comments_counts_as_shown():
    """Every action that a method with the comments permission records with ids is among those a report searches."""
    import ast
    import inspect

    from analyzer.security.incident_log import SAW_ALL, SHOWN
    from analyzer.security.permissions import Permission

    recorded = set()
    for method in METHODS.values():
        if Permission.COMMENTS not in getattr(method, "permissions", ()):
            continue
        tree = ast.parse(inspect.cleandoc(inspect.getsource(method)))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "record":
                recorded.add(call.args[0].value)
        for pair in (node for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 2):
            if isinstance(pair.elts[0], ast.Constant) and isinstance(pair.elts[1], ast.Dict):  # of a written file
                recorded.add(pair.elts[0].value)
    assert {"search", "show", "browse", "themes.show"} <= recorded
    of_figures = {
        "history", "themes.scorecard", "drivers", "themes.segments", "codebook.save", "agreement.measure", "values",
    }  # fmt: skip
    assert recorded - SHOWN - SAW_ALL == of_figures


def test_erasing_or_labeling_a_record_does_not_count_as_seeing_it(settings):
    steward = opened(settings, "stu")
    steward.erasure.erase(ids=["R-1"])
    steward.labels.keep("soup", {"R-2": "yes"})
    found = opened(settings, "rev").incidents.report(accounts=("stu",))
    assert found.records == 0


def test_an_engagement_lists_grants_reads_and_files(settings, tmp_path):
    admin = opened(settings, "ada")
    admin.users.grant(Grant("con", (Role.CONSULTANT,), "second phase", until="2999-01-01", exports="marked"))
    admin.close()
    workspace = opened(settings, "con")
    workspace.feedback.show(["R-1", "R-2"])
    workspace.feedback.show(["R-2", "R-3"])
    workspace.ask("What about the waiter?")
    workspace.answers.export("answers", tmp_path / "answer.html", "html")
    with pytest.raises(AccessError):
        workspace.ingest([])
    workspace.close()
    reviewer = opened(settings, "rev")
    found = reviewer.users.engagement("con")
    assert {"R-1", "R-2", "R-3"} <= set(found.seen.ids)
    assert [(one.exports, bool(one.ended)) for one in found.grants] == [("off", True), ("marked", False)]
    assert (found.state, found.recall, found.seen.refused) == ("in force", ("answer.html",), 1)
    opened(settings, "ada").users.revoke("con", "contract is over")
    lines = "\n".join(engagement_lines(reviewer.users.engagement("con")))
    assert "con: revoked" in lines
    assert "ask back: answer.html" in lines
    assert "second phase" in lines
    with pytest.raises(UsageError, match="no account eve ever had a grant"):
        reviewer.users.engagement("eve")
    with pytest.raises(AccessError):
        opened(settings, "ann").users.engagement("con")

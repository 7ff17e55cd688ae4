"""The page Admin over a real store, and the menu of each role."""

import json
import re

import pytest
import streamlit as st
from fakes import OPEN_DOOR
from roles import opened, staffed
from streamlit.testing.v1 import AppTest
from test_pages import ADMIN, filled, held, show, tab  # noqa: F401 - fixtures

from analyzer.config import PROJECT


def texts(app):
    kinds = ("markdown", "info", "success", "caption", "warning", "error", "text", "code")
    return "\n".join(one.value for kind in kinds for one in getattr(app, kind))


def press(app, label):
    return next(button for button in app.button if button.label.startswith(label)).click().run()


def test_alone_the_people_page_says_so_and_makes_the_first_account(filled):  # noqa: F811
    app = show(ADMIN)
    assert "There are no accounts" in texts(tab(app, "Review"))
    app = tab(app, "Accounts")
    next(one for one in app.text_input if one.label == "Account").input("ada")
    press(app, "Give access")
    assert not app.exception
    assert re.search(r"(?:[a-z2-9]{5}-){4}[a-z2-9]{5}", texts(app))  # the only time that it is shown
    assert "open this page again" in texts(app)
    assert "no account of that name" in texts(app)  # the side bar still worked as the owner


def test_the_log_is_shown_and_verified(filled):  # noqa: F811
    app = tab(show(ADMIN), "Log")
    press(app, "Verify the log")
    assert "none changed, cut off or rolled back" in texts(app)
    assert len(app.dataframe) >= 1


def test_a_backup_is_made_and_brought_back(filled):  # noqa: F811
    app = tab(show(ADMIN), "Backups")
    assert "There is no backup yet" in texts(app)
    assert "Last restore test: never" in texts(app)
    press(app, "Make a backup")
    assert "read back and checked" in texts(app)
    press(app, "Run a restore test")
    assert "Every row the same" in texts(app)
    assert filled.backups.list()


def test_a_person_is_looked_at_erased_and_the_receipt_is_there(held, tmp_path):  # noqa: F811
    from fakes import write_csv

    rows = [{"id": f"E-{n}", "comment": f"slow {n}", "Respondent ID": f"P{n % 2}"} for n in range(6)]
    held.ingest([write_csv(tmp_path / "people.csv", rows)])
    app = tab(show(ADMIN), "Erase a person")
    next(one for one in app.text_input if one.label.startswith("Respondent")).input("P1")
    press(app, "Preview")
    assert "3 responses would be erased" in texts(app)
    press(app, "Erase 3 responses")
    assert not app.exception
    assert "copies found afterwards: 0" in texts(app)
    assert held.feedback.matching() == 3


def test_a_rule_is_added_and_ended(filled):  # noqa: F811
    app = tab(show(ADMIN), "Retention")
    assert "kept until they are erased by hand" in texts(app)
    press(app, "Add the rule")
    assert "24 months" in texts(app)
    assert [rule.months for rule in filled.retention.list()] == [24]
    press(app, "End")
    assert filled.retention.list() == ()


def test_an_incident_is_opened_practised_and_closed(filled):  # noqa: F811
    filled.feedback.show([filled.feedback.browse()[0].id])
    app = tab(show(ADMIN), "Incident")
    press(app, "Open an incident")
    assert "Incident 1 is open" in texts(app)
    press(app, "Run incident drill")
    assert "planted reads were found" in texts(app)
    press(app, "Close the incident")
    assert "Incident 1 is open" not in texts(app)


def test_the_evidence_is_looked_at_and_taken_away(filled):  # noqa: F811
    app = tab(show(ADMIN), "Evidence")
    press(app, "Generate evidence report")
    assert not app.exception
    said = texts(app)
    assert "none changed" in said
    assert "none was given" in said
    assert "0 of 4 kinds were run" in said
    bundle = filled.evidence.bundle()
    assert "Controls" in bundle.page
    assert json.loads(bundle.signed)["signature"]["algorithm"] == "Ed25519"


def test_somebody_who_leaves_is_listed(filled):  # noqa: F811
    app = tab(show(ADMIN), "Offboarding")
    next(one for one in app.text_input if one.label.startswith("Account of")).input("con").run()
    assert "no account con ever had a grant" in re.sub(r"[\\\\\u2060]", "", texts(app))


MENUS = {
    "vic": ["Overview", "Comments", "Themes", "Compare", "Reports"],
    "ann": ["Overview", "Comments", "Themes", "Compare", "Ask", "Reports"],
    "stu": ["Overview", "Comments", "Themes", "Compare", "Ask", "Reports", "Add data", "Admin"],
    "rev": ["Admin"],
    "ada": ["Admin"],
    "con": ["Overview", "Comments", "Themes", "Compare", "Ask"],
}


@pytest.fixture
def people(tmp_path, monkeypatch):
    """Serve a workspace with accounts; return a function that sets the current account."""
    settings = staffed(tmp_path)
    st.cache_resource.clear()
    monkeypatch.setattr("analyzer.ui.session.Workspace.open", lambda path, actor: opened(settings, actor))
    monkeypatch.setattr("analyzer.ui.session.authenticator_of", lambda path: OPEN_DOOR)
    yield lambda name: monkeypatch.setenv("ANALYZER_ACTOR", name)
    st.cache_resource.clear()


@pytest.mark.parametrize("name", MENUS)
def test_the_menu_has_what_is_open_to_somebody_and_none_of_it_is_refused(people, monkeypatch, name):
    from analyzer.ui import frame

    people(name)
    menu = []
    real = st.navigation
    monkeypatch.setattr(frame.st, "navigation", lambda pages: menu.append([one.title for one in pages]) or real(pages))
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    assert menu[0][0] == "Start", "the page at / is hidden, and opens the first of the menu"
    moved = [old for old, (new, _) in frame.MOVED.items() if frame.PAGES[new][0] in MENUS[name]]
    assert menu[0][1:] == [*MENUS[name], *moved], "addresses of older versions are hidden too"
    shown = {title: file for file, (title, _) in frame.PAGES.items()}
    for title in MENUS[name]:
        app.switch_page(f"analyzer/ui/pages/{shown[title]}_page.py").run()
        assert not app.exception
        assert [one.value for one in app.error] == [], title


def test_what_was_noticed_when_the_workspace_was_opened_is_in_the_side_bar(filled):  # noqa: F811
    filled.store.notices = ("the clock is 100 days ahead of the audit log",)
    (shown,) = show().sidebar.warning
    assert shown.value == "the clock is 100 days ahead of the audit log"


@pytest.mark.parametrize(("name", "is_hidden"), [("ann", False), ("con", True)])
def test_tables_can_be_saved_only_by_who_may_export(people, name, is_hidden):
    people(name)
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.switch_page("analyzer/ui/pages/comments_page.py").run()
    assert not app.exception
    assert any("stElementToolbar" in element.proto.body for element in app.get("html")) == is_hidden


def test_a_document_that_the_page_offers_is_on_record_once(filled):  # noqa: F811
    app = tab(show(ADMIN), "Evidence")
    press(app, "Generate evidence report")
    press(tab(app, "Log"), "Verify the log")
    tab(app, "Evidence")
    assert not app.exception
    offered = [one.detail["file"] for one in filled.audit.show(100, action="files.offer")]
    assert sorted(one for one in offered if one.startswith("evidence")) == ["evidence.html", "evidence.json"]


def test_opening_a_tab_writes_nothing_of_the_others_into_the_log(filled):  # noqa: F811
    def logged(app_of, part):
        before = filled.audit.show(1)[0].seq
        tab(app_of, part)
        return {one.action for one in filled.audit.show(100) if one.seq > before}

    app = show(ADMIN)
    assert "privacy.queue" not in logged(app, "Replaced values")
    assert {"privacy.report", "retention.list"}.isdisjoint(logged(app, "Review queue"))
    assert "retention.list" in logged(app, "Retention")


@pytest.mark.parametrize(
    ("address", "part"),
    [("privacy", "Replaced values"), ("evidence", "Evidence"), ("people", "Accounts"), ("codebook", "Codebook")],
)
def test_an_address_of_an_older_version_opens_the_tab_that_took_its_place(filled, monkeypatch, address, part):  # noqa: F811
    from analyzer.ui import frame

    opened_at = []
    monkeypatch.setattr(frame.st, "switch_page", lambda page, query_params: opened_at.append((page, query_params)))
    page, named = frame.MOVED[address]
    frame.open_in_place(f"{page} page", named)
    assert opened_at == [(f"{page} page", {"part": part})]
    app = tab(show(f"analyzer/ui/pages/{page}_page.py"), part)
    assert app.session_state["part"] == part


def test_choosing_an_area_opens_its_first_tab_and_a_tab_its_area(filled):  # noqa: F811
    app = show(ADMIN)
    assert app.session_state["area"] == "Privacy"
    app.segmented_control(key="area").set_value("Security").run()
    assert not app.exception
    assert "this program cannot reach the network" in texts(app) or "Network" in texts(app)
    assert app.session_state["part"] == "Status"
    tab(app, "Offboarding")
    assert app.session_state["area"] == "People"


def test_the_state_says_what_is_missing(filled):  # noqa: F811
    app = tab(show(ADMIN), "Status")
    assert "nobody signs in" in texts(app)
    assert "has never been tried" in texts(app)
    filled.backups.create()
    filled.backups.drill()
    assert "0 days ago" in texts(app.run())


def test_the_log_is_filtered_by_account_action_and_day(filled):  # noqa: F811
    filled.feedback.browse()
    app = tab(show(ADMIN), "Log")
    app.text_input(key="log-action").set_value("browse").run()
    assert set(app.dataframe[0].value["what"]) == {"browse"}
    app.text_input(key="log-account").set_value("nobody").run()
    assert "No event matches" in texts(app)
    app.text_input(key="log-account").set_value("").run()
    assert not app.dataframe[0].value["detail"].str.contains("[{}]").any(), "in words, not as JSON"

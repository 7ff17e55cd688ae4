"""The pages People and Safety over a real store: accounts, review, log; backups, erasure, retention, incident."""

import re

from test_pages import filled, held, show  # noqa: F401 - fixtures

PEOPLE, SAFETY = "analyzer/ui/pages/people.py", "analyzer/ui/pages/safety.py"


def texts(app):
    kinds = ("markdown", "info", "success", "caption", "warning", "error", "text", "code")
    return "\n".join(one.value for kind in kinds for one in getattr(app, kind))


def press(app, label):
    return next(button for button in app.button if button.label.startswith(label)).click().run()


def test_alone_the_people_page_says_so_and_makes_the_first_account(filled):  # noqa: F811
    app = show(PEOPLE)
    assert "Nobody has an account" in texts(app)
    next(one for one in app.text_input if one.label == "Account").input("ada")
    press(app, "Give access")
    assert not app.exception
    assert re.search(r"(?:[a-z2-9]{5}-){4}[a-z2-9]{5}", texts(app))  # the only time that it is shown
    assert "open this page again" in texts(app)
    assert "no account of that name" in texts(app)  # the side bar still worked as the owner


def test_the_log_is_shown_and_verified(filled):  # noqa: F811
    app = show(PEOPLE)
    press(app, "Verify the log")
    assert "none changed, cut off or put back" in texts(app)
    assert len(app.dataframe) >= 1


def test_a_backup_is_made_and_brought_back(filled):  # noqa: F811
    app = show(SAFETY)
    assert "There is no backup yet" in texts(app)
    assert "brought back to try it: never" in texts(app)
    press(app, "Make a backup")
    assert "read back whole" in texts(app)
    press(app, "Bring the newest back")
    assert "Every row the same" in texts(app)
    assert filled.backup_list()


def test_a_person_is_looked_at_erased_and_the_receipt_is_there(held, tmp_path):  # noqa: F811
    from fakes import write_csv

    rows = [{"id": f"E-{n}", "comment": f"slow {n}", "Respondent ID": f"P{n % 2}"} for n in range(6)]
    held.ingest([write_csv(tmp_path / "people.csv", rows)])
    app = show(SAFETY)
    next(one for one in app.text_input if one.label.startswith("Respondent")).input("P1")
    press(app, "Look")
    assert "3 comments would go" in texts(app)
    press(app, "Erase 3 comments")
    assert not app.exception
    assert "copies found afterwards: 0" in texts(app)
    assert held.matching() == 3


def test_a_rule_is_added_and_ended(filled):  # noqa: F811
    app = show(SAFETY)
    assert "kept until somebody erases them" in texts(app)
    press(app, "Add the rule")
    assert "24 months" in texts(app)
    assert [rule.months for rule in filled.retention_list()] == [24]
    press(app, "End")
    assert filled.retention_list() == ()


def test_an_incident_is_opened_practised_and_closed(filled):  # noqa: F811
    filled.show([filled.browse()[0].id])
    app = show(SAFETY)
    press(app, "Open an incident")
    assert "Incident 1 is open" in texts(app)
    press(app, "Practise")
    assert "planted reads were found" in texts(app)
    press(app, "Close it")
    assert "Incident 1 is open" not in texts(app)

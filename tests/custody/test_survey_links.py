"""Opaque survey links: no personal data, one answer each, segments joined at import, persons stored separately."""

import csv
import json

import pytest
from fakes import FakeWorkspace, four_ahead, make_workspace, write_csv
from roles import opened, staffed

from analyzer.cli import main
from analyzer.errors import AccessError, UsageError
from analyzer.ingest import pipeline
from analyzer.privacy.link_audit import EMAIL, NAME, PERSON, PHONE, audit_link
from analyzer.store.pages import decrypted_pages

TEMPLATE = "https://survey.example/jfe/form/start?t={token}"
CUSTOMERS = [
    {
        "customer": f"ann.lee.{n}@mail.example",
        "plan": "gold" if n % 2 else "basic",
        "region": "north",
        "mail": f"m{n}@x.example",
    }
    for n in range(6)
]


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    yield workspace
    workspace.close()


@pytest.fixture
def issued(workspace, tmp_path):
    """Links for six customers; return their tokens."""
    workspace.survey_links.issue(
        write_csv(tmp_path / "customers.csv", CUSTOMERS), TEMPLATE, tmp_path / "links.csv", "customer",
        ["plan", "region"], ["mail"],
    )  # fmt: skip
    with (tmp_path / "links.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["mail"] for row in rows] == [one["mail"] for one in CUSTOMERS]
    return [row["link"].partition("t=")[2] for row in rows]


def answers(tokens, folder, name="answers.csv"):
    return write_csv(folder / name, [{"comment": f"late again {n}", "t": token} for n, token in enumerate(tokens)])


def test_a_link_contains_no_personal_data(issued):
    assert len(set(issued)) == 6
    for token in issued:
        kinds = {piece.kind for piece in audit_link(TEMPLATE.replace("{token}", token))}
        assert not kinds & {EMAIL, NAME, PERSON, PHONE}


def test_segments_are_joined_at_import_and_neither_person_nor_token_is_stored(workspace, issued, tmp_path):
    report = workspace.ingest([answers(issued, tmp_path)])
    assert (report.stored, report.rejected) == (6, 0)
    assert dict(workspace.feedback.tally("plan")) == {"basic": 3, "gold": 3}
    assert workspace.feedback.matching("region=north and plan=gold") == 3
    kept = str(workspace.feedback.browse())
    assert not [token for token in issued if token in kept]
    assert "t" not in {column.name for column in workspace.feedback.columns()}
    pages = b"".join(decrypted_pages(workspace.settings.workspace / "feedback.db", workspace.store.store_key))
    assert not [token for token in issued if token.encode() in pages]
    assert b"ann.lee" not in pages
    assert workspace.survey_links.list()[0].used == 6


def test_each_link_takes_one_answer(workspace, issued, tmp_path):
    twice = [*issued[:2], issued[0]]
    report = workspace.ingest([answers(twice, tmp_path)])
    assert (report.stored, [one.reason for one in report.rejections]) == (
        2, ["its survey link was used already; each takes one answer"],
    )  # fmt: skip
    again = workspace.ingest([answers([issued[1], issued[2]], tmp_path, "later.csv")])
    assert (again.stored, again.rejected) == (1, 1)
    whole = workspace.ingest([tmp_path / "answers.csv"])
    assert (whole.stored, whole.duplicates, whole.rejected) == (0, 2, 1)


@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_link_takes_one_answer_when_several_batches_are_under_way(tmp_path, monkeypatch, batch_size):
    """The database learns that a link is used when its batch is stored, long after later batches were read."""
    monkeypatch.setattr(pipeline, "map_batches", four_ahead)
    workspace = make_workspace(tmp_path, batch_size=batch_size)
    workspace.survey_links.issue(write_csv(tmp_path / "c.csv", CUSTOMERS), TEMPLATE, tmp_path / "l.csv", "customer")
    one, other, *_ = [line.partition("t=")[2] for line in (tmp_path / "l.csv").read_text().splitlines()[1:]]
    report = workspace.ingest([answers([one, other, one, one, other], tmp_path)])
    assert (report.stored, [rejected.row for rejected in report.rejections]) == (2, [3, 4, 5])
    assert workspace.feedback.matching() == 2
    assert workspace.survey_links.list()[0].used == 2
    again = workspace.ingest([tmp_path / "answers.csv"])
    assert (again.stored, again.duplicates, again.rejected) == (0, 2, 3)
    workspace.close()


def test_foreign_tokens_do_not_stop_an_import(workspace, issued, tmp_path):
    foreign = "fb-" + "a" * 26
    assert workspace.ingest([answers([foreign, foreign], tmp_path)]).stored == 2
    assert issued


def test_looking_up_the_person_of_a_link_needs_a_reason_and_is_recorded(workspace, issued):
    with pytest.raises(UsageError, match="give a reason"):
        workspace.survey_links.who(issued[0], " ")
    assert (
        workspace.survey_links.who(TEMPLATE.replace("{token}", issued[3]), "Bob Ray asked") == CUSTOMERS[3]["customer"]
    )
    event = workspace.audit.show(1, action="links.who")[0]
    assert event.detail["reason"] == "<PERSON_1> asked"
    assert issued[3] not in str(event.detail)
    with pytest.raises(UsageError, match="not issued here"):
        workspace.survey_links.who("fb-" + "a" * 26, "x")


def test_looking_up_people_needs_its_own_permission(tmp_path):
    from dataclasses import replace

    settings = staffed(tmp_path)
    steward = opened(settings, "stu")
    steward.survey_links.issue(write_csv(tmp_path / "c.csv", CUSTOMERS), TEMPLATE, tmp_path / "l.csv", "customer")
    token = (tmp_path / "l.csv").read_text().splitlines()[1].partition("t=")[2]
    with pytest.raises(AccessError, match="needs persons"):
        steward.survey_links.who(token, "curious")
    admin = opened(settings, "ada")
    grant = next(one.grant for one in admin.users.list() if one.name == "stu")
    admin.users.grant(replace(grant, also=("persons",)))
    assert opened(settings, "stu").survey_links.who(token, "asked to") == CUSTOMERS[0]["customer"]


def test_links_stay_valid_after_a_key_change(workspace, issued):
    workspace.keys.change()
    again = FakeWorkspace(workspace.settings)
    assert again.survey_links.who(issued[0], "x") == CUSTOMERS[0]["customer"]
    again.close()


@pytest.mark.parametrize(
    ("template", "who", "message"),
    [
        ("https://s.example/", "customer", "has {token} once"), ("http://s.example/{token}", "customer", "https://"),
        ("https://s.example/{token}?email=ann@mail.example", "customer", "holds personal data"),
        (TEMPLATE, "nobody", "no column"),
    ],
)  # fmt: skip
def test_invalid_link_requests_are_refused(workspace, tmp_path, template, who, message):
    file = write_csv(tmp_path / "c.csv", CUSTOMERS)
    with pytest.raises(UsageError, match=message):
        workspace.survey_links.issue(file, template, tmp_path / "l.csv", who)
    assert not (tmp_path / "l.csv").exists()
    assert workspace.survey_links.list() == ()


def test_the_commands_make_list_and_look_up(workspace, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("analyzer.cli.commands.link_commands.open_workspace", lambda _: workspace)
    file = write_csv(tmp_path / "c.csv", CUSTOMERS)
    out = tmp_path / "l.csv"
    assert (
        main.main(
            [
                "links",
                "issue",
                str(file),
                "--template",
                TEMPLATE,
                "--who",
                "customer",
                "--segment",
                "plan",
                "--out",
                str(out),
                "--json",
            ]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["links"] == 6
    link = out.read_text().splitlines()[1]
    assert main.main(["links", "list"]) == 0
    assert "6 links, 0 used, joined: plan" in capsys.readouterr().out
    assert main.main(["links", "who", link, "--reason", "complaint"]) == 0
    assert capsys.readouterr().out.strip() == CUSTOMERS[0]["customer"]

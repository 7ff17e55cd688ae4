"""Exports of feedback tools, each tested with a small file that has the actual headings of the tool."""

import csv
import json
from pathlib import Path

import pytest

from analyzer.ingest.mapping import ColumnPlan, guess_mapping
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.typed_rows import raw_feedback
from analyzer.ingest.typing import profile
from analyzer.types import ColumnRole

SAID = "the queue at the desk was far too long today"
QUALTRICS = (
    "StartDate EndDate Status IPAddress Progress Duration_(in_seconds) Finished RecordedDate ResponseId "
    "RecipientLastName RecipientFirstName RecipientEmail ExternalReference LocationLatitude LocationLongitude "
    "DistributionChannel UserLanguage Q1 Q2"
).split()
PLAY = (
    "Package Name,App Version Code,App Version Name,Reviewer Language,Device,Review Submit Date and Time,"
    "Review Submit Millis Since Epoch,Review Last Update Date and Time,Review Last Update Millis Since Epoch,"
    "Star Rating,Review Title,Review Text,Developer Reply Date and Time,Developer Reply Millis Since Epoch,"
    "Developer Reply Text,Review Link"
).split(",")
ZENDESK = (
    "Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,Submitter,"
    "Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,Satisfaction Score"
).split(",")


def plan_of(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> tuple[ColumnPlan, list]:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    table = open_table(path)
    seen = profile(table)
    plan = guess_mapping(seen)
    return plan, list(raw_feedback(table, plan))


def dropped(plan: ColumnPlan) -> set[str]:
    return {label for label, _ in plan.dropped}


def test_qualtrics(tmp_path: Path) -> None:
    header = [name.replace("_", " ") for name in QUALTRICS]
    rows = [header, [f"Question {h}" for h in header], [json.dumps({"ImportId": h}) for h in header]]
    for i in range(3):
        row = ["2024-03-12 10:00:00", "2024-03-12 10:05:00", "IP Address", "10.0.0.1", "100", "300", "True"]
        row += ["2024-03-12 10:05:01", f"R_{i}", "Doe", "Jo", "jo@example.org", f"C{i}", "51.5", "-0.1", "anonymous"]
        rows.append([*row, "EN", "9", f"{SAID} {i}"])
    plan, items = plan_of(tmp_path / "q.csv", rows)
    assert plan.preset == "Qualtrics"
    assert plan.roles == {
        ColumnRole.ID: "ResponseId",
        ColumnRole.RESPONDENT: "ExternalReference",
        ColumnRole.DATE: "RecordedDate",
        ColumnRole.TEXT: "Q2: Question Q2",
    }
    assert [(item.row, item.source_id) for item in items] == [(1, "R_0"), (2, "R_1"), (3, "R_2")]
    assert {"IPAddress", "RecipientLastName", "RecipientEmail", "LocationLatitude"} <= dropped(plan)
    assert any("2 further header rows are read as part" in note for note in open_table(tmp_path / "q.csv").notes)


def test_surveymonkey(tmp_path: Path) -> None:
    header = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name"]
    header += ["Last Name", "Custom Data 1", "How likely are you to recommend us?", "What could we do better?"]
    rows = [header, [*[""] * 9, "Response", "Open-Ended Response"]]
    for i in range(3):
        row = [f"1180522190{i}", "446111201", "03/12/2024 10:00:00 AM", "03/12/2024 10:05:00 AM", "10.0.0.1"]
        rows.append([*row, "jo@example.org", "Jo", "Doe", "x", "9", f"{SAID} {i}"])
    plan, items = plan_of(tmp_path / "s.csv", rows)
    assert plan.preset == "SurveyMonkey"
    assert plan.roles[ColumnRole.ID] == "Respondent ID"
    assert plan.roles[ColumnRole.TEXT] == "What could we do better?"
    assert plan.roles[ColumnRole.DATE] == "End Date"
    assert {"IP Address", "Email Address", "First Name", "Last Name"} <= dropped(plan)
    assert len(items) == 3
    assert items[0].fields["date"] == "2024-03-12T10:05:00"


def test_typeform(tmp_path: Path) -> None:
    header = ["#", "What is your email address?", "What did you like?", "Response Type", "Start Date (UTC)"]
    header += ["Stage Date (UTC)", "Submit Date (UTC)", "Network ID"]
    row = ["completed", "2024-10-05 02:39:31", "", "2024-10-05 02:41:38"]
    rows = [header, *([f"tok{i}", "jo@example.org", f"{SAID} {i}", *row, f"653e{i}"] for i in range(3))]
    plan, items = plan_of(tmp_path / "t.csv", rows)
    assert plan.preset == "Typeform"
    assert plan.roles[ColumnRole.TEXT] == "What did you like?"
    assert plan.roles[ColumnRole.ID] == "#"
    assert plan.roles[ColumnRole.RESPONDENT] == "Network ID"
    assert plan.roles[ColumnRole.DATE] == "Submit Date (UTC)"
    assert dropped(plan) == {"What is your email address?"}
    assert len(items) == 3


def test_google_forms(tmp_path: Path) -> None:
    rows = [["Timestamp", "Email Address", "How was your visit?", "Any comments?"]]
    rows += [["3/12/2024 10:05:00", "jo@example.org", "5", f"{SAID} {i}"] for i in range(3)]
    plan, _ = plan_of(tmp_path / "g.csv", rows)
    assert plan.preset == "Google Forms"
    assert plan.roles == {ColumnRole.DATE: "Timestamp", ColumnRole.TEXT: "Any comments?"}
    assert dropped(plan) == {"Email Address"}


def test_zendesk(tmp_path: Path) -> None:
    rows = [ZENDESK]
    for i in range(3):
        row = ["1", f"{100 + i}", "Jo Doe", "7001", "", "jo@example.org", "example.org", "Jo Doe", "Agent", "Support"]
        rows.append(
            [*row, f"{SAID} {i}", "a b", "Solved", "Low", "Mail", "Problem", "2024-03-12", "2024-03-13", "Good"]
        )
    plan, items = plan_of(tmp_path / "z.csv", rows)
    assert plan.preset == "Zendesk"
    assert plan.roles == {
        ColumnRole.ID: "Id",
        ColumnRole.RESPONDENT: "Requester id",
        ColumnRole.DATE: "Created at",
        ColumnRole.TEXT: "Subject",
    }
    assert {"Requester", "Requester email", "Submitter", "Assignee", "Summation column"} <= dropped(plan)
    assert items[0].source_id == "100"


def test_trustpilot(tmp_path: Path) -> None:
    header = ["Domain Url", "Webshop Name", "Business Unit Id", "Review Id", "Review Created (UTC)"]
    header += ["Review Consumer User Id", "Review Username", "Review User Email", "Review Title", "Review Content"]
    header += ["Review Stars", "Source Name", "Company Reply", "Reference Id"]
    rows = [header]
    for i in range(3):
        row = ["shop.example", "Shop", "b1", f"r{i}", "2024-03-12 10:05:00", f"u{i}", "Jo D", "jo@example.org", "Hm"]
        rows.append([*row, f"{SAID} {i}", "2", "Organic", "we are very sorry to hear about this long queue", "A1"])
    plan, _ = plan_of(tmp_path / "t.csv", rows)
    assert plan.preset == "Trustpilot"
    assert plan.roles[ColumnRole.TEXT] == "Review Content"
    assert plan.roles[ColumnRole.RATING] == "Review Stars"
    assert plan.roles[ColumnRole.ID] == "Review Id"
    assert plan.roles[ColumnRole.RESPONDENT] == "Review Consumer User Id"
    assert {"Review Username", "Review User Email", "Reference Id"} == dropped(plan)
    assert {"date", "rating", "webshop_name"} <= {column.name for column in plan.columns}


def test_app_store(tmp_path: Path) -> None:
    rows = [["id", "rating", "title", "body", "reviewerNickname", "createdDate", "territory"]]
    rows += [[f"a{i}", "1", "Hm", f"{SAID} {i}", "jo77", "2024-03-12T10:05:00-07:00", "GBR"] for i in range(3)]
    plan, items = plan_of(tmp_path / "a.csv", rows)
    assert plan.preset == "App Store"
    assert plan.roles == {
        ColumnRole.ID: "id",
        ColumnRole.DATE: "createdDate",
        ColumnRole.RATING: "rating",
        ColumnRole.TEXT: "body",
    }
    assert dropped(plan) == {"reviewerNickname"}
    assert items[0].fields["date"] == "2024-03-12T10:05:00-07:00"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_google_play(tmp_path: Path, encoding: str) -> None:
    rows = [PLAY]
    for i in range(3):
        row = ["com.example", "77", "1.0.6", "ko", "star2", "2024-03-12T10:05:00Z", "1710237900000"]
        row += ["2024-03-12T10:05:00Z", "1710237900000", "5", "좋아요", f"{SAID} 좋아요 {i}", "", "", "", "https://x"]
        rows.append(row)
    plan, items = plan_of(tmp_path / "p.csv", rows, encoding)
    assert plan.preset == "Google Play"
    assert plan.roles == {
        ColumnRole.DATE: "Review Submit Date and Time",
        ColumnRole.RATING: "Star Rating",
        ColumnRole.TEXT: "Review Text",
    }
    assert "Review Submit Millis Since Epoch" in dropped(plan)
    assert list(items[0].answers.values()) == [f"{SAID} 좋아요 0"]
    assert items[0].fields["rating"] == 5


def test_an_empty_answer_is_a_response_without_comment(tmp_path: Path) -> None:
    rows = [["Timestamp", "Any comments?"], ["3/12/2024", SAID], ["3/12/2024", "  "]]
    _, items = plan_of(tmp_path / "g.csv", rows)
    assert isinstance(items[0], RawFeedback)
    assert isinstance(items[1], RawFeedback)
    assert (items[1].answers, list(items[1].fields)) == ({}, ["date"])

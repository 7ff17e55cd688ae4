"""Survey links: what says who they belong to is found and named, and never repeated."""

import json
import tomllib
from pathlib import Path

import pytest
from fakes import make_workspace, write_csv
from hypothesis import given
from hypothesis import strategies as st

from analyzer.cli import main
from analyzer.privacy.link_audit import (
    ACCOUNT,
    ADDRESS,
    EMAIL,
    NAME,
    OPAQUE,
    PERSON,
    PHONE,
    TOKEN,
    TRACKING,
    UNCLEAR,
    audit_link,
    product_of,
)

LINKS = tomllib.loads((Path(__file__).parent / "survey_urls.toml").read_text(encoding="utf-8"))["link"]
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFubi5sZWVAbWFpbC5leGFtcGxlIn0.c2ln"
KNOWN = {
    "https://x.qualtrics.com/jfe/form/SV_1?RecipientEmail=ann%40mail.example": (EMAIL, "Qualtrics"),
    "https://x.qualtrics.com/jfe/form/SV_1?Q_EED=eyJlbWFpbCI6ImFubkBtYWlsLmV4YW1wbGUifQ": (EMAIL, "Qualtrics"),
    "https://www.surveymonkey.com/r/abc?first_name=Ann": (NAME, "SurveyMonkey"),
    "https://acme.typeform.com/to/abc#email=ann@mail.example": (EMAIL, "Typeform"),
    "https://docs.google.com/forms/d/e/x/viewform?entry.123=0161+496+0733": (PHONE, "Google Forms"),
    "https://js.refiner.io/v1/survey?contact_email=ann@mail.example": (EMAIL, "Refiner"),
    "https://flow.formsort.com/f?mailing_address[postal_code]=ZZ9+8QX": (ADDRESS, "Formsort"),
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fs.example%2Fr%3Femail%3Dann%2540mail.example":
        (EMAIL, "Microsoft SafeLinks"),
    f"https://s.example/r?t={JWT}": (EMAIL, ""),
    "https://s.example/r?gclid=Cj0KCQjw": (TRACKING, ""),
    "https://s.example/customers/77120/survey": (PERSON, ""),
    "https://ann:pw@s.example/survey": (ACCOUNT, ""),
    "mailto:ann@mail.example": (EMAIL, ""),
    "https://s.example/r?x=f47ac10b-58cc-4372-a567-0e02b2c3d479": (OPAQUE, ""),
}  # fmt: skip


@pytest.mark.parametrize("url", KNOWN)
def test_links_of_survey_products_are_read(url):
    kind, product = KNOWN[url]
    assert kind in {piece.kind for piece in audit_link(url)}
    assert product_of(url) == product


def test_a_token_that_cannot_be_read_is_still_one():
    assert TOKEN in {piece.kind for piece in audit_link("https://s.example/r?t=eyJhbGciOiJub25lIn0.xx")}


@pytest.mark.parametrize("link", LINKS, ids=[link["id"] for link in LINKS])
def test_every_known_link_with_a_secret_is_found_and_no_secret_is_repeated(link):
    pieces = audit_link(link["url"])
    assert pieces
    said = " ".join(f"{piece.place} {piece.parameter} {piece.kind} {piece.how}" for piece in pieces).casefold()
    assert not [secret for secret in link["secrets"] if secret.casefold() in said]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com/survey", "https://example.com/feedback?lang=en&utm_source=email", "https://example.com/",
        "https://shop.example/en/help/contact?page=2", "http://localhost:8501/themes",
    ],
)  # fmt: skip
def test_a_harmless_link_is_left_alone(url):
    assert audit_link(url) == ()


@given(st.text(max_size=60))
def test_no_text_raises(text):
    for url in (text, f"https://s.example/{text}", f"https://s.example/?{text}", f"https://s.example/#{text}"):
        assert all(piece.kind for piece in audit_link(url))


def test_a_file_is_scanned_row_by_row_and_values_are_not_shown(tmp_path, monkeypatch, capsys):
    workspace = make_workspace(tmp_path)
    monkeypatch.setattr("analyzer.cli.commands.link_commands.open_workspace", lambda _: workspace)
    rows = [{"customer": "1", "link": url} for url in KNOWN] + [{"customer": "2", "link": "https://s.example/survey"}]
    file = write_csv(tmp_path / "links.csv", rows)
    assert main.main(["links", "scan", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["links"], found["personal"]) == (len(KNOWN) + 1, len(KNOWN))
    assert {one["column"] for one in found["findings"]} == {"link"}
    plain = tmp_path / "links.txt"
    plain.write_text("\n".join(KNOWN))
    assert main.main(["links", "scan", str(plain), "--strict"]) == 1
    printed = capsys.readouterr()
    assert "identify a person" in printed.out + printed.err
    assert not [
        secret for secret in ("ann@", "ann%40", "0733", "77120", "f47ac10b") if secret in printed.out.casefold()
    ]


def test_stored_comments_hold_no_such_link(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", [{"comment": f"see {url} now"} for url in KNOWN])])
    found = workspace.survey_links.scan()
    assert (found.links > 0, found.personal) == (True, 0)
    assert UNCLEAR not in found.kinds
    workspace.close()


@pytest.mark.parametrize(
    "query", ["campaign=mothers-day-2024", "d=2024-05-01", "utm_content=summer_sale_2023", "wave=2024-05"]
)
def test_an_occasion_is_no_identifier_of_a_person(query):
    assert {piece.kind for piece in audit_link(f"https://survey.example/r?{query}")} <= {"unclear value"}


@pytest.mark.parametrize("query", ["dob=2012-05-01", "d=1962-07-03", "uid=2024-05-01-77", "c=ann-2024-x7"])
def test_what_is_like_an_occasion_stays_suspicious(query):
    assert {piece.kind for piece in audit_link(f"https://survey.example/r?{query}")} - {"unclear value"}

"""Scans of survey links: what is counted, where it is said to be, and that no finding repeats what it found."""

import pytest
from fakes import make_workspace, write_csv
from hypothesis import given
from hypothesis import strategies as st

from analyzer.custody.survey_links import MOST_FINDINGS, scan_links
from analyzer.errors import AccessError, InputFileError, UsageError
from analyzer.privacy.link_audit import EMAIL, PHONE, TRACKING
from analyzer.privacy.urls import scrub_url

PLAIN = "https://s.example/survey"
MAIL = "https://s.example/r?email=ann@mail.example"
THREE = "https://s.example/r?email=ann@mail.example&phone=01614960733&gclid=Cj0KCQjw"
UNSURE = "https://s.example/r?x=maybe"
NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=12).map(lambda one: f"zq{one}")


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    yield workspace
    workspace.close()


def cells(*texts):
    return [(str(n), "link", text) for n, text in enumerate(texts, start=1)]


def test_texts_without_links_have_no_findings():
    for texts in ((), ("",), ("no link at all", "late, and wet.")):
        found = scan_links(cells(*texts))
        assert (found.links, found.personal, found.unclear, found.kinds, found.findings) == (0, 0, 0, {}, ())


def test_a_link_counts_once_and_each_of_its_pieces_is_a_finding():
    found = scan_links(cells(THREE, PLAIN, MAIL))
    assert (found.links, found.personal, found.unclear) == (3, 2, 0)
    assert found.kinds == {EMAIL: 2, PHONE: 1, TRACKING: 1}
    assert next(iter(found.kinds)) == EMAIL  # the most frequent first
    assert [(one.row, one.parameter) for one in found.findings] == [
        ("1", "email"), ("1", "phone"), ("1", "gclid"), ("3", "email"),
    ]  # fmt: skip


def test_every_link_of_a_text_is_scanned():
    found = scan_links([("R-1", "comment", f"see {PLAIN} or {MAIL} and {THREE}, thanks")])
    assert (found.links, found.personal) == (3, 2)
    assert {(one.row, one.column) for one in found.findings} == {("R-1", "comment")}


def test_a_link_that_may_be_personal_is_unclear_and_not_personal_too():
    found = scan_links(cells(UNSURE, f"{MAIL}&x=maybe"))
    assert (found.links, found.personal, found.unclear) == (2, 1, 1)


@pytest.mark.parametrize("links", [MOST_FINDINGS // 3, MOST_FINDINGS // 3 + 1, MOST_FINDINGS // 3 + 50])
def test_findings_are_capped_and_counts_are_not(links):
    """Three findings a link do not add up to the limit exactly."""
    found = scan_links(cells(*[THREE] * links))
    assert (found.links, found.personal, found.kinds[PHONE]) == (links, links, links)
    assert len(found.findings) == min(3 * links, MOST_FINDINGS)


@given(NAMES, st.sampled_from(("query", "fragment", "account", "mailto")))
def test_no_finding_repeats_an_address(name, place):
    address = f"{name}@mail.example"
    link = {
        "query": f"https://s.example/r?email={address}", "fragment": f"https://s.example/r#email={address}",
        "account": f"https://{name}:{name}@s.example/r", "mailto": f"mailto:{address}",
    }[place]  # fmt: skip
    found = scan_links(cells(f"see {link} now"))
    assert found.personal == 1
    assert name not in str(found).replace(f"see {link}", "")


@given(st.lists(st.text(max_size=40), max_size=5))
def test_counts_agree_with_findings_for_any_text(texts):
    found = scan_links(cells(*(f"{MAIL} {text} https://s.example/{text}" for text in texts)))
    assert found.personal >= len(texts)
    assert found.links >= found.personal + found.unclear
    assert sum(found.kinds.values()) == len(found.findings)
    assert all(one.link == scrub_url(one.link) for one in found.findings)


def test_a_list_is_scanned_by_line_whatever_its_bytes(workspace, tmp_path):
    file = tmp_path / "links.TXT"
    file.write_bytes(f"{PLAIN}\n\n".encode() + b"\xff\xfe\x00 no link\n" + MAIL.encode() + b"\r\n" + THREE.encode())
    found = workspace.survey_links.scan(file)
    assert (found.links, found.personal) == (3, 2)
    assert [(one.row, one.column) for one in found.findings][:2] == [("4", ""), ("5", "")]
    (event,) = workspace.audit.show(1, action="links.scan")
    assert event.detail == {"links": 3, "personal": 2, "unclear": 0}


def test_a_table_is_scanned_in_every_column(workspace, tmp_path):
    rows = [{"name": "a", "first link": PLAIN, "note": ""}, {"name": "b", "first link": "", "note": f"at {MAIL}"}]
    found = workspace.survey_links.scan(write_csv(tmp_path / "t.csv", rows))
    assert (found.links, found.personal) == (2, 1)
    assert [(one.column, one.parameter, one.kind) for one in found.findings] == [("note", "email", EMAIL)]


@pytest.mark.parametrize("name", ["none.txt", "none.csv", "folder.txt"])
def test_a_file_that_cannot_be_read_is_refused_and_no_scan_is_recorded(workspace, tmp_path, name):
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(InputFileError, match=name):
        workspace.survey_links.scan(tmp_path / name)
    assert not workspace.audit.show(action="links.scan")


def test_stored_comments_and_their_text_columns_are_scanned(workspace, tmp_path):
    rows = [{"id": f"R-{n}", "comment": f"it was late {n}, see {PLAIN}?page={n}"} for n in range(12)]
    assert workspace.survey_links.scan().links == 0
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    found = workspace.survey_links.scan()
    assert (found.links, found.personal) == (12, 0)


def test_links_that_could_not_be_written_are_not_issued(workspace, tmp_path):
    file = write_csv(tmp_path / "c.csv", [{"customer": "ann@mail.example", "plan": "gold"}])
    taken = tmp_path / "taken.csv"
    taken.write_text("mine")
    template = "https://s.example/?t={token}"
    with pytest.raises(UsageError, match="is there already; choose another name"):
        workspace.survey_links.issue(file, template, taken, "customer")
    with pytest.raises(UsageError, match=r"none/l.csv cannot be written \(No such file or directory\)"):
        workspace.survey_links.issue(file, template, tmp_path / "none" / "l.csv", "customer")
    with pytest.raises(InputFileError):
        workspace.survey_links.issue(tmp_path / "nothing.csv", template, tmp_path / "l.csv", "customer")
    for more in (["region"], ["plan", "Region"]):
        with pytest.raises(UsageError, match=r"has no column .*; its columns: customer, plan"):
            workspace.survey_links.issue(file, template, tmp_path / "l.csv", "customer", more)
    assert taken.read_text() == "mine"
    assert not (tmp_path / "l.csv").exists()
    assert workspace.survey_links.list() == ()
    assert workspace.database.rows("SELECT count(*) FROM links")[0][0] == 0
    assert not workspace.audit.show(action="links.issue")


@pytest.mark.parametrize("token", ["", "fb-", "fb-" + "a" * 25, "FB-" + "A" * 26, "' OR 1=1", "\x00"])
def test_what_is_no_token_is_looked_up_for_nobody(workspace, token):
    with pytest.raises(UsageError, match="no survey link token found; give the link or its token"):
        workspace.survey_links.who(token, "asked")
    assert not workspace.audit.show(action="links.who")


def test_links_are_for_stewards(tmp_path):
    from roles import ACCOUNTS, opened, staffed

    settings = staffed(tmp_path)
    for name in set(ACCOUNTS) - {"stu"}:
        held = opened(settings, name)
        for refused in (held.survey_links.scan, held.survey_links.list):
            with pytest.raises(AccessError, match="needs links"):
                refused()
        held.close()
    steward = opened(settings, "stu")
    assert (steward.survey_links.scan().links, steward.survey_links.list()) == (0, ())
    steward.close()

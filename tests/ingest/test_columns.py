"""Profiles, plans and typed rows."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import MappingError
from analyzer.ingest.header import is_personal, is_respondent, slug, unique_names
from analyzer.ingest.mapping import ColumnPlan, guess_mapping
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_table import SourceTable
from analyzer.ingest.typed_rows import raw_feedback
from analyzer.ingest.types import Rejected
from analyzer.ingest.typing import Profile, profile
from analyzer.types import Column, ColumnRole, Kind, Reading, Scale

SAID = "the queue at the desk was far too long"


def table_of(path: Path, header: list[str], rows: list[list[str]]) -> SourceTable:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return open_table(path)


def profile_of(path: Path, header: list[str], rows: list[list[str]]) -> Profile:
    return profile(table_of(path, header, rows))


def roles_of(plan: ColumnPlan) -> dict[str, str]:
    return {role.value: label for role, label in plan.roles.items()}


def test_labels_become_names_for_filters() -> None:
    labels = ["FFT answer", "Größe", "Qualité perçue", "日本", "FFT-answer", "1st visit", "id", "   "]
    assert unique_names(labels) == (
        "fft_answer",
        "grosse",
        "qualite_percue",
        "column_4",
        "fft_answer_2",
        "column_1st_visit",
        "column_id",
        "column_8",
    )


@given(st.lists(st.text(), max_size=20))
def test_names_are_unique_and_never_empty(labels: list[str]) -> None:
    names = unique_names(labels)
    assert len(set(names)) == len(labels)
    assert all(name and name == slug(name) and not name[0].isdigit() for name in names)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2.5", "-3"], Kind.NUMBER),
        (["007", "008"], Kind.CODE),
        (["5551234567", "5551234568"], Kind.TEXT),
        (["2024-01-02", "2024-01-03"], Kind.DATE),
        (["web", "shop"] * 20, Kind.CATEGORY),
        ([f"{SAID} {i}" for i in range(40)], Kind.TEXT),
        (["NA", "null", "None"], Kind.TEXT),
        (["13/01/2024"] * 9 + ["soon"], Kind.DATE),
        (["13/01/2024"] * 8 + ["soon", "later"], Kind.TEXT),
    ],
)
def test_kinds_come_from_every_value(tmp_path: Path, values: list[str], kind: Kind) -> None:
    seen = profile_of(tmp_path / "a.csv", ["x", "y"], [[value, "1"] for value in values])
    assert seen.columns[0].kind is kind


def test_identifiers_are_followed_beyond_the_cap(tmp_path: Path) -> None:
    rows = [[f"k{i}", f"t{i}"] for i in range(3_000)]
    seen = profile_of(tmp_path / "a.csv", ["Comment ID", "text"], rows)
    assert (seen.columns[0].is_unique, seen.columns[0].distinct) == (True, 2_000)
    seen = profile_of(tmp_path / "a.csv", ["Comment ID", "text"], [*rows, ["k2999", "again"]])
    assert not seen.columns[0].is_unique


def test_identifiers_need_not_be_followed_where_memory_must_not_grow(tmp_path: Path) -> None:
    rows = [[f"k{i}", f"t{i}"] for i in range(3_000)]
    table = table_of(tmp_path / "a.csv", ["Comment ID", "text"], rows)
    assert [c.is_unique for c in profile(table, follow_ids=False).columns] == [True, False]
    table = table_of(tmp_path / "a.csv", ["Comment ID", "text"], [*rows, ["k1999", "again"]])
    assert not profile(table, follow_ids=False).columns[0].is_unique


def test_samples_are_different_values_from_all_over_the_file(tmp_path: Path) -> None:
    seen = profile_of(tmp_path / "a.csv", ["x", "y"], [[f"v{i // 2}", "v" * 2_001] for i in range(6_000)])
    places = [int(sample[1:]) for sample in seen.columns[0].samples]
    assert len(set(places)) == 200
    assert all(any(start <= place < start + 300 for place in places) for start in range(0, 3_000, 300))
    assert seen.columns[1].samples == ()
    seen = profile_of(tmp_path / "a.csv", ["x", "y"], [[f"v{i % 30}", ""] for i in range(90)])
    assert seen.columns[0].samples == tuple(f"v{i}" for i in range(30))


def test_each_row_is_reported_while_profiling(tmp_path: Path) -> None:
    counts: list[int] = []
    profile(table_of(tmp_path / "a.csv", ["a", "b"], [["1", "2"]] * 3), counts.append)
    assert counts == [1, 2, 3]


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (["Kommentar", "Thema"], "Kommentar"),
        (["Commentaire", "Service"], "Commentaire"),
        (["Comentarios", "Tienda"], "Comentarios"),
        (["Opmerkingen", "Winkel"], "Opmerkingen"),
        (["Q17", "Shop"], "Q17"),
        (["Q17", "Response Type"], "Q17"),
    ],
)
def test_comments_are_found_by_name_or_by_length(tmp_path: Path, header: list[str], text: str) -> None:
    rows = [[f"{SAID} {i}", "north" if i % 2 else "south"] for i in range(30)]
    assert guess_mapping(profile_of(tmp_path / "a.csv", header, rows)).roles == {ColumnRole.TEXT: text}


def test_every_role_is_guessed_and_named(tmp_path: Path) -> None:
    header = ["Comment ID", "Customer ID", "Submitted", "Stars", "Channel", "Comment"]
    rows = [[f"c{i}", f"p{i % 5}", "2024-01-02", str(i % 5 + 1), "web", f"{SAID} {i}"] for i in range(30)]
    plan = guess_mapping(profile_of(tmp_path / "a.csv", header, rows))
    assert roles_of(plan) == {
        "id": "Comment ID",
        "respondent": "Customer ID",
        "date": "Submitted",
        "rating": "Stars",
        "text": "Comment",
    }
    assert plan.columns == (
        Column("date", "Submitted", Kind.DATE, ColumnRole.DATE, Reading(dates="ymd")),
        Column("rating", "Stars", Kind.NUMBER, ColumnRole.RATING, Reading(scale=Scale("stars", 1, 5))),
        Column("channel", "Channel", Kind.CATEGORY),
    )


def test_a_name_already_taken_is_not_given_twice(tmp_path: Path) -> None:
    rows = [["2024-01-02", "n/a", f"{SAID} {i}"] for i in range(30)]
    plan = guess_mapping(profile_of(tmp_path / "a.csv", ["Submitted", "Date", "Comment"], rows))
    assert plan.roles[ColumnRole.DATE] == "Submitted"
    assert [c.name for c in plan.columns] == ["submitted", "date"]


def test_columns_about_a_person_are_dropped_unless_kept(tmp_path: Path) -> None:
    header = ["Name", "E-Mail", "Product Name", "Comment"]
    seen = profile_of(tmp_path / "a.csv", header, [["Jo", "jo@example.org", "Tea", f"{SAID} {i}"] for i in range(30)])
    plan = guess_mapping(seen)
    assert plan.dropped == (("Name", "holds personal data"), ("E-Mail", "holds personal data"))
    assert [c.name for c in plan.columns] == ["product_name"]
    assert [c.name for c in guess_mapping(seen, {"keep": "name"}).columns] == ["name", "product_name"]
    assert [c.name for c in guess_mapping(seen, {"keep": "name, E-Mail"}).columns] == ["name", "e_mail", "product_name"]
    respondent = guess_mapping(seen, {"respondent": "E-Mail"})
    assert respondent.roles[ColumnRole.RESPONDENT] == "E-Mail"
    assert respondent.dropped == (("Name", "holds personal data"),)


@pytest.mark.parametrize(
    "label",
    [
        *("Name", "First Name", "lastName", "Full name", "E-mail", "Email Address", "Recipient Email", "Phone number"),
        *("Mobile", "Postcode", "ZIP", "IP Address", "IPAddress", "Date of birth", "DOB", "reviewerNickname"),
        *("Vorname", "Nachname", "Straße", "Postleitzahl", "PLZ", "Geburtsdatum", "Telefonnummer", "E-Mail-Adresse"),
        *("Prénom", "Nom", "Code postal", "Date de naissance", "Téléphone", "Adresse", "Nombre", "Apellidos"),
        *("Dirección", "Código postal", "Fecha de nacimiento", "Correo electrónico", "Teléfono", "Voornaam"),
        *("Achternaam", "Geboortedatum", "Telefoonnummer", "Adres", "Requester", "User ID", "Home Address"),
        *("What is your email address?", "Please tell us your name if you like"),
    ],
)
def test_headings_that_name_a_person_are_known(label: str) -> None:
    assert is_personal(label)


@pytest.mark.parametrize(
    "label",
    [
        *("Product Name", "App Version Name", "Department Name", "Comment", "Rating", "Date", "Country", "Channel"),
        *("Did our staff address your concerns in a timely way?", "Package Name", "Street cleaning", "Trust", "Title"),
        *("Comment ID", "Person identifiable info?", "Environment & Facilities", "Notes", "Renamed", "Phone calls"),
    ],
)
def test_other_headings_are_left_alone(label: str) -> None:
    assert not is_personal(label)


def test_respondents_are_known_by_heading() -> None:
    assert all(map(is_respondent, ["Respondent ID", "customer id", "userId", "Contact ID", "Kundennummer"]))
    assert not any(map(is_respondent, ["Comment ID", "Review Id", "App ID", "Respondent name"]))


def test_columns_personal_by_content_take_no_part_in_guessing(tmp_path: Path) -> None:
    rows = [[f"first thing {i}", f"{SAID} {i}", f"k{i}"] for i in range(30)]
    seen = profile_of(tmp_path / "a.csv", ["Comment", "q2", "key"], rows)
    plan = guess_mapping(seen, personal={"Comment": "holds secrets", "key": "holds secrets"})
    assert roles_of(plan) == {"id": "key", "text": "q2"}
    assert plan.dropped == (("Comment", "holds secrets"),)
    assert plan.by_content == ()
    assert guess_mapping(seen, {"keep": "comment"}, personal={"Comment": "holds secrets"}).dropped == ()
    dropped = guess_mapping(seen, {"drop": "comment"}, personal={"Comment": "holds secrets"}).dropped
    assert dropped == (("Comment", "dropped on request"),)


def test_what_the_person_says_comes_first(tmp_path: Path) -> None:
    rows = [[f"{SAID} {i}", f"short {i}", "4", "2024-01-02"] for i in range(30)]
    seen = profile_of(tmp_path / "a.csv", ["Comment", "Why not?", "Stars", "When"], rows)
    plan = guess_mapping(seen, {"text": "why_not", "rating": "", "drop": "when"}, ["STARS"])
    assert roles_of(plan) == {"text": "Why not?"}
    assert plan.dropped == (("Stars", "dropped on request"), ("When", "dropped on request"))
    assert [c.name for c in plan.columns] == ["comment"]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"text": "Gone"}, "has no column 'Gone'; its columns are Comment, Stars"),
        (
            {"mood": "Comment"},
            "unknown role 'mood' in --map; roles are text, id, date, rating, respondent, link, drop, keep",
        ),
        ({"text": "Comment", "id": "comment"}, "has two roles"),
        ({"text": "Comment", "drop": "comment"}, "both used and dropped"),
        ({"drop": "Comment"}, "no column looks like comments; choose one with --map text=COLUMN"),
    ],
)
def test_wrong_mappings_are_one_line_with_the_remedy(tmp_path: Path, overrides: dict[str, str], message: str) -> None:
    seen = profile_of(tmp_path / "a.csv", ["Comment", "Stars"], [[f"{SAID} {i}", "4"] for i in range(30)])
    with pytest.raises(MappingError) as caught:
        guess_mapping(seen, overrides)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "queue" not in str(caught.value)


def test_rows_become_typed_feedback(tmp_path: Path) -> None:
    header = ["Comment ID", "User ID", "Date", "Stars", "Price", "Channel", "Comment"]
    rows = [[f"c{i}", f"u{i}", "13/01/2024", "4", "1.5", "web", f"{SAID} {i}"] for i in range(30)]
    rows[1] = ["c1", "", "soon", "", "", "", " Did not answer "]
    rows[2] = ["c2", "u2", "13/01/2024", "4", "1.5", "web", "\u200a\n "]
    rows[3] = ["c3", "u3", "13/01/2024", "4", "1.5", "web", "a" * 20_001]
    rows[4].insert(0, "extra")
    table = table_of(tmp_path / "a.csv", header, rows)
    seen = profile(table)
    items = list(raw_feedback(table, guess_mapping(seen)))
    first, second = items[:2]
    assert isinstance(first, RawFeedback)
    assert isinstance(second, RawFeedback)
    assert (first.row, first.source_id, first.respondent, first.answers) == (1, "c0", "u0", {"Comment": f"{SAID} 0"})
    assert first.fields == {"date": "2024-01-13", "rating": 4, "price": 1.5, "channel": "web"}
    assert (second.answers, second.respondent, second.fields) == ({"Comment": "Did not answer"}, None, {})
    assert isinstance(items[2], RawFeedback)
    assert (items[2].answers, items[2].fields) == ({}, first.fields)  # a score without words is a response
    assert items[3:5] == [
        Rejected("a.csv", 4, "comment longer than 20,000 characters"),
        Rejected("a.csv", 5, "has 8 cells, header has 7"),
    ]
    assert "queue" not in repr(items)


def test_a_digest_is_of_the_whole_row_and_its_headings(tmp_path: Path) -> None:
    def digests(name: str, header: list[str], rows: list[list[str]]) -> list[bytes]:
        table = table_of(tmp_path / name, header, rows)
        seen = profile(table)
        return [item.digest for item in raw_feedback(table, guess_mapping(seen, {"text": "Comment"}))]

    rows = [["Good", "1", ""], ["Good", "1", ""], ["Good", "", "1"], ["Good1", "", ""]]
    first = digests("a.csv", ["Comment", "a", "b"], rows)
    assert first == digests("b.csv", ["Comment", "a", "b"], rows)
    assert len(first[0]) == 16
    assert first[0] == first[1]
    assert len(set(first)) == 3
    assert not set(first) & set(digests("c.csv", ["Comment", "a", "c"], rows))


@given(rows=st.lists(st.lists(st.text(max_size=30), min_size=1, max_size=5), min_size=1, max_size=10))
def test_every_row_yields_exactly_one_item(rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """The rows stand among usual ones, so that none is a header, a remark or a broken line."""
    path = tmp_path_factory.mktemp("rows") / "a.csv"
    usual = [[f"so it is {i}", "1", "2024-01-02" if i % 3 else ""] for i in range(20)]
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerows([["Comment", "Stars", "Date"], *usual, *rows, *usual])
    table = open_table(path)
    seen = profile(table)
    items = list(raw_feedback(table, guess_mapping(seen, {"text": "Comment"})))
    assert len(items) == seen.rows == len(rows) + 40
    assert [item.row for item in items] == list(range(1, len(rows) + 41))

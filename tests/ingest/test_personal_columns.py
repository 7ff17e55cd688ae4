"""Personal columns found by content: which are left out or kept, and how the user overrides it. People are invented."""

import csv
import random
import time
from itertools import pairwise
from pathlib import Path

import pytest
from fakes import fake_scrubber
from hypothesis import given
from hypothesis import strategies as st

from analyzer.config import PROJECT
from analyzer.errors import MappingError
from analyzer.ingest import personal_cells
from analyzer.ingest.mapping import OPAQUE, ColumnPlan, guess_mapping
from analyzer.ingest.personal_columns import is_name, personal_columns
from analyzer.ingest.preview import preview_file
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.typing import Profile, profile
from analyzer.privacy.recognizers.checksums import is_luhn
from analyzer.types import ColumnRole

SAID = "the queue at the desk was far too long"
GIVEN = frozenset(
    "amara bjorn celine dmitri elif farid greta hassan ingrid jorge katarzyna liam meera nadia otto priya quentin "
    "rosalind stefan theo emma lily georgia virginia victoria sydney".split()
)
FIRST = [name.capitalize() for name in sorted(GIVEN)[:20]]
LAST = "Adeyemi Bakker Castell Dorsey Ekman Fonseca Grabowski Hollins Ibsen Jansson Keller Lindqvist Moreau".split()
PEOPLE = [f"{FIRST[i % 20]} {LAST[i % 13]}" for i in range(40)]
LUHN = [n for n in (f"4000001234{i:06d}" for i in range(600)) if is_luhn(n)]


def is_given(word: str) -> bool:
    return word.lower() in GIVEN


def profile_of(folder: Path, columns: dict[str, list[str]]) -> Profile:
    """A file with these columns and one of comments; shorter columns are repeated."""
    size = max(map(len, columns.values()))
    header = [*columns, "Comment"]
    rows = [[*(values[i % len(values)] for values in columns.values()), f"{SAID} {i}"] for i in range(size)]
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return profile(open_table(folder / "a.csv"))


def found(folder: Path, heading: str, values: list[str]) -> str:
    return personal_columns(profile_of(folder, {heading: values}), is_given).get(heading, "")


PERSONAL = {
    "e-mail addresses": [f"{name.lower().replace(' ', '.')}@mail{i}.example" for i, name in enumerate(PEOPLE)],
    "e-mail addresses with names": [f"{name} <{name[:3].lower()}{i}@x.example>" for i, name in enumerate(PEOPLE)],
    "phone numbers": [f"07700 900{i:03d}" for i in range(100, 140)],
    "phone numbers with a country code": [f"+49 30 90012{i}" for i in range(100, 140)],
    "phone numbers of North America": [f"(555) 010-0{i}" for i in range(100, 140)],
    "phone numbers without an area": [f"555-01{i}" for i in range(10, 50)],
    "names of people": PEOPLE,
    "names of people of a few families": [f"{first} {last}" for first in FIRST[:12] for last in LAST[:4]],
    "names of people, family name first": [f"{name.split()[1]}, {name.split()[0]}" for name in PEOPLE],
    "names of people in capitals": [name.upper() for name in PEOPLE],
    "names of people with titles and initials": [f"Dr. {name[0]}. {name.split()[1]}" for name in PEOPLE],
    "names of people, given ones": FIRST,
    "card or account numbers": LUHN[:40],
    "card or account numbers (IBAN)": [
        "GB29NWBK60161331926819", "DE89 3704 0044 0532 0130 00", "FR1420041010050500013M02606", "NL91ABNA0417164300",
        "ES9121000418450200051332",
    ],
    "national numbers": [f"{i:03d}-45-6789" for i in range(100, 140)],
    "national numbers (UK)": [f"QQ {i} 34 56 C".replace("QQ", "JG") for i in range(10, 40)],
    "network addresses": [f"203.0.113.{i}" for i in range(1, 40)],
    "network addresses (IPv6)": [f"2001:db8::{i:x}" for i in range(1, 40)],
    "addresses": [f"{i} Acacia Avenue" for i in range(1, 40)],
    "addresses (German)": [f"Lindenstraße {i}, 01067 Dresden" for i in range(1, 40)],
    "addresses (Dutch)": [f"Keizersgracht {i}" for i in range(1, 40)],
    "addresses (French)": [f"{i} bis rue des Lilas" for i in range(1, 40)],
    "addresses (postcodes)": [f"SW{i} 4QT" for i in range(1, 20)],
    "addresses over lines": [f"Flat {i}\nRose Cottage\nLeeds\nLS{i} 4QT" for i in range(1, 20)],
    "handles": [f"@{name.split()[0].lower()}_{i}" for i, name in enumerate(PEOPLE)],
    "links about a person": [f"https://s.example/r?email=p{i}%40x.example&lang=en" for i in range(40)],
}  # fmt: skip
HARMLESS = {
    "comments": [f"{SAID}, said number {i}" for i in range(40)],
    "short comments": ["Great service", "Friendly staff", "Too slow", "Emma was kind", "Will return", "Rude", "Clean"],
    "comments about ways": [f"{i} minute walk from the station" for i in range(1, 20)],
    "regions": ["Georgia", "Virginia", "Victoria", "Sydney", "North", "South"],
    "cities": ["Leeds", "New York", "San Diego", "Sankt Gallen", "Bath", "Sydney", "Lille", "Utrecht"],
    "products named after people": [f"{name} {thing}" for name in FIRST[:6] for thing in ("Dress", "Top", "Skirt")],
    "products": ["Billy bookcase", "55 Inch TV", "3 Seater Sofa", "iPhone 15", "Galaxy S21", "Diamond ring 2"],
    "departments": ["Customer Service", "Menswear", "Home & Garden", "Accounts", "Human Resources"],
    "companies": ["Hollins Ltd", "Emma Group", "Keller GmbH", "Otto Sons", "Theo Inc"],
    "dates": [f"2024-01-{i:02d}" for i in range(1, 28)],
    "dates among words": [f"0{i}.01.2024 soon" for i in range(1, 9)],
    "moments in milliseconds": [str(1_700_000_000_000 + i * 977) for i in range(60)],
    "seconds": [str(1_700_000_000 + i * 977) for i in range(60)],
    "financial years": [f"{year}-{year + 1}" for year in range(2010, 2024)],
    "sizes": ["8-10", "10-12", "12-14", "XS", "XL", "36 R"],
    "order numbers": [f"ORD-{i}" for i in range(10_230, 10_300)],
    "long plain numbers": [str(1_234_567 + i * 13) for i in range(60)],
    "amounts": [f"1.{i}.550" for i in range(100, 160)],
    "versions": ["4.12.0.1", "4.11.2.0", "5.0.0.12", "3.9.8.7", "10.1.0.3", "4.2.1.88"],
    "ISBNs": [f"978-3-16-1484{i}-0" for i in range(10, 70)],
    "links": [f"https://shop.example/help/{word}?lang=en" for word in ("a", "b", "returns", "pay", "sizes")],
    "ages": ["18-24", "25-34", "35-44", "45-54", "55-64"],
    "seasons": ["2024 Summer", "2023 Winter", "2022 Spring", "2024 Autumn", "2021 Summer", "Spring 2024"],
    "codes": [f"{word}-{i}" for i, word in enumerate("alpha beta gamma delta epsilon zeta".split())],
    "months": "January February March April May June July August".split(),
    "four e-mail addresses": [f"p{i}@x.example" for i in range(4)],
}  # fmt: skip


@pytest.mark.parametrize("what", PERSONAL)
def test_a_column_of_personal_values_is_told_without_its_heading(tmp_path, what):
    reason = found(tmp_path, "q7", PERSONAL[what])
    assert reason.startswith("holds ")
    assert reason.endswith(" (by content)")
    assert what.startswith(reason.removeprefix("holds ").removesuffix(" (by content)"))


@pytest.mark.parametrize("what", HARMLESS)
def test_a_column_of_other_values_stays(tmp_path, what):
    assert found(tmp_path, "q7", HARMLESS[what]) == ""


def test_a_comment_column_stays_even_when_every_comment_holds_an_address(tmp_path):
    comments = [f"please write to p{i}@x.example because {SAID} and nobody called me back" for i in range(40)]
    assert found(tmp_path, "q7", comments) == ""


def test_comments_too_long_for_a_sample_still_make_a_column_of_comments(tmp_path):
    comments = [f"{SAID} {i} " * 60 for i in range(20)]
    assert found(tmp_path, "q7", [*comments, *PERSONAL["e-mail addresses"][:6]]) == ""


def test_three_values_of_five_are_enough_and_fewer_are_not(tmp_path):
    mails, words = PERSONAL["e-mail addresses"], [f"word {chr(97 + i)}" for i in range(20)]
    assert found(tmp_path, "q7", [*mails[:30], *words])
    assert not found(tmp_path, "q7", [*mails[:25], *words])


def test_kinds_add_up(tmp_path):
    mixed = [*PERSONAL["e-mail addresses"][:10], *PERSONAL["phone numbers"][:8], *(f"room {c}" for c in "abcdefgh")]
    assert found(tmp_path, "q7", mixed) == "holds e-mail addresses (by content)"


def test_the_same_addresses_again_and_again_count_once(tmp_path):
    assert not found(tmp_path, "q7", [*[PERSONAL["e-mail addresses"][0]] * 50, *(f"word {c}" for c in "abcdefgh")])


@pytest.mark.parametrize("heading", ["Product", "Store name", "City", "Supplier"])
def test_things_and_places_may_be_called_after_people(tmp_path, heading):
    assert not found(tmp_path, heading, PEOPLE)


def test_stores_have_addresses_that_are_nobodys_home(tmp_path):
    stores = [f"{i} Acacia Avenue" for i in range(1, 8)]
    assert not found(tmp_path, "Store", stores * 20)
    assert found(tmp_path, "q7", stores * 20)


def test_evidence_is_drawn_from_the_whole_file(tmp_path):
    late = [*(f"word {i}" for i in range(100)), *(f"p{i}@x.example" for i in range(4_000))]
    assert found(tmp_path, "q7", late)


def test_references_of_machines_become_pseudonyms_when_they_tell_rows_or_people_apart(tmp_path):
    draw = random.Random(3)
    tokens = [f"{draw.getrandbits(128):032x}" for _ in range(40)]
    seen = profile_of(tmp_path, {"key_of": tokens, "who": tokens[:20], "made by": [*tokens[:39], ""]})
    personal = personal_columns(seen, is_given)
    assert personal == {"key_of": OPAQUE, "who": OPAQUE, "made by": OPAQUE}
    plan = guess_mapping(seen, personal=personal)
    assert plan.roles == {ColumnRole.ID: "key_of", ColumnRole.RESPONDENT: "who", ColumnRole.TEXT: "Comment"}
    assert plan.dropped == (("made by", OPAQUE),)
    assert plan.by_content == (("key_of", OPAQUE), ("who", OPAQUE))
    assert guess_mapping(seen, {"id": "", "respondent": ""}, personal=personal).roles == {ColumnRole.TEXT: "Comment"}
    kept = guess_mapping(seen, {"keep": "key_of"}, personal=personal)
    assert ColumnRole.ID not in kept.roles
    assert "key_of" in [column.label for column in kept.columns]


def test_a_heading_that_says_id_is_believed(tmp_path):
    tokens = [f"{i:032x}" for i in range(3**30, 3**30 + 40)]
    assert personal_columns(profile_of(tmp_path, {"Review ID": tokens}), is_given) == {}


def planned(seen: Profile, **overrides: str) -> ColumnPlan:
    return guess_mapping(seen, overrides, personal=personal_columns(seen, is_given))


def test_a_column_left_out_by_content_is_shown_with_its_reason_and_can_be_kept(tmp_path):
    seen = profile_of(tmp_path, {"q7": [f"a.lee{i}@x.example" for i in range(40)], "shop": ["north", "south"]})
    plan = planned(seen)
    assert plan.dropped == (("q7", "holds e-mail addresses (by content)"),)
    left_out = preview_file(seen, plan, fake_scrubber()).columns[0]
    assert (left_out.use, left_out.reason, left_out.examples) == ("left out", plan.dropped[0][1], ())
    kept = planned(seen, keep="q7")
    assert [column.label for column in kept.columns] == ["q7", "shop"]
    shown = preview_file(seen, kept, fake_scrubber()).columns[0]
    assert (shown.use, shown.examples[0]) == ("kept as a field", "<EMAIL_ADDRESS_1>")


def test_a_role_by_content_is_shown_with_its_reason(tmp_path):
    seen = profile_of(tmp_path, {"q7": [f"5f{i}c8ec7c33c6c004bbafe{i}" for i in range(10, 50)]})
    shown = preview_file(seen, planned(seen), fake_scrubber()).columns[0]
    assert (shown.use, shown.examples) == ("id", ())
    assert shown.reason == "holds opaque identifiers (by content), which become pseudonyms"


def test_what_the_person_mapped_is_never_left_out(tmp_path):
    seen = profile_of(tmp_path, {"q7": PEOPLE, "q8": PERSONAL["phone numbers"]})
    assert planned(seen, text="q7").roles[ColumnRole.TEXT] == "q7"
    assert planned(seen, respondent="q8").roles[ColumnRole.RESPONDENT] == "q8"
    assert dict(planned(seen, respondent="q8").dropped) == {"q7": "holds names of people (by content)"}


def test_names_alone_are_not_taken_for_comments(tmp_path):
    with (tmp_path / "b.csv").open("w", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in ["Answer,shop", *(f"{name},north" for name in PEOPLE)])
    seen = profile(open_table(tmp_path / "b.csv"))
    with pytest.raises(MappingError, match="no column looks like comments"):
        planned(seen)
    without = guess_mapping(seen, personal=personal_columns(seen, is_given), needs_text=False)
    assert (without.roles, without.dropped) == ({}, (("Answer", "holds names of people (by content)"),))


def test_many_columns_keep_fewer_samples_each(tmp_path):
    seen = profile_of(tmp_path, {f"c{i}": [f"value {j}" for j in range(300)] for i in range(400)})
    assert {len(column.samples) for column in seen.columns} == {49}


@given(st.permutations(range(450)))
def test_the_sample_does_not_depend_on_the_order_of_the_rows(tmp_path_factory, order):
    folder = tmp_path_factory.mktemp("order")
    samples = profile_of(folder, {"a": [f"value {i}" for i in order]}).columns[0].samples
    assert len(samples) == 200
    assert set(samples) == set(profile_of(folder, {"a": [f"value {i}" for i in range(450)]}).columns[0].samples)


CHECKS = [
    check
    for name, check in sorted(vars(personal_cells).items())
    if name.startswith("is_") and check.__module__ == personal_cells.__name__
]


@given(st.text(max_size=300) | st.text("0123456789 -.()+@A/:", max_size=300) | st.text("a1 @.,%-'", max_size=300))
def test_no_cell_makes_a_check_fail(cell):
    assert all(check(cell) in (True, False) for check in CHECKS)
    assert is_name(cell, is_given) in (True, False)


@pytest.mark.parametrize(
    "cell", ["a " * 150, "1" * 300, "1 " * 150, "a." * 150, "(1" * 150, "1 a-a'a " * 37, "A1" * 150, "@" * 300]
)
def test_no_cell_takes_long(cell):
    started = time.perf_counter()
    for _ in range(10):
        assert all(check(cell) in (True, False) for check in CHECKS)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("name", [
    "nhs_survey/comments.csv", "clothing_reviews/reviews.csv.zip", "banking_queries/train.csv",
    "app_review_search/corpus.jsonl",
])  # fmt: skip
def test_real_files_lose_nothing_by_content(shared, name):
    seen = profile(open_table(shared / "data" / name))
    assert personal_columns(seen) == {}


def test_the_example_is_mapped_as_before():
    seen = profile(open_table(PROJECT / "examples" / "feedback.csv"))
    assert guess_mapping(seen, personal=personal_columns(seen)) == guess_mapping(seen)


def test_options_of_several_people_are_names(tmp_path):
    cells = [f"{one};{other};" for one, other in pairwise(PEOPLE[:9])] + [f"{PEOPLE[0]};"]
    assert found(tmp_path, "q7", cells * 3).startswith("holds names")
    assert not found(tmp_path, "q7", ["App;Web;", "Web;", "Shop;Phone;", "Phone;", "Letter;", "App;"] * 3)


UNCOMMON = (
    "Bartosz Chidi Gethin Nokuthula Thandeka Oluwaseun Priyanka Wendeline Kwabena Ifeoma Souleymane Devendra".split()
)
SURNAMES = (
    "Horvath Lindqvist Asante Okonjo Szymanski Raghunathan Fosdyke Whitcombe Papadakis Okeke Brannigan Mbeki".split()
)
ODD = {
    "fname": UNCOMMON,
    "l_name": SURNAMES,
    "D.O.B.": [f"{1 + i:02}/{1 + i % 12:02}/19{50 + i}" for i in range(12)],
    "Geb.-Datum": [f"{1 + i:02}.{1 + i % 12:02}.19{50 + i}" for i in range(12)],
    "Emergency contact": [f"{name} 07700 9003{i:02}" for i, name in enumerate(SURNAMES)],
    "Next of kin": [f"{first} {last}" for first, last in zip(UNCOMMON, SURNAMES, strict=True)],
    "Kunde": [f"{last}, {first}" for last, first in zip(SURNAMES, UNCOMMON, strict=True)],
    "Passenger": [f"{last}, {first}" for last, first in zip(SURNAMES, UNCOMMON, strict=True)],
    "Lat": [f"53.80{i:03}" for i in range(12)],
    "Long": [f"-1.54{i:03}" for i in range(12)],
    "Booking": ["K7QXPD", "JW4T9M", "P4ZKWM", "7HQX2M", "W9KLMP", "QX7PDK"],
    "PNR": ["K7QXPD", "JW4T9M", "P4ZKWM", "7HQX2M", "W9KLMP", "QX7PDK"],
    "Who served you today?": UNCOMMON,
    "Wer hat Sie bedient?": UNCOMMON,
}


@pytest.mark.parametrize("heading", ODD)
def test_a_column_under_an_odd_heading_is_left_out(heading, tmp_path):
    facts = profile_of(tmp_path, {heading: ODD[heading]})
    plan = guess_mapping(facts, {}, (), personal_columns(facts))
    assert heading in dict(plan.dropped)


HARMLESS_COLUMNS = {
    "Booking": ["online", "by phone", "in store", "walk-in", "app", "partner"],
    "Who served you today?": ["nobody", "a friendly person", "the machine", "can't remember", "self service", "team"],
    "City": ["Boston, Massachusetts", "Austin, Texas", "Paris, Texas", "Salem, Oregon", "York, Maine", "Bath, Maine"],
    "Longest wait": ["10 minutes", "an hour", "none", "two days", "a week", "not long"],
}


@pytest.mark.parametrize("heading", HARMLESS_COLUMNS)
def test_a_column_with_a_similar_heading_is_kept(heading, tmp_path):
    facts = profile_of(tmp_path, {heading: HARMLESS_COLUMNS[heading]})
    assert heading not in dict(guess_mapping(facts, {}, (), personal_columns(facts)).dropped)

"""Roles, questions, scales, exclusions and kept columns: what a file is taken for."""

import csv
from pathlib import Path

import pytest

from analyzer.errors import MappingError
from analyzer.ingest.column_options import ColumnOptions, parse_options
from analyzer.ingest.header import is_id, is_reply
from analyzer.ingest.mapping import ColumnPlan, fit_to_workspace, guess_mapping
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.typing import profile
from analyzer.ingest.values.reader import reader
from analyzer.types import Column, ColumnRole, FieldValue, Kind, Reading, Scale

TEXTS = [
    "the delivery slot was moved twice",
    "friendly counter staff found my size",
    "the app logs me out all the time",
    "the soup was salty and the bread was stale",
]


def plan_of(path: Path, header: list[str], rows: list[list[str]], **options: object) -> ColumnPlan:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return guess_mapping(profile(open_table(path)), **options)


def values_of(plan: ColumnPlan, label: str, cells: list[str]) -> list[FieldValue]:
    return list(map(reader(*plan.reading_of(label)), cells))


@pytest.mark.parametrize(
    ("label", "other", "cells"),
    [
        (
            "Your comment",
            "Which product did you buy from us?",
            ["the large blue garden bench", "the small red garden chair"],
        ),
        ("Please tell us why you answered no", "Favourite product", ["the blue mug one", "the red mug two"]),
        (
            "Ihr Kommentar",
            "Welches Produkt haben Sie gekauft?",
            ["die große blaue Gartenbank", "der kleine rote Stuhl"],
        ),
        ("Votre commentaire", "Quel produit avez-vous acheté ?", ["le grand banc bleu", "la petite chaise rouge"]),
    ],
)
def test_the_comment_is_found_beside_other_prose(tmp_path: Path, label: str, other: str, cells: list[str]) -> None:
    rows = [["2024-03-01", cells[i % 2] + f" {i}", TEXTS[i % 4] + " again"] for i in range(8)]
    plan = plan_of(tmp_path / "a.csv", ["Date", other, label], rows)
    assert plan.roles[ColumnRole.TEXT] == label
    assert ColumnRole.ID not in plan.roles


@pytest.mark.parametrize(
    "label", ["Developer Reply Text", "Company Reply", "Antwort des Unternehmens", "Agent notes", "Our response"]
)
def test_words_of_the_company_are_no_question(label: str) -> None:
    assert is_reply(label)


@pytest.mark.parametrize(
    "label", ["Your comment", "Your answer", "Was our answer helpful?", "Hour response", "Ihre Antwort"]
)
def test_other_headings_are_the_customers(label: str) -> None:
    assert not is_reply(label)


def test_sentences_name_no_identifier() -> None:
    assert not is_id("Please tell us why you answered no")
    assert not is_id("What was the main reason you chose our service number")
    assert all(map(is_id, ["Order no", "Ticket ID", "Response Number", "#"]))


@pytest.mark.parametrize(
    ("label", "cells"),
    [
        ("Email support", ["Good", "Bad", "Good", "Bad"]),
        ("Telefon", ["sehr gut", "gut", "schlecht", "gut"]),
        ("Phone", ["5", "4", "1", "2"]),
        ("E-mail newsletter", ["Yes", "No", "Yes", "Yes"]),
    ],
)
def test_a_contact_that_is_rated_is_no_personal_data(tmp_path: Path, label: str, cells: list[str]) -> None:
    plan = plan_of(tmp_path / "a.csv", [label, "Comment"], [list(pair) for pair in zip(cells, TEXTS, strict=True)])
    assert plan.dropped == ()
    assert [column.label for column in plan.columns] == [label]


@pytest.mark.parametrize(
    ("label", "cells"),
    [
        ("Email support", ["a@example.org", "b@example.org"]),
        ("Phone", ["5551234567", "5551234568"]),
        ("Mobile", ["07911", "12"]),
    ],
)
def test_a_contact_is_left_out(tmp_path: Path, label: str, cells: list[str]) -> None:
    plan = plan_of(tmp_path / "a.csv", [label, "Comment"], [list(pair) for pair in zip(cells, TEXTS, strict=False)])
    assert [dropped for dropped, _ in plan.dropped] == [label]


def test_every_question_answered_in_free_text_is_found_the_most_answered_first(tmp_path: Path) -> None:
    rows = [[str(i), TEXTS[0], ""] for i in range(8)] + [["9", "", TEXTS[3] + " and the waiter was rude"]]
    plan = plan_of(tmp_path / "a.csv", ["ID", "What did you like?", "What did you dislike?"], rows)
    assert plan.questions == ("What did you like?", "What did you dislike?")
    assert plan.roles[ColumnRole.TEXT] == "What did you like?"
    assert plan.columns == ()
    assert "2 columns are answered in free text" in " ".join(plan.notes)


def test_the_user_restricts_or_lists_the_questions(tmp_path: Path) -> None:
    header, rows = ["Like?", "Dislike?", "Wishes?"], [[TEXTS[0], TEXTS[1], TEXTS[2]], [TEXTS[1], TEXTS[2], TEXTS[3]]]
    one = plan_of(tmp_path / "a.csv", header, rows, overrides={"text": "dislike"})
    assert one.questions == ("Dislike?",)
    assert [column.label for column in one.columns] == ["Like?", "Wishes?"]
    two = plan_of(tmp_path / "a.csv", header, rows, overrides={"text": "Wishes?, Like?"})
    assert (two.questions, two.roles[ColumnRole.TEXT]) == (("Wishes?", "Like?"), "Wishes?")
    assert one.identity == two.identity == ("Like?", "Dislike?", "Wishes?")


def test_titles_links_and_notes_of_agents_are_no_questions(tmp_path: Path) -> None:
    header = ["Review Title", "Review Text", "Agent notes", "Page URL"]
    rows = [
        ["so good that I cried", TEXTS[i], "called the customer back at noon", f"https://shop.example/{i}"]
        for i in range(4)
    ]
    plan = plan_of(tmp_path / "a.csv", header, rows)
    assert plan.questions == ("Review Text",)


def test_an_amazon_export_is_understood(tmp_path: Path) -> None:
    rows = [
        ["5.0 out of 5 stars", "Reviewed in the United States on March 1, 2024", TEXTS[0]],
        ["1.0 out of 5 stars", "Reviewed in the United States on March 2, 2024", TEXTS[1]],
    ]
    plan = plan_of(tmp_path / "a.csv", ["review_rating", "review_date", "review_body"], rows)
    assert {role.value: label for role, label in plan.roles.items()} == {
        "rating": "review_rating",
        "date": "review_date",
        "text": "review_body",
    }
    assert plan.reading_of("review_rating")[1].scale == Scale("stars", 1, 5)


@pytest.mark.parametrize("cells", [["1.18052E+11"] * 3, ["1,18052E+11", "1,18053E+11", "1,18053E+11"]])
def test_rounded_identifiers_are_refused(tmp_path: Path, cells: list[str]) -> None:
    header, rows = ["Respondent ID", "Comment"], [list(pair) for pair in zip(cells, TEXTS, strict=False)]
    plan = plan_of(tmp_path / "a.csv", header, rows)
    assert ColumnRole.RESPONDENT not in plan.roles
    assert ColumnRole.ID not in plan.roles
    assert "a spreadsheet rounded" in dict(plan.dropped)["Respondent ID"]
    with pytest.raises(MappingError, match="export the file again"):
        plan_of(tmp_path / "a.csv", header, rows, overrides={"respondent": "Respondent ID"})


@pytest.mark.parametrize(
    ("header", "cells", "excluded"),
    [
        ("Response Status", ["complete", "partial", "Complete", "disqualified"], {"partial": 1, "disqualified": 1}),
        ("Status", ["IP Address", "Survey Preview", "IP Address", "Spam"], {"survey preview": 1, "spam": 1}),
        ("Finished", ["True", "False", "True", "True"], {"false": 1}),
        ("Finished", ["1", "0", "1", "0"], {"0": 2}),
        ("Response Type", ["completed", "partial", "completed", "completed"], {"partial": 1}),
        ("Is Test", ["Yes", "No", "No", "No"], {"yes": 1}),
        ("Statut", ["terminé", "partiel", "terminé", "terminé"], {"partiel": 1}),
        ("Status", ["open", "solved", "in progress", "open"], {}),
        ("Finished", ["False", "False", "False", "False"], {}),
    ],
)
def test_rows_that_are_no_answers_are_found(
    tmp_path: Path, header: str, cells: list[str], excluded: dict[str, int]
) -> None:
    rows = [list(pair) for pair in zip(cells, TEXTS, strict=True)]
    plan = plan_of(tmp_path / "a.csv", [header, "Comment"], rows)
    assert {value: one.rows for one in plan.exclusions for value in one.values} == excluded
    assert sum("left out" in note for note in plan.notes) == len(excluded)
    kept = plan_of(tmp_path / "a.csv", [header, "Comment"], rows, overrides={"keep": header})
    assert kept.exclusions == ()


def test_limesurvey_leaves_unfinished_responses_without_a_date(tmp_path: Path) -> None:
    header = ["id", "submitdate", "lastpage", "Comment"]
    rows = [["1", "2024-01-02 10:00:00", "3", TEXTS[0]], ["2", "", "1", TEXTS[1]]]
    (one,) = plan_of(tmp_path / "a.csv", header, rows).exclusions
    assert (one.label, one.values, one.rows) == ("submitdate", frozenset({""}), 1)


@pytest.mark.parametrize(
    ("label", "cells", "scale"),
    [
        ("NPS", ["0", "3", "9", "10"], Scale("nps", 0, 10)),
        ("How likely are you to recommend us?", ["7", "8", "9", "10"], Scale("nps", 0, 10)),
        ("Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?", ["7", "8", "0", "10"], Scale("nps", 0, 10)),
        ("Satisfaction", ["1", "3", "4", "5"], Scale("csat", 1, 5)),
        ("How easy was it to solve your problem?", ["1", "3", "6", "7"], Scale("ces", 1, 7)),
        ("Sterne", ["1", "3", "4", "4"], Scale("stars", 1, 5)),
        ("Score", ["2/10", "10/10", "9/10", "7/10"], Scale("rating", 0, 10)),
        ("FFT categorical answer", ["1", "1", "5", "2"], Scale("rating", 1, 5, is_reversed=True)),
        ("Schulnote", ["1", "6", "2", "3"], Scale("grade", 1, 6, is_reversed=True)),
        ("Rating", ["1 - Very good", "2 - Good", "4 - Poor", "5 - Very poor"], Scale("rating", 1, 5, is_reversed=True)),
        ("Rating (1 = excellent, 5 = very poor)", ["1", "2", "4", "5"], Scale("rating", 1, 5, is_reversed=True)),
        (
            "Satisfaction",
            ["1 - Very dissatisfied", "2 - Dissatisfied", "4 - Satisfied", "5 - Very satisfied"],
            Scale("csat", 1, 5),
        ),
    ],
)
def test_scales_are_told_with_their_direction(tmp_path: Path, label: str, cells: list[str], scale: Scale) -> None:
    plan = plan_of(tmp_path / "a.csv", [label, "Comment"], [list(pair) for pair in zip(cells, TEXTS, strict=True)])
    assert plan.reading_of(label)[1].scale == scale
    assert any("is the best" in note for note in plan.notes) is scale.is_reversed


def test_values_beside_a_scale_are_said(tmp_path: Path) -> None:
    rows = [[str(i % 5 + 1), TEXTS[i % 4]] for i in range(40)] + [["7", TEXTS[0]]]
    plan = plan_of(tmp_path / "a.csv", ["FFT answer score", "Comment"], rows)
    assert "1 values outside the scale of 1 to 5" in " ".join(plan.notes)


KNOWN = {"rating": Column("rating", "Score", Kind.NUMBER, ColumnRole.RATING, Reading(scale=Scale("rating", 1, 5)))}


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["N/A", "5", "4", "3"], [None, 5, 4, 3]),
        (["1 - Very dissatisfied", "5 - Very satisfied", "2 - Dissatisfied", "N/A"], [1, 5, 2, None]),
        (["sehr unzufrieden", "sehr zufrieden", "zufrieden", "k.A."], [1, 5, 4, None]),
        (["4,5", "3,0", "2,0", "1,0"], [4.5, 3.0, 2.0, 1.0]),
    ],
)
def test_a_later_wave_is_read_under_the_kept_kind(tmp_path: Path, cells: list[str], values: list[FieldValue]) -> None:
    rows = [list(pair) for pair in zip(cells, TEXTS, strict=True)]
    plan = plan_of(tmp_path / "a.csv", ["Score", "Comments"], rows, known=KNOWN)
    assert plan.roles[ColumnRole.RATING] == "Score"
    assert plan.reading_of("Score")[0] is Kind.NUMBER
    assert values_of(plan, "Score", cells) == values


def test_values_that_do_not_fit_a_kept_kind_are_said(tmp_path: Path) -> None:
    rows = [["open", TEXTS[0]], ["closed", TEXTS[1]], ["3", TEXTS[2]]]
    plan = plan_of(tmp_path / "a.csv", ["Score", "Comments"], rows, known=KNOWN)
    assert "2 of its 3 values do not fit" in " ".join(plan.notes)
    assert values_of(plan, "Score", ["open", "3"]) == [None, 3]


def test_labels_of_a_kept_scale_are_joined(tmp_path: Path) -> None:
    kept = Column("mood", "Mood", Kind.ORDINAL, None, Reading(labels=("Bad", "Good"), numbers=(1, 2)))
    rows = [["Very good", TEXTS[0]], ["Bad", TEXTS[1]], ["Very good", TEXTS[2]]]
    plan = plan_of(tmp_path / "a.csv", ["Mood", "Comments"], rows, known={"mood": kept})
    assert plan.reading_of("Mood")[1].labels == ("Bad", "Good", "Very good")


def test_the_order_of_day_and_month_is_that_of_the_file_where_it_is_clear(tmp_path: Path) -> None:
    kept = Column("date", "Date", Kind.DATE, ColumnRole.DATE, Reading(dates="mdy"))
    clear = plan_of(
        tmp_path / "a.csv",
        ["Date", "Comment"],
        [["13/01/2024", TEXTS[0]], ["02/01/2024", TEXTS[1]]],
        known={"date": kept},
    )
    assert clear.reading_of("Date")[1].dates == "dmy"
    unclear = plan_of(
        tmp_path / "b.csv",
        ["Date", "Comment"],
        [["03/01/2024", TEXTS[0]], ["02/01/2024", TEXTS[1]]],
        known={"date": kept},
    )
    assert unclear.reading_of("Date")[1].dates == "mdy"


@pytest.mark.parametrize(
    ("options", "label", "kind", "cells", "values"),
    [
        (parse_options(types=["Branch=text"]), "Branch", Kind.TEXT, ["12", "13"], ["12", "13"]),
        (parse_options(types=["branch=code"]), "Branch", Kind.CODE, ["12", "13"], ["12", "13"]),
        (parse_options(types=["Branch=category"]), "Branch", Kind.CATEGORY, ["12", "13"], ["12", "13"]),
        (
            parse_options(dates=["Branch=excel-1904"]),
            "Branch",
            Kind.DATE,
            ["43890", "43891"],
            ["2024-03-01", "2024-03-02"],
        ),
        (
            parse_options(dates=["Day=mdy"]),
            "Day",
            Kind.DATE,
            ["03/04/2024", "01/02/2024"],
            ["2024-03-04", "2024-01-02"],
        ),
        (parse_options(order=["Size=S|M|L"]), "Size", Kind.ORDINAL, ["L", "s"], ["L", "S"]),
        (parse_options(missing=["Branch=12"]), "Branch", Kind.NUMBER, ["12", "13"], [None, 13]),
    ],
)
def test_options_decide_about_single_columns(
    tmp_path: Path, options: ColumnOptions, label: str, kind: Kind, cells: list[str], values: list[FieldValue]
) -> None:
    rows = [[str(i), f"0{i + 1}/02/2024", "SML"[i % 3], TEXTS[i]] for i in range(4)]
    plan = plan_of(tmp_path / "a.csv", ["Branch", "Day", "Size", "Comment"], rows, options=options)
    assert plan.reading_of(label)[0] is kind
    assert values_of(plan, label, cells) == values


@pytest.mark.parametrize(
    "wrong",
    [
        {"types": ["Branch"]},
        {"types": ["Branch=money"]},
        {"dates": ["Day=dd"]},
        {"order": ["=S|M"]},
        {"missing": ["Branch="]},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, list[str]]) -> None:
    with pytest.raises(MappingError):
        parse_options(**wrong)


def test_an_option_of_an_unknown_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="has no column 'Gone'"):
        plan_of(tmp_path / "a.csv", ["Comment"], [[TEXTS[0]]], options=parse_options(types=["Gone=text"]))


def test_dates_of_one_file_have_one_order(tmp_path: Path) -> None:
    rows = [["3/1/2024", "3/14/2024", TEXTS[0]], ["3/2/2024", "3/15/2024", TEXTS[1]]]
    plan = plan_of(tmp_path / "a.csv", ["Start", "End", "Comment"], rows)
    assert values_of(plan, "Start", ["3/1/2024"]) == ["2024-03-01"]
    assert not any("both ways" in note for note in plan.notes)


def test_numbers_that_may_be_thousands_are_said(tmp_path: Path) -> None:
    rows = [["1.234", TEXTS[0]], ["5.678", TEXTS[1]]]
    assert "may be thousands or decimals" in " ".join(plan_of(tmp_path / "a.csv", ["Betrag", "Kommentar"], rows).notes)
    rows = [["1.234", "4,5", TEXTS[0]], ["5.678", "3,5", TEXTS[1]]]
    plan = plan_of(tmp_path / "b.csv", ["Betrag", "Note", "Kommentar"], rows)
    assert values_of(plan, "Betrag", ["1.234"]) == [1234]


def test_phone_numbers_are_no_ranges(tmp_path: Path) -> None:
    rows = [["555-1234", TEXTS[0]], ["556-9876", TEXTS[1]], ["557-1111", TEXTS[2]]]
    plan = plan_of(tmp_path / "a.csv", ["Phone", "Comment"], rows)
    assert [label for label, _ in plan.dropped] == ["Phone"]


@pytest.mark.parametrize(("label", "cell"), [("Email", "anonymous"), ("E-Mail", "-")])
def test_an_empty_contact_column_is_still_one(tmp_path: Path, label: str, cell: str) -> None:
    plan = plan_of(tmp_path / "a.csv", [label, "Comment"], [[cell, text] for text in TEXTS])
    assert [dropped for dropped, _ in plan.dropped] == [label]


def test_status_and_replies_are_no_questions(tmp_path: Path) -> None:
    header = ["Response Status", "reviewReply", "Property response", "Other comments"]
    rows = [["completed", "thank you for the kind words", "we are sorry to hear that", text] for text in TEXTS]
    assert plan_of(tmp_path / "a.csv", header, rows).questions == ("Other comments",)


def test_limesurvey_headings_may_hold_code_and_text(tmp_path: Path) -> None:
    header = [
        "id. Antwort-ID",
        "submitdate. Datum Abgeschickt",
        "lastpage. Letzte Seite",
        "Q2. Was sollten wir ändern?",
    ]
    rows = [["1", "2024-01-02 10:00:00", "3", TEXTS[0]], ["2", "", "1", TEXTS[1]]]
    assert [one.rows for one in plan_of(tmp_path / "a.csv", header, rows).exclusions] == [1]


@pytest.mark.parametrize("cells", [["1", "5", "4"], ["Very dissatisfied", "Very satisfied", "Satisfied"]])
def test_a_renamed_rating_of_the_same_scale_is_one_column(tmp_path: Path, cells: list[str]) -> None:
    rows = [list(pair) for pair in zip(cells, TEXTS, strict=False)]
    plan = plan_of(tmp_path / "a.csv", ["Satisfaction", "Your comment"], rows, known=KNOWN)
    fitted = fit_to_workspace(plan, KNOWN.values())
    assert [(column.name, column.label, column.kind) for column in fitted.columns] == [
        ("rating", "Satisfaction", Kind.NUMBER)
    ]
    assert values_of(plan, "Satisfaction", cells) == [1, 5, 4]


def test_a_renamed_rating_of_another_scale_is_a_column_of_its_own(tmp_path: Path) -> None:
    rows = [["0", TEXTS[0]], ["10", TEXTS[1]], ["7", TEXTS[2]]]
    plan = fit_to_workspace(plan_of(tmp_path / "a.csv", ["NPS", "Comment"], rows, known=KNOWN), KNOWN.values())
    assert [(column.name, column.role) for column in plan.columns] == [("nps", None)]
    assert "its scale may differ" in " ".join(plan.notes)


def test_one_new_label_joins_a_kept_scale(tmp_path: Path) -> None:
    kept = Column("mood", "Mood", Kind.ORDINAL, None, Reading(labels=("Bad", "Good"), numbers=(1, 2)))
    rows = [["Very good", TEXTS[0]], ["Very good", TEXTS[1]]]
    plan = plan_of(tmp_path / "a.csv", ["Mood", "Comments"], rows, known={"mood": kept})
    assert plan.reading_of("Mood") == (
        Kind.ORDINAL,
        Reading(labels=("Bad", "Good", "Very good"), numbers=(2.0, 4.0, 5.0)),
    )


def test_names_of_people_are_not_kept_as_labels(tmp_path: Path) -> None:
    rows = [["1 - Jane Doe", TEXTS[0]], ["2 - John Smith", TEXTS[1]], ["1 - Jane Doe", TEXTS[2]]]
    plan = plan_of(tmp_path / "a.csv", ["Served by", "Comments"], rows)
    assert plan.reading_of("Served by")[1].labels == ()


def test_a_forced_number_finds_its_decimal_mark(tmp_path: Path) -> None:
    rows = [["4,5", TEXTS[0]], ["good", TEXTS[1]], ["3,5", TEXTS[2]], ["bad", TEXTS[3]]]
    plan = plan_of(tmp_path / "a.csv", ["Mark", "Comments"], rows, options=parse_options(types=["Mark=number"]))
    assert values_of(plan, "Mark", ["4,5", "good"]) == [4.5, None]
    assert "2 of 4 values do not fit" in " ".join(plan.notes)


def test_a_number_that_no_label_of_a_kept_scale_has_becomes_a_label(tmp_path: Path) -> None:
    labels = ("1 - Very poor", "2 - Poor", "5 - Very good")
    known = {"mood": Column("mood", "Mood", Kind.ORDINAL, None, Reading(labels=labels, numbers=(1.0, 2.0, 5.0)))}
    rows = [[str(n % 5 + 1), f"the queue was long {n}"] for n in range(20)]
    (column,) = plan_of(tmp_path / "a.csv", ["Mood", "Comment"], rows, known=known).columns
    assert column.reading.labels == ("1 - Very poor", "2 - Poor", "3", "4", "5 - Very good")
    assert column.reading.numbers == (1.0, 2.0, 3.0, 4.0, 5.0)
    assert [reader(column.kind, column.reading)(cell) for cell in ("1", "3", "5")] == [
        "1 - Very poor",
        "3",
        "5 - Very good",
    ]


def test_a_flag_of_zero_and_one_is_no_scale(tmp_path: Path) -> None:
    rows = [[str(n % 2), f"the queue was long {n}"] for n in range(20)]
    plan = plan_of(tmp_path / "a.csv", ["Recommended IND", "Comment"], rows)
    assert [column.reading.scale for column in plan.columns] == [None]

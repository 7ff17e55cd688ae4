"""Where a table begins and ends: titles, further header rows, no header, totals and repeated headers."""

import csv
import itertools
from pathlib import Path

import openpyxl
import pytest

from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_table import SourceRow, SourceTable

SAID = (
    "the delivery slot was moved twice",
    "friendly counter staff found my size",
    "the app logs me out all the time",
    "waited forty minutes and got cut off",
)


def open_text(folder: Path, text: str, name: str = "a.csv") -> SourceTable:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return open_table(path)


def open_rows(folder: Path, rows: list[list[object]], kind: str) -> SourceTable:
    path = folder / f"a.{kind}"
    if kind == "csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([value if value != "" else None for value in row])
        book.save(path)
    return open_table(path)


def cells(table: SourceTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows() if isinstance(row, SourceRow)]


def said(table: SourceTable, words: str) -> bool:
    cells(table)
    return any(words in note for note in table.notes)


QUALTRICS = ["StartDate", "EndDate", "RecordedDate", "ResponseId", "Q1", "Q2", "Q3_5_TEXT"]
QUESTIONS = ["Start Date", "End Date", "Recorded Date", "Response ID", "How likely?", "Why?", "Which? - Other - Text"]
GERMAN = ["Startdatum", "Enddatum", "Aufgezeichnet am", "Antwort-ID", "Wie wahrscheinlich?", "Warum?", "Welche? - Text"]
IMPORT = [f'{{"ImportId":"{code}"}}' for code in QUALTRICS]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("further", [[QUESTIONS], [QUESTIONS, IMPORT], [GERMAN], [GERMAN, IMPORT]])
def test_qualtrics_question_texts_are_the_names(tmp_path: Path, kind: str, further: list[list[object]]) -> None:
    rows = [[*["2024-03-01"] * 3, f"R_{i}", 9 - i, text, "a friend" if i == 0 else ""] for i, text in enumerate(SAID)]
    table = open_rows(tmp_path, [QUALTRICS, *further, *rows], kind)
    assert table.header[:4] == ("StartDate", "EndDate", "RecordedDate", "ResponseId")
    assert table.header[4:6] == (f"Q1: {further[0][4]}", f"Q2: {further[0][5]}")
    assert table.header[6].startswith("Q3_5_TEXT: ")
    assert [row[5] for row in cells(table)] == list(SAID)
    assert said(table, "further header row")


def test_codes_of_the_old_qualtrics_give_way_to_their_texts(tmp_path: Path) -> None:
    rows = [["V1", "V8", "V10", "Q1", "Q2"], ["ResponseID", "StartDate", "Finished", "How likely?", "Why?"]]
    rows += [[f"R_{i}", "2024-03-01 10:00:00", "1", str(i), text] for i, text in enumerate(SAID)]
    table = open_rows(tmp_path, rows, "csv")
    assert table.header == ("ResponseID", "StartDate", "Finished", "Q1: How likely?", "Q2: Why?")
    assert len(cells(table)) == 4


@pytest.mark.parametrize(
    ("codes", "texts"),
    [
        (["q1", "q2", "q3"], ["Wann waren Sie hier?", "Wie war es?", "Was können wir besser machen?"]),
        (["F01", "F02_1", "F03"], ["Date de visite", "Quelle note donnez-vous ?", "Que devons-nous améliorer ?"]),
    ],
)
def test_a_row_of_questions_under_a_row_of_codes_is_a_header(tmp_path: Path, codes: list, texts: list) -> None:
    rows = [[f"0{i + 1}.03.2024", i, text] for i, text in enumerate(SAID)]
    table = open_rows(tmp_path, [codes, texts, *rows], "csv")
    assert table.header == tuple(f"{code}: {text}" for code, text in zip(codes, texts, strict=True))
    assert len(cells(table)) == 4


SURVEYMONKEY = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,Rate these,,What could we do better?\n"
    ",,,,,,Staff,Price,Open-Ended Response\n"
    "11805221900,1,03/14/2024,03/14/2024,,,4,2,the delivery slot was moved twice\n"
    "11805221901,1,03/15/2024,03/15/2024,,,5,1,friendly counter staff found my size\n"
)


def test_blank_headings_over_options_get_the_names_below(tmp_path: Path) -> None:
    table = open_text(tmp_path, SURVEYMONKEY)
    assert table.header[6:] == ("Rate these: Staff", "Rate these: Price", "What could we do better?")
    assert [row[6:] for row in cells(table)] == [("4", "2", SAID[0]), ("5", "1", SAID[1])]


@pytest.mark.parametrize(
    ("header", "second"),
    [
        ("Respondent-ID,Startdatum,Wie zufrieden sind Sie?,Was fehlt?", ",,Antwort,Offene Antwort"),
        ("ID du répondant,Date de début,Quelle note ?,Que manque-t-il ?", ",,Réponse,Réponse ouverte"),
        ("ID de respuesta,Fecha de inicio,¿Qué nota?,¿Qué falta?", ",,Respuesta,Respuesta abierta"),
        ("Respondent-id,Begindatum,Welk cijfer?,Wat ontbreekt?", ",,Antwoord,Open antwoord"),
        ("Respondent ID,Start Date,How good?,What is missing?", ",,Response,Open-Ended Response"),
    ],
)
def test_rows_that_only_say_response_are_no_answers(tmp_path: Path, header: str, second: str) -> None:
    rows = "118,14.03.2024,4,die Wartezeit war lang\n119,15.03.2024,5,sehr nettes Personal\n"
    table = open_text(tmp_path, f"{header}\n{second}\n{rows}")
    assert table.header == tuple(header.split(","))
    assert cells(table)[0] == ("118", "14.03.2024", "4", "die Wartezeit war lang")
    assert len(cells(table)) == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "About you,,Your visit,Comments\nAge group,Branch,Food,What should we change?\n"
            "18-29,North,4,the delivery slot was moved twice\n30-49,South,2,friendly counter staff found my size\n",
            ("About you: Age group", "About you: Branch", "Your visit: Food", "Comments: What should we change?"),
        ),
        (
            "Zur Person,,Ihr Besuch,,\nAlter,Filiale,Essen,Service,Was sollen wir ändern?\n"
            "18,Nord,4,5,Das Essen war kalt und fade\n30,Süd,2,3,Personal freundlich und schnell\n",
            (
                "Zur Person: Alter", "Zur Person: Filiale", "Ihr Besuch: Essen", "Ihr Besuch: Service",
                "Ihr Besuch: Was sollen wir ändern?",
            ),
        ),
        (
            ",,Votre visite,,Commentaires\nÂge,Magasin,Repas,Service,Que changer ?\n"
            "18,Nord,4,5,le repas était froid et fade\n30,Sud,2,3,personnel aimable et rapide\n",
            ("Âge", "Magasin", "Votre visite: Repas", "Votre visite: Service", "Commentaires: Que changer ?"),
        ),
    ],
)  # fmt: skip
def test_groups_over_questions_are_part_of_the_names(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    table = open_text(tmp_path, text)
    assert table.header == names
    assert len(cells(table)) == 2


def test_a_first_answer_with_an_own_word_for_missing_is_no_header(tmp_path: Path) -> None:
    table = open_text(tmp_path, "NPS,Comment\nnot asked,the shop was fine\n0,it was too cold\n10,the staff were kind\n")
    assert table.header == ("NPS", "Comment")
    assert cells(table)[0] == ("not asked", "the shop was fine")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "titles",
    [
        [["Feedback report"], ["Generated: 2024-04-02"], []],
        [["Kundenfeedback März 2024"], ["Exportiert am", "02.04.2024"]],
        [["Survey", "Spring wave"], ["Responses", 4], ["Period", "2024-03-01 - 2024-03-31"], []],
        [[], ["Rapport"], []],
    ],
)
def test_titles_above_the_header_are_left_out(tmp_path: Path, kind: str, titles: list[list[object]]) -> None:
    rows = [["Date", "Score", "Branch", "Comment"]]
    rows += [[f"2024-03-0{i + 1}", i, "North", text] for i, text in enumerate(SAID)]
    table = open_rows(tmp_path, [*titles, *rows], kind)
    assert table.header == ("Date", "Score", "Branch", "Comment")
    assert [row[3] for row in cells(table)] == list(SAID)
    assert said(table, "above the table left out")


def test_title_group_row_header_and_total_of_a_sheet(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Guest feedback, March 2024"], ["Exported on 02/04/2024"], ["", "Your visit"]]
    rows += [["Date", "Food", "Service", "Comment"]]
    rows += [[f"2024-03-0{i + 1}", i, 3, text] for i, text in enumerate(SAID)]
    table = open_rows(tmp_path, [*rows, ["Total", 1.5, 3]], "xlsx")
    assert table.header == ("Date", "Your visit: Food", "Your visit: Service", "Your visit: Comment")
    assert len(cells(table)) == 4
    assert said(table, "1 row at the end left out")


@pytest.mark.parametrize(
    "tail",
    [
        'Total,1.5,2 comments in this period\n"Confidential: for internal use only"\n',
        "Durchschnitt,2.5,\n\nVertraulich - nicht weitergeben\n",
        "Moyenne générale,2.5,\nConfidentiel\n",
        "Promedio,2,\n",
        "Gemiddelde,2,\n(no more rows)\n",
        "\n4 rows\n",
        ",,\nAverage score,1.5,\n",
    ],
)
def test_totals_and_remarks_at_the_end_are_left_out(tmp_path: Path, tail: str) -> None:
    body = "".join(f"2024-03-0{i + 1},{i},{text}\n" for i, text in enumerate(SAID))
    table = open_text(tmp_path, "Date,Score,Comment\n" + body + tail)
    assert [row[2] for row in cells(table) if row[2]] == list(SAID)
    assert said(table, "at the end left out")


@pytest.mark.parametrize(
    "last",
    ["n/a,,I do not remember the day", ",,just a comment", "2024-03-05,3,Total disaster", "not known,3,too late again"],
)
def test_a_last_answer_is_no_footer(tmp_path: Path, last: str) -> None:
    body = "".join(f"2024-03-0{i + 1},{i},{text}\n" for i, text in enumerate(SAID))
    table = open_text(tmp_path, f"Date,Score,Comment\n{body}{last}\n")
    assert cells(table)[-1] == tuple(last.split(","))


def test_a_comment_in_the_first_column_is_no_total(tmp_path: Path) -> None:
    body = "".join(f"{text},{i}\n" for i, text in enumerate(SAID))
    assert cells(open_text(tmp_path, f"Comment,Score\n{body}Total disaster,1\n"))[-1] == ("Total disaster", "1")


def test_footers_of_a_long_file_are_found_on_a_pass(tmp_path: Path) -> None:
    body = "".join(f"2024-03-01,{i % 5},comment number {i} on the queue\n" for i in range(1_000))
    table = open_text(tmp_path, f"Date,Score,Comment\n{body}Total,2,1000 comments\n")
    assert len(cells(table)) == 1_000
    assert said(table, "1 row at the end left out")


def test_a_header_repeated_between_joined_exports_is_left_out(tmp_path: Path) -> None:
    table = open_text(tmp_path, f"Score,Comment\n1,{SAID[0]}\nScore,Comment\n2,{SAID[1]}\n")
    assert cells(table) == [("1", SAID[0]), ("2", SAID[1])]
    assert said(table, "1 row in the middle left out: the header again")


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_one_comment_a_line_without_header(tmp_path: Path, name: str) -> None:
    table = open_text(tmp_path, "\n".join(SAID) + "\n", name)
    assert table.header == ("column 1",)
    assert [row[0] for row in cells(table)] == list(SAID)
    assert said(table, "no header row")


@pytest.mark.parametrize(
    "heading", ["Comment", "What could we do better?", "Was sollen wir besser machen?", "Votre avis", "Your comments:"]
)
def test_the_heading_of_one_column_is_a_heading(tmp_path: Path, heading: str) -> None:
    table = open_text(tmp_path, "\n".join((heading, *SAID)) + "\n")
    assert table.header == (heading,)
    assert len(cells(table)) == 4


@pytest.mark.parametrize("first", ["2024-03-09,5,", "09.03.2024,4,", "Mar 9, 2024;3;"])
def test_a_table_without_header_loses_no_row(tmp_path: Path, first: str) -> None:
    mark = first[-1]
    body = "".join(f"{first}{text}\n" for text in SAID)
    table = open_text(tmp_path, body)
    assert table.header == ("column 1", "column 2", "column 3")
    assert [row[2] for row in cells(table)] == list(SAID)
    assert cells(table)[0][1] == first.split(mark)[1]


@pytest.mark.parametrize(
    "text",
    [
        'Date,"Compared with 2023-2024, what is worse?"\n2024-03-01,the delivery slot was moved twice\n',
        '"On a scale of 1 2 3 4 5 6 7, how was it?",Comment\n4,the delivery slot was moved twice\n',
        'Date,"Write to help@example.org?"\n2024-03-01,the delivery slot was moved twice\n',
        'Besuch am,"Skala 1-10, 01.01.2024 bis 31.12.2024",Kommentar\n2024-03-01,4,alles gut so weit\n',
        "Branch,2022,2023,2024,Comment\nNorth,1,2,3,the delivery slot was moved twice\n",
    ],
)
def test_headings_may_hold_numbers_years_and_addresses(tmp_path: Path, text: str) -> None:
    table = open_text(tmp_path, text)
    first = next(csv.reader(text.splitlines()))
    assert table.header == tuple(first)
    assert len(cells(table)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "q7,q8,Comment\nAmara Adeyemi,Oak Lane 4,the queue was long\nBjorn Bakker,Elm Lane 5,too slow for me\n",
        "Comment,,\nthe queue was long,Amara Adeyemi,Oak Lane\ntoo slow for me,Bjorn Bakker,Elm Lane\n",
        "ref,comment,more\n,good,late again\n,0770090032,0770090032\n",
        "a,b,c\nn/a,not asked,the queue was long\n3,4,too slow for me\n5,6,fine with me\n",
    ],
)
def test_what_people_wrote_is_never_part_of_a_name(tmp_path: Path, text: str) -> None:
    table = open_text(tmp_path, text)
    assert len(cells(table)) == len(text.splitlines()) - 1
    assert table.header[0] == text.partition(",")[0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Respondent ID,Collector ID,Start Date,Which did you use?,,,Else\n,,,Shop,App,Phone,Other (please say)\n"
            "1001,1,03/14/2024,Shop,,Phone,\n1002,1,03/15/2024,,App,,by fax\n",
            ("Which did you use?: Shop", "Which did you use?: App", "Which did you use?: Phone"),
        ),
        (
            "Respondent-ID,Collector-ID,Startdatum,Was nutzen Sie?,,,Warum?\n,,,Laden,App,Telefon,Offene Antwort\n"
            "1001,1,14.03.2024,Laden,,Telefon,immer gern\n1002,1,15.03.2024,,App,,wegen der Zeit\n",
            ("Was nutzen Sie?: Laden", "Was nutzen Sie?: App", "Was nutzen Sie?: Telefon"),
        ),
    ],
)
def test_names_of_options_may_recur_as_answers(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    table = open_text(tmp_path, text)
    assert table.header[3:6] == names
    assert len(cells(table)) == 2


@pytest.mark.parametrize("word", ["great", "too slow"])
def test_short_comments_without_header_lose_none(tmp_path: Path, word: str) -> None:
    table = open_text(tmp_path, f"{word}\nbad\nfine\n{word}\n", "a.txt")
    assert [row[0] for row in cells(table)] == [word, "bad", "fine", word]


@pytest.mark.parametrize(
    ("header", "subtotal"),
    [
        ("Store,Score,Comment", "Subtotal {},9,"),
        ("Filiale,Note,Kommentar", "Zwischensumme {},9,"),
        ("Filiale,Note,Kommentar", "Zwischensumme:,9,"),
        ("Filiale,Note,Kommentar", "{} Ergebnis,9,"),
        ("Magasin,Note,Commentaire", "Sous-total {},9,"),
        ("Winkel,Cijfer,Opmerking", "Subtotaal,9,"),
        ("Tienda,Nota,Comentario", "Subtotal,9"),
        ("Store,Score,Comment", "{} Total,9,"),
        ("Store,Score,Comment", 'Average {},"4.5",'),
        ("Store,Score,Comment", "{},Subtotal,"),
    ],
)
def test_subtotals_between_answers_are_left_out(tmp_path: Path, header: str, subtotal: str) -> None:
    groups = [
        [*(f"{store},{i % 5 + 1},the queue was long on day {i}" for i in range(4)), subtotal.format(store)]
        for store in ("Leeds", "York", "Bath")
    ]
    table = open_text(
        tmp_path, "\n".join([header, *itertools.chain(*groups), "Bath,2,nobody answered the phone"]) + "\n"
    )
    assert len(cells(table)) == 13
    assert all(row[2] for row in cells(table))
    assert "3 rows between the answers left out: subtotals, not answers" in table.notes


@pytest.mark.parametrize(
    "answer",
    [
        "Subtotal Leeds,3,the subtotal on the receipt was wrong",
        "Total,3,",
        "Total York,3,",
        "Sommer,3,",
        "Totally Leeds,3,",
        "Leeds,3,",
    ],
)
def test_answers_that_name_a_total_are_kept(tmp_path: Path, answer: str) -> None:
    rows = [f"Leeds,{i % 5 + 1},the queue was long on day {i}" for i in range(8)]
    text = "\n".join(["Store,Score,Comment", *rows[:4], answer, *rows[4:]]) + "\n"
    assert cells(open_text(tmp_path, text))[4] == tuple(answer.split(","))


@pytest.mark.parametrize("answer", ["Subtotal", "Zwischensumme", "the subtotal was wrong"])
def test_a_list_of_comments_has_no_subtotals(tmp_path: Path, answer: str) -> None:
    text = "\n".join(["Comment", "late", "the queue was long", answer, "good", "the staff helped me"]) + "\n"
    assert (answer,) in cells(open_text(tmp_path, text))


def test_a_wider_row_with_values_is_not_the_header(tmp_path: Path) -> None:
    table = open_text(tmp_path, "Comment,Stars\nfine,1\nslow,0,0,0\n\n0,late\n")
    assert table.header[:2] == ("Comment", "Stars")

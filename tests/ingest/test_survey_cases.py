"""Files as people export them, from public bug reports and manuals: what each means, as it must be stored and counted.

The inputs are invented. Each stands for a kind; tests of the kinds are beside the code that reads them.
"""

import pytest
from fakes import make_workspace

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure

CASES = {
    # decimal commas
    "C01": (
        "C01.csv",
        "Bewertung;Kommentar\n4,5;the delivery slot was moved twice\n3,0;friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"rating": 4.5}),
            ("friendly counter staff found my size", {"rating": 3.0}),
        ],
    ),
    # title lines above the header
    "C02": (
        "C02.csv",
        "Feedback report\n"
        "Generated: 2024-04-02\n"
        "\n"
        "Date,Score,Comment\n"
        "2024-03-01,1,the delivery slot was moved twice\n"
        "2024-03-02,2,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01", "rating": 1}),
            ("friendly counter staff found my size", {"date": "2024-03-02", "rating": 2}),
        ],
    ),
    # a total and a remark at the end
    "C03": (
        "C03.csv",
        "Date,Score,Comment\n"
        "2024-03-01,1,the delivery slot was moved twice\n"
        "2024-03-02,2,friendly counter staff found my size\n"
        "Total,1.5,2 comments in this period\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01", "rating": 1}),
            ("friendly counter staff found my size", {"date": "2024-03-02", "rating": 2}),
        ],
    ),
    # quotes escaped by backslashes
    "C07": (
        "C07.csv",
        '"comment","score"\n'
        '"he said \\"never again\\", the delivery slot was moved twice","1"\n'
        '"friendly counter staff found my size","5"\n',
        [
            ('he said "never again", the delivery slot was moved twice', {"rating": 1}),
            ("friendly counter staff found my size", {"rating": 5}),
        ],
    ),
    # UTF-8 and cp1252 lines in one file
    "C09": (
        "C09.csv",
        b"Comment\n"
        b"r\xc3\xa9ponse tr\xc3\xa8s rapide\n"
        b"r\xc3\xa9ponse tr\xc3\xa8s rapide\n"
        b"r\xc3\xa9ponse tr\xc3\xa8s rapide\n"
        b"qualit\xe9 d\xe9\xe7ue\n",
        [
            ("réponse très rapide", {}),
            ("réponse très rapide", {}),
            ("réponse très rapide", {}),
            ("qualité déçue", {}),
        ],
    ),
    # N/A among numbers
    "C12": (
        "C12.csv",
        "Rating,Comment\n"
        "4,the delivery slot was moved twice\n"
        "N/A,friendly counter staff found my size\n"
        "2,the app logs me out all the time\n",
        [
            ("the delivery slot was moved twice", {"rating": 4}),
            ("friendly counter staff found my size", {}),
            ("the app logs me out all the time", {"rating": 2}),
        ],
    ),
    # years in a heading
    "C13a": (
        "C13a.csv",
        'Date,"Compared with 2023-2024, what is worse?"\n2024-03-01,the delivery slot was moved twice\n',
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01"}),
        ],
    ),
    # digits in a heading
    "C13b": (
        "C13b.csv",
        '"On a scale of 1 2 3 4 5 6 7, how was it?",Comment\n4,the delivery slot was moved twice\n',
        [
            ("the delivery slot was moved twice", {"on_a_scale_of_1_2_3_4_5_6_7_how_was_it": 4}),
        ],
    ),
    # a question that ends in no
    "C14": (
        "C14.csv",
        "Date,Please tell us why you answered no,Favourite product\n"
        "2024-03-01,the delivery slot was moved twice,the blue mug one\n"
        "2024-03-02,friendly counter staff found my size,the red mug two\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01"}),
            ("the blue mug one", {"date": "2024-03-01"}),
            ("friendly counter staff found my size", {"date": "2024-03-02"}),
            ("the red mug two", {"date": "2024-03-02"}),
        ],
    ),
    # a rating of e-mail support
    "C15b": (
        "C15b.csv",
        "Email support,Comment\nGood,the delivery slot was moved twice\nBad,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"email_support": "Good"}),
            ("friendly counter staff found my size", {"email_support": "Bad"}),
        ],
    ),
    # a comment a line, no header
    "C17": (
        "C17.txt",
        "the delivery slot was moved twice\nfriendly counter staff found my size\nthe app logs me out all the time\n",
        [
            ("the delivery slot was moved twice", {}),
            ("friendly counter staff found my size", {}),
            ("the app logs me out all the time", {}),
        ],
    ),
    # milliseconds since 1970
    "C19b": (
        "C19b.csv",
        "created_at,Comment\n"
        "1709251200000,the delivery slot was moved twice\n"
        "1710288000000,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01T00:00:00+00:00"}),
            ("friendly counter staff found my size", {"date": "2024-03-13T00:00:00+00:00"}),
        ],
    ),
    # compact dates
    "C19c": (
        "C19c.csv",
        "date,Comment\n20240301,the delivery slot was moved twice\n20240302,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01"}),
            ("friendly counter staff found my size", {"date": "2024-03-02"}),
        ],
    ),
    # ISO weeks
    "C19d": (
        "C19d.csv",
        "Week,Comment\n2024-W08,the delivery slot was moved twice\n2024-W09,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-W08"}),
            ("friendly counter staff found my size", {"date": "2024-W09"}),
        ],
    ),
    # months
    "C19e": (
        "C19e.csv",
        "Month,Comment\n2024-01,the delivery slot was moved twice\n2024-02,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-01"}),
            ("friendly counter staff found my size", {"date": "2024-02"}),
        ],
    ),
    # two questions, one rarely answered
    "C26": (
        "C26.csv",
        "ID,What did you like?,What did you dislike?\n"
        "1,friendly counter staff found my size,\n"
        "2,friendly counter staff found my size,\n"
        "3,friendly counter staff found my size,\n"
        "4,friendly counter staff found my size,\n"
        "5,,the soup was salty and the bread was stale and the waiter was rude\n",
        [
            ("friendly counter staff found my size", {}),
            ("friendly counter staff found my size", {}),
            ("friendly counter staff found my size", {}),
            ("friendly counter staff found my size", {}),
            ("the soup was salty and the bread was stale and the waiter was rude", {}),
        ],
    ),
    # n/a among dates
    "C35": (
        "C35.csv",
        "Date of visit,Comment\n"
        "n/a,the delivery slot was moved twice\n"
        "2024-03-02,friendly counter staff found my size\n"
        "2024-03-03,the app logs me out all the time\n",
        [
            ("the delivery slot was moved twice", {}),
            ("friendly counter staff found my size", {"date": "2024-03-02"}),
            ("the app logs me out all the time", {"date": "2024-03-03"}),
        ],
    ),
    # Google Forms, AM and GMT+1
    "G01": (
        "G01.csv",
        "Timestamp,What should we improve?\n"
        "2024/01/10 1:05:33 AM GMT+1,the delivery slot was moved twice\n"
        "2024/04/11 2:05:33 PM GMT+2,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-01-10T01:05:33+01:00"}),
            ("friendly counter staff found my size", {"date": "2024-04-11T14:05:33+02:00"}),
        ],
    ),
    # names of time zones
    "G03": (
        "G03.csv",
        "Submitted at,Comment\n"
        "2024-03-10 10:00:00 EST,the delivery slot was moved twice\n"
        "2024-03-11 10:00:00 EDT,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-03-10T10:00:00-05:00"}),
            ("friendly counter staff found my size", {"date": "2024-03-11T10:00:00-04:00"}),
        ],
    ),
    # NaN in JSON
    "J05": (
        "J05.json",
        '[{"rating": 4.0, "comment": "the delivery slot was moved twice"}, '
        '{"rating": NaN, "comment": "friendly counter staff found my size"}]',
        [
            ("the delivery slot was moved twice", {"rating": 4}),
            ("friendly counter staff found my size", {}),
        ],
    ),
    # Your comment is no reply of the company
    "N01": (
        "N01.csv",
        "Date,Which product did you buy from us?,Your comment\n"
        "2024-03-01,the large blue garden bench 1,the delivery slot was moved twice\n"
        "2024-03-02,the large blue garden bench 2,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01"}),
            ("the large blue garden bench 1", {"date": "2024-03-01"}),
            ("friendly counter staff found my size", {"date": "2024-03-02"}),
            ("the large blue garden bench 2", {"date": "2024-03-02"}),
        ],
    ),
    # a comma in a heading, decimal commas
    "N21": (
        "N21.csv",
        "Note, gesamt;Kommentar\n4,5;Wartezeit viel zu lang\n3,5;Personal sehr freundlich\n",
        [
            ("Wartezeit viel zu lang", {"rating": 4.5}),
            ("Personal sehr freundlich", {"rating": 3.5}),
        ],
    ),
    # line breaks that were not quoted
    "N22": (
        "N22.csv",
        "Date,Comment\n"
        "2024-03-01,first paragraph of the letter\n"
        "Second paragraph: the refund is missing\n"
        "2024-03-02,friendly counter staff found my size\n",
        [
            ("first paragraph of the letter\nSecond paragraph: the refund is missing", {"date": "2024-03-01"}),
            ("friendly counter staff found my size", {"date": "2024-03-02"}),
        ],
    ),
    # seven-digit codes
    "N28": (
        "N28.csv",
        "Store code,Comment\n4471203,the delivery slot was moved twice\n4471999,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"store_code": "4471203"}),
            ("friendly counter staff found my size", {"store_code": "4471999"}),
        ],
    ),
    # Polish in cp1250
    "N35c": (
        "N35c.csv",
        b"Comment\n"
        b"kolejka by\xb3a zbyt d\xb3uga, obs\xb3uga \xbfyczliwa, dzi\xeakuj\xea\n"
        b"\x9cwietna jako\x9c\xe6, przesy\xb3ka sp\xf3\x9fniona, prosz\xea o korekt\xea\n"
        b"parking \x9fle o\x9cwietlony, jestem rozczarowana jako\x9cci\xb9\n",
        [
            ("kolejka była zbyt długa, obsługa życzliwa, dziękuję", {}),
            ("świetna jakość, przesyłka spóźniona, proszę o korektę", {}),
            ("parking źle oświetlony, jestem rozczarowana jakością", {}),
        ],
    ),
    # groups over questions
    "N51": (
        "N51.csv",
        "About you,,Your visit,Comments\n"
        "Age group,Branch,Food,What should we change?\n"
        "18-29,North,4,the delivery slot was moved twice\n"
        "30-49,South,2,friendly counter staff found my size\n",
        [
            (
                "the delivery slot was moved twice",
                {"about_you_age_group": "18-29", "about_you_branch": "North", "your_visit_food": 4},
            ),
            (
                "friendly counter staff found my size",
                {"about_you_age_group": "30-49", "about_you_branch": "South", "your_visit_food": 2},
            ),
        ],
    ),
    # not asked among NPS
    "N53": (
        "N53.csv",
        "NPS,Comment\n"
        "not asked,comment number 0 about the shop\n"
        "0,comment number 1 about the shop\n"
        "3,comment number 2 about the shop\n"
        "6,comment number 3 about the shop\n"
        "9,comment number 4 about the shop\n"
        "10,comment number 5 about the shop\n"
        "10,comment number 6 about the shop\n",
        [
            ("comment number 0 about the shop", {}),
            ("comment number 1 about the shop", {"rating": 0}),
            ("comment number 2 about the shop", {"rating": 3}),
            ("comment number 3 about the shop", {"rating": 6}),
            ("comment number 4 about the shop", {"rating": 9}),
            ("comment number 5 about the shop", {"rating": 10}),
            ("comment number 6 about the shop", {"rating": 10}),
        ],
    ),
    # Amazon's phrases
    "P03": (
        "P03.csv",
        "review_rating,review_date,review_body\n"
        '5.0 out of 5 stars,"Reviewed in the United States on March 1, 2024",the delivery slot was moved twice\n'
        '1.0 out of 5 stars,"Reviewed in the United States on March 2, 2024",friendly counter staff found my size\n',
        [
            ("the delivery slot was moved twice", {"rating": 5.0, "date": "2024-03-01"}),
            ("friendly counter staff found my size", {"rating": 1.0, "date": "2024-03-02"}),
        ],
    ),
    # numbered labels
    "P05a": (
        "P05a.csv",
        "Satisfaction,Comment\n"
        "1 - Very dissatisfied,the delivery slot was moved twice\n"
        "2 - Dissatisfied,friendly counter staff found my size\n"
        "5 - Very satisfied,the app logs me out all the time\n",
        [
            ("the delivery slot was moved twice", {"rating": "1 - Very dissatisfied"}),
            ("friendly counter staff found my size", {"rating": "2 - Dissatisfied"}),
            ("the app logs me out all the time", {"rating": "5 - Very satisfied"}),
        ],
    ),
    # 9/10
    "P05c": (
        "P05c.csv",
        "Score,Comment\n2/10,the delivery slot was moved twice\n10/10,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"rating": 2}),
            ("friendly counter staff found my size", {"rating": 10}),
        ],
    ),
    # SurveyMonkey, items in row two
    "S01": (
        "S01.csv",
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,Rate these,,What could we do better?\n"
        ",,,,,,Staff,Price,Open-Ended Response\n"
        "11805221900,1,03/14/2024,03/14/2024,,,4,2,the delivery slot was moved twice\n"
        "11805221901,1,03/15/2024,03/15/2024,,,5,1,friendly counter staff found my size\n",
        [
            (
                "the delivery slot was moved twice",
                {
                    "collector_id": "1",
                    "start_date": "2024-03-14",
                    "date": "2024-03-14",
                    "rate_these_staff": 4,
                    "rate_these_price": 2,
                },
            ),
            (
                "friendly counter staff found my size",
                {
                    "collector_id": "1",
                    "start_date": "2024-03-15",
                    "date": "2024-03-15",
                    "rate_these_staff": 5,
                    "rate_these_price": 1,
                },
            ),
        ],
    ),
    # SurveyMonkey in German
    "S03": (
        "S03.csv",
        "Respondent-ID,Startdatum,Wie zufrieden sind Sie?,Was können wir besser machen?\n"
        ",,Antwort,Offene Antwort\n"
        "11805221900,14.03.2024,4,die Wartezeit war viel zu lang\n"
        "11805221901,15.03.2024,5,das Personal war sehr nett\n",
        [
            ("die Wartezeit war viel zu lang", {"date": "2024-03-14", "wie_zufrieden_sind_sie": 4}),
            ("das Personal war sehr nett", {"date": "2024-03-15", "wie_zufrieden_sind_sie": 5}),
        ],
    ),
    # identifiers rounded by a spreadsheet
    "S05": (
        "S05.csv",
        "Respondent ID,Comment\n"
        "1.18052E+11,the delivery slot was moved twice\n"
        "1.18052E+11,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {}),
            ("friendly counter staff found my size", {}),
        ],
    ),
    # day numbers of a spreadsheet
    "X07": (
        "X07.csv",
        "Date,Comment\n45352,the delivery slot was moved twice\n45353,friendly counter staff found my size\n",
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01"}),
            ("friendly counter staff found my size", {"date": "2024-03-02"}),
        ],
    ),
    # month names and at
    "Z06": (
        "Z06.csv",
        "Create date,Ticket description\n"
        '"Mar 1, 2024 at 10:00 AM",the delivery slot was moved twice\n'
        '"Mar 2, 2024 at 10:01 AM",friendly counter staff found my size\n',
        [
            ("the delivery slot was moved twice", {"date": "2024-03-01T10:00:00"}),
            ("friendly counter staff found my size", {"date": "2024-03-02T10:01:00"}),
        ],
    ),
    # HTML
    "Z07": (
        "Z07.csv",
        "Description\n<div>too slow&nbsp;&amp; I&#39;m not happy<br>thanks</div>\n<div>it&#39;s fine &lt;3</div>\n",
        [
            ("too slow & I'm not happy\nthanks", {}),
            ("it's fine <3", {}),
        ],
    ),
    # scores without words
    "C25": (
        "C25.csv",
        "NPS,Comment\n10,\n10,\n10,\n2,the delivery slot was moved twice\n",
        [
            ("", {"rating": 10}),
            ("", {"rating": 10}),
            ("", {"rating": 10}),
            ("the delivery slot was moved twice", {"rating": 2}),
        ],
    ),
}
"""Situation -> name and content of the file, and comment and fields of each answer, in the order of the file."""


@pytest.fixture
def workspace(tmp_path):
    held = make_workspace(tmp_path / "home")
    yield held
    held.close()


def put(workspace, tmp_path, case):
    name, content, _ = CASES[case]
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return workspace.ingest([file])


def answers(workspace):
    rows = workspace.database.rows(
        "SELECT coalesce(f.id, r.id) FROM responses r LEFT JOIN feedback f USING(response_id) ORDER BY r.row, f.n"
    )
    return [(one.text, dict(one.fields)) for (i,) in rows for one in workspace.feedback.show([i])]


@pytest.mark.parametrize("case", CASES)
def test_the_file_is_stored_as_it_was_meant(workspace, tmp_path, case):
    report = put(workspace, tmp_path, case)
    assert report.rows == report.stored
    assert answers(workspace) == CASES[case][2]
    assert workspace.verify().problems == ()


FIGURES = [
    ("C01", Measure.AVERAGE, "rating", "", "", {"": 3.75}),
    ("C03", Measure.AVERAGE, "rating", "", "", {"": 1.5}),
    ("C12", Measure.AVERAGE, "rating", "", "", {"": 3.0}),
    ("C25", Measure.AVERAGE, "rating", "", "", {"": 8.0}),
    ("C25", Measure.NPS, "", "", "", {"": 50.0}),
    ("N53", Measure.RESPONSES, "", "nps", "nps<=2", {"0": 1}),
    ("N53", Measure.RESPONSES, "", "nps", "nps>=9", {"9": 1, "10": 2}),
    ("N53", Measure.NPS, "nps", "", "", {"": 0.0}),
    ("P05a", Measure.RESPONSES, "", "satisfaction", "satisfaction<=2", {
        "1 - Very dissatisfied": 1, "2 - Dissatisfied": 1,
    }),
    ("P05a", Measure.AVERAGE, "satisfaction", "", "", {"": 2.666667}),
    ("P05a", Measure.CSAT, "", "", "", {"": 0.333333}),
    ("P05c", Measure.RESPONSES, "", "score", "score<=6", {"2": 1}),
    ("C35", Measure.RESPONSES, "", "date", "date_of_visit>=2024-03-03", {"2024-03": 1}),
    ("G01", Measure.RESPONSES, "", "date", "date>=2024-03", {"2024-04": 1}),
    ("G01", Measure.RESPONSES, "", "date", "", {"2024-01": 1, "2024-04": 1}),
    ("C19d", Measure.RESPONSES, "", "week", "week>=2024-W09", {"2024-W09": 1}),
    ("C19e", Measure.RESPONSES, "", "month", "month<2024-02", {"2024-01": 1}),
    ("C19e", Measure.RESPONSES, "", "month", "month=2024-Q1", {"2024-01": 1, "2024-02": 1}),
    ("X07", Measure.RESPONSES, "", "date", "date=2024-03-01", {"2024-03": 1}),
    ("N28", Measure.RESPONSES, "", "Store code", "", {"4471203": 1, "4471999": 1}),
    ("S05", Measure.RESPONDENTS, "", "", "", {"": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "measure", "column", "by", "where", "rows"), FIGURES)
def test_a_figure_is_that_of_the_file(workspace, tmp_path, case, measure, column, by, where, rows):
    put(workspace, tmp_path, case)
    made = workspace.counts.table(Wanted(measure, by, column=column), where)
    assert {row.label: row.value for row in made.rows} == rows


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("C02", "2 lines above the table left out"),
        ("C03", "left out: totals or remarks"),
        ("C12", "column 'Rating': 1 value means \"no answer\" and is left empty ('N/A')"),
        ("C15b", "column 'Email support' is read as a scale, lowest first: Bad < Good"),
        ("C17", "the file has no header row"),
        ("C19b", "milliseconds since 1970, read as dates from 2024-03-01 to 2024-03-13"),
        ("C25", "3 responses have no comment"),
        ("C26", "2 columns are answered in free text"),
        ("C35", "('n/a')"),
        ("N21", "scale of 1 to 6 on which 1 is the best"),
        ("N22", "read as a further line of the comment before"),
        ("N35c", "encoding guessed as CP1250"),
        ("N51", "1 further header row is read as part of the column names"),
        ("N53", "('not asked')"),
        ("S05", "identifiers that a spreadsheet rounded"),
        ("X07", "day numbers of a spreadsheet, read as dates"),
        ("Z07", "2 texts are HTML and are read as plain text"),
    ],
)
def test_what_was_not_plain_is_said_before_and_after(workspace, tmp_path, case, said):
    name, content, _ = CASES[case]
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = workspace.imports.preview(file)
    assert workspace.status().responses == 0
    after = workspace.ingest([file])
    if case != "C25":  # said when it is known
        shown = [*before.notes, *(column.reason for column in before.columns)]
        assert any(said in note for note in shown), shown
    assert any(said in note for note in after.notes), after.notes


def written(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return file


def test_german_scores_with_decimal_commas_and_dates_are_numbers_and_days(workspace, tmp_path):
    lines = ["01.03.2024;1,0;Wartezeit viel zu lang", "02.03.2024;2,5;Personal sehr freundlich",
             "03.03.2024;5,5;App stürzt ständig ab"]  # fmt: skip
    workspace.ingest([written(tmp_path, "N56.csv", "\ufeffDatum;Bewertung;Kommentar\n" + "\n".join(lines))])
    assert [fields for _, fields in answers(workspace)] == [
        {"date": "2024-03-01", "rating": 1.0}, {"date": "2024-03-02", "rating": 2.5},
        {"date": "2024-03-03", "rating": 5.5},
    ]  # fmt: skip


def test_slashes_half_days_and_zone_names_are_moments(workspace, tmp_path):
    moments = ("01/03/2024 1:05 AM CET", "02/03/2024 2:05 PM CET", "16/03/2024 12:05 AM CET")
    rows = [f"{moment},{n + 1},comment number {n} about the shop" for n, moment in enumerate(moments)]
    workspace.ingest([written(tmp_path, "N54.csv", "Date,Score,Comment\n" + "\n".join(rows))])
    assert [fields["date"] for _, fields in answers(workspace)] == [
        "2024-03-01T01:05:00+01:00", "2024-03-02T14:05:00+01:00", "2024-03-16T00:05:00+01:00",
    ]  # fmt: skip


def test_what_the_program_wrote_itself_is_read_back_without_the_guard_of_formulas(workspace, tmp_path):
    rows = ["2024-03-01,'-3,'-slow and rude staff at the desk", "2024-03-02,'+2,'+1 for the new opening hours",
            "2024-03-03,0,café was très agréable"]  # fmt: skip
    workspace.ingest([written(tmp_path, "E01.csv", "Date,Change in score,Comment\n" + "\n".join(rows))])
    assert [(text, fields["change_in_score"]) for text, fields in answers(workspace)] == [
        ("-slow and rude staff at the desk", -3), ("+1 for the new opening hours", 2), ("café was très agréable", 0),
    ]  # fmt: skip


def test_a_long_side_column_leaves_the_comment(workspace, tmp_path):
    rows = ["Comment,Thread html", "the delivery slot was moved twice," + "x" * 20_001, "friendly counter staff,ok"]
    report = workspace.ingest([written(tmp_path, "C24.csv", "\n".join(rows))])
    assert (report.stored, report.rejected) == (2, 0)
    assert ("the delivery slot was moved twice", {}) in answers(workspace)
    assert any("1 cells were left empty, because they are longer than 20,000 characters" in n for n in report.notes)


def test_waves_keep_one_rating_although_its_labels_and_headings_change(workspace, tmp_path):
    """A score as a number, with N/A, as labels, and under a heading of its own language."""
    waves = {
        "a.csv": "Nr,Score,Comments\na1,1,the delivery slot was moved twice\na2,2,friendly counter staff\n",
        "b.csv": "Nr,Score,Comments\nb1,N/A,the app logs me out all the time\nb2,5,the soup was salty today\n",
        "c.csv": "Nr,Score,Your comment\nc1,1 - Very poor,nobody answers\nc2,5 - Very good,parking was easy to find\n",
    }
    for name, text in waves.items():
        report = workspace.ingest([written(tmp_path, name, text)])
        assert (report.stored, report.comments) == (2, 2)
    made = workspace.counts.table(Wanted(Measure.AVERAGE, column="rating"))
    assert [(row.value, row.of) for row in made.rows] == [(2.8, 5)]
    assert made.method == "exact; 1 of 6 responses have no value in 'Score'"
    assert len(workspace.status().questions) == 1

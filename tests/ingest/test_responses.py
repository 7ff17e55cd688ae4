"""Responses and comments: rows without text count, known rows are not doubled, updates stand, forms are told apart."""

import pytest
from fakes import make_workspace, write_csv

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.errors import UsageError
from analyzer.index.filters import of_comments
from analyzer.ingest.import_choices import ImportOptions

LINES = (
    "the delivery slot was moved twice", "friendly counter staff found my size", "the app logs me out all the time",
    "the soup was salty and cold", "parking was easy to find", "nobody answered my letter",
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    held = make_workspace(tmp_path / "home")
    yield held
    held.close()


def put(workspace, tmp_path, name, rows, mapping=None, **options):
    return workspace.ingest([write_csv(tmp_path / name, rows)], mapping, **options)


def accounts(report):
    return report.stored, report.updated, report.duplicates, report.rejected


def value_of(workspace, measure, column="", by="", where=""):
    made = workspace.counts.table(Wanted(measure, by, column=column), where)
    return {row.label: (row.value, row.of) for row in made.rows}, made


def test_scores_without_words_count_in_every_figure_about_scores(workspace, tmp_path):
    rows = [{"NPS": 10, "Comment": ""}] * 3 + [{"NPS": 2, "Comment": LINES[0]}]
    report = put(workspace, tmp_path, "a.csv", rows)
    assert accounts(report) == (4, 0, 0, 0)
    assert report.comments == 1
    assert any("3 responses have no comment" in note for note in report.notes)
    figures, made = value_of(workspace, Measure.AVERAGE, "rating")
    assert (figures, made.method, made.missing) == ({"": (8.0, 4)}, "exact", 0)
    assert value_of(workspace, Measure.NPS)[0] == {"": (50.0, 4)}
    assert value_of(workspace, Measure.RESPONSES, by="rating")[0] == {"2": (1, 4), "10": (3, 4)}
    assert value_of(workspace, Measure.COMMENTS)[0] == {"": (1, 1)}
    assert workspace.feedback.matching("rating=10") == 0
    status = workspace.status()
    assert (status.responses, status.records, status.texts) == (4, 1, 1)


def test_a_response_without_comment_is_shown_erased_and_not_stored_again(workspace, tmp_path):
    rows = [{"ID": n, "NPS": n, "Comment": LINES[0] if n == 1 else ""} for n in (1, 2, 3)]
    put(workspace, tmp_path, "a.csv", rows)
    (shown,) = workspace.feedback.show(["2"])
    assert (shown.text, shown.fields) == ("", {"rating": 2})
    workspace.erasure.erase(ids=["2"], reason="asked")
    assert workspace.status().responses == 2
    again = put(workspace, tmp_path, "b.csv", rows)
    assert accounts(again) == (0, 0, 2, 1)
    assert workspace.verify().problems == ()


def test_rows_with_nothing_in_them_are_rejected(workspace, tmp_path):
    report = put(workspace, tmp_path, "a.csv", [{"ID": "1", "NPS": "", "Comment": LINES[0]}, {"ID": "2"}])
    assert accounts(report) == (1, 0, 0, 1)
    assert report.rejections[0].reason == "holds no comment and no value"


def test_the_same_export_with_a_column_more_is_known_and_gets_its_values(workspace, tmp_path):
    rows = [{"Date": f"2024-01-{n + 1:02}", "Comment": text} for n, text in enumerate(LINES)]
    put(workspace, tmp_path, "a.csv", rows)
    more = [{**row, "Reviewed": "yes"} for row in reversed(rows)] + [
        {"Date": "2024-02-01", "Comment": "two more came in", "Reviewed": "no"}
    ]
    report = put(workspace, tmp_path, "b.csv", more)
    assert accounts(report) == (1, 0, 6, 0)
    assert any("6 known responses got values of columns that are new" in note for note in report.notes)
    assert workspace.feedback.matching("reviewed=yes") == 6
    assert accounts(put(workspace, tmp_path, "b.csv", more)) == (0, 0, 7, 0)


def test_saved_by_a_spreadsheet_the_same_answers_are_known(workspace, tmp_path):
    rows = [{"Date": f"2024-01-{n + 13} 10:00:3{n}", "Score": f"{n}.0", "Comment": t} for n, t in enumerate(LINES)]
    put(workspace, tmp_path, "a.csv", rows)
    saved = [{"Comment": t, "Date": f"{n + 13}/01/2024 10:00", "Score": str(n)} for n, t in enumerate(LINES)]
    report = put(workspace, tmp_path, "b.csv", saved)
    assert report.stored == 0
    assert workspace.status().responses == len(LINES)


def test_two_people_who_said_the_same_on_one_day_stay_two(workspace, tmp_path):
    rows = [{"Date": "2024-01-01", "Comment": "good"}] * 3 + [{"Date": "2024-01-02", "Comment": "good"}]
    assert accounts(put(workspace, tmp_path, "a.csv", rows)) == (4, 0, 0, 0)
    assert accounts(put(workspace, tmp_path, "b.csv", rows[::-1])) == (0, 0, 4, 0)
    assert accounts(put(workspace, tmp_path, "c.csv", [*rows, rows[0]])) == (1, 0, 4, 0)


def test_the_same_id_with_new_content_is_an_update(workspace, tmp_path):
    first = [{"Ticket ID": n, "Status": "open", "Comment": text} for n, text in enumerate(LINES[:3], start=1)]
    put(workspace, tmp_path, "a.csv", first)
    later = [{**row, "Status": "solved"} for row in first]
    later[1]["Comment"] += " now"
    later.append({"Ticket ID": 4, "Status": "open", "Comment": LINES[3]})
    report = put(workspace, tmp_path, "b.csv", later)
    assert accounts(report) == (1, 3, 0, 0)
    assert value_of(workspace, Measure.RESPONSES, by="status")[0] == {"open": (1, 4), "solved": (3, 4)}
    assert workspace.feedback.show(["2"])[0].text == f"{LINES[1]} now"
    assert accounts(put(workspace, tmp_path, "b.csv", later)) == (0, 0, 4, 0)
    assert workspace.verify().problems == ()


def test_an_export_with_fewer_columns_takes_nothing_away(workspace, tmp_path):
    rows = [{"ID": n, "Store": "North", "Comment": text} for n, text in enumerate(LINES)]
    put(workspace, tmp_path, "a.csv", rows)
    report = put(workspace, tmp_path, "b.csv", [{"ID": row["ID"], "Comment": row["Comment"]} for row in rows])
    assert accounts(report) == (0, 0, 6, 0)
    assert workspace.feedback.matching("store=North") == 6


def test_a_comment_that_was_removed_is_gone_and_its_response_stays(workspace, tmp_path):
    put(workspace, tmp_path, "a.csv", [{"ID": n, "NPS": n, "Comment": t} for n, t in enumerate(LINES)])
    report = put(workspace, tmp_path, "b.csv", [{"ID": 0, "NPS": 0, "Comment": ""}], {"text": "Comment", "id": "ID"})
    assert accounts(report) == (0, 1, 0, 0)
    status = workspace.status()
    assert (status.responses, status.records, status.texts) == (6, 5, 5)
    assert workspace.verify().problems == ()


def test_ids_that_start_over_with_another_form_are_told_apart(workspace, tmp_path):
    put(workspace, tmp_path, "a.csv", [{"ID": n, "Comment": text} for n, text in enumerate(LINES[:3], start=1)])
    other = [{"ID": n, "Comment": text} for n, text in enumerate(LINES[3:], start=1)]
    report = put(workspace, tmp_path, "second wave.csv", other)
    assert accounts(report) == (3, 0, 0, 0)
    assert any("kept as the dataset 'second_wave'" in note for note in report.notes)
    assert workspace.feedback.show(["second_wave:1"])[0].text == LINES[3]
    assert accounts(put(workspace, tmp_path, "second wave.csv", other)) == (0, 0, 3, 0)
    other[0]["Comment"] += " at last"
    assert accounts(put(workspace, tmp_path, "renamed.csv", other)) == (0, 1, 2, 0)


def test_a_dataset_can_be_named(workspace, tmp_path):
    rows = [{"ID": n, "Comment": text} for n, text in enumerate(LINES[:3], start=1)]
    put(workspace, tmp_path, "a.csv", rows)
    assert accounts(put(workspace, tmp_path, "a.csv", rows, options=ImportOptions(dataset="kiosk"))) == (3, 0, 0, 0)
    assert workspace.feedback.show(["kiosk:1"])[0].text == LINES[0]


def test_a_known_row_is_read_anew_when_its_columns_are_read_otherwise(workspace, tmp_path):
    rows = [{"ID": n, "Phone": f"0770090010{n}", "Plan": "basic", "Comment": t} for n, t in enumerate(LINES)]
    put(workspace, tmp_path, "a.csv", rows, {"drop": "Plan"})
    assert [column.name for column in workspace.feedback.columns()] == []
    again = put(workspace, tmp_path, "b.csv", rows)
    assert accounts(again) == (0, 0, 6, 0)  # what was chosen for these headings holds until something else is chosen
    assert any("columns are used as chosen for a.csv" in note for note in again.notes)
    assert accounts(put(workspace, tmp_path, "a.csv", rows, {"keep": "Plan"})) == (0, 0, 6, 0)
    assert workspace.feedback.matching("plan=basic") == 6


def test_several_questions_are_answered_by_one_response(workspace, tmp_path):
    liked, better = "What did you like?", "What could we do better?"
    rows = [
        {"ID": n, liked: LINES[n], better: LINES[-n - 1] if n % 2 else "", "Store": "North" if n else "South"}
        for n in range(6)
    ]
    report = put(workspace, tmp_path, "a.csv", rows)
    assert accounts(report) == (6, 0, 0, 0)
    assert report.comments == 9
    assert workspace.status().questions == (liked, better)
    assert value_of(workspace, Measure.COMMENTS, by="question")[0] == {better: (3, 9), liked: (6, 9)}
    assert value_of(workspace, Measure.RESPONSES, by="store")[0] == {"North": (5, 6), "South": (1, 6)}
    assert workspace.feedback.matching(f'question="{better}" and store=North') == 3
    (shown,) = workspace.feedback.show(["1-q2"])
    assert (shown.question, shown.text, shown.fields) == (better, LINES[-2], {"store": "North"})
    assert accounts(put(workspace, tmp_path, "a.csv", rows)) == (0, 0, 6, 0)


def test_a_filter_by_comment_selects_that_comment_and_the_response_that_it_is_of(workspace, tmp_path):
    rows = [
        {"ID": n, "Liked?": LINES[n], "Better?": LINES[-n - 1], "Store": "North" if n else "South"} for n in range(6)
    ]
    put(workspace, tmp_path, "a.csv", rows)
    where = of_comments(["1-q2", "0"])
    assert [one.id for one in workspace.feedback.browse(where)] == ["0", "1-q2"]
    assert workspace.feedback.matching(where) == 2
    assert dict(workspace.feedback.tally("store", where)) == {"North": 1, "South": 1}
    assert workspace.feedback.matching(of_comments([])) == 0
    assert workspace.feedback.matching(of_comments(['a"b\\'])) == 0


def test_a_second_question_imported_later_joins_the_same_responses(workspace, tmp_path):
    rows = [{"ID": n, "What did you like?": LINES[n], "What could we do better?": LINES[-n - 1]} for n in range(6)]
    put(workspace, tmp_path, "a.csv", rows, {"text": "What did you like?"})
    report = put(workspace, tmp_path, "a.csv", rows, {"text": "What could we do better?"})
    assert report.stored == 0
    assert workspace.status().responses == 6
    assert value_of(workspace, Measure.COMMENTS, by="question")[0] == {
        "What could we do better?": (6, 12), "What did you like?": (6, 12),
    }  # fmt: skip


@pytest.mark.parametrize("where", ["store<North", "store>=North", "text<a", "language>en"])
def test_ranges_of_what_has_no_order_are_an_error_that_says_why(workspace, tmp_path, where):
    put(workspace, tmp_path, "a.csv", [{"Store": "North", "Comment": text} for text in LINES])
    with pytest.raises(UsageError, match="which have no order"):
        workspace.feedback.matching(where)


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_imported(workspace, tmp_path):
    good = write_csv(tmp_path / "good.csv", [{"Comment": text} for text in LINES])
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 no workbook")
    report = workspace.ingest([bad, good])
    assert report.stored == 6
    assert [one.partition(":")[0] for one in report.failed] == ["bad.xlsx"]

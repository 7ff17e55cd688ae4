"""Counts, tables and labels over a real store with fake models."""

import json

import pytest
from fakes import make_workspace, write_csv

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.errors import UsageError

PREDICATE = "late parcel"
ROWS = [
    *(
        {"id": f"L-{n}", "comment": f"Late parcel again, number {n}.", "region": "north", "rating": 1,
         "date": f"2024-0{1 + n % 3}-10", "customer": f"c{n % 5}"} for n in range(12)
    ),
    *(
        {"id": f"S-{n}", "comment": f"Soup {n} was hot and tasty.", "region": "south", "rating": 5,
         "date": f"2024-0{4 + n % 2}-11", "customer": f"c{n % 7}"} for n in range(20)
    ),
    *(
        {"id": f"D-{n}", "comment": "Nothing.", "region": "south", "rating": 4, "date": "2024-05-12",
         "customer": f"d{n}"} for n in range(8)
    ),
]  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    opened = make_workspace(tmp_path)
    opened.ingest([write_csv(tmp_path / "f.csv", ROWS)], {"respondent": "customer"})
    yield opened
    opened.close()


def answer_all(workspace, where="", at_most=1_000):
    while (tasks := workspace.labels.next(PREDICATE, where, 5)) and at_most > 0:
        workspace.labels.keep(PREDICATE, {t.id: "yes" if t.text.startswith("Late") else "no" for t in tasks})
        at_most -= len(tasks)


def test_a_count_covers_every_comment_and_states_that_it_is_uncorrected(workspace):
    result = workspace.count(PREDICATE)
    assert (result.denominator, result.labelled, result.is_corrected) == (40, 0, False)
    assert result.method.startswith("automatic estimate, not yet checked")
    assert (result.low, result.high) == (0.0, 32 / 40), "unknown but for the eight comments that say nothing"
    assert result.texts == 33
    assert result.respondents == 15


def test_with_every_text_labeled_the_count_is_the_truth(workspace):
    answer_all(workspace)
    result = workspace.count(PREDICATE, by="region")
    assert result.estimate == result.low == result.high == 12 / 40
    assert {share.label: share.estimate for share in result.groups} == {"north": 1.0, "south": 0.0}
    assert result.labelled == 32
    assert not workspace.labels.next(PREDICATE)


def test_comments_that_say_nothing_are_counted_and_never_labeled(workspace):
    shown = workspace.labels.next(PREDICATE, limit=100)
    assert len(shown) == 32
    assert not any(task.text == "Nothing." for task in shown)
    silent = workspace.count(PREDICATE, "date=2024-05-12")
    assert (silent.estimate, silent.low, silent.high, silent.denominator) == (0.0, 0.0, 0.0, 8)


def test_a_statement_about_empty_answers_is_asked_of_empty_answers(workspace):
    assert any(task.text == "Nothing." for task in workspace.labels.next("nothing", limit=100))


def test_a_label_that_a_person_gave_to_such_a_comment_counts(workspace):
    workspace.labels.keep(PREDICATE, {"D-1": "yes"})
    assert workspace.count(PREDICATE, "date=2024-05-12").estimate == 1.0


def test_the_interval_narrows_as_labels_come(workspace):
    widths = []
    for _ in range(4):
        answer_all(workspace, at_most=6)
        result = workspace.count(PREDICATE)
        widths.append(result.high - result.low)
    assert widths[0] > widths[-1]
    assert result.is_corrected


def test_labels_serve_a_filter_they_were_not_made_for(workspace):
    answer_all(workspace)
    result = workspace.count(PREDICATE, "date=2024-01")
    assert (result.estimate, result.denominator) == (1.0, 4)


def test_a_group_is_selected_by_its_own_filter(workspace):
    for period, groups in (("", 5), ("month", 5), ("quarter", 2), ("year", 1), ("week", 5), ("day", 6)):
        result = workspace.count(PREDICATE, "rating>=1", by="date", period=period)
        assert len(result.groups) == groups
        for share in result.groups:
            assert workspace.feedback.matching(share.where) == share.denominator


def test_a_count_goes_on_with_the_texts_it_began_with_while_others_come_in(workspace, tmp_path):
    """Between reading the ids of the texts and comparing them, an import ends and a search runs."""
    embedder = workspace.fakes.fake_embedder
    embed_one, more = embedder.embed_one, [{**ROWS[0], "id": f"N-{n}", "comment": f"New soup {n}"} for n in range(9)]

    def meanwhile(text):
        if text == PREDICATE and more:
            file = write_csv(tmp_path / "more.csv", [more.pop() for _ in range(len(more))])
            workspace.ingest([file], {"respondent": "customer"})
            assert workspace.search("soup").hits
        return embed_one(text)

    embedder.embed_one = meanwhile
    assert workspace.count(PREDICATE).texts == 33
    assert workspace.count(PREDICATE).texts == 42


def test_labels_are_stored_and_the_latest_one_counts(workspace):
    task = workspace.labels.next(PREDICATE, limit=1)[0]
    workspace.labels.keep(PREDICATE, {task.id: "yes"})
    assert workspace.labels.keep("  LATE   Parcel? ", {task.id: "no"}) == 1
    assert workspace.labels.list() == ((PREDICATE, 1),)
    assert workspace.labels.undo(PREDICATE) == 1
    assert workspace.labels.undo(PREDICATE) == 0
    with pytest.raises(UsageError, match="no label"):
        workspace.labels.undo(PREDICATE)


def test_labels_outlive_an_import_of_more_comments(workspace, tmp_path):
    answer_all(workspace)
    more = [{**ROWS[0], "id": f"N-{n}", "comment": f"New soup {n}, cold."} for n in range(10)]
    workspace.ingest([write_csv(tmp_path / "more.csv", more)], {"respondent": "customer"})
    result = workspace.count(PREDICATE)
    assert result.denominator == 50
    assert result.labelled > 0
    assert len(workspace.labels.next(PREDICATE, limit=50)) == 10


def test_labels_of_a_text_remain_after_a_term_in_it_is_denied(workspace):
    workspace.labels.keep(PREDICATE, {"L-1": "yes"})
    workspace.privacy.deny("again")
    assert workspace.labels.list() == ((PREDICATE, 1),)
    workspace.privacy.deny("parcel")  # which the predicate holds as well
    assert workspace.labels.list() == (("late <denied_1>", 1),)


@pytest.mark.parametrize("answers", [{"L-1": "perhaps"}, {"X-1": "yes"}])
def test_a_label_that_is_not_understood_is_not_kept(workspace, answers):
    with pytest.raises(UsageError):
        workspace.labels.keep(PREDICATE, {"L-2": "yes"} | answers)
    assert workspace.labels.list() == ()


@pytest.mark.parametrize("predicate", ["", "   ", "what Ann Lee says"])
def test_a_predicate_is_words_without_personal_data(workspace, predicate):
    with pytest.raises(UsageError, match="judged for"):
        workspace.labels.keep(predicate, {"L-1": "yes"})


def test_a_count_without_predicate_is_exact(workspace):
    result = workspace.count("", "rating<=2", by="region")
    assert (result.estimate, result.low, result.high, result.method) == (0.3, 0.3, 0.3, "exact")
    assert [(g.label, g.denominator) for g in result.groups] == [("north", 12)]


def test_tables_are_what_one_counts_by_hand(workspace):
    average = workspace.counts.table(Wanted(Measure.AVERAGE, "region", column="rating"))
    assert [(row.label, row.value, row.of) for row in average.rows] == [
        ("north", 1.0, 12), ("south", pytest.approx((20 * 5 + 8 * 4) / 28, abs=1e-6), 28)]  # fmt: skip
    months = workspace.counts.table(Wanted(Measure.COMMENTS, "date", "month"), "region=north")
    assert [(row.label, row.value) for row in months.rows] == [("2024-01", 4), ("2024-02", 4), ("2024-03", 4)]
    people = workspace.counts.table(Wanted(Measure.RESPONDENTS, "region"))
    assert [row.value for row in people.rows] == [5, 15]
    shares = workspace.counts.table(Wanted(Measure.SHARE, "region"))
    assert [row.value for row in shares.rows] == [0.3, 0.7]
    for row in [*months.rows, *shares.rows]:
        assert workspace.feedback.matching(row.where) > 0


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(Measure.AVERAGE, column="region"),
        Wanted(Measure.COMMENTS, "colour"),
        Wanted(Measure.COMMENTS, "region", "month"),
    ],
)
def test_an_impossible_table_is_an_error(workspace, wanted):
    with pytest.raises(UsageError):
        workspace.counts.table(wanted)


def test_every_count_and_label_is_on_record_without_words(workspace):
    workspace.count(PREDICATE)
    workspace.labels.keep(PREDICATE, {"L-1": "yes"})
    rows = workspace.database.rows("SELECT action, detail FROM audit ORDER BY seq DESC LIMIT 2")
    assert [row[0] for row in rows] == ["labels.keep", "count"]
    assert "parcel" not in json.dumps([row[1] for row in rows])


@pytest.mark.parametrize("by", ["", "region", "date"])
@pytest.mark.parametrize("predicate", ["", PREDICATE])
def test_a_count_of_a_filter_that_matches_nothing_is_zero(workspace, predicate, by):
    result = workspace.count(predicate, 'region = "west"', by)
    assert (result.estimate, result.groups, result.texts, result.respondents) == (0.0, (), 0, None)


def test_a_count_in_an_empty_workspace_is_zero(tmp_path):
    with make_workspace(tmp_path) as opened:
        assert (opened.count("").estimate, opened.count("").denominator) == (0.0, 0)

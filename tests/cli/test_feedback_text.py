import io
import sys

import pytest

from analyzer.answers.types import Answer, Number, Plan, Status, Task
from analyzer.cli.render.answer_text import answer_lines, plan_lines
from analyzer.cli.render.feedback_text import (
    EXCERPT,
    REJECTIONS_SHOWN,
    ProgressLine,
    hit_lines,
    preview_lines,
    record_lines,
    report_lines,
    status_lines,
)
from analyzer.index.types import Hit, ImportSummary, SearchResult, WorkspaceStatus
from analyzer.ingest.types import ColumnPreview, FilePreview, IngestReport, Rejected
from analyzer.types import Citation, Claim, Column, Feedback, Kind

HIT = Hit("C-1", 0.5, "The parcel came late.", {"rating": 2, "date": "2024-03-01T10:00:00", "channel": "app"}, 3)
NUMBERS = (Number(1200, 3400, "channel=app", "matching"),)


class Watched(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self):
        return True


def report(**changes):
    figures = {
        "files": ("a.csv",), "rows": 1200, "stored": 1090, "updated": 10, "duplicates": 60, "rejected": 40,
        "comments": 980, "entities": {"PERSON": 7},
        "seconds": 1.25, "notes": ("dates are day first",),
    }  # fmt: skip
    return IngestReport(**{**figures, **changes})


def status(**changes):
    figures = {
        "workspace": "ws", "records": 2, "responses": 3, "texts": 1,
        "columns": (Column("rating", "Rating", Kind.NUMBER),),
        "imports": (ImportSummary("a.csv", "t0", "t1", 2, 0, 0, {}),), "languages": {"en": 2},
        "models": {"small": True}, "single_user": True, "bytes": 1_500_000,
    }  # fmt: skip
    return WorkspaceStatus(**{**figures, **changes})


def test_a_hit_is_shown_with_its_score_its_id_and_how_many_wrote_it():
    assert hit_lines(SearchResult((HIT,), 9)) == [
        "0.500  C-1  ×3  rating 2, date 2024-03-01",
        "       The parcel came late.",
    ]


def test_finding_nothing_says_among_how_many():
    assert hit_lines(SearchResult((), 1234)) == ["nothing found among 1,234 comments"]


def test_a_long_comment_is_cut_to_one_line():
    [_, line] = hit_lines(SearchResult((Hit("C-1", 0.5, "word \n" * 400, {}),), 1))
    assert line.endswith("…")
    assert len(line.strip()) <= EXCERPT
    assert "\n" not in line


def test_a_record_is_shown_whole():
    text = "x" * 1_000
    assert record_lines(Feedback("C-1", text, {"rating": 2})) == ["C-1", text, "  rating: 2", ""]


def test_the_rows_of_a_report_add_up():
    assert report_lines(report())[0] == (
        "a.csv: 1,200 rows = 1,090 stored + 10 updated + 60 known already + 40 rejected, in 1.2 s"
    )


def test_a_report_names_types_notes_and_reasons():
    lines = report_lines(report(rejections=(Rejected("a.csv", 7, "empty"),)))
    assert lines[1] == "980 comments in the 1,090 new responses"
    assert lines[2:] == ["replaced: 7 PERSON", "note: dates are day first", "rejected, empty: 1: a.csv data row 7"]


def test_many_rejections_are_counted_by_reason_rather_than_listed():
    rejections = [Rejected("a.csv", row, "empty") for row in range(1, 51)] + [Rejected("a.csv", 60, "too long")]
    lines = report_lines(report(rejections=tuple(rejections), entities={}, notes=()))
    assert len(lines) == 2 + 2
    assert lines[2].startswith("rejected, empty: 50: a.csv data row 1, ")
    assert lines[2].count(" row ") == REJECTIONS_SHOWN
    assert f"and {50 - REJECTIONS_SHOWN} more" in lines[2]
    assert lines[3] == "rejected, too long: 1: a.csv data row 60"


def test_an_answer_lists_its_quotes_by_number():
    quote = Citation("C-1", "The parcel came late.", 0, 21)
    claim = Claim("It came late.", (quote, quote), opposed=(quote,))
    answer = Answer(
        Status.ANSWERED, "It came late. [1]", (claim,), NUMBERS, "a-1", evidence=(HIT,), cut=2,
        cut_because={"no comment supports it": 2}, stale=("records changed",), is_complete=False,
    )  # fmt: skip
    lines = answer_lines(answer)
    assert lines[1] == "It came late. [1]"
    assert lines[3] == "[1] “The parcel came late.”  C-1  date 2024-03-01, rating 2"
    assert "1 of the comments read say the opposite of “It came late.”:" in lines
    assert "STALE: records changed" in lines
    assert "stopped before it was complete" in lines
    assert (
        lines[-1]
        == "1,200 of 3,400 comments match (channel=app); 2 sentences removed: no comment supports it; receipt a-1"
    )


def test_an_answer_that_found_nothing_names_the_nearest_comments():
    lines = answer_lines(Answer(Status.NOT_FOUND, "Nothing.", (), NUMBERS, "a-1", evidence=(HIT,)))
    assert lines[1:3] == ["Nothing.", "Nearest comments: C-1"]


def test_a_plan_says_what_was_understood_from_which_words():
    plan = Plan(Task.TREND, "waiting", "rating<=2", "date", "month", notes=("“low ratings” was read as rating<=2",))
    assert plan_lines(plan) == [
        "understood as trend; about: waiting; where: rating<=2; by: date (month); measure: comments",
        "  “low ratings” was read as rating<=2",
    ]


def test_a_preview_shows_use_kind_and_reason_of_each_column():
    columns = (
        ColumnPreview("comment", "text", "text", 3, ("Late.", "Fine.")),
        ColumnPreview("phone", "left out", "text", 3, (), "personal data"),
    )
    lines = preview_lines(FilePreview("a.csv", 3, 0, "typeform", columns, ("UTF-8",)))
    assert lines[0] == "a.csv: 3 rows, typeform export"
    assert "Late. | Fine." in lines[1]
    assert "personal data" in lines[2]
    assert lines[3] == "  note: UTF-8"
    assert lines[-1].startswith("nothing stored")


def test_status_says_what_is_held_and_what_is_missing():
    lines = status_lines(status(models={"small": True, "large": False}))
    assert lines[0] == "ws: 3 responses with 2 comments, 1 different texts, 1.5 MB"
    assert "single-user mode" in lines[1]
    assert lines[-2] == "models missing: large; run: analyzer models fetch"
    assert status_lines(status())[-2] == "models: all present"
    silent = status_lines(status(models={"small": True, "x at unix:/s": False}, model_server="x at unix:/s"))
    assert silent[-2] == "the model server does not answer: x at unix:/s; start it, see docs/models.md"


@pytest.mark.parametrize(
    ("days", "said"), [(None, "last restore test: never"), (3, "3 days ago"), (31, "more than 30; run")]
)
def test_status_nags_for_a_restore_drill(days, said):
    assert said in status_lines(status(days_since_drill=days))[-1]


def test_an_import_that_was_stopped_is_said_to_be_unfinished():
    stopped = ImportSummary("a.csv", "t0", "", 2, 0, 0, {})
    assert any("NOT FINISHED" in line for line in status_lines(status(imports=(stopped,))))


def test_an_empty_workspace_says_what_to_do():
    assert "  empty; import something with: analyzer ingest FILE" in status_lines(status(imports=()))


def test_progress_is_a_line_a_file_when_nobody_watches(capsys):
    with ProgressLine() as progress:
        progress("reading", 0, 0)
        for done in range(0, 101, 10):
            progress("a.csv", done, 100)
        progress("b.csv", 0, 7)
    assert capsys.readouterr().err.splitlines() == [
        "reading …",
        "a.csv: 100 rows, scrubbing, embedding and storing",
        "b.csv: 7 rows, scrubbing, embedding and storing",
    ]


def test_progress_is_a_bar_when_somebody_watches(monkeypatch):
    stream = Watched()
    monkeypatch.setattr(sys, "stderr", stream)
    with ProgressLine() as progress:
        progress("a.csv", 0, 100)
        progress("a.csv", 100, 100)
        progress("b.csv", 7, 7)
    assert "100/100" in stream.getvalue()
    assert "7/7" in stream.getvalue()

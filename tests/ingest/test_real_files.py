"""Real files used in development; skipped where they are absent."""

from pathlib import Path

import pytest

from analyzer.ingest.mapping import ColumnPlan, guess_mapping
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.typed_rows import raw_feedback
from analyzer.ingest.types import Rejected
from analyzer.ingest.typing import Profile, profile
from analyzer.types import ColumnRole

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def read(name: str) -> tuple[Profile, ColumnPlan, list[RawFeedback | Rejected]]:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    table = open_table(path)
    seen = profile(table)
    plan = guess_mapping(seen)
    return seen, plan, list(raw_feedback(table, plan))


def test_the_nhs_survey_is_understood_and_its_dates_doubted() -> None:
    seen, plan, items = read("nhs_survey/comments.csv")
    assert (seen.rows, seen.bad_rows, len(items)) == (7_908, 0, 7_908)
    assert plan.roles == {
        ColumnRole.TEXT: "FFT answer",
        ColumnRole.RATING: "FFT categorical answer",
        ColumnRole.ID: "Comment ID",
        ColumnRole.RESPONDENT: "Respondent ID",
        ColumnRole.DATE: "Date",
    }
    assert "289 of 7,908 dates fit only month first" in plan.notes[0]
    assert "2,322 can be read both ways" in plan.notes[0]
    responses = [item for item in items if isinstance(item, RawFeedback)]
    assert len(responses) == 7_908
    assert sum(not item.answers for item in responses) in range(496, 531)  # "N/A" and "-" are no comments
    assert all("date" in item.fields for item in responses)


def test_the_clothing_reviews_are_read_from_their_zip() -> None:
    seen, plan, items = read("clothing_reviews/reviews.csv.zip")
    assert seen.rows == len(items) == 23_486
    assert (plan.roles[ColumnRole.TEXT], plan.roles[ColumnRole.RATING]) == ("Review Text", "Rating")
    assert sum(bool(item.answers) for item in items if isinstance(item, RawFeedback)) == 22_641


def test_the_app_reviews_are_read_from_json_lines() -> None:
    seen, plan, items = read("app_review_search/corpus.jsonl")
    assert seen.rows == len(items) == 5_000
    assert plan.roles == {ColumnRole.TEXT: "text", ColumnRole.ID: "doc_id"}
    assert {column.name for column in plan.columns} == {"app_id", "review_id"}

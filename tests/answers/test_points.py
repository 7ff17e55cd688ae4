"""Points: all opinions on a subject, by stance, counted and quoted; what outsiders saw wrong in answers."""

import json

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from topics import imported, rows

from analyzer.answers import calibration, point_writer
from analyzer.answers.calibration import Thresholds
from analyzer.answers.grounding.checks import spells_placeholder
from analyzer.answers.point_words import vocabulary
from analyzer.answers.point_writer import PointWriter
from analyzer.answers.types import Plan, Stance, Status, Task
from analyzer.cli.render.answer_text import answer_lines
from analyzer.models.embedder import Embedder
from analyzer.opinions.polarity import PolarityHead
from analyzer.security.types import Grant, Role

PARCEL = Plan(Task.SUMMARIZE, "parcel")
EMPTY = ("<ADDRESS_1> <PERSON_1>.", "Parcel.", "The parcel", "parcel parcel")
SAID = (
    "The parcel came two weeks late and nobody told us", "Parcel left in the rain, terrible packing",
    "Awful courier lost my parcel twice", "Parcel box was broken, very disappointing",
    "Horrible wait for the parcel at home", "The parcel was damaged, rubbish service",
    "Bad tracking made the parcel impossible to find", "Parcel was dumped at a neighbor, unacceptable",
)  # fmt: skip


@pytest.fixture(scope="module")
def topics(tmp_path_factory):
    opened = imported(tmp_path_factory.mktemp("points"), rows())
    opened.llm.always = "The parcel came late."
    yield opened
    opened.close()


@pytest.fixture
def parcels(tmp_path):
    opened = make_workspace(tmp_path)
    texts = [*(f"{text} {word}" for text in SAID for word in ("again", "today", "sadly")), *EMPTY]
    records = [{"id": f"P-{n}", "comment": text, "rating": 1 + n % 2} for n, text in enumerate(texts)]
    records += [{"id": f"S-{n}", "comment": f"Lovely soup with great taste {n}", "rating": 5} for n in range(12)]
    opened.ingest([write_csv(tmp_path / "parcels.csv", records)])
    opened.llm.always = ""
    yield opened
    opened.close()


def quotes(answer):
    return [citation.quote for point in answer.points for citation in point.citations]


def test_every_comment_on_the_subject_is_counted_not_the_nearest_thirty(topics):
    answer = topics.ask("parcel?", plan=PARCEL)
    assert answer.count.estimate * answer.count.denominator == 30
    assert {number.name: number.value for number in answer.numbers}["yes"] == 30
    assert sum(point.comments for point in answer.points) >= 25


def test_a_count_fits_its_share_and_its_interval(topics):
    answer = topics.ask("parcel?", plan=PARCEL)
    numbers = {number.name: number for number in answer.numbers}
    for place, point in enumerate(answer.points):
        of = numbers[f"point_{place}_comments"].of
        assert point.share == pytest.approx(point.comments / of, abs=1e-6)
        assert 0 <= point.low <= point.share <= point.high <= 1
        assert numbers[point.number].value == point.share
        assert len(numbers[point.number].ids) == point.comments


def test_every_quote_is_a_substring_of_its_comment_and_no_two_are_of_one_comment(topics):
    answer = topics.ask("parcel?", plan=PARCEL)
    for point in answer.points:
        assert 1 <= len(point.citations) <= 4
        assert len({citation.id for citation in point.citations}) == len(point.citations)
        for citation in point.citations:
            [record] = topics.feedback.show([citation.id])
            assert record.text[citation.start : citation.end] == citation.quote


def test_no_quote_is_made_of_placeholders_or_of_the_words_of_the_subject(parcels):
    answer = parcels.ask("parcel?", plan=PARCEL)
    assert answer.status is Status.ANSWERED
    assert not {quote.strip(". ") for quote in quotes(answer)} & {one.strip(". ") for one in EMPTY}
    assert len(set(quotes(answer))) == len(quotes(answer))


def test_the_head_says_how_many_speak_and_how_they_split(parcels):
    first, second = parcels.ask("parcel?", plan=PARCEL).text.split("\n")[:2]
    assert first.startswith("27 of the 39 comments that match (69.2 %) speak of it.") or " speak of it." in first
    assert second.startswith("How they split: complaints ")


def test_what_people_complain_of_holds_no_praise(parcels):
    answer = parcels.ask("What do people complain about?")
    assert answer.plan.stance == "complaint"
    assert {point.stance for point in answer.points} == {Stance.COMPLAINT}
    assert not any("Lovely" in quote for quote in quotes(answer))


def test_what_people_like_best_holds_no_complaint(parcels):
    answer = parcels.ask("best?", plan=Plan(Task.RANK, stance="praise"))
    assert {point.stance for point in answer.points} == {Stance.PRAISE}
    assert any("soup" in quote for quote in quotes(answer))


def test_all_that_the_model_takes_words_from_is_evidence_so_that_erasing_it_deletes_the_answer(topics, monkeypatch):
    read = []
    monkeypatch.setattr(point_writer, "vocabulary", lambda texts: read.extend(texts) or vocabulary(texts))
    answer = topics.ask("all?", plan=Plan(Task.SUMMARIZE))
    known = [hit.text for hit in answer.evidence]
    assert len(read) > 10
    assert not [text for text in read if not any(text in one for one in known)]


GOOD_TITLE = "Box was cold parcel"


def test_a_title_is_words_of_the_model_that_hold_or_a_quote_in_quotation_marks(topics):
    wrong = ("", "Parcel parcel parcel", "Zygquox came", "Came late and", "Parcel came three", "Parcel came late")
    for title in (GOOD_TITLE, *wrong, "The parcel came"):  # only one comment says "late"; none ends with "came"
        topics.llm.title = title
        for point in topics.ask("parcel?", plan=PARCEL).points:
            if point.is_title_quoted:
                assert point.title.strip("“”").removesuffix(" …").casefold() in point.citations[0].quote.casefold()
            elif point.title != point.sentence.rstrip("."):  # a short sentence that holds is a title
                assert point.title == title == GOOD_TITLE
    topics.llm.title = ""


def test_a_title_holds_whether_or_not_the_sentence_does(topics):
    topics.llm.title, topics.llm.always = GOOD_TITLE, "Something else entirely was written."
    answer = topics.ask("parcel?", plan=PARCEL)
    topics.llm.title, topics.llm.always = "", "The parcel came late."
    titled = [point for point in answer.points if point.title == GOOD_TITLE]
    assert len(titled) == 1
    assert titled[0].sentence == ""
    assert answer.cut


def test_the_model_writes_at_most_six_sentences_and_none_twice(topics):
    before = len(topics.llm.prompts)
    answer = topics.ask("all?", plan=Plan(Task.SUMMARIZE))
    asked = [prompt[-1].content for prompt in topics.llm.prompts[before:]]
    assert sum(content.endswith("Sentence:") for content in asked) <= 6
    assert sum(content.endswith("Title:") for content in asked) <= len(answer.points)
    said = [point.sentence for point in answer.points if point.sentence]
    assert len(said) == len(set(said))


def test_a_sentence_of_the_other_stance_is_cut_and_its_point_stays(parcels):
    parcels.llm.always = "Great lovely parcel service."
    answer = parcels.ask("parcel?", plan=PARCEL)
    assert all(point.sentence == "" for point in answer.points if point.stance is Stance.COMPLAINT)
    assert answer.points


def test_points_and_quotes_are_known_before_the_model_writes(topics):
    from analyzer.answers.progress_listener import ProgressListener

    seen = []

    class Notes(ProgressListener):
        def on_points(self, points):
            seen.append(("points", len(points), any(point.sentence for point in points)))

        def on_words_written(self, words):
            seen.append(("writing", words, False))

    topics.ask("parcel?", plan=PARCEL, listener=Notes())
    assert seen[0][0] == "points"
    assert seen[0][1] > 0
    assert not seen[0][2]


def test_a_stored_answer_holds_no_words_of_its_quotes_and_reads_them_again(parcels):
    answer = parcels.ask("parcel?", plan=PARCEL)
    [(body,)] = parcels.database.rows("SELECT body FROM answers")
    assert not any(quote in body for quote in quotes(answer))
    assert not any(point.title.strip("“” …") in body for point in answer.points)
    again = parcels.answers.replay(answer.receipt)
    assert again.points == answer.points
    assert again.stale == ()


def test_an_erased_comment_takes_its_quote_with_it(parcels):
    answer = parcels.ask("parcel?", plan=PARCEL)
    parcels.erasure.erase(ids=[answer.points[0].citations[0].id])
    assert parcels.database.rows("SELECT count(*) FROM answers") == [(0,)]
    assert answer.points[0].citations[0].id not in repr(parcels.ask("parcel?", plan=PARCEL).points)


def test_a_subject_nobody_speaks_of_offers_what_people_do_speak_of(topics):
    answer = topics.ask("helicopters?", plan=Plan(Task.SUMMARIZE, "helicopter landing permits"))
    assert (answer.status, answer.points) == (Status.NOT_FOUND, ())
    assert answer.text.startswith("Nothing in the 122 comments that match speaks of it.")
    assert all(subject in answer.text for subject in answer.subjects)


def test_the_thresholds_are_measured_once_and_kept_with_model_and_corpus(topics):
    topics.ask("parcel?", plan=PARCEL)
    stored = json.loads(topics.database.meta(calibration.META))
    assert topics.database.meta("fingerprint") in stored["corpus"]
    assert topics.collaborators.index.state in stored["corpus"]
    assert Thresholds(**stored["thresholds"]).cut > 0


def test_a_changed_corpus_is_measured_again(topics, tmp_path):
    workspace = imported(tmp_path, rows(12))
    workspace.ask("parcel?", plan=PARCEL)
    before = json.loads(workspace.database.meta(calibration.META))["corpus"]
    workspace.ingest([write_csv(tmp_path / "more.csv", [{"id": "N-1", "comment": "The parcel came by boat"}])])
    workspace.ask("parcel?", plan=PARCEL)
    assert json.loads(workspace.database.meta(calibration.META))["corpus"] != before
    workspace.close()


def test_an_account_that_sees_one_import_gets_points_of_its_comments_alone(tmp_path):
    workspace = imported(tmp_path, rows(20))
    more = [{**row, "id": f"more-{row['id']}", "comment": f"{row['comment']} surely"} for row in rows(20)]
    workspace.ingest([write_csv(tmp_path / "more.csv", more)])
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    FakeWorkspace(workspace.settings, "ada").users.add(Grant("ann", (Role.ANALYST,), datasets=(1,)), sign_in=False)
    limited = FakeWorkspace(workspace.settings, "ann")
    limited.llm.always = ""
    answer = limited.ask("parcel?", plan=PARCEL)
    assert answer.points
    assert not any(one.startswith("more-") for number in answer.numbers for one in number.ids)
    assert not any("surely" in quote for quote in quotes(answer))
    assert limited.database.meta(calibration.META) == ""
    limited.close()


def test_the_terminal_shows_points_as_cards(parcels):
    answer = parcels.ask("parcel?", plan=PARCEL)
    lines = answer_lines(answer)
    for point in answer.points:
        assert point.title in lines
        assert any(f"“{point.citations[0].quote}”" in line for line in lines)
    assert any("complaint ▼" in line for line in lines)


def test_a_sentence_that_spells_out_a_placeholder_is_cut():
    texts = [f"The parcel went to <STREET_ADDRESS_1> {word} and was lost" for word in ("twice", "again", "sadly")]
    assert spells_placeholder("People say the street address was lost.", texts)
    assert not spells_placeholder("People say the parcel was lost.", texts)
    assert not spells_placeholder("People say the street address was lost.", [*texts, "Wrong street address used"])


def test_a_trend_names_its_peak(topics):
    answer = topics.ask("comments per month")
    values = [row.value for row in answer.table.rows]
    peak = answer.table.rows[values.index(max(values))].label
    assert peak in answer.text.split("\n")[0]


def test_a_title_of_the_model_is_about_as_sure_of_its_stance_as_the_clause_in_its_place(models_dir):
    embedder = Embedder(models_dir / "all-MiniLM-L6-v2")
    writer = PointWriter(lambda: None, None, embedder, lambda one: one, PolarityHead.load(embedder.name))
    clause = "More staff on the ward"
    assert not writer._says_as_much("Ward staff", clause, Stance.COMPLAINT)
    assert writer._says_as_much("More ward staff", clause, Stance.COMPLAINT)
    assert writer._says_as_much("Ward staff", clause, Stance.NEUTRAL)

"""A subject that names a fault leaves out what else is said of its thing; what few others say is quoted together."""

from dataclasses import replace

import pytest
from fakes import FakeModels, FakeWorkspace, fake_scrubber, make_settings, write_csv

from analyzer.answers import asker
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.types import Stance
from analyzer.ingest.worker import Processor
from analyzer.models.embedder import Embedder
from analyzer.opinions.polarity import PolarityHead
from analyzer.privacy.terms import Terms

RUDE = [
    "The staff were rude to my mother.", "A rude receptionist, what a start.", "Staff at the desk were very rude.",
    "The nurse was impolite and shouted at us.",
]  # fmt: skip
KIND = [f"The staff were {how} and {other}." for how in ("kind", "friendly", "helpful", "polite", "caring", "lovely")
        for other in ("quick", "patient", "professional", "cheerful")]  # fmt: skip
NAMES = ["All was well at Park House when I came.", "Park House is where my sister stays."]
FEW = ["We need more staff on the ward.", "Too few staff at night."]
FOOD = ["The food was cold when it came.", "Bad food, not enough of it.", "The food has no taste at all.",
        "The food was excellent.", "Lovely food every day.", "Tasty food and generous portions."]  # fmt: skip
TABLETS = [
    "I was given the wrong medication twice.", "Nobody told me about the side effects of my medication.",
    "My medication ran out and no one ordered it.", "They changed my medication without asking me.",
    "The medication made me feel dizzy all day.", "I had to wait four hours for my medication.",
]  # fmt: skip
OTHERS = [f"Room {n} had a {what} that {did}." for n, (what, did) in enumerate(
    (what, did) for what in ("window", "radiator", "door", "lamp", "tap", "bed")
    for did in ("would not close", "squeaked", "was new", "worked well")
)]  # fmt: skip


class Stopped(ProgressListener):
    """Stops before the model writes."""

    @property
    def is_stopped(self):
        return True


@pytest.fixture(scope="module")
def workspace(tmp_path_factory, models_dir):
    folder = tmp_path_factory.mktemp("judging")
    embedder = Embedder(models_dir / "all-MiniLM-L6-v2")

    class Models(FakeModels):
        def embedder(self, name):
            return embedder

    class Embedding(FakeWorkspace):
        engines = replace(
            FakeWorkspace.engines,
            recipe=lambda *_: lambda: Processor(fake_scrubber(), embedder, PolarityHead.load(), Terms()),
        )

    settings = make_settings(folder)
    Embedding.init(settings).close()
    said = [*RUDE, *KIND, *NAMES, *FEW, *FOOD, *TABLETS, *OTHERS]
    with Embedding(settings, models=Models(models_dir)) as opened:
        opened.ingest([write_csv(folder / "said.csv", [{"id": n, "comment": text} for n, text in enumerate(said)])])
        yield opened


def asked(workspace, question):
    answer = workspace.ask(question, listener=Stopped())
    quoted = {citation.quote for point in answer.points for citation in point.citations}
    return answer, quoted


def test_rude_staff_are_not_all_staff(workspace):
    answer, quoted = asked(workspace, "rude staff")
    assert answer.count.estimate * answer.count.denominator < len(RUDE) + len(FEW)
    assert {point.stance for point in answer.points} == {Stance.COMPLAINT}
    assert any("rude" in quote for quote in quoted)
    assert not any("kind" in quote or "more staff" in quote for quote in quoted)


def test_bad_food_is_what_people_complain_of_about_food(workspace):
    answer, quoted = asked(workspace, "bad food")
    assert {point.stance for point in answer.points} == {Stance.COMPLAINT}
    assert quoted
    assert all("food" in quote.casefold() for quote in quoted)
    praised = asked(workspace, "What do people say about the food?")[0]
    assert Stance.PRAISE in {point.stance for point in praised.points}


def test_what_few_others_say_is_quoted_under_one_title(workspace, monkeypatch):
    monkeypatch.setattr(asker, "most_made", lambda points, of, plan: points[:1])
    answer, _ = asked(workspace, "What do people say about their medication?")
    others = [one for one in answer.points if one.is_rest]
    rest = others[0]
    assert answer.points[1:] == tuple(others)
    assert rest.title == {Stance.COMPLAINT: "Other complaints", Stance.PRAISE: "Other praise"}[rest.stance]
    point = answer.points[0]
    assert {one.id for one in rest.citations}.isdisjoint({one.id for one in point.citations})
    told = next(number for number in answer.numbers if number.name == rest.number)
    assert len(told.ids) == rest.comments
    assert workspace.answers.replay(answer.receipt).points == answer.points


def test_nothing_is_left_where_points_cover_half(workspace, monkeypatch):
    monkeypatch.setattr(asker, "most_made", lambda points, of, plan: points[:4])
    answer, _ = asked(workspace, "What do people say about their medication?")
    assert not any(point.is_rest for point in answer.points)


def test_a_name_does_not_speak_of_what_its_word_means(workspace):
    search = workspace.answers._opinion_search(ProgressListener())
    ids, names = search.opinions.text_ids, search.texts(range(len(search.opinions)))
    found = search.scorer._words("parking")["parking"][1]
    assert not any("Park House" in names[int(one)] for one in found)
    assert any("Park House" in names[int(one)] for one in search.scorer._words("park house")["park"][1])
    assert len(ids)

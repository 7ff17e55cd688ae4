"""Cards of points: figures in words, a bar with its interval, and no markup of a comment or of the model."""

from analyzer.answers.highlights import word_spans
from analyzer.answers.types import Answer, Number, Point, Stance, Status
from analyzer.reports.point_html import point_card, scale_of
from analyzer.types import Citation, Claim
from analyzer.ui.parts.point_cards import BY_TITLE, MOST, STRONGEST, chosen_points
from analyzer.ui.session import PointsView

HOSTILE = "<img src=x onerror=alert(1)> & more"


def point(**changes):
    fields = {
        "title": HOSTILE, "stance": Stance.COMPLAINT, "comments": 26, "people": 1, "share": 26 / 257, "low": 0.07,
        "high": 0.144, "sentence": HOSTILE, "citations": (Citation("<i>C-1</i>", HOSTILE, 0, len(HOSTILE)),),
        "elsewhere": 0.0556,
    }  # fmt: skip
    return Point(**{**fields, **changes})


def test_a_share_is_a_share_of_comments_and_the_difference_is_never_shown_as_one():
    number = Number(26 / 257, 257, "points", "share")
    answer = Answer(Status.ANSWERED, "", (), (number,), "a-1")
    drawn = point_card(point(number="share"), 0.144, answer=answer)
    assert "26 of 257 comments · 1 person · 95 % interval 7.0 % to 14.4 % · 5.6 % among the other ratings" in drawn
    assert ">10.1 %<" in drawn
    assert "4.55" not in drawn


def test_every_text_of_a_card_is_escaped():
    drawn = point_card(point(), 0.144)
    assert "<img" not in drawn
    assert "<i>" not in drawn
    assert drawn.count("&lt;img src=x onerror=alert(1)&gt; &amp; more") == 2


def test_a_bar_ends_at_its_share_and_the_longest_interval_at_the_end_of_the_scale():
    one, other = point(), point(share=0.05, low=0.03, high=0.08, elsewhere=None)
    scale = scale_of([one, other])
    assert scale == 0.144
    assert "left: 48.6%; width: 51.4%;" in point_card(one, scale)
    assert 'class="fa-fill" style="width: 34.7%;"' in point_card(other, scale)
    assert "fa-other" in point_card(one, scale)
    assert "fa-other" not in point_card(other, scale)


def test_nothing_is_shortened_and_nothing_is_said_twice():
    quotes = (
        Citation("C-1", "They kept me waiting on the phone for an hour", 0, 45),
        Citation("C-2", "Too slow", 0, 8),
    )
    by_quote = point(title="“They kept me waiting …”", sentence="", citations=quotes)
    assert point_card(by_quote, 0.2).count("for an hour") == 1
    assert "…" not in point_card(by_quote, 0.2)
    whole = point(title="The wait is long", sentence="The wait is long.", citations=quotes)
    assert point_card(whole, 0.2).count("wait is long") == 1
    more = point(title="Long wait", sentence="The wait is long and nobody answers.")
    assert "nobody answers." in point_card(more, 0.2)
    assert "Long wait" in point_card(more, 0.2)


def test_a_sentence_says_how_many_comments_it_rests_on_and_a_quote_does_not():
    cited = (Citation("C-1", "Late", 0, 4), Citation("C-9", "So late", 0, 7))
    answer = Answer(Status.ANSWERED, "", (Claim("It is late.", cited, number="share"),), (), "a-1")
    assert "worded from 2 comments" in point_card(point(number="share"), 0.2, answer=answer)
    assert "worded from" not in point_card(point(number="share", sentence=""), 0.2, answer=answer)
    assert 'href="#c7">[7]' in point_card(point(number="share"), 0.2, answer=answer, numbers={"C-9": 7})


def test_the_words_of_a_point_and_its_subject_are_highlighted_in_every_form():
    text = "WAITED long; the wait, waiting times and timely waters"
    found = [text[start:end] for start, end in word_spans(text, ("waiting", "time"))]
    assert found == ["WAITED", "wait", "waiting", "times", "timely"]
    assert word_spans("the these them", ("thermal",)) == []
    drawn = point_card(point(citations=(Citation("C", "A late parcel", 0, 13),), words=("late",)), 0.2, "parcels")
    assert "A <mark>late</mark> <mark>parcel</mark>" in drawn


def test_points_are_ordered_and_filtered_as_chosen():
    few = point(title="b", comments=5, share=0.3, elsewhere=0.0)
    many = point(title="“A”", comments=9, share=0.4, elsewhere=0.3, stance=Stance.PRAISE)
    assert chosen_points([many, few], PointsView(MOST)) == [many, few]
    assert chosen_points([many, few], PointsView(STRONGEST)) == [few, many]
    assert chosen_points([few, many], PointsView(BY_TITLE)) == [many, few]
    assert chosen_points([many, few], PointsView(stance="complaint")) == [few]
    assert chosen_points([many, few], PointsView(stance="neutral")) == []

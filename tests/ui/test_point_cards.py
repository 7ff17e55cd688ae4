"""Cards of points: figures in words, and no markup of a comment or of the model."""

from analyzer.answers.types import Point, Stance
from analyzer.types import Citation
from analyzer.ui.parts.point_cards import card

HOSTILE = "<img src=x onerror=alert(1)> & more"
POINT = Point(
    title=HOSTILE, stance=Stance.COMPLAINT, comments=26, people=1, share=26 / 257, low=0.07, high=0.144,
    sentence=HOSTILE, citations=(Citation("<i>C-1</i>", HOSTILE, 0, len(HOSTILE)),), elsewhere=0.0556,
)  # fmt: skip


def test_a_share_is_a_share_of_comments_and_the_difference_is_never_shown_as_one():
    drawn = card(POINT, POINT.share)
    assert "26 comments · 1 person · 10.1 %" in drawn
    assert "5.56 % elsewhere" in drawn
    assert "4.55" not in drawn


def test_every_text_of_a_card_is_escaped():
    drawn = card(POINT, POINT.share)
    assert "<img" not in drawn
    assert "<i>" not in drawn
    assert drawn.count("&lt;img src=x onerror=alert(1)&gt; &amp; more") == 3


def test_the_longest_bar_is_as_wide_as_the_card():
    assert "width: 100%" in card(POINT, POINT.share)
    assert "width: 50%" in card(POINT, 2 * POINT.share)

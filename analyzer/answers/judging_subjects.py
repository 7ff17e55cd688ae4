"""Subjects that name a fault: who asks for "rude staff" does not ask what else is said of staff.

The direction of a subject ("rude staff") lies near to all that is said of its thing ("staff"), praise too. Where the
fault is one of its words, an opinion speaks of it if it names that word, or if it is no praise and lies in the
direction of the fault: that of the subject without that of its thing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analyzer.answers.general_remarks import EVALUATIONS
from analyzer.answers.opinion_snapshot import OpinionSnapshot, Rows, unit
from analyzer.answers.points import centered, clause_of
from analyzer.answers.quote_fit import stance_margins
from analyzer.answers.quotes import content_words
from analyzer.answers.types import Stance
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.parallel import one_thread
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.polarity_features import valence
from analyzer.opinions.stored_opinions import compared_as

FAULT = -1.0
"""Valence of a word, -4 to 4, up to which it names a fault."""
SURE, MORE = 0.3, 0.3
"""Margin of complaint that the subject has, and how much more it has than without the word."""
MOST_WORDS = 3
"""Words with content of a subject; one with more lists things, or says what may have been the matter."""
LEAST = 0.45
"""Cosine to the direction of the fault from which an opinion speaks of it, as a share of the highest. Read on two
subjects of the NHS comments: "some staff don't care" has .45, "pay attention to staff behaviour" .38, "more staff"
less than .1."""
STEM = 5


@dataclass(frozen=True, slots=True)
class NamedFault:
    """The fault that a subject names.

    Attributes:
        word: that names it.
        thing: the subject without it.
        direction: float32[d], of the subject without its thing, in the centered space; None for a word that can be
            said of anything: who asks for "bad food" asks for the complaints about food.
    """

    word: str
    thing: str
    direction: Vectors | None

    def of_it(self, opinions: OpinionSnapshot, rows: Rows, texts: Mapping[int, str]) -> Rows:
        """Return the rows, int64[k] in canonical order, that speak of the fault and not of its thing alone."""
        stances = opinions.stances()[rows]
        if self.direction is None or not len(rows):
            return np.asarray(rows[stances < 0], dtype=np.int64)
        names = np.array([self.word[:STEM] in clause_of(opinions, row, texts).casefold() for row in rows.tolist()])
        with one_thread():
            likeness = np.round(centered(opinions, rows) @ self.direction, 4)
        is_near = (likeness >= LEAST * likeness.max()) & (stances <= 0)
        return np.asarray(rows[names | is_near], dtype=np.int64)


def named_fault(subject: str, opinions: OpinionSnapshot, embedder: Embeds) -> NamedFault | None:
    """Return the fault that a subject names beside its thing; None if it names none."""
    words = sorted(content_words(subject))
    faults = [word for word in words if valence(word) <= FAULT]
    if not (faults and 1 < len(words) <= MOST_WORDS):
        return None
    things = [_without(subject, word) for word in faults]
    vectors = embedder.embed([subject, *things])
    polarity = PolarityHead.load(embedder.name)
    margins = stance_margins([subject, *things], vectors, Stance.COMPLAINT, polarity)
    place = int(np.argmin(margins[1:]))
    if margins[0] < SURE or margins[0] - margins[1 + place] < MORE:
        return None
    if faults[place] in EVALUATIONS:
        return NamedFault(faults[place], things[place], None)
    whole, thing = (opinions.background.centered(vectors[n]) for n in (0, 1 + place))
    direction = unit((whole - thing * float(whole @ thing)).astype(np.float32))
    return NamedFault(faults[place], things[place], direction)


def is_fault(subject: str, embedder: Embeds) -> bool:
    """Return whether a subject by itself is a complaint ("the color being different from the photo")."""
    margin = stance_margins([subject], embedder.embed([subject]), Stance.COMPLAINT, PolarityHead.load(embedder.name))
    return bool(subject) and margin[0] >= SURE


def _without(subject: str, word: str) -> str:
    return compared_as(" ".join(re.sub(rf"\b{re.escape(word)}\b", " ", subject, flags=re.IGNORECASE).split()))

"""The finding of a recognizer: a span of personal data with its type, score and rule."""

from dataclasses import dataclass

PERSON = "PERSON"
URL = "URL"
SURE = 0.6
"""Score from which a masked value needs no review; below it, the value enters the review queue."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of personal data in one text: text[start:end], score from 0 to 1, and the rule that found it."""

    type: str
    start: int
    end: int
    score: float
    rule: str = ""

"""What a recognizer reports: a span of personal data, its type, how sure, and which rule said so."""

from dataclasses import dataclass

PERSON = "PERSON"
URL = "URL"
SURE = 0.6
"""Score from which a finding needs no second look; below it, what was masked is offered for review."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of personal data in one text: text[start:end], score from 0 to 1, and the rule that found it."""

    type: str
    start: int
    end: int
    score: float
    rule: str = ""

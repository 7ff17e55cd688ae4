"""What the model wrote, turned into claims that hold: whatever does not pass is cut, never repaired.

A claim stays when it has the form of the grammar (so no digit, no markup, no more than the embedder reads), names a
group that was put before the model, at least one passage of its group is an exact substring of its record and speaks
of the same thing as the claim, and it holds no personal data: the model may have learnt some, or made it up.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from analyzer.answer_records import Citation, Claim
from analyzer.answers.passages import Group, Passage
from analyzer.answers.prompt import LABELS, SENTENCE
from analyzer.models.embedder import Embeds

IsClean: TypeAlias = Callable[[str], bool]
LINE = re.compile(rf"(?P<group>[A-Z]): (?P<text>{SENTENCE})")
QUANTITY = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?|half|thirds?|quarters?"
    r"|most|majority|minority|percent|nobody|everybody|everyone)\b",
    re.IGNORECASE,
)
"""Words that count customers: code counts, the model does not."""
SUPPORTS = 0.4
"""Least cosine between a claim and a passage for the passage to be cited."""
NEAR_BEST = 0.2
"""How far below its best passage's cosine a claim's other passages may be: a claim about the cost of delivery does
not cite the passage of the same group that says it was on time."""


def checked_claims(
    output: str, groups: Sequence[Group], texts: Mapping[str, str], embedder: Embeds, is_clean: IsClean
) -> tuple[list[Claim], int]:
    """Return the claims that hold and how many were cut.

    Args:
        output: what the model wrote.
        groups: the evidence that was put before it.
        texts: the cited records' texts by id, read again from the store.
        embedder: compares claims with passages.
        is_clean: tells whether a sentence holds no personal data.
    """
    lettered = dict(zip(LABELS, groups, strict=False))
    claims: dict[str, Claim] = {}
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        match = LINE.fullmatch(line)
        group = lettered.pop(match["group"], None) if match else None
        if match is None or group is None:
            continue
        text = match["text"]
        if QUANTITY.search(text):
            continue
        citations = [c for p in _supporting(text, group, embedder) if (c := _citation(p, texts))]
        if citations and is_clean(text):
            claims.setdefault(text.casefold(), Claim(text, tuple(citations)))
    return list(claims.values()), len(lines) - len(claims)


def _supporting(claim: str, group: Group, embedder: Embeds) -> list[Passage]:
    likeness = embedder.embed([passage.text for passage in group]) @ embedder.embed_one(claim)
    least = max(SUPPORTS, float(likeness.max()) - NEAR_BEST)
    return [passage for passage, score in zip(group, likeness, strict=True) if score >= least]


def _citation(passage: Passage, texts: Mapping[str, str]) -> Citation | None:
    text = texts.get(passage.hit.id, "")
    if not passage.text or text[passage.start : passage.end] != passage.text:
        return None
    return Citation(passage.hit.id, passage.text, passage.start, passage.end)

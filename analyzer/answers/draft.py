"""A draft of an answer: figures, claims and the reasons for dropped sentences, in reading order."""

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.answers.answer_languages import in_language
from analyzer.answers.grounding.checks import Cut
from analyzer.answers.types import Answer, Number, Plan, Point, Status
from analyzer.answers.wording import fill_slots
from analyzer.counting.types import Count, Table
from analyzer.index.types import Hit
from analyzer.types import Claim

NOT_FOUND = "Nothing in the {matching} comments that match speaks of it; sentences that did not hold: {cut}."
NOTHING = "Nothing in the {matching} comments that match speaks of it."
OFFERED = "People do speak of:"
OFF_TOPIC = "These comments cannot answer that. Ask what people wrote, or count by a column."


@dataclass(slots=True)
class Draft:
    """The parts of an answer that exist so far.

    Attributes:
        sentences: sentences written by code, every number bound to a figure.
        cuts: dropped sentences, counted by reason.
        points: what people say, those of the most comments first.
        subjects: what people do speak of, nearest to a subject that nobody speaks of.
        refusal: the text to show instead of an answer; empty if there is an answer.
    """

    plan: Plan
    numbers: list[Number]
    sentences: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    cuts: Tally[str] = field(default_factory=Tally)
    points: list[Point] = field(default_factory=list)
    evidence: tuple[Hit, ...] = ()
    subjects: tuple[str, ...] = ()
    table: Table | None = None
    count: Count | None = None
    refusal: str = ""
    is_complete: bool = True

    def add(self, outcome: Claim | Cut) -> bool:
        """Add a claim, or count the reason why there is none; a claim that repeats another one is dropped."""
        if isinstance(outcome, Claim) and any(c.text.casefold() == outcome.text.casefold() for c in self.claims):
            outcome = Cut.REPEATED
        if isinstance(outcome, Cut):
            self.cuts[outcome.value] += 1
            return False
        self.claims.append(outcome)
        return True

    def to_answer(self) -> Answer:
        """Return the answer."""
        if self.cuts:
            self.numbers.append(Number(sum(self.cuts.values()), 0, "sentences that did not hold", "cut"))
        is_answered = not self.refusal and bool(self.claims or self.points or self.sentences)
        text = self._text() if is_answered else self.refusal or self._not_found_text()
        return Answer(
            Status.ANSWERED if is_answered else Status.NOT_FOUND, text,
            tuple(self.claims) if is_answered else (), tuple(self.numbers), "", self.plan,
            self.table if is_answered else None, self.count if is_answered else None, self.evidence,
            sum(self.cuts.values()), dict(sorted(self.cuts.items())), self.is_complete,
            points=tuple(self.points) if is_answered else (), subjects=() if is_answered else self.subjects,
        )  # fmt: skip

    def _not_found_text(self) -> str:
        language = self.plan.language
        offered = f" {in_language(OFFERED, language)} {', '.join(self.subjects)}." if self.subjects else ""
        return fill_slots(NOT_FOUND if self.cuts else NOTHING, self.numbers, language) + offered

    def _text(self) -> str:
        marks: dict[str, int] = {}
        return "\n".join([*self.sentences, *(_with_marks(claim, marks) for claim in self.claims)])


def number_citations(claims: Sequence[Claim]) -> dict[str, int]:
    """Return the number of each cited record, in the order of first citation."""
    marks: dict[str, int] = {}
    for claim in claims:
        _with_marks(claim, marks)
    return marks


def _with_marks(claim: Claim, marks: dict[str, int]) -> str:
    cited = "".join(f"[{marks.setdefault(citation.id, len(marks) + 1)}]" for citation in claim.citations)
    return f"{claim.text} {cited}"

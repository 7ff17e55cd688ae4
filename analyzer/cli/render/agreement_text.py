"""Format the agreement of people who label as lines of text for a terminal."""

from collections.abc import Sequence

from analyzer.counting.types import Agreed, Agreement, Disagreement
from analyzer.index.dates_in_words import date_in_words

WIDTH = 22
NOTHING = (
    "no comment was labeled by two people; the second one is shown what the first one labeled: analyzer agreement next"
)


def agreement_lines(found: Agreement) -> list[str]:
    """Format kappa, alpha and F1 of each theme and statement."""
    if not found.subjects:
        return [NOTHING]
    heads = "".join(f"{head:>{WIDTH}}" for head in ("kappa", "alpha", "F1 of two people"))
    lines = [f"{'texts':>7} {'differ':>7} {'settled':>8}{heads}  theme or statement"]
    for one in found.subjects:
        figures = "".join(f"{_figure(part):>{WIDTH}}" for part in (one.kappa, one.alpha, one.f1))
        people = f"  ({' and '.join(one.people)}, {one.both:,})"
        lines.append(f"{one.texts:7,} {one.differ:7,} {one.settled:8,}{figures}  {one.label}{people}")
    if found.f1.value is not None:
        lines.append(f"micro-F1 of two people over the codebook: {_figure(found.f1)}, the ceiling of its coding")
    return [*lines, found.method]


def disagreement_lines(found: Sequence[Disagreement]) -> list[str]:
    """Format the comments on which people differ, with who said what."""
    lines = []
    for one in found:
        said = ", ".join(f"{name} {answer}" for name, answer in one.answers.items())
        how = f"; settled: {one.settled} by {one.settled_by}, {date_in_words(one.settled_at)}" if one.settled else ""
        lines += [f"{one.id}  {one.label}: {said}{how}", f"       {' '.join(one.text.split())}"]
    return lines or ["there are none; what was settled: analyzer agreement disagreements --settled"]


def _figure(one: Agreed) -> str:
    if one.value is None:
        return "–"
    return f"{one.value:.2f}" + (f" ({one.low:.2f} to {one.high:.2f})" if one.low is not None else "")

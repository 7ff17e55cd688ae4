"""Format codebooks as lines of text for a terminal."""

from collections.abc import Sequence

from analyzer.cli.render.figure_text import percent
from analyzer.themes.codebook.types import Codebook, CodedTheme, CodeTask

NO_CODEBOOK = "no codebook yet; load one with: analyzer codebook load FILE, or promote discovered themes"
FEW_LABELS = 200


def codebook_lines(found: Codebook) -> list[str]:
    """Format the themes with their coded comments, precision and recall."""
    if not found.themes:
        return [NO_CODEBOOK]
    lines = [f"{'':4} {'comments':>9} {'share':>7} {'yes':>5} {'no':>5} {'precision':>9} {'recall':>7}  theme"]
    lines += [_line(one) for one in sorted(found.themes, key=lambda one: -one.comments)]
    lines.append(f"{percent(found.coverage)} of {found.comments:,} comments are coded; {found.labeled:,} texts labeled")
    if not found.applied:
        lines.append("nothing is coded yet; run: analyzer codebook apply")
    elif found.f1 is None:
        lines.append(
            "automatic estimate from the codebook's text, not yet checked; check comments: analyzer codebook queue"
        )
    else:
        lines.append(f"micro-F1 {found.f1:.2f} on labeled comments, each coded without its own label")
    if found.human_f1 is not None:
        lines.append(f"two people who labeled the same comments reach {found.human_f1:.2f} against each other")
    return [*lines, *([found.stale] if found.stale else [])]


def task_lines(tasks: Sequence[CodeTask]) -> list[str]:
    """Format comments to label."""
    return [line for task in tasks for line in (f"{task.id}  {' '.join(task.suggested)}", f"    {task.text}")]


def _line(one: CodedTheme) -> str:
    precision, recall = ("" if value is None else percent(value) for value in (one.precision, one.recall))
    scores = f"{precision:>9} {recall:>7}"
    return (
        f"{one.theme.id:4} {one.comments:9,} {percent(one.share):>7} {one.confirmed:5,} {one.rejected:5,} {scores}  "
        f"{one.theme.name}"
    )

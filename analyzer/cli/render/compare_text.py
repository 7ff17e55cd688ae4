"""Format a comparison as lines of text for a terminal."""

from analyzer.cli.render.figure_text import percent
from analyzer.reports.compare.types import ComparedScore, ComparedTheme, Comparison, Difference

MOST_THEMES = 15
WIDTH = 34


def compare_lines(found: Comparison) -> list[str]:
    """Format the figures of both sides, the themes that differ, and quotes of both."""
    one, other = found.sides
    lines = [f"{'':{WIDTH}} {one.title[:24]:>24} {other.title[:24]:>24}"]
    lines.append(f"{'Responses':{WIDTH}} {one.responses:24,} {other.responses:24,}")
    if one.comments is not None and other.comments is not None:
        lines.append(f"{'Comments':{WIDTH}} {one.comments:24,} {other.comments:24,}")
    if found.rating_label:
        form = "+.0f" if found.is_nps else ".2f"
        name = f"{'NPS of' if found.is_nps else 'Average'} {found.rating_label}"
        lines.append(f"{name[:WIDTH]:{WIDTH}} {_score(one.rating, form):>24} {_score(other.rating, form):>24}")
        lines.append(f"  {_difference(found.rating, form.removeprefix('+'), 1)}")
    if one.negative.value is not None and other.negative.value is not None:
        shares = percent(one.negative.value), percent(other.negative.value)
        lines.append(f"{'Comments with criticism':{WIDTH}} {shares[0]:>24} {shares[1]:>24}")
        lines.append(f"  {_difference(found.negative, '.1f', 100, ' points')}")
    lines += _theme_lines(found)
    for quote in found.quotes:
        said = quote.text[quote.start : quote.end]
        lines += ["", f"  {found.sides[quote.side].title} on {quote.theme}:", f"    “{said}”  {quote.id}"]
    return [*lines, "", *(f"note: {note}" for note in found.notes), f"method: {found.method}"]


def _theme_lines(found: Comparison) -> list[str]:
    if not found.themes:
        return []
    differing = [theme for theme in found.themes if theme.is_significant]
    lines = ["", f"{len(differing):,} of {found.tested:,} tested themes differ by more than chance explains"]
    lines += [_theme(theme) for theme in differing[:MOST_THEMES]]
    if len(differing) > MOST_THEMES:
        lines.append(f"  and {len(differing) - MOST_THEMES:,} more; all of them with --json")
    return lines


def _theme(theme: ComparedTheme) -> str:
    counts = [f"{percent(share)} ({count:,})" for share, count in zip(theme.shares, theme.counts, strict=True)]
    name = f"  {theme.id:5}{theme.label}"
    said = _difference(theme.difference, ".1f", 100, " points")
    return f"{name[:WIDTH]:{WIDTH}} {counts[0]:>24} {counts[1]:>24}  {said}"


def _difference(one: Difference, form: str, factor: float, unit: str = "") -> str:
    """Return a difference with its interval; a theme's own test decides over all themes, so that is not said here."""
    if one.value is None:
        return "no difference can be computed"
    said = f"difference {factor * one.value:+{form}}{unit}"
    if one.low is None or one.high is None:
        return said
    return f"{said}, 95 % interval {factor * one.low:+{form}} to {factor * one.high:+{form}}"


def _score(score: ComparedScore, form: str) -> str:
    return "–" if score.value is None else f"{score.value:{form}} of {score.of:,}"

"""Format themes, trends and drivers as lines of text for a terminal."""

from collections.abc import Sequence

from analyzer.cli.render.figure_text import percent
from analyzer.index.dates_in_words import period_in_words, span_in_words
from analyzer.themes.trends.trend_words import trend_sentences, untested_sentence
from analyzer.themes.trends.types import SEGMENTS_METHOD, Drivers, Segments, Trends
from analyzer.themes.types import Opinion, Scorecard, Sentiment, Theme, ThemeBuild, ThemeDetail, ThemeList

BAR = 20
"""Length of the longest bar, in characters."""
NO_THEMES = "no themes yet; find them with: analyzer themes build"

DIFFERS = {"above": "↑", "below": "↓"}


def build_lines(report: ThemeBuild) -> list[str]:
    """Format the outcome of a build."""
    lines = [
        f"{report.themes} themes in {report.groups} groups",
        f"{percent(report.coverage)} of the comments with content are in a theme",
        f"{report.opinions:,} opinions, {report.different:,} different ones"
        + (f", themes found on {report.sampled:,} of them" if report.sampled < report.different else ""),
        report.criterion,
    ]
    if report.kept or report.gone:
        lines.append(f"{report.kept} themes continue, {report.new} are new, {report.gone} have ended")
    if report.named or report.summaries:
        lines.append(f"{report.named} names and {report.summaries} summaries by the model passed their checks")
    lines.append("seconds: " + ", ".join(f"{name} {value:.1f}" for name, value in report.seconds.items()))
    return lines


def list_lines(listed: ThemeList) -> list[str]:
    """Format groups with their themes, and the number of comments inside and outside themes."""
    if not listed.built:
        return [NO_THEMES]
    shown = [theme for theme in listed.themes if not theme.is_excluded]
    longest = max((theme.share for theme in shown), default=0.0) or 1.0
    lines: list[str] = []
    for group in (theme for theme in shown if theme.id.startswith("G")):
        lines += ["", _theme_line(group, longest), *(_theme_line(t, longest, 2) for t in shown if t.parent == group.id)]
    ungrouped = [theme for theme in shown if not theme.parent and not theme.id.startswith("G")]
    lines += ["", *(_theme_line(theme, longest) for theme in ungrouped)]
    where = listed.accounted
    parts = f"{where.comments:,} comments: {where.in_themes:,} in themes, {where.other:,} in no theme"
    parts += f", {where.without_content:,} without content" + (
        f", {where.excluded:,} in excluded themes only" if where.excluded else ""
    )
    excluded = [theme.id for theme in listed.themes if theme.is_excluded]
    lines += ["", parts, listed.criterion, *([f"excluded: {', '.join(excluded)}"] if excluded else [])]
    return [*lines, *([listed.stale] if listed.stale else [])]


def detail_lines(detail: ThemeDetail) -> list[str]:
    """Format a theme with its subthemes and opinions."""
    theme = detail.theme
    lines = [
        f"{theme.id}  {theme.label}",
        f"{theme.size:,} comments ({percent(theme.share)}{_different(theme)}), {_sentiment_text(theme.sentiment)}",
    ]
    lines += [f"words: {', '.join(theme.keywords)}"]
    if theme.description:
        lines.append(theme.description)
    if theme.summary:
        lines.append(f"{theme.summary.text} [{', '.join(citation.id for citation in theme.summary.citations)}]")
    longest = max((part.share for part in detail.parts), default=0.0) or 1.0
    lines += [_theme_line(part, longest, 2) for part in detail.parts]
    return [*lines, "", *opinion_lines(detail.opinions)]


def opinion_lines(opinions: Sequence[Opinion]) -> list[str]:
    """Format opinions, each with its record, its theme, its sentiment and the reason for its theme."""
    lines = []
    for one in opinions:
        said = f" ({one.comments:,} say so)" if one.comments > 1 else ""
        lines.append(
            f"{one.id}  {one.theme or 'no theme':8} {one.sentiment:8} {one.likeness:5.2f}  "
            f"“{one.text[one.start : one.end]}”{said}"
        )
        lines += [] if one.why.startswith("nearest") else [f"    {one.why}"]
    return lines


def scorecard_lines(card: Scorecard) -> list[str]:
    """Format the quality of the themes."""
    measures = (
        ("coverage", card.coverage, "of comments with content are in a theme"),
        ("redundancy", card.redundancy, "of themes have another that says nearly the same"),
        ("intruders", card.intruders, "of intruders hidden among four opinions are identified (by chance 20 %)"),
        ("specificity", card.specificity, "of names are closer in meaning to their own theme than to any other"),
        ("groundedness", card.groundedness, "of themes have a summary that is supported by the comments it cites"),
    )
    lines = [f"{card.themes} themes", *(f"{name:13} {_share(value)} {what}" for name, value, what in measures)]
    stable = "not measured" if card.stability is None else f"{card.stability:.2f} ARI between parts of the opinions"
    return [*lines, f"{'stability':13} {stable}"]


def _share(value: float | None) -> str:
    return "      –" if value is None else f"{percent(value):>7}"


def trend_lines(trends: Trends) -> list[str]:
    """Format each theme's shares as a line of blocks, themes that changed first."""
    if not trends.periods:
        return ["no dated comments match"]
    total = sum(trends.totals)
    held = f"{total:,} comments" if total else "numbers of comments withheld"
    lines = [f"{span_in_words(trends.periods[0], trends.periods[-1])}, {held}"]
    ranked = sorted(trends.series, key=lambda one: (not one.flag, not one.changes, -sum(one.counts), one.theme))
    for one in ranked:
        last = next((share for share in reversed(one.shares) if share is not None), 0.0)
        changes = ", ".join(f"{period_in_words(period)} {direction}" for period, direction in one.changes)
        lines.append(f"{one.theme:6} {one.label[:40]:40} {_blocks(one.shares)} {percent(last):>7}  {changes}")
    if len(ranked) == 1:
        lines += ["", *trend_sentences(trends, ranked[0])]
    notes = [
        *([untested_sentence(trends)] if trends.untested else []),
        *trends.notes,
        *([f"{trends.undated:,} comments have no date"] if trends.undated else []),
    ]
    return [*lines, "", trends.method, *notes]


def driver_lines(drivers: Drivers) -> list[str]:
    """Format themes by how much the rating differs with each."""
    if drivers.mean is None:
        return ["no rated comments match"]
    named = drivers.measure.upper() or "mean"
    unit = " points" if drivers.measure else ""
    lines = [f"{drivers.outcome}: {drivers.comments:,} comments, {named} {drivers.mean:.2f}{unit}", ""]
    for one in drivers.drivers:
        if one.difference is None:
            continue
        span = f"({one.low:+.2f} to {one.high:+.2f})"
        mark = "*" if one.is_driver else " "
        lines.append(
            f"{mark} {one.theme:6} {one.label[:36]:36} {one.comments:>7,} mean {one.mean:5.2f}  "
            f"{one.difference:+.2f} {span} other themes constant {one.alone:+.2f}  "
            f"impact on the {named} {one.impact:+.2f} ({one.impact_low:+.2f} to {one.impact_high:+.2f}), "
            f"without it {one.rest:.2f}"
        )
    return [*lines, "", f"* {drivers.method}"]


def _blocks(shares: Sequence[float | None]) -> str:
    top = max((share for share in shares if share is not None), default=0.0) or 1.0
    return "".join(" " if s is None else "▁▂▃▄▅▆▇█"[min(7, int(8 * s / top))] for s in shares)


def _theme_line(theme: Theme, longest: float, indent: int = 0) -> str:
    bar = "█" * max(1, round(BAR * theme.share / longest)) if theme.size else ""
    marks = "".join(mark for mark, has in (("*", theme.is_pinned), ("=", theme.is_locked)) if has)
    named = f"{' ' * indent}{theme.id + marks:6} {theme.label[:44]:44}"
    figures = f"{theme.size:>8,} {percent(theme.share):>7} {theme.sentiment.balance:+5.2f}"
    return f"{named} {figures} {bar}{_different(theme)}"


def _different(theme: Theme) -> str:
    """Return how many different texts a theme has, where they are fewer than its comments."""
    is_fewer = theme.different is not None and theme.different < theme.size
    return f"; {theme.different:,} different texts" if is_fewer else ""


def _sentiment_text(sentiment: Sentiment) -> str:
    return f"{sentiment.negative:,} opinions negative, {sentiment.neutral:,} neutral, {sentiment.positive:,} positive"


def segment_lines(found: Segments) -> list[str]:
    """Format themes by segment as a table: one column for each segment, the largest first."""
    heads = [f"{value or 'empty'} ({total:,})" for value, total in zip(found.values, found.totals, strict=True)]
    widths = [max(len(head), 8) for head in heads]
    lines = ["  ".join(head.rjust(width) for head, width in zip(heads, widths, strict=True)) + f"  by {found.column}"]
    for one in found.themes:
        marks = [DIFFERS.get(how, " ") for how in one.differs or [""] * len(one.shares)]
        cells = (
            (percent(share) + mark).rjust(width) for share, mark, width in zip(one.shares, marks, widths, strict=True)
        )
        lines.append("  ".join(cells) + f"  {one.theme} {one.label}")
    marked = [SEGMENTS_METHOD] if any(any(one.differs) for one in found.themes) else []
    return [*lines, *marked, *found.notes]

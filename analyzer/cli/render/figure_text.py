"""Format counts and tables as lines of text for a terminal."""

from analyzer.counting.types import Count, Row, Share, Table

BAR = 24
"""Length of the longest bar, in characters."""
SHARES = ("share", "csat", "top-box")
"""Units of values from 0 to 1."""


def count_lines(count: Count) -> list[str]:
    """Format a count with its interval, its denominator and its method."""
    about = f" say: {count.predicate}" if count.predicate else " match"
    number = round(count.estimate * count.denominator)
    lines = [f"{number:,} of {count.denominator:,} comments ({percent(count.estimate)}){about}"]
    if not count.is_corrected:
        lines += [count.method, "label comments to correct it and get an interval: analyzer labels next PREDICATE"]
    elif count.labelled:
        lines += [f"95 % interval {percent(count.low)} to {percent(count.high)}", count.method]
    among = f"among: {count.where or 'all comments'}; {count.texts:,} different texts"
    lines.append(among + (f", {count.respondents:,} known respondents" if count.respondents else ""))
    if count.groups:
        longest = max(share.estimate for share in count.groups) or 1.0
        lines += ["", *(_share_line(share, longest) for share in count.groups)]
    if count.examples:
        lines += ["", "most certain: " + ", ".join(count.examples[:5])]
    return lines


def table_lines(table: Table) -> list[str]:
    """Format a table with bars."""
    longest = max((row.value for row in table.rows), default=0.0) or 1.0
    return [table.title, *(_row_line(row, table.unit, longest) for row in table.rows), f"{table.method}: {table.query}"]


def _share_line(share: Share, longest: float) -> str:
    bar = "█" * round(BAR * share.estimate / longest)
    span = f" ({percent(share.low)} to {percent(share.high)})" if share.labelled else ""
    return f"  {share.label[:32]:32} {percent(share.estimate):>7} of {share.denominator:>7,} {bar}{span}"


def _row_line(row: Row, unit: str, longest: float) -> str:
    bar = "█" * max(0, round(BAR * row.value / longest))
    span = ""
    if row.low is not None and row.high is not None:
        span = f" (95 %: {_figure(row.low, unit)} to {_figure(row.high, unit)})"
    return f"  {row.label[:32]:32} {_figure(row.value, unit):>9} of {row.of:>7,} {bar}{span}"


def _figure(value: float, unit: str) -> str:
    if unit in SHARES:
        return percent(value)
    if unit == "nps":
        return f"{value:+,.1f}"
    return f"{value:,.15g}" if value == int(value) else f"{value:,.2f}"


def percent(share: float) -> str:
    """Return a share, 0 to 1, as a percentage."""
    return f"{100 * share:.1f} %"

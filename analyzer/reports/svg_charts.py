"""Draw charts as inline SVG: bars for groups, a line for periods, whiskers for estimated values."""

from html import escape

from analyzer.counting.types import Row, Table

WIDTH, BAR, LEFT, RIGHT = 720, 26, 220, 90
HEIGHT, BOTTOM = 240, 60
COLOR = "#0b6e6e"
PERIODS = ("day", "week", "month", "quarter", "year")
MOST_ROWS = 40


def picture(table: Table, color: str = COLOR) -> str:
    """Return a chart of a table in a color; empty if the table has fewer than two rows."""
    rows = table.rows[:MOST_ROWS]
    if len(rows) < 2:
        return ""
    return _line(table, rows, color) if table.by in PERIODS else _bars(table, rows, color)


def value_text(table: Table, value: float) -> str:
    """Return a value formatted for display."""
    if table.unit == "share":
        return f"{100 * value:.3g} %"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _svg_start(table: Table, height: int) -> str:
    title = escape(table.title)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}" class="chart">'
        f"<title>{title}</title><desc>{escape(table.query)}</desc>"
    )


def _top(rows: tuple[Row, ...], table: Table) -> float:
    highs = [row.high for row in rows if row.high is not None and "PPI" in table.method]
    return max([*(row.value for row in rows), *highs]) or 1.0


def _bars(table: Table, rows: tuple[Row, ...], color: str) -> str:
    height = BAR * len(rows) + 10
    scale = (WIDTH - LEFT - RIGHT) / _top(rows, table)
    parts = [_svg_start(table, height)]
    for index, row in enumerate(rows):
        y = 5 + BAR * index
        width = max(0.0, row.value * scale)
        parts.append(f'<text x="{LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(row.label[:34])}</text>')
        parts.append(f'<rect x="{LEFT}" y="{y + 4}" width="{width:.1f}" height="{BAR - 10}" fill="{color}"/>')
        end = width
        if "PPI" in table.method and row.low is not None and row.high is not None:
            x1, x2 = LEFT + row.low * scale, LEFT + row.high * scale
            parts.append(f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y + 12}" y2="{y + 12}" stroke="#333"/>')
            end = max(width, row.high * scale)
        parts.append(f'<text x="{LEFT + end + 6:.1f}" y="{y + 16}">{escape(value_text(table, row.value))}</text>')
    return "".join([*parts, "</svg>"])


def _line(table: Table, rows: tuple[Row, ...], color: str) -> str:
    top = _top(rows, table)
    step = (WIDTH - 100) / max(len(rows) - 1, 1)
    inner = HEIGHT - BOTTOM - 20

    def position(number: int, value: float) -> tuple[float, float]:
        return 60 + step * number, 20 + inner * (1 - value / top)

    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (position(i, row.value) for i, row in enumerate(rows)))
    parts = [_svg_start(table, HEIGHT), f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>']
    every = max(1, len(rows) // 12)
    for number, row in enumerate(rows):
        x, y = position(number, row.value)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>')
        if number % every == 0:
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 36}" text-anchor="middle">{escape(row.label[:10])}</text>')
    parts.append(f'<text x="52" y="24" text-anchor="end">{escape(value_text(table, top))}</text>')
    parts.append(f'<text x="52" y="{20 + inner}" text-anchor="end">0</text></svg>')
    return "".join(parts)

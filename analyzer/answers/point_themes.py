"""Find the theme that a point belongs to: the one that holds most of its opinions; a name given by a person is lent."""

import json
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.answers.opinion_snapshot import OpinionSnapshot
from analyzer.answers.points import FoundPoint
from analyzer.store.database import Database
from analyzer.themes.repository import read_themes

LEAST_SHARE = 0.6
"""Share of the opinions of a point that are in a theme from which the point belongs to it."""


@dataclass(frozen=True, slots=True)
class PointTheme:
    """The theme of a point: its id, and the name that a person gave it; empty for none."""

    id: str = ""
    name: str = ""


def themes_of(database: Database, opinions: OpinionSnapshot, points: Sequence[FoundPoint]) -> list[PointTheme]:
    """Return the theme of each point; a name is lent to the first point of its theme alone."""
    stored = {theme_id: theme for theme_id, theme in read_themes(database).items() if not theme.standing.is_excluded}
    lent = set[str]()
    found = list[PointTheme]()
    for point in points if stored else ():
        theme_id = _theme_of(database, opinions, point)
        if theme_id not in stored:
            found.append(PointTheme())
            continue
        label = stored[theme_id].standing.label
        found.append(PointTheme(theme_id, "" if theme_id in lent else label))
        lent.add(theme_id)
    return found or [PointTheme()] * len(points)


def _theme_of(database: Database, opinions: OpinionSnapshot, point: FoundPoint) -> str:
    """Return the id of the theme that holds enough opinions of a point; empty if none does."""
    wanted = {(int(opinions.text_ids[row]), int(opinions.starts[row])) for row in point.rows.tolist()}
    rows = database.rows(
        "SELECT o.text_id, o.start, p.theme_id FROM opinions o JOIN placements p USING(clause_id) "
        "WHERE o.text_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted({text_id for text_id, _ in wanted})),),
    )
    tally = Tally(theme_id for text_id, start, theme_id in rows if (text_id, start) in wanted)
    theme_id, count = min(tally.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))
    return theme_id if count >= LEAST_SHARE * len(point.rows) else ""

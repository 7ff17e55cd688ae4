"""Tell which dataset the ids of a file belong to, since another form may count its ids from 1 again.

An id that is stored already means an update if the two rows agree: what was said and when is the same, the day is the
same, or the texts share most of their words. If most rows with a stored id do not agree, the ids are those of another
form: the file is a dataset of its own, whose name precedes its ids.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from analyzer.index.feedback_table import FeedbackTable
from analyzer.ingest.header import slug
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.store.database import Database
from analyzer.types import ColumnRole

COMPARED = 200
"""Rows with a stored id that are compared; more say the same."""
READ = 20_000
"""Rows that are read to find them."""
AGREEING = 0.5
"""Share of the compared rows that must agree for the ids to be the same."""
SHARED_WORDS = 0.5
"""Shared words of two texts (Jaccard) from which they are versions of one text."""
SEPARATOR = ":"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Dataset:
    """The dataset of a file: its name, empty for the first one of the workspace, and a note if it is new.

    is_continued: whether stored responses, or the user, say that the file counts its ids as the dataset does.
    """

    name: str = ""
    note: str = ""
    is_continued: bool = False

    def qualified(self, source_id: str) -> str:
        """Return the id under which a row of this dataset is stored."""
        return f"{self.name}{SEPARATOR}{source_id}" if self.name else source_id


def find_dataset(
    database: Database,
    table: FeedbackTable,
    file: str,
    rows: Iterable[RawFeedback],
    identify: Callable[[RawFeedback], str],
    keyed: Callable[[bytes], bytes],
) -> Dataset:
    """Return the dataset whose ids a file continues, or a new one if its ids are used for other responses.

    Args:
        database: of the workspace.
        table: over the same database.
        file: name of the file, after which a new dataset is named.
        rows: of the file, with ids.
        identify: returns the id of a row in the first dataset.
        keyed: returns the keyed digest as it is stored.
    """
    names = ["", *(name for (name,) in database.rows("SELECT name FROM datasets ORDER BY made, name"))]
    sample = [row for row in islice(rows, READ) if row.source_id]
    shares = {name: _agreement(database, table, Dataset(name), sample, identify, keyed) for name in names}
    judged = {name: share for name, share in shares.items() if share is not None}
    best = max(judged, key=lambda name: judged[name] or 0.0, default="")
    if not judged or (judged[best] or 0.0) >= AGREEING:
        return Dataset(best, is_continued=bool(judged))
    name = _free_name(slug(PurePath(file).stem) or "dataset", set(names))
    note = (
        f"ids of this file are used already, for other responses: it is kept as the dataset {name!r}, whose ids start "
        f'with {name}{SEPARATOR} (if these are updates, import with --dataset "")'
    )
    return Dataset(name, note)


def _agreement(
    database: Database,
    table: FeedbackTable,
    dataset: Dataset,
    rows: Sequence[RawFeedback],
    identify: Callable[[RawFeedback], str],
    keyed: Callable[[bytes], bytes],
) -> float | None:
    """Return the share of rows with a stored id that agree with the stored response; None if none can be compared."""
    by_id: dict[str, RawFeedback] = {}
    for row in rows:
        by_id.setdefault(dataset.qualified(identify(row)), row)  # of rows with one id the first is stored
    ids = list(by_id)
    agreed = compared = 0
    stored = table.existing(ids)
    chosen = list(islice((one for one in ids if one in stored), COMPARED))
    texts = _stored_texts(database, [stored[one].n for one in chosen])
    dates = _stored_dates(database, table, [stored[one].n for one in chosen])
    for one in chosen:
        row, known = by_id[one], stored[one]
        verdict = _agrees(row, keyed(row.said) == known.said, texts.get(known.n, ""), dates.get(known.n, ""), table)
        if verdict is not None:
            compared += 1
            agreed += verdict
    return agreed / compared if compared else None


def _agrees(row: RawFeedback, is_said: bool, text: str, day: str, table: FeedbackTable) -> bool | None:
    if is_said:
        return True
    target = table.column_of(ColumnRole.DATE)
    own_day = str(row.fields.get(target.column.name, ""))[:10] if target else ""
    if own_day and own_day == day:
        return True
    own = set(_WORD.findall(" ".join(row.answers.values()).casefold()))
    other = set(_WORD.findall(text.casefold()))
    if not own or not other:
        return False if own_day and day else None
    return len(own & other) >= SHARED_WORDS * len(own | other)


def _stored_texts(database: Database, numbers: Sequence[int]) -> Mapping[int, str]:
    found: dict[int, str] = {}
    for n, text in _selected(
        database, "SELECT response_id, text FROM feedback JOIN texts USING(text_id) WHERE response_id", numbers
    ):
        found[int(n)] = f"{found.get(int(n), '')} {text}"
    return found


def _stored_dates(database: Database, table: FeedbackTable, numbers: Sequence[int]) -> Mapping[int, str]:
    target = table.column_of(ColumnRole.DATE)
    if target is None:
        return {}
    sql = f"SELECT response_id, {target.sql} FROM fields d WHERE {target.sql} IS NOT NULL AND response_id"  # noqa: S608
    return {int(n): str(day)[:10] for n, day in _selected(database, sql, numbers)}


def _selected(database: Database, sql: str, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    marks = ",".join("?" * len(numbers))
    yield from database.rows(f"{sql} IN ({marks}) ORDER BY 1", numbers)


def _free_name(base: str, taken: set[str]) -> str:
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}_{count}"
    return name

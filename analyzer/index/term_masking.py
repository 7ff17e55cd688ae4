"""Mask a term in all stored comments, fields and data derived from them, in the caller's transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from analyzer.index.feedback_table import CHUNK, FeedbackTable, StoredText
from analyzer.index.placeholder_aliases import PLACEHOLDER, Aliases, strip_numbers
from analyzer.index.record_writer import replaced_texts, write_texts
from analyzer.store.database import Connection
from analyzer.store.derived_data import Counts, DeniedTerm, DerivedData, Spans, masked
from analyzer.types import Kind

Finds = Callable[[str], Spans]
"""Returns the spans of a text that must be masked."""
Embed = Callable[[Sequence[str]], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Changes made: ids of the records, number of different texts, and counts by owner of derived data."""

    ids: frozenset[str]
    texts: int
    derived: Counts = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether a record or derived data was changed."""
        return bool(self.ids) or any(self.derived.values())


@dataclass(frozen=True, slots=True)
class _Masked:
    """Changes made in comments or fields; moves are pairs of an old and a new text id."""

    ids: frozenset[str]
    texts: int
    moves: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Mask:
    """A term to mask: type of its placeholder, keyed hash to number it per respondent, and how to find it."""

    type: str
    key: bytes
    finds: Finds


def mask_everywhere(
    connection: Connection, table: FeedbackTable, mask: Mask, embed: Embed, derived: DerivedData
) -> Rewritten:
    """Mask a term in stored comments, text fields, and the data of the owners of derived data."""
    aliases = Aliases(connection)
    comments = _mask_comments(connection, mask, aliases, embed)
    values = _mask_fields(connection, table, mask, aliases)
    changed = comments.ids | values.ids
    replaced = replaced_texts(connection, comments.moves, changed, DeniedTerm(mask.type, mask.finds))
    counts = derived.on_texts_replaced(connection, replaced)
    if changed:
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
    return Rewritten(changed, comments.texts + values.texts, counts)


def _mask_comments(connection: Connection, mask: Mask, aliases: Aliases, embed: Embed) -> _Masked:
    found = {
        text_id: (StoredText(text, language, b""), spans)
        for text_id, text, language in connection.execute("SELECT text_id, text, language FROM texts")
        if (spans := mask.finds(text))
    }
    changed: dict[int, StoredText] = {}
    old: dict[int, int] = {}
    ids: set[str] = set()
    for text_id, (before, spans) in found.items():
        records = connection.execute(
            "SELECT n, id, respondent, response_id FROM feedback WHERE text_id = ?", (text_id,)
        ).fetchall()
        for n, record_id, respondent, response in records:
            placeholder = _placeholder(before.text, mask, respondent, aliases)
            old[n] = text_id
            changed[n] = replace(before, text=masked(before.text, spans, placeholder))
            _move_places(connection, (response, n, ""), spans, placeholder)
            ids.add(record_id)
    distinct = list(dict.fromkeys(changed.values()))
    vectors: list[bytes] = []
    for start in range(0, len(distinct), CHUNK):
        vectors += embed([strip_numbers(one.text) for one in distinct[start : start + CHUNK]])
    ready = {one: replace(one, vector=vector) for one, vector in zip(distinct, vectors, strict=True)}
    text_ids = write_texts(connection, ready.values())
    for n, text in changed.items():
        connection.execute("UPDATE feedback SET text_id = ? WHERE n = ?", (text_ids[text.digest], n))
    moves = frozenset((old[n], text_ids[text.digest]) for n, text in changed.items())
    return _Masked(frozenset(ids), len(found), moves)


def _mask_fields(connection: Connection, table: FeedbackTable, mask: Mask, aliases: Aliases) -> _Masked:
    ids: set[str] = set()
    texts = 0
    for name, target in table.columns().items():
        if target.column.kind in {Kind.NUMBER, Kind.DATE}:
            continue
        column = target.sql.removeprefix("d.")
        values = connection.execute(f"SELECT DISTINCT {column} FROM fields WHERE typeof({column}) = 'text'").fetchall()
        for (value,) in values:
            if not (spans := mask.finds(value)):
                continue
            texts += 1
            records = connection.execute(
                f"SELECT response_id, id, respondent FROM responses JOIN fields USING(response_id) WHERE {column} = ?",
                (value,),
            ).fetchall()
            for n, record_id, respondent in records:
                placeholder = _placeholder(value, mask, respondent, aliases)
                after = masked(value, spans, placeholder)
                connection.execute(f"UPDATE fields SET {column} = ? WHERE response_id = ?", (after, n))
                _move_places(connection, (n, 0, name), spans, placeholder)
                ids.add(record_id)
                ids |= {i for (i,) in connection.execute("SELECT id FROM feedback WHERE response_id = ?", (n,))}
    return _Masked(frozenset(ids), texts)


def _placeholder(text: str, mask: Mask, respondent: str | None, aliases: Aliases) -> str:
    """Return the numbered placeholder: by respondent, or by text if the respondent is unknown."""
    if respondent is not None:
        return f"<{mask.type}_{aliases.number(respondent, mask.type, mask.key)}>"
    taken = [int(match[2]) for match in PLACEHOLDER.finditer(text) if match[1] == mask.type]
    return f"<{mask.type}_{max(taken, default=0) + 1}>"


def _move_places(connection: Connection, place: tuple[int, int, str], spans: Spans, placeholder: str) -> None:
    """Shift the places to review in a text by the masks before them; delete the places that were masked.

    Args:
        connection: in the caller's transaction.
        place: number of the response, number of the comment (0 for a field), name of the column (empty for a comment).
        spans: what was masked.
        placeholder: what replaced it.
    """
    rows = connection.execute(
        'SELECT doubt_id, start, "end" FROM doubt_places WHERE response_id = ? AND n = ? AND field = ? ORDER BY start',
        place,
    ).fetchall()
    connection.execute("DELETE FROM doubt_places WHERE response_id = ? AND n = ? AND field = ?", place)
    for doubt_id, start, end in rows:
        if any(one < end and start < other for one, other in spans):
            continue
        shift = len(masked("\0" * start, [s for s in spans if s[1] <= start], placeholder)) - start
        connection.execute(
            "INSERT OR IGNORE INTO doubt_places VALUES(?, ?, ?, ?, ?, ?)",
            (doubt_id, *place, start + shift, end + shift),
        )

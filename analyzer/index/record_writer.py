"""Insert, update and delete scrubbed responses; every function works inside the caller's transaction.

A text is stored once, with its words and its vector, for as long as a comment uses it. Every deletion of texts
increments meta.deletions, so that an index in memory is rebuilt instead of extended.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analyzer.index.feedback_table import CHUNK, FeedbackTable, NewResponse, StoredText
from analyzer.index.filters import ColumnTarget
from analyzer.index.fulltext import STEMMED, note_stemmed
from analyzer.index.stemming import STEMMERS, stems_of
from analyzer.store.database import Connection
from analyzer.store.derived_data import Counts, DeletedRecords, DeniedTerm, DerivedData, ReplacedTexts
from analyzer.types import FieldValue, Kind


class Numbers(NamedTuple):
    """The number of a stored response, and the numbers of its comments by question."""

    response: int
    comments: dict[int, int]


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update found: the responses whose stored content changed, those that only gained values of new columns,
    the comments of each response by question, and what the owners of derived data changed.
    """

    changed: frozenset[int]
    gained: frozenset[int]
    comments: Mapping[int, dict[int, int]]
    counts: Counts


def comment_id(response_id: str, question: int, is_first: bool) -> str:
    """Return the id of a comment: that of its response for the first comment, else with the number of the question."""
    return response_id if is_first else f"{response_id}-q{question}"


def insert(
    connection: Connection, table: FeedbackTable, import_id: int, profile_id: int, responses: Sequence[NewResponse]
) -> dict[str, Numbers]:
    """Write new responses with their comments; return their numbers by response id."""
    text_ids = write_texts(connection, [text for one in responses for text in one.comments.values()])
    targets = table.columns()
    numbers: dict[str, Numbers] = {}
    for one in responses:
        n = connection.execute(
            "INSERT INTO responses(id, import_id, row, digest, said, respondent, profile_id) "
            "VALUES(?, ?, ?, ?, ?, ?, ?) RETURNING response_id",
            (one.id, import_id, one.row, one.digest, one.said, one.respondent, profile_id),
        ).fetchone()[0]
        _write_fields(connection, targets, n, one.fields)
        owner = (n, import_id, one.respondent)
        comments = {
            question: _insert_comment(connection, owner, (comment_id(one.id, question, place == 0), question), text_id)
            for place, (question, text_id) in enumerate((q, text_ids[t.digest]) for q, t in one.comments.items())
        }
        numbers[one.id] = Numbers(n, comments)
    _increment_generation(connection)
    return numbers


def update(
    connection: Connection,
    table: FeedbackTable,
    profile_id: int,
    responses: Mapping[int, NewResponse],
    scope: tuple[Collection[str], Collection[int]],
    derived: DerivedData,
    new_columns: Collection[str] = (),
) -> Updated:
    """Replace the comments and fields of stored responses, given by number.

    Args:
        connection: in the caller's transaction.
        table: the workspace's tables.
        profile_id: of the rules under which the texts were scrubbed.
        responses: new content by response number.
        scope: names of the columns and numbers of the questions of the file; others keep what is stored.
        derived: the owners of derived data.
        new_columns: columns of the scope that the workspace did not have before this import.
    """
    columns, questions = scope
    text_ids = write_texts(connection, [text for one in responses.values() for text in one.comments.values()])
    targets = table.columns()
    before, removed, gained = _contents(connection, targets, list(responses)), [], set()
    for n, one in responses.items():
        stored = before[n]
        old = {name: value for name, value in zip(targets, stored.fields, strict=True) if value is not None}
        kept = {name: value for name, value in old.items() if name not in columns}
        given = {name: _coerced(value, targets[name].column.kind) for name, value in one.fields.items()}
        new = {**kept, **given}
        if any(old.get(name) != new.get(name) for name in new_columns):
            gained.add(n)
        if old != new:
            connection.execute("DELETE FROM fields WHERE response_id = ?", (n,))
            _write_fields(connection, targets, n, new)
        connection.execute(
            "UPDATE responses SET digest = ?, said = ?, respondent = ?, profile_id = ? WHERE response_id = ?",
            (one.digest, one.said, one.respondent, profile_id, n),
        )
        connection.execute("DELETE FROM doubt_places WHERE response_id = ?", (n,))
        removed += _replace_comments(connection, stored, one, text_ids, frozenset(questions))
    after = _contents(connection, targets, list(responses))
    old_names = [place for place, name in enumerate(targets) if name not in new_columns]
    changed = frozenset(n for n, one in before.items() if one.compared(old_names) != after[n].compared(old_names))
    counts = _tell_owners(connection, before, after, derived, removed)
    _increment_generation(connection)
    return Updated(changed, frozenset(gained) - changed, {n: one.numbers for n, one in after.items()}, counts)


def remove(connection: Connection, numbers: Sequence[int], derived: DerivedData) -> Counts:
    """Delete responses, by number, with their comments and all data derived from them; return what owners changed."""
    removed = _contents(connection, {}, numbers)
    for n in numbers:
        connection.execute("DELETE FROM responses WHERE response_id = ?", (n,))
    counts = derived.on_records_deleted(connection, _deleted(connection, removed.values()))
    _increment_generation(connection)
    return counts


def _insert_comment(
    connection: Connection, owner: tuple[int, int, str | None], named: tuple[str, int], text: int
) -> int:
    response, import_id, respondent = owner
    record_id, question = named
    return int(
        connection.execute(
            "INSERT INTO feedback(id, response_id, question_id, text_id, import_id, respondent) "
            "VALUES(?, ?, ?, ?, ?, ?) RETURNING n",
            (record_id, response, question, text, import_id, respondent),
        ).fetchone()[0]
    )


def _replace_comments(
    connection: Connection,
    stored: "_Content",
    new: NewResponse,
    text_ids: Mapping[bytes, int],
    questions: frozenset[int],
) -> list[tuple[int, str, int]]:
    """Replace the comments of one response; return number, id and text of those that were removed."""
    connection.execute("UPDATE feedback SET respondent = ? WHERE response_id = ?", (new.respondent, stored.n))
    taken = set(stored.ids.values())
    for question, text in new.comments.items():
        text_id = text_ids[text.digest]
        if question in stored.texts:
            connection.execute("UPDATE feedback SET text_id = ? WHERE n = ?", (text_id, stored.numbers[question]))
        else:
            own = comment_id(stored.id, question, stored.id not in taken)
            taken.add(own)
            _insert_comment(connection, (stored.n, stored.import_id, new.respondent), (own, question), text_id)
    gone = [one for one in stored.texts if one in questions and one not in new.comments]
    connection.executemany("DELETE FROM feedback WHERE n = ?", [(stored.numbers[one],) for one in gone])
    return [(stored.numbers[one], stored.ids[one], stored.texts[one]) for one in gone]


def _tell_owners(
    connection: Connection,
    before: Mapping[int, "_Content"],
    after: Mapping[int, "_Content"],
    derived: DerivedData,
    removed: Sequence[tuple[int, str, int]],
) -> Counts:
    """Tell the owners of derived data which texts were replaced and which comments were removed."""
    changed = [n for n, one in before.items() if (one.texts, one.fields) != (after[n].texts, after[n].fields)]
    moves = {
        (before[n].texts[question], text_id)
        for n in changed
        for question, text_id in after[n].texts.items()
        if question in before[n].texts
    }
    ids = frozenset(one for n in changed for one in before[n].ids.values())
    counts: dict[str, int] = {}
    if ids:
        counts.update(derived.on_texts_replaced(connection, replaced_texts(connection, moves, ids)))
    if removed:
        texts = frozenset(text_id for _, _, text_id in removed)
        deleted = DeletedRecords(
            numbers=tuple(n for n, _, _ in removed),
            ids=frozenset(one for _, one, _ in removed),
            text_ids=texts,
            orphaned_texts=_orphans(connection, texts),
        )
        for name, count in derived.on_records_deleted(connection, deleted).items():
            counts[name] = counts.get(name, 0) + count
    return counts


def _deleted(connection: Connection, removed: Iterable["_Content"]) -> DeletedRecords:
    """Describe deleted responses for the owners of derived data."""
    contents = list(removed)
    text_ids = frozenset(text for content in contents for text in content.texts.values())
    comments = {one for content in contents for one in content.ids.values()}
    respondents = {content.respondent for content in contents if content.respondent}
    return DeletedRecords(
        numbers=tuple(n for content in contents for n in content.numbers.values()),
        ids=frozenset(comments | {content.id for content in contents}),
        text_ids=text_ids,
        orphaned_texts=_orphans(connection, text_ids),
        respondents=frozenset(one for one in respondents if not _has_records(connection, one)),
    )


def replaced_texts(
    connection: Connection,
    moves: Iterable[tuple[int, int]],
    record_ids: frozenset[str],
    denied: DeniedTerm | None = None,
) -> ReplacedTexts:
    """Describe the replacement of texts of records for the owners of derived data.

    Args:
        connection: in the caller's transaction, after the records were given their new texts.
        moves: old and new text id of each record; they are equal if only fields have changed.
        record_ids: ids of the changed records.
        denied: the masked term, if there is one.
    """
    successors: dict[int, set[int]] = {}
    for old, new in moves:
        if old != new:
            successors.setdefault(old, set()).add(new)
    wanted = sorted({*successors, *(new for found in successors.values() for new in found)})
    texts = {}
    for text_id in wanted:
        texts[text_id] = str(connection.execute("SELECT text FROM texts WHERE text_id = ?", (text_id,)).fetchone()[0])
    return ReplacedTexts(
        successors={old: tuple(sorted(found)) for old, found in successors.items()},
        texts=texts,
        orphans=frozenset(_orphans(connection, successors)),
        record_ids=record_ids,
        denied=denied,
    )


def write_texts(connection: Connection, texts: Iterable[StoredText]) -> dict[bytes, int]:
    """Write the texts that are not stored yet, with words and vectors; return the id of each text by its digest."""
    found: dict[bytes, int] = {}
    for digest, text in {text.digest: text for text in texts}.items():
        row = connection.execute("SELECT text_id FROM texts WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            row = connection.execute(
                "INSERT INTO texts(digest, text, language, vector) VALUES(?, ?, ?, ?) RETURNING text_id",
                (digest, text.text, text.language, text.vector),
            ).fetchone()
            connection.execute("INSERT OR IGNORE INTO meta VALUES('dimension', ?)", (str(len(text.vector) // 2),))
            _index_words(connection, int(row[0]), text.text, text.language)
        found[digest] = int(row[0])
    return found


def drop_texts(connection: Connection, texts: Mapping[int, str]) -> int:
    """Delete texts that no record uses any more, given by id, with words and vectors; return their number."""
    for text_id, text in texts.items():
        stems = connection.execute("SELECT stems FROM stemmed_texts WHERE text_id = ?", (text_id,)).fetchone()
        _unindex_words(connection, text_id, stems[0] if stems else text)
        connection.execute("DELETE FROM texts WHERE text_id = ?", (text_id,))
    if texts:
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'deletions'")
    return len(texts)


def stem_stored_texts(connection: Connection) -> None:
    """Index the texts of a workspace from before schema 13 by the stems of their language; does nothing after that."""
    if connection.execute("SELECT 1 FROM meta WHERE key = ?", (STEMMED,)).fetchone():
        return
    connection.execute("INSERT INTO meta VALUES(?, '')", (STEMMED,))
    marks = ", ".join("?" * len(STEMMERS))
    sql = f"SELECT text_id, text, language FROM texts WHERE language IN ({marks})"
    for text_id, text, language in connection.execute(sql, tuple(STEMMERS)).fetchall():
        _unindex_words(connection, text_id, text)
        _index_words(connection, text_id, text, language)


def _index_words(connection: Connection, text_id: int, text: str, language: str) -> None:
    stems = stems_of(text, language)
    if stems is not None:
        connection.execute("INSERT INTO stemmed_texts VALUES(?, ?)", (text_id, stems))
        note_stemmed(connection, language)
    connection.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (text_id, text if stems is None else stems))


def _unindex_words(connection: Connection, text_id: int, indexed: str) -> None:
    connection.execute("INSERT INTO words(words, rowid, text) VALUES('delete', ?, ?)", (text_id, indexed))


def _orphans(connection: Connection, text_ids: Iterable[int]) -> dict[int, str]:
    """Return the texts that no record uses any more, by id."""
    found = {}
    for text_id in sorted(text_ids):
        row = connection.execute(
            "SELECT text FROM texts WHERE text_id = ?1 AND NOT EXISTS(SELECT 1 FROM feedback WHERE text_id = ?1)",
            (text_id,),
        ).fetchone()
        if row:
            found[text_id] = str(row[0])
    return found


def _has_records(connection: Connection, respondent: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM responses WHERE respondent = ? LIMIT 1", (respondent,)).fetchone())


def _increment_generation(connection: Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")


def _write_fields(
    connection: Connection, targets: Mapping[str, ColumnTarget], n: int, fields: Mapping[str, FieldValue]
) -> None:
    kept = {targets[name]: value for name, value in fields.items() if value is not None}
    columns = ", ".join(["response_id", *(target.sql.removeprefix("d.") for target in kept)])
    values = [_coerced(value, target.column.kind) for target, value in kept.items()]
    marks = ", ".join("?" * (len(values) + 1))
    connection.execute(f"INSERT INTO fields({columns}) VALUES({marks})", (n, *values))


class _Content(NamedTuple):
    """The content of a stored response: text, number and id of its comments by question, its fields in order."""

    n: int
    id: str
    import_id: int
    respondent: str | None
    texts: dict[int, int]
    numbers: dict[int, int]
    ids: dict[int, str]
    fields: tuple[FieldValue, ...]

    def compared(self, places: Sequence[int]) -> tuple[object, ...]:
        """Return the texts and the fields at these places."""
        return self.texts, tuple(self.fields[place] for place in places)


def _contents(
    connection: Connection, targets: Mapping[str, ColumnTarget], numbers: Sequence[int]
) -> dict[int, _Content]:
    """Return the content of responses by number."""
    columns = "".join(f", {target.sql}" for target in targets.values())
    found: dict[int, _Content] = {}
    for start in range(0, len(numbers), CHUNK):
        part = tuple(numbers[start : start + CHUNK])
        marks = ",".join("?" * len(part))
        rows = connection.execute(
            f"SELECT r.response_id, r.id, r.import_id, r.respondent{columns} FROM responses r "
            f"JOIN fields d USING(response_id) WHERE r.response_id IN ({marks})",
            part,
        )
        found.update({row[0]: _Content(row[0], row[1], row[2], row[3], {}, {}, {}, tuple(row[4:])) for row in rows})
        comments = connection.execute(
            f"SELECT response_id, question_id, text_id, n, id FROM feedback WHERE response_id IN ({marks})", part
        )
        for response, question, text_id, n, own in comments:
            found[response].texts[question] = text_id
            found[response].numbers[question] = n
            found[response].ids[question] = own
    return found


def _coerced(value: FieldValue, kind: Kind) -> FieldValue:
    if kind is Kind.NUMBER or value is None:
        return value
    return f"{value:.15g}" if isinstance(value, float) else str(value)

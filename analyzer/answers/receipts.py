"""Store each answer with its evidence under a receipt derived from the content, and read it again.

Of the comments only ids, offsets and a digest of each quote are stored, never the words, so the citations of a comment
that is erased or scrubbed again become void. The sentences of the model are stored, and are deleted together with the
comments that they were written from.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from analyzer.answers.quotes import shown_title
from analyzer.answers.types import QUOTATION_MARK, Answer, Asked, Number, Plan, Point, Stance, Status, Task
from analyzer.counting.types import Count, Measure, Row, Share, Table
from analyzer.errors import UsageError
from analyzer.index.types import Hit
from analyzer.security.clock import now, stamp
from analyzer.store.database import Connection, Database
from analyzer.types import Citation, Claim, Feedback

DIGEST = 16


@dataclass(frozen=True, slots=True)
class TypedFilter:
    """A filter as typed, and the filter that is stored: the same without personal data."""

    where: str
    scrubbed: str


def keep_answer(
    connection: Connection,
    actor: str,
    question: str,
    answer: Answer,
    circumstances: Mapping[str, object],
    typed: TypedFilter,
) -> Answer:
    """Store an answer and return it with its receipt.

    The same question with the same answer has the same receipt; every account that asked has it in its history.

    Args:
        connection: inside the caller's transaction.
        actor: the account that asked.
        question: scrubbed; the words as typed are not stored.
        answer: the checked answer, its plan scrubbed.
        circumstances: the other inputs of the answer: generation of the corpus, version of the labels, fingerprints of
            the models, prompt, seed.
        typed: the filter, which is part of the plan and of every query and group of the answer.
    """
    is_scrubbed = typed.where != typed.scrubbed
    body = {**circumstances, "is_filter_scrubbed": is_scrubbed, "answer": _packed(answer)}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    if is_scrubbed:
        text = text.replace(_json_escaped(typed.where), _json_escaped(typed.scrubbed))
    receipt = "a-" + sha256(f"{question}|{text}".encode()).hexdigest()[:DIGEST]
    asked = stamp(now())
    connection.execute(
        "INSERT OR REPLACE INTO answers(receipt, asked, actor, question, body) VALUES(?, ?, ?, ?, ?)",
        (receipt, asked, actor, question, text),
    )
    return replace(answer, receipt=receipt)


def read_answer(database: Database, receipt: str) -> tuple[str, dict[str, Any]]:
    """Return the question and the stored body of a receipt.

    Raises:
        UsageError: if no answer has the receipt.
    """
    rows = database.rows("SELECT question, body FROM answers WHERE receipt = ? LIMIT 1", (receipt,))
    if not rows:
        raise UsageError(f"no answer {receipt}; receipts are listed by: analyzer history")
    return str(rows[0][0]), json.loads(rows[0][1])


def unpack_answer(
    receipt: str, body: Mapping[str, Any], records: Mapping[str, Feedback]
) -> tuple[Answer, tuple[str, ...]]:
    """Return a stored answer with its quotes read from the current records, and notes on what no longer applies.

    Args:
        receipt: the receipt of the answer.
        body: the stored body.
        records: those records of the answer that still exist, by id.
    """
    stored = body["answer"]
    outdated: list[str] = []
    claims = []
    for claim in stored["claims"]:
        cited = [c for one in claim["citations"] if (c := _citation(one, records, outdated))]
        if cited:
            opposed = tuple(c for one in claim["opposed"] if (c := _citation(one, records, outdated)))
            claims.append(Claim(claim["text"], tuple(cited), claim["support"], opposed, claim["number"]))
        else:
            outdated.append("a sentence is void: the comments that it cites were deleted or changed")
    points = [point for one in stored.get("points", ()) if (point := _point(one, records, outdated))]
    hits = tuple(
        Hit(one["id"], one["score"], records[one["id"]].text, records[one["id"]].fields, one["same_words"])
        for one in stored["evidence"] if one["id"] in records
    )  # fmt: skip
    count, table = stored["count"], stored["table"]
    answer = Answer(
        Status(stored["status"]),
        stored["text"] if not outdated else _text_without(stored["text"], stored["claims"], claims),
        tuple(claims), tuple(_number(one) for one in stored["numbers"]), receipt, _plan(stored["plan"]),
        _table(table) if table else None, _count(count) if count else None, hits, stored["cut"], stored["cut_because"],
        stored["is_complete"], points=tuple(points), subjects=tuple(stored.get("subjects", ())),
    )  # fmt: skip
    return answer, tuple(dict.fromkeys(outdated))


def history(database: Database, actor: str, limit: int) -> tuple[Asked, ...]:
    """Return the questions of an account, latest first."""
    rows = database.rows(
        "SELECT receipt, asked, question, body ->> '$.answer.status', body ->> '$.answer.plan.where' FROM answers "
        "WHERE actor = ? ORDER BY asked DESC, rowid DESC LIMIT ?", (actor, limit),
    )  # fmt: skip
    return tuple(Asked(*row) for row in rows)


def ids_of(body: Mapping[str, Any]) -> list[str]:
    """Return the ids of the records that an answer read or cites."""
    stored = body["answer"]
    cited = [one["id"] for claim in stored["claims"] for one in [*claim["citations"], *claim["opposed"]]]
    cited += [one["id"] for point in stored.get("points", ()) for one in point["citations"]]
    return list(dict.fromkeys([*(one["id"] for one in stored["evidence"]), *cited]))


def drop_answers(
    connection: Connection, record_ids: Collection[str], mentions: Callable[[str], bool] | None = None
) -> int:
    """Delete answers of all accounts inside the caller's transaction; return the number of distinct receipts.

    Args:
        connection: inside the caller's transaction.
        record_ids: answers that read or cite any of these records are deleted.
        mentions: answers are deleted too if this is true of their question or of their body.
    """
    wanted, dropped = set(record_ids), set[tuple[str]]()
    for receipt, question, body in connection.execute("SELECT receipt, question, body FROM answers"):
        is_about = not wanted.isdisjoint(ids_of(json.loads(body)))
        if is_about or (mentions is not None and (mentions(question) or mentions(body))):
            dropped.add((receipt,))
    connection.executemany("DELETE FROM answers WHERE receipt = ?", sorted(dropped))
    return len(dropped)


def _packed(answer: Answer) -> dict[str, Any]:
    stored = asdict(replace(answer, evidence=()))
    del stored["receipt"], stored["stale"]
    for claim in stored["claims"]:
        for citation in [*claim["citations"], *claim["opposed"]]:
            citation["quote"] = _digest(citation["quote"])
    for point in stored["points"]:
        point["title"] = (
            "" if point["title"].startswith(QUOTATION_MARK) else point["title"]
        )  # a quote, which is read from the comment again
        for citation in point["citations"]:
            citation["quote"] = _digest(citation["quote"])
    stored["evidence"] = [{"id": hit.id, "score": hit.score, "same_words": hit.same_words} for hit in answer.evidence]
    return stored


def _json_escaped(text: str) -> str:
    """Return a text as JSON writes it between quotation marks."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGEST]


def _citation(stored: Mapping[str, Any], records: Mapping[str, Feedback], outdated: list[str]) -> Citation | None:
    record = records.get(stored["id"])
    quote = record.text[stored["start"] : stored["end"]] if record else ""
    if record is None or _digest(quote) != stored["quote"]:
        outdated.append(f"comment {stored['id']} {'was deleted' if record is None else 'changed since it was quoted'}")
        return None
    return Citation(stored["id"], quote, stored["start"], stored["end"])


def _point(stored: Mapping[str, Any], records: Mapping[str, Feedback], outdated: list[str]) -> Point | None:
    """Return a stored point with the quotes that still apply; None if none does."""
    cited = tuple(c for one in stored["citations"] if (c := _citation(one, records, outdated)))
    if not cited:
        outdated.append("a point is void: the comments that it quotes were deleted or changed")
        return None
    kept = {
        "title": stored["title"] or shown_title(cited[0].quote), "stance": Stance(stored["stance"]),
        "citations": cited, "words": tuple(stored["words"]),
    }  # fmt: skip
    return Point(**{**stored, **kept})


def _text_without(text: str, before: Sequence[Mapping[str, Any]], after: Sequence[Claim]) -> str:
    """Return the text without the lines of void claims."""
    valid = {claim.text for claim in after}
    void = {claim["text"] for claim in before} - valid
    return "\n".join(line for line in text.split("\n") if not any(line.startswith(one) for one in void))


def _plan(stored: Mapping[str, Any]) -> Plan:
    return Plan(
        **{
            **stored,
            "task": Task(stored["task"]),
            "measure": Measure(stored["measure"]),
            "notes": tuple(stored["notes"]),
            "excluded": tuple(stored.get("excluded", ())),
            "readings": (),
        }
    )


def _number(stored: Mapping[str, Any]) -> Number:
    return Number(**{**stored, "ids": tuple(stored["ids"])})


def _table(stored: Mapping[str, Any]) -> Table:
    return Table(**{**stored, "rows": tuple(Row(**{**row, "ids": tuple(row["ids"])}) for row in stored["rows"])})


def _count(stored: Mapping[str, Any]) -> Count:
    groups = tuple(Share(**share) for share in stored["groups"])
    return Count(**{**stored, "groups": groups, "examples": tuple(stored["examples"])})

"""Keep each answer with what it stood on, under a receipt that follows from its content; ask for it again.

Of comments only ids and offsets are kept, with a digest of each quote, never their words: a comment that is erased or
scrubbed again voids its citations by itself. What the model wrote is kept, and goes with the comments it stands on.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from analyzer.answers.types import Answer, Asked, Number, Plan, Status, Task
from analyzer.counting.types import Count, Measure, Row, Share, Table
from analyzer.errors import UsageError
from analyzer.index.types import Hit
from analyzer.security.clock import now, stamp
from analyzer.store.database import Connection, Database
from analyzer.types import Citation, Claim, Feedback

DIGEST = 16


@dataclass(frozen=True, slots=True)
class Typed:
    """A filter as a person typed it, and what may be kept of it: the same without personal data."""

    where: str
    scrubbed: str


def keep_answer(
    connection: Connection, actor: str, question: str, answer: Answer, circumstances: Mapping[str, object], typed: Typed
) -> Answer:
    """Store an answer and return it with its receipt.

    Whoever gets the same answer to the same question gets the same receipt, and each of them has it in their history.

    Args:
        connection: inside the caller's transaction.
        actor: who asked.
        question: scrubbed; the words as typed are not kept.
        answer: the checked answer, its plan scrubbed.
        circumstances: what else the answer depends on: generation of the corpus, version of the labels, fingerprints of
            the models, prompt, seed.
        typed: the filter, which stands in the plan and in every query and group of the answer.
    """
    is_scrubbed = typed.where != typed.scrubbed
    body = {**circumstances, "is_filter_scrubbed": is_scrubbed, "answer": _packed(answer)}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    if is_scrubbed:
        text = text.replace(_inside(typed.where), _inside(typed.scrubbed))
    receipt = "a-" + sha256(f"{question}|{text}".encode()).hexdigest()[:DIGEST]
    asked = stamp(now())
    connection.execute(
        "INSERT OR REPLACE INTO answers(receipt, asked, actor, question, body) VALUES(?, ?, ?, ?, ?)",
        (receipt, asked, actor, question, text),
    )
    return replace(answer, receipt=receipt)


def read_answer(database: Database, receipt: str) -> tuple[str, dict[str, Any]]:
    """Return the question and the body kept under a receipt.

    Raises:
        UsageError: if there is none.
    """
    rows = database.rows("SELECT question, body FROM answers WHERE receipt = ? LIMIT 1", (receipt,))
    if not rows:
        raise UsageError(f"no answer {receipt}; receipts are listed by: analyzer history")
    return str(rows[0][0]), json.loads(rows[0][1])


def unpack_answer(
    receipt: str, body: Mapping[str, Any], records: Mapping[str, Feedback]
) -> tuple[Answer, tuple[str, ...]]:
    """Return a kept answer with its quotes read from the records as they are now, and what no longer holds.

    Args:
        receipt: its receipt.
        body: what was kept.
        records: the records it stands on that are still there, by id.
    """
    kept = body["answer"]
    lost: list[str] = []
    claims = []
    for claim in kept["claims"]:
        cited = [c for one in claim["citations"] if (c := _citation(one, records, lost))]
        if cited:
            opposed = tuple(c for one in claim["opposed"] if (c := _citation(one, records, lost)))
            claims.append(Claim(claim["text"], tuple(cited), claim["support"], opposed, claim["number"]))
        else:
            lost.append("a sentence is void: the comments it stood on are gone or changed")
    hits = tuple(
        Hit(one["id"], one["score"], records[one["id"]].text, records[one["id"]].fields, one["same_words"])
        for one in kept["evidence"] if one["id"] in records
    )  # fmt: skip
    count, table = kept["count"], kept["table"]
    answer = Answer(
        Status(kept["status"]), kept["text"] if not lost else _text_without(kept["text"], kept["claims"], claims),
        tuple(claims), tuple(_number(one) for one in kept["numbers"]), receipt, _plan(kept["plan"]),
        _table(table) if table else None, _count(count) if count else None, hits, kept["cut"], kept["cut_because"],
        kept["is_complete"],
    )  # fmt: skip
    return answer, tuple(dict.fromkeys(lost))


def history(database: Database, actor: str, limit: int) -> tuple[Asked, ...]:
    """Return what a person asked, latest first."""
    rows = database.rows(
        "SELECT receipt, asked, question, body ->> '$.answer.status', body ->> '$.answer.plan.where' FROM answers "
        "WHERE actor = ? ORDER BY asked DESC, rowid DESC LIMIT ?", (actor, limit),
    )  # fmt: skip
    return tuple(Asked(*row) for row in rows)


def ids_of(body: Mapping[str, Any]) -> list[str]:
    """Return the ids of the records an answer stands on."""
    kept = body["answer"]
    cited = [one["id"] for claim in kept["claims"] for one in [*claim["citations"], *claim["opposed"]]]
    return list(dict.fromkeys([*(one["id"] for one in kept["evidence"]), *cited]))


def drop_answers(
    connection: Connection, record_ids: Collection[str], mentions: Callable[[str], bool] | None = None
) -> int:
    """Delete answers inside the caller's transaction, whoever asked, and return how many different ones.

    Args:
        connection: inside the caller's transaction.
        record_ids: an answer that had any of these records before it goes.
        mentions: an answer goes too when this holds of its question or of what it says.
    """
    wanted, dropped = set(record_ids), set[tuple[str]]()
    for receipt, question, body in connection.execute("SELECT receipt, question, body FROM answers"):
        is_about = not wanted.isdisjoint(ids_of(json.loads(body)))
        if is_about or (mentions is not None and (mentions(question) or mentions(body))):
            dropped.add((receipt,))
    connection.executemany("DELETE FROM answers WHERE receipt = ?", sorted(dropped))
    return len(dropped)


def _packed(answer: Answer) -> dict[str, Any]:
    kept = asdict(replace(answer, evidence=()))
    del kept["receipt"], kept["stale"]
    for claim in kept["claims"]:
        for citation in [*claim["citations"], *claim["opposed"]]:
            citation["quote"] = _digest(citation["quote"])
    kept["evidence"] = [{"id": hit.id, "score": hit.score, "same_words": hit.same_words} for hit in answer.evidence]
    return kept


def _inside(text: str) -> str:
    """Return a text as it stands between the quotation marks of JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGEST]


def _citation(kept: Mapping[str, Any], records: Mapping[str, Feedback], lost: list[str]) -> Citation | None:
    record = records.get(kept["id"])
    quote = record.text[kept["start"] : kept["end"]] if record else ""
    if record is None or _digest(quote) != kept["quote"]:
        lost.append(f"{kept['id']} is {'gone' if record is None else 'no longer what was quoted'}")
        return None
    return Citation(kept["id"], quote, kept["start"], kept["end"])


def _text_without(text: str, before: Sequence[Mapping[str, Any]], after: Sequence[Claim]) -> str:
    """Return the text without the lines of claims that are void."""
    standing = {claim.text for claim in after}
    void = {claim["text"] for claim in before} - standing
    return "\n".join(line for line in text.split("\n") if not any(line.startswith(one) for one in void))


def _plan(kept: Mapping[str, Any]) -> Plan:
    return Plan(
        **{**kept, "task": Task(kept["task"]), "measure": Measure(kept["measure"]), "notes": tuple(kept["notes"])}
    )


def _number(kept: Mapping[str, Any]) -> Number:
    return Number(**{**kept, "ids": tuple(kept["ids"])})


def _table(kept: Mapping[str, Any]) -> Table:
    return Table(**{**kept, "rows": tuple(Row(**{**row, "ids": tuple(row["ids"])}) for row in kept["rows"])})


def _count(kept: Mapping[str, Any]) -> Count:
    groups = tuple(Share(**share) for share in kept["groups"])
    return Count(**{**kept, "groups": groups, "examples": tuple(kept["examples"])})

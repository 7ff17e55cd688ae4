"""Keep each answer with what it stood on, under a receipt that follows from its content."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256

from analyzer.answer_records import Answer
from analyzer.store.database import Connection


def keep_answer(
    connection: Connection, actor: str, question: str, answer: Answer, circumstances: dict[str, object]
) -> Answer:
    """Store an answer and return it with its receipt.

    Args:
        connection: inside the caller's transaction.
        actor: who asked.
        question: scrubbed; the words as typed are not kept.
        answer: the checked answer.
        circumstances: what else the answer depends on: scrubbed filter, corpus generation, model fingerprints.
    """
    body = {
        **circumstances,
        "status": answer.status.value,
        "claims": [asdict(claim) for claim in answer.claims],
        "numbers": [{"value": number.value, "of": number.of} for number in answer.numbers],
        "evidence": [hit.id for hit in answer.evidence],
        "cut": answer.cut,
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    receipt = "a-" + sha256(f"{question}|{text}".encode()).hexdigest()[:16]
    asked = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute("INSERT OR REPLACE INTO answers VALUES(?, ?, ?, ?, ?)", (receipt, asked, actor, question, text))
    return replace(answer, receipt=receipt)


def drop_answers(
    connection: Connection, record_ids: Collection[str], mentions: Callable[[str], bool] | None = None
) -> int:
    """Delete answers inside the caller's transaction and return how many.

    Args:
        connection: inside the caller's transaction.
        record_ids: an answer that had any of these records before it goes.
        mentions: an answer goes too when this holds of its question or of what it says.
    """
    wanted, dropped = set(record_ids), []
    for receipt, question, body in connection.execute("SELECT receipt, question, body FROM answers"):
        is_about = not wanted.isdisjoint(json.loads(body)["evidence"])
        if is_about or (mentions is not None and (mentions(question) or mentions(body))):
            dropped.append((receipt,))
    connection.executemany("DELETE FROM answers WHERE receipt = ?", dropped)
    return len(dropped)

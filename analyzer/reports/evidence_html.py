"""Evidence for a reviewer as one self-contained page: facts as tables, controls with what is not covered."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from analyzer.reports.answer_html import POLICY, STYLE
from analyzer.reports.controls import CONTROLS


def evidence_html(found: Mapping[str, Any]) -> str:
    """Return the page; the same facts are in the signed evidence.json beside it."""
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{escape(POLICY)}"><title>Evidence</title><style>{STYLE}{WIDER}</style></head><body>',
        f"<h1>Evidence: {escape(str(found['workspace']))}</h1>",
        f'<p class="small">made {escape(str(found["made"]))} by {escape(str(found["by"]))}; the same facts, signed, '
        "are in evidence.json. Run again what it rests on: analyzer audit verify, analyzer backup drill, analyzer "
        "incident drill, analyzer offline prove.</p>",
    ]
    for title, name in SECTIONS:
        parts += [f'<h2 id="{name}">{escape(title)}</h2>', facts_html(found[name])]
    heads = ("ISO/IEC 27001:2022", "SOC 2", "Control", "How far", "What is done", "See")
    rows = [(c.iso, c.soc, c.title, c.how_far, c.done, c.shown) for c in CONTROLS]
    return "\n".join([*parts, "<h2>Controls</h2>", table(heads, rows), "</body></html>"])


WIDER = "body{max-width:66rem}td,th{overflow-wrap:break-word}"
SECTIONS = (
    ("The log", "log"), ("Accounts and grants", "accounts"), ("Drills", "drills"),
    ("Sealed against reaching out", "seal"), ("Personal data", "privacy"), ("Models", "models"),
    ("Settings", "settings"), ("Record of processing (Article 30)", "processing"),
)  # fmt: skip


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table of plain text."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def facts_html(found: Any) -> str:
    """Return facts as a table: names with what was found, a row for each of several, or lines."""
    if isinstance(found, Mapping):
        return table(("What", "Found"), [(name, _told(value)) for name, value in found.items()])
    if found and isinstance(found[0], Mapping):
        heads = list(found[0])
        return table(heads, [[_told(one[name]) for name in heads] for one in found])
    return table(("",), [(one,) for one in found]) if found else "<p>none</p>"


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_told(part)}" for name, part in value.items()) or "none"
    if isinstance(value, list | tuple):
        return "; ".join(_told(one) for one in value) or "none"
    return (
        {True: "yes", False: "no", None: "never"}.get(value, str(value))
        if isinstance(value, bool | None)
        else str(value)
    )

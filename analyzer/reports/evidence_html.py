"""Render evidence for a reviewer as one self-contained HTML page: facts as tables, and the table of controls."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from analyzer.index.dates_in_words import date_in_words
from analyzer.reports.answer_html import POLICY, STYLE
from analyzer.reports.controls_in_use import ControlState, control_states, summary


def evidence_html(found: Mapping[str, Any]) -> str:
    """Return the evidence as an HTML page; the signed evidence.json beside it has the same facts."""
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{escape(POLICY)}"><title>Evidence</title><style>{STYLE}{WIDE_STYLE}</style></head><body>',
        f"<h1>Evidence: {escape(str(found['workspace']))}</h1>",
        f'<p class="small">made {escape(date_in_words(str(found["made"])))} by {escape(str(found["by"]))}; '
        "the same facts, signed, are in evidence.json. Repeat the checks with: analyzer audit verify, analyzer backup "
        "drill, analyzer incident drill, analyzer offline prove.</p>",
    ]
    for title, name in SECTIONS:
        parts += [f'<h2 id="{name}">{escape(title)}</h2>', facts_html(found[name])]
    states = control_states(found)
    said = (
        f"<p>{escape(summary(states))}. “Available” is what the program offers; “in use here” is what the facts above "
        "show of this workspace on the day it was made.</p>"
    )
    return "\n".join([*parts, "<h2>Controls</h2>", said, controls_html(states), "</body></html>"])


def controls_html(states: Sequence[ControlState]) -> str:
    """Return the table of controls: what is available, and what is in use in this workspace."""
    headings = ("ISO/IEC 27001:2022", "SOC 2", "Control", "Available", "In use here", "Missing", "What is done", "See")
    rows = [
        (one.control.iso, one.control.soc, one.control.title, one.control.how_far, one.in_use, one.missing,
         one.control.done, one.control.shown)
        for one in states
    ]  # fmt: skip
    return table(headings, rows)


WIDE_STYLE = "body{max-width:66rem}td,th{overflow-wrap:break-word}"
SECTIONS = (
    ("The log", "log"), ("Accounts and grants", "accounts"), ("Drills", "drills"),
    ("Sealed against network access", "seal"), ("Personal data", "privacy"), ("Models", "models"),
    ("Settings", "settings"), ("Record of processing (Article 30)", "processing"),
)  # fmt: skip


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return an HTML table of escaped text."""
    head = "".join(f"<th>{escape(one)}</th>" for one in headings)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def facts_html(found: Any) -> str:
    """Return facts as an HTML table: names and values of a mapping, a row per mapping of a list, or a row per text."""
    if isinstance(found, Mapping):
        return table(("What", "Found"), [(name, _plain_text(value)) for name, value in found.items()])
    if found and isinstance(found[0], Mapping):
        headings = list(found[0])
        return table(headings, [[_plain_text(one[name]) for name in headings] for one in found])
    return table(("",), [(one,) for one in found]) if found else "<p>none</p>"


def _plain_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_plain_text(part)}" for name, part in value.items()) or "none"
    if isinstance(value, list | tuple):
        return "; ".join(_plain_text(one) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else date_in_words(str(value))

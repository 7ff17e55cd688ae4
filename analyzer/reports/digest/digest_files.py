"""A digest as HTML (no requests, no scripts), Markdown and JSON."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from html import escape

from analyzer.reports.answer_html import POLICY, STYLE
from analyzer.reports.digest.types import Digest, DigestFigure, DigestTheme

HEADINGS = {"new": "New", "rose": "Rose", "fell": "Fell", "": "Unchanged"}
MOST_UNCHANGED = 10
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~])")


def digest_json(digest: Digest) -> bytes:
    """Return the digest as one JSON object."""
    return json.dumps(asdict(digest), ensure_ascii=False, indent=1).encode() + b"\n"


def digest_markdown(digest: Digest) -> bytes:
    """Return the digest as Markdown; what comments say is escaped."""
    lines = ["# Digest", "", *_top(digest), ""]
    lines += [f"* **{_md(one.name)}**: {_md(one.told)}" for one in digest.crossed]
    lines += ["", "## Figures", "", *(f"* {figure_text(one)}" for one in digest.figures)]
    for change, themes in _by_change(digest).items():
        lines += ["", f"## {HEADINGS[change]}"]
        for one in themes:
            lines += ["", f"* **{_md(one.label)}**: {theme_text(one)}"]
            lines += [f"  > {_md(quote.quote)} ({_md(quote.id)})" for quote in one.quotes]
    return "\n".join([*lines, "", *(f"Note: {_md(note)}" for note in digest.notes), ""]).encode()


def digest_html(digest: Digest) -> bytes:
    """Return the digest as an HTML page."""
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{escape(POLICY)}"><title>Digest</title><style>{STYLE}</style></head><body><h1>Digest</h1>',
        *(f"<p>{escape(line)}</p>" for line in _top(digest)),
        *(f"<p><strong>{escape(one.name)}</strong>: {escape(one.told)}</p>" for one in digest.crossed),
        "<h2>Figures</h2><ul>", *(f"<li>{escape(figure_text(one))}</li>" for one in digest.figures), "</ul>",
    ]  # fmt: skip
    for change, themes in _by_change(digest).items():
        parts.append(f"<h2>{HEADINGS[change]}</h2>")
        for one in themes:
            parts.append(f"<p><strong>{escape(one.label)}</strong>: {escape(theme_text(one))}</p>")
            quotes = (f"<blockquote>{escape(q.quote)} <small>{escape(q.id)}</small></blockquote>" for q in one.quotes)
            parts += quotes
    parts += [f"<p><small>{escape(note)}</small></p>" for note in digest.notes]
    return "\n".join([*parts, "</body></html>", ""]).encode()


DIGEST_WRITERS: Mapping[str, Callable[[Digest], bytes]] = {
    "html": digest_html, "md": digest_markdown, "json": digest_json,
}  # fmt: skip


def figure_text(one: DigestFigure) -> str:
    """Return a figure in words."""
    now = "none" if one.now is None else f"{one.now:,.6g}"
    if one.before is None:
        return f"{one.name}: {now}"
    return f"{one.name}: {now}, {one.before:,.6g} before" + (" (changed)" if one.is_significant else "")


def theme_text(one: DigestTheme) -> str:
    """Return the figures of a theme in words."""
    return (
        f"{one.comments:,} new comments, {100 * one.share:.1f} %; before {one.before:,}, {100 * one.share_before:.1f} %"
    )


def _top(digest: Digest) -> list[str]:
    since = "the last digest" if digest.since == "last" else digest.since
    lines = [f"Made for {digest.made_for}; not to be passed on"] if digest.made_for else []
    first = " (the first digest: there is nothing before to compare with)" if digest.is_first else ""
    crossed = f"; {len(digest.crossed)} alerts" if digest.crossed else ""
    return [*lines, f"Comments since {since}, made {digest.made[:16].replace('T', ' ')} UTC{first}{crossed}"]


def _by_change(digest: Digest) -> dict[str, list[DigestTheme]]:
    found: dict[str, list[DigestTheme]] = {}
    for change in HEADINGS:
        themes = [one for one in digest.themes if one.change == change and (change or one.comments)]
        if themes:
            found[change] = themes if change else themes[:MOST_UNCHANGED]
    return found


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))

"""Render the proof's report as one HTML page without scripts and without external resources."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

LONGEST_COMMAND = 80
STYLE = """
body {font: 15px/1.5 system-ui, sans-serif; color: #1c1c1c; max-width: 60rem; margin: 2rem auto; padding: 0 1rem}
h1 {font-size: 1.6rem; margin-bottom: .2rem} h2 {font-size: 1.1rem; margin: 1.6rem 0 .4rem}
.verdict {padding: .8rem 1rem; color: #fff; font-weight: 600; border-radius: 4px}
.ok {background: #0b6e4f} .bad {background: #b00020}
table {border-collapse: collapse; width: 100%; font-size: .9rem} td, th {border-bottom: 1px solid #ddd;
padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: break-word; max-width: 22rem}
small, .quiet {color: #555} code {font-size: .85em} ul {margin: .2rem 0; padding-left: 1.2rem}
@media print {.verdict {color: #000; border: 2px solid #000}}
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Proof that no data leaves this machine</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>{style}</style></head><body>
<h1>Does any data leave this machine?</h1>
<p class="quiet">Feedback Analyzer {version}, run on {made_at} for {seconds:.0f} s on {system}</p>
<p class="verdict {tone}">{verdict}</p>
{body}
</body></html>
"""


def as_page(report: Mapping[str, Any]) -> str:
    """Return a report as one HTML page."""
    is_ok = bool(report["ok"])
    body = "".join((
        _section("Methods of observation", _methods(report)),
        _section("Steps", _steps(report)),
        _section("Attempts to reach another host", _attempts(report)) if report["attempts"] else "",
        _section("Planted leaks", _leaks(report["leaks"])),
        _section("The one hole", _hole(report["hole"])) if report.get("hole") else "",
        "".join(_browser(seen) for seen in report["browser"]),
        _section("Limits of this proof", _limits(report)),
        _section("Versions, models and settings", _facts(report["facts"])),
        _section("Repeat this proof", _repeat(report.get("signature", {}))),
    ))  # fmt: skip
    versions = report["facts"]["versions"]
    return PAGE.format(
        style=STYLE, version=escape(versions.get("feedback-analyzer", "")), made_at=escape(report["made_at"]),
        seconds=report["seconds"], system=escape(versions.get("system", "")), tone="ok" if is_ok else "bad",
        verdict=escape(verdict(report)), body=body,
    )  # fmt: skip


def verdict(report: Mapping[str, Any]) -> str:
    """Return the outcome in one sentence."""
    leaks = [*report["leaks"], *(leak for seen in report["browser"] for leak in seen.get("leaks", []))]
    unstopped = [leak["name"] for leak in leaks if not leak["stopped"]]
    if not report["control"]["ok"]:
        return f"No result: the harness did not see its own control ({', '.join(report['control']['missing'])})."
    if report["attempts"]:
        return f"NO: attempts to reach another host were seen: {len(report['attempts'])}."
    if unstopped:
        return f"NO: planted leaks were not stopped: {', '.join(unstopped)}."
    hole = report.get("hole", {})
    if not hole.get("ok", True):
        return f"NO: the one hole, to a model server, was not the only way: {hole['verdict']}."
    if report["failed"]:
        return f"No result: steps failed: {', '.join(report['failed'])}."
    return (
        f"YES: no attempt to reach another host in {len(report['steps'])} steps, and all {len(leaks)} planted leaks "
        "were stopped." + (f" One hole, only where a model server is set: {hole['verdict']}." if hole else "")
    )


def _methods(report: Mapping[str, Any]) -> str:
    control = report["control"]
    outcome = (
        f"Control: an unsealed process tried to reach another host and was seen by {', '.join(control['seen_by'])}."
        if control["ok"]
        else f"Control FAILED: not seen by {', '.join(control['missing'])}."
    )
    return _list(report["methods"]) + f"<p>{escape(outcome)}</p>"


def _steps(report: Mapping[str, Any]) -> str:
    rows = [
        (
            step["name"], _command(step["command"]), f"{step['seconds']:.0f} s",
            "done" if step["exit_code"] == 0 else f"ended with {step['exit_code']}: {step['ended']}",
            str(step["calls"] or "–"), str(len(step["attempts"])), _refused_programs(step["refused_here"]),
        )
        for step in report["steps"]
    ]  # fmt: skip
    heads = "step|command|time|outcome|network calls examined|attempts|refused on this machine"
    quiet = "nscd is the service that the C library asks for account names before it reads the file; it is refused too."
    return _table(heads, rows) + f"<p class='quiet'>{quiet}</p>"


def _command(words: Iterable[object]) -> str:
    """Return a command line without folders, shortened."""
    line = " ".join(str(word).rpartition("/")[2] or str(word) for word in words)
    return line if len(line) <= LONGEST_COMMAND else f"{line[:LONGEST_COMMAND]} …"


def _refused_programs(refused: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(sorted({str(one["destination"]) for one in refused})) or "–"


def _attempts(report: Mapping[str, Any]) -> str:
    rows = [
        (
            one["step"], one["call"], one["destination"], one.get("process", ""), one.get("outcome", ""),
            one["seen_by"], " › ".join(one.get("stack", [])[-6:]),
        )
        for one in report["attempts"]
    ]  # fmt: skip
    return _table("step|call|to|process|outcome|seen by|stack", rows)


def _leaks(leaks: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        (
            leak["what"], "stopped" if leak["stopped"] else "NOT STOPPED", leak["said"],
            "; ".join(leak["named"]) or "–", _control(leak),
        )
        for leak in leaks
    ]  # fmt: skip
    return _table("leak|outcome|error or result|seen by|unsealed", rows)


def _hole(hole: Mapping[str, Any]) -> str:
    words = (
        f"With answering_server set, the program may talk to one model server on this machine, through a broker: "
        f"{hole['verdict']}. The leaks above were planted with the hole too, and inside the broker. Without the "
        "setting there is no broker and no hole."
    )
    return f"<p>{escape(words)}</p>" + (_list(hole["elsewhere"]) if hole["elsewhere"] else "")


def _control(leak: Mapping[str, Any]) -> str:
    if not leak["open"]:
        return "not tried"
    return f"{'succeeds' if leak['is_real'] else 'cannot be tried on this machine'}: {leak['open']}"


def _browser(seen: Mapping[str, Any]) -> str:
    title = f"The page in a browser, served by {seen['served_by']}"
    if not seen["driven"]:
        return _section(title, f"<p>Not driven: {escape(seen['why'])}</p>")
    tour = f"{seen['browser']} opened {', '.join(seen['pages'])}; requests to other hosts: {len(seen['requests'])}."
    rows = [(leak["name"], "stopped" if leak["stopped"] else "NOT STOPPED", leak["said"]) for leak in seen["leaks"]]
    own = f"<p class='quiet'>Requests of the browser itself: {escape('; '.join(seen['background'][:8]) or 'none')}</p>"
    return _section(title, f"<p>{escape(tour)}</p>" + _table("leak planted in the page|outcome|by", rows) + own)


def _limits(report: Mapping[str, Any]) -> str:
    always = [
        "an unsealed program of the same account can read the files of this one",
        "files written to a network drive leave the machine; a person can copy what a page shows",
        "the proof covers the steps above; the seal applies to everything the program does",
    ]
    return _list([*report["not_proven"], *report["facts"].get("warnings", []), *always])


def _facts(facts: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in facts["versions"].items())
    models = [(one["name"], one["sha256"], "identical" if one["verified"] else "ALTERED") for one in facts["models"]]
    switches = [
        (name, str(one["value"]), f"{one['library']} {one['without']}") for name, one in facts["switches"].items()
    ]
    settings = ", ".join(f"{name}={value}" for name, value in facts["settings"].items())
    return (
        f"<p><small>{escape(versions)}</small></p>" + _table("model|SHA-256|compared with the catalog", models)
        + _table("switch|set to|without it", switches) + f"<p><small>{escape(settings)}</small></p>"
    )  # fmt: skip


def _repeat(signature: Mapping[str, Any]) -> str:
    key = escape(signature.get("fingerprint", "not signed"))
    return (
        "<p><code>analyzer offline prove --out proof.json</code> repeats the whole proof; <code>analyzer offline check "
        f"proof.json</code> checks the signature of a report. Key of this machine: <code>{key}</code>. The "
        "signature shows that the report was not changed, not that the machine was honest.</p>"
    )


def _section(title: str, body: str) -> str:
    return f"<h2>{escape(title)}</h2>{body}"


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _table(heads: str, rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads.split("|"))
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"

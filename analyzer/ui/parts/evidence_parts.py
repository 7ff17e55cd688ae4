"""Draw the parts for reviewers: evidence, the audit log, backups and drills, an incident."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from analyzer.custody.types import EvidenceBundle, IncidentReport
from analyzer.index.dates_in_words import date_in_words
from analyzer.reports.controls_in_use import control_states, summary
from analyzer.reports.evidence_html import facts_html
from analyzer.security.permissions import Permission
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.downloads import offer_document
from analyzer.ui.session import guarded, may, page, workspace

DRILL_EVERY_DAYS = 30
EVENTS = 200
MOST_LISTED = 3


def show_evidence() -> None:
    """Draw the current evidence with its downloads; an uploaded offline proof is included."""
    proof = st.file_uploader("Offline proof (proof.json, written by: analyzer offline prove)", ["json"])
    if st.button("Generate evidence report", type="primary"):
        with guarded(), st.spinner("Verifying the log…"):
            page().evidence = workspace().evidence.bundle(proof.getvalue().decode("utf-8", "replace") if proof else "")
    if found := page().evidence:
        _bundle(found)
    else:
        st.caption("Log, grants, drills, seal, models, settings, a record of processing, and a table of controls.")


def _bundle(found: EvidenceBundle) -> None:
    for title, is_good, finding in _summary(found.facts):
        icon = ":material/check_circle:" if is_good else ":material/flag:"
        st.markdown(f"{icon} **{title}** {unmarked(finding)}")
    _controls(found.facts)
    left, right = st.columns(2)
    offer_document(left, "HTML", found.page, "evidence.html", "text/html")
    offer_document(right, "Signed facts (JSON)", found.signed, "evidence.json", "application/json")
    for section, facts in found.facts.items():
        if isinstance(facts, dict | list):
            with st.expander(section.capitalize()):
                st.html(f'<div class="fa-fields">{facts_html(facts)}</div>')


def _controls(facts: Mapping[str, Any]) -> None:
    """Draw the controls: what is available, and what this workspace uses."""
    states = control_states(facts)
    st.markdown(f":material/rule: **Controls** {unmarked(summary(states))}")
    rows = [
        {"ISO/IEC 27001": one.control.iso, "SOC 2": one.control.soc, "control": one.control.title,
         "available": one.control.how_far, "in use here": one.in_use, "missing": one.missing,
         "what is done": one.control.done}
        for one in states
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def _summary(facts: Mapping[str, Any]) -> list[tuple[str, bool, str]]:
    """Return the summary for a reviewer: (subject, whether it is in order, finding)."""
    log, seal, drills = facts["log"], facts["seal"], facts["drills"]
    proof, people = seal.get("proof"), facts["accounts"]
    run = [one for one in drills if one["latest"]]
    holds = bool(proof and proof["ok"] and proof["intact"])
    when = f", made {date_in_words(proof['made'])}" if proof and proof.get("made") else ""
    proof_words = f"holds and is unchanged{when}" if holds else "does not hold" if proof else "none was given"
    flagged = sum(bool(one["to look at"]) for one in people)
    return [
        ("Log", log["ok"], f"{log['events']:,} events, none changed" if log["ok"] else log["reason"]),
        ("Seal", seal["in force"], seal["by"]),
        ("Proof", holds, proof_words),
        (
            "Drills",
            len(run) == len(drills) and all(one["ok"] for one in run),
            f"{len(run)} of {len(drills)} kinds were run",
        ),
        ("Accounts", not flagged, f"{len(people)}, {flagged} with remarks" if people else "none: single-user mode"),
    ]


def show_backups() -> None:
    """Draw the backups, and the buttons to make one and to test-restore the newest one."""
    days = workspace().status().days_since_drill
    if days is None or days > DRILL_EVERY_DAYS:
        when = "never" if days is None else f"{days} days ago"
        st.warning(f"Last restore test: {when}.", icon=":material/restore:")
    make, drill = st.columns(2)
    if may(Permission.BACKUPS) and make.button("Make a backup", type="primary"):
        with guarded(), st.spinner("Writing the backup and reading it back…"):
            made = workspace().backups.create()
            st.success(
                f"{made.records:,} comments, {made.bytes / 1e6:,.1f} MB, read back and checked.",
                icon=":material/task_alt:",
            )
    if drill.button("Run a restore test of the newest backup"):
        with guarded(), st.spinner("Restoring it into a temporary folder…"):
            found = workspace().backups.drill()
            if found.ok:
                st.success(f"Every row the same, in {found.seconds} s.", icon=":material/task_alt:")
            else:
                st.error(unmarked("; ".join(found.problems)), icon=":material/error:")
    rows = [
        {"made": date_in_words(one.made), "comments": one.records, "MB": round(one.bytes / 1e6, 1), "folder": one.path,
         "problems": "; ".join(one.problems)} for one in workspace().backups.list()
    ]  # fmt: skip
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.info("There is no backup yet.", icon=":material/save:")
    st.caption("To replace the workspace by a backup, stop the page and run: analyzer backup restore FOLDER")


def show_incident() -> None:
    """Draw the accounts and the records they saw, and the controls to open, close or practice an incident."""
    found = workspace().incidents.report()
    if found.number:
        st.error(
            f"Incident {found.number} is open: {found.hours_left} of 72 hours are left.", icon=":material/emergency:"
        )
        if st.button("Close the incident: allow exports and new access again"):
            workspace().incidents.close()
            st.rerun()
    else:
        with st.form("incident", clear_on_submit=True):
            note = st.text_input("What is known")
            if st.form_submit_button("Open an incident: stop exports and new access"):
                workspace().incidents.open(note)
                st.rerun()
    _draw_reads(found)
    offer_document(st, "Draft of the notice (Article 33)", found.notice, "notice.txt", "text/plain")
    if st.button("Run incident drill"):
        drill = workspace().incidents.drill()
        st.success(f"{drill.found} of {drill.planted} planted reads were found.", icon=":material/task_alt:")


def _draw_reads(found: IncidentReport) -> None:
    st.header(f"Who saw what since {date_in_words(found.since, has_time=False)}")
    rows = [
        {
            "account": one.account, "records": "all" if one.all_records else f"{one.records:,}",
            "known people": one.respondents, "from": date_in_words(one.first), "to": date_in_words(one.last),
            "files": ", ".join(one.files), "refused": one.refused,
        }
        for one in found.seen
    ]  # fmt: skip
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.info("No account has seen a comment.", icon=":material/visibility_off:")


def show_log() -> None:
    """Draw the newest events, and a button to verify the log."""
    if st.button("Verify the log"):
        found = workspace().audit.verify()
        if found.ok:
            st.success(
                f"Sound: {found.events:,} events, none changed, cut off or rolled back.", icon=":material/verified:"
            )
        else:
            st.error(f"Not sound: {unmarked(found.reason)}", icon=":material/error:")
    account, action, since = st.columns(3)
    who = account.text_input("Account", key="log-account", placeholder="all accounts").strip()
    what = action.text_input("Action", key="log-action", placeholder="all, such as user or answers.ask").strip()
    day = since.date_input("From", None, key="log-since", max_value="today")
    events = workspace().audit.show(EVENTS, who, what, day.isoformat() if isinstance(day, date) else "")
    rows = [
        {
            "event": one.seq,
            "at": date_in_words(one.at),
            "account": one.actor,
            "what": one.action,
            "detail": _in_words(one.detail),
        }
        for one in events
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.info("No event matches.", icon=":material/search_off:")
    if len(rows) == EVENTS:
        st.caption(f"The newest {EVENTS} events. Earlier ones: analyzer audit show --limit")


def _in_words(detail: Mapping[str, Any]) -> str:
    """Return the detail of an event: "denominator: 60; ids: 12 in all"; long lists are counted."""
    return "; ".join(f"{name}: {_value(value)}" for name, value in detail.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(part)}" for name, part in value.items()) or "none"
    if isinstance(value, list | tuple):
        shown = ", ".join(_value(one) for one in value[:MOST_LISTED])
        return f"{shown}, {len(value):,} in all" if len(value) > MOST_LISTED else shown or "none"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)

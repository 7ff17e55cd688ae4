"""Draw the parts for reviewers: evidence, the audit log, backups and drills, an incident."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from analyzer.custody.types import EvidenceBundle, IncidentReport
from analyzer.index.dates_in_words import date_in_words
from analyzer.messages.current_language import in_source_language
from analyzer.messages.number_formats import localized
from analyzer.messages.text import _, ngettext
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
    proof = st.file_uploader(_("Offline proof (proof.json, written by: analyzer offline prove)"), ["json"])
    if st.button(_("Generate evidence report"), type="primary"):
        with guarded(), st.spinner(_("Verifying the log…")):
            page().evidence = in_source_language(workspace().evidence.bundle)(
                proof.getvalue().decode("utf-8", "replace") if proof else ""
            )
    if found := page().evidence:
        _bundle(found)
    else:
        st.caption(_("Log, grants, drills, seal, models, settings, a record of processing, and a table of controls."))


def _bundle(found: EvidenceBundle) -> None:
    for title, is_good, finding in _summary(found.facts):
        icon = ":material/check_circle:" if is_good else ":material/flag:"
        st.markdown(f"{icon} **{title}** {unmarked(finding)}")
    _controls(found.facts)
    left, right = st.columns(2)
    offer_document(left, "HTML", found.page, "evidence.html", "text/html")
    offer_document(right, _("Signed facts (JSON)"), found.signed, "evidence.json", "application/json")
    for section, facts in found.facts.items():
        if isinstance(facts, dict | list):
            with st.expander(_(section.capitalize())):
                st.html(f'<div class="fa-fields">{facts_html(facts)}</div>')


def _controls(facts: Mapping[str, Any]) -> None:
    """Draw the controls: what is available, and what this workspace uses."""
    states = control_states(facts)
    st.markdown(f":material/rule: **Controls** {unmarked(summary(states))}")
    rows = [
        {_("ISO/IEC 27001"): one.control.iso, _("SOC 2"): one.control.soc, _("control"): one.control.title,
         _("available"): one.control.how_far, _("in use here"): one.in_use, _("missing"): one.missing,
         _("what is done"): one.control.done}
        for one in states
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def _summary(facts: Mapping[str, Any]) -> list[tuple[str, bool, str]]:
    """Return the summary for a reviewer: (subject, whether it is in order, finding)."""
    log, seal, drills = facts["log"], facts["seal"], facts["drills"]
    proof, people = seal.get("proof"), facts["accounts"]
    run = [one for one in drills if one["latest"]]
    holds = bool(proof and proof["ok"] and proof["intact"])
    when = _(", made {proof}", proof=date_in_words(proof["made"])) if proof and proof.get("made") else ""
    proof_words = (
        _("holds and is unchanged{when}", when=when) if holds else _("does not hold") if proof else _("none was given")
    )
    flagged = sum(bool(one["to look at"]) for one in people)
    return [
        (
            _("Log"),
            log["ok"],
            ngettext("{log:,} event, none changed", "{log:,} events, none changed", log["events"], log=log["events"])
            if log["ok"]
            else log["reason"],
        ),
        (_("Seal"), seal["in force"], seal["by"]),
        (_("Proof"), holds, proof_words),
        (
            _("Drills"),
            len(run) == len(drills) and all(one["ok"] for one in run),
            _("{run} of {kinds} kinds were run", run=len(run), kinds=len(drills)),
        ),
        (
            _("Accounts"),
            not flagged,
            _("{n}, {flagged} with remarks", n=len(people), flagged=flagged) if people else _("none: single-user mode"),
        ),
    ]


def show_backups() -> None:
    """Draw the backups, and the buttons to make one and to test-restore the newest one."""
    days = workspace().status().days_since_drill
    if days is None or days > DRILL_EVERY_DAYS:
        when = _("never") if days is None else _("{days} days ago", days=days)
        st.warning(_("Last restore test: {when}.", when=when), icon=":material/restore:")
    make, drill = st.columns(2)
    if may(Permission.BACKUPS) and make.button(_("Make a backup"), type="primary"):
        with guarded(), st.spinner(_("Writing the backup and reading it back…")):
            made = workspace().backups.create()
            st.success(
                ngettext(
                    "{records:,} comment, {bytes:,.1f} MB, read back and checked.",
                    "{records:,} comments, {bytes:,.1f} MB, read back and checked.",
                    made.records,
                    records=made.records,
                    bytes=made.bytes / 1e6,
                ),
                icon=":material/task_alt:",
            )
    if drill.button(_("Run a restore test of the newest backup")):
        with guarded(), st.spinner(_("Restoring it into a temporary folder…")):
            found = workspace().backups.drill()
            if found.ok:
                st.success(_("Every row the same, in {seconds} s.", seconds=found.seconds), icon=":material/task_alt:")
            else:
                st.error(unmarked("; ".join(found.problems)), icon=":material/error:")
    rows = [
        {
            _("made"): date_in_words(one.made),
            _("comments"): one.records,
            _("MB"): round(one.bytes / 1e6, 1),
            _("folder"): one.path,
            _("problems"): "; ".join(one.problems),
        }
        for one in workspace().backups.list()
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.info(_("There is no backup yet."), icon=":material/save:")
    st.caption(_("To replace the workspace by a backup, stop the page and run: analyzer backup restore FOLDER"))


def show_incident() -> None:
    """Draw the accounts and the records they saw, and the controls to open, close or practice an incident."""
    found = in_source_language(workspace().incidents.report)()
    if found.number:
        st.error(
            _(
                "Incident {number} is open: {hours_left} of 72 hours are left.",
                number=found.number,
                hours_left=found.hours_left,
            ),
            icon=":material/emergency:",
        )
        if st.button(_("Close the incident: allow exports and new access again")):
            workspace().incidents.close()
            st.rerun()
    else:
        with st.form("incident", clear_on_submit=True):
            note = st.text_input(_("What is known"))
            if st.form_submit_button(_("Open an incident: stop exports and new access")):
                workspace().incidents.open(note)
                st.rerun()
    _draw_reads(found)
    offer_document(st, _("Draft of the notice (Article 33)"), found.notice, "notice.txt", "text/plain")
    if st.button(_("Run incident drill")):
        drill = workspace().incidents.drill()
        st.success(
            _("{found} of {planted} planted reads were found.", found=drill.found, planted=drill.planted),
            icon=":material/task_alt:",
        )


def _draw_reads(found: IncidentReport) -> None:
    st.header(_("Who saw what since {since}", since=date_in_words(found.since, has_time=False)))
    rows = [
        {
            _("account"): one.account, _("records"): _("all") if one.all_records else localized(one.records, ","),
            _("known people"): one.respondents, _("from"): date_in_words(one.first), _("to"): date_in_words(one.last),
            _("files"): ", ".join(one.files), _("refused"): one.refused,
        }
        for one in found.seen
    ]  # fmt: skip
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.info(_("No account has seen a comment."), icon=":material/visibility_off:")


def show_log() -> None:
    """Draw the newest events, and a button to verify the log."""
    if st.button(_("Verify the log")):
        found = workspace().audit.verify()
        if found.ok:
            st.success(
                ngettext(
                    "Sound: {events:,} event, none changed, cut off or rolled back.",
                    "Sound: {events:,} events, none changed, cut off or rolled back.",
                    found.events,
                    events=found.events,
                ),
                icon=":material/verified:",
            )
        else:
            st.error(_("Not sound: {reason}", reason=unmarked(found.reason)), icon=":material/error:")
    account, action, since = st.columns(3)
    who = account.text_input(_("Account"), key="log-account", placeholder=_("all accounts")).strip()
    what = action.text_input(_("Action"), key="log-action", placeholder=_("all, such as user or answers.ask")).strip()
    day = since.date_input(_("From"), None, key="log-since", max_value="today")
    events = workspace().audit.show(EVENTS, who, what, day.isoformat() if isinstance(day, date) else "")
    rows = [
        {
            _("event"): one.seq,
            _("at"): date_in_words(one.at),
            _("account"): one.actor,
            _("what"): one.action,
            _("detail"): _in_words(one.detail),
        }
        for one in events
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.info(_("No event matches."), icon=":material/search_off:")
    if len(rows) == EVENTS:
        st.caption(_("The newest {events} events. Earlier ones: analyzer audit show --limit", events=EVENTS))


def _in_words(detail: Mapping[str, Any]) -> str:
    """Return the detail of an event: "denominator: 60; ids: 12 in all"; long lists are counted."""
    return "; ".join(f"{name}: {_value(value)}" for name, value in detail.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(part)}" for name, part in value.items()) or _("none")
    if isinstance(value, list | tuple):
        shown = ", ".join(_value(one) for one in value[:MOST_LISTED])
        return _("{shown}, {n:,} in all", shown=shown, n=len(value)) if len(value) > MOST_LISTED else shown or _("none")
    return {True: _("yes"), False: _("no")}.get(value, str(value)) if isinstance(value, bool) else str(value)

"""Draw backups and drills, erasure with its receipt, rules of retention, an incident."""

import json
from dataclasses import asdict

import pandas as pd
import streamlit as st

from analyzer.safekeeping_records import Erasure, IncidentReport
from analyzer.ui.markup import unmarked
from analyzer.ui.session import guarded, page, workspace

DRILL_EVERY_DAYS = 30


def show_backups() -> None:
    """Draw the backups, and let one be made, read, or brought back to try it."""
    days = workspace().status().days_since_drill
    if days is None or days > DRILL_EVERY_DAYS:
        told = "never" if days is None else f"{days} days ago"
        st.warning(f"A backup was last brought back to try it: {told}.", icon=":material/restore:")
    make, drill = st.columns(2)
    if make.button("Make a backup", type="primary"):
        with guarded(), st.spinner("Writing it, and reading it back…"):
            made = workspace().backup_create()
            st.success(
                f"{made.records:,} comments, {made.bytes / 1e6:,.1f} MB, read back whole.", icon=":material/task_alt:"
            )
    if drill.button("Bring the newest back to try it"):
        with guarded(), st.spinner("Bringing it back into a scratch place…"):
            found = workspace().backup_drill()
            if found.ok:
                st.success(f"Every row the same, in {found.seconds} s.", icon=":material/task_alt:")
            else:
                st.error(unmarked("; ".join(found.problems)), icon=":material/error:")
    rows = [
        {"made": one.made[:16], "comments": one.records, "MB": round(one.bytes / 1e6, 1), "folder": one.path,
         "problems": "; ".join(one.problems)} for one in workspace().backup_list()
    ]  # fmt: skip
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.info("There is no backup yet.", icon=":material/save:")
    st.caption("A backup is put in the workspace's place with: analyzer backup restore FOLDER (stop the page first).")


def erase_form() -> None:
    """Draw what is held of a person, and erase it after a second look."""
    st.write(
        "Comments, vectors, labels, and what was written from them go; they do not come back by an import or a backup."
    )
    with st.form("erase"):
        reference = st.text_input("Respondent, as the file named them")
        reason = st.text_input("Why")
        if st.form_submit_button("Look") and reference:
            page().erasing = (reference, reason, workspace().erase(respondent=reference, dry_run=True))
    if pending := page().erasing:
        _confirm(*pending)
    if receipt := page().receipt:
        _receipt(receipt)


def retention_form() -> None:
    """Draw the rules in force with what is due, and let one be added, ended, or run."""
    rules = workspace().retention_list()
    if not rules:
        st.info("Comments are kept until somebody erases them.", icon=":material/all_inclusive:")
    for rule in rules:
        told, ends = st.columns([5, 1])
        told.write(f"**{rule.months} months** {unmarked(rule.where)} · {rule.due:,} due · {unmarked(rule.reason)}")
        if ends.button("End", key=f"rule-{rule.number}"):
            workspace().retention_drop(rule.number)
            st.rerun()
    if any(rule.due for rule in rules) and st.button("Let lapse what is due"):
        gone = sum(one.records for one in workspace().retention_run())
        st.success(f"{gone:,} comments lapsed.", icon=":material/task_alt:")
    with st.form("rule", clear_on_submit=True):
        months = st.number_input("Keep for so many months", 1, 1_200, 24)
        where = st.text_input("Which comments (a filter; empty for all)")
        if st.form_submit_button("Add the rule"):
            with guarded():
                workspace().retention_set(int(months), where)
                st.rerun()


def show_incident() -> None:
    """Draw who saw what, and let an incident be opened, closed, or practised."""
    found = workspace().incident_report()
    if found.number:
        st.error(
            f"Incident {found.number} is open: {found.hours_left} of 72 hours are left.", icon=":material/emergency:"
        )
        if st.button("Close it: exports and new access go on"):
            workspace().incident_close()
            st.rerun()
    else:
        with st.form("incident", clear_on_submit=True):
            note = st.text_input("What is known")
            if st.form_submit_button("Open an incident: exports and new access stop"):
                workspace().incident_open(note)
                st.rerun()
    _seen(found)
    st.download_button("Draft of the notice (Article 33)", found.notice, "notice.txt", "text/plain")
    if st.button("Practise: plant reads and find them"):
        drill = workspace().incident_drill()
        st.success(f"{drill.found} of {drill.planted} planted reads were found.", icon=":material/task_alt:")


def _seen(found: IncidentReport) -> None:
    st.subheader(f"Who saw what since {found.since[:10]}")
    rows = [
        {
            "account": one.account, "records": "all" if one.all_records else f"{one.records:,}",
            "known people": one.respondents, "from": one.first[:16], "to": one.last[:16],
            "files": ", ".join(one.files), "refused": one.refused,
        }
        for one in found.seen
    ]  # fmt: skip
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.info("Nobody saw any comment.", icon=":material/visibility_off:")


def _confirm(reference: str, reason: str, found: Erasure) -> None:
    if not found.records:
        st.info("Nothing is held of them.", icon=":material/person_off:")
        return
    st.warning(f"{found.records:,} comments would go, {found.texts:,} of them in words nobody else used.")
    if st.button(f"Erase {found.records:,} comments for good", type="primary"):
        with guarded():
            page().receipt = workspace().erase(respondent=reference, reason=reason)
            page().erasing = None
            st.rerun()


def _receipt(found: Erasure) -> None:
    st.success(
        f"Erased {found.records:,} comments; copies found afterwards: {found.copies_found}. Receipt {found.receipt}.",
        icon=":material/task_alt:",
    )
    for one in found.exports:
        st.warning(f"To be recalled by hand: {unmarked(one)}", icon=":material/assignment_return:")
    plain = json.dumps(asdict(found), ensure_ascii=False, indent=1)
    st.download_button("The signed receipt", plain, f"{found.receipt}.json", "application/json")

"""Draw erasure with its receipt, and rules of retention."""

import json
from dataclasses import asdict

import streamlit as st

from analyzer.custody.types import Erasure
from analyzer.ui.markup import unmarked
from analyzer.ui.session import guarded, page, workspace


def erase_form() -> None:
    """Draw what is held of a person, and erase it after a second look."""
    st.write(
        "Comments, vectors, labels, and what was written from them go; they do not come back by an import or a backup."
    )
    with st.form("erase"):
        reference = st.text_input("Respondent, as the file named them")
        reason = st.text_input("Why")
        if st.form_submit_button("Look") and reference:
            page().erasing = (reference, reason, workspace().erasure.erase(respondent=reference, dry_run=True))
    if pending := page().erasing:
        _confirm(*pending)
    if receipt := page().receipt:
        _receipt(receipt)


def retention_form() -> None:
    """Draw the rules in force with what is due, and let one be added, ended, or run."""
    rules = workspace().retention.list()
    if not rules:
        st.info("Comments are kept until somebody erases them.", icon=":material/all_inclusive:")
    for rule in rules:
        told, ends = st.columns([5, 1])
        told.write(f"**{rule.months} months** {unmarked(rule.where)} · {rule.due:,} due · {unmarked(rule.reason)}")
        if ends.button("End", key=f"rule-{rule.number}"):
            workspace().retention.drop(rule.number)
            st.rerun()
    if any(rule.due for rule in rules) and st.button("Let lapse what is due"):
        lapsed = workspace().retention.run()
        st.success(f"{sum(one.records for one in lapsed):,} comments lapsed.", icon=":material/task_alt:")
        warn_of_log(any(one.left_in_log for one in lapsed))
    with st.form("rule", clear_on_submit=True):
        months = st.number_input("Keep for so many months", 1, 1_200, 24)
        where = st.text_input("Which comments (a filter; empty for all)")
        if st.form_submit_button("Add the rule"):
            with guarded():
                workspace().retention.set(int(months), where)
                st.rerun()


def warn_of_log(is_left: bool) -> None:
    """Say that deleted words are still in the write-ahead log, where they are."""
    if is_left:
        st.warning(
            "Not all is gone yet: others read from the write-ahead log, which keeps it until they are done. Close "
            "other pages and commands, then verify the workspace (analyzer verify).",
            icon=":material/hourglass_top:",
        )


def _confirm(reference: str, reason: str, found: Erasure) -> None:
    if not found.records:
        st.info("Nothing is held of them.", icon=":material/person_off:")
        return
    st.warning(f"{found.records:,} comments would go, {found.texts:,} of them in words nobody else used.")
    if st.button(f"Erase {found.records:,} comments for good", type="primary"):
        with guarded():
            page().receipt = workspace().erasure.erase(respondent=reference, reason=reason)
            page().erasing = None
            st.rerun()


def _receipt(found: Erasure) -> None:
    st.success(
        f"Erased {found.records:,} comments; copies found afterwards: {found.copies_found}. Receipt {found.receipt}.",
        icon=":material/task_alt:",
    )
    warn_of_log(found.left_in_log)
    for one in found.exports:
        st.warning(f"To be recalled by hand: {unmarked(one)}", icon=":material/assignment_return:")
    plain = json.dumps(asdict(found), ensure_ascii=False, indent=1)
    st.download_button("The signed receipt", plain, f"{found.receipt}.json", "application/json")

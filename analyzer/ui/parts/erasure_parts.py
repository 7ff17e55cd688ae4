"""Draw the erasure of a person with its receipt, and the retention rules."""

import json
from dataclasses import asdict

import streamlit as st

from analyzer.custody.types import Erasure
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.downloads import offer_document
from analyzer.ui.session import guarded, page, workspace


def erase_form() -> None:
    """Draw what an erasure of a person would remove, and erase it after a confirmation."""
    st.write("Comments, vectors, labels and texts made from them are erased; no import and no backup brings them back.")
    with st.form("erase"):
        reference = st.text_input("Respondent, as in the imported file")
        reason = st.text_input("Reason")
        if st.form_submit_button("Preview") and reference:
            page().erasing = (reference, reason, workspace().erasure.erase(respondent=reference, dry_run=True))
    if pending := page().erasing:
        _confirm(*pending)
    if receipt := page().receipt:
        _receipt(receipt)


def retention_form() -> None:
    """Draw the rules with the number of comments that are due, and the controls to add, end or run them."""
    rules = workspace().retention.list()
    if not rules:
        st.info("Comments are kept until they are erased by hand.", icon=":material/all_inclusive:")
    for rule in rules:
        text, ends = st.columns([5, 1])
        text.write(f"**{rule.months} months** {unmarked(rule.where)} · {rule.due:,} expired · {unmarked(rule.reason)}")
        if note := rule.age_note:
            text.caption(note[:1].upper() + note[1:])
        if ends.button("End", key=f"rule-{rule.number}"):
            workspace().retention.drop(rule.number)
            st.rerun()
    if any(rule.due for rule in rules) and st.button("Delete expired comments now"):
        erased = workspace().retention.run()
        st.success(f"{sum(one.records for one in erased):,} comments erased.", icon=":material/task_alt:")
        warn_of_log(any(one.left_in_log for one in erased))
    with st.form("rule", clear_on_submit=True):
        months = st.number_input("Months to keep comments", 1, 1_200, 24)
        where = st.text_input("Which comments (a filter; empty for all)")
        if st.form_submit_button("Add the rule"):
            with guarded():
                workspace().retention.set(int(months), where)
                st.rerun()


def warn_of_log(is_left: bool) -> None:
    """Warn if deleted text is still in the write-ahead log."""
    if is_left:
        st.warning(
            "Deleted text is still in the write-ahead log, because other processes read from it. Close other pages and "
            "commands, then verify the workspace (analyzer verify).",
            icon=":material/hourglass_top:",
        )


def _confirm(reference: str, reason: str, found: Erasure) -> None:
    if not found.records and not found.links:
        st.info("There are no records of this person.", icon=":material/person_off:")
        if st.button("Refuse this person at later imports"):
            with guarded():
                page().receipt = workspace().erasure.erase(respondent=reference, reason=reason)
                page().erasing = None
                st.rerun()
        return
    st.warning(
        f"{found.records:,} responses would be erased with their comments; {found.texts:,} texts are in no other one. "
        f"{found.links:,} survey links would tell of nobody."
    )
    if st.button(f"Erase {found.records:,} responses permanently", type="primary"):
        with guarded():
            page().receipt = workspace().erasure.erase(respondent=reference, reason=reason)
            page().erasing = None
            st.rerun()


def _receipt(found: Erasure) -> None:
    st.success(
        f"Erased {found.records:,} responses; copies found afterwards: {found.copies_found}. Receipt {found.receipt}.",
        icon=":material/task_alt:",
    )
    warn_of_log(found.left_in_log)
    for one in found.exports:
        st.warning(f"Recall this exported file by hand: {unmarked(one)}", icon=":material/assignment_return:")
    plain = json.dumps(asdict(found), ensure_ascii=False, indent=1)
    offer_document(st, "The signed receipt", plain, f"{found.receipt}.json", "application/json")

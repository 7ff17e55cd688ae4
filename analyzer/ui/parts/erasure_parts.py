"""Draw the erasure of a person with its receipt, and the retention rules."""

import json
from dataclasses import asdict

import streamlit as st

from analyzer.custody.types import Erasure
from analyzer.messages.text import _, ngettext
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.downloads import offer_document
from analyzer.ui.session import guarded, page, workspace


def erase_form() -> None:
    """Draw what an erasure of a person would remove, and erase it after a confirmation."""
    st.write(
        _("Comments, vectors, labels and texts made from them are erased; no import and no backup brings them back.")
    )
    with st.form("erase"):
        reference = st.text_input(_("Respondent, as in the imported file"))
        reason = st.text_input(_("Reason"))
        if st.form_submit_button(_("Preview")) and reference:
            page().erasing = (reference, reason, workspace().erasure.erase(respondent=reference, dry_run=True))
    if pending := page().erasing:
        _confirm(*pending)
    if receipt := page().receipt:
        _receipt(receipt)


def retention_form() -> None:
    """Draw the rules with the number of comments that are due, and the controls to add, end or run them."""
    rules = workspace().retention.list()
    if not rules:
        st.info(_("Comments are kept until they are erased by hand."), icon=":material/all_inclusive:")
    for rule in rules:
        text, ends = st.columns([5, 1])
        text.write(
            _(
                "**{months} months** {where} · {due:,} expired · {reason}",
                months=rule.months,
                where=unmarked(rule.where),
                due=rule.due,
                reason=unmarked(rule.reason),
            )
        )
        if note := rule.age_note:
            text.caption(note[:1].upper() + note[1:])
        if ends.button(_("End"), key=f"rule-{rule.number}"):
            workspace().retention.drop(rule.number)
            st.rerun()
    if any(rule.due for rule in rules) and st.button(_("Delete expired comments now")):
        erased = workspace().retention.run()
        st.success(
            ngettext(
                "{erased:,} comment erased.",
                "{erased:,} comments erased.",
                sum(one.records for one in erased),
                erased=sum(one.records for one in erased),
            ),
            icon=":material/task_alt:",
        )
        warn_of_log(any(one.left_in_log for one in erased))
    with st.form("rule", clear_on_submit=True):
        months = st.number_input(_("Months to keep comments"), 1, 1_200, 24)
        where = st.text_input(_("Which comments (a filter; empty for all)"))
        if st.form_submit_button(_("Add the rule")):
            with guarded():
                workspace().retention.set(int(months), where)
                st.rerun()


def warn_of_log(is_left: bool) -> None:
    """Warn if deleted text is still in the write-ahead log."""
    if is_left:
        st.warning(
            _(
                "Deleted text is still in the write-ahead log, because other processes read from it. "
                "Close other pages and commands, then verify the workspace (analyzer verify)."
            ),
            icon=":material/hourglass_top:",
        )


def _confirm(reference: str, reason: str, found: Erasure) -> None:
    if not found.records and not found.links:
        st.info(_("There are no records of this person."), icon=":material/person_off:")
        if st.button(_("Refuse this person at later imports")):
            with guarded():
                page().receipt = workspace().erasure.erase(respondent=reference, reason=reason)
                page().erasing = None
                st.rerun()
        return
    st.warning(
        _(
            "{records:,} responses would be erased with their comments; {texts:,} texts are in no "
            "other one. {links:,} survey links would tell of nobody.",
            records=found.records,
            texts=found.texts,
            links=found.links,
        )
    )
    if st.button(
        ngettext(
            "Erase {records:,} response permanently",
            "Erase {records:,} responses permanently",
            found.records,
            records=found.records,
        ),
        type="primary",
    ):
        with guarded():
            page().receipt = workspace().erasure.erase(respondent=reference, reason=reason)
            page().erasing = None
            st.rerun()


def _receipt(found: Erasure) -> None:
    st.success(
        ngettext(
            "Erased {records:,} response; copies found afterwards: {copies_found}. Receipt {receipt}.",
            "Erased {records:,} responses; copies found afterwards: {copies_found}. Receipt {receipt}.",
            found.records,
            records=found.records,
            copies_found=found.copies_found,
            receipt=found.receipt,
        ),
        icon=":material/task_alt:",
    )
    warn_of_log(found.left_in_log)
    for one in found.exports:
        st.warning(
            _("Recall this exported file by hand: {one}", one=unmarked(one)), icon=":material/assignment_return:"
        )
    plain = json.dumps(asdict(found), ensure_ascii=False, indent=1)
    offer_document(st, _("The signed receipt"), plain, f"{found.receipt}.json", "application/json")

"""Draw the accounts, their review, and the end of an engagement."""

import pandas as pd
import streamlit as st

from analyzer.index.dates_in_words import date_in_words
from analyzer.messages.current_language import in_source_language
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _
from analyzer.reports.incident_text import engagement_lines
from analyzer.security.types import Account, AccountAdded, Grant, Role
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.downloads import offer_document
from analyzer.ui.session import guarded, page, workspace
from analyzer.ui.value_names import value_name

EXPORTS = {"on": N_("allowed"), "off": N_("not allowed"), "marked": N_("allowed, each file names the account")}
ICONS = {N_("in force"): "check_circle", "expired": "event_busy", "revoked": "block", N_("not reviewed"): "rule"}


def show_accounts() -> None:
    """Draw all accounts, and the form that adds one."""
    me = workspace().users.me()
    if me.single_user:
        st.info(
            _(
                "Single-user mode: anyone who can open this page has full access. The first account "
                "must be an admin's; after that, people have to sign in."
            ),
            icon=":material/person:",
        )
    if added := page().added:
        show_added(added)
    for account in workspace().users.list():
        show_account(account)
    add_form(first=me.single_user)


def show_account(account: Account) -> None:
    """Draw one account, with the buttons to end its access and to give it a new passphrase."""
    grant = account.grant
    roles = " + ".join(value_name(role) for role in grant.roles) if grant else _("no roles")
    until = _(" until {until}", until=date_in_words(grant.until, has_time=False)) if grant and grant.until else ""
    with st.expander(
        f"{unmarked(account.name)} · {roles} · {value_name(account.state)}{until}",
        icon=f":material/{ICONS.get(account.state, 'help')}:",
    ):
        used = date_in_words(account.last_used) or _("never")
        st.caption(
            _("Created {created} · last used {used}", created=date_in_words(account.created, has_time=False), used=used)
        )
        if grant:
            st.text(_grant_line(grant))
        for remark in account.remarks:
            st.warning(unmarked(remark), icon=":material/flag:")
        ends, renews = st.columns(2)
        if account.state == "in force" and ends.button(_("End access"), key=f"end-{account.name}"):
            with guarded():
                workspace().users.revoke(account.name)
                st.rerun()
        if renews.button(_("New passphrase"), key=f"word-{account.name}"):
            with guarded():
                page().added = workspace().users.passphrase(account.name)
                st.rerun()


def show_added(added: AccountAdded | None) -> None:
    """Draw a new passphrase once."""
    if added and added.passphrase:
        st.success(
            _("Passphrase of {name}, shown this once:", name=unmarked(added.account.name)), icon=":material/key:"
        )
        st.code(added.passphrase, language=None, wrap_lines=True)
    page().added = None


def add_form(first: bool) -> None:
    """Draw the form that adds an account or replaces the rights of one."""
    with st.form("grant", clear_on_submit=True):
        st.header(_("Give access"))
        left, right = st.columns(2)
        name = left.text_input(_("Account"))
        roles = right.multiselect(
            _("Roles"),
            [role.value for role in Role],
            ["admin"] if first else [],
            format_func=value_name,
            placeholder=_("Choose options"),
        )
        until = left.date_input(_("Until (required for consultants)"), None)
        exports = right.selectbox(_("File exports"), list(EXPORTS), format_func=lambda one: _(EXPORTS[one]))
        reason = st.text_input(_("Reason"))
        if not st.form_submit_button(_("Give access"), type="primary"):
            return
        exports = "off" if "consultant" in roles and exports == "on" else exports
        grant = Grant(name, tuple(Role(r) for r in roles), reason, until=str(until or ""), exports=str(exports))
        with guarded():
            known = {account.name for account in workspace().users.list()}
            page().added = (
                AccountAdded(workspace().users.grant(grant)) if name in known else workspace().users.add(grant)
            )
            if not first:
                st.rerun()
            show_added(page().added)
            st.info(_("People have to sign in from now on; open this page again."), icon=":material/login:")


def show_review() -> None:
    """Draw the accounts with remarks for the reviewer, and the button to sign the review off."""
    review = workspace().users.review()
    if not review.accounts:
        st.info(_("There are no accounts to review."), icon=":material/person:")
        return
    rows = [
        {
            _("account"): one.name,
            _("roles"): " + ".join(value_name(role) for role in one.grant.roles) if one.grant else "",
            _("state"): value_name(one.state),
            _("last used"): date_in_words(one.last_used),
            _("remarks"): "; ".join(one.remarks),
        }
        for one in review.accounts
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    st.caption(_("An account that was not reviewed for 90 days cannot sign in, except the last admin."))
    if st.button(_("Sign this review off"), type="primary"):
        done = workspace().users.review(sign=True)
        st.success(_("Signed off as event {event} of the log.", event=done.event), icon=":material/task_alt:")


def _grant_line(grant: Grant) -> str:
    parts = [
        _("granted by {granter} on {since}", granter=grant.granter, since=date_in_words(grant.since, has_time=False)),
        grant.reason,
    ]
    parts += [_("imports {datasets}", datasets=", ".join(map(str, grant.datasets)))] if grant.datasets else []
    parts += [_("columns {columns}", columns=", ".join(grant.columns))] if grant.columns else []
    parts += [_("file exports: {exports}", exports=_(EXPORTS[grant.exports]))] if grant.exports != "on" else []
    return "; ".join(part for part in parts if part)


def show_engagement() -> None:
    """Draw the grants, reads and files of an account, for the end of an engagement."""
    name = st.text_input(_("Account of the person who leaves"))
    if not name.strip():
        st.caption(_("All grants, records seen, files to recall."))
        return
    found = workspace().users.engagement(name.strip())
    lines = in_source_language(engagement_lines)(found)
    if found.state == "in force":
        st.warning(_("Access is still in force; an admin ends it under Accounts."), icon=":material/flag:")
    cells = st.columns(3)
    cells[0].metric(_("Records seen"), _("all") if found.seen.all_records else localized(found.seen.records, ","))
    cells[1].metric(_("Files to recall"), len(found.recall))
    cells[2].metric(_("Refused"), found.seen.refused)
    st.code("\n".join(lines), language=None, wrap_lines=True)
    offer_document(st, _("Download this list"), "\n".join(lines), f"engagement-{found.account}.txt", "text/plain")

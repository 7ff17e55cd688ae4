"""People: who comes in, with what rights, until when; reviews; the log."""

import streamlit as st

from analyzer.ui.people_parts import add_form, show_account, show_added, show_log, show_review
from analyzer.ui.session import guarded, page, workspace

st.title("People")
accounts, review, log = st.tabs(["Accounts", "Review", "Log"])
with accounts, guarded():
    me = workspace().user_me()
    if me.single_user:
        st.info(
            "Nobody has an account: whoever opens this page on this machine may do everything. The first account must "
            "be an admin's; from then on people sign in.",
            icon=":material/person:",
        )
    if added := page().added:
        show_added(added)
    for account in workspace().user_list():
        show_account(account)
    add_form(first=me.single_user)
with review, guarded():
    show_review()
with log, guarded():
    show_log()

"""People: accounts with their rights, access reviews, the end of an engagement."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.ui.parts.people_parts import show_accounts, show_engagement, show_review
from analyzer.ui.session import parts_for

st.title("People")
parts_for(
    ("Accounts", Permission.ACCOUNTS, show_accounts),
    ("Review", Permission.ACCOUNTS, show_review),
    ("Offboarding", Permission.INCIDENTS, show_engagement),
)

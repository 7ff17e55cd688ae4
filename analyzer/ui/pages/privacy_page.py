"""Privacy: replaced values, entries to decide, a sample to check, erasure, retention."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.ui.parts.erasure_parts import erase_form, retention_form
from analyzer.ui.parts.privacy_parts import check_sample, show_queue, show_replaced
from analyzer.ui.session import parts_for

st.title("Privacy")
parts_for(
    ("Replaced values", Permission.CHECKS, show_replaced),
    ("Review queue", Permission.PRIVACY, show_queue),
    ("Check a sample", Permission.PRIVACY, check_sample),
    ("Erase a person", Permission.ERASURE, erase_form),
    ("Retention", Permission.ERASURE, retention_form),
)

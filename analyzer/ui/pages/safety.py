"""Safety: backups and drills, an incident, erasure and retention."""

import streamlit as st

from analyzer.ui.safety_parts import erase_form, retention_form, show_backups, show_incident
from analyzer.ui.session import guarded

st.title("Safety")
backups, erasure, retention, incident = st.tabs(["Backups", "Erase a person", "Kept for", "Incident"])
with backups, guarded():
    show_backups()
with erasure, guarded():
    erase_form()
with retention, guarded():
    retention_form()
with incident, guarded():
    show_incident()

"""Evidence: evidence for a reviewer, the audit log, backups and drills, incidents."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.ui.parts.evidence_parts import show_backups, show_evidence, show_incident, show_log
from analyzer.ui.session import parts_for

st.title("Evidence")
parts_for(
    ("Evidence", Permission.AUDIT, show_evidence),
    ("Log", Permission.AUDIT, show_log),
    ("Backups", Permission.CHECKS, show_backups),
    ("Incident", Permission.INCIDENTS, show_incident),
)

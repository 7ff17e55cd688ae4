"""Admin: privacy review, people, and security: status, evidence, the log, backups and drills, incidents."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.ui.parts.erasure_parts import erase_form, retention_form
from analyzer.ui.parts.evidence_parts import show_backups, show_evidence, show_incident, show_log
from analyzer.ui.parts.people_parts import show_accounts, show_engagement, show_review
from analyzer.ui.parts.privacy_parts import check_sample, show_queue, show_replaced
from analyzer.ui.parts.status_parts import show_status
from analyzer.ui.session import PagePart, areas_for

P = Permission
AREAS = {
    "Privacy": (
        PagePart("Replaced values", P.CHECKS, show_replaced),
        PagePart("Review queue", P.PRIVACY, show_queue),
        PagePart("Check a sample", P.PRIVACY, check_sample),
        PagePart("Erase a person", P.ERASURE, erase_form),
        PagePart("Retention", P.ERASURE, retention_form),
    ),
    "People": (
        PagePart("Accounts", P.ACCOUNTS, show_accounts),
        PagePart("Review", P.ACCOUNTS, show_review),
        PagePart("Offboarding", P.INCIDENTS, show_engagement),
    ),
    "Security": (
        PagePart("Status", P.CHECKS, show_status),
        PagePart("Evidence", P.AUDIT, show_evidence),
        PagePart("Log", P.AUDIT, show_log),
        PagePart("Backups", P.CHECKS, show_backups),
        PagePart("Incident", P.INCIDENTS, show_incident),
    ),
}

st.title("Admin")
areas_for(AREAS)

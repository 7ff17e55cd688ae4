"""Admin: privacy review, people, and security: status, evidence, the log, backups and drills, incidents."""

import streamlit as st

from analyzer.messages.text import N_, _
from analyzer.security.permissions import Permission
from analyzer.ui.parts.erasure_parts import erase_form, retention_form
from analyzer.ui.parts.evidence_parts import show_backups, show_evidence, show_incident, show_log
from analyzer.ui.parts.people_parts import show_accounts, show_engagement, show_review
from analyzer.ui.parts.privacy_parts import check_sample, show_queue, show_replaced
from analyzer.ui.parts.status_parts import show_status
from analyzer.ui.session import PagePart, areas_for

P = Permission
AREAS = {
    N_("Privacy"): (
        PagePart(N_("Replaced values"), P.CHECKS, show_replaced),
        PagePart(N_("Review queue"), P.PRIVACY, show_queue),
        PagePart(N_("Check a sample"), P.PRIVACY, check_sample),
        PagePart(N_("Erase a person"), P.ERASURE, erase_form),
        PagePart(N_("Retention"), P.ERASURE, retention_form),
    ),
    N_("People"): (
        PagePart(N_("Accounts"), P.ACCOUNTS, show_accounts),
        PagePart(N_("Review"), P.ACCOUNTS, show_review),
        PagePart(N_("Offboarding"), P.INCIDENTS, show_engagement),
    ),
    N_("Security"): (
        PagePart(N_("Status"), P.CHECKS, show_status),
        PagePart(N_("Evidence"), P.AUDIT, show_evidence),
        PagePart(N_("Log"), P.AUDIT, show_log),
        PagePart(N_("Backups"), P.CHECKS, show_backups),
        PagePart(N_("Incident"), P.INCIDENTS, show_incident),
    ),
}

st.title(_("Admin"))
areas_for(AREAS)

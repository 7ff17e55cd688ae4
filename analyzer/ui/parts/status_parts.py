"""Draw the state of a workspace: what holds, what does not, and where to mend it."""

from dataclasses import dataclass

import streamlit as st

from analyzer.messages.text import _
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.evidence_parts import DRILL_EVERY_DAYS
from analyzer.ui.session import workspace


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One subject of the state of a workspace; `is_good` is false if somebody should do something about it."""

    subject: str
    is_good: bool
    text: str


def show_status() -> None:
    """Draw whether the program is sealed, whether people sign in, and when a restore was last tried."""
    for one in status_lines():
        icon = ":material/check_circle:" if one.is_good else ":material/flag:"
        st.markdown(f"{icon} **{one.subject}** {unmarked(one.text)}")
    st.caption(_("Controls, proofs and reviews are on the tab Evidence."))


def status_lines() -> tuple[StatusLine, ...]:
    """Return the state of the workspace, by subject."""
    current = workspace()
    seal, held, me = current.offline.status(), current.status(), current.users.me()
    days = held.days_since_drill
    tried = (
        _("has never been tried: make a backup, then run a restore test")
        if days is None
        else _("{days} days ago", days=days)
    )
    unfinished = [one.file for one in held.imports if not one.finished]
    return (
        StatusLine(
            _("Network"),
            not seal.unsealed,
            _("open: {unsealed}", unsealed=seal.unsealed)
            if seal.unsealed
            else _("this program cannot reach the network ({level})", level=seal.level),
        ),
        StatusLine(
            _("Sign-in"),
            not me.single_user,
            _("nobody signs in: anyone who can open this page has full access. Add an account under People.")
            if me.single_user
            else _("people sign in; each has the rights of their role"),
        ),
        StatusLine(_("Restore test"), days is not None and days <= DRILL_EVERY_DAYS, tried),
        StatusLine(
            _("Imports"),
            not unfinished,
            _("stopped halfway: {unfinished}", unfinished=", ".join(unfinished))
            if unfinished
            else _("{n:,}, all finished", n=len(held.imports)),
        ),
    )

"""Draw the state of a workspace: what holds, what does not, and where to mend it."""

from dataclasses import dataclass

import streamlit as st

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
    st.caption("Controls, proofs and reviews are on the tab Evidence.")


def status_lines() -> tuple[StatusLine, ...]:
    """Return the state of the workspace, by subject."""
    current = workspace()
    seal, held, me = current.offline.status(), current.status(), current.users.me()
    days = held.days_since_drill
    tried = "has never been tried: make a backup, then run a restore test" if days is None else f"{days} days ago"
    unfinished = [one.file for one in held.imports if not one.finished]
    return (
        StatusLine(
            "Network", not seal.unsealed,
            f"open: {seal.unsealed}" if seal.unsealed else f"this program cannot reach the network ({seal.level})",
        ),
        StatusLine(
            "Sign-in", not me.single_user,
            "nobody signs in: anyone who can open this page has full access. Add an account under People."
            if me.single_user else "people sign in; each has the rights of their role",
        ),
        StatusLine("Restore test", days is not None and days <= DRILL_EVERY_DAYS, tried),
        StatusLine(
            "Imports", not unfinished,
            f"stopped halfway: {', '.join(unfinished)}" if unfinished else f"{len(held.imports):,}, all finished",
        ),
    )  # fmt: skip

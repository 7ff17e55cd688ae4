"""The one place where the page hands out files; each is on record, and checked by the service that made it."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import streamlit as st

from analyzer.ui.session import page, when_pressed, workspace
from analyzer.workspace import Workspace

NO_TABLE_DOWNLOADS = '<style>[data-testid="stElementToolbar"] {display: none}</style>'
"""Hides the toolbar of tables and charts, from which the browser saves what is shown as a file."""


def offer_document(place: Any, label: str, content: str, name: str, mime: str) -> None:
    """Draw the download of a document of custody, and record it once a session.

    Args:
        place: container or column to draw in.
        label: of the button.
        content: of the file, without comments.
        name: of the file.
        mime: type of the file.
    """
    digest = sha256(f"{name}|{content}".encode()).hexdigest()
    if digest not in page().offered:
        workspace().files.offer(name, content)
        page().offered.add(digest)
    place.download_button(label, content, name, mime)


def offer_export(
    label: str, work: Callable[[Workspace], bytes], name: str, mime: str, key: str, explanation: str = ""
) -> None:
    """Draw the download of an export, which a service checks, records and makes when the button is pressed.

    Args:
        label: of the button.
        work: makes the file; called with the workspace of the account.
        name: of the file.
        mime: type of the file.
        key: of the button.
        explanation: what is in the file.
    """
    st.download_button(
        label, when_pressed(work), name, mime, key=key, on_click="ignore", icon=":material/download:",
        help=explanation or None,
    )  # fmt: skip


def hide_table_downloads() -> None:
    """Hide the downloads of tables and charts from accounts that may export nothing, and while an incident is open."""
    if not workspace().files.may_export():
        st.html(NO_TABLE_DOWNLOADS)

"""The one place where the page hands out files; each is on record, and checked by the service that made it."""

from hashlib import sha256
from typing import Any

import streamlit as st

from analyzer.ui.session import page, workspace

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


def offer_export(label: str, content: bytes, name: str, mime: str, key: str) -> None:
    """Draw the download of an export that a service has checked and recorded when it made it."""
    st.download_button(label, content, name, mime, key=key)


def hide_table_downloads() -> None:
    """Hide the downloads of tables and charts from accounts that may export nothing, and while an incident is open."""
    if not workspace().files.may_export():
        st.html(NO_TABLE_DOWNLOADS)

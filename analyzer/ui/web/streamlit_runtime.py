"""The running Streamlit as the route guard needs it: messages, uploads, files made for a page, the end of a session."""

from collections.abc import Sequence
from functools import wraps
from typing import Any

from analyzer.ui.web.page_sessions import PageSessions

OPERATION = "backend_operation_request"
"""The message that has an operation of several kinds in it."""


def message_name(frame: bytes) -> str:
    """Return the name of a message of the browser, or of the backend operation in it; empty if it is unreadable."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped] # noqa: PLC0415
    from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: PLC0415

    message = BackMsg()
    try:
        message.ParseFromString(frame)
    except DecodeError:
        return ""
    name = message.WhichOneof("type") or ""
    return str(message.backend_operation_request.WhichOneof("payload") or "") if name == OPERATION else str(name)


def session_in(frame: bytes) -> str:
    """Return the id of the page session that a message to the browser begins; empty if it begins none."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: PLC0415

    message = ForwardMsg()
    try:
        message.ParseFromString(frame)
    except DecodeError:
        return ""
    return str(message.new_session.initialize.session_id) if message.HasField("new_session") else ""


def watch_media(sessions: PageSessions) -> None:
    """Note for every file that Streamlit serves from now on which page session it was made for."""
    from streamlit.runtime import get_instance  # noqa: PLC0415

    manager: Any = get_instance().media_file_mgr
    manager.add = _noting(manager.add, sessions)
    manager.add_deferred = _noting(manager.add_deferred, sessions)
    manager.execute_deferred = _noting_pressed(manager.execute_deferred, sessions)


def stored_uploads(sessions: Sequence[str]) -> tuple[int, int]:
    """Return the number of complete uploads of page sessions, and their bytes."""
    from streamlit.runtime import get_instance  # noqa: PLC0415

    manager: Any = get_instance().uploaded_file_mgr
    files = [file for session in sessions for file in list(manager.file_storage.get(session, {}).values())]
    return len(files), sum(len(file.data) for file in files)


def drop_uploads(session: str) -> None:
    """Remove the uploads of a page session; the page itself goes on."""
    from streamlit.runtime import get_instance  # noqa: PLC0415

    get_instance().uploaded_file_mgr.remove_session_files(session)


def close_session(session: str) -> None:
    """Close a page session with all that it has stored; to be called in the server's event loop."""
    from streamlit.runtime import get_instance  # noqa: PLC0415

    get_instance().close_session(session)


def _noting(add: Any, sessions: PageSessions) -> Any:
    """Return a function that makes a file, or a button for one, and notes for which page session it was made."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx  # noqa: PLC0415

    @wraps(add)
    def noting(*args: Any, **kwargs: Any) -> Any:
        address = add(*args, **kwargs)
        context = get_script_run_ctx()
        if context is not None:
            sessions.add_media(context.session_id, address)
        return address

    return noting


def _noting_pressed(make: Any, sessions: PageSessions) -> Any:
    """Return a function that makes the file of a button: it is made for the page session of the button.

    Whoever sends the message, only the owner of that session may read the file.
    """

    @wraps(make)
    def noting(button: str) -> Any:
        address = make(button)
        if session := sessions.session_with(button):
            sessions.add_media(session, address)
        return address

    return noting

"""The seal on macOS: a sandbox profile for this process and its children (sandbox_init(3)).

Apple calls the function deprecated but still uses it. Not tested on a real machine; if the self-test fails, the program
refuses to work.
"""

import ctypes
import errno
import socket

from analyzer.errors import EgressError

LIBRARY = "/usr/lib/libSystem.dylib"
PROFILE = """(version 1)
(allow default)
(deny network-outbound)
(deny network-bind)
"""
"""Allows everything but outgoing connections and new listeners; existing listeners still accept connections."""
DISCARD = ("127.0.0.1", 9)


class Sandbox:
    """The guard with a sandbox profile for this process."""

    def close(self) -> None:
        """Apply the profile to this process and its children; it cannot be removed.

        Raises:
            EgressError: if the system refuses.
        """
        system = ctypes.CDLL(LIBRARY, use_errno=True)
        message = ctypes.c_char_p()
        if system.sandbox_init(PROFILE.encode(), ctypes.c_uint64(0), ctypes.byref(message)):
            reason = (message.value or b"no reason given").decode(errors="replace")
            raise EgressError(f"macOS refused the sandbox profile ({reason}); start with --unsealed REASON")

    def faults(self) -> tuple[str, ...]:
        """Connect a datagram socket, which sends no packet; return what was not refused, in words."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            outcome = one.connect_ex(DISCARD)
        return () if outcome == errno.EPERM else ("connect is not refused",)

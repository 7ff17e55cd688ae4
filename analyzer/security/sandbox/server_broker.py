"""Start the broker of the one model server that the sealed program may talk to, and open connections through it.

The program's own seal stays as it is: it refuses every connect. Linux only, because the broker's filter is.
"""

import platform
import socket
import subprocess
import sys
from pathlib import Path

from analyzer.errors import EgressError, ModelError
from analyzer.models.server_address import ServerAddress
from analyzer.security.sandbox.broker_process import CONNECTED, READY
from analyzer.security.sandbox.seccomp import is_filtered

START_S = 20.0
_PACKAGES = Path(__file__).resolve().parents[3]
_MODULE = "analyzer.security.sandbox.broker_process"
_CODE = f"import sys; sys.path.insert(0, sys.argv.pop(1)); from {_MODULE} import main; sys.exit(main(sys.argv[1:]))"
_LONGEST_REASON = 500


class ServerBroker:
    """A running broker; it ends with this process."""

    def __init__(self, address: ServerAddress) -> None:
        """Start the broker; this process must not be sealed yet.

        Raises:
            EgressError: if the system is not Linux, or the broker cannot seal itself.
        """
        if platform.system() != "Linux":
            raise EgressError("a model server needs Linux; remove answering_server from the settings")
        self.address = address
        self._control, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with end:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _CODE, str(_PACKAGES), str(end.fileno()), str(address)],
                pass_fds=[end.fileno()], env={}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self._control.settimeout(START_S)
        try:
            said = self._control.recv(_LONGEST_REASON)
        except TimeoutError:
            said = b""
        self._control.settimeout(None)
        if said != READY:
            self.close()
            reason = said.decode("utf-8", "replace") or "it did not start"
            raise EgressError(f"the broker of the model server {address} cannot be used ({reason})")

    @property
    def process_id(self) -> int:
        """Process id of the broker."""
        return self._process.pid

    def faults(self) -> tuple[str, ...]:
        """Return what does not hold, in words; a broker that has ended lets nothing through and is no fault."""
        if self._process.poll() is None and not is_filtered(Path("/proc") / str(self._process.pid)):
            return ("the broker of the model server has no filter",)
        return ()

    def connect(self) -> socket.socket:
        """Return a new connection to the server.

        Raises:
            ModelError: if the broker has ended, or the server refuses or belongs to another person.
        """
        mine, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with other:
                socket.send_fds(self._control, [b"c"], [other.fileno()])
            mine.settimeout(START_S)
            said = mine.recv(_LONGEST_REASON)
        except OSError as error:
            mine.close()
            raise ModelError(f"the model server {self.address} cannot be reached; start this program again") from error
        if said != CONNECTED:
            mine.close()
            reason = said[1:].decode("utf-8", "replace") or "the broker has ended"
            raise ModelError(
                f"the model server {self.address} cannot be reached ({reason}); start it, or see docs/models.md"
            )
        return mine

    def close(self) -> None:
        """End the broker."""
        self._control.close()
        self._process.kill()
        self._process.wait()

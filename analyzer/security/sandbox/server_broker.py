"""Start the broker of the one destination that a sealed process may talk to, and open connections through it.

The destination is a model server on this machine, or the scheduler of a cluster. The program's own seal stays as it is:
it refuses every connect. Linux only, because the broker's filter is.
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


MODEL_SERVER, SCHEDULER, RESIDENT = "model server", "scheduler", "resident worker"


class BrokerConnections:
    """Opens connections through a broker, over the socket that it takes requests from."""

    def __init__(self, control: socket.socket, address: ServerAddress, what: str = MODEL_SERVER) -> None:
        """Take the socket to the broker, its destination, and what that is, for messages."""
        self._control, self.address, self.what = control, address, what

    def connect(self) -> socket.socket:
        """Return a new connection to the destination.

        Raises:
            ModelError: if the broker has ended, or the destination refuses or belongs to another person.
        """
        mine, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with other:
                socket.send_fds(self._control, [b"c"], [other.fileno()])
            mine.settimeout(START_S)
            said = mine.recv(_LONGEST_REASON)
        except OSError as error:
            mine.close()
            raise ModelError(f"the {self.what} {self.address} cannot be reached; start this program again") from error
        if said != CONNECTED:
            mine.close()
            reason = said[1:].decode("utf-8", "replace") or "the broker has ended"
            remedy = "start it, or see docs/models.md" if self.what == MODEL_SERVER else "start it"
            raise ModelError(f"the {self.what} {self.address} cannot be reached ({reason}); {remedy}")
        return mine


class ServerBroker(BrokerConnections):
    """A running broker; it ends with this process."""

    def __init__(self, address: ServerAddress, what: str = MODEL_SERVER) -> None:
        """Start the broker; this process must not be sealed yet.

        Args:
            address: the one destination.
            what: MODEL_SERVER or SCHEDULER, for messages.

        Raises:
            EgressError: if the system is not Linux, or the broker cannot seal itself.
        """
        if platform.system() != "Linux":
            raise EgressError(f"a {what} needs Linux; leave it out")
        control, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        super().__init__(control, address, what)
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
            raise EgressError(f"the broker of the {what} {address} cannot be used ({reason})")

    @property
    def process_id(self) -> int:
        """Process id of the broker."""
        return self._process.pid

    def faults(self) -> tuple[str, ...]:
        """Return what does not hold, in words; a broker that has ended lets nothing through and is no fault."""
        if self._process.poll() is None and not is_filtered(Path("/proc") / str(self._process.pid)):
            return (f"the broker of the {self.what} has no filter",)
        return ()

    def control_descriptor(self) -> int:
        """Return the descriptor with which a child of this process opens connections through the same broker."""
        return self._control.fileno()

    def close(self) -> None:
        """End the broker."""
        self._control.close()
        self._process.kill()
        self._process.wait()

"""Planted leaks: each tries one way out of a sealed process and reports what became of it.

    python -m analyzer.evaluation.egress_proof.leaks NAME --host 203.0.113.9 --port 4444 [--open]

Prints `{"name", "stopped", "tried", "said"}`. With --open the process is not sealed: the control that shows that the
way is one. The bytes sent say what they are, so that whoever finds them in a log knows.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from errno import EAFNOSUPPORT, EIO, ENOENT, ENOSYS, EPERM, EPROTONOSUPPORT, errorcode

from analyzer.errors import EgressError
from analyzer.evaluation.egress_proof import leaks_kernel, leaks_sockets, leaks_unix
from analyzer.security.sandbox.egress import seal

Way = Callable[[str, int], str]
"""Tries to get out to a host and port; returns how it did, or raises OSError (or does not return)."""
ABSENT = (EAFNOSUPPORT, EIO, ENOENT, ENOSYS, EPROTONOSUPPORT)
"""Errors of a way that this machine does not have; EIO is how it answers where nothing may be typed for others."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One way out.

    Attributes:
        name: what the command calls it.
        what: what it does, in words.
        go: tries it, once the process is sealed.
        before: is done before the process is sealed: what a careless or hostile parent would leave behind.
    """

    name: str
    what: str
    go: Way
    before: Way | None = None


LEAKS = (
    Leak("python-socket", "a connection from Python", leaks_sockets.python_connect),
    Leak("ctypes-connect", "a connection from C, past every check in Python", leaks_sockets.c_connect),
    Leak("child-bash", "a connection from a shell that was started", leaks_sockets.bash_connect),
    Leak("dns-lookup", "a look-up of a name that carries data", leaks_sockets.look_up),
    Leak("dns-datagram", "a hand-made DNS question by UDP", leaks_sockets.datagram),
    Leak("datagram-batch", "the same by sendmmsg", leaks_sockets.datagram_batch),
    Leak("fast-open-sendto", "data in the first packet, without connect", leaks_sockets.fast_open_sendto),
    Leak("fast-open-sendmsg", "the same by sendmsg", leaks_sockets.fast_open_sendmsg),
    Leak("ipv6", "a connection by IPv6", leaks_sockets.ipv6_connect),
    Leak("sctp", "a connection by SCTP", leaks_sockets.sctp_connect),
    Leak("raw-socket", "packets made by hand", leaks_sockets.raw),
    Leak("packet-socket", "frames made by hand", leaks_sockets.packet),
    Leak("netlink-socket", "asking the kernel to change its network", leaks_sockets.netlink),
    Leak("vsock", "the machine that hosts this virtual one", leaks_sockets.vsock),
    Leak(
        "unix-relay", "another program here that passes on what it is sent", leaks_unix.connect,
        before=leaks_unix.start_relay,
    ),
    Leak(
        "unix-datagram", "the same without a connection", leaks_unix.send, before=leaks_unix.start_datagram_relay,
    ),
    Leak("new-listener", "waiting for somebody outside to connect", leaks_sockets.listen_everywhere),
    Leak(
        "inherited-listener", "turning a listener that was open before into a connection",
        leaks_sockets.turn_listener, before=leaks_sockets.open_listener,
    ),
    Leak(
        "inherited-datagram", "a datagram socket that was open before", leaks_sockets.use_inherited,
        before=leaks_sockets.open_datagram,
    ),
    Leak(
        "inherited-connection", "a connection that was open before", leaks_sockets.use_inherited,
        before=leaks_sockets.open_connection,
    ),
    Leak(
        "inherited-unbound", "listening on all addresses by a socket that was open before",
        leaks_sockets.listen_unbound, before=leaks_sockets.open_unbound,
    ),
    Leak("io-uring", "system calls through a queue that no filter sees", leaks_kernel.io_uring),
    Leak(
        "ptrace", "steering another program that is not sealed", leaks_kernel.ptrace, before=leaks_kernel.start_other,
    ),
    Leak(
        "pidfd-getfd", "taking another program's open socket", leaks_kernel.take_socket,
        before=leaks_kernel.start_other,
    ),
    Leak(
        "process-vm-writev", "writing into another program's memory", leaks_kernel.write_memory,
        before=leaks_kernel.start_other,
    ),
    Leak(
        "proc-memory", "the same through the file that /proc has of it", leaks_kernel.open_memory,
        before=leaks_kernel.start_other,
    ),
    Leak("terminal-input", "typing a command for the shell that waits in the terminal", leaks_kernel.type_ahead),
    Leak("network-card", "taking a virtual network card", leaks_kernel.take_card),
    Leak("request-key", "a look-up by the kernel's own helper", leaks_kernel.request_key),
    Leak("mount", "a network file system", leaks_kernel.mount),
    Leak("foreign-abi", "system calls by their 32-bit numbers", leaks_kernel.foreign_abi),
    Leak("x32-abi", "system calls by their x32 numbers", leaks_kernel.x32_abi),
)  # fmt: skip


def attempt(leak: Leak, host: str, port: int, is_open: bool) -> dict[str, object]:
    """Seal this process unless told not to, try the leak, and say what became of it.

    Only what the seal itself answers counts as stopped: another error is one that the way met further out, or one that
    says that it cannot be tried here.
    """
    stopped, tried = False, True
    try:
        if leak.before:
            leak.before(host, port)
        if not is_open:
            seal()
        said = leak.go(host, port)
    except EgressError as error:
        said, stopped = f"refused to start: {error}", True
    except OSError as error:
        said = f"{errorcode.get(error.errno or 0, type(error).__name__)} {error.strerror or error}"
        stopped, tried = error.errno == EPERM, error.errno not in ABSENT
    finally:
        leaks_sockets.close_held()
        leaks_unix.end_relays()
        leaks_kernel.end_others()
    return {"name": leak.name, "stopped": stopped, "tried": tried, "said": said}


def main(arguments: list[str] | None = None) -> int:
    """Try one leak."""
    parser = argparse.ArgumentParser(
        prog="python -m analyzer.evaluation.egress_proof.leaks", description="Try one way out."
    )
    parser.add_argument("name", choices=[leak.name for leak in LEAKS])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9)
    parser.add_argument("--open", action="store_true", help="do not seal: the control")
    options = parser.parse_args(arguments)
    (leak,) = (leak for leak in LEAKS if leak.name == options.name)
    if leak.go in leaks_kernel.DEADLY and not options.open:
        outcome = _attempt_apart(leak, options.host, options.port)
    else:
        outcome = attempt(leak, options.host, options.port, options.open)
    sys.stdout.write(json.dumps(outcome) + "\n")
    return 0


def _attempt_apart(leak: Leak, host: str, port: int) -> dict[str, object]:
    """Try a leak that the kernel answers by ending the process, in a child."""
    child = os.fork()
    if child == 0:
        outcome = attempt(leak, host, port, is_open=False)
        os._exit(0 if outcome["stopped"] else 3)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"name": leak.name, "stopped": True, "tried": True, "said": f"killed by signal {os.WTERMSIG(status)}"}
    stopped = os.WEXITSTATUS(status) == 0
    said = "refused" if stopped else "it went through, or cannot be tried here"
    return {"name": leak.name, "stopped": stopped, "tried": stopped, "said": said}


if __name__ == "__main__":
    sys.exit(main())

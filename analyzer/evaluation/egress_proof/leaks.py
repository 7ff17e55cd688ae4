"""Planted leaks: each tries to send data out of a sealed process in one way and reports the outcome.

    python -m analyzer.evaluation.egress_proof.leaks NAME --host 203.0.113.9 --port 4444 [--open] [--server SETTING]

Prints `{"name", "stopped", "tried", "said"}`. With --server the process is sealed with one hole, to a model server.
With --open the process is not sealed: the control that shows that the leak works. The bytes sent describe themselves,
so that they are recognized in a log.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from errno import EAFNOSUPPORT, EIO, ENOENT, ENOSYS, EOPNOTSUPP, EPERM, EPROTONOSUPPORT, errorcode

from analyzer.errors import EgressError
from analyzer.evaluation.egress_proof import leaks_broker, leaks_kernel, leaks_sockets, leaks_unix
from analyzer.security.sandbox.egress import seal

Way = Callable[[str, int], str]
"""Called with a host and port: tries to reach them; returns how it did, or raises OSError (or does not return)."""
ABSENT = (EAFNOSUPPORT, EIO, ENOENT, ENOSYS, EOPNOTSUPP, EPROTONOSUPPORT)
"""Errors of a leak that this machine does not support; EIO is the answer where TIOCSTI is switched off."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One planted leak.

    Attributes:
        name: its name on the command line and in the report.
        what: what it does, in words.
        go: the attempt, after the process is sealed.
        before: preparation before the process is sealed, as a careless or hostile parent process would leave it.
        seal_by: applies another seal than the program's: that of the broker of a model server.
    """

    name: str
    what: str
    go: Way
    before: Way | None = None
    seal_by: Callable[[], None] | None = None


def _of_broker(name: str, what: str, go: Way) -> Leak:
    """Return a leak from inside the broker, which may connect to one address."""
    before, seal_by = leaks_broker.prepare, leaks_broker.seal_as_broker
    return Leak(f"broker-{name}", f"inside the broker of a model server: {what}", go, before, seal_by)


LEAKS = (
    Leak("python-socket", "a connection from Python", leaks_sockets.python_connect),
    Leak("ctypes-connect", "a connection from C, past every check in Python", leaks_sockets.c_connect),
    Leak("child-bash", "a connection from a child shell", leaks_sockets.bash_connect),
    Leak("dns-lookup", "a look-up of a name that carries data", leaks_sockets.look_up),
    Leak("dns-datagram", "a DNS query by UDP without the resolver", leaks_sockets.datagram),
    Leak("datagram-batch", "a datagram by sendmmsg", leaks_sockets.datagram_batch),
    Leak("fast-open-sendto", "data in the first packet (TCP Fast Open)", leaks_sockets.fast_open_sendto),
    Leak("fast-open-sendmsg", "TCP Fast Open by sendmsg", leaks_sockets.fast_open_sendmsg),
    Leak("ipv6", "a connection by IPv6", leaks_sockets.ipv6_connect),
    Leak("sctp", "a connection by SCTP", leaks_sockets.sctp_connect),
    Leak("raw-socket", "IP packets by a raw socket", leaks_sockets.raw),
    Leak("packet-socket", "frames by a packet socket", leaks_sockets.packet),
    Leak("netlink-socket", "a change of the kernel's network configuration", leaks_sockets.netlink),
    Leak("vsock", "a connection to the host of this virtual machine", leaks_sockets.vsock),
    Leak(
        "unix-relay", "another program on this machine that forwards what it receives", leaks_unix.connect,
        before=leaks_unix.start_relay,
    ),
    Leak(
        "unix-datagram", "such a program, by datagrams", leaks_unix.send, before=leaks_unix.start_datagram_relay,
    ),
    Leak("new-listener", "listening on all addresses", leaks_sockets.listen_everywhere),
    Leak(
        "inherited-listener", "a listener opened before the seal, turned into a connection",
        leaks_sockets.turn_listener, before=leaks_sockets.open_listener,
    ),
    Leak(
        "inherited-datagram", "a datagram socket opened before the seal", leaks_sockets.use_inherited,
        before=leaks_sockets.open_datagram,
    ),
    Leak(
        "inherited-connection", "a connection opened before the seal", leaks_sockets.use_inherited,
        before=leaks_sockets.open_connection,
    ),
    Leak(
        "inherited-unbound", "listening on all addresses by a socket opened before the seal",
        leaks_sockets.listen_unbound, before=leaks_sockets.open_unbound,
    ),
    Leak("io-uring", "system calls by io_uring, which a filter does not see", leaks_kernel.io_uring),
    Leak(
        "ptrace", "control of an unsealed program by ptrace", leaks_kernel.ptrace, before=leaks_kernel.start_other,
    ),
    Leak(
        "pidfd-getfd", "a copy of another program's open socket", leaks_kernel.take_socket,
        before=leaks_kernel.start_other,
    ),
    Leak(
        "process-vm-writev", "writing into another program's memory", leaks_kernel.write_memory,
        before=leaks_kernel.start_other,
    ),
    Leak(
        "proc-memory", "writing into another program's memory by its file in /proc", leaks_kernel.open_memory,
        before=leaks_kernel.start_other,
    ),
    Leak("terminal-input", "typing a command into the terminal of a waiting shell", leaks_kernel.type_ahead),
    Leak("network-card", "a new virtual network card", leaks_kernel.take_card),
    Leak("request-key", "a DNS look-up by the kernel's key helper", leaks_kernel.request_key),
    Leak("mount", "mounting a network file system", leaks_kernel.mount),
    Leak("foreign-abi", "system calls of the 32-bit x86 ABI", leaks_kernel.foreign_abi),
    Leak("x32-abi", "system calls of the x32 ABI", leaks_kernel.x32_abi),
    _of_broker("connect", "a connection from C to another address", leaks_sockets.c_connect),
    _of_broker("overwrite", "another address written over the allowed one", leaks_broker.overwrite),
    _of_broker("remap", "memory with another address mapped over the allowed one", leaks_broker.remap),
    _of_broker("memory-file", "another address written by the memory's file in /proc", leaks_broker.memory_file),
    _of_broker("datagram", "a datagram", leaks_sockets.datagram),
    _of_broker("child", "a child process that connects", leaks_broker.child),
)  # fmt: skip


def attempt(leak: Leak, host: str, port: int, is_open: bool, server: str = "") -> dict[str, object]:
    """Seal this process unless is_open, with a hole to a server if one is given, try the leak, and return its outcome.

    Only an error from the seal itself (EPERM) counts as stopped: any other error occurred further out, or means that
    the leak cannot be tried on this machine.
    """
    stopped, tried = False, True
    try:
        if leak.before:
            leak.before(host, port)
        if not is_open:
            _seal(leak, server)
        outcome = leak.go(host, port)
    except EgressError as error:
        outcome, stopped = f"refused to start: {error}", True
    except OSError as error:
        outcome = f"{errorcode.get(error.errno or 0, type(error).__name__)} {error.strerror or error}"
        stopped, tried = error.errno == EPERM, error.errno not in ABSENT
    finally:
        leaks_sockets.close_opened()
        leaks_unix.end_relays()
        leaks_kernel.end_others()
    return {"name": leak.name, "stopped": stopped, "tried": tried, "said": outcome}


def _seal(leak: Leak, server: str) -> None:
    if leak.seal_by:
        leak.seal_by()
    else:
        seal(server=server)


def main(arguments: list[str] | None = None) -> int:
    """Try one leak and print its outcome as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m analyzer.evaluation.egress_proof.leaks", description="Try one planted leak."
    )
    parser.add_argument("name", choices=[leak.name for leak in LEAKS])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9)
    parser.add_argument("--open", action="store_true", help="do not seal: the control")
    parser.add_argument("--server", default="", help="a model server, the one hole of the seal")
    options = parser.parse_args(arguments)
    (leak,) = (leak for leak in LEAKS if leak.name == options.name)
    if leak.go in leaks_kernel.DEADLY and not options.open:
        outcome = _attempt_in_child(leak, options.host, options.port, options.server)
    else:
        outcome = attempt(leak, options.host, options.port, options.open, options.server)
    sys.stdout.write(json.dumps(outcome) + "\n")
    return 0


def _attempt_in_child(leak: Leak, host: str, port: int, server: str) -> dict[str, object]:
    """Try a leak in a child process, because the kernel stops it by killing the process."""
    child = os.fork()
    if child == 0:
        outcome = attempt(leak, host, port, is_open=False, server=server)
        os._exit(0 if outcome["stopped"] else 3)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"name": leak.name, "stopped": True, "tried": True, "said": f"killed by signal {os.WTERMSIG(status)}"}
    stopped = os.WEXITSTATUS(status) == 0
    reason = "refused" if stopped else "it went through, or cannot be tried on this machine"
    return {"name": leak.name, "stopped": stopped, "tried": stopped, "said": reason}


if __name__ == "__main__":
    sys.exit(main())

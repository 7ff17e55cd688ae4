"""Every planted leak is stopped in a sealed process, and succeeds in an unsealed one."""

import json
import socket
import subprocess
import sys

import pytest

from analyzer.config import PROJECT
from analyzer.evaluation.egress_proof.leaks import LEAKS
from analyzer.security.sandbox import landlock

REACHED = {
    "python-socket", "ctypes-connect", "child-bash", "fast-open-sendto", "fast-open-sendmsg", "inherited-listener",
    "unix-relay", "unix-datagram", "broker-connect", "broker-overwrite", "broker-remap", "broker-memory-file",
    "broker-child",
}  # fmt: skip
"""Leaks that reach a listener of the test."""
NOT_EVERYWHERE = {
    "sctp", "ipv6", "raw-socket", "packet-socket", "io-uring", "vsock", "request-key", "mount", "terminal-input",
    "network-card", "ptrace", "pidfd-getfd", "process-vm-writev", "proc-memory",
}  # fmt: skip
"""Leaks that need permissions or kernel features that not every machine has."""
ASKS_THE_RESOLVER = {"dns-lookup", "request-key"}
"""Leaks that, unsealed, would ask this machine's resolver and so another host."""


def tried(name, port, *options):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "analyzer.evaluation.egress_proof.leaks", name, "--port", str(port),
         *options],
        capture_output=True, text=True, timeout=60, cwd=PROJECT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        yield listener


@pytest.mark.parametrize("name", [leak.name for leak in LEAKS])
def test_a_planted_leak_is_stopped(name, listener):
    if name == "proc-memory" and not landlock.is_there():
        pytest.skip("this kernel has no Landlock, as the status says; nothing else stops this leak")
    outcome = tried(name, listener.getsockname()[1])
    assert outcome["stopped"], outcome
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("name", [leak.name for leak in LEAKS if leak.seal_by is None])
def test_a_planted_leak_is_stopped_while_the_seal_has_one_hole(name, listener, tmp_path):
    if name == "proc-memory" and not landlock.is_there():
        pytest.skip("this kernel has no Landlock, as the status says; nothing else stops this leak")
    outcome = tried(name, listener.getsockname()[1], "--server", f"unix:{tmp_path / 'model.sock'}")
    assert outcome["stopped"], outcome
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("name", [leak.name for leak in LEAKS])
def test_a_planted_leak_is_one_where_nothing_stops_it(name, listener):
    if name in ASKS_THE_RESOLVER:
        pytest.skip(f"{name} would leave this machine; analyzer offline prove tries it in a namespace")
    outcome = tried(name, listener.getsockname()[1], "--open")
    if not outcome["tried"] or (outcome["stopped"] and name in NOT_EVERYWHERE):
        pytest.skip(f"{name} cannot be tried on this machine: {outcome['said']}")
    assert not outcome["stopped"], outcome
    if name in REACHED:
        with listener.accept()[0] as other:
            assert b"planted" in other.recv(100)


def test_leaks_have_names_of_their_own_and_say_what_they_do():
    assert len({leak.name for leak in LEAKS}) == len(LEAKS)
    assert all(leak.what for leak in LEAKS)

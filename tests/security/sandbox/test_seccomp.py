"""The filter: what it answers for both architectures, and that the kernel's answer is the same."""

import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel import answer

from analyzer.config import PROJECT
from analyzer.errors import EgressError
from analyzer.security.sandbox.seccomp import (
    ALLOW,
    FAST_OPEN,
    KILL,
    MACHINES,
    REFUSE,
    REFUSED,
    REQUESTS,
    X32,
    Seccomp,
    program,
)

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
STREAM, DATAGRAM, RAW, SEQPACKET, NONBLOCKING, CLOSE_ON_EXEC = 1, 2, 3, 5, 0o4000, 0o2000000
machines = pytest.mark.parametrize("name", MACHINES)


def verdict(name, call, *arguments):
    machine = MACHINES[name]
    return answer(program(machine), machine.number(call), arguments, machine.audit)


@machines
@pytest.mark.parametrize("call", REFUSED)
def test_what_opens_a_way_out_is_refused_whatever_its_arguments(name, call):
    assert verdict(name, call) == verdict(name, call, 1, 2, 3, 4, 5, 6) == REFUSE


@machines
@given(family=st.integers(0, 60), kind=st.integers(0, 15), flags=st.sampled_from([0, NONBLOCKING, CLOSE_ON_EXEC]))
def test_of_sockets_only_streams_within_this_machine_are_left(name, family, kind, flags):
    wanted = ALLOW if family == 1 and kind in (STREAM, SEQPACKET) else REFUSE
    assert verdict(name, "socket", family, kind | flags, 0) == wanted
    assert verdict(name, "socketpair", family, kind | flags, 0) == wanted


@machines
@given(family=st.integers(0, 2**64 - 1))
def test_only_the_lower_half_of_a_family_counts_as_it_does_for_the_kernel(name, family):
    wanted = ALLOW if family & 0xFFFFFFFF == 1 else REFUSE
    assert verdict(name, "socket", family, STREAM) == wanted


@machines
@given(flags=st.integers(0, 2**32 - 1), address=st.integers(0, 2**64 - 1))
def test_a_send_with_an_address_or_with_fast_open_is_refused(name, flags, address):
    wanted = REFUSE if address or flags & FAST_OPEN else ALLOW
    assert verdict(name, "sendto", 3, 4, 5, flags, address, 16) == wanted
    assert verdict(name, "sendmsg", 3, 4, flags) == (REFUSE if flags & FAST_OPEN else ALLOW)


@machines
@given(request=st.sampled_from([*REQUESTS.values()]) | st.integers(0, 2**32 - 1), above=st.integers(0, 2**32 - 1))
def test_of_requests_to_devices_only_three_are_refused(name, request, above):
    wanted = REFUSE if request in REQUESTS.values() else ALLOW
    assert verdict(name, "ioctl", 3, above << 32 | request, 0) == wanted


def test_requests_are_numbered_as_the_system_does():
    assert (REQUESTS["TIOCSTI"], REQUESTS["TUNSETIFF"]) == (termios.TIOCSTI, 1 << 30 | 4 << 16 | ord("T") << 8 | 202)


@machines
@given(number=st.integers(0, 600))
def test_every_other_system_call_is_let_through(name, number):
    machine = MACHINES[name]
    judged = {machine.number(call) for call in (*REFUSED, "sendto", "sendmsg", "socket", "socketpair", "ioctl")}
    if number not in judged:
        assert answer(program(machine), number, (), machine.audit) == ALLOW


@machines
@given(audit=st.integers(0, 2**32 - 1), number=st.integers(0, 600))
def test_a_foreign_architecture_ends_the_process(name, audit, number):
    machine = MACHINES[name]
    if audit != machine.audit:
        assert answer(program(machine), number, (), audit) == KILL


@given(number=st.integers(X32, 2**31 - 1))
def test_the_second_abi_of_x86_64_ends_the_process(number):
    assert answer(program(MACHINES["x86_64"]), number) == KILL


@machines
def test_numbers_are_those_of_the_kernels_headers(name):
    if not HEADERS[name].exists():
        pytest.skip(f"no {HEADERS[name]} here")
    text = HEADERS[name].read_text()
    found = {call: int(n) for call, n in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    checked = {call: number for call, number in MACHINES[name].calls.items() if call in found}
    assert {call: found[call] for call in checked} == checked
    assert set(MACHINES[name].calls) - set(checked) <= {"fsopen", "pidfd_getfd"}  # headers older than the call


def test_a_processor_without_numbers_is_refused(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(EgressError, match="riscv64"):
        Seccomp()


def sealed(script):
    """Run a script in a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=60, cwd=PROJECT,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


@pytest.fixture(scope="module")
def found_open():
    """What the self-test finds open without a filter."""
    return set(
        sealed("""
from analyzer.security.sandbox.seccomp import Seccomp
print(*sorted({fault.split()[0] for fault in Seccomp().faults()}), sep="\\n")
""")
    )


@pytest.mark.parametrize("missing", [*REFUSED, "socket", "sendto", "sendmsg", "ioctl"])
def test_the_self_test_finds_each_rule_that_is_missing(missing, found_open):
    """A filter with one rule left out is put in force; the test of it must name that call and no other."""
    if missing not in found_open:
        pytest.skip(f"{missing} is refused to this account by the kernel itself")
    said = sealed(f"""
from analyzer.security.sandbox import seccomp
from analyzer.security.sandbox.bpf import RETURN, JUMP_EQUAL, Step, assemble
guard = seccomp.Seccomp()
number = guard._machine.number({missing!r})
real = seccomp.assemble
def without(lines):
    return real([s for s in lines if not (isinstance(s, Step) and s.code == JUMP_EQUAL and s.value == number
                                          and s.if_true in ({missing!r}, "refuse"))])
seccomp.assemble = without
guard.close()
print(sorted({{fault.split()[0] for fault in guard.faults()}}))
""")
    assert said == [str([missing])]


def test_without_a_filter_everything_is_found_open(found_open):
    assert {*REFUSED, "socket", "sendto", "sendmsg", "ioctl", "thread"} - found_open <= {
        "fsopen"
    }  # for an ordinary user


def test_threads_that_ran_before_are_sealed_and_so_are_children_and_what_they_start():
    said = sealed("""
import os, socket, subprocess, sys, threading
from analyzer.security.sandbox.egress import seal
def tries():
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
        return "open"
    except PermissionError:
        return "sealed"
go, said = threading.Event(), []
early = threading.Thread(target=lambda: (go.wait(), said.append(tries())))
early.start()
seal()
go.set(); early.join()
print(*said)
print(tries(), flush=True)
if os.fork() == 0:
    print(tries(), flush=True); os._exit(0)
os.wait()
script = "import socket; socket.socket(socket.AF_INET)"
print(subprocess.run([sys.executable, "-S", "-c", script], stderr=subprocess.PIPE, text=True).stderr.split()[-1])
print(subprocess.run(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9"], stderr=subprocess.PIPE, text=True).returncode)
""")
    assert said == ["sealed", "sealed", "sealed", "permitted", "1"]


def test_a_program_that_runs_with_other_rights_gains_none():
    said = sealed("""
import subprocess
from analyzer.security.sandbox.egress import seal
seal()
print(subprocess.run(["grep", "NoNewPrivs", "/proc/self/status"], stdout=subprocess.PIPE, text=True).stdout.split()[1])
""")
    assert said == ["1"]


def test_sealing_twice_is_sealing_once_and_the_test_stays_true():
    said = sealed("""
from analyzer.security.sandbox.egress import seal
from pathlib import Path
print(seal().ok, seal().ok)
print(Path("/proc/self/status").read_text().split("Seccomp_filters:")[1].split()[0])
""")
    assert said == ["True True", "1"]


def test_a_child_that_seals_itself_again_is_let():
    said = sealed("""
import subprocess, sys
from analyzer.security.sandbox.egress import seal
seal()
print(subprocess.run([sys.executable, "-c", "from analyzer.security.sandbox.egress import seal; print(seal().ok)"],
                     capture_output=True, text=True).stdout.strip())
""")
    assert said == ["True"]


@pytest.mark.parametrize("call", ["prctl", "seccomp"])
def test_a_kernel_that_refuses_the_filter_stops_the_program(call):
    """A filter that refuses the call itself stands for such a kernel."""
    said = sealed(f"""
import ctypes
from analyzer.errors import EgressError
from analyzer.security.sandbox import egress
from analyzer.security.sandbox import seccomp
numbers = {{"prctl": {{"x86_64": 157, "aarch64": 167}}, "seccomp": {{"x86_64": 317, "aarch64": 277}}}}
import platform
from analyzer.security.sandbox.bpf import JUMP_EQUAL, LOAD, RETURN, Step, assemble
code = assemble([Step(LOAD, 0), Step(JUMP_EQUAL, numbers[{call!r}][platform.machine()], "no", ""),
                 Step(RETURN, seccomp.ALLOW), "no", Step(RETURN, seccomp.REFUSE)])
real, seccomp.program = seccomp.program, lambda machine: code
seccomp.Seccomp().close()
seccomp.program = real
try:
    egress.seal()
except EgressError as error:
    print(error)
""")
    assert "the kernel refused" in said[0]
    assert "--unsealed" in said[0]

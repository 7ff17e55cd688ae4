"""The filter of the broker, run in an interpreter for both architectures: one destination and no other call."""

import pytest
from kernel import answer

from analyzer.security.sandbox.broker_filter import _NUMBERS, FIONBIO, MAP_FIXED, broker_program
from analyzer.security.sandbox.seccomp import (
    AF_INET,
    AF_UNIX,
    ALLOW,
    DATAGRAM,
    FAST_OPEN,
    KILL,
    MACHINES,
    REFUSE,
    STREAM,
    X32,
)

PAGE = 0x7F12_3456_7000
CLOEXEC = 0o2000000


@pytest.fixture(params=sorted(MACHINES))
def ask(request):
    program = broker_program(request.param, AF_INET, PAGE, 16)
    audit, numbers = MACHINES[request.param].audit, _NUMBERS[request.param] | MACHINES[request.param].calls
    return lambda name, *arguments: answer(program, numbers[name], arguments, audit)


def test_it_connects_to_the_one_address_in_memory(ask):
    assert ask("connect", 5, PAGE, 16) == ALLOW


@pytest.mark.parametrize(
    "arguments", [(5, PAGE + 1, 16), (5, PAGE ^ (1 << 40), 16), (5, PAGE, 28), (5, 0, 16), (5, PAGE & 0xFFFFFFFF, 16)]
)
def test_it_connects_nowhere_else(ask, arguments):
    assert ask("connect", *arguments) == REFUSE


@pytest.mark.parametrize(
    "arguments",
    [(AF_UNIX, STREAM, 0), (AF_INET, DATAGRAM, 0), (AF_INET, 3, 0), (16, STREAM, 0), (AF_INET, STREAM, 132)],
)
def test_it_opens_no_other_kind_of_socket(ask, arguments):
    assert ask("socket", AF_INET, STREAM | CLOEXEC, 0) == ALLOW
    assert ask("socket", *arguments) == REFUSE


def test_it_sends_without_an_address_only(ask):
    assert ask("sendto", 5, 1, 1, 0, 0, 0) == ALLOW
    assert ask("sendto", 5, 1, 1, 0, 1 << 40, 16) == REFUSE
    assert ask("sendto", 5, 1, 1, FAST_OPEN, 0, 0) == REFUSE


def test_nothing_changes_the_page_of_the_address(ask):
    assert ask("mmap", 0, 4096, 3, 0x22, -1, 0) == ALLOW
    assert ask("mmap", PAGE, 4096, 3, 0x22 | MAP_FIXED, -1, 0) == REFUSE
    for name in ("process_vm_writev", "ptrace", "seccomp"):
        assert ask(name, 1, 1, 1, 1, 1, 1) == REFUSE


@pytest.mark.parametrize(
    ("machine", "numbers"),
    [
        # mprotect, munmap, mremap, madvise, open, openat, openat2, clone, execve, sendmsg, bind, listen, mseal
        ("x86_64", (10, 11, 25, 28, 2, 257, 437, 56, 59, 46, 49, 50, 462, 435)),
        ("aarch64", (226, 215, 216, 233, 56, 437, 220, 221, 211, 200, 201, 462, 435)),
    ],
)
def test_calls_that_are_not_on_the_list_are_refused(machine, numbers):
    program = broker_program(machine, AF_INET, PAGE, 16)
    assert {answer(program, number, (), MACHINES[machine].audit) for number in numbers} == {REFUSE}


def test_ioctl_sets_a_timeout_and_nothing_else(ask):
    assert ask("ioctl", 5, FIONBIO, 0) == ALLOW
    assert ask("ioctl", 5, 0x5412, 0) == REFUSE


def test_another_abi_is_killed():
    program = broker_program("x86_64", AF_INET, PAGE, 16)
    assert answer(program, X32 + 42, (5, PAGE, 16)) == KILL
    assert answer(program, 42, (5, PAGE, 16), audit=0x40000003) == KILL

"""Lines of strace: attempts, self-tests of the seal, and calls that do not count."""

import pytest

from analyzer.evaluation.egress_proof.strace import read_trace

SELF_TEST = """\
7 connect(-1, NULL, 0) = -1 EPERM (Operation not permitted)
7 bind(-1, NULL, 0) = -1 EPERM (Operation not permitted)
7 io_uring_setup(4294967295, NULL) = -1 EPERM (Operation not permitted)
7 ptrace(0xffffffffffffffff /* PTRACE_??? */, 0, NULL, NULL) = -1 EPERM (Operation not permitted)
7 mount(NULL, NULL, NULL, 0, NULL) = -1 EPERM (Operation not permitted)
"""


@pytest.mark.parametrize(
    ("line", "destination"),
    [
        ('connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("8.8.8.8")}, 16) = 0', "8.8.8.8:443"),
        (
            'connect(3, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), '
            'inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 ENETUNREACH (Network …)',
            "[2001:db8::1]:443",
        ),
        (
            'sendto(3, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("1.1.1.1")}, 16) = 1',
            "1.1.1.1:53",
        ),
        (
            'sendmsg(3, {msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("1.1.1.1")}}, 0) = 1',
            "1.1.1.1:53",
        ),
        (
            'bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("0.0.0.0")}, 16) = -1 EPERM (Op)',
            "0.0.0.0:0",
        ),
        ("ptrace(PTRACE_ATTACH, 29072) = -1 EPERM (Operation not permitted)", "PTRACE_ATTACH, 29072"),
    ],
)  # fmt: skip
def test_a_try_to_leave_is_one_whatever_became_of_it(line, destination):
    (attempt,) = read_trace([f"12 {line}"]).attempts
    assert attempt.destination == destination
    assert attempt.process == "process 12"


@pytest.mark.parametrize(
    "line",
    [
        'connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        'connect(3, {sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = 0',
        'connect(3, {sin6_port=htons(8), inet_pton(AF_INET6, "::ffff:127.0.0.1", &sin6_addr)}, 28) = 0',
        'bind(3, {sa_family=AF_INET, sin_port=htons(8501), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        'sendto(3, "HTTP/1.1 200", 12, 0, NULL, 0) = 12',
        "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3",
        "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3",
        "connect(3, {sa_family=AF_UNSPEC}, 16) = 0",
        "+++ exited with 0 +++",
        "nonsense",
    ],
)
def test_what_stays_here_is_no_try(line):
    traced = read_trace([f"12 {line}"])
    assert (traced.attempts, traced.refused_here, traced.sockets) == ([], [], [])


def test_the_self_test_of_the_seal_is_counted_and_no_try():
    traced = read_trace(SELF_TEST.splitlines())
    assert (traced.attempts, traced.self_tests, traced.calls) == ([], 1, 5)


def test_a_refused_socket_file_is_a_try_to_reach_another_program_here():
    line = (
        '9 connect(6, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 EPERM (Operation not permitted)'
    )
    (attempt,) = read_trace([line]).refused_here
    assert attempt.destination == "unix:/var/run/nscd/socket"


def test_a_call_that_strace_broke_off_is_put_together_again():
    lines = [
        '5 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("8.8.4.4")}, 16 <unfinished ...>',
        '6 connect(4, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        "5 <... connect resumed>) = -1 EPERM (Operation not permitted)",
    ]
    (attempt,) = read_trace(lines).attempts
    assert (attempt.process, attempt.destination, attempt.outcome) == ("process 5", "8.8.4.4:80", "EPERM")


def test_a_refused_socket_is_kept_with_its_kind():
    (made,) = read_trace(["5 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP) = -1 EPERM (Op)"]).sockets
    assert made.destination == "AF_INET SOCK_DGRAM"

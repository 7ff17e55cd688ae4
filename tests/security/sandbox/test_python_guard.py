"""The seal where the system has none: a hook, tried in an interpreter of its own since it cannot be removed."""

import subprocess
import sys

import pytest

from analyzer.config import PROJECT
from analyzer.security.sandbox.python_guard import PythonGuard

SCRIPT = """
import socket
from analyzer.security.sandbox.python_guard import PythonGuard
guard = PythonGuard()
assert guard.faults()
guard.close()
assert not guard.faults()
try:
    {attempt}
except PermissionError as error:
    print("refused")
"""


def run(attempt):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(attempt=attempt)], capture_output=True, text=True, cwd=PROJECT, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.getaddrinfo('example.com', 80)",
        "socket.gethostbyname('example.com')",
        "socket.getnameinfo(('192.0.2.1', 80), 0)",
        "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
        "socket.socket().bind(('0.0.0.0', 0))",
        "socket.socket(socket.AF_UNIX).connect('/run/dbus/system_bus_socket')",
        "__import__('http.client').client.HTTPConnection('192.0.2.1', timeout=1).request('GET', '/')",
    ],
)
def test_what_python_code_asks_for_is_refused(attempt):
    assert run(attempt) == "refused"


def test_loopback_passes_since_an_event_loop_on_windows_talks_to_itself_over_it():
    script = "l = socket.create_server(('127.0.0.1', 0)); socket.create_connection(l.getsockname()); print('talks')"
    assert run(script) == "talks"


def test_what_is_connected_already_goes_on_sending():
    script = "a, b = socket.socketpair(); a.sendmsg([b'x']); print(b.recv(1).decode())"
    assert run(script) == "x"


def test_without_the_hook_the_self_test_says_so():
    assert PythonGuard().faults()

"""The broker on real processes: it carries bytes to one address for a sealed program, and ends with it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from analyzer.config import PROJECT
from analyzer.errors import EgressError, ModelError
from analyzer.models.server_address import parse_address
from analyzer.security.sandbox import broker_process
from analyzer.security.sandbox.broker_process import is_another_person, listeners, sockaddr
from analyzer.security.sandbox.server_broker import ServerBroker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the broker's filter is Linux's")


class Echo:
    """Answers each connection with what it got, in capitals, and closes it; `holds` keeps it open instead."""

    def __init__(self, listener):
        self.listener, self.holds, self.accepted = listener, False, []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                one, _ = self.listener.accept()
            except OSError:
                return
            self.accepted.append(one)
            one.sendall(one.recv(1 << 20).upper())
            if not self.holds:
                one.close()


def listening(kind, tmp_path):
    if kind == "unix":
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        return listener, f"unix:{tmp_path / 's'}"
    family, host = (socket.AF_INET, "127.0.0.1") if kind == "ipv4" else (socket.AF_INET6, "[::1]")
    try:
        listener = socket.create_server((host.strip("[]"), 0), family=family)
    except OSError:
        pytest.skip(f"no {kind} here")
    return listener, f"http://{host}:{listener.getsockname()[1]}"


@pytest.fixture(params=["unix", "ipv4", "ipv6"])
def echo(request, tmp_path):
    listener, address = listening(request.param, tmp_path)
    with listener:
        broker = ServerBroker(parse_address(address))
        yield Echo(listener), broker
        broker.close()


def said(connection, text=b"x"):
    with connection:
        connection.sendall(text)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def test_it_carries_bytes_both_ways_connection_after_connection(echo):
    _, broker = echo
    assert [said(broker.connect(), text) for text in (b"one", b"two")] == [b"ONE", b"TWO"]
    assert said(broker.connect(), b"x" * 8_000) == b"X" * 8_000
    assert broker.faults() == ()


def test_a_connection_that_stays_open_does_not_hold_up_the_next(echo):
    server, broker = echo
    server.holds = True
    first = broker.connect()
    first.sendall(b"first")
    assert first.recv(5) == b"FIRST"
    with broker.connect() as second:
        second.sendall(b"second")
        assert second.recv(6) == b"SECOND"
    first.close()
    server.accepted[0].settimeout(5)
    assert server.accepted[0].recv(1) == b""  # the server learns that the program has closed


def test_it_runs_under_a_filter_of_its_own_and_cannot_be_dumped(echo):
    _, broker = echo
    status = Path(f"/proc/{broker.process_id}/status").read_text()
    assert "\nSeccomp:\t2\n" in status
    assert "\nNoNewPrivs:\t1\n" in status
    links = {str(Path(f"/proc/{broker.process_id}/fd/{number}").readlink()) for number in (0, 1, 2)}
    assert links == {"/dev/null"}


def test_a_broker_that_was_killed_lets_nothing_through(echo):
    _, broker = echo
    os.kill(broker.process_id, signal.SIGKILL)
    with pytest.raises(ModelError, match="cannot be reached"):
        broker.connect()
    assert broker.faults() == ()


@pytest.mark.parametrize("address", ["unix:/nonexistent/s", "http://127.0.0.1:1"])
def test_a_server_that_is_not_there_is_one_line(address):
    broker = ServerBroker(parse_address(address))
    with pytest.raises(ModelError, match=r"\((No such file|Connection refused)"):
        broker.connect()
    broker.close()


def test_a_server_of_another_person_gets_nothing(tmp_path):
    if os.getuid() != 0:
        pytest.skip("needs the right to work as another account")
    listener, address = listening("ipv4", tmp_path)
    port = listener.getsockname()[1]
    listener.close()
    code = (
        f"import os, socket; os.setuid(12345); s = socket.create_server(('127.0.0.1', {port}))\n"
        "print('up', flush=True)\none, _ = s.accept(); print(len(one.recv(9)), flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "up\n"
        broker = ServerBroker(parse_address(address))
        with pytest.raises(ModelError, match="belongs to user 12345"):
            broker.connect()
        broker.close()
        other.kill()
        assert other.stdout.read() == ""


def test_people_other_than_this_account_are_told_from_services(monkeypatch):
    monkeypatch.setattr(broker_process.os, "getuid", lambda: 1001)
    assert [is_another_person(user) for user in (0, 999, 1001, 1002, 65534)] == [False, False, False, True, True]


def test_listeners_are_read_from_the_table_of_the_kernel():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert listeners(Path("/proc/self/net/tcp").read_text(), port) == [os.getuid()]
    assert listeners(Path("/proc/self/net/tcp").read_text(), port) == []


@pytest.mark.parametrize("text", ["unix:/run/x.sock", "http://127.0.0.1:80", "http://[::1]:443"])
def test_the_address_in_memory_is_the_one_of_the_c_library(text):
    address = parse_address(text)
    raw = sockaddr(address)
    assert int.from_bytes(raw[:2], sys.byteorder) == broker_process._family(address)
    assert len(raw) == {"u": 3 + len(address.path), "1": 16, "[": 28}[text[0] if address.path else address.host[0]]


SEALED = """
import json, socket, sys
from analyzer.security.sandbox.egress import seal, seal_status, server_connection
status = seal(server=sys.argv[1])
found = {"ok": status.ok, "hole": status.hole, "faults": status.faults}
with server_connection() as one:
    one.sendall(b"sealed")
    found["said"] = one.recv(100).decode()
def errno_of(call):
    try:
        call()
    except OSError as error:
        return error.errno
found["connect"] = errno_of(lambda: socket.socket(socket.AF_INET))
path = sys.argv[1].removeprefix("unix:")
found["same_path"] = errno_of(lambda: socket.socket(socket.AF_UNIX).connect(path))
try:
    seal(server="unix:/another.sock")
except Exception as error:
    found["another"] = type(error).__name__
print(json.dumps(found), flush=True)
sys.stdin.read()
"""


def test_a_sealed_program_talks_to_the_server_and_to_nothing_else(tmp_path):
    listener, address = listening("unix", tmp_path)
    with listener:
        Echo(listener)
        with subprocess.Popen(
            [sys.executable, "-c", SEALED, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PROJECT)},
        ) as program:  # fmt: skip
            found = json.loads(program.stdout.readline())
            children = brokers_of(program.pid)
            program.stdin.close()
    assert found == {
        "ok": True, "hole": address, "faults": [], "said": "SEALED", "connect": 1, "same_path": 1,
        "another": "EgressError",
    }  # fmt: skip
    assert len(children) == 1
    assert ended(children[0])


def test_the_broker_ends_when_the_program_is_killed(tmp_path):
    listener, address = listening("unix", tmp_path)
    with listener:
        Echo(listener)
        with subprocess.Popen(
            [sys.executable, "-c", SEALED, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PROJECT)},
        ) as program:  # fmt: skip
            program.stdout.readline()
            (child,) = brokers_of(program.pid)
            program.kill()
    assert ended(child)


def test_a_program_that_was_sealed_before_gets_no_broker():
    code = (
        "from analyzer.security.sandbox.egress import seal\nseal()\n"
        "try:\n    seal(server='unix:/x')\nexcept Exception as error:\n    print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert done.stdout.startswith("EgressError"), done.stderr
    assert "start the program again" in done.stdout


def test_elsewhere_than_on_linux_there_is_none(monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    with pytest.raises(EgressError, match="needs Linux"):
        ServerBroker(parse_address("unix:/s"))


def brokers_of(process_id):
    return [int(one) for one in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


def ended(process_id, patience_s=5.0):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False

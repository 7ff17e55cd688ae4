"""Scheduler and workers as commands over TLS, as on several machines: who has no certificate is not served."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time

import pytest

from analyzer.cluster.certificates import AUTHORITY, CERTIFICATE, KEY, certificates_for
from analyzer.cluster.client import Cluster
from analyzer.cluster.issue import issue
from analyzer.errors import UsageError
from analyzer.models.parallel import map_batches
from analyzer.models.server_address import parse_scheduler
from analyzer.security.sandbox.server_broker import SCHEDULER, ServerBroker
from tests.cluster.batch_functions import Recipe

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the broker's filter is Linux's"), pytest.mark.long(20),
]  # fmt: skip
WAIT_S = 30.0


def started(folder, *arguments):
    keys_dir = folder.with_name(f"{folder.name}-keys")
    shutil.copytree(folder, keys_dir / "cluster", dirs_exist_ok=True)
    environ = os.environ | {"ANALYZER_KEYS_DIR": str(keys_dir)}
    command = [sys.executable, "-m", "analyzer", "cluster", *arguments]
    return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def listens(port):
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if not one.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.1)
    return False


def served(port, folder):
    """Return the bytes that a program with these certificates is sent first; None without certificates."""
    context = ssl.create_default_context(cafile=str(folder / AUTHORITY)) if folder else None
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as plain:
        try:
            if context is None:
                plain.sendall(b"\0" * 64)
                return plain.recv(1)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
            with context.wrap_socket(plain) as one:
                return one.recv(1)
        except (ssl.SSLError, ConnectionError):
            return b""


def test_commands_over_tls_work_together_and_serve_no_stranger(tmp_path):
    one, two = issue(tmp_path / "all", ["one", "two"])
    (stranger,) = issue(tmp_path / "others", ["one"])
    port = free_port()
    address = parse_scheduler(f"tls://127.0.0.1:{port}")
    processes = [started(one, "scheduler", str(address))]
    try:
        assert listens(port)
        processes.append(started(two, "worker", str(address), "--processes", "1", "--name", "second"))
        broker, named = ServerBroker(address, SCHEDULER), []
        cluster = Cluster(broker, one, (), lambda _, names: named.extend(names))
        assert [square for square, _ in map_batches(Recipe(tmp_path, "square"), range(5), cluster)] == [0, 1, 4, 9, 16]
        assert [name.startswith("second-") for name in named] == [True]
        assert served(port, one)
        assert served(port, stranger) == b""
        assert served(port, None) == b""
        broker.close()
    finally:
        for process in reversed(processes):
            process.terminate()
            assert process.wait(WAIT_S) == 0


def test_certificates_are_asked_for_where_tls_is(tmp_path):
    address = parse_scheduler("tls://10.0.0.1:8786")
    with pytest.raises(UsageError, match=r"authority\.crt is missing"):
        certificates_for(address, tmp_path)
    (folder,) = issue(tmp_path / "all", ["one"])
    assert certificates_for(address, folder) == folder
    assert certificates_for(parse_scheduler("tcp://127.0.0.1:8786"), tmp_path) is None
    (folder / KEY).chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        certificates_for(address, folder)
    with pytest.raises(UsageError, match="exists"):
        issue(tmp_path / "all", ["one"])

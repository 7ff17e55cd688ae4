"""The harness on real processes: every part records attempts, and nothing else."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from analyzer.config import PROJECT
from analyzer.evaluation.egress_proof.attempts import Attempt
from analyzer.evaluation.egress_proof.recorder import classify_attempts, read_hook
from analyzer.evaluation.egress_proof.steps import model_server
from analyzer.evaluation.egress_proof.strace import Traced

HARNESS = """
import json, os, shutil, sys, tempfile
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from analyzer.evaluation.egress_proof.namespace import enter
from analyzer.evaluation.egress_proof.recorder import Recorder
from analyzer.evaluation.egress_proof.sink import Sink
how, code = sys.argv[1], sys.argv[2]
refused = enter() if how == "namespace" else "not asked for"
if how == "namespace" and refused:
    sys.exit("NO NAMESPACE: " + refused)
with tempfile.TemporaryDirectory() as folder, (Sink() if not refused else nullcontext()) as sink:
    recorder = Recorder(Path(folder), sink, shutil.which("strace"))
    print(json.dumps(asdict(recorder.run([sys.executable, "-c", code], dict(os.environ), 30))))
"""
TRIES = """
import socket
for attempt in (
    lambda: socket.create_connection(("control.example", 80), 1).close(),
    lambda: socket.create_connection(("203.0.113.9", 4444), 1).close(),
):
    try:
        attempt()
    except OSError:
        pass
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.sendto(b"x", ("198.51.100.7", 9))
"""
SEALED = "from analyzer.security.sandbox.egress import seal; seal(); seal(); print('works')"
LOCAL = """
import socket
with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as one:
    one.sendall(b"x")
print("talks")
"""
QUIET = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.connect(("203.0.113.9", 4444))
"""
C_CODE = """
import ctypes
from analyzer.security.sandbox.egress import seal
seal()
libc = ctypes.CDLL(None, use_errno=True)
print(libc.socket(2, 1, 0))
"""
strace = pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")


def recorded(code, how="namespace"):
    command = [sys.executable, "-c", HARNESS, how, code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=120, check=False)
    if done.stderr.startswith("NO NAMESPACE"):
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def seen(found, by):
    return {one["destination"] for one in found["attempts"] if one["seen_by"] == by}


def test_what_tries_is_seen_by_the_sink_with_names_addresses_and_ports():
    found = seen(recorded(TRIES), "sink")
    assert {"control.example", "198.51.100.7:80", "203.0.113.9:4444", "198.51.100.7:9"} <= found


@strace
def test_what_tries_is_seen_by_strace():
    found = seen(recorded(TRIES), "strace")
    assert {"198.51.100.7:80", "203.0.113.9:4444", "198.51.100.7:9"} <= found


def test_what_tries_is_seen_by_the_hook_with_its_stack():
    found = recorded(TRIES)
    named = [one for one in found["attempts"] if one["seen_by"] == "hook in Python"]
    assert any("control.example" in one["destination"] for one in named)
    assert all("<module>" in one["stack"][0] for one in named)


def test_a_sealed_process_that_only_tests_its_seal_tries_nothing():
    found = recorded(SEALED)
    assert (found["output"], found["attempts"], found["refused_here"]) == ("works\n", [], [])


def test_traffic_on_loopback_is_no_attempt():
    found = recorded(LOCAL)
    assert (found["output"], found["attempts"]) == ("talks\n", [])


@strace
def test_code_that_is_not_python_is_seen_when_the_seal_refuses_it():
    found = recorded(C_CODE)
    assert found["output"] == "-1\n"
    assert [(one["call"], one["destination"], one["outcome"]) for one in found["attempts"]] == [
        ("socket", "AF_INET SOCK_STREAM", "EPERM")
    ]


def test_without_a_namespace_the_hook_and_strace_still_see():
    found = recorded(QUIET, how="none")
    assert seen(found, "hook in Python") == {"('203.0.113.9', 4444)"}
    if shutil.which("strace"):
        assert "203.0.113.9:4444" in seen(found, "strace")
    assert not seen(found, "sink")


def test_where_only_a_part_of_a_namespace_is_allowed_the_process_stays_where_it_is():
    """A sealed process may make the namespace, but not set it up."""
    script = """
import os
from analyzer.evaluation.egress_proof.namespace import enter
from analyzer.security.sandbox.egress import seal
seal()
before = os.readlink("/proc/self/ns/net")
print(bool(enter()), os.readlink("/proc/self/ns/net") == before)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False
    )
    assert done.stdout == "True True\n", done.stderr


def test_a_command_that_takes_too_long_is_ended_with_its_children():
    script = """
import os, sys, tempfile, time
from pathlib import Path
from analyzer.evaluation.egress_proof.recorder import Recorder
code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
with tempfile.TemporaryDirectory() as folder:
    started = time.monotonic()
    done = Recorder(Path(folder), None, None).run([sys.executable, "-c", code], dict(os.environ), 2)
    print(done.exit_code, time.monotonic() - started < 20)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False
    )
    assert done.stdout == "-9 True\n", done.stderr


def socket_of(kind, stack=(), call="socket"):
    return Attempt(call, kind, "process 1", stack, "EPERM", "strace")


def test_sockets_of_the_self_test_are_left_out_once_for_each_test():
    kinds = ["AF_INET SOCK_STREAM", "AF_INET SOCK_DGRAM", "AF_UNIX SOCK_DGRAM"]
    traced = Traced(sockets=[socket_of(kind) for kind in kinds * 2], self_tests=2)
    assert classify_attempts(traced, (), ()) == ((), ())
    traced.self_tests = 1
    assert [one.destination for one in classify_attempts(traced, (), ())[0]] == kinds


def test_a_known_probe_is_left_out_and_an_unknown_one_is_not():
    probe = socket_of("AF_INET6 SOCK_STREAM", ("…/urllib3/util/connection.py:130 _has_ipv6",), "socket.__new__")
    other = socket_of("AF_INET6 SOCK_STREAM", ("…/somewhere/else.py:1 go",), "socket.__new__")
    traced = Traced(sockets=[socket_of("AF_INET6 SOCK_STREAM")])
    assert classify_attempts(traced, [probe], ())[0] == ()
    (left,) = classify_attempts(traced, [other], ())[0]
    assert left.stack == other.stack


def test_a_line_that_was_cut_off_is_passed_over():
    line = json.dumps(
        {"event": "socket.connect", "pid": 1, "argv": ["p"], "arguments": ["('8.8.8.8', 53)"], "stack": []}
    )
    (attempt,) = read_hook([line, line[:20]])
    assert attempt.destination == "('8.8.8.8', 53)"


THROUGH_THE_HOLE = """
from analyzer.models.llm import Message
from analyzer.models.local_server import LocalServer
from analyzer.models.server_address import parse_server
from analyzer.security.sandbox.egress import seal, server_connection
seal(server={setting!r})
model = LocalServer(parse_server({setting!r}), server_connection)
print(model.prefers([Message("user", "Is it late?")]) > 0)
"""


@strace
def test_connections_through_the_hole_are_seen_and_are_no_attempt(tmp_path):
    with model_server(tmp_path, os.environ | {"PYTHONPATH": str(PROJECT)}) as setting:
        found = recorded(THROUGH_THE_HOLE.format(setting=setting))
    assert (found["output"], found["attempts"], found["refused_here"]) == ("True\n", [], [])
    assert {one["destination"] for one in found["connected_here"]} == {setting.split()[0]}
    assert len(found["connected_here"]) >= 2

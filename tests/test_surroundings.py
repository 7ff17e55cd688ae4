"""What conftest.py promises every test."""

import http.server
import os
import socket
import sys
import threading
import urllib.request
from pathlib import Path
from types import ModuleType

import pytest
from loopback import EgressError

from analyzer.config import PROJECT


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 443), ("8.8.8.8", 53)])
def test_nothing_but_this_machine_can_be_reached(address, egress):
    with socket.socket() as one, pytest.raises(EgressError):
        one.connect(address)
    with socket.socket() as one, pytest.raises(EgressError):
        one.connect_ex(address)
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(EgressError):
        one.sendto(b"x", address)
    assert len(egress) == 3
    egress.clear()


def test_no_other_host_is_looked_up_and_no_error_handler_hides_it(egress):
    with pytest.raises(EgressError):
        urllib.request.urlopen("http://example.com/")
    assert egress == ["getaddrinfo 'example.com'"]
    egress.clear()


def test_loopback_and_unix_sockets_work(tmp_path):
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    with socket.create_connection(("localhost", server.server_port)) as one:
        one.sendall(b"GET /nothing HTTP/1.0\r\n\r\n")
        assert one.recv(12) == b"HTTP/1.0 404"
    thread.join()
    server.server_close()
    one, other = socket.socketpair()
    one.send(b"x")
    assert other.recv(1) == b"x"
    one.close()
    other.close()


def test_home_and_working_folder_are_empty_and_apart():
    assert list(Path.home().iterdir()) == list(Path.cwd().iterdir()) == []
    assert not Path.home().is_relative_to(PROJECT)
    assert not Path.cwd().is_relative_to(PROJECT)


def test_a_change_to_the_environment_is_made():
    os.environ["ANALYZER_COLOUR"] = "red"


def test_and_is_gone_in_the_next_test():
    assert not [name for name in os.environ if name.startswith("ANALYZER_")]


def test_a_page_is_put_in_the_place_of_the_program():
    sys.modules["__main__"] = ModuleType("page")


def test_and_no_process_that_is_spawned_by_the_next_test_runs_it():
    assert sys.modules["__main__"].__name__ == "__main__"


def test_numeric_libraries_work_on_one_thread_here_and_in_programs_that_are_started():
    assert (os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]) == ("1", "1")

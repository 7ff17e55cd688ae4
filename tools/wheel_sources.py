"""Where the two packages that depend on the machine come from: torch, and llama-cpp-python.

torch from the ordinary index brings gigabytes of CUDA libraries on Linux; its publishers keep an index of builds for
the processor alone. llama-cpp-python is source code on the ordinary index; its publishers keep an index of wheels for
x86-64 with AVX2. Both are asked only where they are of use, with a limit of two seconds in all, so that a machine that
reaches neither loses four seconds. Standard library only, no syntax that an old Python cannot parse.
"""

import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Mapping  # noqa: UP035 - parsed by old Pythons too

TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
LLAMA_CPU_INDEX = "https://abetlen.github.io/llama-cpp-python/whl/cpu"
TIMEOUT_S = 2
NVIDIA = ("/proc/driver/nvidia/version", "/dev/nvidia0", "/dev/dxg")
"""What the driver of an NVIDIA card shows on Linux; the last one under Windows' Linux."""
TORCH_VARIABLE, LLAMA_VARIABLE = "TORCH_INDEX_URL", "LLAMA_WHEEL_INDEX"
PAGE_BYTES = 1 << 20
FEATURES = {"AVX", "AVX2", "AVX512", "AVX512_VBMI", "AVX512_VNNI", "AVX512_BF16", "AVX_VNNI", "FMA", "F16C", "BMI2"}
FLAGS = {"AVX512": "avx512f"}
"""Names in /proc/cpuinfo that differ from those of llama.cpp by more than the case."""


class Source:
    """An index to ask for a package, and one line on why; `index` is empty for the ordinary one."""

    def __init__(self, index: str, why: str) -> None:
        self.index, self.why = index, why


def torch_source(environ: "Mapping[str, str]" = os.environ) -> Source:
    """Choose the index for torch: the one of TORCH_INDEX_URL, or that of the builds for the processor alone.

    An empty TORCH_INDEX_URL means the ordinary index.
    """
    if TORCH_VARIABLE in environ:
        return Source(environ[TORCH_VARIABLE].strip(), f"as {TORCH_VARIABLE} says")
    if sys.platform != "linux":
        return Source("", "the ordinary build of this system has no CUDA")
    if has_nvidia_card():
        return Source("", f"with CUDA, since there is an NVIDIA card; without: {TORCH_VARIABLE}={TORCH_CPU_INDEX}")
    if answers(TORCH_CPU_INDEX, "torch"):
        return Source(TORCH_CPU_INDEX, "the build for the processor alone, since there is no NVIDIA card")
    return Source(
        "",
        f"{TORCH_CPU_INDEX} was not reached in {TIMEOUT_S} s, so from the ordinary index, perhaps with gigabytes of "
        f"CUDA libraries; {TORCH_VARIABLE}=<a mirror of it> avoids them",
    )


def llama_source(environ: "Mapping[str, str]" = os.environ) -> Source:
    """Choose the index for a wheel of llama-cpp-python; `index` is empty if it is to be compiled.

    An empty LLAMA_WHEEL_INDEX, or CMAKE_ARGS with options of a build, mean compiling.
    """
    if environ.get(LLAMA_VARIABLE, "?").strip() == "":
        return Source("", f"compiled, as the empty {LLAMA_VARIABLE} says")
    if environ.get("CMAKE_ARGS"):
        return Source("", "compiled, since CMAKE_ARGS has options for it")
    if LLAMA_VARIABLE in environ:
        return Source(environ[LLAMA_VARIABLE].strip(), f"a wheel, as {LLAMA_VARIABLE} says")
    if platform.machine().lower() in ("x86_64", "amd64") and "avx2" not in (processor_flags() or {"avx2"}):
        return Source("", "compiled, since this processor has no AVX2, which the wheels need")
    if answers(LLAMA_CPU_INDEX, "llama-cpp-python"):
        return Source(LLAMA_CPU_INDEX, "a wheel of its publishers; compiled for this processor instead: make native")
    return Source("", f"compiled, since {LLAMA_CPU_INDEX} was not reached in {TIMEOUT_S} s")


def has_nvidia_card() -> bool:
    """Return whether an NVIDIA card and its driver are there."""
    if not any(Path(path).exists() for path in NVIDIA):
        return False
    program = shutil.which("nvidia-smi")
    if program is None:
        return Path(NVIDIA[0]).exists()
    try:
        done = subprocess.run([program, "-L"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and b"GPU" in done.stdout


def answers(index: str, package: str, timeout_s: float = TIMEOUT_S) -> bool:
    """Return whether an index has a page for a package and sends it within a time, look-up of the name included.

    The limits of a socket do not hold for looking a name up, so the question is asked in a thread that is left behind.
    """
    found: list[bool] = []

    def ask() -> None:
        address = f"{index.rstrip('/')}/{package}/"
        try:
            context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
            with urllib.request.urlopen(address, timeout=timeout_s, context=context) as page:
                found.append(b".whl" in page.read(PAGE_BYTES))
        except (OSError, ValueError):
            found.append(False)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout_s)
    return found == [True]


def processor_flags() -> "set[str]":
    """Return the flags of this processor in lower case; empty where the system does not list them."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    found = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return set(found.group(1).lower().split()) if found else set()


def missing_features(system_info: str, flags: "set[str]") -> "list[str]":
    """Return what a build of llama.cpp uses and this processor lacks; such a build ends with SIGILL when it computes.

    Args:
        system_info: what llama_print_system_info() says, "AVX2 = 1 | FMA = 1 | …".
        flags: the flags of the processor; empty if unknown, then nothing is missing.
    """
    used = set(re.findall(r"([A-Z0-9_]+) = 1", system_info)) & FEATURES
    return sorted(name for name in used if flags and FLAGS.get(name, name.lower()) not in flags)

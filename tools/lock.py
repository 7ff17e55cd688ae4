"""Write requirements.lock and tools/torch.txt from pyproject.toml; run by `make lock`, needs uv.

One lock for Python 3.11 to 3.14 on Linux and macOS, with hashes. torch, and the CUDA packages that it needs on some
machines, are left out: the right build of torch depends on the machine, so only its version is pinned.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LOCK = PROJECT / "requirements.lock"
TORCH = PROJECT / "tools" / "torch.txt"
MACHINE_SPECIFIC = re.compile(r"(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+)==")


def blocks(text: str) -> list[str]:
    """Split a lock into its entries: a requirement line with the indented lines below it."""
    return re.findall(r"^[a-zA-Z0-9].*\n(?:[ \t]+.*\n)*", text, re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Resolve with uv; locked versions are kept unless --upgrade is among the arguments."""
    uv = shutil.which("uv")
    if uv is None:
        sys.stderr.write("make lock needs uv: python3 -m pip install uv\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "requirements.lock"
        if LOCK.exists():
            output.write_text(LOCK.read_text() + (TORCH.read_text() if TORCH.exists() else ""))
        command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--fork-strategy", "fewest"]  # one version for all Pythons: set-up finds entries by package name
        command += ["--generate-hashes", "--no-annotate", "--no-header", "--group", "dev", "--group", "docs"]
        command += ["--extra", "mcp", "--extra", "cluster"]
        command += arguments
        command += ["--output-file", str(output), "pyproject.toml", "tools/build.txt"]
        if subprocess.run(command, cwd=PROJECT, check=False).returncode:
            sys.stderr.write("make lock: uv found no solution; see its message above\n")
            return 1
        entries = blocks(output.read_text())
    kept = [entry for entry in entries if not MACHINE_SPECIFIC.match(entry)]
    torch = next(entry.split()[0] for entry in entries if entry.startswith("torch=="))
    LOCK.write_text("# Made by `make lock`; do not edit. torch is pinned in tools/torch.txt.\n" + "".join(kept))
    TORCH.write_text(f"{torch}\n")
    print(f"{LOCK.name}: {len(kept)} packages, {torch}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Install Chromium for the browser tests if no password is needed; otherwise those tests are skipped.

Only on Debian and Ubuntu, only as root or with a sudo that asks for no password, and only once.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TRIED = Path(__file__).resolve().parent.parent / ".venv" / ".browser-tried"


def main() -> int:
    """Install Chromium if possible; always return 0, since a missing browser is not a failure."""
    if any(map(shutil.which, BROWSERS)) or TRIED.exists() or not shutil.which("apt-get"):
        return 0
    prefix = privilege()
    if prefix is None:
        return 0
    print("Installing Chromium for the browser tests", flush=True)
    TRIED.parent.mkdir(exist_ok=True)
    TRIED.touch()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        if subprocess.run([*prefix, "apt-get", *command], env=environment, capture_output=True, check=False).returncode:
            break
    return 0


def privilege() -> "list[str] | None":
    """Return the prefix of apt-get commands; None if sudo would ask for a password."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


if __name__ == "__main__":
    sys.exit(main())

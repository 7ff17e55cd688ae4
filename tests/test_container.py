"""The image and its root: no privileges, nothing writable but the volumes, a health check, and the program at work so.

No container engine is needed: the wheel runs in namespaces of its own under the rules of compose.yaml (read-only root,
another user without capabilities, no network). Building the image itself is not tested here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest
import yaml

from analyzer.config import EXAMPLE, PROJECT

pytestmark = pytest.mark.long(60)

DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
USER = 10001
INSIDE = r"""
set -e
mount --make-rprivate /
mount --rbind / "$ROOT"
mount -o remount,bind,ro "$ROOT"
for part in $(awk -v root="$ROOT" 'index($5, root "/") == 1 {print $5}' /proc/self/mountinfo); do
    mount -o remount,bind,ro "$part" 2>/dev/null || true
done
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/dev/shm"
mount --bind "$DATA" "$ROOT$DATA"
mount -o remount,bind,rw "$ROOT$DATA"
mount -t proc proc "$ROOT/proc"
ip link set lo up
exec chroot "$ROOT" setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs \
    --inh-caps=-all --bounding-set=-all sh -c "$WORK"
"""
WORK = r"""
cd "$DATA"
touch /tmp/x 2>/dev/null && echo "WRITABLE ROOT"
id -u
analyzer init > /dev/null
analyzer ingest feedback.csv --json
analyzer ask "What do customers complain about when it comes to delivery?" --json
analyzer serve > page.log 2>&1 &
for attempt in $(seq 120); do python "$HEALTH" && break; sleep 0.5; done
python "$HEALTH" && echo "PAGE IS UP"
python - <<'END'
import socket
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
    print("REACHED THE NETWORK")
except OSError as error:
    print("NO NETWORK:", error.strerror)
END
kill $!
"""


def test_the_image_runs_as_nobody_special_and_has_a_health_check():
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "build-essential" not in last
    assert re.search(r'^VOLUME \["/data", "/keys", "/models"\]$', last, re.MULTILINE)
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"  # nothing goes into an image that is not named: no workspace, no key, no .git


def test_what_the_image_copies_is_there_and_goes_into_its_context():
    kept = [line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    lines = [line for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line]
    copied = [line.split()[1:-1] for line in lines]
    for path in (path for paths in copied for path in paths):
        assert (PROJECT / path).exists(), path
        assert any(path == one or path.startswith(f"{one}/") or one.startswith(f"{path}/") for one in kept), path


@pytest.mark.parametrize("service", ["page", "tls", "fetch"])
def test_every_service_is_closed(service):
    found = COMPOSE["services"][service]
    assert found["read_only"] is True
    assert found["user"] == "10001:10001"
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    writable = {one.split(":")[1] for one in found["volumes"] if not one.endswith(":ro")}
    assert writable == ({"/data", "/keys", "/models"} if service == "fetch" else {"/data", "/keys"})


def test_the_page_listens_for_this_machine_or_by_tls():
    page, tls = COMPOSE["services"]["page"], COMPOSE["services"]["tls"]
    assert "ports" not in page
    assert page["command"] == ["serve"]
    assert "--tls" in tls["command"]


def test_constraints_are_the_versions_of_the_lock(tmp_path):
    command = [sys.executable, "tools/constraints.py", "requirements.lock", "tools/torch.txt"]
    lines = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.splitlines()
    locked = re.findall(r"^[a-zA-Z0-9][^\n]*==", (PROJECT / "requirements.lock").read_text(), re.MULTILINE)
    assert len(lines) == len(locked) + 1
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+==[^\s;]+( ;.*)?", line) for line in lines)


@pytest.fixture
def root():
    """A folder that other accounts can enter, with the wheel in an environment and a folder for data."""
    python = interpreter()
    for tool in ("unshare", "setpriv", "chroot", "ip"):
        if not shutil.which(tool):
            pytest.skip(f"a root of its own needs {tool}")
    allowed = ["unshare", "--mount", "--net", "--pid", "--fork", "true"]
    if os.geteuid() or subprocess.run(allowed, capture_output=True, check=False).returncode:
        pytest.skip("a root of its own needs root and namespaces, which are not permitted here")
    folder = Path(tempfile.mkdtemp(prefix="analyzer-root-"))
    folder.chmod(0o755)
    try:
        subprocess.run([python, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
        [site] = (folder / "venv").glob("lib/python*/site-packages")
        (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
        subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
        [wheel] = (folder / "dist").glob("*.whl")
        install = [sys.executable, "-m", "pip", "--python", str(folder / "venv" / "bin" / "python"), "install", "-q"]
        subprocess.run([*install, "--no-index", "--no-deps", "--ignore-installed", str(wheel)], check=True)
        shutil.copy(PROJECT / "container" / "health.py", folder / "health.py")
        (folder / "root").mkdir()
        (folder / "data").mkdir()
        with EXAMPLE.open(encoding="utf-8") as example:
            (folder / "data" / "feedback.csv").write_text("".join(islice(example, 61)), encoding="utf-8")
        shutil.chown(folder / "data", USER, USER)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def interpreter() -> str:
    """Return a Python of this version that another account can run; skip if there is none."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    asked = "import venv, sys; print(*sys.version_info[:2], sep='.')"
    for python in (str(Path(sys.executable).resolve()), f"/usr/bin/python{version}"):
        with suppress(OSError):
            # by a shell, since setpriv starts its program while it still may read everything
            command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--bounding-set=-all"]
            command += ["sh", "-c", 'exec "$0" -c "$1"', python, asked]
            found = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
            if found.stdout.strip() == version:
                return python
    return pytest.skip(f"no Python {version} that another account can run")


def test_the_wheel_works_with_a_read_only_root_as_another_user_without_a_network(root, models_dir):
    environ = {
        "ROOT": str(root / "root"), "DATA": str(root / "data"), "HEALTH": str(root / "health.py"), "WORK": WORK,
        "PATH": f"{root / 'venv' / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(root / "data"),
        "TMPDIR": str(root / "data"), "PYTHONDONTWRITEBYTECODE": "1", "ANALYZER_MODELS_DIR": str(models_dir.resolve()),
        "ANALYZER_ANSWERING_MODEL": "smollm2-135m-instruct-q4_1", "ANALYZER_THREADS": "1",
    }  # fmt: skip
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", INSIDE]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert "WRITABLE ROOT" not in said
    assert said[0] == str(USER), done.stderr
    imported, answer = (json.loads(line) for line in said if line.startswith("{"))
    assert imported["stored"] > 50
    assert answer["status"] == "answered"
    assert "PAGE IS UP" in said
    assert any(line.startswith("NO NETWORK") for line in said)

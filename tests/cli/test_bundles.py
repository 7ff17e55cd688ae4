"""A bundle carries program and models to a machine without a network: all of it is checked before any is installed."""

import ensurepip
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import asdict
from pathlib import Path

import pytest
from printed import conforming

from analyzer.cli import main
from analyzer.cli.bundle import installer
from analyzer.cli.bundle.archive import BundlePlan, check, create, install
from analyzer.cli.contracts.command_outputs import OUTPUTS
from analyzer.errors import InputFileError, ModelError
from analyzer.models.catalog import sha256_of

pytestmark = pytest.mark.long(40)

HERE = ".".join(map(str, sys.version_info[:2]))
MODEL = "tiny"


def make_wheel(folder, name, files, scripts=""):
    """Write a small wheel of pure Python."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = name.replace("-", "_")
    about = f"{plain}-1.0.dist-info"
    path = folder / f"{plain}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for place, text in files.items():
            wheel.writestr(place, text)
        requires = "Requires-Dist: helper-of-the-test\n" if name == "feedback-analyzer" else ""
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{requires}")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        if scripts:
            wheel.writestr(f"{about}/entry_points.txt", f"[console_scripts]\n{scripts}\n")
        wheel.writestr(f"{about}/RECORD", "")
    return path


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Make a bundle of a small program, what it depends on, the real pip, and a small model."""
    folder = tmp_path_factory.mktemp("bundle")
    wheels, models = folder / "wheels", folder / "models"
    main = "import helper\ndef main():\n    print(helper.SAID)\n"
    program = make_wheel(wheels, "feedback-analyzer", {"small_program.py": main}, "analyzer = small_program:main")
    make_wheel(wheels, "helper-of-the-test", {"helper.py": "SAID = 'at work without a network'\n"})
    [pip] = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")  # the one that comes with Python
    shutil.copy(pip, wheels)
    (models / "tiny").mkdir(parents=True)
    (models / "tiny" / "weights.bin").write_bytes(b"weights" * 1000)
    entry = {"path": "tiny/weights.bin", "bytes": 7000, "sha256": sha256_of(models / "tiny" / "weights.bin")}
    (models / "catalog.toml").write_text(
        f'[[model]]\nname = "{MODEL}"\nrole = "embedding"\npath = "tiny"\nlicence = "MIT"\nis_default = true\n'
        f'for_tests = false\nfiles = [{{ path = "{entry["path"]}", bytes = 7000, sha256 = "{entry["sha256"]}" }}]\n'
        '[[model.sources]]\nkind = "url"\nurl = "https://models.example/{file}"\n',
        encoding="utf-8",
    )
    plan = BundlePlan(requirement=str(program), models_dir=models, models=(), links=(wheels,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        return create(plan, folder / "feedback.tar", folder / "keys" / "proof.key", lambda step: None)


def changed(bundle, tmp_path, change):
    """Write the bundle anew with its members changed; `change` takes and returns a dictionary of name -> bytes."""
    with tarfile.open(bundle.path) as archive:
        members = {member.name: archive.extractfile(member).read() for member in archive}
    out = tmp_path / "changed.tar"
    with tarfile.open(out, "w") as archive:
        for name, content in change(members).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out


def test_a_bundle_is_installed_by_plain_python_without_a_network(bundle, tmp_path):
    with tarfile.open(bundle.path) as archive:
        script = archive.extractfile("install.py").read()
    (tmp_path / "install.py").write_bytes(script)
    home = tmp_path / "home"
    command = [sys.executable, "-I", str(tmp_path / "install.py"), bundle.path, "--digest", bundle.digest]
    if shutil.which("unshare") and not subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        command = ["unshare", "-rn", *command]
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    data = home / ".local" / "share" / "feedback-analyzer"
    said = subprocess.run([data / "venv" / "bin" / "analyzer"], capture_output=True, text=True, check=True).stdout
    assert said == "at work without a network\n"
    assert (data / "models" / "tiny" / "weights.bin").read_bytes() == b"weights" * 1000
    assert sorted(path.name for path in data.iterdir()) == ["models", "venv"]


def test_a_bundle_says_what_is_in_it_and_who_signed_it(bundle):
    found = check(Path(bundle.path))
    assert found == bundle
    assert (found.version, found.python, found.models) == ("1.0", HERE, (MODEL,))
    assert found.machine == installer.machine_of_this()
    assert found.wheels == 3


def test_what_is_printed_of_a_bundle_conforms_to_its_schema(bundle, capsys):
    assert main.main(["bundle", "verify", bundle.path, "--json"]) == 0
    assert conforming("bundle verify", capsys.readouterr().out) == [json.loads(json.dumps(asdict(bundle)))]
    assert OUTPUTS["bundle create"].type is OUTPUTS["bundle verify"].type is type(bundle)


def with_wheel_flipped(members):
    name = next(name for name in members if name.endswith("helper_of_the_test-1.0-py3-none-any.whl"))
    content = bytearray(members[name])
    content[len(content) // 2] ^= 1
    return members | {name: bytes(content)}


def with_manifest(change):
    def changing(members):
        manifest = json.loads(members["manifest.json"])
        change(manifest)
        return members | {"manifest.json": json.dumps(manifest).encode()}

    return changing


CHANGES = {
    "a byte of a wheel": with_wheel_flipped,
    "a file more": lambda members: members | {"wheels/more-1.0-py3-none-any.whl": b"x"},
    "a file outside": lambda members: members | {"../outside": b"x"},
    "a file less": lambda members: {name: content for name, content in members.items() if "weights" not in name},
    "another hash in the manifest": with_manifest(lambda manifest: manifest["files"][0].update(sha256="0" * 64)),
    "a path outside in the manifest": with_manifest(lambda manifest: manifest["files"][0].update(path="../x")),
    "another program in the manifest": with_manifest(lambda manifest: manifest.update(program="sh")),
    "no manifest": lambda members: {name: content for name, content in members.items() if name != "manifest.json"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_is_changed_nothing_is_installed(bundle, tmp_path, change):
    file = changed(bundle, tmp_path, change)
    with pytest.raises(InputFileError):
        check(file)
    with pytest.raises(InputFileError):
        install(file, bundle.digest, tmp_path / "into", tmp_path / "models")
    with pytest.raises(installer.BundleError):
        installer.install(file, bundle.digest, tmp_path / "into", tmp_path / "models")
    assert not (tmp_path / "into").exists()
    assert not (tmp_path / "models").exists()
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(
    ("digest", "signer", "fault"), [("0" * 64, "", "not the one given"), ("", "dead beef dead beef", "is signed by")]
)
def test_another_digest_or_signer_is_refused(bundle, tmp_path, digest, signer, fault):
    with pytest.raises(InputFileError, match=fault):
        install(Path(bundle.path), digest or bundle.digest, tmp_path / "into", tmp_path / "models", signer)
    assert not (tmp_path / "into").exists()


def test_a_bundle_for_another_python_or_machine_is_refused(bundle, monkeypatch, tmp_path):
    monkeypatch.setattr(installer.sys, "version_info", (3, 9, 1))
    with pytest.raises(installer.BundleError, match=f"for Python {HERE} and this is 3.9"):
        installer.install(Path(bundle.path), bundle.digest, tmp_path / "into", tmp_path / "models")
    monkeypatch.undo()
    monkeypatch.setattr(installer, "machine_of_this", lambda: "linux-aarch64")
    with pytest.raises(installer.BundleError, match="this machine is linux-aarch64"):
        installer.install(Path(bundle.path), bundle.digest, tmp_path / "into", tmp_path / "models")


def test_a_folder_that_is_no_environment_is_not_touched(bundle, tmp_path):
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    with pytest.raises(installer.BundleError, match="choose another folder"):
        installer.install(Path(bundle.path), bundle.digest, tmp_path, tmp_path / "models")
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"


def test_a_damaged_model_is_noticed_before_anything_is_written(bundle, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(Path(bundle.path).parent / "models", models)
    (models / "tiny" / "weights.bin").write_bytes(b"weights" * 999 + b"weightz")
    plan = BundlePlan(requirement="feedback-analyzer", models_dir=models, models=())
    with pytest.raises(ModelError):
        create(plan, tmp_path / "b.tar", tmp_path / "proof.key", lambda step: None)
    assert not (tmp_path / "b.tar").exists()


def test_the_installer_needs_nothing_but_the_standard_library():
    source = Path(installer.__file__).read_text(encoding="utf-8")
    wanted = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert wanted <= set(sys.stdlib_module_names)

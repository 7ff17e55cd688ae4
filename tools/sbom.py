"""Write docs/sbom.cdx.json, the bill of materials of the locked environment and the models; run by `make sbom`.

cyclonedx-py makes it twice, once from the lock (every package and its hashes) and once from .venv (licenses and
descriptions), both without a network. Two notes are added to each component: known network access (docs/egress.toml,
written by hand), and the network modules that its installed files can load (read from those files). The same lock on
the same kind of machine gives the same bytes: no times, no serial number.
"""

import ast
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parent.parent
BOM = PROJECT / "docs" / "sbom.cdx.json"
EGRESS = PROJECT / "docs" / "egress.toml"
PYPROJECT = PROJECT / "pyproject.toml"
CATALOG = PROJECT / "analyzer" / "models" / "catalog.toml"
PINNED = (PROJECT / "requirements.lock", PROJECT / "tools" / "torch.txt")
KNOWN, IMPORTS = "egress:known", "egress:network-imports"
NOTHING_KNOWN = "nothing known"
CLIENTS = (
    "_socket aiohttp asyncio.open_connection boto3 botocore ftplib grpc h11 hf_xet http.client http.server httpcore "
    "httpcore2 httpx httpx2 huggingface_hub imaplib paramiko poplib requests smtplib socket socketserver ssl "
    "urllib.request urllib3 webbrowser websocket websockets xmlrpc.client"
).split()
CALLS = (b"connect", b"getaddrinfo")
"""Network functions of the C library, searched for as whole names in the string table of compiled code."""
_WORDS = "|".join(sorted({name.partition(".")[0] for name in CLIENTS}))
_IMPORT = re.compile(rf"\b(?:from|import)\b[^\r\n]*\b(?:{_WORDS})\b".encode())
"""A line that may import a network module; files without such a line need not be parsed."""

Json = dict[str, Any]


def main() -> int:
    """Write the file; return 1 if cyclonedx-py is missing."""
    if not (Path(sys.executable).parent / "cyclonedx-py").exists():
        sys.stderr.write("make sbom needs cyclonedx-py: run make setup\n")
        return 1
    bom = bill()
    BOM.write_text(json.dumps(bom, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{BOM.relative_to(PROJECT)}: {len(bom['components'])} components")
    return 0


def bill() -> Json:
    """Return the whole bill of materials."""
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "pinned.txt"
        pinned.write_text("".join(file.read_text(encoding="utf-8") for file in PINNED), encoding="utf-8")
        bom, installed = cyclonedx("requirements", str(pinned)), cyclonedx("environment", sys.executable)
    here = {normal(component["name"]): component for component in installed["components"]}
    notes = tomllib.loads(EGRESS.read_text(encoding="utf-8"))
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = [name for names in project.get("optional-dependencies", {}).values() for name in names]
    used = closure([*project["dependencies"], *extras])
    packages = [package(c, here.get(normal(c["name"]), {}), notes, used) for c in bom["components"]]
    models = [model(entry) for entry in tomllib.loads(CATALOG.read_text(encoding="utf-8"))["model"]]
    names = {component["bom-ref"] for component in packages}
    bom["components"] = sorted(packages, key=lambda c: str(c["bom-ref"])) + models
    bom["dependencies"] = [{"ref": "root-component", "dependsOn": sorted(names & used)}]
    return bom


def cyclonedx(*arguments: str) -> Json:
    """Run cyclonedx-py, which only reads files, and return its document."""
    command = [str(Path(sys.executable).parent / "cyclonedx-py"), *arguments, "--output-reproducible"]
    command += ["--pyproject", str(PYPROJECT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def normal(name: str) -> str:
    """Return a package name normalized as on PyPI (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(requirements: list[str]) -> set[str]:
    """Return the names of direct and transitive dependencies of the program; other packages are for development."""
    pending = [Requirement(requirement) for requirement in requirements]
    found: set[tuple[str, str]] = set()
    while pending:
        requirement = pending.pop()
        for extra in ("", *requirement.extras):
            step = (normal(requirement.name), extra)
            if step not in found:
                found.add(step)
                pending += needs(*step)
    return {name for name, _ in found}


def needs(name: str, extra: str) -> list[Requirement]:
    """Return the requirements of an installed package on this machine, with one of its extras or none ("")."""
    try:
        wanted = [Requirement(text) for text in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return []
    return [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": extra})]


def package(component: Json, installed: Json, notes: Json, used: set[str]) -> Json:
    """Return one component: version and hashes from the lock, the rest from the installed files."""
    name = normal(component["name"])
    entry = {key: component[key] for key in ("name", "version", "type", "purl")}
    entry["externalReferences"] = component.get("externalReferences", [])
    if "description" in installed:
        entry["description"] = installed["description"]
    licences = installed.get("licenses") or declared(name, notes)
    if licences:
        entry["licenses"] = licences
    known = str(notes.get(name, {}).get("known", NOTHING_KNOWN))
    here = "not installed on the machine that made this list" if not installed else imports_of(name)
    scope = "required" if name in used else "excluded"
    return {**entry, "bom-ref": name, "scope": scope, "properties": properties(known, here)}


def declared(name: str, notes: Json) -> list[Json]:
    """Return the license that a package states as free text, or the one noted by hand in docs/egress.toml."""
    try:
        text = str(metadata.metadata(name).json.get("license") or notes.get(name, {}).get("license", "")).splitlines()
    except metadata.PackageNotFoundError:
        return []
    return [{"license": {"acknowledgement": "declared", "name": text[0]}}] if text else []


def properties(known: str, imports: str) -> list[Json]:
    """Return the two notes on network access."""
    return [{"name": KNOWN, "value": known}, {"name": IMPORTS, "value": imports}]


def imports_of(name: str) -> str:
    """Return the network modules that a package's files load, and the C library calls of its compiled code, as text."""
    found: set[str] = set()
    calls: set[str] = set()
    for file in metadata.files(name) or ():
        path = Path(str(file.locate()))
        if not path.is_file() or {"tests", "test"} & set(file.parts):
            continue
        if path.suffix == ".py":
            found.update(clients(path.read_bytes()))
        elif ".so" in path.suffixes:
            data = path.read_bytes()
            calls.update(call.decode() for call in CALLS if b"\0" + call + b"\0" in data)
    compiled = [f"compiled code: {' '.join(sorted(calls))}"] if calls else []
    return ", ".join([*sorted(found), *compiled]) or "none"


def clients(source: bytes) -> set[str]:
    """Return the network modules that a file of Python code imports, wherever in it."""
    if not _IMPORT.search(source.replace(b"\\\n", b" ").replace(b"\\\r\n", b" ")):  # a line may go on in the next one
        return set()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    return {client for name in imported(tree) for client in CLIENTS if f"{name}.".startswith(f"{client}.")}


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the full name of every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def model(entry: Json) -> Json:
    """Return a model as a component, each of its files with its own hash."""
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{entry['name']}",
        "name": entry["name"],
        "description": f"{entry['role']} model",
        "licenses": [{"license": {"acknowledgement": "declared", "name": entry["licence"]}}],
        "scope": "required" if entry["is_default"] else "optional",
        "components": [
            {
                "type": "file",
                "bom-ref": f"model:{entry['name']}:{file['path']}",
                "name": file["path"],
                "hashes": [{"alg": "SHA-256", "content": file["sha256"]}],
            }
            for file in entry["files"]
        ],
        "properties": properties(
            "data, not a program: cannot reach out; fetched by `analyzer models fetch` alone", "none"
        ),
    }


if __name__ == "__main__":
    sys.exit(main())

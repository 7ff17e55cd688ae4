"""JSON Schemas: every command with --json has one, it is published, and what the command prints conforms to it."""

import argparse
import copy
import csv
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import OTHER_MODEL, FakeWorkspace, TwoModels, write_csv
from jsonschema import Draft202012Validator
from printed import conforming
from test_help import parsers
from topics import rows

from analyzer import workspace
from analyzer.cli import main
from analyzer.cli.contracts.command_outputs import FAILURE, OUTPUTS
from analyzer.cli.contracts.json_schema import file_name, removals, schema_of
from analyzer.config import PROJECT

pytestmark = pytest.mark.long(30)

PUBLISHED = PROJECT / "docs" / "schemas"
WITH_JSON = {
    name.removeprefix("analyzer ")
    for name, parser in parsers(main._parser())
    if any("--json" in action.option_strings for action in parser._actions)
    and not any(isinstance(action, argparse._SubParsersAction) for action in parser._actions)
}
ELSEWHERE = {
    "bundle create": "prints the record that bundle verify prints, which tests/cli/test_bundles.py checks",
    "bundle verify": "tests/cli/test_bundles.py",
    "bundle install": "two paths; installs a program",
    "evaluate": "its figures have no names that are promised",
    "models fetch": "prints the same as models list, and needs a network",
    "models use-server": "tests/test_model_server.py, which has a server",
    "offline prove": "tests/evaluation/egress_proof/test_prove.py, which takes minutes",
    "offline check": "the same",
    "cluster certificates": "makes keys; tests/cluster",
    "worker start": "tests/cli/test_resident.py, which starts one",
    "audit selftest": "tests/custody/test_selftest.py",
}


def test_every_command_with_json_has_a_schema_and_every_schema_a_command():
    assert set(OUTPUTS) - {FAILURE} == WITH_JSON


def test_every_schema_is_valid_and_says_what_it_is():
    for command, output in OUTPUTS.items():
        if output.type is not None:
            schema = schema_of(command)
            Draft202012Validator.check_schema(schema)
            assert schema["$id"].endswith(f":{output.version}")
            assert schema["title"]


def test_the_published_schemas_are_those_of_today():
    made = {file_name(name): schema_of(name) for name, output in OUTPUTS.items() if output.type is not None}
    found = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in PUBLISHED.glob("*.json")}
    assert found == made, "run: make schemas"
    page = (PROJECT / "docs" / "schemas.md").read_text(encoding="utf-8")
    assert {line.split("`")[1] for line in page.splitlines() if line.startswith("| [`")} == {
        name for name, output in OUTPUTS.items() if output.type is not None
    }


def test_what_scripts_rely_on_cannot_be_removed_without_a_new_version():
    old = schema_of("search")
    for change in (
        lambda new: new["properties"].pop("among"),
        lambda new: new["required"].remove("among"),
        lambda new: new["properties"]["among"].update(type="string"),
        lambda new: new["$defs"]["Hit"]["properties"].pop("score"),
        lambda new: new["properties"]["hits"]["items"].update({"$ref": "#/$defs/Other"}),
    ):
        new = copy.deepcopy(old)
        change(new)
        assert removals(old, new)
    added = copy.deepcopy(old)
    added["properties"]["more"] = {"type": "string"}
    added["required"].append("more")
    assert not removals(old, added)
    assert not removals(old, old)


def test_a_schema_is_printed_and_what_there_is_not_is_one_line():
    def run(*arguments):
        command = [sys.executable, "-m", "analyzer", "schema", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert json.loads(run("themes", "list").stdout) == schema_of("themes list")
    assert json.loads(run("themes", "list", "--json").stdout) == schema_of("themes list")
    listed = json.loads(run("--json").stdout)["schemas"]
    assert {one["command"] for one in listed} == {name for name, one in OUTPUTS.items() if one.type is not None}
    for words in (("themes", "nonsense"), ("serve",)):
        done = run(*words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


CODEBOOK = (
    "themes:\n  - {name: Delivery, examples: [My parcel arrived late]}\n  - {name: Soup, examples: [cold soup]}\n"
)
CUSTOMERS = [{"customer": f"K{n}", "email": f"k{n}@example.com", "region": "north"} for n in range(12)]
PREDICATE = "late parcel"
ASKED = "What do people say about the soup?"
ALONE = """
init
settings
models list
offline status
schema
schema status
ingest {dir}/f.csv --preview
ingest {dir}/f.csv
reindex --embedding {other}
status
verify
search soup --where rating<=3
show C-100 C-901
duplicates --find
overview
plan "{asked}"
ask "{asked}"
ask "{asked} What do people say about the parcel?"
history
export {dir}/a.html
export {dir}/c.parquet --what comments
count "{predicate}" --by channel
count "{predicate}" --once
compare channel=app channel=email
table --by channel
table --measure average --of rating --by date --period month
labels next "{predicate}" --limit 4
labels next "{predicate}" --limit 4 --out {dir}/labels.csv
labels keep "{predicate}" {dir}/kept.csv
count "{predicate}"
labels list
labels undo "{predicate}"
themes build --about 4 --no-names
overview
themes list
themes show T1
themes why C-100
themes assignments
themes assignments --out {dir}/a.jsonl
themes segments channel
themes scorecard
themes report {dir}/r.html
themes edit rename T1 Boxes
themes log
themes undo
trends --by month
trends --by month --segment channel
drivers --of rating
drivers --csat
ask "{asked}"
codebook load {dir}/codebook.yaml
codebook promote T2
codebook add Waiter --example rude
codebook remove Waiter
codebook apply
codebook list
codebook queue --limit 3
codebook queue --limit 3 --out {dir}/queue.csv
codebook label C-100 delivery
codebook undo
codebook assignments
codebook save {dir}/saved.yaml
trends --codebook
digest {dir}/digest --alerts {dir}/alerts.toml
watch {dir}/folder --once --no-names --quiet 0
scrub --text "I am Ann Lee of ann.lee@example.com"
scrub {dir}/f.csv --out {dir}/scrubbed.csv
privacy queue
privacy decide {entry} deny
privacy allow parcel
privacy deny waiter
privacy terms
privacy undo
privacy sample --size 3
privacy checked --sample 1 --missed 1
privacy report
links issue {dir}/customers.csv --template https://s.example/?t={token} --who customer --out {dir}/links.csv
links list
links who {link} --reason asked
links scan
retention set --months 600
retention list
retention run --dry-run
retention drop 1
erase --id C-100 --dry-run
erase --id C-101 --out {dir}/receipt.json
erase --check {dir}/receipt.json
backup create --to {dir}/backup
backup list
backup verify {dir}/backup
backup drill {dir}/backup
backup restore {dir}/backup
key show
key change
key enter {id}
incident open --note lost
incident report
incident drill
incident close
evidence {dir}/evidence
audit show --limit 500
audit verify
audit reanchor --reason moved
user add ada --role admin
user add bob --role steward --as ada
user grant bob --role analyst steward --as ada
user passphrase bob --as ada
user me --as bob
user list --as ada
user review --as ada
user engagement bob --as ada
user add cyn --role analyst --as ada
labels keep "{predicate}" {dir}/kept.csv --as cyn
agreement next --as bob
labels keep "{predicate}" {dir}/other.csv --as bob
agreement measure --as bob
agreement disagreements --as bob
agreement settle "{predicate}" C-102=yes --as bob
agreement disagreements --settled --as bob
overview --as bob
views save late --where rating<=2 --as bob
views list --as bob
views remove 1 --as bob
worker status
worker stop
user revoke bob --as ada
models add {dir}/mine.gguf
"""
EXPECTED = {"digest": 3}
"""Exit codes other than 0."""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, fake_detector):
    """Run a command with --json as scripts do, over a real store with fake models; return its exit code and output."""
    opened = []

    class Scripted(FakeWorkspace):
        def __init__(self, settings, actor="owner", models=None, **session):
            super().__init__(settings, actor, TwoModels(), **session)
            opened.append(self)

    monkeypatch.setattr(workspace, "Workspace", Scripted)
    for name, folder in (("WORKSPACE", "ws"), ("KEYS_DIR", "keys")):
        monkeypatch.setenv(f"ANALYZER_{name}", str(tmp_path / folder))
    monkeypatch.setenv("ANALYZER_WORKERS", "1")

    def command(*arguments):
        capsys.readouterr()
        code = main.main([*arguments, "--json"])
        while opened:
            opened.pop().close()
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def files(folder):
    """Write what the commands read."""
    write_csv(folder / "f.csv", [*rows(), {**rows()[0], "id": "D-1", "comment": "I spoke to Brannigan about it"}])
    write_csv(folder / "folder" / "g.csv", [{**row, "id": f"G-{n}"} for n, row in enumerate(rows(3))])
    write_csv(folder / "kept.csv", [{"id": f"C-{n}", "label": "yes"} for n in range(102, 106)])
    write_csv(folder / "other.csv", [{"id": f"C-{n}", "label": "yes" if n % 2 else "no"} for n in range(102, 106)])
    write_csv(folder / "customers.csv", CUSTOMERS)
    (folder / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    (folder / "alerts.toml").write_text('[[rule]]\nname = "any"\nmeasure = "comments"\nabove = 1\n', encoding="utf-8")
    (folder / "mine.gguf").write_bytes(b"GGUF and more")


def test_what_every_command_prints_conforms_to_its_schema(run, tmp_path, monkeypatch):
    files(tmp_path)
    known = {"dir": tmp_path, "asked": ASKED, "predicate": PREDICATE, "other": OTHER_MODEL, "token": "{token}"}
    done, faults = set(), []
    monkeypatch.setattr("sys.stdin.read", lambda: "\n".join(known["sheet"]["lines"]), raising=False)
    for line in ALONE.strip().splitlines():
        command = max((name for name in OUTPUTS if f"{line} ".startswith(f"{name} ")), key=len)
        words = [word.format(**known) for word in shlex.split(line.removeprefix(command))]
        if command == "models add":
            monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "models"))
        code, out, said = run(*command.split(), *words)
        done.add(command)
        try:
            assert code == EXPECTED.get(command, 0), said
            learn(known, command, conforming(command, out)[0])
        except AssertionError as error:
            faults.append(f"{line}: {error}")
    assert not faults, "\n".join(faults)
    assert {name for name, output in OUTPUTS.items() if output.type} - done - {FAILURE} == set(ELSEWHERE)


def learn(known, command, printed):
    """Keep what later commands need of an output."""
    if command == "init":
        known["id"] = printed["id"]
    elif command == "privacy queue":
        known["entry"] = printed["entries"][0]["id"]
    elif command == "links issue":
        with Path(printed["path"]).open(newline="", encoding="utf-8-sig") as table:
            known["link"] = next(cell for cell in next(csv.DictReader(table)).values() if "?t=" in cell)
    elif command == "key change":
        known["sheet"] = printed
        (known["dir"] / "keys" / f"{known['id']}.key").unlink()


@pytest.mark.parametrize("arguments", [("show", "nobody"), ("search",), ("nonsense",), ("status", "--as", "eve")])
def test_failures_conform_to_their_schema(run, arguments):
    code, out, _ = run(*arguments)
    assert code in (1, 2)
    conforming(FAILURE, out)

"""The committed bill of materials matches the lock and the catalog, with both notes on every component."""

import json
import re
import sys
import tomllib

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from analyzer.config import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import sbom

TEXT = sbom.BOM.read_text(encoding="utf-8")
BOM = json.loads(TEXT)
NOTES = tomllib.loads(sbom.EGRESS.read_text(encoding="utf-8"))
PACKAGES = {c["name"]: c for c in BOM["components"] if c["type"] == "library"}
MODELS = {c["name"]: c for c in BOM["components"] if c["type"] == "machine-learning-model"}
CATALOG = {entry["name"]: entry for entry in tomllib.loads(sbom.CATALOG.read_text())["model"]}


def pinned():
    """Return name -> (version, hashes) of everything that is locked."""
    text = "".join(file.read_text() for file in sbom.PINNED)
    entries = re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)(.*\n(?:[ \t]+.*\n)*)", text, re.MULTILINE)
    return {name: (version, set(re.findall(r"sha256:([0-9a-f]{64})", rest))) for name, version, rest in entries}


def notes(component):
    return {each["name"]: each["value"] for each in component["properties"]}


def test_it_is_what_the_standard_says():
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(TEXT) is None


def test_it_lists_the_locked_packages_and_versions_and_no_others():
    assert {name: c["version"] for name, c in PACKAGES.items()} == {name: v for name, (v, _) in pinned().items()}


def test_every_hash_of_the_lock_is_in_it():
    listed = {
        name: {h["content"] for reference in c["externalReferences"] for h in reference.get("hashes", [])}
        for name, c in PACKAGES.items()
    }
    assert listed == {name: hashes for name, (_, hashes) in pinned().items()}


def test_it_lists_the_models_of_the_catalog_with_their_fingerprints_and_licenses():
    listed = {
        name: ({f["name"]: f["hashes"][0]["content"] for f in c["components"]}, c["licenses"][0]["license"]["name"])
        for name, c in MODELS.items()
    }
    assert listed == {
        name: ({f["path"]: f["sha256"] for f in entry["files"]}, entry["licence"]) for name, entry in CATALOG.items()
    }


def test_every_component_says_what_is_known_of_its_reaching_out_and_what_it_can_load():
    for component in BOM["components"]:
        assert notes(component).keys() == {sbom.KNOWN, sbom.IMPORTS}
        assert all(notes(component).values())


def test_the_notes_are_those_of_today_and_name_no_package_that_is_not_locked():
    assert NOTES.keys() <= PACKAGES.keys()
    for name, component in PACKAGES.items():
        assert notes(component)[sbom.KNOWN] == NOTES.get(name, {}).get("known", sbom.NOTHING_KNOWN)


def test_every_package_of_the_running_program_that_can_load_a_network_client_has_a_note():
    silent = {"none", "not installed on the machine that made this list"}
    unexplained = [
        name
        for name, component in PACKAGES.items()
        if component["scope"] == "required" and notes(component)[sbom.IMPORTS] not in silent and name not in NOTES
    ]
    assert unexplained == []


def test_every_package_of_the_running_program_has_a_license():
    assert [name for name, c in PACKAGES.items() if c["scope"] == "required" and not c.get("licenses")] == []


def test_it_carries_no_time_and_no_serial_number():
    assert "serialNumber" not in BOM
    assert "timestamp" not in BOM["metadata"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os, socket", {"socket"}),
        ("def f():\n    from urllib import request", {"urllib.request"}),
        ("from urllib.parse import quote", set()),
        ("import http.client as h\nfrom requests.adapters import X", {"http.client", "requests"}),
        ("from . import socket", set()),
        ("# import socket", set()),
        ("import socket, (", set()),
    ],
)
def test_network_modules_are_read_from_the_code(source, found):
    assert sbom.clients(source.encode()) == found


def test_what_is_installed_is_what_is_looked_at():
    assert "requests" in sbom.imports_of("tldextract")
    assert sbom.imports_of("phonenumbers") == "none"


def test_an_extra_of_a_dependency_is_followed_and_a_development_tool_is_not():
    reached = sbom.closure(["streamlit"])
    assert {"requests", "urllib3", "tornado", "starlette"} & reached == {"requests", "urllib3", "starlette"}
    assert "pytest" not in reached

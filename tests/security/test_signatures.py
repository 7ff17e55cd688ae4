"""The signature of a report: any change shows, the key stays private."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.security.signatures import SIGNATURE, is_intact, machine_key, sign

REPORT = {
    "ok": True,
    "attempts": [],
    "made_at": "2026-01-01",
    "steps": [{"name": "é", "seconds": 1.5}],
    "leaks": [1, 2],
}


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return tmp_path_factory.mktemp("keys") / "deep" / "proof.key"


def test_a_report_is_intact_as_it_was_signed_and_after_being_written(key):
    report = sign(REPORT, machine_key(key))
    assert is_intact(report)
    assert is_intact(json.loads(json.dumps(report, indent=1, ensure_ascii=False)))


def test_the_key_is_its_owners_alone_and_the_same_next_time(key):
    one, other = sign(REPORT, machine_key(key)), sign(REPORT, machine_key(key))
    assert key.stat().st_mode & 0o777 == 0o600
    assert one[SIGNATURE] == other[SIGNATURE]
    assert len(one[SIGNATURE]["fingerprint"].split()) == 4


def places(value, path=()):
    if isinstance(value, dict):
        for name, part in value.items():
            yield from places(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from places(part, (*path, number))
    else:
        yield path


@given(st.data())
def test_any_change_anywhere_shows(key, data):
    report = sign(REPORT, machine_key(key))
    path = data.draw(st.sampled_from(list(places(report))))
    changed = copy.deepcopy(report)
    part = changed
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = data.draw(
        st.one_of(st.text(max_size=5), st.integers(), st.none()).filter(lambda v: v != part[path[-1]])
    )
    assert not is_intact(changed)


@pytest.mark.parametrize("broken", [{}, {SIGNATURE: None}, {SIGNATURE: {"algorithm": "Ed25519"}}, {SIGNATURE: "x"}])
def test_what_is_not_signed_is_not_intact(broken):
    assert not is_intact({"ok": True, **broken})


def test_a_signature_by_another_key_shows_in_the_fingerprint(key, tmp_path):
    assert (
        sign(REPORT, machine_key(key))[SIGNATURE]["fingerprint"]
        != sign(REPORT, machine_key(tmp_path / "k"))[SIGNATURE]["fingerprint"]
    )

"""Key files: made private, refused when they are not."""

import pytest

from analyzer.errors import KeyFileError
from analyzer.security.keys import KEY_BYTES, create_key, derive_key, read_key


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys" / "w.key"


def test_a_new_key_is_random_private_and_read_back(file, tmp_path):
    key = create_key(file)
    assert len(key) == KEY_BYTES
    assert read_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o077 == 0
    assert create_key(tmp_path / "other.key") != key


def test_an_existing_key_is_never_overwritten(file):
    key = create_key(file)
    with pytest.raises(KeyFileError, match="exists already"):
        create_key(file)
    assert read_key(file) == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777])
def test_a_key_open_to_others_is_refused_with_the_remedy(file, mode):
    create_key(file)
    file.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key(file)


def test_a_missing_key_is_refused(file):
    with pytest.raises(KeyFileError, match="is missing; put it back"):
        read_key(file)


@pytest.mark.parametrize("size", [0, KEY_BYTES - 1, KEY_BYTES + 1])
def test_a_key_of_the_wrong_size_is_refused(file, size):
    create_key(file)
    file.write_bytes(bytes(size))
    with pytest.raises(KeyFileError, match="damaged"):
        read_key(file)


def test_derived_keys_differ_by_purpose_and_by_key():
    purposes = ("store", "cache", "audit", "pseudonyms", "")
    derived = {derive_key(key, purpose) for key in (bytes(32), bytes([1]) * 32) for purpose in purposes}
    assert len(derived) == 2 * len(purposes)
    assert {len(key) for key in derived} == {KEY_BYTES}


def test_a_derived_key_is_always_the_same():
    assert derive_key(bytes(32), "store") == derive_key(bytes(32), "store")
    assert derive_key(bytes(32), "store").hex() == STORE_KEY_OF_ZEROS


STORE_KEY_OF_ZEROS = "a3201f77ee6b9882337e235a403fd66411c15587956ca51f367b4efdb3f4bc1a"
"""Changing the derivation would lock every workspace there is."""

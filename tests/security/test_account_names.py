"""Names of accounts: one person has one name, however it is typed, and no name looks like another's."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from fakes import make_workspace
from hypothesis import assume, given
from hypothesis import strategies as st
from roles import opened, staffed

from analyzer.errors import UsageError
from analyzer.security.account_names import check_name, name_key
from analyzer.security.sign_in import Authenticator
from analyzer.security.types import Grant, Role

CYRILLIC_A = "\N{CYRILLIC SMALL LETTER A}"


@pytest.fixture
def settings(tmp_path):
    return staffed(tmp_path)


@pytest.fixture
def admin(settings):
    held = opened(settings, "ada")
    yield held
    held.close()


@pytest.mark.parametrize("name", ["Ada", "ADA", "ａｄａ", "ᴬda", "ad\N{FEMININE ORDINAL INDICATOR}"])
def test_a_name_that_reads_like_one_that_is_taken_is_refused(admin, name):
    before = [one.name for one in admin.users.list()]
    with pytest.raises(UsageError, match="there is an account ada already"):
        admin.users.add(Grant(name, (Role.ANALYST,)), sign_in=False)
    assert [one.name for one in admin.users.list()] == before


def test_a_name_is_kept_in_one_form_and_a_sharp_s_is_a_double_s(admin):
    decomposed = unicodedata.normalize("NFD", "zoë")
    assert admin.users.add(Grant(decomposed, (Role.VIEWER,)), sign_in=False).account.name == "zoë"
    admin.users.add(Grant("strauss", (Role.VIEWER,)), sign_in=False)
    with pytest.raises(UsageError, match="there is an account strauss already"):
        admin.users.add(Grant("Strauß", (Role.VIEWER,)), sign_in=False)


@pytest.mark.parametrize(
    "name", [f"ad{CYRILLIC_A}", "αda", "ada\N{ARABIC-INDIC DIGIT ONE}", "ad\N{ARMENIAN SMALL LETTER AYB}", "井a"]
)
def test_a_name_that_mixes_scripts_is_refused(admin, name):
    with pytest.raises(UsageError, match="one script"):
        admin.users.add(Grant(name, (Role.VIEWER,)), sign_in=False)
    assert name not in {one.name for one in admin.users.list()}


@pytest.mark.parametrize("name", ["анна", "井上ひろ", "ヒロ-1", "김민수", "zoë.müller+1@mail.example", "παύλος"])
def test_a_name_in_one_script_is_fine(name):
    assert check_name(name) == name


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12))
def test_a_name_that_is_accepted_is_the_same_name_in_every_form(name):
    try:
        plain = check_name(name)
    except UsageError:
        assume(False)
    assert check_name(plain) == plain
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        typed = unicodedata.normalize(form, name)
        assert name_key(typed) == name_key(typed.swapcase().casefold()) == name_key(plain)


def test_two_handles_that_add_look_alikes_at_the_same_time_add_one(settings, admin):
    other, start = opened(settings, "ada"), Barrier(2)

    def add(held, name):
        start.wait()
        try:
            held.users.add(Grant(name, (Role.VIEWER,)), sign_in=False)
        except UsageError:
            return False
        return True

    for number in range(4):
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(add, (admin, other), (f"eve{number}", f"EVE{number}")))
        assert sorted(done) == [False, True]
    other.close()


def test_who_signs_in_may_type_the_name_in_another_case(settings, monkeypatch):
    admin = opened(settings, "ada")
    word = admin.users.passphrase("ann").passphrase
    admin.close()
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(settings.keys_dir))
    held = Authenticator(settings.workspace)
    assert held.account(held.sign_in("ＡNN ", word)) == "ann"


def test_accounts_of_before_that_look_alike_are_named_in_the_review(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    admin = opened(workspace.settings, "ada")
    with admin.store.database.transaction() as connection:
        connection.execute("INSERT INTO accounts VALUES('Ada', '', '2024-01-01T00:00:00+00:00')")
    assert {one.name: one.remarks for one in admin.users.list()} == {
        "Ada": ("the name reads like that of ada",), "ada": ("the name reads like that of Ada",),
    }  # fmt: skip
    admin.close()

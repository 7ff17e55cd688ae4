"""Tokens of survey links: random, useless without the key, and marked once as used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import WorkspaceError
from analyzer.security.survey_tokens import TOKEN, Issued, Tokens
from analyzer.store.database import Database
from analyzer.store.pages import decrypted_pages

TOKENS = Tokens(bytes(range(32)))
STORE_KEY = bytes(32)


@pytest.fixture
def database(tmp_path):
    made = Database.create(tmp_path / "feedback.db", STORE_KEY, {})
    with made.transaction() as connection:
        connection.execute("INSERT INTO link_batches VALUES(1, 't', 'ann', 'https://x.example/{token}', 0, '[]')")
    yield made
    made.close()


def issue(database, *people, tokens=TOKENS):
    with database.transaction() as connection:
        return tokens.issue(connection, 1, [(who, {"plan": who[-1:]}) for who in people])


def test_each_recipient_gets_a_token_of_their_own_in_order(database):
    issued = issue(database, "ann@x.example", "bob@x.example", "ann@x.example")
    assert len(set(issued)) == 3
    assert all(TOKEN.fullmatch(token) for token in issued)
    assert [TOKENS.who(database, token) for token in issued] == ["ann@x.example", "bob@x.example", "ann@x.example"]


def test_the_file_has_neither_a_token_nor_a_recipient(database):
    issued = issue(database, "ann@x.example", "ann@x.example")
    database.truncate_log()
    pages = b"".join(decrypted_pages(database.path, STORE_KEY))
    assert b"ann@x.example" not in pages
    assert not [token for token in issued if token.encode() in pages or token[3:].encode() in pages]
    (one,), (other,) = database.rows("SELECT who FROM links")
    assert one != other  # not even that both are one person


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_a_recipient_comes_back_as_it_was_given_and_a_digest_does_not_depend_on_it(who):
    token = "fb-" + "a" * 26
    encrypted = TOKENS._encrypted(token, who)
    assert encrypted != TOKENS._encrypted(token, who)

    class Rows:
        """A database with one link."""

        def rows(self, sql, parameters):
            return [(encrypted,)] if parameters == (TOKENS.digest(token),) else []

    assert TOKENS.who(Rows(), token) == who


def test_only_issued_tokens_are_known_also_among_more_than_fit_one_statement(database):
    issued = issue(database, *[f"p{n}" for n in range(1_100)])
    hostile = ["", "fb-", "fb-" + "a" * 26, issued[0].upper(), f" {issued[0]}", "' OR 1=1 --"]
    found = TOKENS.known(database, [*hostile, *issued, *issued])
    assert set(found) == set(issued)
    assert found[issued[7]] == Issued({"plan": "7"}, False)
    assert TOKENS.known(database, []) == {}
    assert Tokens(bytes(32)).known(database, issued) == {}


def test_a_token_is_used_once_and_keeps_the_time_of_its_first_use(database):
    one, other = issue(database, "ann", "bob")
    for at in ("2026-01-01", "2026-02-02"):
        with database.transaction() as connection:
            TOKENS.mark_used(connection, [one, "fb-" + "a" * 26], at)
    assert {token: issued.is_used for token, issued in TOKENS.known(database, [one, other]).items()} == {
        one: True, other: False,
    }  # fmt: skip
    assert database.rows("SELECT used FROM links ORDER BY used") == [("",), ("2026-01-01",)]


def test_tokens_of_a_batch_that_was_rolled_back_were_never_issued(database):
    with pytest.raises(KeyError), database.transaction() as connection:  # noqa: PT012 - one transaction
        (token,) = TOKENS.issue(connection, 1, [("ann", {})])
        raise KeyError
    assert (TOKENS.known(database, [token]), TOKENS.who(database, token)) == ({}, None)


def test_a_token_of_a_batch_that_does_not_exist_is_not_issued(database):
    with pytest.raises(WorkspaceError), database.transaction() as connection:
        TOKENS.issue(connection, 9, [("ann", {})])
    assert database.rows("SELECT * FROM links") == []


def test_nobody_has_the_token_of_another_workspace(database):
    (token,) = issue(database, "ann")
    assert Tokens(bytes(32)).who(database, token) is None


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE links SET who = (SELECT max(who) FROM links)",  # one recipient in the place of the other
        "UPDATE links SET who = substr(who, 1, 20)",
        "UPDATE links SET who = x''",
    ],
)
def test_a_recipient_that_was_changed_is_an_error_and_never_somebody_else(database, damage):
    issued = issue(database, "ann", "bob")
    rightful = {token: TOKENS.who(database, token) for token in issued}
    with database.transaction() as connection:
        connection.execute(damage)
    refused = []
    for token in issued:
        try:
            assert TOKENS.who(database, token) == rightful[token]
        except WorkspaceError as error:
            refused.append(str(error))
    assert set(refused) == {"the recipient of that link was changed; restore a backup"}

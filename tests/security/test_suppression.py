"""The ledger of erasures: what was erased stays erased, also after a restore, a crash, or a change of the file."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import AuditError
from analyzer.security.audit_anchor import Anchor
from analyzer.security.suppression import (
    DIGEST,
    LINK,
    NUMBERED,
    OWNED,
    PERSON,
    RECORD,
    RESPONDENT,
    ROW,
    SAID,
    ErasureCandidate,
    Ledger,
    SuppressionList,
    read_entries,
    suppression_list,
)
from analyzer.store.database import Database

KEY = bytes(range(32))
KINDS = (RECORD, RESPONDENT, ROW, LINK)
AT = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def database(tmp_path):
    made = Database.create(tmp_path / "feedback.db", bytes(32), {})
    yield made
    made.close()


@pytest.fixture
def restored(tmp_path):
    """The workspace as it was before the erasures."""
    made = Database.create(tmp_path / "restored.db", bytes(32), {})
    yield made
    made.close()


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "anchors" / "w.erased", KEY)


@pytest.fixture
def entries(ledger):
    return [ledger.entry(kind, f"value {n}") for n in range(3) for kind in KINDS]


def write(database, ledger, entries):
    with database.transaction() as connection:
        ledger.write(connection, entries, AT)


def test_an_erasure_is_in_the_workspace_and_in_a_private_file_outside(database, ledger, entries):
    write(database, ledger, entries)
    assert read_entries(database.connection) == set(entries)
    assert len(ledger.file.read_bytes().splitlines()) == len(entries)
    assert (ledger.file.stat().st_mode & 0o777, ledger.file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert b"value" not in ledger.file.read_bytes()


def test_the_same_erasure_again_is_stored_once_with_its_first_time(database, ledger, entries):
    write(database, ledger, [*entries, *entries])
    with database.transaction() as connection:
        ledger.write(connection, entries[:1], "2027-01-01T00:00:00+00:00")
    assert database.rows("SELECT count(*), max(at) FROM erased") == [(len(entries), AT)]
    assert ledger.missing(database.connection) == []


@given(st.sampled_from(KINDS), st.sampled_from(KINDS), st.text(max_size=6), st.text(max_size=6))
def test_an_entry_is_of_one_value_of_one_kind_under_one_key(kind, other_kind, value, other):
    ledger, foreign = Ledger(None, KEY), Ledger(None, bytes(32))
    one = ledger.entry(kind, value)
    assert one == ledger.entry(kind, value.encode("utf-8"))
    assert (one == ledger.entry(other_kind, other)) == ((kind, value) == (other_kind, other))
    assert one[1] != ledger.entry(other_kind, other)[1] or (kind, value) == (other_kind, other)
    assert one != foreign.entry(kind, value)
    assert len(one[1]) == DIGEST


def test_a_file_that_cannot_be_written_leaves_the_workspace_as_it_was(database, ledger, entries):
    ledger.file.mkdir(parents=True)
    with pytest.raises(AuditError, match=r"w\.erased cannot be written \(Is a directory\); nothing was erased"):
        write(database, ledger, entries)
    assert read_entries(database.connection) == set()


def test_an_erasure_that_was_rolled_back_is_reported_as_missing_until_it_is_done(database, ledger, entries):
    with pytest.raises(KeyError), database.transaction() as connection:  # noqa: PT012 - one transaction
        ledger.write(connection, entries, AT)
        raise KeyError
    assert read_entries(database.connection) == set()
    assert ledger.missing(database.connection) == entries  # in the order of the file
    before = ledger.file.read_bytes()
    with database.transaction() as connection:
        ledger.know(connection, entries, AT)
    assert ledger.missing(database.connection) == []
    assert ledger.file.read_bytes() == before


def test_a_workspace_without_its_file_writes_a_new_one(database, restored, ledger, entries):
    write(database, ledger, entries)
    ledger.file.unlink()
    assert ledger.missing(database.connection) == []
    assert sorted(ledger.missing(restored.connection)) == sorted(entries)


def test_any_bit_flipped_in_the_file_is_found_or_changes_nothing(database, restored, ledger, entries):
    """A hex digit in the other case means the same; everything else is an error that names the file."""
    write(database, ledger, entries)
    whole = ledger.file.read_bytes()
    draw = random.Random(7)
    found = []
    for _ in range(600):
        place, bit = draw.randrange(len(whole) - 1), draw.randrange(8)
        changed = bytearray(whole)
        changed[place] ^= 1 << bit
        ledger.file.write_bytes(bytes(changed))
        try:
            assert ledger.missing(restored.connection) == entries, (place, bit)
        except AuditError as error:
            found.append(str(error))
    assert len(found) > 500
    assert set(found) == {f"{ledger.file} was changed; put it back from your copy of it"}
    assert read_entries(restored.connection) == set()


HOSTILE = [b"", b"i", b"i 00", b"i zz 00", b"i 00 00", b"\xff \xfe \xfd", b"i " + b"0" * 32 + b" \xff"]


@pytest.mark.parametrize("line", HOSTILE)
def test_a_line_that_the_key_did_not_make_is_an_error(database, ledger, entries, line):
    write(database, ledger, entries)
    with ledger.file.open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(AuditError, match="was changed; put it back from your copy of it"):
        ledger.missing(database.connection)


def test_the_file_of_another_workspace_is_not_taken_for_ones_own(database, ledger, entries):
    write(database, Ledger(ledger.file, bytes(32)), entries)
    with pytest.raises(AuditError, match="was changed"):
        ledger.missing(database.connection)


def test_a_line_that_a_crash_cut_short_costs_neither_the_earlier_nor_the_later_erasures(
    database, restored, ledger, entries
):
    write(database, ledger, entries[:4])
    whole = ledger.file.read_bytes()
    line = len(whole) // 4
    for length in (1, 2, 30, line - 1):
        ledger.file.write_bytes(whole + whole[:length])
        assert ledger.missing(database.connection) == []
        write(database, ledger, entries[4:5])
        assert ledger.missing(restored.connection) == entries[:5]


def test_an_anchor_goes_on_after_a_line_that_a_crash_cut_short(tmp_path):
    anchor = Anchor(tmp_path / "w.anchor", KEY)
    for seq in (1, 2):
        anchor.append(seq, bytes([seq]) * 32)
    with anchor.file.open("ab") as file:
        file.write(anchor.file.read_bytes().splitlines()[1][:40])
    assert anchor.head().seq == 2
    anchor.append(3, bytes([3]) * 32)
    anchor.append(4, bytes([4]) * 32)
    assert anchor.head().seq == 4
    assert anchor.noted() == {seq: bytes([seq]) * 32 for seq in (1, 2, 3, 4)}


identifiers = st.sampled_from(["R-1", "R-2", "c-1", "c-2"])
people = st.sampled_from(["p", "q", None])
contents = st.sampled_from([b"x", b"y"])
responses = st.tuples(identifiers, contents, contents, people)


@given(st.lists(responses, max_size=3), st.sets(st.sampled_from(["p", "q"])), responses, st.booleans())
def test_a_row_is_refused_if_it_is_that_of_an_erased_person_and_not_for_its_number_alone(erased, persons, row, is_same):
    """An id that derives from the content stands for it, an id of the source for a person where that is known."""
    ledger = Ledger(None, KEY)
    entries = [ledger.entry(RESPONDENT, one) for one in persons]
    for own, content, said, who in erased:
        entries += ledger.entries_of([own], content, said, who)
    own, content, said, who = row
    candidate = ErasureCandidate(
        record_id=own, respondents=(who,) if who else (), row=content, said=said, is_same_source=is_same
    )
    of_source = [one for one in erased if not one[0].startswith("c-")]
    same_id = [one for one in of_source if one[0] == own]
    is_another = who is not None and any(one[3] for one in same_id)
    if own.startswith("c-"):
        expected = own in {one[0] for one in erased}
    else:
        expected = (
            content in {one[1] for one in of_source}
            or said in {one[2] for one in same_id}
            or (who is not None and who in {one[3] for one in same_id})
            or (is_same and bool(same_id) and not is_another)
        )
    assert SuppressionList(ledger, frozenset(entries))(candidate) == (expected or who in persons)


def test_an_entry_of_an_earlier_version_refuses_an_id_whoever_has_it(ledger):
    """It does not tell whether the id derives from the content, nor whose it was."""
    erased = SuppressionList(ledger, frozenset([ledger.entry(RECORD, "R-1")]))
    assert erased(ErasureCandidate(record_id="R-1", respondents=("q",), is_same_source=False))
    assert not erased(ErasureCandidate(record_id="R-2"))


def test_a_link_is_refused_by_its_digest(ledger):
    erased = SuppressionList(ledger, frozenset([ledger.entry(LINK, b"l" * 16)]))
    assert erased(ErasureCandidate(record_id="c-1", link=b"l" * 16))
    assert not erased(ErasureCandidate(record_id="c-1", link=b"m" * 16))
    assert not erased(ErasureCandidate(record_id="c-1"))


def test_no_two_kinds_of_entries_have_the_same_letter():
    assert len({RECORD, NUMBERED, SAID, PERSON, OWNED, RESPONDENT, ROW, LINK}) == 8


def test_the_list_of_a_workspace_has_its_erasures(database, ledger):
    row = ErasureCandidate(record_id="R-1", respondents=("p",), row=b"x")
    assert not suppression_list(database, ledger)(row)
    write(database, ledger, [ledger.entry(RECORD, "R-1")])
    assert suppression_list(database, ledger)(row)
    assert not suppression_list(database, Ledger(ledger.file, bytes(32)))(row)

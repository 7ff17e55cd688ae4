"""What an erasure reaches: survey links, imports under way, spellings of one reference, and nobody else's records."""

import csv
import random
import threading

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from openpyxl import Workbook

from analyzer.cli.render.erasure_text import erasure_lines, rule_lines
from analyzer.custody import retention
from analyzer.errors import UsageError, WorkspaceError
from analyzer.ingest import pipeline
from analyzer.ingest.import_choices import ImportOptions
from analyzer.privacy.pseudonyms import Pseudonyms

TEMPLATE = "https://survey.example/f?t={token}"
ERASED = "was erased on request and is not imported again"
SPELLINGS = ("88014", "88014 ", "88014.0", "８８０１４", "88014\u200b", " 88014,0")


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    yield workspace
    workspace.close()


def issue(workspace, folder, people):
    """Issue a link for each person; return the tokens."""
    file = write_csv(folder / "customers.csv", [{"customer": one, "plan": "gold"} for one in people])
    workspace.survey_links.issue(file, TEMPLATE, folder / "links.csv", "customer", ["plan"])
    with (folder / "links.csv").open(newline="") as stream:
        return [row["link"].partition("t=")[2] for row in csv.DictReader(stream)]


def texts(workspace):
    return {one.text for one in workspace.feedback.browse(limit=1_000)}


def test_the_link_of_an_erased_person_tells_of_nobody_and_takes_no_answer(workspace, tmp_path):
    erased, other = issue(workspace, tmp_path, ["Customer 4711 ", "customer 4712"])
    found = workspace.erasure.erase(respondent="customer 4711", reason="letter")
    assert (found.records, found.links) == (0, 1)
    assert found.receipt
    assert "1 survey links now tell of nobody" in " ".join(erasure_lines(found))
    with pytest.raises(UsageError, match="the person of that link was erased on request"):
        workspace.survey_links.who(erased, "asked")
    assert workspace.survey_links.who(other, "asked") == "customer 4712"
    file = write_csv(tmp_path / "a.csv", [{"comment": "late", "t": erased}, {"comment": "cold", "t": other}])
    report = workspace.ingest([file])
    assert (report.stored, [one.reason for one in report.rejections]) == (1, [ERASED])
    assert texts(workspace) == {"cold"}
    assert workspace.audit.show(1, action="erase")[0].detail["links"] == 1


def test_a_preview_counts_links_and_the_receipt_names_the_file_they_are_in(workspace, tmp_path):
    issue(workspace, tmp_path, ["customer 4711", "customer 4712"])
    trial = workspace.erasure.erase(respondent="customer 4711", dry_run=True)
    assert (trial.links, trial.receipt) == (1, "")
    assert len(trial.exports) == 1
    assert workspace.erasure.erase(respondent="nobody", dry_run=True).exports == ()
    assert workspace.database.rows("SELECT count(*) FROM links") == [(2,)]


def test_a_link_of_an_erased_person_does_not_come_back_with_a_backup(workspace, tmp_path):
    (token,) = issue(workspace, tmp_path, ["customer 4711"])
    workspace.backups.create(tmp_path / "b")
    workspace.erasure.erase(respondent="customer 4711")
    workspace.close()
    file = workspace.settings.workspace / "feedback.db"
    file.unlink()  # so that the ledger alone knows
    FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    workspace = FakeWorkspace(workspace.settings)
    with pytest.raises(UsageError, match="was erased"):
        workspace.survey_links.who(token, "asked")
    assert workspace.audit.show(1, action="erase.again")[0].detail["links"] == 1
    workspace.close()


@pytest.mark.parametrize("asked", SPELLINGS)
def test_a_reference_is_one_respondent_however_a_file_writes_it(workspace, tmp_path, asked):
    rows = [{"customer id": one, "comment": f"late {n}"} for n, one in enumerate(SPELLINGS)]
    others = [
        {"customer id": one, "comment": f"other {n}"} for n, one in enumerate(("88.014", "880140", "088014", "88014.5"))
    ]
    workspace.ingest([write_csv(tmp_path / "n.csv", [*rows, *others])], {"respondent": "customer id"})
    book = Workbook()
    book.active.append(["customer id", "comment"])
    for value in (88014, 88014.0):
        book.active.append([value, f"cell {type(value).__name__}"])
    book.save(tmp_path / "n.xlsx")
    workspace.ingest([tmp_path / "n.xlsx"], {"respondent": "customer id"})
    found = workspace.erasure.erase(respondent=asked)
    assert found.records == len(SPELLINGS) + 2
    assert texts(workspace) == {one["comment"] for one in others}


def test_what_an_earlier_version_stored_under_another_spelling_is_found(workspace, tmp_path):
    workspace.ingest([write_csv(tmp_path / "n.csv", [{"customer id": "7", "comment": "late"}])],
                     {"respondent": "customer id"})  # fmt: skip
    earlier = Pseudonyms(workspace.store.keys.key("pseudonyms")).respondents("88014.0")[1:]
    with workspace.database.transaction() as connection:
        for table in ("responses", "feedback"):
            connection.execute(f"UPDATE {table} SET respondent = ?", (earlier[-1],))
    assert workspace.erasure.erase(respondent="88014", dry_run=True).records == 1
    assert workspace.erasure.export_person("88014", tmp_path / "p.json").rows == 1
    assert workspace.erasure.erase(respondent="88014 ").records == 1
    again = write_csv(tmp_path / "again.csv", [{"customer id": "88014.0", "comment": "new words"}])
    assert workspace.ingest([again], {"respondent": "customer id"}).rejected == 1


def test_an_erasure_before_anything_is_stored_holds_for_what_comes(workspace, tmp_path):
    found = workspace.erasure.erase(respondent="customer 6020")
    assert found.records == 0
    assert found.signature
    assert "refused at every later import" in " ".join(erasure_lines(found))
    rows = [{"customer id": "customer 6020", "comment": "late"}, {"customer id": "customer 6021", "comment": "cold"}]
    report = workspace.ingest([write_csv(tmp_path / "a.csv", rows)], {"respondent": "customer id"})
    assert (report.stored, [one.reason for one in report.rejections]) == (1, [ERASED])


def test_an_erasure_while_an_import_runs_waits_for_it_and_says_so(workspace, tmp_path, monkeypatch):
    """Whoever asks is told to ask again; nothing says that there is nothing."""
    reached, go = threading.Event(), threading.Event()
    real = pipeline.map_batches

    def paused(*arguments):
        reached.set()
        assert go.wait(20)
        yield from real(*arguments)

    monkeypatch.setattr(pipeline, "map_batches", paused)
    file = write_csv(tmp_path / "a.csv", [{"customer id": "customer 6020", "comment": "late"}])
    importer = threading.Thread(target=lambda: workspace.ingest([file], {"respondent": "customer id"}))
    importer.start()
    assert reached.wait(20)
    other = FakeWorkspace(workspace.settings)
    with pytest.raises(WorkspaceError, match="another import is running; wait for it"):
        other.erasure.erase(respondent="customer 6020")
    go.set()
    importer.join()
    assert other.erasure.erase(respondent="customer 6020").records == 1
    assert other.feedback.matching() == 0
    other.close()


def test_the_records_are_read_after_the_lock_is_held(workspace, tmp_path, monkeypatch):
    """A record that is stored between the request and the lock is erased too, and no other one in its place."""
    first = write_csv(tmp_path / "a.csv", [{"customer id": "customer 1", "comment": "late"}])
    later = write_csv(tmp_path / "b.csv", [{"customer id": "customer 1", "comment": "cold"}])
    workspace.ingest([first], {"respondent": "customer id"})
    real = workspace.collaborators.scrubber.scrub_note

    def slow(note):  # whatever happens before the lock is held
        workspace.ingest([later], {"respondent": "customer id"})
        return real(note)

    monkeypatch.setattr(type(workspace.collaborators.scrubber), "scrub_note", lambda _, note: slow(note))
    assert workspace.erasure.erase(respondent="customer 1", reason="x").records == 2
    assert workspace.feedback.matching() == 0


def test_a_retention_run_reads_what_is_due_again_for_each_portion(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    rows = [{"id": f"R-{n}", "comment": f"late {n}", "date": "2020-01-01"} for n in range(5)]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    workspace.retention.set(12)
    assert [one.records for one in workspace.retention.run(dry_run=True)] == [2, 2, 1]
    assert [one.records for one in workspace.retention.run()] == [2, 2, 1]
    assert workspace.retention.run() == ()


A = [{"id": f"f{n}", "comment": text, "customer id": f"a{n}"}
     for n, text in enumerate(["the parcel was late", "the soup was cold"])]  # fmt: skip
B = [{"id": f"f{n}", "comment": text, "customer id": f"b{n}"}
     for n, text in enumerate(["nobody answers the phone", "the app logs me out"])]  # fmt: skip
MAPPING = {"id": "id", "text": "comment"}


@pytest.mark.parametrize(
    ("is_named", "how"),
    [(True, "ids"), (True, "respondents"), (False, "ids")],
    ids=["by ids", "by respondents", "by ids without respondents"],
)
def test_another_person_with_the_same_row_number_is_stored(workspace, tmp_path, is_named, how):
    mapping = MAPPING | ({"respondent": "customer id"} if is_named else {})
    heads = ("id", "comment", *(["customer id"] if is_named else []))
    first = write_csv(tmp_path / "fb.csv", [{name: row[name] for name in heads} for row in A])
    second = write_csv(tmp_path / "cc1.csv", [{name: row[name] for name in heads} for row in B])
    assert workspace.ingest([first], mapping).stored == 2
    if how == "ids":
        workspace.erasure.erase(ids=["f0", "f1"])
    else:
        for person in ("a0", "a1"):
            workspace.erasure.erase(respondent=person)
    report = workspace.ingest([second], mapping)
    assert (report.stored, report.rejected) == (2, 0), report.rejections
    assert texts(workspace) == {row["comment"] for row in B}
    again = workspace.ingest([first], mapping)  # the erased ones do not take their place
    assert (again.stored + again.updated, again.rejected) == (0, 2)
    assert texts(workspace) == {row["comment"] for row in B}
    assert workspace.ingest([second], mapping).duplicates == 2


def test_the_erased_record_is_refused_with_other_words_where_the_file_continues_what_is_stored(workspace, tmp_path):
    rows = [{"id": f"R-{n}", "comment": f"the parcel number {n} was late", "rating": n % 5} for n in range(10)]
    file = write_csv(tmp_path / "a.csv", rows)
    workspace.ingest([file])
    workspace.erasure.erase(ids=["R-3"])
    rows[3] |= {"comment": "something else altogether", "rating": 1}
    rows[4] |= {"comment": "the parcel number 4 was very late"}
    report = workspace.ingest([write_csv(tmp_path / "again.csv", rows)])
    assert (report.updated, [one.reason for one in report.rejections]) == (1, [ERASED])
    assert not [one for one in texts(workspace) if "else" in one]


def test_the_erased_record_is_refused_with_other_words_where_its_file_is_said_to_be_the_same(workspace, tmp_path):
    workspace.ingest([write_csv(tmp_path / "a.csv", [{"id": "R-1", "comment": "the parcel was late"}])], MAPPING)
    workspace.erasure.erase(ids=["R-1"])
    changed = write_csv(tmp_path / "b.csv", [{"id": "R-1", "comment": "something else altogether"}])
    options = ImportOptions(dataset="")
    assert workspace.ingest([changed], MAPPING, options=options).rejected == 1


def test_retention_says_what_happens_to_comments_without_a_date_and_with_one_of_the_future(workspace, tmp_path):
    dates = ["2020-01-01", "2020-02-01", "", "2099-01-01"]
    rows = [{"id": f"R-{n}", "comment": f"late {n}", "date": day} for n, day in enumerate(dates)]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)], {"date": "date", "id": "id"})
    rule = workspace.retention.set(12)
    assert (rule.due, rule.undated, rule.future) == (2, 1, 1)
    (listed,) = workspace.retention.list()
    text = "\n".join(rule_lines([listed]))
    assert "1 without a date and 1 dated after their import: their age counts from their import" in text
    assert "import" not in "\n".join(rule_lines([workspace.retention.set(12, "date<2020-01-15")]))


def test_a_comment_dated_after_its_import_is_due_when_one_of_its_import_is(workspace, tmp_path, monkeypatch):
    rows = [{"id": f"R-{n}", "comment": f"late {n}", "date": day} for n, day in enumerate(["2020-01-01", "2099-01-01"])]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)], {"date": "date", "id": "id"})
    later = retention.now().replace(year=retention.now().year + 2)
    monkeypatch.setattr(retention, "now", lambda: later)
    assert workspace.retention.set(12).due == 2


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_erased_and_imported_in_any_order_the_erased_stay_out_and_the_others_in(tmp_path, seed):
    """Three files count their rows from 0, each with people of its own and words that no two of them share."""
    chance = random.Random(seed)
    workspace = make_workspace(tmp_path)
    subjects = ("parcel", "soup", "waiter"), ("phone", "app", "login"), ("shirt", "color", "size")
    files, said = [], {}
    for number, words in enumerate(subjects):
        rows = []
        for n in range(6):
            person, text = f"{number}-{n % 4}", f"{words[n % 3]} {words[(n + 1) % 3]} {'abcdef'[n] * (number + 1)}"
            spelled = chance.choice([person, f" {person}", person.upper()])
            rows.append({"id": f"f{n}", "comment": text, "customer id": spelled})
            said[text] = person
        files.append(write_csv(tmp_path / f"file{number}.csv", rows))
    erased_people, erased_texts, imported = set(), set(), set()
    mapping = MAPPING | {"respondent": "customer id"}
    for _ in range(8):
        if imported and chance.random() < 0.4:
            person = chance.choice(sorted(set(said.values())))
            workspace.erasure.erase(respondent=chance.choice([person, f"{person} "]))
            erased_people.add(person)
        elif imported and chance.random() < 0.3 and (stored := workspace.feedback.browse(limit=50)):
            one = chance.choice(stored)
            workspace.erasure.erase(ids=[one.id])
            erased_texts.add(one.text)
        else:
            number = chance.randrange(3)
            workspace.ingest([files[number]], mapping)
            imported.add(number)
        expected = {
            text
            for text, person in said.items()
            if int(person[0]) in imported and person not in erased_people and text not in erased_texts
        }
        assert texts(workspace) == expected
    assert workspace.verify().ok
    workspace.close()


def test_where_no_import_named_respondents_an_erasure_of_one_says_so_and_does_nothing(workspace, tmp_path):
    workspace.ingest([write_csv(tmp_path / "a.csv", [{"comment": f"late {n}", "customer": f"C{n}"} for n in range(3)])])
    with pytest.raises(UsageError, match="--map respondent=COLUMN"):
        workspace.erasure.erase(respondent="C1", reason="letter")
    assert len(texts(workspace)) == 3
    assert not workspace.audit.show(100, action="erase")

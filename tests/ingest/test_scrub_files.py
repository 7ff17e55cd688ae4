"""Scrubbed copies of files: what is written, what is never written, the state after a failure. People are invented."""

import csv
import json
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import fake_scrubber, write_csv
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import AnalyzerError, InputFileError, MappingError, UsageError
from analyzer.ingest import scrub_files
from analyzer.ingest.scrub_files import CopyReport, CopyRequest, copy_file, copy_lines, harmless
from analyzer.ingest.scrub_rows import NOT_SCRUBBED, CellScrubber
from analyzer.ingest.typing import as_number
from analyzer.store.output_files import FORMULA_STARTS

SAID = "the queue at the desk was far too long"


def start() -> CellScrubber:
    """The picklable object from which each worker builds its scrubber."""
    return CellScrubber(fake_scrubber())


def rows_of(count: int) -> list[dict[str, object]]:
    return [
        {
            "id": f"FB-{i}",
            "E-mail": f"ann.lee{i}@mail.example",
            "Customer ID": f"C-{i % 7}",
            "When": "2024-05-01",
            "Stars": i % 5,
            "Shop": "north" if i % 2 else "south",
            "Comment": f"{SAID}, said Ann Lee number {i}",
        }
        for i in range(count)
    ]


def copied(file: Path, out: Path, **options: object) -> tuple[CopyReport, list[dict[str, str]]]:
    report = copy_file(CopyRequest(file, out, **options), start)
    with out.open(encoding="utf-8", newline="") as stream:
        return report, list(csv.DictReader(stream, delimiter="\t" if out.suffix == ".tsv" else ","))


def test_identity_goes_and_the_rest_is_scrubbed(tmp_path):
    file = write_csv(tmp_path / "a.csv", rows_of(30))
    report, rows = copied(file, tmp_path / "b.csv")
    assert list(rows[0]) == ["id", "Customer ID", "When", "Stars", "Shop", "Comment"]
    assert {name: rows[8][name] for name in ("id", "When", "Stars", "Shop")} == {
        "id": "FB-8", "When": "2024-05-01", "Stars": "3", "Shop": "south",
    }  # fmt: skip
    assert rows[8]["Comment"] == f"{SAID}, said <PERSON_1> number 8"
    assert rows[8]["Customer ID"].startswith("r-")
    assert (rows[8]["Customer ID"], len({row["Customer ID"] for row in rows})) == (rows[1]["Customer ID"], 7)
    assert (report.rows, report.entities, report.not_scrubbed) == (30, {"PERSON": 30}, 0)
    assert "column 'E-mail' left out: holds personal data" in report.notes
    assert "column 'Customer ID' holds respondents, replaced by pseudonyms of this run" in report.notes


def test_pseudonyms_of_two_copies_cannot_be_joined(tmp_path):
    file = write_csv(tmp_path / "a.csv", rows_of(10))
    one, two = (copied(file, tmp_path / name)[1] for name in ("b.csv", "c.csv"))
    assert not {row["Customer ID"] for row in one} & {row["Customer ID"] for row in two}


def test_columns_told_by_content_go_and_can_be_kept(tmp_path):
    rows = [{"q7": f"p{i}@mail.example", "q8": f"{SAID} {i}"} for i in range(20)]
    file = write_csv(tmp_path / "a.csv", rows)
    report, copy = copied(file, tmp_path / "b.csv")
    assert list(copy[0]) == ["q8"]
    assert "column 'q7' left out: holds e-mail addresses (by content)" in report.notes
    _, copy = copied(file, tmp_path / "c.csv", mapping={"keep": "q7"})
    assert copy[3] == {"q7": "<EMAIL_ADDRESS_1>", "q8": f"{SAID} 3"}
    _, copy = copied(file, tmp_path / "d.csv", mapping={"keep": "q7"}, drop=("q8",))
    assert list(copy[0]) == ["q7"]
    with pytest.raises(MappingError, match="has no column 'q9'"):
        copied(file, tmp_path / "e.csv", mapping={"text": "q9"})


def test_what_a_row_says_of_its_writer_is_masked_in_its_text_and_in_no_other(tmp_path):
    rows = [
        {"Name": "Zelda Quill", "Comment": "zelda here, the Quills shop again, yours ZELDA QUILL"},
        {"Name": "Otto Berg", "Comment": "a zelda game"},
        {"Name": "anonymous", "Comment": "I stay anonymous"},
    ]
    _, copy = copied(write_csv(tmp_path / "a.csv", rows), tmp_path / "b.csv")
    assert "zelda" not in copy[0]["Comment"].lower()
    assert "Quills" in copy[0]["Comment"]
    assert [row["Comment"] for row in copy[1:]] == ["a zelda game", "I stay anonymous"]


def test_long_ids_become_pseudonyms_and_short_codes_stay(tmp_path):
    rows = [
        {"id": value, "Comment": f"{SAID} {i}"}
        for i, value in enumerate(["FB-1", "ann.lee@x.example", "0770090012345"])
    ]
    _, copy = copied(write_csv(tmp_path / "a.csv", rows), tmp_path / "b.csv")
    assert copy[0]["id"] == "FB-1"
    assert all(row["id"].startswith("p-") for row in copy[1:])


def test_a_file_without_comments_is_copied_too(tmp_path):
    rows = [{"Shop": f"shop of Ann Lee {i % 3}", "Stars": i} for i in range(20)]
    _, copy = copied(write_csv(tmp_path / "a.csv", rows), tmp_path / "b.csv")
    assert copy[4] == {"Shop": "shop of <PERSON_1> 1", "Stars": "4"}


def test_headings_that_are_questions_or_hold_data_are_scrubbed(tmp_path):
    rows = [{"How was the service of Ann Lee?": f"{SAID} {i}", "Ann Lee": "north", "Stars": 1} for i in range(9)]
    _, copy = copied(write_csv(tmp_path / "a.csv", rows), tmp_path / "b.csv")
    assert list(copy[0])[:2] == ["How was the service of <PERSON_1>?", "Ann Lee"]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("UNSCRUBBABLE", "the detector fails"),
        ("a" * 20_001, "too long"),
        ("write to 4111-1111-1111-1111", "found afterwards"),
    ],
)
def test_what_cannot_be_scrubbed_is_replaced_and_counted(tmp_path, broken, why):
    rows = rows_of(40)
    rows[7]["Comment"] = rows[9]["Shop"] = f"{broken}"
    report, copy = copied(write_csv(tmp_path / "a.csv", rows), tmp_path / "b.csv")
    assert (report.not_scrubbed, report.not_scrubbed_rows) == (2, (8, 10))
    assert copy[7]["Comment"] == copy[9]["Shop"] == NOT_SCRUBBED
    assert copy[8]["Comment"] == f"{SAID}, said <PERSON_1> number 8"
    assert broken not in (tmp_path / "b.csv").read_text(encoding="utf-8")
    assert report.rows == 40


def test_a_row_that_cannot_be_read_is_a_row_not_scrubbed(tmp_path):
    (tmp_path / "a.csv").write_text("Shop,Comment\nnorth,fine\nnorth,fine,secret of Ann Lee\nsouth,so it is\n")
    report, copy = copied(tmp_path / "a.csv", tmp_path / "b.csv")
    assert [row["Shop"] for row in copy] == ["north", NOT_SCRUBBED, "south"]
    assert (report.not_scrubbed_rows, report.not_scrubbed) == ((2,), 2)


def test_rows_to_look_at_again_are_told(tmp_path):
    rows = [{"Comment": f"{SAID} {i}", "Shop": "north"} for i in range(9)]
    rows[4]["Comment"] = "they asked for mr Zubrowski"
    report, _ = copied(write_csv(tmp_path / "a.csv", rows), tmp_path / "b.csv")
    assert (report.doubtful, report.doubtful_rows) == (1, (5,))


def test_tables_are_written_as_csv_tsv_or_json_lines(tmp_path):
    file = tmp_path / "a.jsonl"
    items = [
        {"text": f"{SAID}, Ann Lee", "n": i, "user": {"email": f"a{i}@x.example", "shop": "north"}} for i in range(9)
    ]
    file.write_text("".join(json.dumps(item) + "\n" for item in items))
    assert copied(file, tmp_path / "b.tsv")[1][2] == {"text": f"{SAID}, <PERSON_1>", "n": "2", "user.shop": "north"}
    copy_file(CopyRequest(file, tmp_path / "b.jsonl"), start)
    lines = (tmp_path / "b.jsonl").read_text().splitlines()
    assert json.loads(lines[2]) == {"text": f"{SAID}, <PERSON_1>", "n": 2, "user.shop": "north"}
    with pytest.raises(UsageError, match=r"a table is written as \.csv, \.tsv, \.jsonl, \.ndjson"):
        copy_file(CopyRequest(file, tmp_path / "b.xlsx"), start)


def test_workbooks_and_parquet_files_become_csv(tmp_path):
    import openpyxl
    import pyarrow as pa
    import pyarrow.parquet

    book = openpyxl.Workbook()
    for row in [["Shop", "Comment"], *(["north", f"{SAID}, Ann Lee {i}"] for i in range(9))]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    pa.parquet.write_table(
        pa.table({"Shop": ["north"] * 9, "Comment": [f"{SAID}, Ann Lee {i}" for i in range(9)]}), tmp_path / "a.parquet"
    )
    for name in ("a.xlsx", "a.parquet"):
        _, copy = copied(tmp_path / name, tmp_path / f"{name}.csv")
        assert copy[3] == {"Shop": "north", "Comment": f"{SAID}, <PERSON_1> 3"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_any_other_file_is_one_text_a_line(tmp_path, encoding):
    text = "Ann Lee, öfter da\r\n\r\n  a,b,c\tfine\nUNSCRUBBABLE\n" + "x" * 20_001 + "\nno end of line é"
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    report = copy_file(CopyRequest(tmp_path / "a.txt", tmp_path / "b.txt"), start)
    lines = (tmp_path / "b.txt").read_text(encoding="utf-8").split("\n")
    assert lines == ["<PERSON_1>, öfter da", "", "  a,b,c\tfine", NOT_SCRUBBED, NOT_SCRUBBED, "no end of line é", ""]
    assert (report.rows, report.not_scrubbed_rows) == (6, (4, 5))


def test_a_line_over_the_limit_is_one_line(tmp_path):
    (tmp_path / "a.log").write_text("x" * (1 << 21) + "Ann Lee\nAnn Lee\n")
    report = copy_file(CopyRequest(tmp_path / "a.log", tmp_path / "b.log"), start)
    assert (tmp_path / "b.log").read_text() == f"{NOT_SCRUBBED}\n<PERSON_1>\n"
    assert report.rows == 2


def test_lines_are_shared_between_processes_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(scrub_files, "FEW_ROWS", 100)
    monkeypatch.setattr(scrub_files, "BATCH_ROWS", 50)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent) + os.pathsep + str(Path(__file__).parents[1]))
    (tmp_path / "a.txt").write_text("".join(f"Ann Lee, number {i}\n" for i in range(300)))
    seen: list[tuple[str, int, int]] = []
    copy_file(CopyRequest(tmp_path / "a.txt", tmp_path / "b.txt", workers=2), start, lambda *told: seen.append(told))
    assert (tmp_path / "b.txt").read_text() == "".join(f"<PERSON_1>, number {i}\n" for i in range(300))
    assert (seen[0], seen[-1]) == (("a.txt", 0, 300), ("a.txt", 300, 300))


def test_lines_may_come_from_anywhere(tmp_path):
    report = copy_lines(CopyRequest(Path("-"), tmp_path / "b.txt"), iter(["Ann Lee", "fine"]), start)
    assert (tmp_path / "b.txt").read_text() == "<PERSON_1>\nfine\n"
    assert report.rows == 2


def test_several_processes_write_what_one_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(scrub_files, "FEW_ROWS", 100)
    monkeypatch.setattr(scrub_files, "BATCH_ROWS", 50)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent) + os.pathsep + str(Path(__file__).parents[1]))
    rows = [{key: value for key, value in row.items() if key != "Customer ID"} for row in rows_of(400)]
    file = write_csv(tmp_path / "a.csv", rows)
    seen: list[tuple[str, int, int]] = []
    copy_file(CopyRequest(file, tmp_path / "b.csv"), start)
    copy_file(CopyRequest(file, tmp_path / "c.csv", workers=2), start, lambda *told: seen.append(told))
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "c.csv").read_bytes()
    assert seen[:2] == [("reading", 0, 0), ("a.csv", 0, 400)]
    assert seen[-1] == ("a.csv", 400, 400)


def test_a_copy_is_its_owners_and_replaces_nothing_unasked(tmp_path):
    file, out = write_csv(tmp_path / "a.csv", rows_of(5)), tmp_path / "b.csv"
    copied(file, out)
    assert out.stat().st_mode & 0o777 == 0o600
    before = out.read_bytes()
    with pytest.raises(UsageError, match=r"b\.csv exists already; name another file or add --replace"):
        copied(file, out)
    assert out.read_bytes() == before
    copied(file, out, force=True)
    assert out.read_bytes() != before
    with pytest.raises(UsageError, match="is the input file"):
        copied(file, file, force=True)
    for place in (tmp_path, tmp_path / "gone" / "b.csv"):
        with pytest.raises(UsageError):
            copy_lines(CopyRequest(file, place, force=True), ["fine"], start)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError, AnalyzerError])
def test_an_interrupted_copy_leaves_nothing(tmp_path, failure, monkeypatch):
    monkeypatch.setattr(scrub_files, "BATCH_ROWS", 10)
    file, out = write_csv(tmp_path / "a.csv", rows_of(100)), tmp_path / "b.csv"
    parts: list[int] = []

    def interrupt(name: str, done: int, total: int) -> None:
        parts.append(len(list(tmp_path.glob(".b.csv.*.part"))))
        if done >= 50:
            raise failure("stop")

    with pytest.raises(failure):
        copy_file(CopyRequest(file, out), start, interrupt)
    assert parts[-1] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_file_made_meanwhile_is_not_overwritten(tmp_path):
    def meanwhile() -> Iterator[str]:
        yield "mine"
        (tmp_path / "b.txt").write_text("theirs")

    with pytest.raises(UsageError, match="exists already"):
        copy_lines(CopyRequest(Path("-"), tmp_path / "b.txt"), meanwhile(), start)
    assert (tmp_path / "b.txt").read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]


def test_a_file_that_cannot_be_read_leaves_nothing(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    with pytest.raises(InputFileError):
        copy_file(CopyRequest(tmp_path / "a.xlsx", tmp_path / "b.csv"), start)
    with pytest.raises(InputFileError):
        copy_file(CopyRequest(tmp_path / "gone.csv", tmp_path / "b.csv"), start)
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


@given(
    st.text(max_size=12)
    | st.sampled_from(FORMULA_STARTS).flatmap(lambda first: st.text(max_size=9).map(lambda rest: first + rest))
)
def test_no_cell_is_a_formula(cell):
    safe = harmless(cell)
    assert not safe.startswith(FORMULA_STARTS) or as_number(safe) is not None
    assert safe.removeprefix("'") == cell.removeprefix("'") or safe == f"'{cell}"


def test_formulas_are_disarmed_in_the_copy_and_numbers_are_not(tmp_path):
    rows = [{"Comment": f"=cmd|' /C calc'!A{i}", "Change": -i, "@Note": "+1 for that"} for i in range(9)]
    _, copy = copied(write_csv(tmp_path / "a.csv", rows), tmp_path / "b.csv", mapping={"text": "Comment"})
    assert copy[2] == {"Comment": "'=cmd|' /C calc'!A2", "Change": "-2", "'@Note": "'+1 for that"}


@given(rows=st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), min_size=1, max_size=20))
def test_every_row_is_written_once_whatever_it_holds(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    with (folder / "a.csv").open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([["Comment", "Stars"], ["so it is", "1"], *rows])
    report = copy_file(CopyRequest(folder / "a.csv", folder / "b.csv"), start)
    with (folder / "b.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.reader(stream))) == report.rows + 1 == len(rows) + 2


def peak(function: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(scrub_files, "BATCH_ROWS", 64)
    start()
    peaks = []
    for size in (3_000, 12_000):
        file = write_csv(tmp_path / f"{size}.csv", [long_row(i) for i in range(size)])
        peaks.append(peak(lambda f=file: copy_file(CopyRequest(f, f.with_suffix(".tsv")), start)))
    assert peaks[1] < peaks[0] * 1.3


def long_row(i: int) -> dict[str, object]:
    return {"id": f"FB-{i}", "Shop": f"shop {i % 9}", "Comment": f"{SAID} {i} {'x' * 200}"}


def test_nothing_personal_is_in_a_report(tmp_path):
    report, _ = copied(write_csv(tmp_path / "a.csv", rows_of(30)), tmp_path / "b.csv")
    assert "Ann" not in repr(report)
    assert "ann.lee" not in repr(report)

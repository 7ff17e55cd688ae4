"""The command scrub with -o: messages, exit codes, and the files left after a signal. People are invented."""

import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from fakes import FakeDetector, write_csv

from analyzer.cli import main
from analyzer.ingest import scrub_rows

SAID = "the queue at the desk was far too long"
ROWS = [{"q7": f"p{i}@mail.example", "Shop": "north", "Comment": f"{SAID}, said Ann Lee {i}"} for i in range(12)]


@pytest.fixture
def run(monkeypatch, capsys):
    """Run one command; return its exit code, standard output and standard error."""
    monkeypatch.setattr(scrub_rows, "Detector", lambda *_: FakeDetector())
    monkeypatch.setenv("ANALYZER_WORKERS", "1")

    def command(*arguments):
        code = main.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_a_table_is_copied_and_its_columns_are_accounted_for(run, tmp_path):
    file, out = write_csv(tmp_path / "a.csv", ROWS), tmp_path / "b.csv"
    code, printed, said = run("scrub", file, "-o", out)
    assert code == 0
    assert printed.startswith(f"{out}: 12 rows in ")
    assert "replaced: 12 PERSON" in printed
    assert "note: column 'q7' left out: holds e-mail addresses (by content)\n" in said
    assert "a.csv: 12 rows, scrubbing\n" in said
    assert out.read_text().splitlines()[:2] == [
        "Shop,Comment",
        'north,"the queue at the desk was far too long, said <PERSON_1> 0"',
    ]


def test_columns_are_kept_and_dropped_as_in_an_import(run, tmp_path):
    file, out = write_csv(tmp_path / "a.csv", ROWS), tmp_path / "b.csv"
    assert run("scrub", file, "-o", out, "--map", "keep=q7", "drop=Shop")[0] == 0
    assert out.read_text().splitlines()[0] == "q7,Comment"


def test_json_is_one_object(run, tmp_path):
    file, out = write_csv(tmp_path / "a.csv", ROWS), tmp_path / "b.csv"
    code, printed, _ = run("scrub", file, "--out", out, "--json")
    report = json.loads(printed)
    assert code == 0
    assert (report["path"], report["rows"], report["entities"], report["not_scrubbed"]) == (
        str(out),
        12,
        {"PERSON": 12},
        0,
    )


def test_what_could_not_be_scrubbed_is_exit_code_1_and_told_by_row(run, tmp_path):
    rows = [*ROWS, {"q7": "", "Shop": "UNSCRUBBABLE", "Comment": "fine"}]
    file, out = write_csv(tmp_path / "a.csv", rows), tmp_path / "b.csv"
    code, printed, said = run("scrub", file, "-o", out)
    assert code == 1
    assert said.endswith(f"analyzer: 1 cells could not be scrubbed and are <NOT_SCRUBBED> in {out}: row 13\n")
    assert "UNSCRUBBABLE" not in printed + said + out.read_text()
    assert out.read_text().splitlines()[-1] == "<NOT_SCRUBBED>,fine"


def test_standard_input_is_copied_line_by_line(run, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("Ann Lee was kind\n\nfine\n"))
    assert run("scrub", "-", "-o", tmp_path / "b.txt")[0] == 0
    assert (tmp_path / "b.txt").read_text() == "<PERSON_1> was kind\n\nfine\n"


def test_nothing_is_overwritten_unasked(run, tmp_path):
    file, out = write_csv(tmp_path / "a.csv", ROWS), write_csv(tmp_path / "b.csv", [{"x": 1}])
    code, _, said = run("scrub", file, "-o", out)
    assert (code, out.read_text()) == (1, "x\n1\n")
    assert said.endswith(f"analyzer: {out} exists already; name another file or add --replace\n")
    assert run("scrub", file, "-o", out, "--replace")[0] == 0
    assert out.read_text().startswith("Shop,Comment")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--text", "x", "-o", "b.txt"], "--out writes a copy of a FILE"),
        (["a.csv", "-o", "b.pdf"], "a table is written as"),
        (["gone.csv", "-o", "b.csv"], "gone.csv"),
        (["a.csv", "-o", "b.csv", "--map", "keep=q9"], "has no column 'q9'"),
        (["a.csv", "-o", "b.csv", "--map", "q9"], "write ROLE=COLUMN"),
    ],
)
def test_wrong_usage_is_one_line_and_leaves_no_file(run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "a.csv", ROWS)
    code, printed, said = run("scrub", *arguments)
    assert (code, printed) == (1, "")
    assert message in said.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_half_file(models_dir, tmp_path, sent):
    rows = [{"Comment": f"{SAID} {i}, said Mark Smith of Leeds"} for i in range(8_000)]
    file = write_csv(tmp_path / "a.csv", rows)
    environ = {**os.environ, "ANALYZER_MODELS_DIR": str(models_dir), "ANALYZER_WORKERS": "1"}
    command = [sys.executable, "-m", "analyzer", "scrub", str(file), "-o", str(tmp_path / "b.csv")]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not any(part.stat().st_size for part in tmp_path.glob(".b.csv.*.part")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(sent)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == main.STOPPED, said
    assert "no copy was written" in said
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.fixture
def printed(monkeypatch, run, fake_detector):
    """The command with the detector of the printing way replaced too."""
    return run


def test_a_text_that_an_import_refuses_is_withheld_and_the_command_fails(printed):
    code, out, said = printed("scrub", "--text", "The form shows wendeline.orr%40example.com instead of a name")
    assert (code, out) == (1, "<NOT_SCRUBBED>\n")
    assert "text 1: withheld: encoded e-mail address\n" in said
    assert said.splitlines()[-1] == (
        "analyzer: 1 text is withheld: personal data may be left; an import refuses them too"
    )
    assert "wendeline" not in said


def test_a_text_to_review_is_printed_and_said(printed):
    code, out, said = printed("scrub", "--text", "badge @lonely said so", "--json")
    assert code == 0
    assert json.loads(out)["residual_check"] == "review"
    assert "text 1: review it: at sign\n" in said


def test_a_table_is_one_result_for_each_text_with_its_line_breaks(printed, tmp_path):
    rows = [{"id": f"R{n}", "Comment": f"{SAID},\nsaid Ann Lee {n}.\n\nNever again."} for n in range(12)]
    file = write_csv(tmp_path / "a.csv", rows)
    code, out, _ = printed("scrub", file, "--json")
    texts = [json.loads(line)["text"] for line in out.splitlines()]
    assert code == 0
    assert texts == [f"{SAID},\nsaid <PERSON_1> {n}.\n\nNever again." for n in range(12)]
    assert printed("scrub", file)[1].splitlines()[0] == f"{SAID}, said <PERSON_1> 0.  Never again."


def test_a_table_without_comments_is_refused_in_one_line(printed, tmp_path):
    file = write_csv(tmp_path / "a.csv", [{"id": f"R{n}", "Score": n} for n in range(12)])
    code, out, said = printed("scrub", file)
    assert (code, out) == (1, "")
    assert said.splitlines()[-1].startswith("analyzer: a.csv: no column looks like comments")

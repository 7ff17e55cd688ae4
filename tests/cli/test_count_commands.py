"""The commands count, table and labels, over a real store with fake models."""

import csv
import json

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv

from analyzer import workspace
from analyzer.cli import main

ROWS = [
    {"id": f"C-{n}", "comment": f"{'Late parcel' if n < 6 else 'Hot soup'} {n}.",
     "region": "north" if n % 2 else "south", "rating": n % 5 + 1, "date": f"2024-0{1 + n // 10}-15"} for n in range(20)
]  # fmt: skip
PREDICATE = "late parcel"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    held = make_workspace(tmp_path)
    held.ingest([write_csv(tmp_path / "f.csv", ROWS)])
    settings = held.settings
    held.close()
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(settings.keys_dir))
    monkeypatch.setattr(workspace, "Workspace", FakeWorkspace)

    def call(*arguments):
        capsys.readouterr()
        code = main.main([*arguments, "--workspace", str(settings.workspace)])
        return code, capsys.readouterr()

    return call


def printed(run, *arguments):
    code, said = run(*arguments, "--json")
    assert code == 0, said.err
    return json.loads(said.out)


def test_count_prints_what_scripts_rely_on(run):
    result = printed(run, "count", PREDICATE, "--by", "region", "--where", "rating<=4")
    assert {"estimate", "low", "high", "denominator", "labelled", "method", "groups"} <= set(result)
    assert result["denominator"] == 16
    assert [group["label"] for group in result["groups"]] == ["north", "south"]
    assert sum(group["denominator"] for group in result["groups"]) == 16


def test_labels_go_out_as_a_file_and_come_back_with_the_count(run, tmp_path):
    tasks = tmp_path / "tasks.csv"
    assert printed(run, "labels", "next", PREDICATE, "--limit", "30", "--out", str(tasks))["rows"] == 20
    rows = list(csv.DictReader(tasks.read_text().splitlines()))
    for row in rows:
        row["label"] = "Yes" if "parcel" in row["text"] else "0"
    write_csv(tasks, rows)
    result = printed(run, "count", PREDICATE, "--labels", str(tasks))
    assert (result["estimate"], result["labelled"]) == (0.3, 20)
    assert printed(run, "labels", "list") == {"predicates": [{"predicate": PREDICATE, "labeled": 20}]}
    assert printed(run, "labels", "undo", PREDICATE) == {"labeled": 19}


def test_a_comment_that_looks_like_a_formula_is_no_formula_in_the_file(tmp_path, run):
    formula = write_csv(tmp_path / "formula.csv", [{"id": "X-1", "comment": "=HYPERLINK(1)"}])
    assert run("ingest", str(formula))[0] == 0
    tasks = tmp_path / "t.csv"
    assert run("labels", "next", PREDICATE, "--limit", "30", "--out", str(tasks))[0] == 0
    written = {row["id"]: row["text"] for row in csv.DictReader(tasks.read_text().splitlines())}
    assert written["X-1"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("content", "told"),
    [("id,label\nC-1,maybe\n", "line 2"), ("id,said\nC-1,yes\n", "needs the columns"), ('id,label\n"C-1', "CSV")],
)
def test_a_file_of_labels_that_is_not_understood_is_one_line(run, tmp_path, content, told):
    (tmp_path / "labels.csv").write_text(content)
    code, said = run("count", PREDICATE, "--labels", str(tmp_path / "labels.csv"))
    assert code == 1
    assert told in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("id,label,text\nC-1,yes,late\nC-2,no\n", 3),
        ("label,id\nyes,C-1\n\nyes\n", 4),
        ('id,label,text\nC-1,yes,"two\nlines"\nC-2\n', 4),
        ("id,label\nC-1,yes,and,more\n", 2),
    ],
)
def test_a_row_with_too_few_or_too_many_cells_is_refused_and_nothing_is_kept(run, tmp_path, content, line):
    file = tmp_path / "labels.csv"
    file.write_text(content)
    for command in (("labels", "keep", PREDICATE, str(file)), ("count", PREDICATE, "--labels", str(file))):
        code, said = run(*command)
        assert code == 1
        assert f"labels.csv line {line}: " in said.err
        assert "complete the row" in said.err
        assert said.err.count("\n") == 1
    assert printed(run, "labels", "list") == {"predicates": []}


def test_empty_cells_after_the_last_heading_do_not_matter(run, tmp_path):
    (tmp_path / "labels.csv").write_text("id,label\nC-1,yes,\n")
    assert printed(run, "labels", "keep", PREDICATE, str(tmp_path / "labels.csv")) == {"kept": 1, "labeled": 1}


def test_table_prints_averages_and_their_queries(run):
    result = printed(run, "table", "--measure", "average", "--of", "rating", "--by", "region")
    assert [(row["label"], row["of"]) for row in result["rows"]] == [("north", 10), ("south", 10)]
    assert result["query"] == "average of rating by region where all"
    code, said = run("table", "--by", "date", "--period", "month")
    assert code == 0
    assert "2024-02" in said.out


def test_people_read_the_figures_in_sentences(run):
    code, said = run("count", PREDICATE, "--by", "region")
    assert code == 0
    assert "of 20 comments" in said.out
    assert "automatic estimate, not yet checked" in said.out
    assert run("count", "--where", "rating=1")[1].out.startswith("4 of 20 comments (20.0 %) match")

"""The commands on codebooks, called as scripts call them, and the files of labels that people fill in."""

import csv
import json

import pytest
from topics import imported, rows

from analyzer.cli import main
from analyzer.cli.commands.codebook_commands import read_code_labels
from analyzer.errors import InputFileError, UsageError

CODEBOOK = """
themes:
  - name: Delivery
    description: the parcel and its box
    examples: [My parcel arrived late in a wet box]
  - name: Soup
    examples: [The soup tasted cold]
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    workspace = imported(tmp_path, rows())
    monkeypatch.setattr("analyzer.cli.commands.codebook_commands.open_workspace", lambda _: workspace)
    (tmp_path / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")

    def call(*arguments, code=0):
        assert main.main(["codebook", *map(str, arguments)]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    yield call
    workspace.close()


def test_a_theme_is_added_and_removed(run):
    added = json.loads(
        run("add", "Soup", "--description", "served", "--example", "cold soup", "--example", "warm", "--json")
    )
    assert added["themes"][0]["theme"]["examples"] == ["cold soup", "warm"]
    assert "in the codebook" in run("add", "soup", code=1)
    assert json.loads(run("remove", "Soup", "--json"))["themes"] == []


def test_a_codebook_goes_from_file_to_labels_to_assignments(run, tmp_path):
    loaded = json.loads(run("load", tmp_path / "codebook.yaml", "--json"))
    assert [one["theme"]["id"] for one in loaded["themes"]] == ["C1", "C2"]
    assert "automatic estimate" in run("apply")
    queue = tmp_path / "queue.csv"
    assert json.loads(run("queue", "--limit", "20", "--out", queue, "--json"))["rows"] == 20
    with queue.open(newline="", encoding="utf-8-sig") as stream:
        tasks = list(csv.DictReader(stream))
    for task in tasks[:19]:
        task["themes"] = "Delivery" if "parcel" in task["text"] else "C2" if "soup" in task["text"] else "none"
    with queue.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(tasks[0]))
        writer.writeheader()
        writer.writerows(tasks)
    assert json.loads(run("label", queue, "--json")) == {"labels": 38, "comments": 19}
    other = min({f"C-{n}" for n in range(100, 130)} - {task["id"] for task in tasks})
    assert json.loads(run("label", other, "delivery", "--json")) == {"labels": 2, "comments": 1}
    found = json.loads(run("apply", "--json"))
    assert found["labeled"] == 20
    lines = [json.loads(line) for line in run("assignments").splitlines()]
    assert len(lines) == 122
    assert all(line.keys() == {"id", "themes"} for line in lines)
    assert "C1" in next(line["themes"] for line in lines if line["id"] == other)
    assert "micro-F1" in run("list")
    assert json.loads(run("undo", "--json")) == {"labels": 2}
    run("save", tmp_path / "saved.yaml")
    assert "Delivery" in (tmp_path / "saved.yaml").read_text(encoding="utf-8")


def test_what_cannot_be_done_is_said_with_the_remedy(run, tmp_path):
    assert "codebook load FILE" in run("list")
    assert "codebook load FILE" in run("apply", code=main.FAILED)
    run("load", tmp_path / "codebook.yaml")
    assert "analyzer codebook label ID none" in run("label", "C-100", code=main.FAILED)
    assert "codebook list" in run("label", "C-100", "Parking", code=main.FAILED)


def test_a_codebook_with_personal_data_is_refused(run, tmp_path):
    for field in ("examples", "exclusions"):
        text = f"themes: [{{name: Calls, {field}: [call 07911 123456]}}]"
        (tmp_path / "names.yaml").write_text(text, encoding="utf-8")
        assert "personal data" in run("load", tmp_path / "names.yaml", code=main.FAILED)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id,themes\na,soup; c2\nb,none\nc,\n",
         {"a": {"Soup": True, "Delivery": True}, "b": {"Soup": False, "Delivery": False}}),
        ("id,theme,label\na,Soup,yes\na,Delivery,n\nb,Soup,\n", {"a": {"Soup": True, "Delivery": False}}),
        ("id,themes\n", {}),
    ],
)  # fmt: skip
def test_labels_are_read_from_either_form(tmp_path, text, found):
    file = tmp_path / "labels.csv"
    file.write_text(text, encoding="utf-8")
    assert read_code_labels(file, {"C1": "Soup", "C2": "Delivery"}) == found


def test_a_file_of_labels_that_is_not_understood_is_refused(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("id,theme,label\na,Soup,perhaps\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 2: the label is"):
        read_code_labels(file, {"C1": "Soup"})
    file.write_text("record,label\na,yes\n", encoding="utf-8")
    with pytest.raises(InputFileError, match="needs the columns"):
        read_code_labels(file, {"C1": "Soup"})


@pytest.mark.parametrize("content", ["id,label,theme\nC-100,yes\n", "themes,id\nSoup\n", "id,themes\nC-100\n"])
def test_a_row_with_too_few_cells_is_one_line_and_nothing_is_kept(run, tmp_path, content):
    run("load", tmp_path / "codebook.yaml")
    file = tmp_path / "labels.csv"
    file.write_text(content, encoding="utf-8")
    said = run("label", file, code=main.FAILED)
    assert "labels.csv line 2: " in said
    assert "complete the row" in said
    assert said.count("\n") == 1
    assert json.loads(run("undo", "--json")) == {"labels": 0}

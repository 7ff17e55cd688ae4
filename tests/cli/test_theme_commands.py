"""The commands on themes, called as scripts call them."""

import json

import pytest
from fakes import FakeWorkspace
from topics import imported, rows

from analyzer.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    workspace = imported(tmp_path, rows())
    for group in ("theme_commands", "ask_commands"):
        monkeypatch.setattr(f"analyzer.cli.commands.{group}.open_workspace", lambda _: workspace)
    assert isinstance(workspace, FakeWorkspace)

    def call(*arguments):
        code = main.main([*arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    yield call
    workspace.close()


def answer(run, *arguments):
    code, out, said = run(*arguments, "--json")
    assert code == 0, said
    return json.loads(out)


def test_the_contract_of_themes_holds(run):
    report = answer(run, "themes", "build", "--about", "4", "--no-names")
    assert report["themes"] >= 4
    listed = answer(run, "themes", "list")
    assert 0 < listed["coverage"] <= 1
    for theme in listed["themes"]:
        assert {"id", "parent", "label", "keywords", "size", "sentiment", "examples"} <= theme.keys()
    lines = [json.loads(line) for line in run("themes", "assignments")[1].splitlines()]
    assert len(lines) == 122
    assert all(line.keys() == {"id", "themes"} for line in lines)
    trends = answer(run, "trends", "--by", "month")
    assert {"theme", "counts", "shares", "flag"} <= trends["series"][0].keys()
    assert len(trends["periods"]) == len(trends["series"][0]["counts"])


def test_a_theme_is_renamed_shown_explained_and_the_edit_taken_back(run):
    answer(run, "themes", "build", "--about", "4", "--no-names")
    first = next(theme["id"] for theme in answer(run, "themes", "list")["themes"] if theme["id"].startswith("T"))
    assert answer(run, "themes", "edit", "rename", first, "Things that break")["action"] == "rename"
    assert "Things that break" in run("themes", "show", first)[1]
    assert "Things that break" in run("themes", "list")[1]
    assert "Things that break" in run("themes", "log")[1]
    assert answer(run, "themes", "undo")["is_undone"]
    assert answer(run, "themes", "why", "C-100")["opinions"]
    assert 0 < answer(run, "themes", "scorecard")["coverage"] <= 1
    assert "intruders" in run("themes", "scorecard")[1]
    assert "*" in run("drivers", "--of", "rating")[1]


def test_files_are_written_once(run, tmp_path):
    answer(run, "themes", "build", "--no-names")
    made = answer(run, "themes", "assignments", "--out", str(tmp_path / "a.jsonl"))
    assert made["rows"] == len((tmp_path / "a.jsonl").read_text().splitlines()) == 122
    assert answer(run, "themes", "report", str(tmp_path / "a.html"))["rows"]
    assert run("themes", "report", str(tmp_path / "a.html"))[0] == 1
    exported = answer(run, "export", str(tmp_path / "b.out"), "--what", "themes", "--format", "csv")
    assert exported["rows"] == len((tmp_path / "b.out").read_text().splitlines()) - 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("themes", "list"), 0), (("themes", "show", "T1"), 1), (("themes", "undo"), 1), (("themes", "log"), 0),
        (("themes", "why", "nobody"), 1), (("trends", "--by", "month"), 0), (("themes", "build", "--about", "-1"), 1),
    ],
)  # fmt: skip
def test_before_a_build_nothing_fails_without_a_word(run, arguments, code):
    got, out, said = run(*arguments)
    assert got == code
    assert out or said.startswith("analyzer: ")

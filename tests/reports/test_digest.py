"""Digests: what changed since the last one, with figures and quotes, as three files; rules that make it an alert."""

import json

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv

from analyzer.cli import main
from analyzer.errors import UsageError

LATE, COLD, RUDE = "the parcel came late again", "the soup was cold today", "the waiter was rude <b>twice</b>"


def rows(start, counts, rating):
    texts = [text for text, count in counts.items() for _ in range(count)]
    return [
        {
            "id": f"R-{start + n}",
            "comment": f"{text} {n}",
            "rating": rating + n % 2,
            "day": f"2024-0{1 + start // 200}-10",
        }
        for n, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digest")
    made = make_workspace(folder)
    made.ingest([write_csv(folder / "a.csv", rows(0, {LATE: 20, COLD: 80}, 4))])
    first = made.digest.write(folder / "first")
    made.ingest([write_csv(folder / "b.csv", rows(200, {LATE: 60, COLD: 20, RUDE: 30}, 1))])
    made.themes.build(about=3, names=False)
    yield made, folder, first
    made.close()


def write_rules(folder, text):
    file = folder / "alerts.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_first_digest_compares_with_nothing_and_the_next_begins_after_it(workspace):
    made, folder, first = workspace
    assert first.is_first
    assert [(one.name, one.now, one.before) for one in first.figures][:2] == [
        ("responses", 100, None),
        ("comments", 100, None),
    ]
    assert not any(one.change for one in first.themes)
    found = made.digest.write(folder / "second")
    assert (found.figures[0].now, found.figures[0].before) == (110, 100)
    changes = {one.label: one.change for one in found.themes}
    assert sorted(changes.values()) == ["fell", "new", "rose"]
    assert {one.change: (one.comments, one.before) for one in found.themes} == {
        "new": (30, 0), "rose": (60, 20), "fell": (20, 80),
    }  # fmt: skip
    assert all(one.quotes and all(quote.id >= "R-200" for quote in one.quotes) for one in found.themes)
    assert found.figures[2].is_significant
    assert made.digest.write(folder / "third").figures[0].now == 0


def test_a_date_divides_as_well(workspace):
    made, folder, _ = workspace
    found = made.digest.write(folder / "dated", "2024-02-01")
    assert (found.figures[0].now, found.figures[0].before) == (110, 100)
    with pytest.raises(UsageError, match="write last, or a date"):
        made.digest.write(folder / "x", "yesterday")
    assert not (folder / "x.html").exists()


def test_the_three_files_say_the_same_and_nothing_in_them_acts(workspace):
    made, folder, _ = workspace
    found = made.digest.write(folder / "files", "2024-02-01")
    page, text = ((folder / f"files.{kind}").read_text("utf-8") for kind in ("html", "md"))
    stored = json.loads((folder / "files.json").read_text("utf-8"))
    assert stored["figures"][0] == {"name": "responses", "now": 110, "before": 100, "is_significant": False}
    for content in (page, text):
        assert "110" in content
        assert all(one.label.split()[0] in content for one in found.themes)
        assert "<b>" not in content
    assert 'content="default-src &#x27;none&#x27;' in page
    assert "<script" not in page
    assert [one.path.rpartition(".")[2] for one in found.files] == ["html", "md", "json"]
    with pytest.raises(UsageError, match="is there already"):
        made.digest.write(folder / "files", "2024-02-01")


@pytest.mark.parametrize(
    ("rule", "crossed"),
    [
        ('measure = "average"\nbelow = 3', 1), ('measure = "average"\nbelow = 1', 0),
        ('measure = "average"\nchange = "fell"', 1), ('measure = "average"\nchange = "rose"', 0),
        ('measure = "theme"\nchange = "new"', 1), ('measure = "theme"\nabove = 0.15', 3),
        ('measure = "theme"\nchange = "rose"\nabove = 0.9', 0), ('measure = "comments"\nabove = 100', 1),
    ],
)  # fmt: skip
def test_a_rule_is_crossed_where_all_it_says_holds(workspace, tmp_path, rule, crossed):
    made, _, _ = workspace
    file = write_rules(tmp_path, f"[[rule]]\n{rule}\n")
    assert len(made.digest.write(tmp_path / "d", "2024-02-01", file).crossed) == crossed


@pytest.mark.parametrize(
    "text",
    ["[[rule]]\nmeasure = 'mood'\nabove = 1", "[[rule]]\nmeasure = 'nps'", "[[rule]]\nmeasure = 'nps'\nabove = 'x'",
     "x = 1",
     "[[rule]]\nmeasure = 'nps'\nchange = 'new'", "[[rule]]\nmesure = 'nps'", "[[rule", "[[rule]]\nmeasure = 'theme'\n"
     "change = 'new'\ntheme = 'nothing of the kind'"],
)  # fmt: skip
def test_a_rule_that_is_not_understood_stops_the_digest_before_a_file(workspace, tmp_path, text):
    made, _, _ = workspace
    with pytest.raises(UsageError):
        made.digest.write(tmp_path / "d", "2024-02-01", write_rules(tmp_path, text))
    assert [one.name for one in tmp_path.iterdir()] == ["alerts.toml"]


def test_a_schedule_learns_of_an_alert_by_the_exit_code(workspace, tmp_path, monkeypatch, capsys):
    made, _, _ = workspace
    monkeypatch.setattr("analyzer.workspace.Workspace", FakeWorkspace)
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(made.settings.keys_dir))
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(made.settings.workspace))
    file = write_rules(tmp_path, '[[rule]]\nname = "rating falls"\nmeasure = "average"\nchange = "fell"\n')
    command = ["digest", str(tmp_path / "d"), "--since", "2024-02-01"]
    assert main.main([*command, "--alerts", str(file)]) == 3
    assert "ALERT rating falls: average" in capsys.readouterr().out
    assert main.main([*command, "--replace", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["crossed"] == []

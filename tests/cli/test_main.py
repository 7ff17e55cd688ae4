"""The command line as pairs of arguments and outcome, over a real store with fake models."""

import io
import json
import os
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeLLM, FakeModels, FakeWorkspace, write_csv

from analyzer import workspace
from analyzer.answers.service import AnswersService
from analyzer.answers.types import Plan, Status, Task
from analyzer.cli import main
from analyzer.custody import integrity

ROWS = [
    {"id": "C-1", "comment": "The parcel came late. Otherwise fine service here.", "channel": "email", "rating": 2},
    {"id": "C-2", "comment": "My parcel came late and the box was wet.", "channel": "app", "rating": 1},
    {
        "id": "C-3",
        "comment": "The parcel came late, says Ann Lee of ann.lee@example.com.",
        "channel": "app",
        "rating": 3,
    },
    {"id": "C-4", "comment": "Waiter friendly, soup hot.", "channel": "store", "rating": 5},
]
QUESTION = "Was the parcel late?"
SMALL = "smollm2-135m-instruct-q4_1"


@pytest.fixture
def llm():
    return FakeLLM()


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, llm, fake_detector):
    """Run one command in its own folder; return its exit code, standard output and standard error."""
    opened = []

    class Scripted(FakeWorkspace):
        def __init__(self, settings, actor="owner", models=None):
            super().__init__(settings, actor, FakeModels(settings.models_dir, llm))
            opened.append(self)

    monkeypatch.setattr(workspace, "Workspace", Scripted)
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("ANALYZER_WORKERS", "1")

    def command(*arguments):
        try:
            code = main.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        return code, said.out, said.err

    yield command
    for held in opened:
        held.close()


@pytest.fixture
def feedback(tmp_path):
    return write_csv(tmp_path / "feedback.csv", ROWS)


@pytest.fixture
def filled(run, feedback):
    assert run("init")[0] == 0
    assert run("ingest", feedback)[0] == 0
    return run


JSON_COMMANDS = [
    (["models", "list"], {"models"}),
    (["settings"], {"workspace", "models_dir", "keys_dir", "port", "host"}),
    (["search", "late parcel"], {"hits", "among"}),
    (["search", "late parcel", "--where", "rating<=2", "--limit", "1"], {"hits"}),
    (["ask", QUESTION], {"status", "text", "claims", "numbers", "receipt"}),
    (["ask", QUESTION, "--where", "channel=app"], {"status", "text", "claims", "numbers", "receipt"}),
    (["show", "C-1"], {"id", "text", "fields", "themes"}),
    (["scrub", "--text", "Ann Lee wrote"], {"text", "entities"}),
    (["status"], {"workspace", "records", "texts", "columns", "imports", "models", "single_user"}),
    (["verify"], {"ok", "problems", "records", "audit_events", "cache"}),
    (["privacy", "queue"], {"entries", "total"}),
    (["privacy", "allow", "parcel", "--reason", "a product"], {"term", "records", "texts", "answers", "still_masked"}),
    (["privacy", "deny", "waiter"], {"term", "records", "texts", "answers", "still_masked"}),
    (["privacy", "terms"], {"terms"}),
    (["privacy", "report"], {"imports", "samples", "waiting"}),
    (["privacy", "report", "--import", "1"], {"imports", "samples", "waiting"}),
    (["privacy", "sample", "--size", "2", "--import", "1"], {"sample", "size", "population", "comments"}),
]


@pytest.mark.parametrize(("arguments", "keys"), JSON_COMMANDS, ids=lambda value: " ".join(sorted(value)))
def test_json_is_exactly_one_object_with_the_promised_keys(filled, llm, arguments, keys):
    llm.always = "The parcel came late."
    code, out, _ = filled(*arguments, "--json")
    assert code == 0
    assert out.count("\n") == 1
    printed = json.loads(out)
    assert keys <= set(printed)


def test_what_a_reviewer_decides_is_told(filled):
    doubtful = "I spoke to Brannigan about it"
    filled("ingest", write_csv(Path("more.csv"), [{"id": "D-1", "comment": doubtful, "channel": "app", "rating": 1}]))
    (entry,) = json.loads(filled("privacy", "queue", "--json")[1])["entries"]
    assert {"id", "kind", "type", "shape", "records", "contexts"} == set(entry)
    assert "«Brannigan»" in filled("privacy", "queue")[1]
    code, out, _ = filled("privacy", "decide", entry["id"], "deny", "--reason", "staff")
    assert (code, "masked at once in 1 records" in out, "Brannigan" in out) == (0, True, False)
    assert json.loads(filled("show", "D-1", "--json")[1])["text"] == "I spoke to <DENIED_1> about it"
    assert "nothing waits" in filled("privacy", "queue")[1]
    assert "deny name after a cue B········" in filled("privacy", "terms")[1]
    assert "undone" in filled("privacy", "undo")[1]
    assert "no terms" in filled("privacy", "terms")[1]


def test_a_term_can_be_told_without_showing_it_to_the_shell(filled, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("Waiter\n"))
    assert json.loads(filled("privacy", "deny", "-", "--json")[1])["records"] == 1


def test_a_sample_is_drawn_checked_and_reported(filled):
    drawn = filled("privacy", "sample", "--size", "3")[1]
    assert len(re.findall(r"^ +\d  ", drawn, re.MULTILINE)) == 3
    assert "not checked yet" in filled("privacy", "report")[1]
    check = json.loads(filled("privacy", "checked", "--sample", "1", "--missed", "2", "--json")[1])
    assert (check["misses"], check["size"], check["checked_by"]) == (1, 3, "owner")
    report = filled("privacy", "report")[1]
    assert "1 leaking, that is 33.3%, with 95 % confidence less than" in report
    assert "types: 1 " in report


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((), "all-MiniLM-L6-v2"),
        (("--languages", "en"), "all-MiniLM-L6-v2"),
        (("--languages", "fr, DE"), "multilingual-e5-small"),
        (("--languages", "en,nl"), "multilingual-e5-small"),
        (("--embedding", "all-mpnet-base-v2"), "all-mpnet-base-v2"),
    ],
)
def test_init_fixes_the_embedding_model(run, arguments, name):
    code, out, _ = run("init", *arguments, "--json")
    assert code == 0
    assert json.loads(out)["embedding"] == name
    assert name in run("status", "--json")[1]


def test_init_says_how_to_get_a_model_that_is_not_installed(run, monkeypatch, tmp_path):
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "none"))
    assert "run: analyzer models fetch multilingual-e5-small" in run("init", "--languages", "it")[2]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--languages", "fr,pl"), "pl cannot be read"),
        (("--languages", ","), "no language"),
        (("--embedding", "nonesuch"), "no model is called"),
        (("--embedding", "en_core_web_sm"), "no embedding model"),
    ],
)
def test_init_with_a_model_that_cannot_embed_makes_no_workspace(run, arguments, reason):
    code, _, err = run("init", *arguments)
    assert code != 0
    assert reason in err
    assert run("init")[0] == 0


def test_init_prints_where_the_workspace_is(run, tmp_path):
    code, out, _ = run("init", "--json")
    assert code == 0
    assert json.loads(out)["workspace"] == str(tmp_path / "ws")


def test_ingest_accounts_for_every_row(run, feedback):
    run("init")
    code, out, err = run("ingest", feedback, "--json")
    report = json.loads(out)
    assert code == 0
    assert {"rows", "stored", "duplicates", "rejected", "entities", "seconds"} <= set(report)
    assert report["rows"] == report["stored"] + report["duplicates"] + report["rejected"] == len(ROWS)
    assert report["entities"] == {"EMAIL_ADDRESS": 1, "PERSON": 1}
    assert "feedback.csv: 4 rows" in err


def test_the_same_file_again_is_all_duplicates(filled, feedback):
    report = json.loads(filled("ingest", feedback, "--json")[1])
    assert (report["stored"], report["duplicates"]) == (0, len(ROWS))


def test_a_preview_stores_nothing(run, feedback):
    run("init")
    code, out, _ = run("ingest", feedback, "--preview", "--json")
    [preview] = json.loads(out)["files"]
    assert code == 0
    assert preview["rows"] == len(ROWS)
    assert "Ann Lee" not in out
    assert json.loads(run("status", "--json")[1])["records"] == 0


def test_columns_are_mapped_and_dropped_as_told(run, tmp_path):
    file = write_csv(tmp_path / "odd.csv", [{"a": "Late parcel again, sadly.", "b": "north", "c": "x7"}])
    run("init")
    assert run("ingest", file, "--map", "text=a", "keep=b", "--map", "drop=c")[0] == 0
    [hit] = json.loads(run("search", "parcel", "--json")[1])["hits"]
    assert (hit["text"], hit["fields"]) == ("Late parcel again, sadly.", {"b": "north"})


def test_a_hit_has_an_id_a_score_a_text_and_fields(filled):
    hits = json.loads(filled("search", "parcel late", "--json", "--where", "channel=app")[1])["hits"]
    assert {hit["id"] for hit in hits} == {"C-2", "C-3"}
    assert all({"id", "score", "text", "fields"} <= set(hit) for hit in hits)


def test_show_prints_one_object_a_record(filled):
    code, out, _ = filled("show", "C-2", "C-1", "--json")
    assert code == 0
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["C-2", "C-1"]


def test_scrub_prints_one_object_a_line(run, tmp_path):
    file = tmp_path / "texts.txt"
    file.write_text("Ann Lee called\nnothing here\n", encoding="utf-8")
    code, out, _ = run("scrub", file, "--json")
    one, other = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert one["text"] == "<PERSON_1> called"
    assert one["entities"] == [{"type": "PERSON", "start": 0, "end": 7, "text_after": "<PERSON_1>"}]
    assert other == {"text": "nothing here", "entities": []}


def test_scrub_reads_standard_input(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("write to ann@example.com\n"))
    assert run("scrub", "-")[1] == "write to <EMAIL_ADDRESS_1>\n"


def test_scrub_needs_no_workspace(run, tmp_path):
    assert run("scrub", "--text", "Ann Lee")[:2] == (0, "<PERSON_1>\n")
    assert not (tmp_path / "ws").exists()


def test_an_answer_is_cited_in_json(filled, llm):
    llm.always = "The parcel came late."
    answer = json.loads(filled("ask", QUESTION, "--json")[1])
    texts = {
        json.loads(line)["id"]: json.loads(line)["text"]
        for line in filled("show", "C-1", "C-2", "--json")[1].splitlines()
    }
    assert answer["status"] == "answered"
    for citation in answer["claims"][0]["citations"]:
        assert {"id", "quote", "start", "end"} <= set(citation)
        if citation["id"] in texts:
            assert texts[citation["id"]][citation["start"] : citation["end"]] == citation["quote"]
    number = answer["numbers"][0]
    assert (number["value"], number["of"], number["query"]) == (4, 4, "all comments")


def test_an_answer_is_readable_in_a_terminal(filled, llm):
    llm.always = "The parcel came late."
    code, out, err = filled("ask", QUESTION)
    assert code == 0
    assert "\nThe parcel came late\n" in out  # a short sentence that holds is the title
    assert "    “" in out
    assert re.search(r"receipt a-[0-9a-f]{16}$", out.strip())
    assert "writing and checking sentence 1" in err


def test_points_are_printed_before_the_model_writes_to_a_person_and_to_nobody_else(filled, llm, monkeypatch):
    llm.always = "The parcel came late."
    _, piped, quiet = filled("ask", QUESTION)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    _, out, early = filled("ask", QUESTION)
    assert out == piped
    assert "complaint ▼" not in quiet
    assert early.index("complaint ▼") < early.index("writing and checking sentence 1")
    assert early.index("comments that match") < early.index("complaint ▼")
    assert "The parcel came late." not in early
    _, _, plain = filled("ask", QUESTION, "--json")
    assert "complaint ▼" not in plain


def test_a_stored_answer_is_shown_and_is_answered_again_only_when_asked(filled, llm):
    llm.always = "The parcel came late."
    receipt = json.loads(filled("ask", QUESTION, "--json")[1])["receipt"]
    llm.always = "Late the parcel came."
    assert json.loads(filled("ask", "--receipt", receipt, "--json")[1])["stale"] == []
    stale = json.loads(filled("ask", "--receipt", receipt, "--again", "--json")[1])["stale"]
    assert stale == ["the same comments, labels and models gave another answer"]
    code, _, err = filled("ask", QUESTION, "--again")
    assert (code, err.count("--again needs --receipt")) == (1, 1)


def test_two_questions_in_one_are_two_answers(filled, llm):
    llm.always = "The parcel came late."
    asked = "How many comments are there, and how many mention a late parcel?"
    answer = json.loads(filled("ask", asked, "--json")[1])
    assert (answer["plan"]["task"], len(answer["more"])) == ("count", 1)
    assert answer["more"][0]["plan"]["subject"] == "late parcel"
    assert answer["receipt"] != answer["more"][0]["receipt"]
    out = filled("ask", asked)[1]
    assert "how many mention a late parcel\n" in out
    assert out.count("receipt a-") == 2
    assert json.loads(filled("ask", QUESTION, "--json")[1])["more"] == []


def test_the_two_readings_of_a_question_can_be_pasted(filled, monkeypatch):
    reading = Plan(Task.SUMMARIZE, "late parcel", where="channel=app")
    other = replace(reading, task=Task.COUNT)
    plan = replace(reading, readings=(reading, other))
    monkeypatch.setattr(AnswersService, "plan_all", lambda *_: (plan,))
    lines = filled("plan", "parcel thing")[1].splitlines()
    assert "  analyzer ask 'What do people say about late parcel?' --where channel=app" in lines
    assert "  analyzer ask 'How many comments mention late parcel?' --where channel=app" in lines


def test_finding_nothing_is_an_answer_and_not_a_failure(filled, llm):
    code, out, _ = filled("ask", "Helicopter landing permits?", "--json")
    answer = json.loads(out)
    assert (code, answer["status"], answer["claims"]) == (0, Status.NOT_FOUND.value, [])
    assert llm.prompts == []


def test_verify_of_a_damaged_workspace_fails(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(integrity, "find_inconsistencies", lambda _: ["1 records without fields"])
    code, out, err = filled("verify", "--json")
    assert code == 1
    assert json.loads(out)["ok"] is False
    assert_one_line(err)


def test_the_actor_is_written_into_the_audit_log(filled, monkeypatch):
    filled("status", "--as", "mia")
    filled("show", "C-1", "--as", "mia")
    rows = workspace.Workspace(filled_settings()).database.rows("SELECT actor FROM audit WHERE action = 'show'")
    assert rows == [("mia",)]


def filled_settings():
    from analyzer.config import load_settings

    return load_settings()


FAILURES = [
    (["search", "x", "--where", "shoe_size=44"], "shoe_size"),
    (["search", "x", "--where", "rating <"], "filter"),
    (["ask", QUESTION, "--where", "rating=many"], "rating"),
    (["ask", "   "], "question"),
    (["show", "C-99"], "C-99"),
    (["ingest", "absent.csv"], "absent.csv"),
    (["ingest", "FEEDBACK", "--map", "text"], "ROLE=COLUMN"),
    (["ingest", "FEEDBACK", "--map", "text=Nowhere"], "Nowhere"),
    (["ingest", "FEEDBACK", "--map", "shoe=comment"], "shoe"),
    (["init"], "already"),
    (["scrub"], "FILE"),
    (["scrub", "absent.txt"], "absent.txt"),
    (["scrub", "FEEDBACK", "--text", "both"], "either"),
    (["serve", "--port", "99999"], "port 99999"),
    (["models", "add", "absent.gguf"], "absent.gguf"),
    (["privacy", "decide", "7", "deny"], "7"),
    (["privacy", "deny", "–"], "term"),
    (["privacy", "undo"], "undo"),
    (["privacy", "report", "--import", "9"], "9"),
    (["privacy", "checked", "--sample", "9", "--misses", "0"], "9"),
    (["models", "fetch", "no-such-model"], "no-such-model"),
]


@pytest.mark.parametrize(
    ("arguments", "named"), FAILURES, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_an_expected_failure_is_one_line_and_exit_code_one(filled, feedback, arguments, named):
    code, out, err = filled(*[str(feedback) if a == "FEEDBACK" else a for a in arguments])
    assert (code, out) == (1, "")
    line = assert_one_line(err)
    assert named in line
    assert "Ann" not in line


def assert_one_line(err):
    """Return the one line of an error; progress lines may precede it."""
    lines = [line for line in err.splitlines() if line.startswith("analyzer: ")]
    assert len(lines) == 1
    assert err.splitlines()[-1] == lines[0]
    assert "Traceback" not in err
    return lines[0]


@pytest.mark.parametrize(
    "arguments", [["status"], ["search", "x"], ["ask", "x?"], ["verify"], ["serve"], ["show", "1"]]
)
def test_without_a_workspace_it_says_how_to_make_one(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert "analyzer init" in assert_one_line(err)


def test_a_folder_that_is_no_workspace_is_refused(run, tmp_path):
    (tmp_path / "letters").mkdir()
    code, _, err = run("status", "--workspace", tmp_path / "letters")
    assert code == 1
    assert "is not a workspace" in assert_one_line(err)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": "x"}', "\x00\xff"])
def test_a_damaged_identity_is_one_line(run, tmp_path, content):
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "workspace.json").write_text(content, encoding="latin-1")
    code, _, err = run("status")
    assert code == 1
    assert_one_line(err)


def test_a_missing_key_is_one_line(filled, tmp_path):
    for key in (tmp_path / "keys").iterdir():
        key.unlink()
    code, _, err = filled("status")
    assert code == 1
    assert "key" in assert_one_line(err)


def test_a_port_that_is_taken_is_one_line(filled):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, out, err = filled("serve", "--port", taken.getsockname()[1])
    assert (code, out) == (1, "")
    assert "--port" in assert_one_line(err)


def test_a_missing_model_is_one_line_that_says_how_to_get_it(run, tmp_path, monkeypatch):
    monkeypatch.undo()
    (tmp_path / "models").mkdir()
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "models"))
    code, _, err = run("scrub", "--text", "x")
    assert code == 1
    assert "analyzer models fetch" in assert_one_line(err)


@pytest.mark.parametrize("setting", ["ANALYZER_SHOE_SIZE", "ANALYZER_PORT"])
def test_a_wrong_setting_is_one_line(run, monkeypatch, setting):
    monkeypatch.setenv(setting, "forty-four")
    code, _, err = run("settings")
    assert code == 1
    assert_one_line(err)


WRONG_USAGE = [
    [],
    ["dance"],
    ["search"],
    ["search", "x", "--limit", "0"],
    ["search", "x", "--limit", "many"],
    ["ask"],
    ["ingest"],
    ["show"],
    ["models"],
    ["status", "--colour"],
    ["serve", "--port", "http"],
    ["privacy"],
    ["privacy", "decide", "1", "perhaps"],
    ["privacy", "checked", "--sample", "1"],
    ["privacy", "checked", "--sample", "1", "--misses", "0", "--missed", "1"],
]


@pytest.mark.parametrize("arguments", WRONG_USAGE, ids=" ".join)
def test_wrong_usage_is_exit_code_two(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "usage: analyzer" in err
    assert "Traceback" not in err


def test_help_names_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    for name in "models init ingest scrub search show ask status verify settings serve privacy".split():
        assert re.search(rf"^    {name} ", out, re.MULTILINE), name


def test_every_command_takes_the_three_common_options(run):
    for arguments in (["ask"], ["ingest"], ["models", "fetch"], ["serve"], ["privacy", "queue"]):
        out = run(*arguments, "--help")[1]
        assert all(option in out for option in ("--workspace DIR", "--as USER", "--json"))


def test_ctrl_c_is_one_line_and_its_own_code(filled, llm, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(llm, "complete", interrupted)
    code, _, err = filled("ask", QUESTION)
    assert code == 130
    assert_one_line(err)


def test_a_reader_that_went_away_is_no_error(tmp_path):
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "analyzer", "settings"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as process:
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, b"")


@pytest.mark.long(45)
def test_the_installed_program_answers_from_real_feedback_with_real_models(real_workspace):
    report = real_workspace.report
    assert report["rows"] == report["stored"] + report["duplicates"] + report["rejected"] == 62
    assert report["stored"] == 62

    found = real_workspace.run("search", "parcel arrived late", "--limit", "3", "--json")
    assert (found.returncode, found.stdout.count("\n")) == (0, 1)
    hits = json.loads(found.stdout)["hits"]
    assert len(hits) == 3

    asked = real_workspace.run("ask", "What do people complain about when it comes to delivery?", "--json")
    assert (asked.returncode, asked.stdout.count("\n")) == (0, 1), asked.stderr
    answer = json.loads(asked.stdout)
    cited = [citation for claim in answer["claims"] for citation in claim["citations"]]
    assert answer["status"] == ("answered" if cited else "not_found")
    assert not any(re.search(r"\d", claim["text"]) for claim in answer["claims"])
    if cited:
        shown = real_workspace.run("show", *{citation["id"] for citation in cited}, "--json")
        texts = {record["id"]: record["text"] for record in map(json.loads, shown.stdout.splitlines())}
        assert all(texts[c["id"]][c["start"] : c["end"]] == c["quote"] for c in cited)

    state = json.loads(real_workspace.run("status", "--json").stdout)
    assert state["records"] >= 62
    assert state["models"][SMALL] is True

    verified = real_workspace.run("verify", "--json")
    assert (verified.returncode, json.loads(verified.stdout)["ok"]) == (0, True), verified.stdout

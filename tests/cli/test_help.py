"""Every command and option says what it is for, one thing has one spelling, and errors are JSON where results are."""

import argparse
import json
from collections.abc import Iterator

import pytest
from test_main import llm, run  # noqa: F401 - fixtures

from analyzer.cli.main import _parser

OLD_SPELLINGS = {"--output": "--out", "--force": "--replace", "--overwrite": "--replace", "--labelled": "--labeled"}


def parsers(parser: argparse.ArgumentParser, name: str = "analyzer") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command, inner in action.choices.items():
                yield from parsers(inner, f"{name} {command}")


ALL = list(parsers(_parser()))


def test_there_are_many_commands_to_look_at():
    assert len(ALL) > 80


def test_every_command_and_every_argument_has_a_help_text():
    bare = [
        f"{name} {'/'.join(action.option_strings) or action.dest}"
        for name, parser in ALL
        for action in parser._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert not bare
    assert not [name for name, parser in ALL if not parser.description]


def test_one_thing_has_one_spelling():
    wrong = [
        f"{name}: {flag} is spelled {OLD_SPELLINGS[flag]}"
        for name, parser in ALL
        for action in parser._actions
        for flag in action.option_strings
        if flag in OLD_SPELLINGS
    ]
    assert not wrong


def test_the_version_is_printed(run):  # noqa: F811
    code, printed, _ = run("--version")
    assert (code, printed.split()[0]) == (0, "analyzer")


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("show", "X-1", "--json"), 1, "WorkspaceError"),
        (("show", "--json"), 2, "usage"),
        (("nonsense", "--json"), 2, "usage"),
    ],
)
def test_an_error_is_json_where_the_result_would_be(run, arguments, code, kind):  # noqa: F811
    done, printed, said = run(*arguments)
    found = json.loads(printed)
    assert (done, found["kind"]) == (code, kind)
    assert found["error"] in said
    assert run(*(one for one in arguments if one != "--json"))[1] == "", "without --json nothing is on standard output"


def test_an_account_is_named_in_any_case_and_asked_for_where_none_is(run, monkeypatch):  # noqa: F811
    assert run("init")[0] == 0
    assert run("user", "add", "Ada", "--role", "admin")[0] == 0
    code, _, said = run("status")
    assert code == 1
    assert "name yours with --as USER" in said
    assert run("status", "--as", "ada")[0] == run("status", "--as", "ADA")[0] == 0
    monkeypatch.setenv("ANALYZER_ACTOR", "ada")
    assert run("status")[0] == 0
    assert "no account of that name" in run("status", "--as", "eve")[2]

"""Agents on this machine: the official SDK's client calls every tool as every role; what is refused is on record."""

import json
import os
import sys

import anyio
import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from mcp import Client, StdioServerParameters, stdio_client
from roles import ACCOUNTS, opened, staffed
from topics import rows

from analyzer.cli.agents.mcp_server import make_server
from analyzer.cli.agents.tools import FIGURES, TOOLS
from analyzer.cli.commands.mcp_commands import ELSEWHERE, FIGURES_ONLY
from analyzer.errors import AnalyzerError
from analyzer.security.permissions import Permission, permissions_of

pytestmark = pytest.mark.long(30)

GIVEN = {
    "ask": {"question": "What do people say about the soup?"}, "search": {"query": "soup"}, "show": {"ids": ["C-101"]},
    "theme": {"theme": "T1"}, "count": {"where": "channel = app"}, "table": {"by": "channel"},
    "trends": {"by": "month"},
}  # fmt: skip
"""Arguments with which a tool is called; none for the others."""
RECORDS = tuple({**row, "Respondent ID": f"P{number}"} for number, row in enumerate(rows()))
COMMENTS = {row["comment"] for row in RECORDS} - {"nothing"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    settings = staffed(tmp_path_factory.mktemp("staffed"), RECORDS)
    with opened(settings, "stu") as workspace:
        workspace.themes.build(about=4, names=False)
    return settings


def talk(workspace, *calls, with_comments=False):
    """List the tools and call some with the SDK's client; return the names and (is_error, text) of each call."""

    async def main():
        async with Client(make_server(workspace, with_comments)) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            results = [await client.call_tool(name, given) for name, given in calls]
            return names, [(one.is_error, one.content[0].text) for one in results]

    return anyio.run(main)


EVERY_TOOL = tuple((name, GIVEN.get(name, {})) for name in TOOLS)


def refusals(settings, name):
    with opened(settings, "rev") as workspace:
        return len(workspace.audit.show(limit=10_000, actor=name, action="denied"))


@pytest.mark.parametrize("with_comments", [False, True], ids=["figures", "comments"])
@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_tool_as_every_role_does_what_is_permitted_and_the_rest_is_refused_on_record(
    settings, name, with_comments
):
    may = permissions_of(ACCOUNTS[name]) & (set(Permission) if with_comments else {Permission.FIGURES})
    permitted = {tool.name for tool in TOOLS.values() if tool.permission is None or tool.permission in may}
    before = refusals(settings, name)
    with FakeWorkspace(settings, name, is_figures_only=not with_comments) as workspace:
        listed, results = talk(workspace, *EVERY_TOOL, with_comments=with_comments)
    assert listed == permitted
    failed = {name: text for name, (is_error, text) in zip(TOOLS, results, strict=True) if is_error}
    assert set(TOOLS) - set(failed) == permitted, failed
    assert refusals(settings, name) - before == len(TOOLS) - len(permitted)


@pytest.mark.parametrize("name", ["ann", "stu", "vic", "con"])
def test_without_the_option_no_comment_is_in_any_result(settings, name):
    with FakeWorkspace(settings, name, is_figures_only=True) as workspace:
        _, results = talk(workspace, *EVERY_TOOL)
        with pytest.raises(AnalyzerError):  # nor below the services
            workspace.collaborators.database.rows("SELECT body FROM texts")
    whole = " ".join(text for _, text in results)
    assert not [text for text in COMMENTS if text in whole]


def test_without_accounts_the_single_user_shows_figures_only_too(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", list(RECORDS))])
    workspace.close()
    with FakeWorkspace(workspace.settings, is_figures_only=True) as limited:
        names, results = talk(limited, *EVERY_TOOL)
    assert names == {tool.name for tool in FIGURES}
    assert not [text for text in COMMENTS if text in str(results)]


def test_without_the_option_figures_are_under_disclosure_control_whatever_the_account_may(settings):
    few = ("table", {"where": "id = C-101"})
    with FakeWorkspace(settings, "ann") as workspace:
        [(is_error, _)] = talk(workspace, ("table", {"by": "channel", "where": "rating = 1"}), with_comments=True)[1]
        assert not is_error
    before = refusals(settings, "ann")
    with FakeWorkspace(settings, "ann", is_figures_only=True) as workspace:
        [(is_error, text)] = talk(workspace, few)[1]
    assert is_error, text
    assert refusals(settings, "ann") >= before


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("table", {"by": 3}), ("table", {"nonsense": "x"}), ("table", {"measure": "secret"}), ("trends", {"by": "day"}),
        ("search", {}), ("search", {"query": "soup", "limit": 10**9}), ("search", {"query": "soup", "limit": True}),
        ("show", {"ids": [1]}), ("erase", {"respondent": "P1"}), ("themes", {"where": "channel !!"}),
    ],
)  # fmt: skip
def test_a_call_that_is_not_understood_is_one_line_and_does_nothing(settings, name, given):
    with FakeWorkspace(settings, "ann") as workspace:
        [(is_error, text)] = talk(workspace, (name, given), with_comments=True)[1]
    assert is_error
    assert "\n" not in text
    assert "Traceback" not in text


def test_the_program_speaks_the_protocol_under_the_seal_and_says_where_comments_go(real_workspace, tmp_path):
    def session(name, given, *options):
        errors = tmp_path / "errors"

        async def main():
            program = StdioServerParameters(
                command=sys.executable, args=["-m", "analyzer", "mcp", *options],
                env={**os.environ, **real_workspace.environ},
            )  # fmt: skip
            with errors.open("w") as stderr:
                async with Client(stdio_client(program, errlog=stderr)) as client:
                    return await client.call_tool(name, given)

        return anyio.run(main), errors.read_text()

    result, said = session("search", {"query": "delivery"})
    assert result.is_error
    assert FIGURES_ONLY in said
    result, said = session("search", {"query": "delivery", "limit": 3}, "--comments")
    assert len(json.loads(result.content[0].text)["hits"]) == 3
    assert ELSEWHERE in said
    events = json.loads(real_workspace.run("audit", "show", "--json", "--limit", "50").stdout)["events"]
    assert {"mcp.start", "mcp.call", "denied"} <= {event["action"] for event in events}

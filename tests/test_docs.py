"""The documentation is true of the program: quoted commands parse, options exist, files and pages are there."""

import argparse
import re
import shlex

import pytest

from analyzer.cli import main
from analyzer.config import PROJECT

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`analyzer ([^`\n]+)`")
FILES = re.compile(
    r"\b(?:analyzer|tests|benchmarks|docs|tools|examples|models)/[\w./-]*\w\.(?:py|md|toml|json|csv|txt)\b"
)
LINKS = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#([\w-]+))?\)")
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
CALLS = re.compile(r"\bworkspace\.([a-z_]+)\.([a-z_]+)\(")
NOUNS = {"users": "user", "backups": "backup", "incidents": "incident", "survey_links": "links"}
"""Attributes of a workspace whose commands have another name."""
VERBS = {
    "counts.table": "table", "trends.over_time": "trends", "trends.drivers": "drivers", "erasure.erase": "erase",
    "evidence.write": "evidence", "feedback.to_pandas": "export", "feedback.to_arrow": "export",
    "feedback.export": "export",
}  # fmt: skip
"""Methods that are a command without an action."""
README_LINES = 200


def shell_commands(text):
    """Yield the arguments of every `analyzer` command in the shell blocks of a page."""
    for block in SHELL.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.shlex(line, posix=True, punctuation_chars=";&|<>")
            words.whitespace_split = True
            command = []
            for word in [*words, ";"]:
                if set(word) <= set(";&|"):
                    names = [n for n, one in enumerate(command) if one == "analyzer" or one.endswith("/analyzer")]
                    if names and (names[0] == 0 or command[0] in ("unshare", "podman")):
                        yield command[names[0] + 1 :]
                    command = []
                else:
                    command.append(word)


def subcommands(parser):
    """Return the parsers below a parser by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def unknown_words(parser, words):
    """Return what a command quoted in a sentence names that does not exist: commands, actions, options."""
    words = list(words)
    while words and not words[0].startswith("--") and (below := subcommands(parser)):
        if any(one not in below for one in words[0].split("|")):
            return [words[0]]
        parser = below[words.pop(0).split("|")[0]]
    options = {option for action in parser._actions for option in action.option_strings}
    return [word for word in words if re.fullmatch(r"--[a-z-]+", word) and word not in options]


def anchors(page):
    """Return the anchors of a page's headings as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


COMMANDS = [(page.name, words) for page in PAGES for words in shell_commands(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("page", "words"), COMMANDS, ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_a_command_in_a_shell_block_parses(page, words):
    assert main._parser().parse_args(words).run


def test_commands_were_found():
    assert len(COMMANDS) > 80
    assert {page for page, _ in COMMANDS} >= {"README.md", "analysts.md", "data_teams.md", "reviewers.md", "offline.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_in_a_sentence_exists_with_its_options(page):
    quoted = [shlex.split(one.replace("\\|", "|")) for one in INLINE.findall(page.read_text(encoding="utf-8"))]
    assert [words for words in quoted if unknown_words(main._parser(), words)] == []


def test_a_command_or_option_that_does_not_exist_is_noticed():
    parser = main._parser()
    assert unknown_words(parser, ["themes", "construct"]) == ["construct"]
    assert unknown_words(parser, ["erase", "--person", "REF"]) == ["--person"]
    assert unknown_words(parser, ["backup", "create|vrify"]) == ["create|vrify"]
    assert unknown_words(parser, ["backup", "create|verify", "--json"]) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_compiles_and_each_verb_on_a_service_is_a_command(page):
    text = page.read_text(encoding="utf-8")
    for block in PYTHON.findall(text):
        compile(block, page.name, "exec")
    calls = [VERBS.get(f"{noun}.{verb}", f"{NOUNS.get(noun, noun)} {verb}") for noun, verb in CALLS.findall(text)]
    assert [words for words in calls if unknown_words(main._parser(), words.split())] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page):
    named = set(FILES.findall(page.read_text(encoding="utf-8")))
    assert sorted(one for one in named if not (PROJECT / one).exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_page_and_a_heading(page):
    broken = []
    for target, anchor in LINKS.findall(page.read_text(encoding="utf-8")):
        file = page.parent / target
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def test_the_readme_is_what_a_newcomer_reads_in_ten_minutes():
    assert len((PROJECT / "README.md").read_text(encoding="utf-8").splitlines()) <= README_LINES


def test_every_page_is_in_the_table_of_contents():
    contents = (PROJECT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = re.search(r"```\{toctree\}\n:hidden:\n\n(.*?)```", contents, re.DOTALL).group(1).split()
    assert sorted(listed) == sorted(page.stem for page in PAGES if page.name not in ("README.md", "index.md"))

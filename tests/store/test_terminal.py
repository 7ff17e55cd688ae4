"""What leaves for a terminal is text: nothing in it moves the cursor, hides, reorders or forges a line."""

import ast
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.config import PROJECT
from analyzer.store.terminal import printable

ACTED_ON = [chr(n) for n in (*range(9), *range(10, 32), *range(127, 160), 0x2028, 0x2029, 0xFEFF, 0x061C)]
ACTED_ON += [chr(n) for n in (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xE0041, 0xDC80)]


@pytest.mark.parametrize("character", ACTED_ON, ids=lambda one: f"U+{ord(one):04X}")
def test_what_a_terminal_acts_on_is_shown_as_an_escape(character):
    assert re.fullmatch(r"a(\\[nrbf]|(\\u[0-9a-f]{4})+)b", printable(f"a{character}b"))


@pytest.mark.parametrize(
    "text",
    [
        "plain", "zoë 井上 \t tab", "a\N{NO-BREAK SPACE}b", "می\N{ZERO WIDTH NON-JOINER}خواهم",
        "👩\N{ZERO WIDTH JOINER}💻", "\\n", "",
    ],
)  # fmt: skip
def test_text_stays_text(text):
    assert printable(text) == text


@given(st.text(st.characters(codec=None)))
def test_what_is_printed_has_nothing_that_a_terminal_acts_on_and_is_the_same_in_json(text):
    shown = printable(text)
    assert not {unicodedata.category(c) for c in shown if c not in "\t\u200c\u200d"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert printable(shown) == shown
    shown.encode()
    plain = json.dumps({"text": text}, ensure_ascii=False)
    assert json.loads(printable(plain)) == json.loads(plain)


def _writes(tree):
    """Yield the lines on which something is printed, or written to a standard stream."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ("print", "sys.stdout.write", "sys.stderr.write", "tqdm") or (name == "sys.exit" and node.args
               and isinstance(node.args[0], ast.JoinedStr)):  # fmt: skip
                yield name, node


def test_only_the_terminal_module_prints():
    allowed = {
        "analyzer/store/terminal.py", "analyzer/cli/output.py",
        "analyzer/models/download_progress.py",  # names of the catalog
        "analyzer/cli/bundle/installer.py",  # runs alone on the other machine, before the package is there
    }  # fmt: skip
    found = [
        f"{file.relative_to(PROJECT)}:{node.lineno}: {name}"
        for file in sorted((PROJECT / "analyzer").rglob("*.py"))
        if str(file.relative_to(PROJECT)) not in allowed and "egress_proof" not in file.parts
        for name, node in _writes(ast.parse(file.read_text(encoding="utf-8")))
        if "printable(" not in ast.unparse(node) and ast.unparse(node) != "sys.stderr.write('.')"
    ]
    assert found == []

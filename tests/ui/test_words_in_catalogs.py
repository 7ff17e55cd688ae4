"""Words that the page shows stand in the catalogs: none is a bare literal, and every message can be translated."""

import ast
import re
from collections.abc import Iterator

import pytest

from analyzer.config import PACKAGE
from analyzer.ui.value_names import FIELDS

UI = PACKAGE / "ui"
DRAWN = sorted([*UI.glob("*.py"), *(UI / "pages").glob("*.py"), *(UI / "parts").glob("*.py")])
"""Modules that draw the page; those of web/ serve it, and the sign-in page has a test of its own."""
MESSAGES = {"_", "ngettext", "pgettext", "N_"}
LABELED = set(
    "title header subheader caption text info warning error success button form_submit_button text_input text_area "
    "selectbox multiselect checkbox radio segmented_control number_input date_input file_uploader metric expander "
    "popover spinner status progress toggle download_button markdown write select_slider slider PagePart StatusLine "
    "offer_document offer_export plain unmarked clickable count_bars AccessError StoppedError".split()
)
"""Functions whose first argument people read, even if it is a single word."""
READ = {"help", "placeholder", "label", "explanation", "caption"}
"""Arguments that people read."""
CODE = set(
    "key icon type format css mime language url_path on_select selection_mode label_visibility gap width height layout "
    "vertical_alignment visibility bind scope orient anchor cursor delta_color stroke invalid shortcut".split()
)
"""Arguments that the program reads."""
QUIET = set(
    "encode transform_filter get setdefault startswith endswith html both compile "
    "DrillDown TypeVar RuntimeError".split()
)
"""Functions whose arguments are code: fields of a chart, markup, filters, patterns, errors of the programmer."""
MARKUP = re.compile(r"<[a-z/]|:[QNO]\b|datum\.|^:material/|\w=\w|<=|^themes:\n|comment stance|^[\w./-]+$")
NAMES = frozenset({"Feedback Analyzer", "Excel", "Word", "PowerPoint", *FIELDS})
"""Names that are the same in all languages, and the fields of charts, which are translated when a chart is drawn."""
PROSE = re.compile(r"[A-Za-z]{2,}[,.:;!?”]* [A-Za-z“]|[A-Za-z]{2,} ?\{\}|\{\} ?[A-Za-z]{2,}")
TITLE = re.compile(r"[A-Z][a-z]{2,}\.?$")


@pytest.mark.parametrize("file", DRAWN, ids=lambda file: str(file.relative_to(UI)))
def test_no_word_on_the_page_is_a_bare_literal(file):
    assert list(bare_words(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        'st.button("Stop", key="stop")',
        'st.caption(f"{n:,} rows")',
        'st.checkbox("all")',
        'st.text_input(_("Name"), help="Any name")',
        'words = "too few to test"',
        'rows = [{"new responses": 3}]',
        'parts += [f"about “{subject}”"]',
        'NAMES = {"a": "Cards"}',
        'st.info(_("There is one.") if x else "None yet")',
        'plain(title + " of all")',
        'clickable(chart, "Responses by month", "key")',
        'altair.X("a:Q", title="share of comments")',
    ],
)
def test_a_bare_word_is_found(line):
    assert list(bare_words(f"def draw():\n    {line}\n"))


@pytest.mark.parametrize(
    "line",
    [
        'st.button(_("Stop"), key="stop all", icon=":material/stop:")',
        'st.html("<b>raw markup here</b>")',
        'altair.Tooltip("share of it:Q", format=".1%")',
        'open_comments(both(where, f"{a} and {b}"))',
        '"""A docstring of some words."""',
        'if kind == "left out": pass',
    ],
)
def test_code_is_not_taken_for_words(line):
    assert list(bare_words(f"def draw():\n    {line}\n")) == []


def test_the_message_function_keeps_its_name_and_waits_for_a_reader():
    wrong = []
    for file in sorted(PACKAGE.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        if "analyzer.messages.text import" in source and file.parent.name != "messages":
            tree = ast.parse(source)
            wrong += [f"{file}:{line}: hides the message function" for line in _bound_lines(tree)]
            if file.parent.name != "pages":  # a page is a script, run for one reader
                early = (one for one in _outside_functions(tree) if _called(one) in MESSAGES - {"N_"})
                wrong += [f"{file}:{one.lineno}: is translated at import; mark it with N_" for one in early]
    assert wrong == []


def test_a_choice_of_several_has_words_of_its_own_while_it_is_empty():
    """Streamlit's own words for it are English."""
    silent = [
        f"{file.name}:{call.lineno}"
        for file in DRAWN
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if _called(call) == "multiselect" and "placeholder" not in {one.arg for one in call.keywords}
    ]
    assert silent == []


def bare_words(source: str) -> Iterator[str]:
    """Yield the literals that people would read and that are no message, each with its line."""
    tree = ast.parse(source)
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        text = _literal(node, parents)
        if text is not None and text not in NAMES and _is_read(node, text, parents):
            yield f"{node.lineno}: {text}"


def _literal(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> str | None:
    """Return a string with {} for each field; None for what is no whole string, and for docstrings."""
    parent = parents.get(node)
    if isinstance(parent, ast.JoinedStr | ast.FormattedValue | ast.Expr) and not isinstance(node, ast.JoinedStr):
        return None if not isinstance(parent, ast.FormattedValue) or not isinstance(node, ast.Constant) else _text(node)
    return None if isinstance(parent, ast.Expr) else _text(node)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_read(node: ast.AST, text: str, parents: dict[ast.AST, ast.AST]) -> bool:
    if not re.search(r"[A-Za-z]{2}", text.replace("{}", "")):
        return False
    is_label, child = False, node
    while (parent := parents.get(child)) is not None:
        place = _place(child, parent)
        if place == "quiet" and not is_label:
            return False
        if place == "message":
            return False
        is_label = is_label or place == "label"
        child = parent
    if MARKUP.search(text):
        return bool(TITLE.fullmatch(text)) or (is_label and text.isalpha())
    return is_label or bool(PROSE.search(text) or TITLE.fullmatch(text))


def _place(child: ast.AST, parent: ast.AST) -> str:
    """Return what a node means to the string in it: message, label, quiet (code), or nothing."""
    if isinstance(parent, ast.keyword):
        return "label" if parent.arg in READ else "quiet" if parent.arg in CODE else ""
    if isinstance(parent, ast.Call) and child is not parent.func:
        name = _called(parent)
        if name in MESSAGES:
            return "message"
        if name in QUIET or (name == "Tooltip"):
            return "quiet"
        return "label" if name in LABELED and parent.args and child is parent.args[0] else ""
    if isinstance(parent, ast.Compare | ast.Raise | ast.arguments):
        return "quiet"
    return "quiet" if isinstance(parent, ast.Subscript) and child is parent.slice else ""


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _bound_lines(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that give `_` another value in a function; a comprehension has its own names."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Name) and child.id == "_" and isinstance(child.ctx, ast.Store):
            yield child.lineno
        if not isinstance(child, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            yield from _bound_lines(child)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _outside_functions(child)

"""The catalogs: whole, true to the source in their fields, right in their plurals, and added by a file alone."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from hypothesis import given
from hypothesis import strategies as st

from analyzer.config import PACKAGE, PROJECT, Settings
from analyzer.errors import UsageError
from analyzer.index.dates_in_words import date_in_words, period_in_words, span_in_words
from analyzer.messages import catalogs
from analyzer.messages.catalogs import accepted, catalog, catalog_file, in_all_languages, languages, nearest
from analyzer.messages.current_language import SOURCE, in_source_language, speaking
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _, ngettext, pgettext

TRANSLATED = [code for code in languages() if code != SOURCE]
ROOM = "\u202f"
"""What French puts between thousands."""


def called_in_source() -> Iterator[tuple[str, str, str]]:
    """Yield (context, message, plural) of every call in the source, read from its syntax tree."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if node.func.id in ("_", "N_") and texts:
                yield "", texts[0], ""
            elif node.func.id == "ngettext":
                yield "", texts[0], texts[1]
            elif node.func.id == "pgettext":
                yield texts[0], texts[1], ""


def messages_of(language: str) -> list[Message]:
    with catalog_file(language).open("rb") as file:
        return [one for one in read_po(file, locale=language) if one.id]


def fields(text: str) -> set[tuple[str, str]]:
    """The fields of a message with their formats."""
    return {(name, form or "") for _text, name, form, _end in Formatter().parse(text) if name is not None}


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalog_has_every_message_of_the_source_and_no_other(language):
    held = {
        (one.context or "", *(one.id if isinstance(one.id, tuple) else (one.id, ""))) for one in messages_of(language)
    }
    called = {one for one in called_in_source() if one[1]}
    assert held - called == set(), "run: make messages"
    assert called - held == set(), "run: make messages, then translate what is new"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_with_its_fields(language):
    wrong = []
    for one in messages_of(language):
        source = one.id[-1] if isinstance(one.id, tuple) else one.id
        if one.fuzzy or not all(forms(one)) or any(fields(form) != fields(source) for form in forms(one)):
            wrong.append(source)
        ends = [(text[:1].isspace(), text[-1:].isspace()) for text in (source, *forms(one)) if text]
        if source.strip() != source and len(set(ends)) > 1:
            wrong.append(f"space at an end: {source!r}")
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_plurals_have_as_many_forms_as_the_language(language):
    with catalog_file(language).open("rb") as file:
        known = read_po(file, locale=language)
    assert {len(forms(one)) for one in known if isinstance(one.id, tuple)} == {known.num_plurals}
    assert {catalog(language).plural(n) for n in range(1_000)} == set(range(known.num_plurals))  # type: ignore[attr-defined]


def test_french_is_typeset_as_french():
    for one in messages_of("fr"):
        for text in map(prose, forms(one)):
            assert "'" not in text, text
            assert not re.search(r"[^\s\u00a0\u202f:?!/.«(][:;?!»](?=\s|$)|[ ][:;?!%»]|« ", text), text


def prose(text: str) -> str:
    """A message without its fields and without the commands and addresses in it."""
    return re.sub(r"\{[^}]*\}|https?://\S+|:gray\[|\*\*", "x", text)


def test_french_has_zero_in_the_singular():
    with speaking("fr"):
        written = [ngettext("{n:,} comment", "{n:,} comments", n, n=n) for n in (0, 1, 2, 12_345)]
    assert written == ["0 verbatim", "1 verbatim", "2 verbatims", f"12{ROOM}345 verbatims"]


def test_numbers_and_dates_follow_the_language():
    with speaking("fr"):
        assert localized(-1_234.5, ",.1f") == f"-1{ROOM}234,5"
        assert localized(0.462, ".1%") == "46,2\u00a0%"
        assert date_in_words("2026-11-30T09:12:51+00:00") == "30 nov. 2026 à 09:12"
        assert [period_in_words(one) for one in ("2022-03", "2022-W08", "2022-Q1", "2022-03-09")] == [
            "mars 2022", "semaine 8 de 2022", "T1 2022", "9 mars 2022",
        ]  # fmt: skip
        assert span_in_words("2022-01", "2022-03") == "janv. à mars 2022"
        assert span_in_words("2021-12", "2022-02") == "déc. 2021 à févr. 2022"
        assert date_in_words("2022-02-31") == "2022-02-31"
    assert span_in_words("2022-01", "2022-03") == "Jan to Mar 2022"


@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**12), 10**12),
    st.sampled_from([",", ",.0f", ",.1f", "+.2f", ".1%"]),
)
def test_english_is_what_python_writes(value, form):
    form = form if isinstance(value, int) or form != "," else ",.1f"
    assert localized(value, form) == format(value, form)
    template = "It is {value:" + form + "} of {name}."
    assert _(template, value=value, name="{x}") == template.format(value=value, name="{x}")


def test_a_message_of_a_service_is_no_template_of_its_values():
    with speaking("fr"):
        assert _("{name}: {value}", name="{0}", value="{name.__class__}") == "{0}\u00a0: {name.__class__}"
        assert _("") == ""


def test_a_context_tells_two_meanings_apart():
    with speaking("fr"):
        assert (pgettext("button", "Measure"), _("Measure")) == ("Mesurer", "Mesure")


def test_a_document_is_written_in_the_source_language():
    with speaking("fr"):
        assert in_source_language(date_in_words)("2026-11-30") == "30 Nov 2026"
        assert date_in_words("2026-11-30") == "30 nov. 2026"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", "fr"), ("en;q=0.1, fr;q=0.9", "fr"), ("pl, en-GB;q=0.9", "en"),
        ("", "en"), ("fr;q=0", "en"), ("fr;q=x", "en"), (";;,=", "en"),
    ],
)  # fmt: skip
def test_the_language_of_the_browser_is_followed(header, language):
    assert nearest(accepted(header)) == language


def test_the_setting_names_a_language_that_there_is():
    assert (Settings().page_language, Settings(language="FR").page_language) == ("", "fr")
    with pytest.raises(UsageError, match="setting language: unknown 'tlh'; known are en, fr"):
        assert Settings(language="tlh").page_language


def test_a_language_is_added_by_its_file_alone(tmp_path, monkeypatch):
    made = Catalog(locale="de", fuzzy=False)
    made.add(N_("Overview"), "Überblick")
    file = tmp_path / "de" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    with file.open("wb") as out:
        write_po(out, made)
    monkeypatch.setattr(catalogs, "FOLDER", tmp_path)
    with fresh_catalogs():
        assert dict(languages()) == {"en": "English", "de": "Deutsch"}
        assert in_all_languages("Overview") == {"Overview", "Überblick"}
        with speaking("de"):
            assert (_("Overview"), _("Compare"), localized(1_234.5, ",.1f")) == ("Überblick", "Compare", "1.234,5")


def test_the_tool_adds_a_language_and_keeps_what_is_translated(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("messages_tool", PROJECT / "tools" / "messages.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(catalogs, "FOLDER", tmp_path)
    file = tool.update("nl")
    with file.open("rb") as opened:
        made = read_po(opened, locale="nl")
    assert {(one.context or "", one.id) for one in made if one.id} == {
        (one.context or "", one.id) for one in tool.extracted() if one.id
    }
    made.get("Overview").string = "Overzicht"
    tool.write_catalog(made)
    before = file.read_bytes()
    assert tool.update("nl").read_bytes() == before
    assert b"Overzicht" in before


class fresh_catalogs:  # noqa: N801
    """Forget the catalogs that were read, before and after a block."""

    def __enter__(self) -> None:
        self.__exit__()

    def __exit__(self, *_ended: object) -> None:
        languages.cache_clear()
        catalog.cache_clear()

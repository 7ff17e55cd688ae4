"""The page in French over a real store with fake models: no English word that a catalog has is left on any page."""

import asyncio
from types import SimpleNamespace

import pytest
import streamlit as st
from babel.messages.pofile import read_po
from fakes import OPEN_DOOR, make_workspace, write_csv
from google.protobuf.json_format import MessageToDict
from roles import staffed
from streamlit.testing.v1 import AppTest

from analyzer.config import PROJECT
from analyzer.messages.catalogs import catalog_file
from analyzer.ui import session
from analyzer.ui.web.page_language import PageLanguage
from analyzer.ui.web.security_headers import SitePolicy
from analyzer.ui.web.sign_in_page import SignIn

pytestmark = pytest.mark.long(30)

GOOD, BAD = "The nurse was kind and friendly and explained everything.", "Rude clerk, I waited hours in the cold."
ROWS = [
    {"Ref": f"R-{month}-{n}", "Avis": f"{BAD if n % 3 == month % 3 else GOOD} Visite {n}.", "Note globale": 1 + n % 5,
     "Service": ("est", "ouest")[n % 2], "Jour de visite": f"2024-0{month}-{1 + n % 28:02d}"}
    for month in range(1, 5) for n in range(40)
]  # fmt: skip
PAGES = {
    "overview": "Synthèse", "comments": "Verbatims", "themes": "Thèmes", "compare": "Comparer",
    "ask": "Poser une question", "reports": "Rapports", "add_data": "Ajouter des données", "admin": "Administration",
}  # fmt: skip
TABS = {
    "themes": ("Carte", "Dans le temps", "Par segment", "Leviers d’une note", "Plan de codage", "Modifications",
               "Construction et qualité"),
    "admin": ("File de relecture", "Vérifier un échantillon", "Effacer une personne", "Conservation", "Comptes",
              "Revue", "Départ", "État", "Preuves", "Journal", "Sauvegardes", "Incident"),
}  # fmt: skip


@pytest.fixture
def held(tmp_path, monkeypatch):
    workspace = make_workspace(tmp_path)
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    yield workspace
    st.cache_resource.clear()
    workspace.close()


@pytest.fixture
def filled(held, tmp_path):
    held.ingest([write_csv(tmp_path / "avis.csv", ROWS)], {"text": "Avis"})
    held.themes.build(about=2, names=False)
    return held


def show(page, tab="", language="fr"):
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.switch_page(f"analyzer/ui/pages/{page}_page.py")
    app.query_params["lang"] = language
    if tab:
        app.query_params["part"] = app.session_state["part"] = tab
    app.run()
    assert not app.exception
    return app


def shown(app):
    """Every text of the page: labels, values, hints, options, and headings of tables."""
    found = set()
    for block in (app.main, app.sidebar):
        for element in block:
            if proto := getattr(element, "proto", None):
                found |= set(_texts(MessageToDict(proto)))
    for table in app.dataframe:
        found |= {str(name) for name in table.value.columns}
    return found


def _texts(value):
    if isinstance(value, str):
        yield value
    if isinstance(value, dict):
        value = [one for name, one in value.items() if name not in ("id", "formId")]
    for one in value if isinstance(value, list) else ():
        yield from _texts(one)


@pytest.fixture(scope="module")
def english():
    """The messages that are written otherwise in French, without those that are names of fields in data too."""
    with catalog_file("fr").open("rb") as file:
        held = [one for one in read_po(file, locale="fr") if one.id and isinstance(one.id, str)]
    return {one.id for one in held if one.string != one.id and "{" not in one.id}


@pytest.mark.parametrize(
    ("page", "tab"), [*((page, "") for page in PAGES), *((page, tab) for page, tabs in TABS.items() for tab in tabs)]
)
def test_a_page_in_french_has_no_english_message(filled, english, page, tab):
    app = show(page, tab)
    assert app.title[0].value == PAGES[page]
    assert shown(app) & english == set()


def test_an_empty_workspace_is_french_too(held, english):
    for page in ("overview", "comments", "themes", "add_data"):
        assert shown(show(page)) & english == set()


def test_a_check_that_looks_for_english_finds_it(filled, english):
    assert len(shown(show("overview", language="en")) & english) > 10


def test_numbers_dates_and_figures_are_written_as_in_french(filled):
    app = show("overview")
    assert {metric.label: metric.value for metric in app.metric}["Moyenne de Note globale"] == "3,00"
    assert app.metric[-1].value.split(" ")[-1].isdigit()
    assert "160 verbatims" in {caption.value for caption in app.caption}
    assert next(button.label for button in app.button if button.key == "suggested-0").startswith("De quoi les gens")


def test_the_reader_changes_the_language_and_keeps_it_on_other_pages(filled):
    app = show("overview")
    app.selectbox(key="language").set_value("en").run()
    assert (app.title[0].value, "lang" in app.query_params) == ("Overview", False)
    app.switch_page("analyzer/ui/pages/compare_page.py").run()
    assert app.title[0].value == "Compare"
    app.selectbox(key="language").set_value("fr").run()
    assert app.title[0].value == "Comparer"


def test_the_setting_is_followed_by_who_chose_nothing(filled, monkeypatch):
    monkeypatch.setenv("ANALYZER_LANGUAGE", "fr")
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    assert app.title[0].value == "Synthèse"


def test_a_language_that_there_is_not_is_an_error_with_its_remedy(filled, monkeypatch):
    monkeypatch.setenv("ANALYZER_LANGUAGE", "tlh")
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    assert "known are en, fr" in app.error[0].value


@pytest.mark.parametrize("named", ["Map", "Carte"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_address_names_a_tab_in_any_language(filled, named, language):
    app = show("themes", named, language)
    assert app.session_state["part"] == {"en": "Map", "fr": "Carte"}[language]


def test_two_readers_of_one_server_have_their_own_language(filled):
    french, english = show("overview"), show("overview", language="en")
    assert "lower" in english.caption[-1].value or english.title[0].value == "Overview"
    assert french.run().title[0].value == "Synthèse"
    changed = [html.proto.body for html in english.get("html")]
    assert not any("verbatims" in body for body in changed)


def test_the_sign_in_page_speaks_the_language_of_the_browser(tmp_path, monkeypatch):
    settings = staffed(tmp_path)
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(settings.workspace))
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(settings.keys_dir))
    assert _sign_in_page("fr-FR,fr;q=0.9,en;q=0.5") == ('<html lang="fr">', "Phrase secrète")
    assert _sign_in_page("de") == ('<html lang="en">', "Passphrase")


def test_the_html_of_the_page_names_its_language():
    french = {"accept-language": "fr-CH, en;q=0.5", "accept-encoding": "gzip", "if-none-match": "x"}
    assert _index(french) == (b'<html lang="fr"><p>', {"accept-language", "accept"}, [b"content-length"])
    assert _index({"accept-language": "en"})[0] == b'<html lang="en"><p>'
    assert _index({"accept-language": "en"}, b"lang=fr")[0] == b'<html lang="fr"><p>'
    assert _index(french, b"lang=en")[1] >= {"accept-encoding", "if-none-match"}
    assert _index(french | {"accept": "image/png"})[0] == b'<html lang="en"><p>'


def _index(headers, query=b""):
    """What Streamlit's page becomes: its bytes, the headers that Streamlit got, and those that the browser gets."""
    sent, got = [], {}

    async def streamlit(scope, receive, send):
        got.update(scope["headers"])
        await send({"type": "http.response.start", "headers": [(b"etag", b"x"), (b"content-length", b"19")]})
        await send({"type": "http.response.body", "body": b'<html lang="en"><p>'})

    async def send(message):
        sent.append(message)

    asked = [(name.encode(), value.encode()) for name, value in ({"accept": "text/html"} | headers).items()]
    scope = {"type": "http", "method": "GET", "headers": asked, "query_string": query}
    asyncio.run(PageLanguage(streamlit)(scope, None, send))
    return sent[1]["body"], {name.decode() for name in got}, [name for name, _ in sent[0]["headers"]]


def _sign_in_page(accept_language):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8501"), (b"accept-language", accept_language.encode())]
    scope = {"type": "http", "path": "/sign-in", "method": "GET", "headers": headers, "client": ("127.0.0.1", 1)}
    asyncio.run(SignIn(None, SitePolicy())(scope, receive, send))
    body = sent[-1]["body"].decode()
    lang = body[body.index("<html") : body.index(">", body.index("<html")) + 1]
    return lang, next(word for word in ("Phrase secrète", "Passphrase") if f"<label>{word}" in body)

"""Themes over comments in several languages: one theme holds what is said in each, under a name in the main one."""

import itertools

import numpy as np
import pytest
from fakes import FakeDetector, FakeEmbedder, FakeModels, make_workspace, write_csv

import analyzer.workspace
from analyzer.index.inventory import languages_of
from analyzer.index.stop_words import stop_words
from analyzer.themes.keywords import KeywordTexts

SAID = {
    "en": (("parcel", "box", "courier"), ("soup", "plate", "kitchen"), ("app", "phone", "login")),
    "de": (("paket", "karton", "bote"), ("suppe", "teller", "küche"), ("anwendung", "telefon", "anmeldung")),
}
HOW = {"en": ("late", "cold", "bad", "slow", "broken", "odd"),
       "de": ("spät", "kalt", "schlecht", "langsam", "kaputt", "seltsam")}  # fmt: skip
FRAME = {"en": "the {} was {} and the {} too", "de": "die war das {} {} und das {} auch"}
SIZE, GERMAN = 24, 23


class KnowsLanguages(FakeEmbedder):
    """Words of one subject are one direction in both languages; German has a direction of its own."""

    def __init__(self):
        super().__init__(SIZE)
        self.subject = {w: n for said in SAID.values() for n, words in enumerate(said) for w in words}

    def _vector(self, text):
        chance = np.random.default_rng(list(text.encode()))
        vector = (0.2 * chance.normal(size=SIZE)).astype(np.float32)
        vector[GERMAN] = 0.0
        for word in text.casefold().split():
            if word in self.subject:
                vector[self.subject[word]] += 0.5
            vector[GERMAN] += 0.5 * (word in {"die", "das", "und"})
        return vector / np.linalg.norm(vector)


class Detector(FakeDetector):
    """Tells German by its articles."""

    def detect(self, texts):
        return [("de" if " das " in f" {text} " else "en", self._findings(text)) for text in texts]


class Models(FakeModels):
    def __init__(self):
        super().__init__()
        self.fake_embedder = KnowsLanguages()


def comments(english=36):
    found = []
    for code, most in (("en", english), ("de", 24)):
        for topic, nouns in enumerate(SAID[code]):
            pairs = itertools.islice(itertools.product(itertools.permutations(nouns, 2), HOW[code]), most)
            found += [
                {"id": f"{code}-{topic}-{n}", "topic": str(topic), "spoken": code,
                 "comment": FRAME[code].format(one, how, other)}
                for n, ((one, other), how) in enumerate(pairs)
            ]  # fmt: skip
    return found


def built(folder, monkeypatch, directions):
    workspace = make_workspace(folder, models=Models())
    workspace.detector = Detector()
    monkeypatch.setattr(analyzer.workspace, "language_directions", lambda _: directions)
    workspace.ingest([write_csv(folder / "feedback.csv", comments())], {"text": "comment", "keep": "topic,spoken"})
    workspace.themes.build(about=3, names=False)
    return workspace


def shares(workspace):
    """Return for each topic and language the share of its comments in the theme that has the most of the topic."""
    rows = workspace.database.rows(
        "SELECT f.id, p.theme_id FROM feedback f JOIN opinions o USING(text_id) JOIN placements p USING(clause_id)"
    )
    found = {}
    for topic in "012":
        own = [(one.split("-")[0], theme) for one, theme in rows if one.split("-")[1] == topic]
        best = max({theme for _, theme in own}, key=lambda theme: sum(theme == other for _, other in own))
        for code in SAID:
            said = [theme for spoken, theme in own if spoken == code]
            found[topic, code] = sum(theme == best for theme in said) / len(said)
    return found


@pytest.fixture
def german():
    """The direction of German in the vectors of KnowsLanguages."""
    return np.eye(SIZE, dtype=np.float32)[GERMAN:]


def test_one_theme_holds_what_is_said_in_both_languages(tmp_path, monkeypatch, german):
    workspace = built(tmp_path, monkeypatch, german)
    assert languages_of(workspace.database) == ("en", "de")
    assert min(shares(workspace).values()) > 0.9
    names = [theme for theme in workspace.themes.list().themes if theme.id[0] == "T"]
    words = {word for theme in names for word in theme.keywords}
    assert words <= {w for topic in SAID["en"] for w in topic} | set(HOW["en"])  # most comments are English


def test_without_the_directions_a_theme_has_one_language(tmp_path, monkeypatch, german):
    workspace = built(tmp_path, monkeypatch, german[:0])
    assert min(shares(workspace).values()) < 0.5


def test_words_of_no_meaning_are_those_of_the_language_of_the_clause():
    texts = ["die app stürzt ab", "das ist die küche", "soldiers die in the war"]
    found = KeywordTexts(texts, np.ones(3, dtype=np.int64), ["de", "de", "en"])
    words = found.keywords(np.array([0, 0, 1]), 2)
    assert not {"die", "das", "ist"} & set(words[0])
    assert {"die", "war"} <= set(words[1])


def test_a_theme_without_the_main_language_is_named_in_its_own():
    texts = ["the parcel late", "a parcel lost", "parcel torn", "parcel wet", "paket spät", "suppe kalt", "suppe warm"]
    members = np.array([0, 0, 0, 0, 0, 1, 1])
    found = KeywordTexts(texts, np.ones(7, dtype=np.int64), ["en"] * 4 + ["de"] * 3).keywords(members, 2)
    assert found[0][0] == "parcel"
    assert "paket" not in found[0]
    assert found[1][0] == "suppe"


def test_a_language_without_a_table_has_no_words():
    assert stop_words(("sv",)) == frozenset()
    assert {"und", "les"} <= stop_words(("de", "fr"))

"""Find personal data in texts: fold, detect the language, run the entity model and all recognizers, map spans back.

Direct identifiers are always found. Dates, organizations, places and nationalities are found only on request, since
they carry the content of the feedback.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from analyzer.models.loaded_models import LoadedModels
from analyzer.models.token_classifier import TokenClassifier
from analyzer.privacy.engine import Engine, Surroundings
from analyzer.privacy.findings import PERSON, URL, Finding
from analyzer.privacy.folding import Folded, fold
from analyzer.privacy.language import UNSURE, detect_language
from analyzer.privacy.names.finder import BY_MODEL, find_names, is_worth_suggesting
from analyzer.privacy.names.lexicon import CorpusVocabulary, Lexicon
from analyzer.privacy.names.name_states import NameStates, name_head
from analyzer.privacy.names.words import NameWords
from analyzer.privacy.ner import EntityModels, EntitySpan
from analyzer.privacy.recognizers.addresses import find_addresses, find_named_houses
from analyzer.privacy.recognizers.contacts import find_emails, find_handles, find_phones
from analyzer.privacy.recognizers.exact_places import PLACE, find_exact_places
from analyzer.privacy.recognizers.harmless_numbers import find_harmless_numbers
from analyzer.privacy.recognizers.identifiers import RULES, find_identifiers
from analyzer.privacy.recognizers.labelled_codes import TYPES as LABELED
from analyzer.privacy.recognizers.labelled_codes import find_labelled_codes
from analyzer.privacy.recognizers.secrets import SECRET, find_secrets
from analyzer.privacy.urls import find_urls

VERSION = "7"
"""Raise it when the same text may be scrubbed differently: it is part of the profile stored with records."""
ALSO: Mapping[str, tuple[str, frozenset[str]]] = {
    "dates": ("DATE_TIME", frozenset({"DATE", "TIME"})),
    "organizations": ("ORGANIZATION", frozenset({"ORG"})),
    "places": ("LOCATION", frozenset({"GPE", "LOC", "FAC"})),
    "nationalities": ("NRP", frozenset({"NORP"})),
}
"""Optional types besides direct identifiers: the type of a finding, and the entity model's labels for it."""
ENTITY_SCORE = 0.6
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Rules:
    """The configuration of a detector; small enough to send to a worker process.

    Attributes:
        names_model: folder of the English spaCy pipeline.
        regions: regions of phone numbers without a country code, such as "GB".
        more_models: language and folder of each further installed pipeline.
        also: optional types to find besides direct identifiers; keys of ALSO.
        vocabulary: ordinary words and brands of the corpus.
        states_model: folder of the embedding model whose states score names; None if it is not installed.
        people_models: folders of token-classification models of the user; each reads every text.
    """

    names_model: Path
    regions: tuple[str, ...]
    more_models: tuple[tuple[str, Path], ...] = ()
    also: tuple[str, ...] = ()
    vocabulary: CorpusVocabulary = field(default_factory=CorpusVocabulary)
    states_model: Path | None = None
    people_models: tuple[Path, ...] = ()

    @property
    def profile(self) -> str:
        """A digest of the version, pipelines (by folder name), regions and optional types; nothing is loaded.

        The vocabulary is not part of it: otherwise all rows of a growing file would be scrubbed again.
        """
        pipelines = tuple(sorted((language, folder.name) for language, folder in self.more_models))
        states = self.states_model.name if self.states_model else ""
        people = tuple(sorted(folder.name for folder in self.people_models))
        parts = (VERSION, self.names_model.name, pipelines, self.regions, tuple(sorted(self.also)), states, people)
        return blake2b(repr(parts).encode(), digest_size=8).hexdigest()

    def with_vocabulary(self, vocabulary: CorpusVocabulary) -> "Rules":
        """Return these rules with the vocabulary of another corpus."""
        return replace(self, vocabulary=vocabulary)


def rules_of(models: LoadedModels, names_model: str, regions: tuple[str, ...], also: tuple[str, ...] = ()) -> Rules:
    """Return rules with every installed pipeline for names.

    Raises:
        ModelError: if the pipeline `names_model` is missing.
    """
    more = tuple(sorted(models.other_names(names_model).items()))
    known = {model.name for model in models.catalog.models}
    wanted = name_head().model
    states = models.path(wanted) if wanted in known and models.is_present(wanted) else None
    people = tuple(folder for _, folder in sorted(models.people_models().items()))
    return Rules(models.path(names_model), regions, more, also, states_model=states, people_models=people)


def shared_detector(rules: Rules) -> "Detector":
    """Return the detector for these rules, shared by all workspaces in this process: it depends on nothing else.

    Raises:
        ModelError: if a pipeline is missing.
    """
    with _LOCK:
        return _loaded_detector(rules)


@lru_cache(maxsize=2)
def _loaded_detector(rules: Rules) -> "Detector":
    return Detector(rules)


class Detector:
    """Finds personal data in texts; loading takes seconds, so reuse one instance."""

    def __init__(self, rules: Rules) -> None:
        """Load the entity models and the recognizers.

        Raises:
            ModelError: if a pipeline is missing.
        """
        self._models = EntityModels({**dict(rules.more_models), "en": rules.names_model})
        states = NameStates(rules.states_model, name_head()) if rules.states_model else None
        self._people = [TokenClassifier(folder) for folder in rules.people_models]
        self._labels = {label: ALSO[name][0] for name in rules.also for label in ALSO[name][1]}
        self._use_vocabulary(rules.vocabulary)
        identifiers = sorted({rule.type for rule in RULES} - {"CREDIT_CARD"})
        self._engine = Engine(
            [
                ("names", [PERSON], lambda _, around: find_names(around.words, around.entities, states)),
                ("links", [URL], _links),
                ("e-mails", ["EMAIL_ADDRESS"], lambda text, _: find_emails(text)),
                ("phones", ["PHONE_NUMBER", "CREDIT_CARD"], lambda text, _: find_phones(text, rules.regions)),
                ("handles", ["HANDLE"], lambda text, _: find_handles(text)),
                ("addresses", ["STREET_ADDRESS", "PO_BOX", "POSTCODE"], _addresses),
                ("identifiers", identifiers, _identifiers),
                ("labelled codes", LABELED, lambda text, _: find_labelled_codes(text)),
                ("secrets", [SECRET], lambda text, _: find_secrets(text)),
                ("exact places", [PLACE], lambda text, _: find_exact_places(text)),
            ]
        )

    def _use_vocabulary(self, vocabulary: CorpusVocabulary) -> None:
        words, certain, nouns = self._models.dictionary
        self._lexicon = Lexicon(words, certain, vocabulary, nouns)

    def with_vocabulary(self, vocabulary: CorpusVocabulary) -> "Detector":
        """Return a detector with the same models and the vocabulary of another corpus."""
        other = copy(self)
        other._use_vocabulary(vocabulary)
        return other

    def detect(self, texts: Sequence[str]) -> list[tuple[str, list[Finding]]]:
        """Return each text's language and findings; findings may overlap and are sorted."""
        folded = [fold(text) for text in texts]
        tokenized = [NameWords(one.text, detect_language(one.text), self._lexicon) for one in folded]
        found = []
        for one, words, spans in zip(folded, tokenized, self._suggest_entities(tokenized), strict=True):
            surroundings = Surroundings(words.language, tuple((s.label, s.start, s.end) for s in spans), words)
            findings = self._engine.analyze(one.text, surroundings) + self._optional_findings(spans)
            findings = _without_harmless_numbers(one.text, findings)
            found.append((words.language, _unfold_findings(one, findings)))
        return found

    def _suggest_entities(self, tokenized: Sequence[NameWords]) -> list[list[EntitySpan]]:
        """Run the entity models on the texts in which a suggestion could matter."""
        asked = [place for place, words in enumerate(tokenized) if self._labels or is_worth_suggesting(words)]
        spans = self._models.entities([tokenized[n].text for n in asked], [tokenized[n].language for n in asked])
        found: list[list[EntitySpan]] = [[] for _ in tokenized]
        for place, suggested in zip(asked, spans, strict=True):
            found[place] = suggested
        for model in self._people:
            for place, words in enumerate(tokenized):
                found[place] = found[place] + [EntitySpan(BY_MODEL, *span) for span in model.people(words.text)]
        return found

    def _optional_findings(self, spans: Iterable[EntitySpan]) -> list[Finding]:
        return [
            Finding(self._labels[s.label], s.start, s.end, ENTITY_SCORE, "entity-model")
            for s in spans
            if s.label in self._labels
        ]


GUESSED = frozenset({"phone-valid", "phone-digits", "card", "mixed-code", "street-between-numbers", "us-ssn", "plate"})
"""Rules that go by the shape of a number alone: they give way where its surroundings say what it counts."""


def _without_harmless_numbers(text: str, findings: list[Finding]) -> list[Finding]:
    guessed = [f for f in findings if f.rule in GUESSED or f.rule.startswith("presidio-")]
    if not guessed:
        return findings
    spans = list(find_harmless_numbers(text))
    harmless = {f for f in guessed if any(start <= f.start and f.end <= end for start, end in spans)}
    return [f for f in findings if f not in harmless]


def _links(text: str, _: Surroundings) -> Iterator[Finding]:
    return (Finding(URL, start, end, 0.9, "link") for start, end in find_urls(text))


def _addresses(text: str, surroundings: Surroundings) -> Iterable[Finding]:
    if any(map(str.isdigit, text)):
        return find_addresses(text, surroundings.language or UNSURE)
    return find_named_houses(text) if ", " in text else ()


def _identifiers(text: str, _: Surroundings) -> Iterable[Finding]:
    return find_identifiers(text) if any(map(str.isdigit, text)) else ()


def _unfold_findings(folded: Folded, findings: Iterable[Finding]) -> list[Finding]:
    mapped = [Finding(f.type, *folded.original(f.start, f.end), f.score, f.rule) for f in findings]
    return sorted(mapped, key=lambda f: (f.start, -f.end, f.type, f.rule))

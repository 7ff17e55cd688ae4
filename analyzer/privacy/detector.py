"""Find personal data with Presidio. The one door to presidio_analyzer and spaCy.

The stock engine is run the fast way: only the entity recognizer of the spaCy pipeline, on BLAS rather than BLIS,
in batches inside a memory zone (spaCy otherwise keeps every token it has seen, names included), and the pattern
recognizers only on texts that hold a character any of them needs.
"""

import re
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.errors import ModelError
from analyzer.privacy.language import detect_language
from analyzer.privacy.urls import find_urls

PERSON = "PERSON"
URL = "URL"
PATTERN_TYPES = (
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "CREDIT_CARD",
    "IBAN_CODE",
    "IP_ADDRESS",
    "MAC_ADDRESS",
    "US_SSN",
    "US_ITIN",
    "US_PASSPORT",
    "US_DRIVER_LICENSE",
    "US_BANK_NUMBER",
    "UK_NHS",
    "UK_NINO",
    "ES_NIF",
    "CRYPTO",
    "MEDICAL_LICENSE",
)
"""Direct identifiers. Dates, organizations, places and nationalities stay: they carry what the feedback is about."""

THRESHOLD = 0.35
"""Least score believed: weak patterns (any letter and digit is "a driver licence") need a context word to reach it."""
NAME_SCORE = 0.85
"""Presidio's default for what spaCy finds; spaCy itself gives none."""
NEEDS_PATTERNS = re.compile(r"[\d@]")
FEWEST_PHONE_DIGITS = 7
NLP_BATCH = 256


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of personal data in one text."""

    type: str
    start: int
    end: int
    score: float


class Detector:
    """Finds personal data in texts; loading takes seconds, so keep one."""

    def __init__(self, names_model: Path, regions: Sequence[str]) -> None:
        """Load the spaCy pipeline at names_model and the recognizers for phone regions such as "GB"."""
        self._lane = threading.Lock()
        self._analyzer, self._nlp, self._engine = _build(names_model, tuple(regions))

    def detect(self, texts: Sequence[str]) -> list[tuple[str, list[Finding]]]:
        """Return each text's language and findings; findings may overlap and are sorted."""
        languages = [detect_language(text) for text in texts]
        found: list[tuple[str, list[Finding]]] = []
        with self._lane, self._nlp.memory_zone():  # the zone is state of the whole pipeline
            docs = self._nlp.pipe(texts, batch_size=NLP_BATCH)
            for text, language, doc in zip(texts, languages, docs, strict=True):
                findings = _names(doc) if language in ("", "en") else []
                findings += self._patterns(text, doc) + _links(text)
                found.append((language, sorted(findings, key=lambda f: (f.start, -f.end, f.type))))
        return found

    def _patterns(self, text: str, doc: Any) -> list[Finding]:
        if not NEEDS_PATTERNS.search(text):
            return []
        for token in doc:  # context words are looked up by lemma
            token.lemma_ = token.lower_
        artifacts = self._engine._doc_to_nlp_artifact(doc, "en")
        results = self._analyzer.analyze(
            text, language="en", entities=list(PATTERN_TYPES), nlp_artifacts=artifacts, score_threshold=THRESHOLD
        )
        return [Finding(r.entity_type, r.start, r.end, r.score) for r in results]


def _names(doc: Any) -> list[Finding]:
    return [Finding(PERSON, e.start_char, e.end_char, NAME_SCORE) for e in doc.ents if e.label_ == PERSON]


def _links(text: str) -> list[Finding]:
    return [Finding(URL, start, end, 0.9) for start, end in find_urls(text)]


def _build(names_model: Path, regions: tuple[str, ...]) -> tuple[Any, Any, Any]:
    if not names_model.is_dir():
        raise ModelError(f"{names_model} is missing; run: analyzer models fetch")
    presidio = _import_presidio()
    registry = presidio.RecognizerRegistry(supported_languages=["en"])
    for recognizer in _recognizers(regions):
        registry.add_recognizer(recognizer)
    engine, nlp = _nlp_engine(names_model)
    analyzer = presidio.AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    return analyzer, nlp, engine


def _import_presidio() -> Any:
    """Import presidio_analyzer without the torch and transformers it would pull in but never uses here."""
    unwanted = [name for name in ("torch", "transformers", "stanza", "gliner") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(unwanted))  # type: ignore[arg-type]
    try:
        import presidio_analyzer  # noqa: PLC0415

        return presidio_analyzer
    finally:
        for name in unwanted:
            del sys.modules[name]


def _recognizers(regions: tuple[str, ...]) -> list[Any]:
    from presidio_analyzer import predefined_recognizers as stock  # noqa: PLC0415

    class PhoneRecognizer(stock.PhoneRecognizer):  # type: ignore[misc]
        """The stock recognizer, asked only about texts with enough digits for a phone number."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> Any:
            if sum(map(str.isdigit, text)) < FEWEST_PHONE_DIGITS:
                return []
            return super().analyze(text, entities, nlp_artifacts)

    class EmailRecognizer(stock.EmailRecognizer):  # type: ignore[misc]
        """The stock recognizer, believing in every domain: the list of public ones lacks a company's inner ones."""

        def validate_result(self, pattern_text: str) -> bool:  # noqa: ARG002
            return True

    _bundle_suffix_list()
    plain = (
        EmailRecognizer, stock.CreditCardRecognizer, stock.IbanRecognizer, stock.IpRecognizer,
        stock.MacAddressRecognizer, stock.UsSsnRecognizer, stock.UsItinRecognizer, stock.UsPassportRecognizer,
        stock.UsLicenseRecognizer, stock.UsBankRecognizer, stock.NhsRecognizer, stock.UkNinoRecognizer,
        stock.CryptoRecognizer, stock.MedicalLicenseRecognizer,
    )  # fmt: skip
    recognizers = [recognizer() for recognizer in plain]
    recognizers.append(stock.EsNifRecognizer(supported_language="en"))
    recognizers.append(PhoneRecognizer(supported_regions=regions))
    return recognizers


def _bundle_suffix_list() -> None:
    """Make tldextract use the list it ships with; left alone it fetches one for the first e-mail address."""
    import tldextract  # noqa: PLC0415

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR.__call__


def _nlp_engine(names_model: Path) -> tuple[Any, Any]:
    import spacy  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine  # noqa: PLC0415

    nlp = spacy.load(names_model, exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])
    for _, pipe in nlp.pipeline:
        for node in pipe.model.walk():
            node.ops.use_blis = False
    ignored = ["CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE", "LAW", "LOC", "MONEY", "NORP", "ORDINAL", "ORG"]
    configuration = NerModelConfiguration(
        model_to_presidio_entity_mapping={"PERSON": PERSON},
        labels_to_ignore=[*ignored, "PERCENT", "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART"],
    )
    engine = SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": str(names_model)}], ner_model_configuration=configuration
    )
    engine.nlp = {"en": nlp}
    return engine, nlp

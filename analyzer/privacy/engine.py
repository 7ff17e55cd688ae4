"""Presidio's AnalyzerEngine over our registry. The one door to presidio_analyzer.

The registry holds our own recognizers, plain functions in other modules, and those of Presidio that prove what they
find by a check digit. The engine gathers, drops what is too weak and removes duplicates; its language model is not
used: what spaCy suggests comes with each text.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.privacy.findings import Finding
from analyzer.privacy.names.words import NameWords

THRESHOLD = 0.35
"""Least score believed."""
PROVEN = 1.0
"""Score of a stock recognizer whose check digit fits; what it finds without one is not believed."""
NATIONAL = 0.85
"""Score passed on for national numbers: one digit string in eleven fits some check digit."""
FEWEST_DIGITS = 5
LANGUAGE = "en"
"""Presidio's word for our whole registry: our recognizers look at the text's own language themselves."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a text besides its characters.

    Attributes:
        language: ISO 639-1, or "" where it is not known.
        people: spans the entity model suggests.
        words: the text taken apart, with what its corpus says of them.
    """

    language: str
    people: tuple[tuple[int, int], ...]
    words: NameWords


Finder = Callable[[str, Surroundings], Iterable[Finding]]


class Engine:
    """Runs every recognizer over one text after another."""

    def __init__(self, finders: Sequence[tuple[str, Sequence[str], Finder]]) -> None:
        """Take the finders, each with a name and the types it finds."""
        presidio = _import_presidio()
        recognizers = [_adapted(presidio, *finder) for finder in finders] + _stock(presidio)
        registry = presidio.RecognizerRegistry(recognizers=recognizers, supported_languages=[LANGUAGE])
        self._analyzer = presidio.AnalyzerEngine(
            registry=registry,
            nlp_engine=_no_language_model(),
            supported_languages=[LANGUAGE],
            context_aware_enhancer=_no_enhancer(presidio),
        )

    def analyze(self, text: str, surroundings: Surroundings) -> list[Finding]:
        """Return the findings in a text; they may overlap."""
        results = self._analyzer.analyze(text, language=LANGUAGE, nlp_artifacts=surroundings, score_threshold=THRESHOLD)
        return [Finding(r.entity_type, r.start, r.end, r.score, r.recognition_metadata["rule"]) for r in results]


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


def _adapted(presidio: Any, name: str, types: Sequence[str], finder: Finder) -> Any:
    class Recognizer(presidio.EntityRecognizer):  # type: ignore[misc]
        """A function of ours as a recognizer of Presidio's."""

        def load(self) -> None:
            """Nothing to load."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[Any]:  # noqa: ARG002
            """Ask the function."""
            return [
                presidio.RecognizerResult(f.type, f.start, f.end, f.score, recognition_metadata=_metadata(self, f.rule))
                for f in finder(text, nlp_artifacts)
            ]

    return Recognizer(supported_entities=list(types), name=name, supported_language=LANGUAGE)


def _metadata(recognizer: Any, rule: str) -> dict[str, str]:
    return {"recognizer_identifier": recognizer.id, "recognizer_name": recognizer.name, "rule": rule}


def _stock(presidio: Any) -> list[Any]:
    """Presidio's own recognizers of numbers that carry a check digit, believed only when it fits."""
    from presidio_analyzer import predefined_recognizers as stock  # noqa: PLC0415

    wanted = {
        "CREDIT_CARD": (stock.CreditCardRecognizer,),
        "IBAN_CODE": (stock.IbanRecognizer,),
        "CRYPTO": (stock.CryptoRecognizer,),
        "NATIONAL_ID": (
            stock.NhsRecognizer, stock.EsNifRecognizer, stock.EsNieRecognizer, stock.PlPeselRecognizer,
            stock.FiPersonalIdentityCodeRecognizer, stock.AuTfnRecognizer, stock.AuMedicareRecognizer,
            stock.SgFinRecognizer, stock.InAadhaarRecognizer,
        ),
        "ACCOUNT_NUMBER": (stock.AbaRoutingRecognizer, stock.MedicalLicenseRecognizer),
    }  # fmt: skip
    return [
        _proven(presidio, kind(supported_language=LANGUAGE), ours) for ours, kinds in wanted.items() for kind in kinds
    ]


def _proven(presidio: Any, recognizer: Any, kind: str) -> Any:
    rule = f"presidio-{recognizer.name.removesuffix('Recognizer').lower()}"

    def find(text: str, _: Surroundings) -> Iterable[Finding]:
        if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
            return
        for result in recognizer.analyze(text, recognizer.supported_entities, None) or ():
            if result.score >= PROVEN:
                yield Finding(kind, result.start, result.end, NATIONAL if kind == "NATIONAL_ID" else PROVEN, rule)

    return _adapted(presidio, rule, [kind], find)


def _no_language_model() -> Any:
    """Return an engine for Presidio, which asks for one; ours is never asked for anything."""
    from presidio_analyzer.nlp_engine import NlpEngine  # noqa: PLC0415

    def never(*_: Any, **__: Any) -> Any:
        raise NotImplementedError("texts come with their surroundings")

    answers = {"is_loaded": True, "is_stopword": False, "is_punct": False, "get_supported_entities": []}
    methods: dict[str, Any] = dict.fromkeys(("load", "process_text", "process_batch"), never)
    methods |= {name: lambda *_, answer=answer: answer for name, answer in answers.items()}
    methods["get_supported_languages"] = lambda _: [LANGUAGE]
    return type("NoLanguageModel", (NlpEngine,), methods)()


def _no_enhancer(presidio: Any) -> Any:
    class NoEnhancer(presidio.ContextAwareEnhancer):  # type: ignore[misc]
        """Our rules look for their cues themselves."""

        def enhance_using_context(self, text: str, raw_results: Any, *_: Any, **__: Any) -> Any:  # noqa: ARG002
            """Change nothing."""
            return raw_results

    return NoEnhancer(0.0, 0.0, 0, 0)

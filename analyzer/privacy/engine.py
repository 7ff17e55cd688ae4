"""Presidio's AnalyzerEngine over our registry. The only module that imports presidio_analyzer.

The registry contains our own recognizers (plain functions in other modules) and those of Presidio that verify a check
digit. The engine collects findings, drops weak ones and removes duplicates; its language model is not used: the
suggestions of spaCy are passed in with each text.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.privacy.findings import Finding
from analyzer.privacy.names.words import NameWords

THRESHOLD = 0.35
"""Lowest score of a finding that is kept."""
PROVEN = 1.0
"""Score of a Presidio recognizer if the check digit is valid; results with a lower score are dropped."""
NATIONAL = 0.85
"""Score reported for national numbers: one digit string in eleven has a valid check digit by chance."""
FEWEST_DIGITS = 5
LANGUAGE = "en"
"""Presidio's language code for the whole registry; our recognizers use the language of the text themselves."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The context of a text: language, suggested names and words.

    Attributes:
        language: ISO 639-1 code, or "" if undetermined.
        entities: spans of the entity model with their labels: label, start, end.
        words: the text split into words, with the vocabulary of its corpus.
    """

    language: str
    entities: tuple[tuple[str, int, int], ...]
    words: NameWords


Finder = Callable[[str, Surroundings], Iterable[Finding]]


class Engine:
    """Runs all recognizers over one text at a time."""

    def __init__(self, finders: Sequence[tuple[str, Sequence[str], Finder]]) -> None:
        """Take the finders, each with its name and the types it finds."""
        presidio = _import_presidio()
        recognizers = [_as_recognizer(presidio, *finder) for finder in finders] + _presidio_recognizers(presidio)
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
    """Import presidio_analyzer without torch, transformers, stanza and gliner, which are not needed here."""
    unwanted = [name for name in ("torch", "transformers", "stanza", "gliner") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(unwanted))  # type: ignore[arg-type]
    try:
        import presidio_analyzer  # noqa: PLC0415

        return presidio_analyzer
    finally:
        for name in unwanted:
            del sys.modules[name]


def _as_recognizer(presidio: Any, name: str, types: Sequence[str], finder: Finder) -> Any:
    class Recognizer(presidio.EntityRecognizer):  # type: ignore[misc]
        """A finder function as a Presidio recognizer."""

        def load(self) -> None:
            """Load nothing."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[Any]:  # noqa: ARG002
            """Return the findings of the function as results of Presidio."""
            return [
                presidio.RecognizerResult(f.type, f.start, f.end, f.score, recognition_metadata=_metadata(self, f.rule))
                for f in finder(text, nlp_artifacts)
            ]

    return Recognizer(supported_entities=list(types), name=name, supported_language=LANGUAGE)


def _metadata(recognizer: Any, rule: str) -> dict[str, str]:
    return {"recognizer_identifier": recognizer.id, "recognizer_name": recognizer.name, "rule": rule}


def _presidio_recognizers(presidio: Any) -> list[Any]:
    """Return Presidio's recognizers of numbers with a check digit; only results with a valid one count."""
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
        _checked(presidio, kind(supported_language=LANGUAGE), ours) for ours, kinds in wanted.items() for kind in kinds
    ]


def _checked(presidio: Any, recognizer: Any, kind: str) -> Any:
    rule = f"presidio-{recognizer.name.removesuffix('Recognizer').lower()}"

    def find(text: str, _: Surroundings) -> Iterable[Finding]:
        if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
            return
        for result in recognizer.analyze(text, recognizer.supported_entities, None) or ():
            if result.score >= PROVEN:
                yield Finding(kind, result.start, result.end, NATIONAL if kind == "NATIONAL_ID" else PROVEN, rule)

    return _as_recognizer(presidio, rule, [kind], find)


def _no_language_model() -> Any:
    """Return the language model that Presidio requires; no text is ever passed to it."""
    from presidio_analyzer.nlp_engine import NlpEngine  # noqa: PLC0415

    def refuse_text(*_: Any, **__: Any) -> Any:
        raise NotImplementedError("this language model processes no texts; pass the surroundings of a text instead")

    answers = {"is_loaded": True, "is_stopword": False, "is_punct": False, "get_supported_entities": []}
    methods: dict[str, Any] = dict.fromkeys(("load", "process_text", "process_batch"), refuse_text)
    methods |= {name: lambda *_, answer=answer: answer for name, answer in answers.items()}
    methods["get_supported_languages"] = lambda _: [LANGUAGE]
    return type("NoLanguageModel", (NlpEngine,), methods)()


def _no_enhancer(presidio: Any) -> Any:
    class NoEnhancer(presidio.ContextAwareEnhancer):  # type: ignore[misc]
        """An enhancer that does nothing, since our rules search for their cues themselves."""

        def enhance_using_context(self, text: str, raw_results: Any, *_: Any, **__: Any) -> Any:  # noqa: ARG002
            """Return the results unchanged."""
            return raw_results

    return NoEnhancer(0.0, 0.0, 0, 0)

"""The scrubber of one workspace: the rules of its settings with the allow and deny lists in force."""

import threading
from collections.abc import Callable, Sequence
from hashlib import blake2b

from analyzer.privacy.detector import Rules
from analyzer.privacy.names.lexicon import CorpusVocabulary
from analyzer.privacy.residual_check import VERSION as RESIDUAL_CHECK_VERSION
from analyzer.privacy.residual_check import ResidualDecision, check
from analyzer.privacy.scrubber import Detects, Scrubber
from analyzer.privacy.terms import Terms
from analyzer.types import ScrubbedText


class WorkspaceScrubber:
    """Scrubs texts as an import does; the detector is built on first use and reused."""

    def __init__(
        self,
        rules: Callable[[], Rules],
        read_terms: Callable[[], Terms],
        build_detector: Callable[[Rules], Detects],
        name_rules: Callable[[Rules], str],
    ) -> None:
        """Take the functions that return rules, lists and the detector.

        Args:
            rules: returns the rules of the settings; raises if the pipeline for names is missing.
            read_terms: returns the lists in force, which another process may have changed.
            build_detector: loads the models that the rules name.
            name_rules: returns a digest of the rules, which is stored with the records scrubbed under them.
        """
        self._read_rules = rules
        self._read_terms = read_terms
        self._build_detector = build_detector
        self._name_rules = name_rules
        self._detector: Detects | None = None
        self._lock = threading.Lock()

    @property
    def rules(self) -> Rules:
        """The rules of the settings."""
        return self._read_rules()

    @property
    def terms(self) -> Terms:
        """The allow and deny lists in force."""
        return self._read_terms()

    @property
    def detector(self) -> Detects:
        """The detector, one instance for all texts."""
        with self._lock:
            if self._detector is None:
                self._detector = self._build_detector(self.rules)
            return self._detector

    def scrub(self, texts: Sequence[str]) -> tuple[ScrubbedText, ...]:
        """Replace personal data in texts."""
        return tuple(Scrubber(self.detector, self.terms).scrub(texts))

    def scrub_note(self, text: str) -> str:
        """Return a short text, such as a reason, without personal data; an empty text needs no model."""
        return self.scrub([text])[0].text if text else ""

    def for_corpus(self, vocabulary: CorpusVocabulary) -> Scrubber:
        """Return a scrubber with the vocabulary of a file."""
        return Scrubber(self.detector.with_vocabulary(vocabulary), self.terms)

    def is_clean(self, text: str) -> bool:
        """Return whether the scrubber leaves a text unchanged and the residual check passes it."""
        return self.scrub([text])[0].text == text and check(text).decision is ResidualDecision.PASS

    def profile(self) -> str:
        """Return a digest of the rules in force: detector, lists, residual check."""
        parts = f"{self._name_rules(self.rules)}-{self.terms.fingerprint}|{RESIDUAL_CHECK_VERSION}"
        return blake2b(parts.encode(), digest_size=8).hexdigest()

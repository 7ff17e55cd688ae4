"""Scrub a batch of texts, check the results, and embed the texts that pass and their clauses.

Results contain no raw text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import numpy as np

from analyzer.errors import ScrubError
from analyzer.index.placeholder_aliases import placeholders_in, strip_numbers
from analyzer.ingest import label_names
from analyzer.models.embedder import Embedder, Embeds
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.stored_opinions import JudgedClause, Splitter, opinion_digests
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.residual_check import ResidualDecision, blank_placeholders, check
from analyzer.privacy.review_candidates import Doubtful, kept_candidates, masked_candidates
from analyzer.privacy.scrubber import Scrubber
from analyzer.privacy.terms import Terms
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.types import Entity, ScrubbedText

NOT_SCRUBBED = "could not be scrubbed"
LEFT_OVER = "personal data left after scrubbing"
WITHHELD = "WITHHELD"
FEWEST_WORDS = 3
"""Minimum words of prose; a field value with fewer that does not pass is withheld, and its row is kept."""


@dataclass(frozen=True, slots=True)
class RawPiece:
    """A raw text, and the values of its row's identity columns that occur in it.

    Attributes:
        is_label: whether it is a value of a column of choices, in which only full names count as names of people.
    """

    text: str = field(repr=False)
    own: tuple[str, ...] = field(default=(), repr=False)
    is_label: bool = False

    @property
    def digest(self) -> bytes:
        """The digest that identifies the piece; the same text with other identity values has another digest."""
        parts = "\0".join((self.text, *self.own, *(("\0label",) if self.is_label else ())))
        return blake2b(parts.encode(errors="surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Texts:
    """The input of a worker: raw comments and raw field values, each once."""

    comments: tuple[RawPiece, ...]
    values: tuple[RawPiece, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A text that passed: scrubbed, with the places to review, and if it is a comment with its vector and clauses."""

    scrubbed: ScrubbedText
    doubts: tuple[Doubtful, ...] = ()
    vector: bytes = b""
    clauses: tuple[JudgedClause, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason why a text did not pass; nothing else of it is kept."""

    reason: str


Outcome: TypeAlias = Done | Refused


@dataclass(frozen=True, slots=True)
class Processed:
    """The output of a worker, in the order of its input."""

    comments: tuple[Outcome, ...]
    values: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Processor:
    """Scrubs, checks and embeds one batch of texts."""

    scrubber: Scrubber
    embedder: Embeds
    polarity: PolarityHead
    terms: Terms = field(default_factory=Terms)

    def __call__(self, texts: Texts) -> Processed:
        """Process one batch."""
        pieces = texts.comments + texts.values
        outcomes = [self._judged(*pair) for pair in zip(pieces, _scrub_each(self.scrubber, pieces), strict=True)]
        comments, values = outcomes[: len(texts.comments)], outcomes[len(texts.comments) :]
        passed = [outcome for outcome in comments if isinstance(outcome, Done)]
        scrubbed = [done.scrubbed.text for done in passed]
        vectors = self.embedder.embed([strip_numbers(text) for text in scrubbed]).astype(np.float16)
        judged = Splitter(self.embedder, self.polarity).judge(
            [(one.scrubbed.text, one.scrubbed.language) for one in passed]
        )
        embedded = iter([
            Done(one.scrubbed, one.doubts, vector.tobytes(), _clauses(one.scrubbed, judged))
            for one, vector in zip(passed, vectors, strict=True)
        ])  # fmt: skip
        kept = [_withheld(piece, outcome) for piece, outcome in zip(texts.values, values, strict=True)]
        return Processed(tuple(next(embedded) if isinstance(c, Done) else c for c in comments), tuple(kept))

    def _judged(self, piece: RawPiece, scrubbed: ScrubbedText | None) -> Outcome:
        if scrubbed is None:
            return Refused(NOT_SCRUBBED)
        if piece.is_label:
            scrubbed = label_names.keep_words(piece.text, scrubbed)
        verdict = check(scrubbed.text, piece.own)
        if verdict.decision is ResidualDecision.REJECT or self.terms.denied_spans(blank_placeholders(scrubbed.text)):
            return Refused(LEFT_OVER)
        if piece.is_label and not scrubbed.entities:
            return Done(scrubbed)
        doubts = [*masked_candidates(piece.text, placeholders_in(scrubbed), self.terms)]
        return Done(scrubbed, (*doubts, *kept_candidates(scrubbed, verdict.doubts, self.terms)))


@dataclass(frozen=True, slots=True)
class Recipe:
    """The picklable parameters from which a worker builds its own Processor."""

    rules: Rules
    embedding_model: Path
    terms: Terms = field(default_factory=Terms)

    def __call__(self) -> Processor:
        """Load the models."""
        keep_memory_private()
        scrubber = Scrubber(Detector(self.rules), self.terms)
        head = PolarityHead.load(self.embedding_model.name)
        return Processor(scrubber, Embedder(self.embedding_model), head, self.terms)


def _scrub_each(scrubber: Scrubber, pieces: Sequence[RawPiece]) -> list[ScrubbedText | None]:
    """Scrub a batch; if it fails, scrub text by text, so that only texts that cannot be scrubbed are lost."""
    try:
        return list(scrubber.scrub([piece.text for piece in pieces], [piece.own for piece in pieces]))
    except ScrubError:
        if len(pieces) == 1:
            return [None]
        return [done for piece in pieces for done in _scrub_each(scrubber, (piece,))]


def _clauses(scrubbed: ScrubbedText, judged: Mapping[bytes, JudgedClause]) -> tuple[JudgedClause, ...]:
    found = opinion_digests(scrubbed.text, scrubbed.language)
    return tuple(judged[digest] for digest in dict.fromkeys(digest for _, _, digest in found))


def _withheld(piece: RawPiece, outcome: Outcome) -> Outcome:
    """Return a placeholder for a number or code that did not pass: a column of them must not reject every row."""
    is_code = sum(word.isalpha() for word in piece.text.split()) < FEWEST_WORDS
    if not (isinstance(outcome, Refused) and outcome.reason == LEFT_OVER and is_code):
        return outcome
    after = f"<{WITHHELD}>"
    return Done(ScrubbedText(after, (Entity(WITHHELD, 0, len(piece.text), after, "second-pass"),)))

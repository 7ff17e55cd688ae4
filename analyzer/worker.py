"""What a worker does with a batch of texts: scrub, then embed. Its results carry no raw text."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analyzer.errors import ScrubError
from analyzer.models.embedder import Embedder, Embeds
from analyzer.privacy.detector import Detector
from analyzer.privacy.scrubber import Scrubber
from analyzer.records import ScrubbedText


@dataclass(frozen=True, slots=True)
class Texts:
    """What a worker receives: raw comments and raw field values, each once."""

    comments: tuple[str, ...] = field(repr=False)
    values: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Processed:
    """What a worker returns, in the same order; None where a text could not be scrubbed."""

    comments: tuple[tuple[ScrubbedText, bytes] | None, ...]
    values: tuple[ScrubbedText | None, ...]


@dataclass(frozen=True, slots=True)
class Processor:
    """Scrubs and embeds one batch of texts."""

    scrubber: Scrubber
    embedder: Embeds

    def __call__(self, texts: Texts) -> Processed:
        """Process one batch."""
        scrubbed = _scrub_each(self.scrubber, texts.comments + texts.values)
        comments, values = scrubbed[: len(texts.comments)], scrubbed[len(texts.comments) :]
        vectors = self.embedder.embed([c.text for c in comments if c]).astype(np.float16)
        blobs = iter([vector.tobytes() for vector in vectors])
        return Processed(tuple((c, next(blobs)) if c else None for c in comments), tuple(values))


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a worker needs to build its own Processor."""

    names_model: Path
    embedding_model: Path
    regions: tuple[str, ...]

    def __call__(self) -> Processor:
        """Load the models."""
        return Processor(Scrubber(Detector(self.names_model, self.regions)), Embedder(self.embedding_model))


def _scrub_each(scrubber: Scrubber, texts: tuple[str, ...]) -> list[ScrubbedText | None]:
    """Scrub a batch; when it fails, scrub text by text so that only what cannot be scrubbed is lost."""
    try:
        return list(scrubber.scrub(texts))
    except ScrubError:
        if len(texts) == 1:
            return [None]
        return [done for text in texts for done in _scrub_each(scrubber, (text,))]

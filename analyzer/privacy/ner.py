"""Entity recognition with spaCy, one pipeline per language. The only module that imports spaCy.

For speed, only the entity recognizer of each pipeline runs, on BLAS rather than BLIS, in batches inside a memory
zone (otherwise spaCy keeps every token it has seen, including names).
"""

import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from analyzer.errors import ModelError
from analyzer.privacy.language import KNOWN

NLP_BATCH = 256
_UNUSED = ("tok2vec", "tagger", "morphologizer", "parser", "attribute_ruler", "lemmatizer", "senter")
_PLAIN_WORD = re.compile(r"[a-z][a-z'-]+")


class EntitySpan(NamedTuple):
    """An entity found by a pipeline: label and character offsets."""

    label: str
    start: int
    end: int


class EntityModels:
    """The installed pipelines; a text in a language without a pipeline gets no suggestions."""

    def __init__(self, models: Mapping[str, Path]) -> None:
        """Load the pipeline of each language in KNOWN from its folder; a pipeline of another language is never used.

        Raises:
            ModelError: if a folder is missing or does not load.
        """
        self._lock = threading.Lock()  # a memory zone is state of the whole pipeline
        self._folders = dict(models)
        self._pipelines = {language: _load(folder) for language, folder in sorted(models.items()) if language in KNOWN}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a pipeline, sorted."""
        return tuple(self._pipelines)

    def entities(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[EntitySpan]]:
        """Return the entities of each text, found by the pipeline of its language ("" counts as English)."""
        found: list[list[EntitySpan]] = [[] for _ in texts]
        places: dict[str, list[int]] = {}
        for place, language in enumerate(languages):
            places.setdefault(language or "en", []).append(place)
        with self._lock, ExitStack() as zones:
            for language, chosen in places.items():
                if (pipeline := self._pipelines.get(language)) is None:
                    continue
                zones.enter_context(pipeline.memory_zone())
                docs = pipeline.pipe([texts[place] for place in chosen], batch_size=NLP_BATCH)
                for place, doc in zip(chosen, docs, strict=True):
                    found[place] = [EntitySpan(e.label_, e.start_char, e.end_char) for e in doc.ents]
        return found

    @cached_property
    def dictionary(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The words of the English lemmatizer (from WordNet): all words, those that are not only nouns, and the nouns.

        The nouns include names (john, paris); verbs, adjectives, adverbs and irregular forms are ordinary words.
        """
        from spacy.lookups import Lookups  # noqa: PLC0415

        folder = self._folders["en"] / "lemmatizer" / "lookups"
        if not folder.is_dir():
            return frozenset(), frozenset(), frozenset()
        lookups = Lookups().from_disk(folder)
        index, irregular = lookups.get_table("lemma_index"), lookups.get_table("lemma_exc")
        certain = _words(index, ("verb", "adj", "adv")) | _words(irregular, ("noun", "verb", "adj", "adv"))
        nouns = _words(index, ("noun",))
        return certain | nouns, certain, nouns


def _words(table: Any, parts: Sequence[str]) -> frozenset[str]:
    return frozenset(word for part in parts for word in table.get(part, ()) if _PLAIN_WORD.fullmatch(word))


def _load(folder: Path) -> Any:
    if not folder.is_dir():
        raise ModelError(f"{folder} is missing; run: analyzer models fetch")
    import spacy  # noqa: PLC0415

    try:
        unused = [name for name in _UNUSED if name != "tok2vec" or not _uses_shared_tok2vec(folder)]
        pipeline = spacy.load(folder, exclude=unused)
    except (OSError, ValueError, ImportError) as error:
        raise ModelError(
            f"{folder} does not load as a spaCy pipeline; fetch or add it again, or take it out of local.toml"
        ) from error
    for _, pipe in pipeline.pipeline:
        for node in pipe.model.walk() if hasattr(pipe, "model") else ():
            node.ops.use_blis = False
    return pipeline


def _uses_shared_tok2vec(folder: Path) -> bool:
    """Return whether the entity recognizer uses a shared tok2vec, which must then be loaded."""
    config = (folder / "config.cfg").read_text(encoding="utf-8")
    section = config.partition("[components.ner.model.tok2vec]")[2].partition("\n[")[0]
    return "Tok2VecListener" in section

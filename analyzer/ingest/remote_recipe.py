"""The recipe of a Processor for workers on other machines: models by name and fingerprint instead of by path.

A worker that has other model files, or other versions of what computes with them, is refused: its results would not be
those of this machine.
"""

import platform
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from analyzer.errors import AnalyzerError, ModelError
from analyzer.ingest.worker import Done, Processed, Processor, Recipe, Refused
from analyzer.models.catalog import Catalog, load_catalog, verify
from analyzer.models.loaded_models import loaded_models
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.stored_opinions import JudgedClause
from analyzer.privacy.detector import Rules, shared_detector
from analyzer.privacy.names.lexicon import CorpusVocabulary
from analyzer.privacy.review_candidates import Doubtful
from analyzer.privacy.scrubber import Scrubber
from analyzer.privacy.terms import Terms
from analyzer.types import Entity, ScrubbedText

RECORDS: tuple[type, ...] = (Processed, Done, Refused, ScrubbedText, Entity, Doubtful, JudgedClause)
"""Classes of which a Processed consists."""
_COMPUTES = (
    "feedback-analyzer", "numpy", "phonenumbers", "presidio-analyzer", "sentence-transformers", "spacy", "thinc",
    "tokenizers", "torch", "transformers",
)  # fmt: skip


def installed_versions() -> tuple[tuple[str, str], ...]:
    """Return the versions of what computes the results here."""
    return (("Python", platform.python_version()), *((name, _version(name)) for name in _COMPUTES))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


@dataclass(frozen=True, slots=True)
class RemoteRecipe:
    """The picklable parameters from which a worker on any machine builds its own Processor.

    Attributes:
        rules: with model paths relative to the folder of the models.
        embedding_model: path relative to the same folder.
        fingerprints: SHA-256 of each model that is used, by its catalog name.
        versions: of the program, Python and the libraries that compute.
    """

    rules: Rules
    embedding_model: Path
    terms: Terms
    fingerprints: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...] = field(default_factory=installed_versions)

    def __call__(self, models_dir: Path) -> Processor:
        """Check and load the models, once a process, and build the processor.

        Raises:
            ModelError: if a model is missing here, or is another file.
            AnalyzerError: if a version differs.
        """
        here = dict(installed_versions())
        for name, wanted in self.versions:
            if here.get(name) != wanted:
                raise AnalyzerError(
                    f"a worker of the cluster has {name} {here.get(name)}, this machine {wanted}; install the same"
                )
        catalog, loaded = load_catalog(models_dir), loaded_models(models_dir)
        for name, fingerprint in self.fingerprints:
            if catalog.get(name).fingerprint != fingerprint:
                raise ModelError(f"a worker of the cluster has another file of {name}; copy the models of this machine")
            verify(models_dir, catalog.get(name))
        rules = replace(_moved(self.rules, models_dir), vocabulary=CorpusVocabulary())
        detector = shared_detector(rules).with_vocabulary(self.rules.vocabulary)
        embedder = loaded.embedder(self.embedding_model.name)
        return Processor(Scrubber(detector, self.terms), embedder, PolarityHead.load(embedder.name), self.terms)


def remote_recipe(recipe: Recipe, models_dir: Path) -> RemoteRecipe:
    """Return the recipe for workers on other machines.

    Args:
        recipe: the recipe for workers on this one.
        models_dir: the folder that its models are in.

    Raises:
        ModelError: if a model is elsewhere.
    """
    catalog = load_catalog(models_dir)
    rules, used = recipe.rules, {recipe.embedding_model, recipe.rules.names_model}
    used |= {path for _, path in rules.more_models}
    try:
        inside = replace(
            rules,
            names_model=rules.names_model.relative_to(models_dir),
            more_models=tuple((language, path.relative_to(models_dir)) for language, path in rules.more_models),
        )
        embedding = recipe.embedding_model.relative_to(models_dir)
    except ValueError as error:
        raise ModelError(f"a cluster needs all models in {models_dir}; run: analyzer models add") from error
    return RemoteRecipe(inside, embedding, recipe.terms, tuple(_fingerprints(catalog, models_dir, used)))


def _fingerprints(catalog: Catalog, models_dir: Path, used: Iterable[Path]) -> Iterable[tuple[str, str]]:
    paths = set(used)
    return sorted((one.name, one.fingerprint) for one in catalog.models if models_dir / one.path in paths)


def _moved(rules: Rules, models_dir: Path) -> Rules:
    more = tuple((language, models_dir / path) for language, path in rules.more_models)
    return replace(rules, names_model=models_dir / rules.names_model, more_models=more)

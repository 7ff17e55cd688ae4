"""The mix of languages of comments, and the embedding model that fits it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from analyzer.errors import UsageError
from analyzer.privacy.language import KNOWN, UNSURE, detect_language

ENGLISH = "en"
ENGLISH_MODEL, MULTILINGUAL_MODEL = "all-MiniLM-L6-v2", "multilingual-e5-small"
ENGLISH_ONLY = frozenset({ENGLISH_MODEL, "all-mpnet-base-v2"})
"""Models of the catalog that were trained on English; nothing is said of a model that the user added."""
LEAST_OTHER = 0.5
"""Share of the comments with a language from which other languages than English make the other model the better one."""
FEWEST = 5
"""Number of comments with a language below which nothing is proposed."""


def embedding_for(languages: Sequence[str]) -> str:
    """Return the catalog name of the embedding model for comments in these languages (ISO 639-1).

    Raises:
        UsageError: if a language is not one of those that comments are read in.
    """
    unknown = sorted(set(languages) - set(KNOWN))
    if unknown or not languages:
        raise UsageError(
            f"{', '.join(unknown) or 'no language'} cannot be read; name some of {', '.join(KNOWN)}, such as fr,de"
        )
    return ENGLISH_MODEL if set(languages) == {ENGLISH} else MULTILINGUAL_MODEL


def count_languages(texts: Sequence[str]) -> dict[str, int]:
    """Return the number of texts by language, most frequent first; the empty string counts the undetermined ones."""
    counts = Counter(detect_language(text) for text in texts)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def language_notes(counts: Mapping[str, int], embedding: str) -> tuple[str, ...]:
    """Return what is said of a mix of languages before an import.

    Args:
        counts: from `count_languages`, of a sample.
        embedding: name of the embedding model of the workspace.
    """
    others = {language: count for language, count in counts.items() if language not in {ENGLISH, UNSURE}}
    known = sum(others.values()) + counts.get(ENGLISH, 0)
    if not others:
        return ()
    listed = ", ".join(f"{language or 'undetermined'} {count:,}" for language, count in counts.items())
    notes = [f"languages of a sample of the comments: {listed}"]
    if embedding in ENGLISH_ONLY and known >= FEWEST and sum(others.values()) >= LEAST_OTHER * known:
        wanted = ",".join(sorted(others))
        notes.append(
            f"most comments are not in English ({wanted}), and {embedding} finds meaning in English only; change the "
            f"model: analyzer models fetch {MULTILINGUAL_MODEL}, then analyzer reindex --embedding {MULTILINGUAL_MODEL}"
        )
    return tuple(notes)

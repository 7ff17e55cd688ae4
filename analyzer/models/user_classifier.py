"""Recognize and check the folder of a token-classification model of the user; see user_models for what adds it."""

from collections.abc import Sequence
from pathlib import Path

from analyzer.errors import ModelError
from analyzer.models.token_classifier import CONFIG_FILE, TokenClassifier
from analyzer.models.user_embedding import TAKEN, WEIGHTS, content_of, needs_code


def classifier_files(folder: Path, files: Sequence[Path]) -> list[Path]:
    """Return the files of the model among those of its folder, after checking what they say.

    Raises:
        ModelError: if it needs code or has no weights in safetensors.
    """
    taken = [file for file in files if file.suffix.lower() in TAKEN and file.parent == folder]
    if not any(file.suffix.lower() == WEIGHTS for file in taken):
        raise ModelError(
            f"{folder} has no weights in safetensors; other formats may execute code, so choose a model that comes "
            "with *.safetensors"
        )
    for file in taken:
        if file.suffix.lower() == ".json" and needs_code(content_of(file)):
            raise ModelError(f"{file} needs code of its publisher (auto_map); choose a model that does without")
    if folder / CONFIG_FILE not in taken:
        raise ModelError(f"{folder} has no {CONFIG_FILE}; copy the model again and add it")
    return taken


def check_classifies(folder: Path) -> None:
    """Load the model and read a sentence with it; takes seconds.

    Raises:
        ModelError: if it does not load, has no label for people or cannot read.
    """
    try:
        TokenClassifier(folder).people("My name is Anna and I live in Leeds.")
    except (ValueError, TypeError, RuntimeError, IndexError, AttributeError) as error:
        raise ModelError(
            f"the model in the folder does not read a sentence ({type(error).__name__}); choose another"
        ) from error

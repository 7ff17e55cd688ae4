"""Types of codebooks: defined themes, codings with quality figures, labeling tasks."""

from dataclasses import dataclass
from typing import ClassVar

from analyzer.types import Tabular

SEPARATOR = ";"
"""Between the names of themes in a cell of a file to label."""


@dataclass(frozen=True, slots=True)
class CodebookTheme:
    """A theme defined by a person.

    Attributes:
        name: unique in its codebook, ignoring case.
        description: its scope.
        examples: phrases that belong to it.
        exclusions: phrases that are similar and do not belong to it.
        id: C1, C2, …; empty before it is stored. A name always keeps its id.
    """

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class CodedTheme:
    """A theme of the codebook with its codings.

    Attributes:
        comments: number of comments coded with it.
        share: comments as a share of the matching comments, 0 to 1.
        confirmed, rejected: numbers of texts labeled yes and no.
        learned: whether its labels suffice to fit a classifier; otherwise its words and examples decide.
        precision, recall: by cross-validation on labeled texts; None if they cannot be measured.
        examples: ids of the comments with the highest probability.
    """

    theme: CodebookTheme
    comments: int
    share: float
    confirmed: int
    rejected: int
    learned: bool
    precision: float | None
    recall: float | None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Codebook(Tabular):
    """All themes of the codebook.

    Attributes:
        comments: number of matching comments.
        coverage: share of the comments that are coded with at least one theme, 0 to 1.
        labeled: number of texts with at least one label.
        f1: micro-F1 by cross-validation on labeled texts; None if it cannot be measured.
        human_f1: micro-F1 of two people on the texts that both labeled, the ceiling of f1; None without such texts.
        applied: time of the last coding run; empty if there was none.
        stale: what changed since, in words; empty if nothing did.
    """

    rows_in: ClassVar[str] = "themes"

    themes: tuple[CodedTheme, ...]
    comments: int
    coverage: float
    labeled: int
    f1: float | None = None
    applied: str = ""
    stale: str = ""
    human_f1: float | None = None


@dataclass(frozen=True, slots=True)
class CodeTask:
    """A comment to label.

    Attributes:
        suggested: theme ids, most probable first.
        labeled: ids of the themes that it is labeled with.
    """

    id: str
    text: str
    suggested: tuple[str, ...]
    labeled: tuple[str, ...] = ()

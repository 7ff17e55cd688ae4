"""The types of codebooks: themes that people define, what each comment is coded with, and how well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodebookTheme:
    """A theme that people define.

    Attributes:
        name: unique in its codebook.
        description: what it takes in; examples: how people put it; exclusions: what is near it and does not belong.
        id: C1, C2, …; empty before it is kept. A name keeps its id for good.
    """

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class CodedTheme:
    """A theme of the codebook with what was coded.

    Attributes:
        comments: coded with it; share: of all comments, 0 to 1.
        confirmed, rejected: texts that people labeled yes and no.
        learned: whether its labels are enough to learn from; without, its words and examples decide.
        precision, recall: on labeled texts that the theme had not learned from; None where none can tell.
        examples: ids of the comments it is surest of.
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


@dataclass(frozen=True, slots=True)
class Codebook:
    """All themes of the codebook.

    Attributes:
        coverage: share of the comments that are coded with any, 0 to 1; labeled: texts with a label of any theme.
        f1: micro-F1 on labeled texts, each coded without its own label; None before there are labels to tell.
        applied: when comments were last coded; empty for never; stale: what changed since, in words.
    """

    themes: tuple[CodedTheme, ...]
    comments: int
    coverage: float
    labeled: int
    f1: float | None = None
    applied: str = ""
    stale: str = ""


@dataclass(frozen=True, slots=True)
class CodeTask:
    """A comment worth labeling, with the themes it would be coded with, likeliest first."""

    id: str
    text: str
    suggested: tuple[str, ...]
    labeled: tuple[str, ...] = ()

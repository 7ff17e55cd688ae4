"""The types of themes: what people say in parts, what it adds up to, how that changes, and what people edited."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.types import Claim

SMALLEST = 10
"""Comments below which a theme's figures and quotes are withheld."""


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How opinions are meant: how many of them each way."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0

    @property
    def balance(self) -> float:
        """Positive minus negative as a share of all, -1 to 1."""
        whole = self.negative + self.neutral + self.positive
        return (self.positive - self.negative) / whole if whole else 0.0


class Namer(StrEnum):
    """Who named a theme."""

    WORDS = "words"
    MODEL = "model"
    PERSON = "person"
    CODEBOOK = "codebook"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme, or a group of themes where it is another's parent.

    Attributes:
        id: T1, T2, … for themes, G1, G2, … for groups; never used again for anything else.
        parent: id of its group; empty at the top.
        label: its name; keywords: the words that set it apart (c-TF-IDF).
        size: comments with an opinion in it; share: of all comments in the workspace, 0 to 1.
        opinions: how many opinions it has.
        sentiment: of its opinions.
        examples: ids of comments whose opinions are nearest to its center.
        summary: a sentence with its citations, where one held.
        description: what it takes in, where a person or a codebook says.
        is_excluded, is_pinned, is_locked: what a person did with it.
        place: where it stands on the map, x and y; near ones mean nearly the same.
    """

    id: str
    parent: str
    label: str
    keywords: tuple[str, ...]
    size: int
    share: float
    opinions: int
    sentiment: Sentiment
    examples: tuple[str, ...]
    named_by: Namer = Namer.WORDS
    summary: Claim | None = None
    description: str = ""
    is_excluded: bool = False
    is_pinned: bool = False
    is_locked: bool = False
    place: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Accounted:
    """Where every comment is: in a theme, only in excluded ones, in none ("other"), without content; they add up."""

    comments: int
    in_themes: int
    excluded: int
    other: int
    without_content: int

    @property
    def coverage(self) -> float:
        """Comments in a theme, as a share of those that have content, 0 to 1."""
        spoken = self.comments - self.without_content
        return self.in_themes / spoken if spoken else 0.0


@dataclass(frozen=True, slots=True)
class ThemeList:
    """All themes, groups first, then by size.

    Attributes:
        coverage: share of the comments with content that are in a theme, 0 to 1.
        built: when; empty if they were never built.
        criterion: why there are as many themes as there are.
        stale: what has changed since, in words; empty if nothing has.
    """

    themes: tuple[Theme, ...]
    coverage: float
    accounted: Accounted
    built: str = ""
    criterion: str = ""
    stale: str = ""
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How good the themes are, in shares from 0 to 1; None where it cannot be told.

    Attributes:
        coverage: of comments with content, those in a theme.
        redundancy: of themes, those with another that says nearly the same.
        intruders: of opinions of the nearest other theme hidden among four of a theme, those told; by chance .2.
        specificity: of names, those that mean their own theme more than any other.
        groundedness: of themes, those with a sentence that stands on the comments it cites.
        stability: adjusted Rand index of themes found in overlapping parts of the opinions.
    """

    themes: int
    coverage: float
    redundancy: float | None
    intruders: float | None
    specificity: float | None
    groundedness: float | None
    stability: float | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """A part of a comment that says one thing: text[start:end] of record id.

    Attributes:
        theme: id of its theme; empty for none.
        likeness: cosine to the center of the theme, -1 to 1.
        sentiment: negative, neutral or positive.
        why: the reason it is in the theme, in words.
    """

    id: str
    text: str
    start: int
    end: int
    theme: str
    likeness: float
    sentiment: str
    why: str
    comments: int = 1


@dataclass(frozen=True, slots=True)
class ThemeDetail:
    """One theme with what belongs to it.

    Attributes:
        parts: the themes of a group, or nothing.
        opinions: nearest to the center first.
    """

    theme: Theme
    parts: tuple[Theme, ...]
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """The themes of one record."""

    id: str
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThemeBuild:
    """What a build did.

    Attributes:
        themes, groups: how many; coverage: as in ThemeList.
        opinions: opinions in all; different: different ones; sampled: those that themes were found on.
        kept: themes that go on under the id they had; new, gone: the others.
        named: names written by the model; summaries: sentences that held.
        stability: mean adjusted Rand index between parts, by resolution.
    """

    themes: int
    groups: int
    coverage: float
    opinions: int
    different: int
    sampled: int
    kept: int
    new: int
    gone: int
    named: int
    summaries: int
    criterion: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    stability: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ThemeEdit:
    """What a person changed, as it stands in the log that every build replays.

    Attributes:
        action: rename, merge, split, move, pin, exclude, include, reassign, lock, unlock or describe.
        told: the same in words.
        is_undone: whether it was taken back.
        effect: comments whose themes it changed when it was made.
    """

    number: int
    at: str
    actor: str
    action: str
    told: str
    is_undone: bool = False
    effect: int = 0

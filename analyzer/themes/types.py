"""Types of themes: opinions, themes, lists, quality figures, builds and edits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from analyzer.types import Claim, Readable, Tabular

SMALLEST = 10
"""Number of comments below which a theme's figures and quotes are withheld."""


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Numbers of negative, neutral and positive opinions."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0

    @property
    def balance(self) -> float:
        """Positive minus negative as a share of all, -1 to 1."""
        whole = self.negative + self.neutral + self.positive
        return (self.positive - self.negative) / whole if whole else 0.0


class Namer(StrEnum):
    """Source of a theme's name."""

    WORDS = "words"
    PHRASE = "phrase"
    MODEL = "model"
    PERSON = "person"
    CODEBOOK = "codebook"


def in_sentence(name: str) -> str:
    """Return the name of a theme as it stands inside a sentence: "waiting time", but "NHS" and "GP surgery"."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme, or a group if it is the parent of themes.

    Attributes:
        id: T1, T2, … for themes, G1, G2, … for groups; an id is never used again.
        parent: id of its group; empty at the top.
        label: its name.
        keywords: c-TF-IDF keywords.
        size: number of comments with an opinion in it.
        share: size as a share of the matching comments, 0 to 1.
        opinions: number of its opinions.
        sentiment: polarity counts of its opinions.
        examples: ids of comments with the opinions nearest to its center.
        summary: a sentence with its citations; None if no sentence passed the checks.
        description: its scope, written by a person or taken from a codebook; may be empty.
        is_excluded, is_pinned, is_locked: flags set by edits.
        place: x and y on the map; similar themes are near each other.
        different: number of different texts of its comments, near duplicates as one; None for accounts that see no
            comments.
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
    different: int | None = None


@dataclass(frozen=True, slots=True)
class Accounted:
    """Partition of the comments: in a theme, only in excluded themes, in no theme ("other"), without content."""

    comments: int
    in_themes: int
    excluded: int
    other: int
    without_content: int

    @property
    def coverage(self) -> float:
        """Comments in a theme, as a share of those that have content, 0 to 1."""
        with_content = self.comments - self.without_content
        return self.in_themes / with_content if with_content else 0.0


@dataclass(frozen=True, slots=True, repr=False)
class ThemeList(Tabular):
    """All themes, groups first, then by size.

    Attributes:
        coverage: share of the comments with content that are in a theme, 0 to 1.
        built: time of the last build; empty if there is none.
        criterion: how the number of themes was chosen, in words.
        stale: what changed since the build, in words; empty if nothing did.
        edits: number of edits in force.
    """

    rows_in: ClassVar[str] = "themes"

    themes: tuple[Theme, ...]
    coverage: float
    accounted: Accounted
    built: str = ""
    criterion: str = ""
    stale: str = ""
    edits: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Scorecard(Readable):
    """Quality of the themes, as shares from 0 to 1; None if it cannot be measured.

    Attributes:
        coverage: share of the comments with content that are in a theme.
        redundancy: share of themes that have a near duplicate.
        intruders: share of intruders that are detected, see analyzer.themes.scorecard; .2 by chance.
        specificity: share of names that are nearer to their own theme's center than to any other's.
        groundedness: share of themes with a summary that the comments it cites support.
        stability: adjusted Rand index of themes found in overlapping subsamples of the opinions.
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
    """A part of a comment that makes one statement: text[start:end] of record id.

    Attributes:
        theme: id of its theme; empty for none.
        likeness: cosine to the center of the theme, -1 to 1.
        sentiment: negative, neutral or positive.
        why: the reason it is in the theme, in words.
        comments: number of comments that contain it.
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


@dataclass(frozen=True, slots=True, repr=False)
class ThemeDetail(Tabular):
    """One theme with its parts and opinions.

    Attributes:
        parts: the themes of a group; empty for a theme.
        opinions: nearest to the center first.
    """

    rows_in: ClassVar[str] = "opinions"

    theme: Theme
    parts: tuple[Theme, ...]
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """The themes of one record."""

    id: str
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ThemeBuild(Readable):
    """Report of a build.

    Attributes:
        themes, groups: numbers of themes and of groups.
        coverage: as in ThemeList.
        opinions: number of all opinions.
        different: number of distinct opinions.
        sampled: number of opinions that were clustered.
        kept: themes that keep the id of the build before.
        new: themes with a new id.
        gone: themes of the build before that were not found again.
        named: names written by the language model.
        summaries: summaries that passed the checks.
        criterion: how the number of themes was chosen, in words.
        seconds: duration of each step.
        stability: resolution and mean adjusted Rand index between subsamples.
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
    """An entry of the log of edits, which every build replays.

    Attributes:
        action: rename, merge, split, move, pin, exclude, include, reassign, lock, unlock, describe or create.
        told: the edit in words.
        is_undone: whether it is undone.
        effect: number of comments that it moved when it was made.
    """

    number: int
    at: str
    actor: str
    action: str
    told: str
    is_undone: bool = False
    effect: int = 0

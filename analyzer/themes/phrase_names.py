"""Names of themes from phrases that several people wrote: "waiting time", "more staff", "no complaints".

A phrase is a word or up to four words in a row that stand in at least LEAST comments of its theme, so that a name
quotes nobody. The best is near the center of its theme and not near another's, frequent, and of its theme's stance.
"""

import re
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.models.embedder import Vectors
from analyzer.themes.keywords import KeywordTexts

Rows = NDArray[np.int64]
AnyVectors = Vectors | NDArray[np.float16]

LEAST = 5
"""Comments of a theme that have its name."""
LEAST_SHARE, LEAST_WORD_SHARE = 0.02, 0.15
"""The same as a share of the comments of the theme, and for a name of one word."""
MOST_WORDS = 4
SAMPLED = 2_000
"""Clauses of a theme that are read, those of most comments first."""
COMPARED = 40
"""Phrases of a theme that are compared by meaning, the most frequent first."""
CONTAINED = 0.75
"""Share of the comments with a phrase that have a longer one around it, beside which it is no candidate."""
DENIED = 0.4
"""Share of the clauses with a phrase in which a denial stands before it, from which it is no name: "fault"."""
REACH = 2
"""Words before a phrase in which a denial counts."""
LEAST_SCORE = 0.45
DISTINCT, FREQUENT, OWN, STANCE, LONGER = 0.3, 0.25, 0.1, 0.2, 0.08
"""Weights beside the cosine to the theme's center: of how much nearer that is than to another theme's, of the decimal
logarithm of the share of its comments, of the share of all its clauses that are in the theme, of the difference to the
theme's mean stance, and of each word after the first, up to the third."""
JOINING = frozenset(
    """of and or the a an for with in on to at by from than that which who as because so if while since although though
    however until unless when where""".split()
)
"""Words that no phrase begins or ends with, in any language."""
DEGREES = frozenset("more less enough without no not never nothing too long good bad".split())
"""Words that keywords leave out and that a phrase may begin or end with."""
PERSONS = frozenset(
    """i i'm i've i'd i'll me my mine myself we we're we've we'd we'll us our ours you you're you've your yours ich mir
    mich mein meine wir uns je j'ai moi mon ma mes nous yo mi mis nosotros ik mij mijn wij ons he
    she his her him""".split()
)
TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def denies_nothing(_word: str) -> bool:
    """Return that a word denies nothing."""
    return False


@dataclass(frozen=True, slots=True)
class PhraseNamer:
    """Names themes by phrases.

    Attributes:
        embed: returns float32[n, d], unit rows, of texts that are compared with stored ones.
        denies: whether a word in lower case denies what stands beside it.
    """

    embed: Callable[[Sequence[str]], Vectors]
    denies: Callable[[str], bool] = denies_nothing

    def names(
        self, texts: KeywordTexts, stances: NDArray[np.float32], vectors: AnyVectors, members: Rows,
        wanted: Sequence[int], taken: Set[str],
    ) -> dict[int, str]:  # fmt: skip
        """Return names of themes by code in lower case, no name twice; none for a theme without a good phrase.

        The largest theme chooses first.

        Args:
            texts: n clauses.
            stances: float32[n], -1 for a complaint to 1 for praise.
            vectors: float[n, d].
            members: int64[n], each clause's theme, -1 for none.
            wanted: codes of the themes to name; all themes are compared with.
            taken: names of other themes in lower case.
        """
        count = int(members.max(initial=-1)) + 1
        weights = np.maximum(texts.comments, 1)
        found = _Phrases(texts, members, weights, self.denies, count)
        centers = _centers(vectors, members, weights, count)
        names, used = dict[int, str](), {_same(name) for name in taken}
        sizes = np.bincount(members[members >= 0], weights=weights[members >= 0], minlength=count)
        for code in sorted(wanted, key=lambda one: (-sizes[one], one)):
            for name in self._ranked(found, stances, weights, code, centers):
                if _same(name) not in used:
                    names[code] = name
                    used.add(_same(name))
                    break
        return names

    def _ranked(
        self, found: "_Phrases", stances: NDArray[np.float32], weights: Rows, code: int, centers: Vectors
    ) -> list[str]:
        """Return the phrases of a theme that are good enough, best first."""
        phrases = found.candidates(code)
        if not phrases:
            return []
        likeness = np.asarray(self.embed(phrases), dtype=np.float32) @ centers.T
        own = likeness[:, code].copy()
        likeness[:, code] = -1.0
        other = likeness.max(axis=1) if len(centers) > 1 else np.zeros(len(phrases))
        rows = [found.rows[code][phrase] for phrase in phrases]
        stance = [float(np.average(stances[one], weights=weights[one])) for one in rows]
        inside = found.inside[code]
        mean = float(np.average(stances[inside], weights=weights[inside]))
        told = np.array([found.tallies[code][phrase] for phrase in phrases], dtype=np.float64)
        whole = np.array([found.whole[phrase] for phrase in phrases], dtype=np.float64)
        words = np.array([min(phrase.count(" "), 2) for phrase in phrases])
        score = (
            own + DISTINCT * (own - other) + FREQUENT * np.log10(told / found.sizes[code]) + OWN * told / whole
            - STANCE * np.abs(np.array(stance) - mean) + LONGER * words
        )  # fmt: skip
        order = sorted(range(len(phrases)), key=lambda one: (-round(float(score[one]), 3), phrases[one]))
        return [phrases[one] for one in order if score[one] >= LEAST_SCORE]


class _Phrases:
    """The phrases of each theme, with the clauses and the number of comments that have them."""

    def __init__(
        self, texts: KeywordTexts, members: Rows, weights: Rows, denies: Callable[[str], bool], count: int
    ) -> None:
        ignored, languages = texts.ignored(), texts.clause_languages()
        counted = texts.counted(members, languages)
        self.inside = [_sample(np.nonzero(counted & (members == code))[0], weights) for code in range(count)]
        self.sizes = [int(weights[rows].sum()) for rows in self.inside]
        self.tallies: list[Tally[str]] = [Tally() for _ in range(count)]
        self.rows: list[dict[str, list[int]]] = [defaultdict(list) for _ in range(count)]
        self._denied: list[Tally[str]] = [Tally() for _ in range(count)]
        self.whole: Tally[str] = Tally()
        for code, rows in enumerate(self.inside):
            for row in rows.tolist():
                edges = (ignored[languages[row]] - DEGREES) | PERSONS | JOINING
                known = dict[str, bool]()
                for phrase, is_denied in _phrases(texts.texts[row], edges, denies):
                    known[phrase] = known.get(phrase, True) and is_denied
                for phrase, is_denied in known.items():
                    self.tallies[code][phrase] += int(weights[row])
                    self.rows[code][phrase].append(row)
                    self._denied[code][phrase] += is_denied
            self.whole.update(self.tallies[code])

    def candidates(self, code: int) -> list[str]:
        """Return the phrases of a theme that enough comments have, most frequent first."""
        tally, size = self.tallies[code], self.sizes[code]
        found = {
            phrase: number for phrase, number in tally.items()
            if number >= max(LEAST, LEAST_SHARE * size) and (" " in phrase or number >= LEAST_WORD_SHARE * size)
            and len(self.rows[code][phrase]) > 1 and self._denied[code][phrase] < DENIED * len(self.rows[code][phrase])
        }  # fmt: skip
        longer = [phrase for phrase in found if " " in phrase]
        kept = [
            phrase for phrase, number in found.items()
            if not any(
                len(one) > len(phrase) and found[one] >= CONTAINED * number and f" {phrase} " in f" {one} "
                for one in longer
            )
        ]  # fmt: skip
        return sorted(kept, key=lambda phrase: (-found[phrase], phrase))[:COMPARED]


def _phrases(text: str, edges: Set[str], denies: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """Yield the phrases of a clause in lower case, and whether a denial stands before each."""
    words = TOKEN.findall(text)
    is_word = [bool(WORD.fullmatch(word)) for word in words]
    for start, first in enumerate(words):
        if not is_word[start] or first in edges or len(first) < 2:
            continue
        is_denied = any(denies(word.replace("’", "'")) for word in words[max(start - REACH, 0) : start])
        for end in range(start, min(start + MOST_WORDS, len(words))):
            if not is_word[end] or words[end] in PERSONS:
                break
            is_alone = end == start
            if words[end] in edges or len(words[end]) < (3 if is_alone else 2):
                continue
            is_degree = words[end] in DEGREES or denies(words[end].replace("’", "'"))
            if is_degree and end - start < 2:  # "took too long" says something, "too" and "very good" do not
                continue
            yield " ".join(words[start : end + 1]), is_denied


def _sample(rows: Rows, weights: Rows) -> Rows:
    """Return the rows of most comments, in order."""
    return np.sort(rows[np.argsort(-weights[rows], kind="stable")[:SAMPLED]])


def _centers(vectors: AnyVectors, members: Rows, weights: Rows, count: int) -> Vectors:
    """Return float32[count, d], the unit mean of each theme's clauses."""
    centers = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    for code in range(count):
        rows = members == code
        centers[code] = (vectors[rows].astype(np.float32) * weights[rows, None]).sum(axis=0)
    return np.asarray(centers / np.maximum(np.linalg.norm(centers, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _same(name: str) -> str:
    """Return a form that is the same for names that differ by an ending only."""
    return " ".join(word[:-1] if len(word) > 4 and word.endswith("s") else word for word in name.casefold().split())

"""A build of themes: reads opinions, discovers themes, matches ids, replays edits, writes all in one transaction."""

from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from analyzer.index.fulltext import is_without_content
from analyzer.index.inventory import languages_of
from analyzer.models.parallel import one_thread
from analyzer.opinions.stored_opinions import Clauses, read_clauses
from analyzer.store.database import Connection, Database
from analyzer.themes.assignments import NEAREST, Assignments, Edit, ThemeState, replay
from analyzer.themes.discovery import Found, Stage, discover, ignore_stage
from analyzer.themes.graph import Matrix
from analyzer.themes.id_matching import SAME_NAME, MatchedIds, match, number_of
from analyzer.themes.keywords import KeywordTexts
from analyzer.themes.phrase_names import PhraseNamer
from analyzer.themes.repository import (
    PHRASES,
    StoredTheme,
    edits_in_force,
    highest_number,
    read_base,
    read_build,
    read_themes,
    write_base,
    write_build,
    write_placements,
    write_themes,
)
from analyzer.themes.types import Namer, in_sentence
from analyzer.themes.written_case import as_written

LABEL_WORDS = 3


@dataclass(frozen=True, slots=True)
class Built:
    """Result of a build, as written.

    Attributes:
        groups: number of groups.
        lost: number of themes of the build before that this one has not.
    """

    clauses: Clauses
    found: Found
    themes: MatchedIds
    groups: int
    lost: int


@dataclass(frozen=True, slots=True)
class AppliedEdits:
    """Themes and assignments of clauses after edits.

    Attributes:
        skipped: positions of the edits that no longer apply.
    """

    assignments: Assignments
    themes: tuple[StoredTheme, ...]
    skipped: tuple[int, ...]

    def write(self, connection: Connection, clauses: Clauses) -> None:
        """Replace the themes and placements of the workspace."""
        assignments = self.assignments
        with one_thread():
            likeness = assignments.likeness()
        inside = np.nonzero(assignments.members >= 0)[0].tolist()
        write_themes(connection, self.themes)
        write_placements(
            connection,
            (
                (
                    int(clauses.ids[r]),
                    assignments.ids[int(assignments.members[r])],
                    float(likeness[r]),
                    assignments.why.get(r, NEAREST),
                )
                for r in inside
            ),
        )


def no_directions() -> Matrix:
    """Return no directions of language."""
    return np.zeros((0, 0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class ThemeBuilder:
    """Builds the themes of one workspace.

    Attributes:
        dimension: dimension of the vectors.
        corpus: identifier of the stored comments, by which a list of themes detects that it is out of date.
        read_directions: returns float32[k, dimension], the directions of language of the embedding model.
        level: how far the space of the embedding model is leveled, see graph.leveling_of.
        namer: names themes by phrases of their comments; None leaves keywords as names.
    """

    database: Database
    dimension: int
    corpus: str
    read_directions: Callable[[], Matrix] = no_directions
    level: float = 0.0
    namer: PhraseNamer | None = None

    def build(self, actor: str, about: int = 0, stage: Stage = ignore_stage) -> Built:
        """Discover themes in all opinions; ids, names and edits of the build before are kept."""
        clauses = read_clauses(self.database, self.dimension)
        has_content = np.array([not is_without_content(text) for text in clauses.texts], dtype=bool)
        rows = np.nonzero(has_content)[0]
        texts = [clauses.texts[row] for row in rows]
        found = discover(clauses.vectors[rows], texts, about, stage, self._directions(), self.level)
        members, likeness = np.full(len(clauses), -1, dtype=np.int64), np.full(len(clauses), np.nan)
        members[rows], likeness[rows] = found.members, found.likeness
        before = read_base(self.database, clauses.ids)
        themes = match(before, members, len(found.centers), "T", highest_number(self.database, "T"))
        parents, groups = self._groups(before, members, found, themes)
        base = [themes.ids[m] if m >= 0 else "" for m in members.tolist()]
        known = read_themes(self.database)
        keep_names = {one for one, overlap in zip(themes.ids, themes.overlap, strict=True) if overlap >= SAME_NAME}
        keep_names |= {one for one, overlap in zip(groups.ids, groups.overlap, strict=True) if overlap >= SAME_NAME}
        names = read_build(self.database).body.get(PHRASES, {})
        phrases = self._phrases(
            clauses, members, themes, {one: name for one, name in names.items() if one in keep_names}
        )
        edits = edits_in_force(self.database)
        applied = apply_edits(clauses, base, parents, edits, _with_names(known, keep_names), phrases)
        applied = with_group_names(applied)
        body = {
            "used": {"T": _highest(themes.ids, self.database, "T"), "G": _highest(groups.ids, self.database, "G")},
            "parents": parents, "criterion": found.grain.criterion, "stability": found.grain.stability,
            "sampled": found.sampled, "about": about,
            PHRASES: phrases,
        }  # fmt: skip
        with self.database.transaction() as connection:
            write_base(connection, clauses.ids, base, likeness)
            applied.write(connection, clauses)
            write_build(connection, actor, self.corpus, body)
        lost = len({one for one in before if one} - set(themes.ids))
        return Built(clauses, found, themes, len(set(parents.values()) - {""}), lost)

    def _directions(self) -> Matrix | None:
        """Return the directions of language; None for comments in one language, or a model that knows one."""
        if len(languages_of(self.database)) < 2:
            return None
        directions = self.read_directions()
        return directions if len(directions) else None

    def current(self) -> tuple[Clauses, AppliedEdits]:
        """Return the themes of the last build with all edits in force."""
        return self.with_edits(edits_in_force(self.database))

    def with_edits(self, edits: Sequence[Edit]) -> tuple[Clauses, AppliedEdits]:
        """Return the themes of the last build with these edits; nothing is written."""
        clauses = read_clauses(self.database, self.dimension)
        base, body = read_base(self.database, clauses.ids), read_build(self.database).body
        known = read_themes(self.database)
        applied = apply_edits(clauses, base, body.get("parents", {}), edits, known, body.get(PHRASES, {}))
        return clauses, with_group_names(applied)

    def _phrases(
        self, clauses: Clauses, members: NDArray[np.int64], themes: MatchedIds, kept: Mapping[str, str]
    ) -> dict[str, str]:
        """Return a name by theme id, for those that have one; before edits, so that an undo finds it again.

        Args:
            clauses: all clauses.
            members: int64[n], each clause's theme as found, -1 for none.
            themes: their ids.
            kept: names of the build before that stay.
        """
        wanted = [number for number, one in enumerate(themes.ids) if one not in kept]
        if self.namer is None or not wanted:
            return dict(kept)
        texts = KeywordTexts(clauses.texts, clauses.comments, clauses.languages)
        stances = clauses.polarity[:, 1] - clauses.polarity[:, 0]
        with one_thread():
            names = self.namer.names(texts, stances, clauses.vectors, members, wanted, set(kept.values()))
        written = {
            themes.ids[number]: as_written(self.database, name, clauses.ids[members == number].tolist())
            for number, name in names.items()
        }
        return {**kept, **written}

    def _groups(
        self, before: Sequence[str], members: NDArray[np.int64], found: Found, themes: MatchedIds
    ) -> tuple[dict[str, str], MatchedIds]:
        """Return the group id of each theme (empty for the only theme of a group), and the groups' ids."""
        sizes = np.bincount(found.groups) if len(found.groups) else np.zeros(0, dtype=np.int64)
        several = [group for group in range(len(sizes)) if sizes[group] > 1]
        code = {group: number for number, group in enumerate(several)}
        of_theme = np.array([code.get(int(group), -1) for group in found.groups], dtype=np.int64)
        grouped = np.where(members >= 0, of_theme[np.maximum(members, 0)] if len(of_theme) else -1, -1)
        previous_parents = read_build(self.database).body.get("parents", {})
        old = [previous_parents.get(one, "") for one in before]
        groups = match(old, grouped, len(several), "G", highest_number(self.database, "G"))
        parents = {
            theme: groups.ids[g] if g >= 0 else "" for theme, g in zip(themes.ids, of_theme.tolist(), strict=True)
        }
        return parents, groups


def with_group_names(applied: AppliedEdits) -> AppliedEdits:
    """Return themes of which groups that nobody and no model named have the names of their largest themes."""
    assignments = applied.assignments
    sizes = Tally(assignments.ids[one] for one in assignments.members[assignments.members >= 0].tolist())
    parts: dict[str, list[StoredTheme]] = {}
    for theme in sorted(applied.themes, key=lambda one: (-sizes[one.id], number_of(one.id))):
        is_named = bool(theme.standing.label) or theme.named_by is not Namer.WORDS
        if theme.standing.parent and is_named and not theme.standing.is_excluded:
            parts.setdefault(theme.standing.parent, []).append(theme)
    themes = [
        replace(theme, own=_joined(parts[theme.id]), named_by=Namer.PHRASE)
        if theme.named_by in {Namer.WORDS, Namer.PHRASE} and len(parts.get(theme.id, ())) > 1
        else theme
        for theme in applied.themes
    ]
    return replace(applied, themes=tuple(themes))


def _joined(themes: Sequence[StoredTheme]) -> str:
    """Return the names of the first themes; a phrase after the first begins in lower case unless it is an acronym."""
    names = [
        in_sentence(theme.own)
        if number and theme.named_by is Namer.PHRASE and not theme.standing.label
        else theme.standing.label or theme.own
        for number, theme in enumerate(themes[:LABEL_WORDS])
    ]
    return ", ".join(names)


def apply_edits(
    clauses: Clauses,
    base: Sequence[str],
    parents: Mapping[str, str],
    edits: Sequence[Edit],
    known: Mapping[str, StoredTheme],
    phrases: Mapping[str, str] = MappingProxyType({}),
) -> AppliedEdits:
    """Return the themes of a build after replaying edits.

    Args:
        clauses: all clauses.
        base: each clause's theme id before edits, empty for none.
        parents: theme id -> group id before edits, empty for none.
        edits: oldest first.
        known: stored themes by id, the source of names and summaries.
        phrases: names of themes of the build by id, for those without a name by a person or a model.
    """
    assignments = _base_assignments(clauses, base, parents)
    with one_thread():
        skipped = replay(assignments, edits)
    words = _words(clauses, assignments)
    with one_thread():
        places = assignments.places()
    themes = [
        replace(
            _updated(theme, standing, words.get(theme, ()), known.get(theme), phrases.get(theme, "")),
            place=places.get(theme, (0.0, 0.0)),
        )
        for theme, standing in assignments.standings.items()
    ]
    used = {theme.standing.parent for theme in themes}
    shown = [theme for theme in themes if not theme.standing.is_group or theme.id in used]
    return AppliedEdits(assignments, tuple(sorted(shown, key=lambda theme: number_of(theme.id))), tuple(skipped))


def _base_assignments(clauses: Clauses, base: Sequence[str], parents: Mapping[str, str]) -> Assignments:
    ids = sorted(set(parents) | {one for one in base if one}, key=number_of)
    code = {one: number for number, one in enumerate(ids)}
    members = np.array([code.get(one, -1) for one in base], dtype=np.int64)
    standings = {one: ThemeState(parents.get(one, "")) for one in ids}
    for group in sorted(set(parents.values()) - {""}, key=number_of):
        standings[group] = ThemeState(is_group=True)
    return Assignments(clauses.digests, clauses.vectors, ids, members, standings)


def _words(clauses: Clauses, assignments: Assignments) -> dict[str, tuple[str, ...]]:
    """Return the keywords of themes, compared with other themes, and of groups, compared with other groups."""
    texts = KeywordTexts(clauses.texts, clauses.comments, clauses.languages)
    found = dict(zip(assignments.ids, texts.keywords(assignments.members, len(assignments.ids)), strict=True))
    groups = [one for one, standing in assignments.standings.items() if standing.is_group]
    of = {one: groups.index(s.parent) for one, s in assignments.standings.items() if s.parent in assignments.standings}
    code = np.array([of.get(one, -1) for one in assignments.ids] + [-1], dtype=np.int64)
    grouped = code[assignments.members]
    return found | dict(zip(groups, texts.keywords(grouped, len(groups)), strict=True))


def _updated(
    theme: str, standing: ThemeState, words: tuple[str, ...], known: StoredTheme | None, phrase: str
) -> StoredTheme:
    known = known or StoredTheme(theme, standing)
    if known.named_by is Namer.WORDS and phrase:
        known = replace(known, own=phrase, named_by=Namer.PHRASE)
    own = ", ".join(words[:LABEL_WORDS]) if known.named_by is Namer.WORDS else known.own
    return replace(known, standing=standing, own=own, keywords=words)


def _with_names(known: Mapping[str, StoredTheme], keep_names: set[str]) -> dict[str, StoredTheme]:
    """Return the themes that keep their names: those in `keep_names`, and those that edits made."""
    return {one: theme for one, theme in known.items() if one in keep_names or not theme.standing.is_base}


def _highest(ids: Sequence[str], database: Database, letter: str) -> int:
    return max([highest_number(database, letter), *(number_of(one)[0] for one in ids)])

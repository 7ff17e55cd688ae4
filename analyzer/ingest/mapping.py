"""Decide the use of each column of a file: given by the user, known from a preset, or guessed from its content."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from analyzer.errors import MappingError
from analyzer.ingest.header import is_id, is_personal, is_reply, is_respondent, is_role_word, may_rate, names_role, slug
from analyzer.ingest.presets import Preset, find_preset
from analyzer.ingest.typing import MAX_DISTINCT, ColumnProfile, Profile
from analyzer.security.survey_tokens import TOKEN
from analyzer.types import Column, ColumnRole, Kind

PERSONAL = "holds personal data"
OPAQUE = "holds opaque identifiers (by content)"
"""Reason for leaving out a column that, unlike other personal columns, can serve as id or respondent."""
MIN_WORDS = 3.0
"""Minimum mean words for a column to be treated as comments without a heading that says so."""
MAX_RATING = 100
MOST_RATINGS = 11
"""Maximum different values of a rating recognized by may_rate(): a scale from 0 to 10."""
KEPT_ROLES = (ColumnRole.DATE, ColumnRole.RATING)
"""Roles of columns kept with every record; columns of other roles become parts of the record itself."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_OPTIONS = (*(role.value for role in ColumnRole), "drop", "keep")


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The use of the columns of a file.

    Attributes:
        roles: label of the column that has each role.
        columns: columns kept with every record, including date and rating with their roles.
        dropped: label and reason of each column left out.
        preset: the tool that wrote the file, if it is known.
        notes: decisions to be reported.
        by_content: label and reason of each column that got its role by its values, not by its heading.
        given: the roles that the user gave.
    """

    roles: Mapping[ColumnRole, str]
    columns: tuple[Column, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    preset: str | None = None
    notes: tuple[str, ...] = ()
    by_content: tuple[tuple[str, str], ...] = ()
    given: frozenset[ColumnRole] = frozenset()


def guess_mapping(
    profile: Profile,
    overrides: Mapping[str, str] = _NOTHING,
    drop: Sequence[str] = (),
    personal: Mapping[str, str] = _NOTHING,
    needs_text: bool = True,
) -> ColumnPlan:
    """Decide the use of each column.

    Args:
        profile: the file's columns.
        overrides: role -> label; also "drop" and "keep" (several labels separated by commas); "" for no such column.
        drop: further labels to leave out.
        personal: label -> reason of columns that hold personal data by their content; "keep" and roles override it.
        needs_text: whether a file without a comment column is an error.

    Raises:
        MappingError: on an unknown role or column, or when no column holds comments.
    """
    given, dropped, kept = _read_overrides(profile, overrides, drop)
    preset = find_preset([c.label for c in profile.columns])
    personal = {label: reason for label, reason in personal.items() if label not in kept}
    roles = _Guesser(profile, preset, dropped, personal).guess(given)
    if needs_text and ColumnRole.TEXT not in roles:
        raise MappingError(
            f"{profile.file}: no column looks like comments; choose one with --map text=COLUMN "
            f"(columns: {_listed(profile)})"
        )
    reasons = {**personal, **_left_out(profile, preset)}
    reasons = {label: reason for label, reason in reasons.items() if label not in kept | set(roles.values())}
    reasons |= dict.fromkeys(dropped, "dropped on request")
    columns = _columns(profile, roles, frozenset(reasons), given)
    return ColumnPlan(
        roles=roles,
        columns=columns,
        dropped=tuple((c.label, reasons[c.label]) for c in profile.columns if c.label in reasons),
        preset=preset.name if preset else None,
        notes=_notes(profile, roles, columns),
        by_content=tuple((label, OPAQUE) for label in _opaque_roles(roles, personal, given)),
        given=frozenset(given),
    )


def fit_to_workspace(plan: ColumnPlan, known: Iterable[Column]) -> ColumnPlan:
    """Return a plan with the date and rating columns of the workspace, and notes on columns with other headings.

    A workspace has one date column and one rating column. A column of a file with that role is stored in it, whatever
    its heading, with two exceptions that stay separate columns without the role: a column of a file that has the
    workspace's own column too, and a rating under another heading that the user did not give the role, since it may
    have another scale.

    Args:
        plan: of one file.
        known: the columns of the workspace.
    """
    roles = {column.role: column for column in known if column.role}
    columns, notes = list(plan.columns), list(plan.notes)
    for place, column in enumerate(plan.columns):
        existing = roles.get(column.role) if column.role else None
        if existing is None or (column.name == existing.name and slug(column.label) == slug(existing.label)):
            continue
        what = f"the {existing.role} of this workspace"
        is_other_scale = column.role is ColumnRole.RATING and ColumnRole.RATING not in plan.given
        if is_other_scale and slug(column.label) != slug(existing.label):
            own, taken = slug(column.label), {one.name for one in columns if one is not column}
            columns[place] = replace(column, role=None, name=column.name if own in taken else own)
            notes.append(
                f"{what} is column {existing.label!r}; column {column.label!r} is kept as a separate column, since its "
                "scale may differ; if it is the same, import with --map rating=COLUMN"
            )
        elif column.name != existing.name and any(one.name == existing.name for one in plan.columns):
            columns = [replace(one, role=existing.role) if one.name == existing.name else one for one in columns]
            columns[place] = replace(column, role=None)
            notes.append(f"{what} is column {existing.label!r}; column {column.label!r} is kept as a separate column")
        else:
            columns[place] = replace(column, name=existing.name)
            notes.append(f"column {column.label!r} is stored as {what}, which the first file called {existing.label!r}")
    return replace(plan, columns=tuple(columns), notes=tuple(notes))


def _opaque_roles(
    roles: Mapping[ColumnRole, str], personal: Mapping[str, str], given: Mapping[ColumnRole, str]
) -> Iterator[str]:
    for role, label in roles.items():
        has_id_heading = is_id(label) or is_respondent(label)
        if (
            role in {ColumnRole.ID, ColumnRole.RESPONDENT}
            and role not in given
            and personal.get(label) == OPAQUE
            and not has_id_heading
        ):
            yield label


def _read_overrides(
    profile: Profile, overrides: Mapping[str, str], drop: Sequence[str]
) -> tuple[dict[ColumnRole, str], set[str], set[str]]:
    given: dict[ColumnRole, str] = {}
    dropped = {_find(profile, label).label for label in drop}
    kept: set[str] = set()
    for option, value in overrides.items():
        if option not in _OPTIONS:
            raise MappingError(f"{profile.file}: unknown role {option!r} in --map; roles are {', '.join(_OPTIONS)}")
        if option == "drop":
            dropped |= _find_several(profile, value)
        elif option == "keep":
            kept |= _find_several(profile, value)
        else:
            given[ColumnRole(option)] = _find(profile, value).label if value else ""
    clash = [label for label in given.values() if label and list(given.values()).count(label) > 1]
    if clash:
        raise MappingError(f"{profile.file}: column {clash[0]!r} has two roles in --map; give it one")
    if both := dropped & ({label for label in given.values() if label} | kept):
        raise MappingError(f"{profile.file}: column {min(both)!r} is both used and dropped; choose one")
    return given, dropped, kept


def _find(profile: Profile, label: str) -> ColumnProfile:
    wanted = label.strip().casefold()
    for column in profile.columns:
        if column.label == label:
            return column
    for column in profile.columns:
        if column.label.casefold() == wanted or wanted in {column.name, slug(column.label)}:
            return column
    raise MappingError(f"{profile.file}: has no column {label!r}; its columns are {_listed(profile)}")


def _find_several(profile: Profile, value: str) -> set[str]:
    try:
        return {_find(profile, value).label}
    except MappingError:
        if "," not in value:
            raise
    return {_find(profile, part).label for part in value.split(",")}


def _listed(profile: Profile) -> str:
    labels = [c.label[:60] for c in profile.columns]
    return ", ".join(labels[:40]) + (f" and {len(labels) - 40} more" if len(labels) > 40 else "")


def _left_out(profile: Profile, preset: Preset | None) -> dict[str, str]:
    known = preset.drops if preset else {}
    reasons = {c.label: PERSONAL for c in profile.columns if is_personal(c.label)}
    return reasons | {c.label: known[slug(c.label)] for c in profile.columns if slug(c.label) in known}


class _Guesser:
    """Assigns the roles that the user did not give, each to a column without a role."""

    def __init__(self, profile: Profile, preset: Preset | None, dropped: set[str], personal: Mapping[str, str]) -> None:
        self._preset = preset
        self._by_content = personal
        self._free = [c for c in profile.columns if c.label not in dropped]

    def guess(self, given: Mapping[ColumnRole, str]) -> dict[ColumnRole, str]:
        roles = {role: label for role, label in given.items() if label}
        self._take(roles.values())
        guesses = {
            ColumnRole.LINK: self._link,
            ColumnRole.ID: self._id,
            ColumnRole.RESPONDENT: self._respondent,
            ColumnRole.DATE: self._date,
            ColumnRole.RATING: self._rating,
            ColumnRole.TEXT: self._text,
        }
        for role, find in guesses.items():
            if role in given:
                continue
            if label := self._from_preset(role) or find():
                roles[role] = label
                self._take([label])
        return roles

    def _take(self, labels: Iterable[str]) -> None:
        taken = set(labels)
        self._free = [c for c in self._free if c.label not in taken]

    def _from_preset(self, role: ColumnRole) -> str | None:
        wanted = self._preset.roles.get(role, ()) if self._preset else ()
        for name in wanted:
            for column in self._free:
                is_fit = column.is_unique if role is ColumnRole.ID else column.filled > 0
                if slug(column.label) == name and is_fit:
                    return column.label
        return None

    def _link(self) -> str | None:
        """Return the column of survey link tokens, recognized by their format."""
        found = [c for c in self._free if c.samples and all(TOKEN.fullmatch(sample.strip()) for sample in c.samples)]
        return found[0].label if found else None

    def _id(self) -> str | None:
        found = [
            c
            for c in self._free
            if is_id(c.label) and c.is_unique and c.kind is not Kind.DATE and not is_personal(c.label)
        ]
        found.sort(key=lambda c: is_respondent(c.label))
        found += [c for c in self._free if self._is_opaque(c) and c.is_unique]
        return found[0].label if found else None

    def _respondent(self) -> str | None:
        found = [c for c in self._free if is_respondent(c.label) and c.filled]
        found += [c for c in self._free if self._is_opaque(c) and c.distinct < min(c.filled, MAX_DISTINCT)]
        return found[0].label if found else None

    def _is_opaque(self, column: ColumnProfile) -> bool:
        return self._by_content.get(column.label) == OPAQUE

    def _is_personal(self, column: ColumnProfile) -> bool:
        return is_personal(column.label) or column.label in self._by_content

    def _date(self) -> str | None:
        dates = [c for c in self._free if c.kind is Kind.DATE and not is_personal(c.label)]
        dates.sort(key=lambda c: not names_role(c.label, ColumnRole.DATE))
        return dates[0].label if dates else None

    def _rating(self) -> str | None:
        for column in self._free:
            is_small = column.low is not None and column.low >= 0 and (column.high or 0) <= MAX_RATING
            if column.kind is Kind.NUMBER and is_small and names_role(column.label, ColumnRole.RATING):
                return column.label
        for column in self._free:
            if column.kind is Kind.NUMBER and 1 < column.distinct <= MOST_RATINGS and may_rate(column.label):
                return column.label
        return None

    def _text(self) -> str | None:
        fit = [c for c in self._free if c.filled and not (self._is_personal(c) or is_id(c.label) or is_reply(c.label))]
        prose = [c for c in fit if c.kind is Kind.TEXT]
        named = [c for c in prose if names_role(c.label, ColumnRole.TEXT)]
        long = [c for c in prose if c.mean_words >= MIN_WORDS]
        short = [c for c in fit if c.kind is Kind.CATEGORY and names_role(c.label, ColumnRole.TEXT)]
        named_exactly = [c for c in named if is_role_word(c.label, ColumnRole.TEXT)]
        for group in ([c for c in named if c in long], named_exactly, long, named, short):
            if group:
                return max(group, key=lambda c: c.mean_words).label
        return None


def _columns(
    profile: Profile, roles: Mapping[ColumnRole, str], left_out: frozenset[str], given: Mapping[ColumnRole, str]
) -> tuple[Column, ...]:
    """Return the kept columns; a column is named by its role if the user, a preset or its heading gives the role."""
    used = {
        label
        for role, label in roles.items()
        if role in {ColumnRole.TEXT, ColumnRole.ID, ColumnRole.RESPONDENT, ColumnRole.LINK}
    }
    kept = [c for c in profile.columns if c.label not in used | left_out]
    names = {c.label: c.name for c in kept}
    of_label = {roles[role]: role for role in KEPT_ROLES if role in roles}
    for label, role in of_label.items():
        is_named_by_role = role is not ColumnRole.RATING or role in given or names_role(label, role)
        if label in names and role.value not in names.values() and is_named_by_role:
            names[label] = role.value
    return tuple(Column(names[c.label], c.label, c.kind, of_label.get(c.label)) for c in kept)


def _notes(profile: Profile, roles: Mapping[ColumnRole, str], columns: Sequence[Column]) -> tuple[str, ...]:
    by_label = {c.label: c for c in profile.columns}
    orders = [(c.label, by_label[c.label].dates) for c in columns]
    notes = [order.note(label) for label, order in orders if order is not None]
    source = by_label.get(roles.get(ColumnRole.ID, ""))
    if source is not None and not source.is_unique:
        notes.append(f"column {source.label!r} does not have a different value in every row; repeats are duplicates")
    date = by_label.get(roles.get(ColumnRole.DATE, ""))
    if date is not None and date.kind is not Kind.DATE:
        notes.append(f"column {date.label!r} has the role date, but fewer than 90 % of its values are dates")
    return tuple(filter(None, notes))

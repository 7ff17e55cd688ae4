"""Decide the use of each column of a file: given by the user, known from a preset, or guessed from its content."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from analyzer.errors import MappingError
from analyzer.ingest.column_notes import column_notes
from analyzer.ingest.column_options import ColumnOptions, apply_options
from analyzer.ingest.exclusions import Exclusion, exclusion_note, find_exclusions
from analyzer.ingest.header import is_id, is_respondent, names_role, slug
from analyzer.ingest.known_columns import misfit_note, read_as_column, read_as_known
from analyzer.ingest.presets import Preset, find_preset
from analyzer.ingest.rating_scales import has_same_ends, with_scale
from analyzer.ingest.roles import OPAQUE, ROUNDED, RoleGuesser, holds_people, is_rounded
from analyzer.ingest.typing import ColumnProfile, Profile
from analyzer.types import Column, ColumnRole, Kind, Reading

__all__ = ["OPAQUE", "PERSONAL", "ColumnPlan", "Exclusion", "fit_to_workspace", "guess_mapping"]

PERSONAL = "holds personal data"
KEPT_ROLES = (ColumnRole.DATE, ColumnRole.RATING)
"""Roles of columns kept with every record; columns of other roles become parts of the record itself."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_UNKNOWN: Mapping[str, Column] = MappingProxyType({})
_NO_OPTIONS = ColumnOptions()
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
        questions: labels of the columns of free text that are imported as answers, roles[TEXT] first, then the most
            answered ones; they are not among `columns`.
        identity: labels of the columns of free text that are found whatever the user says, in the order of the file;
            the identity of a record without an id is made of them.
        exclusions: values of survey metadata that say that a row is no answer.
        profiles: the columns of the file as they are finally read, under options and the kinds of the workspace.
    """

    roles: Mapping[ColumnRole, str]
    columns: tuple[Column, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    preset: str | None = None
    notes: tuple[str, ...] = ()
    by_content: tuple[tuple[str, str], ...] = ()
    given: frozenset[ColumnRole] = frozenset()
    questions: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    profiles: tuple[ColumnProfile, ...] = field(default=(), repr=False)

    def reading_of(self, label: str) -> tuple[Kind, Reading]:
        """Return the kind and the reading of a column of the file, for values.reader.reader()."""
        found = next(column for column in self.profiles if column.label == label)
        return found.kind, found.reading


def guess_mapping(
    profile: Profile,
    overrides: Mapping[str, str] = _NOTHING,
    drop: Sequence[str] = (),
    personal: Mapping[str, str] = _NOTHING,
    needs_text: bool = True,
    known: Mapping[str, Column] = _UNKNOWN,
    options: ColumnOptions = _NO_OPTIONS,
) -> ColumnPlan:
    """Decide the use of each column.

    Args:
        profile: the file's columns.
        overrides: role -> label; also "drop" and "keep" (several labels separated by commas); "" for no such column.
            The role text takes several labels too, each a question.
        drop: further labels to leave out.
        personal: label -> reason of columns that hold personal data by their content; "keep" and roles override it.
        needs_text: whether a file without a comment column is an error.
        known: the columns of the workspace by name, which keep their kinds and readings.
        options: what the user says of single columns: kind, form of dates, order of labels, missing answers.

    Raises:
        MappingError: on an unknown role or column, or when no column holds comments, or when the id or the respondent
            is to be a column that a spreadsheet rounded.
    """
    guessed, preset = profile, find_preset([c.label for c in profile.columns])
    profile, notes = _as_decided(profile, known, options)
    choice = _read_overrides(profile, overrides, drop)
    personal = {label: reason for label, reason in personal.items() if label not in choice.kept}
    guesser = RoleGuesser(profile.columns, preset, choice.dropped, personal)
    roles = guesser.guess(choice.roles)
    questions = choice.questions or (guesser.questions if ColumnRole.TEXT not in choice.roles else ())
    if needs_text and not questions:
        raise MappingError(
            f"{profile.file}: no column looks like comments; choose one with --map text=COLUMN "
            f"(columns: {_listed(profile)})"
        )
    is_given = ColumnRole.RATING in choice.roles
    profile, role_notes = _as_roles_decide(profile, roles, known, frozenset(options.labels()), is_given=is_given)
    used = choice.kept | set(roles.values()) | set(questions)
    reasons = {**personal, **_left_out(profile, preset)}
    reasons = {label: reason for label, reason in reasons.items() if label not in used}
    reasons |= dict.fromkeys(choice.dropped, "dropped on request")
    columns = _columns(profile, roles, frozenset({*reasons, *questions}), choice.roles)
    exclusions = [
        one
        for one in find_exclusions(profile.columns, profile.rows, preset.name if preset else None)
        if one.label not in choice.kept
    ]
    return ColumnPlan(
        roles=roles,
        columns=columns,
        dropped=tuple((c.label, reasons[c.label]) for c in profile.columns if c.label in reasons),
        preset=preset.name if preset else None,
        notes=(*notes, *role_notes, *_notes(profile, roles, columns, questions), *map(exclusion_note, exclusions)),
        by_content=tuple((label, OPAQUE) for label in _opaque_roles(roles, personal, choice.roles)),
        given=frozenset(choice.roles),
        questions=questions,
        identity=_identity(guessed, preset, personal),
        exclusions=tuple(exclusions),
        profiles=profile.columns,
    )


def _as_decided(
    profile: Profile, known: Mapping[str, Column], options: ColumnOptions
) -> tuple[Profile, tuple[str, ...]]:
    """Return the profile under the options of the user and the readings of the workspace, and notes on the latter."""
    columns = apply_options(profile.columns, options, lambda label: _find(profile, label))
    given = frozenset(_find(profile, label).label for label in options.labels())
    columns, notes = read_as_known(columns, known, given)
    headings = [column.label for column in columns]
    scaled = tuple(with_scale(column, headings) for column in columns)
    return replace(profile, columns=scaled), notes


def _as_roles_decide(
    profile: Profile,
    roles: Mapping[ColumnRole, str],
    known: Mapping[str, Column],
    given: frozenset[str],
    *,
    is_given: bool,
) -> tuple[Profile, tuple[str, ...]]:
    """Return the profile with date and rating read as the columns of the workspace with these roles, and notes.

    A rating of another scale stays as it is, unless the user gave it the role: it becomes a column of its own.
    """
    by_role = {column.role: column for column in known.values() if column.role in KEPT_ROLES}
    changed, notes = {}, []
    for role, kept in by_role.items():
        column = next((c for c in profile.columns if role and c.label == roles.get(role)), None)
        if column is None or column.label in given or column.kind is kept.kind:
            continue
        is_same = is_given or has_same_ends(column.reading.scale, kept.reading.scale)
        if role is ColumnRole.RATING and not is_same:
            continue
        changed[column.label] = read_as_column(column, kept)
        notes += misfit_note(column, changed[column.label])
    columns = tuple(changed.get(column.label, column) for column in profile.columns)
    return replace(profile, columns=columns), tuple(notes)


def _identity(profile: Profile, preset: Preset | None, personal: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of free text that are found without any word of the user, in the order of the file."""
    guesser = RoleGuesser(profile.columns, preset, set(), personal)
    guesser.guess({})
    return tuple(column.label for column in profile.columns if column.label in guesser.questions)


def fit_to_workspace(plan: ColumnPlan, known: Iterable[Column]) -> ColumnPlan:
    """Return a plan with the date and rating columns of the workspace, and notes on columns with other headings.

    A workspace has one date column and one rating column. A column of a file with that role is stored in it, whatever
    its heading, with two exceptions that stay separate columns without the role: a column of a file that has the
    workspace's own column too, and a rating under another heading that the user did not give the role, unless it
    has the same scale.

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
        is_given = ColumnRole.RATING in plan.given or has_same_ends(column.reading.scale, existing.reading.scale)
        is_other_scale = column.role is ColumnRole.RATING and not is_given
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


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the user says about the columns of a file: their roles, questions, and those dropped and kept."""

    roles: dict[ColumnRole, str]
    questions: tuple[str, ...]
    dropped: set[str]
    kept: set[str]


def _read_overrides(profile: Profile, overrides: Mapping[str, str], drop: Sequence[str]) -> _Choice:
    choice = _Choice({}, _given_questions(profile, overrides), {_find(profile, label).label for label in drop}, set())
    for option, value in overrides.items():
        if option not in _OPTIONS:
            raise MappingError(f"{profile.file}: unknown role {option!r} in --map; roles are {', '.join(_OPTIONS)}")
        if option == "drop":
            choice.dropped.update(_find_several(profile, value) if value else ())
        elif option == "keep":
            choice.kept.update(_find_several(profile, value) if value else ())
        elif option == ColumnRole.TEXT:
            choice.roles[ColumnRole.TEXT] = choice.questions[0] if choice.questions else ""
        else:
            choice.roles[ColumnRole(option)] = _find(profile, value).label if value else ""
    _check(profile, choice)
    return choice


def _given_questions(profile: Profile, overrides: Mapping[str, str]) -> tuple[str, ...]:
    value = overrides.get(ColumnRole.TEXT, "")
    return tuple(_find_several(profile, value)) if value else ()


def _check(profile: Profile, choice: _Choice) -> None:
    """Refuse contradictory roles, and identifiers that a spreadsheet rounded."""
    labels = [label for role, label in choice.roles.items() if label and role is not ColumnRole.TEXT]
    labels += choice.questions
    clash = [label for label in labels if labels.count(label) > 1]
    if clash:
        raise MappingError(f"{profile.file}: column {clash[0]!r} has two roles in --map; give it one")
    if both := choice.dropped & ({*labels} | choice.kept):
        raise MappingError(f"{profile.file}: column {min(both)!r} is both used and dropped; choose one")
    for role in (ColumnRole.ID, ColumnRole.RESPONDENT):
        column = next((c for c in profile.columns if c.label == choice.roles.get(role)), None)
        if column is not None and is_rounded(column):
            raise MappingError(
                f"{profile.file}: column {column.label!r} {ROUNDED}; export the file again, and do not save it in a "
                "spreadsheet before the import"
            )


def _find(profile: Profile, label: str) -> ColumnProfile:
    wanted = label.strip().casefold()
    for column in profile.columns:
        if column.label == label:
            return column
    for column in profile.columns:
        if column.label.casefold() == wanted or wanted in {column.name, slug(column.label)}:
            return column
    parts = [column for column in profile.columns if wanted in column.label.casefold().split(": ")]
    if len(parts) == 1:  # the code or the text of a question whose name was made of several header rows
        return parts[0]
    raise MappingError(f"{profile.file}: has no column {label!r}; its columns are {_listed(profile)}")


def _find_several(profile: Profile, value: str) -> list[str]:
    try:
        return [_find(profile, value).label]
    except MappingError:
        if "," not in value:
            raise
    return list(dict.fromkeys(_find(profile, part).label for part in value.split(",") if part.strip()))


def _listed(profile: Profile) -> str:
    labels = [c.label[:60] for c in profile.columns]
    return ", ".join(labels[:40]) + (f" and {len(labels) - 40} more" if len(labels) > 40 else "")


def _left_out(profile: Profile, preset: Preset | None) -> dict[str, str]:
    known = preset.drops if preset else {}
    reasons = {c.label: PERSONAL for c in profile.columns if holds_people(c)}
    reasons |= {c.label: ROUNDED for c in profile.columns if is_rounded(c)}
    return reasons | {c.label: known[slug(c.label)] for c in profile.columns if slug(c.label) in known}


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
    return tuple(Column(names[c.label], c.label, c.kind, of_label.get(c.label), c.reading) for c in kept)


def _notes(
    profile: Profile, roles: Mapping[ColumnRole, str], columns: Sequence[Column], questions: Sequence[str]
) -> tuple[str, ...]:
    by_label = {c.label: c for c in profile.columns}
    used = {*(column.label for column in columns), *questions}
    notes = [note for column in profile.columns if column.label in used for note in column_notes(column)]
    if len(questions) > 1:
        notes.append(f"{len(questions)} columns are answered in free text: {', '.join(map(repr, questions))}")
    source = by_label.get(roles.get(ColumnRole.ID, ""))
    if source is not None and not source.is_unique:
        notes.append(f"column {source.label!r} does not have a different value in every row; repeats are duplicates")
    date = by_label.get(roles.get(ColumnRole.DATE, ""))
    if date is not None and date.kind is not Kind.DATE:
        notes.append(f"column {date.label!r} has the role date, but fewer than 90 % of its values are dates")
    return tuple(notes)

"""Recognize tables with a row for each answer, and turn them into one row for each respondent.

Such a table names a respondent, a question and an answer in each row: the questions are few, and both respondents and
questions recur, but hardly ever together, but for questions with several answers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from analyzer.ingest.header import is_id, is_respondent, slug
from analyzer.ingest.readers.source_table import BadRow, Flaw, Record, SourceRow, SourceTable, build_table, count_of

SAMPLE_ROWS = 2_000
MOST_QUESTIONS = 300
MOST_ROWS_IN_MEMORY = 400_000
"""Rows up to which answers of a respondent may lie anywhere in the file; beyond, only next to each other."""
LEAST_UNIQUE = 0.9
"""Least share of pairs of respondent and question that occur once."""
_SEPARATOR = "; "
"""Between several answers of a respondent to one question."""
_QUESTION = frozenset(
    "question questions question_text question_label question_name question_title question_wording survey_question "
    "frage fragetext fragentext frage_text frage_titel item item_text pregunta texto_de_la_pregunta texto_pregunta "
    "intitule_de_la_question texte_de_la_question libelle_question vraag vraagtekst vraag_tekst metric variable".split()
)
_ANSWER = frozenset(
    "answer answers answer_text answer_value answer_label response response_text response_value value "
    "antwort antworten antworttext antwort_text antwortwert wert reponse texte_de_la_reponse valeur "
    "respuesta texto_de_la_respuesta valor antwoord antwoordtekst antwoord_tekst waarde verbatim".split()
)


@dataclass(frozen=True, slots=True)
class _LongColumns:
    """Positions of the columns of a long table; kept are the same for a respondent, left are not."""

    person: int
    question: int
    answers: tuple[int, ...]
    kept: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Survey:
    """What a pass over a long table found: its questions in order, its rows, and whether respondents lie together."""

    questions: tuple[str, ...]
    rows: int
    people: int
    is_adjacent: bool


def one_row_a_respondent(table: SourceTable) -> SourceTable:
    """Return a table with a column for each question where the given one has a row for each answer, else that one.

    Several answers of a respondent to one question are joined with "; ". Rows without a respondent or a question
    are bad rows.
    """
    columns = _find_columns(table)
    if columns is None:
        return table
    survey = _survey(table, columns)
    if not 2 <= len(survey.questions) <= MOST_QUESTIONS:
        return table
    header = [table.header[j] for j in (columns.person, *columns.kept)] + list(survey.questions)
    in_memory = not survey.is_adjacent and survey.rows <= MOST_ROWS_IN_MEMORY

    def records() -> Iterator[Record]:
        groups = _all_groups(table, columns) if in_memory else _adjacent_groups(table, columns)
        for item in groups:
            yield item if isinstance(item, Flaw) else _record(item, columns, survey.questions)

    people = count_of(survey.people, "respondent")
    notes = [
        *table.notes,
        f"the file has a row for each answer: {count_of(survey.rows, 'row')} are read as {people} with a column for "
        f"each of {len(survey.questions)} questions",
    ]
    if columns.left:
        names = ", ".join(repr(table.header[j]) for j in columns.left)
        notes.append(f"columns that belong to an answer, not to a respondent, left out: {names}")
    if not survey.is_adjacent and not in_memory:
        notes.append("answers of a respondent that are not next to each other are read as several rows")
    return build_table(table.path, table.name, header, notes, records)


def _find_columns(table: SourceTable) -> _LongColumns | None:
    slugs = [slug(label) for label in table.header]
    question = next((j for j, name in enumerate(slugs) if name in _QUESTION), None)
    answers = tuple(j for j, name in enumerate(slugs) if name in _ANSWER and j != question)
    if question is None or not answers:
        return None
    rows = [row.cells for row in islice(table.rows(), SAMPLE_ROWS) if isinstance(row, SourceRow)]
    asked = {row[question] for row in rows if row[question]}
    if len(rows) < 4 or not 2 <= len(asked) <= min(MOST_QUESTIONS, len(rows) // 2):
        return None
    people = [j for j, label in enumerate(table.header) if _may_be_person(label) and j not in {question, *answers}]
    person = next((j for j in people if _is_person(rows, j, question)), None)
    if person is None:
        person = next((j for j in people if _is_person_with_choices(rows, j, question, answers)), None)
    if person is None:
        return None
    others = [j for j in range(len(slugs)) if j not in {person, question, *answers}]
    kept = tuple(j for j in others if _is_of_person(rows, j, person, question))
    return _LongColumns(person, question, answers, kept, tuple(j for j in others if j not in kept))


def _may_be_person(label: str) -> bool:
    return (is_respondent(label) or is_id(label)) and not slug(label).startswith(("question", "frage", "vraag", "item"))


def _is_person(rows: Sequence[Sequence[str]], person: int, question: int) -> bool:
    """Check whether the values of a column recur, and hardly ever with the same question."""
    ids = [row[person] for row in rows if row[person]]
    pairs = {(row[person], row[question]) for row in rows}
    return len(ids) >= LEAST_UNIQUE * len(rows) and len(set(ids)) < len(ids) and len(pairs) >= LEAST_UNIQUE * len(rows)


def _is_person_with_choices(rows: Sequence[Sequence[str]], person: int, question: int, answers: Sequence[int]) -> bool:
    """Check whether some questions are answered once by most respondents, and the others with different choices."""
    people = {row[person] for row in rows if row[person]}
    if len(people) < 2 or sum(bool(row[person]) for row in rows) < LEAST_UNIQUE * len(rows):
        return False
    if len({(row[person], row[question], *(row[j] for j in answers)) for row in rows}) < LEAST_UNIQUE * len(rows):
        return False
    pairs = {(row[person], row[question]) for row in rows}
    if len(pairs) * 2 < len(people) * 3:  # respondents answer several questions
        return False
    asked, answered = Counter(row[question] for row in rows), Counter(name for _, name in pairs)
    once = {name for name, count in asked.items() if name and answered[name] >= LEAST_UNIQUE * count}
    return any(answered[name] * 2 >= len(people) for name in once)


def _is_of_person(rows: Sequence[Sequence[str]], column: int, person: int, question: int) -> bool:
    """Check whether a column says something of a respondent, such as a date: it is not decided by the question."""
    by_person = len({(row[person], row[column]) for row in rows})
    by_question = len({(row[question], row[column]) for row in rows})
    people, asked = len({row[person] for row in rows}), len({row[question] for row in rows})
    return by_person == people or (by_question > asked and by_person * 2 < people + len(rows))


def _survey(table: SourceTable, columns: _LongColumns) -> _Survey:
    questions: dict[str, None] = {}
    people: set[int] = set()
    rows = 0
    last = ""
    is_adjacent = True
    for row in table.rows():
        if isinstance(row, BadRow):
            continue
        rows += 1
        if (question := row.cells[columns.question].strip()) and len(questions) <= MOST_QUESTIONS:
            questions[question] = None
        person = row.cells[columns.person]
        if person != last:
            is_adjacent = is_adjacent and hash(person) not in people
            people.add(hash(person))
            last = person
    return _Survey(tuple(questions), rows, len(people), is_adjacent)


def _adjacent_groups(table: SourceTable, columns: _LongColumns) -> Iterator[list[Sequence[str]] | Flaw]:
    group: list[Sequence[str]] = []
    for item in _answers(table, columns):
        if isinstance(item, Flaw):
            yield item
        elif group and group[0][columns.person] == item[columns.person]:
            group.append(item)
        else:
            if group:
                yield group
            group = [item]
    if group:
        yield group


def _all_groups(table: SourceTable, columns: _LongColumns) -> Iterator[list[Sequence[str]] | Flaw]:
    groups: dict[str, list[Sequence[str]]] = {}
    for item in _answers(table, columns):
        if isinstance(item, Flaw):
            yield item
        else:
            groups.setdefault(item[columns.person], []).append(item)
    yield from groups.values()


def _answers(table: SourceTable, columns: _LongColumns) -> Iterator[Sequence[str] | Flaw]:
    for row in table.rows():
        if isinstance(row, BadRow):
            yield Flaw(row.reason)
        elif row.cells[columns.person].strip() and row.cells[columns.question].strip():
            yield row.cells
        else:
            yield Flaw("names no respondent or no question")


def _record(group: Sequence[Sequence[str]], columns: _LongColumns, questions: Iterable[str]) -> Record:
    answers: dict[str, list[str]] = {}
    for row in group:
        answer = next((row[j] for j in columns.answers if row[j].strip()), "")
        if answer:
            answers.setdefault(row[columns.question].strip(), []).append(answer)
    first = group[0]
    kept = (next((row[j] for row in group if row[j]), "") for j in columns.kept)
    return [first[columns.person], *kept, *(_SEPARATOR.join(answers.get(question, ())) for question in questions)]

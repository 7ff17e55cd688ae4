"""Recognize columns and values in a question: ratings, categories, numbers, and groups."""

import re
from collections.abc import Iterator, Sequence

from analyzer.answers.planning.phrases import Marked, QuestionReading, quoted
from analyzer.answers.types import ColumnFacts, CorpusFacts
from analyzer.types import CHOICES, DATED, RANKED, FieldValue, Kind

NUMBER = r"-?\d+(?:\.\d+)?"
WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
NUMBER_OR_WORD = rf"(?:{NUMBER}|{'|'.join(WORDS)})"
STARS = re.compile(
    rf"\b({NUMBER_OR_WORD})(?:\s*(?:or|and|to|-)\s*({NUMBER_OR_WORD}))?(?:[\s-]*stars?|(?<=\d)s)\b(?:\s+(?:ratings?|reviews?))?",
    re.IGNORECASE,
)
RATED = re.compile(
    rf"\b(?:with|who|that|whose|have|has|gave|rated|rate|of)?\s*(?:an?\s+)?(?:it\s+)?(?:ratings?|scores?|scored|rated|gave|graded?)\s*"
    rf"(?:it|was|is|of|:|=|are)?\s*(?:an?\s+)?(below|under|less than|above|over|more than|at least|at most|up to)?\s*({NUMBER_OR_WORD})"
    rf"(?:\s*(?:or|and|to|-)\s*({NUMBER_OR_WORD}))?(\s+or\s+(?:less|lower|below|more|higher|above))?\b", re.IGNORECASE,
)  # fmt: skip
LOW = re.compile(
    r"\b(?:detractors?|low(?:est|er)?[\s-]+(?:ratings?|scores?|scoring|rated)|(?:bad|poor|negative)\s+(?:ratings?|scores?|reviews?)"
    r"|rat(?:e|ed|ing)s?(?:\s+\w+)?\s+(?:poorly|badly|low)|(?:unhappy|dissatisfied|unsatisfied|disappointed|angry|upset)"
    r"(?=\s+(?:people|customers?|patients?|users?|respondents?|shoppers?|reviewers?|guests?|clients?|callers?)))\b",
    re.IGNORECASE,
)
HIGH = re.compile(
    r"\b(?:promoters?|(?:high(?:est|er)?|top)[\s-]+(?:ratings?|scores?|scoring|rated)|(?:good|positive)\s+(?:ratings?|scores?|reviews?)"
    r"|(?:happy|satisfied|delighted)(?=\s+(?:people|customers?|patients?|users?|respondents?|shoppers?|reviewers?)))\b",
    re.IGNORECASE,
)
PASSIVES = re.compile(r"\bpassives?\b", re.IGNORECASE)
COMPARED = {
    "below": "<", "under": "<", "less than": "<", "younger than": "<", "fewer than": "<", "above": ">", "over": ">",
    "more than": ">", "older than": ">", "at least": ">=", "at most": "<=", "up to": "<=",
}  # fmt: skip
NOT = r"(not\s+(?:on|in|from|by|for|about\s+)?|except(?:\s+for)?|excluding|without|outside(?:\s+of)?|other\s+than|apart\s+from|but\s+not)"
LINK = r"(?:on|in|at|by|from|for|of|about|with|using|via|through|among|within|to)"
GROUP = r"(?:by|per|for\s+each|for\s+every|across(?:\s+the)?|in\s+each|between(?:\s+the)?|of\s+each|each|broken\s+down\s+by|grouped\s+by|split\s+by)"
ASKED_GROUP = r"(?:which|what|rank(?:\s+the)?|how\s+do(?:es)?|do(?:es)?|among(?:\s+the)?)"
RATED_GROUP = (
    r"(?:which\s+|what\s+)?(?:is\s+)?(?:the\s+)?(?:best|worst|highest|lowest|top|poorest)[\s-]+(?:rated|scoring|scored)"
)
RELATIVE_AGE = re.compile(r"\b(older|younger|young|elderly)(?=\s+\w)(?!\s+than)", re.IGNORECASE)
LEAST_VALUE = 2
FIVE = 5
GRADED = re.compile(
    r"\b(?:too|very|so|quite|rather|really|zu|sehr|trop|très|muy|demasiado|te|erg|troppo|molto)\s+$", re.I
)
"""Before a word that says how something is: in "dresses that are too short" no class of shorts is meant."""
GENERIC = frozenset("unknown other yes no none true false general all".split())


def read_ratings(reading: QuestionReading, facts: CorpusFacts) -> None:
    """Read ratings from a question and remove their words: stars, "rating below 3", detractors, low ratings."""
    column = next((one for one in facts.columns if one.name == facts.rating), None)
    if column is None:
        return
    name = column.name
    if (match := STARS.search(reading.left)) and _is_on_scale(match, column):
        values = [_number(text) for text in match.groups() if text]
        condition = f"{name}={values[0]}" if len(values) == 1 else f"{name} in ({', '.join(values)})"
        reading.filter(name, condition, reading.take(match, Marked.RATING))
        if len(values) == 1 and facts.best_is_low:
            low, high = _bounds(column)
            reading.mirrored = (condition, f"{name}={low + high - float(values[0]):.15g}")
    elif match := RATED.search(reading.left):
        reading.filter(name, _rated(name, match), reading.take(match, Marked.RATING))
    for pattern, is_low in ((LOW, True), (HIGH, False)):
        if (match := pattern.search(reading.left)) and not reading.conditions_on(name):
            reading.filter(
                name,
                extreme(column, facts, is_low),
                reading.take(match, Marked.RATING),
                _scale(column, facts),
            )
    if (match := PASSIVES.search(reading.left)) and not reading.conditions_on(name):
        low, high = _bounds(column)
        condition = f"{name}>=7 and {name}<=8" if high > 7 else f"{name}={(low + high) / 2:.15g}"
        reading.filter(name, condition, reading.take(match, Marked.RATING))


def extreme(column: ColumnFacts, facts: CorpusFacts, is_low: bool) -> str:
    """Return the filter for low (or high) ratings: 0-6 of 0-10, else two values at the end of the scale."""
    low, high = _bounds(column)
    wants_small = is_low != facts.best_is_low
    if column.name == facts.rating and facts.off_scale:
        return _extreme_on_scale(column, facts, wants_small)
    if high >= 10 and low <= 1:
        return f"{column.name}<=6" if wants_small else f"{column.name}>=9"
    if high >= FIVE:
        return f"{column.name}<=2" if wants_small else f"{column.name}>=4"
    return f"{column.name}={low if wants_small else high:.15g}"


def _extreme_on_scale(column: ColumnFacts, facts: CorpusFacts, wants_small: bool) -> str:
    values = sorted({float(str(value)) for value, _ in column.values} - set(facts.off_scale))
    chosen = values[:2] if wants_small else values[-2:]
    return f"{column.name} in ({', '.join(f'{value:.15g}' for value in chosen)})"


def read_values(reading: QuestionReading, facts: CorpusFacts) -> None:
    """Read category values from a question, the longest first; two values of one column make a comparison."""
    taken: dict[str, list[tuple[FieldValue, bool]]] = {}
    for column, value, pattern in _value_patterns(facts.columns):
        match = re.search(rf"(?:\b{NOT}\s*|\b{LINK}\s+)?(?:the\s+)?\b{pattern}\b(?:\s+(?:patients?|callers?|customers?|reviews?|divisions?|department|service|people|users))?",
                          reading.left, re.IGNORECASE)  # fmt: skip
        if match and not GRADED.search(reading.left[: match.start()]):
            taken.setdefault(column.name, []).append((value, bool(match[1])))
            words = reading.take(match, Marked.VALUE)
            reading.notes.append(f"“{words}” is a value of {column.label}")
    for name, found in taken.items():
        values = [quoted(value) for value, _ in found]
        if len(found) == 1:
            reading.conditions.append(f"{name}{'!=' if found[0][1] else '='}{values[0]}")
        elif all(is_not for _, is_not in found):
            reading.conditions.append(f"not {name} in ({', '.join(values)})")
        else:
            reading.conditions.append(f"{name} in ({', '.join(values)})")
            reading.by = reading.by or name
        reading.columns.append(name)


def read_numbers(reading: QuestionReading, facts: CorpusFacts) -> None:
    """Read conditions on other numeric columns from a question: "over 60", "age 30", "aged under 25"."""
    for column in facts.columns:
        if column.kind is not Kind.NUMBER or column.name == facts.rating:
            continue
        label = _label_pattern(column)
        compared = "|".join(sorted(COMPARED, key=len, reverse=True))
        named = re.compile(rf"\b(?:with\s+)?{label}\s*(?:of|is|=|:)?\s*({compared})?\s*({NUMBER})\b", re.IGNORECASE)
        match = named.search(reading.left)
        if not match and column.name == "age":
            match = re.search(
                rf"\b({compared})\s+({NUMBER})s?\b(?!\s*(?:stars?|%|comments))", reading.left, re.IGNORECASE
            )
        if column.name == "age" and not match and (relative := RELATIVE_AGE.search(reading.left)):
            low, high = _bounds(column)
            middle = 5 * round((low + high) / 10)
            condition = f"age{'<' if relative[1].casefold().startswith('young') else '>='}{middle}"
            reading.filter(
                "age", condition, reading.take(relative, Marked.VALUE), "the middle of the ages; name another one"
            )
        if match:
            operator = COMPARED.get((match[1] or "").casefold(), "=")
            reading.filter(column.name, f"{column.name}{operator}{match[2]}", reading.take(match, Marked.VALUE))


def read_rated_group(reading: QuestionReading, facts: CorpusFacts) -> None:
    """Read "lowest rated class" as groups; to be read before the ratings, of which it is none."""
    for column in facts.columns:
        label = _label_pattern(column)
        match = re.search(rf"\b{RATED_GROUP}\s+{label}\b", reading.left, re.IGNORECASE)
        if match and column.kind in CHOICES and not reading.by:
            reading.by = column.name
            reading.notes.append(f"“{reading.take(match, Marked.GROUP)}” was read as groups of {column.label}")


def read_group(reading: QuestionReading, facts: CorpusFacts) -> None:
    """Read the group column from a question: "by region", "per class", "which department", "which dept"."""
    for column in sorted(facts.columns, key=lambda one: -len(one.label)):
        if column.kind in {Kind.TEXT, *DATED} or (column.kind is Kind.NUMBER and not column.values):
            continue
        label = f"(?:{_label_pattern(column)}|{_abbreviation_pattern(column)})"
        match = re.search(rf"\b{GROUP}\s+(?:the\s+)?{label}\b", reading.left, re.IGNORECASE)
        match = match or re.search(rf"(?<!\w){ASKED_GROUP}\s+(?:the\s+)?{label}\b", reading.left, re.IGNORECASE)
        if match and not reading.by:
            words = reading.take(match, Marked.GROUP)
            reading.by = column.name
            reading.notes.append(f"“{words}” was read as groups of {column.label}")


def averaged_column(text: str, facts: CorpusFacts) -> str:
    """Return the name of the numeric column that a question asks to average."""
    for column in sorted(facts.columns, key=lambda one: -len(one.label)):
        if column.kind in RANKED and re.search(rf"\b{_label_pattern(column)}\b", text, re.IGNORECASE):
            return column.name
    return facts.rating


def _value_patterns(columns: Sequence[ColumnFacts]) -> Iterator[tuple[ColumnFacts, FieldValue, str]]:
    found = []
    for column in columns:
        if column.kind not in CHOICES:
            continue
        for value, _ in column.values:
            text = " ".join(str(value or "").split())
            if (
                len(text) < LEAST_VALUE
                or len(text) > 60
                or ((text.casefold() in GENERIC) and column.name != "division_name")
            ):
                continue
            found.append((column, value, _forms(text)))
    return iter(sorted(found, key=lambda one: (-len(str(one[1])), columns.index(one[0]))))


def _forms(text: str) -> str:
    """Return a pattern for a value: "Dresses" also matches "dress", and a space any white space."""
    text = text.rstrip("?!.: ") or text
    stem = re.escape(text)
    stem = re.sub(r"(\\ )+", r"\\s+", stem)
    if re.fullmatch(r"[A-Za-z]{4,}(?:es)", text) and text.casefold().endswith(("sses", "shes", "ches", "xes")):
        return stem[:-2] + "(?:es)?"
    if re.fullmatch(r"[A-Za-z]{4,}s", text):
        return stem[:-1] + "s?"
    return stem


def _label_pattern(column: ColumnFacts) -> str:
    """Return a pattern for the heading of a column, also without its last word and in the plural."""
    words = re.findall(r"\w+", column.label.casefold())
    while len(words) > 1 and (words[-1] in {"name", "id", "type", "value", "code"} or words[-1].isdigit()):
        words = words[:-1]
    forms = {r"[\s_-]+".join(map(re.escape, words))}
    if len(words) > 1 and words[0] in {"comment", "overall", "customer", "patient", "fft"}:
        forms.add(r"[\s_-]+".join(map(re.escape, words[1:])))
    return "(?:" + "|".join(sorted(forms, key=len, reverse=True)) + r")(?:es|s)?(?:\s+(?:types?|names?))?"


def _abbreviation_pattern(column: ColumnFacts) -> str:
    """Return a pattern for the heading of a column without some letters: "dept", "cntry"."""
    word = column.label.casefold().split()[0] if column.label.split() else ""
    if not re.fullmatch("[a-z]{6,}", word):
        return r"(?!)"
    others = "".join(f"{letter}?" for letter in word[1:])
    return rf"(?=[a-z]{{3,5}}\b){word[0]}{others}s?"


def _rated(name: str, match: re.Match[str]) -> str:
    first, second = _number(match[2]), match[3]
    if match[1]:
        return f"{name}{COMPARED[match[1].casefold()]}{first}"
    if match[4]:
        return f"{name}{'<=' if re.search('less|lower|below', match[4]) else '>='}{first}"
    return f"{name} in ({first}, {_number(second)})" if second else f"{name}={first}"


def _number(text: str) -> str:
    return str(WORDS.get(text.casefold(), text))


def _is_on_scale(match: re.Match[str], column: ColumnFacts) -> bool:
    low, high = _bounds(column)
    return all(low <= float(_number(text)) <= high for text in match.groups() if text)


def _bounds(column: ColumnFacts) -> tuple[float, float]:
    low = float(column.low) if isinstance(column.low, int | float) else 1.0
    high = float(column.high) if isinstance(column.high, int | float) else 5.0
    return low, high


def _scale(column: ColumnFacts, facts: CorpusFacts) -> str:
    low, high = _bounds(column)
    best = low if facts.best_is_low else high
    off = facts.off_scale if column.name == facts.rating else ()
    codes = f"; {', '.join(f'{one:.15g}' for one in off)} taken for codes, not ratings" if off else ""
    return f"{column.label} runs from {low:.15g} to {high:.15g} and {best:.15g} is the best{codes}"

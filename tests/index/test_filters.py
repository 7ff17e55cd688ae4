"""Row filters, compared with an independent implementation of the same language in plain Python."""

import contextlib
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from analyzer.errors import UsageError
from analyzer.index.filters import MAX_CONDITIONS, MAX_DEPTH, MAX_LIST, ColumnTarget, compile_filter
from analyzer.store.casefold import add_casefold, folded
from analyzer.types import Column, Kind

COLUMNS = {
    "rating": ColumnTarget("d.c1", Column("rating", "Overall rating (1-5)", Kind.NUMBER)),
    "channel": ColumnTarget("d.c2", Column("channel", "Channel", Kind.CATEGORY)),
    "date": ColumnTarget("d.c3", Column("date", "Submitted at", Kind.DATE)),
    "more": ColumnTarget("d.c4", Column("more", "Anything else?", Kind.TEXT)),
}
PLACES = {name: place for place, name in enumerate(COLUMNS)}
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")

words = st.text(st.sampled_from("abAB éÉßẞsSıİσςΣ'\"\\%_;-()=,1"), max_size=4)
numbers = st.one_of(st.integers(-3, 6), st.sampled_from([0.5, 2.5, -1.25]))
days = st.builds("{:04}-{:02}-{:02}".format, st.integers(2023, 2024), st.integers(1, 3), st.integers(1, 3))
moments = st.builds("{}T{:02}:{:02}:{:02}".format, days, st.integers(9, 10), st.integers(0, 1), st.integers(0, 1))
dates = days | moments
rows = st.lists(
    st.tuples(st.none() | numbers, st.none() | words, st.none() | dates, st.none() | words), min_size=1, max_size=12
)
dates_as_typed = st.builds(
    lambda date, size: date[:size], dates, st.sampled_from([4, 7, 10, 16, 19])
) | moments.map(lambda moment: moment.replace("T", " "))  # fmt: skip
VALUES = {"rating": numbers, "channel": words, "date": dates_as_typed, "more": words}


def quoted(value, mark='"'):
    return mark + "".join("\\" + c if c in ("\\", mark) else c for c in str(value)) + mark


@st.composite
def conditions(draw):
    """A condition: its text and a function of a row."""
    name = draw(st.sampled_from(sorted(COLUMNS)))
    place, values = PLACES[name], VALUES[name]
    column = COLUMNS[name].column
    written = draw(st.sampled_from([name, name.upper(), quoted(column.label), quoted(column.label.lower(), "'")]))
    kind = draw(st.sampled_from(["compare", "in", "empty", "contains"]))
    if kind == "empty":
        negated = draw(st.booleans())
        return f"{written} is {'not ' if negated else ''}empty", lambda row: (row[place] is None) != negated
    if kind == "contains" and name != "rating":
        part = draw(words)
        return (
            f"{written} contains {quoted(part)}",
            lambda row: row[place] is not None and folded(part) in folded(row[place]),
        )
    if kind == "in":
        listed = draw(st.lists(values, min_size=1, max_size=3))
        text = f"{written} IN ({', '.join(map(quoted, listed))})"
        return text, lambda row: any(compared(name, "=", row[place], value) for value in listed)
    operator, value = draw(st.sampled_from(OPERATORS if name in ("rating", "date") else ("=", "!="))), draw(values)
    space = draw(st.sampled_from(["", " "]))
    return f"{written}{space}{operator}{space}{quoted(value)}", lambda row: compared(name, operator, row[place], value)


def joined(parts):
    word, inner = parts
    texts = [f"({text})" for text, _ in inner]
    tests = [test for _, test in inner]
    combine = all if word.strip().lower() == "and" else any
    return word.join(texts), lambda row: combine(test(row) for test in tests)


def negated(part):
    text, test = part
    return f"not ({text})", lambda row: not test(row)


filters = st.recursive(
    conditions(),
    lambda inner: st.one_of(
        inner.map(negated),
        st.tuples(st.sampled_from([" and ", " or ", " AND ", " Or "]), st.lists(inner, min_size=2, max_size=3)).map(
            joined
        ),
    ),
    max_leaves=6,
)


def compared(name, operator, cell, value):
    if cell is None:
        return operator == "!="
    if name == "rating":
        one, other = float(cell), float(value)
    elif name == "date":
        value = value.replace(" ", "T")
        one, other = cell[: len(value)], value
    else:
        one, other = folded(cell), folded(value)
    return {
        "=": one == other, "!=": one != other, "<": one < other,
        "<=": one <= other, ">": one > other, ">=": one >= other,
    }[operator]  # fmt: skip


class Rows:
    """A table d of rows, queried with compiled filters; each row has one record f and one text t."""

    def __init__(self):
        self.connection = dbapi2.connect(":memory:")
        add_casefold(self.connection)
        self.connection.execute("CREATE TABLE d(n INTEGER PRIMARY KEY, c1, c2, c3, c4)")
        self.connection.execute("CREATE TABLE f AS SELECT 'r1' AS id, 'anna' AS respondent")
        self.connection.execute("CREATE TABLE t AS SELECT 'en' AS language, 'The parcel was late' AS text")

    def put(self, table):
        self.connection.execute("DELETE FROM d")
        numbered = [(n, *row) for n, row in enumerate(table)]
        self.connection.executemany("INSERT INTO d VALUES(?, ?, ?, ?, ?)", numbered)
        return self

    def where(self, text):
        predicate = compile_filter(text, COLUMNS)
        sql = f"SELECT n FROM d, f, t WHERE {predicate.sql} ORDER BY n"
        return [row[0] for row in self.connection.execute(sql, predicate.parameters)]


@pytest.fixture(scope="module")
def table():
    made = Rows()
    yield made
    made.connection.close()


TABLE = [
    (1, "email", "2024-03-01", "Late again"),
    (2.5, "App", "2024-03-31T23:59:59", 'it\'s "fine"'),
    (5, "app", "2023-03-15", None),
    (None, None, None, "1' OR '1'='1"),
    (0, "in store", "2024-04-01", ""),
]


@given(rows, filters)
def test_a_filter_selects_what_plain_python_selects(table, data, one):
    text, test = one
    assert table.put(data).where(text) == [n for n, row in enumerate(data) if test(row)], text


@given(rows, filters)
def test_a_filter_and_its_negation_split_the_rows(table, data, one):
    chosen = table.put(data).where(one[0])
    rest = table.where(f"not ({one[0]})")
    assert sorted(chosen + rest) == list(range(len(data)))


@given(st.text(max_size=40))
@example("ID<0")
@example("text contains parcel and respondent=anna and not language is empty")
def test_any_words_make_a_filter_or_a_usage_error(table, text):
    with contextlib.suppress(UsageError):
        table.put(TABLE).where(text)


@given(
    st.lists(
        st.sampled_from(
            ["rating", "channel", "date", "more", '"Channel"', "and", "or", "not", "in", "is", "empty", "contains",
             "(", ")", ",", "=", "!=", "<", "<=", "<>", "==", "1", "2024", "email", "'", '"', "\\", "--", ";", "NULL"]
        ),
        max_size=14,
    ).map(" ".join)
)  # fmt: skip
def test_any_mixture_of_its_own_words_makes_a_filter_or_a_usage_error(table, text):
    with contextlib.suppress(UsageError):
        table.put(TABLE).where(text)


@pytest.mark.parametrize(
    ("where", "chosen"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("   ", [0, 1, 2, 3, 4]),
        ("rating<=2", [0, 4]),
        ("rating <= 2.5 and channel=APP", [1]),
        ("channel in (app, email)", [0, 1, 2]),
        ("rating in (1, 5)", [0, 2]),
        ("channel != app", [0, 3, 4]),
        ("channel <> app", [0, 3, 4]),
        ("not channel = app", [0, 3, 4]),
        ("not rating <= 2", [1, 2, 3]),
        ("not not rating <= 2", [0, 4]),
        ("channel is empty", [3]),
        ("channel is not empty", [0, 1, 2, 4]),
        ("more is empty", [2]),
        ('channel = "in store"', [4]),
        ("channel contains STORE", [4]),
        ('more contains "it\'s"', [1]),
        (r'more contains "\"fine\""', [1]),
        ("date = 2024", [0, 1, 4]),
        ("date = 2024-03", [0, 1]),
        ("date = 2024-03-31", [1]),
        ("date = 2024-03-31T23:59", [1]),
        ('date = "2024-03-31 23:59:59"', [1]),
        ("date <= 2024-03", [0, 1, 2]),
        ("date > 2024-03", [4]),
        ("date < 2024", [2]),
        ("date >= 2024-03-31", [1, 4]),
        ("date in (2023, 2024-04)", [2, 4]),
        ("date != 2024", [2, 3]),
        ("rating=5 or rating=1 and channel=app", [2]),
        ("(rating=5 or rating=1) and channel=email", [0]),
        ('"overall rating (1-5)" = 5', [2]),
        ("CHANNEL = Email", [0]),
    ],
)
def test_what_filters_mean(table, where, chosen):
    assert table.put(TABLE).where(where) == chosen


@pytest.mark.parametrize("typed", ["MÜNCHEN", "münchen", "Munchen", "MüNCHEN"])
def test_case_and_accents_do_not_count(table, typed):
    table.put([(1, "münchen", None, "in MÜNCHEN Ost"), (2, "Munchen", None, "Straße"), (3, "Mönchen", None, "STRASSE")])
    assert table.where(f"channel = {typed}") == [0, 1]
    assert table.where(f"channel in ({typed})") == [0, 1]
    assert table.where(f"channel != {typed}") == [2]
    assert table.where(f"more contains {typed}") == [0]
    assert table.where("more = strasse") == [1, 2]


@pytest.mark.parametrize(
    "value", ["1' OR '1'='1", "'; DROP TABLE d; --", '" OR 1=1 --', "x') OR (1=1", "%", "_", "NULL", "d.c1", "?1"]
)
def test_sql_in_a_value_is_only_a_value(table, value):
    table.put([(1, value, None, None), (2, "other", None, None)])
    assert table.where(f"channel = {quoted(value)}") == [0]
    assert table.where(f"channel != {quoted(value)}") == [1]
    assert table.where(f"channel contains {quoted(value)}") == [0]
    assert value not in compile_filter(f"channel = {quoted(value)}", COLUMNS).sql or value == "d.c1"


def test_sql_in_a_column_name_is_an_unknown_column(table):
    with pytest.raises(UsageError, match="no column"):
        table.where('"d.c1 OR 1=1" = 1')


def test_an_unknown_column_is_answered_with_the_nearest_ones_or_with_all():
    with pytest.raises(UsageError, match=r'no column "chanel"; did you mean channel\?'):
        compile_filter("chanel = app", COLUMNS)
    with pytest.raises(UsageError, match='no column "zzz"; columns: channel, comment id, comment stance'):
        compile_filter("zzz = app", COLUMNS)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("rating <= many", 'filter: "rating" is a number, "many" is not'),
        ("rating = nan", 'filter: "rating" is a number, "nan" is not'),
        ("rating < inf", 'filter: "rating" is a number, "inf" is not'),
        ("date = yesterday", 'filter: "date" is a date; write it as 2024-03-31'),
        ("date = ２０２４", 'filter: "date" is a date; write it as 2024-03-31'),
        ("rating", 'filter: after "rating" write ='),
        ("rating =", "filter: a value was expected"),
        ("rating = 1 and", "filter: a column was expected"),
        ("rating = 1 channel = app", '"channel" was not expected; join conditions with and / or'),
        ("(rating = 1", r"filter: a closing \) is missing"),
        ("rating = 1)", r'"\)" was not expected'),
        ("rating in 1", 'filter: after "in" write a list'),
        ("rating in (1", r"closing \) is missing after the list"),
        ("rating in ()", "filter: a value was expected"),
        ("rating is 1", 'filter: after "is" write empty or not empty'),
        ('channel = "open', "filter: not understood from"),
        ("= 1", "filter: a column was expected"),
        ('channel = "\udcff"', "filter: contains bytes that are not text"),
    ],
)
def test_a_malformed_filter_says_what_is_wrong(where, said):
    with pytest.raises(UsageError, match=said):
        compile_filter(where, COLUMNS)


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (lambda: " or ".join(["rating=1"] * MAX_CONDITIONS), lambda: " or ".join(["rating=1"] * (MAX_CONDITIONS + 1))),
        (lambda: "not " * MAX_DEPTH + "rating=1", lambda: "not " * (MAX_DEPTH + 1) + "rating=1"),
        (lambda: "(" * MAX_DEPTH + "rating=1" + ")" * MAX_DEPTH, lambda: "(" * 5000 + "rating=1"),
        (lambda: f"rating in ({','.join(['1'] * MAX_LIST)})", lambda: f"rating in ({','.join(['1'] * 5000)})"),
    ],
    ids=["conditions", "negations", "parentheses", "list"],
)
def test_a_filter_beyond_the_limits_is_refused_and_one_within_them_runs(table, allowed, refused):
    table.put(TABLE).where(allowed())
    with pytest.raises(UsageError):
        table.where(refused())


@pytest.mark.parametrize("pair", list(itertools.permutations(["=", "!="])))
def test_equal_and_not_equal_are_complements(table, pair):
    one, other = (table.put(TABLE).where(f"channel {operator} app") for operator in pair)
    assert sorted(one + other) == [0, 1, 2, 3, 4]

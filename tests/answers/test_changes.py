"""A change over time is named where it is no chance, and nowhere else."""

from analyzer.answers.changes import find_change

DATES = {f"C-{n}": f"2024-{1 + n // 25:02}-{1 + n % 25:02}" for n in range(200)}


def test_a_point_of_the_newest_comments_is_a_change_with_both_shares():
    having = [f"C-{n}" for n in (5, 50, 100, *range(150, 175))]
    change = find_change(having, DATES)
    assert change.since == "2024-07-01"
    assert (change.recent_of, change.before_of) == (50, 150)
    assert (change.recent, change.before) == (0.5, 0.02)


def test_an_even_point_is_no_change():
    assert find_change([f"C-{n}" for n in range(0, 200, 7)], DATES) is None


def test_few_dates_one_date_and_none_are_no_change():
    assert find_change(["C-1"], {}) is None
    assert find_change(["C-1"], dict(list(DATES.items())[:50])) is None
    assert find_change([f"C-{n}" for n in range(60)], dict.fromkeys(DATES, "2024-01-01")) is None
    assert find_change([], DATES) is None

"""What a figures-only account tried against disclosure control, each once: filters, averages, limits, case, handles."""

import itertools

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from roles import UNTIL, opened, staffed

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.errors import AnalyzerError, WithheldError
from analyzer.security.types import Grant, Role

pytestmark = pytest.mark.long(20)

WORDS = ("cold", "zebra", "xylophone")


def person(n, **fields):
    return {"id": f"R-{n}", "comment": f"the soup was cold {n}", "Respondent ID": f"P{n}", **fields}


def denials(settings, actor):
    reviewer = opened(settings, "rev")
    found = len(reviewer.audit.show(limit=10_000, actor=actor, action="denied"))
    reviewer.close()
    return found


def outcome(ask):
    """Return what a caller sees: the figures, or the refusal in words."""
    try:
        return repr(ask())
    except AnalyzerError as error:
        return f"{type(error).__name__}: {error}"


@pytest.fixture(scope="module")
def codes(tmp_path_factory):
    """300 people, of whom each has a code of their own; one comment has the word zebra, all have cold."""
    rows = [person(n, code=f"C{n:03}", shop=("north", "south")[n % 2], rating=1 + n % 5) for n in range(300)]
    rows[17]["comment"] = "the zebra crossing was late"
    return staffed(tmp_path_factory.mktemp("codes"), rows)


@pytest.mark.parametrize("column", ["code", "rating", "question", "dataset", ""])
@pytest.mark.parametrize("form", ['text contains "{}"', 'rating=1 or text contains "{}"', 'not text="{}"'])
def test_no_outcome_of_a_viewer_depends_on_the_text(codes, column, form):
    viewer = opened(codes, "vic")
    asked = [
        lambda where: viewer.counts.table(Wanted(Measure.RESPONSES, column), where),
        lambda where: viewer.counts.table(Wanted(Measure.AVERAGE, column, column="rating"), where),
        viewer.feedback.matching,
        lambda where: viewer.feedback.tally("code", where),
        viewer.themes.list,
        lambda where: viewer.trends.over_time(where=where),
        viewer.codebook.list,
        lambda where: viewer.themes.report("x.html", where=where),
        lambda where: viewer.search("soup", where),
        lambda where: viewer.count("soup", where),
        lambda where: viewer.ask("soup", where),
    ]
    before = denials(codes, "vic")
    for ask in asked:
        outcomes = {outcome(lambda ask=ask, word=word: ask(form.format(word))) for word in WORDS}
        assert len(outcomes) == 1, outcomes
        assert not outcomes.pop().startswith("UsageError")
    viewer.close()
    assert denials(codes, "vic") - before == len(asked) * len(WORDS)  # hits and misses are on record alike


@pytest.mark.parametrize("name", ["id", "comment id", "respondent"])
def test_no_outcome_of_a_viewer_depends_on_who_it_is(codes, name):
    viewer = opened(codes, "vic")
    for ask in (
        lambda value: viewer.feedback.matching(f'"{name}"={value}'),
        lambda value: viewer.feedback.matching(f'not "{name}" in ({value}, R-1, R-2, R-3)'),
        lambda value: viewer.counts.table(Wanted(Measure.RESPONSES, "code"), f'"{name}" contains "{value}"'),
    ):
        assert len({outcome(lambda ask=ask, value=value: ask(value)) for value in ("R-1", "P1", "nobody")}) == 1
    viewer.close()


def test_too_many_groups_are_refused_like_too_few_people(codes):
    viewer = opened(codes, "vic")
    with pytest.raises(WithheldError, match="fewer than 10 people"):
        viewer.counts.table(Wanted(Measure.RESPONSES, "code"))
    assert viewer.feedback.tally("code") == ()
    viewer.close()


@pytest.fixture(scope="module")
def two_imports(tmp_path_factory):
    """Import 1 has 34 comments and import 2 has 30; a viewer and a consultant are limited to the second."""
    folder = tmp_path_factory.mktemp("two")
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "a.csv", [person(n, region="east", rating=1) for n in range(34)])])
    workspace.ingest([write_csv(folder / "b.csv", [
        {**person(n, region="east" if n % 2 else "west", rating=5), "id": f"S-{n}", "Respondent ID": f"Q{n}"}
        for n in range(30)
    ])])  # fmt: skip
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    workspace.close()
    admin = FakeWorkspace(workspace.settings, "ada")
    admin.users.add(Grant("v2", (Role.VIEWER,), datasets=(2,)), sign_in=False)
    admin.users.add(Grant("c2", (Role.CONSULTANT,), until=UNTIL, exports="off", comments=False, datasets=(2,)),
                    sign_in=False)  # fmt: skip
    admin.close()
    return workspace.settings


@pytest.mark.parametrize("account", ["v2", "c2"])
def test_figures_cover_the_imports_of_the_account_and_no_others(two_imports, account):
    limited = opened(two_imports, account)
    table = limited.counts.table
    assert {row.label: row.value for row in table(Wanted(Measure.RESPONSES, "region")).rows} == {"east": 15, "west": 15}
    assert [(row.value, row.of) for row in table(Wanted(Measure.COMMENTS)).rows] == [(30, 30)]
    assert [(row.value, row.of) for row in table(Wanted(Measure.AVERAGE, column="rating")).rows] == [(5.0, 30)]
    assert [row.value for row in table(Wanted(Measure.RESPONDENTS)).rows] == [30]
    assert [row.value for row in table(Wanted(Measure.SHARE, "region")).rows] == [0.5, 0.5]
    assert limited.feedback.matching() == 30
    limited.close()


def test_nobody_and_few_people_are_refused_alike(tmp_path):
    rows = [
        person(n, plan="gold" if n < 40 else "basic", town="Ulm" if n in (3, 50) else "Bonn", rating=1 + n % 5)
        for n in range(100)
    ]
    settings = staffed(tmp_path, rows)
    viewer = opened(settings, "vic")
    assert viewer.feedback.matching("plan=gold") == 40
    refusals = {
        outcome(lambda where=where: viewer.feedback.matching(where))
        for where in (
            "town=Ulm", "town=Nowhere", "not town=Ulm", "plan=gold and not town=Nowhere", "plan=gold and not town=Ulm",
            "plan=gold and town=Bonn", "plan in (gold, platinum)", "plan=gold and plan=basic", "rating>=1",
            "rating>=2.5 and rating<=2.6", "rating<=2 or rating>2",
            "plan=gold and town=Nowhere",
        )
    }  # fmt: skip
    assert len(refusals) == 1
    assert "fewer than 10 people" in refusals.pop()
    assert viewer.feedback.matching("plan=gold") == 40
    viewer.close()


@pytest.mark.parametrize("has", [True, False])
def test_a_refusal_does_not_tell_what_one_person_is(tmp_path, has):
    """Ulm is one person. Whether that person has plan gold changes no outcome."""
    rows = [person(n, plan="gold" if n < 40 or (n == 99 and has) else "basic", day=f"2024-01-{1 + n % 10:02}")
            for n in range(100)]  # fmt: skip
    rows = [{**row, "town": "Ulm" if n == 99 else ("Essen", "Bonn")[n % 2]} for n, row in enumerate(rows)]
    rows[99]["day"] = "2024-02-20"
    settings = staffed(tmp_path, rows)
    viewer = opened(settings, "vic")
    asked = ("plan=gold", "plan=gold and not town=Ulm", "plan=gold and day<2024-02", "day<2024-02",
             "plan=gold or day>=2024-02", "day<2024-01-05", "plan=gold and day<2024-01-05",
             "plan=basic and town is empty", "town=Bonn")  # fmt: skip
    seen = [outcome(lambda where=where: viewer.feedback.matching(where)).split(":")[0] for where in asked]
    viewer.close()
    assert [one == "WithheldError" for one in seen] == [False, True, True, True, True, False, False, True, False]
    assert not {"UsageError", "AccessError"} & set(seen)


def test_an_average_follows_from_no_other_average(tmp_path):
    """In the south only three people gave a score: neither theirs nor that of the north, from which theirs follows."""
    rows = [person(n, shop="north" if n < 30 else "south", score=n % 5 + 1 if n < 33 else "") for n in range(60)]
    settings = staffed(tmp_path, rows)
    for measure in (Measure.AVERAGE, Measure.TOP_BOX):
        viewer = opened(settings, "vic")
        column = "rating" if "rating" in {one.name for one in viewer.feedback.columns()} else "score"
        assert len(viewer.counts.table(Wanted(measure, column=column)).rows) == 1
        assert viewer.counts.table(Wanted(measure, "shop", column=column)).rows == ()
        counts = viewer.counts.table(Wanted(Measure.RESPONSES, "shop"))
        assert [row.label for row in counts.rows] == ["north", "south"]
        viewer.close()


def test_people_count_and_not_their_rows(tmp_path):
    """Twelve scores in the south are those of three people, who wrote four times each."""
    rows = [{**person(n, shop="north", score=n % 5 + 1)} for n in range(40)]
    rows += [{**person(100 + n, shop="south", score=n % 5 + 1 if n < 12 else ""),
              "Respondent ID": f"Q{n % 3}" if n < 12 else f"Z{n}"} for n in range(40)]  # fmt: skip
    settings = staffed(tmp_path, rows)
    viewer = opened(settings, "vic")
    name = "rating" if "rating" in {one.name for one in viewer.feedback.columns()} else "score"
    assert viewer.counts.table(Wanted(Measure.AVERAGE, "shop", column=name)).rows == ()
    viewer.close()


def test_what_is_withheld_does_not_depend_on_how_much_is_shown(tmp_path):
    counts = {"a": 40, "b": 30, "c": 20, "d": 9}
    names = [name for name, many in counts.items() for _ in range(many)]
    settings = staffed(tmp_path, [person(n, shop=shop) for n, shop in enumerate(names)])
    for most in (50, 1, 2, 3, 4):
        viewer = opened(settings, "vic")
        assert viewer.feedback.tally("shop", most=most) == (("a", 40), ("b", 30))[:most]
        viewer.close()


def test_spellings_are_one_group_in_the_mask_as_in_the_figure(tmp_path):
    """Twelve people of a shop that is written in two ways, six each; and nine of a shop that is written in three."""
    shops = ["north"] * 40 + ["Éast"] * 6 + ["east"] * 6 + ["WEST", "west", "West"] * 3
    settings = staffed(tmp_path, [person(n, shop=shop) for n, shop in enumerate(shops)])
    viewer = opened(settings, "vic")
    shown = dict(viewer.feedback.tally("shop"))
    assert {str(name).casefold(): n for name, n in shown.items()} == {"north": 40}  # west and, with it, east is hidden
    assert [row.label for row in viewer.counts.table(Wanted(Measure.RESPONSES, "shop")).rows] == ["north"]
    assert {
        outcome(lambda where=where: viewer.feedback.matching(where)).split(":")[0]
        for where in ("shop=WEST", "shop=west", "shop contains west", "not shop=West", "shop in (West, nowhere)")
    } == {"WithheldError"}
    viewer.close()


def test_two_handles_share_what_was_answered(tmp_path):
    rows = [person(n, plan="gold" if n < 40 else "basic", town="Ulm" if n < 41 else "Bonn") for n in range(100)]
    settings = staffed(tmp_path, rows)
    for first, second in itertools.permutations(("plan=gold", "town=Ulm")):
        one, other = opened(settings, "vic"), opened(settings, "vic")
        asked = ((one, first), (other, second), (one, second), (other, first))
        answers = [outcome(lambda held=held, where=where: held.feedback.matching(where)) for held, where in asked]
        one.close()
        other.close()
        assert [answer.startswith("WithheldError") for answer in answers].count(False) == 2
        assert len({answer for answer in answers if not answer.startswith("WithheldError")}) == 1


def test_every_refusal_is_on_record(tmp_path):
    settings = staffed(tmp_path, [person(n, plan="gold" if n < 4 else "basic") for n in range(50)])
    before = denials(settings, "vic")
    viewer = opened(settings, "vic")
    for ask in (
        lambda: viewer.feedback.matching("plan=gold"),
        lambda: viewer.feedback.tally("plan", "plan=gold"),
        lambda: viewer.counts.table(Wanted(Measure.COMMENTS, "plan"), "plan=gold"),
        lambda: viewer.themes.list("plan=gold"),
        lambda: viewer.trends.over_time(where="plan=gold"),
        lambda: viewer.codebook.list("plan=gold"),
    ):
        with pytest.raises(WithheldError):
            ask()
    viewer.close()
    assert denials(settings, "vic") == before + 6

"""Themes end to end, with a real store and fake models: edits last, and every comment is counted."""

import random

import pytest
from fakes import write_csv
from topics import imported, rows

from analyzer.cli.render.theme_text import list_lines
from analyzer.errors import UsageError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.themes.types import Namer


def members(workspace, where=""):
    return {one.id: one.themes for one in workspace.themes.assignments(where)}


def themes_of(workspace):
    return {theme.id: theme for theme in workspace.themes.list().themes}


def leaves(workspace):
    return [theme for theme in workspace.themes.list().themes if theme.id.startswith("T")]


def test_comments_about_the_same_thing_are_in_the_same_theme(built):
    assert len(leaves(built)) >= 4
    found = members(built)
    for topic in ("C-1", "C-2", "C-3", "C-4"):
        own = [themes for record_id, themes in found.items() if record_id.startswith(topic)]
        most = max({t for themes in own for t in themes}, key=lambda t: sum(t in themes for themes in own))
        others = [themes for record_id, themes in found.items() if not record_id.startswith(topic)]
        assert sum(most in themes for themes in own) >= 0.3 * len(own)
        assert sum(most in themes for themes in others) <= 0.1 * len(others)


def test_every_comment_is_accounted_for(built):
    listed = built.themes.list()
    where = listed.accounted
    assert where.comments == 122
    assert where.in_themes + where.excluded + where.other + where.without_content == where.comments
    assert where.without_content == 1
    assert listed.coverage == pytest.approx(where.in_themes / (where.comments - 1), abs=1e-6)
    assert sum(bool(themes) for themes in members(built).values()) == where.in_themes


def test_a_filter_changes_the_figures_and_not_the_themes(built):
    every, some = built.themes.list(), built.themes.list("channel=app")
    assert {theme.id for theme in every.themes} == {theme.id for theme in some.themes}
    assert some.accounted.comments == built.feedback.matching("channel=app")
    for theme in some.themes:
        count = sum(theme.id in themes for themes in members(built, "channel=app").values())
        assert theme.id.startswith("G") or theme.size == count


def test_a_theme_says_how_many_different_texts_it_has(built):
    themes, texts = leaves(built), dict(built.database.rows("SELECT id, text_id FROM feedback"))
    theme = max(themes, key=lambda one: one.size)
    own = sorted({texts[one] for one, found in members(built).items() if theme.id in found})
    near = dict(built.database.rows("SELECT text_id, group_id FROM near_duplicates"))
    assert theme.different == len({near.get(one, one) for one in own}) < len(own)
    assert f"; {theme.different} different texts" in "\n".join(list_lines(built.themes.list()))
    built.database.connection.execute("DELETE FROM near_duplicates")
    assert themes_of(built)[theme.id].different == len(own)


def test_before_a_build_the_list_is_empty_and_says_so(workspace):
    listed = workspace.themes.list()
    assert (listed.themes, listed.built, listed.coverage) == ((), "", 0.0)


def test_few_comments_make_no_themes_and_no_error(tmp_path):
    workspace = imported(tmp_path, [{"id": "a", "comment": "The parcel came late"}, {"id": "b", "comment": "ok"}])
    report = workspace.themes.build(names=False)
    assert (report.themes, report.coverage) == (0, 0.0)
    assert workspace.themes.list().accounted.other == 1


def test_an_empty_workspace_can_be_built(tmp_path):
    workspace = imported(tmp_path, rows(1))
    workspace.database.connection.execute("DELETE FROM fields")
    workspace.database.connection.execute("DELETE FROM feedback")
    workspace.database.connection.execute("DELETE FROM texts")
    assert workspace.themes.build(names=False).themes == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_changes_nothing(tmp_path, seed):
    shuffled = rows()
    random.Random(seed).shuffle(shuffled)
    one, other = imported(tmp_path / "a", rows()), imported(tmp_path / "b", shuffled)
    one.themes.build(names=False)
    other.themes.build(names=False)
    assert members(one) == members(other)
    assert one.themes.list().themes == other.themes.list().themes


def test_some_comments_and_then_more_give_the_same_themes_as_all_at_once(tmp_path):
    whole = imported(tmp_path / "a", rows())
    whole.themes.build(names=False)
    part = imported(tmp_path / "b", rows()[::2])
    part.themes.build(names=False)
    part.ingest([write_csv(tmp_path / "rest.csv", rows()[1::2])])
    assert part.themes.list().stale
    part.themes.build(names=False)
    assert not part.themes.list().stale

    def together(found):
        return {
            frozenset(i for i, themes in found.items() if theme in themes)
            for theme in {t for ts in found.values() for t in ts}
        }

    assert together(members(part)) == together(members(whole))


def test_a_build_over_the_same_comments_keeps_every_id(built):
    before = members(built)
    report = built.themes.build(about=4, names=False)
    assert members(built) == before
    assert (report.new, report.gone) == (0, 0)


def test_an_interrupted_build_goes_on_where_it_stopped(workspace, monkeypatch):
    def stop(what, done, whole):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.themes.build(names=False, on_progress=stop)
    steps = []
    workspace.themes.build(names=False, on_progress=lambda what, done, whole: steps.append(what))
    assert "splitting comments into opinions" not in steps
    assert workspace.themes.list().themes


def test_why_gives_the_span_and_the_reason(built):
    for record_id, themes in list(members(built).items())[:20]:
        opinions = built.themes.why(record_id)
        text = built.feedback.show([record_id])[0].text
        assert {opinion.theme for opinion in opinions} - {""} == set(themes)
        assert all(opinion.text == text and opinion.start < opinion.end for opinion in opinions)
        assert all(opinion.why for opinion in opinions)
    with pytest.raises(UsageError, match="no record"):
        built.themes.why("nobody")


def test_a_rename_holds_over_a_build_and_can_be_taken_back(built):
    first = leaves(built)[0]
    edit = built.themes.edit("rename", first.id, "Late parcels")
    assert (edit.action, edit.effect) == ("rename", 0)
    built.themes.build(about=4, names=False)
    renamed = themes_of(built)[first.id]
    assert (renamed.label, renamed.named_by) == ("Late parcels", Namer.PERSON)
    built.themes.undo()
    assert themes_of(built)[first.id].label == first.label


def test_a_merge_joins_members_and_can_be_taken_back(built):
    before = members(built)
    one, other = leaves(built)[:2]
    built.themes.edit("merge", one.id, other.id)
    after = members(built)
    assert other.id not in themes_of(built)
    assert {i for i, t in after.items() if one.id in t} == {i for i, t in before.items() if {one.id, other.id} & set(t)}
    moved = next(i for i, themes in before.items() if other.id in themes)
    assert any("merged" in opinion.why for opinion in built.themes.why(moved))
    built.themes.build(about=4, names=False)
    assert members(built) == after
    built.themes.undo()
    assert members(built) == before


def test_a_split_takes_a_theme_apart_for_good(built):
    before, largest = members(built), leaves(built)[0]
    built.themes.edit("split", largest.id, "2")
    after = members(built)
    made = {t for themes in after.values() for t in themes} - {t for themes in before.values() for t in themes}
    assert len(made) >= 2
    assert {i for i, t in after.items() if made & set(t)} == {i for i, t in before.items() if largest.id in t}
    built.themes.build(about=4, names=False)
    assert members(built) == after
    assert built.themes.undo().action == "split"
    assert members(built) == before


def test_an_opinion_is_put_elsewhere_or_nowhere(built):
    one, other = leaves(built)[:2]
    record_id = next(i for i, themes in members(built).items() if themes == (one.id,))
    opinion = next(o for o in built.themes.why(record_id) if o.theme == one.id)
    built.themes.edit("reassign", record_id, str(opinion.start), other.id)
    assert other.id in members(built)[record_id]
    assert "a person" in next(o for o in built.themes.why(record_id) if o.start == opinion.start).why
    built.themes.edit("reassign", record_id, str(opinion.start))
    assert next(o for o in built.themes.why(record_id) if o.start == opinion.start).theme == ""


def test_an_excluded_theme_is_counted_apart(built):
    theme = leaves(built)[0]
    before = built.themes.list().accounted
    built.themes.edit("exclude", theme.id)
    after = built.themes.list().accounted
    assert themes_of(built)[theme.id].is_excluded
    assert after.in_themes + after.excluded == before.in_themes
    assert after.excluded > 0
    built.themes.edit("include", theme.id)
    assert built.themes.list().accounted == before


def test_a_theme_moves_into_a_new_group_and_out_of_it(built):
    one, other = leaves(built)[:2]
    built.themes.edit("move", one.id, "Things that break")
    group = next(theme for theme in built.themes.list().themes if theme.label == "Things that break")
    built.themes.edit("move", other.id, group.id)
    listed = themes_of(built)
    assert (listed[one.id].parent, listed[other.id].parent) == (group.id, group.id)
    assert {part.id for part in built.themes.show(group.id).parts} == {one.id, other.id}
    built.themes.edit("move", one.id)
    assert themes_of(built)[one.id].parent == ""


def test_a_pinned_and_a_locked_theme_stay_when_a_build_finds_others(tmp_path):
    workspace = imported(tmp_path, rows())
    workspace.themes.build(about=4, names=False)
    pinned, locked = leaves(workspace)[:2]
    workspace.themes.edit("pin", pinned.id)
    workspace.themes.edit("lock", locked.id)
    before = {i for i, themes in members(workspace).items() if locked.id in themes}
    workspace.themes.build(about=2, names=False)
    listed = themes_of(workspace)
    assert listed[pinned.id].is_pinned
    assert listed[locked.id].is_locked
    assert before <= {i for i, themes in members(workspace).items() if locked.id in themes}


@pytest.mark.parametrize(
    ("action", "theme", "values", "message"),
    [
        ("rename", "T999", ("Name",), "no theme T999"),
        ("rename", "T1", (), "new name"),
        ("rename", "T1", ("x" * 200,), "80 characters"),
        ("rename", "T1", ("Call Ann Lee on 5551234567",), "personal data"),
        ("merge", "T1", (), "at least one other theme"),
        ("merge", "T1", ("T999",), "no theme T999"),
        ("split", "T1", ("1",), "2 to 12"),
        ("split", "T1", ("many",), "2 to 12"),
        ("move", "T999", ("Group",), "no theme T999"),
        ("pin", "T999", (), "no theme T999"),
        ("lock", "T1", ("more",), "no other value"),
        ("reassign", "nobody", ("0", "T1"), "no opinion"),
        ("reassign", "C-902", ("0", "T999"), "no theme T999"),
        ("explode", "T1", (), "no edit"),
        ("create", "Late parcels", (), "ids of the records"),
        ("create", "Late parcels", ("nobody",), "no record with an opinion"),
        ("create", "Late parcels", ("C-100", "C-101:9000"), "no record with an opinion"),
        ("create", "Call Ann Lee on 5551234567", ("C-100",), "personal data"),
        ("create", " ", ("C-100",), "80 characters"),
    ],
)
def test_an_edit_that_makes_no_sense_changes_nothing(built, action, theme, values, message):
    before = (members(built), built.themes.log())
    with pytest.raises(UsageError, match=message):
        built.themes.edit(action, theme, *values)
    assert (members(built), built.themes.log()) == before


def made(workspace, *records):
    """Make a theme of records; return it."""
    edit = workspace.themes.edit("create", "Made by hand", *records)
    return edit, next(theme for theme in leaves(workspace) if theme.label == "Made by hand")


def test_a_theme_made_of_records_has_their_opinions_outlasts_builds_and_is_taken_back(built):
    before = members(built)
    records = ("C-100", "C-105", "C-210")
    edit, theme = made(built, *records)
    assert edit.told == f"{theme.id} made as “Made by hand”"
    inside = {i for i, themes in members(built).items() if theme.id in themes}
    assert set(records) <= inside
    assert edit.effect == theme.size
    built.themes.build(about=4, names=False)
    assert {i for i, themes in members(built).items() if theme.id in themes} == inside
    with pytest.raises(UsageError, match="no longer the latest"):
        built.themes.undo(edit.number + 1)
    built.themes.undo(edit.number)
    assert members(built) == before


def test_a_theme_takes_the_opinion_of_each_record_that_is_most_like_those_named(workspace, tmp_path):
    two = [
        {"id": f"N-{n}", "comment": f"The lantern was broken {word}. Staff smiled at everybody {word}"}
        for n, word in enumerate(("today", "again", "badly"))
    ]
    workspace.ingest([write_csv(tmp_path / "more.csv", two)])
    workspace.themes.build(about=4, names=False)
    second = max(one.start for one in workspace.themes.why("N-0"))
    _, theme = made(workspace, f"N-0:{second}", "N-1", "N-2")
    found = [one for record in ("N-0", "N-1", "N-2") for one in workspace.themes.why(record) if one.theme == theme.id]
    assert len(found) == 3
    assert all(one.text[one.start : one.end].startswith("Staff smiled") for one in found)
    assert "a person made" in found[0].why


def test_a_made_theme_loses_what_is_erased_and_its_id_is_never_used_again(built):
    _, theme = made(built, "C-100", "C-105")
    inside = {i for i, themes in members(built).items() if theme.id in themes}
    built.erasure.erase(ids=["C-100"])
    assert {i for i, themes in members(built).items() if theme.id in themes} == inside - {"C-100"}
    built.themes.undo()
    edit, other = made(built, "C-105")
    assert other.id != theme.id
    assert edit.effect >= 1


def test_two_themes_do_not_get_one_name(built):
    one, other = leaves(built)[:2]
    built.themes.edit("rename", one.id, "Parcels")
    with pytest.raises(UsageError, match="has that name"):
        built.themes.edit("rename", other.id, "parcels")


def test_taking_back_more_than_there_is_says_so(built):
    with pytest.raises(UsageError, match="no edit"):
        built.themes.undo()


def test_the_log_keeps_what_was_taken_back(built):
    built.themes.edit("rename", leaves(built)[0].id, "One")
    built.themes.undo()
    (entry,) = built.themes.log()
    assert (entry.action, entry.is_undone, entry.actor) == ("rename", True, "owner")


def test_the_model_names_a_theme_and_what_does_not_hold_stays_words(workspace):
    workspace.llm.always = "Late parcel box"
    workspace.themes.build(about=4)
    listed = leaves(workspace)
    assert sum(theme.named_by is Namer.MODEL for theme in listed) <= 1
    assert len({theme.label for theme in listed}) == len(listed)
    asked = len(workspace.llm.prompts)
    workspace.themes.build(about=4)
    assert len(workspace.llm.prompts) == asked


@pytest.mark.parametrize("output", ["12 parcels", "Most parcels late", "Call Ann Lee", "", "x", "<b>Parcel</b>"])
def test_a_name_that_counts_or_tells_or_decorates_is_not_taken(workspace, output):
    workspace.llm.always = output
    workspace.themes.build(about=4)
    assert workspace.llm.prompts
    assert all(theme.label != output and theme.named_by is not Namer.MODEL for theme in leaves(workspace))


def test_an_opinion_keeps_its_sentiment_and_sides_are_not_merged(tmp_path):
    records = [{"id": f"C-{n}", "comment": text} for n, text in enumerate(
        f"Mashed potatoes were {word}"
        for word in "delicious lovely great tasty wonderful awful disgusting horrible terrible bad".split()
    )]  # fmt: skip
    workspace = imported(tmp_path, [*rows(), *({"rating": 1, "channel": "app", "date": ""} | one for one in records)])
    workspace.themes.build(about=5, names=False)
    theme = next(theme for theme in leaves(workspace) if "mashed" in theme.keywords)
    sentiment = theme.sentiment
    assert sentiment.positive >= 4
    assert sentiment.negative >= 4
    assert sentiment.positive + sentiment.neutral + sentiment.negative == theme.opinions >= 10


def test_a_deleted_text_leaves_no_opinion_behind(built):
    database = built.database
    text_id = FeedbackTable(built.database).texts_of(["C-902"])["C-902"]
    digests = [row[0] for row in database.rows(
        "SELECT digest FROM clauses JOIN opinions USING(clause_id) WHERE text_id = ?", (text_id,))]  # fmt: skip
    with database.transaction() as connection:
        connection.execute(
            "DELETE FROM fields WHERE response_id IN (SELECT response_id FROM feedback WHERE text_id = ?)", (text_id,)
        )
        connection.execute("DELETE FROM feedback WHERE text_id = ?", (text_id,))
        connection.execute("DELETE FROM texts WHERE text_id = ?", (text_id,))
    assert digests
    assert not database.rows("SELECT 1 FROM opinions WHERE text_id = ?", (text_id,))
    assert not database.rows(f"SELECT 1 FROM clauses WHERE digest IN ({','.join('?' * len(digests))})", digests)
    assert not database.rows("SELECT 1 FROM placements WHERE clause_id NOT IN (SELECT clause_id FROM clauses)")

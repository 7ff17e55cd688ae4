"""Near duplicates: what is joined and what is not, whatever the order; groups are stored, shown, and counted once."""

import random

import pytest
from fakes import make_workspace, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st
from roles import opened, staffed

from analyzer.cli.render.feedback_text import duplicate_lines, status_lines
from analyzer.errors import AccessError, UsageError, WithheldError
from analyzer.index.near_duplicates import find_groups

LETTER = (
    "I urge you to keep the night bus on line 12 because nurses and cleaners rely on it to get home safely "
    "after late shifts at the hospital"
)
OTHERS = (
    "The driver was friendly and helped my mother with her heavy bags up the steps",
    "Tickets are far too expensive for families who travel every single weekend",
    "The app crashed twice while I was trying to pay for my monthly pass yesterday",
    "The room was clean and the staff at the front desk were friendly to us",
    "The food was cold and the staff at the front desk were unfriendly to us",
)
VARIANTS = (
    LETTER.upper(),
    LETTER.replace("nurses", "nursses").replace("safely", "safley"),
    LETTER + " thank you",
    LETTER.replace("line 12", "line 7").replace(" to get home safely", ""),
    LETTER.replace("I urge", "<PERSON_3> and I urge"),
)


def groups_of(texts):
    found = find_groups(enumerate(texts))
    return sorted(sorted(n for n in found if found[n] == group) for group in set(found.values()))


def test_a_letter_with_small_changes_is_one_group_and_other_texts_are_none():
    assert groups_of([LETTER, *VARIANTS, *OTHERS]) == [[0, 1, 2, 3, 4, 5]]


def test_short_texts_are_said_by_people_themselves():
    assert groups_of(["very good", "Very good!", "very  good", "not very good", "good service, thanks"]) == []


def test_scripts_without_spaces_are_compared_too():
    text = "請保留十二號夜班公車因為護士和清潔工在醫院晚班之後都要靠這班車平安回家謝謝你們的理解與支持也請盡快回覆我們"
    assert groups_of(
        [
            text,
            text.replace("十二", "十"),
            "這家餐廳的服務非常好食物也很新鮮環境很乾淨我們全家都很喜歡下次一定還會再來用餐謝謝你們的招待",
        ]
    ) == [[0, 1]]


@settings(max_examples=5)
@given(st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_the_texts(rng):
    texts = [LETTER, *VARIANTS, *OTHERS, OTHERS[0] + " indeed"]
    numbers = list(range(len(texts)))
    rng.shuffle(numbers)
    found = find_groups((number, texts[number]) for number in numbers)
    assert {number: found.get(number) for number in sorted(numbers)} == {
        number: {0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 6, 11: 6}.get(number) for number in range(len(texts))
    }


def test_a_campaign_of_many_is_one_group():
    rng = random.Random(7)
    words = LETTER.split()
    texts = []
    for number in range(200):
        changed = list(words)
        changed[rng.randrange(len(words))] = f"word{number}"
        texts.append(" ".join(changed))
    assert groups_of([*texts, *OTHERS]) == [list(range(200))]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies")
    made = make_workspace(folder)
    texts = [LETTER, LETTER, *VARIANTS[:4], *OTHERS, "late", "late", "late"]
    rows = [
        {"id": f"R-{n:02}", "comment": text, "shop": "north" if n % 2 else "south", "rating": 1 + n % 5}
        for n, text in enumerate(texts)
    ]
    made.ingest([write_csv(folder / "a.csv", rows)])
    yield made
    made.close()


def test_an_import_finds_groups_and_every_count_says_both_figures(workspace):
    found = workspace.duplicates.list()
    assert (found.comments, found.different, found.count, found.copies) == (14, 7, 1, 6)
    assert not found.is_stale
    group = found.groups[0]
    assert (group.text, group.comments, group.texts, group.id) == (LETTER, 6, 5, "R-00")
    assert group.ids == tuple(f"R-{n:02}" for n in range(6))
    count = workspace.count("", "rating>=1")
    assert (count.denominator, count.texts) == (14, 7)
    assert any("near duplicates: 1 group;" in line for line in status_lines(workspace.status()))
    assert "6 comments, 5 variants  R-00" in duplicate_lines(found)[1]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("copies = once", ["R-00", "R-06", "R-07", "R-08", "R-09", "R-10", "R-11", "R-12", "R-13"]),
        ("copies = once and shop=north", ["R-01", "R-07", "R-09", "R-11", "R-13"]),
        ("shop=north and COPIES=ONCE and (rating<=2 or rating=4)", ["R-01", "R-11", "R-13"]),
        ("(shop=north or rating=3) and copies=once", ["R-01", "R-07", "R-09", "R-11", "R-12", "R-13"]),
    ],
)
def test_a_filter_counts_a_campaign_once_among_what_matches(workspace, where, ids):
    assert [one.id for one in workspace.feedback.browse(where)] == ids
    assert workspace.feedback.matching(where) == len(ids)


@pytest.mark.parametrize("where", ["copies = once or rating=1", "not copies = once", "copies = twice", "copies != once",
                                   "(copies = once and rating=1) or rating=2", "copies in (once)"])  # fmt: skip
def test_once_is_about_the_whole_filter_or_an_error(workspace, where):
    with pytest.raises(UsageError, match="join it to the whole filter"):
        workspace.feedback.browse(where)


def test_groups_of_erased_and_added_comments_are_never_wrong(tmp_path):
    made = make_workspace(tmp_path)
    rows = [{"id": f"R-{n}", "comment": text} for n, text in enumerate([LETTER, *VARIANTS[:2], *OTHERS])]
    made.ingest([write_csv(tmp_path / "a.csv", rows)])
    assert made.duplicates.list().groups[0].comments == 3
    made.erasure.erase(ids=["R-0"], reason="request")
    assert [one.ids for one in made.duplicates.list().groups] == [("R-1", "R-2")]
    assert made.feedback.matching("copies=once") == 6
    made.ingest([write_csv(tmp_path / "b.csv", [{"id": "R-90", "comment": VARIANTS[2]}])])
    assert made.duplicates.list().groups[0].comments == 3
    made.close()


def test_with_many_texts_an_import_leaves_it_to_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr("analyzer.ingest.service.MOST_COMPARED", 3)
    made = make_workspace(tmp_path)
    rows = [{"id": f"R-{n}", "comment": text} for n, text in enumerate([LETTER, *VARIANTS])]
    made.ingest([write_csv(tmp_path / "a.csv", rows)])
    assert made.duplicates.list().is_stale
    assert made.duplicates.list().groups == ()
    assert "analyzer duplicates --find" in "\n".join(status_lines(made.status()))
    assert made.duplicates.find().count == 1
    assert made.duplicates.list().groups[0].comments == 6
    made.close()


def test_an_account_without_comments_learns_nothing_of_copies(tmp_path):
    viewer = opened(staffed(tmp_path), "vic")
    assert viewer.status().different is None
    for call in (viewer.duplicates.list, viewer.duplicates.find):
        with pytest.raises(AccessError):
            call()
    with pytest.raises(WithheldError, match='may not ask by "copies"'):
        viewer.feedback.matching("copies = once")
    viewer.close()

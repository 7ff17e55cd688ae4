"""Theme discovery in synthetic opinions: correct and independent of order, cores and sample size."""

import ctypes
import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from fakes import FakeEmbedder

from analyzer.index import neighbors as near
from analyzer.themes import discovery
from analyzer.themes.agreement import adjusted_rand
from analyzer.themes.communities import cut, cut_about, ordered
from analyzer.themes.discovery import discover, order_of, vote
from analyzer.themes.graph import local_weights, make_graph, unit
from analyzer.themes.id_matching import match

KINDS = 12
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from test_discovery import digest
print(digest())
"""


def made(each=40):
    """Return opinions of twelve kinds: vectors around one center for each kind, texts with its own words, the kinds."""
    chance = np.random.default_rng(3)
    centers = unit(chance.standard_normal((KINDS, 48)))
    kinds = np.repeat(np.arange(KINDS), each)
    vectors = unit(centers[kinds] + 0.55 * unit(chance.standard_normal((len(kinds), 48))))
    texts = [f"word{kind} common thing{kind} number {i}" for i, kind in enumerate(kinds)]
    order = order_of(texts)
    return vectors[order], [texts[i] for i in order], kinds[order]


def digest():
    found = discover(*made()[:2])
    kept = (found.members, found.likeness, found.groups, found.centers)
    return hashlib.sha256(b"".join(np.ascontiguousarray(one).tobytes() for one in kept)).hexdigest()


def test_kinds_of_opinions_are_found_and_nothing_is_left_over():
    vectors, texts, kinds = made()
    found = discover(vectors, texts)
    assert adjusted_rand(kinds, found.members) > 0.9
    assert (found.members >= 0).mean() > 0.95
    assert "found again" in found.grain.criterion


@pytest.mark.parametrize("wanted", [3, 6, 12])
def test_about_how_many_is_heeded(wanted):
    vectors, texts, _ = made()
    assert abs(len(discover(vectors, texts, wanted).centers) - wanted) <= 2


def test_what_was_drawn_before_changes_no_cut():
    """scikit-network draws from the C library's rand(), which its random_state does not seed."""
    graph = make_graph(unit(np.random.default_rng(5).standard_normal((600, 16))))
    labels = []
    for seed in range(6):
        ctypes.CDLL(None).srand(seed)
        labels.append(cut(graph, 2.0).tobytes())
    assert len(set(labels)) == 1


def test_the_number_of_threads_changes_no_byte():
    digests = set()
    for threads in ("1", "4"):
        environ = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        folder = os.path.dirname(__file__)  # noqa: PTH120
        environ["PYTHONPATH"] = os.pathsep.join([os.path.dirname(folder), environ.get("PYTHONPATH", "")])  # noqa: PTH120
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, folder], env=environ, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1


def test_what_is_beyond_the_sample_goes_to_its_nearest(monkeypatch):
    vectors, texts, kinds = made()
    monkeypatch.setattr(discovery, "MOST_SAMPLED", 240)
    found = discover(vectors, texts)
    assert found.sampled == 240
    assert adjusted_rand(kinds, found.members) > 0.85


def test_an_inverted_file_finds_what_comparing_every_pair_finds(monkeypatch):
    vectors = made(100)[0]
    rows, cosines = near.neighbors(vectors, 10)
    monkeypatch.setattr(near, "EXACT", 0)
    again, _ = near.neighbors(vectors, 10)
    shared = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(rows.tolist(), again.tolist(), strict=True)])
    assert shared > 0.9
    assert (np.diff(cosines, axis=1) <= 0).all()
    assert not (rows == np.arange(len(vectors))[:, None]).any()


@pytest.mark.parametrize("count", [0, 1, 5, 11])
def test_few_opinions_are_no_themes(count):
    texts = [f"text {n}" for n in range(count)]
    found = discover(FakeEmbedder().embed(texts), texts)
    assert len(found.centers) == 0
    assert found.members.tolist() == [-1] * count


def test_opinions_that_are_all_alike_are_one_theme_or_none():
    texts = [f"same {n}" for n in range(40)]
    found = discover(np.tile(unit(np.ones((1, 8))), (40, 1)), texts)
    assert len(found.centers) <= 8


def test_weights_fall_with_distance_and_sum_to_the_target():
    weights = local_weights(np.sort(np.random.default_rng(1).random((5, 16)), axis=1))
    assert (np.diff(weights, axis=1) <= 0).all()
    assert weights[:, 0] == pytest.approx(1)
    assert weights.sum(axis=1) == pytest.approx(4, abs=0.01)


def test_a_graph_is_symmetric():
    graph = make_graph(made()[0])
    assert abs(graph - graph.T).max() == 0


def test_communities_are_numbered_by_size():
    assert ordered(np.array([7, 7, 3, 3, 3, 9])).tolist() == [1, 1, 0, 0, 0, 2]


def test_a_cut_into_about_so_many_is_as_near_as_can_be():
    labels, grain = cut_about(make_graph(made()[0]), KINDS)
    assert abs(int(labels.max()) + 1 - KINDS) <= 1
    assert "about 12" in grain.criterion


def test_a_vote_counts_nearness_and_knows_no_vote():
    labels = np.array([[0, 1, 1], [-1, -1, -1], [2, 0, -1]])
    weights = np.array([[0.9, 0.5, 0.5], [0, 0, 0], [0.5, 0.5, 0.9]], dtype=np.float32)
    assert vote(labels, weights, 3).tolist() == [0, -1, 0]


def test_a_theme_found_again_keeps_its_id_and_a_new_one_gets_the_next():
    before = ["T1"] * 6 + ["T2"] * 4 + [""] * 4
    members = np.array([1] * 5 + [0] + [0] * 4 + [2] * 4)
    found = match(before, members, 3, "T", used=7)
    assert found.ids == ("T2", "T1", "T8")
    assert found.overlap[2] == 0
    assert found.overlap[0] == pytest.approx(0.8)


def test_a_theme_that_came_apart_gives_its_id_to_the_larger_part():
    found = match(["T1"] * 10, np.array([0] * 7 + [1] * 3), 2, "T", used=1)
    assert found.ids == ("T1", "T2")


def steep(each=60):
    """Return opinions of twelve kinds in a space where two directions, which no kind has, have most of the variance."""
    vectors, texts, kinds = made(each)
    chance = np.random.default_rng(11)
    loud = unit(chance.standard_normal((2, vectors.shape[1])))
    sides = np.where(chance.random((len(kinds), 2)) < 0.5, -1.0, 1.0) + 0.2 * chance.standard_normal((len(kinds), 2))
    return unit(vectors + 1.6 * sides @ loud), texts, kinds


def test_themes_of_a_space_with_few_loud_directions_are_found_when_it_is_leveled():
    vectors, texts, kinds = steep()
    plain, leveled = (discover(vectors, texts, KINDS, level=level).members for level in (0.0, 1.0))
    assert adjusted_rand(kinds, leveled) > adjusted_rand(kinds, plain) + 0.1
    again = discover(vectors, texts, KINDS, level=1.0).members
    assert np.array_equal(again, leveled)


def test_opinions_outside_the_sample_are_placed_in_the_leveled_space(monkeypatch):
    vectors, texts, kinds = steep()
    monkeypatch.setattr(discovery, "MOST_SAMPLED", len(texts) // 2)
    found = discover(vectors, texts, KINDS, level=1.0)
    assert found.sampled < len(texts)
    assert adjusted_rand(kinds, found.members) > 0.5

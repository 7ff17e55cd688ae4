"""Measure answers on the NHS comments against people's labels: the 30 most frequent of 50, asked one by one.

    python benchmarks/points.py [--workspace FOLDER] [--labels 30] [--skip 0] [--sentences] [--show 3]

Each question is "What do people say about LABEL?". Reported: questions answered; share of cited comments that carry the
label, of those that people labeled at all; comments cited a question; mean average precision of the subject score and
F1 at the calibrated cut, over labeled comments; seconds to head, points and quotes (with --sentences, to the end).
--skip 30 --labels 18 measures labels that nothing was tuned on. --given 40 measures instead what as many of people's
labels for a subject do to the set of opinions about it: F1 over all other labeled comments, without and with them; half
of the labels given are of the 200 texts with the highest scores, half of any.
"""

import argparse
import statistics
import tempfile
import time
from collections import Counter as Tally
from dataclasses import replace
from pathlib import Path

import numpy as np

from analyzer.answers.labeled_subjects import with_labels
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.types import Status
from analyzer.config import load_settings
from analyzer.workspace import Workspace

NHS = Path(__file__).resolve().parents[2] / "shared" / "data" / "nhs_survey" / "comments.csv"
NOT_SUBJECTS = {
    "Not assigned", "Labelling not possible", "Safeguarding concerns?",
    "Negative experience & dissatisfaction", "Positive experience & gratitude",
}  # fmt: skip
FIRST_LABEL = "Not assigned"


class Stop(ProgressListener):
    """A progress listener that stops before the model writes."""

    @property
    def is_stopped(self) -> bool:
        """True: head, points and quotes are there before the first sentence."""
        return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, help="a workspace that already contains the NHS file")
    parser.add_argument("--labels", type=int, default=30, help="number of labels, most frequent first")
    parser.add_argument("--skip", type=int, default=0, help="most frequent labels left out")
    parser.add_argument("--sentences", action="store_true", help="let the model write")
    parser.add_argument("--show", type=int, default=0, help="print this many points of each answer")
    parser.add_argument("--given", type=int, default=0, help="labels of people that move the set")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings()
        if options.workspace:
            workspace = Workspace(replace(settings, workspace=options.workspace))
        else:
            root = Path(folder)
            workspace = Workspace.init(replace(settings, workspace=root / "workspace", keys_dir=root / "keys"))
            workspace.ingest([NHS])
        measure(workspace, options)
        workspace.close()


def read_labels(workspace):
    """Return the labels of each comment by id (none for comments that nobody labeled), and each label's frequency."""
    columns = [target.column for target in workspace.collaborators.table.columns().values()]
    first = next(place for place, column in enumerate(columns) if column.label == FIRST_LABEL)
    names = {column.name: column.label for column in columns[first:]}
    found, tally = {}, Tally()
    for record in workspace.collaborators.table.browse("", 100_000):
        carried = {names[name] for name, value in record.fields.items() if name in names and str(value) in ("1", "1.0")}
        tally.update(carried - NOT_SUBJECTS)
        if carried - {"Labelling not possible"}:
            found[record.id] = carried
    return found, [label for label, _ in sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))]


def measure(workspace, options) -> None:
    labels, frequent = read_labels(workspace)
    asked = frequent[options.skip : options.skip + options.labels]
    search = workspace.answers._opinion_search(ProgressListener())
    thresholds = workspace.answers._thresholds(search.scorer)
    print(f"{len(labels):,} labeled comments; {thresholds}")
    ids = scored_ids(workspace)
    if options.given:
        measure_given(search, asked, ids, labels, options.given)
        return
    listener = ProgressListener() if options.sentences else Stop()
    answered, fitting, cited, seconds, precisions, f1s, written, shown = 0, Tally(), [], [], [], [], 0, 0
    for label in asked:
        started = time.monotonic()
        answer = workspace.ask(f"What do people say about {label}?", listener=listener)
        seconds.append(time.monotonic() - started)
        quoted = {citation.id for point in answer.points for citation in point.citations}
        answered += answer.status is Status.ANSWERED and bool(answer.points)
        known = [one for one in quoted if one in labels]
        hits = sum(label in labels[one] for one in known)
        fitting.update(known=len(known), hits=hits)
        cited.append(len(quoted))
        shown += len(answer.points)
        written += sum(bool(point.sentence) for point in answer.points)
        precision, f1 = score_quality(search, label, ids, labels)
        precisions.append(precision)
        f1s.append(f1)
        print(
            f"{label[:44]:44} {answer.plan.subject[:24]:24} points {len(answer.points):2} cited {len(quoted):2} "
            f"fit {hits:2}/{len(known):2} AP {precision:.2f} F1 {f1:.2f} {seconds[-1]:5.1f} s"
        )
        for point in answer.points[: options.show]:
            print(f"    {point.comments:4} {point.stance.value:9} {point.title}")
    print(f"answered {answered} of {len(asked)}")
    print(f"cited comments that carry the label: {fitting['hits']} of {fitting['known']} labeled "
          f"({fitting['hits'] / max(fitting['known'], 1):.3f})")  # fmt: skip
    print(f"cited a question: mean {statistics.mean(cited):.1f}, least {min(cited)}")
    print(f"MAP {statistics.mean(precisions):.3f}; F1 at the calibrated cut {statistics.mean(f1s):.3f}")
    print(f"seconds: median {statistics.median(seconds):.2f}, most {max(seconds):.2f}; "
          f"sentences {written} for {shown} points")  # fmt: skip


def scored_ids(workspace) -> dict[int, list[str]]:
    """Return the ids of the comments of each text."""
    found: dict[int, list[str]] = {}
    for text_id, record_id in workspace.collaborators.database.rows("SELECT text_id, id FROM feedback ORDER BY id"):
        found.setdefault(text_id, []).append(record_id)
    return found


def score_quality(search, label: str, ids, labels) -> tuple[float, float]:
    """Return average precision and F1 at the cut, over the labeled comments."""
    scores = search.scorer.score(label)
    best: dict[int, float] = {}
    for text_id, score in zip(search.opinions.text_ids.tolist(), scores.scores.tolist(), strict=True):
        best[text_id] = max(best.get(text_id, -9.0), score)
    about = set(search.opinions.text_ids[search.about(label, search.matching("")).rows].tolist())
    rows = [(best[t], t in about, label in labels[i]) for t in sorted(best) for i in ids.get(t, ()) if i in labels]
    order = sorted(rows, key=lambda row: -row[0])
    truth = np.array([row[2] for row in order])
    precision = np.cumsum(truth) / np.arange(1, len(truth) + 1)
    chosen = np.array([row[1] for row in order])
    f1 = 2 * (chosen & truth).sum() / max(chosen.sum() + truth.sum(), 1)
    return float((precision * truth).sum() / max(truth.sum(), 1)), float(f1)


def measure_given(search, asked, ids, labels, given: int) -> None:
    """Print the mean F1 of the sets about the labels, without and with some labels of people, over all others."""
    text_ids, matching, chance = search.opinions.text_ids, search.matching(""), np.random.default_rng(0)
    without, moved = [], []
    for label in asked:
        about = search.about(label, matching)
        truth = {t: any(label in labels[i] for i in ids.get(t, ()) if i in labels) for t in set(text_ids.tolist())
                 if any(i in labels for i in ids.get(t, ()))}  # fmt: skip
        best = dict.fromkeys(truth, -9.0)
        for text, score in zip(text_ids.tolist(), about.scores.scores.tolist(), strict=True):
            if text in best:
                best[text] = max(best[text], score)
        ranked = sorted(best, key=lambda text: (-best[text], text))
        known = [*chance.choice(ranked[:200], given // 2, replace=False), *chance.choice(ranked[200:], given // 2)]
        answers = {int(text): float(truth[int(text)]) for text in known}
        with_them = with_labels(about.rows, matching.rows, about.scores.scores, text_ids, answers)
        for rows, found in ((about.rows, without), (with_them, moved)):
            inside = set(text_ids[rows].tolist())
            pairs = [(text in inside, truth[text]) for text in truth if text not in answers]
            hits = sum(a and b for a, b in pairs)
            found.append(2 * hits / max(sum(a for a, _ in pairs) + sum(b for _, b in pairs), 1))
    better = sum(b > a + 1e-9 for a, b in zip(without, moved, strict=True))
    worse = sum(b < a - 1e-9 for a, b in zip(without, moved, strict=True))
    print(f"mean F1 over {len(asked)} subjects: {statistics.mean(without):.3f} without labels, "
          f"{statistics.mean(moved):.3f} with {given}; better {better}, worse {worse}")  # fmt: skip


if __name__ == "__main__":
    main()

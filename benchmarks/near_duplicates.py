"""Measure near duplicates: planted groups that are found, and pairs that are joined wrongly.

    python benchmarks/near_duplicates.py /work/shared/data [--wrong 10]

From each set, texts of at least ten words (--words; a copy of fewer than eight words is none by definition) that are
nobody's near duplicate are taken as originals; half stay single,
half get two to nine copies with planted edits: typing errors, other words, a sentence of one's own, a sentence left
out, other numbers, case and punctuation. A planted group is found if all its copies are in one group, and nothing of
another original is. A pair is joined wrongly if the two come from different originals.
"""

import argparse
import csv
import io
import json
import random
import re
import time
import zipfile
from collections import Counter
from itertools import combinations
from pathlib import Path

from analyzer.index.near_duplicates import compared_text, find_groups, is_comparable

ORIGINALS = 1_000


def texts_of(folder):
    """Yield (name, texts) of each set."""
    with zipfile.ZipFile(folder / "clothing_reviews" / "reviews.csv.zip") as archive:
        rows = csv.DictReader(io.StringIO(archive.read(archive.namelist()[0]).decode("utf-8-sig")))
        yield "clothing_reviews", [row["Review Text"] for row in rows if row["Review Text"]]
    with (folder / "nhs_survey" / "comments.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
        column = max(rows[0], key=lambda name: sum(len(row[name] or "") for row in rows[:500]))
        yield "nhs_survey", [row[column] for row in rows if row[column]]
    lines = (folder / "app_review_search" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    column = max(records[0], key=lambda name: sum(len(str(one.get(name) or "")) for one in records[:500]))
    yield "app_review_search", [str(one[column]) for one in records if one.get(column)]
    with (folder / "banking_queries" / "train.csv").open(encoding="utf-8-sig", newline="") as file:
        yield "banking_queries", [row["text"] for row in csv.DictReader(file)]


def typing_errors(words, rng, _others):
    """One letter in about thirty is another, is missing, or comes twice."""
    text = list(" ".join(words))
    for place in rng.sample(range(len(text)), max(1, len(text) // 30)):
        if text[place] != " ":
            text[place] = rng.choice(["", text[place] * 2, rng.choice("aeioustnr")])
    return "".join(text).split()


def other_words(words, rng, others):
    """One word in ten is another."""
    changed = list(words)
    for place in rng.sample(range(len(words)), max(1, len(words) // 10)):
        changed[place] = rng.choice(others)
    return changed


def own_sentence(words, rng, others):
    """A few words of one's own before or after, at most a sixth of the text."""
    own = rng.choices(others, k=max(1, min(8, len(words) // 6)))
    return [*own, *words] if rng.random() < 0.5 else [*words, *own]


def left_out(words, rng, _others):
    """A run of words is left out, at most a sixth of the text."""
    length = max(1, len(words) // 6)
    start = rng.randrange(len(words) - length + 1)
    return words[:start] + words[start + length :]


def other_form(words, rng, _others):
    """Other case, punctuation and numbers."""
    text = re.sub(r"\d+", lambda _: str(rng.randrange(100)), " ".join(words))
    text = text.upper() if rng.random() < 0.3 else text
    return re.sub(r"[.,!]", lambda _: rng.choice(["", "!", " .", "..."]), text).split()


EDITS = (typing_errors, other_words, own_sentence, left_out, other_form)


def measure(name, texts, wrong_shown, least_words):
    """Print the figures of one set."""
    rng = random.Random(f"near duplicates of {name}")
    alone = [text for text in dict.fromkeys(texts) if is_comparable(compared_text(text))]
    natural = find_groups(enumerate(alone))
    alone = [text for place, text in enumerate(alone) if place not in natural and len(text.split()) >= least_words]
    originals = rng.sample(alone, min(ORIGINALS, len(alone)))
    vocabulary = [word for text in originals for word in text.split()]
    planted, copies = [], []
    for number, text in enumerate(originals):
        planted.append((number, "original", text))
        for _ in range(rng.randrange(2, 10) if number % 2 else 0):
            edit = rng.choice(EDITS)
            planted.append((number, edit.__name__, " ".join(edit(text.split(), rng, vocabulary))))
        copies.append(number % 2)
    rng.shuffle(planted)
    started = time.perf_counter()
    found = find_groups((place, text) for place, (_, _, text) in enumerate(planted))
    seconds = time.perf_counter() - started
    groups, missed = {}, Counter()
    for place, (number, _, _) in enumerate(planted):
        groups.setdefault(found.get(place, -1 - place), []).append(number)
    whole = {}
    for group, numbers in groups.items():
        for number in set(numbers):
            whole.setdefault(number, []).append((group, len(set(numbers)) == 1))
    grouped = [number for number in range(len(originals)) if copies[number]]
    right = sum(len(whole[number]) == 1 and whole[number][0][1] for number in grouped)
    places = {}
    for place, (number, _, _) in enumerate(planted):
        places.setdefault(number, Counter())[found.get(place, -1 - place)] += 1
    total = Counter(edit for number, edit, _ in planted if copies[number])
    for place, (number, edit, _) in enumerate(planted):
        if copies[number] and found.get(place, -1 - place) != places[number].most_common(1)[0][0]:
            missed[edit] += 1
    joined = sum(len(one) * (len(one) - 1) // 2 for one in groups.values())
    mixed = [one for one in groups.values() if len(set(one)) > 1]
    wrong = [pair for one in mixed for pair in combinations(one, 2) if pair[0] != pair[1]]
    pairs = sum(n * (n - 1) // 2 for n in Counter(number for number, _, _ in planted).values())
    edits = ", ".join(f"{edit} {missed[edit]}/{total[edit]}" for edit in sorted(total))
    print(
        f"{name}: {len(texts):,} texts, {len(set(natural.values())):,} groups of their own; planted groups found "
        f"{right}/{len(grouped)} = {right / len(grouped):.3f}, pairs found {(joined - len(wrong)) / pairs:.3f}, "
        f"joined wrongly {len(wrong)}/{joined} = {len(wrong) / max(1, joined):.4f}; "
        f"{len(planted) / seconds:,.0f} texts/s; missed: {edits}"
    )
    for one, other in wrong[:wrong_shown]:
        print("   ", originals[one][:100], "|", originals[other][:100])


def main():
    """Measure all sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", type=int, default=0, help="pairs joined wrongly to print")
    parser.add_argument("--words", type=int, default=10, help="least words of an original")
    options = parser.parse_args()
    for name, texts in texts_of(options.folder):
        measure(name, texts, options.wrong, options.words)


if __name__ == "__main__":
    main()

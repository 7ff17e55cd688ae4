"""Train the question model of the planning of questions, and measure it on frames left out.

    python benchmarks/questions.py train       writes analyzer/answers/planning/question_weights.json
    python benchmarks/questions.py judge       trains the judge for multilingual-e5-small, with the words of that file
    python benchmarks/questions.py score       accuracy on every fifth frame, which is then left out of the training

A training question is a frame of question_frames.txt filled with a subject of question_subjects.txt, or two of them
joined. The labels of its words follow from the frame. The gold questions of `analyzer evaluate` are no part of it.
"""

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from analyzer.answers.planning.phrases import MARK
from analyzer.answers.planning.question_model import (
    EXCLUDED,
    FRAME,
    JOINT,
    LABELS,
    STANCES,
    SUBJECT,
    TASKS,
    UNKNOWN,
    QuestionModel,
    best_path,
    frame_features,
    place_features,
    tokenize,
)
from analyzer.models.embedder import Embedder

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "analyzer" / "answers" / "planning" / "question_weights.json"
FRAMES, SUBJECTS = ROOT / "benchmarks" / "question_frames.txt", ROOT / "benchmarks" / "question_subjects.txt"
MODEL = "all-MiniLM-L6-v2"
OTHER_MODEL, OTHER_WEIGHTS = "multilingual-e5-small", WEIGHTS.with_name("question_weights_multilingual.json")
OTHER_PER_FRAME, OTHER_SCALE = 8, 5.0
"""Questions of a frame that are embedded with the other model, which is slow; and the scale of its vectors, which lie
nearer to each other."""
SEED, PER_FRAME, JOINED, EPOCHS, SCALE = 7, 24, 5_000, 6, 20
UNKNOWN_FRAME_WORDS = 0.04
"""Share of the frame words of a training question that the model is made not to know."""
FRAME_WORD_SHARE = 0.3
"""Share of the subjects of training questions that are given a word of the frames."""
PRONOUNS, PRONOUN_SHARE = ("it", "that", "them", "this", "these", "those"), 0.03
LEAST_SHARE = 0.1
"""Least weight of a feature of the judge that is kept; the tagger's are LEAST_WEIGHT / SCALE."""
VECTOR_SCALE, STRENGTH, LEAST_SEEN, LEAST_WEIGHT = 2.25, 3.0, 3, 30
PEOPLE = """people people people ppl patients customers users clients guests shoppers visitors parents students
they they passengers members women men families readers callers residents folks everyone reviewers
respondents buyers""".split()
COMMENTS = """comments comments comments reviews feedback responses verbatims quotes answers remarks entries
complaints posts mentions""".split()
SAYS = """say say said think think thought feel felt write mention|of talk complain comment report believe tell|us
describe""".split()
OTHERS = "london france leeds spain berlin italy england india texas canada japan french german latin".split()
LANGUAGE = "# language "
SHORT_SHARE = 0.12
SHORT = {"about": ("abt", "bout", "re"), "what": ("wat", "wot"), "are": ("r",), "you": ("u",), "with": ("w",),
         "for": ("4",), "problems": ("probs",), "please": ("plz",), "customers": ("custs",), "examples": ("exs",),
         "and": ("n",), "because": ("cos",), "comments": ("cmts",), "percentage": ("pct",), "month": ("mth",),
         "average": ("avg",)}  # fmt: skip
"""How words are written in haste, and how often."""
JOINTS = (
    "and",
    "and also",
    "?",
    "? and",
    ". also",
    "+",
    "&",
    ",",
    "-",
    ";",
    "also",
    "? also",
    ", and",
    ". and",
    "as well as",
    ".",
)
JOINTS_OF = {"de": ("und", "? und", ", und"), "fr": ("et", "? et", ", et"), "es": ("y", "? y", ", y"),
             "nl": ("en", "? en", ", en"), "it": ("e", "? e", ", e")}  # fmt: skip
GREETINGS = ("pls", "please", "hi", "hey", "hello", "quick question :", "can you", "could you please", "so", "ok")
FAREWELLS = ("pls", "please", "thx", "thanks", "asap", "pls ?", "!", "??", "ty")
GERMAN = re.compile(r"\b(?:der|die|das|wie|was|und|warum|kunden|zu|über|nach|wer)\b")
MARKED_WORDS = {"v": ("for the north", "in London", "online"), "d": ("last year", "since June", "in March"),
                "r": ("1 star", "bad ratings", "5 stars"), "g": ("which region", "by branch", "per store")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A made-up question: words with their labels, and the number of its frame (-1 if it is two questions)."""

    words: tuple[str, ...]
    labels: tuple[str, ...]
    task: str
    stance: str
    frame: int


@dataclass(frozen=True, slots=True)
class FrameLine:
    """A line of the frames: task, stance, text, and its language."""

    task: str
    stance: str
    text: str
    language: str


def read_frames() -> list[FrameLine]:
    """Return the frames."""
    found, language = [], "en"
    for line in FRAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            language = line.removeprefix(LANGUAGE) if line.startswith(LANGUAGE) else language
            continue
        head, text = line.split(": ", 1)
        task, _, stance = head.partition(" ")
        found.append(FrameLine(task, stance, text, language))
    return found


def read_subjects() -> dict[str, list[str]]:
    """Return the subjects of each language."""
    lines = [one for one in SUBJECTS.read_text(encoding="utf-8").splitlines() if not one.startswith("#")]
    return {one[:2]: [subject.strip() for subject in one[4:].split(",")] for one in lines}


class Maker:
    """Makes training questions from frames; the same seed makes the same ones."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.subjects = read_subjects()
        texts = (re.sub(r"\{.\}|[^\w\s]", " ", line.text) for line in read_frames())
        self.frame_words = sorted({word for text in texts for word in text.split() if len(word) > 3})

    def question(self, line: FrameLine, frame: int, is_second: bool = False) -> Example:
        """Fill a frame."""
        text = re.sub(r"\(([^()]*)\)", lambda match: self.random.choice(match[1].split("/")), line.text)
        words, labels = [], []
        if not is_second and self.random.random() < 0.05 and line.text != "{s}":
            self._add(words, labels, self.random.choice(GREETINGS), FRAME)
        for piece in text.split():
            if piece in ("{s}", "{x}"):
                if piece == "{s}" and self.random.random() < (0.5 if is_second else PRONOUN_SHARE) and text != "{s}":
                    self._add(words, labels, self.random.choice(PRONOUNS), FRAME)
                else:
                    self._add(words, labels, self._subject(line.language), SUBJECT if piece == "{s}" else EXCLUDED)
            else:
                self._add(words, labels, self._filled(piece), FRAME)
        if self.random.random() < 0.06:
            self._add(words, labels, self.random.choice(FAREWELLS), FRAME)
        return Example(tuple(words), tuple(labels), line.task, line.stance, frame)

    def joined(self, lines: Sequence[tuple[int, FrameLine]]) -> Example:
        """Join two questions of one language; often the second has no subject of its own."""
        short = [one for one in lines if "{s}" not in one[1].text]
        while True:
            (_, first), (_, second) = self.random.choice(lines), self.random.choice(self.random.choice((lines, short)))
            is_asked = "off_topic" not in (first.task, second.task) and second.text != "{s}"
            if first.language == second.language and is_asked:
                break
        one, two = self.question(first, 0), self.question(second, 0, is_second=True)
        joint = [token.word for token in tokenize(self.random.choice(JOINTS_OF.get(first.language, JOINTS)))]
        kept = len(one.words) - (one.words[-1] == "?")
        return Example(
            one.words[:kept] + tuple(joint) + two.words, one.labels[:kept] + (JOINT,) * len(joint) + two.labels,
            one.task, one.stance, -1,
        )  # fmt: skip

    def _subject(self, language: str) -> str:
        """Return a subject, often with a word of the frames in it: such words are parts of subjects too."""
        words = self.random.choice(self.subjects[language]).split()
        if self.random.random() < FRAME_WORD_SHARE:
            place = self.random.randrange(len(words) + (len(words) < 3))
            words[place : place + self.random.randrange(2)] = [self.random.choice(self.frame_words)]
        return " ".join(words)

    def _filled(self, piece: str) -> str:
        kinds = {"{v}": "v", "{d}": "d", "{r}": "r", "{g}": "g"}
        if piece in kinds:
            return f"{MARK}{kinds[piece]}a"
        lists = {"{p}": PEOPLE, "{c}": COMMENTS, "{y}": SAYS, "{o}": OTHERS}
        if piece in SHORT and self.random.random() < SHORT_SHARE:
            return self.random.choice(SHORT[piece])
        return self.random.choice(lists[piece]).replace("|", " ") if piece in lists else piece

    def _add(self, words: list[str], labels: list[str], text: str, label: str) -> None:
        found = [token.word for token in tokenize(text)]
        articles = ("the", "a") if label in (SUBJECT, EXCLUDED) and found[0] in ("the", "a") else ()
        words += found
        labels += [FRAME if i == 0 and articles else label for i in range(len(found))]


def make_examples(lines: Sequence[tuple[int, FrameLine]], per_frame: int = PER_FRAME) -> list[Example]:
    """Return the training questions of frames."""
    maker = Maker()
    found = [maker.question(line, number) for number, line in lines for _ in range(per_frame)]
    bare = [(number, line) for number, line in lines if line.text.startswith("{s}")][:1]
    found += [maker.question(line, number) for number, line in bare for _ in range(900)]
    foreign = [FrameLine("summarize", "", "{s}", language) for language in JOINTS_OF]
    found += [maker.question(line, bare[0][0] if bare else 0) for line in foreign for _ in range(90)]
    return found + [maker.joined(lines) for _ in range(JOINED)]


def vocabulary(examples: Sequence[Example]) -> list[str]:
    """Return the words that stand in a frame."""
    seen: dict[str, int] = {}
    for example in examples:
        for word, label in zip(example.words, example.labels, strict=True):
            if label in (FRAME, JOINT) and not word.startswith(MARK):
                seen[word] = seen.get(word, 0) + 1
    return sorted(word for word, count in seen.items() if count >= LEAST_SEEN)


def train_tagger(examples: Sequence[Example], model: QuestionModel) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the weights of an averaged structured perceptron: of the features, and of the moves."""
    shuffled, dice = list(examples), random.Random(SEED)
    weights, sums, moves = dict[str, np.ndarray](), dict[str, np.ndarray](), np.zeros((len(LABELS),) * 2)
    moves_sum, step, zero = np.zeros_like(moves), 0, np.zeros(len(LABELS))
    for _ in range(EPOCHS):
        dice.shuffle(shuffled)
        for example in shuffled:
            step += 1
            words = [
                UNKNOWN if label == FRAME and len(word) > 1 and word[0] != MARK and dice.random() < UNKNOWN_FRAME_WORDS
                else word for word, label in zip(map(model.known, example.words), example.labels, strict=True)
            ]  # fmt: skip
            places = place_features(words)
            given = np.array([sum((weights[f] for f in place if f in weights), zero) for place in places])
            gold = [LABELS.index(label) for label in example.labels]
            found = best_path(given, moves)
            if found == gold:
                continue
            for place, right, wrong in zip(places, gold, found, strict=True):
                if right != wrong:
                    for feature in place:
                        for label, change in ((right, 1.0), (wrong, -1.0)):
                            weights.setdefault(feature, np.zeros(len(LABELS)))[label] += change
                            sums.setdefault(feature, np.zeros(len(LABELS)))[label] += change * step
            for path, change in ((gold, 1.0), (found, -1.0)):
                for one, two in pairwise(path):
                    moves[one, two] += change
                    moves_sum[one, two] += change * step
    averaged = {name: row - sums[name] / (step + 1) for name, row in weights.items()}
    return averaged, moves - moves_sum / (step + 1)


def train_judge(
    examples: Sequence[Example], model: QuestionModel, embedder: Embedder, scale: float = VECTOR_SCALE
) -> dict[str, object]:
    """Return the weights of the judge: logistic regressions of the task and of the stance."""
    single = [one for one in examples if one.frame >= 0]
    frames = [model.frame([_Word(w) for w in one.words], one.labels) for one in single]
    rows = [frame_features(frame) for frame in frames]
    count: dict[str, int] = {}
    for row in rows:
        for feature in row:
            count[feature] = count.get(feature, 0) + 1
    names = sorted(name for name, n in count.items() if n >= 2 * LEAST_SEEN)
    place = {name: i for i, name in enumerate(names)}
    ones = [(i, place[f]) for i, row in enumerate(rows) for f in row if f in place]
    shape = (len(rows), len(names))
    matrix = csr_matrix((np.ones(len(ones)), tuple(np.array(ones).T)), shape=shape)
    vectors = embedder.embed([_spoken(one) for one in single]) * scale
    gold = [TASKS.index(one.task) for one in single]
    tasks = LogisticRegression(C=STRENGTH, max_iter=300).fit(hstack([matrix, csr_matrix(vectors)]).tocsr(), gold)
    alone = LogisticRegression(C=STRENGTH, max_iter=300).fit(matrix, gold)
    stances = LogisticRegression(C=STRENGTH, max_iter=300).fit(matrix, [STANCES.index(one.stance) for one in single])
    by_word = np.vstack([tasks.coef_[:, : len(names)], stances.coef_, alone.coef_])
    return {
        "judge": {name: by_word[:, i] for i, name in enumerate(names) if np.abs(by_word[:, i]).max() > LEAST_SHARE},
        "offsets": np.concatenate([tasks.intercept_, stances.intercept_, alone.intercept_]),
        "by_vector": tasks.coef_[:, len(names) :].T * scale,
    }


def train(lines: Sequence[tuple[int, FrameLine]], embedder: Embedder) -> dict[str, object]:
    """Return the trained weights, as they are stored."""
    examples = make_examples(lines)
    words = vocabulary(examples)
    none = {"tagger": {}, "moves": [[0] * 4] * 4, "judge": {}, "offsets": [0] * 19, "by_vector": []}
    bare = QuestionModel.from_stored({"words": words, "scale": 1, **none})
    tagger, moves = train_tagger(examples, bare)
    judged = train_judge(examples, bare, embedder)
    return {
        "scale": SCALE, "words": words,
        "tagger": {f: row for f, w in sorted(tagger.items()) if max(map(abs, row := _whole(w))) >= LEAST_WEIGHT},
        "moves": [_whole(row) for row in moves],
        "judge": {f: _whole(w) for f, w in judged["judge"].items()},
        "offsets": _whole(judged["offsets"]),
        "by_vector": _whole(judged["by_vector"].ravel()),
    }  # fmt: skip


def train_other(lines: Sequence[tuple[int, FrameLine]], embedder: Embedder) -> dict[str, object]:
    """Return the judge for another embedding model, as it is stored."""
    examples = [one for one in make_examples(lines, OTHER_PER_FRAME) if one.frame >= 0]
    judged = train_judge(examples, QuestionModel.load(), embedder, OTHER_SCALE)
    return {
        "judge": {f: _whole(w) for f, w in judged["judge"].items()},
        "offsets": _whole(judged["offsets"]),
        "by_vector": _whole(judged["by_vector"].ravel()),
    }


def score(embedder: Embedder) -> Iterator[str]:
    """Train without every fifth frame, and measure on those."""
    lines = list(enumerate(read_frames()))
    model = QuestionModel.from_stored(train([one for one in lines if one[0] % 5], embedder))
    left_out = [one for one in make_examples([one for one in lines if not one[0] % 5]) if one.frame >= 0]
    left_out = random.Random(SEED).sample(left_out, 600)
    words = tasks = stances = 0
    for one in left_out:
        tokens = [_Word(word) for word in one.words]
        labels = model.tag(tokens)
        judgment = model.judge_frame(tokens, labels, embedder.embed_one(_spoken(one)))
        words += tuple(labels) == one.labels
        tasks += TASKS[int(judgment.tasks.argmax())].value == one.task
        stances += STANCES[int(judgment.stances.argmax())] == one.stance
    n = len(left_out)
    yield f"{n} questions of frames left out: labels {words / n:.3f}, task {tasks / n:.3f}, stance {stances / n:.3f}"


@dataclass(frozen=True, slots=True)
class _Word:
    word: str


def _spoken(example: Example) -> str:
    """Return a question with words in place of its marks."""
    dice = random.Random(" ".join(example.words))
    return " ".join(dice.choice(MARKED_WORDS[word[1]]) if word.startswith(MARK) else word for word in example.words)


def _whole(row: np.ndarray) -> list[int]:
    return [round(float(weight) * SCALE) for weight in row]


def main() -> None:
    """Run the step that is named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("train", "judge", "score"))
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    options = parser.parse_args()
    embedder = Embedder(options.models / (OTHER_MODEL if options.step == "judge" else MODEL))
    if options.step != "score":
        file, make = (OTHER_WEIGHTS, train_other) if options.step == "judge" else (WEIGHTS, train)
        stored = make(list(enumerate(read_frames())), embedder)
        file.write_text(json.dumps(stored, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        print("\n".join(score(embedder)))


if __name__ == "__main__":
    main()

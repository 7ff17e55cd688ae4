"""Read the labeled and unlabeled sets of the privacy evaluation, each reduced to one part of the split.

A reader returns None if its file is missing; the evaluation then reports the set as skipped. The sets are described in
the README of the shared data folder; none of their text is part of this project.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.evaluation.spans import Span
from analyzer.evaluation.splits import Part, belongs, comment_key, side

SYNTHETIC = "pii_synthetic/synth_dataset_v2.json"
TWEETS = "tweets_ner"
TWEET_PARTS = {"a.conll": Part.TUNING, "b.conll": Part.TUNING, "h.conll": Part.HELD_BACK}
COMMENT_SETS = {
    "nhs": ("nhs_survey/comments.csv", "FFT answer"),
    "clothing": ("clothing_reviews/reviews.csv.zip", "Review Text"),
}
"""Sets of comments with almost no personal data: file and column."""
NAME, HANDLE = "NAME", "HANDLE"
QUOTE = '"'
WRITTEN_QUOTE = "'\"'"
"""How the files write a quotation mark."""
PERSON_TAG = re.compile(r"([BI])-PER")


@dataclass(frozen=True, slots=True)
class LabeledText:
    """A text, its labeled spans, and the key that decides its side of the split."""

    text: str
    spans: tuple[Span, ...]
    key: str


def read_synthetic(data: Path, part: Part) -> list[LabeledText] | None:
    """Read presidio-research's synthetic set; all texts of a template are on one side."""
    file = data / SYNTHETIC
    if not file.is_file():
        return None
    rows = json.loads(file.read_text(encoding="utf-8"))
    return [labeled for labeled in map(_synthetic, rows) if belongs(side(labeled.key), part)]


def read_tweets(data: Path, part: Part) -> list[LabeledText] | None:
    """Read the tweets; a span is a NAME, or a HANDLE if it is an @name. Files a and b tune, h is held back."""
    if not (data / TWEETS).is_dir():
        return None
    files = [file for name, of in TWEET_PARTS.items() if belongs(of, part) and (file := data / TWEETS / name).is_file()]
    return [_tweet(lines, file.name) for file in files for lines in _sentences(file)] if files else None


def read_comments(data: Path, part: Part, name: str) -> list[str] | None:
    """Read the comments of "nhs" or "clothing" that are not empty, repeats included; repeats are on one side."""
    path, column = COMMENT_SETS[name]
    file = data / path
    if not file.is_file():
        return None
    content = file.read_bytes()
    if file.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(archive.namelist()[0])
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    texts = [row[column] for row in rows if row[column] and row[column].strip()]
    return [text for text in texts if belongs(side(comment_key(text)), part)]


def _synthetic(row: dict[str, object]) -> LabeledText:
    spans: list[dict[str, object]] = row["spans"]  # type: ignore[assignment]
    gold = [Span(str(s["entity_type"]), _number(s["start_position"]), _number(s["end_position"])) for s in spans]
    return LabeledText(str(row["full_text"]), tuple(sorted(gold, key=lambda s: s.start)), str(row["template_id"]))


def _number(value: object) -> int:
    return int(str(value))


def _sentences(file: Path) -> Iterator[list[tuple[str, str]]]:
    """Yield a file's sentences as (token, tag) pairs; a blank line ends one."""
    lines: list[tuple[str, str]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        token, _, tag = line.rpartition("\t")
        if token.strip():
            lines.append((QUOTE if token.strip() == WRITTEN_QUOTE else token.strip(), tag.strip()))
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _tweet(lines: list[tuple[str, str]], key: str) -> LabeledText:
    """Rebuild a tweet; the "@" of a handle is a token of its own and often labeled too: both become one span."""
    text, offsets = rebuild([token for token, _ in lines])
    spans: list[Span] = []
    open_span: tuple[int, int] | None = None
    for (_, tag), (start, end) in zip(lines, offsets, strict=True):
        match = PERSON_TAG.fullmatch(tag)
        if open_span and match and (match[1] == "I" or text[open_span[0] : start] == "@"):
            open_span = (open_span[0], end)
            continue
        spans += [_person(text, *open_span)] if open_span else []
        open_span = (start, end) if match else None
    spans += [_person(text, *open_span)] if open_span else []
    return LabeledText(text, tuple(spans), key)


def _person(text: str, start: int, end: int) -> Span:
    handle = text[start] == "@" or text[max(start - 1, 0) : start] == "@"
    return Span(HANDLE if handle else NAME, start, end)


NO_SPACE_AFTER = frozenset("@#([{“‘$£€")
NO_SPACE_BEFORE = re.compile(r"[.,!?;:%)\]}”’…]+|'(?:s|m|re|ve|ll|d|t)|n't|’(?:s|m|re|ve|ll|d|t)", re.IGNORECASE)


def rebuild(tokens: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """Join tokens into a text and return each token's offsets; "@ name" and punctuation are joined without a space.

    Straight quotation marks open and close alternately.
    """
    text, offsets, inside, previous = "", [], False, ""
    for word in tokens:
        closes = word == QUOTE and inside
        glued = not text or previous in NO_SPACE_AFTER or closes or NO_SPACE_BEFORE.fullmatch(word) is not None
        text += ("" if glued else " ") + word
        offsets.append((len(text) - len(word), len(text)))
        opens = word == QUOTE and not inside
        inside = opens or (inside and not closes)
        previous = "(" if opens else word
    return text, offsets

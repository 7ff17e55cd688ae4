"""Find the parts of a clause that can stand as a title: without its opening ("but it was still"), or cut before a turn.

What is left stands word for word in the comment. A part never loses a word that denies: "not flattering" is not cut
to "flattering".
"""

import re
from collections.abc import Mapping
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.grounding.entailment_features import NUMBER_WORDS
from analyzer.answers.opinion_snapshot import OpinionSnapshot, Rows
from analyzer.answers.opposites import denies
from analyzer.answers.point_words import FUNCTION_WORDS, MOST_TITLE, PERSONS
from analyzer.answers.quotes import breaks_off
from analyzer.index.fulltext import STOP_WORDS

EDGE = " .,;:-–—!'\"()*•"
ENDED = re.compile(r"[.!?…]\s")
GERUND = re.compile(r"(?<!forward )(?<!used )\bto (?!every|any|some|no)\w{3,}ing\b")
"""What nobody says on purpose: "short time to waiting"."""
TOKEN = re.compile(r"\S+")
JOINED_BY = frozenset(
    "however but and yet so also because though although unfortunately sadly plus as or then shame pity".split()
)
"""What joins a clause to the one before it."""
PRONOUNS = PERSONS | frozenset(
    """it it's it’s they they're they’re this that that's that’s these those there there's there’s he she he's she's
    es sie er il elle ils c'est ça hij zij het lo la""".split()
)
POINTING = frozenset("this that these those lo la het".split())
"""Pronouns that stand before a noun too."""
COPULAS = frozenset(
    """is was are were am be been being has have had do did ist war sind waren est était sont es fue son eran è era sono
    erano zijn heeft""".split()
)
FILLERS = frozenset(
    "actually still just simply honestly basically literally definitely really now already think believe guess say said"
    " mentioned".split()
)
TURNS = frozenset(
    """however but because when if although though unfortunately sadly which while since until unless whereas
    otherwise except""".split()
)
"""Words before which a clause can be cut: what follows is a reason, a condition or something else."""
COUNTED = frozenset(word for word, number in NUMBER_WORDS.items() if int(number) > 2)
"""Numbers that no title has, as words: how often or how long differs from comment to comment."""
NO_END = frozenset("too also though tho either however unfortunately sadly".split())
NO_START = frozenset(
    "or than which who whom whose when if while until unless since for of with to at in on by about".split()
)


def title_spans(clause: str) -> list[tuple[int, int]]:
    """Return the parts of a clause, as offsets into it, that have two to seven words and can stand as a title."""
    words = [(found.group(), *found.span()) for found in TOKEN.finditer(clause)]
    plain = [word.strip(EDGE).casefold().replace("’", "'") for word, _, _ in words]
    found = dict[tuple[int, int], None]()
    for begin in dict.fromkeys((_after_opening(plain), _after_joining(plain))):
        for whole in _ends(words, plain, begin):
            end = whole - len(list(takewhile(lambda word: word in NO_END, reversed(plain[begin:whole]))))
            if not _loses_denial(plain, begin, end) and _is_title(plain[begin:end]):
                start, stop = words[begin][1], words[end - 1][2]
                text = clause[start:stop]
                start += len(text) - len(text.lstrip(EDGE))
                if not breaks_off(clause[start:stop]) and not ENDED.search(text.strip(EDGE)):
                    found[start, start + len(text.strip(EDGE))] = None
        if found:
            break
    return list(found)


def begins_with_pronoun(text: str) -> bool:
    """Return whether a text begins with a pronoun that stands for the thing it speaks of."""
    return text.split()[0].casefold().replace("’", "'") in PRONOUNS - POINTING


def is_of_the_thing(clause: str) -> bool:
    """Return whether a clause does not begin with its writer, as "I usually wear a small" does."""
    plain = [word.strip(EDGE).casefold().replace("’", "'") for word in clause.split()]
    place = _after_joining(plain)
    return place >= len(plain) or plain[place] not in PERSONS


def of_writers(opinions: OpinionSnapshot, rows: Rows, texts: Mapping[int, str]) -> NDArray[np.bool_]:
    """Return bool[k], which opinions without a stance speak of their writers ("I wear a small"), unless all do."""
    stances = opinions.stances()[rows].tolist()
    clauses = [
        "" if stance else texts[int(opinions.text_ids[row])][int(opinions.starts[row]) : int(opinions.ends[row])]
        for row, stance in zip(rows.tolist(), stances, strict=True)
    ]
    found = np.array([bool(clause) and not is_of_the_thing(clause) for clause in clauses], dtype=bool)
    return found & (not found.all())


def _after_joining(plain: list[str]) -> int:
    return len(list(takewhile(lambda word: word in JOINED_BY or not word, plain)))


def _after_opening(plain: list[str]) -> int:
    """Return the place of the first word after "but it was still"; "this dress was" stays whole."""
    place = _after_joining(plain)
    if plain[place : place + 1] and plain[place] in PRONOUNS:
        verb = place + 1 + len(list(takewhile(lambda word: word in COPULAS | FILLERS, plain[place + 1 :])))
        return verb if verb > place + 1 or plain[place] not in POINTING else place
    return place


def _ends(words: list[tuple[str, int, int]], plain: list[str], begin: int) -> list[int]:
    """Return the places after which a part that begins at a word can end, the whole clause first."""
    ends = [len(words)]
    for place in range(begin + 2, len(words)):
        before = words[place - 1][0]
        is_count = _is_number(plain[place]) and plain[place - 1] not in STOP_WORDS | FUNCTION_WORDS
        if before[-1] in ",;:)–-" or words[place][0][0] in "(–-" or plain[place] in TURNS or is_count:
            ends.append(place)
    return ends


def _is_number(word: str) -> bool:
    """Return whether a word counts what another comment counts otherwise: "moved nine times", "waited 3 hours"."""
    return word[:1].isdigit() or word in COUNTED


def _loses_denial(plain: list[str], begin: int, end: int) -> bool:
    return any(denies(word) for word in plain[:begin] + plain[end:])


def _is_title(words: list[str]) -> bool:
    if GERUND.search(" ".join(words)):
        return False
    if not 1 < len(words) <= MOST_TITLE or words[0] in NO_START or words[-1] in COPULAS or denies(words[-1]):
        return False
    return (
        all(word and not _is_number(word) and not any(c.isdigit() or c in "<>@/" for c in word) for word in words)
        and not any(word in PERSONS for word in words)
        and any(word not in STOP_WORDS | FUNCTION_WORDS for word in words)
    )

"""Splitting of texts into opinions: clauses that each make one statement, with character offsets.

Rules on word lists, no parser. A text is split at sentence ends, semicolons, line ends and bullets; at adversative
words ("but", "although"); and at "and" or a comma between two parts that each have a subject and a verb. A piece that
is too short to be a statement is joined to its neighbor.

The words are those of the text's language (clause_words.json) for French, German, Spanish, Dutch and Italian; those of
a text in English or of unknown language are the ones below, with the commonest of the other languages.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Span = tuple[int, int]
SHORTEST_WORDS = 2
SHORTEST = 6
BEFORE_AND = 3
"""Least number of words before an "and" or a comma at which a sentence is split."""
LOOKED_BACK = 80
"""Characters before a word at which a sentence may be split that are looked at."""
LONGEST = 300
"""Characters of an opinion; a longer one is cut at a word."""
HARD = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)|[;\n\r\u2028]+|\s+[-–—•*·]+\s+|(?<=\w)\.{2,}(?=\s*\w)")
"""Unconditional boundaries: sentence ends, semicolons, line ends, dashes and bullets, ellipses."""
TURN = re.compile(
    r"[,\s]\s*(?=(?:but|however|although|though|even though|yet|whereas|while|except|unfortunately|nevertheless|"
    r"otherwise|sadly|regrettably|on the other hand|despite|apart from|just|"
    r"only (?:thing|problem|downside|issue)|shame|pity|"
    r"aber|jedoch|obwohl|allerdings|leider|mais|cependant|pourtant|quoique|malheureusement|par contre|"
    r"pero|aunque|sin embargo|mientras|lamentablemente|ma|però|tuttavia|anche se|purtroppo|mentre|"
    r"maar|echter|hoewel|helaas)\b)",
    re.IGNORECASE,
)
OPENS = re.compile(
    r"\W*(?:although|though|even though|while|whereas|despite|apart from|other than|except for|obwohl|quoique|bien que|"
    r"aunque|anche se|hoewel)\b",
    re.IGNORECASE,
)
JOINT = re.compile(r",?\s+(?:and|also|then|plus|und|et|y|e|en)\s+(?=\w)|,\s+(?=\w)", re.IGNORECASE)
COMMA = re.compile(r",\s+")
BULLETS = "-–—•*·,;"
WORD = re.compile(r"[^\W\d_][\w'’]*")
SUBJECTS = frozenset(
    """the a an my our your his her their its i we you he she it they this that these those there everything everyone
    nothing nobody staff nurses doctors food service delivery quality price size customer no der die das ich wir es
    le la les je nous il elle ils c'est el los las yo nosotros lo gli io noi de het ik wij""".split()
)
VERBS = frozenset(
    """is was are were be been am isn't wasn't aren't weren't has have had hasn't haven't hadn't do does did don't
    doesn't didn't can can't could couldn't will won't would wouldn't should shouldn't must it's that's there's i'm
    i've i'd they're we're we've he's she's you're came comes come took takes take got gets get made makes make went
    goes go felt feels feel found finds find seemed seems seem looked looks look fits fit works work worked love
    loved like liked hate hated need needs needed want wanted wants said says told tells gave gives give kept keeps
    keep left leaves took runs ran arrived arrives lasted lasts broke breaks fell falls waited helped helps tasted
    tastes tried try turned received ordered bought wore wash washed explained listened treated cared understood
    recommend thought think know knew ist war sind waren hat haben wurde est était sont étaient a ont était es fue
    son eran está estaba è era sono erano is was zijn waren heeft""".split()
)
DROPPING = ("es", "it")
APOSTROPHE = str.maketrans("’", "'")


@dataclass(frozen=True, slots=True)
class ClauseWords:
    """The words of a language at which sentences are split.

    Attributes:
        turn, opens, joint: patterns of adversative words, of subordinate clauses in front, and of "and".
        subjects, verbs: words that begin a statement, and finite verbs.
        ending: pattern of the endings of further verbs; None for none.
        drops_subjects: whether a statement may begin with its verb ("y estaba dañado").
        is_checked: whether a turn without a comma must follow a statement that does not end in a verb ("war aber").
    """

    turn: re.Pattern[str]
    opens: re.Pattern[str]
    joint: re.Pattern[str]
    subjects: frozenset[str]
    verbs: frozenset[str]
    ending: re.Pattern[str] | None = None
    drops_subjects: bool = False
    is_checked: bool = True

    def has_verb(self, words: list[str]) -> bool:
        """Check whether any of the words is a finite verb."""
        return any(self.is_verb(word) for word in words)

    def is_verb(self, word: str) -> bool:
        """Check whether a word is a finite verb; the part after an apostrophe is looked at alone ("n'ai")."""
        word = word if self.ending is _ENGLISH_ENDING else word.rpartition("'")[2]
        return word in self.verbs or (self.ending is not None and bool(self.ending.fullmatch(word)))


_ENGLISH_ENDING = re.compile(r".{3,}ed")
_ENGLISH = ClauseWords(TURN, OPENS, JOINT, SUBJECTS, VERBS, _ENGLISH_ENDING, is_checked=False)


def clauses(text: str, language: str = "") -> list[Span]:
    """Return the spans of a text's opinions, in order, without surrounding white space.

    Args:
        text: text of a comment; spans are character offsets into it.
        language: ISO 639-1; empty if unknown.
    """
    known, spans = _words_of(language), list[Span]()
    for start, end in _parted(text, 0, len(text), HARD):
        spans += _sentence(known, text, start, end)
    return [piece for span in _joined(text, spans) for piece in _cut(text, *span)]


@cache
def _words_of(language: str) -> ClauseWords:
    stored = json.loads((files("analyzer.opinions") / "clause_words.json").read_text(encoding="utf-8")).get(language)
    if stored is None:
        return _ENGLISH
    turns, opens, joints = (stored[name].replace(" ", r"\s+") for name in ("turns", "opens", "joints"))
    return ClauseWords(
        turn=re.compile(rf",\s*(?=(?:\w+\s+){{0,2}}(?:{turns})\b)|\s+(?=(?:{turns})\b)", re.IGNORECASE),
        opens=re.compile(rf"\W*(?:{opens})\b", re.IGNORECASE),
        joint=re.compile(rf",?\s+(?:{joints})\s+(?=\w)|,\s+(?=\w)", re.IGNORECASE),
        subjects=frozenset(stored["subjects"].split()),
        verbs=frozenset(stored["verbs"].split()),
        ending=re.compile(rf"\w{{2,}}(?:{stored['endings']})") if stored["endings"] else None,
        drops_subjects=language in DROPPING,
    )


def _sentence(known: ClauseWords, text: str, start: int, end: int) -> list[Span]:
    """Split a sentence at adversative words, then where a second subject and verb begin."""
    pieces: list[Span] = []
    opening = known.opens.match(text, start, end)
    if opening:
        comma = COMMA.search(text, opening.end(), end)
        if comma and _is_long_enough(text, start, comma.start()) and _is_long_enough(text, comma.end(), end):
            pieces.append((start, comma.start()))
            start = comma.end()
    for left, right in _turned(known, text, start, end):
        pieces += _by_subjects(known, text, left, right)
    return pieces


def _turned(known: ClauseWords, text: str, start: int, end: int) -> list[Span]:
    """Split at adversative words."""
    if not known.is_checked:
        return _parted(text, start, end, known.turn)
    pieces, begin = [], start
    for found in known.turn.finditer(text, start, end):
        before = _words(text[max(begin, found.start() - LOOKED_BACK) : found.start()])
        is_whole = len(before) >= SHORTEST_WORDS and before[-1] not in known.verbs
        if found.group().startswith(",") or (is_whole and not known.turn.match(f" {before[-1]}")):
            pieces.append((begin, found.start()))
            begin = found.end()
    return [*pieces, (begin, end)]


def _by_subjects(known: ClauseWords, text: str, start: int, end: int) -> list[Span]:
    """Split at "and" or a comma if the part before has a verb and the part after begins with a subject and has a verb.

    A sentence without a verb is a list and is split at its commas.
    """
    if not known.has_verb(_words(text[start:end])):
        return _parted(text, start, end, COMMA)
    pieces, begin = [], start
    for joint in known.joint.finditer(text, start, end):
        before = _words(text[begin : joint.start()])
        after = _words(text[joint.end() : min(joint.end() + 80, end)])[:7]
        if len(before) >= BEFORE_AND and known.has_verb(before) and _is_statement(known, after):
            pieces.append((begin, joint.start()))
            begin = joint.end()
    return [*pieces, (begin, end)]


def _parted(text: str, start: int, end: int, border: re.Pattern[str]) -> list[Span]:
    pieces, begin = [], start
    for found in border.finditer(text, start, end):
        if found.start() > begin:
            pieces.append((begin, found.start()))
        begin = max(begin, found.end())
    return [*pieces, (begin, end)] if end > begin else pieces


def _joined(text: str, spans: list[Span]) -> list[Span]:
    """Return stripped spans, each short one joined to the span before it (the first one to the next)."""
    joined: list[Span] = []
    for raw in spans:
        start, end = _stripped(text, *raw)
        if not WORD.search(text, start, end):
            continue
        is_short = not _is_long_enough(text, start, end)
        if joined and (is_short or not _is_long_enough(text, *joined[-1])) and end - joined[-1][0] <= LONGEST:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, start: int, end: int) -> list[Span]:
    pieces = []
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        middle = space if space > 0 else start + LONGEST
        pieces.append(_stripped(text, start, middle))
        start = _stripped(text, middle, end)[0]
    return [*pieces, (start, end)] if end > start else pieces


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and (text[start].isspace() or text[start] in BULLETS):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _is_long_enough(text: str, start: int, end: int) -> bool:
    return end - start >= SHORTEST and len(WORD.findall(text, start, end)) >= SHORTEST_WORDS


def _words(text: str) -> list[str]:
    return [word.translate(APOSTROPHE) for word in WORD.findall(text.casefold())]


def _is_statement(known: ClauseWords, words: list[str]) -> bool:
    """Check whether words begin with a subject and have a verb; an article may be elided ("l'attente")."""
    if not words:
        return False
    first = words[0] if known is _ENGLISH else words[0].partition("'")[0]
    return (first in known.subjects and known.has_verb(words)) or (known.drops_subjects and first in known.verbs)

"""The stance that the words around the subject of a question ask for: "how many complain about parking".

The question model knows stances of questions for points alone; figures are asked for with few words for a stance.
"""

from analyzer.answers.planning.question_model import FRAME
from analyzer.answers.planning.question_parts import TaggedQuestion
from analyzer.answers.types import Stance

BEGINNINGS = {
    Stance.COMPLAINT: (
        "complain", "critici", "negativ", "unhapp", "dissatisf", "dislik", "annoy", "frustrat", "grumbl", "moan",
        "beschwer", "kritisier", "unzufrieden", "plaign", "plaint", "mécontent", "négati", "quej", "descontent",
        "insatisf", "klag", "klacht", "ontevreden", "lament", "insoddisf", "scontent",
    ),
    Stance.PRAISE: (
        "prais", "positiv", "happy", "happi", "satisf", "compliment", "zufrieden", "loben", "lobt", "louang", "félicit",
        "contente", "elogi", "tevreden", "soddisf", "lodan",
    ),
}  # fmt: skip
"""Beginnings of words for a stance in six languages."""
WISHES = (
    "suggest", "recommendation", "wish", "vorschl", "wünsch", "suggér", "propos", "souhait", "suger", "dese", "sugger",
    "propost", "voorstel", "wens",
)  # fmt: skip
"""Beginnings of words for what people ask for."""
IMPROVEMENTS = ("improv", "verbesser", "amélior", "mejor", "miglior", "verbeter")
"""The same for what could be better: complaints say it too."""
DENIALS = frozenset("not n't isn't aren't don't no nicht kein keine pas no niet geen non never least".split())
REACH = 2
"""Words before a word of praise in which a denial makes it a complaint."""


def asked_stance(tagged: TaggedQuestion) -> str:
    """Return the stance that the words beside the subject ask for; empty for none, or for both."""
    words = [token.word.casefold() for token, label in zip(tagged.tokens, tagged.labels, strict=True) if label == FRAME]
    found = set[Stance]()
    for place, word in enumerate(words):
        if word.startswith(BEGINNINGS[Stance.COMPLAINT]):
            found.add(Stance.COMPLAINT)
        elif word.startswith(BEGINNINGS[Stance.PRAISE]):
            is_denied = any(one in DENIALS for one in words[max(place - REACH, 0) : place])
            found.add(Stance.COMPLAINT if is_denied else Stance.PRAISE)
    return found.pop().value if len(found) == 1 else ""


def asks_for_wishes(tagged: TaggedQuestion) -> bool:
    """Return whether the words beside the subject ask what people ask for, which has the stance of complaints."""
    return _has_word(tagged, WISHES)


def asks_for_improvements(tagged: TaggedQuestion) -> bool:
    """Return whether the words beside the subject ask what could be better."""
    return _has_word(tagged, IMPROVEMENTS)


def _has_word(tagged: TaggedQuestion, beginnings: tuple[str, ...]) -> bool:
    words = [token.word.casefold() for token, label in zip(tagged.tokens, tagged.labels, strict=True) if label == FRAME]
    return any(word.startswith(beginnings) for word in words)

"""Judge a question by the frame of its words: its task, its stance, and how sure that is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analyzer.answers.planning.question_model import STANCES, TASKS, QuestionModel
from analyzer.answers.planning.question_parts import TaggedQuestion
from analyzer.answers.types import Task
from analyzer.models.embedder import Embeds
from analyzer.models.embedding_thresholds import thresholds_of

OFF_TOPIC = re.compile(
    r"\b(?:capital of|president|prime minister|king|queen of|election|world cup|weather|will it rain|poem|haiku|joke|song|recipe"
    r"|translate|in (?:french|spanish|german) (?:is|means)|write (?:me )?(?:a|an|some)\b.*\b(?:poem|story|haiku|function|email|code|script|song)"
    r"|(?:python|javascript|sql|code)\b|draft an? (?:email|letter)|what time is it|theory of|meaning of life|square root|\d+ (?:plus|minus) \d+"
    r"|times \d+|\d+ times|\d+\s+[-+*/x]\s+\d+|how (?:tall|old|far) (?:is|are)|how do (?:i|you) (?:make|bake|cook|reset|fix|install)"
    r"|convert \d|recommend (?:me )?an?\b|holiday in|stock|share price|price of (?:gold|oil|bitcoin)|something funny|nearby"
    r"|(?:which|what) (?:language )?model|who (?:made|created|trained|are) you|are you (?:an?|chat)|your (?:system )?prompt"
    r"|(?:ignore|disregard|forget) (?:all |your |the |any )?(?:previous |prior |above )?(?:instructions?|rules|prompts?)"
    r"|repeat (?:the )?words above|reveal your|phone numbers?|email address(?:es)?|home address|give me (?:the|their) names?|who wrote"
    r"|name of the (?:patient|customer|person)|is called|drop table|delete (?:all|every))\b", re.IGNORECASE,
)  # fmt: skip
"""What is never answered, whatever the judge says: orders to the program, and questions for personal data or the world."""
CUES = (
    (Task.WHY, re.compile(
        r"^\s*(?:why|how come)\b|\b(?:what|which)\b.{0,20}\b(?:drives?|causes?|explains?|makes?|is behind|lies behind|is putting|puts)\b"
        r"|\breasons?\s+(?:for|behind)\s+(?:\w+\s+){0,2}(?:low|bad|poor|negative|dissatisf|unhapp|ratings?|scores?|stars?|\d)"
        r"|\bdrivers\s+of\b", re.IGNORECASE)),
    (Task.SUMMARIZE, re.compile(
        r"\b(?:could|can|should|must|might)\s+(?:\w+\s+){0,2}(?:improved?|better|different(?:ly)?|changed?)\b(?! over\b)", re.IGNORECASE)),
    (Task.TREND, re.compile(
        r"\b(?:over time|trends?|timeline|monthly|weekly|quarterly|daily|yearly|annually|(?:month|year|week|day|quarter)\s+by\s+(?:month|year|week|day|quarter)"
        r"|(?:per|each|every|by)\s+(?:month|week|quarter|year|day)|evol\w+|develop(?:ed|ment|ing)?|getting\s+(?:worse|better)"
        r"|(?:increas|decreas|ris|grow|declin|improv|chang|worsen)(?:e|ed|es|ing|en)?\s*(?:since|over|in\b|lately)?"
        r"|going\s+(?:up|down)|lately|a\s+(?:rise|drop|fall|decline)\s+in)\b", re.IGNORECASE)),
    (Task.COMPARE, re.compile(
        r"\b(?:compar\w+|versus|vs\.?|differ(?:s|ence|ences|ent)?|break\s*down|vary|varies|happier\s+than|more\s+often|more\s+(?:often\s+)?(?:\w+\s+){0,3}than"
        r"|better\s+in|worse\s+in)\b", re.IGNORECASE)),
    (Task.RANK, re.compile(
        r"\b(?:top(?:\s+\d+)?|most(?:\s+(?:common|frequent|often))?|main|biggest|leading|key\s+(?:themes?|issues?|topics?)|rank\w*|highest|lowest|least"
        r"|fewest|largest|pain\s+points?)\b", re.IGNORECASE)),
    (Task.COUNT, re.compile(
        r"\b(?:how\s+(?:many|often|much\s+of)|number\s+of|count|share|percentage|percent|proportion|fraction|average|mean)\b",
        re.IGNORECASE)),
    (Task.FIND, re.compile(
        r"^\s*(?:show|find|search|list|quote|pull|give\s+me\s+(?:some\s+)?(?:examples|quotes|comments)|examples?|read\s+me|i\s+want\s+to\s+read|display|get)\b"
        r"|\bwhich\s+(?:\w+\s+)?(?:comments?|reviews?|patients?|customers?|people)\b|\b(?:did|does|has)\s+any(?:one|body)\b|\bare\s+there\s+any\b|\bverbatims?\b",
        re.IGNORECASE)),
    (Task.SUMMARIZE, re.compile(
        r"^\s*(?:is|are|was|were|do|does|did|has|have|can|could|should)\b|\b(?:summar\w+|sum\s+up|overview|tell\s+me\s+about|what\s+(?:do|did|does|are|is|was|were|has|have)|what['’]s|how\s+(?:do|did|does|is|are|was|were)"
        r"|opinions?|feel(?:ing)?\s+about|think)\b", re.IGNORECASE)),
)  # fmt: skip
"""English cues in order of precedence: "show the trend" is a trend, "why … most" is a why. They tip the judge's scales."""
CUE_ODDS = 8.0
"""How many times likelier the task of the first cue is than the judge says; chosen on the tuning halves of both gold sets."""
OFF_TOPIC_SURE = 0.8
"""Least probability of an off-topic question, because refusing a question needs more evidence than answering it.

Without the vector of the question the judge refuses none: the words of a frame do not tell what a subject is."""
SURE = 0.5
"""Least probability of a task that is not asked back."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Task and stance of a question; second: the next most probable task; is_sure: False if it has to be asked back."""

    task: Task
    stance: str
    second: Task
    is_sure: bool
    decided_by: str


def judge(asked: str, tagged: TaggedQuestion, embedder: Embeds) -> Judged:
    """Return the task and the stance of a question whose words are tagged."""
    if OFF_TOPIC.search(asked):
        return Judged(Task.OFF_TOPIC, "", Task.OFF_TOPIC, True, "rules")
    if tagged.is_bare:
        return Judged(Task.SUMMARIZE, "", Task.FIND, True, "rules")
    is_read = thresholds_of(embedder.name).reads_questions
    vector = embedder.embed_one(asked) if is_read else np.zeros(0, dtype=np.float32)
    found = QuestionModel.load(embedder.name).judge_frame(tagged.tokens, tagged.labels, vector)
    by_task = _with_cue(asked, dict(zip(TASKS, found.tasks.tolist(), strict=True)))
    if by_task[Task.OFF_TOPIC] < OFF_TOPIC_SURE or not found.has_vector:
        del by_task[Task.OFF_TOPIC]
    first, second, *_ = sorted(by_task, key=lambda task: (-by_task[task], task))
    stance = STANCES[int(found.stances.argmax())]
    return Judged(first, stance, second, by_task[first] >= SURE, "likeness")


def _with_cue(asked: str, by_task: Mapping[Task, float]) -> dict[Task, float]:
    """Return the probabilities of the tasks after the first cue in a question is taken into account."""
    cue = next((task for task, pattern in CUES if pattern.search(asked)), None)
    odds = {task: share * (CUE_ODDS if task is cue else 1.0) for task, share in by_task.items()}
    return {task: share / sum(odds.values()) for task, share in odds.items()}

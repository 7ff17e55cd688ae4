"""Classify a question by task: cue words first, then likeness to example questions, then the model."""

import re
from collections.abc import Sequence

import numpy as np

from analyzer.answers.types import Task
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.llm import Answers, Message

OFF_TOPIC = re.compile(
    r"\b(?:capital of|president|prime minister|king|queen of|election|world cup|weather|will it rain|poem|haiku|joke|song|recipe"
    r"|translate|in (?:french|spanish|german) (?:is|means)|write (?:me )?(?:a|an|some)\b.*\b(?:poem|story|haiku|function|email|code|script|song)"
    r"|(?:python|javascript|sql|code)\b|draft an? (?:email|letter)|what time is it|theory of|meaning of life|square root|plus|minus"
    r"|times \d+|\d+ times|\d+\s+[-+*/x]\s+\d+|how (?:tall|old|far) (?:is|are)|how do (?:i|you) (?:make|bake|cook|reset|fix|install)"
    r"|convert \d|recommend (?:me )?an?\b|holiday in|stock|share price|price of (?:gold|oil|bitcoin)|something funny|nearby"
    r"|(?:which|what) (?:language )?model|who (?:made|created|trained|are) you|are you (?:an?|chat)|your (?:system )?prompt"
    r"|(?:ignore|disregard|forget) (?:all |your |the |any )?(?:previous |prior |above )?(?:instructions?|rules|prompts?)"
    r"|repeat (?:the )?words above|reveal your|phone numbers?|email address(?:es)?|home address|give me (?:the|their) names?|who wrote"
    r"|name of the (?:patient|customer|person)|is called|drop table|delete (?:all|every))\b", re.IGNORECASE,
)  # fmt: skip
CUES = (
    (Task.OFF_TOPIC, OFF_TOPIC),
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
"""Cues in order of precedence: "show the trend" is a trend, "why … most" is a why."""
EXEMPLARS: dict[Task, tuple[str, ...]] = {
    Task.FIND: ("show comments about billing", "find reviews mentioning the receptionist", "any quotes on noise"),
    Task.SUMMARIZE: ("billing", "what people said about the receptionist", "opinions on the noise", "thoughts on price"),
    Task.COUNT: ("how many mention billing", "number of complaints on noise", "share of people who are unhappy"),
    Task.RANK: ("top complaints", "most common issues", "what comes up most often", "biggest problems"),
    Task.COMPARE: ("billing in north versus south", "difference between branches", "noise by branch"),
    Task.TREND: ("complaints over time", "comments per month", "is it getting worse"),
    Task.WHY: ("why are customers unhappy", "reasons for low scores", "what drives bad ratings"),
    Task.OFF_TOPIC: (
        "what is the capital of a country", "write a poem", "who won the match", "what is the weather",
        "translate this sentence", "solve this equation", "recommend a film", "explain a scientific theory",
        "how do I cook a meal", "what do you think of politics", "history of a war",
    ),
}  # fmt: skip
ALIKE = 0.5
"""Minimum cosine to the nearest exemplar; below it likeness abstains."""
OFF_TOPIC_ALIKE = 0.6
"""The same minimum for an off-topic exemplar, because refusing a question needs more evidence."""
MOST_TOKENS = 8
GRAMMAR = "root ::= " + " | ".join(f'"{task.value}"' for task in Task) + "\n"
INSTRUCTIONS = (
    "You sort questions about customer comments. Answer with one word. find: show comments. summarize: what people say. "
    "count: how many. rank: top reasons. compare: groups. trend: over time. why: reasons for low ratings. "
    "off_topic: not about customer comments."
)


def task_by_cue(question: str) -> Task | None:
    """Return the first task with cue words in the question, or None."""
    return next((task for task, pattern in CUES if pattern.search(question)), None)


def task_by_likeness(question: str, embedder: Embeds) -> Task | None:
    """Return the task of the nearest exemplar, or None if none is near enough."""
    tasks, vectors = _exemplars(embedder)
    likeness = np.round(vectors @ embedder.embed_one(question), 4)
    best = int(likeness.argmax())
    least = OFF_TOPIC_ALIKE if tasks[best] is Task.OFF_TOPIC else ALIKE
    return tasks[best] if likeness[best] >= least else None


def task_by_model(question: str, model: Answers) -> Task:
    """Return the task that the model chooses under a grammar of the task names."""
    turns = [Message("system", INSTRUCTIONS), Message("user", " ".join(question.split()).replace("<", "‹"))]
    output = model.complete(turns, GRAMMAR, MOST_TOKENS)
    return Task(output) if output in set(Task) else Task.SUMMARIZE


def _exemplars(embedder: Embeds) -> tuple[Sequence[Task], Vectors]:
    pairs = [(task, text) for task, texts in EXEMPLARS.items() for text in texts]
    return [task for task, _ in pairs], embedder.embed([text for _, text in pairs])

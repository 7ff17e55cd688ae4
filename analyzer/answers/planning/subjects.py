"""Find the subject of a question: its words without question words, filters and groups."""

import re

PEOPLE = (
    r"(?:people|patients?|customers?|users?|respondents?|shoppers?|reviewers?|guests?|clients?|women|men|anyone|anybody|everyone|folks|they"
    r"|detractors|promoters|passives|callers?|visitors|buyers)"
)
COMMENTS = r"(?:comments?|reviews?|feedback|responses?|verbatims?|quotes?|mentions?|opinions?|answers?|remarks?|entries|records|survey\s+responses)"
SCAFFOLD = [
    re.compile(pattern, re.IGNORECASE) for pattern in (
        r"\b(?:what )?(?:could|can|should|must|might) (?:we |they |you |be |do )*(?:improved?|better|different(?:ly)?|changed?)(?: (?:about|in|with|on))?\b",
        r"\b(?:when it comes to|with regards? to|in terms of|as far as|regarding|concerning|in relation to)\b",
        r"^\s*(?:please|can you|could you|would you|i(?:'d| would)? (?:want|like) to (?:know|read|see)|do you know)\b,?",
        r"\b(?:summari[sz]e|sum up|give me(?: an?)?(?: overview of)?|show(?: me)?|find(?: me)?|search for|list|quote|pull up|read me|display|tell me about|get me)\b",
        r"\b(?:an? )?(?:overview of|examples? of|list of|timeline of|trend of|development of|volume of|break ?down(?: of)?|number of|share of|percentage of|percent of|proportion of|fraction of|count(?: of)?)\b",
        r"\bwhat(?:'s|’s| is| was| are| were)? (?:the )?(?:general |overall |common )?(?:opinions?|feelings?|views?|thoughts?|difference)(?: in| on| about| of| between)?\b",
        rf"\b(?:how many|how often|how much)(?: of)?(?: the)?(?: {PEOPLE}| {COMMENTS})?(?: (?:is|are|do|did|does|was|were|there))*\b",
        rf"\b(?:what|how|why|which|who)(?: (?:do|did|does|are|is|was|were|has|have|had|makes?|drives?|causes?|explains?))*(?: the)?(?: {PEOPLE}| {COMMENTS})?\b",
        r"\b(?:the )?(?:drivers of|reasons? (?:for|behind)|behind|causes of)\b",
        rf"\b(?:is|are|was|were|did|does|do|has|have)(?: there)?(?: any)?(?: {PEOPLE}| {COMMENTS})?\b",
        r"\b(?:say(?:ing|s)?|said|think(?:ing)?|thought|feel|felt|feelings?(?= (?:about|on|of|towards))|mention(?:s|ed|ing)?|talk(?:s|ed|ing)?|writ(?:e|es|ten|ing)|wrote|describ(?:e|ed|ing)|complain(?:s|ed|ing)?|find|comment(?:s|ed|ing)? on|were|there|discuss(?:ed)?)(?: (?:about|of|on|that|it|in))*\b",
        rf"\b(?:{COMMENTS}|{PEOPLE})(?: (?:about|of|on|from|that|who|where|by|for|with|in))*\b",
        r"\b(?:over time|month by month|year by year|week by week|lately|recently|more often|often|getting (?:worse|better)|increas\w+|decreas\w+|improved?|chang(?:e|ed|ing)|evolv\w+|develop\w*|going (?:up|down)|a (?:rise|drop|fall) in|vary|varies|differ|compar\w+|versus|vs\.?|higher|worse|better|happier|than)\b",
        r"\b(?:monthly|weekly|quarterly|daily|yearly|annual)\b|\b(?:per|each|every|by) (?:day|week|month|quarter|year)\b",
        r"\b(?:low|lowest|high|highest|bad|poor|good|negative|positive)\s+(?:ratings?|scores?|stars?)\b",
        r"\bpain points?\b|\b(?:top(?: \d+)?|most(?: (?:common|frequent|often))?|main|biggest|leading|key|major|frequent|common)\b",
        r"\b(?:average|mean|share|fraction|proportion|percentage|respondents?|both|some|get more|gets? the most|got|come up|came|receive[ds]?|people|putting people off|it)\b",
    )
]  # fmt: skip
EDGES = re.compile(
    r"^(?:(?:the|a|an|about|on|of|for|in|with|from|to|and|or|by|at|is|are|that|their|do|does|did|we|so|be|being(?= (?:said|mentioned))|what|who|i|me|us|has|have|was|were|any|among|between|more|up|not)\b\s*)+"
    r"|(?:\s*\b(?:the|a|an|about|on|of|for|in|with|from|to|and|or|by|at|is|are|that|there|do|does|did|we|most|more|each|it|be|than|been|who|said|what|described|mentioned|changed|get))+$",
    re.IGNORECASE,
)
MOOD = re.compile(
    r"^(?:complaints?|issues?|problems?|dissatisf\w+|satisf\w+|unhappy|unhappiness|happy|disappoint\w+|not satisfied|suggestions?)"
    r" (?:about|with|on|of|for|in|regarding)\s+", re.IGNORECASE,
)  # fmt: skip
VAGUE = frozenset(
    "complaint complaints issue issues problem problems reason reasons theme themes topic topics praise thing things "
    "suggestion suggestions improvement improvements improve dissatisfaction dissatisfied satisfied satisfaction unhappy happy love like "
    "likes dislike dislikes complain matter matters experience experiences cause causes volume putting "
    "poorly badly low give gives rate rated rates rating ratings score scores reviews sentiment disappointed people off so much many "
    "are it for the of to with in and leave leaving hate negative positive feedback we get do overall not themselves".split()
)
"""Words that name no subject: a question with only these words is about all matching comments."""


def subject_of(left: str) -> str:
    """Return the subject of a question; empty if the question is about all matching comments."""
    text = re.sub(r"[?!.:;,]+", " ", left)
    for pattern in SCAFFOLD:
        text = pattern.sub(" ", text)
    before = ""
    text = " ".join(text.split())
    while text != before:
        before = text
        text = EDGES.sub("", text).strip()
    text = MOOD.sub("", text).strip()
    words = re.findall(r"[\w'’-]+", text.casefold())
    if not words or all(word in VAGUE for word in words):
        return ""
    return text

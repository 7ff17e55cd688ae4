"""Count the comments that complain of a subject, or praise it, by the stance of the opinions that speak of it."""

from dataclasses import replace

import numpy as np

from analyzer.answers import wording
from analyzer.answers.answer_languages import in_language
from analyzer.answers.opinion_search import Matching, OpinionSearch
from analyzer.answers.opinion_snapshot import Rows
from analyzer.answers.point_figures import METHOD, subject_count
from analyzer.answers.points import SIGNS
from analyzer.answers.types import Number, Plan
from analyzer.counting.prevalence import label_of
from analyzer.counting.types import Count, Row, Table
from analyzer.index.aggregates import group_weights, grouping, join_groups

SAYS = {"complaint": "complain of it", "praise": "praise it", "neutral": "take no stance on it", "": "speak of it"}

UNKNOWN = "have that stance on it"


def of_stance(search: OpinionSearch, rows: Rows, stance: str) -> Rows:
    """Return the opinions of a stance; all of them if none is asked for."""
    if not stance:
        return rows
    return rows[[SIGNS[sign].value == stance for sign in search.opinions.stances()[rows].tolist()]]


def stance_count(plan: Plan, search: OpinionSearch, rows: Rows, matching: Matching) -> tuple[Count, list[Number], str]:
    """Return how many comments have the asked stance on a subject, the numbers, and the sentence that states them.

    Args:
        plan: of a figure about a subject; without a stance every comment that speaks of the subject counts.
        search: over all opinions.
        rows: the opinions that speak of the subject.
        matching: the comments that match.
    """
    count = subject_count(plan, search, of_stance(search, rows, plan.stance), matching)
    count = replace(count, predicate=f"{plan.subject} ({plan.stance})" if plan.stance else plan.subject)
    query = f"opinions that speak of {plan.subject} where {plan.where or 'all'}"
    spoken = search.records(rows, matching).values()
    numbers = wording.count_numbers(count)
    numbers.append(Number(sum(map(len, spoken)), matching.among, query, "speaking", plan.where, method=METHOD))
    beside = "; {speaking} speak of it" if plan.stance else ""
    template = f"{{yes}} of the {{among}} comments that match ({{share}}) {SAYS.get(plan.stance, UNKNOWN)}{beside}."
    told = wording.fill_slots(template, numbers, plan.language)
    return count, numbers, f"{told} {in_language(wording.UNCHECKED, plan.language)}"


def stance_table(plan: Plan, search: OpinionSearch, rows: Rows, matching: Matching, by: str) -> Table:
    """Return the share of the comments of each group, or period, that speak of a subject with the asked stance."""
    groups = grouping(search.table.columns(), by, plan.period)
    said = np.unique(search.opinions.text_ids[of_stance(search, rows, plan.stance)])
    found = []
    for part in group_weights(search.database, matching.chosen, groups):
        whole = int(part.weights.counts.sum())
        hits = int(part.weights.counts[np.isin(part.weights.text_ids, said)].sum())
        inside = join_groups(plan.where, groups.where(part.value))
        found.append(Row(label_of(part.value), round(hits / whole, 6) if whole else 0.0, whole, inside))
    query = f"opinions on {plan.subject!r} of stance {plan.stance} by {by} where {plan.where or 'all'}"
    title = f"share of comments that {SAYS.get(plan.stance, UNKNOWN)}"
    return Table(title, "share", plan.period or by, tuple(found), query, METHOD)

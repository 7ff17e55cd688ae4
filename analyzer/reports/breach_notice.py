"""Draft the notice to a supervisory authority (GDPR 33(3)); unknown facts are gaps in square brackets."""

from collections.abc import Mapping, Sequence

from analyzer.custody.types import SeenBy
from analyzer.index.dates_in_words import date_in_words

MOST_KINDS = 8


def breach_notice(
    facts: Mapping[str, str], seen: Sequence[SeenBy], counts: tuple[int, int], masked: Mapping[str, int]
) -> str:
    """Return the text of the draft.

    Args:
        facts: note, since, until, aware, hours, measures, workspace, log.
        seen: reads by account.
        counts: upper bounds of the numbers of records and of known people.
        masked: types of personal data replaced before storage, with counts.
    """
    records, people = counts
    kinds = ", ".join(f"{kind} ({n:,})" for kind, n in list(masked.items())[:MOST_KINDS]) or "none was found"
    reads = "\n".join(f"   - {_reads_line(one)}" for one in seen) or "   - nobody, according to the log"
    return f"""DRAFT of a notification under Article 33 GDPR. Fill in what is in [brackets]; {facts["hours"]}.

1. Controller: [name, address]. Data protection officer or contact point (Art. 33(3)(b)): [name, telephone, e-mail].
2. Aware since {facts["aware"]}; incident: {facts["note"] or "[what happened]"}.
   The log was read from {facts["since"]} to {facts["until"]}; it {facts["log"]}.
3. Nature of the breach (Art. 33(3)(a)): [confidentiality / integrity / availability].
   Categories of data subjects: people who gave feedback [customers / patients / ...].
   Approximate number of data subjects: {people:,} known by a pseudonym, [and people without a pseudonym].
   Categories of records: free-text comments and survey fields, pseudonymised before they were stored.
   Approximate number of records: {records:,}.
   Personal data replaced before storage: {kinds}.
   Seen in that time:
{reads}
4. Likely consequences (Art. 33(3)(c)): [comments could be linked to people by what they tell; names and contacts
   had been replaced, about as well as the privacy report of {facts["workspace"]} says].
5. Measures taken (Art. 33(3)(d)): {facts["measures"]}[what else].
6. Data subjects (Art. 34): [informed on / not informed because].
"""


def _reads_line(one: SeenBy) -> str:
    records = (
        "data of every record" if one.all_records else f"{one.records:,} records of {one.respondents:,} known people"
    )
    files = f", files: {', '.join(one.files)}" if one.files else ""
    span = f"{date_in_words(one.first)} to {date_in_words(one.last)}"
    return f"{one.account} ({'+'.join(one.roles) or 'no account'}): {records}, {span}{files}"

"""Words that the page draws from values of services and from fields of charts, for the catalogs.

A stance, a role or the kind of a column is a value in the services and in filters; a person reads its name. What stands
here is translated where it is drawn, by `value_name`; a test compares the lists with the services.
"""

from analyzer.messages.text import N_, _

STANCES = (N_("negative"), N_("neutral"), N_("positive"), N_("mixed"), N_("complaint"), N_("praise"))
KINDS = (
    N_("text"),
    N_("number"),
    N_("date"),
    N_("category"),
    N_("ordinal"),
    N_("multi-choice"),
    N_("period"),
    N_("boolean"),
    N_("code"),
)
ROLES_OF_COLUMNS = (N_("text"), N_("id"), N_("date"), N_("rating"), N_("respondent"), N_("link"))
USES = (N_("question"), N_("left out"), N_("kept as a field"))
MEASURES = (
    N_("responses"),
    N_("comments"),
    N_("share"),
    N_("respondents"),
    N_("average"),
    N_("nps"),
    N_("csat"),
    N_("top-box"),
)
PERIODS = (N_("day"), N_("week"), N_("month"), N_("quarter"), N_("year"))
ROLES = (N_("viewer"), N_("analyst"), N_("steward"), N_("reviewer"), N_("admin"), N_("consultant"))
STATES = (N_("in force"), N_("expired"), N_("revoked"), N_("not reviewed"), N_("not granted"))
FIELDS = (
    N_("month"),
    N_("period"),
    N_("theme"),
    N_("stance"),
    N_("share"),
    N_("comments"),
    N_("responses"),
    N_("opinions"),
    N_("rating"),
    N_("rated"),
    N_("low"),
    N_("high"),
    N_("of theme"),
    N_("change"),
    N_("label"),
    N_("count"),
    N_("group"),
    N_("value"),
    N_("of"),
    N_("segment"),
    N_("difference"),
    N_("driver"),
    N_("side"),
    N_("sentiment"),
    N_("id"),
)
"""Fields of charts, which their hints and the tables below them show."""
CHANGES = (N_("up"), N_("down"))
STEPS = (
    N_("starting"),
    N_("splitting comments into opinions"),
    N_("judging the stance of opinions"),
    N_("naming themes"),
    N_("learning from labels"),
    N_("looking at every opinion"),
    N_("grouping the comments that match by the point they make"),
)
"""What a build of themes and an answer are doing; a step with numbers in it is shown as the service writes it."""


def value_name(value: str) -> str:
    """Return a value as the reader's language writes it; a value that no catalog has as it is."""
    return _(value)

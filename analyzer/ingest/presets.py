"""Recognize exports of common feedback tools by their actual headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.ingest.header import slug
from analyzer.types import ColumnRole


@dataclass(frozen=True, slots=True)
class Preset:
    """The export of a tool: its required headings (as slugs) and the use of its columns.

    Attributes:
        name: the tool.
        needs: slugs that must all be present.
        needs_any: slugs of which one must be present, if any are given.
        roles: for each role the slugs to try, best first.
        drops: slugs of columns that are useless to an analyst or identify a person, with the reason.
    """

    name: str
    needs: frozenset[str]
    needs_any: frozenset[str] = frozenset()
    roles: Mapping[ColumnRole, tuple[str, ...]] = field(default_factory=dict)
    drops: Mapping[str, str] = field(default_factory=dict)

    def fits(self, slugs: frozenset[str]) -> bool:
        """Check whether a header belongs to this tool."""
        return self.needs <= slugs and (not self.needs_any or not self.needs_any.isdisjoint(slugs))


_PERSONAL = "holds personal data"
_SAME_DATE = "repeats a date as a number"


def _zendesk(*needs: str) -> Preset:
    return Preset(
        "Zendesk",
        frozenset(needs),
        roles={
            ColumnRole.TEXT: ("satisfaction_comment", "ticket_satisfaction_comment", "comment", "subject"),
            ColumnRole.DATE: ("created_at", "ticket_created_date", "requested"),
            ColumnRole.ID: ("id", "ticket_id"),
            ColumnRole.RESPONDENT: ("requester_id",),
        },
        drops={"requester_external_id": _PERSONAL, "requester_domain": _PERSONAL, "summation_column": "always 1"},
    )


PRESETS = (
    Preset(
        "Qualtrics",
        frozenset({"startdate", "enddate", "recordeddate", "responseid"}),
        roles={
            ColumnRole.ID: ("responseid",),
            ColumnRole.DATE: ("recordeddate",),
            ColumnRole.RESPONDENT: ("externalreference", "externaldatareference"),
        },
        drops=dict.fromkeys(("locationlatitude", "locationlongitude", "ipaddress"), _PERSONAL),
    ),
    Preset(
        "SurveyMonkey",
        frozenset({"respondent_id", "collector_id", "start_date", "end_date"}),
        roles={ColumnRole.ID: ("respondent_id",), ColumnRole.DATE: ("end_date", "start_date")},
        drops={"custom_data_1": _PERSONAL},
    ),
    Preset(
        "Typeform",
        frozenset({"start_date_utc", "submit_date_utc", "network_id"}),
        roles={ColumnRole.DATE: ("submit_date_utc",), ColumnRole.RESPONDENT: ("network_id",)},
    ),
    Preset(
        "Google Play",
        frozenset({"package_name", "star_rating", "review_text", "review_submit_date_and_time"}),
        roles={
            ColumnRole.TEXT: ("review_text",),
            ColumnRole.DATE: ("review_submit_date_and_time",),
            ColumnRole.RATING: ("star_rating",),
        },
        drops=dict.fromkeys(
            (
                "review_submit_millis_since_epoch",
                "review_last_update_millis_since_epoch",
                "developer_reply_millis_since_epoch",
            ),
            _SAME_DATE,
        ),
    ),
    Preset(
        "Trustpilot",
        frozenset({"review_content", "review_stars", "review_created_utc"}),
        roles={
            ColumnRole.TEXT: ("review_content",),
            ColumnRole.DATE: ("review_created_utc",),
            ColumnRole.RATING: ("review_stars",),
            ColumnRole.ID: ("review_id",),
            ColumnRole.RESPONDENT: ("review_consumer_user_id",),
        },
        drops={"reference_id": _PERSONAL},
    ),
    Preset(
        "App Store",
        frozenset({"rating", "title", "territory"}),
        frozenset({"body", "review"}),
        roles={
            ColumnRole.TEXT: ("body", "review"),
            ColumnRole.DATE: ("createddate", "created_date", "date"),
            ColumnRole.RATING: ("rating",),
            ColumnRole.ID: ("id", "review_id"),
        },
        drops=dict.fromkeys(("reviewernickname", "nickname"), _PERSONAL),
    ),
    _zendesk("id", "requester", "subject", "satisfaction_score"),
    _zendesk("ticket_id", "satisfaction_comment"),
    _zendesk("ticket_id", "ticket_satisfaction_comment"),
)
_GOOGLE_FORMS = frozenset({"Timestamp", "Zeitstempel", "Horodateur", "Marca temporal", "Tijdstempel"})
"""The first heading of a Google Forms export, in five languages; the others are the questions."""


def find_preset(header: Sequence[str]) -> Preset | None:
    """Return the preset of the tool that wrote a header; None if it is unknown."""
    slugs = frozenset(map(slug, header))
    for preset in PRESETS:
        if preset.fits(slugs):
            return preset
    if header[0] in _GOOGLE_FORMS:
        return Preset("Google Forms", frozenset(), roles={ColumnRole.DATE: (slug(header[0]),)})
    return None

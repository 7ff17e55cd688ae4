"""The figures of the overview in words, for the page and the terminal."""

from analyzer.index.dates_in_words import date_in_words, period_in_words, span_in_words
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _
from analyzer.reports.overview.types import HeadlineFigure, Overview

TITLES = {
    "comments": N_("Comments"),
    "responses": N_("Responses"),
    "nps": N_("NPS"),
    "negative": N_("Comments with criticism"),
}


def figure_title(figure: HeadlineFigure, rating_label: str) -> str:
    """Return the name of a figure; a rating is named by the heading of its column."""
    return _("Average {rating_label}", rating_label=rating_label) if figure.name == "rating" else _(TITLES[figure.name])


def figure_value(name: str, value: float | None) -> str:
    """Return a value in words; "–" if there is none."""
    if value is None:
        return "–"
    if name == "negative":
        return localized(value, ".1%")
    return localized(value, {"rating": ".2f", "nps": "+.0f"}.get(name, ",.0f"))


def scale_note(overview: Overview) -> str:
    """Return which end of the rating scale is the best; empty if it is not known or is the high one."""
    ends = overview.rating_ends
    if not ends or ends[1] >= ends[0]:
        return ""
    return _("{best:g} is the best, {worst:g} the worst", best=ends[1], worst=ends[0])


def comparison(figure: HeadlineFigure, overview: Overview) -> str:
    """Return a figure in the two spans: "35 in Oct to Dec 2022, 1,268 in Jul to Sep 2022"; empty without them."""
    if figure.recent is None or figure.before is None or not overview.recent or not overview.before:
        return ""
    parts = [
        _("{value} in {span}", value=figure_value(figure.name, value), span=span_in_words(span.first, span.last))
        for value, span in ((figure.recent, overview.recent), (figure.before, overview.before))
    ]
    return ", ".join(parts)


def difference(figure: HeadlineFigure) -> str:
    """Return the difference of the two spans; of shares in points; empty without both or if they read alike."""
    if figure.recent is None or figure.before is None:
        return ""
    digits = {"negative": 3, "rating": 2}.get(figure.name, 0)
    change = round(figure.recent, digits) - round(figure.before, digits)  # of the values as they are shown
    if not round(change, digits):
        return ""
    if figure.name == "negative":
        return _("{points:+.1f} points", points=100 * change)
    return localized(change, "+.2f" if figure.name == "rating" else "+,.0f")


def theme_change(recent: float | None, before: float | None) -> str:
    """Return the change of a share in points, such as +2.1 points; empty without both."""
    if recent is None or before is None:
        return ""
    points = 100 * (round(recent, 3) - round(before, 3))  # of the shares as they are shown
    return _("{points:+.1f} points", points=points) if round(points, 1) else _("unchanged")


def unfinished_month(overview: Overview) -> str:
    """Return why the last month is not compared; empty if it is, or if there is none."""
    if not overview.not_over:
        return ""
    month, day = period_in_words(overview.not_over), date_in_words(overview.newest, has_time=False)
    return _("{month} has responses up to {day} only, so it is not compared.", month=month, day=day)


def no_changes(overview: Overview) -> str:
    """Return why nothing is said to have changed; empty if something is."""
    if overview.changes:
        return ""
    if not overview.recent or not overview.before:
        return _(
            "There is nothing to compare yet: two spans of whole months with at least 30 responses each are needed."
        )
    spans = [span_in_words(span.first, span.last) for span in (overview.recent, overview.before)]
    return _("Between {first} and {last} nothing changed by more than chance explains.", first=spans[1], last=spans[0])

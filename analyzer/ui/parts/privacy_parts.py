"""Draw the privacy review: values replaced by imports, entries that wait for a decision, a sample to check."""

from collections import Counter

import pandas as pd
import streamlit as st

from analyzer.index.dates_in_words import date_in_words
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _, ngettext
from analyzer.privacy.types import Decision, ImportRisk, PrivacySample, QueueEntry, RiskReport, SampleCheck
from analyzer.types import Feedback
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.charts import count_bars
from analyzer.ui.parts.clickable import draw_chart
from analyzer.ui.parts.erasure_parts import warn_of_log
from analyzer.ui.parts.record_parts import plain, record
from analyzer.ui.session import page, workspace

SIZES = (30, 60, 100, 200, 300)
MOST_ENTRIES = 20

VERDICTS = {"allow": N_("Harmless: never mask it"), "deny": N_("Personal: always mask it")}


def show_replaced() -> None:
    """Draw the values that imports replaced, and the leak rate of checked samples."""
    report = workspace().privacy.report()
    if report.imports:
        show_risk(report)
    else:
        st.info(_("Nothing has been imported yet; see Add data."), icon=":material/upload_file:")


def show_queue() -> None:
    """Draw the entries that wait for a decision, and the last decision."""
    if decision := page().decision:
        show_decision(decision)
    waiting = workspace().privacy.queue(MOST_ENTRIES)
    if not waiting.entries:
        st.info(_("The review queue is empty."), icon=":material/task_alt:")
    for entry in waiting.entries:
        show_entry(entry)
    if waiting.total > len(waiting.entries):
        st.caption(
            ngettext(
                "{total:,} more entry.",
                "{total:,} more entries.",
                waiting.total - len(waiting.entries),
                total=waiting.total - len(waiting.entries),
            )
        )


def check_sample() -> None:
    """Draw a sample to check, and the result of the last check."""
    if check := page().check:
        show_bound(check)
    if drawn := page().sample:
        show_sample(drawn)
    elif not workspace().status().records:
        st.info(_("There are no comments to sample yet."), icon=":material/upload_file:")
    else:
        st.write(
            _("A person reads comments drawn at random and ticks those in which a person can still be identified.")
        )
        size = st.select_slider(_("How many"), SIZES, 60)
        if st.button(_("Draw a sample"), type="primary"):
            page().sample = workspace().privacy.sample(int(size))
            page().check = None
            st.rerun()


def show_risk(report: RiskReport) -> None:
    """Draw the findings of each import, and the leak rate of the last checked sample."""
    checked = [check for check in report.samples if check.upper_bound is not None]
    if checked:
        show_bound(checked[-1])
    else:
        st.info(
            _(
                "No sample has been checked yet, so the leak rate is unknown. Sixty comments take ten "
                "minutes: see the tab Check a sample."
            ),
            icon=":material/quiz:",
        )
    for risk in report.imports:
        _show_import(risk)


def show_bound(check: SampleCheck) -> None:
    """Draw the leak rate of a checked sample."""
    cells = st.columns(3)
    cells[0].metric(
        _("Comments checked"), _("{size:,} of {population:,}", size=check.size, population=check.population)
    )
    cells[1].metric(_("With personal data left"), localized(check.misses or 0, ","))
    cells[2].metric(
        _("Leak rate at most"),
        localized(check.upper_bound or 0, ".1%"),
        help=_("Exact one-sided 95 % bound (Clopper and Pearson, 1934)"),
    )
    st.caption(
        _(
            "Checked by {checked_by}, {checked}",
            checked_by=unmarked(check.checked_by),
            checked=date_in_words(check.checked),
        )
    )


def _show_import(risk: ImportRisk) -> None:
    st.header(unmarked(risk.file))
    st.caption(
        ngettext(
            "{started} · {texts:,} different comment · {altered:,} altered "
            "({share_altered:.1%}) · {reviewed:,} with something to review · {refused:,} refused",
            "{started} · {texts:,} different comments · {altered:,} altered "
            "({share_altered:.1%}) · {reviewed:,} with something to review · {refused:,} refused",
            risk.texts,
            started=date_in_words(risk.started),
            texts=risk.texts,
            altered=risk.altered,
            share_altered=risk.share_altered,
            reviewed=risk.reviewed,
            refused=risk.refused,
        )
    )
    if not risk.findings:
        st.text(_("Nothing was replaced."))
        return
    types: Counter[str] = Counter()
    for found in risk.findings:
        types[found.type] += found.n
    draw_chart(count_bars(types.most_common(), _("values replaced")))
    with st.expander(_("By type, language and rule")):
        rows = [
            {_("type"): f.type, _("language"): f.language or _("undetermined"), _("rule"): f.rule, _("replaced"): f.n}
            for f in risk.findings
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def show_entry(entry: QueueEntry) -> None:
    """Draw one entry of the queue with its two decisions."""
    with st.container(border=True):
        what = _("masked with low confidence") if entry.kind == "masked" else _("left in the text")
        st.markdown(
            ngettext(
                "**{type}** · {shape} · {what} · {records:,} comment",
                "**{type}** · {shape} · {what} · {records:,} comments",
                entry.records,
                type=unmarked(entry.type),
                shape=unmarked(entry.shape),
                what=what,
                records=entry.records,
            )
        )
        for context in entry.contexts:
            plain(context)
        cells = st.columns([2, 2, 3])
        for cell, (verdict, words) in zip(cells, VERDICTS.items(), strict=False):
            if cell.button(_(words), key=f"{verdict}-{entry.id}"):
                page().decision = workspace().privacy.decide(entry.id, verdict)
                st.rerun()


def show_decision(decision: Decision) -> None:
    """Draw the effect of the last decision, with a button to undo it."""
    term = decision.term
    if decision.is_undone:
        st.success(_("Undone, for later imports."), icon=":material/undo:")
        return
    done = {
        "deny": _(
            "Masked in {records:,} comments; {answers:,} stored answers that cite it were deleted.",
            records=decision.records,
            answers=decision.answers,
        ),
        "allow": ngettext(
            "Never masked again. {still_masked:,} comment keeps the placeholder until their file is imported again.",
            "Never masked again. {still_masked:,} comments keep the placeholder until their file is imported again.",
            decision.still_masked,
            still_masked=decision.still_masked,
        ),
    }
    words, button = st.columns([5, 1])
    words.success(f"{unmarked(term.shape)}: {done[term.verdict]}", icon=":material/check_circle:")
    warn_of_log(decision.left_in_log)
    if button.button(_("Undo"), icon=":material/undo:"):
        page().decision = workspace().privacy.undo()
        st.rerun()


def show_sample(sample: PrivacySample) -> None:
    """Draw a sample with a checkbox for each comment, and store the ticked ones."""
    st.caption(
        ngettext(
            "{size:,} of {population:,} comment, drawn at random. Tick those in which a person "
            "could still be recognized.",
            "{size:,} of {population:,} comments, drawn at random. Tick those in which a person "
            "could still be recognized.",
            sample.population,
            size=sample.size,
            population=sample.population,
        )
    )
    with st.form("sample", border=False):
        missed = []
        for comment in sample.comments:
            box, text = st.columns([1, 14])
            if box.checkbox(str(comment.number), key=f"sample-{sample.sample}-{comment.number}"):
                missed.append(comment.number)
            with text:
                record(Feedback(comment.id, comment.text, comment.fields))
        if st.form_submit_button(_("Save this check"), type="primary"):
            keep = workspace().privacy.checked
            page().check = keep(sample.sample, None, missed) if missed else keep(sample.sample, 0)
            page().sample = None
            st.rerun()

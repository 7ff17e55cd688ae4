"""Format the privacy review and the residual risk as lines of text for a terminal."""

from collections import Counter

from analyzer.privacy.types import (
    DecidedTerm,
    Decision,
    ImportRisk,
    PrivacySample,
    ReviewQueue,
    RiskReport,
    SampleCheck,
    TermList,
)

RULES_SHOWN = 12


def queue_lines(queue: ReviewQueue) -> list[str]:
    """Format the entries that wait for a decision."""
    if not queue.entries:
        return ["nothing waits for a decision"]
    lines = []
    for entry in queue.entries:
        what = "masked with low confidence" if entry.kind == "masked" else "left in the text"
        lines.append(f"{entry.id:>6}  {entry.type}: {entry.shape}, {what}, in {entry.records:,} records")
        lines += [f"        {context}" for context in entry.contexts]
    more = f"{queue.total - len(queue.entries):,} more wait; " if queue.total > len(queue.entries) else ""
    return [*lines, f"{more}decide with: analyzer privacy decide ID allow|deny"]


def decision_lines(decision: Decision) -> list[str]:
    """Format the effect of a decision."""
    if decision.is_undone:
        return [f"undone: {_term(decision.term)}", "it applies to later imports; import a file again to apply it there"]
    lines = [_term(decision.term)]
    if decision.term.verdict == "deny":
        lines.append(
            f"masked at once in {decision.records:,} records ({decision.texts:,} different texts); "
            f"{decision.answers:,} stored answers deleted"
        )
        if decision.left_in_log:
            lines.append(
                "the term is still in the write-ahead log, because other processes read from it; stop the page and "
                "other commands, then run: analyzer verify"
            )
    elif decision.still_masked:
        lines.append(
            f"{decision.still_masked:,} records keep their placeholder, because the original text is not stored; "
            "import their file again"
        )
    return lines


def term_lines(terms: TermList) -> list[str]:
    """Format the allow and deny lists."""
    return [_term(term) for term in terms.terms] or ["no terms are allowed or denied"]


def _term(term: DecidedTerm) -> str:
    kind = f" {term.type}" if term.type else ""
    reason = f": {term.reason}" if term.reason else ""
    return f"{term.id:>4}  {term.verdict}{kind} {term.shape}, by {term.by} at {term.at}{reason}"


def risk_lines(report: RiskReport) -> list[str]:
    """Format the residual-risk report."""
    lines = [line for risk in report.imports for line in _import_lines(risk)] or ["nothing has been imported"]
    lines += [check_line(check) for check in report.samples]
    if not report.samples:
        lines.append("no sample has been checked yet, so the leak rate is unknown; draw one: analyzer privacy sample")
    if report.waiting:
        lines.append(f"{report.waiting:,} entries wait for a decision: analyzer privacy queue")
    return lines


def _import_lines(risk: ImportRisk) -> list[str]:
    lines = [
        f"import {risk.import_id}, {risk.file}, {risk.started}: {risk.texts:,} different comments, "
        f"{risk.altered:,} altered ({risk.share_altered:.1%}), {risk.reviewed:,} with something to review, "
        f"{risk.refused:,} refused"
    ]
    for title, place in (("types", 0), ("languages", 1), ("rules", 2)):
        counts: Counter[str] = Counter()
        for found in risk.findings:
            key = (found.type, found.language or "undetermined", found.rule or "unnamed")[place]
            counts[key] += found.n
        if counts:
            shown = ", ".join(f"{n:,} {key}" for key, n in counts.most_common(RULES_SHOWN))
            lines.append(f"  {title}: {shown}")
    return lines


def sample_lines(sample: PrivacySample) -> list[str]:
    """Format a sample for a person to check."""
    lines = []
    for comment in sample.comments:
        lines.append(f"{comment.number:>4}  {' '.join(comment.text.split())}")
        lines += [f"      {name}: {value}" for name, value in comment.fields.items()]
    return [
        *lines,
        f"sample {sample.sample}: {sample.size} of {sample.population:,} comments, drawn at random. Count those in "
        f"which personal data is left, then: analyzer privacy checked --sample {sample.sample} --misses N",
    ]


def check_line(check: SampleCheck) -> str:
    """Format the leak rate found in a sample, with its upper bound."""
    among = "all imports" if check.import_id is None else f"import {check.import_id}"
    drawn = f"sample {check.sample}, {check.size} of {check.population:,} comments of {among}, {check.at}"
    if check.misses is None or check.leak_rate is None or check.upper_bound is None:
        return f"{drawn}: not checked yet"
    return (
        f"{drawn}: {check.misses} leaking, that is {check.leak_rate:.1%}, with 95 % confidence less than "
        f"{check.upper_bound:.1%} (checked by {check.checked_by})"
    )

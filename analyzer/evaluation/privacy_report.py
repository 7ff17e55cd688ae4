"""Render a privacy report: as lines of text, and as plain values for --json."""

from typing import Any

from analyzer.evaluation.coverage import Altered, Rate
from analyzer.evaluation.privacy_quality import ALL, PrivacyReport, SyntheticReport, TweetReport
from analyzer.evaluation.spans import IOU, Score, SpanScores
from analyzer.evaluation.taxonomy import LEFT_BY_DECISION

DIGITS = 4
"""Decimal places of shares in JSON."""


def report_lines(report: PrivacyReport) -> list[str]:
    """Return the report as lines of text."""
    lines = [f"part: {report.part.value}"]
    lines += [f"skipped, not found: {name}" for name in report.skipped]
    lines += _synthetic_lines(report.synthetic) if report.synthetic else []
    lines += _tweet_lines(report.tweets) if report.tweets else []
    return lines + [line for result in report.comments for line in _altered_lines(result)]


def report_dict(report: PrivacyReport) -> dict[str, Any]:
    """Return the report as plain values, shares with their counts; a set that was not found is null."""
    return {
        "part": report.part.value,
        "skipped": list(report.skipped),
        "synthetic": _synthetic_dict(report.synthetic) if report.synthetic else None,
        "tweets": _tweet_dict(report.tweets) if report.tweets else None,
        "comments": {result.name: _altered_dict(result) for result in report.comments},
    }


def _synthetic_lines(result: SyntheticReport) -> list[str]:
    per_type = {**result.all_types.per_type, **result.in_scope.per_type}
    lines = ["", f"synthetic set, {result.texts} texts; P, R, F2 as upstream's evaluator computes them, IoU {IOU}"]
    lines.append(f"  {'types in scope':32}{_score(result.in_scope.overall)}")
    lines.append(f"  {'every labeled type':32}{_score(result.all_types.overall)}")
    lines.append(f"  {'structured types fully masked':32}{_rate(result.structured)}")
    lines.append(f"  {'type':16}{'fully masked':>20}{'P':>7}{'R':>7}{'F2':>7}")
    for kind in sorted({*result.masked, *per_type}, key=lambda kind: (kind in LEFT_BY_DECISION, kind)):
        masked = _rate(result.masked[kind]) if kind in result.masked else ""
        left = "  left by decision" if kind in LEFT_BY_DECISION else ""
        lines.append(f"  {kind:16}{masked:>20}{_columns(per_type.get(kind)):21}{left}".rstrip())
    for language, kinds in result.masked_by_language.items():
        lines += [f"  in {language:13}{_rate(kinds[ALL]):>20}"] if ALL in kinds else []
    return lines


def _tweet_lines(result: TweetReport) -> list[str]:
    lines = ["", f"tweets, {result.tweets}"]
    for kind, found in result.found.items():
        lines.append(f"  {kind:8}at least half covered {_rate(found)}, fully masked {_rate(result.masked[kind])}")
    lines.append(f"  NAME at least half covered by PERSON {_rate(result.names_as_person)}")
    lines.append(f"  PERSON entities that overlap a labeled person {_rate(result.precision)}")
    return [*lines, f"  tweets that name nobody, with a PERSON {_rate(result.altered)}"]


def _altered_lines(result: Altered) -> list[str]:
    lines = ["", f"{result.name}: comments altered {_rate(result.comments)}, distinct ones {_rate(result.distinct)}"]
    lines += [f"  in {language:10}{_rate(rate)}" for language, rate in result.by_language.items() if rate.hits]
    return lines + [f"  {count:6} {rule}" for rule, count in result.by_rule.items()]


def _rate(rate: Rate) -> str:
    return f"{rate.share:.3f} ({rate.hits}/{rate.of})"


def _score(score: Score) -> str:
    return f"P {score.precision:.3f}  R {score.recall:.3f}  F2 {score.f2:.3f}"


def _columns(score: Score | None) -> str:
    return f"{score.precision:7.3f}{score.recall:7.3f}{score.f2:7.3f}" if score else ""


def _synthetic_dict(result: SyntheticReport) -> dict[str, Any]:
    return {
        "texts": result.texts,
        "left_by_decision": sorted(LEFT_BY_DECISION),
        "in_scope": _scores_dict(result.in_scope),
        "all_types": _scores_dict(result.all_types),
        "fully_masked": {kind: _rate_dict(rate) for kind, rate in result.masked.items()},
        "fully_masked_by_language": {
            language: {kind: _rate_dict(rate) for kind, rate in kinds.items()}
            for language, kinds in result.masked_by_language.items()
        },
        "structured_fully_masked": _rate_dict(result.structured),
    }


def _tweet_dict(result: TweetReport) -> dict[str, Any]:
    return {
        "tweets": result.tweets,
        "half_covered": {kind: _rate_dict(rate) for kind, rate in result.found.items()},
        "fully_masked": {kind: _rate_dict(rate) for kind, rate in result.masked.items()},
        "names_half_covered_by_person": _rate_dict(result.names_as_person),
        "person_precision": _rate_dict(result.precision),
        "altered_without_a_name": _rate_dict(result.altered),
    }


def _altered_dict(result: Altered) -> dict[str, Any]:
    return {
        "altered": _rate_dict(result.comments),
        "distinct_altered": _rate_dict(result.distinct),
        "by_type": dict(result.by_type),
        "by_rule": dict(result.by_rule),
        "by_language": {language: _rate_dict(rate) for language, rate in result.by_language.items()},
    }


def _scores_dict(scores: SpanScores) -> dict[str, Any]:
    per_type = {kind: _score_dict(score) for kind, score in scores.per_type.items()}
    return {"overall": _score_dict(scores.overall), "per_type": per_type}


def _score_dict(score: Score) -> dict[str, Any]:
    counts = {"labeled": score.gold, "predicted": score.predicted, "matched": score.matched}
    figures = {"precision": score.precision, "recall": score.recall, "f2": score.f2}
    return {**counts, **{name: round(value, DIGITS) for name, value in figures.items()}}


def _rate_dict(rate: Rate) -> dict[str, Any]:
    return {"share": round(rate.share, DIGITS), "hits": rate.hits, "of": rate.of}

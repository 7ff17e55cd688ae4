"""Evaluate answers: routing of questions, refusals, and claim verification."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from analyzer.answers.grounding.entailment import verifier_of
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.types import Status
from analyzer.config import Settings
from analyzer.evaluation.claim_checks import ClaimsReport, claims_dict, claims_lines, evaluate_claims
from analyzer.evaluation.corpora import open_corpora
from analyzer.evaluation.question_routing import RoutingReport, evaluate_routing, routing_dict, routing_lines
from analyzer.evaluation.refusals import RefusalReport, evaluate_refusals, refusal_dict, refusal_lines
from analyzer.evaluation.splits import Part
from analyzer.models.llm import Answers
from analyzer.models.loaded_models import LoadedModels
from analyzer.models.server_address import parse_server
from analyzer.security.sandbox.egress import server_connection
from analyzer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class AnswersReport:
    """All results for one part of the questions; claims is None if they were left out."""

    routing: RoutingReport
    refusals: RefusalReport
    claims: ClaimsReport | None


class _StopBeforeWriting(ProgressListener):
    """A progress listener that stops an answer before the model writes."""

    @property
    def is_stopped(self) -> bool:
        """True: a refusal is decided before the first sentence."""
        return True


def evaluate_answers(
    settings: Settings, data: Path, part: Part, tell: Callable[[str], None], without_claims: bool = False
) -> AnswersReport:
    """Run every measurement that the sets in a folder allow; `tell` is called with a line for each step."""
    tell("importing the corpora")
    with open_corpora(settings, data) as corpora:
        routing = evaluate_routing({name: workspace.answers.plan for name, workspace in corpora.items()}, part)
        tell("asking answerable and unanswerable questions")
        refusals = evaluate_refusals({name: partial(is_refused, one) for name, one in corpora.items()}, part)
    claims = None
    if not without_claims:
        tell("verifying claims")
        models = LoadedModels(settings.models_dir)
        verifier = verifier_of(models.embedder(settings.embedding_model), _model(models, settings))
        claims = evaluate_claims(verifier, part, data)
    return AnswersReport(routing, refusals, claims)


def _model(models: LoadedModels, settings: Settings) -> Answers:
    if settings.answering_server:
        return models.server(parse_server(settings.answering_server), server_connection)
    return models.answering(settings.answering_model, settings.context_tokens, settings.threads)


def is_refused(workspace: Workspace, question: str) -> bool:
    """Return whether a question is refused before the model writes."""
    answer = workspace.ask(question, listener=_StopBeforeWriting())
    return answer.status is Status.NOT_FOUND and answer.is_complete


def answers_lines(report: AnswersReport) -> list[str]:
    """Return the report as lines of text."""
    lines = [*routing_lines(report.routing), "", *refusal_lines(report.refusals)]
    return [*lines, "", *claims_lines(report.claims)] if report.claims else lines


def answers_dict(report: AnswersReport) -> dict[str, Any]:
    """Return the report as plain values."""
    return {
        "routing": routing_dict(report.routing),
        "refusals": refusal_dict(report.refusals),
        "claims": claims_dict(report.claims) if report.claims else None,
    }

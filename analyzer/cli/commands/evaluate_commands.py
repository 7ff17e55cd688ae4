"""The command evaluate: measure the quality of the program on labeled data."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, load
from analyzer.cli.output import emit, say
from analyzer.config import PROJECT
from analyzer.errors import UsageError

MORE_EMBEDDERS = ("all-mpnet-base-v2",)
"""Further embedding models to measure, if they have been fetched."""
SHARED = PROJECT.parent / "shared" / "data"


def add(commands: Any) -> None:
    """Add the command."""
    evaluate = add_command(commands, "evaluate", "measure the quality of the program on labeled data", _evaluate)
    evaluate.add_argument("suite", choices=("privacy", "answers", "questions", "themes"), help="what to measure")
    evaluate.add_argument(
        "--data", type=Path, default=SHARED, metavar="DIR", help=f"folder of the labeled sets (default {SHARED})"
    )
    evaluate.add_argument(
        "--part",
        choices=("tuning", "held_back", "all"),
        default="held_back",
        help="part of the split to measure (default held_back)",
    )
    evaluate.add_argument(
        "--only-usefulness", action="store_true",
        help="of answers, measure only how useful they are: against people's labels, and by reading",
    )  # fmt: skip
    evaluate.add_argument(
        "--reading", type=Path, metavar="FILE", help="write 40 answers to FILE, to be marked from 1 to 5 (20 minutes)"
    )
    evaluate.add_argument(
        "--written", action="store_true", help="let the model write in label questions too (20 minutes more)"
    )
    evaluate.add_argument(
        "--languages", action="store_true", help="measure questions in French, German, Spanish, Dutch and Italian"
    )
    evaluate.add_argument(
        "--without-claims", action="store_true", help="skip the claim verifier, which takes half an hour"
    )


def _evaluate(options: Namespace) -> None:
    if options.suite != "questions" and not options.data.is_dir():
        raise UsageError(f"{options.data} does not exist; name the folder of labeled sets with --data DIR")
    {"privacy": _privacy, "answers": _answers, "questions": _questions, "themes": _themes}[options.suite](options)


def _privacy(options: Namespace) -> None:
    from analyzer.evaluation.privacy_quality import evaluate_privacy  # noqa: PLC0415
    from analyzer.evaluation.privacy_report import report_dict, report_lines  # noqa: PLC0415
    from analyzer.evaluation.splits import Part  # noqa: PLC0415
    from analyzer.models.loaded_models import LoadedModels  # noqa: PLC0415
    from analyzer.privacy.detector import Detector, rules_of  # noqa: PLC0415
    from analyzer.privacy.scrubber import Scrubber  # noqa: PLC0415

    settings = load(options)
    scrubber = Scrubber(
        Detector(rules_of(LoadedModels(settings.models_dir), settings.names_model, settings.regions, settings.also))
    )
    report = evaluate_privacy(scrubber.scrub, options.data, Part(options.part))
    emit(options, report_dict(report), report_lines(report))


def _answers(options: Namespace) -> None:
    from analyzer.evaluation.answer_quality import answers_dict, answers_lines, evaluate_answers  # noqa: PLC0415
    from analyzer.evaluation.answer_usefulness import (  # noqa: PLC0415
        evaluate_usefulness,
        usefulness_dict,
        usefulness_lines,
    )
    from analyzer.evaluation.splits import Part  # noqa: PLC0415

    settings = load(options)
    useful = evaluate_usefulness(settings, options.data, options.reading, say, options.written)
    found = {"usefulness": usefulness_dict(useful) if useful else None}
    lines = usefulness_lines(useful) if useful else ["usefulness: the NHS comments are not there"]
    if not options.only_usefulness:
        report = evaluate_answers(settings, options.data, Part(options.part), say, options.without_claims)
        found, lines = {**answers_dict(report), **found}, [*answers_lines(report), "", *lines]
    emit(options, found, lines)


def _questions(options: Namespace) -> None:
    from analyzer.answers.planning.router import route_all  # noqa: PLC0415
    from analyzer.evaluation.question_understanding import (  # noqa: PLC0415
        GOLD,
        LANGUAGES_GOLD,
        evaluate_understanding,
        understanding_dict,
        understanding_lines,
    )
    from analyzer.evaluation.splits import Part  # noqa: PLC0415
    from analyzer.models.loaded_models import LoadedModels  # noqa: PLC0415

    settings = load(options)
    embedder = LoadedModels(settings.models_dir).embedder(settings.embedding_model)
    gold = LANGUAGES_GOLD if options.languages else GOLD
    report = evaluate_understanding(
        lambda question, facts: route_all(question, facts, embedder), Part(options.part), gold
    )
    emit(options, understanding_dict(report), understanding_lines(report))


def _themes(options: Namespace) -> None:
    from analyzer.evaluation.theme_quality import evaluate_themes, themes_dict, themes_lines  # noqa: PLC0415
    from analyzer.models.loaded_models import LoadedModels  # noqa: PLC0415

    settings = load(options)
    models = LoadedModels(settings.models_dir)
    names = [settings.embedding_model, *(one for one in MORE_EMBEDDERS if one != settings.embedding_model)]
    report = evaluate_themes({n: models.embedder(n) for n in names if models.is_present(n)}, options.data, say)
    emit(options, themes_dict(report), themes_lines(report))

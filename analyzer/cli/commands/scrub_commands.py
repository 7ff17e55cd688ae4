"""The command scrub: print scrubbed texts, or write a scrubbed copy of a file; it needs no workspace.

Both ways go through the whole gate of an import: what the residual check refuses is withheld, and the command fails.
"""

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.interrupts import stopping
from analyzer.cli.options import add_command, load, mapping, mapping_options
from analyzer.cli.output import emit, say
from analyzer.errors import ScrubError, UsageError
from analyzer.types import Entity, Progress

if TYPE_CHECKING:
    from analyzer.ingest.scrub_files import CopyReport
    from analyzer.ingest.scrub_texts import SourceText
    from analyzer.privacy.detector import Rules

ROWS_SHOWN = 10


def add(commands: Any) -> None:
    """Add the command."""
    scrub = add_command(commands, "scrub", "replace personal data in a text, in lines or in a whole file", _scrub)
    scrub.add_argument(
        "file", nargs="?", type=Path, metavar="FILE",
        help="a table (CSV, TSV, XLSX, JSON Lines, Parquet), whose answers are printed one by one; any other file, or "
        "- for "
        "standard input, is one text on each line",
    )  # fmt: skip
    scrub.add_argument("--text", help="a single text")
    scrub.add_argument(
        "-o", "--out", type=Path, metavar="OUT", help="write a scrubbed copy: .csv, .tsv, .jsonl, or lines"
    )
    scrub.add_argument("--replace", action="store_true", help="overwrite OUT if it exists")
    mapping_options(scrub)


SCRUB_BATCH = 256


def _scrub(options: Namespace) -> None:
    if (options.text is None) == (options.file is None):
        raise UsageError("scrub: give either a FILE or --text TEXT")
    if options.out is None:
        _print_scrubbed(options)
    elif options.file is None:
        raise UsageError("scrub: --out writes a copy of a FILE; without it the text is printed")
    else:
        _copy(options)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A text after both checks: its number, the text to print, its entities, and the decision with its reasons."""

    number: int
    text: str
    entities: tuple[Entity, ...]
    decision: str
    reasons: tuple[str, ...]


def _print_scrubbed(options: Namespace) -> None:
    """Print each text as an import would store it; a text that an import refuses is withheld, and the command fails."""
    refused = 0
    for judged in _judged(_rules(options), _texts(options)):
        result: dict[str, Any] = {"text": judged.text, "entities": [_entity(asdict(e)) for e in judged.entities]}
        if judged.decision != "pass":
            result["residual_check"] = judged.decision
            what = "withheld" if judged.decision == "reject" else "review it"
            say(f"text {judged.number:,}: {what}: {', '.join(judged.reasons)}")
        refused += judged.decision == "reject"
        emit(options, result, [" ".join(judged.text.split("\n"))])
    if refused:
        raise ScrubError(
            f"{refused:,} {'text is' if refused == 1 else 'texts are'} withheld: personal data may be left; an import "
            f"refuses them too"
        )


def _rules(options: Namespace) -> "Rules":
    """Return the rules of the settings with the vocabulary of the file, as an import has it."""
    from analyzer.ingest.scrub_texts import vocabulary_of  # noqa: PLC0415
    from analyzer.models.loaded_models import LoadedModels  # noqa: PLC0415
    from analyzer.privacy.detector import rules_of  # noqa: PLC0415

    settings = load(options)
    rules = rules_of(LoadedModels(settings.models_dir), settings.names_model, settings.regions, settings.also)
    if options.file is None or str(options.file) == "-":
        return rules
    roles, drop = mapping(options)
    return rules.with_vocabulary(vocabulary_of(options.file, roles, tuple(drop)))


def _judged(rules: "Rules", texts: Iterable["SourceText"]) -> Iterator[_Judged]:
    """Scrub any number of texts in batches, without a workspace, and check each result as an import does."""
    from analyzer.ingest.scrub_rows import NOT_SCRUBBED, scrub_each  # noqa: PLC0415
    from analyzer.privacy.detector import Detector  # noqa: PLC0415
    from analyzer.privacy.residual_check import ResidualDecision, check  # noqa: PLC0415
    from analyzer.privacy.scrubber import Scrubber  # noqa: PLC0415

    scrubber = Scrubber(Detector(rules))
    source = iter(texts)
    while batch := list(islice(source, SCRUB_BATCH)):
        done = scrub_each(scrubber, [one.text or "" for one in batch], [one.own for one in batch])
        for one, scrubbed in zip(batch, done, strict=True):
            if one.text is None or scrubbed is None:
                yield _Judged(one.number, NOT_SCRUBBED, (), "reject", ("cannot be read or scrubbed",))
                continue
            verdict = check(scrubbed.text, one.own)
            is_refused = verdict.decision is ResidualDecision.REJECT
            text, entities = (NOT_SCRUBBED, ()) if is_refused else (scrubbed.text, scrubbed.entities)
            yield _Judged(one.number, text, entities, verdict.decision.value, verdict.reasons)


def _texts(options: Namespace) -> Iterator["SourceText"]:
    from analyzer.ingest.scrub_texts import SourceText, texts_of  # noqa: PLC0415

    roles, drop = mapping(options)
    if options.file is None:
        yield SourceText(1, options.text)
    elif str(options.file) == "-":
        yield from (SourceText(number, line) for number, line in enumerate(_standard_input(), start=1))
    else:
        yield from texts_of(options.file, roles, tuple(drop))


def _standard_input() -> Iterator[str]:
    return (line.rstrip("\n") for line in sys.stdin)


def _entity(entity: dict[str, Any]) -> dict[str, Any]:
    """Return the documented keys of an entity, without its keyed digest."""
    return {name: entity[name] for name in ("type", "start", "end", "text_after")}


def _copy(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import ProgressLine  # noqa: PLC0415
    from analyzer.ingest.scrub_files import CopyRequest, copy_file, copy_lines  # noqa: PLC0415
    from analyzer.ingest.scrub_rows import CellRecipe  # noqa: PLC0415

    settings = load(options)
    start = CellRecipe(_rules(options))
    roles, drop = mapping(options)
    request = CopyRequest(options.file, options.out, roles, tuple(drop), options.replace, settings.cores)
    with ProgressLine("scrubbing") as line, _stopped_cleanly(line) as progress:
        if str(options.file) == "-":
            report = copy_lines(request, _standard_input(), start, progress)
        else:
            report = copy_file(request, start, progress)
    for note in report.notes:
        say(f"note: {note}")
    emit(options, report, _report_lines(report))
    if report.not_scrubbed:
        raise ScrubError(
            f"{report.not_scrubbed:,} cells could not be scrubbed and are <NOT_SCRUBBED> in {report.path}: "
            f"{_places(report.not_scrubbed_rows)}"
        )


@contextmanager
def _stopped_cleanly(progress: Progress) -> Iterator[Progress]:
    """Yield a progress callback; if the copy is interrupted, report that no file was written."""
    try:
        with stopping(progress) as interruptible:
            yield interruptible
    except KeyboardInterrupt:
        say("analyzer: no copy was written")
        raise


def _report_lines(report: "CopyReport") -> list[str]:
    lines = [f"{report.path}: {report.rows:,} rows in {report.seconds:,.1f} s"]
    if report.entities:
        lines.append("replaced: " + ", ".join(f"{n:,} {kind}" for kind, n in report.entities.items()))
    if report.doubtful:
        lines.append(f"review {report.doubtful:,} cells: {_places(report.doubtful_rows)}")
    return lines


def _places(rows: tuple[int, ...]) -> str:
    named = ", ".join("the headings" if row == 0 else f"row {row:,}" for row in rows[:ROWS_SHOWN])
    more = len(rows) - ROWS_SHOWN
    return f"{named} and {more:,} more rows (--json lists them)" if more > 0 else named

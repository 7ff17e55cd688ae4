"""Commands on a workspace and its comments: init, reindex, ingest, search, show, overview, status, verify, settings."""

from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from analyzer.cli.interrupts import stopping
from analyzer.cli.options import (
    add_command,
    cluster_option,
    filter_option,
    import_options,
    load,
    mapping,
    mapping_options,
    open_workspace,
    positive,
    reading_options,
)
from analyzer.cli.output import emit, plain, say
from analyzer.config import EXAMPLE
from analyzer.errors import AnalyzerError

ALERT = 3
"""Exit code of a digest that crossed a rule."""


def add(commands: Any) -> None:
    """Add the commands of this group."""
    init = add_command(commands, "init", "create a new, empty workspace", _init)
    model = init.add_mutually_exclusive_group()
    model.add_argument(
        "--languages",
        default="",
        metavar="CODES",
        help="languages of the comments, such as fr,de: fixes the embedding model (en, fr, de, es, nl, it)",
    )
    model.add_argument("--embedding", default="", metavar="NAME", help="embedding model, an entry of `models list`")
    reindex = add_command(
        commands, "reindex", "change the embedding model of a workspace; run again to continue after a stop", _reindex
    )
    reindex.add_argument(
        "--embedding", required=True, metavar="NAME", help="embedding model, an installed entry of `models list`"
    )
    ingest = add_command(commands, "ingest", "import files or folders of feedback", _ingest)
    what = ingest.add_mutually_exclusive_group(required=True)
    what.add_argument("files", nargs="*", default=[], type=Path, metavar="FILE", help="files, or folders of them")
    what.add_argument(
        "--example", action="store_true", help="830 invented comments on a shop that come with the program"
    )
    mapping_options(ingest)
    reading_options(ingest)
    cluster_option(ingest)
    ingest.add_argument("--preview", action="store_true", help="show how the columns would be read; nothing is stored")
    search = add_command(commands, "search", "find comments by words and by similarity of meaning", _search)
    search.add_argument("query", metavar="QUERY", help="words or a phrase")
    filter_option(search)
    search.add_argument(
        "--match", choices=("meaning", "words", "phrase"), default="meaning",
        help="meaning: similar meaning or one of the words (default); words: every word; phrase: exactly as written",
    )  # fmt: skip
    search.add_argument("--limit", type=positive, default=10, help="number of comments (default 10)")
    show = add_command(commands, "show", "print records with these ids", _show)
    show.add_argument("ids", nargs="+", metavar="ID", help="ids of records")
    show.add_argument(
        "--english", action="store_true",
        help="show comments in another language in English, by the language model; such text is never kept or counted",
    )  # fmt: skip
    duplicates = add_command(
        commands,
        "duplicates",
        "show letters sent by many, templates, and comments copied with small changes",
        _duplicates,
    )
    filter_option(duplicates)
    duplicates.add_argument("--limit", type=positive, default=20, help="number of groups (default 20)")
    duplicates.add_argument(
        "--find", action="store_true", help="look for them again first, as imports of up to 20,000 texts do"
    )
    filter_option(
        add_command(
            commands, "overview", "show figures, months, top themes, changes and quotes of the page Overview", _overview
        )
    )
    digest = add_command(
        commands,
        "digest",
        "write what rose, fell and is new as OUT.html, OUT.md and OUT.json; exit code 3: an alert",
        _digest,
    )
    digest.add_argument("out", type=Path, metavar="OUT", help="path of the files, without their suffixes")
    digest.add_argument(
        "--since", default="last", metavar="DATE", help="last (default): imported since your last digest; or a date"
    )
    digest.add_argument("--alerts", type=Path, metavar="FILE", help="rules that make it an alert, such as alerts.toml")
    digest.add_argument("--replace", action="store_true", help="overwrite the files if they exist")
    add_command(
        commands, "status", "show what the workspace contains: records, columns, imports, languages, models", _status
    )
    add_command(commands, "verify", "check the integrity of every page, table, vector and audit event", _verify)
    add_command(commands, "settings", "print the settings in force", _settings)


def _init(options: Namespace) -> None:
    from analyzer.ingest.languages import embedding_for  # noqa: PLC0415
    from analyzer.models.catalog import is_present, load_catalog  # noqa: PLC0415
    from analyzer.workspace import Workspace  # noqa: PLC0415

    settings = load(options)
    name = options.embedding or settings.embedding_model
    if options.languages:
        name = embedding_for([one.strip().lower() for one in options.languages.split(",") if one.strip()])
    workspace = Workspace.init(replace(settings, embedding_model=name), options.actor or "")
    path = str(workspace.settings.workspace)
    lines = [f"created {path}; its key is in {workspace.settings.keys_dir}", f"embedding model: {name}"]
    if not is_present(settings.models_dir, load_catalog(settings.models_dir).get(name)):
        say(f"{name} is not installed; before the first import run: analyzer models fetch {name}")
    emit(options, {"workspace": path, "id": workspace.id, "embedding": name}, lines)


def _reindex(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import ProgressLine, reindexed_lines  # noqa: PLC0415

    workspace = open_workspace(options)
    with ProgressLine("", "texts and opinions") as line, stopping(line) as progress:
        done = workspace.embedding.reindex(options.embedding, progress)
    emit(options, done, reindexed_lines(done))


def _ingest(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import ProgressLine, preview_lines, report_lines  # noqa: PLC0415

    workspace = open_workspace(options)
    roles, drop = mapping(options)
    reading = import_options(options)
    files = [EXAMPLE] if options.example else options.files
    if options.preview:
        previews = workspace.imports.preview_all(files, roles, drop, reading)
        emit(options, {"files": [plain(p) for p in previews]}, [line for p in previews for line in preview_lines(p)])
        return
    with ProgressLine() as line, stopping(line) as progress:
        report = workspace.ingest(files, roles, drop, progress, reading)
    emit(options, report, report_lines(report))


def _search(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import hit_lines  # noqa: PLC0415

    result = open_workspace(options).search(options.query, options.where, options.limit, options.match)
    emit(options, result, hit_lines(result))


def _show(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import record_lines, translation_lines  # noqa: PLC0415

    if options.english:
        for one in open_workspace(options).translation.show(options.ids):
            emit(options, one, translation_lines(one))
        return
    records = open_workspace(options).feedback.show(options.ids)
    for record in records:
        emit(options, record, record_lines(record))


def _duplicates(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import duplicate_lines  # noqa: PLC0415

    workspace = open_workspace(options)
    if options.find:
        workspace.duplicates.find()
    found = workspace.duplicates.list(options.where, options.limit)
    emit(options, found, duplicate_lines(found))


def _overview(options: Namespace) -> None:
    from analyzer.cli.render.overview_text import overview_lines  # noqa: PLC0415

    found = open_workspace(options).overview.show(options.where)
    emit(options, found, overview_lines(found))


def _digest(options: Namespace) -> None:
    from analyzer.reports.digest.digest_files import figure_text, theme_text  # noqa: PLC0415

    found = open_workspace(options).digest.write(options.out, options.since, options.alerts, options.replace)
    changed = [one for one in found.themes if one.change]
    lines = [f"ALERT {one.name}: {one.told}" for one in found.crossed]
    lines += [figure_text(one) for one in found.figures]
    lines += [f"{one.change} {one.theme} {one.label}: {theme_text(one)}" for one in changed]
    lines += [f"note: {note}" for note in found.notes] + [f"{one.path}: sha256 {one.sha256}" for one in found.files]
    emit(options, found, lines)
    options.exit_code = ALERT if found.crossed else 0


def _status(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import status_lines  # noqa: PLC0415

    status = open_workspace(options).status()
    emit(options, status, status_lines(status))


def _verify(options: Namespace) -> None:
    result = open_workspace(options).verify()
    summary = f"{result.records:,} records, {result.audit_events:,} audit events, vector cache {result.cache}"
    emit(options, result, [*result.problems, ("sound: " if result.ok else "NOT SOUND: ") + summary])
    if not result.ok:
        raise AnalyzerError("the workspace is damaged; restore a backup")


def _settings(options: Namespace) -> None:
    values = asdict(load(options)).items()
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in values}
    emit(options, settings, [f"{name} = {value}" for name, value in settings.items()])

"""Commands on bundles (create, verify, install), which carry the program to a machine without a network."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.options import add_command, load
from analyzer.cli.output import emit, say

if TYPE_CHECKING:
    from analyzer.cli.bundle.archive import Bundle

KEY_FILE = "proof.key"


def add(commands: Any) -> None:
    """Add the commands of this group."""
    bundle = commands.add_parser(
        "bundle",
        help="carry the program and its models to a machine without a network",
        description="Carry the program and its models to a machine without a network.",
    )
    actions = bundle.add_subparsers(required=True, metavar="ACTION")
    create = add_command(
        actions, "create", "write one archive with wheels, models, hashes and a signature (by the network)", _create,
        is_sealed=False,
    )  # fmt: skip
    create.add_argument("out", type=Path, metavar="OUT", help="archive to write, such as feedback.tar")
    create.add_argument("--wheel", type=Path, metavar="FILE", help="wheel of the program (default: from the index)")
    create.add_argument(
        "--model", action="append", default=[], metavar="NAME", help="model (default: the default ones)"
    )
    create.add_argument(
        "--index", action="append", default=[], metavar="URL", help="further package index, such as one of CPU wheels"
    )
    create.add_argument("--links", action="append", default=[], type=Path, metavar="DIR", help="folder of wheels")
    create.add_argument("--constraint", type=Path, metavar="FILE", help="file with the versions to take")
    create.add_argument(
        "--platform", default="", metavar="TAG", help="wheels for another machine: manylinux_2_28_x86_64"
    )
    create.add_argument("--machine", default="", metavar="NAME", help="with --platform: such as linux-x86_64")
    create.add_argument(
        "--python", default="", metavar="VERSION", help="with --platform: version of Python, such as 3.12"
    )
    verify = add_command(actions, "verify", "compare every file of a bundle with its signed manifest", _verify)
    verify.add_argument("bundle", type=Path, metavar="FILE", help="the archive")
    install = add_command(
        actions, "install", "check a bundle, then install its wheels and models without a network", _install
    )
    install.add_argument("bundle", type=Path, metavar="FILE", help="the archive")
    install.add_argument("--digest", required=True, metavar="SHA256", help="digest that bundle create printed")
    install.add_argument("--into", type=Path, required=True, metavar="DIR", help="folder of the new environment")
    install.add_argument("--signer", default="", metavar="FINGERPRINT", help="machine that must have signed it")


def _create(options: Namespace) -> None:
    from analyzer.cli.bundle.archive import BundlePlan, create, this_program  # noqa: PLC0415
    from analyzer.errors import UsageError  # noqa: PLC0415

    settings = load(options)
    if bool(options.platform) != bool(options.python):
        raise UsageError("--platform and --python go together: the machine and the Python that the bundle is for")
    more = {"python": options.python} if options.python else {}
    plan = BundlePlan(
        requirement=str(options.wheel.absolute()) if options.wheel else this_program(),
        models_dir=settings.models_dir, models=options.model, platform=options.platform, machine=options.machine,
        indexes=options.index, links=options.links, constraints=options.constraint, **more,
    )  # fmt: skip
    made = create(plan, options.out, settings.keys_dir / KEY_FILE, lambda step: say(f"{step} …"))
    carry = "take the digest to the other machine by other means than the file; there: tar xf FILE install.py, and "
    emit(options, made, [*_lines(made), f"{carry}python3 install.py FILE --digest {made.digest}"])


def _verify(options: Namespace) -> None:
    from analyzer.cli.bundle.archive import check  # noqa: PLC0415

    found = check(options.bundle)
    emit(options, found, [*_lines(found), "every file is what the manifest says; compare digest and signer"])


def _install(options: Namespace) -> None:
    from analyzer.cli.bundle.archive import install  # noqa: PLC0415

    models_dir = load(options).models_dir
    program = install(options.bundle, options.digest, options.into, models_dir, options.signer)
    emit(options, {"program": str(program), "models": str(models_dir)}, [f"installed: {program}"])


def _lines(bundle: "Bundle") -> list[str]:
    where = f"Python {bundle.python}, {bundle.machine or 'any machine'}"
    return [
        f"{bundle.path}: feedback-analyzer {bundle.version}, {where}, {bundle.bytes / 1e9:.2f} GB",
        f"wheels: {bundle.wheels}; models: {', '.join(bundle.models) or 'none'}",
        f"digest: {bundle.digest}",
        f"signed by: {bundle.fingerprint}",
    ]

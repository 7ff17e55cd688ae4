"""Run the command line: `python -m analyzer` is the same as `analyzer`.

Python itself imports `runpy` before this package can take the current folder off the module path. A module that came
from there has run, so the program stops: it may have changed what runs next.
"""

import os
import sys


def main() -> int | str:
    """Run one command and return its exit code; if a module came from the current folder, return the refusal."""
    here = os.getcwd()  # noqa: PTH109 - pathlib is not imported yet
    files = (str(getattr(module, "__file__", None) or "") for module in list(sys.modules.values()))
    foreign = [file for file in files if os.path.dirname(file) == here]  # noqa: PTH120
    if foreign and here != os.path.dirname(os.path.dirname(os.path.abspath(__file__))):  # noqa: PTH100, PTH120
        return f"analyzer: {foreign[0]} was run by python -m; change to another folder, or run: analyzer"
    from analyzer.cli.main import main as run  # noqa: PLC0415 - nothing may be imported before the check

    return run()


if __name__ == "__main__":
    sys.exit(main())

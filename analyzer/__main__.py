"""Run the command line: `python -m analyzer` is the same as `analyzer`."""

import sys

from analyzer.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

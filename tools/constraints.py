"""Print the versions of locks without their hashes, as constraints for pip; the image is built with them."""

import re
import sys
from pathlib import Path


def constraints(text: str) -> "list[str]":
    """Return the lines name==version of a lock, with their environment markers."""
    return re.findall(r"^([a-zA-Z0-9][^ =\\]*==[^ ;\\\n]+(?: ;[^\\\n]*[^\\\n ])?)", text, re.MULTILINE)


if __name__ == "__main__":
    for file in sys.argv[1:]:
        print("\n".join(constraints(Path(file).read_text(encoding="utf-8"))))

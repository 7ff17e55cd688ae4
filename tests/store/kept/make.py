"""Make the kept workspace of a schema version with the program of that version; README.md beside this file says how."""

import shutil
import sys
from pathlib import Path

from fakes import make_workspace, write_csv

SENTENCE = "People say that the parcel was late [1]."
WORDS = ("parcel", "waiter", "app", "refund")
ROWS = [
    {
        "id": f"K-{number}",
        "comment": f"the {WORDS[number % 4]} was {'late' if number % 3 else 'friendly'} number {number}",
        "rating": number % 5 + 1,
        "channel": "email" if number % 2 else "store",
        "date": f"2024-0{number % 6 + 1}-11",
        "Respondent ID": f"P-{number % 7}",
    }
    for number in range(24)
]


def main(folder: Path) -> None:
    """Make `workspace` and `keys` under a folder: comments, a denied term, and labels, themes and an erasure."""
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "feedback.csv", ROWS)])
    workspace.privacy.deny("friendly")
    workspace.llm.enqueue(*[SENTENCE] * 3)
    workspace.ask("What do people say about the parcel?")
    if hasattr(workspace, "labels_keep"):
        workspace.labels.keep("late delivery", {"K-1": "yes", "K-3": "no"})
    if hasattr(workspace, "themes_build"):
        workspace.themes.build(about=3, names=False)
    if hasattr(workspace, "erase"):
        workspace.erasure.erase(ids=["K-23"])
    assert workspace.verify().ok
    workspace.close()
    (folder / "feedback.csv").unlink()
    for file in folder.rglob("*.lock"):
        file.unlink()
    shutil.rmtree(folder / "workspace.backups", ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

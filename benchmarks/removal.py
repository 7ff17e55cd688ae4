"""Measure whether claims depend on the records they cite: ask again without the cited records of each claim.

    python benchmarks/removal.py WORKSPACE      a workspace that contains the NHS file

A claim is "changed or void" if the answer without its cited records does not repeat it in the same words.
"""

import os
import sys

QUESTIONS = (
    "What do people say about waiting times?", "What do people say about the food?",
    "What do people say about staff attitude?", "What do people say about getting appointments?",
    "What do people say about the ambulance crew?", "What do people say about being kept informed?",
    "What do people say about the drivers?", "What do people say about medication?",
    "What do people say about activities on the ward?", "What do people say about call handlers?",
)  # fmt: skip


def main() -> None:
    os.environ["ANALYZER_WORKSPACE"] = sys.argv[1]
    from analyzer.workspace import Workspace

    workspace = Workspace.open()
    changed = total = 0
    for question in QUESTIONS:
        for claim in workspace.ask(question).claims:
            cited = ", ".join(f'"{citation.id}"' for citation in claim.citations)
            again = workspace.ask(question, f"not id in ({cited})")
            total += 1
            changed += claim.text not in {other.text for other in again.claims}
        print(f"{question} {changed} of {total} claims changed or void so far", flush=True)
    print(f"changed or void: {changed} of {total} ({100 * changed / max(total, 1):.0f} %)")


if __name__ == "__main__":
    main()

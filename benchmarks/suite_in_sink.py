"""Record every packet and every name look-up while the whole test suite runs, by a sink.

    .venv/bin/python benchmarks/suite_in_sink.py [PYTEST ARGUMENTS]

Runs pytest in a network namespace with nothing but loopback, a false DNS and a packet sniffer
(analyzer/evaluation/egress_proof), which needs Linux that allows namespaces. Prints what the sink saw; browsers started
by tests look up a few hosts of their own, which are recognized by their names.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from analyzer.evaluation.egress_proof.browser import OWN_HOSTS
from analyzer.evaluation.egress_proof.namespace import SINK_ADDRESS, enter
from analyzer.evaluation.egress_proof.sink import Sink

PROJECT = Path(__file__).resolve().parents[1]
OWN = tuple(name.lstrip("*.") for name in OWN_HOSTS)


def main() -> None:
    """Run the suite and print what the sink saw."""
    if refused := enter():
        raise SystemExit(f"cannot be measured on this machine: {refused}")
    with Sink() as sink:
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", *sys.argv[1:]], cwd=PROJECT, env=dict(os.environ))
        seen = Counter((one.call, one.destination) for one in sink.taken())
    for (call, destination), _ in sorted(seen.items()):
        owner = "by the browser itself" if destination.endswith(OWN) else ""
        owner = owner or ("a leak planted by a test, towards loopback" if destination.startswith("planted") else "")
        owner = owner or ("to the sink, after a look-up" if destination.startswith(SINK_ADDRESS) else "")
        print(f"{call} {destination} {owner}".rstrip())
    ours = [key for key in seen if not key[1].endswith(OWN) and not key[1].startswith((SINK_ADDRESS, "planted"))]
    print(f"pytest ended with {done.returncode}; destinations outside this machine tried by the program: {len(ours)}")


if __name__ == "__main__":
    main()

"""Recipes for workers of a cluster, which import this file from the project's folder. Few imports for that reason."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import ScrubError


@dataclass(frozen=True)
class Recipe:
    """Builds `function`, which notes in a folder what it does; each worker notes that it has built it."""

    folder: Path
    function: str

    def __call__(self, models_dir):
        note(self.folder, "built", os.getpid())
        return getattr(self, self.function)

    def square(self, number):
        time.sleep(0.05)
        note(self.folder, "finished", number)
        return number * number, os.getpid()

    def die_once(self, number):
        mark = self.folder / "died"
        if number == 7 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.square(number)

    def die_always(self, number):
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.square(number)

    def stop_once(self, number):
        mark = self.folder / "stopped"
        if number == 5 and not mark.exists():
            mark.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGSTOP)
        return self.square(number)

    def refuse(self, number):
        raise ScrubError("batch cannot be scrubbed")

    def fail(self, number):
        raise ValueError("a comment of somebody")

    def look(self, _):
        """Return what a worker can be seen to do: its filters, its sockets that listen, its files."""
        own = Path("/proc/self")
        status = (own / "status").read_text()
        listening = [line for line in (own / "net/tcp").read_text().splitlines() if " 0A " in line]
        inodes = {line.split()[9] for line in listening}
        opened = {str(one.readlink()) for one in (own / "fd").iterdir() if one.is_symlink()}
        sockets = {one[8:-1] for one in opened if one.startswith("socket:")}
        written = [str(one) for one in Path(os.environ["TMPDIR"]).rglob("*") if one.is_file() and one.stat().st_size]
        return "\nSeccomp:\t2\n" in status, sorted(inodes & sockets), written

    def forge(self, number):
        return Forged()


class Forged:
    """Runs code where it is read."""

    def __reduce__(self):
        return os.system, ("touch /tmp/forged",)


def note(folder, name, what):
    with (folder / name).open("a") as out:
        out.write(f"{what}\n")

"""Log every network event of the Python code in a process, with its stack; the harness puts this on PYTHONPATH.

It imports nothing of the package (it runs first in every interpreter) and never changes what the program does.
"""

import json
import os
import sys
from types import FrameType

LOG = os.environ.get("PROOF_HOOK_LOG", "")
EVENTS = frozenset(
    "socket.__new__ socket.connect socket.sendto socket.sendmsg socket.bind socket.getaddrinfo "
    "socket.gethostbyname socket.gethostbyaddr".split()
)
DEEPEST = 40


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event not in EVENTS:
        return
    stack: list[str] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and len(stack) < DEEPEST:
        code = frame.f_code
        stack.append(f"{code.co_filename}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    first = 0 if event.startswith("socket.get") else 1
    line = {
        "event": event,
        "pid": os.getpid(),
        "argv": [str(word) for word in getattr(sys, "orig_argv", [])][:12],
        "arguments": [repr(argument)[:200] for argument in arguments[first:4]],
        "stack": stack[::-1],
    }
    number = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(number, (json.dumps(line) + "\n").encode())
    finally:
        os.close(number)


if LOG:
    sys.addaudithook(_note)

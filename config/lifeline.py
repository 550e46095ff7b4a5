"""Ends the processes of a supervisor that died without ending them itself.

Reads `+pid` and `-pid` lines from standard input. The supervisor holds the other end, so end of file means it is gone
(a SIGKILL leaves it no chance to tidy up). Works wherever pipes do, which parent-death signals do not.
"""

import contextlib
import os
import signal
import sys
import threading
import time

PATIENCE = 8.0


def main() -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    groups: list[int] = []
    for line in sys.stdin:
        pid = int(line[1:])
        if line.startswith("+"):
            groups.append(pid)
        elif pid in groups:
            groups.remove(pid)
    end(groups)


def end(groups: list[int]) -> None:
    """Ask every process group to stop, the latest first, and kill what is left after PATIENCE seconds."""
    for pid in reversed(groups):
        send(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while any(send(pid, 0) for pid in groups) and time.monotonic() < deadline:
        pause.wait(0.1)
    for pid in groups:
        send(pid, signal.SIGKILL)


def send(pid: int, number: int) -> bool:
    """Return whether the process group was there to receive the signal."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
        return True
    return False


if __name__ == "__main__":
    main()

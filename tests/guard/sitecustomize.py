"""Refuses every connection beyond this machine, in the test run and in each process it starts.

Python imports this file by itself wherever its folder is on PYTHONPATH, which is how child processes get it. An audit
hook cannot be taken off again and sees every way to connect, look up or send.
"""

import socket
import sys

LOOPBACK = ("127.", "::1", "::ffff:127.", "localhost", "0.0.0.0", "::")
OWN_NAMES = {"", socket.gethostname()}


class BeyondLoopback(RuntimeError):
    """The suite talks to nobody but this machine."""


def refuse_beyond_loopback(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    host = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if host is None or host in OWN_NAMES or str(host).endswith(".localhost") or str(host).startswith(LOOPBACK):
        return
    raise BeyondLoopback(f"{event} to {host!r}: tests connect to this machine only.")


sys.addaudithook(refuse_beyond_loopback)

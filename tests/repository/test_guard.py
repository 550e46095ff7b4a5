import os
import socket
import subprocess
import sys

import pytest

ELSEWHERE = ("192.0.2.1", 80)  # TEST-NET-1, which leads nowhere even without the guard.


def test_this_process_connects_to_nobody_else():
    with pytest.raises(RuntimeError, match="this machine only"):
        socket.create_connection(ELSEWHERE, timeout=0.2)


def test_names_of_others_are_not_even_looked_up():
    with pytest.raises(RuntimeError, match="this machine only"):
        socket.getaddrinfo("graph.facebook.com", 443)


def test_a_child_process_connects_to_nobody_else():
    program = f"import socket; socket.socket().connect_ex({ELSEWHERE!r})"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ))
    assert "this machine only" in child.stderr


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), 2):
        pass

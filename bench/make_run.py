"""How long a newcomer waits: `python3 bench/make_run.py` clones HEAD and runs `make run` twice in the clone.

Prints the seconds until the sign-in page answers, on the fresh clone and on the second run, and until everything has
stopped. `--cold` keeps the package caches of this machine out of it.
"""

import argparse
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/account/login/", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def run(folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds to the sign-in page, and from Ctrl-C to the end."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"], cwd=folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    while not answers(int(environment["PORT"])):
        if process.poll() is not None:
            raise SystemExit("make run ended.")
        time.sleep(0.05)
    ready = time.monotonic() - began
    time.sleep(5)  # Let the other processes come up, or stopping would be too easy.
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    process.wait()
    return ready, time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cold", action="store_true", help="keep the package caches of this machine out of it")
    cold = parser.parse_args().cold
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "gridline"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
        environment = os.environ | {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
        if cold:
            environment |= {"UV_CACHE_DIR": f"{name}/cache", "PIP_NO_CACHE_DIR": "1"}
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for label in ("fresh clone", "later run"):
            ready, stopped = run(folder, environment)
            print(f"{label}: sign-in page after {ready:.1f} s, stopped in {stopped:.1f} s")


if __name__ == "__main__":
    main()

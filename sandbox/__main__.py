"""`python -m sandbox --port 9100 --data var/sandbox`: runs until SIGTERM or Ctrl-C."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from sandbox.application import Application
from sandbox.server import Server
from sandbox.world import Apps, World


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    defaults = Apps()
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A stand-in for Meta's Instagram platform.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100, help="0 takes a free port and prints it")
    parser.add_argument("--data", type=Path, default=Path("var/sandbox"), help="folder of the sandbox's own storage")
    parser.add_argument("--public-url", default="", help="address under which browsers reach the sandbox")
    parser.add_argument("--instagram-app-id", default=defaults.instagram_id)
    parser.add_argument("--instagram-app-secret", default=defaults.instagram_secret)
    parser.add_argument("--meta-app-id", default=defaults.meta_id)
    parser.add_argument("--meta-app-secret", default=defaults.meta_secret)
    parser.add_argument(
        "--redirect-uri", action="append", default=[], help="registered redirect URI; else any on loopback"
    )
    parser.add_argument("--config-id", action="append", default=[], help="login configuration; else any number")
    parser.add_argument("--require-proof", action="store_true", help="refuse calls without appsecret_proof")
    return parser.parse_args(given)


def apps_of(options: argparse.Namespace) -> Apps:
    return Apps(
        options.instagram_app_id,
        options.instagram_app_secret,
        options.meta_app_id,
        options.meta_app_secret,
        tuple(options.redirect_uri),
        tuple(options.config_id),
        options.require_proof,
    )


def main(given: list[str] | None = None) -> int:
    options = arguments(given)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    world = World(options.data, "http://localhost", apps_of(options))
    application = Application(world)
    try:
        server = Server(application, options.host, options.port)
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot listen on {options.host}:{options.port}: {error.strerror}.\n")
        return 1
    world.public_url = (options.public_url or f"http://{options.host}:{server.port}").rstrip("/")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    server.start()
    sys.stdout.write(f"sandbox ready on {world.public_url}\n")
    sys.stdout.flush()
    stopped.wait()
    server.stop()
    world.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

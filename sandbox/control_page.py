"""The control page."""

from sandbox import html
from sandbox.server import Request, Response
from sandbox.world import World


def answer(world: World, request: Request) -> Response:
    return html.page("Control", '<main class="page"><h1>Control</h1></main>')

"""Trouble on order: an endpoint that fails before or after its effect, hangs, drips, drops or lies."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.errors import PUBLISHING, GraphError, graph_response, new_trace, publishing_error
from sandbox.server import Request, Response
from sandbox.world import World

KINDS = ("error", "http", "html", "empty", "body", "hang", "slow", "drip", "reset", "drop", "throttle")
HTML = (
    b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1>"
    b"<p>We're working on getting this fixed as soon as we can.</p></body></html>"
)


class WrongFault(Exception):
    """An order that makes no sense; the text says why."""


@dataclass
class Fault:
    """One order. `times` is how often it still strikes; a negative number never ends."""

    kind: str
    method: str = ""
    path: str = ""
    host: str = ""
    when: str = "before"
    times: int = 1
    code: int = 1
    subcode: int | None = None
    status: int | None = None
    seconds: float = 0.0
    message: str = ""
    body: str = ""
    transient: bool = False
    id: int = 0

    def strikes(self, request: Request, host: str) -> bool:
        if self.times == 0 or (self.method and self.method.upper() != request.method):
            return False
        if self.host and self.host not in host:
            return False
        return not self.path or self.path in request.path or re.search(self.path, request.path) is not None


def ordered(values: dict[str, Any], number: int) -> Fault:
    """A fault from the control API's JSON; refuses what it does not know."""
    unknown = set(values) - set(Fault.__dataclass_fields__)
    if unknown:
        raise WrongFault(f"Unknown keys: {', '.join(sorted(unknown))}")
    if values.get("kind") not in KINDS:
        raise WrongFault(f"kind must be one of {', '.join(KINDS)}")
    if values.get("when", "before") not in ("before", "after"):
        raise WrongFault("when must be before or after")
    try:
        re.compile(values.get("path", ""))
    except re.error as error:
        raise WrongFault(f"path is neither a substring nor a regular expression: {error}") from error
    return Fault(**(values | {"id": number}))


def listed(world: World) -> list[dict[str, Any]]:
    return [asdict(fault) for fault in world.switches.faults]


def due(world: World, request: Request, host: str) -> Fault | None:
    """The first order that fits this request, counted down."""
    if not world.switches.faults:
        return None
    with world.guard:
        for fault in world.switches.faults:
            if fault.strikes(request, host):
                fault.times -= 1
                world.switches.faults = [kept for kept in world.switches.faults if kept.times]
                return fault
    return None


def run(world: World, request: Request, host: str, effect: Callable[[], Response]) -> Response:
    """The answer with its trouble: `before` means that nothing happened, `after` that it did and nobody hears of it."""
    fault = due(world, request, host)
    if fault is None:
        return effect()
    if fault.kind in ("slow", "drip"):
        return delayed(fault, effect)
    if fault.when == "after":
        effect()
    return spoiled(fault)


def delayed(fault: Fault, effect: Callable[[], Response]) -> Response:
    """A true answer, late or in drops. `before` also delays the effect, which matters to nobody but the clock."""
    answer = effect()
    if fault.kind == "slow":
        answer.wait = fault.seconds or 5.0
    else:
        answer.drip = fault.seconds or 1.0
    return answer


def spoiled(fault: Fault) -> Response:
    return SPOILERS[fault.kind](fault)


def error(fault: Fault) -> Response:
    """A refusal in Meta's own words where the sandbox knows them."""
    if fault.subcode in PUBLISHING and not fault.message:
        known = publishing_error(fault.subcode)
        known.code, known.status = (fault.code if fault.code != 1 else known.code), fault.status or known.status
        return graph_response(known, new_trace())
    text = fault.message or (
        "An unexpected error has occurred. Please retry your request later."
        if fault.code in (1, 2)
        else f"(#{fault.code}) The sandbox was told to refuse this call"
    )
    transient = fault.transient or fault.code in (2, -2)
    refusal = GraphError(fault.code, text, subcode=fault.subcode, status=fault.status, transient=transient)
    return graph_response(refusal, new_trace())


def throttle(fault: Fault) -> Response:
    code = fault.code if fault.code != 1 else 80002
    text = f"(#{code}) There have been too many calls to this Instagram account. Wait a bit and try again."
    minutes = int(fault.seconds // 60) or 19
    row = {
        "type": "instagram",
        "call_count": 100,
        "total_cputime": 30,
        "total_time": 30,
        "estimated_time_to_regain_access": minutes,
    }
    headers = {
        "x-app-usage": json.dumps({"call_count": 100, "total_time": 30, "total_cputime": 30}),
        "x-business-use-case-usage": json.dumps({"1234567890": [row]}),
    }
    refusal = GraphError(code, text, status=fault.status or 403, transient=True, headers=headers)
    return graph_response(refusal, new_trace())


def plain(fault: Fault) -> Response:
    return Response(fault.status or 503, (fault.body or "Service Unavailable").encode(), "text/plain; charset=utf-8")


SPOILERS: dict[str, Callable[[Fault], Response]] = {
    "error": error,
    "throttle": throttle,
    "http": plain,
    "html": lambda fault: Response(fault.status or 502, HTML, "text/html; charset=utf-8"),
    "empty": lambda fault: Response(fault.status or 200),
    "body": lambda fault: Response(fault.status or 200, fault.body.encode()),
    "hang": lambda fault: Response(cut="drop", wait=fault.seconds or 300.0),
    "reset": lambda fault: Response(cut="reset", wait=fault.seconds),
    "drop": lambda fault: Response(cut="drop", wait=fault.seconds),
}

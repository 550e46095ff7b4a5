"""The control API: time, tokens, faults, containers, quotas and variants, as JSON in and out."""

import json
from collections.abc import Callable
from typing import Any

from sandbox import faults, profiles, tokens
from sandbox.clock import meta_time
from sandbox.personas import BY_USERNAME, PERSONAS, Persona
from sandbox.server import Request, Response, json_response
from sandbox.world import VARIANTS, World

Values = dict[str, Any]
ACTIONS = {
    "expire",
    "revoke",
    "password_changed",
    "checkpoint",
    "logout",
    "unconfirmed",
    "role_lost",
    "malformed",
    "age",
    "data_access",
}


class WrongOrder(Exception):
    """A control call that makes no sense; the text says why."""


def answer(world: World, request: Request, path: str) -> Response:
    """Any control call; 400 with a sentence when it cannot be done."""
    name = path.removeprefix("api/").strip("/")
    try:
        if request.method == "GET" and name in READS:
            return json_response(READS[name](world, request.params))
        if request.method == "POST" and name in ORDERS:
            return json_response(ORDERS[name](world, values_of(request)))
    except (WrongOrder, faults.WrongFault) as error:
        return json_response({"error": str(error)}, 400)
    return json_response({"error": f"No control call {request.method} {name}"}, 404)


def values_of(request: Request) -> Values:
    if not request.body:
        return {}
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise WrongOrder("The body is not JSON.") from error
    if not isinstance(found, dict):
        raise WrongOrder("The body is not a JSON object.")
    return found


def persona_of(values: Values) -> Persona:
    found = BY_USERNAME.get(values.get("username", ""))
    if found is None:
        raise WrongOrder(f"No account {values.get('username')!r}")
    return found


def number_of(values: Values, name: str) -> float:
    try:
        return float(values[name])
    except (KeyError, TypeError, ValueError) as error:
        raise WrongOrder(f"{name} must be a number") from error


# Orders --------------------------------------------------------------------------------------------------------------


def set_clock(world: World, values: Values) -> Values:
    """Advances the sandbox's time; `reset` brings it back to the machine's."""
    with world.guard:
        world.clock.offset = 0.0 if values.get("reset") else world.clock.offset + number_of(values, "advance_seconds")
        world.save_settings()
    return {"now": world.now(), "offset": world.clock.offset}


def set_tokens(world: World, values: Values) -> Values:
    """Ends tokens of an account, a person or one token; `age` and `data_access` move their dates instead."""
    action = values.get("action", "")
    if action not in ACTIONS:
        raise WrongOrder(f"action must be one of {', '.join(sorted(ACTIONS))}")
    found = tokens.matching(world, values.get("username", ""), values.get("token_id", ""), values.get("login", ""))
    if action == "age":
        seconds = number_of(values, "seconds")
        for row in found:
            world.store.put("token", row["token"], row | {"issued": row["issued"] - seconds})
    elif action == "data_access":
        for key in {row["grant"] for row in found}:
            world.store.put("grant", key, world.store.all("grant")[key] | {"data_access": world.now() - 1})
    else:
        tokens.end_of(world, found, action)
    return {"changed": len(found)}


def add_fault(world: World, values: Values) -> Values:
    with world.guard:
        world.fault_number += 1
        fault = faults.ordered(values, world.fault_number)
        world.switches.faults = [*world.switches.faults, fault]
    return {"id": fault.id, "faults": faults.listed(world)}


def clear_faults(world: World, values: Values) -> Values:
    wanted = values.get("id")
    with world.guard:
        world.switches.faults = [fault for fault in world.switches.faults if wanted and fault.id != wanted]
    return {"faults": faults.listed(world)}


def set_containers(world: World, values: Values) -> Values:
    """How long containers made from now on take, and with which subcode they fail (null: they do not)."""
    if "seconds" in values:
        world.switches.container_seconds = number_of(values, "seconds")
    if "error_subcode" in values:
        subcode = values["error_subcode"]
        world.switches.container_subcode = int(subcode) if subcode else None
    return {"seconds": world.switches.container_seconds, "error_subcode": world.switches.container_subcode}


def set_quota(world: World, values: Values) -> Values:
    persona = persona_of(values)
    known = world.store.get("quota", persona.username) or {}
    given = {name: int(number_of(values, name)) for name in ("total", "used") if values.get(name) is not None}
    world.store.put("quota", persona.username, known | given)
    return {"username": persona.username} | known | given


def set_usage(world: World, values: Values) -> Values:
    """Pretends a used share of the budget; without a username for the whole app, with null the truth again."""
    name = persona_of(values).username if values.get("username") else ""
    usage = dict(world.switches.usage)
    if values.get("percent") is None:
        usage.pop(name, None)
    else:
        usage[name] = number_of(values, "percent")
    world.switches.usage = usage
    return {"usage": usage}


def set_variants(world: World, values: Values) -> Values:
    for name, value in values.items():
        if name not in VARIANTS:
            raise WrongOrder(f"No variant {name!r}; there are {', '.join(VARIANTS)}")
        if value not in VARIANTS[name]:
            raise WrongOrder(f"{name} must be one of {', '.join(VARIANTS[name])}")
    with world.guard:
        world.variants = world.variants | values
        world.save_settings()
    return {"variants": world.variants}


def reset(world: World, values: Values) -> Values:
    world.reset()
    return {"reset": True}


# Readings ------------------------------------------------------------------------------------------------------------


def token_row(world: World, row: Values) -> Values:
    keys = ("id", "login", "kind", "subject", "page", "issued", "expires", "death")
    return {key: row[key] for key in keys} | {"alive": tokens.dead(world, row) is None}


def state(world: World, params: dict[str, str]) -> Values:
    return {
        "now": world.now(),
        "now_text": meta_time(world.now()),
        "offset": world.clock.offset,
        "served": world.served,
        "variants": world.variants,
        "faults": faults.listed(world),
        "containers": {"seconds": world.switches.container_seconds, "error_subcode": world.switches.container_subcode},
        "usage": world.switches.usage,
        "quotas": dict(world.store.all("quota")),
        "tokens": [token_row(world, row) for row in world.store.rows("token")],
        "accounts": [{"username": p.username, "ig_id": p.id, "account_type": p.kind} for p in PERSONAS],
    }


def live(world: World, params: dict[str, str]) -> Values:
    """What was published through the API, oldest first: the judge of what came twice and what got lost."""
    username = params.get("username", "")
    if username:
        persona_of({"username": username})
    rows = [media for name, found in world.published.items() if username in ("", name) for media in found]
    return {
        "live": [
            {
                "id": media.id,
                "username": media.username,
                "caption": media.caption,
                "creation_id": media.creation_id,
                "permalink": world.public_url + profiles.link(media),
                "timestamp": media.timestamp,
            }
            for media in sorted(rows, key=lambda media: media.timestamp)
        ]
    }


def recent(world: World, params: dict[str, str]) -> Values:
    return {"requests": list(world.requests)}


Order = Callable[[World, Values], Values]
ORDERS: dict[str, Order] = {
    "clock": set_clock,
    "tokens": set_tokens,
    "faults": add_fault,
    "faults/clear": clear_faults,
    "containers": set_containers,
    "quota": set_quota,
    "usage": set_usage,
    "variants": set_variants,
    "reset": reset,
}
READS: dict[str, Callable[[World, dict[str, str]], Values]] = {"state": state, "live": live, "requests": recent}

"""How much of its budget a call has used: the headers on every answer, and the refusal when it is gone."""

import json

from sandbox import figures
from sandbox.clock import pacific_day
from sandbox.errors import GraphError
from sandbox.graph_call import Call
from sandbox.personas import BY_IG_ID, Persona, number

BUDGET_PER_VIEW = 4800
FEWEST_VIEWS = 10


def percent(call: Call) -> float:
    """The used share of the account's rolling day; what the control page pretends wins."""
    switches = call.world.switches.usage
    if call.account is None:
        return switches.get("", 0.0)
    name = call.account.username
    if name in switches:
        return switches[name]
    hour = int(call.world.now() // 3600)
    world = call.world
    used = sum(world.calls.get((name, hour - back), 0) for back in range(24))
    views = figures.account_day(world, call.account, pacific_day(world.now()) - 1)["views"]
    return max(switches.get("", 0.0), 100 * used / (BUDGET_PER_VIEW * max(FEWEST_VIEWS, views)))


def count(call: Call) -> None:
    if call.account is not None:
        key = (call.account.username, int(call.world.now() // 3600))
        call.world.calls[key] = call.world.calls.get(key, 0) + 1


def headers(call: Call) -> dict[str, str]:
    count(call)
    used = percent(call)
    return {"facebook-api-version": call.version} | spelled(call.login, used, business(call))


def business(call: Call) -> str:
    return f"{number('business', call.account.username) % 10**15 + 10**15}" if call.account else ""


def spelled(login: str, used: float, business_id: str) -> dict[str, str]:
    """The headers in the spelling of each host; percent are whole numbers, time to regain access in minutes."""
    whole = int(used)
    regain = 19 if used >= 100 else 0
    if login == "instagram":
        app = {"call_volume": min(whole, 3) if used < 100 else whole, "cpu_time": 0}
    else:
        app = {"call_count": min(whole, 5) if used < 100 else whole, "total_time": 1, "total_cputime": 1}
    found = {"x-app-usage": json.dumps(app)}
    if business_id:
        row = {
            "type": "instagram",
            "call_count": whole,
            "total_cputime": min(whole, 25),
            "total_time": min(whole, 25),
            "estimated_time_to_regain_access": regain,
        }
        found["x-business-use-case-usage"] = json.dumps({business_id: [row]})
    return found


def refuse(call: Call, path: str) -> None:
    """80002 for an account whose budget the control page has set to 100 percent."""
    switches = call.world.switches.usage
    if not switches:
        return
    names = {persona for persona, used in switches.items() if persona and used >= 100}
    account = addressed(call, path)
    if account in names:
        raise limit_error()
    if switches.get("", 0) >= 100:
        raise GraphError(4, "(#4) Application request limit reached", transient=True)


def limit_error() -> GraphError:
    text = "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again."
    return GraphError(80002, text, transient=True)


def addressed(call: Call, path: str) -> str:
    """Whose budget a path draws on; sets the call's account, so that the headers name it."""
    from_path = path.split("/")[0]
    if call.account is None:
        call.account = account_of(call, from_path)
    return call.account.username if call.account else ""


def account_of(call: Call, identifier: str) -> Persona | None:
    if call.login == "instagram":
        return call.session.persona
    media = call.world.media(identifier)
    return BY_IG_ID.get(identifier) or (media.persona if media else None)

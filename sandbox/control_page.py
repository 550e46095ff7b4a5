"""The control page: every switch of the sandbox as a plain form, and what has happened so far."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from sandbox import control, faults, html
from sandbox.personas import PEOPLE, PERSONAS
from sandbox.server import Request, Response, redirect
from sandbox.world import VARIANTS, World

WHOLE = {"times", "code", "subcode", "status", "total", "used", "id", "error_subcode"}
DECIMAL = {"seconds", "advance_seconds", "percent"}
TRUE_FALSE = {"reset", "transient"}
LEAPS = (
    ("1 minute", 60),
    ("1 hour", 3600),
    ("1 day", 86400),
    ("1 week", 604800),
    ("30 days", 2592000),
    ("60 days", 5184000),
)


def answer(world: World, request: Request) -> Response:
    """GET shows the page; POST carries out one order and comes back."""
    if request.method != "POST":
        return show(world)
    params = dict(request.params)
    order = control.ORDERS.get(params.pop("order", ""))
    try:
        if order is None:
            raise control.WrongOrder("No such order.")
        order(world, values_of(params))
    except (control.WrongOrder, faults.WrongFault) as error:
        return show(world, str(error), 400)
    return redirect("/control/")


def values_of(params: dict[str, str]) -> dict[str, Any]:
    """Form text as the JSON API would carry it; what was left empty is not sent."""
    found: dict[str, Any] = {}
    for name, text in params.items():
        if text == "":
            continue
        try:
            found[name] = int(text) if name in WHOLE else float(text) if name in DECIMAL else text
        except ValueError as error:
            raise control.WrongOrder(f"{name} must be a number") from error
        if name in TRUE_FALSE:
            found[name] = text == "true"
    return found


def show(world: World, message: str = "", status: int = 200) -> Response:
    now = datetime.fromtimestamp(world.now(), UTC).strftime("%A %-d %B %Y, %H:%M:%S UTC")
    ahead = f" · {world.clock.offset / 3600:+,.1f} hours from the machine's clock" if world.clock.offset else ""
    trouble = f'<p class="error" role="alert">{escape(message)}</p>' if message else ""
    panels = (clock, tokens, troubles, containers, quotas, usage, variants, everything)
    body = (
        f'<main class="page"><h1>Control</h1><p class="soft">{now}{ahead} · {world.served:,} requests answered · '
        f'<a href="/www.instagram.com/">public profiles</a></p>{trouble}'
        f'<div class="panels">{"".join(panel(world) for panel in panels)}</div>'
        f"{standing(world)}{published(world)}{token_list(world)}{recent(world)}</main>"
    )
    return html.page("Control", body, status)


# Parts ---------------------------------------------------------------------------------------------------------------


def panel(title: str, lead: str, *forms: str) -> str:
    return (
        f'<section class="panel"><h2>{escape(title)}</h2><p class="soft">{escape(lead)}</p>{"".join(forms)}</section>'
    )


def form(order: str, fields: Iterable[str], button: str) -> str:
    return (
        f'<form class="stack" method="post" action="/control/"><input type="hidden" name="order" value="{order}">'
        f"{''.join(fields)}<div><button>{escape(button)}</button></div></form>"
    )


def text(name: str, label: str, hint: str = "", value: str = "") -> str:
    attributes = f'name="{name}" value="{escape(value)}" placeholder="{escape(hint)}"'
    return f"<label>{escape(label)}<input {attributes}></label>"


def choice(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str = "") -> str:
    rows = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(shown)}</option>'
        for value, shown in options
    )
    return f'<label>{escape(label)}<select name="{name}">{rows}</select></label>'


def accounts(blank: str = "") -> list[tuple[str, str]]:
    rows = [(persona.username, f"@{persona.username}") for persona in PERSONAS]
    return [("", blank), *rows] if blank else rows


def clock(world: World) -> str:
    leaps = "".join(f'<button name="advance_seconds" value="{seconds}">+ {label}</button> ' for label, seconds in LEAPS)
    jump = (
        '<form method="post" action="/control/" class="buttons"><input type="hidden" name="order" value="clock">'
        f'{leaps}<button name="reset" value="true">Back to now</button></form>'
    )
    return panel("Clock", "Moves the sandbox only: tokens age, containers expire, stories vanish.", jump)


def tokens(world: World) -> str:
    people = [(person.key, f"{person.name} (Facebook)") for person in PEOPLE.values()]
    actions = [(action, action.replace("_", " ")) for action in sorted(control.ACTIONS - {"age"})]
    fields = (
        choice("username", "Whose", [*accounts(), *people]),
        choice("login", "Login", (("", "both"), ("instagram", "Instagram"), ("facebook", "Facebook"))),
        choice("action", "What", actions, "expire"),
    )
    return panel(
        "Tokens", "Ends the tokens that reach an account, in the way you choose.", form("tokens", fields, "Do it")
    )


def troubles(world: World) -> str:
    kinds = [(kind, kind) for kind in faults.KINDS]
    fields = (
        choice("kind", "Kind", kinds, "error"),
        choice("method", "Method", (("", "any"), ("GET", "GET"), ("POST", "POST"), ("DELETE", "DELETE"))),
        text("path", "Path", "/media_publish"),
        text("host", "Host", "any"),
        choice("when", "When", (("before", "before the effect"), ("after", "after the effect"))),
        text("times", "How often", "1 (-1: for ever)"),
        text("code", "Code", "1"),
        text("subcode", "Subcode"),
        text("status", "HTTP status"),
        text("seconds", "Seconds", "slow, drip, hang"),
    )
    lead = "Breaks an endpoint. After the effect: it happened, and nobody hears of it."
    return panel("Trouble", lead, form("faults", fields, "Break it"))


def containers(world: World) -> str:
    switches = world.switches
    fields = (
        text("seconds", "Seconds", value=f"{switches.container_seconds:g}"),
        text("error_subcode", "Fail with", "2207032; 0 for none", str(switches.container_subcode or "")),
    )
    return panel("Containers", "How long new containers are in progress.", form("containers", fields, "Set"))


def quotas(world: World) -> str:
    fields = (
        choice("username", "Account", accounts()),
        text("total", "Posts a day", "50"),
        text("used", "Used already", "0"),
    )
    return panel("Publishing quota", "Per account and rolling 24 hours.", form("quota", fields, "Set"))


def usage(world: World) -> str:
    fields = (choice("username", "Account", accounts("the whole app")), text("percent", "Percent", "empty: the truth"))
    return panel(
        "Call budget", "What the usage headers say; from 100 on calls are refused.", form("usage", fields, "Set")
    )


def variants(world: World) -> str:
    fields = [
        choice(name, name.replace("_", " "), ((value, value) for value in values), world.variants[name])
        for name, values in VARIANTS.items()
    ]
    return panel("Variants", "Where Meta's pages and its answers disagree.", form("variants", fields, "Set"))


def everything(world: World) -> str:
    return panel("Start over", "Forgets tokens, containers, posts, faults and the clock.", form("reset", (), "Reset"))


# Lists ---------------------------------------------------------------------------------------------------------------


def table(title: str, heads: Iterable[str], rows: Sequence[Iterable[str]], below: str = "") -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<section class="panel list"><h2>{escape(title)}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>{below}</section>"
    )


def hour(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%m-%d %H:%M:%S")


def standing(world: World) -> str:
    rows = [
        (
            escape(f"{row['kind']} {row['when']}"),
            escape(row["method"] or "any"),
            escape(row["path"] or "any"),
            str(row["times"]),
            escape(f"{row['code']}/{row['subcode'] or '–'}"),
        )
        for row in faults.listed(world)
    ]
    clear = form("faults/clear", (), "Clear all")
    return table("Standing trouble", ("What", "Method", "Path", "Left", "Code"), rows, clear)


def published(world: World) -> str:
    rows = [
        (
            hour(row["timestamp"]),
            escape(f"@{row['username']}"),
            f'<a href="{escape(row["permalink"])}">{escape(row["caption"][:70] or row["id"])}</a>',
            row["creation_id"],
        )
        for row in reversed(control.live(world, {})["live"][-50:])
    ]
    return table("Published here", ("When", "Account", "Post", "Container"), rows)


def token_row(row: dict[str, Any]) -> tuple[str, ...]:
    expires = hour(row["expires"]) if row["expires"] else "never"
    state = row["death"] or ("alive" if row["alive"] else "expired")
    return row["id"], escape(row["subject"]), escape(f"{row['login']} {row['kind']}"), expires, escape(state)


def token_list(world: World) -> str:
    rows = [token_row(row) for row in reversed(control.state(world, {})["tokens"][-60:])]
    return table("Tokens", ("Id", "Subject", "Kind", "Expires", "State"), rows)


def recent(world: World) -> str:
    rows = [
        (hour(row["at"]), row["method"], escape(row["host"]), escape(f"/{row['path']}"), str(row["status"] or "cut"))
        for row in reversed(list(world.requests)[-60:])
    ]
    return table("Recent calls", ("When", "Method", "Host", "Path", "Status"), rows)

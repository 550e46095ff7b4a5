"""The look of the sandbox's own pages: one small style sheet, plain markup, nothing from elsewhere."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from sandbox.server import Response, html_response

STYLE = (Path(__file__).parent / "pages.css").read_text()


def page(title: str, body: str, status: int = 200) -> Response:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)} · Sandbox</title><style>{STYLE}</style></head><body>"
        '<div class="ribbon">Sandbox – not Meta. Invented people and accounts; nothing leaves this machine.</div>'
        f"{body}</body></html>"
    )
    return html_response(text, status)


def hidden(values: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in values.items()
        if value
    )


def face(url: str, name: str) -> str:
    if url:
        return f'<img class="face" src="{escape(url)}" alt="">'
    return f'<span class="face" aria-hidden="true">{escape(name[:1])}</span>'


def items(rows: Iterable[str], extra: str = "") -> str:
    return f'<ul class="rows {extra}">{"".join(f"<li>{row}</li>" for row in rows)}</ul>'


def sheet(mark: str, title: str, lead: str, content: str) -> str:
    return (
        f'<main class="sheet"><header><span class="mark" aria-hidden="true">{escape(mark)}</span>'
        f'<h1>{escape(title)}</h1><p class="soft">{escape(lead)}</p></header>{content}</main>'
    )


def decision(agree: str) -> str:
    """The two buttons of a consent; agreeing stands first, since the Enter key presses the first button of a form."""
    return (
        f'<footer><button class="go wide" name="decision" value="allow">{escape(agree)}</button>'
        '<button class="wide" name="decision" value="cancel">Cancel</button></footer>'
    )


def problem(title: str, text: str, status: int = 400) -> Response:
    """A page that says why a request for consent was not even shown."""
    return page(title, sheet("!", title, text, ""), status)

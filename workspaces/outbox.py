"""Shows the mail of an installation that has no mail server, to its operators."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

SEPARATOR = b"-" * 79
SHOWN = 50


@dataclass(frozen=True)
class Letter:
    """One message as it would have been sent."""

    subject: str
    to: str
    written_at: datetime
    body: str


def outbox(request: HttpRequest) -> HttpResponse:
    """Show the latest mail. Who is no operator, or has a mail server, finds nothing here."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if not request.user.is_staff or not folder or not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        raise Http404
    return render(request, "workspaces/outbox.html", {"letters": letters_in(Path(folder)), "folder": folder})


def letters_in(folder: Path) -> list[Letter]:
    """Return the latest letters of a folder, newest first."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:SHOWN]
    found = [letter for file in files for letter in letters_of(file.read_bytes())]
    return sorted(found, key=lambda letter: letter.written_at, reverse=True)[:SHOWN]


def letters_of(data: bytes) -> list[Letter]:
    """Return the letters of one file; the backend writes one file per connection and a line of dashes after each."""
    return [letter(part.strip()) for part in data.split(SEPARATOR) if part.strip()]


def letter(data: bytes) -> Letter:
    message = message_from_bytes(data, _class=EmailMessage, policy=policy.default)
    body = message.get_body(("plain", "html"))
    return Letter(
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or ""),
        written_at=parsedate_to_datetime(str(message["Date"])),
        body=str(body.get_content()) if body else "",
    )

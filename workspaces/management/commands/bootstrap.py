"""Makes the first person and the first workspace of an installation that has nobody yet."""

import os
import secrets
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand

from workspaces.joining import make_first_person, somebody_is_here


def zone_of_this_machine() -> str:
    """Return the name of the machine's time zone, or UTC when it does not say."""
    for stated in (os.environ.get("TZ", ""), str(Path("/etc/localtime").resolve()).rpartition("/zoneinfo/")[2]):
        if stated in available_timezones() and "/" in stated:
            return stated
    return "UTC"


class Command(BaseCommand):
    help = "Make the operator who owns the first workspace, with a random password printed once. Does nothing later."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--email", default="owner@gridline.example")
        parser.add_argument("--workspace", default="Studio")
        parser.add_argument("--time-zone", default=zone_of_this_machine())

    def handle(self, *args: Any, **options: Any) -> None:
        if somebody_is_here():
            return
        password = secrets.token_urlsafe(12)
        make_first_person(options["email"], password, options["workspace"], options["time_zone"])
        self.stdout.write(f"{options['email']} {password}")

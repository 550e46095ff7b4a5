"""Makes the first person and the first workspace of an installation that has nobody yet."""

import secrets
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand

from workspaces.joining import make_first_person, somebody_is_here


def zone_of_this_machine() -> str:
    """Return the name of the machine's time zone, or UTC when it does not say."""
    # TZ of the environment says nothing here: Django overwrites it with its own TIME_ZONE.
    stated = str(Path("/etc/localtime").resolve()).rpartition("/zoneinfo/")[2].removeprefix("Etc/")
    return stated if stated in available_timezones() else "UTC"


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

"""Makes the first person and the first workspace of an installation that has nobody yet."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from workspaces.joining import make_first_person, somebody_is_here


class Command(BaseCommand):
    help = "Make the operator who owns the first workspace, with a random password printed once. Does nothing later."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--email", default="owner@gridline.example")
        parser.add_argument("--workspace", default="Studio")
        parser.add_argument("--time-zone", default="UTC")

    def handle(self, *args: Any, **options: Any) -> None:
        if somebody_is_here():
            return
        password = secrets.token_urlsafe(12)
        make_first_person(options["email"], password, options["workspace"], options["time_zone"])
        self.stdout.write(f"{options['email']} {password}")

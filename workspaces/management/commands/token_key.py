"""Prints a fresh entry for TOKEN_KEYS."""

import base64
import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone


class Command(BaseCommand):
    help = "Print a fresh key for TOKEN_KEYS; put it first, and keep the old ones until no token uses them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"k{timezone.now():%Y%m%d}:{base64.b64encode(secrets.token_bytes(32)).decode()}")

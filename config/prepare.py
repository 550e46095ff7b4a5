"""Gets the database, the static files and the first person ready before any server starts."""

import os
import sys
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from config.embedded import prepared_state


def main(var: Path) -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, clear=Path(settings.STATIC_ROOT).exists())
    first_sign_in(var / "sign-in.txt")
    (var / "prepared.stamp").write_text(prepared_state())


def first_sign_in(path: Path) -> None:
    """Make the first person, and keep the random password where only the owner of this folder reads it."""
    answer = StringIO()
    call_command("bootstrap", stdout=answer)
    if answer.getvalue().strip():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(answer.getvalue())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(Path(sys.argv[1]))

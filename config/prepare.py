"""Gets the database, the static files and the first person ready before any server starts."""

import os
import sys
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main(var: Path) -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    collect_static(Path(settings.STATIC_ROOT), var / "static.stamp")
    first_sign_in(var / "sign-in.txt")


def collect_static(target: Path, stamp: Path) -> None:
    """Copy the static files when one of them, or an installed package, changed since the last time."""
    sources = [Path(folder) for folder in settings.STATICFILES_DIRS]
    files = [file for folder in sources for file in folder.rglob("*") if file.is_file()]
    newest = max((file.stat().st_mtime_ns for file in files), default=0)
    state = f"{len(files)} {newest} {Path(sys.prefix, 'pyvenv.cfg').stat().st_mtime_ns}"
    if target.exists() and stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=target.exists())
    stamp.write_text(state)


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

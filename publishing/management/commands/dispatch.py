"""`manage.py dispatch`: the process that publishes on the second."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from publishing.dispatching import Dispatcher


class Command(BaseCommand):
    help = "Wait for posts to become due and hand them to the workers. Any number of copies may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--inline", action="store_true", help="Do the work in this process, without Redis")

    def handle(self, *args: Any, **options: Any) -> None:
        dispatcher = Dispatcher(inline=options["inline"])
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: dispatcher.stop())
        self.stdout.write("Dispatching.")
        dispatcher.run()
        self.stdout.write("Stopped.")

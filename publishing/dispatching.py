"""The dispatcher: waits for the exact next due time, claims what is due, hands it to the workers.

Any number may run. While Redis is away it works through the rows itself, few at a time.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection

from accounts import heartbeats
from publishing import claiming, publisher, tasks
from publishing.claiming import Ticket
from publishing.timing import timing
from workspaces.scoping import workspace_in_force

log = logging.getLogger(__name__)
AT_ONCE = 50
INLINE = 4
BEAT_EVERY = 10.0


class Dispatcher:
    """`run()` until `stop()`; what was begun is finished first."""

    def __init__(self, *, inline: bool = False) -> None:
        self.always_inline = inline
        self.stopping = threading.Event()
        self.freed = threading.Event()
        self.pool = ThreadPoolExecutor(INLINE, thread_name_prefix="inline")
        self.under_way: set[Future[None]] = set()
        self.inline_until = 0.0
        self.beat_at = 0.0

    def stop(self) -> None:
        """Claim nothing more, and wake up from waiting."""
        self.stopping.set()
        self.freed.set()

    def run(self) -> None:
        while not self.stopping.is_set():
            self.freed.clear()
            try:
                self.beat()
                claimed = self.look()
                wait = timedelta(0) if claimed else self.pause()
            except (OperationalError, InterfaceError, DatabaseError):
                log.exception("The database does not answer; trying again.")
                connection.close()
                wait = timing().idle
            self.freed.wait(wait.total_seconds())
        self.pool.shutdown(wait=True)

    def beat(self) -> None:
        if time.monotonic() >= self.beat_at:
            heartbeats.beat("dispatcher")
            self.beat_at = time.monotonic() + BEAT_EVERY

    def look(self) -> int:
        """Claim what is due and hand it on; return how many rows that were."""
        close_old_connections()
        is_inline = self.is_inline()
        room = INLINE - len(self.under_way) if is_inline else AT_ONCE
        tickets = claiming.due(room) if room > 0 else []
        for ticket in tickets:
            self.dispatch(ticket)
        return len(tickets)

    def dispatch(self, ticket: Ticket) -> None:
        if self.stopping.is_set():
            with workspace_in_force(ticket.workspace_id):
                claiming.give_back(ticket)
        elif self.is_inline() or not tasks.hand_over(ticket):
            if not self.is_inline():
                log.warning("Redis does not answer; publishing goes on in the dispatcher.")
                self.inline_until = time.monotonic() + timing().broker_pause.total_seconds()
            self.work_inline(ticket)

    def is_inline(self) -> bool:
        return self.always_inline or time.monotonic() < self.inline_until

    def work_inline(self, ticket: Ticket) -> None:
        future = self.pool.submit(work, ticket)
        self.under_way.add(future)
        future.add_done_callback(self.done)

    def done(self, future: Future[None]) -> None:
        self.under_way.discard(future)
        self.freed.set()
        if error := future.exception():
            log.error("A step broke; the row is looked at again when its lease runs out.", exc_info=error)

    def pause(self) -> timedelta:
        """Return how long to wait: until the next row is due, and never longer than the idle time."""
        soonest = claiming.next_due()
        if soonest is None or (self.is_inline() and len(self.under_way) >= INLINE):
            return timing().idle
        return min(soonest, timing().idle)


def work(ticket: Ticket) -> None:
    """Take a ticket's steps in this process."""
    try:
        with workspace_in_force(ticket.workspace_id):
            publisher.advance(ticket.publication_id, ticket.epoch)
    finally:
        connection.close()

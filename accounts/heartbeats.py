"""Signs of life of the processes that work in the background, as rows that screens and alarms read."""

import os
import socket
from datetime import timedelta

from django.db.models.functions import Now

from accounts.leasing import in_future
from accounts.models import Heartbeat


def beat(kind: str) -> None:
    """Note that this process, of kind 'worker', 'dispatcher' or 'beat', is alive."""
    process = f"{kind}@{socket.gethostname()}:{os.getpid()}"[:80]
    Heartbeat.objects.update_or_create(process=process, defaults={"kind": kind, "beat_at": Now()})


def alive(kind: str, within: timedelta = timedelta(minutes=2)) -> bool:
    """Say whether any process of this kind gave a sign of life lately."""
    return Heartbeat.objects.filter(kind=kind, beat_at__gte=in_future(-within)).exists()


def forget_the_dead(after: timedelta = timedelta(days=1)) -> int:
    """Drop the rows of processes that ended long ago and return how many."""
    return Heartbeat.objects.filter(beat_at__lt=in_future(-after)).delete()[0]

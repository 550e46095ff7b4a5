"""Every wait of publishing in one place, so that a test can run the whole protocol at a hundredth of the time."""

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import lru_cache

from django.conf import settings

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Timing:
    """How long the engine waits for what. `scaled` shortens the waits, never the promises made to people."""

    lease: timedelta = 120 * SECOND
    """Longer than the longest call, so that nobody takes over a row while its call is still under way."""
    stage_ahead: timedelta = 15 * MINUTE
    last_look: timedelta = 30 * SECOND
    """How long before it is due the last status read happens; spread over `last_look_spread`."""
    last_look_spread: timedelta = 20 * SECOND
    look_keeps: timedelta = 90 * SECOND
    """How long a FINISHED read is fresh enough to send on."""
    status_reads: tuple[timedelta, ...] = (3 * SECOND, 7 * SECOND, 20 * SECOND, 30 * SECOND, MINUTE)
    """Between creation and the first status read, then between reads; the last one repeats."""
    give_up_processing: timedelta = 30 * MINUTE
    back_off: timedelta = 30 * SECOND
    longest_back_off: timedelta = 5 * MINUTE
    second_refusal: timedelta = 65 * SECOND
    """A dead token counts when it was refused twice, a minute apart."""
    busy: timedelta = SECOND
    """When another post of the account is being sent at this moment."""
    twin: timedelta = 10 * SECOND
    """When a post with the same caption has not been confirmed yet."""
    hold_quota: timedelta = 10 * MINUTE
    hold_rate: timedelta = 15 * MINUTE
    hold_room: timedelta = 5 * MINUTE
    confirm_reads: tuple[timedelta, ...] = (15 * SECOND, MINUTE, 3 * MINUTE, 10 * MINUTE + SECOND, 30 * MINUTE)
    """After the fence, when the outcome is looked for; then every `confirm_repeat`."""
    confirm_repeat: timedelta = HOUR
    confirm_apart: timedelta = MINUTE
    """How far apart two FINISHED reads must lie to count as two."""
    settled: timedelta = 10 * MINUTE
    """Since the fence; before it nothing proves that a container was not taken."""
    resend: timedelta = 60 * SECOND
    """Before the same container is sent again after a refusal that asked for patience."""
    container_life: timedelta = 24 * HOUR
    give_up_confirming: timedelta = 25 * HOUR
    links: tuple[timedelta, ...] = (SECOND, 10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR)
    """After publication, when the permalink is looked for; then hourly for a day."""
    late_policy: timedelta = 6 * HOUR
    idle: timedelta = 2 * SECOND
    """The dispatcher looks at least this often."""
    broker_pause: timedelta = 10 * SECOND
    """How long work stays inline after Redis did not answer."""

    def scaled(self, factor: float) -> "Timing":
        """Return the same timing with every wait multiplied, but for the rules people are told about."""
        kept = {"container_life", "give_up_confirming", "late_policy"}
        changes = {f.name: _times(getattr(self, f.name), factor) for f in fields(self) if f.name not in kept}
        return replace(self, **changes)  # type: ignore[arg-type]


def _times(value: timedelta | tuple[timedelta, ...], factor: float) -> timedelta | tuple[timedelta, ...]:
    return tuple(item * factor for item in value) if isinstance(value, tuple) else value * factor


@lru_cache(maxsize=8)
def _scaled(factor: float) -> Timing:
    return Timing().scaled(factor)


def timing() -> Timing:
    """Return the waits in force: `settings.TIMING_SCALE` times the usual ones."""
    return _scaled(settings.TIMING_SCALE)

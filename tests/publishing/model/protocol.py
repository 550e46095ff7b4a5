"""The publishing protocol of one post as a state machine, explored in every order of events.

Two workers, one row, Meta. A worker may be killed between any two steps, or lose its lease and go on; a request may be
lost, answered wrongly, or accepted long after we stopped waiting; reads may fail; containers may die. The decisions are
the product's own (`publishing.deciding`); what surrounds them mirrors `publishing.publisher` and `confirming`.

`Rules` holds what may be taken away: each guard that is removed must let something bad happen.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from publishing import deciding
from publishing.deciding import Case, Container, Doubt, Listing, Move

FINAL = ("published", "failed", "needs_review")
READY_AT_META, PUBLISHED, DEAD = "finished", "published", "dead"
MOST_CONTAINERS = 3
SAID = {READY_AT_META: Container.FINISHED, PUBLISHED: Container.PUBLISHED, DEAD: Container.EXPIRED}
KINDS = (Doubt.UNKNOWN, Doubt.RATE, Doubt.TOKEN, Doubt.NOT_READY, Doubt.REFUSED)


@dataclass(frozen=True)
class Rules:
    """The protocol and the world it runs in. The defaults are the product and single-use containers."""

    max_sends: int = 2
    reusable: bool = False
    """Meta publishes the same container twice."""
    delays_bounded: bool = False
    """Nothing is under way for more than ten minutes; otherwise anything may be frozen for ever and then go on."""
    same_container: bool = True
    refusals_are_doubts: bool = True
    epochs: bool = True
    fence: bool = True
    take_over: Callable[[str], str] = field(default=deciding.take_over)
    verdict: Callable[[Case, Container, Listing], Move] = field(default=deciding.verdict)


class Worker(NamedTuple):
    """`is_current`: its epoch is the row's. `holds`: its lease has not run out."""

    at: str = "idle"
    is_current: bool = False
    holds: bool = False
    container: int = -1
    doubt: str = ""
    read: str = ""
    listed: str = ""
    began_old: bool = False
    """A turn judges by the time at which it began: its reads are never older than what it concludes from them."""


class State(NamedTuple):
    status: str = "scheduled"
    container: int = -1
    made: int = 0
    sends: int = 0
    sent_ever: bool = False
    doubt: str = ""
    seen: bool = False
    finished: int = 0
    absent: int = 0
    is_old: bool = False
    containers: tuple[str, ...] = ()
    live: int = 0
    late: tuple[int, ...] = ()
    """Requests that still are on their way to Meta."""
    workers: tuple[Worker, Worker] = (Worker(), Worker())
    outage: str = ""
    faults: int = 0


Step = tuple[State, bool]
"""A next state, and whether a fault led there."""
IDLE = Worker()


def steps(state: State, rules: Rules, most_faults: int) -> Iterator[Step]:
    """Yield everything that can happen next."""
    for number in (0, 1):
        if number == 1 and state.workers[0] == state.workers[1]:
            break
        yield from ((after, False) for after in _work(state, number, rules))
        if state.faults < most_faults:
            hurt = state._replace(faults=state.faults + 1)
            yield from ((after, True) for after in _trouble(hurt, number, rules))
    yield from ((after, False) for after in _world(state, rules))
    if state.faults < most_faults:
        hurt = state._replace(faults=state.faults + 1)
        yield from ((after, True) for after in _world_trouble(hurt))


def with_worker(state: State, number: int, worker: Worker, **changes: object) -> State:
    """Return the state with one worker changed; the two are alike, so their order is not a difference."""
    other = state.workers[1 - number]
    pair = (worker, other) if worker <= other else (other, worker)
    return state._replace(workers=pair, **changes)


def _write(state: State, number: int, rules: Rules, needs: str, **changes: object) -> State | None:
    """Commit and end the turn; None when the row is not this worker's any more."""
    if rules.epochs and not (state.workers[number].is_current and state.status == needs):
        return None
    return with_worker(state, number, IDLE, **changes)


def _quit(state: State, number: int) -> State:
    return with_worker(state, number, IDLE)


# What workers do -----------------------------------------------------------------------------------------------------


def _work(state: State, number: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[number]
    action = ACTIONS[worker.at]
    yield from action(state, number, rules)


def _idle(state: State, number: int, rules: Rules) -> Iterator[State]:
    """Claim: the row is free, and everybody else's epoch is old from now on."""
    if state.workers[1 - number].holds or state.status in (*FINAL, "held"):
        return
    status = rules.take_over(state.status)
    forget = {"container": -1, "sends": 0} if status == "scheduled" else {}
    at = {"scheduled": "create", "preparing": "create", "ready": "look", "confirming": "read"}[status]
    other = state.workers[1 - number]._replace(is_current=False)
    worker = Worker(at, True, True, forget.get("container", state.container), state.doubt, began_old=state.is_old)
    pair = (worker, other) if worker <= other else (other, worker)
    yield state._replace(workers=pair, status=status, **forget)


def _create(state: State, number: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[number]
    if rules.epochs and not worker.is_current:
        yield _quit(state, number)
        return
    if state.made >= MOST_CONTAINERS:
        yield _write(state, number, rules, state.status, status="failed") or _quit(state, number)
        return
    containers = (*state.containers, READY_AT_META)
    at = worker._replace(at="keep", container=len(containers) - 1)
    yield with_worker(state, number, at, containers=containers, made=state.made + 1, status="preparing")


def _keep(state: State, number: int, rules: Rules) -> Iterator[State]:
    container = state.workers[number].container
    kept = _write(state, number, rules, "preparing", status="ready", container=container, sends=0)
    yield kept or _quit(state, number)


def _look(state: State, number: int, rules: Rules) -> Iterator[State]:
    """The last read before sending."""
    worker = state.workers[number]
    read = Container.UNREADABLE if state.outage else SAID[state.containers[worker.container]]
    match deciding.before_send(read, ever_sent=state.sent_ever):
        case Move.SEND:
            yield with_worker(state, number, worker._replace(at="fence"))
        case Move.PUBLISHED:
            yield with_worker(state, number, IDLE, status="published", seen=True)
        case Move.CONFIRM:
            zero = {"finished": 0, "absent": 0}
            yield _write(state, number, rules, "ready", status="confirming", **zero) or _quit(state, number)
        case Move.RESTAGE:
            yield _write(state, number, rules, "ready", status="scheduled", container=-1) or _quit(state, number)
        case _:
            yield _write(state, number, rules, "ready") or _quit(state, number)


def _fence(state: State, number: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[number]
    mine = (worker.is_current and state.status == "ready") or not rules.epochs
    if not mine:
        yield _quit(state, number)
        return
    if state.seen or state.sends >= rules.max_sends:
        yield _write(state, number, rules, "ready", status="needs_review") or _quit(state, number)
        return
    sending = worker._replace(at="send", doubt=Doubt.UNKNOWN, holds=True)
    if not rules.fence:
        yield with_worker(state, number, sending, sent_ever=True)
        return
    fenced = {"status": "publishing", "sends": state.sends + 1, "doubt": Doubt.UNKNOWN, "sent_ever": True}
    yield with_worker(state, number, sending, finished=0, absent=0, is_old=False, **fenced)


def accept(state: State, container: int, rules: Rules) -> tuple[State, bool]:
    """Return what Meta makes of a publication, and whether it took it."""
    was = state.containers[container]
    if was == DEAD or (was == PUBLISHED and not rules.reusable):
        return state, False
    containers = (*state.containers[:container], PUBLISHED, *state.containers[container + 1 :])
    return state._replace(containers=containers, live=state.live + 1), True


def _send(state: State, number: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[number]
    after, taken = accept(state, worker.container, rules)
    answered = worker._replace(at="heard") if taken else worker._replace(at="doubt", doubt=Doubt.NOT_READY)
    yield with_worker(after, number, answered)


def _heard(state: State, number: int, rules: Rules) -> Iterator[State]:
    """An id came back: positive evidence is written whoever has the row."""
    if rules.epochs and state.workers[number].container != state.container:
        yield _quit(state, number)
        return
    others = [worker._replace(is_current=False) for worker in state.workers]
    after = state._replace(workers=(others[0], others[1]), status="published", seen=True)
    yield with_worker(after, number, IDLE)


def _doubt(state: State, number: int, rules: Rules) -> Iterator[State]:
    """No id came back."""
    doubt = state.workers[number].doubt
    if not rules.refusals_are_doubts and doubt != Doubt.UNKNOWN:
        yield _write(state, number, rules, "publishing", status="failed") or _quit(state, number)
        return
    needs = "publishing" if rules.fence else state.status
    open_now = {"status": "confirming", "doubt": doubt, "finished": 0, "absent": 0}
    if not rules.fence:
        open_now["sends"] = state.sends + 1
    yield _write(state, number, rules, needs, **open_now) or _quit(state, number)


def _read(state: State, number: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[number]
    read = Container.UNREADABLE if state.outage else SAID[state.containers[worker.container]]
    seen = state.seen or (read is Container.PUBLISHED and worker.container == state.container)
    yield with_worker(state, number, worker._replace(at="list", read=read), seen=seen)


def _list(state: State, number: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[number]
    listed = (Listing.NONE, Listing.ONE, Listing.SEVERAL)[min(state.live, 2)]
    listed = Listing.UNREADABLE if state.outage else listed
    yield with_worker(state, number, worker._replace(at="decide", listed=listed, doubt=state.outage))


def _decide(state: State, number: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[number]
    finished = min(state.finished + (worker.read == Container.FINISHED), 2)
    absent = min(state.absent + (worker.listed == Listing.NONE), 2)
    case = Case(
        doubt=Doubt(state.doubt or Doubt.UNKNOWN),
        sends=state.sends,
        sends_allowed=rules.max_sends,
        seen_published=state.seen,
        finished_twice=finished >= 2,
        absent_twice=absent >= 2,
        settled=not rules.delays_bounded or not _under_way(state, number),
        expired_by_rule=worker.began_old,
        over=worker.began_old and worker.listed == Listing.UNREADABLE,
        containers_left=state.made < MOST_CONTAINERS,
        token_refused=worker.doubt == "token",
    )
    move = rules.verdict(case, Container(worker.read), Listing(worker.listed))
    changes = {"finished": finished, "absent": absent} | _outcome(move, rules)
    yield _write(state, number, rules, "confirming", **changes) or _quit(state, number)


def _under_way(state: State, number: int) -> bool:
    """Say whether a send of the container is still on its way, in a worker or on the wire."""
    frozen = any(worker.at == "send" and worker.container == state.container for worker in state.workers)
    return frozen or state.container in state.late


def _outcome(move: Move, rules: Rules) -> dict[str, object]:
    zero: dict[str, object] = {"finished": 0, "absent": 0}
    match move:
        case Move.PUBLISHED:
            return {"status": "published"}
        case Move.SEND_AGAIN if not rules.same_container:
            return {"status": "scheduled", "container": -1, "sends": 0, **zero}
        case Move.SEND_AGAIN:
            return {"status": "ready", **zero}
        case Move.RESTAGE:
            return {"status": "scheduled", "container": -1, "sends": 0, "doubt": "", **zero}
        case Move.HOLD:
            return {"status": "held", "doubt": Doubt.CLEARED}
        case Move.BLIND:
            return {"status": "held"}
        case Move.FAIL:
            return {"status": "failed"}
        case Move.REVIEW:
            return {"status": "needs_review"}
    return {}


ACTIONS: dict[str, Callable[[State, int, Rules], Iterator[State]]] = {
    "idle": _idle,
    "create": _create,
    "keep": _keep,
    "look": _look,
    "fence": _fence,
    "send": _send,
    "heard": _heard,
    "doubt": _doubt,
    "read": _read,
    "list": _list,
    "decide": _decide,
}


# What goes wrong -----------------------------------------------------------------------------------------------------


def _trouble(state: State, number: int, rules: Rules) -> Iterator[State]:
    """Everything bad that can happen to a worker where it stands."""
    worker = state.workers[number]
    if worker.at == "idle":
        return
    yield _quit(state, number)  # Killed; its lease runs out.
    if worker.holds:
        yield with_worker(state, number, worker._replace(holds=False))  # Its lease runs out while it goes on.
    if worker.at == "create":
        lost = (*state.containers, READY_AT_META)
        yield with_worker(state, number, IDLE, containers=lost, made=state.made + 1)  # The answer was lost.
    if worker.at == "send":
        yield from _spoiled_sends(state, number, rules)


def _spoiled_sends(state: State, number: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[number]
    after, _taken = accept(state, worker.container, rules)
    for doubt in KINDS:
        unheard = worker._replace(at="doubt", doubt=doubt)
        yield with_worker(state, number, unheard)  # Lost or refused before Meta did anything.
        yield with_worker(after, number, unheard)  # Accepted, and the answer lost or wrong.
    late = tuple(sorted((*state.late, worker.container)))
    yield with_worker(state, number, worker._replace(at="doubt", doubt=Doubt.UNKNOWN), late=late)


def _world(state: State, rules: Rules) -> Iterator[State]:
    """What happens by itself: late requests arrive, outages end, holds are lifted, days pass."""
    for container in set(state.late):
        rest = list(state.late)
        rest.remove(container)
        yield accept(state._replace(late=tuple(rest)), container, rules)[0]
    if state.outage:
        yield state._replace(outage="")
    if state.status == "held" and not state.outage:
        yield state._replace(status="confirming")
    if state.status == "confirming" and not state.is_old and not state.late:
        aged = tuple(DEAD if was == READY_AT_META else was for was in state.containers)
        yield state._replace(is_old=True, containers=aged)


def _world_trouble(state: State) -> Iterator[State]:
    """Reads fail, or a container dies before its time."""
    if not state.outage:
        yield state._replace(outage="down")
        yield state._replace(outage="token")
    for number, was in enumerate(state.containers):
        if was == READY_AT_META:
            yield state._replace(containers=(*state.containers[:number], DEAD, *state.containers[number + 1 :]))


# Exploring -----------------------------------------------------------------------------------------------------------


@dataclass
class Report:
    """What an exploration found: how many states, and those that must not exist."""

    states: int
    doubles: int
    failed_but_live: int
    published_but_not_live: int
    stuck: int

    @property
    def is_clean(self) -> bool:
        return not (self.doubles or self.failed_but_live or self.published_but_not_live or self.stuck)


def explore(rules: Rules, most_faults: int) -> Report:
    """Visit every reachable state with at most so many faults."""
    start = State()
    leads_here: dict[State, list[State]] = {start: []}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        for after, is_fault in steps(state, rules, most_faults):
            if after not in leads_here:
                leads_here[after] = []
                queue.append(after)
            if not is_fault:
                leads_here[after].append(state)
    return Report(
        states=len(leads_here),
        doubles=sum(state.live > 1 for state in leads_here),
        failed_but_live=sum(state.status == "failed" and state.live > 0 for state in leads_here),
        published_but_not_live=sum(state.status == "published" and state.live == 0 for state in leads_here),
        stuck=len(leads_here) - _can_finish(leads_here),
    )


def _can_finish(leads_here: dict[State, list[State]]) -> int:
    """Return how many states can come to an end without any further fault."""
    able = {state for state in leads_here if state.status in FINAL}
    queue = deque(able)
    while queue:
        for before in leads_here[queue.popleft()]:
            if before not in able:
                able.add(before)
                queue.append(before)
    return len(able)

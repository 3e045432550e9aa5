"""Every order in which a few tasks can make their port calls: not a sample of them, all.

Each task is a greenlet that stops before every port call.  A schedule is a list of choices, one wherever more than one
task could go on; schedules are run one after the other until no untried choice is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from fsm_bootstrap.simulation.greenlets import current, make
from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery, Page
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import Delivery, Outcome, Outgoing
from fsm_ports.results import CommitResult, Sent
from fsm_ports.retry_scheduler import RetryScheduler
from fsm_ports.writes import Commit, Mark


def stop() -> None:
    """Let the schedule choose who goes on; outside of a schedule nobody else is there."""
    parent = current().parent
    if parent is not None:
        parent.switch()


class Race(NamedTuple):
    """Tasks that run at the same time, and what must hold however they met."""

    tasks: Sequence[Callable[[], None]]
    check: Callable[[], None]


def explore(prepare: Callable[[], Race]) -> int:
    """Run every schedule of the race that `prepare` makes anew for each; how many there were.

    A check that fails names its schedule, which is the same in every process.
    """
    untried: list[list[int]] = [[]]
    count = 0
    while untried:
        schedule = untried.pop()
        race = prepare()
        widths = _run(race.tasks, schedule)
        try:
            race.check()
        except AssertionError as error:
            error.add_note(f"schedule {schedule}")
            raise
        count += 1
        for at in range(len(schedule), len(widths)):
            taken = schedule + [0] * (at - len(schedule))
            untried += [[*taken, other] for other in range(1, widths[at])]
    print(f"{count} schedules")
    return count


def _run(tasks: Sequence[Callable[[], None]], schedule: Sequence[int]) -> list[int]:
    """Follow the schedule, then always the first task; how many could go on at each choice."""
    live = [make(task) for task in tasks]
    widths: list[int] = []
    while live:
        at = len(widths)
        choice = schedule[at] if at < len(schedule) else 0
        widths.append(len(live))
        live[choice].switch()
        live = [task for task in live if not task.dead]
    return widths


class Queue(RetryScheduler, MessageSource, Protocol):
    """Bus, scheduler and source in one."""


class StoppingStore(CheckpointStore):
    """Stops before every call."""

    def __init__(self, store: CheckpointStore) -> None:
        self._store = store
        self.emits, self.can_hold, self.keeps_history = store.emits, store.can_hold, store.keeps_history

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        stop()
        return self._store.commit(commits)

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        stop()
        return self._store.mark(marks)

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        stop()
        return self._store.read(correlation_ids, homes)

    def find(self, query: InstanceQuery) -> Page | PortError:
        stop()
        return self._store.find(query)


class StoppingQueue(RetryScheduler, MessageSource):
    """Stops before every call."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.max_bytes, self.max_delay = queue.max_bytes, queue.max_delay

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        stop()
        return self._queue.send(messages)

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        stop()
        return self._queue.receive(limit, visible_until)

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        stop()
        return self._queue.extend(deliveries, visible_until)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        stop()
        return self._queue.settle(deliveries, outcomes)

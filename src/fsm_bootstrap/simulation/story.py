"""A trace in order of what it is about: what the checkers of the invariants have in common."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from fsm_bootstrap.simulation.ports import NETWORK
from fsm_bootstrap.simulation.trace import NOT_REACHED, Call, Crashed, Event, RunBegan, RunEnded, Settlement, Trace
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import ACK, Delivery, Outcome, Outgoing
from fsm_ports.names import DEFINITIONS
from fsm_ports.results import Committed
from fsm_ports.writes import Commit, Mark

T = TypeVar("T")


class Written(NamedTuple):
    """A write that took place."""

    call: Call
    write: Commit | Mark
    record: Instance


class Carried(NamedTuple):
    """A message that a road accepted, whatever its sender was told."""

    call: Call
    outgoing: Outgoing
    message: Instance

    @property
    def is_fresh(self) -> bool:
        """An emission, not a message in a delivery's place."""
        return self.message.position == ""


class Delivered(NamedTuple):
    """One delivery, from its receipt to its settlement."""

    received: Call
    delivery: Delivery
    message: Instance
    settled: Call | None
    outcome: Outcome | None

    @property
    def position(self) -> str:
        """The one that the protocol goes by."""
        return self.message.position or self.delivery.position


class Run(NamedTuple):
    """One run of a step's actions; without an end its process crashed, or the simulation ended first."""

    began: RunBegan
    ended: RunEnded | None
    over: float
    """When it was over, epoch seconds."""

    @property
    def raised(self) -> bool:
        return self.ended is not None and self.ended.context is None


class Story:
    """Indexes over one trace."""

    def __init__(self, trace: Trace) -> None:
        self.events: Sequence[Event] = trace.events
        self._definitions = trace.definitions

    @cached_property
    def calls(self) -> list[Call]:
        return [event for event in self.events if isinstance(event, Call)]

    @cached_property
    def writes(self) -> list[Written]:
        """Commits and marks that took place, in order."""
        return [
            Written(call, item, effect.instance)
            for call in self.calls
            for item, effect in zip(call.items, call.effects, strict=call.operation in ("commit", "mark"))
            if isinstance(item, Commit | Mark) and isinstance(effect, Committed)
        ]

    @cached_property
    def versions(self) -> dict[str, list[Written]]:
        """The writes of each record, by correlation id."""
        return _grouped(self.writes, lambda written: written.record.correlation_id)

    @cached_property
    def commits(self) -> dict[str, list[Written]]:
        """The commits of each record; the one of step n is the n-th where all is well."""
        steps = [w for w in self.writes if isinstance(w.write, Commit) and w.record.machine != DEFINITIONS]
        return _grouped(steps, lambda written: written.record.correlation_id)

    @cached_property
    def committed_at(self) -> dict[tuple[str, int], Written]:
        """The first commit of each step."""
        found: dict[tuple[str, int], Written] = {}
        for commits in self.commits.values():
            for written in commits:
                found.setdefault((written.record.correlation_id, written.record.step), written)
        return found

    @cached_property
    def carried(self) -> dict[tuple[str, int], list[Carried]]:
        """Messages that roads accepted, by correlation id and step; `NETWORK`'s second copies among them."""
        found: dict[tuple[str, int], list[Carried]] = defaultdict(list)
        for call in self.calls:
            if call.operation == "send":
                for item, effect in zip(call.items, call.effects, strict=True):
                    if effect is None and isinstance(item, Outgoing) and isinstance(item.message, Instance):
                        found[item.message.correlation_id, item.message.step].append(Carried(call, item, item.message))
        return found

    @cached_property
    def deliveries(self) -> list[Delivered]:
        """In the order in which they were received."""
        settled: dict[tuple[str, str, str], list[tuple[Call, Outcome]]] = defaultdict(list)
        for call in self.calls:
            if call.operation == "settle":
                for delivery, outcome in settlements(call):
                    settled[call.process, call.port, delivery.position].append((call, outcome))
        found: list[Delivered] = []
        for call in self.calls:
            if call.operation == "receive":
                for answer in call.answers:
                    if isinstance(answer, Delivery) and isinstance(answer.message, Instance):
                        ends = settled[call.process, call.port, answer.position]
                        end = next(((later, outcome) for later, outcome in ends if later.number > call.number), None)
                        found.append(Delivered(call, answer, answer.message, *(end or (None, None))))
        return found

    @cached_property
    def left(self) -> list[Delivered]:
        """What another definition of its machine wrote than the worker has, and the worker left to others."""
        return [one for one in self.deliveries if self._is_left(one)]

    def _is_left(self, one: Delivered) -> bool:
        own = self._definitions.get(one.received.process)
        if one.settled is None or own is None or one.message.definition in own:
            return False
        if one.outcome is not ACK:
            return True
        carried = self.carried.get((one.message.correlation_id, one.message.step), ())
        return any(
            one.received.number < other.call.number < one.settled.number
            and other.call.process == one.received.process
            and other.message.position == one.position
            and other.message.retries == one.message.retries
            for other in carried
        )

    @cached_property
    def runs(self) -> list[Run]:
        ends: dict[str, RunEnded | Crashed] = {}
        found: list[Run] = []
        last = self.events[-1].at if self.events else 0.0
        for event in reversed(self.events):
            if isinstance(event, RunEnded | Crashed):
                ends[event.process] = event
            elif isinstance(event, RunBegan):
                end = ends.pop(event.process, None)
                ended = end if isinstance(end, RunEnded) else None
                found.append(Run(event, ended, last if end is None else end.at))
        return found[::-1]

    def at(self, correlation_id: str, number: int) -> Instance | None:
        """The record as it was after that event."""
        versions = self.versions.get(correlation_id, [])
        index = bisect_right(versions, number, key=lambda written: written.call.number)
        return versions[index - 1].record if index else None

    def between(self, correlation_id: str, first: int, last: int) -> Iterator[Instance]:
        """Every version of the record that was true at some moment from one event to the other."""
        before = self.at(correlation_id, first)
        if before is not None:
            yield before
        for written in self.versions.get(correlation_id, []):
            if first < written.call.number <= last:
                yield written.record


def rests(record: Instance) -> bool:
    """It goes on only when somebody outside says so."""
    return record.paused or record.status not in (Status.RUNNING, Status.WAITING)


def by_workers(process: str) -> bool:
    """It is a dispatcher that sent this: no caller, and no copy that the network made."""
    return process.startswith("worker")


def lost_answers(story: Story, operation: str) -> int:
    """Items that reached the back end although the caller was told something else."""
    return sum(
        effect is not NOT_REACHED and isinstance(answer, Exception) and not isinstance(effect, Exception)
        for call in story.calls
        if call.operation == operation and call.process != NETWORK
        for effect, answer in zip(call.effects, call.answers, strict=True)
    )


def settlements(call: Call) -> Iterator[Settlement]:
    """The items of a call of `settle`."""
    for item in call.items:
        if not isinstance(item, Settlement):
            raise TypeError(f"{item!r} is no settlement")
        yield item


def _grouped(values: Sequence[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return groups

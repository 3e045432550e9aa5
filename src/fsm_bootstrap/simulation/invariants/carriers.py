"""Who still carries a machine: every message that was accepted and not yet acknowledged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fsm_bootstrap.simulation.set_ups import sqlite
from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import by_workers, rests, settlements
from fsm_bootstrap.simulation.trace import NOT_REACHED, Call
from fsm_domain.machine.migration import event_now
from fsm_domain.runtime.registry import AnyMachine
from fsm_domain.runtime.taking_up import taken_up
from fsm_ports.instance import Instance, Status, resume_position
from fsm_ports.messages import ACK, Delivery, Outgoing
from fsm_ports.results import Committed
from fsm_ports.writes import AppendEvent, Commit, Resume, Touch


class Content(NamedTuple):
    """What tells messages of one machine apart."""

    step: int
    position: str
    retries: int
    status: Status


@dataclass(slots=True)
class Held:
    """A message that was delivered at least once."""

    message: Instance
    position: str
    """The one that the protocol goes by."""
    claim: int
    """The number of the event by which it was last received."""


class Carriers:
    """Reads the trace event by event; a message that no claim covers any more cannot be acknowledged."""

    def __init__(self, simulated: Simulated) -> None:
        self._emits, self._versions = simulated.emits, (simulated.machines, simulated.later)
        self._is_own_timer = simulated.scenario.set_up is sqlite
        self._records: dict[str, Instance] = {}
        self._promised: set[str] = set()
        """Machines that a caller has moved, and sends or will send again: the caller's repeat carries them."""
        self._buried: set[str] = set()
        self._under_way: dict[str, Counter[Content]] = defaultdict(Counter)
        """Accepted, and not yet delivered."""
        self._held: dict[str, dict[tuple[str, str], Held]] = defaultdict(dict)
        """Delivered, and not yet acknowledged, by machine; then by port and position at the source."""
        self._gone: set[tuple[str, str]] = set()
        self._receives: dict[tuple[str, str, str], int] = {}
        """The event by which each process last received each message."""
        self._shards: dict[str, int] = {}
        """The event by which each stream was last read: it knows one batch at a time."""

    def follow(self, call: Call) -> Iterator[str]:
        """Take one call in; yields each machine that an acknowledgement in it left without a carrier."""
        match call.operation:
            case "commit" | "mark":
                self._wrote(call)
            case "send":
                self._accepted(call)
            case "receive":
                self._received(call)
            case "settle":
                for name in self._settled(call):
                    if not self.carries(name):
                        yield name
            case _:
                pass

    def _wrote(self, call: Call) -> None:
        for write, effect in zip(call.items, call.effects, strict=True):
            if not isinstance(effect, Committed):
                continue
            record = effect.instance
            self._records[record.correlation_id] = record
            if isinstance(write, AppendEvent) and record.status is Status.WAITING and all(self._versions):
                self._promised.add(record.correlation_id)  # for a wait of other code: the sender calls for it
            if not isinstance(write, Commit | Resume | Touch):
                continue
            if self._emits and record.status is Status.RUNNING and not record.paused:
                self._under_way[record.correlation_id][Content(record.step, "", record.retries, record.status)] += 1
            elif not by_workers(call.process):
                self._promised.add(record.correlation_id)

    def _accepted(self, call: Call) -> None:
        for item, effect in zip(call.items, call.effects, strict=True):
            if effect is not None or not isinstance(item, Outgoing) or not isinstance(item.message, Instance):
                continue
            message = item.message
            if call.port == "dead":
                self._buried.add(message.correlation_id)
                continue
            content = Content(message.step, message.position, message.retries, message.status)
            self._under_way[message.correlation_id][content] += 1
            record = self._records.get(message.correlation_id)
            if record is not None and record.step == message.step:
                self._promised.discard(message.correlation_id)

    def _received(self, call: Call) -> None:
        for effect in call.effects:
            if isinstance(effect, Delivery) and isinstance(effect.message, Instance):
                message, key = effect.message, (call.port, effect.position)
                self._receives[call.process, *key] = self._shards[_shard(key)] = call.number
                held = self._held[message.correlation_id]
                if key not in held and key not in self._gone:
                    content = Content(message.step, message.position, message.retries, message.status)
                    self._under_way[message.correlation_id][content] -= 1
                self._gone.discard(key)
                held[key] = Held(message, message.position or effect.position, call.number)

    def _settled(self, call: Call) -> Iterator[str]:
        for (delivery, outcome), effect in zip(settlements(call), call.effects, strict=True):
            if outcome is not ACK or effect is NOT_REACHED or not isinstance(delivery.message, Instance):
                continue
            name, key = delivery.message.correlation_id, (call.port, delivery.position)
            held = self._held[name].get(key)
            if held is not None and self._claims(call, key, held):
                del self._held[name][key]
                self._gone.add(key)
                yield name

    def _claims(self, call: Call, key: tuple[str, str], held: Held) -> bool:
        """The claim under which the process settles is the last one that was given."""
        last = self._shards[_shard(key)] if call.port.startswith("stream") else held.claim
        return self._receives.get((call.process, *key)) == last

    def carries(self, name: str) -> bool:
        """Something goes on with the machine, or it is at rest."""
        record = self._records.get(name)
        if record is None:
            return name in self._buried
        if rests(record) or name in self._promised or self._waits(record):
            return True
        under_way = (content for content, count in self._under_way[name].items() if count > 0)
        if any(_goes_on(content.step, content.position, record) for content in under_way):
            return True
        held = self._held[name].values()
        return any(_goes_on(one.message.step, one.position, record) for one in held)

    def _waits(self, record: Instance) -> bool:
        """For an outside event, which nobody has sent yet; or the store itself delivers it when it is time."""
        if record.status is not Status.WAITING:
            return False
        known = [machines[record.machine] for machines in self._versions if machines]
        is_called = any(_takes(machine, record) for machine in known)
        return self._is_own_timer or not (is_called or record.deadline)


def _goes_on(step: int, position: str, record: Instance) -> bool:
    """Whoever holds this message brings the record on, or owes its emission."""
    return step == record.step or position in (record.position or None, resume_position(step))


def _takes(machine: AnyMachine, record: Instance) -> bool:
    """The machine, in this version, goes on with an event that came early."""
    state = taken_up(record, machine).state
    return any((state, event_now(machine, state, event.name)) in machine.edges for event in record.inbox)


def _shard(key: tuple[str, str]) -> str:
    """Positions of a stream are the name of the shard and a number."""
    return key[1].rpartition(":")[0]

"""Could these machines go on with what is live?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from fsm_bootstrap.definitions import nearest
from fsm_bootstrap.live.census import Census, Group, Kept
from fsm_domain.machine.fingerprint import context_of, events_of, graph_of
from fsm_domain.machine.migration import event_now, migrated, pending, state_now
from fsm_domain.machine.state import DEADLINE, PSEUDO_INIT
from fsm_domain.runtime.registry import AnyMachine
from fsm_domain.runtime.taking_up import was_an_event
from fsm_ports.codec import ContextCodec
from fsm_ports.instance import Instance, Status

Severity = Literal["error", "warning"]


class Finding(NamedTuple):
    """Instances of one kind that these machines cannot go on with."""

    severity: Severity
    machine: str
    instances: int
    state: str
    event: str | None
    """The one that they are about to handle, wait for, or have in their inbox."""
    definition: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.machine}: {self.message}; {self.remedy}"


class Outlook(NamedTuple):
    """What becomes of one machine's instances."""

    machine: str
    live: int
    other: int
    """Of these: written by another definition than the machine's own."""


class Judgement(NamedTuple):
    """Of all machines."""

    findings: tuple[Finding, ...]
    outlooks: tuple[Outlook, ...]

    @property
    def refuses(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def reading(machines: Mapping[str, AnyMachine], codec: ContextCodec) -> Callable[[Instance], str]:
    """Tries to bring a record's context forward and to read it; says why that fails."""

    def reads(record: Instance) -> str:
        machine = machines.get(record.machine)
        if machine is None or record.definition == machine.fingerprint:
            return ""
        functions = pending(machine, record.definition)
        if functions is None:
            return ""  # that is a finding of its own
        try:
            text = record.context or ""
            codec.decode(machine.context, migrated(functions, text) if functions else text)
        except Exception as error:  # noqa: BLE001 - the user's own migrations run in there
            return str(error) or type(error).__name__
        return ""

    return reads


def judge(machines: Iterable[AnyMachine], census: Census) -> Judgement:
    """What stands in the way of each machine's live instances; nothing stands in the way of those it wrote itself."""
    known = {machine.name: machine for machine in machines}
    findings: list[Finding] = []
    for group, count in sorted(census.groups.items(), key=lambda pair: repr(pair[0])):
        machine = known.get(group.machine)
        if machine is not None and group.definition != machine.fingerprint:
            kept = census.definitions.get((group.machine, graph_of(group.definition)))
            findings += _Compared(machine, group, count, kept).findings()
    findings += _of_strangers(known, census)
    outlooks = [_outlook(machine, census) for machine in known.values()]
    return Judgement(tuple(dict.fromkeys(findings)), tuple(outlooks))


class _Compared:
    """A group of instances beside the machine that would have to go on with them."""

    def __init__(self, machine: AnyMachine, group: Group, count: int, kept: Kept | None) -> None:
        self._machine, self._group, self._count, self._kept = machine, group, count, kept
        self._state = state_now(machine, group.state)
        self._are = f"{_doing(group.status, count)} in state {group.state!r}"

    def findings(self) -> Iterator[Finding]:
        group = self._group
        if group.state == PSEUDO_INIT:
            pass  # whatever the initial state is now
        elif self._state not in self._machine.nodes:
            yield self._found(None, ", which the new definition lacks", _rename(group.state, self._machine.nodes))
        elif group.status is Status.WAITING:
            yield from self._of_the_wait()
        elif group.event is not None and not self._handles(group.event):
            said = f" with event {group.event!r} to handle, which it no longer does"
            yield self._found(group.event, said, _rename(group.event, self._events))
        yield from self._of_the_inbox()
        yield from self._of_the_context()

    def _of_the_wait(self) -> Iterator[Finding]:
        if self._group.deadline and (self._state, DEADLINE) not in self._machine.edges:
            said = " until a deadline, which the new definition lacks"
            yield self._found(DEADLINE, said, "give the state a deadline again: after()")
        if self._kept is None:
            said = ", and what they wait for is not known: no definition was kept"
            yield self._found(None, said, "look at the code that started them")._replace(severity="warning")
            return
        for event in sorted(events_of(self._kept.text).get(self._group.state, frozenset()) - {DEADLINE}):
            if not self._handles(event):
                said = f" for event {event!r}, which it no longer handles"
                yield self._found(event, said, _rename(event, self._events))

    def _of_the_inbox(self) -> Iterator[Finding]:
        names = {event for _, event in self._machine.edges} - {DEADLINE}
        for event in self._group.inbox:
            if event not in names and not was_an_event(self._machine, event):
                said = f" with event {event!r} in the inbox, which no state handles any more"
                yield self._found(event, said, _rename(event, names))

    def _of_the_context(self) -> Iterator[Finding]:
        if pending(self._machine, self._group.definition) is None:
            last = context_of(self._group.definition)
            said = f" with contexts that went through {last!r}"
            yield self._found(None, said, f"keep {last} in migrate, before what is new")
        if self._group.unreadable:
            said = f" with contexts that cannot be read: {self._group.unreadable}"
            yield self._found(None, said, "give the field a default, or the machine a function: migrate=")

    def _handles(self, event: str) -> bool:
        return (self._state, event_now(self._machine, self._state, event)) in self._machine.edges

    @property
    def _events(self) -> list[str]:
        return [event for origin, event in self._machine.edges if origin == self._state and event != DEADLINE]

    def _found(self, event: str | None, said: str, remedy: str) -> Finding:
        group = self._group
        severity: Severity = "warning" if group.status is Status.FAILED else "error"
        message = self._are + said
        return Finding(severity, group.machine, self._count, group.state, event, group.definition, message, remedy)


def _of_strangers(known: Mapping[str, AnyMachine], census: Census) -> Iterator[Finding]:
    """Machines that are elsewhere, or nowhere any more."""
    counts: dict[str, int] = {}
    for group, count in census.groups.items():
        if group.machine not in known and group.status is not Status.FAILED:
            counts[group.machine] = counts.get(group.machine, 0) + count
    for name, count in sorted(counts.items()):
        near = nearest(name, known)
        hint = (
            f"if {near!r} is what it is called now, it needs its old name" if near else "keep it until they have ended"
        )
        message = f"{count} live {_plural(count)} of a machine that is not among these"
        yield Finding("warning", name, count, "", None, "", message, f"if no other deployment runs it, {hint}")


def _outlook(machine: AnyMachine, census: Census) -> Outlook:
    mine = {
        group: count
        for group, count in census.groups.items()
        if group.machine == machine.name and group.status is not Status.FAILED
    }
    other = sum(count for group, count in mine.items() if group.definition != machine.fingerprint)
    return Outlook(machine.name, sum(mine.values()), other)


def _doing(status: Status, count: int) -> str:
    doing = {Status.RUNNING: ("is", "are"), Status.WAITING: ("waits", "wait"), Status.FAILED: ("failed", "failed")}
    return f"{count} {_plural(count)} {doing[status][count != 1]}"


def _plural(count: int) -> str:
    return "instance" if count == 1 else "instances"


def _rename(old: str, known: Iterable[str]) -> str:
    new = nearest(old, known)
    return f"keep it, or declare what it is called now: renamed={{{old!r}: {repr(new) if new else '...'}}}"

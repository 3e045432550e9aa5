"""What became of machines, told from nothing but the trace of port calls and runs.

It knows both frameworks: a step is committed when the store says so here, and when the message of the next one is on a
road there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from fsm_bootstrap.simulation.ports import NETWORK
from fsm_bootstrap.simulation.trace import Call, RunBegan, RunEnded, Trace
from fsm_ports import Commit, Committed, Outgoing, Status, Unreadable


class Found(NamedTuple):
    """Of some machines."""

    machines: int = 0
    lost: int = 0
    """They never came to their end, although nothing went wrong any more for a long time."""
    doubled: int = 0
    """Some step was committed more than once: what follows it ran on two ways."""
    again: int = 0
    """Runs of actions beyond the first of each step."""
    faults: int = 0

    def __add__(self, other: object) -> Found:
        if not isinstance(other, Found):
            return NotImplemented
        return Found(*(mine + its for mine, its in zip(self, other, strict=True)))


class _Step(NamedTuple):
    machine: str
    step: int


def judge(trace: Trace, started: set[str], last: int | None, faults: int) -> Found:
    """`last` is the step of the original's final state; None: it is this framework, whose store says what has ended."""
    commits = Counter(commit for event in trace.events for commit in _committed(event))
    ended = _ended(trace) if last is None else _run_to(trace, last)
    begun = Counter(_Step(event.correlation_id, event.step) for event in trace.events if isinstance(event, RunBegan))
    return Found(
        machines=len(started), lost=len(started - ended),
        doubled=len({commit.machine for commit, times in commits.items() if times > 1}),
        again=sum(begun.values()) - len(begun), faults=faults,
    )  # fmt: skip


def _committed(event: object) -> Iterator[_Step]:
    if not isinstance(event, Call):
        return
    if event.operation == "commit":
        for item, effect in zip(event.items, event.effects, strict=True):
            if isinstance(item, Commit) and isinstance(effect, Committed):
                yield _Step(effect.instance.correlation_id, effect.instance.step)
    elif event.operation == "send" and event.process != NETWORK:
        for item, effect in zip(event.items, event.effects, strict=True):
            step = _sent(item)
            if effect is None and step is not None:
                yield step


def _sent(item: object) -> _Step | None:
    """The step that a message of the original's goes on with, if it is not one to try again."""
    if not isinstance(item, Outgoing) or not isinstance(item.message, Unreadable):
        return None
    system = json.loads(item.message.text)["system_context"]
    return None if system["retries"] else _Step(system["correlation_id"], system["steps"])


def _ended(trace: Trace) -> set[str]:
    return {name for name, record in trace.latest.items() if record.status is Status.COMPLETED}


def _run_to(trace: Trace, last: int) -> set[str]:
    begun: dict[str, _Step] = {}
    ended = set[str]()
    for event in trace.events:
        if isinstance(event, RunBegan):
            begun[event.process] = _Step(event.correlation_id, event.step)
        elif isinstance(event, RunEnded) and event.context is not None and begun[event.process].step == last:
            ended.add(begun[event.process].machine)
    return ended

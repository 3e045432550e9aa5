"""Everything that can be wrong with a machine, found in one go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from fsm_domain.machine.declared import declared_events
from fsm_domain.machine.errors import did_you_mean, nearest
from fsm_domain.machine.migration import problems as problems_of_the_past
from fsm_domain.machine.state import DEADLINE, PSEUDO_INIT, Node

AnyNode = Node[Any, Any]

_MACHINE_NAME = re.compile(r"\w[\w.-]*")
"""Stands in commands, metrics and keys."""


def problems(name: str, initial: str, states: Sequence[AnyNode], max_steps: int) -> list[str]:
    """What is wrong, one sentence each."""
    names = [node.name for node in states]
    found = [*_of_the_machine(name, initial, names, max_steps)]
    for node in states:
        found += [f"state {node.name!r}: {problem}" for problem in _of_a_state(node, names)]
    if initial in names:
        found += [f"state {state!r} can never be reached from {initial!r}" for state in _unreached(initial, states)]
    return found


def past_problems(renamed: Mapping[str, str], migrations: Collection[str], states: Sequence[AnyNode]) -> list[str]:
    """What is wrong with what the machine says of its earlier definitions."""
    events = {edge.event for node in states for edge in node.transitions} - {DEADLINE}
    return [*problems_of_the_past(renamed, migrations, [node.name for node in states], events)]


def _of_the_machine(name: str, initial: str, names: Sequence[str], max_steps: int) -> Iterator[str]:
    if not _MACHINE_NAME.fullmatch(name):
        yield f"{name!r} is no name; begin with a letter, a digit or _, go on with these and . -"
    for state, times in Counter(names).items():
        if times > 1:
            yield f"state {state!r} is defined {times} times"
    if initial not in names:
        yield f"the initial state {initial!r} is not defined{did_you_mean(initial, names)}"
    if max_steps < 1:
        yield f"max_steps is at least 1, not {max_steps}"


def _of_a_state(node: AnyNode, names: Sequence[str]) -> Iterator[str]:
    if not _is_name(node.name):
        yield f"this is no name; {_USABLE}"
    if node.name == PSEUDO_INIT:
        yield "the name is kept for what comes before the initial state"
    for event, times in Counter(edge.event for edge in node.transitions).items():
        if times > 1:
            yield f"{_spoken(event)} is handled {times} times"
        if event != DEADLINE and not _is_name(event):
            yield f"{event!r} is no name of an event; {_USABLE}"
    for edge in node.transitions:
        if edge.target not in names:
            yield f"on {_spoken(edge.event)}: there is no state {edge.target!r}{did_you_mean(edge.target, names)}"
        if edge.local and edge.delay:
            yield f"on {_spoken(edge.event)}: a local transition is part of its step, so it cannot be delayed"
    if not node.final:
        yield from _of_an_open_state(node)


def _of_an_open_state(node: AnyNode) -> Iterator[str]:
    events = [edge.event for edge in node.transitions if edge.event != DEADLINE]
    if not node.transitions:
        yield "nothing leads out of it; make it a FinalState, or handle an event"
    if node.deadline is not None and not node.waits:
        yield "it has a deadline but never waits; use do_or_wait, or leave out the action"
    declared = declared_events(node.action)
    for event in sorted(event for event in declared if event is not None and event not in events):
        yield f"its action may return {event!r}, which it does not handle{did_you_mean(event, events)}"
    if None in declared and not node.waits:
        yield "its action may return None; use do_or_wait"
    if node.on_exhausted is not None and node.on_exhausted not in events:
        hint = did_you_mean(node.on_exhausted, events)
        yield f"on_exhausted is {node.on_exhausted!r}, which it does not handle{hint}"


def _unreached(initial: str, states: Sequence[AnyNode]) -> list[str]:
    """A target with a typing mistake counts as the state that was meant: one mistake, one problem."""
    names = [node.name for node in states]
    targets: dict[str, list[str]] = {name: [] for name in names}
    for node in states:
        targets[node.name] += [edge.target for edge in node.transitions]
    reached, ahead = {initial}, [initial]
    while ahead:
        for target in targets[ahead.pop()]:
            known = target if target in targets else nearest(target, names)
            if known is not None and known not in reached:
                reached.add(known)
                ahead.append(known)
    return [name for name in targets if name not in reached]


_USABLE = "use printable text without spaces around it, not beginning with @"


def _is_name(text: str) -> bool:
    return text.isprintable() and text == text.strip() and text != "" and not text.startswith("@")


def _spoken(event: str) -> str:
    return "the deadline" if event == DEADLINE else repr(event)

"""Everything that can be wrong with a machine, found in one go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from fsm_domain.machine.declared import declared_events
from fsm_domain.machine.state import DEADLINE, Node

AnyNode = Node[Any, Any]

_NAME = re.compile(r"[^\W\d][\w.-]*")
"""Letters, digits, ``_ . -``: names stand in messages, metrics and commands."""


def problems(name: str, initial: str, states: Sequence[AnyNode], max_steps: int) -> list[str]:
    """What is wrong, one sentence each."""
    names = [str(node.name) for node in states]
    found = [*_of_the_machine(name, str(initial), names, max_steps)]
    for node in states:
        found += [f"state {str(node.name)!r}: {problem}" for problem in _of_a_state(node, names)]
    return found or [
        f"state {state!r} can never be reached from {str(initial)!r}" for state in _unreached(initial, states)
    ]


def _of_the_machine(name: str, initial: str, names: Sequence[str], max_steps: int) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield f"{name!r} is no name; use letters, digits and _ . -"
    for state, times in Counter(names).items():
        if times > 1:
            yield f"state {state!r} is defined {times} times"
    if initial not in names:
        yield f"the initial state {initial!r} is not defined{_near(initial, names)}"
    if max_steps < 1:
        yield f"max_steps is at least 1, not {max_steps}"


def _of_a_state(node: AnyNode, names: Sequence[str]) -> Iterator[str]:
    if not _NAME.fullmatch(str(node.name)):
        yield "this is no name; use letters, digits and _ . -"
    events = [edge.event for edge in node.transitions]
    for event, times in Counter(events).items():
        if times > 1:
            yield f"{_spoken(event)} is handled {times} times"
        if event != DEADLINE and not _NAME.fullmatch(event):
            yield f"{event!r} is no name of an event; use letters, digits and _ . -"
    for edge in node.transitions:
        if str(edge.target) not in names:
            yield f"on {_spoken(edge.event)}: there is no state {str(edge.target)!r}{_near(str(edge.target), names)}"
    if not node.final:
        yield from _of_an_open_state(node, events)


def _of_an_open_state(node: AnyNode, events: Sequence[str]) -> Iterator[str]:
    if not events:
        yield "nothing leads out of it; make it a FinalState, or handle an event"
    if node.deadline is not None and not node.waits:
        yield "it has a deadline but never waits; use do_or_wait, or leave out the action"
    declared = declared_events(node.action)
    for event in sorted(event for event in declared if event is not None and event not in events):
        yield f"its action may return {event!r}, which it does not handle{_near(event, events)}"
    if None in declared and not node.waits:
        yield "its action may return None; use do_or_wait"
    if node.on_exhausted is not None and node.on_exhausted not in events:
        yield f"on_exhausted is {node.on_exhausted!r}, which it does not handle{_near(node.on_exhausted, events)}"


def _unreached(initial: str, states: Sequence[AnyNode]) -> list[str]:
    targets = {str(node.name): [str(edge.target) for edge in node.transitions] for node in states}
    reached, ahead = {str(initial)}, [str(initial)]
    while ahead:
        for target in targets[ahead.pop()]:
            if target not in reached:
                reached.add(target)
                ahead.append(target)
    return [name for name in targets if name not in reached]


def _near(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _spoken(event: str) -> str:
    return "the deadline" if event == DEADLINE else repr(event)

"""A machine with actions that only choose an event: what it costs, without doing what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from math import inf
from typing import Any

from fsm_domain import FinalState, Machine, State, Step
from fsm_domain.machine.state import DEADLINE, Node
from fsm_domain.runtime.registry import AnyMachine

AnyNode = Node[Any, Any]  # Any: the graph is known at run time only


def walked(machine: AnyMachine, steps: int) -> AnyMachine:
    """The same graph over a context that is a dict.

    Up to so many steps each state answers its events by turns; from then on each takes the way that ends soonest.
    """
    far = distances(machine)
    states = [FinalState[str, Any](node.name) if node.final else _open(node, far, steps) for node in machine.states]
    return Machine[str, Any](
        machine.name, dict, initial=machine.initial, states=states, max_steps=max(machine.max_steps, 2 * steps + 1_000)
    )


def distances(machine: AnyMachine) -> dict[str, float]:
    """Transitions from each state to the nearest final one; ``inf``: there is no way."""
    far = {name: 0.0 if node.final else inf for name, node in machine.nodes.items()}
    for _ in machine.nodes:
        for name, node in machine.nodes.items():
            nearest = min((far[way.target] for way in node.transitions), default=inf)
            far[name] = min(far[name], nearest + 1)
    return far


def next_event(ways: Mapping[str, float], step: int, steps: int) -> str:
    """One of the events, by how far each leads from the end."""
    if step >= steps:
        return min(ways, key=lambda event: ways[event])
    longest = [event for event in ways if ways[event] > 0] or list(ways)
    return longest[step % len(longest)]


def ways_of(node: AnyNode, far: Mapping[str, float]) -> dict[str, float]:
    """The events that may come from an action, or from outside."""
    return {way.event: far[way.target] for way in node.transitions if way.event != DEADLINE}


def _open(node: AnyNode, far: Mapping[str, float], steps: int) -> AnyNode:
    made: Any = State[str, Any](node.name)  # Any: each event makes it another type
    for way in node.transitions:
        if way.event == DEADLINE:
            made = made.after(timedelta(seconds=node.deadline or 0.0), way.target)
        else:
            made = made.on(way.event, way.target, local=way.local, delay=timedelta(seconds=way.delay))
    ways = ways_of(node, far)
    if node.action is None or not ways:
        waiting: AnyNode = made
        return waiting
    acting: AnyNode = made.do(_choosing(ways, steps))
    return acting


def _choosing(ways: Mapping[str, float], steps: int) -> Callable[[Any, Step], str]:
    def choose(context: Any, step: Step) -> str:  # noqa: ANN401 - the machine's context is known at run time only
        return next_event(ways, step.number, steps)

    return choose

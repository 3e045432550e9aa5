"""One step of a machine: pure but for the actions it calls."""

from __future__ import annotations

from collections.abc import Awaitable
from enum import Enum
from typing import Any, NamedTuple, cast

from fsm_domain.machine.action import Action, Step, Wait
from fsm_domain.machine.errors import EndlessLocalTransitions, UndeclaredEvent, UnhandledEvent
from fsm_domain.machine.machine import Machine
from fsm_domain.machine.state import DEADLINE, PSEUDO_INIT, Node, plain

__all__ = ["PSEUDO_INIT", "Advanced", "Rest", "advance"]

_LONGEST_LOCAL_CHAIN = 10_000


class Rest(Enum):
    """Whether a machine goes on by itself."""

    NO = "running"
    WAITING = "waiting"
    COMPLETED = "completed"


class Advanced(NamedTuple):
    """Where a step led."""

    state: str
    event: str | None
    """The next one; None at rest."""
    rest: Rest


def advance(machine: Machine[Any, Any], state: str, event: str, context: object, step: Step, wait: Wait) -> Advanced:
    """Handle `event` in `state`: exit action, transition action, entry action, do action; then every local transition.

    From `PSEUDO_INIT` the initial state is entered, whatever the event.  The context, an object of the machine's own
    type, is changed in place by the actions.  `wait` gets the result of what an async action returns.

    Raises:
        UnhandledEvent: the state does not handle the event.
        UndeclaredEvent: an action returned an event that its state does not handle, or None where it never waits.
        EndlessLocalTransitions: more than 10,000 local transitions followed each other.
        Exception: whatever an action raised.
    """
    for _ in range(_LONGEST_LOCAL_CHAIN + 1):
        if state == PSEUDO_INIT:
            node = machine.nodes[machine.initial]
        else:
            node = _leave(machine, state, event, context, step, wait)
        step.state = state = node.name
        if node.entry is not None:
            _call(node.entry, context, step, wait)
        answer = None if node.action is None else _call(node.action, context, step, wait, node.timeout)
        if node.final:
            return Advanced(state, None, Rest.COMPLETED)
        if answer is None and node.waits:
            return Advanced(state, None, Rest.WAITING)
        following = machine.edges.get((state, answer)) if isinstance(answer, str) else None
        if following is None or answer == DEADLINE:
            raise UndeclaredEvent(machine.name, state, plain(answer), _handled(node))
        event = following.transition.event
        if not following.transition.local:
            return Advanced(state, event, Rest.NO)
    raise EndlessLocalTransitions(machine.name, _LONGEST_LOCAL_CHAIN, _cycle(machine, state))


def _leave(
    machine: Machine[Any, Any], state: str, event: str, context: object, step: Step, wait: Wait
) -> Node[Any, Any]:
    """Exit action, transition action; the node they lead to."""
    edge = machine.edges.get((state, event))
    if edge is None:
        node = machine.nodes.get(state)
        raise UnhandledEvent(machine.name, state, event, None if node is None else _handled(node))
    origin, transition, node = edge
    step.state = state
    if origin.exit is not None:
        _call(origin.exit, context, step, wait)
    if transition.action is not None:
        _call(transition.action, context, step, wait)
    return node


def _call(action: Action[Any, Any], context: object, step: Step, wait: Wait, timeout: float | None = None) -> object:
    if timeout is None:
        value = action(context, step)
    else:
        with step.limit(timeout):
            value = action(context, step)
    # The two usual answers first: a look at an abstract class costs more than the whole rest of a step.
    if value is None or type(value) is str:
        return value
    return wait(cast("Awaitable[object]", value), timeout) if isinstance(value, Awaitable) else value


def _handled(node: Node[Any, Any]) -> list[str]:
    return [edge.event for edge in node.transitions if edge.event != DEADLINE]


def _cycle(machine: Machine[Any, Any], state: str) -> list[str]:
    """The states that local transitions lead to from here, and from which they lead back."""
    return [name for name in _led_to(machine, state) if state in _led_to(machine, name)]


def _led_to(machine: Machine[Any, Any], state: str) -> set[str]:
    found, ahead = set[str](), [state]
    while ahead:
        targets = {way.target for way in machine.nodes[ahead.pop()].transitions if way.local} - found
        found |= targets
        ahead += targets
    return found

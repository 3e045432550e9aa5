"""One step of a machine: pure but for the actions it calls."""

from __future__ import annotations

from collections.abc import Awaitable
from enum import Enum
from typing import Any, Final, NamedTuple, cast

from fsm_domain.machine.action import Step, Wait
from fsm_domain.machine.errors import EndlessLocalTransitions, UndeclaredEvent, UnhandledEvent
from fsm_domain.machine.machine import Machine
from fsm_domain.machine.state import DEADLINE, PSEUDO_INIT, Node, plain

__all__ = ["PSEUDO_INIT", "Advanced", "Rest", "advance"]

_LONGEST_LOCAL_CHAIN = 10_000
_PASSES = range(_LONGEST_LOCAL_CHAIN + 1)


class Rest(Enum):
    """Whether a machine goes on by itself."""

    NO = "running"
    WAITING = "waiting"
    COMPLETED = "completed"


_NO: Final = Rest.NO
"""Until Python 3.12 a member of an enum is looked up by a call."""


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
    for _ in _PASSES:
        if state == PSEUDO_INIT:
            node = machine.nodes[machine.initial]
        else:
            node = _leave(machine, state, event, context, step, wait)
        step.state = state = node.name
        answer = _enter(node, context, step, wait)
        if node.final:
            return Advanced(state, None, Rest.COMPLETED)
        if answer is None and node.waits:
            return Advanced(state, None, Rest.WAITING)
        following = machine.edges.get((state, answer)) if isinstance(answer, str) else None
        if following is None or answer == DEADLINE:
            raise UndeclaredEvent(machine.name, state, plain(answer), _handled(node))
        event = following.transition.event
        if not following.transition.local:
            return Advanced(state, event, _NO)
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
    if origin.exit is not None and (awaited := origin.exit(context, step)) is not None:
        _answer(awaited, wait)
    if transition.action is not None and (awaited := transition.action(context, step)) is not None:
        _answer(awaited, wait)
    return node


def _enter(node: Node[Any, Any], context: object, step: Step, wait: Wait) -> object:
    """Entry action, do action; what the latter returned."""
    # Each action is called from here, and not by a function for all: that would take as long again as all else does.
    if node.entry is not None and (awaited := node.entry(context, step)) is not None:
        _answer(awaited, wait)
    if node.action is None:
        return None
    if node.timeout is not None:
        with step.limit(node.timeout):
            answer = node.action(context, step)
        return _answer(answer, wait, node.timeout)
    answer = node.action(context, step)
    return answer if type(answer) is str else _answer(answer, wait)


def _answer(value: object, wait: Wait, timeout: float | None = None) -> object:
    """What an action returned; of an awaitable, what it has come to."""
    # The usual answers first: a look at an abstract class costs as much as a call.
    if value is None or type(value) is str or not isinstance(value, Awaitable):
        return value
    return wait(cast("Awaitable[object]", value), timeout)


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

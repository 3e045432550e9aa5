"""A user's machines as the simulation runs them: the same graph, with actions made up for it or with the user's own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from math import inf
from typing import Any, Protocol

from fsm_bootstrap.simulation.kernel import drawn
from fsm_bootstrap.simulation.machines import Actions, AnyMachine, Context
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.machine.state import DEADLINE, Node
from fsm_domain.machine.transition import Transition
from fsm_domain.runtime.registry import Machines, registry

LONGEST = 30.0
"""Seconds: for made-up actions longer delays and deadlines are cut to this; all that matters is that they are long."""
STEPS = 300
"""A machine that cannot end fails at this step, as it should."""

AnyNode = Node[Any, Any]  # Any: the graph is known at run time only
Function = Callable[[Any, Step], Any]  # Any: as above


class Staff(Protocol):
    """Where the actions of a machine's states come from."""

    longest: float
    """Seconds at most between two steps."""

    def passing(self, action: Function | None, label: str) -> Function | None:
        """In the place of an exit or transition action."""

    def entering(self, action: Function | None, label: str) -> Function:
        """In the place of an entry action, also where there is none: each step then shows when it is run."""
        ...

    def working(self, node: AnyNode, ways: Mapping[str, float]) -> Function | None:
        """In the place of a state's own action; `ways` are the events that it may answer, and how far each is from the
        end of the machine."""


class Understudies:
    """Made-up actions: each leaves its mark in the context, takes its time, fails as the seed says, and answers one of
    the events that its state declares; from the context and the step alone, so that a run can be checked."""

    def __init__(self, actions: Actions, longest: float) -> None:
        self._actions, self.longest = actions, longest

    def passing(self, action: Function | None, label: str) -> Function | None:
        return None if action is None else self.entering(action, label)

    def entering(self, action: Function | None, label: str) -> Function:
        return self._actions.folding(label)

    def working(self, node: AnyNode, ways: Mapping[str, float]) -> Function | None:
        if node.action is None:
            return None
        if node.final or not (ways or node.waits):
            return self._actions.folding(node.name)
        return self._actions.choosing(node.name, lambda context, step: _choice(node, ways, context, step))


class Themselves:
    """The user's own actions, which may look at the clock: no time is cut."""

    longest = inf

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def passing(self, action: Function | None, label: str) -> Function | None:
        return None if action is None else self.entering(action, label)

    def entering(self, action: Function | None, label: str) -> Function:
        return self._actions.watched(action or (lambda context, step: None))

    def working(self, node: AnyNode, ways: Mapping[str, float]) -> Function | None:
        return None if node.action is None else self._actions.watched(node.action)


def understudied(machines: Sequence[AnyMachine]) -> Callable[[Actions, RetryPolicy], Machines]:
    """The machines with made-up actions, over a context that is a dict."""

    def cast(actions: Actions, retry: RetryPolicy) -> Machines:
        steps = [min(one.max_steps, STEPS) for one in machines]
        staff = Understudies(actions, LONGEST)
        return registry([_rebuilt(one, staff, retry, dict, most) for one, most in zip(machines, steps, strict=True)])

    return cast


def themselves(machines: Sequence[AnyMachine]) -> Callable[[Actions, RetryPolicy], Machines]:
    """The machines as they are, but for their patience."""

    def cast(actions: Actions, retry: RetryPolicy) -> Machines:
        return registry([_rebuilt(one, Themselves(actions), retry, one.context, one.max_steps) for one in machines])

    return cast


def ends_for_sure(machine: AnyMachine) -> bool:
    """From every state that can be reached some way leads to a final one."""
    far, reached, ahead = distances(machine), {str(machine.initial)}, [str(machine.initial)]
    while ahead:
        targets = {str(way.target) for way in machine.nodes[ahead.pop()].transitions} - reached
        reached |= targets
        ahead += targets
    return all(far[name] < inf for name in reached)


def distances(machine: AnyMachine) -> dict[str, float]:
    """Transitions from each state to the nearest final one; ``inf``: there is no way."""
    far = {name: 0.0 if node.final else inf for name, node in machine.nodes.items()}
    for _ in machine.nodes:
        for name, node in machine.nodes.items():
            nearest = min((far[way.target] for way in node.transitions), default=inf)
            far[name] = min(far[name], nearest + 1)
    return far


def nearest(ways: Iterable[Transition[Any, Any]], far: Mapping[str, float]) -> Transition[Any, Any]:
    """The way that ends soonest; of two alike the first."""
    return min(ways, key=lambda way: far[way.target])


def handled(node: AnyNode) -> list[Transition[Any, Any]]:
    """The events that may come from an action, or from outside."""
    return [way for way in node.transitions if way.event != DEADLINE]


def _choice(node: AnyNode, ways: Mapping[str, float], context: Context, step: Step) -> str | None:
    """Any of the events, or none where the state can wait; the shortest way once there is no more work to do."""
    events: list[str | None] = list(ways)
    if node.waits:
        events.append(None)
    if context["left"] > 0:
        return events[int(drawn(f"{step.correlation_id}/{step.number}/{context['folded']}") * len(events))]
    if not ways or (node.waits and min(ways.values()) == inf):
        return None
    return min(ways, key=lambda event: ways[event])


def _rebuilt(machine: AnyMachine, staff: Staff, retry: RetryPolicy, context: type[Any], steps: int) -> AnyMachine:
    far = distances(machine)
    states = [_final(node, staff) if node.final else _open(node, staff, far) for node in machine.states]
    return Machine[str, Any](
        machine.name, context, initial=machine.initial, states=states, retry=retry, max_steps=steps
    )


def _final(node: AnyNode, staff: Staff) -> AnyNode:
    made = FinalState[str, Any](node.name, entry=staff.entering(node.entry, f"enter {node.name}"))
    action = staff.working(node, {})
    return made if action is None else made.do(action)


def _open(node: AnyNode, staff: Staff, far: Mapping[str, float]) -> AnyNode:
    name = node.name
    made: Any = State[str, Any](  # Any: each event makes it another type
        name, entry=staff.entering(node.entry, f"enter {name}"), exit=staff.passing(node.exit, f"leave {name}")
    )
    for way in node.transitions:
        if way.event == DEADLINE:
            made = made.after(timedelta(seconds=min(node.deadline or LONGEST, staff.longest)), way.target)
            continue
        action = staff.passing(way.action, f"{name} to {way.target}")
        delay = timedelta(seconds=min(way.delay, staff.longest))
        made = made.on(way.event, way.target, action=action, local=way.local, delay=delay)
    working = staff.working(node, {way.event: far[way.target] for way in handled(node)})
    if working is None:
        waiting: AnyNode = made
        return waiting
    does = made.do_or_wait if node.waits else made.do
    acting: AnyNode = does(working, on_exhausted=node.on_exhausted)
    return acting


def keeping_time(machines: Collection[AnyMachine]) -> list[str]:
    """Names of those with deadlines or delays."""
    return sorted(machine.name for machine in machines if machine.keeps_time)

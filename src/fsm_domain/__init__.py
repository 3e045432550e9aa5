"""Durable finite state machines: what a user writes.

A machine has states; a state has an action, a plain or async function ``(context, step) -> event``; an event leads to
another state.  Every transition is committed before the next one begins.
"""

from fsm_domain.machine import (
    Action,
    EndlessLocalTransitions,
    FinalState,
    Machine,
    MachineError,
    Migration,
    Node,
    Reported,
    RetryPolicy,
    State,
    Step,
    Transition,
    UndeclaredEvent,
    UnhandledEvent,
    Work,
    container,
)

__all__ = [
    "Action",
    "EndlessLocalTransitions",
    "FinalState",
    "Machine",
    "MachineError",
    "Migration",
    "Node",
    "Reported",
    "RetryPolicy",
    "State",
    "Step",
    "Transition",
    "UndeclaredEvent",
    "UnhandledEvent",
    "Work",
    "container",
]

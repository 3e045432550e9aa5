"""The machine model: pure values, no ports, no I/O."""

from fsm_domain.machine.action import Action, Step
from fsm_domain.machine.container import Reported, Work, container
from fsm_domain.machine.errors import EndlessLocalTransitions, MachineError, UndeclaredEvent, UnhandledEvent
from fsm_domain.machine.machine import Edge, Machine
from fsm_domain.machine.migration import Migration
from fsm_domain.machine.retry_policy import RetryPolicy
from fsm_domain.machine.state import FinalState, Node, State
from fsm_domain.machine.transition import Transition

__all__ = [
    "Action",
    "Edge",
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

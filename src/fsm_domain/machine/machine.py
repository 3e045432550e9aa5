"""A machine: named, complete, immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, NamedTuple

from typing_extensions import TypeVar

from fsm_domain.machine.check import problems
from fsm_domain.machine.errors import MachineError
from fsm_domain.machine.fingerprint import fingerprint
from fsm_domain.machine.retry_policy import RetryPolicy
from fsm_domain.machine.state import Node
from fsm_domain.machine.transition import Transition

S = TypeVar("S", bound=str)
C = TypeVar("C")

_PLAIN = RetryPolicy()


class Edge(NamedTuple):
    """A transition with both its ends."""

    origin: Node[Any, Any]  # Any: the engine runs machines of every state and context type
    transition: Transition[Any, Any]
    target: Node[Any, Any]


class Machine(Generic[S, C]):
    """A named set of states, over one type of context.

    >>> state, final = State[str, dict], FinalState[str, dict]
    >>> orders = Machine[str, dict](
    ...     "orders", dict, initial="ship", states=[state("ship").on("done", "shipped").do(ship), final("shipped")])

    Everything that types cannot show is checked here.

    Raises:
        MachineError: lists every problem at once.
    """

    def __init__(
        self,
        name: str,
        context: type[C],
        *,
        initial: S,
        states: Sequence[Node[S, C]],
        retry: RetryPolicy = _PLAIN,
        max_steps: int = 1_000_000,
        description: str = "",
    ) -> None:
        found = problems(name, initial, states, max_steps)
        if found:
            raise MachineError(name, found)
        self.name = name
        self.context = context
        self.initial = str(initial)
        self.states = tuple(states)
        self.retry = retry
        """For every state that has no policy of its own."""
        self.max_steps = max_steps
        """A machine that reaches this step fails: the guard against loops."""
        self.description = description
        self.nodes: Mapping[str, Node[Any, Any]] = MappingProxyType({str(node.name): node for node in states})
        self.edges: Mapping[tuple[str, str], Edge] = MappingProxyType(
            {
                (str(node.name), edge.event): Edge(node, edge, self.nodes[str(edge.target)])
                for node in states
                for edge in node.transitions
            }
        )
        self.fingerprint = fingerprint(self.initial, states)
        """Names this definition: of the graph, not of the code behind it."""

    def __repr__(self) -> str:
        return f"<Machine {self.name!r}: {len(self.nodes)} states, {len(self.edges)} transitions>"

    def retry_for(self, state: str) -> RetryPolicy:
        """The policy for the step that enters `state`."""
        return self.nodes[state].retry or self.retry

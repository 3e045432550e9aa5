"""A machine: named, complete, immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from fsm_domain.machine.check import past_problems, problems
from fsm_domain.machine.errors import MachineError
from fsm_domain.machine.fingerprint import MIGRATION, described, fingerprint
from fsm_domain.machine.migration import Migration, by_name
from fsm_domain.machine.retry_policy import RetryPolicy
from fsm_domain.machine.state import Node, plain
from fsm_domain.machine.transition import Transition

S = TypeVar("S", bound=str)
C = TypeVar("C")


class Edge(NamedTuple):
    """A transition with both its ends."""

    origin: Node[Any, Any]  # Any: the engine runs machines of every state and context type
    transition: Transition[Any, Any]
    target: Node[Any, Any]


@dataclass(frozen=True, eq=False, repr=False)
class Machine(Generic[S, C]):
    """A named set of states, over one type of context.

    >>> OrderState = Literal["ship", "shipped"]
    >>> def ship(order: dict, step: Step) -> Literal["done"]:
    ...     return "done"
    >>> state, final = State[OrderState, dict], FinalState[OrderState, dict]
    >>> Machine[OrderState, dict]("orders", dict, initial="ship", states=[
    ...     state("ship").on("done", "shipped").do(ship),
    ...     final("shipped"),
    ... ])
    <Machine 'orders': 2 states, 1 transitions>

    A type checker finds an unknown state, event or context; everything that types cannot show is checked here.

    Raises:
        MachineError: lists every problem at once.
    """

    name: str
    """Stands in commands, metrics and keys; it stays what it is while instances live."""
    context: type[C]
    """Dataclass, TypedDict, pydantic model or dict: what the actions are given."""
    _: KW_ONLY
    initial: S
    """Where every instance begins."""
    states: Sequence[Node[S, C]]
    """`State`s and `FinalState`s, in any order."""
    retry: RetryPolicy = RetryPolicy()  # noqa: RUF009 - immutable
    """For every state that has no policy of its own."""
    max_steps: int = 1_000_000
    """A machine that reaches this step fails: the guard against loops."""
    description: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    """States and events by the names that earlier definitions gave them: old name to new."""
    migrate: Migration | Sequence[Migration] = ()
    """Bring contexts that earlier definitions wrote forward, in this order, each once; the last one stays for good, for
    its name is what tells a context that is up to date."""
    nodes: Mapping[str, Node[Any, Any]] = field(init=False)
    """By name."""
    edges: Mapping[tuple[str, str], Edge] = field(init=False)
    """By state and event."""
    migrations: Mapping[str, Migration] = field(init=False)
    """By name, in order."""
    definition: str = field(init=False)
    """The graph and what the context holds, as JSON text: not the code behind it."""
    fingerprint: str = field(init=False)
    """Names this definition, and the last migration of its contexts, in records."""

    def __post_init__(self) -> None:
        initial, states = plain(self.initial), tuple(self.states)
        renamed = {plain(old): plain(new) for old, new in self.renamed.items()}
        migrations = by_name(self.migrate)
        found = problems(self.name, initial, states, self.max_steps)
        if found := [*found, *past_problems(renamed, migrations, states)]:
            raise MachineError(self.name, found)
        nodes = {node.name: node for node in states}
        edges = {
            (node.name, way.event): Edge(node, way, nodes[way.target]) for node in states for way in node.transitions
        }
        definition = described(initial, states, self.context, migrations)
        upto = MIGRATION + list(migrations)[-1] if migrations else ""
        self._set(initial=initial, states=states, definition=definition, fingerprint=fingerprint(definition) + upto)
        self._set(nodes=MappingProxyType(nodes), edges=MappingProxyType(edges))
        self._set(renamed=MappingProxyType(renamed), migrations=MappingProxyType(migrations))

    def _set(self, **attributes: object) -> None:
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        transitions = sum(len(node.transitions) for node in self.states)
        return f"<Machine {self.name!r}: {len(self.states)} states, {transitions} transitions>"

    @property
    def keeps_time(self) -> bool:
        """Some state has a deadline, or some transition a delay."""
        return any(n.deadline is not None or any(way.delay for way in n.transitions) for n in self.states)

    def retry_for(self, state: str) -> RetryPolicy:
        """The policy for the step that enters `state`."""
        return self.nodes[state].retry or self.retry

"""What a machine's graph and its actions' annotations tell about where it can go.

A machine comes to an end in a final state.  One without any may be meant to live on, if it rests now and then: a state
that waits, a transition with a delay.  Where nothing rests, a circle turns at full speed until `max_steps` ends it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

from fsm_bootstrap.checking.finding import Severity
from fsm_domain.machine import Node
from fsm_domain.machine.declared import declared_completely
from fsm_domain.machine.state import DEADLINE
from fsm_domain.runtime.registry import AnyMachine

AnyNode: TypeAlias = Node[Any, Any]


class Concern(NamedTuple):
    """What is wrong in a state."""

    severity: Severity
    state: str
    event: str
    """Of the transition that is to blame; empty where it is the state."""
    message: str
    hint: str


class _Rests(IntEnum):
    """Whether a machine rests in a state."""

    NEVER = 0
    PERHAPS = 1
    """Its action may return None for all that is known."""
    SURELY = 2


def concerns(machine: AnyMachine, *, may_all_wait: bool) -> Iterator[Concern]:
    """Everything.  `may_all_wait`: that an action may return None is the format's doing, not the author's."""
    for node in machine.states:
        if not node.final and node.action is not None:
            yield from _never(machine.name, node)
    yield from _endless(machine, may_all_wait=may_all_wait)


def _never(machine: str, node: AnyNode) -> Iterator[Concern]:
    """Transitions that nothing can ever take: the action says all that it returns, and the state never waits."""
    declared = declared_completely(node.action)
    if not declared or None in declared:
        return
    emitted = {*declared, node.on_exhausted}
    for edge in node.transitions:
        if edge.event == DEADLINE:
            message = f"machine {machine!r}: state {node.name!r} never waits, so its deadline never comes"
            yield Concern(
                Severity.WARNING, node.name, edge.event, message, "let its action return None to wait, or remove it"
            )
        elif edge.event not in emitted:
            message = f"machine {machine!r}: state {node.name!r} handles {edge.event!r}, which its action never returns"
            yield Concern(
                Severity.WARNING, node.name, edge.event, message, "return it from the action, or remove the transition"
            )


def _endless(machine: AnyMachine, *, may_all_wait: bool) -> Iterator[Concern]:
    has_end = any(node.final for node in machine.states)
    for trap in _traps(machine):
        rests = max(_rests(machine.nodes[name], trap, may_all_wait=may_all_wait) for name in trap)
        names = _listed([node.name for node in machine.states if node.name in trap])
        first = next(node.name for node in machine.states if node.name in trap)
        if rests is _Rests.NEVER:
            message = (
                f"machine {machine.name!r}: {names} can never end and never wait, until step {machine.max_steps} fails"
            )
            yield Concern(Severity.ERROR, first, "", message, "lead a transition to a final state, or let a state wait")
        elif has_end or rests is _Rests.PERHAPS:
            message = f"machine {machine.name!r}: from {names} no final state can be reached"
            yield Concern(Severity.WARNING, first, "", message, "lead a transition to a final state")


def _rests(node: AnyNode, trap: frozenset[str], *, may_all_wait: bool) -> _Rests:
    if any(edge.delay for edge in node.transitions if edge.target in trap):
        return _Rests.SURELY
    if not node.waits:
        return _Rests.NEVER
    if node.action is None or not may_all_wait:
        return _Rests.SURELY
    declared = declared_completely(node.action)
    if not declared:
        return _Rests.PERHAPS
    return _Rests.SURELY if None in declared else _Rests.NEVER


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:5])) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"state {shown}" if len(names) == 1 else f"states {shown}"


def _traps(machine: AnyMachine) -> list[frozenset[str]]:
    """Sets of states that lead to each other and nowhere else, final states apart."""
    ways = {node.name: {edge.target for edge in node.transitions} for node in machine.states}
    reach = {name: _reached(name, ways) for name in ways}
    final = {node.name for node in machine.states if node.final}
    lost = [name for name in ways if not reach[name] & final and name not in final]
    # What is reached from a trap's state is the trap itself: the smallest such set has no smaller one inside.
    return list(dict.fromkeys(frozenset(reach[name]) for name in lost if all(name in reach[to] for to in reach[name])))


def _reached(name: str, ways: Mapping[str, set[str]]) -> set[str]:
    found, ahead = set[str](), [name]
    while ahead:
        new = ways[ahead.pop()] - found
        found |= new
        ahead += new
    return found

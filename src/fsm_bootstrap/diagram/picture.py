"""What there is to draw of a machine, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

from fsm_bootstrap.diagram.words import inner_lines, label, printable
from fsm_domain.machine import Machine, Node, Transition
from fsm_domain.machine.state import DEADLINE


class Kind(Enum):
    """Why an arrow is taken."""

    EVENT = "event"
    LOCAL = "local"
    """In the same step."""
    DELAYED = "delayed"
    """Some time after its event."""
    DEADLINE = "deadline"
    EXHAUSTED = "exhausted"
    """The last retry has failed, and the state keeps an event for that."""
    FAILURE = "failure"
    """The last retry has failed, and so does the machine."""


class Mark(Enum):
    """What is known of an instance in a state."""

    CURRENT = "current"
    STOPPED = "stopped"
    """It is there, and has failed or been aborted."""
    VISITED = "visited"


class Box(NamedTuple):
    """A state."""

    name: str
    lines: tuple[str, ...]
    """What it does."""
    final: bool
    mark: Mark | None = None


class Arrow(NamedTuple):
    """A way from one state to another."""

    origin: str
    target: str | None
    """None: the machine fails."""
    label: str
    kind: Kind


class Picture(NamedTuple):
    """States and ways in the order in which they were declared."""

    title: str
    initial: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    @property
    def fails(self) -> bool:
        """Some way ends in failure."""
        return any(arrow.target is None for arrow in self.arrows)


class Marks(NamedTuple):
    """Where an instance is, and has been."""

    current: str | None = None
    stopped: bool = False
    """It has failed, or was aborted."""
    visited: frozenset[str] = frozenset()

    def of(self, state: str) -> Mark | None:
        """The state's mark."""
        if state == self.current:
            return Mark.STOPPED if self.stopped else Mark.CURRENT
        return Mark.VISITED if state in self.visited else None


def picture(machine: Machine[Any, Any], marks: Marks = Marks(), *, failures: bool = True) -> Picture:  # noqa: B008 - immutable
    """The machine, with the marks of an instance; `failures` are the ways that are taken when no retry is left."""
    boxes = [Box(node.name, inner_lines(node), node.final, marks.of(node.name)) for node in machine.states]
    arrows: list[Arrow] = []
    for node in machine.states:
        arrows += [Arrow(node.name, way.target, label(node, way), _kind(way)) for way in node.transitions]
        if failures:
            arrows += _failures(machine, node)
    return Picture(machine.name, machine.initial, tuple(boxes), tuple(arrows))


def _kind(way: Transition[Any, Any]) -> Kind:
    if way.event == DEADLINE:
        return Kind.DEADLINE
    if way.local:
        return Kind.LOCAL
    return Kind.DELAYED if way.delay else Kind.EVENT


def _failures(machine: Machine[Any, Any], node: Node[Any, Any]) -> Iterator[Arrow]:
    """Where it leads when the step that enters the state fails for good; nowhere if nothing that runs in it can."""
    arriving = [edge for edge in machine.edges.values() if edge.target is node]
    may_raise = node.entry is not None or node.action is not None
    if not may_raise and not any(edge.transition.action or edge.origin.exit for edge in arriving):
        return
    said = "retries exhausted" if machine.retry_for(node.name).max_retries else "failure"
    if node.on_exhausted is None:
        yield Arrow(node.name, None, said, Kind.FAILURE)
    else:
        target = machine.edges[node.name, node.on_exhausted].target.name
        yield Arrow(node.name, target, f"{printable(node.on_exhausted)} ({said})", Kind.EXHAUSTED)

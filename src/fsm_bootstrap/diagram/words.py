"""What stands in a picture, as text of one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fsm_bootstrap.durations import span
from fsm_domain.machine import Node, Transition
from fsm_domain.machine.declared import inner
from fsm_domain.machine.state import DEADLINE


def action_name(action: Callable[..., object]) -> str:
    """As its author calls it: the name of a function, a method with its class, the class of an object."""
    given = getattr(action, "__dict__", {}).get("__qualname__")  # an object that says what it is called
    action = inner(action) or action
    name = given or getattr(action, "__qualname__", None)
    found = name if isinstance(name, str) and name else type(action).__qualname__
    return printable(found.rpartition("<locals>.")[2])


def printable(text: str) -> str:
    """With a sign for whatever would not stand in a line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def inner_lines(node: Node[Any, Any]) -> tuple[str, ...]:
    """The compartment of a state: what it does on entry, while it is active, on exit."""
    deeds = [("entry", node.entry), ("do", node.action), ("exit", node.exit)]
    lines = {word: f"{word} / {action_name(action)}" for word, action in deeds if action is not None}
    if node.timeout is not None and "do" in lines:
        lines["do"] += f" (at most {span(node.timeout)})"
    return tuple(lines.values())


def label(node: Node[Any, Any], way: Transition[Any, Any]) -> str:
    """A transition: trigger / action."""
    trigger = f"after {span(node.deadline or 0.0)}" if way.event == DEADLINE else printable(way.event)
    notes = [*(["local"] if way.local else []), *([f"{span(way.delay)} later"] if way.delay else [])]
    noted = f"{trigger} ({', '.join(notes)})" if notes else trigger
    return noted if way.action is None else f"{noted} / {action_name(way.action)}"

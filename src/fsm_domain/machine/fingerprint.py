"""What a machine is, as text, and a short name for it; both the same in every process."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from fsm_domain.machine.shape import shape
from fsm_domain.machine.state import Node

WRITER, MIGRATION = "/", "+"
"""In a record's definition ``names/writer+migration``: stand before the definition that wrote the context, where it is
another than that of the names of state and event, and before the last migration that the context has been through."""


def described(initial: str, states: Sequence[Node[Any, Any]], context: object, migrations: Collection[str]) -> str:
    """States, events, targets, delays, deadlines, fields of the context and names of migrations, as JSON text.

    Neither the order of writing counts, nor code: actions, retry policies, time-outs and names of machines.
    """
    graph = {
        node.name: {
            "final": node.final,
            "deadline": node.deadline,
            "on": sorted(
                [edge.event, edge.target, edge.local, *filter(None, [edge.delay])] for edge in node.transitions
            ),
        }
        for node in states
    }
    whole = {"initial": initial, "states": graph, "context": shape(context), "migrations": [*migrations]}
    import json

    return json.dumps(whole, sort_keys=True)


def fingerprint(text: str) -> str:
    """12 hexadecimal digits over a definition's text."""
    from hashlib import sha256  # loads OpenSSL, which a program that makes no machine is spared

    return sha256(text.encode()).hexdigest()[:12]


def graph_of(definition: str) -> str:
    """The fingerprint of the definition whose names a record has."""
    return definition.partition(MIGRATION)[0].partition(WRITER)[0]


def writer_of(definition: str) -> str:
    """The fingerprint of the definition that wrote a record's context."""
    names, _, writer = definition.partition(MIGRATION)[0].partition(WRITER)
    return writer or names


def context_of(definition: str) -> str:
    """The last migration that the context of a record has been through; empty: none."""
    return definition.partition(MIGRATION)[2]


def signed(names: str, definition: str) -> str:
    """For a commit that leaves the context as it is in a record of this definition, under names of that graph."""
    writer, migration = writer_of(definition), context_of(definition)
    return names + (WRITER + writer if writer not in ("", names) else "") + (MIGRATION + migration if migration else "")


def events_of(text: str) -> dict[str, frozenset[str]]:
    """By state, what a definition's text says that it handles.

    Raises:
        ValueError: it is no text of a definition.
    """
    import json

    try:
        states: dict[str, dict[str, list[list[str]]]] = json.loads(text)["states"]
        return {name: frozenset(way[0] for way in state["on"]) for name, state in states.items()}
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError("this is no definition of a machine") from error

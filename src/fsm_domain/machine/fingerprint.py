"""A short name for a machine's graph, the same in every process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from fsm_domain.machine.state import Node


def fingerprint(initial: str, states: Sequence[Node[Any, Any]]) -> str:
    """12 hexadecimal digits over states, events, targets and deadlines; the order of writing does not matter."""
    graph = sorted(
        [
            str(node.name),
            node.final,
            node.waits,
            node.deadline,
            sorted([edge.event, str(edge.target), edge.local] for edge in node.transitions),
        ]
        for node in states
    )
    return sha256(json.dumps([initial, graph]).encode()).hexdigest()[:12]

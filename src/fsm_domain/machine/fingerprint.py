"""A short name for a machine's graph, the same in every process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from fsm_domain.machine.state import Node


def fingerprint(initial: str, states: Sequence[Node[Any, Any]]) -> str:
    """12 hexadecimal digits over states, events, targets, delays and deadlines.

    Neither the order of writing counts, nor code: actions, retry policies, time-outs and names of machines.
    """
    graph = {
        node.name: [
            node.final,
            node.deadline,
            sorted([edge.event, edge.target, edge.local, *filter(None, [edge.delay])] for edge in node.transitions),
        ]
        for node in states
    }
    return sha256(json.dumps([initial, graph], sort_keys=True).encode()).hexdigest()[:12]

"""Port: a road that can hold a message back."""

from __future__ import annotations

from typing import Protocol

from fsm_ports.event_bus import EventBus


class RetryScheduler(EventBus, Protocol):
    """An `EventBus` that keeps a message until its `not_before`.

    * A message is never delivered before its `not_before`, as long as that lies within `max_delay`.
    * A longer wait is cut to `max_delay`; the receiver puts the message off again (it hops).
    * Entries never replace each other: two messages, even of the same step, are two deliveries, except that a repeated
      send of the same position and retry number may be one.
    """

    max_delay: float
    """Seconds that it can hold a message; 0: not at all; ``inf``: any time."""

"""Bounds of one dispatcher."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All times in seconds."""

    chain: int = 1
    """Transitions that one delivery may run before a message is sent; 1: no chaining."""
    reserve: float = 1.0
    """No action starts with less time left than this."""
    margin: float = 1.0
    """How much longer than the invocation its leases live: a lease that ends first would let a second run in.  Records
    that a chain holds are held as their delivery is, to the end of the invocation."""
    early: float = 1.0
    """A message is put off when it comes earlier than this before its time; clocks differ."""
    defers: int = 3
    """Deliveries in which a source is asked to defer; a deferral costs a receive, and receives are counted."""
    longest_defer: float = 60.0
    """Longest wait that a source is asked for; longer ones travel by a road that can hold."""
    rollout: float = 60.0
    """How long a message that another definition of its machine wrote, and that this one does not know, is delivered
    again before it is quarantined: a rolling deploy has both at work."""
    coexistence: float = 86_400.0
    """The same, where whoever wrote it is newer than this process's own definition, or still at work beside it: a
    deploy may take long, or be taken back for a while."""
    shortest_look: float = 6.0
    """Between two deliveries of such a message, which are a tenth of its age apart; both ends."""
    longest_look: float = 900.0
    fresh: float = 3600.0
    """Older messages are compared with their record before their actions run; younger ones only where the source says
    that an earlier holder may have died."""
    adopt: bool = False
    """A message that another framework wrote, and whose record lacks or lags behind, makes that record."""

    def __post_init__(self) -> None:
        if self.chain < 1:
            raise ValueError(f"a chain has at least one transition, not {self.chain}")

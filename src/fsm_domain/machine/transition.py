"""The way from one state to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from fsm_domain.machine.action import Action

S = TypeVar("S", bound=str)
C = TypeVar("C")


@dataclass(frozen=True)
class Transition(Generic[S, C]):
    """On `event`, run `action` and enter `target`.

    >>> Transition[str, dict]("paid", "ship").target
    'ship'
    """

    event: str
    target: S
    action: Action[C, None] | None = None
    local: bool = False
    """The target is entered in the same step, with no commit and no message in between."""
    delay: float = 0.0
    """Seconds between the event and the entry; the machine rests meanwhile, and no worker is kept busy."""

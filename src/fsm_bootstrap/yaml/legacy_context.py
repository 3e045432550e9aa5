"""The context that an action of the original framework is given: a dict that also knows where the machine is."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any, NamedTuple

from fsm_domain.machine import Step


class LegacyState(NamedTuple):
    """What the original's State offered to actions."""

    name: str
    initial: bool
    final: bool


class LegacyTransition(NamedTuple):
    """What the original's Transition offered to actions."""

    name: str
    """``source->target:event``; empty where only the target is known."""
    target: LegacyState
    local: bool


class Place(NamedTuple):
    """Where in a machine an action stands."""

    state: LegacyState
    """The state that an exit or transition action leaves; the one that an entry or do action is in."""
    max_retries: int
    arrives: bool = False
    """An entry or do action."""
    transition: LegacyTransition | None = None
    """Set for the action of a transition."""
    event: str | None = None
    """Set for the action of a transition."""


class Context(dict[str, Any]):  # Any: the user's data
    """The user context, with the original's properties beside it.

    The event is known from the transition's own action on, if it has one in the original's style; elsewhere
    `current_event` is None and `current_transition` knows its target at most.  The engine numbers steps and counts
    retries by itself: an action that writes there raises.
    """

    step: Step
    obj: dict[str, object]

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step
        self.obj = {}
        self.current_state: LegacyState | None = None
        self.current_transition: LegacyTransition | None = None
        self.current_event: str | None = None
        self.current_action: object = None
        self.lease_primary = True
        self._max_retries = 0

    def enter(self, place: Place, context: dict[str, object]) -> None:
        """Show this context at this place."""
        if context is not self:
            self.clear()
            self.update(context)
        self.current_state = place.state
        self._max_retries = place.max_retries
        if place.transition is not None:
            self.current_transition, self.current_event = place.transition, place.event
        elif place.arrives and (self.current_transition is None or self.current_transition.target != place.state):
            self.current_transition = LegacyTransition("", place.state, local=False)

    @property
    def name(self) -> str:
        """Name of the machine."""
        return self.step.machine

    @property
    def correlation_id(self) -> str:
        return self.step.correlation_id

    @property
    def steps(self) -> int:
        return self.step.number

    @property
    def retries(self) -> int:
        return self.step.retries

    @property
    def max_retries(self) -> int:
        return self._max_retries

    @property
    def additional_delay_seconds(self) -> int:
        """Always 0: there is no such delay here."""
        return 0

    @property
    def lease_timeout(self) -> int:
        """Seconds that are left of this run's claim; without an end to it what the original had as default."""
        left = self.step.time_left()
        return max(0, int(left)) if isfinite(left) else 300

    def system_context(self) -> dict[str, object]:
        """What the framework knows, under the names of its messages."""
        return {
            "machine_name": self.name,
            "current_state": self.current_state.name if self.current_state is not None else None,
            "current_event": self.current_event,
            "correlation_id": self.correlation_id,
            "steps": self.steps,
            "retries": self.retries,
            "max_retries": self.max_retries,
            "lease_primary": self.lease_primary,
            "additional_delay_seconds": self.additional_delay_seconds,
            "lease_timeout": self.lease_timeout,
        }

    def user_context(self) -> dict[str, object]:
        """A copy of the user's data."""
        return dict(self)

    def to_payload_dict(self) -> dict[str, object]:
        """The message that would show this context."""
        return {"version": "0.1", "system_context": self.system_context(), "user_context": self.user_context()}


def payload_text(context: Context) -> str:
    """The payload as JSON text; what is no JSON is replaced, as the original did."""
    return json.dumps(context.to_payload_dict(), sort_keys=True, default=lambda _: "<not_serializable>")

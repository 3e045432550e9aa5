"""Transitions are values."""

from __future__ import annotations

import pytest

from fsm_domain.machine.transition import Transition


def test_a_transition_has_no_action_and_is_not_local_by_default() -> None:
    transition = Transition[str, object]("done", "shipped")

    assert (transition.event, transition.target, transition.action, transition.local) == (
        "done",
        "shipped",
        None,
        False,
    )


def test_a_transition_is_an_immutable_value() -> None:
    assert Transition[str, object]("done", "shipped") == Transition[str, object]("done", "shipped")
    with pytest.raises(AttributeError):
        setattr(Transition[str, object]("done", "shipped"), "event", "other")  # noqa: B010 - as untyped code would

"""A whole machine of classes in the original's style, from its file to its steps."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from fsm_domain.machine import Step, UndeclaredEvent
from fsm_domain.machine.advance import Advanced, Rest, advance
from tests.unit.fsm_bootstrap.project import Project

# A stand-in for a user's own file: the names and the shape of the original's classes.
ORIGINAL = """\
    from functools import wraps

    class Action(object):
        def __init__(self, name, event=None):
            self.name = name
            self.event = event

        def execute(self, context, obj):
            return self.event

    def on_last_retry(event):
        def decorate(function):
            @wraps(function)
            def wrapper(self, context, obj):
                try:
                    return function(self, context, obj)
                except Exception:
                    if context.retries >= context.max_retries:
                        return event
                    raise
            return wrapper
        return decorate
    """
ACTIONS = """\
    from original import Action, on_last_retry

    class Trail(Action):
        def execute(self, context, obj):
            context.setdefault("trail", []).append((self.name, context.current_state.name))

    class Exit(Trail): pass
    class Way(Trail): pass
    class Entry(Trail): pass

    class Do(Trail):
        @on_last_retry("gave_up")
        def execute(self, context, obj):
            super(Do, self).execute(context, obj)
            if context.get("broken"):
                raise ValueError("broken")
            return context.get("answer")
    """
MACHINE = """\
    machines:
    - name: m
      max_retries: 2
      states:
      - name: a
        initial: true
        entry_action: original.Action
        do_action: actions.Do
        exit_action: actions.Exit
        transitions:
        - {event: go, target: b, action: actions.Way}
        - {event: gave_up, target: end}
      - name: b
        entry_action: actions.Entry
        do_action: actions.Do
        transitions:
        - {event: go, target: end}
      - name: end
        final: true
    """


def _advance(project: Project, state: str, event: str, context: dict[str, object], retries: int = 0) -> Advanced:
    project.write("original.py", ORIGINAL)
    project.write("actions.py", ACTIONS)
    project.write("fsm.yaml", MACHINE)
    (machine,) = project.load().machines
    return advance(machine, state, event, context, Step("m", "id-1", retries=retries), _never)


def _never(answer: Awaitable[object], timeout: float | None) -> object:
    raise AssertionError(answer)


def test_subclasses_of_the_originals_action_run_in_its_order(project: Project) -> None:
    context: dict[str, object] = {"answer": "go"}
    assert _advance(project, "a", "go", context) == Advanced("b", "go", Rest.NO)
    assert context["trail"] == [
        ("actions.Exit", "a"),
        ("actions.Way", "a"),
        ("actions.Entry", "b"),
        ("actions.Do", "b"),
    ]


def test_none_from_a_do_action_waits_for_an_event(project: Project) -> None:
    assert _advance(project, "pseudo_init", "pseudo_init", {}) == Advanced("a", None, Rest.WAITING)


def test_an_event_that_the_state_does_not_handle_is_no_wait(project: Project) -> None:
    with pytest.raises(UndeclaredEvent, match="returned 'gone'"):
        _advance(project, "pseudo_init", "pseudo_init", {"answer": "gone"})


def test_a_decorator_that_waits_for_the_last_retry_finds_it(project: Project) -> None:
    with pytest.raises(ValueError, match="broken"):
        _advance(project, "pseudo_init", "pseudo_init", {"broken": True}, retries=1)
    last = _advance(project, "pseudo_init", "pseudo_init", {"broken": True}, retries=2)
    assert last == Advanced("a", "gave_up", Rest.NO)

"""What a machine's keys must be to each other."""

from __future__ import annotations

from collections.abc import Iterator

from fsm_bootstrap.definitions import Problem, nearest
from fsm_bootstrap.yaml.keys import AFTER_LACKS, FINAL_LACKS, NEED_ACTION, MachineKeys, StateKeys, TransitionKeys


def check(machine: MachineKeys, file: str) -> Iterator[Problem]:
    """Every problem of the machine; nothing is said for want of a part that was itself wrong and is gone."""
    names: dict[str, int] = {}
    for state in machine.states:
        if state.name in names:
            message = f"state {state.name!r} is defined twice, first in line {names[state.name]}"
            yield Problem(file, state.line("name"), message)
        names.setdefault(state.name, state.line("name"))
    yield from _initial(machine, file)
    if machine.given("max_retries") and machine.retry.given("max_retries"):
        message = "max_retries is given twice, here and under 'retry'"
        yield Problem(file, machine.line("max_retries"), message)
    for state in machine.states:
        yield from _final(state, file) if state.final else _open(state, file)
        for transition in state.transitions:
            yield from _transition(transition, file)
            if transition.target not in names and not machine.lost("states"):
                message = f"state {state.name!r} leads to state {transition.target!r}, which is not defined"
                yield Problem(file, transition.line("target"), message, nearest(transition.target, names))
    if machine.whole():
        yield from _unreached(machine, file)


def _unreached(machine: MachineKeys, file: str) -> Iterator[Problem]:
    """A target with a typing mistake counts as the state that was meant: one mistake, one problem.  Where it is not
    known what was meant, or where the machine begins, nothing is said."""
    initial = [state.name for state in machine.states if state.initial]
    ways: dict[str, set[str]] = {state.name: set() for state in machine.states}
    for state in machine.states:
        targets = (transition.target for transition in state.transitions)
        ways[state.name] |= {target if target in ways else nearest(target, ways) for target in targets}
    if len(initial) != 1 or any("" in targets for targets in ways.values()):
        return
    reached, ahead = set(initial), [*initial]
    while ahead:
        new = ways[ahead.pop()] & ways.keys() - reached
        reached |= new
        ahead += new
    for state in machine.states:
        if state.name not in reached:
            message = f"state {state.name!r} can never be reached from {initial[0]!r}"
            yield Problem(file, state.line("name"), message)


def warnings(machine: MachineKeys, file: str) -> Iterator[Problem]:
    """What is allowed and has no effect."""
    for state in machine.states:
        if state.final and (state.exit_action or state.lost("exit_action")):
            message = f"state {state.name!r} is final: its exit_action never runs; do_action does, on arrival"
            yield Problem(file, state.line("exit_action"), message)


def _initial(machine: MachineKeys, file: str) -> Iterator[Problem]:
    initial = [state for state in machine.states if state.initial]
    if not initial and not machine.lost("states") and not any(state.lost("initial") for state in machine.states):
        message = f"machine {machine.name!r} has no initial state; one state needs 'initial: true'"
        yield Problem(file, machine.line("name"), message)
    for other in initial[1:]:
        message = (
            f"machine {machine.name!r} has two initial states, {initial[0].name!r} (line {initial[0].line('initial')}) "
            f"and {other.name!r}"
        )
        yield Problem(file, other.line("initial"), message)


def _final(state: StateKeys, file: str) -> Iterator[Problem]:
    for key in FINAL_LACKS:
        if state.given(key) and (key != "transitions" or state.transitions):
            yield Problem(file, state.line(key), f"state {state.name!r} is final and cannot have the key {key!r}")


def _open(state: StateKeys, file: str) -> Iterator[Problem]:
    """A state that can be left."""
    if not state.transitions and not state.lost("transitions") and not state.lost("final"):
        message = f"nothing leads out of state {state.name!r}; give it transitions, or 'final: true'"
        yield Problem(file, state.line("name"), message)
    events: dict[str, int] = {}
    for transition in state.transitions:
        key = "event" if transition.event else "after"
        trigger = f"event {transition.event!r}" if transition.event else "'after'"
        if trigger in events and transition.given(key):
            message = f"state {state.name!r} has {trigger} twice, first in line {events[trigger]}"
            yield Problem(file, transition.line(key), message)
        events.setdefault(trigger, transition.line(key))
    for key, said in NEED_ACTION.items():
        if state.given(key) and not state.do_action:
            message = f"state {state.name!r} has {said}, which needs a do_action beside it"
            yield Problem(file, state.line(key), message)
    if state.on_exhausted and state.do_action:
        yield from handled(state, file, state.on_exhausted, "on_exhausted", "on_exhausted is")


def handled(state: StateKeys, file: str, event: str, key: str, said: str) -> Iterator[Problem]:
    """A problem at `key` if the state does not handle the event."""
    events = [transition.event for transition in state.transitions if transition.event]
    if event not in events and not state.lost("transitions") and not any(t.lost("event") for t in state.transitions):
        message = f"{said} {event!r}, an event that state {state.name!r} does not handle"
        yield Problem(file, state.line(key), message, nearest(event, events))


def _transition(transition: TransitionKeys, file: str) -> Iterator[Problem]:
    if transition.event and transition.after:
        yield Problem(file, transition.line("after"), "a transition has either 'event' or 'after', not both")
    elif not (transition.event or transition.after or transition.lost("event") or transition.lost("after")):
        yield Problem(file, transition.line(), "a transition needs the key 'event', or 'after'")
    if transition.local and transition.delay:
        message = "a local transition is part of its step, so it cannot be delayed"
        yield Problem(file, transition.line("delay"), message)
    for key in AFTER_LACKS:
        if transition.after and transition.given(key):
            yield Problem(file, transition.line(key), f"a transition with 'after' cannot have the key {key!r}")
